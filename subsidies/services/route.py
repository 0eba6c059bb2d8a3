"""A family routes a benefit to the home where the elder lives, and takes it back. Consent stands behind every routing.

Each month's credit then pays the eligible lines of that home's bill, up to the bill; the paying itself is elsewhere.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Verdict
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.access import may_act_for
from eldercare.people.choices import Purpose
from eldercare.people.models import Elder
from eldercare.people.services.consents import give_consent, revoke_consent
from eldercare.recognition.selectors import check
from facilities.choices import StayState
from facilities.models import Facility, Stay
from subsidies.access import entitlements_visible_to, routings_visible_to
from subsidies.choices import RoutingState
from subsidies.models import Entitlement, Routing
from subsidies.rules.claim import policy_claim
from subsidies.rules.may_route import routable
from subsidies.rules.programme import benefit
from subsidies.services.guards import family_only, locked, not_found
from subsidies.services.letters import tell_family


@dataclass(frozen=True)
class Proposal:
    """An entitlement that could pay at a home, with the reasons, and from which month. Nothing is moved yet."""

    entitlement: Entitlement
    facility: Facility
    verdict: Verdict
    from_month: Month

    @property
    def name(self) -> object:
        return benefit(self.entitlement.programme).name


@transaction.atomic
def route_subsidy(viewer: Viewer, *, entitlement_id: UUID, facility_id: UUID, text_version: str) -> Routing:
    """Consent, in the words of a version, that each month's credit pays this home's bill first. Twice gives the first.

    Raises Refusal `not_found` (404), `may_not_act` (403), `not_routable` with every reason, `already_routed` (409),
    and those of `give_consent`.
    """
    entitlement = locked(entitlements_visible_to(viewer), entitlement_id)
    family_only(viewer, entitlement.elder_id)
    facility = Facility.objects.filter(pk=facility_id).first()
    if facility is None:
        raise not_found()
    standing = entitlement.routings.filter(state=RoutingState.ACTIVE).first()
    if standing and standing.facility_id == facility.pk:
        return standing
    if standing:
        raise Refusal(
            "already_routed",
            say("这项补贴已经转付给另一家机构。"),
            next_step=say("老人搬到这家以后，在“补贴转付”页把补贴改过来；还没有搬，就先不用改。"),
            status=409,
        )
    proposal = proposal_for(entitlement, facility)
    if not proposal.verdict.is_yes:
        raise Refusal(
            "not_routable",
            say("这项补贴现在不能转付给这家机构。"),
            next_step=say("请看下面没有满足的条件；入住登记以后再来办。"),
            reasons=proposal.verdict.reasons,
        )
    routing = begin_routing(viewer, proposal, proposal.from_month, text_version)
    record(
        viewer,
        "routing.given",
        f"routing:{routing.pk}",
        place=facility.region_id,
        facts={"entitlement": str(entitlement.pk), "from_month": str(proposal.from_month)},
    )
    tell_family(
        entitlement.elder_id,
        kind="routing.given",
        subject=say("补贴转付已经生效"),
        body=say(
            "从 {month} 起，每月的{benefit}先付{home}账单里的床位费和护理费，剩下的留在老人的账户里。您随时可以撤回。",
            month=proposal.from_month,
            benefit=proposal.name,
            home=facility.name,
        ),
    )
    return routing


def begin_routing(viewer: Viewer, proposal: Proposal, first: Month, text_version: str) -> Routing:
    """Keep the consent in the words of a version, and the routing it stands behind from a month on; in a transaction."""
    entitlement, facility = proposal.entitlement, proposal.facility
    consent = give_consent(
        viewer,
        elder_id=entitlement.elder_id,
        purpose=Purpose.SUBSIDY_ROUTING,
        text_version=text_version,
        about=f"facility:{facility.pk}",
    )
    return Routing.objects.create(
        entitlement=entitlement,
        elder_id=entitlement.elder_id,
        facility=facility,
        consent=consent,
        from_month=first.first_day,
        grounds=[reason.to_json() for reason in proposal.verdict.reasons],
    )


@transaction.atomic
def revoke_routing(viewer: Viewer, *, routing_id: UUID) -> Routing:
    """Take a routing back from next month on, and its consent with it. Twice changes nothing.

    Raises Refusal `not_found` (404), `may_not_act` (403).
    """
    routing = locked(routings_visible_to(viewer), routing_id)
    family_only(viewer, routing.elder_id)
    if routing.state == RoutingState.ACTIVE:
        _stop(viewer, routing)
        revoke_consent(viewer, consent_id=routing.consent_id)
    return routing


@transaction.atomic
def stop_without_consent() -> int:
    """Stop the routings whose consent was taken back elsewhere; gives how many. Safe to ring twice."""
    rows = Routing.objects.filter(state=RoutingState.ACTIVE, consent__revoked_at__isnull=False)
    stopped = lock(rows)
    for routing in stopped:
        _stop(system("sweeper"), routing)
    return len(stopped)


def carry_routing(viewer: Viewer, entitlement: Entitlement) -> None:
    """Let the consent that routed a right go on with the row that follows it, from that row's first month."""
    earlier = Routing.objects.filter(
        elder=entitlement.elder_id, entitlement__programme=entitlement.programme, state=RoutingState.ACTIVE
    )
    for routing in lock(earlier.exclude(entitlement=entitlement)):
        first = max(entitlement.first_month, routing.from_month)
        routing.state, routing.until_month = RoutingState.REVOKED, first
        routing.save(update_fields=["state", "until_month"])
        carried = Routing.objects.create(
            entitlement=entitlement,
            elder_id=routing.elder_id,
            facility_id=routing.facility_id,
            consent_id=routing.consent_id,
            from_month=first,
            grounds=routing.grounds,
        )
        facts = {"from": str(routing.pk), "from_month": str(Month.of(first))}
        record(viewer, "routing.carried", f"routing:{carried.pk}", facts=facts)


