"""One crowd at a time: the workers of a test run share a server, and it has connections for one crowd only.

Nobody in a crowd is told `busy`, however slow the machine: what is asked is who gets what, not how soon.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eldercare.kernel import locks

PATIENCE_MS = 120_000


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other worker has a crowd of its own, and keep the others waiting."""
    with (Path(tempfile.gettempdir()) / f"eldercare-crowd-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        usual, locks.WAIT_MS = locks.WAIT_MS, PATIENCE_MS
        try:
            yield
        finally:
            locks.WAIT_MS = usual
