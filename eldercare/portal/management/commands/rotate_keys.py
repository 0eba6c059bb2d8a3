"""`manage.py rotate_keys`: seals everything anew under the first key, and makes the blind indexes anew. Prints a JSON report.

Batches are small transactions and what is already done is left alone, so it may be stopped, started again and run beside
the living system. Afterwards the old keys can be taken out of SEALED_KEYS and SEALED_INDEX_KEYS.
"""

import json
from collections import Counter
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Model

from eldercare.accounts.services.second_factor import reseal_secrets
from eldercare.audit.services import record
from eldercare.kernel.sealed import CannotOpen, SealedField, blind_index, key_name, open_bytes, seal_bytes
from eldercare.kernel.viewer import system

BATCH = 500  # rows at once; a table of whole files says its own `SEALED_AT_ONCE`


class Command(BaseCommand):
    help = "Seal every sealed value anew under the first key, and make every blind index anew (idempotent, resumable)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="the report is JSON either way; kept for uniformity")

    def handle(self, *args: Any, **options: Any) -> None:
        key = settings.SEALED_KEYS[0].partition(":")[0]
        counts = {model._meta.label: _rotate_model(model, key) for model in apps.get_models() if _sealed(model)}
        secrets = reseal_secrets()
        unreadable = sum(count["unreadable"] for count in counts.values())
        record(system("rotate_keys"), "keys.rotated", f"key:{key}", facts={"unreadable": unreadable})
        report = {"key": key, "models": counts, "second_factor_secrets": secrets, "unreadable": unreadable}
        self.stdout.write(json.dumps(report, indent=2))
        if unreadable:
            raise CommandError(
                f"{unreadable} values could not be opened and were left as they are: their key is not in SEALED_KEYS."
            )


def _sealed(model: type[Model]) -> list[SealedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def _rotate_model(model: type[Model], key: str) -> dict[str, int]:
    """Go through a table in key order, a batch a transaction; gives what was found and done."""
    count, last = Counter({"rows": 0, "resealed": 0, "reindexed": 0, "unreadable": 0}), None
    while True:
        # Rows that are written once are sealed anew, too: what they say does not change.
        with transaction.atomic(), pgtrigger.ignore():
            rows = _batch(model, last)
            for pk, *raw in rows:
                count.update(_rotate_row(model, key, pk, raw))
        if not rows:
            return dict(count)
        count["rows"] += len(rows)
        last = rows[-1][0]


def _columns(model: type[Model]) -> list[str]:
    return [field.column for field in _sealed(model)] + [*_indexes(model)]


def _indexes(model: type[Model]) -> dict[str, str]:
    """Give the index columns a model declares, each with the sealed field it is the index of."""
    return getattr(model, "SEALED_INDEXES", {})


def _batch(model: type[Model], last: Any) -> list[tuple]:
    """Lock and read the next rows as they lie in the table, unopened."""
    quote = connection.ops.quote_name
    table, pk = quote(model._meta.db_table), quote(model._meta.pk.column)
    columns = ", ".join([pk, *map(quote, _columns(model))])
    after = f"WHERE {pk} > %s" if last is not None else ""
    at_once = getattr(model, "SEALED_AT_ONCE", BATCH)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {table} {after} ORDER BY {pk} LIMIT {at_once} FOR UPDATE",
            [] if last is None else [last],
        )
        return cursor.fetchall()


def _rotate_row(model: type[Model], key: str, pk: Any, raw: list[Any]) -> Counter[str]:
    fields, done = _sealed(model), Counter()
    opened, changes = {}, {}
    for field, value in zip(fields, raw, strict=False):
        if value is None:
            continue
        try:
            opened[field.name] = open_bytes(bytes(value), field.place)
        except CannotOpen:
            done["unreadable"] += 1
            continue
        if key_name(bytes(value)) != key:
            changes[field.column] = seal_bytes(opened[field.name], field.place)
            done["resealed"] += 1
    for (column, name), stored in zip(_indexes(model).items(), raw[len(fields) :], strict=True):
        if name in opened and stored != blind_index(opened[name].decode()):
            changes[column] = blind_index(opened[name].decode())
            done["reindexed"] += 1
    if changes:
        _write(model, pk, changes)
    return done


def _write(model: type[Model], pk: Any, changes: dict[str, Any]) -> None:
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(column)} = %s" for column in changes)
    where = f"{quote(model._meta.pk.column)} = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {where}", [*changes.values(), pk])
