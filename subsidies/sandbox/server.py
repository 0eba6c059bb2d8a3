"""The sandbox bank's counter: JSON over HTTP on this machine only. It keeps nothing itself; store.py does.

POST /batches {"items": […]} · POST /queries {"keys": […]} · POST /accounts/check {"account", "name"} · GET /statements/2026-07-31 · /balances/<account> · /healthz
"""

import json
import re
import time
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from subsidies.sandbox.store import FIELDS, Books

LONGEST_BODY = 5_000_000
MOST_ITEMS = 1000


class Unreadable(Exception):
    """A request the bank can't read; the text says why."""


def serve(books: Books, port: int, executed: Callable[[], None]) -> ThreadingHTTPServer:
    """Make the bank's server; `executed` is called after each batch is on disk and before its answer leaves."""

    class Counter(_Counter):
        pass

    Counter.books, Counter.executed = books, staticmethod(executed)
    server = ThreadingHTTPServer(("127.0.0.1", port), Counter)
    server.daemon_threads = True
    return server


class _Counter(BaseHTTPRequestHandler):
    books: Books
    executed: Callable[[], None]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answered({"/healthz": self._health, "/statements/": self._statement, "/balances/": self._balance})

    def do_POST(self) -> None:
        self._answered({"/batches": self._batch, "/queries": self._queries, "/accounts/check": self._check})

    def _answered(self, doors: dict[str, Callable[[str], dict[str, Any] | None]]) -> None:
        for path, act in doors.items():
            if self.path == path or (path.endswith("/") and self.path.startswith(path)):
                try:
                    answer = act(unquote(self.path.removeprefix(path)))
                except Unreadable as error:
                    return self._say(400, {"error": str(error)})
                if answer is None:
                    return self._hang_up()
                return self._say(200, answer)
        return self._say(404, {"error": "no such door"})

    def _health(self, _rest: str) -> dict[str, Any]:
        return {"ok": True}

    def _statement(self, rest: str) -> dict[str, Any]:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", rest):
            raise Unreadable("a statement is asked for by its day: 2026-07-31")
        try:
            return self.books.statement(date.fromisoformat(rest))
        except ValueError as error:
            raise Unreadable(str(error)) from error

    def _balance(self, account: str) -> dict[str, Any]:
        return {"account": account, "balance_fen": self.books.balance(account)}

    def _batch(self, _rest: str) -> dict[str, Any] | None:
        items = self._body("items")
        for item in items:
            _check(item)
        answers, lost, pause = [], False, 0.0
        for item in items:
            answer, fate = self.books.accept(item)
            lost |= fate.get("do") in ("lose_reply", "lose_request")
            pause = max(pause, float(fate.get("seconds", 0)) if fate.get("do") == "delay" else 0)
            answers += [answer] * (2 if fate.get("do") == "answer_twice" else 1)
        self.executed()
        time.sleep(pause)
        return None if lost else {"items": answers}

    def _queries(self, _rest: str) -> dict[str, Any]:
        keys = self._body("keys")
        if not all(isinstance(key, str) for key in keys):
            raise Unreadable("keys are texts")
        return {"items": [self.books.asked_about(key) for key in keys]}

    def _check(self, _rest: str) -> dict[str, Any] | None:
        body = self._json()
        if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("account", "name")):
            raise Unreadable("an account and a name, both texts")
        with self.books.turn:
            said = self.books.schedule.answer_for(body["account"], body["name"])
        return None if said == "no_answer" else {"state": said}

    def _json(self) -> Any:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            self.close_connection = True
            raise Unreadable("too long")
        try:
            return json.loads(self.rfile.read(length))
        except ValueError as error:
            raise Unreadable("not JSON") from error

    def _body(self, name: str) -> list[Any]:
        body = self._json()
        try:
            rows = body[name]
        except (KeyError, TypeError) as error:
            raise Unreadable(f'expected {{"{name}": […]}}') from error
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ITEMS:
            raise Unreadable(f"1 to {MOST_ITEMS} {name} at a time")
        return rows

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Write no request lines: they would hold account numbers."""


def _check(item: Any) -> None:
    if not isinstance(item, dict) or set(item) != set(FIELDS):
        raise Unreadable(f"an item has exactly {', '.join(FIELDS)}")
    amount = item["amount_fen"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise Unreadable("amount_fen is a whole number above 0")
    if not all(isinstance(item[name], str) and item[name] for name in FIELDS if name != "amount_fen"):
        raise Unreadable("every field but amount_fen is a text")
    try:
        date.fromisoformat(item["value_day"])
    except ValueError as error:
        raise Unreadable("value_day is a day: 2026-07-31") from error
