"""One instant of an ONVIF recording, played over RTSP (ONVIF Streaming, replay): asked, read, and always ended.

Every instant has a connection of its own, closed after TEARDOWN: replays outlive their session on some recorders (quirk 28),
and pictures of the one before must never be taken for those of the next. Devices that refuse what a replay client
may ask for (`Frames`, `Rate-Control`, `Require`) are asked for less, once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cctv_probe.footage.archive import Played, Wanted
from cctv_probe.footage.recorded_time import recorded_at
from cctv_probe.footage.replay_sample import NothingPlayed, ReplaySample
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.rtsp.client import ANSWER_S, Fields, RtspConnection
from cctv_probe.rtsp.exchange import Exchange
from cctv_probe.rtsp.link import Endpoint
from cctv_probe.rtsp.messages import Response
from cctv_probe.rtsp.parameter_sets import MalformedParameterSet, ParameterSets
from cctv_probe.rtsp.stream import PlayOptions, play
from cctv_probe.rtsp.uri import authority, on_host
from cctv_probe.wire.address import same_host
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

CONNECT_S = 3.0
SILENCE_S = 10.0
LEAST_SILENCE_S = 2.0
REQUIRE = ("Require", "onvif-replay")
NOTHING_THERE = (404, 410, 457)
"""What PLAY is answered with where nothing is recorded at the instant."""
REFUSES_FIELDS = (400, 451, 456, 501, 551)
_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.TLS}

_OTHER_HOST = Text(
    en="The device sends viewers of recordings to {other}; they were played at {address} instead.",
    th="อุปกรณ์ให้เปิดภาพบันทึกที่ {other} แต่ระบบเปิดที่ {address} แทน",
)
_NOTHING = Text(en="{place} has nothing recorded at {instant} ({line})", th="{place} ไม่มีภาพบันทึกเวลา {instant} ({line})")
_NO_PATH = Text(
    en="{place} does not know the replay address that it gave itself ({line}); its footage could not be asked for",
    th="{place} ไม่รู้จักที่อยู่ภาพบันทึกที่แจ้งไว้เอง ({line}) จึงยังขอดูภาพบันทึกไม่ได้",
)
_SESSION_GONE = Text(
    en="{place} lost the playback session that it had opened ({line}); try again later",
    th="{place} ทำเซสชันการเล่นภาพที่เปิดไว้หายไป ({line}) โปรดลองใหม่ภายหลัง",
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

T = TypeVar("T")


class SilentReplay(StepError):
    """PLAY was agreed to, and nothing came. Some recorders say so that they have nothing there; a hanging one does the same."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How much is asked of a recorder beside the instant itself."""

    requires: bool = True
    unpaced: bool = True
    """`Rate-Control: no` and `Immediate: yes`: as fast as it can, at once."""
    intra: bool = False
    """`Frames: intra`: key pictures alone."""

    def fields(self, at: dt.datetime) -> tuple[tuple[str, str], ...]:
        """The headers of PLAY from `at` on, an instant of the device's clock (RFC 2326, 3.7; ONVIF Streaming 6.4)."""
        found = [("Range", f"clock={clock_text(at)}-")]
        found += [("Rate-Control", "no"), ("Immediate", "yes")] if self.unpaced else []
        return (*found, ("Frames", "intra")) if self.intra else tuple(found)


LADDER = (Asking(intra=True), Asking(), Asking(unpaced=False), Asking(requires=False, unpaced=False))
"""From everything to the instant alone; where a device stops refusing, it is asked from then on."""


def clock_text(at: dt.datetime) -> str:
    """`20261120T093000.250Z`."""
    told = at.astimezone(dt.UTC)
    return f"{told:%Y%m%dT%H%M%S}.{told.microsecond // 1000:03d}Z"


