"""A list of three thousand families: one order however it is asked, few queries, every skip kept once, and in time."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.people.models import Elder, HukouSpell, Person
from facilities.choices import OpeningState, SkipReason
from facilities.models import Application, Offer, Opening, Skip
from facilities.selectors.admission import cards_in_order
from facilities.selectors.waiting import places_of, waiting_list
from facilities.services import end_stay, stop_opening
from tests.builders.facilities import make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MANY = 3000


def fill(queue, count, *, room_type="double", hukou="110105003"):
    """So many families join at the very same moment, written straight into the tables."""
    people = [Person(name=f"王{number}", birth_date="1940-01-01") for number in range(count)]
    Person.objects.bulk_create(people)
    elders = [Elder(person=person, registered_by=person) for person in people]
    Elder.objects.bulk_create(elders)
    HukouSpell.objects.bulk_create(
        HukouSpell(elder=elder, region_id=hukou, days=DateRange(date(1940, 1, 1), None)) for elder in elders
    )
    now = clock.now()
    rows = [
        Application(
            facility=queue.home,
            elder=elder,
            by_person=elder.person,
            room_type=room_type,
            care_grade="full",
            wanted_from=queue.today,
            fit={"verdict": "yes", "reasons": [], "lines": [], "missing": []},
            place_since=now,
        )
        for elder in elders
    ]
    return Application.objects.bulk_create(rows)


def resident(queue):
    elder = make_elder("住院老人")
    return make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))


def leaves(queue):
    """Somebody leaves; gives the seconds and the queries it took."""
    stay = resident(queue)
    began = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
    return time.monotonic() - began, len(asked)


def test_three_thousand_who_joined_in_one_moment_have_one_order_on_every_page():
    queue = Queue()
    rows = fill(queue, MANY)
    order = list(waiting_list(queue.home.pk, queue.today).values_list("pk", flat=True))
    assert order == sorted(row.pk for row in rows)
    assert order == list(waiting_list(queue.home.pk, queue.today).values_list("pk", flat=True))
    some = [order[0], order[1499], order[-1]]
    with CaptureQueriesContext(connection) as asked:
        places = places_of(some, queue.today)
    assert [places[pk].number for pk in some] == [1, 1500, MANY]
    assert len(asked) == 1
    cards = cards_in_order(waiting_list(queue.home.pk, queue.today)[:100], queue.today)
    assert [card.place.number for card in cards] == list(range(1, 101))


def test_a_bed_nobody_of_three_thousand_wants_keeps_each_skip_once_and_ends():
    queue = Queue()
    fill(queue, MANY, room_type="single")
    seconds, queries = leaves(queue)
    opening = Opening.objects.get()
    assert opening.state == OpeningState.EXHAUSTED
    assert Skip.objects.filter(opening=opening, reason=SkipReason.OTHER_ROOM).count() == MANY
    assert Skip.objects.values("opening", "application").distinct().count() == MANY
    assert len(Event.objects.get(act="waiting.passed_over").facts["reasons"]) == MANY
    print(f"{MANY} passed over for the room: {seconds:.2f} s, {queries} queries")
    assert seconds < 10


def test_a_bed_three_thousand_do_not_fit_costs_no_query_more_than_one_thousand_and_holds_the_list_briefly():
    queue = Queue()
    queue.home.accepts_hukou = ["110000"]
    queue.home.save()
    fill(queue, MANY // 3, hukou="120114")
    _seconds, few = leaves(queue)
    fill(queue, MANY - MANY // 3, hukou="120114")
    last = queue.join("最后一家")
    seconds, queries = leaves(queue)
    assert Offer.objects.get().application_id == last.application.pk
    passed = Skip.objects.filter(opening=Opening.objects.get(state=OpeningState.OPEN))
    assert passed.filter(reason=SkipReason.NOT_FIT).count() == MANY
    print(f"{MANY} that do not fit: {seconds:.2f} s, {queries} queries; a third of them {few}")
    # The one who is asked costs some more: the price, the claim, the offer, the letter.
    assert queries - few < 40
    assert seconds < 10


def test_the_first_who_fits_is_found_without_reading_the_rest_and_a_second_bed_skips_nobody_twice():
    queue = Queue()
    rows = fill(queue, MANY)
    seconds, queries = leaves(queue)
    first = Offer.objects.get()
    assert first.application_id == min(row.pk for row in rows)
    assert Skip.objects.count() == 0
    stop_opening(queue.manager, opening_id=Opening.objects.get().pk)
    more, as_many = leaves(queue)
    assert as_many - queries < 8
    assert Offer.objects.filter(state="live").count() == 2
    assert set(Skip.objects.values_list("application", "reason")) == {(first.application_id, "has_offer")}
    print(f"first who fits: {seconds:.2f} s, {queries} queries; second bed {more:.2f} s, {as_many} queries")
    assert timedelta(seconds=seconds) < timedelta(seconds=5)
