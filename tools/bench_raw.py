"""For the bench only: the same search as one SQL statement, answered as it comes by the same server. The product has no such door.

It gives the page (gross prices, quality order), each home's stars, free beds and last confirmation, and the capped facets.
"""

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from eldercare.urls import urlpatterns as doors
from facilities.rules.marks import ROOMS, mark_of
from facilities.selectors.facets import WITHIN, _asked
from facilities.selectors.search import SearchFilters

TICKS = ("medical_insurance", "dementia", "subsidy_payable", "inclusive", "short_stay")


@csrf_exempt
def raw(request: HttpRequest) -> HttpResponse:
    sql, params = statement(json.loads(request.body))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        (text,) = cursor.fetchone()
    return HttpResponse(text, content_type="application/json")


def statement(asked: dict) -> tuple[str, dict]:
    """Write the search for one set of filters: region, stars, ticks, free beds, and a budget for full care."""
    marks = [mark_of("stars", asked["stars"]), *(mark_of(tick) for tick in TICKS if asked.get(tick))]
    region = asked["region"].rstrip("0") if asked["region"].endswith("00") else asked["region"]
    prefix = region + "0" * (len(region) % 2)
    params = {"marks": marks, "prefix": prefix, "budget": asked["budget_fen"], "most": WITHIN, "size": 20}
    shared = " + ".join(
        f"CASE WHEN marks @> ARRAY[{mark}] THEN 0 ELSE {1 << number} END" for number, mark in enumerate(marks)
    )
    budget, free = 1 << len(marks), 2 << len(marks)
    bits = {"budget_fen": budget, "free_beds": free}
    bits |= {name: 1 << number for number, name in enumerate(["stars", *(t for t in TICKS if asked.get(t))])}

    def misses(price: str, days: str) -> str:
        """Another room has a price and beds of its own."""
        return (
            f"{shared} + CASE WHEN {price} <= %(budget)s THEN 0 ELSE {budget} END"
            f" + CASE WHEN {days}[1] <= CURRENT_DATE THEN 0 ELSE {free} END"
        )

    rooms = {room: misses(f"bed_{room}_fen + care_full_fen + meal_fen", f"free_days_{room}") for room in ROOMS}
    named = {"misses": misses("full_from_fen", "free_days"), **{f"misses_{room}": what for room, what in rooms.items()}}
    judged = ", ".join(f"{what} AS {name}" for name, what in named.items())
    hopeful = " OR ".join(f"{name} & ({name} - 1) = 0" for name in named)
    counts = ", ".join(
        f"'{name}:{value}', count(*) FILTER (WHERE "
        f"{f'misses_{value}' if name == 'room_type' else 'misses'} IN (0, {bits.get(name, 0)}) AND {where})"
        for name, value, where in _asked(SearchFilters(care_grade="full"), _today())
    )
    looked_at = """SELECT traits, region_code, full_from_fen AS price,
        COALESCE(free_days[1] <= CURRENT_DATE, false) AS free, {}
        FROM facilities_listing WHERE licence_stands {} ORDER BY quality DESC, facility_id LIMIT %(most)s"""
    inside = f"AND left(region_code, {len(prefix)}) = %(prefix)s"
    return (
        f"""
        WITH page AS MATERIALIZED (
            SELECT * FROM facilities_listing
            WHERE licence_stands {inside} AND marks @> %(marks)s::int[] AND full_from_fen <= %(budget)s
                AND free_days[1] <= CURRENT_DATE
            ORDER BY quality DESC, facility_id LIMIT %(size)s
        ), here AS MATERIALIZED ({looked_at.format(judged, inside)}),
            anywhere AS MATERIALIZED ({looked_at.format(named["misses"] + " AS misses", "")})
        SELECT json_build_object(
            'results', (SELECT json_agg(json_build_object(
                'id', f.id, 'name', f.name, 'region', f.region_id, 'region_name', r.name, 'kind', f.kind,
                'is_demo', f.is_demo, 'points', page.quality, 'price_from_fen', page.full_from_fen,
                'stars', (SELECT json_build_object('level', level, 'standard', standard, 'issuer', issuer_id,
                    'valid_until', valid_until) FROM facilities_rating WHERE facility_id = f.id AND status = 'active'
                    AND CURRENT_DATE BETWEEN issued_on AND valid_until ORDER BY level DESC LIMIT 1),
                'beds', (SELECT json_object_agg(bed_type, free) FROM (SELECT bed_type, count(*) AS free
                    FROM facilities_bed b JOIN facilities_room room ON room.id = b.room_id
                    WHERE room.facility_id = f.id AND b.admittable AND NOT EXISTS (SELECT 1 FROM facilities_bedclaim c
                        WHERE c.bed_id = b.id AND c.released_at IS NULL AND c.days && daterange(CURRENT_DATE, NULL))
                    GROUP BY bed_type) t),
                'as_of', (SELECT max(at) FROM facilities_bedconfirmation WHERE facility_id = f.id)
            ) ORDER BY page.quality DESC, page.facility_id)
            FROM page JOIN facilities_facility f ON f.id = page.facility_id JOIN regions_region r ON r.code = f.region_id),
            'facets', (SELECT json_build_object({counts}) FROM here WHERE {hopeful}),
            'regions', (SELECT json_object_agg(place, number) FROM (SELECT CASE WHEN region_code LIKE '13%%'
                THEN left(region_code, 4) ELSE left(region_code, 6) END AS place, count(*) FILTER (WHERE misses = 0)
                AS number FROM anywhere GROUP BY 1) t)
        )::text
        """,
        params,
    )


def _today():
    from eldercare.kernel import clock

    return clock.today()


urlpatterns = [*doors, path("bench/raw", raw)]
