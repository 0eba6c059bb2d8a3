"""The sandbox bank as tests start it, on a free port, with a schedule and books of its own: a process, or a thread."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from subsidies.sandbox.schedule import Schedule
from subsidies.sandbox.server import serve
from subsidies.sandbox.store import Books
from tools.launch.processes import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


class Bank:
    """What a test asks of a bank, however it runs."""

    def __init__(self, folder: Path, schedule: Sequence[dict] = ()) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.schedule = folder / "schedule.json"
        self.schedule.write_text(json.dumps(list(schedule)))

    def post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", json=body, timeout=10, trust_env=False)

    def get(self, path: str) -> dict:
        return httpx.get(f"{self.url}{path}", timeout=10, trust_env=False).json()

    def balance(self, account: str) -> int:
        return self.get(f"/balances/{account}")["balance_fen"]


class BankThread(Bank):
    """The bank's counter and books in a thread: quick to open, for tests that kill nothing."""

    def start(self) -> "BankThread":
        books = Books(self.folder / "books", Schedule.read(self.schedule))
        self.server = serve(books, self.port, executed=lambda: None)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def kill(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class BankProcess(Bank):
    """The bank as it really runs. `stop()` and `start()` keep the books; `kill()` is kill −9."""

    process: subprocess.Popen | None = None

    def start(self, **environment: str) -> "BankProcess":
        command = [sys.executable, "manage.py", "sandbox_bank", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--schedule", str(self.schedule), "--data", str(self.folder / "books")],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/healthz", timeout=1, trust_env=False).raise_for_status()
                return self
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the bank did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
