"""One short window of a recording whose RTSP address names its own instants, as Hikvision's and Dahua's recorders have it.

Nothing of ONVIF's replay is asked for: the address alone says from when to when. The connection is closed after TEARDOWN and
the playing stopped by us, because recorders play past the end that was asked for and keep sessions after their viewers (quirk 28).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cctv_probe.footage.archive import Played, Wanted
from cctv_probe.footage.findings import oddity
from cctv_probe.footage.onvif_replay import NOTHING_THERE, clock_text, joined, resolution_of
from cctv_probe.footage.recorded_time import BY_REPORT, NOW_S, UNKNOWN, recorded_at
from cctv_probe.footage.replay_sample import REPORTS_MISSED, NothingPlayed, ReplaySample
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.rtsp.client import ANSWER_S, Fields, RtspConnection
from cctv_probe.rtsp.exchange import Exchange
from cctv_probe.rtsp.link import Endpoint
from cctv_probe.rtsp.messages import Response
from cctv_probe.rtsp.setup import video_of
from cctv_probe.rtsp.stream import PlayingStream, PlayOptions, play
from cctv_probe.rtsp.uri import RTSP_PORT, on_host
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

BY_RANGE = "rtsp.play_range"
CONNECT_S = 3.0
SILENCE_S = 10.0
LEAST_SILENCE_S = 2.0
ECHO_S = 1.0
"""A `Range` of PLAY's answer so near the window's start or end may be the address's own words."""
NO_FOOTAGE = (400, 404, 410, 451, 456, 457)
"""What recorders answer for a window without footage, at an address of a shape that they play otherwise (Dahua: 400)."""
_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.TLS}
_CLOCK = re.compile(r"clock\s*=\s*(\d{8}T\d{6})(\.\d{1,6})?Z?", re.IGNORECASE)

_NOTHING = Text(en="{place} has nothing recorded at {instant} ({line})", th="{place} ไม่มีภาพบันทึกเวลา {instant} ({line})")
_NO_PATH = Text(
    en="{place} does not play recordings at the address that its make is documented to use ({line}); its footage could not be asked for",
    th="{place} ไม่เล่นภาพบันทึกตามที่อยู่ซึ่งระบุในเอกสารของยี่ห้อนี้ ({line}) จึงยังขอดูภาพบันทึกไม่ได้",
)
_NO_PORT = Text(
    en="no RTSP port of {place} answered; its footage could not be asked for",
    th="ไม่มีพอร์ต RTSP ของ {place} ตอบ จึงยังขอดูภาพบันทึกไม่ได้",
)
_NOT_IN_TIME = Text(
    en="{place} did not play the footage of {instant} in the time given; it was stopped. Try again later",
    th="{place} ไม่ได้เล่นภาพบันทึกเวลา {instant} ภายในเวลาที่ให้ไว้ จึงหยุดไว้ โปรดลองใหม่ภายหลัง",
)
_FLOOD = Text(
    en="{place} sent more than one instant may take, and no whole key picture of {instant} among it; it was stopped",
    th="{place} ส่งข้อมูลเกินกำหนดสำหรับหนึ่งช่วงเวลา แต่ไม่มีภาพหลัก (key frame) ที่สมบูรณ์ของเวลา {instant} จึงหยุดรับ",
)


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: `path` (with its query) names the window from `start` to `end`, instants of the device's clock.

    `zone` is by how much the device's local time is ahead of UTC: recorders that write local time with a `Z` (quirk 27)
    may do so in what they send as well.
    """

    path: str
    start: dt.datetime
    end: dt.datetime
    zone: dt.timedelta = dt.timedelta(0)

    def placed(self, told: dt.datetime) -> dt.datetime:
        """`told` as an instant of the device's clock: local time where only that lies inside the window."""
        slack = dt.timedelta(seconds=NOW_S)
        inside = self.start - slack <= told <= self.end + slack
        local = self.start - slack <= told - self.zone <= self.end + slack
        return told - self.zone if local and not inside else told

    def is_history(self, told: dt.datetime, device_now: dt.datetime) -> bool:
        """Whether a time can be that of footage: neither the wall clock, in UTC or in local time, nor a clock that was never set."""
        slack = dt.timedelta(seconds=NOW_S)
        if self.start - slack <= told <= self.end + slack:
            return True
        is_now = any(abs(told - now) <= slack for now in (device_now, device_now + self.zone))
        return not is_now and oddity(told, device_now) is None


