"""The timeline's door and its rule: what is due month by month, whatever the order in which the events were told."""

import json
import random
from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.kernel.days import Month
from subsidies.rules.events import KINDS, Event, counting
from subsidies.rules.facts import CIRCUMSTANCES, FactProblem
from subsidies.rules.timeline import timeline
from tests.builders.regions import regions
from tests.subsidies.test_preview_api import BODY
from tests.subsidies.test_preview_cases import elder_of

URL = "/api/v1/subsidies/timeline"
NURSING, SENIORITY, HARDSHIP = (f"beijing/2019-160/{name}" for name in ("nursing", "seniority", "hardship"))
LIVING, NURSING_434 = "beijing/2016-434/living", "beijing/2016-434/nursing"
CHAOYANG, HAIDIAN, FENGTAI, WUQING = "110105", "110108", "110106", "120114"
SEVERE = {"standard": "GB/T 42195-2022", "level": 3, "valid_until": date(2027, 6, 30)}


def event(name, kind, day, *, known=None, voids=None, **facts) -> Event:
    happened_on = date.fromisoformat(day)
    return Event(name, kind, happened_on, date.fromisoformat(known) if known else happened_on, voids, facts)


def certificate(name, day, category, level, **more):
    return event(name, "certificate", day, category=category, level=level, components=None, **more)


def due(events, benefit, *, first="2026-01", count=12, elder=None, **more) -> list[int | None]:
    """Give what is due of one benefit, month by month."""
    return [row.due_fen for row in rows(events, benefit, first=first, count=count, elder=elder, **more)]


def rows(events, benefit, *, first="2026-01", count=12, elder=None, **more):
    months = [Month.parse(first).plus(step) for step in range(count)]
    found = timeline(elder or elder_of({}), events, months, **more)
    return [row for month in found for row in month if row.benefit.id == benefit]


def payers(events, benefit, **more):
    return [row.payer_region for row in rows(events, benefit, **more)]


def test_without_events_the_answer_is_that_of_a_preview():
    assert due([], SENIORITY, count=3) == [10000, 10000, 10000]


def test_death_stops_from_the_month_after():
    assert due([event("1", "death", "2026-03-31")], SENIORITY, count=5) == [10000, 10000, 10000, 0, 0]
    assert due([event("1", "death", "2026-04-01")], SENIORITY, count=5) == [10000, 10000, 10000, 10000, 0]


def test_a_death_learnt_later_corrects_earlier_months():
    told = [event("1", "death", "2026-05-20", known="2026-05-22")]
    later = event("2", "death", "2026-03-20", known="2026-08-01", voids="1")
    assert due([*told, later], SENIORITY, count=6) == [10000, 10000, 10000, 0, 0, 0]
    assert due([*told, later], SENIORITY, count=6, known_by=date(2026, 7, 31)) == [10000] * 5 + [0]


def test_of_two_days_of_death_the_later_knowledge_holds_also_without_a_void():
    told = [event("b", "death", "2026-03-20", known="2026-08-01"), event("a", "death", "2026-05-20")]
    assert due(told, SENIORITY, count=6) == [10000, 10000, 10000, 0, 0, 0]


def test_an_event_taken_back_never_happened_and_a_void_taken_back_neither():
    death, void = event("1", "death", "2026-02-10"), event("2", "void", "2026-03-01", voids="1")
    assert due([death, void], SENIORITY, count=4) == [10000] * 4
    again = event("3", "void", "2026-04-01", voids="2")
    assert due([death, void, again], SENIORITY, count=4) == [10000, 10000, 0, 0]


def test_the_old_district_pays_the_month_of_the_move_and_the_new_one_from_the_next():
    moves = [event("1", "hukou_move", "2026-03-10", region=HAIDIAN)]
    assert payers(moves, SENIORITY, count=5) == [CHAOYANG, CHAOYANG, CHAOYANG, HAIDIAN, HAIDIAN]


def test_of_two_moves_in_a_month_the_district_between_pays_nothing():
    moves = [
        event("2", "hukou_move", "2026-03-20", region=FENGTAI),
        event("1", "hukou_move", "2026-03-10", region=HAIDIAN),
    ]
    assert payers(moves, SENIORITY, count=5) == [CHAOYANG, CHAOYANG, CHAOYANG, FENGTAI, FENGTAI]


