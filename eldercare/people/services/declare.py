"""What is declared about an elder: circumstances, a disability certificate, a move of 户籍, a death. Nothing is overwritten."""

from copy import copy
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.keys import new_id
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for
from eldercare.people.choices import CIRCUMSTANCE_NAMES, Source
from eldercare.people.models import Certificate, DeathReport, Declaration, Elder, HukouSpell
from eldercare.people.rules.certificate import check_certificate, check_holder, normalise_certificate_number
from eldercare.people.rules.spells import ALWAYS, BEGAN, ENDED, joined_spell, spells_of
from eldercare.people.selectors import latest_declaration
from eldercare.people.services.the_file import elder_to_write
from eldercare.regions.selectors import hukou_divisions

DECLARED = (
    "circumstances",
    "prison",
    "welfare_allowances",
    "own_monthly_income_fen",
    "declared_missing_on",
    "residence_region",
    "dated",
)


@transaction.atomic
def declare_facts(viewer: Viewer, *, elder_id: UUID, facts: dict[str, Any]) -> Declaration:
    """Declare facts in the API's shape (see models.Declaration); what is not named stays as it was declared last.

    Raises Refusal `unknown_fact` for a name that is none, `may_not_act` for kin who may only look.
    """
    elder = elder_to_write(viewer, elder_id)
    declaration = write_declaration(viewer, elder, facts)
    record(viewer, "elder.facts_declared", f"elder:{elder.pk}", facts={"names": sorted(_names(facts))})
    return declaration


@transaction.atomic
def declare_certificate(viewer: Viewer, *, elder_id: UUID, certificate: dict[str, Any]) -> Certificate:
    """Declare a disability certificate: `{"number", "category", "level", "components", "from"}`.

    `from` None means that the day is not known: it holds from today. The one held before ends the day it begins.
    Raises Refusal `certificate_*`, `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    row = write_certificate(viewer, elder, certificate)
    record(viewer, "elder.certificate_declared", f"elder:{elder.pk}")
    return row


@transaction.atomic
def move_hukou(viewer: Viewer, *, elder_id: UUID, region: str, on: date) -> HukouSpell:
    """Write down that the 户籍 moved: the place held on that day ends, and the new one lasts until the next move known.

    A move may be learnt after a later one; the same moves give the same spells in whatever order they are told.
    Raises Refusal `unknown_region`, `impossible_day`, `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    if not hukou_divisions().filter(pk=region).exists():
        raise Refusal("unknown_region", say("请选择户口本上的地区。"), fields={"region": say("没有这个地区。")})
    held = HukouSpell.objects.filter(elder=elder, days__contains=on).first()
    if on > clock.today() or held is None or held.days.lower is None or on <= _first_day(elder):
        raise Refusal(
            "impossible_day",
            say("迁入日期应当在第一次登记户籍以后、今天以前。"),
            next_step=say("请按户口本核对迁入日期。"),
            fields={"on": say("日期不对。")},
        )
    if held.days.lower == on:
        if held.region_id == region:
            return held
        raise Refusal(
            "impossible_day",
            say("这一天已经登记迁入另一个地区。"),
            next_step=say("请按户口本核对迁入日期和地区。"),
            fields={"on": say("日期不对。")},
        )
    until = held.days.upper
    _end_on(held, on)
    spell = HukouSpell.objects.create(
        elder=elder, region_id=region, days=DateRange(on, until), source=_source(viewer, elder)
    )
    record(
        viewer, "elder.hukou_moved", f"elder:{elder.pk}", place=region, facts={"from": held.region_id, "on": str(on)}
    )
    return spell


def _first_day(elder: Elder) -> date:
    return HukouSpell.objects.filter(elder=elder).order_by("days").values_list("days", flat=True)[0].lower


@transaction.atomic
def declare_change(viewer: Viewer, *, elder_id: UUID, circumstance: str, what: str, on: date) -> Declaration:
    """Write down that a circumstance began or ended (`what`) on a day; what is known of other days stays.

    Raises Refusal `unknown_fact`, `impossible_day`, `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    if circumstance not in CIRCUMSTANCE_NAMES or what not in (BEGAN, ENDED):
        raise Refusal("unknown_fact", say("没有“{name}”这一项情况。", name=circumstance), fields={})
    _not_in_future(on)
    before = latest_declaration(elder.pk)
    dated = dict(before.get("dated") or {})
    stated = (before.get("circumstances") or {}).get(circumstance)
    known = dated.get(circumstance) or {"base": stated if isinstance(stated, bool) else None, "events": []}
    events = {(date.fromisoformat(day), word) for day, word in known["events"]} | {(on, what)}
    dated[circumstance] = {
        "base": known["base"],
        "events": [[day.isoformat(), word] for day, word in sorted(events)],
    }
    spells = spells_of(known["base"], events)
    row = write_declaration(viewer, elder, {"circumstances": {circumstance: spells}, "dated": dated})
    record(viewer, "elder.circumstance_changed", f"elder:{elder.pk}")
    return row


@transaction.atomic
def declare_prison(viewer: Viewer, *, elder_id: UUID, since: date, until: date | None) -> Declaration:
    """Write down a prison term from a day, until a day once that is known. Raises Refusal `impossible_day`, `may_not_act`."""
    elder = elder_to_write(viewer, elder_id)
    _not_in_future(since)
    if until is not None and until < since:
        raise _impossible_day()
    before = latest_declaration(elder.pk).get("prison") or []
    row = write_declaration(viewer, elder, {"prison": joined_spell(before, since, until)})
    record(viewer, "elder.prison_declared", f"elder:{elder.pk}")
    return row


