"""Named points where a process can be told to die: `FAULT=post.mid:2` stops it, as by kill −9, at the second passing.

Honoured only where `DEMO` is on (a demo or a test). Proof needs it; nothing else does.
"""

import os
import signal
from collections import Counter

from django.conf import settings

POINTS: dict[str, str] = {}
_passed: Counter[str] = Counter()


def point(name: str, meaning: str) -> str:
    """Declare a point, so that `manage.py faults` lists it."""
    POINTS[name] = meaning
    return name


def passing(name: str) -> None:
    """Say that the work is now at this point."""
    wanted = os.environ.get("FAULT", "")
    if not wanted or not settings.DEMO:
        return
    target, _, nth = wanted.partition(":")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