class WindowConnection(RtspConnection):
    """A connection that remembers what was asked last, how it was answered, and the `Range` of PLAY's answer."""

    asked = ""
    status: int | None = None
    play_range: str | None = None

    def request(
        self, method: str, uri: str, fields: Fields = (), *, wanted_s: float = ANSWER_S, body: bytes = b""
    ) -> Response:
        """As of every connection."""
        self.asked, self.status = method, None
        response = super().request(method, uri, fields, wanted_s=wanted_s, body=body)
        self.status = response.status
        if method == "PLAY":
            self.play_range = response.headers.get("Range")
        return response


@dataclass
class WindowReplayer:
    """Plays windows of one recorder, one after the other. Every method raises `StepError` only."""

    visit: Visit
    account: HttpAccount
    rtsp_ports: tuple[tuple[int, bool], ...] = ()
    """(port, TLS) to try in order; 554 where none is given."""
    pace: Callable[[int], None] | None = None
    """Told of the bytes of every read; it may sleep."""
    silence_s: float = SILENCE_S
    """No packet for so long after PLAY is a time-out."""
    told_start: bool = field(default=False, init=False)
    """Whether the `Range` of the last PLAY's answer was a time of day at all, be it an echo of the window's start."""
    _reports_missed: int = field(default=0, init=False)
    _place: tuple[int, bool] | None = None
    _asked: str = field(default="", init=False)
    _status: int | None = field(default=None, init=False)

    @property
    def lost_path(self) -> bool:
        """Whether the last failure was about the address: a window without footage, or a shape that is not known here."""
        return self._asked in ("DESCRIBE", "SETUP") and (self._status in NO_FOOTAGE or self._status == 454)

    @property
    def agreed(self) -> bool:
        """Whether the device had agreed to play when the last window ended."""
        return self._asked == "PLAY" and self._status == 200

    def play(
        self, window: Window, wanted: Wanted, deadline: Deadline, offset: dt.timedelta, *, is_known: bool
    ) -> Played:
        """Play `window`; the device's clock is ahead of UTC by `offset`.

        `is_known`: an address of this shape was played here before, so that one which is refused means nothing recorded.
        `seen_utc` comes from the replay header, else a sender report that is not "now", else a `Range` that is no echo;
        else it is None, and what may be concluded from the window itself is for `footage.control` to say.
        Raises NOT_FOUND (nothing recorded there), MALFORMED (footage without anything to decode), BUSY (453, 503), TIMEOUT,
        FAULT (an answer that says nothing about the footage), and what a login ends with.
        """
        try:
            return self._audited(window, lambda: self._once(window, wanted, deadline, offset))
        except StepError as error:
            raise self._judged(error, window, deadline, is_known=is_known) from error

    def _once(self, window: Window, wanted: Wanted, deadline: Deadline, offset: dt.timedelta) -> Played:
        connection = self._connected()
        with connection:
            endpoint = connection.endpoint
            uri = on_host(window.path, self.visit.address, endpoint.port, tls=endpoint.tls)
            try:
                description = connection.describe(uri)
                for note in description.notes:
                    self.visit.find(note.code, note.severity, note.text)
                video_of(description, endpoint.place)
                silence_s = min(self.silence_s, max(LEAST_SILENCE_S, deadline.remaining_s()))
                options = PlayOptions(nap_s=0.0, silence_s=silence_s, pace=self.pace)
                with play(connection, description, options) as stream:
                    return self._watched(stream, connection, window, wanted, deadline, offset)
            finally:
                self._asked, self._status = connection.asked, connection.status

    def _watched(
        self,
        stream: PlayingStream,
        connection: WindowConnection,
        window: Window,
        wanted: Wanted,
        deadline: Deadline,
        offset: dt.timedelta,
    ) -> Played:
        play_range, playing = connection.play_range, (connection.asked, connection.status)
        self.told_start = bool(play_range and _CLOCK.search(play_range[:200]))
        waits = self._reports_missed < REPORTS_MISSED
        sample = ReplaySample(stream, wanted == "long", clock_text(window.start), waits_for_report=waits)
        try:
            first = sample.run(deadline)
            self._reports_missed = 0 if stream.sender_report is not None else self._reports_missed + 1
        finally:
            connection.asked, connection.status = playing
        device_now = self.visit.clock.now() + offset
        told, source = recorded_at(first, stream.sender_report, device_now)
        if told is not None:
            told = window.placed(told)
        if told is None or (source == BY_REPORT and not window.is_history(told, device_now)):
            told, source = told_by_range(play_range, window, device_now)
        return Played(
            seen_utc=None if told is None else told - offset,
            time_source=source,
            codec=first.codec,
            keys=sample.keys.chosen or (first,),
            parameter_sets=joined(stream.parameter_sets),
            measurement=sample.measurement,
            resolution=resolution_of(stream.parameter_sets),
        )

    def _connected(self) -> WindowConnection:
        """A connection at the first port that answers."""
        self._asked, self._status = "", None
        failure = StepError(Ending.REFUSED, _NO_PORT.with_(place=self.visit.address))
        known = (self._place,) if self._place else ()
        for place in dict.fromkeys([*known, *(self.rtsp_ports or ((RTSP_PORT, False),))]):
            try:
                there = Endpoint(self.visit.address, place[0], tls=place[1])
                exchange = Exchange(there, self.visit.budget, CONNECT_S)
            except StepError as error:
                if error.ending not in _SILENT:
                    raise
                failure = error
                continue
            self._place = place
            return WindowConnection(exchange, self.visit.budget, account=self.account)
        raise failure

    def _judged(self, error: StepError, window: Window, deadline: Deadline, *, is_known: bool) -> StepError:
        """What a failure says of the footage: nothing there, or only that it could not be asked for."""
        if isinstance(error, NothingPlayed):
            return error
        words = {"place": self.visit.address, "instant": clock_text(window.start), "line": str(self._status or "")}
        without_video = self._asked == "DESCRIBE" and self._status == 200 and error.ending is Ending.NOT_FOUND
        if self._asked == "PLAY" and (self._status in NOTHING_THERE or (is_known and self._status in NO_FOOTAGE)):
            return NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(**words))
        if self.lost_path or without_video:
            if is_known and self._status != 454:
                return NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(**words))
            return StepError(Ending.FAULT, _NO_PATH.with_(place=words["place"], line=words["line"]))
        if error.ending is Ending.BUDGET_SPENT:
            ending, text = (Ending.TOO_LARGE, _FLOOD) if deadline.remaining_s() else (Ending.TIMEOUT, _NOT_IN_TIME)
            return StepError(ending, text.with_(place=words["place"], instant=words["instant"]))
        # An unreadable answer on the way to the footage says nothing about the footage itself.
        return StepError(Ending.FAULT, error.line) if error.ending in (Ending.NOT_FOUND, Ending.MALFORMED) else error

    def _audited(self, window: Window, action: Callable[[], Played]) -> Played:
        outcome = "ok"
        try:
            return action()
        except StepError as error:
            outcome = error.ending.value
            raise
        finally:
            login = self.account.sent or "device" in self.visit.login.proven
            self.visit.folder.asked(self.visit.address, f"rtsp.PLAY {window.path}", login=login, outcome=outcome)


def told_by_range(value: str | None, window: Window, device_now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """(when the footage begins by the `Range` of PLAY's answer, how that is known). Pure.

    We send `npt=`: a `clock=` comes from the recorder. One that repeats the window's start to the second may be the
    address read back, and one that says "now" the wall clock: both tell nothing. Any other is the recorder's own word
    about where it begins, near the window (its nearest key picture) or far from it (it jumped).
    """
    found = _CLOCK.search(value[:200]) if value else None
    try:
        moment = dt.datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC) if found else None
    except ValueError:
        moment = None
    if found is None or moment is None:
        return None, UNKNOWN
    told = window.placed(moment + dt.timedelta(seconds=float(found[2] or 0)))
    is_echo = any(abs((told - edge).total_seconds()) < ECHO_S for edge in (window.start, window.end))
    return (told, BY_RANGE) if not is_echo and window.is_history(told, device_now) else (None, UNKNOWN)
