"""One playback of a recording: group after group as it lies on the disk, in real time or up to fifty times as fast."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recorded_pictures import Grid, clip_of
from cctv_probe.simulator.recorded_spans import spans_of
from cctv_probe.simulator.recording_parts import Recording
from cctv_probe.simulator.replay_course import NoFootageError, Step, course, first_group
from cctv_probe.simulator.replay_frames import Mark, Numbers, payloads_of, wire_of
from cctv_probe.simulator.replay_wish import Wish
from cctv_probe.simulator.rtp_packets import sender_report
from cctv_probe.simulator.rtsp_stream import Send
from cctv_probe.simulator.sdp import PAYLOAD_TYPES

_CLOCK_90K = 90_000
_FASTEST = 50


@dataclass(frozen=True, slots=True)
class Telling:
    """What tells the viewer which instant he sees. extension: 0xABAC in every packet. reports: what a sender report
    before the first packet tells: nothing (there is none), the instant recorded, or the present one.
    """

    extension: bool
    reports: Literal["none", "recorded", "now"]


class Replayer:
    """Plays one recording through `send`, wish after wish; the device's clock is the true one plus its offset."""

    def __init__(self, node: Node, recording: Recording, send: Send, telling: Telling | None = None) -> None:
        self._node, self._recording, self._send = node, recording, send
        self._faults = node.device.faults.archive
        self._telling = telling or Telling(not self._faults.no_extension, self._faults.sender_reports)
        self._recorded = recording.truth.recorded
        self._kind = clip_of(recording.channel)
        self._grid = Grid(self._recorded)
        self._offset = timedelta(seconds=node.device.faults.clock_offset_s)
        self.ssrc = secrets.randbits(32)
        self.sequence = secrets.randbits(16)
        self._first_timestamp = secrets.randbits(32)
        self._spans = spans_of(recording.truth, datetime.now(UTC))
        self._next = 0
        self._waiting: list[tuple[Wish, int | None]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def ignores_stop(self) -> bool:
        """Whether PAUSE and TEARDOWN change nothing."""
        return self._faults.never_ends

    async def prepare(self, wish: Wish) -> int | None:
        """Take a wish: what plays now ends at once or is played out first; the first group that will be played, if any.
        Raises NoFootageError.
        """
        self._spans = spans_of(self._recording.truth, datetime.now(UTC))
        if wish.starts is not None:
            first = first_group(self._spans, self._grid, wish.starts - self._offset, self._faults)
        elif self._spans:
            first = self._next or self._grid.at_or_after(self._spans[0][0])
        else:
            raise NoFootageError
        await self._node.clips.clip(self._kind)
        if wish.at_once:
            self._waiting.clear()
            await self._cancel()
        self._waiting.append((wish, first))
        return first

    def play(self) -> None:
        """Begin what `prepare` took."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send nothing more; PLAY without Range goes on from here."""
        self._waiting.clear()
        await self._cancel()

    async def _cancel(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while self._waiting:
            wish, first = self._waiting.pop(0)
            if first is not None:
                await self._one(wish, first)

    async def _one(self, wish: Wish, first: int) -> None:
        never_ends = self._faults.never_ends
        last = None if wish.ends is None or never_ends else wish.ends - self._offset
        await self._report(first)
        zero, sent_key = asyncio.get_running_loop().time(), None
        for count, step in enumerate(course(self._spans, self._grid, first, never_ends=never_ends)):
            began = self._grid.time_of(step.number)
            if last is not None and began > last:
                return
            if wish.intra and sent_key is not None and (began - sent_key).total_seconds() < wish.interval_s:
                continue
            sent_key = began
            due = zero + count * self._grid.gop_s / (1 if wish.at_rate else _FASTEST)
            await self._group(wish, step, due, last)
            self._next = step.number + 1

    async def _group(self, wish: Wish, step: Step, due: float, last: datetime | None) -> None:
        """Send one group, its key frame at the loop time `due` or as soon after that as it is taken."""
        frozen = self._recording.truth.frozen
        units = await self._node.pictures.group(self._kind, step.number, frozen=frozen, intra=wish.intra)
        rate, began = self._recorded.frame_rate, self._grid.time_of(step.number)
        loop = asyncio.get_running_loop()
        for index, unit in enumerate(units):
            recorded = began + timedelta(seconds=index / rate)
            if last is not None and recorded > last:
                return
            if index == 0 or wish.at_rate:
                await asyncio.sleep(max(0.0, due + index / rate - loop.time()))
            is_end = index == len(units) - 1
            mark = Mark(
                recorded + self._offset,
                clean=index == 0,
                ends=is_end and step.ends,
                follows_gap=index == 0 and step.follows_gap,
                is_last=is_end and step.is_last,
                cseq=wish.cseq,
            )
            await self._unit(unit, mark)

    async def _unit(self, unit: bytes, mark: Mark) -> None:
        headers = self._node.clips.headers(self._kind)
        codec = self._recorded.codec
        payloads = payloads_of(unit, headers, codec, sets=mark.clean)
        timestamp = self._rtp_time_at(mark.recorded - self._offset)
        numbers = Numbers(PAYLOAD_TYPES[codec], self.sequence, timestamp, self.ssrc)
        wire, starts = wire_of(payloads, numbers, mark.to_bytes() if self._telling.extension else b"")
        self.sequence = (self.sequence + len(starts)) & 0xFFFF
        await self._send(wire, starts, False)

    async def _report(self, first: int) -> None:
        """An RTCP sender report before the first packet, where the device sends some."""
        how = self._telling.reports
        if how == "none":
            return
        moment = self._grid.time_of(first) + self._offset if how == "recorded" else self._node.clock_utc()
        report = sender_report(self.ssrc, moment, self.rtp_time(first), 0, 0)
        await self._send(bytearray(b"$\x01" + len(report).to_bytes(2, "big") + report), (0,), True)

    def time_of(self, number: int) -> datetime:
        """When the key frame of group `number` was recorded, by the device's clock."""
        return self._grid.time_of(number) + self._offset

    def rtp_time(self, number: int) -> int:
        """The RTP time of the key frame of group `number`."""
        return self._rtp_time_at(self._grid.time_of(number))

    def _rtp_time_at(self, moment: datetime) -> int:
        return (self._first_timestamp + round(moment.timestamp() * _CLOCK_90K)) & 0xFFFFFFFF
