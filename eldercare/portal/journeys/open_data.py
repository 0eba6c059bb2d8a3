"""The rows of each open dataset, a thousand at a time, as they are now. Public facts only: no person is in them."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from eldercare.kernel import clock
from eldercare.portal.rules.open_data import Dataset, published
from eldercare.recognition.selectors import agreements
from facilities.models import Facility, HospitalAgreement, PriceVersion, Rating
from facilities.selectors.export import home_rows
from subsidies.rules.programme import catalogue

AT_ONCE = 1000
Row = dict[str, Any]


def _in_chunks(rows: QuerySet, *columns: str) -> Iterator[Row]:
    after = None
    while True:
        chunk = list((rows.filter(pk__gt=after) if after else rows).order_by("pk").values("pk", *columns)[:AT_ONCE])
        if not chunk:
            return
        yield from chunk
        after = chunk[-1]["pk"]


def _with_days(row: Row) -> Row:
    days = row.pop("days")
    return {**row, "from": days.lower, "until": days.upper}


def _facilities() -> Iterator[Row]:
    return home_rows(Facility.objects.all(), "provenance", "is_demo")


def _ratings() -> Iterator[Row]:
    return _in_chunks(
        Rating.objects.all(),
        "id",
        "facility_id",
        "standard",
        "level",
        "issuer_id",
        "issued_on",
        "valid_until",
        "status",
    )


def _prices() -> Iterator[Row]:
    columns = ("id", "facility_id", "item", "room_type", "care_grade", "monthly_fen", "days")
    return map(_with_days, _in_chunks(PriceVersion.objects.all(), *columns))


def _hospitals() -> Iterator[Row]:
    columns = ("id", "facility_id", "hospital", "services", "signed_on", "valid_until")
    return _in_chunks(HospitalAgreement.objects.all(), *columns)


def _agreements() -> Iterator[Row]:
    columns = ("id", "kind", "issued_in_id", "used_in_id", "number", "title", "article", "url", "days")
    return map(_with_days, _in_chunks(agreements(), *columns))


def _policies() -> Iterator[Row]:
    for versions in catalogue().versions.values():
        for one in versions:
            yield {
                "id": one.id,
                "name": str(one.name),
                "region": one.programme.region,
                "document": one.cite.document,
                "title": one.programme.title,
                "article": one.cite.article,
                "url": one.cite.url,
                "valid_from": one.programme.valid_from,
                "valid_until": one.programme.valid_until,
                "confidence": one.programme.confidence,
            }


ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "facilities": _facilities,
    "ratings": _ratings,
    "prices": _prices,
    "hospitals": _hospitals,
    "agreements": _agreements,
    "policies": _policies,
}


def as_csv(dataset: Dataset) -> Iterator[str]:
    """Give a dataset as CSV in UTF-8, with the mark by which spreadsheet programs know it. Unknown is empty."""
    names = [column.name for column in dataset.columns]
    yield "\ufeff" + _line(names)
    for row in ROWS[dataset.name]():
        yield _line([_cell(row[name]) for name in names])


def as_json(dataset: Dataset) -> Iterator[str]:
    """Give a dataset as one JSON object with its terms and the moment it was read. Unknown is null."""
    terms, _sets = published()
    head = {"dataset": dataset.name, "licence": str(terms.licence), "as_of": clock.now().isoformat()}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    names = [column.name for column in dataset.columns]
    comma = ""
    for row in ROWS[dataset.name]():
        said = {name: None if row[name] == "" else row[name] for name in names}
        yield comma + "\n" + json.dumps(said, ensure_ascii=False, default=_plain)
        comma = ","
    yield "\n]}\n"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, bool):
        return str(value).lower()
    return f" {value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
