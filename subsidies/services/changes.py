"""What became of a right is written down with its reasons, and the family is told of every increase, decrease and stop (160号 七)."""

from collections.abc import Mapping
from dataclasses import dataclass

from eldercare.audit.services import record
from eldercare.kernel.days import Month
from eldercare.kernel.money import yuan
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Reason
from eldercare.kernel.viewer import Viewer
from eldercare.regions.selectors import full_name
from subsidies.choices import ChangeKind
from subsidies.models import Change, Decision, Entitlement
from subsidies.rules.facts import elder_to
from subsidies.rules.programme import Benefit, benefit
from subsidies.rules.schedule import Schedule, Share, State
from subsidies.rules.settlement import spoken
from subsidies.services.letters import tell_family


@dataclass(frozen=True)
class Difference:
    """Months, both included, in which the same change holds; `last` None: up to the horizon and on."""

    first: Month
    last: Month | None
    before: Share | None
    after: Share | None

    @property
    def kind(self) -> ChangeKind:
        if self.after is None:
            return ChangeKind.STOPPED
        if self.before is None:
            return ChangeKind.RESUMED
        if self.before.payer != self.after.payer:
            return ChangeKind.MOVED
        return ChangeKind.INCREASED if self.after.fen > self.before.fen else ChangeKind.DECREASED


def write_changes(
    viewer: Viewer,
    decision: Decision,
    *,
    before: Mapping[Month, Share],
    after: Mapping[Month, State],
    horizon: Month,
    schedule: Schedule,
) -> list[Change]:
    """Write down each difference once, and tell the family. Gives what was written."""
    found = differences(before, after, horizon)
    return [_write(viewer, decision, one, schedule) for one in (*found, *_foretold(decision, after, horizon, found))]


def differences(before: Mapping[Month, Share], after: Mapping[Month, State], horizon: Month) -> list[Difference]:
    """Give the runs of months that come out differently, oldest first."""
    found: list[Difference] = []
    for month in sorted({*before, *after}):
        was, now = before.get(month), after.get(month)
        now = now if isinstance(now, Share) else None
        if _same(was, now):
            continue
        last = found[-1] if found else None
        if last and last.last and last.last.next() == month and _same(last.before, was) and _same(last.after, now):
            found[-1] = Difference(last.first, month, was, now)
        else:
            found.append(Difference(month, month, was, now))
    return [
        Difference(one.first, None, one.before, one.after) if one.last == horizon else one for one in _joined(found)
    ]


def _joined(found: list[Difference]) -> list[Difference]:
    """Join neighbours of one kind that lead to the same: an upgrade that covers two former amounts is one change."""
    joined: list[Difference] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and last.last and last.last.next() == one.first and last.kind == one.kind and last.after == one.after:
            joined[-1] = Difference(last.first, one.last, last.before, one.after)
        else:
            joined.append(one)
    return joined


def _same(one: Share | None, other: Share | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.payer, one.fen) == (other.payer, other.fen)


def _foretold(
    decision: Decision, after: Mapping[Month, State], horizon: Month, found: list[Difference]
) -> list[Difference]:
    """Give an end that was known from the start, when it comes near: the family is told then."""
    months = sorted(month for month, state in after.items() if isinstance(state, Share))
    if not months or months[-1] >= horizon:
        return []
    last = months[-1]
    following = last.next().first_day
    if any(one.first == last.next() for one in found):
        return []
    if decision.changes.filter(from_month=following, kind__in=[ChangeKind.STOPPED, ChangeKind.MOVED]).exists():
        return []
    if not decision.entitlements.filter(last_month=last.first_day).exists():
        return []
    share = after[last]
    return [Difference(last.next(), None, share if isinstance(share, Share) else None, None)]


