"""`make check`: everything that can be seen without running the system. All checks run; any that fails, fails the whole."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
MANAGE = [PYTHON, "manage.py"]
TEST = {"DJANGO_SETTINGS_MODULE": "eldercare.settings.test"}
# The real service's settings with keys of the moment: its start-up checks must pass without a warning.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "eldercare.settings.production",
    "DEMO": "",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SEALED_KEYS": "c1:MDEyMzQ1Njc4OWFiY2RlZg==",
    "SEALED_INDEX_KEYS": "c1:Y2hlY2stb25seS1pbmRleC1rZXktMzItYnl0ZXMhIQ==",
    "ALLOWED_HOSTS": "check.invalid",
}
CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("style", [str(BIN / "ruff"), "check", "."], {}),
    ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
    ("types", [str(BIN / "mypy")], {}),
    ("import contracts", [str(BIN / "lint-imports")], {}),
    ("migrations complete", [*MANAGE, "makemigrations", "--check", "--dry-run"], TEST),
    ("start-up checks", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ("API schema", [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull], TEST),
    ("catalogues complete", [PYTHON, "-m", "tools.catalogues", "check"], {}),
]


def main() -> int:
    """Run the checks side by side, one for each core, and tell them in their order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = pool.map(_run, CHECKS)
        failed = [name for (name, _command, _env), done in zip(CHECKS, told, strict=True) if not _passed(name, *done)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _run(check: tuple[str, list[str], dict[str, str]]) -> tuple[subprocess.CompletedProcess[str], float]:
    """Give what a check said and how it ended, and the seconds it took."""
    _name, command, env = check
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done, time.monotonic() - began


def _passed(name: str, done: subprocess.CompletedProcess[str], seconds: float) -> bool:
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{verdict:7} {name} ({seconds:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout.strip() + "\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
