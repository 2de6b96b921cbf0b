"""Recordings over ONVIF, read: answers of real devices, spans of footage, and which recording holds which channel."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.onvif import answers_recording as answers
from cctv_probe.dialects.onvif import soap, xml
from cctv_probe.dialects.onvif.answers_recording import Job, Recording, TrackEvent
from cctv_probe.dialects.onvif.iso8601 import duration_s, moment
from cctv_probe.dialects.onvif.recording_channels import join
from cctv_probe.dialects.onvif.recording_spans import spans_of
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.footage import Span
from tests.unit.dialects.test_recorded import answers as recorded_answers
from tests.unit.dialects.test_recorded import body

BEGIN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
END = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def at(day: float) -> dt.datetime:
    """So many days after the beginning."""
    return BEGIN + dt.timedelta(days=day)


# --- Times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00+00:00"),
        (" 2026-11-20t09:30:00.2504567z ", "2026-11-20T09:30:00.250456+00:00"),
        ("2026-11-20T09:30:00+07:00", "2026-11-20T02:30:00+00:00"),
        ("2026-11-20 09:30:00", "2026-11-20T09:30:00+00:00"),
        ("2026-1-2T3:4:5-0130", "2026-01-02T04:34:05+00:00"),
        ("2026-11-20T24:00:00Z", "2026-11-21T00:00:00+00:00"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00+00:00"),
        ("1970-01-01T00:03:15Z", "1970-01-01T00:03:15+00:00"),
        ("2569-11-01T00:00:00Z", "2569-11-01T00:00:00+00:00"),
    ],
)
def test_times_as_devices_write_them(text: str, expected: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [None, "", "yesterday", "2026-02-30T00:00:00Z", "2026-11-20", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
     "2026-11-20T25:00:00Z", "2026-11-20T09:61:00Z", "2026-11-20T09:30:00+99:00", "๒๐๒๖-11-20T09:30:00Z"],
)  # fmt: skip
def test_what_is_no_time(text: str | None) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "expected_s"),
    [("PT0S", 0), ("P0D", 0), ("P30D", 30 * 86400), ("PT720H", 30 * 86400), ("P1M", 30 * 86400), ("P1W", 7 * 86400),
     ("P1Y2DT3H4M5.5S", 367 * 86400 + 11045), ("pt1h", 3600)],
)  # fmt: skip
def test_durations(text: str, expected_s: float) -> None:
    assert duration_s(text) == expected_s


@pytest.mark.parametrize("text", [None, "", "P", "PT", "-P3D", "30", "P999999Y", "P1DT"])
def test_what_is_no_duration(text: str | None) -> None:
    assert duration_s(text) in (None, 86400.0 if text == "P1DT" else None)


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers_of_times(text: str) -> None:
    found, length_s = moment(text), duration_s(text)
    assert found is None or found.tzinfo is dt.UTC
    assert length_s is None or 0 <= length_s < 1e10


# --- Answers recorded from real devices -------------------------------------------------------------------------------


def told(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize("entry", recorded_answers("GetRecordingSummary"))
def test_a_recorded_summary(recorded_dir: Path, entry: dict[str, dict[str, str]]) -> None:
    truth, found = entry["truth"], answers.summary(body(recorded_dir, entry))
    assert found is not None
    assert (found.data_from, found.data_until) == (told(truth["DataFrom"]), told(truth["DataUntil"]))
    assert found.recordings == int(truth["NumberRecordings"])


@pytest.mark.parametrize("entry", recorded_answers("GetRecordingSearchResults"))
def test_recorded_search_results(recorded_dir: Path, entry: dict[str, dict[str, str]]) -> None:
    truth, answer = entry["truth"], body(recorded_dir, entry)
    (found,) = answers.found_recordings(answer)
    assert (found.token, found.status) == (truth["RecordingToken"], truth["RecordingStatus"].lower())
    assert (found.earliest, found.latest) == (told(truth["EarliestRecording"]), told(truth["LatestRecording"]))
    assert [track.data_from for track in found.tracks] == [told(text) for text in truth["DataFrom"]]
    assert [track.data_to for track in found.tracks] == [told(text) for text in truth["DataTo"]]
    assert [track.kind for track in found.tracks] == ["video", "audio", "metadata"]
    assert (found.source_id, found.source_name) == ("SourceId_1", "IpCamera_1")
    assert answers.search_state(answer) == truth["SearchState"].lower()


@pytest.mark.parametrize("entry", recorded_answers("GetRecordings"))
def test_recorded_recordings(recorded_dir: Path, entry: dict[str, dict[str, list[str]]]) -> None:
    truth, found = entry["truth"], answers.recordings(body(recorded_dir, entry))
    assert [one.token for one in found] == truth["RecordingToken"]
    assert [one.maximum_retention_s for one in found] == [duration_s(text) for text in truth["MaximumRetentionTime"]]
    assert [one.source_name for one in found] == ["paolo", "paolo2", "paolo3"]
    assert [track.token for track in found[0].video_tracks] == ["VIDEO001"]


@pytest.mark.parametrize("entry", recorded_answers("GetRecordingJobs"))
def test_recorded_jobs(recorded_dir: Path, entry: dict[str, dict[str, str]]) -> None:
    token = entry["truth"]["RecordingToken"]
    profile = "http://www.onvif.org/ver10/schema/Profile"
    assert answers.jobs(body(recorded_dir, entry)) == (Job(token, "active", "profile_1_h264", profile, False, ()),)


@pytest.mark.parametrize("entry", recorded_answers("GetReplayUri"))
def test_a_recorded_replay_address(recorded_dir: Path, entry: dict[str, dict[str, str]]) -> None:
    assert answers.replay_uri(body(recorded_dir, entry)) == entry["truth"]["uri"]


@pytest.mark.parametrize(
    ("file", "token"),
    [
        ("Unspecified__NVR__FindRecordings.xml", "RecordingSearchToken_1"),
        ("Unspecified__NVR__FindEvents.xml", "SearchToken[1]"),
    ],
)
def test_recorded_search_tokens(recorded_dir: Path, file: str, token: str) -> None:
    assert answers.search_token(body(recorded_dir, {"file": file})) == token


RECORDED = ["GetRecordingSummary", "GetRecordingSearchResults", "GetRecordings", "GetRecordingJobs", "GetReplayUri"]


def read_everything(answer: bytes) -> None:
    """Every reader on one answer, whatever it is. Raises `StepError` only."""
    content = soap.read(answer)
    if isinstance(content, soap.Fault):
        return
    for reader in (
        answers.summary, answers.found_recordings, answers.recordings, answers.jobs, answers.track_events,
        answers.replay_uri, answers.search_token, answers.search_state, answers.maximum_retention_s,
    ):  # fmt: skip
        reader(content)


@pytest.mark.parametrize("entry", recorded_answers(*RECORDED))
def test_damaged_answers_end_as_malformed_at_worst(recorded_dir: Path, entry: dict[str, str]) -> None:
    whole = (recorded_dir / entry["file"]).read_bytes()
    chance, endings = random.Random(entry["file"]), set()
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = bytes(damaged[: chance.randrange(len(damaged))]) if chance.random() < 0.3 else bytes(damaged)
        try:
            read_everything(cut)
        except StepError as error:
            endings.add(error.ending)
    assert endings <= {Ending.MALFORMED}


# --- Events -----------------------------------------------------------------------------------------------------------

RESULT = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>
<r><ResultList><SearchState>Searching</SearchState><Result>{token}<tt:TrackToken>V1</tt:TrackToken><tt:Time>{time}</tt:Time>
<tt:Event><wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-11-02T00:00:00Z">
<tt:Source><tt:SimpleItem Name="RecordingToken" Value="R1"/><tt:SimpleItem Name="Track" Value="V1"/></tt:Source>
<tt:Data><tt:SimpleItem Name="IsDataPresent" Value="{value}"/></tt:Data></tt:Message></wsnt:Message></tt:Event>
<tt:StartStateEvent>false</tt:StartStateEvent></Result></ResultList></r></s:Body></s:Envelope>"""
NAMED = "<tt:RecordingToken>R1</tt:RecordingToken>"


