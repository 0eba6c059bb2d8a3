"""Writes the care workers and hospital agreements of an import, and takes them back. Inside the import's transaction."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.keys import new_id
from eldercare.kernel.locks import lock
from eldercare.kernel.sealed import blind_index
from facilities.choices import RowVerdict
from facilities.models import CareWorker, HospitalAgreement, ImportRow
from facilities.rules.sheet_header import HOME
from facilities.services.judge_beside import as_json
from facilities.services.judged import Judged

MODELS: dict[str, Any] = {"care_worker": CareWorker, "hospital": HospitalAgreement}
DAYS = ("issued_on", "since", "signed_on", "valid_until")
AT_ONCE = 500
# Under this name a row's changes keep which row of the table it made or changed.
MADE = "row"


def is_beside(row: ImportRow) -> bool:
    return row.values.get("of", HOME) != HOME


def write_beside(judged: list[Judged], kept: list[ImportRow]) -> None:
    """Write what stands beside the homes, all rows of it; the names and certificates that were kept sealed for it go."""
    pairs = [(one, row) for one, row in zip(judged, kept, strict=True) if is_beside(row)]
    made: dict[str, list[Any]] = {of: [] for of in MODELS}
    today = clock.today()
    for one, row in pairs:
        row.verdict, row.changes = str(one.verdict), dict(one.changes)
        row.home_id = one.home or (kept[one.head - kept[0].line].home_id if one.head else None)
        of = row.values["of"]
        if one.verdict == RowVerdict.NEW:
            made[of].append(_new(of, one, row, today))
        elif one.verdict == RowVerdict.UPDATE:
            _change(one, row)
        row.values = {name: value for name, value in row.values.items() if name != "sealed"}
    for of, rows in made.items():
        MODELS[of].objects.bulk_create(rows, batch_size=AT_ONCE)
    ImportRow.objects.bulk_create(
        [row for _one, row in pairs],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["verdict", "changes", "home_id", "values"],
        batch_size=AT_ONCE,
    )


def _new(of: str, one: Judged, row: ImportRow, today: date) -> Any:
    facts = {name: value for name, (_was, value) in one.changes.items() if name != "certificate_no"}
    thing = MODELS[of](pk=new_id(), facility_id=row.home_id, **_as_days(facts))
    if of == "care_worker":
        thing.name = one.row.secret["person"]
        thing.since = thing.since or today
        _certify(thing, one.row.secret.get("certificate_no"))
    row.changes[MADE] = [None, str(thing.pk)]
    return thing


def _change(one: Judged, row: ImportRow) -> None:
    thing = one.stored
    for name, value in _as_days({name: now for name, (_was, now) in one.changes.items()}).items():
        if name == "certificate_no":
            _certify(thing, one.row.secret["certificate_no"])
        else:
            setattr(thing, name, _or_blank(thing, name, value))
    thing.save()
    row.changes[MADE] = [str(thing.pk), str(thing.pk)]


def _certify(worker: CareWorker, number: str | None) -> None:
    worker.certificate_no = number
    worker.certificate_index = blind_index(number) if number else None


def _as_days(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if value and name in DAYS else value for name, value in facts.items()}


def _or_blank(thing: Any, name: str, value: Any) -> Any:
    return "" if value is None and not thing._meta.get_field(name).null else value


def take_back_beside(rows: list[ImportRow]) -> list[str]:
    """Take back what these rows made or changed, where it still says what they wrote; name those where it does not."""
    lost = []
    for of, model in MODELS.items():
        mine = [row for row in rows if row.values["of"] == of]
        for some in _chunks(mine):
            things = {thing.pk: thing for thing in lock(model.objects.filter(pk__in=[_made(row) for row in some]))}
            made = []
            for row in some:
                thing = things.get(_made(row))
                if thing is None or not _as_written(thing, row):
                    lost.append(row.values.get("name", "") or row.values.get("hospital", ""))
                elif row.verdict == RowVerdict.NEW:
                    made.append(thing.pk)
                else:
                    _restore(thing, row)
            model.objects.filter(pk__in=made).delete()
    return lost


def _chunks(rows: list[ImportRow]) -> Iterator[list[ImportRow]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _made(row: ImportRow) -> UUID:
    return UUID(row.changes[MADE][1])


def _as_written(thing: Any, row: ImportRow) -> bool:
    facts = {name: pair[1] for name, pair in row.changes.items() if name != MADE}
    now = {name: as_json(getattr(thing, name)) for name in facts}
    if "certificate_no" in now:
        now["certificate_no"] = now["certificate_no"] is not None
    return now == facts and getattr(thing, "left_on", None) is None


def _restore(thing: Any, row: ImportRow) -> None:
    was = {name: pair[0] for name, pair in row.changes.items() if name != MADE}
    for name, value in _as_days(was).items():
        if name == "certificate_no":
            _certify(thing, None)
        else:
            setattr(thing, name, _or_blank(thing, name, value))
    thing.save()
