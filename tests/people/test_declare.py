"""What is declared is added, never overwritten; unknown stays unknown; only who may act, or the 户籍's officers, may write."""

from datetime import date, timedelta

import pytest

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Declaration
from eldercare.people.selectors import elder_facts
from eldercare.people.services.declare import (
    declare_certificate,
    declare_facts,
    move_hukou,
    record_death,
    withdraw_death,
)
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG, TONGZHOU, WUQING

pytestmark = pytest.mark.django_db


@pytest.fixture
def daughter():
    return make_user()


@pytest.fixture
def elder(daughter):
    return make_elder(guardian=daughter.person)


def facts(elder):
    return elder_facts(elder.pk, clock.today())


def test_a_second_declaration_keeps_what_the_first_one_said(daughter, elder):
    viewer = viewer_for(daughter)
    declare_facts(viewer, elder_id=elder.pk, facts={"circumstances": {"dibao": True, "low_income": None}})
    declare_facts(viewer, elder_id=elder.pk, facts={"circumstances": {"low_income": False}, "residence_region": WUQING})
    now = facts(elder)
    assert (now.circumstances["dibao"], now.circumstances["low_income"]) == (True, False)
    assert now.circumstances["destitute_support"] is None
    assert now.residence_region == WUQING
    assert Declaration.objects.filter(elder=elder).count() == 2


def test_a_fact_nobody_knows_the_name_of_is_refused(daughter, elder):
    with pytest.raises(Refusal) as caught:
        declare_facts(viewer_for(daughter), elder_id=elder.pk, facts={"circumstances": {"dibaoo": True}})
    assert caught.value.fields.keys() == {"dibaoo"}


