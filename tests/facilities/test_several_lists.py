"""An elder on several lists, in two homes' plans, or already living somewhere: one bed promised, one place lived in, no place lost."""

import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from eldercare.people.models import Letter
from facilities.access import transfers_visible_to
from facilities.choices import ApplicationState, ClaimKind, OfferState, OpeningState
from facilities.models import Application, BedClaim, Offer, Opening, Skip, Stay, Transfer
from facilities.selectors import vacancies
from facilities.selectors.contracts import transfers_shown
from facilities.services import (
    accept_offer,
    apply_to_home,
    check_in,
    close_lapsed_offers,
    confirm_beds,
    drop_stay,
    end_stay,
    hold_bed,
    offer_bed,
    plan_leaving,
    record_leave,
    refuse_application,
    release_hold,
    request_transfer,
    resident_died,
    withdraw_application,
)
from facilities.services.board import BedChange, change_to
from facilities.services.capacity import add_room, close_beds
from facilities.services.claims import claim_bed
from tests.builders.facilities import make_bed
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
offer_bed_module = sys.modules["facilities.services.offer_bed"]


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


class OnFiveLists:
    """One elder on the lists of five homes."""

    def __init__(self):
        self.queues = [Queue(name=f"示例·第{number}家") for number in range(5)]
        self.family = self.queues[0].join("王一")
        self.viewer, self.today = self.family.viewer, self.queues[0].today
        self.places = [self.family.application] + [self.apply(queue) for queue in self.queues[1:]]

    def apply(self, queue):
        return apply_to_home(
            self.viewer,
            facility_id=queue.home.pk,
            elder_id=self.family.elder.pk,
            room_type="double",
            care_grade="full",
            wanted_from=self.today,
            consent_text_version="2026-01",
        )

    def offered(self, number):
        queue = self.queues[number]
        bed = make_bed(queue.home)
        return offer_bed(queue.manager, application_id=self.places[number].pk, bed_id=bed.pk, from_day=self.today)

    def accept(self, number):
        return accept_offer(self.viewer, offer_id=self.offered(number).pk)

    def live_in(self, number):
        return check_in(self.queues[number].manager, stay_id=self.accept(number).pk)


@pytest.fixture
def lists():
    return OnFiveLists()


def test_who_accepts_one_home_keeps_the_other_places_and_is_told_of_them(lists):
    lists.accept(0)
    states = [Application.objects.get(pk=place.pk).state for place in lists.places]
    assert states == ["accepted"] + ["submitted"] * 4
    letter = Letter.objects.get(kind="waiting.other_lists")
    assert letter.to_person_id == lists.viewer.person_id
    assert "示例·第1家、示例·第2家、示例·第3家、示例·第4家" in str(letter.body)


def test_nobody_has_two_beds_promised_and_may_change_to_the_second_by_calling_the_first_off(lists):
    first, second = lists.accept(0), lists.offered(1)
    with pytest.raises(Refusal) as refusal:
        accept_offer(lists.viewer, offer_id=second.pk)
    assert (refusal.value.code, refusal.value.status) == ("accepted_elsewhere", 409)
    assert "示例·第0家" in str(refusal.value.sentence)
    assert Offer.objects.get(pk=second.pk).state == OfferState.LIVE
    drop_stay(lists.viewer, stay_id=first.pk)
    assert accept_offer(lists.viewer, offer_id=second.pk).facility_id == lists.queues[1].home.pk


def test_the_table_itself_refuses_a_second_promise(lists):
    first = lists.accept(0)
    offer = lists.offered(1)
    with pytest.raises(IntegrityError, match="an_elder_is_expected_in_one_home"), transaction.atomic():
        Stay.objects.create(
            elder_id=first.elder_id,
            facility=lists.queues[1].home,
            application=offer.application,
            claim=offer.claim,
            room_type="double",
            days=first.days,
        )


