"""A right follows the facts: what it brings is worked out anew from all that is known, and only the difference is written.

No event has a handler of its own, so the order in which facts arrive can't matter. Rows are ended, opened or given
another amount; what they were stands in the changes. Money already paid is not touched: too little is made up by the
next run, too much is written down as owed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_name
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from subsidies.choices import DecisionOutcome, FlagKind
from subsidies.models import Change, CrossCheckFlag, Debt, Decision, Entitlement, Rate
from subsidies.models.flag import OPEN_FLAG
from subsidies.rules.cross_checks import Finding
from subsidies.rules.eligibility import FACT_NAMES
from subsidies.rules.owing import owing
from subsidies.rules.programme import Catalogue, benefit
from subsidies.rules.schedule import UNDECIDED, Schedule, Share, State, in_time, stretches
from subsidies.selectors.facts import inputs_of
from subsidies.selectors.law import law
from subsidies.selectors.rights import Amount, amount_in, amounts_of, learnt_since, owed, paid, standing
from subsidies.services.changes import write_changes
from subsidies.services.cross_check import raise_flag
from subsidies.services.letters import listed
from subsidies.services.route import carry_routing, stop_routings_of_dead


@dataclass(frozen=True)
class Spell:
    """What the months of one district are to look like: from, until (None: no end known), and the amounts in between."""

    payer: str
    first: Month
    last: Month | None
    amounts: tuple[tuple[Month, str, int], ...]


@transaction.atomic
def recompute(viewer: Viewer, elder_id: UUID) -> list[Change]:
    """Bring every right of an elder in line with the facts and the law known now; gives what changed. Safe to repeat."""
    lock_name(f"rights:{elder_id}")
    rows = Entitlement.every.filter(elder=elder_id).select_related("decision__application")
    decisions: dict[UUID, Decision] = {row.decision_id: row.decision for row in rows.order_by("first_month", "pk")}
    ordered = sorted(
        decisions.values(), key=lambda one: (one.application.programme, one.application.applied_on, one.pk)
    )
    changes: list[Change] = []
    for number, decision in enumerate(ordered):
        following = ordered[number + 1] if number + 1 < len(ordered) else None
        if following and following.application.programme != decision.application.programme:
            following = None
        changes += _Case(viewer, decision, following).follow()
    for programme in sorted({one.application.programme for one in ordered}):
        _write_debts(elder_id, programme, changes)
    stop_routings_of_dead(viewer, elder_id)
    rows.update(reviewed_at=clock.now())
    return changes


class _Case:
    """One decision's rows, beside what the facts say they should be."""

    def __init__(self, viewer: Viewer, decision: Decision, following: Decision | None) -> None:
        self.viewer, self.decision, self.application = viewer, decision, decision.application
        self.elder_id, self.programme = self.application.elder_id, self.application.programme
        self.today = clock.today()
        # The month the next run pays: nothing later is written yet, and the family is told when it comes near.
        self.horizon = Month.of(self.today).next()
        self.following = following
        self.rows = list(Entitlement.objects.filter(decision=decision).order_by("first_month"))
        self.before = standing(self.rows, self.horizon)

    def follow(self) -> list[Change]:
        """Write the difference and give it."""
        schedule = self._schedule()
        wanted = self._wanted(schedule)
        if wanted is None:
            return []
        spells = self._spells(schedule, wanted)
        revised = self._write(spells)
        changes = write_changes(
            self.viewer,
            self.decision,
            before=self.before,
            after=wanted,
            horizon=self.horizon,
            schedule=schedule,
        )
        if revised or changes:
            record(
                self.viewer,
                "entitlement.revised",
                f"elder:{self.elder_id}",
                place=self.application.district_id,
                facts={"programme": self.programme, "changes": len(changes)},
            )
        return changes

    def _schedule(self, known_at=None, under: Catalogue | None = None) -> Schedule:
        region = benefit(self.programme).programme.region or self.application.district_id
        known = inputs_of([self.elder_id], self.today, region, known_at=known_at)[self.elder_id]
        return Schedule(
            self.programme,
            known,
            under or law(known_at=known_at),
            applied_on=self.application.applied_on,
            district=self.application.district_id,
        )

    def _wanted(self, schedule: Schedule) -> dict[Month, State] | None:
        """Give what each month up to the horizon should bring; None when nothing can be said."""
        firsts = [*self.before, *([schedule.first] if schedule.first else [])]
        if not firsts:
            return None
        first = min(firsts)
        last = self.horizon
        if self.following:
            last = min(last, Month.of(self.following.application.applied_on).plus(-1))
        refused_in = self._refused_in()
        if refused_in:
            last = min(last, refused_in)
        if first > last:
            return None
        found = schedule.until(first, last)
        if any(_better(found[month], self.before.get(month)) for month in found if month < Month.of(self.today)):
            found = self._in_time(first, last)
        undecided = [month for month, state in found.items() if state == UNDECIDED]
        self._flag_undecided(schedule, undecided)
        return {month: self.before.get(month) if state == UNDECIDED else state for month, state in found.items()}

    def _refused_in(self) -> Month | None:
        """Give the month in which a re-check refused what this decision had granted: it is the last one due (160号 七(二))."""
        later = Decision.objects.filter(application=self.application, at__gt=self.decision.at)
        refusal = later.filter(outcome=DecisionOutcome.REFUSE).order_by("at").first()
        return Month.of(localdate(refusal.at)) if refusal else None

    def _in_time(self, first: Month, last: Month) -> dict[Month, State]:
        """Work the months out as the facts became known, so that what was learnt too late is not paid back (160号 六)."""
        since = self.decision.at
        moments = [since, *learnt_since(self.elder_id, since)]
        epochs = [(Month.of(moment.date()), self._schedule(moment).until(first, last)) for moment in moments]
        return in_time(epochs, benefit(self.programme).programme.back_pay_months)

    def _spells(self, schedule: Schedule, wanted: dict[Month, State]) -> list[Spell]:
        """Join the months of one district to spells; what is known beyond the horizon only says when the last one ends."""
        spells: list[Spell] = []
        for one in stretches(wanted):
            amount = (one.first, one.share.tier, one.share.fen)
            last = spells[-1] if spells else None
            if last and last.payer == one.share.payer and last.last and last.last.next() == one.first:
                spells[-1] = Spell(last.payer, last.first, one.last, (*last.amounts, amount))
            else:
                spells.append(Spell(one.share.payer, one.first, one.last, (amount,)))
        if spells and spells[-1].last == self.horizon:
            tail = spells[-1]
            spells[-1] = Spell(tail.payer, tail.first, schedule.end_after(self.horizon), tail.amounts)
        return spells

    def _write(self, spells: list[Spell]) -> bool:
        """Match rows with spells by payer and first month; void, end, extend and open what differs. Tells whether it did."""
        by_key = {(row.payer_region_id, Month.of(row.first_month)): row for row in self.rows}
        kept = {(spell.payer, spell.first): spell for spell in spells}
        amounts = amounts_of(self.rows)
        revised = False
        for key, row in by_key.items():
            if key not in kept:
                _revise(row, voided_at=clock.now())
                revised = True
        # What ends sooner goes first, so that its successor finds the months free.
        for key in sorted(set(by_key) & set(kept), key=lambda key: key[1]):
            revised |= self._fit(by_key[key], kept[key], amounts[by_key[key].pk])
        for key, spell in kept.items():
            if key not in by_key:
                self._open(spell)
                revised = True
        return revised

    def _fit(self, row: Entitlement, spell: Spell, amounts: list[Amount]) -> bool:
        revised = False
        last = spell.last.first_day if spell.last else None
        if row.last_month != last:
            _revise(row, last_month=last)
            revised = True
        wanted = [Amount(*one) for one in spell.amounts]
        turning = {one.from_month for one in (*amounts, *wanted)}
        if any(_worth(amounts, month) != _worth(wanted, month) for month in turning):
            revised = True
        if revised:
            _reprice(row, spell)
        return revised

    def _open(self, spell: Spell) -> None:
        (_first, tier, fen), *_later = spell.amounts
        row = Entitlement.objects.create(
            elder_id=self.elder_id,
            programme=self.programme,
            payer_region_id=spell.payer,
            tier=tier,
            monthly_fen=fen,
            first_month=spell.first.first_day,
            last_month=spell.last.first_day if spell.last else None,
            decision=self.decision,
            revised_at=clock.now(),
        )
        _reprice(row, spell)
        carry_routing(self.viewer, row)

    def _flag_undecided(self, schedule: Schedule, undecided: list[Month]) -> None:
        """Put a review that lacks a fact before the district; the right stands as it stood until a person has looked."""
        district = self.rows[-1].payer_region_id if self.rows else self.application.district_id
        flags = CrossCheckFlag.objects.filter(
            OPEN_FLAG, elder=self.elder_id, programme=self.programme, kind=FlagKind.UNDECIDED
        )
        if not undecided:
            flags.update(gone_at=clock.now())
            return
        missing = schedule.answer(undecided[-1]).missing
        facts = listed([FACT_NAMES.get(name, Sentence(name)) for name in missing] or [say("未写明的事实")])
        said = say("从 {month} 起缺少：{facts}。补齐以前照旧发放。", month=undecided[0], facts=facts)
        raise_flag(self.elder_id, self.programme, district, Finding(FlagKind.UNDECIDED, (said,)))


