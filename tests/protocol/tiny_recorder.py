"""A tiny recorder for tests: ONVIF search and replay over real sockets, with footage, lies and faults said in plain values."""

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
from xml.sax.saxutils import escape

from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.dialects.onvif.operations import RECORDING, REPLAY, SEARCH
from cctv_probe.dialects.onvif.session import OnvifSession
from cctv_probe.footage.onvif_archive import OnvifArchive
from cctv_probe.model.device import Channel, Host
from cctv_probe.wire.clock import FakeClock
from cctv_probe.wire.credentials import Group, Login
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.login import DeviceLogin, GroupGate, HttpAccount
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.visit import Visit
from tests.unit.rtsp import scripted
from tests.unit.rtsp.packets import PACKETIZERS, Sender, clip
from tests.unit.wire import peers

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
FPS, GOP = 5, 10
NTP_EPOCH = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
Spans = tuple[tuple[dt.datetime, dt.datetime], ...]
Nowhere = Literal[
    "457 Invalid Range", "404 Not Found", "400 Bad Request", "454 Session Not Found", "silent", "bye", "jump"
]


def ago(**parts: float) -> dt.datetime:
    """So long before the present."""
    return NOW - dt.timedelta(**parts)


def ntp_of(at: dt.datetime) -> int:
    since = at - NTP_EPOCH
    return (since.days * 86400 + since.seconds << 32) + (since.microseconds << 32) // 1_000_000


