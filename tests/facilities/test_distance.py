"""The nearest first: exactly, by key, with the homes whose place nobody published at the end, and found by the index."""

from random import Random
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from facilities.models import Facility, Listing
from facilities.selectors.cards import distance_km
from facilities.selectors.matching import degrees_to
from facilities.selectors.search import SearchFilters, search
from facilities.services import relist
from tests.builders.facilities import make_home, make_price

pytestmark = pytest.mark.django_db
API = "/api/v1/facilities"
HERE = (40.0, 116.4)


def listed(*places: tuple[float, float] | None) -> list[Facility]:
    homes = [
        make_home(f"示例·{number}", prices=False, latitude=place and place[0], longitude=place and place[1])
        for number, place in enumerate(places)
    ]
    relist()
    return homes


def walk(size: int, *, backwards: bool = False, **filters) -> list[UUID]:
    asked = SearchFilters(near=HERE, sort="distance", **filters)
    found = search(asked, size=size)
    while backwards and found.next:
        found = search(asked, found.next, size=size)
    pages = [[card.id for card in found.cards]]
    while cursor := found.previous if backwards else found.next:
        found = search(asked, cursor, size=size)
        pages.append([card.id for card in found.cards])
    return [key for page in (reversed(pages) if backwards else pages) for key in page]


def test_the_nearest_in_kilometres_comes_first_though_another_is_nearer_in_degrees():
    north, east = listed((40.9, 116.4), (40.0, 117.4))  # 100 km, 85 km
    far = [(41.0 + step / 10, 116.4) for step in range(5)]
    listed(*far)

    assert walk(1)[:2] == walk(20)[:2] == [east.pk, north.pk]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_all_pages_forth_and_back_are_in_order_and_meet_every_home_once(size):
    luck = Random(size)
    places = [(40 + luck.gauss(0, 0.8), 116.4 + luck.gauss(0, 0.9)) for _number in range(25)]
    homes = listed(*places, *places[:3], None, None)  # three stand where others stand, two are nowhere
    km = {home.pk: distance_km(HERE, home) for home in homes}

    found = walk(size)

    assert sorted(found) == sorted(km)
    assert [km[key] for key in found] == [*sorted(each for each in km.values() if each is not None), None, None]
    assert walk(size, backwards=True) == found


def test_the_order_keeps_the_other_conditions():
    near, far = listed((40.1, 116.4), (40.3, 116.4))
    Facility.objects.filter(pk=near.pk).update(medical_insurance=False)
    relist()

    assert walk(1, medical_insurance=True) == [far.pk]
    assert walk(1, within_km=20) == [near.pk]


def test_without_a_place_to_start_from_there_is_no_nearest(client):
    answer = client.get(API, {"sort": "distance"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["near"]
    assert "从哪里算起" in answer.json()["detail"] + answer.json()["errors"][0]["message"]


def test_the_api_says_how_far_and_its_pages_go_on():
    listed((40.1, 116.4), (40.3, 116.4), None)
    asked = {"near": "40.0,116.4", "sort": "distance", "page_size": 2}

    first = Client().get(API, asked).json()
    second = Client().get(first["next"]).json()

    assert [row["distance_km"] for row in first["results"]] == [11.1, 33.4]
    assert [row["distance_km"] for row in second["results"]] == [None]
    assert (first["previous"], second["next"]) == (None, None)


def test_the_net_budget_is_held_in_this_order_too():
    homes = listed((40.1, 116.4), (40.3, 116.4))
    for home, fen in zip(homes, (90_000, 50_000), strict=True):
        make_price(home, "bed", fen, room_type="double")
        make_price(home, "care", 10_000, care_grade="self_care")
        make_price(home, "meal", 10_000)
    relist()

    assert walk(5, budget_fen=70_000) == [homes[1].pk]


def test_the_database_is_asked_as_often_for_one_home_as_for_many():
    asked = []
    for number in (1, 30):
        listed(*[(40 + step / 100, 116.4) for step in range(number)])
        with CaptureQueriesContext(connection) as queries:
            search(SearchFilters(near=HERE, sort="distance"))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_index_of_positions_gives_the_first_homes_and_those_without_a_place_last():
    placed, nowhere = listed((40.1, 116.4), None)
    rows = Listing.objects.filter(licence_stands=True).order_by(degrees_to(HERE)).values_list("facility")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert "listing_by_position" in rows[:5].explain()
    assert [key for (key,) in rows[:5]] == [placed.pk, nowhere.pk]
