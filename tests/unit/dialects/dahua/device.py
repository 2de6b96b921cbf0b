"""A tiny Dahua web server for tests: answers said in plain text, Digest with a nonce it remembers, a file search, faults."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.dialects.onvif.endpoint import Endpoint
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
from tests.unit.wire import peers

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
PASSWORD = "s3cret<&>ค"
REALM = "Login to 5K0ABCDEFG12345"

Answer = str | tuple[str, str]
"""The body of a 200, or (status line, body)."""
File = tuple[str, str, str]
"""Start, end, flags and events such as `Timing` or `Event VideoMotion`."""


@dataclass
class CgiDevice:
    """What it answers, by `path?query` below `/cgi-bin/`."""

    answers: dict[str, Answer] = field(default_factory=dict)
    password: str | None = PASSWORD
    """None: it wants no login."""
    realm: str = REALM
    refusal: Answer | None = None
    """What every request gets instead of an answer, also with the right login."""
    refused_with: str = "<html><body>401 Unauthorized</body></html>"
    refused_login_with: str | None = None
    """The body of a 401 to a request that carried a login, where it is another."""
    nonce_lasts: int = 1 << 30
    """So many requests take the same nonce; then a new one is given."""
    forgets: frozenset[int] = frozenset()
    """Numbers of signed requests (from 1) that are refused without a reason: too many users."""
    files: dict[int, list[File]] = field(default_factory=dict)
    """Channel, as it counts in searches, → its files, oldest first."""
    rows_from: int = -1
    """What is added to the searched channel in the rows of the answer."""
    stream: str = "Main"
    page_rows: int = 100
    echoes_found: bool = True
    finds_forever: bool = False
    fails_on_page: int = 0
    """The page (from 1) from which on a search answers with status 500."""
    widest_days: int | None = None
    """A search over more days is answered with status 500."""
    load: Callable[[int, dt.datetime], bytes | None] | None = None
    """Channel and start → the file that `loadfile.cgi` hands out; None: nothing is there (404)."""
    chunked: bool = False
    asked: list[str] = field(default_factory=list)
    """Targets in the order they came."""
    refusals: int = 0
    """Requests with a login that were refused."""
    connections: set[int] = field(default_factory=set)
    open_finders: dict[str, list[str]] = field(default_factory=dict)
    most_open: int = 0
    _nonce: int = 1
    _used: int = 0
    _count: int = 0
    _signed: int = 0
    _finders: int = 0
    _pages: int = 0

    def __call__(self, peer: peers.Peer) -> None:
        while True:
            head = peer.read().partition(b"\r\n\r\n")[0].decode("utf-8")
            first, *lines = head.split("\r\n")
            fields = dict(line.split(": ", 1) for line in lines)
            method, target, _ = first.split(" ")
            assert method == "GET", first
            self.connections.add(peer.number)
            self.asked.append(target)
            self._respond(peer, target, fields.get("Authorization"))

    @property
    def steps(self) -> list[str]:
        """Actions, with the name of a configuration."""
        pairs = [dict(parse_qsl(urlsplit(target).query)) for target in self.asked]
        return [f"{pair['action']} {pair.get('name', '')}".strip() for pair in pairs]

    def _respond(self, peer: peers.Peer, target: str, authorization: str | None) -> None:
        if self.refusal is not None:
            self._send(peer, self.refusal)
            return
        if self.password is not None and not self._allowed(target, authorization):
            challenge = f'WWW-Authenticate: Digest realm="{self.realm}", qop="auth", nonce="n{self._nonce}", opaque="o"'
            said = self.refused_with if authorization is None else self.refused_login_with or self.refused_with
            peer.answer(said.encode(), "401 Unauthorized", challenge)
            return
        name = unquote(target).removeprefix("/cgi-bin/")
        if name.startswith("mediaFileFind.cgi") and name not in self.answers:
            self._send(peer, self._find(dict(parse_qsl(urlsplit(target).query))))
        elif name.startswith("loadfile.cgi") and self.load is not None:
            self._load(peer, dict(parse_qsl(urlsplit(target).query)), self.load)
        else:
            self._send(peer, self.answers.get(name, ("400 Bad Request", "Error\r\nBad Request!\r\n")))

    def _send(self, peer: peers.Peer, answer: Answer) -> None:
        status, body = answer if isinstance(answer, tuple) else ("200 OK", answer)
        extra = [line for line in status.split("\n")[1:] if line]
        peer.answer(body.encode(), status.split("\n")[0], *extra)

    def _load(self, peer: peers.Peer, pair: dict[str, str], load: Callable[[int, dt.datetime], bytes | None]) -> None:
        data = load(int(pair["channel"]), dt.datetime.fromisoformat(pair["startTime"]))
        if data is None:
            peer.answer(b"Error\r\n", "404 Not Found")
        elif not self.chunked:
            peer.answer(data)
        else:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for at in range(0, len(data), 700):
                piece = data[at : at + 700]
                peer.send(f"{len(piece):x};x=y\r\n".encode() + piece + b"\r\n")
            peer.send(b"0\r\n\r\n")

    def _allowed(self, target: str, authorization: str | None) -> bool:
        if authorization is None:
            self._nonce, self._count = self._nonce + 1, 0
            return False
        self._signed += 1
        told = dict(re.findall(r'(\w+)="?([^",]*)"?', authorization))
        fresh = told["nonce"] == f"n{self._nonce}" and int(told["nc"], 16) == self._count + 1
        ha1 = _md5(f"admin:{self.realm}:{self.password}")
        ha2 = _md5(f"GET:{target}")
        right = _md5(f"{ha1}:{told['nonce']}:{told['nc']}:{told['cnonce']}:{told['qop']}:{ha2}")
        if fresh and right == told["response"] and self._signed not in self.forgets:
            self._count += 1
            if self._count >= self.nonce_lasts:
                self._nonce, self._count = self._nonce + 1, 0
            return True
        self.refusals += 1
        self._nonce, self._count = self._nonce + 1, 0
        return False

    # --- The file search ---------------------------------------------------------------------------------------------

    def _find(self, pair: dict[str, str]) -> Answer:
        action, number = pair["action"], pair.get("object", "")
        if action == "factory.create":
            self._finders += 1
            self.open_finders[f"0{self._finders}"] = []
            self.most_open = max(self.most_open, len(self.open_finders))
            return f"result=0{self._finders}\r\n"
        if number not in self.open_finders:
            return "400 Bad Request", "Error\r\nInvalid Object\r\n"
        if action == "findFile":
            return self._find_file(pair, number)
        if action == "findNextFile":
            return self._next(number, int(pair["count"]))
        if action == "destroy":
            del self.open_finders[number]
        return "OK\r\n"

    def _find_file(self, pair: dict[str, str], number: str) -> Answer:
        channel = int(pair["condition.Channel"])
        width = dt.datetime.fromisoformat(pair["condition.EndTime"]) - dt.datetime.fromisoformat(
            pair["condition.StartTime"]
        )
        if self.widest_days is not None and width > dt.timedelta(days=self.widest_days):
            return "500 Internal Server Error", ""
        self._pages = 0
        since, until = pair["condition.StartTime"], pair["condition.EndTime"]
        inside = [each for each in self.files.get(channel, []) if each[1] > since and each[0] < until]
        if not inside:
            return "400 Bad Request", "Error\r\nNo matches\r\n"
        self.open_finders[number] = [_row(each, channel + self.rows_from, self.stream) for each in inside]
        return "OK\r\n"

    def _next(self, number: str, count: int) -> Answer:
        self._pages += 1
        if self.fails_on_page and self._pages >= self.fails_on_page:
            return "500 Internal Server Error", ""
        rows = self.open_finders[number]
        page = rows[: min(count, self.page_rows)]
        if not self.finds_forever:
            self.open_finders[number] = rows[len(page) :]
        listed = "".join(row.replace("items[]", f"items[{place}]") for place, row in enumerate(page))
        return (f"found={len(page)}\r\n" if self.echoes_found else "") + listed


def _row(file: File, channel: int, stream: str) -> str:
    start, end, kinds = file
    flag, *events = kinds.split()
    lines = [f"Channel={channel}", f"StartTime={start}", f"EndTime={end}", f"Flags[0]={flag}", "Type=dav",
             f"VideoStream={stream}", "FilePath=/mnt/dvr/x.dav"]  # fmt: skip
    lines += [f"Events[{place}]={event}" for place, event in enumerate(events)]
    return "".join(f"items[].{line}\r\n" for line in lines)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def hours(day: dt.date, count: int = 24, first: int = 0) -> list[File]:
    """One file for each hour of a day."""
    begin = dt.datetime.combine(day, dt.time(first))
    found = []
    for hour in range(count):
        start = begin + dt.timedelta(hours=hour)
        end = start + dt.timedelta(seconds=3599)
        found.append((f"{start:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}", "Timing"))
    return found


@dataclass
class Met:
    """A device that runs, and the session with it."""

    device: CgiDevice
    session: DahuaSession
    visit: Visit

    def written(self) -> str:
        """Everything that the run folder holds, and everything that was noted."""
        files = [path for path in self.visit.folder.path.rglob("*") if path.is_file()]
        kept = "".join(f"{path.name}\n{path.read_text('utf-8', 'replace')}" for path in files)
        return kept + repr((self.visit.evidence, self.visit.attempts, self.visit.findings))

    def value(self, subject: str, attribute: str) -> object:
        return next((item.value for item in self.visit.known(subject, attribute)), None)

    def endings(self) -> dict[str, str]:
        return {attempt.step: attempt.ending.value for attempt in self.visit.attempts}

    def codes(self) -> list[str]:
        return [finding.code for finding in self.visit.findings]


@contextlib.contextmanager
def met(
    device: CgiDevice,
    folder: Path,
    *,
    password: str | None = PASSWORD,
    seconds: float = 60,
    more_ports: tuple[int, ...] = (),
) -> Iterator[Met]:
    """`device` on 127.0.0.1 and a session with it, as a visit makes it; the clock stands at `NOW`."""
    with peers.Server(device) as web:
        clock = FakeClock(NOW)
        group = Group("right", Login("admin", password)) if password is not None else None
        ledger = Ledger(folder / "logins.sqlite", clock)
        run = RunFolder(folder / "run", Redactor(frozenset({PASSWORD}), frozenset({"admin"})), clock)
        login = DeviceLogin(("address:127.0.0.1",), group, ledger, GroupGate())
        budget = Budget(seconds, 256 << 20)
        visit = Visit(
            Host("127.0.0.1", (web.port, *more_ports)), budget, clock, run, login, HttpClient("127.0.0.1", budget),
            lambda _: contextlib.nullcontext(None),
        )  # fmt: skip
        try:
            yield Met(device, DahuaSession(visit, Endpoint(web.port, tls=False)), visit)
        finally:
            visit.http.close()
            run.close()
            ledger.close()
