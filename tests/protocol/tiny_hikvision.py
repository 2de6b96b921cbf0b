"""A tiny ISAPI device for tests, over real sockets: its answers, its lock, its footage and its faults said in plain values."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.wire.credentials import Group
from cctv_probe.wire.visit import Visit
from tests.unit.dialects.hikvision import written as w
from tests.unit.footage.windows import BANGKOK, NOW, PASSWORD, visit_to
from tests.unit.wire import peers

REALM, NONCE = "DS-6e392e44", "4d3a2b1c"
Segments = dict[int, list[tuple[dt.datetime, dt.datetime]]]
"""Track → its segments by the recorder's clock (aware)."""

USUAL = {
    "/ISAPI/System/deviceInfo": w.NVR_INFO,
    "/ISAPI/System/time": w.TIME,
    "/ISAPI/System/time/ntpServers": w.NTP,
    "/ISAPI/Security/adminAccesses": w.PORTS,
    "/ISAPI/Streaming/channels": w.streams(
        *(w.stream(n * 100 + s, rate=0 if n == 2 else 2500) for n in (1, 2, 3) for s in (1, 2))
    ),
    "/ISAPI/Streaming/channels/101/capabilities": w.CAPABILITIES,
    "/ISAPI/Streaming/channels/201/capabilities": w.CAPABILITIES,
    "/ISAPI/ContentMgmt/InputProxy/channels": w.proxies(
        w.proxy(1),
        w.proxy(2, "192.168.254.3", "C2"),
        w.proxy(3, "0.0.0.0", "000000000000"),
        w.proxy(4, "192.168.254.9", "C4"),
    ),
    "/ISAPI/ContentMgmt/InputProxy/channels/status": w.statuses(
        w.status(1), w.status(2), w.status(3, online=False), w.status(4, online=False)
    ),
    "/ISAPI/ContentMgmt/Storage": w.storage(w.hdd(1), w.hdd(2, "error"), w.hdd(3, "notexist")),
    "/ISAPI/ContentMgmt/record/tracks": w.tracks(
        w.track(101), w.track(201, on=False), w.track(301), w.track(401, source=402)
    ),
}