def test_a_short_stay_may_be_booked_beside_a_place_for_good(lists):
    lists.accept(0)
    short = Queue(name="示例·短住")
    application = apply_to_home(
        lists.viewer,
        facility_id=short.home.pk,
        elder_id=lists.family.elder.pk,
        room_type="double",
        care_grade="full",
        wanted_from=lists.today,
        wanted_until=lists.today + timedelta(14),
        consent_text_version="2026-01",
    )
    assert application.stay_kind == "short"
    Stay.objects.create(
        elder=lists.family.elder,
        facility=short.home,
        application=application,
        claim=claim_bed(make_bed(short.home), ClaimKind.STAY, since=lists.today),
        room_type="double",
        stay_kind="short",
        days=(lists.today, None),
    )


def test_who_lives_in_another_home_accepts_a_short_stay_once_the_day_of_leaving_is_noted(lists):
    """One night is stayed in one home, on leave or not; the family hears it when it accepts, not at the door."""
    lives, day = lists.live_in(0), lists.today + timedelta(10)
    record_leave(lists.queues[0].manager, stay_id=lives.pk, since=day, until=day + timedelta(9))
    short = Queue(name="示例·短住")
    facts = {"facility_id": short.home.pk, "elder_id": lists.family.elder.pk, "room_type": "double"}
    days = {"wanted_from": day, "wanted_until": day + timedelta(5)}
    application = apply_to_home(lists.viewer, **facts, **days, care_grade="full", consent_text_version="2026-01")
    bed = make_bed(short.home)
    offer = offer_bed(short.manager, application_id=application.pk, bed_id=bed.pk, from_day=day)
    with pytest.raises(Refusal) as refusal:
        accept_offer(lists.viewer, offer_id=offer.pk)
    assert (refusal.value.code, refusal.value.status) == ("lives_elsewhere", 409)
    assert "示例·第0家" in str(refusal.value.sentence)
    assert Offer.objects.get(pk=offer.pk).state == OfferState.LIVE
    plan_leaving(lists.queues[0].manager, stay_id=lives.pk, on=day)
    assert accept_offer(lists.viewer, offer_id=offer.pk).stay_kind == "short"


def test_who_lives_at_a_home_asks_for_no_second_place_there_and_after_a_short_stay_may_stay_for_good(lists):
    lives = lists.live_in(0)
    assert code_of(lambda: lists.apply(lists.queues[0])) == "same_home"
    end_stay_after_a_night(lists, lives)
    today = clock.today()
    home = Queue(name="示例·先短住")
    facts = {"facility_id": home.home.pk, "elder_id": lists.family.elder.pk, "room_type": "double"}
    facts |= {"care_grade": "full", "wanted_from": today, "consent_text_version": "2026-01"}
    short = apply_to_home(lists.viewer, **facts, wanted_until=today + timedelta(5))
    offered = lambda application: offer_bed(  # noqa: E731
        home.manager, application_id=application.pk, bed_id=make_bed(home.home).pk, from_day=clock.today()
    )
    first = check_in(home.manager, stay_id=accept_offer(lists.viewer, offer_id=offered(short).pk).pk)
    stays_on = apply_to_home(lists.viewer, **facts)
    second = accept_offer(lists.viewer, offer_id=offered(stays_on).pk)
    move_clock(system("test"), timedelta(days=2))
    assert check_in(home.manager, stay_id=second.pk).state == "in"
    first.refresh_from_db()
    assert (first.state, first.ended_reason) == ("ended", "moved")
    assert not Letter.objects.filter(kind__in=["transfer.requested", "transfer.moved"]).exists()


def end_stay_after_a_night(lists, stay):
    move_clock(system("test"), timedelta(days=1))
    end_stay(lists.queues[0].manager, stay_id=stay.pk, until=clock.today(), reason="went_home")


