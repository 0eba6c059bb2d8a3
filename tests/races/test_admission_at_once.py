"""Admission when everything happens at the same moment: double clicks, two families, a bed that becomes free twice."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, OfferState, StayState, VisitState
from facilities.models import Application, BedClaim, Contract, Offer, Skip, Stay, Transfer, Visit, VisitSlot
from facilities.models.admission import OPEN
from facilities.services import (
    accept_offer,
    book_visit,
    check_in,
    decline_offer,
    draw_up_contract,
    end_stay,
    extend_offer,
    offer_bed,
    request_transfer,
    resident_died,
    sign_for_family,
    sign_for_home,
    transfer,
)
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder, stand_beside
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once, claims_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLICKS = 8
SLOT_WALL = "a_visit_time_is_booked_once"


def resident(queue, name="住院老人"):
    elder = make_elder(name)
    return make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))


def live():
    return list(Offer.objects.filter(state=OfferState.LIVE).values_list("application", flat=True))


def test_of_two_clients_one_always_wins():
    """[Varaamo 1696: both wrote, both saw the other, both gave up]"""
    queue = Queue(prices=False)
    for _round in range(20):
        bed = make_bed(queue.home)
        answers = at_once([claims_of(bed, 0), claims_of(bed, 1)])
        assert [isinstance(answer, BedClaim) for answer in answers].count(True) == 1


def test_a_bed_that_is_freed_by_eight_clicks_is_offered_once():
    queue = Queue()
    first = queue.join("王一")
    queue.join("王二")
    stay = resident(queue)
    act = lambda: end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")  # noqa: E731
    assert {answer.pk for answer in at_once([act] * CLICKS)} == {stay.pk}
    assert live() == [first.application.pk]


def test_two_beds_freed_at_once_are_two_families_offers_never_one_familys():
    queue = Queue()
    families = [queue.join(f"王{number}") for number in range(3)]
    stays = [resident(queue), resident(queue)]
    acts = [
        lambda stay=stay: end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
        for stay in stays
    ]
    at_once(acts)
    assert sorted(live()) == sorted(family.application.pk for family in families[:2])


def test_accepting_and_declining_at_once_ends_one_way_and_the_next_family_gets_what_is_left():
    for _round in range(5):
        queue = Queue()
        first, second = queue.join("王一"), queue.join("王二")
        stay = resident(queue)
        end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
        offer = Offer.objects.get(application=first.application)
        accepted, declined = at_once(
            [
                lambda: accept_offer(first.viewer, offer_id=offer.pk),  # noqa: B023
                lambda: decline_offer(first.viewer, offer_id=offer.pk),  # noqa: B023
            ]
        )
        offer.refresh_from_db()
        second.application.refresh_from_db()
        if isinstance(accepted, Stay):
            assert (declined, offer.state, second.application.state) == ("already_answered", "accepted", "submitted")
        else:
            assert (accepted, offer.state, second.application.state) == ("already_answered", "declined", "offered")


def test_two_relatives_who_decline_one_to_wait_on_and_one_to_leave_the_list_are_not_both_told_yes():
    for _round in range(4):
        queue = Queue()
        family = queue.join("王一")
        offer = offer_bed(
            queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
        )

        def decline(wait, family=family, offer=offer):
            return lambda: decline_offer(family.viewer, offer_id=offer.pk, stay_on_list=wait)

        leaves, waits = at_once([decline(False), decline(True)])
        assert (family.state, waits if isinstance(waits, str) else "", leaves if isinstance(leaves, str) else "") in (
            ("declined", "already_answered", ""),
            ("submitted", "", "already_answered"),
        )
        assert at_once([decline(family.state == "submitted")]) == [offer]


def test_eight_clicks_on_more_time_are_one_extension():
    queue = Queue()
    first = queue.join("王一")
    offer = offer_bed(
        queue.manager, application_id=first.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    answers = at_once([lambda: extend_offer(first.viewer, offer_id=offer.pk)] * CLICKS)
    assert sorted(map(str, answers)) == sorted([str(offer)] + ["extended_once"] * (CLICKS - 1))
    assert Offer.objects.get().lapses_at - offer.lapses_at == timedelta(hours=24)


def test_staff_who_offer_one_bed_to_two_families_at_once_give_it_to_one():
    """[Varaamo 1291: the check was made on what the page had shown]"""
    queue = Queue()
    first, second = queue.join("王一"), queue.join("王二")
    bed = make_bed(queue.home)
    acts = [
        lambda family=family: offer_bed(
            queue.manager,
            application_id=family.application.pk,
            bed_id=bed.pk,
            from_day=queue.today,
            out_of_turn="两人同时在办",
        )
        for family in (first, second)
    ]
    answers = at_once(acts)
    assert len(live()) == 1
    assert [answer for answer in answers if isinstance(answer, str)] in (["bed_taken"], ["offer_live"])


def test_a_death_and_an_acceptance_for_the_dead_at_once_leave_no_bed_claimed_for_them():
    for _round in range(5):
        queue = Queue()
        first, second = queue.join("王一"), queue.join("王二")
        offer = offer_bed(
            queue.manager, application_id=first.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
        )
        died = lambda: resident_died(system("test"), elder_id=first.elder.pk, died_on=queue.today)  # noqa: E731, B023
        at_once([lambda: accept_offer(first.viewer, offer_id=offer.pk), died])  # noqa: B023
        assert not Stay.objects.filter(elder=first.elder, state=StayState.EXPECTED).exists()
        assert live() == [second.application.pk]
        Offer.objects.filter(state=OfferState.LIVE).update(state=OfferState.WITHDRAWN)


def test_a_death_recorded_while_the_family_asks_for_a_move_leaves_no_request_for_the_dead(monkeypatch):
    """The stay that was looked at ends before the elder's file is locked: the move is judged by what is then so."""
    old, new = Queue(), Queue()
    stay = resident(old)
    daughter = make_user("女儿")
    stand_beside(stay.elder, daughter.person)
    allowed = transfer.family_only

    def died_meanwhile(viewer, elder_id):
        allowed(viewer, elder_id)
        ended = at_once([lambda: end_stay(old.manager, stay_id=stay.pk, until=old.today, reason="death")])
        assert ended == [stay]

    monkeypatch.setattr(transfer, "family_only", died_meanwhile)
    with pytest.raises(Refusal) as no:
        request_transfer(
            viewer_for(daughter),
            stay_id=stay.pk,
            facility_id=new.home.pk,
            room_type="double",
            care_grade="full",
            wanted_from=new.today,
            consent_text_version="2026-01",
        )
    assert no.value.code == "already_answered"
    assert not Application.objects.filter(elder=stay.elder, state__in=OPEN).exists()


