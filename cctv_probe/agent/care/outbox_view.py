"""The newest rows of the outbox, read beside a service that may be sending from it; nothing is changed. `outbox.inspect`
says what waits and what is damaged; this only lists."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cctv_probe.agent.outbox import Row
from cctv_probe.agent.outbox.rows import in_state
from cctv_probe.wire.deadline import Deadline

_STEPS = 100_000
"""SQLite's virtual machine asks the deadline this often."""


def newest_rows(path: Path, deadline: Deadline, *, most: int = 500) -> tuple[Row, ...]:
    """The newest rows, oldest first, without bodies. Raises sqlite3.Error where they cannot be read, or not by `deadline`."""
    used = path.with_name(path.name + "-wal").exists()
    # Without a log beside it nobody has it open: then it is read as it is, without making files beside it.
    name = f"{path.absolute().as_uri()}?{'mode=ro' if used else 'mode=ro&immutable=1'}"
    with closing(sqlite3.connect(name, uri=True, timeout=min(2.0, deadline.remaining_s()), isolation_level=None)) as db:
        db.set_progress_handler(lambda: int(deadline.remaining_s() <= 0), _STEPS)
        return tuple(in_state(db, None, most))
