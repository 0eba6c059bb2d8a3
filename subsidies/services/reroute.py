"""After a move the family lets a benefit pay the home where the elder lives now; what was routed before stays written."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat

from eldercare.audit.models import Event
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.services.consents import revoke_consent
from facilities.choices import StayState
from facilities.models import Stay
from facilities.services.letters import tell_home
from subsidies.access import routings_visible_to
from subsidies.choices import RoutingState
from subsidies.models import Entitlement, Routing
from subsidies.rules.programme import benefit
from subsidies.selectors.left_behind import LeftBehind, left_behind
from subsidies.services.guards import family_only, locked, not_found
from subsidies.services.letters import tell_family
from subsidies.services.route import begin_routing, proposal_for

TOLD = "routing.left_behind"


@transaction.atomic
def move_routing(viewer: Viewer, *, routing_id: UUID, text_version: str) -> Routing:
    """Consent, in the words of a version, that a benefit pays the home the elder has moved to instead of the one left.

    One act: the old routing and its consent end, the new ones begin, no month is routed twice and none is lost. Twice
    gives the new routing. Raises Refusal `not_found` (404), `may_not_act` (403), `not_moved` (409), `not_routable`, and
    those of `give_consent`.
    """
    old = routings_visible_to(viewer).filter(pk=routing_id).first()
    if old is None:
        raise not_found()
    family_only(viewer, old.elder_id)
    locked(Entitlement.every.all(), old.entitlement_id)
    old = locked(Routing.objects.all(), routing_id)
    if old.state == RoutingState.REVOKED:
        return _moved_before(old)
    behind = left_behind([old], clock.this_month()).get(old.pk)
    if behind is None:
        raise _not_moved()
    return _move(viewer, behind, text_version)


def tell_left_behind(limit: int = 200) -> int:
    """Tell each family once, for each routing, that a benefit still pays the home that was left; gives how many were told.

    Safe to ring twice at once.
    """
    lives = Stay.objects.filter(elder=OuterRef("elder"), state=StayState.IN).exclude(facility=OuterRef("facility"))
    told = Event.objects.filter(act=TOLD, noun=Concat(Value("routing:"), Cast(OuterRef("pk"), TextField())))
    new = Routing.objects.filter(Exists(lives), ~Exists(told), state=RoutingState.ACTIVE).order_by("pk")
    return sum(_tell_left_behind(pk) for pk in new.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _tell_left_behind(routing_id: UUID) -> bool:
    routing = locked(Routing.objects.select_related("entitlement", "facility"), routing_id)
    behind = left_behind([routing], clock.this_month()).get(routing_id)
    if behind is None or Event.objects.filter(act=TOLD, noun=f"routing:{routing_id}").exists():
        return False
    record(system("sweeper"), TOLD, f"routing:{routing_id}", facts={"stay": str(behind.stay.pk)})
    tell_family(
        routing.elder_id,
        kind=TOLD,
        subject=say("请把补贴改到新的养老院"),
        body=say(
            "老人已经住进{home}，{benefit}还写着付给{left}。请登录，在老人的页面点“把补贴改到新的养老院”；"
            "改过来以前，补贴先留在老人的账户里。",
            home=behind.stay.facility.name,
            left=routing.facility.name,
            benefit=behind.benefit.name,
        ),
    )
    return True


def _move(viewer: Viewer, behind: LeftBehind, text_version: str) -> Routing:
    old, home, first = behind.routing, behind.stay.facility, behind.first_month
    proposal = proposal_for(old.entitlement, home)
    if not proposal.verdict.is_yes:
        raise Refusal(
            "not_routable",
            say("这项补贴现在不能改到这家机构。"),
            next_step=say("请看下面没有满足的条件；原来的转付可以先撤回，补贴留在老人的账户里。"),
            reasons=proposal.verdict.reasons,
        )
    Routing.objects.filter(pk=old.pk).update(state=RoutingState.REVOKED, until_month=first.first_day)
    revoke_consent(viewer, consent_id=old.consent_id)
    new = begin_routing(viewer, proposal, first, text_version)
    facts = {"from": str(old.pk), "facility": str(home.pk), "from_month": str(first)}
    record(viewer, "routing.moved", f"routing:{new.pk}", place=home.region_id, facts=facts)
    _tell(old, new, first)
    return new


def _tell(old: Routing, new: Routing, first: Month) -> None:
    words = {"benefit": benefit(new.entitlement.programme).name, "month": first}
    tell_family(
        new.elder_id,
        kind="routing.moved",
        subject=say("补贴已经改到新的养老院"),
        body=say(
            "从 {month} 起，每月的{benefit}先付{home}账单里的床位费和护理费；在那以前的账单仍按原来的办。您随时可以撤回。",
            home=new.facility.name,
            **words,
        ),
    )
    for facility_id, body in (
        (new.facility_id, say("从 {month} 起，一位老人的{benefit}先付本机构账单里的床位费和护理费。", **words)),
        (
            old.facility_id,
            say("从 {month} 起，一位已转走的老人的{benefit}不再付本机构；在那以前的账单不受影响。", **words),
        ),
    ):
        tell_home(facility_id, kind="routing.moved", subject=say("一位老人的补贴改了支付去向"), body=body)


def _moved_before(old: Routing) -> Routing:
    new = Routing.objects.filter(
        entitlement=old.entitlement_id, state=RoutingState.ACTIVE, from_month=old.until_month
    ).exclude(facility=old.facility_id)
    found = new.first()
    if found is None:
        raise _not_moved()
    return found


def _not_moved() -> Refusal:
    return Refusal(
        "not_moved",
        say("这项转付现在不用改：老人没有搬到别的养老院，或者已经撤回。"),
        next_step=say("请在“补贴转付”页看看现在付给哪一家。"),
        status=409,
    )
