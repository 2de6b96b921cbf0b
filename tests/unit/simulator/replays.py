"""A client that plays recordings, written apart from the simulator and from the program under test."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from cctv_probe.simulator.fleet import ArchiveFaults, Device, Faults, Login, Recorded, Recordings
from tests.unit.simulator.towns import Packet, Viewer, camera, channel, stream

PATH = "/onvif/replay/Recording_001"
EVERYTHING = ("device", "media1", "media2", "recording", "search", "replay")
SMALL = Recorded(width=320, height=240, frame_rate=10, gop=10, bit_rate_bps=200_000)
_START = b"\x00\x00\x00\x01"


def recorder(*recordings: Recordings, clock_offset_s: float = 0.0, **archive: Any) -> Device:
    """A recorder without a login; one channel for each of `recordings`; the others are `ArchiveFaults`."""
    channels = tuple(
        channel(stream(path=f"/live{number}"), recordings=one) for number, one in enumerate(recordings, start=1)
    )
    return camera(
        kind="recorder",
        login=Login(),
        services=EVERYTHING,
        channels=channels,
        faults=Faults(clock_offset_s=clock_offset_s, archive=ArchiveFaults(**archive)),
    )


def recorded(**changes: Any) -> Recordings:
    """Small pictures of two days."""
    values: dict[str, Any] = {"days": 2, "recorded": SMALL}
    return Recordings(**(values | changes))


def clock(moment: datetime) -> str:
    """An instant in a Range header."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"


@dataclass(frozen=True)
class Unit:
    """One access unit that came: when it was recorded (None without extension), its flags (C, E, D, T), its NAL units."""

    recorded: datetime | None
    flags: str
    cseq: int
    timestamp: int
    arrived_s: float
    annex_b: bytes

    @property
    def is_key(self) -> bool:
        """Whether it begins with parameter sets."""
        return self.annex_b[4] & 0x1F == 7 or self.annex_b[4] >> 1 == 32


class Replay(Viewer):
    """Plays one recording over the RTSP connection."""

    def set_up(self, path: str = PATH) -> Replay:
        """SETUP, which must succeed."""
        status, headers, _ = self.ask(
            "SETUP", f"{path}/trackID=1", Require="onvif-replay", Transport="RTP/AVP/TCP;unicast;interleaved=0-1"
        )
        assert status == 200
        self.session = headers["session"].split(";")[0]
        return self

    def play_at(self, start: datetime, end: datetime | None = None, path: str = PATH, **headers: str) -> int:
        """PLAY from `start`, as fast as it comes unless told otherwise; the status."""
        wanted = {"Require": "onvif-replay", "Rate_Control": "no"} | headers
        return self.ask("PLAY", path, Range=f"clock={clock(start)}-{clock(end) if end else ''}", **wanted)[0]

    def units(self, count: int, seconds: float = 10) -> list[Unit]:
        """The next `count` access units, or what comes within `seconds`."""
        packets: list[Packet] = []
        while sum(one.is_marked for one in packets) < count:
            came = [one for one in self.receive(seconds, 1) if one.channel == 0]
            if not came and (self.has_ended or not self._more(0.2)):
                break
            packets += came
        return units_of(packets)


def units_of(packets: list[Packet]) -> list[Unit]:
    """The access units of whole packets in their order; those of which the last packet is missing are left out."""
    units, together = [], []
    for packet in packets:
        together.append(packet)
        if packet.is_marked:
            units.append(_unit(together))
            together = []
    return units


def _unit(packets: list[Packet]) -> Unit:
    moment, flags, cseq = _extension(packets[0].data)
    is_extended = bool(packets[0].data[0] & 0x10)
    payloads = [one.data[12 + 16 * is_extended :] for one in packets]
    return Unit(moment, flags, cseq, packets[0].timestamp, packets[0].arrived_s, _joined(payloads))


def _extension(packet: bytes) -> tuple[datetime | None, str, int]:
    if not packet[0] & 0x10:
        return None, "", 0
    name, words, seconds, fraction, flags, cseq = struct.unpack_from(">HHIIBB", packet, 12)
    assert (name, words) == (0xABAC, 3)
    moment = datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds + fraction / 2**32)
    return moment, "".join(letter for bit, letter in enumerate("CEDT") if flags & 0x80 >> bit), cseq


def _joined(payloads: list[bytes]) -> bytes:
    """Annex B from single NAL units and fragments of H.264 (type 28) and H.265 (type 49)."""
    result = b""
    for data in payloads:
        if data[0] & 0x1F == 28:
            result += (_START + bytes([data[0] & 0xE0 | data[1] & 0x1F])) * (data[1] >> 7) + data[2:]
        elif data[0] >> 1 & 0x3F == 49:
            head = bytes([data[0] & 0x81 | (data[2] & 0x3F) << 1, data[1]])
            result += (_START + head) * (data[2] >> 7) + data[3:]
        else:
            result += _START + data
    return result


def picture_of(units: list[Unit], codec: str = "h264") -> list[npt.NDArray[np.uint8]]:
    """The decoded pictures, in colour."""
    decoder: Any = av.CodecContext.create(codec, "r")
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.annex_b))]
    return [frame.to_ndarray(format="bgr24") for frame in [*frames, *decoder.decode(None)]]
