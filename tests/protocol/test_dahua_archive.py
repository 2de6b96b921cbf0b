"""A Dahua recorder as an archive: index, RTSP playback whose pictures carry no time, live video in disguise, files as proof."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import select
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cctv_probe.dialects.dahua.ask_health import Health
from cctv_probe.footage.archive import ArchiveChannel, Played
from cctv_probe.footage.control import BY_WINDOW
from cctv_probe.footage.dahua_archive import DahuaArchive
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from tests.unit.dialects.dahua.device import NOW, CgiDevice, Met, hours, met
from tests.unit.footage.recordings import dav
from tests.unit.rtsp import scripted
from tests.unit.rtsp.packets import PACKETIZERS, Sender, clip

ZONE = dt.timedelta(hours=7)
TODAY = dt.date(2026, 11, 23)
SINCE = NOW - dt.timedelta(days=400)
INSIDE = NOW - dt.timedelta(days=2)
"""An instant with footage."""
BEFORE = NOW - dt.timedelta(days=20)
"""An instant without."""


def wall(utc: dt.datetime) -> dt.datetime:
    return (utc + ZONE).replace(tzinfo=None)


@dataclass
class Playback:
    """The RTSP side: which addresses it knows, and what it does for instants without footage."""

    shapes: tuple[str, ...] = ("/cam/playback",)
    live: tuple[str, ...] = ()
    """Addresses that show live video whatever the instants."""
    jumps: bool = False
    since: dt.datetime = field(default_factory=lambda: wall(NOW - dt.timedelta(days=5)))
    until: dt.datetime = field(default_factory=lambda: wall(NOW - dt.timedelta(minutes=10)))
    described: list[str] = field(default_factory=list)
    torn_down: int = 0
    opened: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, peer: scripted.Peer) -> None:
        while True:
            asked = peer.read()
            if asked.method == "DESCRIBE":
                self.described.append(asked.uri)
                known = self._plays(asked.uri)
                peer.answer(asked, *(["200 OK"] if known else ["404 Not Found"]), body=scripted.SDP if known else "")
            elif asked.method == "SETUP":
                self.opened += 1
                peer.answer(asked, "200 OK", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7;timeout=60")
            elif asked.method == "PLAY":
                peer.answer(asked, "200 OK", "Session: 7", "Range: npt=0.000000-")
                self._stream(peer)
            elif asked.method == "TEARDOWN":
                self.torn_down += 1
                peer.answer(asked)
            else:
                peer.answer(asked, "200 OK", "Public: DESCRIBE, SETUP, PLAY, TEARDOWN")

    def _plays(self, uri: str) -> bool:
        found = re.search(r"(/cam/\w+)\?channel=([12])&subtype=[01]&starttime=([\d_]{19})&endtime=([\d_]{19})$", uri)
        assert found, uri
        if found[2] == "2":
            return False
        if found[1] in self.live:
            return True
        start = dt.datetime.fromisoformat("-".join(found[3].split("_")[:3]) + " " + ":".join(found[3].split("_")[3:]))
        return found[1] in self.shapes and (self.jumps or self.since <= start < self.until)

    def _stream(self, peer: scripted.Peer) -> None:
        pictures, sender, number = clip("h264", frames=8, gop=4), Sender(), 0
        while not select.select([peer.sock], [], [], 0)[0] and not peer.stopping.is_set():
            payloads = list(PACKETIZERS["h264"](pictures[number % 8], 1200))
            for place, payload in enumerate(payloads):
                packet = sender.packet(payload, marker=place == len(payloads) - 1)
                peer.send(b"$\0" + struct.pack(">H", len(packet)) + packet)
            sender.timestamp += 4500
            number += 1
            peer.stopping.wait(0.002)


@dataclass
class Run:
    """An archive of a device that runs."""

    archive: DahuaArchive
    met: Met
    playback: Playback
    channel: ArchiveChannel

    def play(self, at: dt.datetime, seconds: float = 20) -> Played:
        return self.archive.play(self.channel, at, "key", Deadline.after(seconds))

    def ending(self, at: dt.datetime) -> Ending:
        with pytest.raises(StepError) as raised:
            self.play(at)
        return raised.value.ending


@contextlib.contextmanager
def running(
    folder: Path, device: CgiDevice, playback: Playback, *, port: int | None = None, health: Health | None = None
) -> Iterator[Run]:
    with scripted.ScriptedServer(playback) as rtsp, met(device, folder, more_ports=(rtsp.port,)) as run:
        account = HttpAccount(run.visit.login, "device", "RTSP")
        known = (Channel(1, "Gate", "dahua-1"),)
        archive = DahuaArchive(run.session, known, account, ((port or rtsp.port, False),), health=health)
        try:
            yield Run(archive, run, playback, archive.channels()[0])
        finally:
            archive.close()


def device(**more: object) -> CgiDevice:
    files = [file for back in range(5, 0, -1) for file in hours(TODAY - dt.timedelta(days=back))] + hours(TODAY, 9)
    made = CgiDevice(files={1: files})
    for name, value in more.items():
        setattr(made, name, value)
    return made


def hands_out(channel: int, start: dt.datetime) -> bytes | None:
    """Footage of the last five days, from the key picture before the instant."""
    assert channel == 1
    inside = wall(NOW - dt.timedelta(days=5)) <= start < wall(NOW)
    return dav(start - dt.timedelta(seconds=1), seconds=6) if inside else None


# --- The index --------------------------------------------------------------------------------------------------------


def test_the_index_in_utc(tmp_path: Path) -> None:
    health = Health(modes={1: "continuous"}, overwrite=True, kept_days=0)
    with running(tmp_path, device(), Playback(), health=health) as run:
        index = run.archive.index(run.channel, SINCE, NOW)
    assert index.oldest_utc == dt.datetime(2026, 11, 17, 17, tzinfo=dt.UTC)
    assert index.newest_utc == dt.datetime(2026, 11, 23, 1, 59, 59, tzinfo=dt.UTC)
    assert (len(index.spans), index.spans_known, index.recording_mode) == (1, True, "continuous")
    assert index.configured_days == "until_full"
    assert len(index.raw_sha256) == 2


def test_a_clock_that_is_an_hour_ahead_moves_index_and_instants(tmp_path: Path) -> None:
    with running(tmp_path, device(), Playback()) as run:
        run.met.session.wall_offset = dt.timedelta(hours=8)
        archive = DahuaArchive(run.met.session, run.archive.known, run.archive.account, run.archive.rtsp_ports)
        index = archive.index(run.channel, SINCE, NOW)
        assert index.oldest_utc == dt.datetime(2026, 11, 17, 16, tzinfo=dt.UTC)
        played = archive.play(run.channel, INSIDE, "key", Deadline.after(20))
    assert played.seen_utc == INSIDE
    assert "starttime=2026_11_21_10_00_00&endtime=2026_11_21_10_01_00" in run.playback.described[0]


def test_an_index_that_cannot_be_asked_says_why(tmp_path: Path) -> None:
    closed = device()
    closed.answers["mediaFileFind.cgi?action=factory.create"] = (
        "403 Forbidden",
        "Error\r\nAuthority:check failure.\r\n",
    )
    with running(tmp_path, closed, Playback()) as run, pytest.raises(StepError) as raised:
        run.archive.index(run.channel, SINCE, NOW)
    assert raised.value.ending is Ending.NOT_PERMITTED


def test_dates_that_cannot_be_are_findings_and_no_history(tmp_path: Path) -> None:
    odd = device()
    odd.files[1].insert(0, ("2000-01-01 00:00:00", "2000-01-01 01:00:00", "Timing"))
    odd.files[1].insert(0, ("1999-01-01 00:00:00", "1999-01-01 01:00:00", "Timing"))
    with running(tmp_path, odd, Playback()) as run:
        index = run.archive.index(run.channel, dt.datetime(1990, 1, 1, tzinfo=dt.UTC), NOW)
    assert index.oldest_utc == dt.datetime(2026, 11, 17, 17, tzinfo=dt.UTC)
    assert run.met.codes() == ["footage_date_unset"]


def test_only_the_sub_stream_is_recorded(tmp_path: Path) -> None:
    sub = device()
    sub.stream = "Extra1"
    with running(tmp_path, sub, Playback()) as run:
        run.archive.index(run.channel, SINCE, NOW)
        run.play(INSIDE)
    assert run.met.codes() == ["records_sub_stream"]
    assert "subtype=1" in run.playback.described[0]


# --- Playing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["/cam/playback", "/cam/realmonitor"])
def test_an_honest_recorder_is_believed_after_the_control_experiment(tmp_path: Path, shape: str) -> None:
    with running(tmp_path, device(), Playback((shape,))) as run:
        run.archive.index(run.channel, SINCE, NOW)
        played = run.play(INSIDE)
        assert (played.seen_utc, played.time_source, played.codec) == (INSIDE, BY_WINDOW, "h264")
        assert played.keys[0].is_key
        asked = len(run.playback.described)
        assert run.play(INSIDE + dt.timedelta(hours=5)).seen_utc == INSIDE + dt.timedelta(hours=5)
        assert len(run.playback.described) == asked + 1  # the experiment is made once
        assert run.ending(BEFORE) is Ending.NOT_FOUND
        assert run.playback.torn_down == run.playback.opened


def test_live_video_at_the_other_address_is_no_footage(tmp_path: Path) -> None:
    lying = Playback(shapes=(), live=("/cam/realmonitor",))
    with running(tmp_path, device(load=hands_out), lying) as run:
        run.archive.index(run.channel, SINCE, NOW)
        played = run.play(INSIDE)
        assert (played.time_source, played.container) == ("container", "dav")
        assert played.seen_utc == INSIDE - dt.timedelta(seconds=1)
        asked = len(lying.described)
        assert run.ending(BEFORE) is Ending.NOT_FOUND
        assert run.play(INSIDE + dt.timedelta(hours=3)).container == "dav"
        assert lying.described[asked:] == []  # files prove it: RTSP is asked no more
    assert {"playback_jumps", "playback_not_proven"} <= set(run.met.codes())


def test_live_video_alone_proves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, device(), Playback(shapes=(), live=("/cam/realmonitor",))) as run:
        run.archive.index(run.channel, SINCE, NOW)
        assert run.play(INSIDE).seen_utc is None
        assert run.ending(INSIDE) in (Ending.NOT_SUPPORTED, Ending.FAULT)


def test_a_recorder_that_jumps_is_proved_by_its_files(tmp_path: Path) -> None:
    with running(tmp_path, device(load=hands_out), Playback(jumps=True)) as run:
        run.archive.index(run.channel, SINCE, NOW)
        assert run.play(INSIDE).container == "dav"
        assert run.ending(BEFORE) is Ending.NOT_FOUND


@pytest.mark.parametrize("chunked", [False, True])
def test_without_rtsp_files_are_played(tmp_path: Path, chunked: bool) -> None:
    with running(tmp_path, device(load=hands_out, chunked=chunked), Playback(), port=1) as run:
        run.archive.index(run.channel, SINCE, NOW)
        played = run.play(INSIDE)
        assert (played.codec, played.container, len(played.keys) >= 1) == ("h264", "dav", True)
        long = run.archive.play(run.channel, INSIDE, "long", Deadline.after(30))
        assert long.measurement is not None
        assert long.measurement.frame_rate == pytest.approx(5, abs=0.3)
        assert run.ending(BEFORE) is Ending.NOT_FOUND
        assert run.met.visit.login.failures == 0
    assert run.met.device.refusals == 0


def test_without_rtsp_and_files_nothing_is_said_of_the_footage(tmp_path: Path) -> None:
    with running(tmp_path, device(), Playback(), port=1) as run:
        run.archive.index(run.channel, SINCE, NOW)
        assert [run.ending(INSIDE) for _ in range(4)] == [Ending.REFUSED] * 4
    assert len([step for step in run.met.device.steps if step == "startLoad"]) == 2


def test_a_file_of_something_else_is_no_footage(tmp_path: Path) -> None:
    def rubbish(_channel: int, _start: dt.datetime) -> bytes:
        return b"\0" * 5000

    with running(tmp_path, device(load=rubbish), Playback(), port=1) as run:
        assert run.ending(INSIDE) is Ending.REFUSED


def test_a_channel_without_recordings_beside_one_that_plays(tmp_path: Path) -> None:
    with running(tmp_path, device(), Playback()) as run:
        empty = ArchiveChannel(2, "dahua-2")
        run.archive.index(empty, SINCE, NOW)
        with pytest.raises(StepError) as raised:
            run.archive.play(empty, INSIDE, "key", Deadline.after(20))
        assert raised.value.ending is Ending.FAULT  # nothing shows yet that such addresses are played here
        run.archive.index(run.channel, SINCE, NOW)
        run.play(INSIDE)
        with pytest.raises(StepError) as raised:
            run.archive.play(empty, INSIDE, "key", Deadline.after(20))
        assert raised.value.ending is Ending.NOT_FOUND


def test_no_channels_is_said(tmp_path: Path) -> None:
    with running(tmp_path, device(), Playback()) as run:
        archive = DahuaArchive(run.met.session, (), run.archive.account)
        with pytest.raises(StepError) as raised:
            archive.channels()
    assert raised.value.ending is Ending.NOT_SUPPORTED
