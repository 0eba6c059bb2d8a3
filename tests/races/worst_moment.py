"""Brings a race to its worst moment, so that what it shows does not hang on how fast a machine is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError, get_ident


@contextmanager
def meeting_after(module: str, name: str, sides: int = 2, *, patience: float = 1) -> Iterator[None]:
    """Let the sides wait for each other after the first time each has called `module.name`, so many seconds at most.

    Where a lock lets only one side come so far, little patience is enough; where all can come, it must not run out.
    """
    home, meet, met = sys.modules[module], Barrier(sides), set()
    first = getattr(home, name)

    def called(*args, **facts):
        answer = first(*args, **facts)
        if get_ident() not in met:
            met.add(get_ident())
            try:
                meet.wait(timeout=patience)
            except BrokenBarrierError:
                pass
        return answer

    setattr(home, name, called)
    try:
        yield
    finally:
        setattr(home, name, first)
