"""Who is asking: a value, frozen once per request.

A grant is always over a place: a region, a home, an elder, an agency.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Grant:
    """One role over one place: `Grant("district_officer", "region", "110105")`."""

    role: str
    kind: str
    place: str


@dataclass(frozen=True)
class Viewer:
    """The person at the door. A visitor has no `user_id` and no grants."""

    user_id: UUID | None = None
    person_id: UUID | None = None
    name: str = ""
    grants: frozenset[Grant] = field(default_factory=frozenset)
    second_factor: bool = False

    @property
    def is_known(self) -> bool:
        return self.user_id is not None

    @property
    def is_system(self) -> bool:
        """Tell whether this is the system's own work: beat, a sweeper, a command."""
        return self.user_id is None and self.name.startswith("system:")

    @property
    def reference(self) -> str:
        """Give the text by which the audit remembers this viewer; it outlives the account."""
        return f"user:{self.user_id}" if self.user_id else "visitor"

    def places(self, kind: str, *roles: str) -> frozenset[str]:
        """Give the places of a kind over which the viewer holds one of the roles (any role when none is named)."""
        return frozenset(
            grant.place for grant in self.grants if grant.kind == kind and (not roles or grant.role in roles)
        )

    def has(self, role: str, kind: str, place: object) -> bool:
        """Tell whether the viewer holds the role over exactly this place."""
        return Grant(role, kind, str(place)) in self.grants

    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)


VISITOR = Viewer()


def system(name: str) -> Viewer:
    """Give the viewer for work nobody asked for: beat, sweepers, imports."""
    return Viewer(name=f"system:{name}")


def grants(role: str, kind: str, places: Iterable[object]) -> set[Grant]:
    """Make the grants of one role over many places."""
    return {Grant(role, kind, str(place)) for place in places}
