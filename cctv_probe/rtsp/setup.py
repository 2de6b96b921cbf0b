"""SETUP of the one video of a description: inside the connection first, over UDP where the device refuses that (461)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cctv_probe.rtsp import endings
from cctv_probe.rtsp.client import Description, RtspConnection
from cctv_probe.rtsp.messages import Response
from cctv_probe.rtsp.sdp import MediaDescription, control_url
from cctv_probe.rtsp.transport import Transport, parse_transport, tcp_transport, udp_transport
from cctv_probe.rtsp.udp import UdpPair
from cctv_probe.wire.deadline import Budget

REFUSES_TRANSPORT = (400, 406, 415, 451, 461)
"""What devices answer to a Transport they do not have: 461 by the standard, and what others take for it."""
CHANNELS = (0, 1)

Way = Literal["auto", "tcp", "udp"]
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What SETUP brought: the medium, how it comes, and the ports where that is UDP."""

    medium: MediaDescription
    transport: Transport
    udp: UdpPair | None = None

    @property
    def way(self) -> str:
        """For people."""
        return "TCP" if self.udp is None else "UDP"


def video_of(description: Description, place: str) -> MediaDescription:
    """The first video of a known format. Raises `StepError`; audio and metadata are never set up."""
    video = description.sdp.video
    if video is None:
        raise endings.no_video(place, tuple(one.type for one in description.sdp.media))
    if video.codec is None:
        raise endings.unknown_codec(place, video.encoding_name)
    return video


def set_up(connection: RtspConnection, description: Description, budget: Budget, way: Way, fields: Fields) -> Agreed:
    """SETUP, at most twice. Raises `StepError`."""
    medium = video_of(description, connection.endpoint.place)
    uri = control_url(description.base, medium.control)
    if way != "udp":
        response = connection.setup(uri, tcp_transport(CHANNELS), fields)
        if way == "tcp" or response.status not in REFUSES_TRANSPORT:
            connection.successful("SETUP", response)
            transport = _told(response, CHANNELS)
            if transport.is_tcp:
                return Agreed(medium, transport)
            connection.teardown()  # it means to send over UDP, to ports that it was not told
    pair = UdpPair.bind(connection.exchange.link.local_host, connection.endpoint.host, budget)
    try:
        return _over_udp(connection, uri, medium, pair, fields)
    except BaseException:
        pair.close()
        raise


def _over_udp(connection: RtspConnection, uri: str, medium: MediaDescription, pair: UdpPair, fields: Fields) -> Agreed:
    response = connection.successful("SETUP", connection.setup(uri, udp_transport(pair.ports), fields))
    transport = _told(response, None)
    if transport.is_tcp:
        pair.close()
        return Agreed(medium, transport)
    return Agreed(medium, transport, pair)


def _told(response: Response, asked: tuple[int, int] | None) -> Transport:
    return parse_transport(response.headers.get("Transport"), asked)