def _better(state: State, than: State) -> bool:
    return isinstance(state, Share) and state.fen > (than.fen if isinstance(than, Share) else 0)


def _worth(amounts: list[Amount], month: Month) -> tuple[str, int]:
    found = amount_in(amounts, month)
    return found.tier, found.fen


def _revise(row: Entitlement, **values: object) -> None:
    for name, value in {**values, "revised_at": clock.now()}.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "revised_at"])


def _reprice(row: Entitlement, spell: Spell) -> None:
    """Keep the rates of a row that say something else than its first amount, superseding those that turned out wrong."""
    wanted: dict[date, tuple[str, int]] = {}
    counts = (row.tier, row.monthly_fen)
    for month, tier, fen in spell.amounts:
        if (tier, fen) != counts:
            wanted[month.first_day] = counts = (tier, fen)
    for rate in row.rates.filter(superseded_at__isnull=True):
        if wanted.get(rate.from_month) == (rate.tier, rate.monthly_fen):
            del wanted[rate.from_month]
        else:
            rate.superseded_at = clock.now()
            rate.save(update_fields=["superseded_at"])
    for month, (tier, fen) in wanted.items():
        Rate.objects.create(entitlement=row, from_month=month, tier=tier, monthly_fen=fen)
    _revise(row)


def _write_debts(elder_id: UUID, programme: str, changes: Iterable[Change]) -> None:
    """Write down what was paid too much, and take back what was asked too much: only the difference, in rows of its own."""
    credited = paid(elder_id, programme)
    written = owed(elder_id, programme)
    if not credited and not written:
        return
    last = max([*credited, *(month for month, _payer, _by in written)])
    due = standing(Entitlement.objects.filter(elder=elder_id, programme=programme), last)
    wanted: dict[tuple[Month, str, str | None], int] = {}
    for month, by_district in credited.items():
        share = due.get(month)
        found = owing(share.fen if share else 0, share.payer if share else None, by_district)
        wanted.update({(month, payer, by): fen for (payer, by), fen in found.items()})
    own = [change for change in changes if change.programme == programme]
    for month, payer, by in sorted({*wanted, *written}, key=str):
        fen = wanted.get((month, payer, by), 0) - written.get((month, payer, by), 0)
        if not fen:
            continue
        change = next((one for one in own if Month.of(one.from_month) <= month), None)
        Debt.objects.create(
            elder_id=elder_id,
            programme=programme,
            benefit_month=month.first_day,
            payer_region_id=payer,
            owed_by_region_id=by,
            amount_fen=fen,
            cause=_cause(change, fen).to_json(),
            change=change,
        )


def _cause(change: Change | None, fen: int) -> Sentence:
    if fen < 0:
        return say("事实更正后，原来记的多发不成立")
    if change is None:
        return say("按现在知道的事实，这个月多发了")
    return say("{kind}：自 {month} 起", kind=say(str(change.get_kind_display())), month=Month.of(change.from_month))
