"""All parts of the system on one machine: started in order, kept alive, stopped the other way round."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eldercare.settings.env import BASE_DIR
from tools.launch import keepsakes, postgres, valkey
from tools.launch.processes import MARK, Child, die_with_parent, end, is_free, marked
from tools.launch.trouble import Trouble, tail

SECONDS_TO_HEALTH = 180
PATIENCE_WITH_A_START = 3  # times one part may end before the system is healthy
LONGEST_PAUSE = 30  # seconds between two tries to start a part again
TOLD_TO_MANAGE = ("DATABASE_URL", "REDIS_URL", "SANDBOX_BANK_URL", "DEMO")  # any `manage.py` typed beside us
CALM = 60  # seconds of life after which earlier ends are forgotten


class Part(Protocol):
    """What the supervisor needs to know of a server or a process."""

    name: str
    log: Path

    @property
    def running(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Watched:
    """A part, and how often it ended lately: at once the first time, then with longer and longer pauses."""

    part: Part
    ends: int = 0
    began: float = 0
    due: float = 0  # when it is to be started again; 0: it runs

    def tend(self, now: float) -> None:
        if self.part.running:
            if now - self.began > CALM:
                self.ends = 0
            return
        if not self.due:
            pause = min(LONGEST_PAUSE, 2**self.ends - 1)
            self.ends, self.due = self.ends + 1, now + pause
            name, log = self.part.name, self.part.log
            say(f"  · {name} 意外停止，{pause} 秒后重新启动 ended; starting it again in {pause} s · {log}")
        if now >= self.due:
            self.began, self.due = now, 0
            self.part.stop()
            self.part.start()


class System:
    """All parts in the order they start; they stop the other way round."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir, self.port = data_dir, port
        self.logs = data_dir / "logs"
        self.address = f"http://127.0.0.1:{port}"
        self.parts: list[Part] = []
        self.env = {
            **os.environ,
            "DATA_DIR": str(data_dir),
            "PORT": str(port),
            "DEMO": os.environ.get("DEMO") or "1",
            "PYTHONPATH": str(BASE_DIR),
            "PYTHONUNBUFFERED": "1",
            MARK: str(data_dir),
        }
        self.env.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings.local")

    def start(self) -> None:
        """Bring everything up and wait until it is healthy. Raises Trouble with the way out."""
        say(f"京津冀养老通 Eldercare JJJ · {self.data_dir}")
        self._clear_the_way()
        first = self.data_dir / "first-start-done"
        if (self.data_dir / "secrets.env").exists() and not first.exists():
            say("  · 上次首次启动没有做完，接着做 the first start was cut short; going on with it")
        for name, value in keepsakes.keys(self.data_dir).items():
            self.env.setdefault(name, value)
        ports = keepsakes.ports(self.data_dir, ["postgres", "valkey", "bank"])
        self._start_servers(ports)
        self.env["SANDBOX_BANK_URL"] = f"http://127.0.0.1:{ports['bank']}"
        keepsakes.write_private(
            self.data_dir / "running.env", keepsakes.as_env({name: self.env[name] for name in TOLD_TO_MANAGE})
        )
        self._prepare()
        for child in self._children(ports["bank"]):
            self._begin(child)
        self._wait_for_health()
        first.touch()
        self._greet()

    def watch(self) -> None:
        """Start again whatever ends, until somebody stops us."""
        watched = [Watched(part) for part in self.parts]
        while True:
            for each in watched:
                each.tend(time.monotonic())
            time.sleep(0.3)

    def stop(self) -> None:
        """Web, beat, worker and bank end together; then, with nobody left to serve, broker and database."""
        if self.parts:
            say("\n正在停止 Stopping …")
        for part in self.parts:
            if isinstance(part, Child):
                part.ask_to_stop()
        for part in reversed(self.parts):
            part.stop()
        end(marked(self.data_dir), signal.SIGKILL)
        (self.data_dir / "running.env").unlink(missing_ok=True)

    def _clear_the_way(self) -> None:
        left = marked(self.data_dir)
        if left:
            say("  · 收拾上次意外中断留下的进程 ending what a killed start left behind")
            end(left)
        if not is_free(self.port):
            raise Trouble(
                f"端口 {self.port} 已被别的程序占用。请换一个端口，例如：PORT={self.port + 1} make run",
                f"Port {self.port} is in use by another program. Choose another: PORT={self.port + 1} make run",
            )

    def _start_servers(self, ports: dict[str, int]) -> None:
        """Use the addresses given, else our own servers."""
        if not self.env.get("DATABASE_URL"):
            database = postgres.Postgres(self.data_dir, log=self.logs / "postgres.log", port=ports["postgres"])
            self._begin(database)
            self.env["DATABASE_URL"] = database.url()
            if database.room.parent != self.data_dir:
                say(f"    root 的文件夹别的用户进不去，数据库放在 {database.room} the database lives there")
        postgres.check_version(self.env["DATABASE_URL"])
        if not self.env.get("REDIS_URL"):
            broker = valkey.Valkey(self.data_dir, log=self.logs / "valkey.log", port=ports["valkey"])
            self._begin(broker)
            self.env["REDIS_URL"] = broker.url()

    def _begin(self, part: Part) -> None:
        say(f"  · {part.name}")
        self.parts.append(part)
        part.start()

    def _prepare(self) -> None:
        """Run tools.launch.prepare: its steps are told here, its details go to a log."""
        log = self.logs / "prepare.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [sys.executable, "-m", "tools.launch.prepare", str(self.data_dir)],
                env=self.env,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        if done.returncode:
            raise Trouble(
                f"准备数据时出错，日志：{log}\n{tail(log, 3)}\n改正后再次 make run 会接着做；从头再来请先删去 {self.data_dir}。",
                f"Preparing the data failed; see {log}. Once put right, make run goes on from here; "
                f"to begin anew remove {self.data_dir}.",
            )

    def _children(self, bank_port: int) -> list[Child]:
        celery = "-m celery -A eldercare"
        commands = {
            "bank": f"manage.py sandbox_bank --port {bank_port}",
            "worker": f"{celery} worker --concurrency 2 --without-gossip --without-mingle --loglevel INFO",
            "beat": f"{celery} beat --pidfile= --loglevel INFO --schedule",
            "web": "-m gunicorn eldercare.wsgi:application --config",
        }
        paths = {"beat": [str(self.data_dir / "beat-schedule")], "web": [str(Path(__file__).with_name("web.py"))]}
        return [
            Child(
                name,
                [sys.executable, *command.split(), *paths.get(name, [])],
                env=self.env,
                cwd=BASE_DIR,
                log=self.logs / f"{name}.log",
            )
            for name, command in commands.items()
        ]

    def _wait_for_health(self) -> None:
        say("  · 等待全部就绪 waiting until healthy")
        ends: dict[str, int] = {}
        until = time.monotonic() + SECONDS_TO_HEALTH
        answer: dict = {}
        while time.monotonic() < until:
            healthy, answer = _health(self.address)
            if healthy:
                return
            for part in self.parts:
                if not part.running:
                    ends[part.name] = ends.get(part.name, 0) + 1
                    if ends[part.name] >= PATIENCE_WITH_A_START:
                        raise Trouble(
                            f"{part.name} 起不来。日志：{part.log}\n{tail(part.log)}",
                            f"{part.name} does not stay up. See {part.log}.",
                        )
                    part.stop()
                    part.start()
            time.sleep(0.3)
        raise Trouble(
            f"等了 {SECONDS_TO_HEALTH} 秒仍未就绪：{json.dumps(answer, ensure_ascii=False)}。日志在 {self.logs}",
            f"Not healthy after {SECONDS_TO_HEALTH} seconds. The logs are in {self.logs}.",
        )

    def _greet(self) -> None:
        say(f"\n已就绪 Ready: {self.address}\n")
        logins = self.data_dir / "logins.txt"
        if logins.exists():
            say(logins.read_text().rstrip() + "\n")
        say(f"停止请按 Ctrl-C 日志在 {self.logs} · Ctrl-C stops everything; logs as named")


def say(text: str) -> None:
    print(text, flush=True)


def _health(address: str) -> tuple[bool, dict]:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as response:
            return True, json.load(response)
    except urllib.error.HTTPError as error:
        try:
            return False, json.load(error)
        except ValueError:
            return False, {"web": error.code}
    except OSError:
        return False, {"web": "no answer"}
