"""Different acts on one bed, one stay, one elder at the same moment: whatever wins, the tables tell one story."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, BedClaim, GradeSpell, Leave, Offer, Stay
from facilities.services import (
    accept_offer,
    apply_to_home,
    change_grade,
    check_in,
    confirm_beds,
    end_stay,
    hold_bed,
    lock_order,
    offer_bed,
    record_leave,
    request_transfer,
    withdraw_application,
)
from facilities.services.board import BedChange, change_to
from facilities.services.capacity import close_beds
from facilities.services.claims import claim_bed
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_bed, make_stay
from tests.builders.people import make_elder, stand_beside
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once, without_the_wall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ONE_EXPECTED = "an_elder_is_expected_in_one_home"


def living(bed):
    return list(BedClaim.objects.filter(bed=bed, released_at__isnull=True).values_list("kind", flat=True))


def resident(queue, name="住院老人", since=date(2026, 1, 1)):
    elder = make_elder(name)
    return make_stay(queue.home, elder, elder.person, since=since)


def given(answer):
    return not isinstance(answer, str)


# One bed


def wants(queue, bed, families):
    """Hold it, offer it, live in it, block it: four people of one home, one bed."""
    stay = transaction.atomic(lambda: claim_bed(bed, ClaimKind.STAY, since=queue.today, noun="stay:x"))
    there = {"bed_id": bed.pk, "from_day": queue.today}
    return [
        lambda: hold_bed(queue.manager, application_id=families[0].application.pk, **there),
        lambda: offer_bed(queue.manager, application_id=families[1].application.pk, out_of_turn="急用", **there),
        stay,
        lambda: confirm_beds(
            queue.manager, facility_id=queue.home.pk, changes=[change_to("blocked", bed.pk, seen="free")]
        ),
    ]


def test_a_hold_an_offer_a_stay_and_a_block_want_one_bed_and_one_gets_it():
    queue = Queue()
    families = [queue.join("王一"), queue.join("王二")]
    won = Counter()
    for _round in range(8):
        bed = make_bed(queue.home)
        answers = at_once(wants(queue, bed, families))
        assert [given(answer) for answer in answers].count(True) == 1
        assert {answer for answer in answers if not given(answer)} <= {"bed_taken", "bed_occupied", "board_changed"}
        (kind,) = living(bed)
        won[kind] += 1
        Offer.objects.filter(state=OfferState.LIVE).update(state=OfferState.WITHDRAWN)
        Application.objects.filter(state=ApplicationState.OFFERED).update(state=ApplicationState.SUBMITTED)
    assert sum(won.values()) == 8


def test_without_the_wall_the_bed_is_had_by_more_than_one_of_them():
    queue = Queue()
    families = [queue.join("王一"), queue.join("王二")]
    bed = make_bed(queue.home)
    with without_the_wall():
        # The board looks at the bed itself; the other three would all have it.
        answers = at_once(wants(queue, bed, families)[:3])
        assert [given(answer) for answer in answers].count(True) > 1
        assert len(living(bed)) > 1


def test_a_move_into_a_bed_that_somebody_else_is_accepting_is_refused_and_the_resident_stays():
    old, new = Queue(), Queue()
    stay = resident(old)
    daughter = make_user("女儿")
    stand_beside(stay.elder, daughter.person)
    mover = viewer_for(daughter)
    move = request_transfer(
        mover,
        stay_id=stay.pk,
        facility_id=new.home.pk,
        room_type="double",
        care_grade="full",
        wanted_from=new.today,
        consent_text_version="2026-01",
    )
    bed, family = make_bed(new.home), new.join("王一")
    there = {"bed_id": bed.pk, "from_day": new.today}
    offer = offer_bed(new.manager, application_id=family.application.pk, out_of_turn="先约好的", **there)
    accepted, moved = at_once(
        [
            lambda: accept_offer(family.viewer, offer_id=offer.pk),
            lambda: offer_bed(new.manager, application_id=move.application_id, **there),
        ]
    )
    assert isinstance(accepted, Stay) and moved == "bed_taken"
    assert living(bed) == ["stay"]
    stay.refresh_from_db()
    assert stay.state == StayState.IN


def test_who_comes_early_and_the_board_want_the_days_before_and_one_gets_them():
    """A bed promised from next week; the elder comes today while the staff put somebody into it until then."""
    for _round in range(6):
        queue = Queue()
        family, bed = queue.join("王一"), make_bed(queue.home)
        week = queue.today + timedelta(7)
        offer = offer_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=week)
        coming = accept_offer(family.viewer, offer_id=offer.pk)
        change = BedChange(bed.pk, occupied=True, until=week)
        came, kept = at_once(
            [
                lambda: check_in(queue.manager, stay_id=coming.pk),  # noqa: B023
                lambda: confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change]),  # noqa: B023
            ]
        )
        assert [given(came), given(kept)].count(True) == 1
        coming.refresh_from_db()
        assert coming.state == (StayState.IN if given(came) else StayState.EXPECTED)
        days = sorted((claim.days for claim in BedClaim.objects.filter(bed=bed, released_at__isnull=True)), key=str)
        assert all(one.upper == other.lower for one, other in pairwise(days))


def test_a_bed_that_is_closed_while_it_is_offered_or_accepted_is_never_promised_beyond_its_end():
    for act in ("offer", "accept"):
        for _round in range(6):
            queue = Queue()
            family, bed = queue.join("王一"), make_bed(queue.home)
            offer = lambda: offer_bed(  # noqa: E731
                queue.manager,  # noqa: B023
                application_id=family.application.pk,  # noqa: B023
                bed_id=bed.pk,  # noqa: B023
                from_day=queue.today,  # noqa: B023
            )
            if act == "accept":
                made = offer()
                first = lambda: accept_offer(family.viewer, offer_id=made.pk)  # noqa: E731, B023
            else:
                first = offer
            end = queue.today + timedelta(1)
            cut = lambda: close_beds(queue.manager, facility_id=queue.home.pk, bed_ids=[bed.pk], until=end)  # noqa: E731, B023
            promised, closed = at_once([first, cut])
            bed.refresh_from_db()
            assert given(promised) != given(closed) or (given(promised) and closed == "beds_in_use")
            assert bed.valid_until == (end if given(closed) else None)
            assert len(living(bed)) == (0 if given(closed) else 1)


# One stay


def test_leaving_a_leave_and_another_grade_at_once_leave_one_grade_a_day_and_no_leave_beyond():
    for _round in range(8):
        queue = Queue()
        stay = resident(queue)
        facts = {"stay_id": stay.pk}
        ended, leave, grade = at_once(
            [
                lambda: end_stay(queue.manager, until=queue.today, reason="went_home", **facts),  # noqa: B023
                lambda: record_leave(
                    queue.manager,  # noqa: B023
                    since=queue.today - timedelta(3),  # noqa: B023
                    until=queue.today - timedelta(1),  # noqa: B023
                    **facts,  # noqa: B023
                ),
                lambda: change_grade(
                    queue.manager,  # noqa: B023
                    care_grade="partial",
                    from_day=queue.today - timedelta(5),  # noqa: B023
                    **facts,  # noqa: B023
                ),
            ]
        )
        assert given(ended)
        stay.refresh_from_db()
        assert (stay.state, stay.days.upper) == (StayState.ENDED, queue.today)
        spells = [spell.days for spell in GradeSpell.objects.filter(stay=stay).order_by("days")]
        assert spells[0].lower == stay.days.lower and spells[-1].upper == stay.days.upper
        assert all(one.upper == other.lower for one, other in pairwise(spells))
        assert len(spells) == (2 if given(grade) else 1)
        assert Leave.objects.filter(stay=stay).count() == (1 if given(leave) else 0)
        assert {answer for answer in (leave, grade) if not given(answer)} <= {"already_answered"}


def test_eight_people_change_one_grade_and_the_days_never_overlap():
    queue = Queue()
    stay = resident(queue)
    acts = [
        lambda number=number: change_grade(
            queue.manager,
            stay_id=stay.pk,
            care_grade="partial",
            from_day=queue.today - timedelta(number),
        )
        for number in range(8)
    ]
    answers = at_once(acts)
    assert {answer for answer in answers if not given(answer)} <= {"grade_day"}
    spells = [spell.days for spell in GradeSpell.objects.filter(stay=stay).order_by("days")]
    assert len(spells) == 1 + sum(given(answer) for answer in answers)
    assert all(one.upper == other.lower for one, other in pairwise(spells))
    assert spells[-1].upper is None


# One elder


class TwoOffers:
    """Two relatives hold an offer each for one elder, at two homes."""

    def __init__(self):
        self.queues = [Queue(), Queue()]
        self.family = self.queues[0].join("王一")
        son = make_user("儿子")
        stand_beside(self.family.elder, son.person)
        self.viewers = [self.family.viewer, viewer_for(son)]
        second = apply_to_home(
            self.viewers[1],
            facility_id=self.queues[1].home.pk,
            elder_id=self.family.elder.pk,
            room_type="double",
            care_grade="full",
            wanted_from=self.queues[1].today,
            consent_text_version="2026-01",
        )
        self.offers = [
            offer_bed(
                queue.manager, application_id=application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
            )
            for queue, application in zip(self.queues, [self.family.application, second], strict=True)
        ]

    def accept_both(self):
        return at_once(
            [
                lambda viewer=viewer, offer=offer: accept_offer(viewer, offer_id=offer.pk)
                for viewer, offer in zip(self.viewers, self.offers, strict=True)
            ]
        )


@contextmanager
def without_one_expected():
    wall = next(row for row in Stay._meta.constraints if row.name == ONE_EXPECTED)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Stay, wall)
    try:
        yield
    finally:
        Stay.objects.filter(state=StayState.EXPECTED).update(state=StayState.DROPPED)
        with connection.schema_editor() as editor:
            editor.add_constraint(Stay, wall)


def test_two_relatives_accept_two_homes_at_once_and_the_elder_is_expected_in_one():
    for _round in range(5):
        two = TwoOffers()
        answers = two.accept_both()
        assert [given(answer) for answer in answers].count(True) == 1
        assert "accepted_elsewhere" in answers
        left = two.offers[[given(answer) for answer in answers].index(False)]
        assert Offer.objects.get(pk=left.pk).state == OfferState.LIVE


def test_without_the_wall_the_elder_is_expected_in_both():
    with without_one_expected():
        assert [given(answer) for answer in TwoOffers().accept_both()] == [True, True]


def test_a_bed_held_while_the_family_withdraws_is_held_for_nobody_who_no_longer_waits():
    for _round in range(6):
        queue = Queue()
        family, bed = queue.join("王一"), make_bed(queue.home)
        there = {"application_id": family.application.pk}
        at_once(
            [
                lambda: hold_bed(queue.manager, bed_id=bed.pk, from_day=queue.today, **there),  # noqa: B023
                lambda: withdraw_application(family.viewer, **there),  # noqa: B023
            ]
        )
        assert (family.state, living(bed)) == ("withdrawn", [])


# The same day, and days without an end


def test_one_leaves_and_another_comes_into_the_bed_on_the_same_day_and_no_night_is_counted_twice():
    queue = Queue()
    stay = resident(queue)
    next_one = queue.join("王一")
    end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
    offer = Offer.objects.get(application=next_one.application)
    assert (offer.bed_id, offer.from_day) == (stay.claim.bed_id, queue.today)
    coming = accept_offer(next_one.viewer, offer_id=offer.pk)
    assert check_in(queue.manager, stay_id=coming.pk).days.lower == queue.today
    days = BedClaim.objects.filter(bed=offer.bed_id, released_at__isnull=True).order_by("days")
    assert [(claim.days.lower, claim.days.upper) for claim in days] == [
        (date(2026, 1, 1), queue.today),
        (queue.today, None),
    ]


def test_who_comes_and_leaves_on_the_same_day_is_told_that_a_stay_has_a_night():
    queue = Queue()
    family = queue.join("王一")
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    stay = check_in(queue.manager, stay_id=accept_offer(family.viewer, offer_id=offer.pk).pk)
    (answer,) = at_once([lambda: end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")])
    assert answer == "leaving_day"


def test_a_stay_without_an_end_is_in_the_way_of_the_last_day_there_is_and_the_other_way_round():
    """[care 850; and the ranges do meet at the year 9999]"""
    queue = Queue()
    last = date(9999, 12, 31)
    open_ended = lambda bed: claim_bed(bed, ClaimKind.STAY, since=queue.today)  # noqa: E731
    at_the_end = lambda bed: claim_bed(bed, ClaimKind.STAY, since=last)  # noqa: E731
    for first, second in ((open_ended, at_the_end), (at_the_end, open_ended)):
        bed = make_bed(queue.home)
        answers = at_once([transaction.atomic(lambda: first(bed))])  # noqa: B023
        answers += at_once([transaction.atomic(lambda: second(bed))])  # noqa: B023
        assert [given(answer) for answer in answers] == [True, False]
    bounded = make_bed(queue.home)
    until_the_end = transaction.atomic(lambda: claim_bed(bounded, ClaimKind.STAY, since=queue.today, until=last))
    assert given(at_once([until_the_end])[0])
    assert given(at_once([transaction.atomic(lambda: at_the_end(bounded))])[0])


def test_the_board_takes_the_last_day_there_is_as_an_end_and_a_freed_bed_beyond_every_day_is_no_fault():
    queue = Queue()
    queue.join("王一")
    bed = make_bed(queue.home)
    said = BedChange(bed.pk, occupied=True, until=date(9999, 12, 31))
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[said])
    confirm_beds(queue.manager, facility_id=queue.home.pk, changes=[change_to("free", bed.pk)])
    assert Offer.objects.get(bed=bed).state == OfferState.LIVE


# The clock


def test_only_the_databases_clock_says_whether_an_offer_has_lapsed(monkeypatch):
    """The application's own clocks run a year fast, then a year slow; nothing changes, in either direction."""
    import time

    from django.utils import timezone

    for skew in (timedelta(days=365), timedelta(days=-365)):
        queue = Queue()
        family, late = queue.join("王一"), queue.join("王二")
        offers = [
            offer_bed(
                queue.manager,
                application_id=one.application.pk,
                bed_id=make_bed(queue.home).pk,
                from_day=queue.today,
                out_of_turn="两张床",
            )
            for one in (family, late)
        ]
        # By the database's clock the second is over and the first is not.
        over = clock.now() - timedelta(seconds=1)
        Offer.objects.filter(pk=offers[1].pk).update(offered_at=over - timedelta(hours=1), lapses_at=over)
        BedClaim.objects.filter(pk=offers[1].claim_id).update(lapses_at=over)
        true_time, true_now = time.time, timezone.now
        with monkeypatch.context() as skewed:
            skewed.setattr(time, "time", lambda: true_time() + skew.total_seconds())  # noqa: B023
            skewed.setattr(timezone, "now", lambda: true_now() + skew)  # noqa: B023
            answers = at_once(
                [
                    lambda: accept_offer(family.viewer, offer_id=offers[0].pk),  # noqa: B023
                    lambda: accept_offer(late.viewer, offer_id=offers[1].pk),  # noqa: B023
                ]
            )
        assert (given(answers[0]), answers[1]) == (True, "offer_lapsed")