class ReplayConnection(RtspConnection):
    """A connection that names the replay feature in every request, and remembers how the last one was answered."""

    requires = True
    stays_open = False
    """Whether the device is known to keep a connection open after a 401: it is not looked after, at 20 ms each time."""
    was_closed = False
    """Whether the connection had to be made anew."""
    asked = ""
    status: int | None = None

    def request(
        self, method: str, uri: str, fields: Fields = (), *, wanted_s: float = ANSWER_S, body: bytes = b""
    ) -> Response:
        """As of every connection."""
        self.asked, self.status = method, None
        named = (*fields, REQUIRE) if self.requires and method in ("DESCRIBE", "SETUP", "PLAY") else tuple(fields)
        response = super().request(method, uri, named, wanted_s=wanted_s, body=body)
        self.status = response.status
        return response

    def _learn(self, response: Response) -> None:
        super()._learn(response)
        self._refused = not self.stays_open

    def _reconnect(self, endpoint: Endpoint) -> None:
        self.was_closed = True
        super()._reconnect(endpoint)


@dataclass
class Replayer:
    """Plays instants of one recorder, one after the other. Every method raises `StepError` only."""

    visit: Visit
    account: HttpAccount
    rtsp_ports: tuple[tuple[int, bool], ...] = ()
    """(port, TLS) that are tried where the replay address's own port does not answer."""
    pace: Callable[[int], None] | None = None
    """Told of the bytes of every read; it may sleep."""
    _rung: int = 0
    _proven: set[int] = field(default_factory=set)
    _place: tuple[int, bool] | None = None
    _stays_open: bool = False
    _asked: str = ""
    _status: int | None = None

    @property
    def lost_path(self) -> bool:
        """Whether the last failure was the replay address itself."""
        return self._asked in ("DESCRIBE", "SETUP") and self._status in (404, 410, 454)

    def play(
        self, uri: str, at: dt.datetime, wanted: Wanted, deadline: Deadline, offset: dt.timedelta, *, is_empty: bool
    ) -> Played:
        """Play `uri` from `at` on, an instant of the device's clock, which is ahead of UTC by `offset`.

        `is_empty`: the index lists nothing in this recording, so that an unknown address means nothing recorded.
        """
        rung = max(self._rung, int(wanted == "long"))
        while True:
            try:
                found = self._audited(uri, at, lambda: self._once(uri, at, wanted, LADDER[rung], deadline, offset))  # noqa: B023 - it runs within this turn
            except StepError as error:
                lower = self._lower(rung, error, deadline)
                if lower is None:
                    raise self._judged(error, at, deadline, is_empty=is_empty) from error
                rung = lower
                continue
            self._proven.add(rung)
            self._rung = rung if wanted == "key" or rung > 1 else self._rung
            return found

    def _once(
        self, uri: str, at: dt.datetime, wanted: Wanted, asking: Asking, deadline: Deadline, offset: dt.timedelta
    ) -> Played:
        connection = self._connected(uri)
        with connection:
            connection.requires, connection.stays_open = asking.requires, self._stays_open
            ours = on_host(uri, self.visit.address, connection.endpoint.port, tls=connection.endpoint.tls)
            try:
                description = connection.describe(ours)
                for note in description.notes:
                    self.visit.find(note.code, note.severity, note.text)
                with play(connection, description, self._options(asking, at, deadline)) as stream:
                    sample = ReplaySample(stream, wanted == "long", clock_text(at))
                    first = sample.run(deadline)
                    device_now = self.visit.clock.now() + offset
                    told, source = recorded_at(first, stream.sender_report, device_now)
                    return Played(
                        seen_utc=None if told is None else told - offset,
                        time_source=source,
                        codec=first.codec,
                        keys=sample.keys.chosen or (first,),
                        parameter_sets=joined(stream.parameter_sets),
                        measurement=sample.measurement,
                        resolution=resolution_of(stream.parameter_sets),
                    )
            finally:
                self._asked, self._status = connection.asked, connection.status
                self._stays_open = connection.status == 200 and not connection.was_closed

    def _options(self, asking: Asking, at: dt.datetime, deadline: Deadline) -> PlayOptions:
        left_s = deadline.remaining_s()
        patience_s = left_s if LADDER.index(asking) in self._proven or not asking.intra else left_s / 2
        silence_s = min(SILENCE_S, max(LEAST_SILENCE_S, patience_s))
        return PlayOptions(nap_s=0.0, silence_s=silence_s, play_fields=asking.fields(at), pace=self.pace)

    def _connected(self, uri: str) -> ReplayConnection:
        """A connection at the address's own port, else at one that is known to speak RTSP. Only our host is asked."""
        self._asked, self._status = "", None
        named = authority(uri)
        if named and not same_host(named.host, self.visit.address):
            self.visit.find(
                "replay_uri_other_host", "low", _OTHER_HOST.with_(other=named.host, address=self.visit.address)
            )
        own = ((named.port, named.tls),) if named else ()
        failure = StepError(Ending.REFUSED, _NO_PORT.with_(place=self.visit.address))
        for place in dict.fromkeys([*((self._place,) if self._place else own), *own, *self.rtsp_ports]):
            try:
                there = Endpoint(self.visit.address, place[0], tls=place[1])
                exchange = Exchange(there, self.visit.budget, CONNECT_S)
            except StepError as error:
                if error.ending not in _SILENT:
                    raise
                failure = error
                continue
            self._place = place
            return ReplayConnection(exchange, self.visit.budget, account=self.account)
        raise failure

    def _lower(self, rung: int, error: StepError, deadline: Deadline) -> int | None:
        """Which rung to try after a failure; None where the failure is about the instant or the device itself."""
        if rung in self._proven or not deadline.remaining_s():
            return None
        last = len(LADDER) - 1
        if self._status == 551 and self._asked in ("DESCRIBE", "SETUP"):
            return last if rung < last else None
        if self._asked != "PLAY":
            return None
        silent = LADDER[rung].intra and error.ending is Ending.TIMEOUT and self._status == 200
        return rung + 1 if (silent or self._status in REFUSES_FIELDS) and rung < last else None

    def _judged(self, error: StepError, at: dt.datetime, deadline: Deadline, *, is_empty: bool) -> StepError:
        """What a failure says of the footage: nothing there, or only that it could not be asked for."""
        status = self._status
        words = {"place": self.visit.address, "line": str(status or ""), "instant": clock_text(at)}
        if self._asked == "PLAY":
            refused = self._proven and status in REFUSES_FIELDS
            if status in NOTHING_THERE or refused:
                return NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(**words))
            if status == 454:
                return StepError(Ending.FAULT, _SESSION_GONE.with_(place=words["place"], line=words["line"]))
        elif self.lost_path:
            if is_empty and status != 454:
                return NothingPlayed(Ending.NOT_FOUND, _NOTHING.with_(**words))
            return StepError(Ending.FAULT, _NO_PATH.with_(place=words["place"], line=words["line"]))
        if self._is_silence(error):
            return SilentReplay(Ending.TIMEOUT, error.line)
        if error.ending is Ending.BUDGET_SPENT:
            ending, text = (Ending.TOO_LARGE, _FLOOD) if deadline.remaining_s() else (Ending.TIMEOUT, _NOT_IN_TIME)
            return StepError(ending, text.with_(place=words["place"], instant=words["instant"]))
        return error

    def _is_silence(self, error: StepError) -> bool:
        agreed = self._asked == "PLAY" and self._status == 200
        return agreed and error.ending is Ending.TIMEOUT and not isinstance(error, NothingPlayed)

    def _audited(self, uri: str, at: dt.datetime, action: Callable[[], T]) -> T:
        outcome = "ok"
        try:
            return action()
        except StepError as error:
            outcome = error.ending.value
            raise
        finally:
            login = self.account.sent or "device" in self.visit.login.proven
            step = f"rtsp.PLAY {uri} clock={clock_text(at)}"
            self.visit.folder.asked(self.visit.address, step, login=login, outcome=outcome)


def joined(sets: ParameterSets | None) -> bytes:
    """Parameter sets as a decoder takes them: NAL units behind start codes, other headers as they are."""
    if sets is None:
        return b""
    start = b"\0\0\0\1" if sets.codec in ("h264", "h265") else b""
    return b"".join(start + unit for unit in sets.units)


def resolution_of(sets: ParameterSets | None) -> str | None:
    """The picture size that the footage itself tells; a description alone may be stale (quirk 20)."""
    if sets is None or not sets.in_band:
        return None
    try:
        picture = sets.picture()
    except MalformedParameterSet:
        return None
    return str(Resolution.of(picture.width_px, picture.height_px)) if picture else None
