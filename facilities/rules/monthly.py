"""A whole month at a home in its parts, so that the month of any room and grade is an addition. Knows no benefit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROOMS = ("single", "double", "triple", "multi")
GRADES = ("self_care", "partial", "full", "dementia")


@dataclass(frozen=True)
class Part:
    """One part of a month in fen; `eligible_key` is what a benefit may pay."""

    eligible_key: str
    amount_fen: int


@dataclass(frozen=True)
class MonthParts:
    """What a home asks for a whole month: a bed by room type, care by grade, meals, in fen. What is missing was not published."""

    beds: Mapping[str, int]
    care: Mapping[str, int]
    meal: int | None

    def gross_fen(self, room_type: str, care_grade: str) -> int | None:
        """Give the sum of the month; None where a part of it was not published.

        >>> MonthParts({"double": 200_000}, {"full": 300_000}, 120_000).gross_fen("double", "full")
        620000
        """
        parts = self.parts(room_type, care_grade)
        return sum(part.amount_fen for part in parts) if parts else None

    def parts(self, room_type: str, care_grade: str) -> tuple[Part, ...]:
        bed, care = self.beds.get(room_type), self.care.get(care_grade)
        if bed is None or care is None or self.meal is None:
            return ()
        return Part("bed", bed), Part("care", care), Part("meal", self.meal)

    def cheapest_room(self, care_grade: str, open_rooms: Iterable[str]) -> str | None:
        """Give the room type of the cheapest month: among those with a free bed, or among all where none has one."""
        free = [room for room in ROOMS if room in set(open_rooms)]
        priced = {room: fen for room in ROOMS if (fen := self.gross_fen(room, care_grade)) is not None}
        wanted = [room for room in free if room in priced] or list(priced)
        return min(wanted, key=lambda room: priced[room], default=None)
