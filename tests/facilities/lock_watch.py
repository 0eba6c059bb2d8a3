"""Watches the locks a test's acts take and fails the act that takes one out of the order of docs/adr/0011."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

KINDS = ("elder", "home", "bed", "application")
ROWS = {"people_elder": "elder", "facilities_bed": "bed", "facilities_application": "application"}
BOARD = ("bed", "all of the home")
TAKEN = re.compile(r'FOR NO KEY UPDATE OF "(\w+)"|^UPDATE "(\w+)"|FOR UPDATE OF "(\w+)"')


class OutOfOrder(AssertionError):
    """An earlier kind of lock was taken after a later one."""


class Watch:
    """What the running act holds. An act is the outermost savepoint inside the test's own transaction."""

    def __init__(self) -> None:
        self.depth, self.held = 0, []

    def __call__(self, execute, sql, params, many, context):
        text = str(sql)
        if text.startswith("SAVEPOINT"):
            self.depth += 1
        elif text.startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            # A rollback is always followed by its release.
            self.depth -= text.startswith("RELEASE")
        if self.depth <= 0:
            self.depth, self.held = 0, []
        else:
            self._note(text, params)
        return execute(sql, params, many, context)

    def _note(self, text: str, params) -> None:
        for kind, key in self._taken(text, params):
            if (kind, key) in self.held or (kind == "bed" and BOARD in self.held):
                continue
            later = [one for one in self.held if KINDS.index(one[0]) > KINDS.index(kind)]
            before = [one for one in self.held if kind == "home" == one[0] and one[1] > key]
            if later or before:
                raise OutOfOrder(f"{kind} {key} was locked after {(later or before)[-1]}: {text[:120]}")
            self.held.append((kind, key))

    def _taken(self, text: str, params):
        if "pg_advisory_xact_lock" in text:
            name = str(params[0])
            return [("home", name.removeprefix("home:"))] if name.startswith("home:") else []
        found = TAKEN.search(text)
        table = found and next(filter(None, found.groups()))
        if table not in ROWS:
            return []
        if (
            text.startswith("SELECT")
            and table == "facilities_bed"
            and '"facility_id" = ' in text.partition(" WHERE ")[2]
        ):
            return [BOARD]
        ids = [str(one) for one in params if re.fullmatch(r"[0-9a-f-]{36}", str(one))]
        return [(ROWS[table], one) for one in (ids if not text.startswith("UPDATE") else ids[-1:])]


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch
