"""What a start leaves in DATA_DIR for the next one: keys for good, ports when still free, today's addresses."""

import base64
import json
import os
import secrets
from pathlib import Path

from tools.launch.processes import free_port, is_free
from tools.launch.trouble import Trouble


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with open(part, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    part.replace(path)


def keys(data_dir: Path) -> dict[str, str]:
    """The keys of this folder, made once. Refuses to make new ones beside data the old ones sealed."""
    kept = data_dir / "secrets.env"
    if kept.exists():
        return dict(line.split("=", 1) for line in kept.read_text().splitlines())
    if (data_dir / "postgres" / "cluster").exists() or (data_dir / "postgres.path").exists():
        raise Trouble(
            f"{kept} 不见了，而数据库里有用它封存的内容。请放回这个文件；若数据可以不要，请删去 {data_dir} 再启动。",
            f"{kept} is missing, and the database holds what it sealed. Put the file back, or, if the data may go, "
            f"remove {data_dir} and start again.",
        )
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SEALED_KEYS": f"k1:{_key(16)}",  # SM4 keys have 16 bytes
        "SEALED_INDEX_KEYS": f"k1:{_key(32)}",
    }
    write_private(kept, as_env(lines))
    return lines


def as_env(lines: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def ports(data_dir: Path, names: list[str]) -> dict[str, int]:
    """A port for each name: the one of last time when still free, else another."""
    kept = data_dir / "ports.json"
    try:
        before = json.loads(kept.read_text())
    except (OSError, ValueError):
        before = {}
    chosen = {name: before[name] if name in before and is_free(before[name]) else free_port() for name in names}
    write_private(kept, json.dumps(chosen))
    return chosen


def _key(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()
