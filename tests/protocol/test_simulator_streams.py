"""What streams really are on the wire: every truth, and every fault of a stream, seen by a client of our own or by libav."""

from __future__ import annotations

import base64
import itertools
import re
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from cctv_probe.simulator.fleet import (
    ChannelLies,
    ChannelTruths,
    Device,
    Interval,
    Stream,
    StreamFaults,
)
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.timing import units_before
from tests.unit.simulator.towns import Packet, Viewer, channel, fleet_of, open_camera, stream

SMALL = {"width": 320, "height": 240, "bit_rate_bps": 200_000}
TURNS = (Interval(frame_rate=25, for_s=1), Interval(frame_rate=12, for_s=1))
SMART = (Interval(frame_rate=20, for_s=1), Interval(frame_rate=1, for_s=1))
MEASURED = {
    "1": stream(frame_rate=1, gop=2, **SMALL),
    "7.5": stream(frame_rate=7.5, gop=15, **SMALL),
    "12.5": stream(frame_rate=12.5, gop=25, codec="h265", **SMALL),
    "30": stream(frame_rate=30, gop=30, codec="mpeg4", width=320, height=240, bit_rate_bps=500_000),
    "25": stream(frame_rate=25, gop=1, codec="mjpeg", width=320, height=240, bit_rate_bps=2_500_000),
    "varying": stream(frame_rate=18.5, gop=0, varying=TURNS, **SMALL),
    "smart": stream(frame_rate=10.5, gop=0, varying=SMART, **SMALL),
    "jitter": stream(frame_rate=10, gop=10, faults=StreamFaults(jitter_s=0.15), **SMALL),
    "fast clock": stream(frame_rate=10, gop=10, faults=StreamFaults(timestamp_factor=2), **SMALL),
    "flood": stream(frame_rate=10, gop=10, faults=StreamFaults(flood_factor=10), **SMALL),
    "burst": stream(frame_rate=10, gop=20, faults=StreamFaults(starts_with_gop=True), **SMALL),
}
WATCHED_S = 4.1


def _unit_times(packets: list[Packet]) -> list[tuple[int, float]]:
    """(RTP timestamp, arrival) of each access unit, in the order of arrival."""
    units = [next(group) for _, group in itertools.groupby(packets, key=lambda one: one.timestamp)]
    return [(one.timestamp, one.arrived_s) for one in units]


def _video(packets: list[Packet]) -> list[Packet]:
    return [one for one in packets if one.channel == 0]


def _watched(device: Device, seconds: float = WATCHED_S) -> list[Packet]:
    with Viewer(device) as viewer:
        return _video(viewer.play(device.channels[0].truths.streams[0].path).receive(seconds))


@pytest.fixture(scope="module")
def measured() -> dict[str, list[Packet]]:
    """The packets of every stream of MEASURED, watched side by side."""
    devices = [open_camera(one) for one in MEASURED.values()]
    with Municipality(fleet_of(*devices)) as town, ThreadPoolExecutor(len(devices)) as pool:
        came = list(pool.map(_watched, devices))
        assert town.errors == []
    return dict(zip(MEASURED, came, strict=True))


@pytest.mark.parametrize("name", [name for name in MEASURED if name != "burst"])
def test_as_many_access_units_come_as_the_truth_says(measured: dict[str, list[Packet]], name: str) -> None:
    units = _unit_times(measured[name])
    passed_s = units[-1][1] - units[0][1]
    late = MEASURED[name].faults.jitter_s
    assert len(units) == pytest.approx(units_before(MEASURED[name], WATCHED_S), abs=1 + 10 * late)
    assert passed_s == pytest.approx(WATCHED_S, abs=1.1 / min(MEASURED[name].frame_rate, 1) + late)


@pytest.mark.parametrize("name", ["7.5", "12.5", "30", "25", "jitter"])
def test_timestamps_are_even_whatever_the_arrival(measured: dict[str, list[Packet]], name: str) -> None:
    times = [stamp for stamp, _ in _unit_times(measured[name])]
    steps = {(after - before) & 0xFFFFFFFF for before, after in itertools.pairwise(times)}
    assert all(step == pytest.approx(90_000 / MEASURED[name].frame_rate, abs=1) for step in steps)


@pytest.mark.parametrize(("name", "rates"), [("varying", {25, 12}), ("smart", {20, 1})])
def test_timestamps_follow_the_turns(measured: dict[str, list[Packet]], name: str, rates: set[int]) -> None:
    times = [stamp for stamp, _ in _unit_times(measured[name])]
    steps = {(after - before) & 0xFFFFFFFF for before, after in itertools.pairwise(times)}
    assert {round(90_000 / step) for step in steps} == rates


