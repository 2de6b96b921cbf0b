"""How a session's packets travel: inside the RTSP connection, or over UDP (RFC 2326, 12.39)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from cctv_probe.simulator.rtsp_messages import interleaved
from cctv_probe.simulator.rtsp_stream import Send


@dataclass(frozen=True, slots=True)
class Transport:
    """A transport that was agreed: its answer header, how to send, how to let go of it."""

    header: str
    send: Send
    close: Callable[[], None]


async def agree(wanted: str, writer: asyncio.StreamWriter) -> Transport | None:
    """The first alternative of a Transport header that this server can do, or None."""
    for alternative in wanted.split(","):
        tcp = re.search(r"^\s*RTP/AVP/TCP\b.*?interleaved=(\d+)-(\d+)", alternative)
        if tcp or re.match(r"^\s*RTP/AVP/TCP\b", alternative):
            return _over_tcp(writer, *((int(tcp[1]), int(tcp[2])) if tcp else (0, 1)))
        udp = re.search(r"^\s*RTP/AVP(?:/UDP)?;.*?client_port=(\d+)(?:-(\d+))?", alternative)
        if udp and "multicast" not in alternative:
            return await _over_udp(writer, int(udp[1]), int(udp[2] or int(udp[1]) + 1))
    return None


def _over_tcp(writer: asyncio.StreamWriter, rtp: int, rtcp: int) -> Transport | None:
    if max(rtp, rtcp) > 255:
        return None

    async def send(packets: list[bytes], is_rtcp: bool) -> None:
        channel = rtcp if is_rtcp else rtp
        writer.write(b"".join(interleaved(channel, one) for one in packets))
        await writer.drain()

    return Transport(f"RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}", send, lambda: None)


async def _over_udp(writer: asyncio.StreamWriter, rtp: int, rtcp: int) -> Transport:
    loop = asyncio.get_running_loop()
    own, other = writer.get_extra_info("sockname")[0], writer.get_extra_info("peername")[0]
    ends = [
        (await loop.create_datagram_endpoint(asyncio.DatagramProtocol, (own, 0), (other, port)))[0]
        for port in (rtp, rtcp)
    ]
    ports = [end.get_extra_info("sockname")[1] for end in ends]

    async def send(packets: list[bytes], is_rtcp: bool) -> None:
        for one in packets:
            ends[is_rtcp].sendto(one)

    def close() -> None:
        for end in ends:
            end.close()

    header = f"RTP/AVP;unicast;client_port={rtp}-{rtcp};server_port={ports[0]}-{ports[1]}"
    return Transport(header, send, close)
