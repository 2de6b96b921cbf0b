"""Small fleets for the simulator's own tests, and a client that shares no code with the program under test."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import secrets
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import requests
from lxml import etree

from cctv_probe.simulator.addresses import SERVICE_PATHS
from cctv_probe.simulator.fleet import (
    Channel,
    ChannelTruths,
    Device,
    Fleet,
    Identity,
    Login,
    Names,
    Ports,
    Service,
    Stream,
)
from cctv_probe.simulator.soap import NAMESPACES

FLEETS = Path(__file__).parents[3] / "configs/fleets"
PASSWORD = "s3cret@:/?#%"
_PREFIXES: dict[Service, str] = {
    "device": "tds",
    "media1": "trt",
    "media2": "tr2",
    "recording": "trc",
    "search": "tse",
    "replay": "trp",
}
_turns = itertools.count()


def own_network() -> str:
    """Three octets that no other test process uses now."""
    return f"127.{100 + os.getpid() % 120}.{next(_turns) % 256}"


def stream(**changes: Any) -> Stream:
    """A small H.264 stream."""
    values: dict[str, Any] = {
        "name": "main",
        "codec": "h264",
        "width": 320,
        "height": 240,
        "frame_rate": 25,
        "gop": 25,
        "bit_rate_bps": 300_000,
        "path": "/live",
    }
    return Stream(**(values | changes))


def channel(*streams: Stream, **changes: Any) -> Channel:
    """A channel of `streams`."""
    values: dict[str, Any] = {"name": "กล้อง <1> & เพื่อน", "osd_text": 'แยก "หนึ่ง" <&>'}
    return Channel(**(values | {"truths": ChannelTruths(streams=streams or (stream(),))} | changes))


def camera(**changes: Any) -> Device:
    """A camera at .11 of a network of its own that wants WS-Security tokens and MD5 over RTSP."""
    values: dict[str, Any] = {
        "address": f"{own_network()}.11",
        "kind": "camera",
        "name": "กล้องทดสอบ",
        "location": "ถนนทดสอบ 1",
        "identity": Identity(
            brand="Hikvision",
            manufacturer="HIKVISION <&>",
            model="DS-1",
            firmware="V5",
            serial="S1",
            mac="28:57:be:00:00:01",
        ),
        "ports": Ports(http=8080, rtsp=8554),
        "login": Login(user="admin", password=PASSWORD, scheme="wsse", rtsp_scheme="md5"),
        "services": ("device", "media1", "media2"),
        "channels": (channel(),),
    }
    return Device(**(values | changes))


def open_camera(*streams: Stream, **changes: Any) -> Device:
    """A camera without a login; `streams` are those of its one channel."""
    return camera(**({"login": Login(), "channels": (channel(*streams),)} | changes))


def fleet_of(*devices: Device) -> Fleet:
    """A municipality of these devices."""
    return Fleet(name=Names(en="Test", th="ทดสอบ"), lao_code="05990101", devices=devices)


@dataclass(frozen=True)
class Token:
    """A UsernameToken to send; what is not given is right."""

    user: str = "admin"
    password: str = PASSWORD
    clock_offset_s: float = 0.0
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    created: str = ""
    is_text: bool = False

    def xml(self) -> str:
        """The Security header."""
        now = datetime.now(UTC) + timedelta(seconds=self.clock_offset_s)
        created = self.created or now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        digest = base64.b64encode(hashlib.sha1(self.nonce + created.encode() + self.password.encode()).digest())
        kind, shown = ("PasswordText", self.password) if self.is_text else ("PasswordDigest", digest.decode())
        return (
            '<wsse:Security s:mustUnderstand="1" '
            'xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" '
            'xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">'
            f"<wsse:UsernameToken><wsse:Username>{self.user}</wsse:Username><wsse:Password "
            'Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
            f'#{kind}">{shown}</wsse:Password><wsse:Nonce>{base64.b64encode(self.nonce).decode()}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )


def envelope(service: Service, operation: str, inner: str = "", token: Token | None = None) -> bytes:
    """A SOAP request; `inner` uses the prefixes q (the service) and tt."""
    namespace = NAMESPACES[_PREFIXES[service]]
    header = f"<s:Header>{token.xml()}</s:Header>" if token else ""
    return (
        f'<s:Envelope xmlns:s="{NAMESPACES["env"]}" xmlns:tt="{NAMESPACES["tt"]}" xmlns:q="{namespace}">{header}'
        f"<s:Body><q:{operation}>{inner}</q:{operation}></s:Body></s:Envelope>"
    ).encode()


def ask(
    device: Device,
    service: Service,
    operation: str,
    inner: str = "",
    *,
    token: Token | None = None,
    auth: requests.auth.AuthBase | None = None,
    session: requests.Session | None = None,
    timeout_s: float = 10,
) -> requests.Response:
    """POST one operation to the service's usual path."""
    scheme, port = ("http", device.ports.http) if device.ports.http else ("https", device.ports.https)
    return (session or requests.Session()).post(
        f"{scheme}://{device.address}:{port}{SERVICE_PATHS[service]}",
        data=envelope(service, operation, inner, token),
        headers={"Content-Type": "application/soap+xml"},
        auth=auth,
        verify=False,
        timeout=timeout_s,
    )


def body_of(answer: requests.Response) -> etree._Element:
    """The one element in the answer's SOAP body."""
    body = etree.fromstring(answer.content).find(f"{{{NAMESPACES['env']}}}Body")
    assert body is not None
    assert len(body) == 1
    return body[0]


def texts(element: etree._Element, name: str) -> list[str]:
    """The texts of all elements with the local name `name`."""
    return [found.text or "" for found in element.iter(f"{{*}}{name}")]


