"""One failure counter per device, over HTTP, ONVIF and RTSP, and the lock that it leads to."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a request's credentials. `why` is for the journal.

    accepted: let in. failed: credentials were there and wrong (counts). stale: right, but the nonce is used up.
    """

    accepted: bool
    credentials: str = "none"
    failed: bool = False
    stale: bool = False
    why: str = "challenged"


class Logins:
    """Counts failures; after `lock_after` of them refuses everything for `lock_s`, right passwords too.

    failed_before: failures of others before the device ran, which `total` leaves out.
    A login that succeeds sets the counter back, as devices do; `total` never goes back.
    """

    def __init__(self, lock_after: int | None, lock_s: float, failed_before: int = 0) -> None:
        self._lock_after = lock_after
        self._lock_s = lock_s
        self._locked_until = 0.0
        self.failed = 0
        self.total = 0
        for _ in range(failed_before):
            self._count()
        self.total = 0

    @property
    def locked(self) -> bool:
        """Whether the device refuses everybody now."""
        if self._locked_until and time.monotonic() >= self._locked_until:
            self._locked_until, self.failed = 0.0, 0
        return self._locked_until > 0

    @property
    def left(self) -> int | None:
        """How many more may fail before the lock; None where there is none."""
        return None if self._lock_after is None else max(0, self._lock_after - self.failed)

    @property
    def locked_for_s(self) -> float:
        """Seconds until the lock opens; 0 without one."""
        return max(0.0, self._locked_until - time.monotonic()) if self.locked else 0.0

    def weigh(self, verdict: Verdict) -> Verdict:
        """The verdict after the lock was looked at; failures are counted here and nowhere else."""
        if self.locked:
            return Verdict(False, verdict.credentials, why="locked")
        if verdict.failed:
            self._count()
        elif verdict.accepted and verdict.credentials != "none":
            self.failed = 0
        return verdict

    def _count(self) -> None:
        self.failed += 1
        self.total += 1
        if self._lock_after is not None and self.failed >= self._lock_after:
            self._locked_until = time.monotonic() + self._lock_s
