"""The sandbox bank's books in one SQLite file: items under the customer's key, and what was booked for them.

A key is answered once and for all: the same item again gets the same answer, another item under it is refused.
"""

import json
import sqlite3
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from subsidies.sandbox.schedule import Schedule

TABLES = """
CREATE TABLE IF NOT EXISTS item (
    key TEXT PRIMARY KEY, content TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
    bank_ref TEXT NOT NULL DEFAULT '', booked_on TEXT NOT NULL DEFAULT '', fate TEXT NOT NULL DEFAULT '{}',
    asked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS booking (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, movement TEXT NOT NULL, payer TEXT NOT NULL,
    payee TEXT NOT NULL, amount_fen INTEGER NOT NULL, stated_fen INTEGER NOT NULL, booked_on TEXT NOT NULL,
    left_out INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS booking_by_day ON booking (booked_on);
CREATE INDEX IF NOT EXISTS booking_by_payer ON booking (payer);
CREATE INDEX IF NOT EXISTS booking_by_payee ON booking (payee);
"""
MAY_OVERDRAW = "FUND-"  # a district's fund is fed by its treasury, outside this bank
ALWAYS = -1
FIELDS = ("key", "kind", "payer", "payee", "amount_fen", "value_day")


class Books:
    """One bank's accounts and bookings. Every method is one committed transaction; threads take turns."""

    def __init__(self, folder: Path, schedule: Schedule) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.schedule = schedule
        self.turn = threading.Lock()
        self.db = sqlite3.connect(folder / "bank.sqlite3", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.executescript(TABLES)

    def accept(self, item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Take an item and execute it at once if nothing stands against it; give the answer and its fate."""
        with self.turn, self._transaction():
            known = self._item(item["key"])
            if known is not None:
                if known["content"] != _content(item):
                    return {"key": item["key"], "state": "refused", "reason": "key_reused"}, {}
                return _answer(known), {}
            fate = self.schedule.fate_of(item)
            if fate.get("do") == "lose_request":
                return {}, fate
            self._take(item, fate)
            return _answer(self._item(item["key"])), fate

    def asked_about(self, key: str) -> dict[str, Any]:
        """Say what became of a key; `not_found` when nothing under it ever arrived."""
        with self.turn, self._transaction():
            self.db.execute("UPDATE item SET asked = asked + 1 WHERE key = ?", [key])
            known = self._item(key)
            if known is None:
                return {"key": key, "state": "not_found"}
            if known["state"] == "pending" and known["asked"] >= json.loads(known["fate"]).get("queries", 1):
                self._execute(json.loads(known["content"]), json.loads(known["fate"]))
            return _answer(self._item(key))

    def statement(self, day: date) -> dict[str, Any]:
        """Give a day's bookings and the closing balance of each account they touched."""
        with self.turn, self._transaction():
            rows = self.db.execute("SELECT * FROM booking WHERE booked_on = ? ORDER BY number", [str(day)]).fetchall()
            self.db.execute(
                "UPDATE booking SET left_out = left_out - 1 WHERE booked_on = ? AND left_out > 0", [str(day)]
            )
            shown = [_booked(row) for row in rows if row["left_out"] == 0]
            accounts = sorted({account for row in rows for account in (row["payer"], row["payee"])})
            balances = [{"account": account, "balance_fen": self._balance(account, day)} for account in accounts]
        total = sum(row["amount_fen"] for row in shown)
        return {"day": str(day), "count": len(shown), "total_fen": total, "items": shown, "balances": balances}

    def balance(self, account: str) -> int:
        """Give an account's balance over everything booked, also on days to come."""
        with self.turn:
            return self._balance(account, date.max)

    def _take(self, item: dict[str, Any], fate: dict[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO item (key, content, state, fate) VALUES (?, ?, 'pending', ?)",
            [item["key"], _content(item), json.dumps(fate)],
        )
        if fate.get("do") == "refuse":
            self._refuse(item["key"], fate.get("reason", "account_closed"))
        elif fate.get("do") != "pending":
            self._execute(item, fate)

    def _execute(self, item: dict[str, Any], fate: dict[str, Any]) -> None:
        payer, payee, amount = item["payer"], item["payee"], item["amount_fen"]
        if not payer.startswith(MAY_OVERDRAW) and self._balance(payer, date.max) < amount:
            return self._refuse(item["key"], "insufficient_funds")
        misfortune, days = fate.get("do"), fate.get("days", 1)
        told = date.fromisoformat(item["value_day"])
        booked = told + timedelta(days=days) if misfortune == "book_other_day" else told
        left_out = fate.get("statements", ALWAYS) if misfortune == "hole" else 0
        stated = fate["amount_fen"] if misfortune == "book_amount" else amount
        number = self._book(item["key"], "executed", payer, payee, amount, stated, booked, left_out)
        if misfortune == "book_twice":
            self._book(item["key"], "executed", payer, payee, amount, amount, booked, 0)
        if misfortune == "return_later":
            self._book(item["key"], "returned", payee, payer, amount, amount, told + timedelta(days=days), 0)
        return self._answered(item["key"], "executed", "", f"B{number:010d}", str(told))

    def _refuse(self, key: str, reason: str) -> None:
        self._answered(key, "refused", reason, "", "")

    def _answered(self, key: str, *answer: str) -> None:
        self.db.execute(
            "UPDATE item SET state = ?, reason = ?, bank_ref = ?, booked_on = ? WHERE key = ?", [*answer, key]
        )

    def _book(self, *booking: Any) -> int:
        row = [str(value) if isinstance(value, date) else value for value in booking]
        return self.db.execute(
            "INSERT INTO booking (key, movement, payer, payee, amount_fen, stated_fen, booked_on, left_out)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid

    def _balance(self, account: str, until: date) -> int:
        (balance,) = self.db.execute(
            "SELECT (SELECT COALESCE(SUM(amount_fen), 0) FROM booking WHERE payee = :account AND booked_on <= :until)"
            " - (SELECT COALESCE(SUM(amount_fen), 0) FROM booking WHERE payer = :account AND booked_on <= :until)",
            {"account": account, "until": str(until)},
        ).fetchone()
        return balance

    def _item(self, key: str) -> sqlite3.Row | None:
        return self.db.execute("SELECT * FROM item WHERE key = ?", [key]).fetchone()

    def _transaction(self) -> "_Transaction":
        return _Transaction(self.db)


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK on any error: what was answered is on disk before the answer leaves."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.db.execute("ROLLBACK" if kind else "COMMIT")


def _content(item: dict[str, Any]) -> str:
    return json.dumps({name: item[name] for name in FIELDS}, sort_keys=True)


def _answer(row: sqlite3.Row) -> dict[str, Any]:
    answer = {"key": row["key"], "state": row["state"]}
    return answer | {name: row[name] for name in ("reason", "bank_ref", "booked_on") if row[name]}


def _booked(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "bank_ref": f"B{row['number']:010d}",
        "key": row["key"],
        "movement": row["movement"],
        "amount_fen": row["stated_fen"],
        "booked_on": row["booked_on"],
    }