@dataclass
class Replay:
    """The RTSP side. `spans` are the footage, by the recorder's clock."""

    spans: Spans = ()
    nowhere: Nowhere = "457 Invalid Range"
    """What happens where nothing is recorded."""
    extension: bool = True
    report: Callable[[dt.datetime], dt.datetime] | None = None
    """Recorded instant → what the sender report at the start says."""
    refused: dict[str, str] = field(default_factory=dict)
    """Header → status that it is refused with."""
    sessions: int = 8
    ends: bool = True
    """False: it plays footage on and on, whatever was recorded, until somebody stops it."""
    login: bool = False
    keys_from: int = 0
    """So many groups of pictures come without their key picture."""
    every_s: float = 0.0
    """Between two pictures."""
    open_sessions: int = 0
    played: list[dict[str, str]] = field(default_factory=list)
    """The headers of every PLAY that was accepted."""
    torn_down: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    quiet: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, peer: scripted.Peer) -> None:
        has_session = False
        try:
            while True:
                asked = peer.read()
                if self.login and "Authorization" not in asked.fields:
                    peer.answer(asked, "401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"')
                    continue
                refusal = next((status for name, status in self.refused.items() if name in asked.fields), None)
                if refusal and asked.method in ("DESCRIBE", "SETUP", "PLAY"):
                    peer.answer(asked, refusal)
                elif asked.method == "DESCRIBE":
                    peer.answer(asked, "200 OK", body=scripted.SDP)
                elif asked.method == "SETUP":
                    has_session = self._set_up(peer, asked)
                elif asked.method == "PLAY":
                    self._play(peer, asked)
                elif asked.method == "TEARDOWN":
                    self.torn_down += 1
                    self._closed(has_session)
                    has_session = False
                    peer.answer(asked)
                else:
                    peer.answer(asked, "200 OK", "Public: DESCRIBE, SETUP, PLAY, TEARDOWN")
        finally:
            self._closed(has_session)

    def _set_up(self, peer: scripted.Peer, asked: scripted.Asked) -> bool:
        with self.lock:
            if self.open_sessions >= self.sessions:
                peer.answer(asked, "453 Not Enough Bandwidth")
                return False
            self.open_sessions += 1
        peer.answer(asked, "200 OK", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7;timeout=60")
        return True

    def _closed(self, has_session: bool) -> None:
        if has_session:
            with self.quiet:
                self.open_sessions -= 1
                self.quiet.notify_all()

    def wait_closed(self) -> None:
        """Until no session is open."""
        with self.quiet:
            assert self.quiet.wait_for(lambda: self.open_sessions == 0, 5)

    def _play(self, peer: scripted.Peer, asked: scripted.Asked) -> None:
        found = re.fullmatch(r"clock=(\d{8}T\d{6}\.\d{3})Z-", asked.fields["Range"])
        assert found, asked.fields
        at = dt.datetime.strptime(found[1], "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC)
        inside = [end for start, end in self.spans if start <= at < end]
        if not inside and self.nowhere[:3].isdigit():
            peer.answer(asked, self.nowhere)
            return
        self.played.append(asked.fields)
        peer.answer(asked, "200 OK", "Session: 7", "Range: " + asked.fields["Range"])
        if not inside and self.nowhere == "bye":
            peer.send(b"$\x01" + struct.pack(">HBBHI", 8, 0x81, 203, 1, 0xDECAFBAD))
        elif inside or self.nowhere == "jump":
            begin = at if inside else min((start for start, _ in self.spans), key=lambda start: abs(start - at))
            end = None if not self.ends else next(end for start, end in self.spans if start <= begin < end)
            self._stream(peer, begin, end, asked)

    def _stream(self, peer: scripted.Peer, begin: dt.datetime, end: dt.datetime | None, asked: scripted.Asked) -> None:
        """Pictures as fast as they are read, until the next request, or until the footage ends with its terminal flag."""
        pictures, sender = clip("h264", frames=2 * GOP, gop=GOP), Sender()
        count = int((begin - NTP_EPOCH).total_seconds() * FPS) // GOP * GOP
        first = count
        if self.report is not None:
            told = self.report(begin)
            head = struct.pack(">BBHIQIII", 0x80, 200, 6, sender.ssrc, ntp_of(told), sender.timestamp, 0, 0)
            peer.send(b"$\x01" + struct.pack(">H", len(head)) + head)
        while not select.select([peer.sock], [], [], 0)[0] and not peer.stopping.is_set():
            at = NTP_EPOCH + dt.timedelta(seconds=count / FPS)
            last = end is not None and at + dt.timedelta(seconds=1 / FPS) >= end
            wanted = asked.fields.get("Frames") != "intra" or count % GOP == 0
            if wanted and not (count % GOP == 0 and count < first + self.keys_from * GOP):
                flags = (0x80 if count % GOP == 0 else 0) | (0x10 if last else 0)
                peer.send(self._picture(sender, pictures[count % (2 * GOP)], at, flags, int(asked.fields["CSeq"])))
            count += 1
            sender.timestamp += 90_000 // FPS
            peer.stopping.wait(self.every_s)
            if last:
                return

    def _picture(self, sender: Sender, picture: bytes, at: dt.datetime, flags: int, cseq: int) -> bytes:
        extension = (0xABAC, struct.pack(">QBBH", ntp_of(at), flags, cseq & 0xFF, 0)) if self.extension else None
        payloads = list(PACKETIZERS["h264"](picture, 1200))
        made = []
        for number, payload in enumerate(payloads):
            packet = sender.packet(payload, marker=number == len(payloads) - 1, extension=extension)
            made.append(b"$\0" + struct.pack(">H", len(packet)) + packet)
        return b"".join(made)


# --- ONVIF ------------------------------------------------------------------------------------------------------------


@dataclass
class Recorder:
    """The ONVIF side: what it answers to each operation. Times are by its own clock, `ahead` of the truth."""

    replay: Replay = field(default_factory=Replay)
    tokens: tuple[str, ...] = ("Recording_1",)
    ahead: dt.timedelta = dt.timedelta(0)
    answers: dict[str, str | None] = field(default_factory=dict)
    """Operation → body of its answer; None: a fault, as of an operation that does not exist."""
    replay_host: str | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(operation, body) in the order they came."""
    rtsp_port: int = 0
    uris_given: int = 0

    def __call__(self, peer: peers.Peer) -> None:
        while True:
            request = peer.read().partition(b"\r\n\r\n")[2].decode()
            found = re.search(r"<(?:[\w-]+:)?Body>\s*<(?:[\w-]+:)?(\w+)", request)
            assert found, request
            self.asked.append((found[1], request))
            answer = self.answers[found[1]] if found[1] in self.answers else self._usual(found[1])
            if answer is None:
                fault = "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason><s:Text>no</s:Text></s:Reason></s:Fault>"
                peer.answer(_envelope(fault), "500 Internal Server Error")
            else:
                peer.answer(_envelope(f"<{found[1]}Response>{answer}</{found[1]}Response>"))

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    @property
    def edges(self) -> tuple[str, str]:
        spans = self.replay.spans
        return (stamp(spans[0][0]), stamp(spans[-1][1])) if spans else ("", "")

    def _usual(self, operation: str) -> str | None:
        name = re.sub("(?=[A-Z])", "_", operation).lower()
        usual: Callable[[], str] | None = getattr(self, name, None)
        return usual() if usual else None

    def _get_recording_summary(self) -> str:
        number = len(self.tokens) if self.replay.spans else 0
        from_, until = self.edges
        return f"<Summary><DataFrom>{from_}</DataFrom><DataUntil>{until}</DataUntil><NumberRecordings>{number}</NumberRecordings></Summary>"

    def _find_recordings(self) -> str:
        return "<SearchToken>search-1</SearchToken>"

    def _get_recording_search_results(self) -> str:
        listed = "".join(self._information(token) for token in self.tokens)
        return f"<ResultList><SearchState>Completed</SearchState>{listed}</ResultList>"

    def _information(self, token: str) -> str:
        from_, to = self.edges
        return (
            f"<RecordingInformation><RecordingToken>{escape(token)}</RecordingToken><Source><SourceId/><Name>cam</Name>"
            f"</Source><EarliestRecording>{from_}</EarliestRecording><LatestRecording>{to}</LatestRecording><Content/>"
            f"<Track><TrackToken>VIDEO001</TrackToken><TrackType>Video</TrackType><Description/><DataFrom>{from_}</DataFrom>"
            f"<DataTo>{to}</DataTo></Track><RecordingStatus>Recording</RecordingStatus></RecordingInformation>"
        )

    def _get_recordings(self) -> str:
        kept = "<MaximumRetentionTime>P30D</MaximumRetentionTime>"
        return "".join(
            f"<RecordingItem><RecordingToken>{token}</RecordingToken><Configuration>{kept}</Configuration></RecordingItem>"
            for token in self.tokens
        )

    def _get_recording_jobs(self) -> str:
        return ""

    def _find_events(self) -> str:
        return "<SearchToken>search-2</SearchToken>"

    def _get_event_search_results(self) -> str:
        rows = [(at, present) for span in self.replay.spans for at, present in zip(span, (True, False), strict=True)]
        start = [event(self.tokens[0], ago(days=400), False, start=True)]
        listed = "".join(start + [event(self.tokens[0], at, present) for at, present in rows])
        return f"<ResultList><SearchState>Completed</SearchState>{listed}</ResultList>"

    def _end_search(self) -> str:
        return f"<Endpoint>{stamp(NOW)}</Endpoint>"

    def _get_replay_uri(self) -> str:
        self.uris_given += 1
        return f"<Uri>rtsp://{self.replay_host or '127.0.0.1'}:{self.rtsp_port}/replay?n={self.uris_given}</Uri>"


def stamp(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def event(token: str, at: dt.datetime, present: bool, *, start: bool = False, track: str = "VIDEO001") -> str:
    """One result of GetEventSearchResults."""
    source = f'<Source><SimpleItem Name="RecordingToken" Value="{token}"/><SimpleItem Name="Track" Value="{track}"/></Source>'
    data = f'<Data><SimpleItem Name="IsDataPresent" Value="{str(present).lower()}"/></Data>'
    return (
        f"<Result><RecordingToken>{token}</RecordingToken><TrackToken>{track}</TrackToken><Time>{stamp(at)}</Time>"
        f"<Event><Topic>tns1:RecordingHistory/Track/State</Topic><Message><Message UtcTime='{stamp(at)}'>{source}{data}"
        f"</Message></Message></Event><StartStateEvent>{str(start).lower()}</StartStateEvent></Result>"
    )


def _envelope(body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{body}</s:Body></s:Envelope>'.encode()
    )


@dataclass
class Running:
    """A recorder that runs, and the archive of it."""

    recorder: Recorder
    replay: Replay
    archive: OnvifArchive
    visit: Visit
    rtsp: scripted.ScriptedServer

    def audit(self) -> str:
        return (self.visit.folder.path / "audit.jsonl").read_text("utf-8")


@contextlib.contextmanager
def running(
    recorder: Recorder,
    folder: Path,
    *,
    known: tuple[Channel, ...] = (Channel(1, "Gate", "VideoSource_1"),),
    rtsp: scripted.Script | None = None,
    seconds: float = 60,
) -> Iterator[Running]:
    """`recorder` on 127.0.0.1, and an archive made as a visit makes it; the clock stands at `NOW`."""
    with peers.Server(recorder) as web, scripted.ScriptedServer(rtsp or recorder.replay) as rtsp_server:
        recorder.rtsp_port = rtsp_server.port
        clock = FakeClock(NOW)
        group = Group("right", Login("admin", "s3cret<&>"))
        ledger = Ledger(folder / "logins.sqlite", clock)
        run = RunFolder(folder / "run", Redactor(frozenset({"s3cret<&>"}), frozenset({"admin"})), clock)
        login = DeviceLogin(("address:127.0.0.1",), group, ledger, GroupGate())
        budget = Budget(seconds, 64 << 20)
        host = Host("127.0.0.1", (web.port, rtsp_server.port))
        nobody = contextlib.nullcontext(None)
        visit = Visit(host, budget, clock, run, login, HttpClient("127.0.0.1", budget), lambda _: nobody)
        home = Endpoint(web.port, tls=False)
        services = {
            service: Endpoint(web.port, tls=False, target="/onvif/services") for service in (SEARCH, RECORDING, REPLAY)
        }
        session = OnvifSession(visit, home, clock_offset=recorder.ahead, services=services)
        archive = OnvifArchive(session, known, HttpAccount(login, "device", "RTSP"))
        try:
            yield Running(recorder, recorder.replay, archive, visit, rtsp_server)
        finally:
            visit.http.close()
            run.close()
            ledger.close()
