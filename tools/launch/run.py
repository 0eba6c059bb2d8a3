"""`make run`: the whole system on one machine, from nothing to a page, and down again without leaving a process.

Everything it keeps stands in DATA_DIR. Two copies side by side need two DATA_DIRs and two PORTs.
"""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from eldercare.settings.env import BASE_DIR, data_dir, recall
from tools.launch.processes import end_when_parent_does
from tools.launch.system import System, say
from tools.launch.trouble import Trouble

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPING = "stopping"
SECONDS_TO_STOP = 60


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, SIGTERM, or make ended."""


def main() -> int:
    recall(BASE_DIR / ".env")
    folder = data_dir()
    try:
        _listen_for_signals()
        port = _port()
        _make(folder)
        with _only_one(folder, port) as lock:
            system = System(folder, port)
            try:
                system.start()
                system.watch()
            finally:
                _ignore_signals()
                _note(lock, STOPPING)
                system.stop()
    except Stopped:
        say("已全部停止 Stopped.")
    except Trouble as trouble:
        say(f"\n{trouble}")
        return 1
    return 0


def _port() -> int:
    said = os.environ.get("PORT") or "8000"
    if not said.isdigit() or not 1 <= int(said) <= 65535:
        raise Trouble(
            f"PORT={said} 不是端口号。请写 1 到 65535 之间的数字。", f"PORT={said} is not a port: use 1 to 65535."
        )
    return int(said)


def _make(folder: Path) -> None:
    """A new data folder may be passed through by the database's own user, not listed."""
    if folder.exists():
        return
    try:
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    except OSError as error:
        raise Trouble(
            f"建不了文件夹 {folder}：{error.strerror}。请另选：DATA_DIR=/var/tmp/eldercare make run",
            f"Cannot make {folder}: {error.strerror}. Choose another DATA_DIR.",
        ) from None


@contextmanager
def _only_one(folder: Path, port: int) -> Iterator[TextIO]:
    """Hold the data folder's lock; the system frees it however we end."""
    path = folder / "lock"
    lock = path.open("a+")
    until = time.monotonic() + SECONDS_TO_STOP
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = path.read_text()
            if holder != STOPPING or time.monotonic() > until:
                raise Trouble(
                    f"{folder} 里的系统已在运行：{holder}。要再开一套，请另选 PORT 和 DATA_DIR："
                    f"PORT={port + 1} DATA_DIR=.data-2 make run",
                    f"Already running from {folder}: {holder}. For a second copy choose another PORT and DATA_DIR.",
                ) from None
            time.sleep(0.3)
    _note(lock, f"http://127.0.0.1:{port}")
    try:
        yield lock
    finally:
        lock.close()


def _note(lock: TextIO, text: str) -> None:
    lock.truncate(0)
    lock.write(text)
    lock.flush()


def _listen_for_signals() -> None:
    def stop(number: int, _frame: object) -> None:
        raise Stopped(signal.Signals(number).name)

    for number in SIGNALS:
        signal.signal(number, stop)
    if "MAKELEVEL" in os.environ:
        # When make itself is killed nobody could stop us by Ctrl-C any more.
        end_when_parent_does(signal.SIGTERM)


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
