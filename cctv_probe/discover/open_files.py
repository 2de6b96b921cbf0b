"""How many sockets this process may hold open at once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

_RESERVE = 128
"""Descriptors left for everything else the program does meanwhile."""
_WINDOWS_SELECT = 400
"""Windows' select() takes 512 sockets; some are left for others."""


@contextlib.contextmanager
def room_for_sockets(wanted: int) -> Iterator[int]:
    """How many sockets may be open at once, at most `wanted`, at least 16.

    Where the soft limit is lower than the hard one it is raised for the duration, and put back.
    """
    if sys.platform == "win32":
        yield min(wanted, _WINDOWS_SELECT)
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    aim = wanted + _RESERVE
    raised = soft != unlimited and soft < aim and (hard == unlimited or hard > soft)
    if raised:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (aim if hard == unlimited else min(aim, hard), hard))
        except (OSError, ValueError):
            raised = False
    try:
        now = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        yield wanted if now == unlimited else max(16, min(wanted, now - _RESERVE))
    finally:
        if raised:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
