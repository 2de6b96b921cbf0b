"""Every stream of a device, one after the other: main streams first, then sub-streams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cctv_probe.media.health_verdict import Health
from cctv_probe.media.health_words import NOTHING_DECODED
from cctv_probe.media.picture import Examination
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
BUSY_TRIES = 3

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
_STOPS = Text(en="The stream stopped after {seconds} s: {why}.", th="สตรีมหยุดหลัง {seconds} วินาที: {why}")
_CHANGES = Text(
    en="The picture size changed while the stream was watched: {sizes}.", th="ขนาดภาพเปลี่ยนระหว่างที่ดูสตรีม: {sizes}"
)
NO_KEY_PICTURE = Text(
    en="Packets arrived, but no whole key picture came, so nothing could be decoded.",
    th="ได้รับข้อมูลภาพ แต่ไม่มีภาพหลักที่สมบูรณ์ จึงถอดรหัสภาพไม่ได้",
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
        ending = self.visit.last_ending()
        if examined is not None:
            note_examined(self.visit, stream.subject, watched, examined[0])
        if main:
            self._judge(channel, watched)
            self._judge_picture(channel, examined, ending)

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

    def _judge(self, channel: Channel, watched: Watched) -> None:
        """What the way the stream came says about it."""
        found = watched.measurement
        if found.variable:
            self._find(channel, "frame_rate_varies", "info", _VARIES.with_(rate=f"{found.frame_rate:.1f}"))
        if found.clock_disagrees:
            self._find(channel, "stream_clock_wrong", "low", _CLOCK)
        if watched.cut_short is not None:
            why = {"seconds": f"{found.duration_s:.0f}", "why": watched.cut_short}
            self._find(channel, "stream_stops", "high", _STOPS.with_(**why))

    def _judge_picture(self, channel: Channel, examined: tuple[Examination, Health] | None, ending: Ending) -> None:
        """Whether the camera works: a healthy picture was decoded, or why not. Unknown where no picture was looked at."""
        if self.measuring.decoders is None or (examined is None and ending not in (Ending.OK, Ending.MALFORMED)):
            return
        if examined is None or examined[1].healthy is None:
            self._working(channel, False, "picture.health")
            text = examined[1].reason if examined else (NO_KEY_PICTURE if ending is Ending.OK else NOTHING_DECODED)
            self._find(channel, "picture_not_decoded", "critical", text)
            return
        examination, health = examined
        if examination.thumbnail:
            self.thumbnails[channel.number] = examination.thumbnail
        sizes = dict.fromkeys(f"{each.width_px}x{each.height_px}" for each in examination.decoded)
        if len(sizes) > 1:
            self._find(channel, "stream_changes", "medium", _CHANGES.with_(sizes=" → ".join(sizes)))
        self._working(channel, bool(health.healthy), "picture.health")
        self.findings.setdefault(channel.number, []).extend(health.findings())

    def _working(self, channel: Channel, value: bool, method: str) -> None:
        self.visit.note(channel.subject, "working", value, method, Standing.MEASURED, role="live")

    def _find(self, channel: Channel, code: str, severity: Severity, text: Text) -> None:
        found = Finding(code, severity, self.visit.clean(text))
        self.findings.setdefault(channel.number, []).append(found)
