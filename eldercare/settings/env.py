"""What the environment may say, read in one place and in whole words."""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def data_dir() -> Path:
    """Where a machine of one's own keeps everything: database, broker, logs, keys. Never committed."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve()


def recall(path: Path) -> None:
    """Take `NAME=value` lines of a file into the environment; what is already said there wins."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def flag(name: str, default: bool = False) -> bool:
    """Read a yes/no variable: 1, true, yes, on mean yes."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def database(url: str) -> dict:
    """Turn `postgres://user:password@host:port/name` into Django's form.

    A host given as `?host=/folder` is a socket's folder.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgres:// or postgresql://")
    host = re.search(r"(?:^|&)host=([^&]+)", parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host[1]) if host else (parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


def listed(name: str, default: str = "") -> list[str]:
    """Read a comma-separated variable."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