def test_leaving_beijing_stops_from_the_next_month_and_coming_back_starts_again():
    moves = [
        event("1", "hukou_move", "2026-03-10", region=WUQING),
        event("2", "hukou_move", "2026-06-10", region=HAIDIAN),
    ]
    assert due(moves, SENIORITY, count=7) == [10000, 10000, 10000, 0, 0, 10000, 10000]
    assert payers(moves, SENIORITY, count=7)[5:] == [HAIDIAN, HAIDIAN]


def test_certificate_changes_count_from_the_next_month_upward_and_downward():
    told = [
        certificate("1", "2026-02-10", 4, 2),
        certificate("2", "2026-04-10", 4, 1),
        certificate("3", "2026-06-10", 4, 3),
    ]
    assert due(told, NURSING, count=8) == [0, 40000, 40000, 40000, 60000, 60000, 0, 0]


def test_prison_stops_from_the_next_month_and_release_restarts_from_the_next():
    told = [event("1", "prison_begin", "2026-02-10"), event("2", "prison_end", "2026-05-10")]
    assert due(told, SENIORITY, count=7) == [10000, 10000, 0, 0, 0, 10000, 10000]


def test_dibao_begins_and_ends():
    told = [
        event("1", "circumstance_begin", "2026-02-10", circumstance="dibao"),
        event("2", "circumstance_end", "2026-04-10", circumstance="dibao"),
    ]
    assert due(told, HARDSHIP, count=6) == [0, 30000, 30000, 30000, 0, 0]


def test_found_again_after_a_declaration_pays_on():
    told = [event("1", "declared_missing", "2026-02-10"), event("2", "found_again", "2026-05-10")]
    assert due(told, SENIORITY, count=4, known_by=date(2026, 3, 1)) == [10000, 10000, 0, 0]
    assert due(told, SENIORITY, count=4) == [10000] * 4


def test_an_application_brings_back_pay_for_exactly_six_months_and_no_more():
    condition = event("1", "circumstance_begin", "2026-01-15", circumstance="dibao")
    within = [condition, event("2", "applied", "2026-07-15", programmes=[HARDSHIP])]
    late = [condition, event("2", "applied", "2026-07-16", programmes=[HARDSHIP])]
    assert due(within, HARDSHIP, count=8) == [30000] * 8
    assert due(late, HARDSHIP, count=8) == [0] * 6 + [30000] * 2
    assert due(within, SENIORITY, count=8) == [0] * 8  # nobody applied for it


def test_an_assessed_severe_disability_opens_the_benefit_by_itself():
    told = [
        event("1", "assessment", "2026-03-10", **SEVERE),
        event("2", "applied", "2026-05-01", programmes=[SENIORITY]),
    ]
    assert due(told, NURSING, count=5) == [0, 0, 60000, 60000, 60000]


def test_where_somebody_applied_all_the_same_the_application_says_from_when_as_in_a_preview():
    assessed = event("1", "assessment", "2026-01-15", **SEVERE)
    late = [assessed, event("2", "applied", "2026-07-16")]
    within = [assessed, event("2", "applied", "2026-07-15")]
    assert due(late, NURSING, count=8) == [0] * 6 + [60000] * 2
    assert due(within, NURSING, count=8) == [60000] * 8


def test_withdrawn_before_the_district_decided_is_as_if_never_applied_and_later_it_stops_from_the_next_month():
    applied = event("1", "applied", "2026-02-03", programmes=[SENIORITY])
    assert due([applied, event("2", "withdrawn", "2026-02-20")], SENIORITY, count=4) == [0, 0, 0, 0]
    assert due([applied, event("2", "withdrawn", "2026-04-20")], SENIORITY, first="2026-03", count=4) == [
        10000,
        10000,
        0,
        0,
    ]


def test_a_choice_moves_the_money_from_one_side_to_the_other_from_the_next_month():
    elder = elder_of(
        {"certificates": [{"category": 4, "level": 1, "from": date(2020, 1, 1)}], "circumstances": {"dibao": True}}
    )
    choice = [event("1", "choice", "2026-03-10", programme=LIVING)]
    assert due(choice, HARDSHIP, elder=elder, count=5) == [30000, 30000, 30000, 0, 0]
    assert due(choice, LIVING, elder=elder, count=5) == [0, 0, 0, 40000, 40000]


def test_whoever_applied_for_both_and_chose_neither_is_asked_and_a_first_choice_counts_at_once():
    elder = elder_of({"certificates": [{"category": 4, "level": 1, "from": date(2020, 1, 1)}]})
    applied = event("1", "applied", "2026-03-02")
    both = {name: rows([applied], name, elder=elder, count=4)[3] for name in (NURSING, NURSING_434)}
    assert [(row.verdict, row.due_fen) for row in both.values()] == [("choice", None), ("choice", None)]
    chosen = [applied, event("2", "choice", "2026-03-05", programme=NURSING)]
    assert due(chosen, NURSING, elder=elder, count=4)[2:] == [60000, 60000]
    assert due(chosen, NURSING_434, elder=elder, count=4) == [0, 0, 0, 0]


