"""Our own PostgreSQL and Valkey: what a start finds in its folder, and what it does about it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from tools.launch import keepsakes, postgres
from tools.launch.postgres import Postgres
from tools.launch.processes import working_in
from tools.launch.trouble import Trouble
from tools.launch.valkey import Valkey

pytestmark = pytest.mark.xdist_group("servers")
ROOT = Path(__file__).resolve().parent.parent.parent
START_AND_DIE = """
import os, sys
from pathlib import Path
from tools.launch.postgres import Postgres
server = Postgres(Path(sys.argv[1]), log=Path(sys.argv[1]) / "log", durable=False)
server.start()
print(server.child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="eldercare-servers-") as top:
        os.chmod(top, 0o711)
        yield Path(top)


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, log=folder / "log", durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running() -> Iterator[Postgres]:
    """One server for the tests that only look."""
    with tempfile.TemporaryDirectory(prefix="eldercare-servers-") as top:
        os.chmod(top, 0o711)
        server = Postgres(Path(top), log=Path(top) / "log", durable=False)
        server.start()
        yield server
        server.stop()


def ask(url: str, question: str) -> str:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_the_database_is_one_the_races_and_the_law_need(running: Postgres) -> None:
    assert ask(running.url(), "SHOW max_connections") == "300"
    assert ask(running.url(), "SHOW listen_addresses") == "127.0.0.1"
    assert ask(running.url(), "SHOW server_encoding") == "UTF8"
    assert ask(running.url(), "SELECT datlocale FROM pg_database WHERE datname = 'eldercare'") == "C.UTF-8"
    assert ask(running.url(), "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'eldercare'") == "false"
    if os.geteuid() == 0:
        assert psutil.Process(running.child.process.pid).uids().real != 0


def test_a_wrong_password_is_refused(running: Postgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(running.url().replace(running.password, "wrong"))


def test_a_first_start_that_was_cut_short_begins_again(server: Postgres, folder: Path) -> None:
    half = folder / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    server.start()

    assert ask(server.url(), "SELECT 'here'") == "here"
    assert not half.exists()


def test_rows_survive_a_kill_of_every_server_process(folder: Path) -> None:
    server = Postgres(folder, log=folder / "log")
    server.start()
    connection = psycopg2.connect(server.url())
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS figure")
    connection.close()

    for process in working_in(server.cluster, ["postgres"]):
        process.kill()
    server.start()

    assert ask(server.url(), "SELECT figure::text FROM kept") == "42"
    server.stop()


def test_a_server_left_by_a_killed_starter_is_cleared_away(server: Postgres, folder: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", START_AND_DIE, str(folder)], cwd=ROOT, capture_output=True, text=True)
    orphan = int(dead.stdout)

    server.start()

    assert dead.returncode == -signal.SIGKILL
    assert ask(server.url(), "SELECT 'here'") == "here"
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE


def test_a_pid_file_that_names_a_stranger_is_not_believed(server: Postgres, folder: Path) -> None:
    server.start()
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    (folder / "postgres" / "cluster" / "postmaster.pid").write_text(f"{stranger.pid}\n")

    server.start()

    assert ask(server.url(), "SELECT 'here'") == "here"
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_cluster_of_another_major_version_gets_a_sentence(server: Postgres, folder: Path) -> None:
    server.start()
    server.stop()
    (folder / "postgres" / "cluster" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Trouble, match="由 PostgreSQL 14 建立"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders nobody else may enter")
def test_root_with_a_closed_folder_keeps_the_cluster_elsewhere_and_remembers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed" / "data"
    closed.mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    (folder / "state").mkdir()
    monkeypatch.setattr(postgres, "STATE", folder / "state")

    rooms = []
    for _twice in range(2):
        server = Postgres(closed, log=folder / "log", durable=False)
        server.start()
        rooms.append(server.room)
        server.stop()

    assert rooms[0].parent == folder / "state"
    assert rooms[0] == rooms[1]
    assert (folder / "closed").stat().st_mode & 0o777 == 0o700


def test_an_old_database_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, running: Postgres) -> None:
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(Trouble, match="需要 99 或更新的版本"):
        postgres.check_version(running.url())


def test_a_database_that_does_not_answer_gets_a_sentence() -> None:
    with pytest.raises(Trouble, match="连不上"):
        postgres.check_version("postgres://nobody@127.0.0.1:1/none")


def test_messages_survive_a_kill_of_the_broker(folder: Path) -> None:
    broker = Valkey(folder, log=folder / "log")
    broker.start()
    redis.Redis.from_url(broker.url()).rpush("queue", "doorbell")
    time.sleep(1.2)  # the append-only file is written each second

    broker.child.process.kill()
    broker.child.process.wait()
    broker.start()

    assert redis.Redis.from_url(broker.url()).lrange("queue", 0, -1) == [b"doorbell"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis("127.0.0.1", broker.port).ping()
    broker.stop()


def test_keys_are_made_once_and_never_beside_what_the_old_ones_sealed(folder: Path) -> None:
    made = keepsakes.keys(folder)
    assert keepsakes.keys(folder) == made
    assert sorted(made) == ["SEALED_INDEX_KEYS", "SEALED_KEYS", "SECRET_KEY"]

    (folder / "secrets.env").unlink()
    (folder / "postgres" / "cluster").mkdir(parents=True)
    with pytest.raises(Trouble, match="不见了"):
        keepsakes.keys(folder)