@dataclass
class Device:
    """What the device answers. `answers` replace the usual ones: a body, or (status, body); the body may be HTML."""

    answers: dict[str, str | tuple[int, str]] = field(default_factory=dict)
    password: str = PASSWORD
    left: int = 7
    """Logins that may still fail."""
    locked: bool = False
    html_refusal: bool = False
    """Refuses with a web page, as old firmware does."""
    headers: tuple[str, ...] = ()
    segments: Segments = field(default_factory=dict)
    zone: dt.timedelta = BANGKOK
    widest: dt.timedelta = dt.timedelta(days=40)
    """A wider search window is answered with 500."""
    rows: int = 40
    repeats: bool = False
    """Every page of a search is its first one, with MORE behind it."""
    hook: Callable[[str, str], tuple[int, str] | None] | None = None
    """(path, body) → an answer in place of the usual one."""
    asked: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """(method, path, body, with a login) in the order they came."""
    refused: int = 0
    """Logins that were refused."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, peer: peers.Peer) -> None:
        while True:
            head, _, body = peer.read().partition(b"\r\n\r\n")
            first, *lines = head.decode("utf-8").split("\r\n")
            method, path, _ = first.split(" ")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            with self.lock:
                self.asked.append((method, path, body.decode(), "authorization" in fields))
                status, answer = self._answer(method, path, body.decode(), fields.get("authorization"))
            challenge = f'WWW-Authenticate: Digest realm="{REALM}", qop="auth", nonce="{NONCE}"'
            said = answer.encode() if answer.startswith("<html") or not answer else w.document(answer)
            peer.answer(said, f"{status} X", *([challenge] if status == 401 else []), *self.headers)

    def _answer(self, method: str, path: str, body: str, login: str | None) -> tuple[int, str]:
        if self.locked or login is None:
            return 401, self._refusal()
        if not self._right(method, path, login):
            self.refused += 1
            self.left -= 1
            self.locked = self.left <= 0
            return 401, self._refusal()
        hooked = self.hook(path, body) if self.hook else None
        if hooked is not None:
            return hooked
        if path in self.answers:
            told = self.answers[path]
            return told if isinstance(told, tuple) else (200, told)
        if path.endswith("/dailyDistribution"):
            return self._month(int(path.split("/")[-2]), body)
        if path == "/ISAPI/ContentMgmt/search":
            return self._search(body)
        return (200, USUAL[path]) if path in USUAL else (403, w.response_status(4, "notSupport"))

    def _refusal(self) -> str:
        if self.html_refusal:
            return "<html><head><title>Document Error: Unauthorized</title></head></html>"
        return w.user_check(self.locked, max(0, self.left), 1800 if self.locked else 0)

    def _right(self, method: str, path: str, login: str) -> bool:
        told = dict(re.findall(r'(\w+)="?([^",]+)"?', login))

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret, asked = md5(f"admin:{REALM}:{self.password}"), md5(f"{method}:{path}")
        middle = f"{told.get('nonce')}:{told.get('nc')}:{told.get('cnonce')}:auth"
        return told.get("response") == md5(f"{secret}:{middle}:{asked}")

    def _month(self, track: int, body: str) -> tuple[int, str]:
        found = re.search(r"<year>(\d+)</year><monthOfYear>(\d+)<", body)
        assert found, body
        year, month = int(found[1]), int(found[2])
        days = {
            local.day
            for start, end in self.segments.get(track, ())
            for hour in range(0, int((end - start).total_seconds()) + 1, 3600)
            if (local := min(start + dt.timedelta(seconds=hour), end) + self.zone).year == year and local.month == month
        }
        return 200, w.month(*days, last=31)

    def _search(self, body: str) -> tuple[int, str]:
        order = ("searchID", "trackIDList", "timeSpanList", "maxResults", "searchResultPostion", "metadataList")
        places = [body.find(f"<{name}>") for name in order]
        assert places == sorted(places), body
        assert -1 not in places, body
        track = int(_tag(body, "trackID"))
        start, end = (dt.datetime.strptime(_tag(body, name), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC) - self.zone
                      for name in ("startTime", "endTime"))  # fmt: skip
        if end - start > self.widest:
            return 500, w.response_status(3, "deviceError", "Tag 13 is invalid")
        hits = [one for one in sorted(self.segments.get(track, ())) if one[0] < end and one[1] > start]
        at = 0 if self.repeats else int(_tag(body, "searchResultPostion"))
        count = min(self.rows, int(_tag(body, "maxResults")))
        rows = []
        for begins, ends in hits[at : at + count]:
            named = [f"{one + self.zone:%Y-%m-%dT%H:%M:%SZ}" for one in (begins, ends)]
            rows.append(w.match(named[0], named[1], track))
        said = "MORE" if self.repeats or at + count < len(hits) else "OK" if rows else "NO MATCHES"
        return 200, w.result(*rows, said=said)


def _tag(body: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]*)<", body)
    assert found, (name, body)
    return found[1]


@dataclass
class Running:
    """A device that runs, and a session of a visit to it."""

    device: Device
    session: IsapiSession
    visit: Visit

    def values(self, subject: str) -> dict[str, object]:
        """Attribute → value of the evidence about `subject`."""
        return {item.attribute: item.value for item in self.visit.evidence if item.subject == subject}

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.visit.findings]


@contextlib.contextmanager
def running(device: Device, folder: Path, *, group: Group | None = None, seconds: float = 60) -> Iterator[Running]:
    """`device` on 127.0.0.1; the clock stands at `NOW`."""
    with peers.Server(device) as web, visit_to(folder, web.port, group=group, seconds=seconds) as visit:
        yield Running(device, IsapiSession(visit, Endpoint(web.port, tls=False)), visit)


def ago(**parts: float) -> dt.datetime:
    return NOW - dt.timedelta(**parts)
