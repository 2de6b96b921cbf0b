"""Scripts of cameras that play: what they answer to each method, and what packets they send."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cctv_probe.rtsp.client import Account, RtspConnection
from cctv_probe.rtsp.stream import PlayingStream, PlayOptions, play
from cctv_probe.wire.deadline import Budget
from tests.unit.rtsp.scripted import SDP, Asked, Peer, ScriptedServer

TCP = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
SESSION = "Session: 708;timeout=60"

Answer = Callable[[Peer, Asked], None]


def frames(packets: Iterable[bytes], channel: int = 0) -> bytes:
    """Interleaved frames of `packets`."""
    return b"".join(b"$" + struct.pack(">BH", channel, len(one)) + one for one in packets)


def answering(status: str = "200 OK", *lines: str, body: str = "") -> Answer:
    """Always the same answer."""
    return lambda peer, asked: peer.answer(asked, status, *lines, body=body)


@dataclass
class Camera:
    """A script: answers by method, and bytes sent inside the connection once PLAY was answered."""

    sends: bytes = b""
    answers: dict[str, Answer] = field(default_factory=dict)
    closes: bool = False
    """Close the connection once everything was sent."""

    def __call__(self, peer: Peer) -> None:
        while True:
            asked = peer.read()
            answer = self.answers.get(asked.method) or getattr(self, f"_{asked.method.lower()}", None)
            (answer or answering("405 Method Not Allowed"))(peer, asked)
            if asked.method == "TEARDOWN" or (asked.method == "PLAY" and self.closes):
                return

    def _options(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER")

    def _describe(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked, body=SDP)

    def _setup(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked, "200 OK", TCP, SESSION)

    def _play(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked, "200 OK", SESSION.partition(";")[0])
        peer.send(self.sends)

    def _pause(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked)

    _teardown = _get_parameter = _pause


@dataclass
class UdpCamera(Camera):
    """A camera that sends over UDP only."""

    datagrams: tuple[bytes, ...] = ()
    source: str = "127.0.0.1"
    refusal: str = "461 Unsupported Transport"
    ports: tuple[int, int] = (0, 0)

    def _setup(self, peer: Peer, asked: Asked) -> None:
        found = re.search(r"client_port=(\d+)-(\d+)", asked.fields["Transport"])
        if not found:
            peer.answer(asked, self.refusal)
            return
        self.ports = int(found[1]), int(found[2])
        told = f"Transport: RTP/AVP;unicast;client_port={found[1]}-{found[2]};server_port=40000-40001;ssrc= 0"
        peer.answer(asked, "200 OK", told, SESSION)

    def _play(self, peer: Peer, asked: Asked) -> None:
        peer.answer(asked)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((self.source, 0))
            for one in self.datagrams:
                is_rtcp = len(one) > 1 and 200 <= one[1] <= 204
                sock.sendto(one, ("127.0.0.1", self.ports[is_rtcp]))


def connect(server: ScriptedServer, account: Account | None = None, budget: Budget | None = None) -> RtspConnection:
    """A connection to the script."""
    return RtspConnection.connect("127.0.0.1", server.port, budget=budget or Budget(20, 64_000_000), account=account)


def begin(server: ScriptedServer, connection: RtspConnection, **options: object) -> PlayingStream:
    """DESCRIBE, SETUP and PLAY; packets are read as they come, and all data kept."""
    values: dict[str, object] = {"keep_data": "all", "nap_s": 0.0, "silence_s": 1.0}
    return play(connection, connection.describe(server.uri()), PlayOptions(**(values | options)))  # type: ignore[arg-type] # fields by name
