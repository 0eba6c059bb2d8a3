"""The directory as rows, a thousand homes at a time: two queries each, however many there are."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce
from openpyxl import Workbook

from eldercare.regions.selectors import full_names
from facilities.models import CareWorker, Facility, HospitalAgreement
from facilities.rules.changes import FACTS
from facilities.rules.export_row import (
    BESIDE,
    HEADERS,
    LINES,
    SHEET,
    beside_headers,
    beside_row,
    export_row,
    hospitals_cell,
)

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
    yield csv_line([*HEADERS, LINES["header"]])
    of_home = HospitalAgreement.objects.filter(facility=OuterRef("pk")).order_by("hospital")
    texts = [Coalesce(Cast(name, TextField()), Value("")) for name in LINES["facts"]]
    agreed = of_home.annotate(agreement=Func(*texts, template="ARRAY[%(expressions)s]", output_field=TextField()))
    for row in home_rows(homes.annotate(hospitals=ArraySubquery(agreed.values("agreement"))), "hospitals"):
        yield csv_line([*export_row(row), hospitals_cell(row["hospitals"])])


def export_xlsx(homes: QuerySet[Facility]) -> IO[bytes]:
    """Write a workbook that imports as all the same, to a file that is gone when closed: homes, hospitals, care workers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(HEADERS)
    for row in home_rows(homes):
        sheet.append(export_row(row))
    for of, rows in (("hospital", _agreements(homes)), ("care_worker", _workers(homes))):
        beside = book.create_sheet(BESIDE["export"][of]["sheet"])
        beside.append(beside_headers(of))
        for facts in rows:
            beside.append(beside_row(of, facts))
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _of_home(home: Facility) -> dict[str, Any]:
    return {"id": home.pk, "name": home.name, "region_id": home.region_id}


def _agreements(homes: QuerySet[Facility]) -> Iterator[dict[str, Any]]:
    rows = HospitalAgreement.objects.filter(facility__in=homes).select_related("facility")
    for one in rows.order_by("facility", "hospital").iterator(chunk_size=AT_ONCE):
        days = {name: value.isoformat() for name in ("signed_on", "valid_until") if (value := getattr(one, name))}
        yield {**_of_home(one.facility), "hospital": one.hospital, "services": one.services, **days}


def _workers(homes: QuerySet[Facility]) -> Iterator[dict[str, Any]]:
    """Give the care workers in post with name and certificate: what an import needs to know them again."""
    rows = CareWorker.objects.filter(facility__in=homes, left_on__isnull=True).select_related("facility")
    for one in rows.order_by("facility", "since", "pk").iterator(chunk_size=AT_ONCE):
        days = {name: value.isoformat() for name in ("issued_on", "since") if (value := getattr(one, name))}
        facts = {"person": one.name, "certificate_no": one.certificate_no, "level": one.level}
        yield {**_of_home(one.facility), **facts, **days}


def csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
