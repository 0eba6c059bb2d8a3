"""The waiting list: order, who is asked when a bed becomes free, who is passed over and why; a place is never lost by accident.

The threads in which pretix' waiting list failed its users are in test_seven_threads.py.
"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from eldercare.audit.models import Event
from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from eldercare.people.models import Consent, Letter
from eldercare.people.services.consents import revoke_consent
from facilities.access import offers_visible_to, skips_visible_to
from facilities.choices import ApplicationState, ClaimKind, OfferState, OpeningState
from facilities.models import Application, Bed, BedClaim, DirectedPriority, Offer, Opening, PriceVersion, Skip
from facilities.selectors.waiting import places_of, skips_shown, waiting_list
from facilities.services import (
    accept_offer,
    apply_to_home,
    change_wishes,
    close_lapsed_offers,
    decline_offer,
    end_stay,
    extend_offer,
    hold_bed,
    no_show,
    offer_bed,
    pass_over_proposed,
    pause_place,
    refuse_application,
    release_hold,
    resident_died,
    set_list_rule,
    set_priority,
    withdraw_application,
    withdraw_offer,
)
from facilities.services.claims import claim_bed
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder, stand_beside
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
DONGCHENG_STREET = "110101001"


@pytest.fixture
def queue():
    return Queue()


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def pass_hours(hours):
    move_clock(system("test"), timedelta(hours=hours))


def resident(queue):
    """Somebody who lives at the home since the first of the year."""
    elder = make_elder("住院老人")
    return make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))


def leaves(queue, stay):
    return end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")


def asked():
    """Who is asked at this moment, by application."""
    return list(Offer.objects.filter(state=OfferState.LIVE).values_list("application", flat=True))


def reasons():
    return dict(Skip.objects.values_list("application", "reason"))


# Order


def test_the_list_is_in_the_order_of_class_and_then_of_time(queue):
    DirectedPriority.objects.create(
        facility=queue.home,
        hukou_id="110101",
        document="京民养老发〔2024〕17号",
        article="三(六)",
        days=DateRange(date(2024, 3, 13), None),
    )
    first, second = queue.join("王一"), queue.join("王二")
    urgent = queue.join("王三", priority_asked="crisis", priority_words="出院后无人照顾")
    directed = queue.join("王四", hukou=DONGCHENG_STREET)
    places = places_of([one.application.pk for one in (first, second, urgent, directed)], queue.today)
    assert [places[one.application.pk].number for one in (directed, first, second, urgent)] == [1, 2, 3, 4]
    set_priority(
        queue.manager,
        application_id=urgent.application.pk,
        priority="crisis",
        because="已向医院核实",
        document="出院小结",
    )
    places = places_of([one.application.pk for one in (first, second, urgent, directed)], queue.today)
    assert [places[one.application.pk].number for one in (directed, urgent, first, second)] == [1, 2, 3, 4]
    assert places[directed.application.pk].priority.cite.document == "京民养老发〔2024〕17号"
    assert not places[directed.application.pk].priority.example
    assert places[urgent.application.pk].priority.example


def test_a_directed_priority_ends_with_its_days(queue):
    DirectedPriority.objects.create(
        facility=queue.home, hukou_id="110101", document="x", days=DateRange(date(2024, 3, 13), queue.today)
    )
    assert queue.join("王四", hukou=DONGCHENG_STREET).application.priority == "ordinary"


def test_only_the_manager_confirms_a_class_and_says_what_was_checked(queue):
    waiting = queue.join(priority_asked="spouse", priority_words="老伴住 203")
    facts = {"application_id": waiting.application.pk}
    assert code_of(lambda: set_priority(waiting.viewer, priority="spouse", because="x", **facts)) == "not_found"
    assert code_of(lambda: set_priority(queue.manager, priority="spouse", because=" ", **facts)) == "reason_missing"
    assert code_of(lambda: set_priority(queue.manager, priority="directed", because="x", **facts)) == "priority_unknown"
    assert code_of(lambda: queue.join(priority_asked="crisis")) == "priority_words"
    waiting.application.refresh_from_db()
    assert waiting.application.priority == "ordinary"


# A bed becomes free


def test_who_leaves_frees_the_bed_and_the_first_on_the_list_is_asked_in_the_same_act(queue):
    stay = resident(queue)
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, stay)
    offer = Offer.objects.get()
    assert (offer.application_id, offer.bed_id, offer.state) == (first.application.pk, stay.claim.bed_id, "live")
    assert (first.state, second.state) == ("offered", "submitted")
    assert offer.price["gross_fen"] == 620_000
    assert [letter.to_person_id for letter in Letter.objects.filter(kind="offer.made")] == [first.viewer.person_id]


def test_a_death_frees_the_bed_asks_the_next_and_ends_what_waited_for_the_dead(queue):
    stay = resident(queue)
    elsewhere = Queue()
    elsewhere_stay = resident(elsewhere)
    daughter = make_user("女儿")
    stand_beside(stay.elder, daughter.person)
    own = apply_to_home(
        viewer_for(daughter),
        facility_id=elsewhere.home.pk,
        elder_id=stay.elder_id,
        room_type="double",
        care_grade="full",
        wanted_from=queue.today,
        consent_text_version="2026-01",
    )
    there = elsewhere.join("王二")
    here = queue.join("王一")
    leaves(elsewhere, elsewhere_stay)
    assert asked() == [own.pk]
    ended = resident_died(system("test"), elder_id=stay.elder_id, died_on=queue.today)
    assert (ended.pk, ended.state, ended.ended_reason) == (stay.pk, "ended", "death")
    own.refresh_from_db()
    assert own.state == ApplicationState.CLOSED
    assert set(asked()) == {here.application.pk, there.application.pk}
    assert resident_died(system("test"), elder_id=stay.elder_id, died_on=queue.today) is None


def test_nobody_waits_and_the_bed_is_simply_free(queue):
    leaves(queue, resident(queue))
    assert (Offer.objects.count(), Opening.objects.count()) == (0, 0)


def test_each_family_passed_over_has_its_reason_and_the_one_that_fits_is_asked(queue):
    stay = resident(queue)
    single = queue.join("要单间", room_type="single")
    dementia = queue.join("要认知症床", bed_type="dementia")
    later = queue.join("晚些来", wanted_from=queue.today + timedelta(60))
    paused = queue.join("暂停")
    pause_place(paused.viewer, application_id=paused.application.pk, until=queue.today + timedelta(10))
    no_price = queue.join("没有价格", care_grade="partial")
    PriceVersion.objects.filter(facility=queue.home, care_grade="partial").delete()
    misfit = queue.join("天津户籍", hukou="120114")
    queue.home.accepts_hukou = ["110000"]
    queue.home.save()
    also = queue.join("单间或双人间", room_type="single", also_rooms=["double"])
    behind = queue.join("排在后面")
    leaves(queue, stay)
    assert asked() == [also.application.pk]
    assert reasons() == {
        single.application.pk: "other_room",
        dementia.application.pk: "other_bed",
        later.application.pk: "later",
        paused.application.pk: "paused",
        no_price.application.pk: "no_price",
        misfit.application.pk: "not_fit",
    }
    (shown,) = skips_shown(Skip.objects.filter(application=misfit.application))
    assert {reason.id: reason.outcome.value for reason in shown.conditions}["hukou"] == "fail"
    assert behind.application.pk not in reasons()
    event = Event.objects.get(act="waiting.passed_over")
    assert set(event.facts["reasons"].values()) == {"other_room", "other_bed", "later", "paused", "no_price", "not_fit"}


def test_the_reason_is_seen_by_the_family_the_home_and_the_regions_officers_and_by_nobody_else(queue):
    stay = resident(queue)
    passed = queue.join(room_type="single")
    leaves(queue, stay)
    seen = {
        "family": skips_visible_to(passed.viewer).count(),
        "home": skips_visible_to(queue.manager).count(),
        "auditor": skips_visible_to(viewer_for(make_officer("auditor", "120000"))).count(),
        "auditor elsewhere": skips_visible_to(viewer_for(make_officer("auditor", "130000"))).count(),
        "another family": skips_visible_to(queue.join("别人").viewer).count(),
        "another home": skips_visible_to(Queue().manager).count(),
    }
    assert seen == {
        "family": 1,
        "home": 1,
        "auditor": 1,
        "auditor elsewhere": 0,
        "another family": 0,
        "another home": 0,
    }


def test_the_facts_of_a_long_list_are_read_in_a_few_queries(queue, django_assert_num_queries):
    """A list ten times as long costs no query more."""
    stay, other = resident(queue), resident(queue)
    for number in range(3):
        queue.join(f"单间{number}", room_type="single")
    with CaptureQueriesContext(connection) as short:
        leaves(queue, stay)
    for number in range(27):
        queue.join(f"又一单间{number}", room_type="single")
    with django_assert_num_queries(len(short)):
        leaves(queue, other)


# Declined, lapsed, withdrawn: the bed goes on, the place is kept


def test_a_declined_bed_goes_to_the_next_and_who_stays_on_the_list_keeps_the_place(queue):
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    decline_offer(first.viewer, offer_id=Offer.objects.get().pk, stay_on_list=True)
    assert asked() == [second.application.pk]
    assert first.state == "submitted"
    assert places_of([first.application.pk], queue.today)[first.application.pk].number == 1
    decline_offer(second.viewer, offer_id=Offer.objects.get(state="live").pk)
    assert second.state == "declined"
    assert asked() == []
    assert Opening.objects.get().state == OpeningState.EXHAUSTED
    assert reasons() == {first.application.pk: "declined", second.application.pk: "declined"}


def test_after_the_declines_that_cost_nothing_the_family_waits_behind_the_others(queue):
    first, second = queue.join("王一"), queue.join("王二")
    pause_place(second.viewer, application_id=second.application.pk, until=queue.today + timedelta(30))
    numbers = []
    for _bed in range(3):
        leaves(queue, resident(queue))
        decline_offer(first.viewer, offer_id=Offer.objects.get(state="live").pk, stay_on_list=True)
        numbers.append(places_of([first.application.pk], queue.today)[first.application.pk].number)
    assert numbers == [1, 1, 2]


def test_a_lapsed_bed_goes_to_the_next_and_the_family_keeps_its_place(queue):
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    pass_hours(49)
    assert code_of(lambda: accept_offer(first.viewer, offer_id=Offer.objects.get().pk)) == "offer_lapsed"
    assert close_lapsed_offers() == 1
    assert asked() == [second.application.pk]
    assert (first.state, reasons()) == ("submitted", {first.application.pk: "unreachable"})
    assert places_of([first.application.pk], clock.today())[first.application.pk].number == 1
    assert close_lapsed_offers() == 0


def test_who_never_answers_is_paused_and_not_asked_for_ever(queue):
    first = queue.join("王一")
    for hours in (49, 98):
        leaves(queue, resident(queue))
        pass_hours(hours)
        close_lapsed_offers()
    first.application.refresh_from_db()
    assert first.application.paused_until == clock.today() + timedelta(90)
    pause_place(first.viewer, application_id=first.application.pk, until=None)
    first.application.refresh_from_db()
    assert first.application.paused_until is None


def test_an_offer_reaches_the_family_it_is_for_and_only_them(queue):
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    offer = Offer.objects.get()
    assert code_of(lambda: accept_offer(second.viewer, offer_id=offer.pk)) == "not_found"
    assert not offers_visible_to(second.viewer).exists()
    assert set(Letter.objects.filter(kind="offer.made").values_list("to_person", flat=True)) == {first.viewer.person_id}


def test_who_no_longer_acts_for_the_elder_gets_no_letter_about_them(queue):
    first = queue.join("王一")
    son = make_user("儿子")
    stand_beside(first.elder, son.person)
    consent = Consent.objects.get(elder=first.elder, purpose="representation", given_by=first.viewer.person_id)
    revoke_consent(first.viewer, consent_id=consent.pk)
    leaves(queue, resident(queue))
    assert [letter.to_person_id for letter in Letter.objects.filter(kind="offer.made")] == [son.person_id]


def test_one_bed_that_becomes_free_is_one_offer_however_many_wait_and_however_often_it_is_asked(queue):
    families = [queue.join(f"王{number}") for number in range(12)]
    stay = resident(queue)
    bed = stay.claim.bed
    BedClaim.objects.create(
        bed=make_bed(queue.home, admittable=False), kind=ClaimKind.BLOCKED, days=DateRange(queue.today, None)
    )
    leaves(queue, stay)
    leaves(queue, stay)
    close_lapsed_offers()
    assert asked() == [families[0].application.pk]
    # The one bed is taken out of use while the offer is out: whoever says no frees nothing that could be offered.
    Bed.objects.filter(pk=bed.pk).update(admittable=False)
    decline_offer(families[0].viewer, offer_id=Offer.objects.get(state="live").pk)
    assert asked() == []
    assert Opening.objects.get().state == OpeningState.STOPPED


def test_a_bed_that_is_claimed_later_is_not_offered_without_end(queue):
    """[care 850: an overlap check that ignores stays without an end]"""
    stay = resident(queue)
    BedClaim.objects.filter(pk=stay.claim_id).update(days=DateRange(date(2026, 1, 1), queue.today + timedelta(30)))
    BedClaim.objects.create(
        bed=stay.claim.bed, kind=ClaimKind.STAY, days=DateRange(queue.today + timedelta(30), None), noun="stay:later"
    )
    queue.join("王一")
    leaves(queue, stay)
    assert asked() == []
    assert Opening.objects.get().state == OpeningState.STOPPED


def test_no_offer_is_made_after_the_bed_or_the_licence_has_ended(queue):
    queue.join("王一")
    closing = resident(queue)
    BedClaim.objects.filter(pk=closing.claim_id).update(days=DateRange(date(2026, 1, 1), queue.today))
    Bed.objects.filter(pk=closing.claim.bed_id).update(valid_until=queue.today)
    leaves(queue, closing)
    assert (asked(), Opening.objects.get().state) == ([], OpeningState.STOPPED)
    queue.home.licence_valid_until = queue.today - timedelta(1)
    queue.home.save()
    leaves(queue, resident(queue))
    assert asked() == []
    assert set(reasons().values()) == {"not_fit"}


def test_an_offer_for_a_day_after_the_licence_is_refused(queue):
    queue.home.licence_valid_until = queue.today + timedelta(5)
    queue.home.save()
    first = queue.join("王一")
    late = {"bed_id": make_bed(queue.home).pk, "from_day": queue.today + timedelta(6)}
    assert code_of(lambda: offer_bed(queue.manager, application_id=first.application.pk, **late)) == "does_not_fit"


def test_a_bed_for_which_nobody_is_asked_tells_the_home_and_keeps_every_reason(queue):
    single = queue.join("要单间", room_type="single")
    leaves(queue, resident(queue))
    opening = Opening.objects.get()
    assert (opening.state, asked()) == (OpeningState.EXHAUSTED, [])
    assert reasons() == {single.application.pk: "other_room"}
    assert Letter.objects.filter(kind="opening.exhausted").count() == 1
    assert Event.objects.filter(act="opening.exhausted", noun=str(opening)).count() == 1


def test_a_family_that_withdraws_or_does_not_come_lets_the_next_one_be_asked(queue):
    first, second, third = queue.join("王一"), queue.join("王二"), queue.join("王三")
    leaves(queue, resident(queue))
    withdraw_application(first.viewer, application_id=first.application.pk)
    assert asked() == [second.application.pk]
    stay = accept_offer(second.viewer, offer_id=Offer.objects.get(state="live").pk)
    assert Opening.objects.get().state == OpeningState.TAKEN
    no_show(queue.manager, stay_id=stay.pk)
    assert asked() == [third.application.pk]


def test_a_bed_the_home_takes_back_is_offered_to_nobody_and_the_family_keeps_its_place(queue):
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    withdraw_offer(queue.manager, offer_id=Offer.objects.get().pk)
    assert asked() == []
    assert [row.pk for row in waiting_list(queue.home.pk, queue.today)] == [first.application.pk, second.application.pk]
    assert Letter.objects.filter(kind="offer.withdrawn", to_person=first.viewer.person_id).count() == 1


# By hand


def test_staff_who_offer_out_of_turn_must_say_why_and_the_passed_over_read_it(queue):
    first, single, third = queue.join("王一"), queue.join("王二", room_type="single"), queue.join("王三")
    bed = {"bed_id": make_bed(queue.home).pk, "from_day": queue.today}
    assert code_of(lambda: offer_bed(queue.manager, application_id=third.application.pk, **bed)) == "out_of_turn"
    assert (Offer.objects.count(), Skip.objects.count(), Letter.objects.filter(kind="offer.made").count()) == (0, 0, 0)
    offer_bed(queue.manager, application_id=third.application.pk, out_of_turn="与同屋老人是姐妹", **bed)
    assert reasons() == {first.application.pk: "staff", single.application.pk: "other_room"}
    (shown,) = skips_shown(skips_visible_to(first.viewer))
    assert shown.words == "与同屋老人是姐妹"


def test_a_home_may_have_the_next_family_proposed_and_pass_it_over_only_with_a_reason(queue):
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose", hours=24)
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    opening = Opening.objects.get()
    assert (asked(), opening.proposed_id) == ([], first.application.pk)
    pass_over = lambda words: pass_over_proposed(queue.manager, opening_id=opening.pk, reason=words)  # noqa: E731
    assert code_of(lambda: pass_over(" ")) == "reason_missing"
    assert pass_over("家属电话里说这周不方便").proposed_id == second.application.pk
    offer = offer_bed(queue.manager, application_id=second.application.pk, bed_id=opening.bed_id, from_day=queue.today)
    assert offer.lapses_at - offer.offered_at == timedelta(hours=24)
    opening.refresh_from_db()
    assert (opening.state, opening.proposed_id) == ("open", None)
    assert reasons() == {first.application.pk: "staff"}


def test_a_bed_taken_out_of_use_is_asked_about_no_further(queue):
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose")
    queue.join("王一")
    leaves(queue, resident(queue))
    opening = Opening.objects.get()
    claim_bed(opening.bed, ClaimKind.BLOCKED, since=queue.today)
    opening.refresh_from_db()
    assert (opening.state, opening.proposed_id) == (OpeningState.STOPPED, None)


def test_only_the_manager_says_how_the_list_moves(queue):
    assert code_of(lambda: set_list_rule(Queue().manager, facility_id=queue.home.pk, mode="auto")) == "not_found"
    assert (
        code_of(lambda: set_list_rule(queue.manager, facility_id=queue.home.pk, mode="auto", hours=999))
        == "offer_hours"
    )


# What the family may do


def test_wishes_change_and_the_place_stays(queue):
    first, second = queue.join("王一", room_type="single"), queue.join("王二")
    change_wishes(
        first.viewer,
        application_id=first.application.pk,
        room_type="double",
        care_grade="full",
        wanted_from=queue.today,
    )
    leaves(queue, resident(queue))
    assert asked() == [first.application.pk]
    late = {"room_type": "single", "care_grade": "full", "wanted_from": queue.today}
    act = lambda: change_wishes(first.viewer, application_id=first.application.pk, **late)  # noqa: E731
    assert code_of(act) == "already_answered"
    stranger = lambda: change_wishes(second.viewer, application_id=first.application.pk, **late)  # noqa: E731
    assert code_of(stranger) == "not_found"


def test_a_pause_has_an_end_and_costs_no_place(queue):
    first = queue.join("王一")
    pause = lambda days: pause_place(  # noqa: E731
        first.viewer, application_id=first.application.pk, until=queue.today + timedelta(days)
    )
    assert code_of(lambda: pause(0)) == "pause_days"
    assert code_of(lambda: pause(91)) == "pause_days"
    pause(10)
    place = places_of([first.application.pk], queue.today)[first.application.pk]
    assert (place.number, place.paused_until) == (1, queue.today + timedelta(10))
    assert places_of([first.application.pk], queue.today + timedelta(10))[first.application.pk].paused_until is None


def test_a_family_may_take_more_time_once_and_the_claim_follows(queue):
    first = queue.join("王一")
    leaves(queue, resident(queue))
    offer = Offer.objects.get()
    extended = extend_offer(first.viewer, offer_id=offer.pk)
    assert extended.lapses_at - offer.lapses_at == timedelta(hours=24)
    assert BedClaim.objects.get(pk=offer.claim_id).lapses_at == extended.lapses_at
    assert code_of(lambda: extend_offer(first.viewer, offer_id=offer.pk)) == "extended_once"
    pass_hours(73)
    assert code_of(lambda: extend_offer(first.viewer, offer_id=offer.pk)) == "offer_lapsed"
    assert code_of(lambda: accept_offer(first.viewer, offer_id=offer.pk)) == "offer_lapsed"


def test_an_application_is_open_once_and_a_place_is_not_doubled(queue):
    first = queue.join("王一")
    again = lambda: apply_to_home(  # noqa: E731
        first.viewer,
        facility_id=queue.home.pk,
        elder_id=first.elder.pk,
        room_type="double",
        care_grade="full",
        wanted_from=queue.today,
        consent_text_version="2026-01",
    )
    assert code_of(again) == "application_open"
    assert Application.objects.filter(facility=queue.home).count() == 1


# Holds


def test_a_hold_keeps_the_bed_until_its_hour_and_an_offer_to_the_same_family_takes_its_place(queue):
    first, second = queue.join("王一"), queue.join("王二")
    bed = make_bed(queue.home)
    hold_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
    there = {"bed_id": bed.pk, "from_day": queue.today}
    other = lambda: offer_bed(  # noqa: E731
        queue.manager, application_id=second.application.pk, out_of_turn="先来", **there
    )
    assert code_of(other) == "bed_taken"
    assert code_of(lambda: hold_bed(second.viewer, application_id=first.application.pk, **there)) == "not_found"
    offer_bed(queue.manager, application_id=first.application.pk, **there)
    claims = BedClaim.objects.filter(bed=bed, released_at__isnull=True)
    assert [claim.kind for claim in claims] == ["offer"]
    assert code_of(lambda: hold_bed(queue.manager, application_id=first.application.pk, **there)) == "already_answered"


def test_a_hold_that_ran_out_is_closed_by_the_statement_that_claims_the_bed(queue):
    first, second = queue.join("王一"), queue.join("王二")
    bed = make_bed(queue.home)
    hold = hold_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
    pass_hours(25)
    offer_bed(
        queue.manager,
        application_id=second.application.pk,
        bed_id=bed.pk,
        from_day=clock.today(),
        out_of_turn="王一不来了",
    )
    hold.refresh_from_db()
    assert hold.released_at is not None


def test_a_hold_let_go_is_a_free_bed_and_goes_along_the_list(queue):
    first = queue.join("王一")
    bed = make_bed(queue.home)
    hold = hold_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
    assert code_of(lambda: release_hold(Queue().manager, claim_id=hold.pk)) == "not_found"
    release_hold(queue.manager, claim_id=hold.pk)
    release_hold(queue.manager, claim_id=hold.pk)
    assert asked() == [first.application.pk]


@pytest.mark.parametrize("ends", ["withdrawn", "refused", "died", "paused", "offered another"])
def test_a_bed_proposed_for_a_family_that_cannot_be_asked_now_is_proposed_for_the_next(queue, ends):
    set_list_rule(queue.manager, facility_id=queue.home.pk, mode="propose")
    first, second = queue.join("王一"), queue.join("王二")
    leaves(queue, resident(queue))
    pk = first.application.pk
    assert Opening.objects.get().proposed_id == pk
    acts = {
        "withdrawn": lambda: withdraw_application(first.viewer, application_id=pk),
        "refused": lambda: refuse_application(queue.manager, application_id=pk, reason="暂无人手"),
        "died": lambda: resident_died(system("test"), elder_id=first.elder.pk, died_on=queue.today),
        "paused": lambda: pause_place(first.viewer, application_id=pk, until=queue.today + timedelta(days=9)),
        "offered another": lambda: offer_bed(
            queue.manager, application_id=pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
        ),
    }
    acts[ends]()
    opening = Opening.objects.get(proposed__isnull=False)
    assert (opening.state, opening.proposed_id) == (OpeningState.OPEN, second.application.pk)
