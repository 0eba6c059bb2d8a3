"""What a payment channel must do, whichever bank stands behind it. Knows no payment, run or elder of ours: only orders.

An order is known by its key. A channel that does not answer has not refused: ask again, never pay again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

EXECUTED, REFUSED, PENDING, NOT_FOUND = "executed", "refused", "pending", "not_found"
# What a bank says of an account: there and in that name; there in another; not there; no longer.
MATCHED, NAME_DIFFERS, UNKNOWN_ACCOUNT, ACCOUNT_CLOSED = "matched", "name_differs", "unknown_account", "account_closed"


class NoAnswer(Exception):
    """The channel did not answer in time, or not in words we understand. Nothing is known of what was sent."""


@dataclass(frozen=True)
class Order:
    """Move `amount_fen` from one bank account to another on a day, once per key."""

    key: str
    kind: str
    payer: str
    payee: str
    amount_fen: int
    value_day: date


@dataclass(frozen=True)
class Reply:
    """What the channel says of one key. `not_found` proves nothing until the day's statement is in."""

    key: str
    outcome: str
    bank_ref: str = ""
    booked_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class AccountQuestion:
    """Is there an account of this number, in this name? No money moves."""

    number: str
    name: str


@dataclass(frozen=True)
class AccountAnswer:
    """What the channel says of an account: one of the four words above."""

    outcome: str


@dataclass(frozen=True)
class Booking:
    """One line of a statement: `executed`, or `returned` for money that came back."""

    bank_ref: str
    key: str
    movement: str
    amount_fen: int
    booked_on: date


@dataclass(frozen=True)
class DayStatement:
    """A day's bookings as the channel states them, its own totals, and closing balances by bank account."""

    day: date
    bookings: tuple[Booking, ...]
    count: int
    total_fen: int
    balances: dict[str, int]

    @property
    def adds_up(self) -> bool:
        return self.count == len(self.bookings) and self.total_fen == sum(line.amount_fen for line in self.bookings)


class Channel(Protocol):
    """A way to a bank."""

    name: str

    def send(self, orders: Sequence[Order]) -> list[Reply]:
        """Hand over a batch. The same key again is answered, not executed, again. Raises NoAnswer."""

    def query(self, keys: Sequence[str]) -> list[Reply]:
        """Ask what became of orders. Raises NoAnswer."""

    def check_account(self, question: AccountQuestion) -> AccountAnswer:
        """Ask whether an account is there and in whose name, without moving money. Raises NoAnswer."""

    def statement(self, day: date) -> DayStatement:
        """Fetch a day's statement. Raises NoAnswer."""

    def read_statement(self, content: bytes) -> DayStatement:
        """Read a statement that came as a file. Raises ValueError with what is wrong."""
