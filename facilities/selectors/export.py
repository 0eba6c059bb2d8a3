"""The directory as rows, a thousand homes at a time: two queries each, however many there are."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from django.db.models import QuerySet
from openpyxl import Workbook

from eldercare.regions.selectors import full_names
from facilities.models import Facility
from facilities.rules.changes import FACTS
from facilities.rules.export_row import HEADERS, SHEET, export_row

AT_ONCE = 1000


def home_rows(homes: QuerySet[Facility], *more: str) -> Iterator[dict[str, Any]]:
    """Give homes' plain facts with `id`, `region_name` and the named columns, in the order of their ids."""
    after = None
    columns = ("id", *FACTS, *more)
    while True:
        rows = homes.filter(pk__gt=after) if after else homes
        chunk = list(rows.order_by("pk").values(*columns)[:AT_ONCE])
        if not chunk:
            return
        names = full_names({row["region_id"] for row in chunk})
        for row in chunk:
            row = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
            yield {**row, "region_name": names.get(row["region_id"], "")}
        after = chunk[-1]["id"]


def export_csv(homes: QuerySet[Facility]) -> Iterator[str]:
    """Give the lines of a CSV file that imports as all the same; the mark in front tells Excel that it is UTF-8."""
    yield "\ufeff"
    yield csv_line(HEADERS)
    for row in home_rows(homes):
        yield csv_line(export_row(row))


def export_xlsx(homes: QuerySet[Facility]) -> IO[bytes]:
    """Write a workbook that imports as all the same, to a file that is gone when closed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(HEADERS)
    for row in home_rows(homes):
        sheet.append(export_row(row))
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    book.save(file)
    file.seek(0)
    return file


def csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