def test_what_is_drawn_goes_on_until_somebody_chooses():
    elder = elder_of(
        {
            "certificates": [{"category": 4, "level": 1, "from": date(2020, 1, 1)}],
            "circumstances": {"disability_nursing_allowance": True},
        }
    )
    choice = [event("1", "choice", "2026-02-10", programme=NURSING)]
    assert due(choice, NURSING_434, elder=elder, count=4) == [30000, 30000, 0, 0]
    assert due(choice, NURSING, elder=elder, count=4) == [0, 0, 60000, 60000]


def test_what_is_unknown_before_the_first_event_stays_undecided():
    elder = elder_of({"certificates": None, "assessments": []})
    found = rows([certificate("1", "2026-03-10", 4, 2)], NURSING, elder=elder, count=5)
    assert [row.due_fen for row in found] == [None, None, None, 40000, 40000]
    assert found[0].missing == ("certificates",)


@pytest.mark.parametrize(
    "events",
    [
        [event("1", "death", "2026-01-01"), event("1", "death", "2026-02-01")],
        [event("1", "void", "2026-01-01", voids="9")],
        [event("1", "void", "2026-01-01", voids="1")],
        [event("1", "void", "2026-01-01", voids="2"), event("2", "void", "2026-01-01", voids="1")],
    ],
    ids=["one id, two contents", "voids nothing", "voids itself", "a ring"],
)
def test_events_that_cannot_be_are_refused_with_their_field(events):
    with pytest.raises(FactProblem) as refused:
        counting(events)
    assert all(name.startswith("events.") for name in refused.value.fields)


def test_an_event_told_twice_counts_once():
    death = event("1", "death", "2026-02-10")
    assert counting([death, deepcopy(death)]) == [death]


days = st.dates(date(2025, 9, 1), date(2026, 12, 31))


@st.composite
def life(draw):
    """A sequence of up to ten events of every kind, known at once or later, some of them taken back."""
    events = []
    for index in range(draw(st.integers(0, 10))):
        kind, day = draw(st.sampled_from([kind for kind in KINDS if kind != "void"])), draw(days)
        facts = {
            "hukou_move": {"region": draw(st.sampled_from([CHAOYANG, HAIDIAN, FENGTAI, WUQING, "130102"]))},
            "certificate": {
                "category": draw(st.integers(1, 7)),
                "level": draw(st.integers(1, 4)),
                "components": None,
            },
            "assessment": {**SEVERE, "level": draw(st.integers(0, 4))},
            "circumstance_begin": {"circumstance": draw(st.sampled_from(sorted(CIRCUMSTANCES)))},
            "circumstance_end": {"circumstance": draw(st.sampled_from(sorted(CIRCUMSTANCES)))},
            "applied": {"programmes": draw(st.sampled_from([None, [NURSING], [SENIORITY, HARDSHIP], [NURSING_434]]))},
            "withdrawn": {"programmes": draw(st.sampled_from([None, [NURSING]]))},
            "choice": {"programme": draw(st.sampled_from([NURSING, NURSING_434, HARDSHIP, LIVING]))},
        }.get(kind, {})
        known_on = day + timedelta(days=draw(st.integers(0, 200)))
        earlier = [one.id for one in events]
        voids = draw(st.none() | st.sampled_from(earlier)) if earlier else None
        events.append(Event(f"e{index}", kind, day, known_on, voids, facts))
    return events


@settings(max_examples=30, deadline=None)
@given(events=life(), seed=st.integers(0, 10**6), born=st.dates(date(1925, 1, 1), date(1967, 1, 1)))
def test_any_order_of_telling_ends_in_the_same_months(events, seed, born):
    elder, months = elder_of({"birth_date": born}), [Month(2026, 1).plus(step) for step in range(8)]
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)
    assert _values(timeline(elder, shuffled, months)) == _values(timeline(elder, events, months))