class Rtsp:
    """A bare RTSP client: sends what it is told, returns status, headers and body."""

    def __init__(self, device: Device) -> None:
        self.root = f"rtsp://{device.address}:{device.ports.rtsp}"
        self._socket = socket.create_connection((device.address, device.ports.rtsp or 0), timeout=15)
        self._file = self._socket.makefile("rb")
        self._count = 0

    def __enter__(self) -> Rtsp:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, list[str]], bytes]:
        """One request; packets that come before the answer are passed over. Header names: `_` for `-`."""
        self._count += 1
        lines = [f"{method} {self.root}{path} RTSP/1.0", f"CSeq: {self._count}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while (first := self._file.read(1)) == b"$":
            self._frame()
        status = int((first + self._file.readline()).split()[1])
        shown: dict[str, list[str]] = {}
        while line := self._file.readline().decode().strip():
            name, _, value = line.partition(": ")
            shown.setdefault(name.lower(), []).append(value)
        assert shown["cseq"] == [str(self._count)]
        return status, shown, self._file.read(int(shown.get("content-length", ["0"])[0]))

    def packet(self) -> tuple[int, bytes]:
        """The next interleaved packet: (channel, bytes)."""
        assert self._file.read(1) == b"$"
        return self._frame()

    def _frame(self) -> tuple[int, bytes]:
        head = self._file.read(3)
        return head[0], self._file.read(int.from_bytes(head[1:], "big"))


@dataclass(frozen=True)
class Packet:
    """An interleaved packet: when it came (monotonic), on which channel, its bytes."""

    arrived_s: float
    channel: int
    data: bytes

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.data[2:4], "big")

    @property
    def timestamp(self) -> int:
        return int.from_bytes(self.data[4:8], "big")

    @property
    def is_marked(self) -> bool:
        return bool(self.data[1] & 0x80)

    @property
    def payload(self) -> bytes:
        """What follows the header of 12 bytes; packets with an extension are not cut."""
        return self.data[12:]


class Viewer:
    """A client that watches a stream of a device without a login over the RTSP connection."""

    def __init__(self, device: Device) -> None:
        self.root = f"rtsp://{device.address}:{device.ports.rtsp}"
        self.session = ""
        self.has_ended = False
        self._socket = socket.create_connection((device.address, device.ports.rtsp or 0), timeout=20)
        self._buffer = b""
        self._came: list[Packet] = []
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """One request: (status, headers, body). The session's name is sent along; header names: `_` for `-`."""
        self._count += 1
        given = ({"Session": self.session} if self.session else {}) | headers
        lines = [f"{method} {self.root}{path} RTSP/1.0", f"CSeq: {self._count}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while self._buffer[:1] in (b"", b"$") or b"\r\n\r\n" not in self._buffer:
            if not self._frame() and not self._more(20):
                raise ConnectionError("the device closed the connection")
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        shown = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in rest}
        size = int(shown.get("content-length", "0"))
        while len(self._buffer) < size and self._more(20):
            pass
        body, self._buffer = self._buffer[:size].decode(), self._buffer[size:]
        return int(first.split()[1]), shown, body

    def play(self, path: str = "/live") -> Viewer:
        """SETUP and PLAY, which must succeed."""
        status, headers, _ = self.ask("SETUP", f"{path}/trackID=1", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert status == 200
        self.session = headers["session"].split(";")[0]
        assert self.ask("PLAY", path)[0] == 200
        return self

    def receive(self, seconds: float, count: int = 1_000_000) -> list[Packet]:
        """What comes within `seconds`, until the connection ends or `count` packets are there."""
        end = time.monotonic() + seconds
        while len(self._came) < count and (left := end - time.monotonic()) > 0:
            if not self._frame() and not self._more(left):
                break
        came, self._came = self._came, []
        return came

    def _frame(self) -> bool:
        """Take one whole interleaved frame from the buffer."""
        size = int.from_bytes(self._buffer[2:4], "big") + 4
        if self._buffer[:1] != b"$" or len(self._buffer) < max(4, size):
            return False
        self._came.append(Packet(time.monotonic(), self._buffer[1], self._buffer[4:size]))
        self._buffer = self._buffer[size:]
        return True

    def _more(self, seconds: float) -> bool:
        self._socket.settimeout(seconds)
        try:
            came = self._socket.recv(1 << 16)
        except TimeoutError:
            return False
        except ConnectionResetError:
            came = b""
        self.has_ended = not came
        self._buffer += came
        return bool(came)


def digest_header(
    challenge: str, method: str, uri: str, *, user: str = "admin", password: str = PASSWORD, count: int = 1
) -> str:
    """The Authorization header that answers `challenge` (RFC 7616), written apart from the simulator's own reading."""
    given = dict(part.strip().split("=", 1) for part in challenge.removeprefix("Digest ").split(","))
    given = {name: value.strip('"') for name, value in given.items()}
    algorithm = given.get("algorithm", "MD5")
    make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def hashed(text: str) -> str:
        return make(text.encode()).hexdigest()

    first, second = hashed(f"{user}:{given['realm']}:{password}"), hashed(f"{method}:{uri}")
    tail = f'username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", algorithm={algorithm}'
    if "qop" not in given:
        old = hashed(f"{first}:{given['nonce']}:{second}")  # RFC 2069
        return f'Digest {tail}, response="{old}"'
    response = hashed(f"{first}:{given['nonce']}:{count:08x}:abc:auth:{second}")
    return f'Digest {tail}, qop=auth, nc={count:08x}, cnonce="abc", response="{response}"'
