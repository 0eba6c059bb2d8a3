"""What comes of a row of a file when it is weighed: said of homes and of what stands beside them alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eldercare.kernel.sentences import Sentence
from eldercare.regions.rules.codes import covers
from facilities.rules.changes import Changes
from facilities.rules.import_row import ReadRow

DISTRICT_DIGITS = 6


@dataclass
class Judged:
    """What a row would do, and why. `home` is the home it is; None: a new one, or nobody decided yet."""

    row: ReadRow
    verdict: str
    reasons: list[Sentence] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)
    against: tuple[str, ...] = ()
    home: UUID | None = None
    head: int | None = None  # of a merged row: the line it is merged into; beside a home: the line of its home
    stored: Any = None  # of an update: the home, agreement or care worker as it stands


def inside(code: str, scope: Iterable[str]) -> bool:
    scope = tuple(scope)
    return not scope or any(covers(one, code) for one in scope)
