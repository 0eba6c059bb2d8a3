"""One crowd at a time: the workers of a test run share a server, and it has connections for one crowd only."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other worker has a crowd of its own, and keep the others waiting."""
    with (Path(tempfile.gettempdir()) / f"eldercare-crowd-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
