"""How a session's packets travel: inside the RTSP connection, or over UDP (RFC 2326, 12.39)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from cctv_probe.simulator.fleet import RtspFaults
from cctv_probe.simulator.rtsp_messages import interleaved
from cctv_probe.simulator.rtsp_stream import Send

_NOBODYS_CHANNEL = 100


@dataclass(frozen=True, slots=True)
class Transport:
    """A transport that was agreed: its answer header, how to send, how to let go of it."""

    header: str
    send: Send
    close: Callable[[], None]


async def agree(wanted: str, writer: asyncio.StreamWriter, faults: RtspFaults) -> Transport | None:
    """The first alternative of a Transport header that this server can do, or None."""
    for alternative in wanted.split(","):
        tcp = re.search(r"^\s*RTP/AVP/TCP\b.*?interleaved=(\d+)-(\d+)", alternative)
        if tcp or re.match(r"^\s*RTP/AVP/TCP\b", alternative):
            if faults.udp_only:
                continue
            channels = (int(tcp[1]), int(tcp[2])) if tcp else (0, 1)
            return _over_tcp(writer, *channels, unassigned=faults.unassigned_channels)
        udp = re.search(r"^\s*RTP/AVP(?:/UDP)?;.*?client_port=(\d+)(?:-(\d+))?", alternative)
        if udp and "multicast" not in alternative:
            return await _over_udp(writer, int(udp[1]), int(udp[2] or int(udp[1]) + 1))
    return None


def _over_tcp(writer: asyncio.StreamWriter, rtp: int, rtcp: int, *, unassigned: bool) -> Transport | None:
    if max(rtp, rtcp) > 255:
        return None

    async def send(wire: bytearray, starts: tuple[int, ...], is_rtcp: bool) -> None:
        channel = rtcp if is_rtcp else rtp
        for start in starts:
            wire[start + 1] = channel
        if unassigned:
            wire += interleaved(_NOBODYS_CHANNEL, b"\x80\x6b" + bytes(30))
        writer.write(wire)
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

    async def send(wire: bytearray, starts: tuple[int, ...], is_rtcp: bool) -> None:
        for start, end in zip(starts, (*starts[1:], len(wire)), strict=True):
            ends[is_rtcp].sendto(bytes(wire[start + 4 : end]))

    def close() -> None:
        for end in ends:
            end.close()

    header = f"RTP/AVP;unicast;client_port={rtp}-{rtcp};server_port={ports[0]}-{ports[1]}"
    return Transport(header, send, close)
