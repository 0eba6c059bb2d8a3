"""A system of the tour's own: started as `make run` starts one, in a folder thrown away afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tools.tour.check import Difference, tell

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 300
SECONDS_TO_STOP = 60
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "SANDBOX_BANK_URL", "DJANGO_SETTINGS_MODULE")


@contextmanager
def system() -> Iterator[str]:
    """Start everything, give the address, stop everything, whatever happened in between."""
    folder = Path(tempfile.mkdtemp(prefix="eldercare-tour-"))
    folder.chmod(0o711)
    port = _free_port()
    env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    env |= {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "1"}
    tell(f"没有给出 BASE_URL，先启动一套自己的系统 · starting a system of our own at http://127.0.0.1:{port}")
    running = subprocess.Popen([sys.executable, "-m", "tools.launch.run"], cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    try:
        _wait(running, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(running: subprocess.Popen, address: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        if running.poll() is not None:
            raise Difference("系统没有启动成功，请看上面的原因 · the system did not start")
        try:
            if httpx.get(f"{address}/healthz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    raise Difference(f"{SECONDS_TO_START} 秒内系统没有就绪 · the system was not healthy in time")
