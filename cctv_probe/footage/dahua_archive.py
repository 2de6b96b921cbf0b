"""A Dahua recorder as an archive: its index by file search, its instants over RTSP playback, else as files.

RTSP playback has two documented addresses: `/cam/playback`, and `/cam/realmonitor` with the same instants, which shows *live*
video on devices that overlook them. What carries no time of its own is believed only where the control experiment shows that
the device plays nothing for instants that cannot be (`footage.control`); else the dates in its files decide (`dahua_download`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cctv_probe.dialects.dahua.ask_footage import Recorded, ask_footage
from cctv_probe.dialects.dahua.ask_health import Health
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.footage.archive import ArchiveChannel, Index, Played, Wanted
from cctv_probe.footage.control import ControlledReplay, Verdict
from cctv_probe.footage.dahua_download import Downloader
from cctv_probe.footage.onvif_index import Believed
from cctv_probe.footage.replay_sample import NothingPlayed
from cctv_probe.footage.window_replay import Window, WindowReplayer
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.footage import Span
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

METHOD = "dahua.playback"
KEY_BYTES, LONG_BYTES = 64 << 20, 256 << 20
INDEX_S, INDEX_BYTES = 180.0, 64 << 20
SHAPES = ("/cam/playback", "/cam/realmonitor")
MOST_DOWNLOAD_FAILURES = 2
MOST_MISSES = 3

_NO_CHANNELS = Text(
    en="{address} told of no channels, so none of its footage can be asked for",
    th="{address} ไม่ได้แจ้งช่องใดเลย จึงขอดูภาพบันทึกไม่ได้",
)
_SUB_ONLY = Text(
    en="The recorder stores the second, smaller stream of channel {number}, not its main one.",
    th="เครื่องบันทึกเก็บภาพสตรีมรองที่มีขนาดเล็กกว่าของช่อง {number} ไม่ใช่สตรีมหลัก",
)
_LIVE = Text(
    en="{address} plays something else than the footage that was asked for at {path}, live video perhaps; that address is not used as a proof.",
    th="{address} เล่นภาพอื่นที่ไม่ใช่ภาพบันทึกที่ขอจาก {path} อาจเป็นภาพสด จึงไม่ใช้ที่อยู่นี้เป็นหลักฐาน",
)
_UNPROVABLE = Text(
    en="plays other footage than was asked for, and hands out none as files: when channel {number} was recorded cannot be proved",
    th="เล่นภาพอื่นที่ไม่ใช่ภาพที่ขอ และไม่ให้ดาวน์โหลดภาพเป็นไฟล์ จึงพิสูจน์ไม่ได้ว่าช่อง {number} บันทึกไว้เมื่อใด",
)
_LISTS_NOTHING = Text(
    en="lists no recording of channel {number} and refuses to play it, while it plays other channels",
    th="ไม่มีรายการบันทึกของช่อง {number} และไม่ยอมเล่นภาพของช่องนี้ ทั้งที่เล่นช่องอื่นได้",
)
_HOPELESS = {
    Ending.UNAUTHORIZED,
    Ending.LOCKED_OUT,
    Ending.HELD_BACK,
    Ending.BUSY,
    Ending.INTERRUPTED,
    Ending.BUDGET_SPENT,
}
_ABOUT_DOWNLOADS = {Ending.NOT_SUPPORTED, Ending.NOT_PERMITTED, Ending.FAULT, Ending.MALFORMED, Ending.NOT_FOUND}


@dataclass
class DahuaArchive:
    """The archive behind one Dahua session. Every method raises `StepError` only. Not shared between threads.

    `known` are the channels that `ask_channels` found; `account` is that of the RTSP server (`HttpAccount(login, "device",
    "RTSP")`). Each question for an index, and each playback, has an allowance of its own; the visit's budget stands still
    meanwhile. `close` ends the child that reads files, where one was needed.
    """

    session: DahuaSession
    known: Sequence[Channel]
    account: HttpAccount
    rtsp_ports: tuple[tuple[int, bool], ...] = ()
    pace: Callable[[int], None] | None = None
    health: Health | None = None
    """What `ask_health` found: recording modes and the declared retention."""
    _indexes: dict[int, Index] = field(default_factory=dict)
    _empty: set[int] = field(default_factory=set)
    """Channels for which a whole search listed nothing."""
    _sub_only: set[int] = field(default_factory=set)
    _shapes: dict[str, ControlledReplay] = field(default_factory=dict)
    _played: list[str] = field(default_factory=list)
    """Shapes that played what was asked for."""
    _useless: set[tuple[str, int]] = field(default_factory=set)
    """Shapes that are not known there or play something else, by channel."""
    _misses: Counter[tuple[str, int]] = field(default_factory=Counter)
    _downloads_failed: int = 0
    _files_first: bool = False
    """Whether files proved what RTSP could not: they are then asked for first."""
    _downloader: Downloader = field(init=False)

    def __post_init__(self) -> None:
        self._downloader = Downloader(self.session, self.pace)
        self._sub_only |= self.health.sub_only if self.health else set()
        replayer = WindowReplayer(self.visit, self.account, self.rtsp_ports, self.pace)
        zone = self.session.site_offset
        for shape in SHAPES:
            self._shapes[shape] = ControlledReplay(
                replayer, self._window_of(shape, zone), self.session.wall_offset - zone
            )

    @property
    def source(self) -> str:
        """The method for evidence."""
        return METHOD

    @property
    def visit(self) -> Visit:
        """The visit that findings and attempts are written into."""
        return self.session.visit

    def close(self) -> None:
        """End the child that reads files, if one was started."""
        self._downloader.close()

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """The channels that were found in use. Raises NOT_SUPPORTED where there are none."""
        if not self.known:
            raise StepError(Ending.NOT_SUPPORTED, _NO_CHANNELS.with_(address=self.visit.address))
        return tuple(
            ArchiveChannel(channel.number, channel.token or f"dahua-{channel.number}", channel.name)
            for channel in self.known
        )

    def index(self, channel: ArchiveChannel, since_utc: dt.datetime, until_utc: dt.datetime) -> Index:
        """What the recorder lists for `channel`; its implausible dates become findings of the visit.

        Raises what the search ended with, where it could not be asked.
        """
        with self.visit.budget.apart(INDEX_S, INDEX_BYTES):
            recorded = ask_footage(self.session, channel.number, since_utc, until_utc)
        if recorded is None:
            failed = self.visit.attempts[-1]
            raise StepError(failed.ending, failed.line)
        index = self._indexed(channel.number, recorded, since_utc, until_utc)
        self._indexes[channel.number] = index
        if recorded.complete and not recorded.stretches:
            self._empty.add(channel.number)
        if recorded.sub_only and channel.number not in self._sub_only:
            self._sub_only.add(channel.number)
            self.visit.find("records_sub_stream", "medium", _SUB_ONLY.with_(number=channel.number))
        return index

    def play(self, channel: ArchiveChannel, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play the instant; every connection is closed before this returns.

        Raises NOT_FOUND (nothing recorded there), MALFORMED (footage without anything to decode), BUSY, TIMEOUT, FAULT
        (an answer that says nothing about the footage), and what a login ends with.
        """
        most = KEY_BYTES if wanted == "key" else LONG_BYTES
        self.visit.http.close()
        with self.visit.budget.apart(max(0.001, deadline.remaining_s()), most):
            if self._files_first:
                try:
                    return self._downloader.play(channel.number, at_utc, wanted, deadline)
                except NothingPlayed:
                    raise
                except StepError as error:
                    if error.ending in _HOPELESS:
                        raise
            shared = Deadline.after(deadline.remaining_s() / 2) if self._may_download else deadline
            untimed, failure = self._over_rtsp(channel.number, at_utc, wanted, shared)
            if untimed is not None and untimed.seen_utc is not None:
                return untimed
            if untimed is None and self._is_empty(channel.number):
                raise NothingPlayed(Ending.NOT_FOUND, _LISTS_NOTHING.with_(number=channel.number))
            return self._as_file(channel.number, at_utc, wanted, deadline, untimed, failure)

    @property
    def _may_download(self) -> bool:
        """Whether files may be had: until it was refused some times."""
        return self._downloads_failed < MOST_DOWNLOAD_FAILURES or self._downloader.is_proven

    def _is_empty(self, number: int) -> bool:
        """Whether its search lists nothing and its playback is refused, on a device that plays other channels."""
        lost = self._shapes[SHAPES[0]].replayer.lost_path
        return number in self._empty and lost and bool(self._played)

    # --- Playing -----------------------------------------------------------------------------------------------------

    def _over_rtsp(
        self, number: int, at_utc: dt.datetime, wanted: Wanted, deadline: Deadline
    ) -> tuple[Played | None, StepError | None]:
        """(what played, perhaps without a time; why nothing did). Raises where the footage or the login has spoken."""
        untimed: Played | None = None
        failure: StepError | None = None
        for shape in sorted(SHAPES, key=lambda each: (each not in self._played, SHAPES.index(each))):
            if (shape, number) in self._useless:
                continue
            replay = self._shapes[shape]
            try:
                played = replay.play(number, at_utc, wanted, deadline, self._indexes.get(number))
            except NothingPlayed:
                raise
            except StepError as error:
                if error.ending in _HOPELESS:
                    raise
                failure = failure or error
                if not replay.replayer.lost_path:
                    break
                self._misses[shape, number] += 1
                if shape not in self._played and self._misses[shape, number] >= MOST_MISSES:
                    self._useless.add((shape, number))
                continue
            if played.seen_utc is not None:
                self._played += [] if shape in self._played else [shape]
                return played, None
            untimed = untimed or played
            if replay.verdict(number, self._indexes.get(number)) is not Verdict.JUMPS:
                break
            self._useless.add((shape, number))
            self.visit.find("playback_not_proven", "low", _LIVE.with_(address=self.visit.address, path=shape))
        return untimed, failure

    def _as_file(
        self,
        number: int,
        at_utc: dt.datetime,
        wanted: Wanted,
        deadline: Deadline,
        untimed: Played | None,
        failure: StepError | None,
    ) -> Played:
        """The footage as a file, whose frames carry their dates; what played without a time where there is none."""
        if self._may_download and not self._files_first:
            try:
                played = self._downloader.play(number, at_utc, wanted, deadline)
                self._files_first = True
                return played
            except NothingPlayed:
                raise
            except StepError as error:
                if error.ending is Ending.INTERRUPTED:
                    raise
                self._downloads_failed += error.ending in _ABOUT_DOWNLOADS
                failure = failure or error
        if untimed is not None:
            return untimed
        raise _about_the_asking(failure or StepError(Ending.NOT_SUPPORTED, _UNPROVABLE.with_(number=number)))

    def _window_of(self, shape: str, zone: dt.timedelta) -> Callable[[int, dt.datetime, dt.datetime], Window]:
        def window(number: int, start: dt.datetime, end: dt.datetime) -> Window:
            subtype = int(number in self._sub_only)
            path = f"{shape}?channel={number}&subtype={subtype}&starttime={_stamp(start + zone)}&endtime={_stamp(end + zone)}"
            return Window(path, start, end, zone)

        return window

    # --- The index ---------------------------------------------------------------------------------------------------

    def _indexed(self, number: int, recorded: Recorded, since: dt.datetime, until: dt.datetime) -> Index:
        believed = Believed(self.visit.clock.now(), dt.timedelta(0))
        spans = []
        for stretch in recorded.stretches:
            start, end = believed.utc(self.session.utc(stretch.start)), believed.utc(self.session.utc(stretch.end))
            if start and end and max(start, since) < min(end, until):
                spans.append(Span(max(start, since), min(end, until), stretch.kind, stretch.locked))
        for finding in believed.findings:
            self.visit.find(finding.code, finding.severity, finding.text)
        mode = self.health.modes.get(number) if self.health else None
        return Index(
            oldest_utc=min((span.start_utc for span in spans), default=None),
            newest_utc=max((span.end_utc for span in spans), default=None),
            spans=tuple(sorted(spans)),
            spans_known=recorded.complete and bool(spans),
            configured_days=self.health.configured_days if self.health else None,
            recording_mode=mode if mode and mode != "off" else "unknown",
            raw_sha256=recorded.raw_sha256,
        )


def _stamp(local: dt.datetime) -> str:
    """`2026_11_20_09_30_00`."""
    return f"{local:%Y_%m_%d_%H_%M_%S}"


def _about_the_asking(error: StepError) -> StepError:
    """An unknown address or an unreadable answer on the way to the footage says nothing about the footage itself."""
    if error.ending in (Ending.NOT_FOUND, Ending.MALFORMED):
        return StepError(Ending.FAULT, error.line)
    return StepError(Ending.TIMEOUT) if error.ending is Ending.BUDGET_SPENT else error
