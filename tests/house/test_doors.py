"""Every door × every kind of visitor, in one table (doors.txt). A door that is not listed fails."""

from pathlib import Path

import pytest
from django.urls import get_resolver

from tests.house import world
from tests.house.inspectors import doors
from tests.house.knock import Visitors, address

TABLE = Path(__file__).with_name("doors.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def listed(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Read the table: (method, route) → (who gets through, who may know but not do)."""
    rows = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            method, route, who = (*line.split(maxsplit=2), "")[:3]
            through, _, refused = who.partition("403:")
            rows[method, "" if route == "(root)" else route] = (through.strip(), refused.strip())
    return rows


def built() -> set[tuple[str, str]]:
    """Give every door that stands, with the methods its class answers; a function's are GET and POST."""
    found = set()
    for route, pattern in doors(get_resolver().url_patterns):
        if route.startswith("^"):
            continue
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        found |= {(method, route) for method in METHODS if view and hasattr(view, method.lower())}
        found |= {(method, route) for method in ("GET", "POST") if not view}
    return found


def expected(row: tuple[str, str], name: str) -> str:
    """Say what a visitor must get at a listed door."""
    through, refused = row
    if through == "everyone" or name in through.split() or (through == "signed_in" and name != "visitor"):
        return "in"
    if name == "visitor":
        return "login"
    return "403" if name in refused.split() else "404"


def wrong(rows, knock, names) -> list[str]:
    """Knock at every listed door as everyone; give what is not as the table says."""
    return [
        f"{method} {route}: {name} got {got}, the table says {expected(row, name)}"
        for (method, route), row in rows.items()
        for name in names
        if (got := knock(name, method, route)) != expected(row, name)
    ]


def unlisted(rows, standing, knock) -> list[str]:
    """Find doors that stand and are not in the table: a method nobody answers needs no line."""
    return sorted(
        f"{method} {route}"
        for method, route in standing
        if (method, route) not in rows and knock("family", method, route) != "no method"
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_every_door_lets_in_exactly_whom_the_table_names():
    town = world.build()
    visitors = Visitors(town.users)

    def knock(name, method, route):
        return visitors.knock(name, method, address(route, town.rows))

    rows = listed(TABLE.read_text("utf-8"))
    assert {f"{method} {route}" for method, route in rows} - {f"{method} {route}" for method, route in built()} == set()
    assert unlisted(rows, built(), knock) == []
    assert wrong(rows, knock, town.users) == []


def test_the_door_inspector_bites():
    rows = listed("GET   elders/<uuid:elder_id>   family   403: auditor\n")
    open_to_all = lambda name, method, route: "in"  # noqa: E731
    assert unlisted(rows, {("GET", "elders/<uuid:elder_id>"), ("POST", "secret")}, open_to_all) == ["POST secret"]
    assert wrong(rows, open_to_all, ["family", "auditor", "other_family", "visitor"]) == [
        "GET elders/<uuid:elder_id>: auditor got in, the table says 403",
        "GET elders/<uuid:elder_id>: other_family got in, the table says 404",
        "GET elders/<uuid:elder_id>: visitor got in, the table says login",
    ]
