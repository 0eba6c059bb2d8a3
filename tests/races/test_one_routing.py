"""A benefit follows an elder to a new home while people click twice and somebody takes it back: one home a month, always."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from eldercare.people.models import Consent
from subsidies.choices import RoutingState
from subsidies.models import Routing
from subsidies.services import reroute
from subsidies.services.route import revoke_routing
from tests.races.test_one_bed import at_once
from tests.races.worst_moment import meeting_after
from tests.subsidies.test_reroute import Moved

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WALL = "an_entitlement_is_routed_to_one_home_a_month"
CLICKS = 8


@contextmanager
def without_the_wall():
    wall = next(row for row in Routing._meta.constraints if row.name == WALL)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Routing, wall)
    try:
        yield
    finally:
        Routing.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Routing, wall)


def test_eight_clicks_move_it_once():
    case = Moved()
    case.go()
    answers = at_once([case.follow] * CLICKS)
    assert {answer.facility_id for answer in answers} == {case.new.pk}
    assert Routing.objects.filter(state=RoutingState.ACTIVE).count() == 1
    assert Consent.objects.filter(purpose="subsidy_routing", revoked_at__isnull=True).count() == 1


def test_moving_and_taking_back_at_once_end_one_way_and_no_month_is_routed_twice():
    for _round in range(6):
        case = Moved()
        case.go()
        moved, revoked = at_once([case.follow, lambda: revoke_routing(case.family, routing_id=case.routing.pk)])  # noqa: B023
        case.routing.refresh_from_db()
        assert (case.routing.state, case.routing.until_month) == (RoutingState.REVOKED, date(2026, 8, 1))
        mine = Routing.objects.filter(entitlement=case.entitlement, state=RoutingState.ACTIVE)
        assert mine.count() == (0 if moved == "not_moved" else 1)
        assert revoked == case.routing


def test_without_the_row_lock_and_the_wall_it_is_moved_more_than_once(monkeypatch):
    case = Moved()
    case.go()
    monkeypatch.setattr(reroute, "locked", lambda rows, pk: rows.get(pk=pk))
    with without_the_wall():
        with meeting_after("subsidies.services.reroute", "left_behind", CLICKS, patience=60):
            at_once([case.follow] * CLICKS)
        assert Routing.objects.filter(state=RoutingState.ACTIVE).count() > 1