def event_of(
    topic: str = "tns1:RecordingHistory/Track/State",
    value: str = "true",
    time: str = "2026-11-02T00:00:00Z",
    token: str = NAMED,
) -> tuple[TrackEvent, ...]:
    content = soap.read(RESULT.format(topic=topic, value=value, time=time, token=token).encode())
    assert not isinstance(content, soap.Fault)
    assert answers.search_state(content) == "searching"
    return answers.track_events(content)


@pytest.mark.parametrize(
    "changes",
    [{}, {"value": "1"}, {"value": "True"}, {"topic": "tns1:RecordingHistory/tns1:Track/tns1:State"}, {"topic": ""},
     {"time": ""}, {"token": ""}],
)  # fmt: skip
def test_an_event_is_read_whatever_its_prefixes_and_gaps(changes: dict[str, str]) -> None:
    assert event_of(**changes) == (TrackEvent("R1", "V1", at(1), True, False),)


@pytest.mark.parametrize(
    "changes",
    [{"topic": "tns1:RecordingHistory/Recording/State"}, {"topic": "tns1:VideoSource/MotionAlarm"}, {"value": "maybe"}],
)
def test_events_of_other_kinds_are_left_out(changes: dict[str, str]) -> None:
    assert event_of(**changes) == ()


def events(*changes: tuple[float, bool], start: bool | None = None, track: str = "V1") -> list[TrackEvent]:
    found = [TrackEvent("R1", track, at(day), present, False) for day, present in changes]
    return found if start is None else [TrackEvent("R1", track, BEGIN, start, True), *found]


