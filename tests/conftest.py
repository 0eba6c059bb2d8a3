"""What every test stands on: a real PostgreSQL and a real broker, started once per run, and thrown away after it.

Each parallel process has its own database and its own broker number (settings.test). Browsers and a Celery worker are at the end.
"""

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.emptied import empty_every_table, let_triggers_sleep
from tests.migrated import copy_into
from tools.launch.postgres import Postgres
from tools.launch.valkey import Valkey

# A run that decides over a landing tries the same made-up examples every time; at a desk they are new ones.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def start_servers() -> None:
    """Start both servers in the first process; the parallel ones find their addresses in the environment.

    This happens when pytest reads this file, before Django reads its settings.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="eldercare-tests-"))
        folder.chmod(0o711)
        postgres = Postgres(folder, log=folder / "postgres.log", durable=False)
        valkey = Valkey(folder, log=folder / "valkey.log", durable=False)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(postgres.stop)
        atexit.register(valkey.stop)
        copy_into(folder)
        postgres.start()
        let_triggers_sleep(postgres)
        valkey.start()
        os.environ["DATABASE_URL"] = postgres.url()
        os.environ["REDIS_URL"] = valkey.url()


start_servers()
os.environ["DJANGO_SETTINGS_MODULE"] = "eldercare.settings.test"

import django  # noqa: E402  the settings read the addresses above

django.setup()


def find_browser() -> str | None:
    """The Chromium to drive: CHROMIUM when set, else the first one on the path."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else BROWSERS))
    return next((path for path in found if path), None)


def place_in_the_run(item: pytest.Item) -> tuple[bool, bool, bool]:
    """Say when a test is run: first those that roll back, then those that empty every table, then those without a database.

    Among each, what is marked `slow` comes first, so that no process is left with a long test when the others are done.
    """
    marker, fixtures = item.get_closest_marker("django_db"), set(getattr(item, "fixturenames", ()))
    empties = bool(marker and marker.kwargs.get("transaction")) or bool(fixtures & {"transactional_db", "live_server"})
    on_database = bool(marker or empties or "db" in fixtures)
    return not on_database, empties, item.get_closest_marker("slow") is None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped, loudly; with REQUIRE_BROWSER=1 they fail instead."""
    items.sort(key=place_in_the_run)
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if find_browser() or os.environ.get("REQUIRE_BROWSER") == "1":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no browser found"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the search for garbage, a tenth of a run, need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "no browser found" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} page tests did NOT run: no Chromium found. Install one (apt-get install chromium) "
            "or name it with CHROMIUM=/path. REQUIRE_BROWSER=1 makes this a failure.",
            red=True,
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The divisions stand before the first test, and stay: nearly every test needs them."""
    from django.test import TransactionTestCase

    from tests.builders.regions import regions

    TransactionTestCase._fixture_teardown = empty_every_table
    with django_db_blocker.unblock():
        regions()


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for this process."""
    path = find_browser()
    if path is None:
        pytest.fail("REQUIRE_BROWSER=1 but no Chromium was found: install chromium or set CHROMIUM=/path.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would refuse its synchronous database calls beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server):
    """Return `open_page(path, viewport=DESK, **context)`: a page of the live server in a context of its own."""
    contexts = []

    def opener(path: str = "/", *, viewport: dict = DESK, **context):
        contexts.append(browser.new_context(base_url=live_server.url, viewport=viewport, locale="zh-CN", **context))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(open_page):
    """The live server's front page at a desk."""
    return open_page("/")


@pytest.fixture
def desk() -> dict:
    return dict(DESK)


@pytest.fixture
def phone() -> dict:
    return dict(PHONE)


@pytest.fixture
def celery_worker(transactional_db, tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A real worker process on this test's database and broker; ready when the test begins."""
    from django.conf import settings

    from eldercare.celery import app

    where = settings.DATABASES["default"]
    env = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{where['NAME']}",
        "PYTHONPATH": str(ROOT),
    }
    log = tmp_path / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "eldercare", "worker", "--pool", "threads", "--concurrency", "4"]
            + ["--without-gossip", "--without-mingle", "--loglevel", "INFO"],
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    until = time.monotonic() + 90
    while not app.control.ping(timeout=1):
        if worker.poll() is not None or time.monotonic() > until:
            worker.kill()
            pytest.fail(f"the worker did not start:\n{log.read_text()}")
    yield worker
    worker.terminate()
    try:
        worker.wait(15)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
