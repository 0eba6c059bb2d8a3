"""Acts in processes of their own, so that they can be killed: each is forked from one process that has loaded everything.

Loading Django takes longer than most acts. The first act of a test process starts the mother; it opens no connection and
does nothing itself, so a child has its own connection, dies alone, and leaves behind what a real death leaves.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120


def act(function: str, arguments: Sequence[object] = (), *, fault: str = "", **settings: object) -> int:
    """Call `module:function` in a fresh process on this test's database, under these settings.

    Gives how it ended: 0, 1 when it raised, -9 when it was killed at the fault, -14 after two minutes.
    """
    mother = _mother()
    told = {"function": function, "arguments": [*map(str, arguments)], "fault": fault, "settings": settings}
    mother.stdin.write(json.dumps(told) + "\n")
    mother.stdin.flush()
    return int(mother.stdout.readline())


@cache
def _mother() -> subprocess.Popen:
    """Start the process that is forked; it ends with this one, when its input does."""
    from django.conf import settings

    where = settings.DATABASES["default"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{where['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _listen() -> None:
    """Fork for every line that is read, and write how the child ended."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(_carry_out(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


def _carry_out(told: Mapping) -> int:
    from django.conf import settings

    signal.alarm(SECONDS)
    os.environ["FAULT"] = told["fault"]
    for name, value in told["settings"].items():
        setattr(settings, name, value)
    module, _, name = told["function"].partition(":")
    try:
        getattr(importlib.import_module(module), name)(*told["arguments"])
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    import django

    django.setup()
    importlib.import_module("subsidies.tasks")
    importlib.import_module("facilities.services")
    _listen()