def spans(*found: TrackEvent) -> list[tuple[float, float]]:
    day = dt.timedelta(days=1)
    return [((span.start_utc - BEGIN) / day, (span.end_utc - BEGIN) / day) for span in spans_of(found, BEGIN, END)]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (events((3, True), (5, False), start=False), [(3, 5)]),
        (events((3, False), (5, True), start=True), [(0, 3), (5, 22)]),
        (events(start=True), [(0, 22)]),
        (events(start=False), []),
        (events((3, False), (5, True)), [(0, 3), (5, 22)]),
        (events((3, True), (4, True), (5, False), (6, False)), [(3, 5)]),
        (events((5, False), (3, True), start=False), [(3, 5)]),
        (events((-9, True), (-8, False), (3, True), (5, False), (40, True)), [(3, 5)]),
        (events((3, True), (5, False), (5, True), (7, False), start=False), [(3, 7)]),
    ],
)
def test_events_become_spans(listed: list[TrackEvent], expected: list[tuple[float, float]]) -> None:
    assert spans(*listed) == expected


def test_the_order_of_time_decides_and_at_one_instant_the_devices_own() -> None:
    assert spans(*reversed(events((3, True), (5, False), (7, True), (9, False), start=False))) == [(3, 5), (7, 9)]
    assert spans(*events((3, True), (3, False), start=False)) == []


def test_a_start_state_stamped_with_the_time_of_the_question_counts_from_the_start() -> None:
    assert spans(TrackEvent("R1", "V1", END + dt.timedelta(hours=1), True, True), *events((3, False))) == [(0, 3)]


def test_several_tracks_are_one_footage() -> None:
    both = events((3, True), (5, False), start=False) + events((4, True), (9, False), start=False, track="V2")
    assert spans(*both) == [(3, 9)]


