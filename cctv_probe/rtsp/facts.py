"""Session description → facts about the video stream, pure: what the coded video says, and what are hints."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.model.evidence import Standing
from cctv_probe.model.units import Resolution
from cctv_probe.rtsp.parameter_sets import MalformedParameterSet, SpsInfo, picture_of
from cctv_probe.rtsp.sdp import MediaDescription, SessionDescription, control_url

FROM_SDP = "rtsp.sdp"
FROM_PARAMETER_SETS = "rtsp.sdp.parameter_sets"

PLAUSIBLE_RATE_FPS = (0.0, 240.0)
"""Frame rates beyond are not told on: devices write 0 for "full" and 90000 for the clock (quirk 19)."""


@dataclass(frozen=True, slots=True)
class StreamFact:
    """One attribute of a stream. `standing` is BITSTREAM for payload format and parameter sets, ADVERTISED for hints.

    Attributes: `codec` (`h264`…), `resolution` (`1920x1080`), `profile`, `level`, `interlaced`; and the hints
    `sdp_resolution`, `sdp_frame_rate`, `vui_frame_rate` (frames per second), `sdp_bit_rate_bps`.
    """

    attribute: str
    value: str | float | bool
    method: str
    standing: Standing

    @property
    def is_hint(self) -> bool:
        """Whether only the device says so, and the coded video does not."""
        return self.standing < Standing.BITSTREAM


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What a description tells about its first video. `control` is the URL that SETUP would ask.

    `encoding_name` is as sent, also where it is no codec of ours; `problem` says, for the log, why parameter sets that
    were there could not be read.
    """

    control: str
    encoding_name: str | None
    facts: tuple[StreamFact, ...]
    problem: str | None = None

    def value(self, attribute: str) -> str | float | bool | None:
        """The value of `attribute`, or None."""
        return next((fact.value for fact in self.facts if fact.attribute == attribute), None)


def stream_facts(description: SessionDescription, base: str) -> StreamFacts | None:
    """Facts about the first video of `description`; `base` is its base URL. None where it has no video."""
    video = description.video
    if video is None:
        return None
    picture, problem = _picture(video)
    facts = (*_codec(video), *(_picture_facts(picture) if picture else ()), *_hints(video))
    return StreamFacts(control_url(base, video.control), video.encoding_name, facts, problem)


def _picture(video: MediaDescription) -> tuple[SpsInfo | None, str | None]:
    try:
        return picture_of(video.codec or "", video.fmtp), None
    except MalformedParameterSet as error:
        return None, str(error)


def _codec(video: MediaDescription) -> tuple[StreamFact, ...]:
    return (StreamFact("codec", video.codec, FROM_SDP, Standing.BITSTREAM),) if video.codec else ()


def _picture_facts(picture: SpsInfo) -> tuple[StreamFact, ...]:
    coded: dict[str, str | bool] = {
        "resolution": str(Resolution.of(picture.width_px, picture.height_px)),
        "profile": picture.profile,
        "level": picture.level,
        "interlaced": picture.interlaced,
    }
    facts = [StreamFact(name, value, FROM_PARAMETER_SETS, Standing.BITSTREAM) for name, value in coded.items()]
    if _plausible(picture.vui_frame_rate):
        facts.append(
            StreamFact("vui_frame_rate", picture.vui_frame_rate or 0.0, FROM_PARAMETER_SETS, Standing.ADVERTISED)
        )
    return tuple(facts)


def _hints(video: MediaDescription) -> tuple[StreamFact, ...]:
    rate = next((one for one in video.framerates if _plausible(one)), None)
    hints: dict[str, str | float | None] = {
        "sdp_resolution": str(Resolution.of(*video.dimensions)) if video.dimensions else None,
        "sdp_frame_rate": rate,
        "sdp_bit_rate_bps": 1000 * video.bandwidth_kbps if video.bandwidth_kbps else None,
    }
    return tuple(
        StreamFact(name, value, FROM_SDP, Standing.ADVERTISED) for name, value in hints.items() if value is not None
    )


def _plausible(rate: float | None) -> bool:
    return rate is not None and PLAUSIBLE_RATE_FPS[0] < rate <= PLAUSIBLE_RATE_FPS[1]
