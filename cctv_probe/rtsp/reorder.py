"""UDP packets back in their order, pure: a small window, a short wait (RFC 3550 leaves it to the receiver)."""

from __future__ import annotations

from cctv_probe.rtsp.rtp import MAX_GAP, MAX_LATE

WINDOW = 64
"""Packets held while one in front of them is missing."""
WAIT_S = 0.2


class ReorderWindow:
    """Holds packets that came too early. What is late or came twice is handed on as it is: the counter behind sees it."""

    def __init__(self) -> None:
        self._expected: int | None = None
        self._held: dict[int, bytes] = {}
        self._since_s = 0.0

    def take(self, sequence: int, packet: bytes, now_s: float) -> list[bytes]:
        """The packets that are due now that `packet`, of that sequence number, came at `now_s`."""
        ahead = 0 if self._expected is None else (sequence - self._expected) & 0xFFFF
        if ahead == 0:
            self._expected = (sequence + 1) & 0xFFFF
            return [packet, *self._following()] if self._held else [packet]
        if ahead >= 0x10000 - MAX_LATE:
            return [packet]
        if ahead >= MAX_GAP:
            due = self.drain()
            self._expected = (sequence + 1) & 0xFFFF
            return [*due, packet]
        if not self._held:
            self._since_s = now_s
        self._held.setdefault(sequence, packet)
        return self._skip(now_s) if len(self._held) > WINDOW else []

    def release(self, now_s: float) -> list[bytes]:
        """What has waited long enough for a packet in front of it."""
        return self._skip(now_s) if self._held and now_s - self._since_s > WAIT_S else []

    def drain(self) -> list[bytes]:
        """Everything that is held, in order."""
        due: list[bytes] = []
        while self._held:
            due += self._skip(0.0)
        return due

    def _skip(self, now_s: float) -> list[bytes]:
        """Give up the missing packet: go on with the first that is held."""
        start = self._expected or 0
        self._expected = min(self._held, key=lambda one: (one - start) & 0xFFFF)
        self._since_s = now_s
        return self._following()

    def _following(self) -> list[bytes]:
        due: list[bytes] = []
        at = self._expected or 0
        while at in self._held:
            due.append(self._held.pop(at))
            at = (at + 1) & 0xFFFF
        self._expected = at
        return due
