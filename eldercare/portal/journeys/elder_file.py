"""An elder's case as the family sees it on one page: what each floor below knows, the steps, and the next one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from assessments.choices import OPEN as OPEN_ASSESSMENTS
from assessments.models import Assessment
from assessments.selectors import AssessmentFact, valid_assessment
from eldercare.kernel import clock
from eldercare.kernel.days import DayRange, Month, age_on
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.selectors import ElderCard, elder_cards
from eldercare.portal.journeys import short_stay
from eldercare.portal.journeys.find_a_home import Asker, Priced, asker, prices_by_room, regraded
from eldercare.portal.journeys.short_stay import PricedStay
from eldercare.portal.rules.timeline import NextStep, Progress, Stand, Step, next_step, steps
from eldercare.regions.rules.codes import province_of
from eldercare.regions.selectors import full_name
from facilities.access import applications_visible_to as beds_visible_to
from facilities.access import bills_visible_to, offers_visible_to, stays_visible_to
from facilities.choices import OfferState, StayKind, StayState
from facilities.models import Application as BedApplication
from facilities.models import Bill, Offer
from facilities.models.admission import OPEN as OPEN_BEDS
from facilities.rules.words import LEVELS
from facilities.selectors.admission import StayCard, stay_cards
from subsidies.access import applications_visible_to as subsidies_visible_to
from subsidies.access import entitlements_visible_to, filings_visible_to, routings_visible_to
from subsidies.choices import ApplicationState, FilingState, RoutingState
from subsidies.models import Application as SubsidyApplication
from subsidies.models import Entitlement, Redemption, Routing
from subsidies.rules.programme import Benefit, benefit
from subsidies.selectors.filings import open_inquiries
from subsidies.selectors.left_behind import LeftBehind, left_behind
from subsidies.selectors.programmes import elder_input
from subsidies.services.route import Proposal, propose_routing

BILLS_SHOWN = 6


@dataclass(frozen=True)
class Subsidy:
    """One benefit the elder has asked for or draws."""

    benefit: Benefit
    application: SubsidyApplication | None
    entitlement: Entitlement | None
    routing: Routing | None


@dataclass(frozen=True)
class PaidBill:
    """A month's bill with what the benefits paid of it."""

    bill: Bill
    redeemed_fen: int

    @property
    def own_fen(self) -> int:
        return self.bill.total_fen - self.redeemed_fen


@dataclass(frozen=True)
class ElderFile:
    """Everything `/elders/<id>` shows. Lists are newest first.

    `month`: what a whole month of the stay costs; of a short stay `days`, all of it, instead. `left_behind`: a benefit that still pays the home the elder has moved away from.
    """

    card: ElderCard
    age: int
    hukou_name: str
    may_act: bool
    assessment: AssessmentFact | None
    open_assessment: Assessment | None
    subsidies: tuple[Subsidy, ...]
    bed: BedApplication | None
    offer: Offer | None
    stay: StayCard | None
    proposal: Proposal | None
    left_behind: LeftBehind | None
    month: Priced | None
    days: PricedStay | None
    bills: tuple[PaidBill, ...]
    steps: tuple[Step, ...]
    next_step: NextStep


