"""Reading searches and calendars, and cutting recordings into files: for any bytes, and for any recording."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.fleet import Device, Faults, VendorFaults
from cctv_probe.simulator.isapi_parts import Asked, IsapiError
from cctv_probe.simulator.isapi_search import read, segments
from cctv_probe.simulator.isapi_storage import daily_distribution
from cctv_probe.simulator.journal import Journal
from cctv_probe.simulator.node import Node, make_node
from cctv_probe.simulator.recording_parts import claimed, recordings_of
from cctv_probe.simulator.rtsp_messages import RtspRequest
from cctv_probe.simulator.rtsp_vendor import live_at, playback_at
from tests.unit.simulator.isapi_client import search_body
from tests.unit.simulator.replays import recorded
from tests.unit.simulator.towns import camera, channel, stream

STARTS = datetime.fromisoformat("2026-11-01T00:00:00")
BODY = search_body(STARTS, STARTS + timedelta(days=2), track=201, position=7, most=3, kind="/CMR").encode()
MONTH = b"<trackDailyParam><year>2026</year><monthOfYear>11</monthOfYear></trackDailyParam>"


def device(offset_s: float = 0.0, **faults: object) -> Device:
    """A recorder with recordings of two days on its one channel."""
    own = channel(stream(path=""), recordings=recorded(days=2))
    vendor = VendorFaults(**faults)  # type: ignore[arg-type]  # pydantic checks them
    return camera(
        address="127.70.9.1",
        kind="recorder",
        vendor_api="isapi",
        channels=(own,),
        faults=Faults(clock_offset_s=offset_s, vendor=vendor),
    )


@pytest.fixture(scope="module")
def node() -> Node:
    return make_node(device(), Journal(), ClipStore(None))


def test_a_search_is_read_as_it_was_written() -> None:
    found = read(device(), BODY)
    assert (found.track, found.position, found.most, found.kind) == (201, 7, 3, "cmr")
    assert (found.starts, found.ends) == (STARTS, STARTS + timedelta(days=2))


def test_an_offset_says_what_it_says_and_a_z_says_nothing() -> None:
    body = BODY.replace(b"2026-11-01T00:00:00Z", b"2026-11-01T00:00:00+00:00")
    assert read(device(), body).starts == STARTS + timedelta(hours=7)


def test_the_position_has_the_name_that_the_device_knows() -> None:
    english = BODY.replace(b"Postion", b"Position")
    assert read(device(), english).position == 0
    assert read(device(english_tags=True), english).position == 7
    assert read(device(english_tags=True), BODY).position == 7


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_are_a_search_or_refused(data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=300) | st.builds(_spoilt, st.integers(0, len(BODY)), st.binary(max_size=8)))
    refused, least = 0, 0
    try:
        found = read(device(), body)
        least = min(found.track, found.most, found.position)
    except IsapiError as error:
        refused = error.status
    assert refused in (0, 400)
    assert least >= 0


def _spoilt(place: int, put: bytes) -> bytes:
    return BODY[:place] + put + BODY[place + len(put) :]


@settings(max_examples=200)
@given(place=st.integers(0, len(MONTH)), put=st.binary(max_size=8) | st.sampled_from([b"<!--x-->", "²".encode()]))
def test_any_bytes_are_a_month_or_refused(node: Node, place: int, put: bytes) -> None:
    body = MONTH[:place] + put + MONTH[place + len(put) :]
    refused, told = 0, ""
    try:
        told = daily_distribution(node, Asked("", body, 101))
    except IsapiError as error:
        refused = error.status
    assert refused == 400 or "<dayOfMonth>28</dayOfMonth>" in told


@pytest.mark.parametrize("minutes", [1, 30, 60, 1440])
@pytest.mark.parametrize("offset_s", [0.0, 3600.0])
def test_files_cover_the_recording_without_a_gap(minutes: int, offset_s: float) -> None:
    one = device(offset_s, segment_min=minutes)
    (recording,) = recordings_of(one)
    files = segments(one, recording)
    spans = claimed(one, recording)
    assert sum(((end - start) for start, end in files), timedelta()) == pytest.approx(
        sum(((end - start) for start, end in spans), timedelta()), abs=timedelta(seconds=1)
    )
    assert all(end - start <= timedelta(minutes=minutes) for start, end in files)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(files))
    assert all(end.minute % min(minutes, 60) == 0 for _, end in files[:-1])


@settings(max_examples=300)
@given(query=st.text(max_size=60), path=st.sampled_from(["/Streaming/tracks/101", "/Streaming/Channels/101", "/cam/x"]))
def test_any_address_is_a_playback_a_stream_or_neither(node: Node, query: str, path: str) -> None:
    request = RtspRequest("DESCRIBE", f"rtsp://127.70.9.1{path}?starttime={query}", {"cseq": "1"})
    found = playback_at(node, request)
    assert (found is not None) == (path == "/Streaming/tracks/101")
    assert (live_at(node.device, request) is not None) == (path == "/Streaming/Channels/101")
