"""Reading one instant of a replay: to its first key picture, or for ten recorded seconds and two groups of pictures.

A replay comes faster than it was recorded, so its own time counts: the replay header's where every picture has one,
else the RTP timestamps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.key_pictures import KeyPictures
from cctv_probe.media.timeline import Measurement, Timeline
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.rtsp.stream import QUIET_S, PlayingStream
from cctv_probe.wire.deadline import Deadline

LONG_S = 10.0
LONG_GOPS = 2
REPORT_WAIT_S = 1.0
"""So long a sender report is waited for, where pictures carry no time of their own."""
MARKED_REST_S = 0.005
"""So long nothing comes behind a picture whose marker came, before it is taken as whole. The picture behind it, which proves it
whole, may be seconds away (a device that ignores `Rate-Control: no`), and costs as much again where it comes at once."""
REPORTS_MISSED = 3
"""After so many instants without one in a row, no report is waited for any more."""
LEAP_S = 5.0
"""A longer step between two pictures is the end of a section, not a slow camera."""
MOSTLY = 0.95
_CLOCK_HZ = 90_000

_NOTHING_SENT = Text(
    en="agreed to play the footage of {instant}, and sent nothing in {seconds} s; it was stopped. Try again later",
    th="ตอบรับการเล่นภาพบันทึกเวลา {instant} แต่ไม่ส่งข้อมูลภายใน {seconds} วินาที จึงหยุดไว้ โปรดลองใหม่ภายหลัง",
)
_ENDED_EMPTY = Text(
    en="agreed to play the footage of {instant}, and ended without a single picture: nothing is recorded there",
    th="ตอบรับการเล่นภาพบันทึกเวลา {instant} แต่จบโดยไม่มีภาพเลย แสดงว่าไม่มีภาพบันทึกในเวลานั้น",
)
_NO_KEY = Text(
    en="played the footage of {instant}, but in {seconds} s sent no whole key picture, which decoding must begin with",
    th="เล่นภาพบันทึกเวลา {instant} แต่ภายใน {seconds} วินาทีไม่มีภาพหลัก (key frame) ที่สมบูรณ์สำหรับเริ่มถอดรหัส",
)


class NothingPlayed(StepError):
    """What the footage itself showed: that there is none (NOT_FOUND), that it holds nothing to decode (MALFORMED), or that
    nothing to begin with came in time (TIMEOUT)."""


@dataclass
class ReplaySample:
    """What is read of one playing replay. `instant` is for people."""

    stream: PlayingStream
    is_long: bool
    instant: str
    waits_for_report: bool = True
    """Whether a sender report is worth waiting for, where pictures carry no time of their own."""
    first: AccessUnit | None = None
    """The first whole key picture."""
    keys: KeyPictures = field(default_factory=KeyPictures)
    _by_rtp: Timeline = field(default_factory=lambda: Timeline(live=False))
    _by_header: Timeline = field(default_factory=lambda: Timeline(live=False))
    _units: int = 0
    _stamps: int = 0
    _stamp: int | None = None
    _lost: int = 0

    def run(self, deadline: Deadline) -> AccessUnit:
        """Read until there is enough, at the latest at `deadline`: the first key picture.

        Raises `StepError` where none came: NOT_FOUND for a replay that ended at once, TIMEOUT for one that said nothing
        or nothing decodable, MALFORMED for one that ended so. Of a long sample, what came before a failure stays.
        """
        seconds = deadline.remaining_s()
        try:
            self._read(deadline)
        except StepError as error:
            if self.first is None or error.ending is Ending.INTERRUPTED:
                raise
        if self.first is None:
            raise self._empty(seconds)
        if self.first.recorded_utc_ntp is None and self.waits_for_report:
            self._await_report(deadline)
        return self.first

    @property
    def measurement(self) -> Measurement | None:
        """Of a long sample: its numbers by recorded time; None where the footage has no time to count by."""
        found = self._timeline.measure() if self.is_long else None
        return None if found is None or found.basis == "wall_clock" else found

    @property
    def _timeline(self) -> Timeline:
        return self._by_header if self._stamps >= MOSTLY * self._units else self._by_rtp

    def _read(self, deadline: Deadline) -> None:
        stream = self.stream
        while deadline.remaining_s() and not stream.has_ended:
            for unit in self._batch(deadline):
                if self._take(unit):
                    return
            if stream.replay is not None and stream.replay.is_terminal:
                deadline = Deadline(min(deadline.at_s, Deadline.after(QUIET_S + 0.2).at_s))
                for unit in stream.units(deadline):
                    if self._take(unit):
                        return
                return

    def _batch(self, deadline: Deadline) -> list[AccessUnit]:
        """One read. Where one picture is all that is wanted, a marked one counts as soon as nothing follows it at once."""
        stream, packets = self.stream, self.stream.reception.packets
        if self.is_long or not packets or stream.agreed.udp is not None:  # datagrams may still be overtaken
            return stream.batch(deadline)
        units = stream.batch(Deadline(min(deadline.at_s, Deadline.after(MARKED_REST_S).at_s)))
        return units if units or stream.reception.packets != packets else stream.rest()

    def _take(self, unit: AccessUnit) -> bool:
        """Note one picture; whether that is enough. What comes before the first key picture is passed over."""
        if self.first is None:
            if not unit.is_key or unit.damaged or not unit.data:
                return False
            self.first = unit
        if self._leaps(unit):
            return True
        self.keys.add(unit)
        if not self.is_long:
            return True
        self._measure(unit)
        return self._timeline.enough(LONG_S, LONG_GOPS)

    def _leaps(self, unit: AccessUnit) -> bool:
        """Whether the recorded time leaps to other footage here."""
        stamp, before = unit.recorded_utc_ntp, self._stamp
        return stamp is not None and before is not None and not -LEAP_S <= (stamp - before) / 2**32 <= LEAP_S

    def _measure(self, unit: AccessUnit) -> None:
        lost, self._lost = self.stream.reception.lost - self._lost, self.stream.reception.lost
        for timeline in (self._by_rtp, self._by_header):
            timeline.lose(max(0, lost))
        self._units += 1
        self._by_rtp.add(unit)
        stamp = unit.recorded_utc_ntp
        if stamp is None:
            return
        self._stamps += stamp != self._stamp
        self._stamp = stamp
        self._by_header.add(replace(unit, timestamp=(stamp * _CLOCK_HZ) >> 32, clock_hz=_CLOCK_HZ))

    def _await_report(self, deadline: Deadline) -> None:
        wait = Deadline(min(deadline.at_s, Deadline.after(REPORT_WAIT_S).at_s))
        try:
            while wait.remaining_s() and self.stream.sender_report is None and not self.stream.has_ended:
                self.stream.batch(wait)
        except StepError as error:
            if error.ending is Ending.INTERRUPTED:
                raise

    def _empty(self, seconds: float) -> StepError:
        words = {"instant": self.instant, "seconds": f"{seconds:.0f}"}
        replay = self.stream.replay
        is_over = self.stream.has_ended or (replay is not None and replay.is_terminal)
        if self.stream.reception.packets:
            return NothingPlayed(Ending.MALFORMED if is_over else Ending.TIMEOUT, _NO_KEY.with_(**words))
        if is_over:
            return NothingPlayed(Ending.NOT_FOUND, _ENDED_EMPTY.with_(instant=self.instant))
        return StepError(Ending.TIMEOUT, _NOTHING_SENT.with_(**words))
