"""The class that follows from the 户籍: gained and lost with the facts, never lowered by what the home confirms, at its homes only."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from eldercare.audit.models import Event
from eldercare.audit.services import move_clock
from eldercare.kernel.viewer import system
from eldercare.people.models import HukouSpell, Letter
from facilities.models import DirectedPriority, Offer
from facilities.selectors.waiting import places_of, priority_shown
from facilities.services import end_stay, set_priority
from facilities.services.directed import follow_directed, follow_directed_at
from tests.builders.facilities import make_home, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
DONGCHENG, CHAOYANG = "110101001", "110105003"
LONG_AGO = date(2024, 3, 13)


def directed(home, hukou="110101", since=LONG_AGO, until=None):
    facts = {"document": "京民养老发〔2024〕17号", "article": "三(六)", "days": DateRange(since, until)}
    return DirectedPriority.objects.create(facility=home, hukou_id=hukou, **facts)


@pytest.fixture
def queue():
    return Queue()


def moves(waiting, to, day):
    """The elder's 户籍 is somewhere else from a day on."""
    spell = HukouSpell.objects.get(elder=waiting.elder)
    HukouSpell.objects.filter(pk=spell.pk).update(days=DateRange(spell.days.lower, day))
    HukouSpell.objects.create(elder=waiting.elder, region_id=to, days=DateRange(day, None))


def confirm(queue, waiting, priority="crisis"):
    facts = {"priority": priority, "because": "看过出院小结", "document": "出院小结"}
    return set_priority(queue.manager, application_id=waiting.application.pk, **facts)


def classes(*families):
    for one in families:
        one.application.refresh_from_db()
    return [one.application.priority for one in families]


def test_what_the_home_confirms_never_puts_a_family_behind_its_directed_class(queue):
    directed(queue.home)
    first = queue.join("王一", hukou=DONGCHENG, priority_asked="crisis", priority_words="出院后无人照顾")
    second = queue.join("王二", hukou=DONGCHENG)
    confirm(queue, first)
    assert classes(first, second) == ["directed", "directed"]
    assert places_of([first.application.pk], queue.today)[first.application.pk].number == 1
    assert priority_shown(first.application, queue.today).counts
    confirm(queue, first, "ordinary")
    assert classes(first) == ["directed"]
    assert not priority_shown(first.application, queue.today).counts


def test_who_moves_into_the_district_is_first_before_the_next_bed_is_offered(queue):
    directed(queue.home)
    first, moved = queue.join("王一"), queue.join("王二")
    moves(moved, DONGCHENG, queue.today)
    elder = make_elder("住院老人")
    stay = make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))
    end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
    assert Offer.objects.get().application_id == moved.application.pk
    assert classes(first, moved) == ["ordinary", "directed"]
    assert Letter.objects.get(kind="waiting.priority_changed").to_person_id == moved.viewer.person_id


def test_who_moves_away_waits_by_what_the_home_has_confirmed_or_as_everybody(queue):
    directed(queue.home)
    urgent, plain = queue.join("王一", hukou=DONGCHENG), queue.join("王二", hukou=DONGCHENG)
    confirm(queue, urgent)
    since = [one.application.place_since for one in (urgent, plain)]
    for one in (urgent, plain):
        moves(one, CHAOYANG, queue.today)
    assert (follow_directed(), follow_directed()) == (2, 0)
    assert classes(urgent, plain) == ["crisis", "ordinary"]
    assert [one.application.place_since for one in (urgent, plain)] == since
    assert Event.objects.filter(act="waiting.priority_followed").count() == 2


def test_a_spouse_who_no_longer_lives_there_is_no_reason_to_fall_back_on(queue):
    directed(queue.home)
    husband = make_elder("赵德海")
    stay = make_stay(queue.home, husband, husband.person, since=date(2026, 1, 1))
    wife = queue.join("孙秀兰", hukou=DONGCHENG)
    said = {"priority": "spouse", "because": "看过结婚证", "resident": stay.pk}
    set_priority(queue.manager, application_id=wife.application.pk, **said)
    end_stay(queue.manager, stay_id=stay.pk, until=queue.today, reason="went_home")
    moves(wife, CHAOYANG, queue.today)
    follow_directed()
    assert classes(wife) == ["ordinary"]


def test_a_home_becomes_directed_and_ceases_to_be_and_its_list_follows(queue):
    other = make_home("示例·另一家")
    directed(queue.home, since=queue.today + timedelta(2), until=queue.today + timedelta(9))
    directed(other)
    family, neighbour = queue.join("王一", hukou=DONGCHENG), queue.join("王二")
    assert (follow_directed(), classes(family, neighbour)) == (0, ["ordinary", "ordinary"])
    move_clock(system("test"), timedelta(days=2))
    assert (follow_directed(), classes(family, neighbour)) == (1, ["directed", "ordinary"])
    move_clock(system("test"), timedelta(days=9))
    assert (follow_directed(), classes(family, neighbour)) == (1, ["ordinary", "ordinary"])


def test_where_nothing_is_agreed_a_freed_bed_costs_one_query_for_it(queue):
    for number in range(3):
        queue.join(f"王{number}", hukou=DONGCHENG)
    with CaptureQueriesContext(connection) as queries:
        assert follow_directed_at(queue.home.pk) == 0
    assert len(queries) == 1
