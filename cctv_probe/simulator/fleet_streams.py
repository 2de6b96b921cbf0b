"""The part of a fleet that streams: channels, what their streams really hold, the lies about them, a stream's faults."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from cctv_probe.simulator.fleet_recorder import Behind, Schedule, VendorApi
from cctv_probe.simulator.fleet_recordings import Recordings
from cctv_probe.simulator.fleet_values import STRICT, Pixels, Rate, Size

Codec = Literal["h264", "h265", "mjpeg", "mpeg4"]
Picture = Literal[
    "street", "night", "frozen", "black", "blurred", "covered", "overexposed", "underexposed", "infrared", "signal_lost"
]
"""What a channel shows. `street` and `night` are healthy; `infrared` is a grey picture though it is day."""
_GHOST_SIZE, _GHOST_RATE = "1920x1080", 25.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Interval:
    """`frame_rate` for `for_s` seconds: a whole number of access units, evenly spaced."""

    frame_rate: Rate
    for_s: Annotated[float, Field(gt=0, le=600)]

    @model_validator(mode="after")
    def _whole(self) -> Interval:
        if self.units < 1 or not math.isclose(self.units, self.frame_rate * self.for_s, abs_tol=1e-6):
            raise ValueError(
                f"frame_rate x for_s is {self.frame_rate * self.for_s:g}; it must be a whole number of pictures"
            )
        return self

    @property
    def units(self) -> int:
        """Access units in the interval."""
        return round(self.frame_rate * self.for_s)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StreamFaults:
    """What is wrong with one stream.

    dead: `describe_404` and `setup_404`: the configuration names it, RTSP does not know it; `no_rtp`: PLAY answers 200
    and nothing ever comes. starts_with_gop: PLAY lets one buffered GOP out at once, then real time.
    stops_after_s, stop: then nothing more comes; the connection stays open (`silent`), closes, or is reset.
    changes_after_s, changes_to: from the next GOP on, pictures and parameter sets of this size.
    flood_factor: so many times the declared bit rate, by filler. jitter_s: access units leave up to this late.
    timestamp_factor: RTP timestamps run so many times as fast as the clock on the wall.
    garbage: `rtp`: random bytes instead of RTP packets; `nal`: good RTP headers, random payloads.
    flip_bits_every: one bit is flipped in every n-th payload. absurd_size: the SPS, also of the SDP, says 65,520 pixels
    each way (H.264).
    parameter_sets: in band with every key frame, or `never`; parameter_sets_after_s: not before.
    annex_b: whole access units with start codes as if they were one NAL unit (V380): start codes only `inside`, or one
    before the first NAL unit too (`leading`). mark_on_sei: an SEI message before each picture carries a marker bit too,
    as do parameter sets. fu_type_changes: later fragments of a NAL unit name another type (Tiandy).
    header_extension: every RTP packet has one. padding: every RTP packet has some.
    """

    dead: Literal["describe_404", "setup_404", "no_rtp"] | None = None
    starts_with_gop: bool = False
    stops_after_s: Annotated[float, Field(ge=0)] | None = None
    stop: Literal["silent", "close", "reset"] = "silent"
    changes_after_s: Annotated[float, Field(ge=0)] = 5.0
    changes_to: Size | None = None
    flood_factor: Annotated[int, Field(ge=1, le=100)] = 1
    jitter_s: Annotated[float, Field(ge=0, le=10)] = 0.0
    timestamp_factor: Annotated[float, Field(gt=0, le=100)] = 1.0
    garbage: Literal["rtp", "nal"] | None = None
    flip_bits_every: Annotated[int, Field(ge=0)] = 0
    absurd_size: bool = False
    parameter_sets: Literal["every_gop", "never"] = "every_gop"
    parameter_sets_after_s: Annotated[float, Field(ge=0)] = 0.0
    annex_b: Literal["inside", "leading"] | None = None
    mark_on_sei: bool = False
    fu_type_changes: bool = False
    header_extension: bool = False
    padding: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Stream:
    """What one stream really holds. `gop` in access units (0: two seconds, or one turn of `varying`), `path` with its
    query, if any; left out on a device with a `vendor_api`, it is the one that vendor uses. varying: the rate's turns, again and again from PLAY; `frame_rate` is then their mean over a turn.
    """

    name: str
    codec: Codec
    width: Pixels
    height: Pixels
    frame_rate: Rate
    path: Annotated[str, Field(pattern=r"^(/\S*)?$")] = ""
    gop: Annotated[int, Field(ge=0, le=1000)] = 0
    bit_rate_bps: Annotated[int, Field(ge=10_000, le=100_000_000)] = 2_000_000
    varying: tuple[Interval, ...] = ()
    faults: StreamFaults = StreamFaults()

    @model_validator(mode="after")
    def _coherent(self) -> Stream:
        mean = self.turn_units / self.turn_s if self.varying else self.frame_rate
        if not math.isclose(mean, self.frame_rate, abs_tol=0.01):
            raise ValueError(f"frame_rate is {self.frame_rate:g}, the mean of varying is {mean:g}")
        faults = self.faults
        if self.codec not in ("h264", "h265") and (faults.annex_b or faults.mark_on_sei or faults.fu_type_changes):
            raise ValueError("annex_b, mark_on_sei and fu_type_changes need h264 or h265")
        if faults.flood_factor > 1 and self.codec not in ("h264", "h265"):
            raise ValueError("flood_factor needs h264 or h265")
        if faults.absurd_size and self.codec != "h264":
            raise ValueError("absurd_size needs h264")
        return self

    @property
    def size(self) -> str:
        """`WIDTHxHEIGHT`, in pixels after cropping."""
        return f"{self.width}x{self.height}"

    @property
    def gop_length(self) -> int:
        """Access units from one key frame to the next."""
        return self.gop or (self.turn_units if self.varying else max(1, round(2 * self.frame_rate)))

    @property
    def turn_units(self) -> int:
        """Access units in one turn of `varying`."""
        return sum(one.units for one in self.varying)

    @property
    def turn_s(self) -> float:
        """Seconds of one turn of `varying`; 0 where the rate is constant."""
        return math.fsum(one.for_s for one in self.varying)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ChannelTruths:
    """What a channel really sends; the first stream is the main stream, and only a ghost has none. scene: which street
    it looks at.
    """

    streams: tuple[Stream, ...] = ()
    picture: Picture = "street"
    scene: Annotated[int, Field(ge=0, le=9999)] = 0
    max_resolution: Size | None = None
    max_frame_rate: Rate | None = None

    def highest_resolution(self) -> str:
        """`WxH` of the most pixels the channel can be set to."""
        if self.max_resolution or not self.streams:
            return self.max_resolution or _GHOST_SIZE
        return max(self.streams, key=lambda one: one.width * one.height).size

    def highest_frame_rate(self) -> float:
        """Frames per second, the most the channel can be set to."""
        return self.max_frame_rate or max((one.frame_rate for one in self.streams), default=_GHOST_RATE)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ChannelLies:
    """What the device claims of the main stream instead of the truth. `media1_codec` also makes Media1 speak of a codec
    that it cannot express (H.265), where an honest device leaves the encoder out. `sdp_resolution`: the parameter sets
    of the SDP are of this size, those in the stream of the true one.
    """

    media1_codec: Literal["h264", "mjpeg", "mpeg4"] | None = None
    media2_codec: Codec | None = None
    configured_resolution: Size | None = None
    configured_frame_rate: Rate | None = None
    max_resolution: Size | None = None
    sdp_codec: Codec | None = None
    sdp_resolution: Size | None = None
    sdp_frame_rate: Annotated[float, Field(ge=0)] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Channel:
    """One camera of the device; a camera has one, a recorder several. Offline: configured, but nothing streams.
    recordings: what the device has recorded of it; needs the recording, search and replay services, or a vendor's API,
    to be asked for. behind: the camera of a recorder's channel, as the recorder has it on its list. ghost: a slot that
    nobody uses and that the device lists all the same; it has no truths. stored: the name of the stream that the
    recorder is set to record. schedule: how it is set to record now; left out: as `recordings` was, off without any.
    """

    name: str
    truths: ChannelTruths = ChannelTruths()
    osd_text: str = ""
    online: bool = True
    lies: ChannelLies = ChannelLies()
    recordings: Recordings | None = None
    behind: Behind | None = None
    ghost: bool = False
    stored: str = "main"
    schedule: Schedule | None = None

    @model_validator(mode="after")
    def _ghost_or_real(self) -> Channel:
        if self.ghost and (self.truths.streams or self.recordings or self.behind):
            raise ValueError("a ghost has no truths, no recordings and nothing behind it")
        if not self.ghost and not self.truths.streams:
            raise ValueError("truths.streams needs at least one stream, unless ghost is true")
        return self

    @property
    def schedule_set(self) -> Schedule:
        """How it is set to record now."""
        return self.schedule or (self.recordings.mode if self.recordings else "off")

    @property
    def stored_stream(self) -> Stream:
        """The stream that is set to be recorded: the one called `stored`, else the main stream. No ghost has one."""
        return next((one for one in self.truths.streams if one.name == self.stored), self.truths.streams[0])


def with_vendor_paths(channel: Channel, number: int, api: VendorApi | None) -> Channel:
    """`channel`, its streams without a path under the one that its vendor uses for channel `number` (from 1)."""
    if api is None or all(stream.path for stream in channel.truths.streams):
        return channel
    streams = tuple(
        replace(stream, path=stream.path or vendor_path(api, number, place))
        for place, stream in enumerate(channel.truths.streams)
    )
    return replace(channel, truths=replace(channel.truths, streams=streams))


def vendor_path(api: VendorApi, number: int, place: int) -> str:
    """Where a vendor streams channel `number` (from 1) live; place: 0 the main stream, 1 the sub-stream."""
    if api == "isapi":
        return f"/Streaming/Channels/{number}{place + 1:02d}"
    return f"/cam/realmonitor?channel={number}&subtype={place}"


def size_of(text: str) -> tuple[int, int]:
    """`"1920x1080"` → (1920, 1080)."""
    width, height = text.split("x")
    return int(width), int(height)
