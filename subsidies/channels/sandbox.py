"""The channel to the sandbox bank, over HTTP. Keeps nothing: remembering is the payment's business."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx
from django.conf import settings

from eldercare.kernel import faults
from subsidies.channels.port import (
    ACCOUNT_CLOSED,
    MATCHED,
    NAME_DIFFERS,
    UNKNOWN_ACCOUNT,
    AccountAnswer,
    AccountQuestion,
    Booking,
    DayStatement,
    NoAnswer,
    Order,
    Reply,
)

SEND_CONNECTING = faults.point("send.connecting", "a batch is about to be sent; the bank has not seen it")
SEND_REQUEST_COMPLETE = faults.point(
    "send.request_complete", "the bank has the whole batch; its answer is not read yet"
)
REPLY_RECEIVED = faults.point("reply.received", "the bank's answer is read and not yet stored")
QUERY_SENT = faults.point("query.sent", "a question about payments is about to be asked")
QUERY_ANSWERED = faults.point("query.answered", "the bank has told what became of payments; not yet stored")


class SandboxChannel:
    """Speaks to `manage.py sandbox_bank` at settings.SANDBOX_BANK_URL."""

    name = "sandbox"

    def send(self, orders: Sequence[Order]) -> list[Reply]:
        faults.passing(SEND_CONNECTING)
        answer = self._asked(
            "POST", "/batches", {"items": [_written(order) for order in orders]}, SEND_REQUEST_COMPLETE
        )
        faults.passing(REPLY_RECEIVED)
        return _understood(answer)

    def query(self, keys: Sequence[str]) -> list[Reply]:
        answer = self._asked("POST", "/queries", {"keys": list(keys)}, QUERY_SENT)
        faults.passing(QUERY_ANSWERED)
        return _understood(answer)

    def check_account(self, question: AccountQuestion) -> AccountAnswer:
        answer = self._asked("POST", "/accounts/check", {"account": question.number, "name": question.name})
        said = answer.get("state") if isinstance(answer, dict) else None
        if said not in (MATCHED, NAME_DIFFERS, UNKNOWN_ACCOUNT, ACCOUNT_CLOSED):
            raise NoAnswer("the answer is not in the agreed form")
        return AccountAnswer(said)

    def statement(self, day: date) -> DayStatement:
        try:
            return _statement(self._asked("GET", f"/statements/{day}"))
        except ValueError as error:
            raise NoAnswer(str(error)) from error

    def read_statement(self, content: bytes) -> DayStatement:
        try:
            return _statement(json.loads(content))
        except UnicodeDecodeError as error:
            raise ValueError(str(error)) from error

    def _asked(self, method: str, path: str, body: dict[str, Any] | None = None, passing: str | None = None) -> Any:
        """Send and read; anything but a clear answer is no answer."""
        try:
            with (
                _client() as client,
                client.stream(method, path, json=body) as response,
            ):
                if passing:
                    faults.passing(passing)
                response.read()
                response.raise_for_status()
                return response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from error


def _client() -> httpx.Client:
    # The bank is on this machine: a proxy named in the environment must not stand between.
    return httpx.Client(base_url=settings.SANDBOX_BANK_URL, timeout=settings.SANDBOX_BANK_SECONDS, trust_env=False)


def _written(order: Order) -> dict[str, Any]:
    return {
        "key": order.key,
        "kind": order.kind,
        "payer": order.payer,
        "payee": order.payee,
        "amount_fen": order.amount_fen,
        "value_day": order.value_day.isoformat(),
    }


def _understood(answer: Any) -> list[Reply]:
    try:
        return [
            Reply(
                key=item["key"],
                outcome=item["state"],
                bank_ref=item.get("bank_ref", ""),
                booked_on=date.fromisoformat(item["booked_on"]) if item.get("booked_on") else None,
                reason=item.get("reason", ""),
            )
            for item in answer["items"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswer("the answer is not in the agreed form") from error


def _statement(written: Any) -> DayStatement:
    """Read the agreed form. Raises ValueError with the name that is missing or wrong."""
    try:
        bookings = tuple(
            Booking(
                bank_ref=str(item["bank_ref"]),
                key=str(item["key"]),
                movement=str(item["movement"]),
                amount_fen=_fen(item["amount_fen"]),
                booked_on=date.fromisoformat(item["booked_on"]),
            )
            for item in written["items"]
        )
        return DayStatement(
            day=date.fromisoformat(written["day"]),
            bookings=bookings,
            count=_fen(written["count"]),
            total_fen=_fen(written["total_fen"]),
            balances={str(row["account"]): _fen(row["balance_fen"]) for row in written.get("balances", ())},
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not in the agreed form: {error}") from error


def _fen(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"not whole fen: {value!r}")
    return value