@settings(max_examples=30, deadline=None)
@given(events=life(), born=st.dates(date(1925, 1, 1), date(1967, 1, 1)))
def test_of_an_exclusive_pair_never_both_are_due_and_nothing_after_the_month_of_death(events, born):
    months = [Month(2026, 1).plus(step) for step in range(8)]
    died = [one for one in counting(events) if one.kind == "death"]
    last = Month.of(max(died, key=lambda one: (one.known_on, one.happened_on, one.id)).happened_on) if died else None
    for found in timeline(elder_of({"birth_date": born}), events, months):
        fen = {row.benefit.id: row.due_fen for row in found}
        assert not (fen[NURSING] and fen[NURSING_434]) and not (fen[HARDSHIP] and fen[LIVING])
        if last and found[0].month > last:
            assert set(fen.values()) == {0}


def _values(found):
    return [
        (str(row.month), row.benefit.id, row.verdict, row.due_fen, row.payer_region, row.missing)
        for month in found
        for row in month
    ]


# The door


def ask(client, body):
    return client.post(
        URL, body if isinstance(body, str) else json.dumps(body, default=str), content_type="application/json"
    )


def body_of(events, **more):
    return {"elder": BODY["elder"], "events": events, "from": "2026-01", "until": "2026-07", **more}


MOVE = {"id": "1", "kind": "hukou_move", "happened_on": "2026-03-10", "known_on": "2026-04-02", "region": "110108"}


@pytest.mark.django_db
def test_the_door_answers_per_month_and_benefit_with_who_pays(client):
    regions()
    answer = ask(client, body_of([MOVE])).json()
    assert [month["month"] for month in answer["months"]] == [
        "2026-01",
        "2026-02",
        "2026-03",
        "2026-04",
        "2026-05",
        "2026-06",
    ]
    march, april = (
        next(one for one in answer["months"][index]["benefits"] if one["programme"] == SENIORITY) for index in (2, 3)
    )
    assert (march["due_fen"], march["payer_region"], april["payer_region"]) == (10000, CHAOYANG, HAIDIAN)
    assert set(april) == {"programme", "verdict", "monthly_fen", "due_fen", "payer_region", "missing", "because"}


@pytest.mark.django_db
def test_days_may_bound_it_and_the_last_is_the_first_not_asked(client):
    regions()
    ends = {
        until: len(ask(client, body_of([], **{"from": "2026-01-15", "until": until})).json()["months"])
        for until in ("2026-02-01", "2026-02-02", "2026-03")
    }
    assert ends == {"2026-02-01": 1, "2026-02-02": 2, "2026-03": 2}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (body_of([{**MOVE, "kind": "holiday"}]), 422, "events.0.kind"),
        (body_of([{**MOVE, "kind": 7}]), 422, "events.0.kind"),
        (body_of([{**MOVE, "colour": "red"}]), 400, "events.0.colour"),
        (body_of([{**MOVE, "region": "999999"}]), 422, "events.0.region"),
        (body_of([{"id": "1", "kind": "certificate", "happened_on": "2026-03-10", "level": 1}]), 422, "events.0.category"),
        (body_of([{"id": "1", "kind": "assessment", "happened_on": "2026-03-10", "standard": "GB/T 42195-2022", "level": 7}]),
         422, "events.0.level"),
        (body_of([{"id": "1", "kind": "choice", "happened_on": "2026-03-10", "programme": "beijing/x"}]), 422, "events.0.programme"),
        (body_of([{**MOVE, "voids": "8"}]), 422, "events.0.voids"),
        (body_of([MOVE, {**MOVE, "region": "110106"}]), 422, "events.1.id"),
        (body_of([{**MOVE, "happened_on": "0001-01-01"}]), 422, "events.0.happened_on"),
        (body_of([None]), 422, "events.0"),
        (body_of(None), 422, "events"),
        (body_of([], until="2025-12"), 422, "until"),
        (body_of([], until="2099-12"), 422, "until"),
        ({"elder": BODY["elder"], "events": [], "until": "2026-07"}, 422, "from"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_its_field(client, body, status, field):
    regions()
    answer = ask(client, body)
    assert answer.status_code == status, answer.content.decode()
    assert field in [error["field"] for error in answer.json()["errors"]], answer.content.decode()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["2026-03-10", "110105", "death", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "kind", "happened_on", "known_on", "voids", "region", "level", "programmes", "components"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=anything,
    kind=st.sampled_from(sorted(KINDS)),
    facts=st.dictionaries(
        st.sampled_from(["region", "level", "category", "standard", "programme", "circumstance"]), anything, max_size=3
    ),
)
def test_whatever_is_sent_the_answer_is_never_a_fault(client, events, kind, facts):
    regions()
    told = {"id": "1", "kind": kind, "happened_on": "2026-03-10", **facts}
    for sent in (events, [events], [told]):
        assert ask(client, body_of(sent)).status_code in (200, 400, 422)
