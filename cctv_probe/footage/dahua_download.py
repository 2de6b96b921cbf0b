"""One instant of a Dahua recording as its recorder hands out files: `loadfile.cgi`, DHAV frames that carry their own date.

The date in every frame is the recorder's word about that frame, so that what comes proves its instant, where RTSP carries no
time. The answer is read as far as it is needed (to the first whole key picture, or ten recorded seconds) and cut off; pictures
are taken out of it by the child that reads files, never here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua import refusals
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.footage.archive import Played, Wanted
from cctv_probe.footage.dahua_stream import HttpHead, MalformedHead, Unwrapped, read_head
from cctv_probe.footage.folders import dhav
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.footage.folders.listing import FROM_CONTAINER
from cctv_probe.footage.replay_sample import NothingPlayed
from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.file_messages import FileAnswer, FileQuestion
from cctv_probe.media.timeline import Measurement, Timeline
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.rtsp.link import Endpoint, Link
from cctv_probe.wire import digest
from cctv_probe.wire.address import url_host
from cctv_probe.wire.deadline import Deadline

CONNECT_S = 3.0
KEY_WINDOW, LONG_WINDOW = dt.timedelta(seconds=20), dt.timedelta(seconds=60)
KEY_BYTES, LONG_BYTES = 24 << 20, 128 << 20
LONG_S = 24.0
"""Two groups of pictures also of recorders that send a key picture every ten seconds."""
LOOK_BYTES = 1 << 20
"""So much without a frame is no DHAV."""
BEHIND_KEY_BYTES = 4096
ROUNDS = 4
_CLOCK_HZ = 90_000
_HEAD_BYTES = 24

_NOTHING = Text(en="{place} has nothing recorded at {instant} ({line})", th="{place} ไม่มีภาพบันทึกเวลา {instant} ({line})")
_NO_FILES = Text(
    en="{place} does not hand out its recordings as files ({line})",
    th="{place} ไม่ให้ดาวน์โหลดภาพบันทึกเป็นไฟล์ ({line})",
)
_OTHER_FORM = Text(
    en="{place} handed out the recording of {instant} in a form that is not read here",
    th="{place} ส่งภาพบันทึกเวลา {instant} ในรูปแบบที่ระบบนี้อ่านไม่ได้",
)
_NO_KEY = Text(
    en="{place} handed out the recording of {instant} without a whole key picture, which decoding must begin with",
    th="{place} ส่งภาพบันทึกเวลา {instant} โดยไม่มีภาพหลัก (key frame) ที่สมบูรณ์สำหรับเริ่มถอดรหัส",
)


@dataclass
class Frames:
    """DHAV frames in what has come so far. Bounded by what is fed."""

    data: bytearray = field(default_factory=bytearray)
    first_key: dhav.Frame | None = None
    latest: dt.datetime | None = None
    _at: int = 0

    def feed(self, more: bytes) -> None:
        """Take more of the body."""
        self.data += more
        while len(self.data) >= self._at + _HEAD_BYTES:
            frame = dhav.parse_frame(bytes(self.data[self._at : self._at + _HEAD_BYTES]), self._at)
            if frame is None:
                place = self.data.find(b"DHAV", self._at + 1)
                # Its first letters may have come already.
                self._at = place if place >= 0 else len(self.data) - 3
                if place < 0:
                    return
            elif frame.offset + frame.length > len(self.data):
                return
            else:
                self._take(frame)

    def _take(self, frame: dhav.Frame) -> None:
        if self.first_key is None and frame.is_key:
            self.first_key = frame
        self.latest = frame.local
        self._at = frame.offset + frame.length

    def enough(self, wanted: Wanted) -> bool:
        """Whether a key picture (and for a long sample the seconds behind it) is whole."""
        key = self.first_key
        if key is None:
            return False
        if wanted == "key":
            return len(self.data) >= key.offset + key.length + BEHIND_KEY_BYTES
        return self.latest is not None and (self.latest - key.local).total_seconds() >= LONG_S


@dataclass
class Downloader:
    """Fetches instants of one recorder as files, one after the other. Every method raises `StepError` only."""

    session: DahuaSession
    pace: Callable[[int], None] | None = None
    """Told of the bytes of every read; it may sleep."""
    is_proven: bool = False
    """Whether it handed out a file before: what it refuses then is not there."""
    _reader: FileReader | None = None

    def close(self) -> None:
        """End the child that reads files, if one was started."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def play(self, number: int, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """The footage of channel `number` (from 1) at `at_utc`, by the date that its frames carry.

        Raises NOT_FOUND (nothing recorded there), MALFORMED (footage without anything to decode), NOT_SUPPORTED (it hands
        out no files), TIMEOUT, FAULT, and what a login ends with.
        """
        session = self.session
        start = session.local(at_utc)
        end = start + (KEY_WINDOW if wanted == "key" else LONG_WINDOW)
        target = ops.LOAD_FILE.target(
            {"channel": number, "startTime": f"{start:%Y-%m-%d %H:%M:%S}", "endTime": f"{end:%Y-%m-%d %H:%M:%S}"}
        )
        words = {"place": session.visit.address, "instant": f"{start:%Y-%m-%d %H:%M:%S}"}
        session.visit.http.close()
        frames = self._fetched(target, wanted, deadline, words)
        key = frames.first_key
        if key is None:
            ending, text = (Ending.MALFORMED, _NO_KEY) if frames.latest else (Ending.FAULT, _OTHER_FORM)
            raise (NothingPlayed if frames.latest else StepError)(ending, text.with_(**words))
        self.is_proven = True
        answer = self._read(frames, key, wanted, deadline)
        if answer.failed is not None or not answer.keys:
            raise NothingPlayed(Ending.MALFORMED, _NO_KEY.with_(**words))
        return Played(
            seen_utc=session.utc(key.local),
            time_source=FROM_CONTAINER,
            codec=answer.codec,
            keys=tuple(_unit(answer.codec, each.at_s, len(each.data), True, each.data) for each in answer.keys),
            parameter_sets=answer.parameter_sets,
            measurement=_measured(answer) if wanted == "long" else None,
            container="dav",
        )

    def _read(self, frames: Frames, key: dhav.Frame, wanted: Wanted, deadline: Deadline) -> FileAnswer:
        self._reader = self._reader or FileReader()
        data = bytes(frames.data[key.offset :])
        question = FileQuestion(len(data), "long" if wanted == "long" else "key")
        return self._reader.read(lambda at, size: data[at : at + size], question, deadline)

    def _fetched(self, target: str, wanted: Wanted, deadline: Deadline, words: dict[str, str]) -> Frames:
        """What came of the file, once the login is settled."""
        for _ in range(ROUNDS):
            with self._asked(target, deadline) as (link, head, unwrapped):
                if head.status == 401:
                    self.session.account.challenged(
                        digest.parse_challenges(head.challenges), secure=self.session.endpoint.tls
                    )
                    continue
                if head.status != 200:
                    raise self._declined(head, unwrapped.take(b""), words)
                self.session.account.accepted()
                return self._received(link, unwrapped, wanted, deadline, words)
        raise StepError(Ending.FAULT, _NO_FILES.with_(place=words["place"], line="401"))

    def _received(
        self, link: Link, unwrapped: Unwrapped, wanted: Wanted, deadline: Deadline, words: dict[str, str]
    ) -> Frames:
        frames, most = Frames(), KEY_BYTES if wanted == "key" else LONG_BYTES
        body = unwrapped.take(b"")
        while True:
            frames.feed(body)
            size = len(frames.data)
            if (
                frames.enough(wanted)
                or unwrapped.is_over
                or size >= most
                or (size > LOOK_BYTES and frames.latest is None)
            ):
                break
            try:
                data = link.receive(deadline)
            except StepError as error:
                if frames.first_key is None or error.ending is Ending.INTERRUPTED:
                    raise
                break  # what came is enough to look at
            if not data:
                break
            if self.pace:
                self.pace(len(data))
            body = unwrapped.take(data)
        if not frames.data or (len(frames.data) < 2000 and frames.data.lstrip()[:5].lower() == b"error"):
            raise NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(line="200", **words))
        return frames

    @contextmanager
    def _asked(self, target: str, deadline: Deadline) -> Iterator[tuple[Link, HttpHead, Unwrapped]]:
        """The head of the answer on a connection of its own, which is closed afterwards."""
        session, visit = self.session, self.session.visit
        signature = session.account.sign(ops.METHOD, target, secure=session.endpoint.tls)
        outcome, link = "no answer", None
        try:
            there = Endpoint(visit.address, session.endpoint.port, tls=session.endpoint.tls)
            link = Link.open(there, budget=visit.budget, connect_s=CONNECT_S)
            link.send(_request(target, url_host(visit.address), there.port, signature), deadline)
            head, rest = _head(link, deadline)
            outcome = str(head.status)
            yield link, head, Unwrapped(rest, chunked=head.chunked, length=head.length)
        except StepError as error:
            outcome = error.ending.value if outcome == "no answer" else outcome
            session.account.abandoned()
            raise
        finally:
            if link is not None:
                link.close()
            visit.folder.asked(visit.address, ops.LOAD_FILE.step, login=signature is not None, outcome=outcome)

    def _declined(self, head: HttpHead, body: bytes, words: dict[str, str]) -> StepError:
        told = refusals.read(body)
        if head.status == 403 and told.locked:
            return StepError(Ending.LOCKED_OUT)
        if head.status in (429, 503) or told.crowded:
            return StepError(Ending.BUSY)
        line = {"line": str(head.status)}
        if head.status in (400, 404) and self.is_proven:
            return NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(**words, **line))
        ending = Ending.NOT_PERMITTED if head.status == 403 else Ending.NOT_SUPPORTED
        return StepError(ending if head.status < 500 else Ending.FAULT, _NO_FILES.with_(place=words["place"], **line))


def _request(target: str, host: str, port: int, signature: str | None) -> bytes:
    lines = [f"{ops.METHOD} {target} HTTP/1.1", f"Host: {host}:{port}", "User-Agent: cctv-probe", "Accept: */*"]
    lines += [f"Authorization: {signature}"] if signature else []
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("utf-8", "surrogateescape")


def _head(link: Link, deadline: Deadline) -> tuple[HttpHead, bytes]:
    """(status and headers, what came behind them)."""
    data = b""
    while True:
        try:
            found = read_head(data)
        except MalformedHead as error:
            raise StepError(Ending.MALFORMED) from error
        if found is not None:
            return found
        more = link.receive(deadline)
        if not more:
            raise StepError(Ending.MALFORMED)
        data += more


def _measured(answer: FileAnswer) -> Measurement | None:
    timeline = Timeline(live=False)
    for row in sorted(answer.rows, key=lambda row: row.at_s):
        timeline.add(_unit(answer.codec, row.at_s, row.size_bytes, row.is_key))
    return timeline.measure()


def _unit(codec: str, at_s: float, size_bytes: int, is_key: bool, data: bytes = b"") -> AccessUnit:
    return AccessUnit(codec, round(at_s * _CLOCK_HZ), _CLOCK_HZ, at_s, data, size_bytes, is_key)
