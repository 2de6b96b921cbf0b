"""An ONVIF recorder (Profile G) as an archive: its index over the search service, its instants over RTSP replay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cctv_probe.dialects.onvif import answers_recording as answers
from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif.answers_recording import Recording
from cctv_probe.dialects.onvif.ask_recordings import Recorded, RecordingQuestions
from cctv_probe.dialects.onvif.recording_channels import RecordedChannel
from cctv_probe.dialects.onvif.session import OnvifSession
from cctv_probe.footage.archive import ArchiveChannel, Index, Played, Wanted
from cctv_probe.footage.onvif_index import Believed, index_of, nearest
from cctv_probe.footage.onvif_replay import Replayer, SilentReplay
from cctv_probe.footage.replay_sample import NothingPlayed
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

METHOD = "onvif.replay"
KEY_BYTES = 64 << 20
LONG_BYTES = 256 << 20
INDEX_S = 120.0
INDEX_BYTES = 64 << 20
MOST_RECORDINGS_TRIED = 2
SERVICES = (ops.SEARCH, ops.RECORDING, ops.REPLAY)

CONTROL_S = 20.0
CONTROL_BEFORE_END = dt.timedelta(minutes=10)
CLOCK_READING = dt.timedelta(seconds=2)
"""ONVIF clocks are told in whole seconds: an offset so small is no offset."""

_STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}

_NO_SERVICE = Text(
    en="{address} offers no ONVIF search or replay, so its footage cannot be asked for over ONVIF",
    th="{address} ไม่มีบริการค้นหาหรือเล่นภาพบันทึกผ่าน ONVIF จึงขอดูภาพบันทึกผ่าน ONVIF ไม่ได้",
)
_LISTS_NONE = Text(
    en="{address} lists no recording over ONVIF; what it records in other ways cannot be seen so",
    th="{address} ไม่แสดงรายการบันทึกผ่าน ONVIF หากบันทึกด้วยวิธีอื่น ระบบจะมองไม่เห็นด้วยวิธีนี้",
)
_NOT_RECORDED = Text(
    en="{address} lists recordings, but none of channel {number}",
    th="{address} มีรายการบันทึก แต่ไม่มีของช่อง {number}",
)
_NO_URI = Text(
    en="{address} gave no address to play a recording at",
    th="{address} ไม่ได้แจ้งที่อยู่สำหรับเล่นภาพบันทึก",
)
_SILENT_THERE = Text(
    en="nothing came, while another instant played at once: nothing is recorded there ({line})",
    th="ไม่มีข้อมูลส่งมา ขณะที่ช่วงเวลาอื่นเล่นได้ทันที แสดงว่าไม่มีภาพบันทึกในเวลานั้น ({line})",
)
_SWITCHED_OFF = Text(
    en="Channel {number} is not being recorded: its recording job is switched off.",
    th="ช่อง {number} ไม่ได้บันทึกอยู่ เพราะงานบันทึกถูกปิดไว้",
)


@dataclass
class OnvifArchive:
    """The archive behind one ONVIF session. Every method raises `StepError` only. Not shared between threads.

    `known` are the device's channels, as media profiles show them: recordings are joined to them. Each question for an
    index, and each playback, has an allowance of its own; the visit's budget stands still meanwhile.
    """

    session: OnvifSession
    known: Sequence[Channel]
    account: HttpAccount
    """Of the device's RTSP server (`HttpAccount(login, "device", "RTSP")`)."""
    rtsp_ports: tuple[tuple[int, bool], ...] = ()
    pace: Callable[[int], None] | None = None
    _recorded: Recorded | None = None
    _good: tuple[Recording, dt.datetime] | None = None
    """What played last: recording and instant."""
    _uris: dict[str, str] = field(default_factory=dict)
    _replayer: Replayer = field(init=False)

    def __post_init__(self) -> None:
        self._replayer = Replayer(self.visit, self.account, self.rtsp_ports, self.pace)

    @property
    def source(self) -> str:
        """The method for evidence."""
        return METHOD

    @property
    def visit(self) -> Visit:
        """The visit that findings and attempts are written into."""
        return self.session.visit

    @property
    def _offset(self) -> dt.timedelta:
        """The recorder's clock minus UTC."""
        told = self.session.clock_offset
        return told if abs(told) > CLOCK_READING else dt.timedelta(0)

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """The device's channels and those that only its recordings show. Asked once.

        Raises NOT_SUPPORTED where the device has no search, and what its answers ended with where it gave none.
        """
        sources = {channel.number: channel.token for channel in self.known}
        found = []
        for channel in self._ask().channels:
            # A source keeps its token; recordings come and go on some devices.
            own = next((recording.token for recording in channel.recordings), f"channel-{channel.number}")
            found.append(ArchiveChannel(channel.number, sources.get(channel.number) or own, channel.name))
        return tuple(found)

    def index(self, channel: ArchiveChannel, since_utc: dt.datetime, until_utc: dt.datetime) -> Index:
        """What the recorder claims about `channel`; its implausible dates become findings of the visit."""
        recorded, held = self._ask(), self._held(channel)
        offset = self._offset
        tokens = [recording.token for recording in held.recordings]
        history = None
        if tokens and since_utc < until_utc:
            with self.visit.budget.apart(INDEX_S, INDEX_BYTES):
                questions = RecordingQuestions(self.session, self.known)
                history = questions.history(tokens, since_utc + offset, until_utc + offset)
        believed = Believed(self.visit.clock.now(), offset)
        index = index_of(held, recorded.summary, history, believed, since_utc, until_utc)
        for finding in believed.findings:
            self.visit.find(finding.code, finding.severity, finding.text)
        if held.is_idle:
            self.visit.find("recording_switched_off", "high", _SWITCHED_OFF.with_(number=str(held.number)))
        return replace(index, raw_sha256=(*recorded.raw_sha256, *(history.raw_sha256 if history else ())))

    def play(self, channel: ArchiveChannel, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play the instant; the connection is closed before this returns.

        Raises NOT_FOUND (nothing recorded there), MALFORMED (footage without anything to decode), BUSY, TIMEOUT (it
        agreed, and sent nothing to begin with in time), NOT_SUPPORTED (it lists no recording at all), FAULT (an answer
        that says nothing about the footage), and what a login ends with.
        """
        held = self._held(channel)
        if not held.recordings:
            raise self._nothing_listed(held)
        at = at_utc + self._offset
        missing: StepError | None = None
        for recording in nearest(held.recordings, at)[:MOST_RECORDINGS_TRIED]:
            most = KEY_BYTES if wanted == "key" else LONG_BYTES
            try:
                with self.visit.budget.apart(max(0.001, deadline.remaining_s()), most):
                    played = self._played(recording, at, wanted, deadline)
            except NothingPlayed as error:
                if error.ending is not Ending.NOT_FOUND:
                    raise
                missing = missing or error
            except SilentReplay as error:
                if not self._plays_elsewhere(recording):
                    raise
                missing = missing or NothingPlayed(Ending.NOT_FOUND, _SILENT_THERE.with_(line=error.line))
            except StepError as error:
                raise _about_the_asking(error) from error
            else:
                self._good = recording, at
                return played
        assert missing is not None
        raise missing

    def _plays_elsewhere(self, silent: Recording) -> bool:
        """Whether another instant plays right now: then silence means that nothing is recorded at the one asked for."""
        deadline = Deadline.after(CONTROL_S)
        newest = (silent, silent.latest - CONTROL_BEFORE_END) if silent.latest else None
        for recording, at in filter(None, (self._good, newest)):
            try:
                with self.visit.budget.apart(CONTROL_S, KEY_BYTES):
                    self._played(recording, at, "key", deadline)
            except StepError:
                continue
            return True
        return False

    def _played(self, recording: Recording, at: dt.datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play one recording; an address that the device no longer knows is asked for once more."""
        known = recording.token in self._uris
        is_empty = recording.earliest is None and recording.latest is None
        offset = self._offset
        try:
            uri = self._uri(recording.token)
            return self._replayer.play(uri, at, wanted, deadline, offset, is_empty=is_empty)
        except StepError:
            if not (known and self._replayer.lost_path):
                raise
        del self._uris[recording.token]
        uri = self._uri(recording.token)
        return self._replayer.play(uri, at, wanted, deadline, offset, is_empty=is_empty)

    def _uri(self, token: str) -> str:
        """The replay address of a recording; the ONVIF connection is closed, because devices have few to give."""
        if token not in self._uris:
            reply = self.session.call(ops.GET_REPLAY_URI, StreamSetup=_STREAM_SETUP, RecordingToken=token)
            uri = answers.replay_uri(reply.body)
            if uri is None:
                raise StepError(Ending.MALFORMED, _NO_URI.with_(address=self.visit.address))
            self._uris[token] = uri
        self.visit.http.close()
        return self._uris[token]

    def _ask(self) -> Recorded:
        if self._recorded is not None:
            return self._recorded
        offered = [service for service in SERVICES if self.session.offers(service)]
        if not offered and len(self.session.services) > 1:
            raise StepError(Ending.NOT_SUPPORTED, _NO_SERVICE.with_(address=self.visit.address))
        before = len(self.visit.attempts)
        with self.visit.budget.apart(INDEX_S, INDEX_BYTES):
            recorded = RecordingQuestions(self.session, self.known).ask()
        if not recorded.lists_any:
            failed = [item for item in self.visit.attempts[before:] if item.ending is not Ending.OK]
            if failed and recorded.summary is None:
                raise StepError(failed[0].ending, failed[0].line)
            self.visit.find("archive_lists_nothing", "info", _LISTS_NONE.with_(address=self.visit.address))
        self._recorded = recorded
        return recorded

    def _held(self, channel: ArchiveChannel) -> RecordedChannel:
        found = (held for held in self._ask().channels if held.number == channel.number)
        return next(found, RecordedChannel(channel.number, channel.name, ()))

    def _nothing_listed(self, held: RecordedChannel) -> StepError:
        if self._ask().lists_any:
            words = _NOT_RECORDED.with_(address=self.visit.address, number=str(held.number))
            return NothingPlayed(Ending.NOT_FOUND, words)
        return StepError(Ending.NOT_SUPPORTED, _LISTS_NONE.with_(address=self.visit.address))


def _about_the_asking(error: StepError) -> StepError:
    """An unknown address or an unreadable answer on the way to the footage says nothing about the footage itself."""
    if error.ending in (Ending.NOT_FOUND, Ending.MALFORMED):
        return StepError(Ending.FAULT, error.line)
    return StepError(Ending.TIMEOUT) if error.ending is Ending.BUDGET_SPENT else error
