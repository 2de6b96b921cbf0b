"""A Hikvision recorder as an archive: its calendar and searches over ISAPI, its instants over RTSP, named in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers_footage import Segment
from cctv_probe.dialects.hikvision.answers_storage import Track, tracks
from cctv_probe.dialects.hikvision.ask_footage import Calendar, FootageQuestions, Found
from cctv_probe.dialects.hikvision.ask_health import RECORDING_OFF
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.footage.archive import ArchiveChannel, Index, Played, Wanted
from cctv_probe.footage.control import ControlledReplay
from cctv_probe.footage.hikvision_index import index_of
from cctv_probe.footage.onvif_index import Believed
from cctv_probe.footage.window_replay import Window, WindowReplayer
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.words import Text
from cctv_probe.rtsp.uri import RTSP_PORT
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

METHOD = "isapi.playback"
KEY_BYTES = 64 << 20
LONG_BYTES = 256 << 20
INDEX_S = 180.0
INDEX_BYTES = 64 << 20
_WITHOUT = {Ending.NOT_SUPPORTED, Ending.NOT_FOUND}

_NO_RECORDINGS = Text(
    en="{address} keeps no recordings that can be asked for over ISAPI",
    th="{address} ไม่มีภาพบันทึกที่ขอดูผ่าน ISAPI ได้",
)


@dataclass
class HikvisionArchive:
    """The archive behind one ISAPI session. Every method raises `StepError` only. Not shared between threads.

    `known` are the device's channels as `ask_channels` found them; `ask_device` must have been asked before, for clock and
    zone. Each question for an index, and each playback, has an allowance of its own; the visit's budget stands still meanwhile.
    """

    session: IsapiSession
    known: Sequence[Channel]
    account: HttpAccount
    """Of the device's RTSP server (`HttpAccount(login, "device", "RTSP")`)."""
    rtsp_ports: tuple[tuple[int, bool], ...] = ()
    pace: Callable[[int], None] | None = None
    questions: FootageQuestions = field(init=False)
    _tracks: dict[int, Track] | None = None
    _indexes: dict[int, Index] = field(default_factory=dict)
    _paths: dict[int, str] = field(default_factory=dict)
    _replay: ControlledReplay | None = None

    def __post_init__(self) -> None:
        self.questions = FootageQuestions(self.session)

    @property
    def source(self) -> str:
        """The method for evidence."""
        return METHOD

    @property
    def visit(self) -> Visit:
        """The visit that findings and attempts are written into."""
        return self.session.visit

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """The channels in use, and those that have record tracks where none are known.

        Raises NOT_SUPPORTED for a device without recordings, and what its answer ended with where it gave none.
        """
        listed = self._listed()
        if not listed and not self.session.is_recorder:
            raise StepError(Ending.NOT_SUPPORTED, _NO_RECORDINGS.with_(address=self.visit.address))
        if self.known:
            return tuple(ArchiveChannel(one.number, f"track-{self._track(one.number)}", one.name) for one in self.known)
        return tuple(ArchiveChannel(number, f"track-{self._track(number)}") for number in sorted(listed))

    def index(self, channel: ArchiveChannel, since_utc: dt.datetime, until_utc: dt.datetime) -> Index:
        """What the recorder claims about `channel`; its implausible dates become findings of the visit."""
        session, track = self.session, self._track(channel.number)
        since, until = since_utc + session.clock_offset, until_utc + session.clock_offset
        listed = self._listed().get(channel.number)
        with self.visit.budget.apart(INDEX_S, INDEX_BYTES):
            calendar = self.questions.calendar(track, since, until)
            oldest, found = self._searched(track, calendar, since, until)
        for segment in found.segments[-1:] if found else ():
            self._paths.update({channel.number: segment.path} if segment.path else {})
        believed = Believed(self.visit.clock.now(), session.clock_offset)
        index = index_of(listed, calendar, oldest, found, session.zone, believed)
        for finding in believed.findings:
            self.visit.find(finding.code, finding.severity, finding.text)
        if listed is not None and listed.is_off:
            self.visit.find("recording_off", "high", RECORDING_OFF.with_(number=channel.number))
        self._indexes[channel.number] = index
        return index

    def play(self, channel: ArchiveChannel, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play the minute that begins at `at_utc`; the connection is closed before this returns.

        `seen_utc` is the footage's own time, or by the control experiment of `footage.control` the window's start, or None.
        Raises NOT_FOUND (nothing recorded there), MALFORMED (footage without anything to decode), BUSY, TIMEOUT, FAULT (an
        answer that says nothing about the footage), and what a login ends with.
        """
        self.visit.http.close()  # devices have few connections to give
        most = KEY_BYTES if wanted == "key" else LONG_BYTES
        try:
            with self.visit.budget.apart(max(0.001, deadline.remaining_s()), most):
                return self._controlled().play(
                    channel.number, at_utc, wanted, deadline, self._indexes.get(channel.number)
                )
        except StepError as error:
            if error.ending is Ending.BUDGET_SPENT:
                raise StepError(Ending.TIMEOUT) from error
            raise

    def _searched(
        self, track: int, calendar: Calendar, since: dt.datetime, until: dt.datetime
    ) -> tuple[Segment | None, Found | None]:
        """(the oldest segment, all segments); each None where the search did not answer: the calendar still does."""
        if calendar.supported and not calendar.days:
            return None, None
        try:
            oldest = self.questions.oldest(track, calendar, since, until)
            if oldest is None and not calendar.supported:
                return None, Found((), is_complete=True)
            since = since if calendar.supported or oldest is None else max(since, oldest.start)
            return oldest, self.questions.segments(track, calendar, since, until)
        except StepError as error:
            if error.ending is Ending.INTERRUPTED or not calendar.days:
                raise
            return None, None

    def _controlled(self) -> ControlledReplay:
        if self._replay is None:
            ports = self.rtsp_ports
            told = self.session.rtsp_port
            own = ((told, False),) if told else () if ports else ((RTSP_PORT, False),)
            replayer = WindowReplayer(self.visit, self.account, tuple(dict.fromkeys((*own, *ports))), self.pace)
            self._replay = ControlledReplay(replayer, self._window, self.session.clock_offset)
        return self._replay

    def _window(self, number: int, start: dt.datetime, end: dt.datetime) -> Window:
        """The window of a channel; the recorder wants its own local time, with a `Z` that means nothing (quirk 27)."""
        zone = self.session.zone
        path = self._paths.get(number) or f"/Streaming/tracks/{self._track(number)}"
        named = "&".join(
            f"{name}={zone.local(at):%Y%m%dT%H%M%SZ}" for name, at in (("starttime", start), ("endtime", end))
        )
        return Window(f"{path}?{named}", start, end, zone.ahead_at(start))

    def _track(self, number: int) -> int:
        known = self._listed().get(number)
        return known.id if known else number * 100 + 1

    def _listed(self) -> dict[int, Track]:
        """Channel number → its record track: the first whose schedule is on, else the first. Asked once."""
        if self._tracks is None:
            try:
                told = tracks(self.session.once(ops.TRACKS).root)
            except StepError as error:
                if error.ending not in _WITHOUT:
                    raise
                told = ()
            found: dict[int, Track] = {}
            for track in sorted(told, key=lambda one: (one.is_off, one.id)):
                found.setdefault(track.number, track)
            self._tracks = found
        return self._tracks