def _write(viewer: Viewer, decision: Decision, one: Difference, schedule: Schedule) -> Change:
    application = decision.application
    answer = schedule.answer(one.first)
    reasons = reasons_of(one, answer.conditions, benefit(application.programme))
    change = Change.objects.create(
        elder_id=application.elder_id,
        programme=application.programme,
        decision=decision,
        entitlement=_row_of(decision, one),
        kind=one.kind,
        from_month=one.first.first_day,
        before_fen=one.before.fen if one.before else 0,
        after_fen=one.after.fen if one.after else 0,
        payer_before_id=one.before.payer if one.before else None,
        payer_after_id=one.after.payer if one.after else None,
        reasons=[reason.to_json() for reason in reasons],
        facts=elder_to(schedule.hearing.elder),
        verdict=answer.to_json(),
        by=viewer.reference if viewer.is_known else viewer.name or viewer.reference,
    )
    record(
        viewer,
        f"entitlement.{change.kind}",
        str(change),
        place=change.payer_after_id or change.payer_before_id or "",
        facts={"month": str(one.first), "before_fen": change.before_fen, "after_fen": change.after_fen},
    )
    _tell(change, one, reasons)
    return change


def _row_of(decision: Decision, one: Difference) -> Entitlement:
    """Give the row a change is about: the one that covers its first month, else the one it ends."""
    rows = Entitlement.every.filter(decision=decision)
    covering = rows.filter(voided_at=None, first_month__lte=one.first.first_day).order_by("-first_month").first()
    return covering or rows.order_by("pk").first()


def reasons_of(one: Difference, conditions: tuple[Reason, ...], applied: Benefit) -> list[Reason]:
    """Give the conditions that made the difference: what failed, where the 户籍 went, or which tier holds."""
    programme = applied.programme
    if one.kind == ChangeKind.MOVED and one.before and one.after:
        text = say(
            "户籍从{old}迁到{new}，迁入的次月起由{new}发放",
            old=full_name(one.before.payer),
            new=full_name(one.after.payer),
        )
        return [Reason("moved", Outcome.PASS, text, programme.cite(programme.articles["payer"]))]
    failed = [reason for reason in conditions if reason.outcome is Outcome.FAIL and reason.id != "first_month"]
    if one.kind == ChangeKind.STOPPED and failed:
        return failed
    tier = [reason for reason in conditions if reason.id == "tier"]
    return tier or list(conditions)


# What a letter may say of a cause: never a health fact; the page says the rest.
CAUSES: dict[str, Sentence] = {
    "alive": say("老人去世或被宣告失踪"),
    "hukou": say("户籍迁出"),
    "prison": say("正在服刑"),
    "age": say("年龄条件"),
    "moved": say("户籍迁到另一个区"),
    "in_force": say("办法的有效期"),
    "tier": say("认定、证件、评估或年龄有变化"),
}
SUBJECTS = {
    ChangeKind.STOPPED: say("{benefit}停发"),
    ChangeKind.DECREASED: say("{benefit}降低"),
    ChangeKind.INCREASED: say("{benefit}提高"),
    ChangeKind.RESUMED: say("{benefit}恢复发放"),
    ChangeKind.MOVED: say("{benefit}改由另一个区发放"),
}


def _tell(change: Change, one: Difference, reasons: list[Reason]) -> None:
    applied = benefit(change.programme)
    cite = next((reason.cite for reason in reasons if reason.cite), applied.cite)
    until = say("至{month}", month=spoken(one.last)) if one.last else Sentence("")
    body = say(
        "{first}起{until}：每月从 {before} 元变为 {after} 元。原因：{cause}（{document} {article}）。"
        "理由请登录后在“补贴变动”里看。{remedy}",
        first=spoken(one.first),
        until=until,
        before=yuan(change.before_fen),
        after=yuan(change.after_fen),
        cause=CAUSES.get(reasons[0].id if reasons else "", say("不能同时享受的待遇有变化")),
        document=cite.document,
        article=cite.article,
        remedy=applied.programme.remedy or Sentence(""),
    )
    subject = Sentence(SUBJECTS[one.kind].text, {"benefit": applied.name})
    tell_family(change.elder_id, kind=f"subsidy.{change.kind}", subject=subject, body=body)
