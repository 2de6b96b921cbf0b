"""Housekeeping: limits, bodies that were delivered long ago, room given back to the disk."""

from __future__ import annotations

import sqlite3

from cctv_probe.agent.outbox import changes
from cctv_probe.agent.outbox.changes import Change
from cctv_probe.agent.outbox.terms import OutboxLimits, Tidied

_PAGES_AT_ONCE = 4096


def tidy(change: Change, limits: OutboxLimits, *, short: bool) -> Tidied:
    """Inside a transaction. `short`: the disk has less room than it must, so delivered bodies go at once."""
    before = None if short else change.aged_s - limits.delivered.total_seconds()
    old = [seq for seq, _ in changes.delivered_bodies(change, before)]
    changes.remove_bodies(change, old)
    given_up = changes.expire_old(change, limits) + changes.fit(change, limits)
    return Tidied(given_up=len(given_up), bodies_removed=len(old))


def thin(db: sqlite3.Connection) -> None:
    """Give pages that are not used any more back to the disk, some at a time."""
    unused = db.execute("PRAGMA freelist_count").fetchone()[0]
    for _ in range(min(unused, _PAGES_AT_ONCE)):  # Python's sqlite3 takes one step of this pragma, which is one page
        db.execute("PRAGMA incremental_vacuum(1)")
