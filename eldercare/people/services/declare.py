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
    """Write down that the 户籍 moved: the old place ends and the new one begins on that day.

    Raises Refusal `unknown_region`, `impossible_day`, `may_not_act`.
    """
    elder = elder_to_write(viewer, elder_id)
    if not hukou_divisions().filter(pk=region).exists():
        raise Refusal("unknown_region", say("请选择户口本上的地区。"), fields={"region": say("没有这个地区。")})
    last = HukouSpell.objects.filter(elder=elder).order_by("days").last()
    if on > clock.today() or on <= last.days.lower:
        raise Refusal(
            "impossible_day",
            say("迁入日期应当在上一次迁入以后、今天以前。"),
            next_step=say("请按户口本核对迁入日期。"),
            fields={"on": say("日期不对。")},
        )
    _end_on(last, on)
    spell = HukouSpell.objects.create(
        elder=elder, region_id=region, days=DateRange(on, None), source=_source(viewer, elder)
    )
    record(
        viewer, "elder.hukou_moved", f"elder:{elder.pk}", place=region, facts={"from": last.region_id, "on": str(on)}
    )
    return spell


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
