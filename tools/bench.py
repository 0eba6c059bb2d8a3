"""`make bench`: how long a family's search takes at 50,000 and at 400,000 invented homes, through the whole web server.

Three ratios count, all within one run, the requests taken in turns: the same searches among more homes; the product's answer beside
one raw SQL statement that gives the same page and counts; a rare name, and one nobody has, beside a common one.
Exit 1 when one is missed. BENCH_HOMES="50000,400000" and BENCH_ROUNDS=15 say otherwise.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tools.launch.postgres import Postgres
from tools.launch.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
FEW, MANY = (int(number) for number in os.environ.get("BENCH_HOMES", "50000,400000").split(","))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
WARM_UP = 3
MOST = {"homes": 1.3, "raw": 3.0, "name": 2.0}

ELDER = {
    "birth_date": "1945-03-10",
    "hukou": [{"region": "110105", "from": "1955-03-10", "until": None}],
    "assessments": [
        {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": "2026-01-15", "valid_until": "2099-01-14"}
    ],
    "certificates": [],
    "circumstances": {},
    "prison": [],
    "welfare_allowances": [],
}
# Five filters each: place, stars, free beds, budget, and what the home offers.
SEARCHES: list[dict[str, Any]] = [
    {"region": "120000", "stars": 3, "free_beds": 1, "budget_fen": 700_000, "medical_insurance": True},
    {"region": "130000", "stars": 3, "free_beds": 1, "budget_fen": 600_000, "subsidy_payable": True},
    {"region": "110000", "stars": 2, "free_beds": 1, "budget_fen": 800_000, "dementia": True},
    {"region": "131000", "stars": 2, "free_beds": 1, "budget_fen": 600_000, "medical_insurance": True},
    {"region": "130600", "stars": 3, "free_beds": 1, "budget_fen": 600_000, "subsidy_payable": True},
]


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eldercare-bench-") as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder), log=Path(folder) / "postgres.log", durable=False)
        server.start()
        try:
            _build(server, began)
            with _serving(server.url(f"homes_{FEW}")) as few, _serving(server.url(f"homes_{MANY}")) as many:
                for filters in SEARCHES:
                    _check_same(many, filters)
                missed = _tell(_measure(few, many))
        finally:
            server.stop()
    print(f"the bench took {time.monotonic() - began:.0f} s")
    return int(missed)


def _build(server: Postgres, began: float) -> None:
    """Make one empty system, and of it two databases filled with homes."""
    os.environ["DATABASE_URL"] = server.url()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench_settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from eldercare.recognition.services import load_reference as load_agreements
    from eldercare.regions.services import load_reference as load_regions
    from tools import bench_homes

    call_command("migrate", verbosity=0)
    load_regions()
    load_agreements()
    name = connection.settings_dict["NAME"]
    for homes in (FEW, MANY):
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE homes_{homes} TEMPLATE {name}")
        connection.close()
        connection.settings_dict["NAME"] = f"homes_{homes}"
        bench_homes.build(homes)
        print(f"{homes:,} invented homes are there after {time.monotonic() - began:.0f} s", flush=True)
    connection.close()


@contextmanager
def _serving(url: str) -> Iterator[httpx.Client]:
    """One worker of the product's own server on one database."""
    address = f"127.0.0.1:{free_port()}"
    env = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "gunicorn", "eldercare.wsgi", "--bind", address, "--workers", "1"]
    command += ["--worker-class", "gthread", "--threads", "2", "--log-level", "error", "--no-control-socket"]
    running = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=120) as client:
            _wait(client, running)
            yield client
    finally:
        running.terminate()
        running.wait(30)


def _wait(client: httpx.Client, running: subprocess.Popen) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        try:
            client.get("/api/v1/")
            return
        except httpx.TransportError:
            time.sleep(0.5)
    raise SystemExit("the web server of the bench did not start")


