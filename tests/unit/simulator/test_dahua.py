"""What a simulated Dahua device says, worked out without a socket: queries, lines, times, the files on its disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cctv_probe.simulator import dahua_cgi
from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.dahua_config import zone_number
from cctv_probe.simulator.dahua_files import MediaFile, file_at, files_of, path_of
from cctv_probe.simulator.dahua_text import ROOT, Query, RefusedError, by_clock, read_query, shown_time, written
from cctv_probe.simulator.fleet import (
    Behind,
    Channel,
    ClockSettings,
    Device,
    Faults,
    Login,
    Recordings,
    VendorFaults,
)
from cctv_probe.simulator.fleet_recordings import Hours, Locked, RecordedGap
from cctv_probe.simulator.http_messages import Request
from cctv_probe.simulator.journal import Journal
from cctv_probe.simulator.node import Node, make_node
from cctv_probe.simulator.recorded_spans import claimed_spans
from tests.unit.simulator.towns import camera, channel


def _recorder(recordings: Recordings | None = None, **faults: object) -> Device:
    return camera(
        vendor_api="dahua_cgi",
        channels=(channel(recordings=recordings),),
        faults=Faults(**faults),  # type: ignore[arg-type] # the caller's names are those of Faults
    )


@given(st.text(max_size=200))
@example("/cgi-bin/magicBox.cgi?action=getSerialNo&action=reboot")
@example("/cgi-bin/configManager.cgi?action=getConfig&name=" + "&a=b" * 200)
@example("/cgi-bin/configManager.cgi?%FF=%00&name=Encode\r\n")
def test_any_query_is_read(target: str) -> None:
    query = read_query(target)
    assert query.operation.isascii()
    assert query.operation.isprintable()
    assert len(query.operation) < 300


def test_a_query_names_what_it_asks() -> None:
    query = read_query(f"{ROOT}configManager.cgi?action=getConfig&name=Encode[0].MainFormat")
    assert (query.operation, query.resource) == (
        "configManager.getConfig:Encode[0].MainFormat",
        "getConfig:Encode[0].MainFormat",
    )
    assert read_query(f"{ROOT}magicBox.cgi?action=getSerialNo&ACTION=reboot").is_ambiguous


@pytest.fixture(scope="module")
def open_node() -> Iterator[Node]:
    """A recorder that asks nobody for a login."""
    clips = ClipStore()
    unlocked = Login(vendor_scheme="none")
    truths = channel(behind=Behind(address="127.9.9.9"), recordings=Recordings(days=2))
    slots = (truths, Channel(name="", ghost=True))
    device = camera(kind="recorder", vendor_api="dahua_cgi", login=unlocked, services=(), channels=slots)
    yield make_node(device, Journal(), clips)
    clips.close()


_CGIS = ["magicBox", "configManager", "global", "storageDevice", "LogicDeviceManager", "encode", "mediaFileFind", "ptz"]
_ACTIONS = ["getConfig", "setConfig", "getSystemInfo", "factory.create", "findFile", "findNextFile", "close", "destroy"]
_KEYS = ["name", "object", "count", "condition.Channel", "condition.StartTime", "condition.EndTime", "channel"]
_VALUES = st.one_of(
    st.sampled_from(["Encode", "RemoteDevice", "NTP[9]", "1", "0", "99999999999", "2026-11-01 00:00:00"]),
    st.text(max_size=9),
)


@given(
    st.one_of(st.sampled_from(_CGIS), st.text(max_size=9)),
    st.one_of(st.sampled_from(_ACTIONS), st.text(max_size=9)),
    st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=5)), _VALUES, max_size=6),
    st.sampled_from(["GET", "GET", "POST", "DELETE"]),
)
def test_whatever_is_asked_is_answered(
    open_node: Node, cgi: str, action: str, values: dict[str, str], method: str
) -> None:
    target = f"{ROOT}{cgi}.cgi?{urlencode({'action': action} | values)}"
    answer = dahua_cgi.answer(open_node, Request(method, target, "HTTP/1.1", {}, b""))
    assert answer.status in (200, 400, 403)
    assert answer.service == "dahua_cgi"
    if method != "GET":
        assert answer.result.startswith("violation:")
    for token in list(open_node.searches)[3:]:
        del open_node.searches[token]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_no_value_breaks_out_of_its_line(values: list[str]) -> None:
    body = written((f"name[{place}]", value) for place, value in enumerate(values))
    lines = body.splitlines()
    assert [line.partition("=")[0] for line in lines] == [f"name[{place}]" for place in range(len(values))]


@given(
    st.datetimes(datetime(2001, 1, 2), datetime(2063, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive limits
    st.integers(-90_000, 90_000),
    st.integers(-12, 14),
)
def test_a_time_that_the_device_told_means_the_same_when_it_is_asked(at: datetime, offset_s: int, hours: int) -> None:
    moment = at.replace(microsecond=0, tzinfo=UTC)
    device = camera(clock=ClockSettings(utc_offset_h=hours), faults=Faults(clock_offset_s=offset_s))
    query = Query("loadfile", "startLoad", {"startTime": shown_time(device, moment)}, False)
    assert query.moment("startTime", device) == moment


@pytest.mark.parametrize(
    "given_time", ["", "2026-11-23", "2026-13-01 00:00:00", "2026-11-23T10:00:00", "0001-01-01 00:00:00"]
)
def test_what_is_no_time_is_refused(given_time: str) -> None:
    query = Query("loadfile", "startLoad", {"startTime": given_time}, False)
    with pytest.raises(RefusedError, match="no_time"):
        query.moment("startTime", camera())


def test_every_zone_has_a_number_of_its_own() -> None:
    assert zone_number(7) == 12  # Bangkok, Jakarta
    assert zone_number(-5) == 25  # "Easterntime", as a DH-NVR608H says it
    assert len({zone_number(hours) for hours in range(-12, 14)}) == 26


_TRUTHS = [
    Recordings(days=4, oldest_at="13:37", gaps=(RecordedGap(day=2, starts="01:10", ends="05:30"),)),
    Recordings(days=3, mode="schedule", hours=(Hours(starts="07:00", ends="19:00"),)),
    Recordings(days=3, mode="motion", clips_a_day=40),
    Recordings(days=2, locked=(Locked(day=58, at="21:10", for_s=900),)),
]


@settings(max_examples=40)
@given(st.sampled_from(_TRUTHS), st.integers(-7200, 7200), st.sampled_from([1, 20, 60, 120]))
def test_the_files_hold_what_the_index_claims(truth: Recordings, offset_s: int, minutes: int) -> None:
    device = _recorder(truth, clock_offset_s=float(offset_s), vendor=VendorFaults(segment_min=minutes))
    files = list(files_of(device, 1))
    spans = claimed_spans(truth, datetime.now(UTC))
    assert [one.starts for one in files] == sorted(one.starts for one in files)
    assert files[0].starts == spans[0][0]
    held = sum((one.ends - one.starts for one in files[:-1]), timedelta())
    assert abs(held + files[-1].ends - files[-1].starts - sum((b - a for a, b in spans), timedelta())) < timedelta(
        minutes=1
    )
    for one in files:
        assert timedelta() < one.ends - one.starts <= timedelta(minutes=minutes)
        told = by_clock(device, one.starts)
        assert one.starts in {start for start, _ in spans} or (told.minute % min(minutes, 60), told.second) == (0, 0)


def test_a_file_is_found_by_its_name_and_a_locked_one_says_so() -> None:
    truth = Recordings(days=1, locked=(Locked(day=58, at="21:10", for_s=900),))
    device = _recorder(truth)
    first = next(files_of(device, 1))
    assert first.is_locked
    path = path_of(device, 1, first)
    assert path.endswith("/001/dav/21/21.10.00-21.25.00[L][0@0][0].dav")
    assert file_at(device, path) == (1, first)
    assert file_at(device, path.replace("001", "009")) is None
    assert file_at(device, "/etc/passwd") is None


@given(st.datetimes(datetime(2001, 1, 1), datetime(2063, 1, 1)), st.booleans())  # noqa: DTZ001 - as above
def test_a_file_kept_by_a_search_is_the_same_file(at: datetime, is_locked: bool) -> None:
    file = MediaFile(at.replace(tzinfo=UTC), at.replace(tzinfo=UTC) + timedelta(hours=1), is_locked)
    again = MediaFile.unpacked(file.packed())
    assert abs(again.starts - file.starts) < timedelta(milliseconds=1)
    assert again.is_locked == is_locked


def test_a_channel_without_recordings_has_no_files() -> None:
    assert list(files_of(_recorder(None), 1)) == []


def test_only_files_of_the_window_are_listed() -> None:
    device = _recorder(Recordings(days=3))
    today = datetime.now(UTC)
    window = (today - timedelta(hours=30), today - timedelta(hours=27))
    files = list(files_of(device, 1, window))
    assert 3 <= len(files) <= 4
    assert all(one.starts < window[1] and one.ends > window[0] for one in files)