def elder_file(viewer: Viewer, elder_id: UUID) -> ElderFile | None:
    """Gather an elder's case for somebody who stands beside them; None for everybody else."""
    now = clock.now()
    on = now.date()
    cards = elder_cards(elders_beside(viewer).filter(pk=elder_id), on)
    if not cards:
        return None
    assessment = valid_assessment(elder_id, on)
    open_assessment = Assessment.objects.filter(elder=elder_id, state__in=OPEN_ASSESSMENTS).first()
    subsidies = _subsidies(viewer, elder_id)
    bed = _bed(viewer, elder_id)
    offer = _offer(viewer, elder_id, now)
    stay = _stay(viewer, elder_id, on)
    proposal = propose_routing(viewer, elder_id=elder_id, facility_id=stay.stay.facility_id) if stay else None
    behind = _left_behind(subsidies, Month.of(on))
    bills = _bills(viewer, elder_id)
    progress = Progress(
        assessment=_stand(done=assessment, waiting=open_assessment),
        subsidy=_subsidy_stand(subsidies),
        bed=_stand(done=stay, waiting=bed),
        stay=_stand(done=stay and stay.stay.state == StayState.IN, waiting=stay),
        routing=_routing_stand(subsidies, proposal, behind),
        left_home=behind.routing.facility.name if behind else "",
        payment=_stand(done=any(paid.redeemed_fen for paid in bills)),
        level_name=LEVELS[assessment.level] if assessment else "",
        assessment_valid_until=assessment.valid_until if assessment else None,
        home_name=_home_name(stay, bed),
        offer_lapses_at=offer.lapses_at if offer else None,
        expected_on=stay.stay.days.lower if stay and stay.stay.state == StayState.EXPECTED else None,
        answer_by=_answer_by(viewer, elder_id),
        form_unfinished=_unfinished(viewer, elder_id),
        account_missing=any(one.application and one.application.account_id is None for one in subsidies),
    )
    (card,) = cards
    is_short = stay is not None and stay.stay.stay_kind == StayKind.SHORT
    return ElderFile(
        card=card,
        age=age_on(card.birth_date, on),
        hukou_name=full_name(card.hukou_code) if card.hukou_code else "",
        may_act=may_act_for(viewer, elder_id),
        assessment=assessment,
        open_assessment=open_assessment,
        subsidies=subsidies,
        bed=bed,
        offer=offer,
        stay=stay,
        proposal=proposal,
        left_behind=behind,
        month=month_at_home(elder_id, card.hukou_code, stay, on) if stay and not is_short else None,
        days=days_at_home(elder_id, card.hukou_code, stay, on) if stay and is_short else None,
        bills=bills,
        steps=steps(progress),
        next_step=next_step(progress),
    )


def month_at_home(elder_id: UUID, hukou_code: str | None, stay: StayCard, on: date) -> Priced | None:
    """Price a whole month of a stay by the elder's own file: the same figure the search shows for the same facts."""
    if hukou_code is None:
        return None
    rooms = prices_by_room(stay.stay.facility_id, _asking(elder_id, hukou_code, stay, on))
    return next((priced for priced in rooms if priced.quote.room_type == stay.stay.room_type), None)


def days_at_home(elder_id: UUID, hukou_code: str | None, stay: StayCard, on: date) -> PricedStay | None:
    """Price a short stay whole, until the day it was asked for: the same figure the search shows for these days."""
    asked, since = stay.stay.application, stay.stay.days.lower
    if hukou_code is None or asked.wanted_until is None or asked.wanted_until <= since:
        return None
    days = DayRange(since, asked.wanted_until)
    asking = _asking(elder_id, hukou_code, stay, on)
    due, room = short_stay.due_in(asking, days), stay.stay.room_type
    return next(iter(short_stay.of_home(stay.stay.facility_id, asking.care_grade, days, due, room)), None)


def _asking(elder_id: UUID, hukou_code: str, stay: StayCard, on: date) -> Asker:
    """Ask for the elder's own file and the care grade of the stay."""
    return regraded(asker(elder_input(elder_id, on, province_of(hukou_code)), on), stay.grade_code)


def _stand(*, done: object, waiting: object = None) -> Stand:
    if done:
        return Stand.DONE
    return Stand.WAITING if waiting else Stand.NOTHING