def test_who_lives_at_one_home_and_accepts_anothers_bed_moves_there(lists):
    """[the family had been on both lists before the elder moved in; nobody asked for a transfer]"""
    old = lists.live_in(0)
    coming = lists.accept(1)
    (move,) = transfers_shown(transfers_visible_to(lists.queues[0].manager))
    assert (move.from_home, move.to_home, move.stage) == ("示例·第0家", "示例·第1家", "agreed")
    move_clock(system("test"), timedelta(days=2))
    stay = check_in(lists.queues[1].manager, stay_id=coming.pk)
    old.refresh_from_db()
    assert (old.state, old.ended_reason, old.days.upper) == ("ended", "moved", stay.days.lower)


def test_a_move_asked_for_at_two_homes_follows_the_elder_from_one_to_the_other(lists):
    """[the second check-in failed: the first move had already ended the stay both had named]"""
    lists.live_in(0)
    move_clock(system("test"), timedelta(days=1))
    homes = [Queue(name=f"示例·新{number}家") for number in range(2)]
    moves = [
        request_transfer(
            lists.viewer,
            stay_id=Stay.objects.get(state="in").pk,
            facility_id=queue.home.pk,
            room_type="double",
            care_grade="full",
            wanted_from=clock.today(),
            consent_text_version="2026-01",
        )
        for queue in homes
    ]
    for number, queue in enumerate(homes):
        move_clock(system("test"), timedelta(days=2 + number))
        offer = offer_bed(
            queue.manager,
            application_id=moves[number].application_id,
            bed_id=make_bed(queue.home).pk,
            from_day=clock.today(),
        )
        check_in(queue.manager, stay_id=accept_offer(lists.viewer, offer_id=offer.pk).pk)
    stays = list(Stay.objects.order_by("days"))
    assert [stay.facility.name for stay in stays] == ["示例·第0家", "示例·新0家", "示例·新1家"]
    assert [stay.days.upper for stay in stays] == [stays[1].days.lower, stays[2].days.lower, None]
    assert set(Transfer.objects.values_list("old_stay", flat=True)) == {stays[0].pk, stays[1].pk}
    assert Transfer.objects.filter(moved_at__isnull=True).count() == 0


# What lapses without anybody looking


def test_a_family_is_told_that_its_offer_lapsed_whoever_met_it_first():
    queue = Queue()
    first, second = queue.join("王一"), queue.join("王二")
    bed = make_bed(queue.home)
    there = {"bed_id": bed.pk, "from_day": queue.today}
    offer_bed(queue.manager, application_id=first.application.pk, **there)
    move_clock(system("test"), timedelta(hours=49))
    offer_bed(
        queue.manager,
        application_id=second.application.pk,
        bed_id=bed.pk,
        from_day=clock.today(),
        out_of_turn="王一没有答复",
    )
    assert Letter.objects.get(kind="offer.lapsed").to_person_id == first.viewer.person_id


def test_a_hold_that_lapses_or_is_let_go_goes_to_the_next_on_the_list():
    queue = Queue()
    first, second = queue.join("王一", room_type="single"), queue.join("王二")
    for ends in ("lapses", "let go"):
        bed = make_bed(queue.home)
        hold = hold_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
        if ends == "lapses":
            move_clock(system("test"), timedelta(hours=25))
            assert (close_lapsed_offers(), close_lapsed_offers()) == (1, 0)
        else:
            release_hold(queue.manager, claim_id=hold.pk)
            release_hold(queue.manager, claim_id=hold.pk)
        offer = Offer.objects.get(bed=bed)
        assert (offer.application_id, offer.state) == (second.application.pk, OfferState.LIVE)
        assert Skip.objects.filter(opening__bed=bed).values_list("application", "reason").get() == (
            first.application.pk,
            "other_room",
        )
        accept = accept_offer(second.viewer, offer_id=offer.pk)
        second = queue.join(f"王三 {ends}", wanted_from=clock.today())
        assert accept.state == "expected"
        assert Opening.objects.get(bed=bed).state == OpeningState.TAKEN
    assert not BedClaim.objects.filter(kind=ClaimKind.HOLD, released_at__isnull=True).exists()


