"""One playing stream: a clip looped in real time, its RTP timestamps running on, with RTCP sender reports."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

from cctv_probe.simulator.clip import ClipKind, kind_of
from cctv_probe.simulator.fleet import Channel, Stream
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.rtp_frames import Frame, frames_of
from cctv_probe.simulator.rtp_packets import sender_report
from cctv_probe.simulator.sdp import payload_type
from cctv_probe.simulator.timing import due_s

_REPORT_EVERY_S = 4.0
_CLOCK_90K = 90_000

Send = Callable[[bytearray, tuple[int, ...], bool], Awaitable[None]]
"""Lets interleaved packets out: their bytes, where each starts, whether they are RTCP."""
End = Callable[[str], None]
"""Ends the connection: `close` or `reset`."""


class Player:
    """Sends one stream through `send` from `play` until `stop`; `mute`: it only says that it plays."""

    def __init__(
        self, node: Node, channel: Channel, stream: Stream, send: Send, end: End, *, mute: bool = False
    ) -> None:
        self._node, self._stream, self._send, self._end = node, stream, send, end
        self._faults = stream.faults
        self._mute = mute or stream.faults.dead == "no_rtp"
        self._kind = kind_of(channel, stream)
        self._kind_since = 0
        self.ssrc = secrets.randbits(32)
        self._first_timestamp = secrets.randbits(32)
        self.sequence = secrets.randbits(16)
        self._position = self._packets = self._octets = 0
        self._frames: dict[tuple[ClipKind, bool], tuple[Frame, ...]] = {}
        self._late = Random(self.ssrc)
        self._task: asyncio.Task[None] | None = None
        self._began: float | None = None

    @property
    def timestamp(self) -> int:
        """RTP time of the next access unit."""
        return self._timestamp_at(due_s(self._stream, self._position))

    async def prepare(self) -> None:
        """Have the pictures ready."""
        if self._mute:
            return
        await self._cut(self._kind)
        if self._faults.changes_to:
            await self._cut(self._kind.sized(self._faults.changes_to))

    async def _cut(self, kind: ClipKind) -> None:
        clip = await self._node.clips.clip(kind)
        for sets in (True, False):
            self._frames[kind, sets] = frames_of(clip, self._faults, payload_type(self._stream), sets=sets)

    def play(self) -> None:
        """Begin, or go on after a pause. `prepare` must have ended."""
        if not self._mute and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send nothing more; `play` goes on from here."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        zero = loop.time() - due_s(self._stream, self._position)
        if self._began is None:
            self._began = loop.time()
            zero -= due_s(self._stream, self._stream.gop_length) if self._faults.starts_with_gop else 0.0
        reported = -_REPORT_EVERY_S
        while not self._has_stopped(loop.time() - self._began):
            now = loop.time()
            if now - self._began - reported >= _REPORT_EVERY_S:
                reported = now - self._began
                await self._report(self._timestamp_at(now - zero))
            await self._send_one(now - self._began)
            due = zero + due_s(self._stream, self._position) + self._late.random() * self._faults.jitter_s
            await asyncio.sleep(max(0.0, due - loop.time()))
        if self._faults.stop != "silent":
            self._end(self._faults.stop)

    def _has_stopped(self, played_s: float) -> bool:
        return self._faults.stops_after_s is not None and played_s >= self._faults.stops_after_s

    async def _send_one(self, played_s: float) -> None:
        frame = self._next(played_s)
        wire = frame.filled(self.sequence, self.timestamp, self.ssrc)
        starts = frame.starts
        every = self._node.device.faults.lossy_every
        if every:
            wire, starts = _lossy(wire, starts, self.sequence, every)
        self.sequence = (self.sequence + len(frame.starts)) & 0xFFFF
        self._packets += len(starts)
        self._octets += frame.octets
        self._position += 1
        await self._send(wire, starts, False)

    def _next(self, played_s: float) -> Frame:
        faults, shown = self._faults, self._position - self._kind_since
        if faults.changes_to and played_s >= faults.changes_after_s and shown % self._kind.gop == 0:
            changed = self._kind.sized(faults.changes_to)
            if changed != self._kind:
                self._kind, self._kind_since, shown = changed, self._position, 0
        sets = faults.parameter_sets == "every_gop" and played_s >= faults.parameter_sets_after_s
        frames = self._frames[self._kind, sets]
        return frames[shown % len(frames)]

    def _timestamp_at(self, played_s: float) -> int:
        return (self._first_timestamp + round(played_s * _CLOCK_90K * self._faults.timestamp_factor)) & 0xFFFFFFFF

    async def _report(self, timestamp: int) -> None:
        wrong = timedelta(seconds=self._node.device.faults.rtsp.report_clock_offset_s)
        report = sender_report(self.ssrc, self._node.clock_utc() + wrong, timestamp, self._packets, self._octets)
        await self._send(bytearray(b"$\x01" + len(report).to_bytes(2, "big") + report), (0,), True)


def _lossy(wire: bytearray, starts: tuple[int, ...], sequence: int, every: int) -> tuple[bytearray, tuple[int, ...]]:
    """Without the packets whose sequence number is a multiple of `every`."""
    kept, there = bytearray(), []
    for number, (start, end) in enumerate(zip(starts, (*starts[1:], len(wire)), strict=True), start=sequence):
        if (number & 0xFFFF) % every:
            there.append(len(kept))
            kept += wire[start:end]
    return kept, tuple(there)
