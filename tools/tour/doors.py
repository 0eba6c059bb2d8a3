"""People at the system's doors, each with a browser of their own: signing in by code, filling in forms, the API."""

import re
import time
import uuid
from typing import Any
from urllib.parse import urljoin

import httpx

from tools.tour.check import Difference, must
from tools.tour.pages import Form, Page, read

PATIENCE = 30  # seconds for one answer
CSRF_COOKIE = "eldercare_csrf"


class Person:
    """A visitor, until they sign in. Every answer must be expected; anything else stops the tour."""

    def __init__(self, base_url: str, name: str) -> None:
        self.name = name
        self.base_url = base_url
        headers = {"Accept-Language": "zh-hans", "User-Agent": "eldercare-tour"}
        self.http = httpx.Client(base_url=base_url, timeout=PATIENCE, follow_redirects=True, headers=headers)
        self.at = "/"

    def close(self) -> None:
        self.http.close()

    def sign_in(self, demo: "Demo", address: str, *, second_factor: bool = False) -> None:
        """Sign in by the code the outbox shows; an officer also gives the second factor."""
        seen = demo.seen()
        page = self.see("/sign-in")
        page = self.send(self.form(page, "address"), address=address)
        self.send(self.form(page, "code"), code=demo.code_for(address, seen))
        if second_factor:
            self._prove(demo, address)

    def _prove(self, demo: "Demo", address: str) -> None:
        """Give the app's digits; digits that were used a moment ago are refused, so wait for the next ones."""
        used = ""
        for _ in range(40):
            digits = demo.digits_of(address)
            if digits != used:
                page = self.see("/second-factor")
                data = self.form(page, "code").filled(code=digits)
                answer = self.http.post("/second-factor", data=data, headers={"Referer": self.base_url})
                if answer.status_code == 200:
                    return
                used = digits
            time.sleep(1)
        raise Difference(f"{self.name}：动态码没有通过 · the second factor was not accepted")

    # ---- pages
    def see(self, path: str, *, status: int = 200) -> Page:
        """Open a page and read it."""
        answer = self.http.get(path, headers={"Accept": "text/html"})
        return self._read(answer, status)

    def send(self, form: Form, *, status: int = 200, button: tuple[str, str] | None = None, **values: Any) -> Page:
        """Fill in a form of the page last seen and send it."""
        unknown = set(values) - form.names
        must(not unknown, f"{self.name}：{self.at} 的表单里没有 {sorted(unknown)} · no such field in the form")
        data = form.filled(**values)
        if button:
            data[button[0]] = [button[1]]
        address = urljoin(self.at, form.action) if form.action else self.at
        headers = {"Referer": urljoin(self.base_url, self.at), "Accept": "text/html"}
        if form.method == "get":
            return self._read(self.http.get(address, params=data, headers=headers), status)
        return self._read(self.http.post(address, data=data, headers=headers), status)

    def fill(self, path: str, *, having: str = "", status: int = 200, **values: Any) -> Page:
        """Open a page, fill in its one form that has these fields, send it."""
        return self.send(self.form(self.see(path), *([having] if having else []), *values), status=status, **values)

    def form(self, page: Page, *names: str, action: str = "") -> Form:
        """Find the form that has all these fields (and this in its address)."""
        found = [f for f in page.forms if set(names) <= f.names and action in f.action and f.method == "post"]
        must(found, f"{self.name}：{self.at} 上没有带 {names} {action} 的表单 · no such form on the page")
        return found[0]

    def _read(self, answer: httpx.Response, status: int) -> Page:
        self.at = answer.url.raw_path.decode()
        if answer.status_code != status:
            raise Difference(self._unexpected(answer, status, read(answer.text).text[:600]))
        return read(answer.text)

    # ---- API
    def get(self, path: str, *, status: int = 200, **params: Any) -> Any:
        """Read from the API."""
        return self._json(self.http.get(path, params=params, headers={"Accept": "application/json"}), status)

    def post(
        self, path: str, body: Any = None, *, status: int | tuple[int, ...] = (200, 201), key: str | None = None
    ) -> Any:
        """Write to the API, with a request key of its own unless one is given."""
        headers = {"Accept": "application/json", "Referer": self.base_url, "Idempotency-Key": key or str(uuid.uuid4())}
        if CSRF_COOKIE in self.http.cookies:
            headers["X-CSRFToken"] = self.http.cookies[CSRF_COOKIE]
        return self._json(self.http.post(path, json=body or {}, headers=headers), status)

    def _json(self, answer: httpx.Response, status: int | tuple[int, ...]) -> Any:
        expected = (status,) if isinstance(status, int) else status
        if answer.status_code not in expected:
            raise Difference(self._unexpected(answer, expected, answer.text[:800]))
        return answer.json() if answer.content else None

    def _unexpected(self, answer: httpx.Response, expected: object, text: str) -> str:
        asked = f"{answer.request.method} {answer.request.url.path}"
        return f"{self.name}：{asked} 应答 {answer.status_code}，应为 {expected} · answered, expected\n      {text}"


class Demo:
    """The doors for proof: clock and outbox."""

    def __init__(self, base_url: str) -> None:
        self.person = Person(base_url, "演示 demo")

    def clock(self) -> dict[str, Any]:
        return self.person.get("/demo/clock", format="json")

    def set_clock(self, moment: str) -> dict[str, Any]:
        return self.person.post("/demo/clock", {"to": moment})

    def set_offset(self, seconds: int) -> None:
        self.person.post("/demo/clock", {"offset_seconds": seconds})

    def outbox(self) -> dict[str, Any]:
        return self.person.get("/demo/outbox", format="json")

    def code_for(self, address: str, since: set[str]) -> str:
        """Wait for the sign-in code sent to an address after those letters already seen."""
        for _ in range(40):
            for letter in self.outbox()["letters"]:
                code = re.search(r"(?<!\d)(\d{6})(?!\d)", letter["body"])
                if letter["address"] == address and letter["id"] not in since and code:
                    return code[1]
            time.sleep(0.25)
        raise Difference(f"发往 {address} 的登录码没有出现在发件箱里 · no sign-in code in the outbox")

    def digits_of(self, address: str) -> str:
        """Give the second-factor digits of a demo officer."""
        rows = self.outbox()["second_factor"]
        return next(row["code"] for row in rows if row["address"] == address)

    def seen(self) -> set[str]:
        return {letter["id"] for letter in self.outbox()["letters"]}
