"""`make run` as a person meets it: one system, started as a process, ill-treated in order, and gone at the end."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tools.launch.processes import MARK, free_port, marked, working_in

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 300

pytestmark = [pytest.mark.launch, pytest.mark.xdist_group("launch")]


class Start:
    """One start of tools.launch.run on a folder, as make does it; what it says is in `said`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.out = folder, port, folder.parent / f"said-{time.monotonic_ns()}.txt"
        env = {name: value for name, value in os.environ.items() if name not in _TESTS_OWN}
        env |= {"DATA_DIR": str(folder), "PORT": str(port)}
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.launch.run"], cwd=ROOT, env=env, stdout=out, stderr=out
            )

    @property
    def said(self) -> str:
        return self.out.read_text()

    def ready(self) -> "Start":
        until = time.monotonic() + SECONDS_TO_START
        while "Ready" not in self.said:
            assert self.process.poll() is None and time.monotonic() < until, self.said
            time.sleep(0.2)
        return self

    def ended(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def health(self) -> tuple[int, dict]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


_TESTS_OWN = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL", "DEMO"}


def processes_of(folder: Path) -> list[psutil.Process]:
    servers = working_in(folder / "postgres" / "cluster", ["postgres"]) + working_in(
        folder / "valkey", ["valkey-server"]
    )
    return marked(folder) + servers


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not pytest's own folder: as root, the database's user must be able to enter."""
    with tempfile.TemporaryDirectory(prefix="eldercare-launch-") as top:
        os.chmod(top, 0o711)
        yield Path(top) / "data"


@pytest.fixture(scope="module")
def system(folder: Path) -> Iterator[dict[str, Start]]:
    """The running system under the name `now`; tests that start it anew put theirs there."""
    running = {"now": Start(folder, free_port()).ready()}
    yield running
    running["now"].process.terminate()
    running["now"].ended()


def test_a_first_start_ends_healthy_with_a_page_and_the_demo_logins(system: dict[str, Start]) -> None:
    start = system["now"]

    status, health = start.health()
    with urllib.request.urlopen(f"http://127.0.0.1:{start.port}/", timeout=10) as page:
        front = page.read().decode()

    assert status == 200
    assert {name: health[name]["ok"] for name in ("database", "broker", "worker", "beat")} == {
        "database": True,
        "broker": True,
        "worker": True,
        "beat": True,
    }
    assert "京津冀养老通" in front
    assert f"http://127.0.0.1:{start.port}" in start.said
    assert (start.folder / "logins.txt").read_text().strip() in start.said


def test_what_it_keeps_is_readable_by_its_owner_only(system: dict[str, Start]) -> None:
    folder = system["now"].folder
    modes = {name: (folder / name).stat().st_mode & 0o777 for name in ("secrets.env", "running.env")}
    assert modes == {"secrets.env": 0o600, "running.env": 0o600}


def test_manage_typed_beside_it_speaks_to_the_same_database(system: dict[str, Start]) -> None:
    start = system["now"]
    env = {name: value for name, value in os.environ.items() if name not in _TESTS_OWN}
    program = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW port'); print(k.fetchone()[0])"

    asked = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
        cwd=ROOT,
        env=env | {"DATA_DIR": str(start.folder)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert asked.stdout.strip() == str(json.loads((start.folder / "ports.json").read_text())["postgres"])


def test_a_second_start_on_the_same_folder_says_it_already_runs(system: dict[str, Start]) -> None:
    second = Start(system["now"].folder, free_port())
    assert second.ended() == 1
    assert f"已在运行：http://127.0.0.1:{system['now'].port}" in second.said
    assert "Already running" in second.said


def test_a_broker_that_hangs_is_told_within_two_seconds(system: dict[str, Start]) -> None:
    start = system["now"]
    (broker,) = working_in(start.folder / "valkey", ["valkey-server"])

    broker.suspend()
    began = time.monotonic()
    try:
        status, health = start.health()
    finally:
        broker.resume()

    assert time.monotonic() - began < 2
    assert status == 503
    assert health["broker"]["ok"] is False
    assert health["database"]["ok"] is True


def test_a_part_that_is_killed_comes_back(system: dict[str, Start]) -> None:
    start = system["now"]
    (beat,) = [each for each in marked(start.folder) if "beat" in each.cmdline()]

    beat.kill()

    until = time.monotonic() + 20
    while not [each for each in marked(start.folder) if "beat" in each.cmdline() and each.pid != beat.pid]:
        assert time.monotonic() < until, start.said
        time.sleep(0.2)
    assert "beat 意外停止" in start.said


def test_after_a_kill_of_the_supervisor_alone_the_next_start_recovers(system: dict[str, Start]) -> None:
    before = system["now"]
    orphans = processes_of(before.folder)

    before.process.kill()
    before.ended()
    system["now"] = Start(before.folder, before.port).ready()

    assert orphans
    assert not [orphan for orphan in orphans if orphan.is_running()]
    assert system["now"].health()[0] == 200


def test_after_a_kill_of_everything_the_next_start_recovers_with_the_same_keys(system: dict[str, Start]) -> None:
    before = system["now"]
    keys = (before.folder / "secrets.env").read_text()

    for process in [psutil.Process(before.process.pid), *processes_of(before.folder)]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    before.ended()
    system["now"] = Start(before.folder, before.port).ready()

    assert system["now"].health()[0] == 200
    assert (before.folder / "secrets.env").read_text() == keys


def test_ctrl_c_stops_everything_and_leaves_no_process(system: dict[str, Start]) -> None:
    start = system["now"]
    assert processes_of(start.folder)

    start.process.send_signal(signal.SIGINT)

    assert start.ended() == 0
    assert "Stopped" in start.said
    assert processes_of(start.folder) == []


def test_a_busy_port_gets_a_sentence_and_the_way_out(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        start = Start(folder.parent / "busy", port)
        assert start.ended() == 1
    assert f"端口 {port} 已被别的程序占用" in start.said
    assert f"PORT={port + 1} make run" in start.said
    assert processes_of(folder.parent / "busy") == []


def test_a_port_that_is_no_number_gets_a_sentence(folder: Path) -> None:
    env = {**os.environ, "PORT": "eight", "DATA_DIR": str(folder.parent / "never")}
    said = subprocess.run([sys.executable, "-m", "tools.launch.run"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert said.returncode == 1
    assert "PORT=eight 不是端口号" in said.stdout
    assert not (folder.parent / "never").exists()


def test_processes_of_another_folder_are_not_ours(folder: Path) -> None:
    other = subprocess.Popen(["sleep", "30"], env={**os.environ, MARK: str(folder.parent / "other")})
    try:
        assert other.pid not in [process.pid for process in marked(folder)]
        assert other.pid in [process.pid for process in marked(folder.parent / "other")]
    finally:
        other.kill()
        other.wait()