def stop_routings_of_dead(viewer: Viewer, elder_id: UUID) -> None:
    """End every routing of an elder whose death is known; the consent of the living ends with them."""
    if Elder.objects.filter(pk=elder_id, died_on__isnull=False).exists():
        for routing in lock(Routing.objects.filter(elder=elder_id, state=RoutingState.ACTIVE)):
            _stop(viewer, routing)


def propose_routing(viewer: Viewer, *, elder_id: UUID, facility_id: UUID) -> Proposal | None:
    """Ask whether an entitlement that stands should pay at a home: the first that could, or None. Opens nothing.

    None also for whoever may not act for the elder, and where every entitlement is routed already.
    """
    if not may_act_for(viewer, elder_id):
        return None
    facility = Facility.objects.filter(pk=facility_id).first()
    return (
        next((one for one in proposals(viewer, elder_id, facility) if one.verdict.is_yes), None) if facility else None
    )


def proposals(viewer: Viewer, elder_id: UUID, facility: Facility) -> list[Proposal]:
    """Give what each unrouted entitlement of an elder could do at a home, with the reasons for and against."""
    rows = entitlements_visible_to(viewer).filter(elder=elder_id).order_by("programme")
    unrouted = rows.exclude(routings__state=RoutingState.ACTIVE)
    return [proposal_for(row, facility) for row in unrouted]


def proposal_for(entitlement: Entitlement, facility: Facility) -> Proposal:
    """Judge one entitlement at one home."""
    due, this_month = benefit(entitlement.programme), clock.this_month()
    stay = _stay(entitlement.elder_id, facility.pk)
    recognition = check(policy_claim(due, used_in=facility.region_id), clock.today())
    verdict = routable(
        due,
        stays_there=stay is not None,
        last_month=Month.of(entitlement.last_month) if entitlement.last_month else None,
        this_month=this_month,
        recognition=recognition.verdict.reasons,
    )
    return Proposal(entitlement, facility, verdict, _from_month(entitlement, stay, this_month))


def _from_month(entitlement: Entitlement, stay: Stay | None, this_month: Month) -> Month:
    """Give the first month routed: never one before the consent, the stay, the entitlement or an earlier routing's end."""
    earlier = entitlement.routings.order_by("-until_month").values_list("until_month", flat=True).first()
    days: list[date] = [this_month.first_day, entitlement.first_month, *([earlier] if earlier else [])]
    return Month.of(max([*days, *([stay.days.lower] if stay else [])]))


def _stay(elder_id: UUID, facility_id: UUID) -> Stay | None:
    live = Stay.objects.filter(state__in=[StayState.EXPECTED, StayState.IN])
    return live.filter(elder=elder_id, facility=facility_id).first()


def _stop(viewer: Viewer, routing: Routing) -> None:
    until = max(clock.this_month().next().first_day, routing.from_month)
    routing.state, routing.until_month = RoutingState.REVOKED, until
    routing.save(update_fields=["state", "until_month"])
    facts = {"entitlement": str(routing.entitlement_id), "until_month": str(Month.of(until))}
    record(viewer, "routing.revoked", f"routing:{routing.pk}", facts=facts)
    tell_family(
        routing.elder_id,
        kind="routing.revoked",
        subject=say("补贴转付已经撤回"),
        body=say("从 {month} 起，每月的补贴留在老人的账户里，不再先付养老院。", month=Month.of(until)),
    )
