"""The simulator's recording, search and replay services: valid answers, the index that the fleet tells of, its faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zeep
from lxml import etree

from cctv_probe.simulator.fleet import Device, Service
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.fleet_recordings import Locked, RecordedGap, RecordingLies
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.oracle_retention import expected_retention
from cctv_probe.simulator.recorded_spans import at
from tests.onvif_schemas import schema_of, zeep_copies
from tests.unit.simulator.replays import recorded, recorder
from tests.unit.simulator.towns import FLEETS, Token, ask, body_of, fleet_of, own_network, texts

NOW = datetime.now(UTC)
GAPS = (RecordedGap(day=4), RecordedGap(day=2, starts="01:00", ends="05:30"))
_WSDL = {service: f"wsdl/ver10/{service}.wsdl" for service in ("recording", "search", "replay")}
_SCOPE = "<q:Scope/><q:KeepAliveTime>PT60S</q:KeepAliveTime>"
_SETUP = (
    "<q:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>"
    "</q:StreamSetup>"
)
_FIRST = "<q:RecordingToken>Recording_001</q:RecordingToken>"
QUESTIONS: list[tuple[Service, str, str]] = [
    ("recording", "GetServiceCapabilities", ""),
    ("recording", "GetRecordings", ""),
    ("recording", "GetRecordingConfiguration", _FIRST),
    ("recording", "GetRecordingJobs", ""),
    ("search", "GetServiceCapabilities", ""),
    ("search", "GetRecordingSummary", ""),
    ("search", "GetRecordingInformation", _FIRST),
    ("search", "FindRecordings", _SCOPE),
    ("replay", "GetServiceCapabilities", ""),
    ("replay", "GetReplayUri", _SETUP + _FIRST),
    ("replay", "GetReplayConfiguration", ""),
]


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    """Three channels: gaps; motion with a locked clip; an index that claims 30 days of 12 and a schedule."""
    nvr = recorder(
        recorded(days=9, gaps=GAPS, configured_days=30),
        recorded(days=5, mode="motion", clips_a_day=20, locked=(Locked(day=40),)),
        recorded(days=12, mode="schedule", lies=RecordingLies(claims_days=30)),
    )
    with Municipality(fleet_of(nvr)) as town:
        yield nvr
        assert town.errors == []


def _asked(device: Device, operation: str, inner: str = "", service: Service = "search") -> etree._Element:
    answer = ask(device, service, operation, inner)
    assert answer.status_code == 200, answer.text
    return body_of(answer)


def _events(device: Device, start: datetime, end: datetime | None = None, inner: str = "") -> list[etree._Element]:
    """Every result of one search for track events, fetched page by page."""
    until = f"<q:EndPoint>{end.isoformat()}</q:EndPoint>" if end else ""
    question = (
        f"<q:StartPoint>{start.isoformat()}</q:StartPoint>{until}<q:Scope>{inner}</q:Scope><q:SearchFilter/>"
        "<q:IncludeStartState>true</q:IncludeStartState><q:KeepAliveTime>PT60S</q:KeepAliveTime>"
    )
    token = texts(_asked(device, "FindEvents", question), "SearchToken")[0]
    named, found, state = f"<q:SearchToken>{token}</q:SearchToken>", [], "Searching"
    while state != "Completed":
        page = _asked(device, "GetEventSearchResults", named + "<q:MaxResults>40</q:MaxResults>")
        state, results = texts(page, "SearchState")[0], list(page.iter("{*}Result"))
        assert len(results) <= 40
        found += results
    _asked(device, "EndSearch", named)
    return found


def _moments(element: etree._Element, name: str) -> list[datetime]:
    return [datetime.fromisoformat(one) for one in texts(element, name)]


def _changes(events: list[etree._Element]) -> list[tuple[bool, datetime, bool]]:
    """(whether it is a start state, when, whether there is data from then on)."""
    return [
        (
            texts(event, "StartStateEvent") == ["true"],
            _moments(event, "Time")[0],
            [one.get("Value") for one in event.iter("{*}SimpleItem") if one.get("Name") == "IsDataPresent"] == ["true"],
        )
        for event in events
    ]


@pytest.mark.parametrize(("service", "operation", "inner"), QUESTIONS)
@pytest.mark.filterwarnings("ignore::xmlschema.XMLSchemaTypeTableWarning")
def test_every_answer_is_valid_by_the_official_schema(
    onvif_dir: Path, device: Device, service: Service, operation: str, inner: str
) -> None:
    schema_of(onvif_dir / _WSDL[service]).validate(_asked(device, operation, inner, service))


@pytest.mark.filterwarnings("ignore::xmlschema.XMLSchemaTypeTableWarning")
def test_results_of_searches_are_valid_too(onvif_dir: Path, device: Device) -> None:
    schema = schema_of(onvif_dir / _WSDL["search"])
    token = texts(_asked(device, "FindRecordings", _SCOPE), "SearchToken")[0]
    named = f"<q:SearchToken>{token}</q:SearchToken>"
    results = _asked(device, "GetRecordingSearchResults", named)
    schema.validate(results)
    assert texts(results, "SearchState") == ["Completed"]
    assert texts(results, "RecordingToken") == ["Recording_001", "Recording_002", "Recording_003"]
    schema.validate(_asked(device, "EndSearch", named))
    question = f"<q:StartPoint>{at(9, '00:00', NOW).isoformat()}</q:StartPoint><q:Scope/><q:SearchFilter/>"
    question += "<q:IncludeStartState>true</q:IncludeStartState><q:KeepAliveTime>PT60S</q:KeepAliveTime>"
    token = texts(_asked(device, "FindEvents", question), "SearchToken")[0]
    schema.validate(_asked(device, "GetEventSearchResults", f"<q:SearchToken>{token}</q:SearchToken>"))


def test_zeep_reads_the_index_strictly(device: Device) -> None:
    root = f"http://{device.address}:8080/onvif"
    settings = zeep.Settings(strict=True)
    folder = zeep_copies()
    search = zeep.Client(str(folder / "search.wsdl"), settings=settings).create_service(
        "{http://www.onvif.org/ver10/search/wsdl}SearchBinding", f"{root}/search_service"
    )
    assert search.GetRecordingSummary()["NumberRecordings"] == 3
    recording = zeep.Client(str(folder / "recording.wsdl"), settings=settings).create_service(
        "{http://www.onvif.org/ver10/recording/wsdl}RecordingBinding", f"{root}/recording_service"
    )
    days = [one["Configuration"]["MaximumRetentionTime"] for one in recording.GetRecordings()]
    assert days == [timedelta(days=30), timedelta(), timedelta()]


def test_gaps_are_where_there_is_no_data(device: Device) -> None:
    only = "<tt:IncludedRecordings>Recording_001</tt:IncludedRecordings>"
    changes = _changes(_events(device, at(20, "00:00", NOW), NOW - timedelta(minutes=1), only))
    assert changes == [
        (True, at(20, "00:00", NOW), False),
        (False, at(9, "00:00", NOW), True),
        (False, at(4, "00:00", NOW), False),
        (False, at(3, "00:00", NOW), True),
        (False, at(2, "01:00", NOW), False),
        (False, at(2, "05:30", NOW), True),
    ]
    inside = _changes(_events(device, at(4, "10:00", NOW), at(4, "11:00", NOW), only))
    assert inside == [(True, at(4, "10:00", NOW), False)]


def test_motion_is_many_short_spans_always_the_same(device: Device) -> None:
    only = "<tt:IncludedRecordings>Recording_002</tt:IncludedRecordings>"
    start, end = at(3, "00:00", NOW), at(2, "00:00", NOW)
    first, second = (_changes(_events(device, start, end, only)) for _ in range(2))
    assert first == second
    starts = [moment for _, moment, present in first[1:] if present]
    ends = [moment for _, moment, present in first[1:] if not present]
    assert 15 <= len(starts) <= 20
    assert all(timedelta(seconds=20) <= b - a <= timedelta(seconds=200) for a, b in zip(starts, ends, strict=True))


def test_the_summary_claims_what_the_index_claims(device: Device) -> None:
    summary = _asked(device, "GetRecordingSummary")
    assert _moments(summary, "DataFrom") == [at(40, "12:00", NOW)]
    assert texts(summary, "NumberRecordings") == ["3"]
    third = _asked(device, "GetRecordingInformation", "<q:RecordingToken>Recording_003</q:RecordingToken>")
    assert _moments(third, "EarliestRecording") == _moments(third, "DataFrom") == [at(30, "07:00", NOW)]
    names = texts(_asked(device, "GetRecordings", service="recording"), "SourceId")
    assert names == ["VideoSourceToken001", "VideoSourceToken002", "VideoSourceToken003"]


def test_the_job_tells_profile_and_what_starts_it(device: Device) -> None:
    jobs = list(_asked(device, "GetRecordingJobs", service="recording"))
    assert [texts(job, "Token") for job in jobs] == [["Profile_101"], ["Profile_201"], ["Profile_301"]]
    assert [texts(job, "Topic") for job in jobs] == [[], ["tns1:VideoSource/MotionAlarm"], []]
    schedules = [next(job.iter("{*}JobConfiguration")).get("ScheduleToken") for job in jobs]
    assert schedules == [None, None, "Schedule_1"]


@pytest.mark.parametrize(
    ("service", "operation", "inner", "subcode"),
    [
        ("recording", "GetRecordingConfiguration", "<q:RecordingToken>x</q:RecordingToken>", "ter:NoRecording"),
        ("replay", "GetReplayUri", _SETUP + "<q:RecordingToken>x</q:RecordingToken>", "ter:NoRecording"),
        ("search", "GetEventSearchResults", "<q:SearchToken>x</q:SearchToken>", "ter:InvalidToken"),
        ("search", "EndSearch", "<q:SearchToken>x</q:SearchToken>", "ter:InvalidToken"),
        ("search", "FindEvents", "<q:StartPoint>soon</q:StartPoint>", "ter:InvalidArgVal"),
    ],
)
def test_what_is_not_there_is_a_fault(
    device: Device, service: Service, operation: str, inner: str, subcode: str
) -> None:
    answer = ask(device, service, operation, inner)
    assert answer.status_code == 400
    assert texts(body_of(answer), "Value")[-1] == subcode


def test_an_index_that_hides_gaps_and_a_clock_an_hour_fast() -> None:
    lies = RecordingLies(claims_days=30, hides_gaps=True)
    nvr = recorder(recorded(days=9, gaps=GAPS, lies=lies), clock_offset_s=3600)
    with Municipality(fleet_of(nvr)):
        changes = _changes(_events(nvr, at(40, "00:00", NOW), NOW))
    assert changes[1:] == [(False, at(30, "00:00", NOW) + timedelta(hours=1), True)]


def test_a_search_that_wants_patience_and_searches_that_are_left_open() -> None:
    nvr = recorder(recorded(days=1), search_polls=2, summary_fault=True)
    with Municipality(fleet_of(nvr)) as town:
        token = texts(_asked(nvr, "FindRecordings", _SCOPE), "SearchToken")[0]
        named = f"<q:SearchToken>{token}</q:SearchToken>"
        states = [texts(_asked(nvr, "GetRecordingSearchResults", named), "SearchState")[0] for _ in range(3)]
        summary = ask(nvr, "search", "GetRecordingSummary")
        assert town.state(nvr.address).searches == 1
        _asked(nvr, "EndSearch", named)
        assert town.state(nvr.address).searches == 0
    assert states == ["Searching", "Searching", "Completed"]
    assert texts(body_of(summary), "Value")[-1] == "ter:ActionNotSupported"


def test_a_search_that_never_completes_and_no_event_search() -> None:
    endless, without = recorder(recorded(), search_never_completes=True), recorder(recorded(), no_events=True)
    with Municipality(fleet_of(endless, without)):
        token = texts(_asked(endless, "FindRecordings", _SCOPE), "SearchToken")[0]
        for _ in range(5):
            page = _asked(endless, "GetRecordingSearchResults", f"<q:SearchToken>{token}</q:SearchToken>")
            assert (texts(page, "SearchState"), texts(page, "RecordingToken")) == (["Searching"], [])
        assert ask(without, "search", "FindEvents", _SCOPE).status_code == 500


def test_a_device_that_lists_nothing_still_plays() -> None:
    axis = recorder(recorded(), lists_nothing=True)
    with Municipality(fleet_of(axis)):
        assert len(_asked(axis, "GetRecordings", service="recording")) == 0
        assert texts(_asked(axis, "GetRecordingSummary"), "NumberRecordings") == ["0"]
        assert ask(axis, "replay", "GetReplayUri", _SETUP + _FIRST).status_code == 400


def test_the_time_filter_can_be_ignored_and_the_replay_host_wrong() -> None:
    dahua = recorder(recorded(days=9, gaps=GAPS), ignores_time_filter=True, replay_host="192.168.1.64")
    with Municipality(fleet_of(dahua)):
        all_of_it = _events(dahua, at(3, "00:00", NOW), at(3, "01:00", NOW))
        uri = texts(_asked(dahua, "GetReplayUri", _SETUP + _FIRST, "replay"), "Uri")
    assert len(all_of_it) == 7
    assert uri == ["rtsp://192.168.1.64:8554/onvif/replay/Recording_001"]


def test_the_fleet_of_recordings_claims_what_its_oracle_says() -> None:
    fleet = moved(load_fleet(FLEETS / "recordings.yaml"), own_network())
    expected = expected_retention(fleet, datetime.now(UTC))
    with Municipality(fleet) as town:
        for device in fleet.devices:
            if device.faults.archive.lists_nothing:
                continue
            for truth in (one for one in expected if one.address == device.address):
                named = f"<q:RecordingToken>{truth.token}</q:RecordingToken>"
                token = Token(password=device.login.password, clock_offset_s=device.faults.clock_offset_s)
                body = body_of(ask(device, "search", "GetRecordingInformation", named, token=token))
                earliest = _moments(body, "EarliestRecording")[0] - timedelta(seconds=truth.clock_offset_s)
                assert truth.claimed_days is not None
                assert earliest >= at(truth.claimed_days, "00:00", NOW)
                assert earliest < at(truth.claimed_days, "24:00", NOW)
        assert town.errors == []
