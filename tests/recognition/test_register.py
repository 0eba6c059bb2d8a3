from datetime import date

import pytest
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.recognition import selectors
from eldercare.recognition.models import Agreement
from eldercare.recognition.rules.claims import Claim
from eldercare.recognition.services import load_reference
from tests.builders.recognition import agreements
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db

RATING = {"kind": "rating", "issued_in_id": "120000", "used_in_id": "110000", "title": "某文"}


def test_the_agreements_load_once_and_again_without_change() -> None:
    regions()
    first = load_reference()
    ids = set(Agreement.objects.values_list("pk", flat=True))
    second = load_reference()
    assert first == second == {"agreements": len(ids)}
    assert set(Agreement.objects.values_list("pk", flat=True)) == ids


def test_a_pair_has_one_agreement_over_a_kind_on_a_day() -> None:
    agreements()
    (row,) = selectors.agreements_in_force("rating", "120000", "110000", date(2026, 6, 15))
    assert (row.document, row.article) == ("京民养老发〔2024〕17号", "三(二)")
    assert selectors.agreements_in_force("rating", "120000", "110000", date(2021, 6, 15)) == ()


def test_the_register_is_read_with_one_query_and_shows_each_document_once(django_assert_num_queries) -> None:
    agreements()
    with django_assert_num_queries(1):
        entries = selectors.register(date(2026, 6, 15))
    ratings = [entry for entry in entries if entry.fact.kind == "rating"]
    assert [(entry.fact.number, len(entry.pairs), entry.in_force) for entry in ratings] == [
        ("京民养老发〔2024〕17号", 6, True),
        (None, 6, False),
    ]


def test_a_check_reads_the_agreements_with_one_query(django_assert_num_queries) -> None:
    agreements()
    claim = Claim("assessment", "120000", "110000", "GB/T 42195-2022", 3, date(2026, 1, 15), date(2027, 1, 14))
    with django_assert_num_queries(1):
        answer = selectors.check(claim, date(2026, 6, 15))
    assert answer.is_yes
    assert str(answer.counts_as.name) == "重度失能"
    assert Agreement.objects.filter(pk=answer.agreement_id, number="京民养老发〔2024〕17号").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"days": DateRange(date(2025, 1, 1), None)}, "agreements_do_not_overlap_per_pair_and_kind"),
        (
            {"days": DateRange(date(2010, 1, 1), date(2011, 1, 1)), "used_in_id": "120000"},
            "an_agreement_joins_two_regions",
        ),
        (
            {"days": DateRange(date(2010, 1, 1), date(2011, 1, 1)), "kind": "pass"},
            "an_agreement_is_of_one_of_the_five_kinds",
        ),
        ({"days": DateRange(None, date(2011, 1, 1))}, "an_agreement_has_a_first_day"),
    ],
)
def test_the_table_refuses_an_agreement_that_cannot_be(changes: dict, sentence: str) -> None:
    agreements()
    with pytest.raises(IntegrityError, match=sentence):
        Agreement.objects.create(**{**RATING, **changes})
