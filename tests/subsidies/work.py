"""One doorbell in a process of its own, so that it can be killed: `python -m tests.subsidies.work TASK [ARGUMENT …]`."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def work(task: str, *arguments: object, fault: str = "", chunk: int = 2) -> int:
    """Ring one bell in a fresh process on this test's database; give how it ended (-9: killed at the fault)."""
    from django.conf import settings

    where = settings.DATABASES["default"]
    return subprocess.run(
        [sys.executable, "-m", "tests.subsidies.work", task, *map(str, arguments)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{where['NAME']}",
            "SANDBOX_BANK_URL": settings.SANDBOX_BANK_URL,
            "SETTLEMENT_CHUNK": str(chunk),
            "POSTING_CHUNK": str(chunk),
            "FAULT": fault,
        },
        timeout=120,
        check=False,
    ).returncode


if __name__ == "__main__":
    import django

    django.setup()
    from subsidies import tasks

    getattr(tasks, sys.argv[1])(*sys.argv[2:])
