"""Watch one stream for some seconds: what it really delivers, and whether its picture is any good."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.decoder import Decoders
from cctv_probe.media.decoder_messages import Question, RefusedQuestion
from cctv_probe.media.health_verdict import Health, judge
from cctv_probe.media.key_pictures import KeyPictures
from cctv_probe.media.picture import Examination
from cctv_probe.media.timeline import Measurement, Timeline
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.evidence import Standing
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.rtsp.client import Description, RtspConnection
from cctv_probe.rtsp.parameter_sets import MalformedParameterSet, ParameterSets
from cctv_probe.rtsp.reception import Reception
from cctv_probe.rtsp.stream import PARAMETER_SETS_S, PlayingStream, PlayOptions, play
from cctv_probe.stream.ceiling import Ceiling, Share
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.visit import Visit

SAMPLE_S = 10.0
LEAST_GOPS = 2
LONGEST_EXTRA_S = 25.0
"""Cameras with long groups of pictures are watched so much longer than asked, for two whole groups."""
STREAM_BYTES = 512 << 20
DECODE_S = 30.0
_SETTLED_S = 3.0
"""A camera sends its buffered pictures in a burst at the start: the bit rate is believed after so long."""

_FLOOD = Text(
    en="sends {mbps} Mbit/s, more than all streams together may take ({most} Mbit/s); it was left after {seconds} s. Raise --max-mbps to measure it",
    th="ส่งข้อมูล {mbps} Mbit/s เกินที่อนุญาตสำหรับทุกสตรีมรวมกัน ({most} Mbit/s) จึงหยุดหลัง {seconds} วินาที หากต้องการวัดให้เพิ่ม --max-mbps",
)
_ENDED = Text(en="the device ended it", th="อุปกรณ์เป็นฝ่ายหยุดส่ง")
_NO_PICTURE = Text(
    en="packets arrived, but no whole picture could be put together from them",
    th="ได้รับข้อมูลภาพ แต่ประกอบเป็นภาพที่สมบูรณ์ไม่ได้",
)


@dataclass(frozen=True)
class Measuring:
    """How streams are measured, and what all workers share. `decoders` is None where pictures are not looked at.

    `local_hour` is the hour of day at the site, 0 to 24.
    """

    ceiling: Ceiling
    decoders: Decoders | None
    sample_s: float = SAMPLE_S
    local_hour: float | None = None
    thumbnails: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """What watching a stream gave. `health` is None where no picture could be decoded or none was looked at."""

    measurement: Measurement
    reception: Reception
    codec: str
    parameter_sets: ParameterSets | None
    dimensions: tuple[int, int] | None
    keys: KeyPictures
    way: str
    cut_short: Text | None = None
    """Why the stream was not watched to the end: it stopped, or closed the connection."""


@dataclass
class _Sample:
    """One stream while it is watched."""

    stream: PlayingStream
    share: Share
    ceiling: Ceiling
    timeline: Timeline = field(default_factory=Timeline)
    keys: KeyPictures = field(default_factory=KeyPictures)
    codec: str = ""
    began_s: float = field(default_factory=time.monotonic)
    _lost: int = 0
    _settled: tuple[float, int] | None = None

    def run(self, sample_s: float) -> None:
        """Read until there is enough. Raises `StepError`."""
        shortest = Deadline.after(sample_s + LONGEST_EXTRA_S)
        while shortest.remaining_s() and not self.stream.has_ended:
            self.take(self.stream.batch(shortest))
            self._note_rate()
            if self.timeline.enough(sample_s, LEAST_GOPS):
                return

    def take(self, units: list[AccessUnit]) -> None:
        """Note pictures that have become whole."""
        for unit in units:
            self._note_losses()
            self.timeline.add(unit)
            self.keys.add(unit)
            self.codec = unit.codec

    def _note_losses(self) -> None:
        lost = self.stream.reception.lost
        if lost > self._lost:
            self.timeline.lose(lost - self._lost)
            self._lost = lost

    def _note_rate(self) -> None:
        """Tell the ceiling what the stream takes; leave a stream that takes more than everything together may."""
        now_s, received = time.monotonic(), self.stream.reception.wire_bytes
        if now_s - self.began_s < _SETTLED_S:
            return
        if self._settled is None:
            self._settled = (now_s, received)
        since_s = now_s - self._settled[0]
        if since_s < 1.0:
            return
        bps = (received - self._settled[1]) * 8 / since_s
        self.share.really(bps)
        if bps > self.ceiling.most_bps:
            words = {"mbps": f"{bps / 1e6:.0f}", "most": f"{self.ceiling.most_bps / 1e6:.0f}"}
            raise StepError(Ending.TOO_LARGE, _FLOOD.with_(seconds=f"{now_s - self.began_s:.0f}", **words))


def watch(connection: RtspConnection, description: Description, measuring: Measuring, share: Share) -> Watched:
    """Play a stream and measure it. Raises `StepError` where nothing could be measured."""
    with play(connection, description, PlayOptions(keep_data="key")) as stream:
        sample = _Sample(stream, share, measuring.ceiling)
        cut_short: Text | None = None
        try:
            sample.run(measuring.sample_s)
        except StepError as error:
            sample.take(stream.rest())
            if error.ending in (Ending.INTERRUPTED, Ending.TOO_LARGE) or sample.timeline.measure() is None:
                raise
            cut_short = error.line
        if stream.has_ended and not sample.timeline.enough(measuring.sample_s, LEAST_GOPS):
            cut_short = cut_short or _ENDED
        measurement = sample.timeline.measure()
        if measurement is None:
            raise StepError(Ending.MALFORMED, _NO_PICTURE)
        return Watched(
            measurement=measurement,
            reception=stream.reception,
            codec=sample.codec,
            parameter_sets=stream.parameter_sets,
            dimensions=stream.dimensions,
            keys=sample.keys,
            way=stream.agreed.way,
            cut_short=cut_short,
        )


def allowance_s(measuring: Measuring) -> float:
    """The longest that watching one stream may take, set-up and end included."""
    return measuring.sample_s + LONGEST_EXTRA_S + PARAMETER_SETS_S


def examine(watched: Watched, measuring: Measuring) -> tuple[Examination, Health] | None:
    """Have the kept key pictures decoded and judged by the decoder child; None where there is none to ask.

    Raises `StepError` where the decoder could not do it.
    """
    chosen = watched.keys.chosen
    if measuring.decoders is None or not chosen:
        return None
    first_s = chosen[0].arrived_s
    sets = watched.parameter_sets.units if watched.parameter_sets else ()
    try:
        question = Question(
            codec=watched.codec,
            parameter_sets=_joined(watched.codec, sets),
            pictures=tuple((unit.arrived_s - first_s, unit.data) for unit in chosen),
            thumbnail=measuring.thumbnails,
        )
    except RefusedQuestion as error:
        raise StepError(Ending.NOT_SUPPORTED) from error
    examination = measuring.decoders.examine(question, DECODE_S)
    return examination, judge(examination, measuring.local_hour, watched.measurement.unchanging)


def _joined(codec: str, sets: tuple[bytes, ...]) -> bytes:
    """Parameter sets as a decoder takes them: NAL units behind start codes, other headers as they are."""
    if codec in ("h264", "h265"):
        return b"".join(b"\0\0\0\1" + unit for unit in sets)
    return b"".join(sets)


def note_watched(visit: Visit, subject: str, watched: Watched) -> None:
    """Write down what was measured on the wire."""
    found = watched.measurement
    method = "rtp.timestamps" if found.basis == "rtp_timestamps" else "rtp.wall_clock"
    numbers: tuple[tuple[str, float | bool | None, float | None], ...] = (
        ("frame_rate", round(found.frame_rate, 2), round(found.plus_minus, 2)),
        ("frame_rate_varies", found.variable, None),
        ("bit_rate_bps", found.bit_rate_bps, None),
        ("gop", None if found.gop_frames is None else round(found.gop_frames), None),
        ("gop_s", None if found.gop_s is None else round(found.gop_s, 2), None),
        ("jitter_s", None if found.jitter_s is None else round(found.jitter_s, 4), None),
        ("loss_ratio", round(watched.reception.loss, 4), None),
        ("measured_s", round(found.duration_s, 1), None),
        ("pictures_counted", found.count, None),
    )
    for attribute, value, plus_minus in numbers:
        visit.note(subject, attribute, value, method, Standing.MEASURED, plus_minus=plus_minus, role="live")
    visit.note(subject, "transport", watched.way, "rtsp.setup", Standing.MEASURED, role="live")
    visit.note(subject, "codec", watched.codec, "rtp.payload", Standing.BITSTREAM, role="live")
    size = _told_size(watched)
    visit.note(subject, "resolution", size, "rtp.parameter_sets", Standing.BITSTREAM, role="live")


def _told_size(watched: Watched) -> str | None:
    """The size that the stream itself tells, before anything is decoded."""
    sets = watched.parameter_sets
    if sets is not None and sets.in_band:
        try:
            picture = sets.picture()
        except MalformedParameterSet:
            picture = None
        if picture is not None:
            return str(Resolution.of(picture.width_px, picture.height_px))
    return None


def note_examined(visit: Visit, subject: str, watched: Watched, examination: Examination) -> None:
    """Write down what the decoded pictures showed."""
    size = examination.size_px
    if size is not None:
        visit.note(subject, "resolution", str(Resolution.of(*size)), "decoder", Standing.MEASURED, role="live")
        visit.note(subject, "codec", watched.codec, "decoder", Standing.MEASURED, role="live")
