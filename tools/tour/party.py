"""Who takes part in the tour, what they learnt on the way, and the few things all steps do: go on, wait, look."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tools.tour.check import Difference, fact, must
from tools.tour.doors import Demo, Person

HOME = "示例·武清运河颐养中心"
NURSING = "beijing/2019-160/nursing"
SENIORITY = "beijing/2019-160/seniority"
DOCUMENT = "京民养老发〔2019〕160号"
MUTUAL = "京民养老发〔2024〕17号"
DISTRICT, STREET, BEIJING, TIANJIN = "110105", "110105002", "110000", "120000"
NURSING_FEN, SENIORITY_FEN = 60_000, 10_000
SEVERE_POINTS = 40  # GB/T 42195-2022: 30–45 points are level 3
AGE = 82
CIRCUMSTANCES = (
    "dibao",
    "urban_hardship_allowance",
    "low_income",
    "special_family_planning",
    "destitute_support",
    "work_injury_nursing",
    "good_samaritan_nursing",
    "returned_youth_nursing",
    "hardship_institution_allowance",
    "disability_nursing_allowance",
    "disability_living_allowance",
    "long_term_care_insurance",
)
PATIENCE = 180  # seconds for work that runs in the background


@dataclass(frozen=True)
class Month:
    """A calendar month of the tour."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def day(self, number: int) -> date:
        return date(self.year, self.month, number)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


class Party:
    """The people of one tour and what is known so far.

    Months: `month` is that of the application; the run pays `stay_month` with `month` as back pay, and `stay_month`
    is stayed, billed and redeemed.
    """

    month: "Month"
    stay_month: "Month"
    home: str
    room: str
    gross: int
    net: int
    phone: str
    elder: str
    nursing: str
    entitlements: dict[str, str]
    bed_application: str
    stay: str
    bill: str
    run: str

    def __init__(self, base_url: str, demo: Demo) -> None:
        self.demo = demo
        self.base_url = base_url
        self.seed = random.Random()
        self.visitor = Person(base_url, "访客 visitor")
        self.family = Person(base_url, "家属 family")
        self.stranger = Person(base_url, "另一家 stranger")
        self.lead = Person(base_url, "评估员甲 assessor A")
        self.second = Person(base_url, "评估员乙 assessor B")
        self.street = Person(base_url, "街道经办人 street officer")
        self.proposer = Person(base_url, "区经办人甲 district officer A")
        self.approver = Person(base_url, "区经办人乙 district officer B")
        self.manager = Person(base_url, "院长 home manager")

    def go(self, day: date, hour: str) -> None:
        self.demo.set_clock(f"{day}T{hour}:00+08:00")
        fact("时钟 clock", f"{day} {hour}")

    def later(self, *, hours: int) -> None:
        now = datetime.fromisoformat(self.demo.clock()["now"])
        self.demo.set_clock((now + timedelta(hours=hours)).isoformat())

    def today(self) -> date:
        return date.fromisoformat(self.demo.clock()["now"][:10])

    def until(self, what: str, done: Callable[[], bool]) -> None:
        """Wait for the background; a worker that never comes is a Difference."""
        until = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > until:
                raise Difference(f"等了 {PATIENCE} 秒还没有：{what} · not in time")
            time.sleep(0.5)

    def every(self, person: Person, path: str) -> list[dict[str, Any]]:
        """Read every page of a list."""
        rows, answer = [], person.get(path)
        while True:
            rows += answer["results"]
            if not answer["next"]:
                return rows
            answer = person.get(answer["next"])

    def progress(self, run: str) -> dict[str, Any]:
        return self.proposer.get(f"/api/v1/runs/{run}/progress")

    def executed(self, run: str, side: str) -> bool:
        return {one["state"] for one in self.progress(run)[side]} == {"executed"}

    def balance(self) -> dict[str, Any]:
        return self.family.get(f"/api/v1/elders/{self.elder}/payments")

    def statement(self) -> dict[str, Any]:
        answer = self.manager.get(f"/api/v1/facilities/{self.home}/statement", month=str(self.stay_month))
        rows = [row for row in answer["bills"] if row["elder"] == self.elder]
        must(rows, "机构的对账单里没有这位老人 · the elder is not on the home's statement")
        return rows[0]
