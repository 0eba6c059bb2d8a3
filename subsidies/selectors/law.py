"""The programmes as they are law: the files, with what two officers published on top. Reads only; the rules get it as a value."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from eldercare.kernel.clock import CHINA
from subsidies.choices import VersionState
from subsidies.models import ProgrammeVersion
from subsidies.rules.programme import Catalogue, catalogue

Published = tuple[tuple[UUID, datetime], ...]


def law(*, known_at: datetime | None = None) -> Catalogue:
    """Give the programmes in force, or, with `known_at`, as they were known at a moment; with one query."""
    rows = ProgrammeVersion.objects.filter(published_at__isnull=False)
    if known_at is None:
        rows = rows.filter(state=VersionState.PUBLISHED)
    else:
        stood = Q(taken_back_at__isnull=True) | Q(taken_back_at__gt=known_at)
        rows = rows.filter(stood, published_at__lte=known_at)
    published = tuple(rows.order_by("from_month", "pk").values_list("pk", "published_at"))
    return _amended(published, known_at.astimezone(CHINA).date() if known_at else None, catalogue())


def amendment(version: ProgrammeVersion) -> Mapping[str, Any]:
    """Give a stored version as the rules read an amendment: days as days."""
    stored = version.changes
    days = {name: date.fromisoformat(stored[name]) for name in ("valid_from", "recorded_on")}
    return {**stored, **days}


@lru_cache(maxsize=64)
def _amended(published: Published, day: date | None, files: Catalogue) -> Catalogue:
    found = _files(files, day)
    versions = ProgrammeVersion.objects.in_bulk([pk for pk, _at in published])
    for pk, _at in published:
        found = found.with_amendment(amendment(versions[pk]), f"version:{pk}")
    return found


def _files(whole: Catalogue, day: date | None) -> Catalogue:
    """Give the files as recorded by a day; a programme's first version was always there for whoever decided by it."""
    if day is None:
        return whole
    return Catalogue(
        {
            name: (versions[0], *(one for one in versions[1:] if one.programme.recorded_on <= day))
            for name, versions in whole.versions.items()
        }
    )
