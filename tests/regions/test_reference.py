from datetime import date

import pytest
from django.db import IntegrityError, connection

from eldercare.regions import selectors
from eldercare.regions.choices import Kind, Level
from eldercare.regions.models import Pairing, Region
from eldercare.regions.services import load_reference
from tests.builders.regions import regions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_loaded_yet(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM regions_pairing; DELETE FROM regions_region")


def test_every_published_division_is_there_and_loading_again_changes_nothing() -> None:
    first = load_reference()
    second = load_reference()
    assert first == second == {"regions": 587, "pairings": 5}
    assert Region.objects.count() == 587
    assert Pairing.objects.count() == 5
    administrative = Region.objects.filter(level=Level.COUNTY, kind=Kind.ADMINISTRATIVE)
    assert administrative.filter(pk__startswith="11").count() == 16
    assert administrative.filter(pk__startswith="12").count() == 16
    assert administrative.filter(pk__startswith="13").count() == 167


def test_loading_takes_the_same_few_queries_however_many_rows(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        load_reference()


def test_a_name_is_written_with_what_it_lies_in_and_without_the_virtual_level() -> None:
    regions()
    assert selectors.full_name("110105003") == "北京市朝阳区呼家楼街道"
    assert selectors.full_name("131082") == "河北省廊坊市三河市"
    assert selectors.full_name("999999") == "999999"


def test_development_zones_of_the_statistics_hold_no_hukou() -> None:
    regions()
    codes = set(selectors.hukou_divisions().values_list("code", flat=True))
    assert {"110105003", "120114", "131082"} <= codes
    assert not codes & {"110105", "131000", "130171", "110115406", "110000"}


def test_the_tree_is_read_with_one_query(django_assert_num_queries) -> None:
    regions()
    with django_assert_num_queries(1):
        beijing, tianjin, hebei = selectors.tree()
    assert (beijing.name, tianjin.name, hebei.name) == ("北京市", "天津市", "河北省")
    assert len(hebei.branches) == 11
    assert len(beijing.branches[0].branches) == 16


def test_a_pairing_is_found_from_both_sides_with_the_document_that_made_it() -> None:
    regions()
    (from_beijing,) = selectors.pairings_of("110105")
    (from_hebei,) = selectors.pairings_of("130800")
    assert from_beijing == from_hebei
    assert (from_beijing.document, from_beijing.article) == ("京民养老发〔2024〕17号", "三(六)")
    assert not selectors.pairings_of("110105", on=date(2024, 3, 12)).exists()
    assert selectors.pairings_of("110105", on=date(2024, 3, 13)).exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"code": "110105", "level": Level.STREET, "parent_id": "110000"}, "a_street_has_nine_digits_and_others_six"),
        (
            {"code": "110105999", "level": Level.COUNTY, "parent_id": "110000"},
            "a_street_has_nine_digits_and_others_six",
        ),
        ({"code": "110105", "level": Level.COUNTY}, "only_a_province_has_no_parent"),
        (
            {
                "code": "140000",
                "level": Level.PROVINCE,
                "valid_from": date(2026, 1, 1),
                "valid_until": date(2026, 1, 1),
            },
            "a_region_ends_after_it_starts",
        ),
    ],
)
def test_the_table_refuses_a_division_that_cannot_be(row: dict, sentence: str) -> None:
    Region.objects.create(code="110000", name="北京市", level=Level.PROVINCE)
    with pytest.raises(IntegrityError, match=sentence):
        Region.objects.create(name="某地", **row)


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ({"district_id": "110105", "partner_id": "110105"}, "a_region_is_not_paired_with_itself"),
        ({"district_id": "110105", "partner_id": "130800"}, "a_pairing_is_written_once_per_start_day"),
        (
            {"district_id": "110105", "partner_id": "130700", "valid_until": date(2024, 3, 13)},
            "a_pairing_ends_after_it_starts",
        ),
    ],
)
def test_the_table_refuses_a_pairing_that_cannot_be(pair: dict, sentence: str) -> None:
    regions()
    with pytest.raises(IntegrityError, match=sentence):
        Pairing.objects.create(document="某文", article="一", valid_from=date(2024, 3, 13), **pair)
