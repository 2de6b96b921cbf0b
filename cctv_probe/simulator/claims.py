"""What the device says of its streams: the truth, or the lie where the fleet gives one."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.simulator.fleet import Channel, Codec, Device, Stream, size_of

_COMMON_SIZES = ("3840x2160", "2560x1440", "1920x1080", "1280x720", "704x576", "640x480", "352x288")
_COMMON_RATES = (60, 50, 30, 25, 20, 15, 12, 10, 8, 6, 5, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """One stream as its encoder configuration tells it, with the tokens that name it.

    sizes: resolutions it can be set to, largest first; rates: frame rates likewise.
    """

    channel: int
    stream: Stream
    profile: str
    encoder: str
    source: str
    source_configuration: str
    media1_codec: Codec | None
    media2_codec: Codec
    size: tuple[int, int]
    frame_rate: float
    sizes: tuple[tuple[int, int], ...]
    rates: tuple[float, ...]

    def title(self) -> str:
        """The configuration's name."""
        return f"{self.stream.name}_{self.channel}"


def claims_of(device: Device) -> list[Claim]:
    """Every stream of the device, in the order of its profiles."""
    return [
        _claim(number, channel, index)
        for number, channel in enumerate(device.channels, start=1)
        for index in range(len(channel.truths.streams))
    ]


def _claim(number: int, channel: Channel, index: int) -> Claim:
    stream = channel.truths.streams[index]
    lies = channel.lies if index == 0 else None
    honest_in_media1 = stream.codec if stream.codec != "h265" else None
    size = (lies.configured_resolution if lies else None) or stream.size
    return Claim(
        channel=number,
        stream=stream,
        profile=f"Profile_{number}{index + 1:02d}",
        encoder=f"VideoEncoder_{number}{index + 1:02d}",
        source=source_token(number),
        source_configuration=source_configuration_token(number),
        media1_codec=(lies.media1_codec if lies else None) or honest_in_media1,
        media2_codec=(lies.media2_codec if lies else None) or stream.codec,
        size=size_of(size),
        frame_rate=(lies.configured_frame_rate if lies else None) or stream.frame_rate,
        sizes=_sizes(channel, index, size),
        rates=_rates(channel, index),
    )


def source_token(channel: int) -> str:
    """The token of a channel's video source."""
    return f"VideoSourceToken{channel:03d}"


def source_configuration_token(channel: int) -> str:
    """The token of a channel's video source configuration."""
    return f"VideoSourceConfig{channel:03d}"


def highest_claimed(channel: Channel) -> str:
    """`WxH`: the most the device says the channel can do."""
    return channel.lies.max_resolution or channel.truths.highest_resolution()


def _sizes(channel: Channel, index: int, configured: str) -> tuple[tuple[int, int], ...]:
    highest = highest_claimed(channel) if index == 0 else configured
    below = [size for size in map(size_of, _COMMON_SIZES) if _area(size) < _area(size_of(highest))]
    return tuple(sorted({size_of(highest), size_of(configured), *below}, key=_area, reverse=True))


def _rates(channel: Channel, index: int) -> tuple[float, ...]:
    stream = channel.truths.streams[index]
    highest = channel.truths.highest_frame_rate() if index == 0 else stream.frame_rate
    below = [float(rate) for rate in _COMMON_RATES if rate < highest]
    return tuple(sorted({highest, stream.frame_rate, *below}, reverse=True))


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]