def test_a_bed_that_is_to_be_closed_is_asked_about_by_nobody_and_stops_no_other_act():
    """The board could not be saved: the bed it freed was offered without end, and the bed has one."""
    queue = Queue()
    queue.join("王一")
    bed = make_bed(queue.home)
    until = queue.today + timedelta(10)
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[BedChange(bed.pk, occupied=True, until=until)])
    close_beds(queue.manager, facility_id=queue.home.pk, bed_ids=[bed.pk], until=until + timedelta(20))
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to("free", bed.pk)])
    assert Offer.objects.count() == 0
    assert Opening.objects.get(bed=bed).state == OpeningState.STOPPED
    counted = vacancies([queue.home.pk], queue.today)[queue.home.pk]
    assert (counted.free, counted.why) == (0, {"closing": 1})


def test_a_new_room_goes_along_the_list_bed_by_bed():
    queue = Queue()
    families = [queue.join("王一"), queue.join("王二"), queue.join("王三")]
    add_room(queue.manager, facility_id=queue.home.pk, name="新房间", room_type="double", beds=2, bed_type="nursing")
    offers = Offer.objects.filter(state=OfferState.LIVE).select_related("bed")
    assert {offer.application_id for offer in offers} == {family.application.pk for family in families[:2]}
    assert {offer.bed.room.name for offer in offers} == {"新房间"}
    assert families[2].state == ApplicationState.SUBMITTED


def test_a_new_room_nobody_waits_for_is_asked_about_once_and_the_home_told_once():
    queue = Queue()
    waiting = queue.join("王一", room_type="single")
    facts = {"facility_id": queue.home.pk, "name": "新房", "room_type": "double", "bed_type": "nursing"}
    add_room(queue.manager, **facts, beds=6)
    assert Opening.objects.get().state == OpeningState.EXHAUSTED
    assert Skip.objects.get().application_id == waiting.application.pk
    assert Letter.objects.filter(kind="opening.exhausted").count() == 1


def test_a_bed_somebody_is_busy_with_does_not_keep_the_sweeper_from_the_others(monkeypatch):
    queue, other = Queue(), Queue()
    offers = [
        offer_bed(
            one.manager,
            application_id=one.join("王一").application.pk,
            bed_id=make_bed(one.home).pk,
            from_day=one.today,
        )
        for one in (queue, other)
    ]
    move_clock(system("test"), timedelta(hours=49))
    locked = offer_bed_module.lock_to_ask

    def lock_to_ask(bed_id):
        if bed_id == offers[0].bed_id:
            raise Refusal("busy", say("这一项正被别人处理。"), status=409)
        return locked(bed_id)

    with monkeypatch.context() as busy:
        busy.setattr(offer_bed_module, "lock_to_ask", lock_to_ask)
        assert close_lapsed_offers() == 1
    assert close_lapsed_offers() == 1


@pytest.mark.parametrize("ends", ["withdraws", "is refused", "dies"])
def test_a_bed_held_for_a_family_that_no_longer_waits_goes_to_the_next_at_once(ends):
    queue = Queue()
    first, second = queue.join("王一"), queue.join("王二")
    bed = make_bed(queue.home)
    hold = hold_bed(queue.manager, application_id=first.application.pk, bed_id=bed.pk, from_day=queue.today)
    if ends == "withdraws":
        withdraw_application(first.viewer, application_id=first.application.pk)
    elif ends == "is refused":
        refuse_application(queue.manager, application_id=first.application.pk, reason="暂无护理人手")
    else:
        resident_died(system("test"), elder_id=first.elder.pk, died_on=queue.today)
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert Offer.objects.get(state=OfferState.LIVE).application_id == second.application.pk
