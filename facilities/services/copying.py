"""Many rows into one table at the speed of COPY. For rows made by the thousand; constraints and triggers still answer."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model

NULL = "\\N"
LINES_AT_ONCE = 200
CHANGED = "rows_that_change"


def copy_in(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, same: dict[str, Any] | None = None
) -> None:
    """Insert rows of one table, each a sequence of its columns' values (JSON columns: what JSON holds).

    `same` are columns whose value is the same in every row.
    """
    same = same or {}
    fields = [model._meta.get_field(name) for name in (*columns, *same)]
    _copy(model._meta.db_table, fields, rows, list(same.values()))


def change_in(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows of one table in one statement: each a sequence of its key and of the columns' new values.

    Inside a transaction; keys that are not there change nothing.
    """
    fields = [model._meta.pk, *(model._meta.get_field(name) for name in columns)]
    quote = connection.ops.quote_name
    table, key, *names = map(quote, (model._meta.db_table, *(field.column for field in fields)))
    with connection.cursor() as cursor:
        whole = ", ".join([key, *names])
        cursor.execute(f"CREATE TEMPORARY TABLE {CHANGED} ON COMMIT DROP AS SELECT {whole} FROM {table} WITH NO DATA")
        _copy(CHANGED, fields, rows, [])
        changes = ", ".join(f"{name} = {CHANGED}.{name}" for name in names)
        cursor.execute(f"UPDATE {table} SET {changes} FROM {CHANGED} WHERE {table}.{key} = {CHANGED}.{key}")
        cursor.execute(f"DROP TABLE {CHANGED}")


def _copy(table: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]], same: Sequence[Any]) -> None:
    writers = [_json if isinstance(field, JSONField) else _text for field in fields]
    own, rest = writers[: len(fields) - len(same)], writers[len(fields) - len(same) :]
    end = "".join("\t" + write(value) for write, value in zip(rest, same, strict=True)) + "\n"
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    file = _Lines("\t".join([write(value) for write, value in zip(own, row, strict=True)]) + end for row in rows)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        try:
            cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", file)
        except Exception as error:
            raise file.failed or error from None


class _Lines:
    """Lines as a file that the database reads while the next are being written. `failed`: what writing them raised."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.failed: Exception | None = None

    def read(self, _size: int) -> str:
        try:
            return "".join(islice(self.lines, LINES_AT_ONCE))
        except Exception as error:
            self.failed = error
            raise


_written = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> str:
    return NULL if value is None else _escaped(_written(value))


def _text(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return _escaped(value) if value else value
    if value is None:
        return NULL
    if kind is bool:
        return "t" if value else "f"
    if kind is list or kind is tuple:
        return _escaped(_array(value))
    if isinstance(value, str):
        return _escaped(str(value))
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _escaped(text: str) -> str:
    """Escape what COPY reads as its own; what is hardly ever there is looked for first."""
    if "\\" not in text and text.isprintable():
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _array(values: Sequence[Any]) -> str:
    """Write an array of numbers or short texts; each text in quotes, with quotes and backslashes escaped."""
    inside = (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
        for value in values
    )
    return "{" + ",".join(inside) + "}"
