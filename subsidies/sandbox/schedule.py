"""What the sandbox bank was told to do wrong, and to which item. Misfortune only; ordinary banking is in store.py."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MISFORTUNES = {
    "lose_reply": "execute, then hang up without answering",
    "lose_request": "hang up without executing",
    "delay": "execute, answer only after `seconds`",
    "pending": "answer `pending`; execute when asked about it the `queries`-th time (1)",
    "answer_twice": "execute once, answer twice",
    "refuse": "refuse with `reason`",
    "return_later": "execute, and send the money back after `days` (1)",
    "hole": "execute, but leave it out of the first `statements` statements of its day (of all when not given)",
    "book_other_day": "execute, but book it `days` (1) later than was answered",
    "book_amount": "execute, but state `amount_fen` on the statement",
    "book_twice": "execute twice under one key",
}

# Of accounts that are asked about; all others are there and in the name that was asked. `when` knows `account` and `name`.
CHECKS = {
    "name_differs": "say that the account is in another name",
    "unknown_account": "say that there is no such account",
    "account_closed": "say that the account is closed",
    "no_answer": "hang up without answering",
}


class BadSchedule(Exception):
    """A schedule that can't be read; the text says where."""


@dataclass
class Rule:
    """Do `do` to items that match `when`, `times` times (None: always), after letting `skip` of them pass."""

    do: str
    when: dict[str, Any] = field(default_factory=dict)
    times: int | None = 1
    skip: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    met: int = 0

    def takes(self, item: dict[str, Any]) -> bool:
        """Count an item that matches; tell whether its turn has come."""
        if not self._matches(item):
            return False
        self.met += 1
        return self.met > self.skip and (self.times is None or self.met <= self.skip + self.times)

    def _matches(self, item: dict[str, Any]) -> bool:
        contains = self.when.get("key_contains", "")
        exact = {name: value for name, value in self.when.items() if name != "key_contains"}
        return contains in item["key"] and all(item.get(name) == value for name, value in exact.items())


class Schedule:
    """The rules in order; the first that takes an item decides its fate."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules

    @classmethod
    def read(cls, path: Path | None) -> "Schedule":
        """Read a JSON list of `{"do": …, "when": {kind, amount_fen, payee, key_contains}, "times", "skip", …}`.

        Raises BadSchedule with the rule's place and what is wrong with it.
        """
        if path is None:
            return cls([])
        try:
            written = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise BadSchedule(f"{path}: {error}") from error
        if not isinstance(written, list):
            raise BadSchedule(f"{path}: expected a list of rules")
        return cls([_rule(number, entry) for number, entry in enumerate(written, start=1)])

    def fate_of(self, item: dict[str, Any]) -> dict[str, Any]:
        """Decide an item's fate, once; an empty one is ordinary business."""
        return self._first(item, MISFORTUNES)

    def answer_for(self, account: str, name: str) -> str:
        """Say what the bank answers about an account."""
        return self._first({"key": "", "account": account, "name": name}, CHECKS).get("do", "matched")

    def _first(self, item: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
        for rule in self.rules:
            if rule.do in kinds and rule.takes(item):
                return {"do": rule.do, **rule.options}
        return {}


def _rule(number: int, entry: Any) -> Rule:
    if not isinstance(entry, dict) or entry.get("do") not in {**MISFORTUNES, **CHECKS}:
        raise BadSchedule(f"rule {number}: `do` must be one of {', '.join({**MISFORTUNES, **CHECKS})}")
    known = {"do", "when", "times", "skip"}
    return Rule(
        do=entry["do"],
        when=entry.get("when", {}),
        times=entry.get("times", 1),
        skip=entry.get("skip", 0),
        options={name: value for name, value in entry.items() if name not in known},
    )