@transaction.atomic
def end_certificate(viewer: Viewer, *, elder_id: UUID, on: date) -> None:
    """Write down that the certificate held on a day was cancelled then. Raises Refusal `no_certificate`, `may_not_act`."""
    elder = elder_to_write(viewer, elder_id)
    _not_in_future(on)
    held = Certificate.objects.filter(elder=elder, days__contains=on).first()
    if held is None:
        raise Refusal(
            "no_certificate",
            say("老人在这一天没有登记残疾人证。"),
            next_step=say("请核对日期，或先登记证件。"),
        )
    _end_on(held, on)
    record(viewer, "elder.certificate_ended", f"elder:{elder.pk}", facts={"on": str(on)})


def _not_in_future(day: date) -> None:
    if not ALWAYS <= day <= clock.today():
        raise _impossible_day()


def _impossible_day() -> Refusal:
    return Refusal(
        "impossible_day",
        say("日期不能晚于今天，结束不能早于开始。"),
        next_step=say("请核对日期。"),
        fields={"on": say("日期不对。")},
    )


@transaction.atomic
def record_death(viewer: Viewer, *, elder_id: UUID, died_on: date) -> Elder:
    """Write down the day an elder died. Upper floors draw the consequences and hand in whom they know as `viewer`.

    Raises Refusal `impossible_day`, `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    born = date.fromisoformat(elder.person.birth_date)
    if not born <= died_on <= clock.today():
        raise Refusal(
            "impossible_day", say("去世日期应当在出生以后、今天以前。"), fields={"died_on": say("日期不对。")}
        )
    _report_death(viewer, elder, died_on)
    record(viewer, "elder.died", f"elder:{elder.pk}", facts={"died_on": str(died_on)})
    return elder


@transaction.atomic
def withdraw_death(viewer: Viewer, *, elder_id: UUID) -> Elder:
    """Take a death that was reported by mistake back; the report itself is kept.

    Raises Refusal `no_death_known` (409), `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    if elder.died_on is None:
        raise Refusal(
            "no_death_known",
            say("这位老人没有去世登记，不需要更正。"),
            next_step=say("请刷新页面核对。"),
            status=409,
        )
    _report_death(viewer, elder, None)
    record(viewer, "elder.death_withdrawn", f"elder:{elder.pk}")
    return elder


def _report_death(viewer: Viewer, elder: Elder, died_on: date | None) -> None:
    DeathReport.objects.create(
        elder=elder, died_on=died_on, source=_source(viewer, elder), reported_by=viewer.reference
    )
    elder.died_on = died_on
    elder.save(update_fields=["died_on"])


def write_declaration(viewer: Viewer, elder: Elder, facts: dict[str, Any]) -> Declaration:
    """Add a version that holds what was declared before, with these facts over it."""
    unknown = sorted(set(facts) - set(DECLARED)) + sorted(
        set(facts.get("circumstances") or ()) - set(CIRCUMSTANCE_NAMES)
    )
    if unknown:
        raise Refusal(
            "unknown_fact",
            say("没有“{name}”这一项情况。", name=unknown[0]),
            fields={name: say("没有这一项。") for name in unknown},
        )
    before = latest_declaration(elder.pk)
    merged = {**before, **facts}
    # What is stated anew without a day takes the place of what was known by days.
    plain = set(facts.get("circumstances") or ()) if "dated" not in facts else set()
    merged["dated"] = {name: row for name, row in (merged.get("dated") or {}).items() if name not in plain}
    merged["circumstances"] = {**before.get("circumstances", {}), **(facts.get("circumstances") or {})}
    return Declaration.objects.create(
        elder=elder, facts=merged, source=_source(viewer, elder), declared_by=viewer.reference
    )


def write_certificate(viewer: Viewer, elder: Elder, certificate: dict[str, Any]) -> Certificate:
    """Add a certificate; the one held on that day ends there, or, begun on the same day, is superseded."""
    check_certificate(certificate)
    check_holder(certificate.get("number") or "", elder.person.id_number or "")
    since = certificate.get("from") or clock.today()
    held = Certificate.objects.filter(elder=elder, days__contains=since).first()
    following = Certificate.objects.filter(elder=elder, days__startswith__gt=since).order_by("days").first()
    if held:
        _end_on(held, since)
    number = normalise_certificate_number(certificate.get("number") or "") or None
    return Certificate.objects.create(
        elder=elder,
        number=number,
        number_index=blind_index(number) if number else None,
        facts={name: certificate.get(name) for name in ("category", "level", "components")},
        days=DateRange(since, following.days.lower if following else None),
        source=_source(viewer, elder),
    )


def _end_on(row: HukouSpell | Certificate, day: date) -> None:
    """Supersede a spell by one that ends on a day; a spell that began on that day leaves nothing behind."""
    row.superseded_at = clock.now()
    row.save(update_fields=["superseded_at"])
    if row.days.lower is None or row.days.lower < day:
        shorter = copy(row)
        shorter.pk, shorter.superseded_at, shorter.days = new_id(), None, DateRange(row.days.lower, day)
        shorter.recorded_at = row.superseded_at
        shorter.save(force_insert=True)


def _source(viewer: Viewer, elder: Elder) -> str:
    return Source.FAMILY if may_act_for(viewer, elder) else Source.OFFICER


def _names(facts: dict[str, Any]) -> set[str]:
    return set(facts) | set(facts.get("circumstances") or ())
