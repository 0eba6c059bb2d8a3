"""Holding some ten thousand rows at once without having them looked through again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def many_rows() -> Iterator[None]:
    """Pause Python's search for cycles. Rows and facts hold none, and the search took a third of an import's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
