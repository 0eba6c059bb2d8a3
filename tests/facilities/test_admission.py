"""From application to check-out: each act, its refusals, and that a refused act moves nothing."""

from datetime import date, timedelta

import pytest

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from eldercare.people.models import Consent, Letter
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, BedClaim, Offer, Stay
from facilities.selectors import vacancies
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    close_lapsed_offers,
    decline_offer,
    end_stay,
    no_show,
    offer_bed,
    refuse_application,
    resident_died,
    withdraw_application,
    withdraw_offer,
)
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed, make_home, make_staff, make_stay
from tests.builders.people import make_elder, stand_beside

pytestmark = pytest.mark.django_db


class Case:
    """A home with one bed and a manager; a family with an elder."""

    def __init__(self, **home):
        self.home = make_home(**home)
        self.bed = make_bed(self.home)
        manager, daughter = make_user("陈院长"), make_user("李娜")
        make_staff(manager, self.home)
        self.elder = make_elder(guardian=daughter.person)
        self.manager, self.family = viewer_for(manager), viewer_for(daughter)
        self.today = clock.today()

    def apply(self, **changes):
        facts = {"room_type": "double", "care_grade": "full", "wanted_from": self.today, **changes}
        return apply_to_home(
            self.family,
            facility_id=self.home.pk,
            elder_id=self.elder.pk,
            consent_text_version="2026-01",
            **facts,
        )

    def offer(self, application=None, *, bed=None, **more):
        application = application or self.apply()
        bed = bed or self.bed
        return offer_bed(
            self.manager,
            application_id=application.pk,
            bed_id=bed.pk,
            from_day=more.pop("from_day", self.today),
            **more,
        )

    def stay(self):
        return accept_offer(self.family, offer_id=self.offer().pk)


@pytest.fixture
def case():
    return Case()


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def pass_hours(hours):
    move_clock(system("test"), timedelta(hours=hours))


def test_an_application_keeps_its_fit_and_the_consent_it_rests_on_and_tells_the_home(case):
    application = case.apply()
    assert application.state == ApplicationState.SUBMITTED
    assert application.fit["verdict"] == "cannot_decide"
    assert application.fit["missing"] == ["level"]
    consent = Consent.objects.get(elder=case.elder, purpose="home_application")
    assert consent.about == f"facility:{case.home.pk}"
    assert Letter.objects.filter(kind="application.submitted").count() == 1


def test_a_second_application_to_the_same_home_is_refused_and_leaves_one(case):
    case.apply()
    assert code_of(case.apply) == "application_open"
    assert Application.objects.count() == 1


def test_a_home_that_does_not_take_the_hukou_refuses_with_every_condition_answered():
    case = Case(accepts_hukou=["120000"])
    with pytest.raises(Refusal) as refusal:
        case.apply()
    assert refusal.value.code == "does_not_fit"
    assert {reason.id: reason.outcome.value for reason in refusal.value.reasons} == {
        "licence": "pass",
        "age": "pass",
        "hukou": "fail",
        "level": "unknown",
    }
    assert Application.objects.count() == 0


def test_a_day_in_the_past_is_refused(case):
    assert code_of(lambda: case.apply(wanted_from=case.today - timedelta(1))) == "day_past"
    assert code_of(lambda: case.apply(wanted_from=date(9999, 12, 31))) == "day_too_far"


def test_kin_may_look_but_not_apply(case):
    kin = make_user("王强")
    stand_beside(case.elder, kin.person, "kin")
    case.family = viewer_for(kin)
    assert code_of(case.apply) == "not_acting_for_elder"


def test_a_stranger_finds_neither_elder_nor_offer(case):
    offer = case.offer()
    stranger = viewer_for(make_user("路人"))
    assert code_of(lambda: accept_offer(stranger, offer_id=offer.pk)) == "not_found"
    assert code_of(lambda: withdraw_offer(stranger, offer_id=offer.pk)) == "not_found"
    case.family = stranger
    assert code_of(case.apply) == "not_found"


def test_staff_of_another_home_can_not_offer_here(case):
    application = case.apply()
    other = make_user("别家院长")
    make_staff(other, make_home("示例·另一家"))
    act = lambda: offer_bed(  # noqa: E731
        viewer_for(other), application_id=application.pk, bed_id=case.bed.pk, from_day=case.today
    )
    assert code_of(act) == "not_found"