@given(st.lists(st.tuples(st.integers(-5, 30), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_spans_are_in_order_apart_and_inside_whatever_a_device_sends(sent: list[tuple[int, bool, bool]]) -> None:
    found = spans_of([TrackEvent("R", None, at(day), on, start) for day, on, start in sent], BEGIN, END)
    assert all(BEGIN <= span.start_utc < span.end_utc <= END for span in found)
    assert all(one.end_utc < after.start_utc for one, after in itertools.pairwise(found))


@given(st.lists(st.integers(0, 22), min_size=0, max_size=10, unique=True).map(sorted))
def test_the_spans_that_a_recorder_has_are_the_spans_that_are_read(edges: list[int]) -> None:
    truth = [Span(at(one), at(other)) for one, other in zip(edges[::2], edges[1::2], strict=False)]
    sent = [event for span in truth for event in (TrackEvent("R", "V", span.start_utc, True, False), TrackEvent("R", "V", span.end_utc, False, False))]  # fmt: skip
    assert list(spans_of([TrackEvent("R", "V", BEGIN, False, True), *sent], BEGIN, END)) == truth


# --- Channels ---------------------------------------------------------------------------------------------------------

FOUR = tuple(Channel(number, f"Gate {number}", f"VS_{number}") for number in range(1, 5))
PROFILES = {"main_1": "VS_1", "main_2": "VS_2", "main_3": "VS_3", "main_4": "VS_4"}


def numbers(
    recordings: list[Recording], channels: tuple[Channel, ...] = FOUR, jobs: tuple[Job, ...] = ()
) -> dict[str, int]:
    found = join(recordings, channels, jobs, PROFILES)
    return {recording.token: channel.number for channel in found for recording in channel.recordings}


def test_a_job_names_the_channel_by_its_profile_before_all_else() -> None:
    jobs = (Job("a", "active", "main_3", None, False, ()), Job("b", "active", "main_1", None, False, ()))
    assert numbers([Recording("a", "VS_1"), Recording("b", "VS_2")], FOUR, jobs) == {"a": 3, "b": 1}


def test_a_source_is_joined_by_its_token_a_profile_or_its_name() -> None:
    listed = [Recording("a", "VS_2"), Recording("b", "main_4"), Recording("c", "x", "gate 1")]
    assert numbers(listed) == {"a": 2, "b": 4, "c": 1}


@pytest.mark.parametrize("first", [0, 1])
def test_a_numbering_that_fits_all_channels_joins_them(first: int) -> None:
    listed = [Recording(f"OnvifRecordingToken_{number}") for number in range(first, first + 4)]
    assert numbers(listed) == {one.token: place for place, one in enumerate(listed, start=1)}


def test_what_fits_nothing_gets_numbers_behind_the_known_channels() -> None:
    assert numbers([Recording("x"), Recording("y"), Recording("z_2")]) == {"x": 5, "y": 6, "z_2": 7}
    assert numbers([Recording("x"), Recording("y")], ()) == {"x": 1, "y": 2}


def test_a_camera_records_itself() -> None:
    assert numbers([Recording("x", "1"), Recording("y", "2")], FOUR[2:3]) == {"x": 3, "y": 3}


def test_a_known_channel_without_recordings_stays_and_removed_recordings_go() -> None:
    found = join([Recording("a", "VS_2"), Recording("b", "VS_3", status="removed")], FOUR)
    assert [(channel.number, len(channel.recordings)) for channel in found] == [(1, 0), (2, 1), (3, 0), (4, 0)]


@pytest.mark.parametrize(
    ("jobs", "mode", "is_idle"),
    [
        ([], "unknown", False),
        ([Job("a", "active", None, None, False, ())], "unknown", False),
        ([Job("a", "idle", None, None, False, ())], "unknown", True),
        ([Job("a", "active", None, None, True, ())], "schedule", False),
        ([Job("a", "active", None, None, False, ("tns1:RuleEngine/CellMotionDetector/Motion",))], "motion", False),
        ([Job("a", "active", None, None, False, ("tns1:Device/Trigger/DigitalInput",))], "event", False),
        ([Job("a", "active", None, None, True, ()), Job("a", "active", None, None, False, ())], "unknown", False),
        ([Job("other", "idle", None, None, True, ())], "unknown", False),
    ],
)
def test_jobs_tell_when_it_is_recorded_where_they_do(jobs: list[Job], mode: str, is_idle: bool) -> None:
    (found,) = join([Recording("a")], FOUR[:1], jobs)
    assert (found.mode, found.is_idle) == (mode, is_idle)


def test_a_job_with_an_event_filter_or_a_schedule_is_read() -> None:
    content = xml.parse(
        b"<r><JobItem><JobConfiguration ScheduleToken='night'><RecordingToken>a</RecordingToken><Mode>Active</Mode>"
        b"<EventFilter><Filter><Topic>tns1:VideoSource/MotionAlarm</Topic></Filter></EventFilter></JobConfiguration></JobItem></r>"
    )
    assert answers.jobs(content) == (Job("a", "active", None, None, True, ("tns1:VideoSource/MotionAlarm",)),)
