"""Cross-checks before a decision and in the monthly sweep: what contradicts is flagged with its evidence; a person clears it.

Nothing is decided here. The desk shows the flags, and a case with an open one is not decided in bulk.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.models import Elder, Guardianship
from subsidies.access import flags_visible_to, may_clear
from subsidies.choices import FlagKind
from subsidies.models import Application, CrossCheckFlag, Entitlement
from subsidies.models.flag import OPEN_FLAG
from subsidies.rules.cross_checks import Finding, Known, findings
from subsidies.rules.programme import benefit
from subsidies.selectors.cross_checks import known_of
from subsidies.services.guards import locked, not_found

# What the comparison answers anew each time; a flag of another kind is left to whoever raised it.
COMPARED = tuple(kind for kind in FlagKind.values if kind != FlagKind.UNDECIDED)
MOST_WORDS = 500


@transaction.atomic
def cross_check(application: Application) -> list[CrossCheckFlag]:
    """Compare one application with all that is known now; gives the flags that are open. May be asked again any time."""
    known = known_of([application.elder_id], application.programme, clock.today())
    return _flag(
        application.elder_id,
        application.programme,
        application.district_id,
        findings(benefit(application.programme), known[application.elder_id]),
        application,
    )


@transaction.atomic
def check_entitlements(entitlements: Iterable[Entitlement]) -> int:
    """Compare the rights of one benefit with all that is known now; gives how many flags are open."""
    rows = list(entitlements)
    if not rows:
        return 0
    known: dict[UUID, Known] = known_of([row.elder_id for row in rows], rows[0].programme, clock.today())
    opened = (
        _flag(row.elder_id, row.programme, row.payer_region_id, findings(benefit(row.programme), known[row.elder_id]))
        for row in sorted(rows, key=lambda row: row.elder_id)
    )
    return sum(len(flags) for flags in opened)


@transaction.atomic
def clear_flag(viewer: Viewer, *, flag_id: UUID, reason: str) -> CrossCheckFlag:
    """An officer of the flag's district has looked and says why it does not stand in the way. Twice changes nothing.

    Refusals: `not_found` (404), `own_case` (403), `reason_missing`, `reason_too_long`.
    """
    flag = locked(flags_visible_to(viewer), flag_id)
    if not may_clear(viewer, flag):
        raise not_found()
    _not_ones_own(viewer, flag)
    if flag.cleared_at is not None:
        return flag
    reason = reason.strip()
    if not reason or len(reason) > MOST_WORDS:
        code = "reason_missing" if not reason else "reason_too_long"
        sentence = say("请写明核实的情况，不超过 {most} 个字。", most=MOST_WORDS)
        raise Refusal(code, sentence, fields={"reason": sentence})
    flag.cleared_at, flag.cleared_by_id, flag.cleared_because = clock.now(), viewer.user_id, reason
    flag.save(update_fields=["cleared_at", "cleared_by", "cleared_because"])
    record(viewer, "flag.cleared", str(flag), place=flag.district_id)
    return flag


def raise_flag(elder_id: UUID, programme: str, district: str, finding: Finding) -> CrossCheckFlag | None:
    """Flag one finding that is not the comparison's, such as a review that can't be decided; None when it was cleared."""
    return _kept(elder_id, programme, district, finding, None)


def _flag(
    elder_id: UUID,
    programme: str,
    district: str,
    found: tuple[Finding, ...],
    application: Application | None = None,
) -> list[CrossCheckFlag]:
    """Keep what was found, let go what no longer holds, and give what is open."""
    lock_name(f"flags:{elder_id}:{programme}")
    kept = [_kept(elder_id, programme, district, finding, application) for finding in found]
    stand = [flag for flag in kept if flag]
    gone = CrossCheckFlag.objects.filter(OPEN_FLAG, elder=elder_id, programme=programme, kind__in=COMPARED)
    gone.exclude(pk__in=[flag.pk for flag in stand]).update(gone_at=clock.now())
    waiting = CrossCheckFlag.objects.filter(OPEN_FLAG, elder=elder_id, programme=programme)
    return list(waiting.order_by("pk"))


def _kept(
    elder_id: UUID, programme: str, district: str, finding: Finding, application: Application | None
) -> CrossCheckFlag | None:
    evidence = [said.to_json() for said in finding.evidence]
    digest = blind_index(json.dumps(evidence, ensure_ascii=False, sort_keys=True))
    flag, new = CrossCheckFlag.objects.get_or_create(
        elder_id=elder_id,
        programme=programme,
        kind=finding.kind,
        digest=digest,
        defaults={"evidence": evidence, "district_id": district, "application": application},
    )
    if flag.cleared_at is not None:
        return None
    if flag.gone_at is not None or flag.district_id != district or (application and not flag.application_id):
        flag.gone_at, flag.district_id = None, district
        flag.application = flag.application or application
        flag.save(update_fields=["gone_at", "district", "application"])
    if new:
        record(system("cross_check"), "flag.raised", str(flag), place=district)
    return flag


def _not_ones_own(viewer: Viewer, flag: CrossCheckFlag) -> None:
    if viewer.person_id is None:
        return
    own = Elder.objects.filter(pk=flag.elder_id, person=viewer.person_id).exists()
    beside = Guardianship.objects.filter(elder=flag.elder_id, guardian=viewer.person_id).exists()
    if own or beside:
        raise Refusal(
            "own_case",
            say("自己的或自己家人的申请，不能由自己来核实。"),
            next_step=say("请交给同事办理。"),
            status=403,
        )
