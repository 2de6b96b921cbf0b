"""One playing stream: a clip looped in real time, its RTP timestamps running on, with RTCP sender reports."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from cctv_probe.simulator.clips import kind_of
from cctv_probe.simulator.fleet import Stream
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.rtp_packets import packet, payloads_of, sender_report
from cctv_probe.simulator.sdp import payload_type

_REPORT_EVERY_S = 4.0
_CLOCK_90K = 90_000

Send = Callable[[list[bytes], bool], Awaitable[None]]


class Player:
    """Sends one stream through `send(packets, is_rtcp)` from `play` until `pause` or `stop`."""

    def __init__(self, node: Node, stream: Stream, send: Send) -> None:
        self._node, self._stream, self._send = node, stream, send
        self.ssrc = secrets.randbits(32)
        self._first_timestamp = secrets.randbits(32)
        self.sequence = secrets.randbits(16)
        self._position = 0
        self._packets = self._octets = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def timestamp(self) -> int:
        """RTP time of the next access unit."""
        elapsed = round(self._position * _CLOCK_90K / self._stream.frame_rate)
        return (self._first_timestamp + elapsed) & 0xFFFFFFFF

    async def prepare(self) -> None:
        """Have the pictures ready."""
        await self._node.clips.clip(kind_of(self._stream))

    def play(self) -> None:
        """Begin, or go on after a pause. `prepare` must have ended."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send nothing more; `play` goes on from here."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        units = payloads_of(await self._node.clips.clip(kind_of(self._stream)))
        loop = asyncio.get_running_loop()
        began, first = loop.time(), self._position
        reported = -_REPORT_EVERY_S
        while True:
            elapsed = loop.time() - began
            if elapsed - reported >= _REPORT_EVERY_S:
                reported = elapsed
                await self._report()
            await self._send(self._frame(units[self._position % len(units)]), False)
            self._position += 1
            due = began + (self._position - first) / self._stream.frame_rate
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _frame(self, payloads: list[bytes]) -> list[bytes]:
        made = []
        last = len(payloads) - 1
        number, every = payload_type(self._stream), self._node.device.faults.lossy_every
        for index, payload in enumerate(payloads):
            if not every or self.sequence % every:
                made.append(packet(payload, number, self.sequence, self.timestamp, self.ssrc, marker=index == last))
                self._packets += 1
                self._octets += len(payload)
            self.sequence = (self.sequence + 1) & 0xFFFF
        return made

    async def _report(self) -> None:
        now = self._node.clock_utc()
        await self._send([sender_report(self.ssrc, now, self.timestamp, self._packets, self._octets)], True)
