"""The least time a recorder can be asked in: the same instants over plain sockets, by a client that does nothing else.

It sends what any replay client must send (a login by digest, SETUP, PLAY with a Range, TEARDOWN), one playback at a time,
each on a connection of its own, reads as far as the first key picture (or as many pictures as a longer piece has), and
looks at nothing. No line of the program that is measured is in it.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
from dataclasses import dataclass, field
from datetime import datetime

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_ANSWER_S = 30.0


@dataclass(frozen=True)
class Place:
    """Where a recording is played, and with which login."""

    address: str
    port: int
    path: str
    user: str
    password: str
    pictures: int
    """How many a longer piece has."""

    @property
    def uri(self) -> str:
        """As GetReplayUri tells it."""
        return f"rtsp://{self.address}:{self.port}{self.path}"


@dataclass
class _Talk:
    """One connection."""

    place: Place
    sock: socket.socket
    waiting: bytes = b""
    number: int = 0
    challenge: dict[str, str] = field(default_factory=dict)
    session: str = ""

    def ask(self, method: str, uri: str, *headers: str) -> tuple[int, dict[str, str]]:
        """One request; its status and headers."""
        self.number += 1
        lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {self.number}", "User-Agent: bare", *headers]
        lines += ["Require: onvif-replay"] if method != "TEARDOWN" else []
        lines += [f"Session: {self.session}"] if self.session else []
        lines += [f"Authorization: {self._login(method, uri)}"] if self.challenge else []
        self.sock.sendall("\r\n".join([*lines, "", ""]).encode())
        return self._answer()

    def pictures(self, count: int) -> int:
        """Read frames until `count` pictures have ended; how many did."""
        found = 0
        while found < count:
            frame = self._frame()
            found += frame[:1] == b"\0" and len(frame) > 2 and bool(frame[2] & 0x80)
        return found

    def _login(self, method: str, uri: str) -> str:
        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        told, count = self.challenge, f"{self.number:08x}"
        first, second = digest(self.place.user, told["realm"], self.place.password), digest(method, uri)
        named = {"username": self.place.user, "realm": told["realm"], "nonce": told["nonce"], "uri": uri}
        if "qop" not in told:
            return _digest_line(named | {"response": digest(first, told["nonce"], second)})
        answer = digest(first, told["nonce"], count, "bare", "auth", second)
        return _digest_line(named | {"response": answer, "cnonce": "bare"}) + f", qop=auth, nc={count}"

    def _answer(self) -> tuple[int, dict[str, str]]:
        while True:
            if self._byte() == b"$":
                self._frame()
                continue
            while b"\r\n\r\n" not in self.waiting:
                self._more()
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            first, *rest = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
            self._take(int(headers.get("content-length", "0")))
            return int(first.split()[1]), headers

    def _frame(self) -> bytes:
        """Channel and content of the next frame."""
        _, channel, length = struct.unpack(">cBH", self._take(4))
        return bytes([channel]) + self._take(length)

    def _byte(self) -> bytes:
        while not self.waiting:
            self._more()
        return self.waiting[:1]

    def _take(self, count: int) -> bytes:
        while len(self.waiting) < count:
            self._more()
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def _more(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            raise ConnectionError("the simulator closed the connection")
        self.waiting += data


def _digest_line(named: dict[str, str]) -> str:
    return "Digest " + ", ".join(f'{key}="{value}"' for key, value in named.items())


def ask(place: Place, at: datetime, *, is_long: bool) -> bool:
    """Ask for one instant; whether it played."""
    with socket.create_connection((place.address, place.port), _ANSWER_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = _Talk(place, sock)
        status, headers = talk.ask("DESCRIBE", place.uri, "Accept: application/sdp")
        if status == 401:
            talk.challenge = dict(_CHALLENGE.findall(headers["www-authenticate"]))
            status, headers = talk.ask("DESCRIBE", place.uri, "Accept: application/sdp")
        track = f"{place.uri}/trackID=1"
        status, headers = talk.ask("SETUP", track, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        if status != 200:
            raise ConnectionError(f"SETUP was answered {status}")
        talk.session = headers["session"].partition(";")[0]
        wanted = [f"Range: clock={at:%Y%m%dT%H%M%S}.000Z-", "Rate-Control: no", "Immediate: yes"]
        status, _ = talk.ask("PLAY", place.uri, *wanted, *([] if is_long else ["Frames: intra"]))
        played = status == 200 and bool(talk.pictures(place.pictures if is_long else 1))
        talk.ask("TEARDOWN", place.uri)
        return played