def test_staff_can_not_accept_for_the_family(case):
    offer = case.offer()
    assert code_of(lambda: accept_offer(case.manager, offer_id=offer.pk)) == "not_acting_for_elder"


def test_an_offer_holds_the_bed_and_keeps_the_price(case):
    offer = case.offer()
    assert vacancies([case.home.pk], case.today)[case.home.pk].free == 0
    assert offer.claim.kind == ClaimKind.OFFER
    assert offer.lapses_at - offer.offered_at == timedelta(hours=48)
    assert [(line["item"], line["amount_fen"]) for line in offer.price["lines"]] == [
        ("bed", 200_000),
        ("care", 300_000),
        ("meal", 120_000),
    ]
    assert offer.price["gross_fen"] == 620_000
    assert Letter.objects.filter(kind="offer.made").count() == 1


def test_a_bed_on_offer_is_not_offered_again(case):
    case.offer()
    second = Case.__new__(Case)
    second.__dict__.update(case.__dict__)
    second.elder = make_elder("赵秀英")
    stand_beside(second.elder, make_user().person)
    daughter = make_user("赵敏")
    stand_beside(second.elder, daughter.person)
    second.family = viewer_for(daughter)
    application = second.apply()
    assert code_of(lambda: second.offer(application)) == "bed_taken"
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED


def test_a_bed_that_can_not_take_anybody_in_is_not_offered(case):
    closed = make_bed(case.home, admittable=False)
    application = case.apply()
    assert code_of(lambda: case.offer(application, bed=closed)) == "bed_not_admittable"
    assert code_of(lambda: case.offer(application, from_day=case.today - timedelta(1))) == "day_past"
    assert code_of(lambda: case.offer(application, hours=0)) == "offer_hours"


def test_without_a_price_no_bed_is_offered():
    case = Case(prices=False)
    assert code_of(case.offer) == "price_missing"


def test_an_accepted_offer_becomes_an_expected_stay_on_the_same_claim(case):
    offer = case.offer(from_day=case.today + timedelta(3))
    stay = accept_offer(case.family, offer_id=offer.pk)
    claim = BedClaim.objects.get(pk=offer.claim_id)
    assert (stay.state, stay.days.lower, stay.days.upper) == (StayState.EXPECTED, case.today + timedelta(3), None)
    assert (claim.kind, claim.lapses_at, claim.noun) == (ClaimKind.STAY, None, f"stay:{stay.pk}")
    assert Application.objects.get().state == ApplicationState.ACCEPTED


def test_a_second_click_gives_the_same_stay(case):
    offer = case.offer()
    first = accept_offer(case.family, offer_id=offer.pk)
    assert accept_offer(case.family, offer_id=offer.pk) == first
    assert Stay.objects.count() == 1


def test_a_lapsed_offer_is_refused_with_the_next_step_and_the_bed_can_be_offered_again(case):
    application = case.apply()
    offer = case.offer(application, hours=1)
    pass_hours(2)
    with pytest.raises(Refusal) as refusal:
        accept_offer(case.family, offer_id=offer.pk)
    assert (refusal.value.code, refusal.value.status) == ("offer_lapsed", 409)
    assert str(refusal.value.next_step) == "您的申请还在。请联系机构重新留床，或者再看看别的机构。"
    assert vacancies([case.home.pk], clock.today())[case.home.pk].free == 1
    again = offer_bed(case.manager, application_id=application.pk, bed_id=case.bed.pk, from_day=clock.today())
    assert Offer.objects.get(pk=offer.pk).state == OfferState.LAPSED
    assert accept_offer(case.family, offer_id=again.pk).state == StayState.EXPECTED


def test_the_sweeper_closes_lapsed_offers_once_and_tells_the_family(case):
    case.offer(hours=1)
    assert close_lapsed_offers() == 0
    pass_hours(2)
    assert close_lapsed_offers() == 1
    assert close_lapsed_offers() == 0
    assert Offer.objects.get().state == OfferState.LAPSED
    assert Application.objects.get().state == ApplicationState.SUBMITTED
    assert BedClaim.objects.get().released_at is not None
    assert Letter.objects.filter(kind="offer.lapsed").count() == 1


