"""Replay of recordings over RTSP: true instants, pictures of their own, and every fault."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import requests

from cctv_probe.simulator.fleet import Device, Recorded
from cctv_probe.simulator.fleet_recordings import Locked, RecordedGap
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.recorded_spans import at
from tests.unit.simulator.replays import PATH, Replay, picture_of, recorded, recorder
from tests.unit.simulator.towns import ask, fleet_of

NOW = datetime.now(UTC)
YESTERDAY = at(1, "10:17", NOW) + timedelta(seconds=23.5)
HOUR = timedelta(hours=1)
GAP = (RecordedGap(day=1, starts="12:00", ends="15:00"),)
THERE, MISSING = at(1, "11:00", NOW), at(1, "12:30", NOW)


@pytest.fixture(scope="module")
def town() -> Iterator[Municipality]:
    """A recorder of three channels: with a gap, frozen, and H.265 at 12.5 pictures a second."""
    h265 = Recorded(codec="h265", width=320, height=240, frame_rate=12.5, gop=25, bit_rate_bps=200_000)
    device = recorder(recorded(gaps=GAP), recorded(frozen=True), recorded(recorded=h265))
    with Municipality(fleet_of(device)) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def replay(town: Municipality) -> Iterator[Replay]:
    with Replay(town.fleet.devices[0]) as client:
        yield client


def test_only_who_requires_replay_is_served(replay: Replay) -> None:
    transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
    assert replay.ask("DESCRIBE", PATH)[0] == 400
    assert replay.ask("SETUP", f"{PATH}/trackID=1", Transport=transport)[0] == 400
    status, headers, body = replay.ask("DESCRIBE", PATH, Require="onvif-replay")
    assert (status, headers["content-type"]) == (200, "application/sdp")
    assert "a=x-onvif-track:Video_001" in body
    assert f"a=range:clock={at(2, '00:00', NOW):%Y%m%dT%H%M%S}" in body
    assert replay.ask("DESCRIBE", "/onvif/replay/Recording_009", Require="onvif-replay")[0] == 404


def test_every_access_unit_tells_when_it_was_recorded(replay: Replay) -> None:
    assert replay.set_up().play_at(YESTERDAY) == 200
    units = replay.units(25)
    first = units[0].recorded
    assert first is not None
    assert timedelta() <= YESTERDAY - first < timedelta(seconds=1)
    told = [(unit.recorded - first).total_seconds() for unit in units if unit.recorded]
    assert told == pytest.approx([number / 10 for number in range(len(units))], abs=1e-3)
    ticks = [(unit.timestamp - units[0].timestamp) & 0xFFFFFFFF for unit in units]
    assert ticks == [9000 * number for number in range(len(units))]
    assert [unit.flags for unit in units[:12]] == ["C", *[""] * 9, "C", ""]
    assert {unit.cseq for unit in units} == {2}
    assert len(picture_of(units)) == len(units)


def test_the_range_ends_where_it_is_told(replay: Replay) -> None:
    assert replay.set_up().play_at(YESTERDAY, YESTERDAY + timedelta(seconds=3)) == 200
    units = replay.units(100, seconds=1)
    last = units[-1].recorded
    assert last is not None
    assert timedelta() <= YESTERDAY + timedelta(seconds=3) - last <= timedelta(seconds=0.1)
    assert replay.ask("TEARDOWN", PATH)[0] == 200


def test_key_frames_alone_as_fast_as_they_come(replay: Replay) -> None:
    began = time.monotonic()
    assert replay.set_up().play_at(YESTERDAY, Frames="intra") == 200
    units = replay.units(12)
    assert time.monotonic() - began < 5
    assert all(unit.flags == "C" and unit.is_key for unit in units)
    apart = {
        round((b.recorded - a.recorded).total_seconds(), 3)
        for a, b in itertools.pairwise(units)
        if a.recorded and b.recorded
    }
    assert apart == {1.0}


def test_rate_control_is_real_time(replay: Replay) -> None:
    assert replay.set_up().play_at(YESTERDAY, Rate_Control="yes") == 200
    units = replay.units(16)
    assert units[-1].arrived_s - units[0].arrived_s == pytest.approx(1.5, abs=0.3)


def test_immediate_breaks_off_what_plays(replay: Replay) -> None:
    assert replay.set_up().play_at(YESTERDAY, Rate_Control="yes") == 200
    assert replay.units(3)
    earlier = YESTERDAY - 5 * HOUR
    assert replay.play_at(earlier, Immediate="yes") == 200
    units = [unit for unit in replay.units(15) if unit.cseq == 3]
    assert units
    assert units[0].recorded is not None
    assert abs(units[0].recorded - earlier) < timedelta(seconds=1.1)


def test_a_gap_is_marked_and_leapt_over(replay: Replay) -> None:
    end = at(1, "12:00", NOW)
    assert replay.set_up().play_at(end - timedelta(seconds=2)) == 200
    units = replay.units(30)
    (ended,) = [number for number, unit in enumerate(units) if "E" in unit.flags]
    before, after = units[ended], units[ended + 1]
    assert before.recorded is not None
    assert after.recorded is not None
    assert before.recorded < end
    assert after.flags == "CD"
    assert after.recorded == at(1, "15:00", NOW)


def test_the_newest_footage_ends_with_t(replay: Replay) -> None:
    assert replay.set_up().play_at(datetime.now(UTC) - timedelta(seconds=20), Frames="intra") == 200
    assert replay.units(60, seconds=2)[-1].flags == "CET"


def test_nothing_recorded_is_refused(replay: Replay) -> None:
    replay.set_up()
    assert replay.play_at(MISSING) == 457
    assert replay.play_at(at(9, "12:00", NOW)) == 457
    assert replay.play_at(datetime.now(UTC) + HOUR) == 457
    assert replay.play_at(THERE) == 200


def test_every_instant_has_its_own_pictures_but_not_where_it_is_frozen(town: Municipality) -> None:
    instants = [at(day, clock_, NOW) for day in (1, 2) for clock_ in ("03:10", "09:00", "21:45")]

    def keys(path: str, codec: str) -> list[np.ndarray]:
        pictures = []
        with Replay(town.fleet.devices[0]) as client:
            client.set_up(path)
            for instant in instants:
                end = instant + timedelta(seconds=0.5)
                assert client.play_at(instant, end, path, Frames="intra", Immediate="yes") == 200
                (unit,) = client.units(1)
                assert unit.recorded is not None
                assert abs(unit.recorded - instant) < timedelta(seconds=2)
                pictures += picture_of([unit], codec)
        return [one.astype(int) for one in pictures]

    for path, codec in ((PATH, "h264"), (PATH[:-1] + "3", "hevc")):
        shown = keys(path, codec)
        assert len(shown) == len(instants)
        assert min(np.abs(a - b).mean() for at_, a in enumerate(shown) for b in shown[:at_]) > 1.0
    frozen = keys(PATH[:-1] + "2", "h264")
    assert all(np.array_equal(frozen[0], one) for one in frozen)


def test_h265_at_its_own_rate(town: Municipality) -> None:
    with Replay(town.fleet.devices[0]) as client:
        path = PATH[:-1] + "3"
        assert client.set_up(path).play_at(YESTERDAY, path=path) == 200
        units = client.units(30)
    assert [unit.timestamp - units[0].timestamp & 0xFFFFFFFF for unit in units[:4]] == [0, 7200, 14400, 21600]
    assert [number for number, unit in enumerate(units) if unit.is_key] == [0, 25]
    assert {picture.shape for picture in picture_of(units, "hevc")} == {(240, 320, 3)}


@pytest.mark.parametrize(
    ("no_footage", "wanted", "served"),
    [
        ("jump_nearest", at(1, "12:20", NOW), at(1, "12:00", NOW) - timedelta(seconds=11)),
        ("jump_nearest", at(1, "14:20", NOW), at(1, "15:00", NOW)),
        ("jump_nearest", at(25, "14:20", NOW), at(2, "00:00", NOW)),
        ("jump_next", at(1, "12:20", NOW), at(1, "15:00", NOW)),
    ],
)
def test_a_replay_that_jumps_says_nothing_but_the_true_time(
    no_footage: str, wanted: datetime, served: datetime
) -> None:
    device = recorder(recorded(gaps=GAP), no_footage=no_footage)
    with Municipality(fleet_of(device)), Replay(device) as client:
        assert client.set_up().play_at(wanted) == 200
        unit = client.units(1)[0]
    assert unit.recorded is not None
    assert abs(unit.recorded - served) <= timedelta(seconds=1)


def test_a_replay_that_says_yes_and_sends_nothing() -> None:
    device = recorder(recorded(gaps=GAP), no_footage="nothing")
    with Municipality(fleet_of(device)), Replay(device) as client:
        assert client.set_up().play_at(MISSING) == 200
        assert client.receive(0.5) == []


def test_a_wrong_clock_is_in_every_time() -> None:
    device = recorder(recorded(gaps=GAP), clock_offset_s=3600)
    with Municipality(fleet_of(device)), Replay(device) as client:
        client.set_up()
        assert client.play_at(MISSING) == 200
        told = client.units(1)[0].recorded
        assert told is not None
        assert abs(told - MISSING) <= timedelta(seconds=1)
        assert client.play_at(MISSING + HOUR, Immediate="yes") == 457


def test_one_playback_at_a_time() -> None:
    device = recorder(recorded(), max_playbacks=1)
    with Municipality(fleet_of(device)) as running:
        with Replay(device) as first, Replay(device) as second:
            first.set_up()
            wanted = {"Require": "onvif-replay", "Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
            assert second.ask("SETUP", f"{PATH}/trackID=1", **wanted)[0] == 453
            assert first.ask("TEARDOWN", PATH)[0] == 200
            assert second.set_up().play_at(YESTERDAY) == 200
            assert second.ask("TEARDOWN", PATH)[0] == 200
        state = running.state(device.address)
    assert (state.playbacks, state.peak_playbacks, state.playbacks_ever) == (0, 1, 1)
    assert state.rtsp_not_torn_down == 0


def test_a_replay_that_never_ends() -> None:
    device = recorder(recorded(), never_ends=True)
    with Municipality(fleet_of(device)) as running, Replay(device) as client:
        assert client.set_up().play_at(YESTERDAY, YESTERDAY + timedelta(seconds=1), Frames="intra") == 200
        assert len(client.units(20)) >= 20
        assert client.ask("TEARDOWN", PATH)[0] == 200
        assert len(client.units(20)) >= 20
        assert running.state(device.address).playbacks == 1


def test_packets_without_the_extension_and_a_report_instead() -> None:
    device = recorder(recorded(), no_extension=True, sender_reports="recorded")
    with Municipality(fleet_of(device)), Replay(device) as client:
        assert client.set_up().play_at(YESTERDAY) == 200
        report, *packets = client.receive(5, 5)
    assert (report.channel, report.data[1]) == (1, 200)
    seconds = int.from_bytes(report.data[8:12], "big") - 2_208_988_800
    assert abs(datetime.fromtimestamp(seconds, UTC) - YESTERDAY) < timedelta(seconds=2)
    assert report.data[16:20] == packets[0].data[4:8]
    assert all(not packet.data[0] & 0x10 for packet in packets)


def test_intra_refused_and_a_slow_disk() -> None:
    device = recorder(recorded(), refuses_intra=True, answer_delay_s=0.4)
    with Municipality(fleet_of(device)), Replay(device) as client:
        client.set_up()
        assert client.play_at(YESTERDAY, Frames="intra") == 456
        began = time.monotonic()
        assert client.play_at(YESTERDAY) == 200
        assert 0.4 <= time.monotonic() - began < 2
        assert len(client.units(5)) >= 5


def test_a_device_that_falls_silent() -> None:
    device = recorder(recorded(), hangs_after_playbacks=2)
    with Municipality(fleet_of(device)):
        for _ in range(2):
            with Replay(device) as client:
                assert client.set_up().play_at(YESTERDAY, Frames="intra") == 200
                assert client.ask("TEARDOWN", PATH)[0] == 200
        assert _is_silent(device)


def _is_silent(device: Device) -> bool:
    with pytest.raises(requests.ReadTimeout):
        ask(device, "device", "GetSystemDateAndTime", timeout_s=0.3)
    with Replay(device) as client:
        client._socket.sendall(f"OPTIONS {client.root}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        return client.receive(0.3) == [] and not client.has_ended


def test_bad_wishes_are_noted() -> None:
    device = recorder(recorded(locked=(Locked(day=30, at="12:00", for_s=60),)))
    with Municipality(fleet_of(device)) as running, Replay(device) as client:
        client.set_up()
        require = {"Require": "onvif-replay"}
        assert client.ask("PLAY", PATH, Range="npt=0-", **require)[0] == 400
        assert client.ask("PLAY", PATH, Range="clock=20261399T000000Z-", **require)[0] == 400
        assert client.ask("PLAY", PATH, Rate_Control="maybe", **require)[0] == 400
        assert client.play_at(at(30, "12:00", NOW) + timedelta(seconds=30)) == 200  # a locked clip plays like any other
        results = [entry.result for entry in running.log() if entry.operation == "PLAY"]
        shown = [entry.target for entry in running.log() if entry.operation == "PLAY"][-1]
    assert results == ["violation:range", "violation:range", "violation:rate_control", "ok"]
    assert shown.startswith(f"{PATH} clock=")
