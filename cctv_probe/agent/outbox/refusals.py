"""Bodies that could not even be noted, because nothing could be written: remembered until something can."""

from __future__ import annotations

from datetime import datetime

from cctv_probe.agent.outbox import changes, rows
from cctv_probe.agent.outbox.changes import Change, Entry
from cctv_probe.agent.outbox.terms import Slot
from cctv_probe.wire.clock import utc_text

_MOST = 10_000


class Refusals:
    """What this process was given and could not write down. The caller was told so each time and may bring the same run
    again: then it is no loss. When another body is accepted first, the remembered ones get numbers, and a gap tells of them."""

    def __init__(self) -> None:
        self._remembered: dict[str, tuple[str | None, str, str, int | None]] = {}
        self._without_run = 0
        self._size: int | None = None

    def size(self, compressed_bytes: int) -> None:
        """How large the body is that is being written."""
        self._size = compressed_bytes

    def remember(self, run_id: str | None, kind: str, now: datetime) -> None:
        """A body that could not be written."""
        size, self._size = self._size, None
        if len(self._remembered) >= _MOST or (run_id and run_id in self._remembered):
            return
        self._without_run += 1
        key = run_id or f"\0{self._without_run}"
        self._remembered[key] = (run_id, kind, utc_text(now), size)

    def tell(self, change: Change, but: str | None) -> None:
        """Give numbers to what is remembered, except the run `but`, which is being accepted."""
        for run_id, kind, created_utc, size in self._remembered.values():
            if run_id is not None and (run_id == but or rows.by_run(change.db, run_id)):
                continue
            place = changes.slot(change)
            place = Slot(place.report_id, place.seq, place.previous, created_utc)
            row = changes.insert(change, place, Entry(kind, "expired", run_id, reason="disk_full"), None, keep=False)
            change.db.execute("UPDATE report SET bytes = ? WHERE seq = ?", (size, row.seq))
            change.tell("outbox_refused", seq=row.seq, reason="disk_full")

    def told(self) -> None:
        """What was remembered is on disk now, or was accepted after all."""
        self._remembered.clear()
        self._size = None
