"""The `Transport` and `RTP-Info` headers, pure: how packets are to come, and what a device says of it (RFC 2326, 12.39).

Tolerances (quirk 21): a blank in front of the SSRC (Hikvision), `mode="play"` (Hikvision) and `mode=PLAY` (XiongMai),
no `interleaved`, other channels than asked (the device is believed), `destination` and `source` of other hosts (GW
Security, Reolink: ignored), RTP-Info with `rtptime=-1`, a relative URL, `;` and `,` inside it, or numbers that are lies
(sequence numbers are taken from the packets).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_HEADER_CHARS = 8192
MAX_INFOS = 64

_CHANNELS = re.compile(r"interleaved\s*=\s*\"?(\d{1,3})(?!\d)(?:\s*-\s*(\d{1,3})(?!\d))?", re.IGNORECASE)
_SERVER_PORT = re.compile(r"server_port\s*=\s*\"?(\d{1,5})(?!\d)(?:\s*-\s*(\d{1,5})(?!\d))?", re.IGNORECASE)
_SSRC = re.compile(r"ssrc\s*=\s*\"?([0-9A-Fa-f]{1,8})(?![0-9A-Fa-f])", re.IGNORECASE)
_INFO = re.compile(r"(?:^|,)\s*(?=url\s*=)", re.IGNORECASE)
_URL = re.compile(r"url\s*=\s*(.*?)\s*(?:;\s*(?:seq|rtptime|ssrc)\s*=.*)?$", re.IGNORECASE | re.DOTALL)
_NUMBER = {name: re.compile(rf";\s*{name}\s*=\s*(\d{{1,10}})(?!\d)", re.IGNORECASE) for name in ("seq", "rtptime")}


@dataclass(frozen=True, slots=True)
class Transport:
    """What a device agreed to. `channels` are those of RTP and RTCP inside the connection, None for UDP; `server_ports`
    are where it sends from, as it says; `ssrc` is its source."""

    channels: tuple[int, int] | None
    server_ports: tuple[int, int] | None = None
    ssrc: int | None = None

    @property
    def is_tcp(self) -> bool:
        """Whether packets come inside the RTSP connection."""
        return self.channels is not None


@dataclass(frozen=True, slots=True)
class RtpInfo:
    """What PLAY's answer says of one stream; None for what it leaves out or writes as −1. All of it may be a lie."""

    url: str
    sequence: int | None = None
    timestamp: int | None = None


def tcp_transport(channels: tuple[int, int] = (0, 1)) -> str:
    """The header that asks for packets inside the connection."""
    return f"RTP/AVP/TCP;unicast;interleaved={channels[0]}-{channels[1]}"


def udp_transport(ports: tuple[int, int]) -> str:
    """The header that asks for packets at our UDP ports."""
    return f"RTP/AVP;unicast;client_port={ports[0]}-{ports[1]}"


def parse_transport(value: str | None, asked: tuple[int, int] | None) -> Transport:
    """What `value` agrees to, where `asked` were the channels asked for (None: UDP was asked). Never raises.

    Without the header, or with half of it, what was asked holds.
    """
    value = (value or "")[:MAX_HEADER_CHARS]
    ssrc, ports = _SSRC.search(value), _SERVER_PORT.search(value)
    server_ports = (int(ports[1]), int(ports[2] or int(ports[1]) + 1)) if ports else None
    return Transport(_channels(value, asked), server_ports, int(ssrc[1], 16) if ssrc else None)


def _channels(value: str, asked: tuple[int, int] | None) -> tuple[int, int] | None:
    found = _CHANNELS.search(value)
    if found and int(found[1]) <= 255:
        rtp = int(found[1])
        return rtp, min(255, int(found[2]) if found[2] else rtp + 1)
    specification = value.split(";")[0].strip().upper()
    is_udp = specification in ("RTP/AVP", "RTP/AVP/UDP") and "CLIENT_PORT" in value.upper()
    return None if is_udp else asked


def parse_rtp_info(values: Iterable[str]) -> tuple[RtpInfo, ...]:
    """What the RTP-Info headers say, stream by stream. Never raises."""
    found: list[RtpInfo] = []
    for value in values:
        for one in _INFO.split(value[:MAX_HEADER_CHARS]):
            url = _URL.match(one)
            if url:
                found.append(
                    RtpInfo(url[1].strip('"'), _number(one, "seq", 0xFFFF), _number(one, "rtptime", 2**32 - 1))
                )
    return tuple(found[:MAX_INFOS])


def _number(text: str, name: str, most: int) -> int | None:
    found = _NUMBER[name].search(text)
    return int(found[1]) if found and int(found[1]) <= most else None