def _subsidies(viewer: Viewer, elder_id: UUID) -> tuple[Subsidy, ...]:
    """Give the newest application, the entitlement and the routing of each benefit, in three queries."""
    applications = {row.programme: row for row in subsidies_visible_to(viewer).filter(elder=elder_id).order_by("pk")}
    entitlements = {row.programme: row for row in entitlements_visible_to(viewer).filter(elder=elder_id).order_by("pk")}
    active = routings_visible_to(viewer).filter(elder=elder_id, state=RoutingState.ACTIVE)
    active = active.select_related("facility", "entitlement")
    routings = {row.entitlement_id: row for row in active}
    return tuple(
        Subsidy(benefit(name), applications.get(name), right, routings.get(right.pk) if right else None)
        for name in dict.fromkeys([*applications, *entitlements])
        for right in [entitlements.get(name)]
    )


def _subsidy_stand(subsidies: tuple[Subsidy, ...]) -> Stand:
    if any(one.entitlement for one in subsidies):
        return Stand.DONE
    asked = [one.application for one in subsidies if one.application]
    if any(application.is_open for application in asked):
        return Stand.WAITING
    return Stand.FAILED if any(one.state == ApplicationState.REFUSED for one in asked) else Stand.NOTHING


def _left_behind(subsidies: tuple[Subsidy, ...], this_month: Month) -> LeftBehind | None:
    """Give the first benefit that still pays a home the elder has left; it is the next one once this one is moved."""
    return next(iter(left_behind([one.routing for one in subsidies if one.routing], this_month).values()), None)


def _routing_stand(
    subsidies: tuple[Subsidy, ...], proposal: Proposal | None, behind: LeftBehind | None
) -> Stand | None:
    """None: there is nothing that could be routed."""
    if behind:
        return Stand.NOTHING
    if any(one.routing for one in subsidies):
        return Stand.DONE
    if proposal:
        return Stand.NOTHING
    undecided = not subsidies or any(one.application and one.application.is_open for one in subsidies)
    entitled = any(one.entitlement and one.benefit.spendable_at_home for one in subsidies)
    return Stand.NOTHING if undecided or entitled else None


def _answer_by(viewer: Viewer, elder_id: UUID) -> date | None:
    """Give the last day of what the family is asked for, the most urgent first."""
    asked = open_inquiries(subsidies_visible_to(viewer).filter(elder=elder_id))
    return asked[0].inquiry.answer_by if asked else None


def _unfinished(viewer: Viewer, elder_id: UUID) -> bool:
    mine = filings_visible_to(viewer).filter(elder=elder_id, begun_by=viewer.user_id, state=FilingState.DRAFT)
    return mine.exists()


def _bed(viewer: Viewer, elder_id: UUID) -> BedApplication | None:
    mine = beds_visible_to(viewer).filter(elder=elder_id, state__in=OPEN_BEDS)
    return mine.select_related("facility").order_by("-submitted_at").first()


def _offer(viewer: Viewer, elder_id: UUID, now: datetime) -> Offer | None:
    live = offers_visible_to(viewer).filter(application__elder=elder_id, state=OfferState.LIVE, lapses_at__gt=now)
    return live.select_related("application__facility").order_by("lapses_at").first()


def _stay(viewer: Viewer, elder_id: UUID, on: date) -> StayCard | None:
    lives = stays_visible_to(viewer).filter(elder=elder_id, state__in=[StayState.EXPECTED, StayState.IN])
    return next(iter(stay_cards(lives, on)), None)


def _bills(viewer: Viewer, elder_id: UUID) -> tuple[PaidBill, ...]:
    """Give the last bills, each with what was redeemed, in two queries."""
    rows = list(bills_visible_to(viewer).filter(elder=elder_id).order_by("-bill_month")[:BILLS_SHOWN])
    redeemed: dict[UUID, int] = {}
    for bill_id, amount_fen in Redemption.objects.filter(bill__in=rows).values_list("bill_id", "amount_fen"):
        redeemed[bill_id] = redeemed.get(bill_id, 0) + amount_fen
    return tuple(PaidBill(row, redeemed.get(row.pk, 0)) for row in rows)


def _home_name(stay: StayCard | None, bed: BedApplication | None) -> str:
    if stay:
        return stay.stay.facility.name
    return bed.facility.name if bed else ""
