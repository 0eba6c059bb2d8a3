"""Numbers without gaps or doubles, and one decision a case, however many officers decide at the same moment."""

from collections import Counter
from threading import Barrier

import pytest
from django.db import IntegrityError

from subsidies.models import Decision, Document, NumberBook
from subsidies.services import document
from subsidies.services.decide import decide_at_district
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.regions import CHAOYANG
from tests.builders.subsidies import make_family
from tests.races.test_one_bed import at_once
from tests.subsidies.test_decision import refuse, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLIENTS = 8


def cases_and_officers():
    family = make_family()
    cases = [waiting(family) for _number in range(CLIENTS)]
    return cases, [viewer_for(make_officer("district_officer", CHAOYANG)) for _number in range(CLIENTS)]


def acts(cases, officers):
    def act(case, officer):
        return lambda: decide_at_district(officer, application_id=case.pk, outcome="approve").outcome

    return [act(case, officer) for case, officer in zip(cases, officers, strict=True)]


def test_numbers_given_at_once_follow_each_other_without_gap_or_double():
    cases, officers = cases_and_officers()
    assert Counter(map(str, at_once(acts(cases, officers)))) == {"approve": CLIENTS}
    assert sorted(Document.objects.values_list("serial", flat=True)) == list(range(1, CLIENTS + 1))
    assert NumberBook.objects.get().last == CLIENTS


def test_without_the_lock_on_the_book_the_tables_refuse_the_double(monkeypatch):
    """The negative control: read without a lock, the same serial is taken twice, and the constraint has the last word."""

    def unlocked(district: str, year: int) -> int:
        last = Document.objects.filter(region=district, year=year).count()
        # Everybody reads before anybody commits.
        gate.wait(timeout=60)
        return last + 1

    gate = Barrier(CLIENTS)
    monkeypatch.setattr(document, "_next_serial", unlocked)
    cases, officers = cases_and_officers()

    def caught(act):
        def run():
            try:
                return act()
            except IntegrityError as error:
                return "a_decision_number_is_given_once" if "given_once" in str(error) else str(error)

        return run

    outcomes = Counter(map(str, at_once([caught(act) for act in acts(cases, officers)])))
    assert outcomes == {"approve": 1, "a_decision_number_is_given_once": CLIENTS - 1}
    assert (Decision.objects.count(), Document.objects.count()) == (1, 1)


def test_two_officers_decide_one_case_at_once_and_one_hears_that_it_was_decided():
    case = waiting(make_family())
    first, second = (viewer_for(make_officer("district_officer", CHAOYANG)) for _number in range(2))
    outcomes = at_once(
        [
            lambda: decide_at_district(first, application_id=case.pk, outcome="approve").outcome,
            lambda: refuse(second, case).outcome,
        ]
    )
    assert sorted(map(str, outcomes)) in (["approve", "wrong_stage"], ["refuse", "wrong_stage"])
    assert Decision.objects.count() == Document.objects.count() == 1
