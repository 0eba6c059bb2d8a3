"""`make bench`: figures measured through the whole web server. So far one: how long a visitor's search for homes takes."""

import os
import statistics
import sys
import time
from contextlib import nullcontext

import httpx

from tools.tour.own import system

WARM_UP, ROUNDS = 5, 50
SEARCHES = {
    "homes of Tianjin": {"region": "120000"},
    "homes of Langfang within a budget, with free beds": {
        "region": "131000",
        "budget_fen": 500_000,
        "free_beds": 1,
    },
}


def main() -> int:
    given = os.environ.get("BASE_URL")
    with nullcontext(given) if given else system() as address, httpx.Client(base_url=address, timeout=30) as client:
        for name, filters in SEARCHES.items():
            times = sorted([_milliseconds(client, filters) for _ in range(WARM_UP + ROUNDS)][WARM_UP:])
            p95 = times[round(0.95 * len(times)) - 1]
            print(f"{name}: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, {len(times)} requests one by one")
    return 0


def _milliseconds(client: httpx.Client, filters: dict) -> float:
    began = time.perf_counter()
    client.get("/api/v1/facilities", params=filters).raise_for_status()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
