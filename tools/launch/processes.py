"""Child processes: each leads a group of its own and never outlives us. What they do is not known here.

No pid files: a number on disk may mean another process tomorrow. Ours are known by the mark in their environment,
or (database, broker) by the folder they work in, so those left by a killed supervisor are found for certain.
"""

import ctypes
import importlib.util
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

MARK = "ELDERCARE_RUNS_IN"
LOG_BYTES = 5_000_000
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: int) -> Callable[[], None]:
    """Make what runs in a new child before its program: when we die, however we die, it gets this signal."""
    parent = os.getpid()

    def arrange() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def end_when_parent_does(number: int) -> None:
    """Arrange for ourselves what `die_with_parent` arranges for a child."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


class Child:
    """One program under our care; may be started again after it ended."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        env: dict[str, str],
        cwd: Path,
        log: Path,
        stop_signal: int = signal.SIGTERM,
        patience: float = 10,
        user: int | None = None,
        group: int | None = None,
    ) -> None:
        self.name, self.command, self.env, self.cwd, self.log = name, command, env, cwd, log
        self.stop_signal, self.patience = stop_signal, patience
        self.user, self.group = user, group
        self.process: subprocess.Popen[bytes] | None = None
        self.asked = False

    def start(self) -> None:
        self.asked = False
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop_signal),
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else [],
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the signal, once; several may so be ending at the same time."""
        if self.process is not None and self.running and not self.asked:
            self.process.send_signal(self.stop_signal)
            self.asked = True

    def stop(self) -> None:
        """Ask it to end, wait, then end whatever of its group is left."""
        if self.process is None:
            return
        self.ask_to_stop()
        if self.running:
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                pass
        self.end_group()

    def end_group(self) -> None:
        """Kill what its group still holds: pool processes outlive a leader that was killed."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()
        self.process = None


def marked(folder: Path) -> list[psutil.Process]:
    """Processes started for this data folder, other than ourselves."""
    return _matching(lambda process: process.pid != os.getpid() and process.environ().get(MARK) == str(folder))


def working_in(folder: Path, names: Iterable[str]) -> list[psutil.Process]:
    """Processes of these names whose working directory is this folder."""
    wanted = set(names)
    return _matching(lambda process: process.name() in wanted and process.cwd() == str(folder))


def _matching(is_ours: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and is_ours(process):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def end(processes: list[psutil.Process], number: int = signal.SIGTERM, patience: float = 8) -> None:
    """Ask these to end; after the patience (seconds) they are killed."""
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
    _, left = psutil.wait_procs(processes, timeout=patience)
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(left, timeout=5)


def package_folder(name: str) -> Path:
    """Where an installed package lies, without running any of it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name)
    return Path(found.origin).parent


def is_free(port: int) -> bool:
    """Whether we could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> bool:
    """Wait for the child to be ready; false when it ended or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        if not child.running:
            return False
        time.sleep(0.05)
    return False
