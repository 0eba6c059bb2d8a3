"""A database with all tables, kept from run to run while no migration changes: making the tables anew takes a minute.

What is kept is a stopped cluster in the temporary folder, named after everything its tables come from. A run copies it;
every parallel process then makes its own database from the copy (settings.test).
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from tools.launch.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
NAME = "migrated"
PREFIX = f"eldercare-{NAME}-{os.geteuid()}-"
KEPT_FOR = 2 * 24 * 3600


def copy_into(folder: Path) -> None:
    """Put a cluster whose database `migrated` has all tables into a folder, before a server starts there."""
    kept = Path(tempfile.gettempdir()) / f"{PREFIX}{_digest()}"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _forget_old_ones()
            _make(kept)
        os.utime(kept)
        subprocess.run(["cp", "-a", str(kept / "postgres"), str(folder)], check=True)


def _digest() -> str:
    """Name everything the tables come from: our migrations, and the pinned packages with theirs."""
    text = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/**/migrations/*.py")):
        text.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return text.hexdigest()[:16]


def _make(kept: Path) -> None:
    """Migrate in a folder beside the final name and rename at the end: nothing half made is ever copied."""
    fresh = kept.with_suffix(f".{os.getpid()}")
    fresh.mkdir(mode=0o711)
    postgres = Postgres(fresh, log=fresh / "postgres.log", durable=False)
    postgres.start()
    try:
        connection = psycopg2.connect(postgres.url())
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {NAME}")
        connection.close()
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "eldercare.settings.test",
            "DATABASE_URL": postgres.url(NAME),
            "REDIS_URL": "redis://127.0.0.1:1/0",  # migrating asks no broker
        }
        command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    finally:
        postgres.stop()
    fresh.rename(kept)


def _forget_old_ones() -> None:
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if old.stat().st_mtime < time.time() - KEPT_FOR:
            shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