def _check_same(client: httpx.Client, filters: dict[str, Any]) -> None:
    """Make sure that the raw statement gives the same homes and counts as the product: otherwise nothing is compared."""
    from facilities.selectors.facets import CAP

    given = client.post("/api/v1/facilities/search", json={**filters, "care_grade": "full"}).json()
    raw = client.post("/bench/raw", json=filters).json()
    counts = {
        f"{name}:{value.replace('true', 'True')}": count["count"]
        for name, values in given["facets"].items()
        if name != "region"
        for value, count in values.items()
    }
    same_homes = [home["id"] for home in given["results"]] == [home["id"] for home in raw["results"]]
    if not same_homes or counts != {name: min(count, CAP) for name, count in raw["facets"].items()}:
        raise SystemExit(f"the raw statement answers something else for {filters}")


def _measure(few: httpx.Client, many: httpx.Client) -> dict[str, list[float]]:
    """Ask everything in turns, every second time the other way round: whatever else the machine does falls on all alike, and
    nobody always comes second to what another has warmed. Gives milliseconds by name.
    """
    from tools.bench_homes import ABSENT, COMMON, RARE

    times: dict[str, list[float]] = defaultdict(list)
    names = {"common": COMMON, "rare": RARE, "absent": ABSENT}
    for number in range(WARM_UP + ROUNDS):
        taken = times if number >= WARM_UP else defaultdict(list)
        for filters in SEARCHES:
            net = {name: value for name, value in filters.items() if name != "budget_fen"}
            body = {**net, "net_budget_fen": filters["budget_fen"] - 60_000, "elder": ELDER}
            asked = [
                ("few", _post, few, "/api/v1/facilities/search", body),
                ("many", _post, many, "/api/v1/facilities/search", body),
                ("raw few", _post, few, "/bench/raw", filters),
                ("raw many", _post, many, "/bench/raw", filters),
                *((name, _get, many, "/api/v1/facilities", {"q": typed}) for name, typed in names.items()),
            ]
            for name, ask, *what in asked if number % 2 else reversed(asked):
                taken[name].append(ask(*what))
    return times


def _post(client: httpx.Client, path: str, body: dict) -> float:
    text = json.dumps(body)
    began = time.perf_counter()
    answer = client.post(path, content=text, headers={"content-type": "application/json"})
    taken = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    if not answer.json()["results"]:
        raise SystemExit(f"{path} found nothing for {body}")
    return taken


def _get(client: httpx.Client, path: str, params: dict) -> float:
    began = time.perf_counter()
    client.get(path, params=params).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _tell(times: dict[str, list[float]]) -> bool:
    """Print the medians and the ratios; gives whether one was missed."""
    p50 = {name: median(taken) for name, taken in times.items()}
    print(f"search with five filters, counts and net prices, p50 of {len(times['many'])} requests:")
    print(f"  {FEW:,} homes {p50['few']:.1f} ms, {MANY:,} homes {p50['many']:.1f} ms")
    print(f"  one raw SQL statement: {p50['raw few']:.1f} ms and {p50['raw many']:.1f} ms")
    print(f"a two-character name among {MANY:,} homes, p50 of {len(times['common'])} requests:")
    print(f"  common {p50['common']:.1f} ms, rare {p50['rare']:.1f} ms, of nobody {p50['absent']:.1f} ms")
    ratios = [
        ("more homes", p50["many"] / p50["few"], MOST["homes"]),
        ("beside raw SQL", p50["many"] / p50["raw many"], MOST["raw"]),
        ("a rare name", p50["rare"] / p50["common"], MOST["name"]),
        ("a name of nobody", p50["absent"] / p50["common"], MOST["name"]),
    ]
    for name, ratio, most in ratios:
        print(f"ratio, {name}: {ratio:.2f} (at most {most:g}){'' if ratio <= most else '  MISSED'}")
    return any(ratio > most for _name, ratio, most in ratios)


if __name__ == "__main__":
    sys.exit(main())
