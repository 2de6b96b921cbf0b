"""Every stream of a device, one after the other: main streams first, then sub-streams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cctv_probe.media.health_verdict import Health
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel, Stream
from cctv_probe.model.evidence import Standing
from cctv_probe.model.finding import Finding, Severity
from cctv_probe.model.words import Text
from cctv_probe.stream.ceiling import USUAL_STREAM_BPS
from cctv_probe.stream.describe import Described, Describer
from cctv_probe.stream.measure import (
    STREAM_BYTES,
    Measuring,
    Watched,
    allowance_s,
    examine,
    note_examined,
    note_watched,
    watch,
)
from cctv_probe.wire.visit import Visit

BUSY_WAIT_S = 3.0
BUSY_TRIES = 2

_NOT_TRIED = {
    Ending.UNAUTHORIZED, Ending.HELD_BACK, Ending.LOCKED_OUT, Ending.NOT_PERMITTED, Ending.BUSY, Ending.INTERRUPTED,
    Ending.BUDGET_SPENT, Ending.OUT_OF_SCOPE, Ending.TOO_LARGE,
}  # fmt: skip
"""After these a stream is not called broken: it could not be tried."""

_DEAD = Text(en="The main stream could not be played: {why}.", th="เปิดภาพหลักไม่ได้: {why}")
_VARIES = Text(
    en="The frame rate changes while the stream plays ({rate} frames per second on average).",
    th="อัตราเฟรมเปลี่ยนแปลงระหว่างส่งภาพ (เฉลี่ย {rate} ภาพต่อวินาที)",
)
_CLOCK = Text(
    en="The stream's own time does not agree with the wall clock; the frame rate was counted by the wall clock.",
    th="เวลาในสตรีมไม่ตรงกับเวลาจริง จึงนับอัตราเฟรมจากเวลาจริง",
)


@dataclass
class Watcher:
    """Watches the streams of one device, as far as they were described."""

    visit: Visit
    describer: Describer
    measuring: Measuring
    findings: dict[int, list[Finding]] = field(default_factory=dict)
    thumbnails: dict[int, bytes] = field(default_factory=dict)
    played: set[str] = field(default_factory=set)

    def watch(self, channels: Iterable[Channel]) -> tuple[Channel, ...]:
        """The channels with their findings; the evidence goes into the visit."""
        listed = tuple(channels)
        for place in range(max((len(channel.streams) for channel in listed), default=0)):
            for channel in listed:
                if place < len(channel.streams):
                    self._stream(channel, channel.streams[place], main=place == 0)
        return tuple(
            replace(channel, findings=(*channel.findings, *self.findings.get(channel.number, ()))) for channel in listed
        )

    def _stream(self, channel: Channel, stream: Stream, *, main: bool) -> None:
        about = f"{channel.subject} {stream.name}"
        known = self.describer.found.get(stream.subject)
        watched = self._watched(known, stream, f"rtsp.PLAY {about}") if known and known.connection else None
        if watched is None:
            if main:
                self._not_played(channel, about)
            return
        self.played.add(stream.subject)
        note_watched(self.visit, stream.subject, watched)
        examined = self.visit.step(f"picture.decode {about}", lambda: examine(watched, self.measuring))
        if examined is not None:
            note_examined(self.visit, stream.subject, watched, examined[0])
        if main:
            self._judge(channel, watched, examined[1] if examined else None)
            if examined and examined[0].thumbnail:
                self.thumbnails[channel.number] = examined[0].thumbnail

    def _watched(self, known: Described, stream: Stream, step: str) -> Watched | None:
        expected = self._expected_bps(stream)
        allowance = allowance_s(self.measuring)
        for attempt in range(BUSY_TRIES):
            with self.visit.budget.apart(24 * 3600.0, STREAM_BYTES):
                watched = self.visit.step(step, lambda: self._play(known, expected, allowance))
            if watched is not None or self.visit.last_ending() is not Ending.BUSY or attempt + 1 == BUSY_TRIES:
                return watched
            self.describer.close()
            self.visit.budget.stop.wait(BUSY_WAIT_S)
        return None

    def _play(self, known: Described, expected_bps: float, allowance: float) -> Watched:
        stop = self.visit.budget.stop
        with (
            self.measuring.ceiling.share(expected_bps, stop) as share,
            self.visit.budget.apart(allowance, STREAM_BYTES),
        ):
            outcome = "ok"
            try:
                connection, description = self.describer.again(known)
                return watch(connection, description, self.measuring, share)
            except StepError as error:
                outcome = error.ending.value
                self.describer.close()
                raise
            finally:
                self.visit.folder.asked(
                    self.visit.address, f"rtsp.PLAY {known.uri}", login=self.describer.account.sent, outcome=outcome
                )

    def _expected_bps(self, stream: Stream) -> float:
        told = [
            float(item.value)
            for attribute in ("bit_rate_bps", "sdp_bit_rate_bps")
            for item in self.visit.known(stream.subject, attribute)
            if isinstance(item.value, (int, float)) and item.value > 0
        ]
        return told[0] if told else USUAL_STREAM_BPS

    def _not_played(self, channel: Channel, about: str) -> None:
        """The main stream was not played: broken where it was tried, unknown where it could not be."""
        last = next((item for item in reversed(self.visit.attempts) if item.step.endswith(about)), None)
        if last is None or last.ending is Ending.OK or last.ending in _NOT_TRIED:
            return
        self._working(channel, False, "rtsp.play")
        self._find(channel, "stream_dead", "critical", _DEAD.with_(why=last.line))

    def _judge(self, channel: Channel, watched: Watched, health: Health | None) -> None:
        if watched.measurement.variable:
            self._find(
                channel, "frame_rate_varies", "info", _VARIES.with_(rate=f"{watched.measurement.frame_rate:.1f}")
            )
        if watched.measurement.clock_disagrees:
            self._find(channel, "stream_clock_wrong", "low", _CLOCK)
        if health is None or health.healthy is None:
            return
        self._working(channel, health.healthy, "picture.health")
        self.findings.setdefault(channel.number, []).extend(health.findings())

    def _working(self, channel: Channel, value: bool, method: str) -> None:
        self.visit.note(channel.subject, "working", value, method, Standing.MEASURED, role="live")

    def _find(self, channel: Channel, code: str, severity: Severity, text: Text) -> None:
        found = Finding(code, severity, self.visit.clean(text))
        self.findings.setdefault(channel.number, []).append(found)