def test_a_fast_rtp_clock(measured: dict[str, list[Packet]]) -> None:
    units = _unit_times(measured["fast clock"])
    told_s = ((units[-1][0] - units[0][0]) & 0xFFFFFFFF) / 90_000
    assert told_s == pytest.approx(2 * (units[-1][1] - units[0][1]), rel=0.1)


@pytest.mark.parametrize("name", ["7.5", "12.5", "25", "varying", "flood"])
def test_the_bit_rate_is_met(measured: dict[str, list[Packet]], name: str) -> None:
    one = MEASURED[name]
    within = [packet for packet in measured[name] if packet.arrived_s < measured[name][0].arrived_s + 3.98]
    bits = sum(len(packet.payload) for packet in within) * 8
    assert bits / 4 == pytest.approx(one.bit_rate_bps * one.faults.flood_factor, rel=0.2)


def test_a_buffered_gop_comes_at_once(measured: dict[str, list[Packet]]) -> None:
    units = _unit_times(measured["burst"])
    assert sum(arrived < units[0][1] + 0.1 for _, arrived in units) >= 20
    assert len(units) == pytest.approx(20 + 41, abs=3)


# --- What decodes -----------------------------------------------------------------------------------------------------


def _described_sps(device: Device) -> bytes:
    with Viewer(device) as viewer:
        body = viewer.ask("DESCRIBE", "/live")[2]
    found = re.search(r"sprop-parameter-sets=([^,;\r]+)", body)
    assert found
    return base64.b64decode(found[1])


def _frames(device: Device, count: int) -> list[av.VideoFrame]:
    uri = f"rtsp://{device.address}:8554{device.channels[0].truths.streams[0].path}"
    with av.open(uri, options={"rtsp_transport": "tcp"}, timeout=20) as played:
        return [frame for frame, _ in zip(played.decode(video=0), range(count), strict=False)]


def test_pictures_of_another_size_than_described() -> None:
    lies = ChannelLies(sdp_resolution="640x480", configured_resolution="640x480")
    device = open_camera(channels=(channel(stream(frame_rate=30), lies=lies),))
    honest = open_camera(stream(frame_rate=30, width=640, height=480))
    with Municipality(fleet_of(device, honest)):
        assert _described_sps(device) == _described_sps(honest)
        assert {(frame.width, frame.height) for frame in _frames(device, 4)} == {(320, 240)}


def test_a_size_that_changes_midway() -> None:
    faults = StreamFaults(changes_after_s=0.5, changes_to="160x120")
    device = open_camera(stream(frame_rate=30, gop=10, faults=faults))
    with Municipality(fleet_of(device)):
        sizes = [(frame.width, frame.height) for frame in _frames(device, 40)]
    assert sizes[0] == (320, 240)
    assert sizes[-1] == (160, 120)
    assert sizes.index((160, 120)) % 10 == 0


def test_a_frozen_stream_and_one_that_is_not() -> None:
    frozen, alive = (
        open_camera(
            channels=(channel(truths=ChannelTruths(streams=(stream(frame_rate=30, gop=10),), picture=picture)),)
        )
        for picture in ("frozen", "street")
    )
    with Municipality(fleet_of(frozen, alive)):
        still, moving = (
            [frame.to_ndarray(format="gray") for frame in _frames(device, 65)[::10]] for device in (frozen, alive)
        )
    assert all(np.array_equal(still[0], picture) for picture in still)
    assert all(not np.array_equal(one, other) for one, other in itertools.combinations(moving[:6], 2))


# --- Packets ----------------------------------------------------------------------------------------------------------


def _first_second(one: Stream, **changes: object) -> list[Packet]:
    device = open_camera(one, **changes)
    with Municipality(fleet_of(device)) as town:
        packets = _watched(device, 1.0)
        assert town.errors == []
    return packets


def _types(packets: list[Packet]) -> list[int]:
    """H.264 NAL unit types, of fragments those inside."""
    return [one.payload[1] & 31 if one.payload[0] & 31 == 28 else one.payload[0] & 31 for one in packets]


BUSY_STREAM = {"frame_rate": 20, "gop": 5, "bit_rate_bps": 1_000_000}