def test_a_new_certificate_ends_the_one_before(daughter, elder):
    viewer = viewer_for(daughter)
    declare_certificate(viewer, elder_id=elder.pk, certificate={"category": 4, "level": 2, "from": date(2020, 5, 6)})
    declare_certificate(viewer, elder_id=elder.pk, certificate={"category": 4, "level": 1, "from": date(2024, 1, 1)})
    assert facts(elder).certificates == (
        {"category": 4, "level": 2, "components": None, "from": date(2020, 5, 6), "until": date(2024, 1, 1)},
        {"category": 4, "level": 1, "components": None, "from": date(2024, 1, 1), "until": None},
    )


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        ({"category": 8, "level": 1}, "certificate_category"),
        ({"category": 4, "level": 1, "number": "123"}, "certificate_number"),
        ({"category": 4, "level": 2, "number": "11010519491231002X41"}, "certificate_disagrees"),
        ({"category": 4, "level": 1, "components": [{"category": 4, "level": 1}]}, "certificate_components"),
        ({"category": 7, "level": 1, "components": [{"category": 4, "level": 1}]}, "certificate_components"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(daughter, elder, certificate, code):
    with pytest.raises(Refusal) as caught:
        declare_certificate(viewer_for(daughter), elder_id=elder.pk, certificate=certificate)
    assert caught.value.code == code
    assert facts(elder).certificates == ()


def test_the_hukou_moves_and_the_old_place_is_remembered(daughter, elder):
    move_hukou(viewer_for(daughter), elder_id=elder.pk, region="110112001", on=date(2024, 7, 15))
    now = facts(elder)
    assert (now.hukou_district, elder_facts(elder.pk, date(2024, 7, 14)).hukou_district) == (TONGZHOU, CHAOYANG)
    assert [until for _code, _start, until in now.hukou] == [date(2024, 7, 15), None]


def test_moves_learnt_in_any_order_give_the_same_spells(daughter):
    spells = []
    moves = [("110112001", date(2024, 7, 15)), (WUQING, date(2025, 3, 2))]
    for order in (moves, moves[::-1]):
        other = make_elder(guardian=daughter.person)
        for region, on in order:
            move_hukou(viewer_for(daughter), elder_id=other.pk, region=region, on=on)
        spells.append(elder_facts(other.pk, clock.today()).hukou)
    assert spells[0] == spells[1]
    assert [until for _code, _start, until in spells[0]] == [date(2024, 7, 15), date(2025, 3, 2), None]


def test_a_second_place_on_the_day_of_a_move_is_refused(daughter, elder):
    viewer = viewer_for(daughter)
    move_hukou(viewer, elder_id=elder.pk, region="110112001", on=date(2024, 7, 15))
    with pytest.raises(Refusal) as caught:
        move_hukou(viewer, elder_id=elder.pk, region=WUQING, on=date(2024, 7, 15))
    assert caught.value.code == "impossible_day"


def test_the_street_officer_of_the_hukou_writes_at_the_window_and_another_finds_nothing(elder):
    ours = make_officer("street_officer", "110105003")
    theirs = make_officer("street_officer", "110105005")
    declare_facts(viewer_for(ours), elder_id=elder.pk, facts={"circumstances": {"dibao": True}})
    assert Declaration.objects.get().source == "officer"
    with pytest.raises(Refusal) as caught:
        declare_facts(viewer_for(theirs), elder_id=elder.pk, facts={"circumstances": {"dibao": True}})
    assert caught.value.status == 404


def test_an_auditor_sees_and_writes_nothing(elder):
    auditor = make_officer("auditor", CHAOYANG)
    with pytest.raises(Refusal) as caught:
        declare_facts(viewer_for(auditor), elder_id=elder.pk, facts={"circumstances": {"dibao": True}})
    assert caught.value.status == 403


def test_a_death_before_birth_or_tomorrow_is_refused(daughter, elder):
    for day in (date(1940, 1, 1), clock.today() + timedelta(days=1)):
        with pytest.raises(Refusal):
            record_death(viewer_for(daughter), elder_id=elder.pk, died_on=day)
    record_death(viewer_for(daughter), elder_id=elder.pk, died_on=clock.today())
    assert facts(elder).died_on == clock.today()


def test_gathering_an_elder_s_facts_costs_as_many_queries_whatever_was_declared(
    daughter, elder, django_assert_num_queries
):
    with django_assert_num_queries(4):
        elder_facts(elder.pk, date(2026, 6, 15))
    for level in (1, 2, 3):
        certificate = {"category": 4, "level": level, "from": date(2020 + level, 1, 1)}
        declare_certificate(viewer_for(daughter), elder_id=elder.pk, certificate=certificate)
    with django_assert_num_queries(4):
        elder_facts(elder.pk, date(2026, 6, 15))


def test_what_was_known_on_a_day_can_be_asked_after_every_correction(daughter, elder):
    viewer = viewer_for(daughter)
    declare_certificate(viewer, elder_id=elder.pk, certificate={"category": 4, "level": 2, "from": date(2020, 5, 6)})
    declare_facts(viewer, elder_id=elder.pk, facts={"circumstances": {"dibao": True}})
    record_death(viewer, elder_id=elder.pk, died_on=clock.today())
    believed = clock.now()
    declare_certificate(viewer, elder_id=elder.pk, certificate={"category": 4, "level": 1, "from": date(2020, 5, 6)})
    declare_facts(viewer, elder_id=elder.pk, facts={"circumstances": {"dibao": False}})
    move_hukou(viewer, elder_id=elder.pk, region="110112001", on=date(2024, 7, 15))
    withdraw_death(viewer, elder_id=elder.pk)

    now, then = facts(elder), elder_facts(elder.pk, clock.today(), known_at=believed)

    def seen(known):
        levels = [one["level"] for one in known.certificates]
        return levels, known.circumstances["dibao"], known.died_on, known.hukou_district, len(known.hukou)

    assert seen(now) == ([1], False, None, TONGZHOU, 2)
    assert seen(then) == ([2], True, clock.today(), CHAOYANG, 1)


def test_an_earlier_certificate_learnt_later_ends_where_the_next_begins(daughter, elder):
    viewer = viewer_for(daughter)
    for level, since in ((1, date(2024, 1, 1)), (3, date(2020, 5, 6))):
        declare_certificate(viewer, elder_id=elder.pk, certificate={"category": 4, "level": level, "from": since})
    spells = [(one["level"], one["from"], one["until"]) for one in facts(elder).certificates]
    assert spells == [(3, date(2020, 5, 6), date(2024, 1, 1)), (1, date(2024, 1, 1), None)]


def test_a_death_nobody_reported_cannot_be_taken_back(daughter, elder):
    with pytest.raises(Refusal) as caught:
        withdraw_death(viewer_for(daughter), elder_id=elder.pk)
    assert caught.value.code == "no_death_known"