# Visits


@contextmanager
def without_the_slot_wall():
    """Take the constraint down that lets one family in at a time, and put it up again."""
    wall = next(row for row in Visit._meta.constraints if row.name == SLOT_WALL)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Visit, wall)
    try:
        yield
    finally:
        Visit.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Visit, wall)


def slot_and_families(count):
    queue = Queue(prices=False)
    slot = VisitSlot.objects.create(facility=queue.home, starts_at=clock.now() + timedelta(days=1), minutes=30)
    viewers = [viewer_for(make_user()) for _number in range(count)]
    return slot, [lambda viewer=viewer: book_visit(viewer, slot_id=slot.pk) for viewer in viewers]


def test_forty_families_want_one_time_and_one_gets_it():
    slot, acts = slot_and_families(40)
    answers = at_once(acts)
    assert sum(isinstance(answer, Visit) for answer in answers) == 1
    assert {answer for answer in answers if isinstance(answer, str)} == {"slot_taken"}
    assert Visit.objects.filter(slot=slot, state=VisitState.BOOKED).count() == 1


def test_without_the_wall_many_families_get_the_same_time():
    _slot, acts = slot_and_families(10)
    with without_the_slot_wall():
        answers = at_once(acts)
        assert sum(isinstance(answer, Visit) for answer in answers) > 1


def test_eight_clicks_on_one_booking_are_one_visit_and_one_answer():
    slot, _acts = slot_and_families(1)
    viewer = viewer_for(make_user())
    book = lambda: {"visit": str(book_visit(viewer, slot_id=slot.pk).pk)}  # noqa: E731
    answers = at_once([lambda: once(viewer, "facilities.visit", "key-1", [str(slot.pk)], book)] * CLICKS)
    assert {answer["visit"] for answer, _repeated in answers} == {str(Visit.objects.get().pk)}


# Contracts and moves


def test_eight_clicks_on_signing_are_one_signature_each():
    queue = Queue()
    family = queue.join("王一")
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    stay = accept_offer(family.viewer, offer_id=offer.pk)
    drawn = at_once([lambda: draw_up_contract(queue.manager, stay_id=stay.pk, deposit_fen=0)] * CLICKS)
    assert [isinstance(one, Contract) for one in drawn].count(True) == 1
    contract = Contract.objects.get()
    at_once([lambda: sign_for_home(queue.manager, contract_id=contract.pk)] * CLICKS)
    sign = lambda: sign_for_family(family.viewer, contract_id=contract.pk, content=contract.content)  # noqa: E731
    assert {one.state for one in at_once([sign] * CLICKS)} == {"signed"}


def test_a_move_checked_in_while_the_old_home_checks_out_ends_one_way_and_in_no_deadlock():
    for _round in range(4):
        old, new = Queue(), Queue()
        stay = resident(old)
        daughter = make_user("女儿")
        stand_beside(stay.elder, daughter.person)
        viewer = viewer_for(daughter)
        move = request_transfer(
            viewer,
            stay_id=stay.pk,
            facility_id=new.home.pk,
            room_type="double",
            care_grade="full",
            wanted_from=new.today,
            consent_text_version="2026-01",
        )
        offer = offer_bed(
            new.manager, application_id=move.application_id, bed_id=make_bed(new.home).pk, from_day=new.today
        )
        coming = accept_offer(viewer, offer_id=offer.pk)
        waiting = old.join("王一")
        at_once(
            [
                lambda: check_in(new.manager, stay_id=coming.pk),  # noqa: B023
                lambda: end_stay(old.manager, stay_id=stay.pk, until=old.today, reason="moved"),  # noqa: B023
                lambda: check_in(new.manager, stay_id=coming.pk),  # noqa: B023
            ]
        )
        stay.refresh_from_db()
        coming.refresh_from_db()
        assert (stay.state, stay.days.upper, coming.state, coming.days.lower) == ("ended", old.today, "in", old.today)
        assert Transfer.objects.get(pk=move.pk).moved_on == old.today
        waiting.application.refresh_from_db()
        assert waiting.application.state == ApplicationState.OFFERED
        assert Skip.objects.filter(application=waiting.application).count() == 0
