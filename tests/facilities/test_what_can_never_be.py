"""Each wall of this floor, shown by one refused insert."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from eldercare.kernel import clock
from facilities.choices import ApplicationState, BillState, ClaimKind, EmploymentState, OfferState, StaffRole, StayState
from facilities.models import (
    Bed,
    BedClaim,
    Bill,
    Employment,
    Facility,
    GradeSpell,
    Leave,
    Offer,
    PriceVersion,
    Rating,
    Room,
    StaffInvitation,
    Stay,
)
from tests.builders.accounts import make_user
from tests.builders.facilities import (
    make_application,
    make_bed,
    make_bill,
    make_home,
    make_price,
    make_rating,
    make_staff,
    make_stay,
)
from tests.builders.people import make_elder, make_person

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)


def refused(wall, act):
    """Expect the wall's own name in the database's answer."""
    with pytest.raises((IntegrityError, InternalError)) as error, transaction.atomic():
        act()
    assert wall in str(error.value)


def test_one_bed_is_claimed_once_a_day():
    bed = make_bed(make_home())
    BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, JULY))
    refused(
        "one_bed_is_claimed_once_a_day",
        lambda: BedClaim.objects.create(bed=bed, kind=ClaimKind.BLOCKED, days=(date(2026, 6, 30), None)),
    )
    BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JULY, None))


def test_an_open_ended_claim_reaches_into_any_year():
    bed = make_bed(make_home())
    BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, None))
    refused(
        "one_bed_is_claimed_once_a_day",
        lambda: BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(date(2099, 1, 1), None)),
    )


def test_a_released_claim_stands_in_nobodys_way():
    bed = make_bed(make_home())
    BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, None), released_at=clock.now())
    assert BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, None)).pk


def test_only_holds_and_offers_lapse():
    bed = make_bed(make_home())
    wall = "only_holds_and_offers_lapse"
    refused(wall, lambda: BedClaim.objects.create(bed=bed, kind=ClaimKind.OFFER, days=(JUNE, None)))
    refused(
        wall, lambda: BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, None), lapses_at=clock.now())
    )


def test_a_claim_covers_a_day():
    bed = make_bed(make_home())
    refused("a_claim_covers_a_day", lambda: BedClaim.objects.create(bed=bed, kind=ClaimKind.STAY, days=(JUNE, JUNE)))


def test_a_home_has_one_price_per_room_grade_and_day():
    home = make_home(prices=False)
    make_price(home, "bed", 200_000, room_type="double", since=JUNE, until=JULY)
    make_price(home, "bed", 210_000, room_type="double", since=JULY)
    make_price(home, "bed", 300_000, room_type="single", since=JUNE)
    refused(
        "a_home_has_one_price_per_room_grade_and_day",
        lambda: make_price(home, "bed", 190_000, room_type="double", since=date(2026, 6, 15), until=date(2026, 6, 16)),
    )


def test_a_price_names_what_it_is_for_and_is_not_negative_and_covers_a_day():
    home = make_home(prices=False)
    refused("a_price_names_what_it_is_for", lambda: make_price(home, "bed", 1))
    refused("a_price_names_what_it_is_for", lambda: make_price(home, "meal", 1, care_grade="full"))
    refused("a_price_is_not_negative", lambda: make_price(home, "meal", -1))
    refused(
        "a_price_covers_a_day",
        lambda: PriceVersion.objects.create(facility=home, item="meal", monthly_fen=1, days=(JUNE, JUNE)),
    )


def test_a_rating_has_one_to_five_stars_and_is_valid_when_issued():
    home = make_home()
    refused("a_rating_has_one_to_five_stars", lambda: make_rating(home, 6))
    refused("a_rating_is_valid_when_issued", lambda: make_rating(home, 3, issued_on=JULY, valid_until=JUNE))
    assert Rating.objects.count() == 0


def test_a_home_has_both_coordinates_or_none():
    home = make_home()
    refused(
        "a_home_has_both_coordinates_or_none",
        lambda: Facility.objects.filter(pk=home.pk).update(latitude=39.4),
    )


def test_a_room_and_a_bed_have_one_name():
    bed = make_bed(make_home())
    refused(
        "a_room_has_one_name_in_its_home",
        lambda: Room.objects.create(facility=bed.room.facility, name=bed.room.name, room_type="double"),
    )
    refused("a_bed_has_one_name_in_its_room", lambda: Bed.objects.create(room=bed.room, name=bed.name, valid_from=JUNE))
    refused(
        "a_bed_ends_after_it_starts",
        lambda: Bed.objects.create(room=bed.room, name="9", valid_from=JUNE, valid_until=JUNE),
    )


def an_offer(home, *, bed=None, application=None, state=OfferState.LIVE, since=JUNE):
    now = clock.now()
    bed = bed or make_bed(home)
    later = now + timedelta(hours=1)
    claim = BedClaim.objects.create(bed=bed, kind=ClaimKind.OFFER, days=(since, since + timedelta(1)), lapses_at=later)
    application = application or make_application(home, make_elder(), make_person())
    return Offer.objects.create(
        application=application,
        bed=bed,
        claim=claim,
        from_day=since,
        offered_at=now,
        lapses_at=later,
        state=state,
        price={},
    )


def test_one_live_offer_per_bed_and_per_application():
    home = make_home()
    first = an_offer(home)
    refused("one_live_offer_per_bed", lambda: an_offer(home, bed=first.bed, since=JULY))
    refused("one_live_offer_per_application", lambda: an_offer(home, application=first.application))


def test_an_offer_lapses_after_it_is_made():
    offer = an_offer(make_home())
    refused(
        "an_offer_lapses_after_it_is_made",
        lambda: Offer.objects.filter(pk=offer.pk).update(lapses_at=offer.offered_at),
    )


def test_an_offer_is_answered_once():
    offer = an_offer(make_home())
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.LAPSED)
    refused("Invalid transition", lambda: Offer.objects.filter(pk=offer.pk).update(state=OfferState.ACCEPTED))


def test_one_open_application_per_elder_and_home():
    home, elder, person = make_home(), make_elder(), make_person()
    make_application(home, elder, person)
    refused("one_open_application_per_elder_and_home", lambda: make_application(home, elder, person))
    make_application(home, elder, person, state=ApplicationState.REFUSED)


def test_an_elder_lives_in_one_home_a_day():
    elder, person = make_elder(), make_person()
    make_stay(make_home(), elder, person, since=JUNE)
    refused("an_elder_lives_in_one_home_a_day", lambda: make_stay(make_home("示例·另一家"), elder, person, since=JULY))


def test_a_stay_that_ended_has_a_last_day_and_a_reason():
    stay = make_stay(make_home(), make_elder(), make_person(), since=JUNE)
    refused(
        "a_stay_that_ended_has_a_last_day_and_a_reason",
        lambda: Stay.objects.filter(pk=stay.pk).update(state=StayState.ENDED),
    )


def test_a_stay_has_one_grade_and_one_leave_a_day():
    stay = make_stay(make_home(), make_elder(), make_person(), since=JUNE)
    refused(
        "a_stay_has_one_grade_a_day",
        lambda: GradeSpell.objects.create(stay=stay, care_grade="partial", days=(JULY, None)),
    )
    Leave.objects.create(stay=stay, days=(JULY, date(2026, 7, 3)))
    refused(
        "an_elder_is_away_once_a_day",
        lambda: Leave.objects.create(stay=stay, days=(date(2026, 7, 2), date(2026, 7, 5))),
    )


def test_a_stay_has_one_bill_a_month():
    stay = make_stay(make_home(), make_elder(), make_person(), since=JUNE)
    make_bill(stay, JUNE)
    refused("a_stay_has_one_bill_a_month", lambda: make_bill(stay, JUNE))
    refused("a_bill_month_is_its_first_day", lambda: make_bill(stay, date(2026, 7, 2)))
    refused("a_bill_is_not_negative", lambda: make_bill(stay, JULY, bed_fen=-900_000))


def test_an_issued_bill_keeps_its_amount_and_is_settled_once():
    bill = make_bill(make_stay(make_home(), make_elder(), make_person(), since=JUNE), JUNE)
    rows = Bill.objects.filter(pk=bill.pk)
    refused("an_issued_bill_keeps_its_amount", lambda: rows.update(total_fen=1))
    refused("an_issued_bill_keeps_its_amount", lambda: rows.delete())
    rows.update(state=BillState.SETTLED)
    refused("Invalid transition", lambda: rows.update(state=BillState.ISSUED))


def test_one_live_employment_per_user_and_home_and_nobody_approves_themselves():
    home, user = make_home(), make_user()
    make_staff(user, home)
    refused("one_live_employment_per_user_and_home", lambda: make_staff(user, home, role=StaffRole.STAFF))
    other = make_user("赵伟")
    refused("a_claimant_does_not_approve_themselves", lambda: make_staff(other, home, approved_by=other))
    refused(
        "an_approved_employment_has_a_first_day",
        lambda: Employment.objects.create(
            user=other, facility=home, role=StaffRole.STAFF, state=EmploymentState.APPROVED
        ),
    )


def test_an_address_is_invited_to_a_home_once_at_a_time():
    home, user = make_home(), make_user()
    facts = {"facility": home, "role": "staff", "address": "13800001234", "address_index": "x", "invited_by": user}
    StaffInvitation.objects.create(**facts, expires_at=clock.now())
    refused(
        "an_address_is_invited_to_a_home_once_at_a_time",
        lambda: StaffInvitation.objects.create(**facts, expires_at=clock.now()),
    )