def test_parameter_sets_come_with_every_gop_late_or_never() -> None:
    usual = _types(_first_second(stream(**BUSY_STREAM)))
    late = _types(_first_second(stream(**BUSY_STREAM, faults=StreamFaults(parameter_sets_after_s=0.4))))
    never = _types(_first_second(stream(**BUSY_STREAM, faults=StreamFaults(parameter_sets="never"))))
    assert (usual[0], usual.count(7)) == (7, 4)
    assert (set(late[:5]) <= {5, 6}, late.count(7)) == (True, 2)
    assert 7 not in never
    assert 8 not in never


@pytest.mark.parametrize("kind", ["inside", "leading"])
def test_annex_b_inside_of_rtp(kind: str) -> None:
    faults = StreamFaults(annex_b=kind)  # type: ignore[arg-type]
    packets = _first_second(stream(**BUSY_STREAM, faults=faults))
    unit = [one for one in packets if one.timestamp == packets[0].timestamp]
    assert len(unit) > 2
    whole = unit[0].payload[:1] + b"".join(one.payload[2:] for one in unit)
    assert whole.count(b"\x00\x00\x00\x01") >= 2
    assert [one.is_marked for one in unit] == [False] * (len(unit) - 1) + [True]
    assert (unit[0].payload[1] & 31 == 7) == (kind == "inside")


def test_marker_bits_on_sei() -> None:
    packets = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(mark_on_sei=True)))
    marked = [kind for kind, one in zip(_types(packets), packets, strict=True) if one.is_marked]
    assert marked[:3] == [7, 8, 6]
    assert marked.count(6) == 20
    assert len(marked) == 20 + 20 + 2 * 4  # the SEI message and the picture of each unit, the sets of each key frame


def test_fragments_that_name_another_type() -> None:
    packets = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(fu_type_changes=True)))
    unit = [one for one in packets if one.timestamp == packets[0].timestamp and one.payload[0] & 31 == 28]
    assert [one.payload[1] & 31 for one in unit] == [5] + [1] * (len(unit) - 1)
    assert len(unit) > 2


def test_header_extensions_and_padding() -> None:
    plain = _first_second(stream(**BUSY_STREAM))
    dressed = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(header_extension=True, padding=True)))
    assert {one.data[0] for one in plain} == {0x80}
    assert {one.data[0] for one in dressed} == {0xB0}
    assert dressed[0].data[12:16] == b"\xbe\xde\x00\x01"
    assert dressed[0].data[-1] == 4
    assert dressed[0].data[20:-4] == plain[0].data[12:]
    device = open_camera(stream(**BUSY_STREAM, faults=StreamFaults(header_extension=True, padding=True)))
    with Municipality(fleet_of(device)):
        assert len(_frames(device, 5)) == 5


def test_garbage_of_both_kinds() -> None:
    rtp = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(garbage="rtp")))
    nal = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(garbage="nal")))
    assert len({one.data[0] for one in rtp}) > 10
    assert {one.data[0] for one in nal} == {0x80}
    assert [one.sequence - nal[0].sequence for one in nal[:5]] == list(range(5)) or nal[0].sequence > 65_530
    assert len({one.payload[0] for one in nal}) > 10


def test_flipped_bits_and_an_absurd_size() -> None:
    plain = _first_second(stream(**BUSY_STREAM))
    flipped = _first_second(stream(**BUSY_STREAM, faults=StreamFaults(flip_bits_every=4)))
    differing = [one.payload != other.payload for one, other in zip(plain, flipped, strict=False)]
    assert sum(differing) == pytest.approx(len(differing) / 4, abs=3)
    device = open_camera(stream(**BUSY_STREAM, faults=StreamFaults(absurd_size=True)))
    with Municipality(fleet_of(device)):
        sps = _described_sps(device)
        assert _watched(device, 0.3)[0].payload == sps
    bits = "".join(f"{byte:08b}" for byte in sps[4:])
    assert bits.count("000000000001" + "1" * 11) == 2  # ue(4094), width and height in macroblocks less one


@pytest.mark.parametrize(("stop", "ends"), [("silent", False), ("close", True), ("reset", True)])
def test_streams_that_stop(stop: str, ends: bool) -> None:
    one = stream(**BUSY_STREAM, faults=StreamFaults(stops_after_s=0.5, stop=stop))  # type: ignore[arg-type]
    device = open_camera(one)
    with Municipality(fleet_of(device)) as town:
        with Viewer(device) as viewer:
            units = _unit_times(_video(viewer.play().receive(1.2)))
            assert viewer.has_ended == ends
        assert len(units) == pytest.approx(11, abs=1)
        if ends:
            assert town.state(device.address).rtsp_not_torn_down == 0  # that was the device's own doing
