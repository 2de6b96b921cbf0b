"""A tiny RTSP server whose addresses name the window to play, and a visit to it. Footage, lies and faults are plain values."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import select
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cctv_probe.model.device import Host
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.credentials import Group, Login
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.visit import Visit
from tests.unit.rtsp import scripted
from tests.unit.rtsp.packets import PACKETIZERS, Sender, clip

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
BANGKOK = dt.timedelta(hours=7)
PASSWORD = "s3cret<&>"
FPS, GOP = 5, 10
NTP_EPOCH = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
Nowhere = Literal["404 Not Found", "400 Bad Request", "457 Invalid Range", "bye", "silent", "jump", "live"]


def ago(**parts: float) -> dt.datetime:
    """So long before the present."""
    return NOW - dt.timedelta(**parts)


def ntp_of(at: dt.datetime) -> int:
    since = at - NTP_EPOCH
    return (since.days * 86400 + since.seconds << 32) + (since.microseconds << 32) // 1_000_000


@dataclass
class WindowServer:
    """`spans` are the footage by the recorder's own clock (aware); addresses carry its local time, `zone` ahead of UTC."""

    spans: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    zone: dt.timedelta = BANGKOK
    nowhere: Nowhere = "404 Not Found"
    extension: bool = False
    report: Callable[[dt.datetime], dt.datetime] | None = None
    """Recorded instant → what the sender report at the start says."""
    play_range: Callable[[dt.datetime], str] | None = None
    """Recorded instant → the `Range` of PLAY's answer."""
    path: str = r"/Streaming/tracks/(\d+)/?"
    sessions: int = 8
    login: bool = False
    open_sessions: int = 0
    torn_down: int = 0
    asked: list[tuple[int, dt.datetime]] = field(default_factory=list)
    """(track, start) of every window that was asked for, in the order they came."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, peer: scripted.Peer) -> None:
        start, has_session = NOW, False
        try:
            while True:
                asked = peer.read()
                if self.login and "Authorization" not in asked.fields:
                    peer.answer(asked, "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"')
                elif asked.method == "DESCRIBE":
                    start = self._describe(peer, asked) or start
                elif asked.method == "SETUP":
                    has_session = self._set_up(peer, asked)
                elif asked.method == "PLAY":
                    self._play(peer, asked, start)
                elif asked.method == "TEARDOWN":
                    self.torn_down += 1
                    has_session = self._closed(has_session)
                    peer.answer(asked)
                else:
                    peer.answer(asked, "200 OK", "Public: DESCRIBE, SETUP, PLAY, TEARDOWN")
        finally:
            self._closed(has_session)

    def _inside(self, at: dt.datetime) -> bool:
        return any(start <= at < end for start, end in self.spans)

    def _describe(self, peer: scripted.Peer, asked: scripted.Asked) -> dt.datetime | None:
        found = re.search(rf"{self.path}\?.*?starttime=(\d{{8}}T\d{{6}})Z&endtime=(\d{{8}}T\d{{6}})Z", asked.uri)
        if found is None:
            peer.answer(asked, "404 Not Found")
            return None
        local = dt.datetime.strptime(found[2], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
        start = local - self.zone
        self.asked.append((int(found[1]), start))
        if not self._inside(start) and self.nowhere in ("404 Not Found", "400 Bad Request"):
            peer.answer(asked, self.nowhere)
        else:
            peer.answer(asked, "200 OK", body=scripted.SDP)
        return start

    def _set_up(self, peer: scripted.Peer, asked: scripted.Asked) -> bool:
        with self.lock:
            if self.open_sessions >= self.sessions:
                peer.answer(asked, "453 Not Enough Bandwidth")
                return False
            self.open_sessions += 1
        peer.answer(asked, "200 OK", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7;timeout=60")
        return True

    def _closed(self, has_session: bool) -> bool:
        if has_session:
            with self.lock:
                self.open_sessions -= 1
        return False

    def _play(self, peer: scripted.Peer, asked: scripted.Asked, start: dt.datetime) -> None:
        inside = self._inside(start)
        if not inside and self.nowhere == "457 Invalid Range":
            peer.answer(asked, self.nowhere)
            return
        begin = start if inside else NOW if self.nowhere == "live" else self._nearest(start)
        told = [f"Range: {self.play_range(begin)}"] if self.play_range else []
        peer.answer(asked, "200 OK", "Session: 7", *told)
        if not inside and self.nowhere == "bye":
            peer.send(b"$\x01" + struct.pack(">HBBHI", 8, 0x81, 203, 1, 0xDECAFBAD))
        elif inside or self.nowhere in ("jump", "live"):
            self._stream(peer, begin)

    def _nearest(self, at: dt.datetime) -> dt.datetime:
        return min((start for start, _ in self.spans), key=lambda start: abs(start - at), default=NOW)

    def _stream(self, peer: scripted.Peer, begin: dt.datetime) -> None:
        """Pictures until somebody stops it: it plays past the end that was asked for."""
        pictures, sender, count = clip("h264", frames=2 * GOP, gop=GOP), Sender(), 0
        if self.report is not None:
            head = struct.pack(
                ">BBHIQIII", 0x80, 200, 6, sender.ssrc, ntp_of(self.report(begin)), sender.timestamp, 0, 0
            )
            peer.send(b"$\x01" + struct.pack(">H", len(head)) + head)
        while not select.select([peer.sock], [], [], 0)[0] and not peer.stopping.is_set():
            at = begin + dt.timedelta(seconds=count / FPS)
            peer.send(self._picture(sender, pictures[count % (2 * GOP)], at, is_key=count % GOP == 0))
            count += 1
            sender.timestamp += 90_000 // FPS
            peer.stopping.wait(0.002)

    def _picture(self, sender: Sender, picture: bytes, at: dt.datetime, *, is_key: bool) -> bytes:
        flags = 0x80 if is_key else 0
        extension = (0xABAC, struct.pack(">QBBH", ntp_of(at), flags, 0, 0)) if self.extension else None
        payloads, made = list(PACKETIZERS["h264"](picture, 1200)), []
        for number, payload in enumerate(payloads):
            packet = sender.packet(payload, marker=number == len(payloads) - 1, extension=extension)
            made.append(b"$\0" + struct.pack(">H", len(packet)) + packet)
        return b"".join(made)


@contextlib.contextmanager
def visit_to(folder: Path, *ports: int, group: Group | None = None, seconds: float = 60) -> Iterator[Visit]:
    """A visit to 127.0.0.1 as a scan makes it; the clock stands at `NOW`."""
    clock = FakeClock(NOW)
    ledger = Ledger(folder / "logins.sqlite", clock)
    run = RunFolder(folder / "run", Redactor(frozenset({PASSWORD}), frozenset({"admin"})), clock)
    group = group or Group("right", Login("admin", PASSWORD))
    login = DeviceLogin(("address:127.0.0.1",), group, ledger, GroupGate())
    budget = Budget(seconds, 64 << 20)
    nobody = contextlib.nullcontext(None)
    host = Host("127.0.0.1", ports)
    visit = Visit(host, budget, clock, run, login, HttpClient("127.0.0.1", budget), lambda _: nobody)
    try:
        yield visit
    finally:
        visit.http.close()
        run.close()
        ledger.close()
