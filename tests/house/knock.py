"""Knocking at doors: one request of one visitor, rolled back, and what came of it in one word."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.test import Client

from tests.builders.accounts import sign_in

# The same name in two routes can stand for two nouns.
NOUNS = [
    ("account-changes", "account"),
    ("desk/changes", "right"),
    ("subsidy-applications", "subsidy"),
    ("desk/subsidies", "subsidy"),
    ("elders/invitations", "elder"),
    ("home/invitations", "home"),
    ("invitations", "post"),
    ("applications", "home"),
]
FIXED = {"programme": "beijing/2019-160/hardship", "name": "propose", "step": "account", "law": "beijing/2019-160"}
FIXED |= {"word": "apply", "line": "1", "dataset": "ratings", "form": "json", "what": "hospitals", "change": "remove"}
JSON = "application/json"


def address(route: str, rows: Mapping[str, Any]) -> str:
    """Fill a route with the world's rows."""
    noun = next((noun for part, noun in NOUNS if part in route), "")

    def fill(found: re.Match[str]) -> str:
        name = found[1].split(":")[-1]
        return FIXED.get(name) or str((rows.get(f"{noun}:{name}") or rows[name]).pk)

    return "/" + re.sub(r"<([^>]+)>", fill, route)


class Visitors:
    """Signed-in clients by name; each knock starts from the same session, whatever the last one did."""

    def __init__(self, users: Mapping[str, Any]) -> None:
        self.clients = {name: Client(raise_request_exception=False) for name in users}
        self.cookies = {}
        for name, user in users.items():
            client = self.clients[name]
            self.cookies[name] = sign_in(client, user).cookies if user else client.cookies

    def knock(self, name: str, method: str, url: str) -> str:
        """Knock and undo what it did. Gives `in`, `login`, `no method`, `403`, `404`, or a status that no door may give."""
        client = self.clients[name]
        client.cookies = self.cookies[name].copy()
        body = {"data": "{}", "content_type": JSON} if url.startswith("/api/") else {"data": {}}
        with transaction.atomic():
            answer = (
                client.generic(method, url, **body)
                if method == "DELETE"
                else getattr(client, method.lower())(url, **({} if method == "GET" else body))
            )
            transaction.set_rollback(True)
        return in_a_word(answer)


def in_a_word(answer: Any) -> str:
    """Name an answer."""
    if answer.status_code == 401 or (answer.status_code == 302 and answer["Location"].startswith("/sign-in?")):
        return "login"
    if answer.status_code == 405:
        return "no method"
    if answer.status_code in (403, 404) or answer.status_code == 500:
        return str(answer.status_code)
    return "in"