def test_the_demos_offset_moves_expiry_for_everybody_at_once():
    queue = Queue()
    family = queue.join("王一")
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    move_clock(system("test"), timedelta(hours=47))
    assert Offer.objects.get().lapses_at > clock.now()
    move_clock(system("test"), timedelta(hours=48, seconds=5))
    assert at_once([lambda: accept_offer(family.viewer, offer_id=offer.pk)] * 3) == ["offer_lapsed"] * 3


# An offer is only made under its home's lock, so nothing is offered to the dead while their affairs are ended


def test_an_offer_to_somebody_whose_death_is_being_recorded_is_never_left_behind():
    from facilities.services import resident_died

    for _round in range(6):
        queue = Queue()
        family, bed = queue.join("王一"), make_bed(queue.home)
        offered, _died = at_once(
            [
                lambda: offer_bed(
                    queue.manager,  # noqa: B023
                    application_id=family.application.pk,  # noqa: B023
                    bed_id=bed.pk,  # noqa: B023
                    from_day=queue.today,  # noqa: B023
                ),
                lambda: resident_died(system("test"), elder_id=family.elder.pk, died_on=queue.today),  # noqa: B023
            ]
        )
        assert family.state == ApplicationState.CLOSED
        assert not Offer.objects.filter(application=family.application, state=OfferState.LIVE).exists()
        assert living(bed) == []
        assert given(offered) or offered == "already_answered"


def test_the_locks_have_one_home_and_nobody_else_locks_a_bed():
    """Whoever locks beds, places or homes on this floor does it in lock_order.py; the board takes its own beds through it."""
    from pathlib import Path

    here = Path(lock_order.__file__).parent
    wild = [
        path.name
        for path in here.glob("*.py")
        if path.name not in ("lock_order.py", "board.py")
        and any(
            word in path.read_text()
            for word in ("lock(Bed.", "lock_one(Bed.", "lock_one(Application", 'lock_name(f"home')
        )
    ]
    assert wild == []
