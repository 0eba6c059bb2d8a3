"""What can never be kept about changes, debts, lists and versions: each wall refuses by name."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from eldercare.kernel import clock
from eldercare.people.models import DeathReport
from subsidies.models import Change, Debt, Entitlement, FactList, ProgrammeVersion, Rate
from tests.builders.accounts import make_officer
from tests.builders.regions import BEIJING, CHAOYANG, TONGZHOU
from tests.builders.settlement import make_entitlement

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)


def refuses(name, act):
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        act()


@pytest.fixture
def right():
    return make_entitlement(first="2026-01")


def a_change(right, **more):
    return Change(
        elder=right.elder,
        programme=right.programme,
        decision=right.decision,
        entitlement=right,
        **{
            "kind": "stopped",
            "from_month": JULY,
            "before_fen": 60_000,
            "after_fen": 0,
            "reasons": [],
            "facts": {},
            "verdict": {},
            "by": "test",
            **more,
        },
    )


def a_debt(right, **more):
    return Debt(
        elder=right.elder,
        programme=right.programme,
        payer_region_id=CHAOYANG,
        **{"benefit_month": JULY, "amount_fen": 100, "cause": {}, **more},
    )


def test_a_change_is_written_once_of_a_known_kind_and_a_move_has_two_districts(right):
    kept = a_change(right)
    kept.save()
    refuses("a_change_is_written_once", lambda: Change.objects.update(after_fen=1))
    refuses("a_change_is_written_once", lambda: Change.objects.filter(pk=kept.pk).delete())
    refuses("a_change_is_of_a_known_kind", a_change(right, kind="flown").save)
    for districts in ({}, {"payer_before_id": CHAOYANG, "payer_after_id": CHAOYANG}):
        refuses("a_move_leads_from_one_district_to_another", a_change(right, kind="moved", **districts).save)
    refuses("a_change_names_its_month_by_the_first_day", a_change(right, from_month=date(2026, 7, 2)).save)


def test_a_debt_is_written_once_of_something_and_no_district_owes_itself(right):
    a_debt(right, owed_by_region_id=TONGZHOU).save()
    refuses("a_debt_is_written_once", lambda: Debt.objects.update(amount_fen=1))
    refuses("a_debt_is_of_something", a_debt(right, amount_fen=0).save)
    refuses("no_district_owes_itself", a_debt(right, owed_by_region_id=CHAOYANG).save)
    refuses("a_debt_names_its_month_by_the_first_day", a_debt(right, benefit_month=date(2026, 7, 2)).save)


def test_an_entitlement_has_one_rate_from_a_month_and_a_voided_row_makes_room(right):
    rate = {"entitlement": right, "from_month": JULY, "tier": "severe", "monthly_fen": 60_000}
    first = Rate.objects.create(**rate)
    refuses("an_entitlement_has_one_rate_from_a_month", lambda: Rate.objects.create(**rate))
    Rate.objects.filter(pk=first.pk).update(superseded_at=clock.now())
    Rate.objects.create(**rate)
    refuses(
        "a_rate_is_worth_something",
        lambda: Rate.objects.create(**{**rate, "from_month": date(2026, 8, 1), "monthly_fen": 0}),
    )

    def copied():
        values = {
            name: getattr(right, name)
            for name in (
                "elder_id",
                "programme",
                "payer_region_id",
                "tier",
                "monthly_fen",
                "first_month",
                "decision_id",
            )
        }
        Entitlement.objects.create(**values)

    refuses("one_live_entitlement_per_programme_and_beneficiary", copied)
    Entitlement.objects.filter(pk=right.pk).update(voided_at=clock.now())
    copied()
    assert (Entitlement.objects.count(), Entitlement.every.count()) == (1, 2)


def test_a_list_takes_no_more_than_it_holds_and_a_taken_one_says_when():
    place = {"region_id": CHAOYANG, "by": make_officer("district_officer", CHAOYANG), "file_name": "x", "rows": []}
    refuses("a_list_takes_no_more_than_it_holds", lambda: FactList.objects.create(**place, total=1, ready=2))
    refuses("a_taken_list_says_when", lambda: FactList.objects.create(**place, total=1, ready=1, state="taken"))


def test_a_version_is_published_by_another_officer_with_its_document_once_a_month():
    drafter, other = (make_officer("city_officer", BEIJING, name) for name in ("张市局", "李市局"))
    plain = {"programme": "beijing/2019-160", "from_month": JULY, "changes": {}, "drafted_by": drafter}
    published = {"state": "published", "published_by": other, "published_at": clock.now(), "document": "示例"}

    def make(**more):
        return lambda: ProgrammeVersion.objects.create(**{**plain, **more})

    refuses("publisher_differs_from_drafter", make(**{**published, "published_by": drafter}))
    refuses("a_published_version_names_publisher_and_document", make(**{**published, "document": ""}))
    refuses("a_published_version_names_publisher_and_document", make(state="published"))
    refuses("a_version_taken_back_says_by_whom_and_when", make(**{**published, "state": "taken_back"}))
    make(**published)()
    refuses("one_published_version_per_programme_and_month", make(**published))


def test_a_death_report_is_written_once(right):
    DeathReport.objects.create(elder=right.elder, died_on=JULY, reported_by="test")
    refuses("a_death_report_is_written_once", lambda: DeathReport.objects.update(died_on=None))