def test_a_declined_offer_frees_the_bed(case):
    offer = case.offer()
    decline_offer(case.family, offer_id=offer.pk)
    decline_offer(case.family, offer_id=offer.pk)
    assert vacancies([case.home.pk], case.today)[case.home.pk].free == 1
    assert code_of(lambda: accept_offer(case.family, offer_id=offer.pk)) == "already_answered"


def test_a_withdrawn_application_takes_its_offer_along(case):
    offer = case.offer()
    withdraw_application(case.family, application_id=offer.application_id)
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    assert vacancies([case.home.pk], case.today)[case.home.pk].free == 1
    assert code_of(lambda: withdraw_application(case.family, application_id=offer.application_id)) == "already_answered"


def test_a_refused_application_needs_a_reason(case):
    application = case.apply()
    assert (
        code_of(lambda: refuse_application(case.manager, application_id=application.pk, reason=" ")) == "reason_missing"
    )
    refuse_application(case.manager, application_id=application.pk, reason="暂无护理人手")
    application.refresh_from_db()
    assert (application.state, application.reason) == (ApplicationState.REFUSED, "暂无护理人手")


def test_check_in_begins_the_stay_and_a_second_click_changes_nothing(case):
    stay = case.stay()
    assert check_in(case.manager, stay_id=stay.pk).state == StayState.IN
    again = check_in(case.manager, stay_id=stay.pk)
    assert (again.pk, again.days.lower) == (stay.pk, case.today)


def test_check_in_can_not_be_in_the_future(case):
    stay = case.stay()
    assert code_of(lambda: check_in(case.manager, stay_id=stay.pk, on=case.today + timedelta(1))) == "check_in_future"
    assert Stay.objects.get().state == StayState.EXPECTED


def test_who_comes_early_gets_the_bed_from_that_day_unless_somebody_else_has_it(case):
    stay = accept_offer(case.family, offer_id=case.offer(from_day=case.today + timedelta(5)).pk)
    BedClaim.objects.create(bed=case.bed, kind=ClaimKind.STAY, days=(case.today, case.today + timedelta(2)))
    assert code_of(lambda: check_in(case.manager, stay_id=stay.pk)) == "bed_taken"
    BedClaim.objects.exclude(pk=stay.claim_id).update(released_at=clock.now())
    assert check_in(case.manager, stay_id=stay.pk).days.lower == case.today


def test_an_elder_who_still_lives_elsewhere_is_not_checked_in(case):
    stay = case.stay()
    make_stay(make_home("示例·原来的家"), case.elder, case.elder.person, since=date(2026, 1, 1))
    assert code_of(lambda: check_in(case.manager, stay_id=stay.pk)) == "lives_elsewhere"


def test_a_no_show_frees_the_bed(case):
    stay = case.stay()
    no_show(case.manager, stay_id=stay.pk)
    assert vacancies([case.home.pk], case.today)[case.home.pk].free == 1


def test_who_leaves_frees_the_bed_from_the_day_of_leaving(case):
    stay = case.stay()
    check_in(case.manager, stay_id=stay.pk)
    assert code_of(lambda: end_stay(case.manager, stay_id=stay.pk, until=case.today, reason="moved")) == "leaving_day"
    pass_hours(10 * 24)
    end_stay(case.manager, stay_id=stay.pk, until=case.today + timedelta(10), reason="moved")
    assert vacancies([case.home.pk], case.today + timedelta(9))[case.home.pk].free == 0
    assert vacancies([case.home.pk], case.today + timedelta(10))[case.home.pk].free == 1


def test_a_death_ends_the_stay_and_frees_the_bed(case):
    stay = case.stay()
    check_in(case.manager, stay_id=stay.pk)
    pass_hours(5 * 24)
    ended = resident_died(system("test"), elder_id=case.elder.pk, died_on=case.today + timedelta(4))
    assert (ended.state, ended.ended_reason, ended.days.upper) == ("ended", "death", case.today + timedelta(4))
    assert resident_died(system("test"), elder_id=case.elder.pk, died_on=case.today) is None
    assert vacancies([case.home.pk], clock.today())[case.home.pk].free == 1
