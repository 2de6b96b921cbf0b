"""A recorder over ONVIF search and replay: what it claims, and instants of it played over real sockets, lies and faults included."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import pytest
from lxml import etree

from cctv_probe.footage.archive import Archive, ArchiveChannel, Played, Wanted
from cctv_probe.footage.onvif_replay import LADDER
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.footage import Span
from cctv_probe.wire.deadline import Deadline
from tests.protocol.test_onvif_requests import valid
from tests.protocol.tiny_recorder import NOW, Recorder, Replay, Running, ago, event, running, stamp
from tests.unit.rtsp.packets import decoded
from tests.unit.rtsp.scripted import SDP, Asked, Peer, Script, always

SINCE = ago(days=30)
FOOTAGE = ((ago(days=10), ago(days=6)), (ago(days=5), ago(minutes=1)))
INSIDE = ago(days=3, hours=7, seconds=13)
GAP = ago(days=5, hours=12)


def recorder(**replay: object) -> Recorder:
    return Recorder(Replay(spans=FOOTAGE, **replay))  # type: ignore[arg-type] # fields by name


def play(run: Running, at: dt.datetime = INSIDE, wanted: Wanted = "key", seconds: float = 5) -> Played:
    (channel,) = run.archive.channels()
    return run.archive.play(channel, at, wanted, Deadline.after(seconds))


def ending_of(run: Running, at: dt.datetime = INSIDE, seconds: float = 5, wanted: Wanted = "key") -> StepError:
    with pytest.raises(StepError) as raised:
        play(run, at, wanted, seconds)
    return raised.value


# --- The index --------------------------------------------------------------------------------------------------------


def test_the_index_of_an_honest_recorder(tmp_path: Path) -> None:
    with running(recorder(), tmp_path) as run:
        archive: Archive = run.archive
        (channel,) = archive.channels()
        index = archive.index(channel, SINCE, NOW)
    assert channel == ArchiveChannel(1, "VideoSource_1", "Gate")
    assert archive.source == "onvif.replay"
    assert (index.oldest_utc, index.newest_utc) == (FOOTAGE[0][0], FOOTAGE[1][1])
    assert index.spans == tuple(Span(*span) for span in FOOTAGE)
    assert index.spans_known
    assert (index.configured_days, index.recording_mode) == (30, "unknown")
    assert len(index.raw_sha256) >= 5
    kept = {path.name for path in (tmp_path / "run" / "evidence").glob("*/*")}
    assert set(index.raw_sha256) <= kept
    assert {item.ending for item in run.visit.attempts} == {Ending.OK}


def test_every_search_is_ended_and_every_request_valid(tmp_path: Path, onvif_dir: Path) -> None:
    with running(recorder(), tmp_path) as run:
        play(run)
        run.archive.index(run.archive.channels()[0], SINCE, NOW)
        asked = run.recorder.asked
    names = [operation for operation, _ in asked]
    assert names.count("EndSearch") == names.count("FindRecordings") + names.count("FindEvents") == 2
    for _, request in asked:
        body = etree.fromstring(request.encode()).find("{*}Body")
        assert body is not None
        valid(body[0], onvif_dir)
    events = next(request for operation, request in asked if operation == "FindEvents")
    assert "tns1:RecordingHistory/Track/State" in events
    assert "<ns0:IncludeStartState>true<" in events
    assert stamp(SINCE) in events


def test_a_clock_an_hour_ahead_is_corrected_in_the_index_and_in_playing(tmp_path: Path) -> None:
    ahead = dt.timedelta(hours=1)
    by_its_clock = tuple((start + ahead, end + ahead) for start, end in FOOTAGE)
    with running(Recorder(Replay(spans=by_its_clock), ahead=ahead), tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
        found = play(run)
        (asked,) = run.replay.played
    assert index.spans == tuple(Span(*span) for span in FOOTAGE)
    assert (index.oldest_utc, index.newest_utc) == (FOOTAGE[0][0], FOOTAGE[1][1])
    assert asked["Range"] == f"clock={INSIDE + ahead:%Y%m%dT%H%M%S}.000Z-"
    assert found.seen_utc is not None
    assert abs(found.seen_utc - INSIDE) <= dt.timedelta(seconds=2)


def test_without_a_summary_the_recordings_tell(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetRecordingSummary"] = None
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert (index.oldest_utc, index.newest_utc) == (FOOTAGE[0][0], FOOTAGE[1][1])


def test_without_a_search_the_recording_service_tells(tmp_path: Path) -> None:
    made = recorder()
    made.answers |= {
        "FindRecordings": None,
        "FindEvents": None,
        "GetRecordingInformation": made._information("Recording_1"),
    }
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert (index.oldest_utc, index.newest_utc, index.configured_days) == (FOOTAGE[0][0], FOOTAGE[1][1], 30)
    assert (index.spans, index.spans_known) == ((), False)


def test_retention_is_asked_recording_by_recording_where_it_is_not_listed(tmp_path: Path) -> None:
    made = recorder()
    kept = "<MaximumRetentionTime>PT0S</MaximumRetentionTime>"
    made.answers |= {
        "GetRecordings": None,
        "GetRecordingConfiguration": f"<RecordingConfiguration>{kept}</RecordingConfiguration>",
    }
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert index.configured_days == "until_full"


def test_a_device_that_has_no_search_says_so(tmp_path: Path) -> None:
    with running(recorder(), tmp_path) as run:
        for service in [service for service in run.archive.session.services if "device" not in service]:
            del run.archive.session.services[service]
        run.archive.session.services["http://www.onvif.org/ver10/media/wsdl"] = run.archive.session.home
        with pytest.raises(StepError) as raised:
            run.archive.channels()
    assert raised.value.ending is Ending.NOT_SUPPORTED
    assert run.recorder.asked == []


def test_an_archive_of_which_nothing_answers_is_an_error_not_an_empty_archive(tmp_path: Path) -> None:
    made = recorder()
    made.answers |= dict.fromkeys(["GetRecordingSummary", "FindRecordings", "GetRecordings"])
    with running(made, tmp_path) as run, pytest.raises(StepError) as raised:
        run.archive.channels()
    assert raised.value.ending is Ending.NOT_SUPPORTED


def test_a_device_that_lists_nothing_is_not_said_to_have_recorded_nothing(tmp_path: Path) -> None:
    with running(Recorder(Replay(), tokens=()), tmp_path) as run:
        (channel,) = run.archive.channels()
        index = run.archive.index(channel, SINCE, NOW)
        error = ending_of(run)
    assert (index.oldest_utc, index.newest_utc, index.spans_known) == (None, None, False)
    assert error.ending is Ending.NOT_SUPPORTED
    assert [finding.code for finding in run.visit.findings] == ["archive_lists_nothing"]


def test_the_dates_of_a_summary_of_no_recordings_are_ignored(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetRecordingSummary"] = (
        f"<Summary><DataFrom>1970-01-01T00:00:00Z</DataFrom><DataUntil>{stamp(NOW)}</DataUntil>"
        "<NumberRecordings>0</NumberRecordings></Summary>"
    )
    made.answers["GetRecordingSearchResults"] = (
        "<ResultList><SearchState>Completed</SearchState><RecordingInformation><RecordingToken>Recording_1</RecordingToken>"
        "</RecordingInformation></ResultList>"
    )
    made.answers["FindEvents"] = None
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert (index.oldest_utc, index.newest_utc) == (None, None)
    assert run.visit.findings == []


@pytest.mark.parametrize(
    ("date", "code"),
    [("1970-01-01T00:03:15Z", "unset"), ("2569-11-01T00:00:00Z", "buddhist"), ("2031-01-01T00:00:00Z", "future")],
)
def test_dates_that_cannot_be_are_findings_and_no_history(tmp_path: Path, date: str, code: str) -> None:
    made = recorder()
    from_ = stamp(FOOTAGE[0][0])
    made.answers["GetRecordingSummary"] = made._get_recording_summary().replace(from_, date)
    made.answers["GetRecordingSearchResults"] = made._get_recording_search_results().replace(from_, date)
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert (index.oldest_utc, index.newest_utc) == (None, FOOTAGE[1][1])
    assert [finding.code for finding in run.visit.findings] == [f"footage_date_{code}"]


def test_events_that_ignore_every_filter_are_sorted_out(tmp_path: Path) -> None:
    made = recorder()
    other = event("Recording_9", ago(days=2), False) + event("Recording_1", ago(days=20), True)
    other += event("Recording_1", ago(days=19), False) + event(
        "Recording_1", ago(days=2), False, track="AUDIO001"
    ).replace("Track/State", "Track/Create")
    made.answers["GetEventSearchResults"] = made._get_event_search_results().replace(
        "</ResultList>", f"{other}</ResultList>"
    )
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], ago(days=5, hours=1), NOW)
    assert index.spans == (Span(*FOOTAGE[1]),)


def test_a_search_in_pages_that_repeats_and_never_completes_is_read_and_left(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetRecordingSearchResults"] = made._get_recording_search_results().replace("Completed", "Searching")
    with running(made, tmp_path) as run:
        channels = run.archive.channels()
    assert [channel.token for channel in channels] == ["VideoSource_1"]
    assert run.recorder.operations.count("GetRecordingSearchResults") == 5
    assert run.recorder.operations.count("EndSearch") == 1


def test_events_cut_short_are_no_list_of_gaps(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetEventSearchResults"] = made._get_event_search_results().replace("Completed", "Searching")
    with running(made, tmp_path) as run:
        index = run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert (index.spans, index.spans_known) == ((), False)


def test_an_idle_job_is_a_finding(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetRecordingJobs"] = (
        "<JobItem><JobToken>j</JobToken><JobConfiguration><RecordingToken>Recording_1</RecordingToken><Mode>Idle</Mode>"
        "</JobConfiguration></JobItem>"
    )
    with running(made, tmp_path) as run:
        run.archive.index(run.archive.channels()[0], SINCE, NOW)
    assert [finding.code for finding in run.visit.findings] == ["recording_switched_off"]


def test_channels_of_a_recorder_are_joined_by_what_their_sources_say(tmp_path: Path) -> None:
    made = Recorder(Replay(spans=FOOTAGE), tokens=("a", "b"))
    made.answers["GetRecordingSearchResults"] = (
        made._get_recording_search_results()
        .replace("<SourceId/>", "<SourceId>VideoSource_3</SourceId>", 1)
        .replace("<Name>cam<", "<Name>สี่แยก<", 1)
    )
    known = (
        Channel(1, "Gate", "VideoSource_1"),
        Channel(2, "Market", "VideoSource_2"),
        Channel(3, "Bridge", "VideoSource_3"),
    )
    with running(made, tmp_path, known=known) as run:
        channels = run.archive.channels()
        with pytest.raises(StepError) as raised:
            run.archive.play(channels[0], INSIDE, "key", Deadline.after(5))
    assert [(channel.number, channel.token, channel.name) for channel in channels] == [
        (1, "VideoSource_1", "Gate"), (2, "VideoSource_2", "Market"), (3, "VideoSource_3", "Bridge"), (4, "b", "cam"),
    ]  # fmt: skip
    assert raised.value.ending is Ending.NOT_FOUND


# --- Playing ----------------------------------------------------------------------------------------------------------


def test_a_presence_sample_is_the_first_key_picture_with_its_own_time(tmp_path: Path) -> None:
    with running(recorder(login=True), tmp_path) as run:
        found = play(run)
        run.replay.wait_closed()
        (asked,) = run.replay.played
    assert found.time_source == "rtp.replay_extension"
    assert found.seen_utc is not None
    assert abs(found.seen_utc - INSIDE) <= dt.timedelta(seconds=2)
    (key,) = found.keys
    assert key.is_key
    assert not key.damaged
    assert decoded("h264", [key.data]) == [(160, 96)]
    assert found.parameter_sets.startswith(b"\0\0\0\1")
    assert (found.codec, found.resolution, found.container) == ("h264", "160x96", "not_observable")
    assert found.measurement is None
    assert {name: asked[name] for name in ("Require", "Range", "Rate-Control", "Immediate", "Frames")} == {
        "Require": "onvif-replay", "Range": f"clock={INSIDE:%Y%m%dT%H%M%S}.000Z-", "Rate-Control": "no",
        "Immediate": "yes", "Frames": "intra",
    }  # fmt: skip
    assert run.replay.torn_down == 1
    assert run.rtsp.connections == 1


def test_every_request_names_the_replay_feature_and_is_audited(tmp_path: Path) -> None:
    with running(recorder(), tmp_path) as run:
        play(run)
        methods = {asked.method: asked.fields.get("Require") for asked in run.rtsp.requests}
    audit = run.audit()
    assert {methods[name] for name in ("DESCRIBE", "SETUP", "PLAY")} == {"onvif-replay"}
    assert methods["TEARDOWN"] is None
    assert re.search(r'"step": "rtsp.PLAY rtsp://[^"]*clock=2026[^"]*", "login": false, "outcome": "ok"', audit)


def test_a_long_sample_lasts_ten_recorded_seconds_however_fast_it_comes(tmp_path: Path) -> None:
    with running(recorder(), tmp_path) as run:
        began = time.monotonic()
        found = play(run, wanted="long", seconds=20)
        assert time.monotonic() - began < 5
        (asked,) = run.replay.played
    assert "Frames" not in asked
    measured = found.measurement
    assert measured is not None
    assert measured.duration_s >= 10
    assert measured.frame_rate == pytest.approx(5, abs=0.05)
    assert (measured.gop_frames, measured.basis) == (10, "rtp_timestamps")
    assert 2 <= len(found.keys) <= 3
    assert decoded("h264", [key.data for key in found.keys]) == [(160, 96)] * len(found.keys)
    assert found.seen_utc is not None
    assert abs(found.seen_utc - INSIDE) <= dt.timedelta(seconds=2)


def test_a_long_sample_ends_where_the_footage_does(tmp_path: Path) -> None:
    clip_of_8_s = ((INSIDE - dt.timedelta(seconds=2), INSIDE + dt.timedelta(seconds=6)),)
    with running(Recorder(Replay(spans=clip_of_8_s)), tmp_path) as run:
        found = play(run, wanted="long", seconds=20)
    assert found.measurement is not None
    assert 4 <= found.measurement.duration_s <= 8


def test_a_replay_that_never_ends_is_stopped(tmp_path: Path) -> None:
    with running(recorder(ends=False), tmp_path) as run:
        play(run)
        play(run, wanted="long", seconds=20)
        run.replay.wait_closed()
    assert run.replay.torn_down == 2


def test_without_the_replay_header_a_sender_report_tells(tmp_path: Path) -> None:
    with running(recorder(extension=False, report=lambda at: at), tmp_path) as run:
        found = play(run)
    assert found.time_source == "rtcp.sender_report"
    assert found.seen_utc is not None
    assert abs(found.seen_utc - INSIDE) <= dt.timedelta(seconds=2)


@pytest.mark.parametrize("report", [None, lambda _: NOW], ids=["nothing", "the time of day"])
def test_footage_without_a_time_is_given_none(tmp_path: Path, report: object) -> None:
    with running(recorder(extension=False, report=report), tmp_path) as run:
        found = play(run)
        long = play(run, wanted="long", seconds=20)
    assert (found.seen_utc, found.time_source) == (None, "unknown")
    assert long.measurement is not None, "the RTP timestamps count"
    assert long.measurement.frame_rate == pytest.approx(5, abs=0.05)


def test_a_jump_to_the_nearest_footage_shows_in_its_own_time(tmp_path: Path) -> None:
    with running(recorder(nowhere="jump"), tmp_path) as run:
        found = play(run, GAP)
    assert found.seen_utc is not None
    assert abs(found.seen_utc - FOOTAGE[1][0]) <= dt.timedelta(seconds=2)


@pytest.mark.parametrize("nowhere", ["457 Invalid Range", "404 Not Found", "bye"])
def test_nothing_recorded_is_not_found(tmp_path: Path, nowhere: str) -> None:
    with running(recorder(nowhere=nowhere), tmp_path) as run:
        error = ending_of(run, GAP)
        assert play(run).seen_utc is not None
    assert error.ending is Ending.NOT_FOUND
    assert GAP.strftime("%Y%m%dT%H%M%S") in error.line.en


def test_a_400_means_nothing_there_only_once_the_same_request_has_worked(tmp_path: Path) -> None:
    with running(recorder(nowhere="400 Bad Request"), tmp_path) as run:
        assert ending_of(run, GAP).ending is Ending.FAULT
        play(run)
        assert ending_of(run, GAP).ending is Ending.NOT_FOUND


def test_a_session_that_the_device_forgot_says_nothing_of_the_footage(tmp_path: Path) -> None:
    with running(recorder(nowhere="454 Session Not Found"), tmp_path) as run:
        assert ending_of(run, GAP).ending is Ending.FAULT


def test_agreed_and_sent_nothing_while_another_instant_plays_is_nothing_recorded(tmp_path: Path) -> None:
    with running(recorder(nowhere="silent"), tmp_path) as run:
        play(run)
        error = ending_of(run, GAP, seconds=1)
        run.replay.wait_closed()
    assert error.ending is Ending.NOT_FOUND
    assert "another instant played at once" in error.line.en


def test_agreed_and_sent_nothing_anywhere_is_a_time_out_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cctv_probe.footage.onvif_replay.SILENCE_S", 2.0)
    made = recorder(nowhere="silent")
    made.replay.spans = ()
    with running(made, tmp_path) as run:
        error = ending_of(run, GAP, seconds=1)
        run.replay.wait_closed()
    assert error.ending is Ending.TIMEOUT
    assert "sent nothing" in error.line.en


def test_pictures_that_decoding_cannot_begin_with_are_a_time_out_in_other_words(tmp_path: Path) -> None:
    with running(recorder(keys_from=10**6, every_s=0.02), tmp_path) as run:
        error = ending_of(run, seconds=1, wanted="long")
    assert error.ending is Ending.TIMEOUT
    assert "key picture" in error.line.en


@pytest.mark.parametrize("status", ["551 Option not supported", "400 Bad Request"])
def test_a_recorder_that_refuses_frames_is_asked_without_and_remembered(tmp_path: Path, status: str) -> None:
    with running(recorder(refused={"Frames": status}), tmp_path) as run:
        play(run)
        play(run, INSIDE + dt.timedelta(hours=1))
        asked = [one for one in run.rtsp.requests if one.method == "PLAY"]
    assert ["Frames" in one.fields for one in asked] == [True, False, False]
    assert [one["Rate-Control"] for one in run.replay.played] == ["no", "no"]


def test_a_recorder_that_knows_no_replay_feature_is_asked_for_the_instant_alone(tmp_path: Path) -> None:
    with running(recorder(refused={"Require": "551 Option not supported"}), tmp_path) as run:
        assert play(run).seen_utc is not None
        assert play(run, wanted="long").measurement is not None
    assert [set(one) & {"Require", "Frames", "Rate-Control"} for one in run.replay.played] == [set(), set()]
    assert len(LADDER) == 4


def test_one_session_only(tmp_path: Path) -> None:
    with running(recorder(sessions=1), tmp_path) as run:
        for hours in (1, 2, 3):
            assert play(run, INSIDE + dt.timedelta(hours=hours)).seen_utc is not None
            run.replay.wait_closed()
        run.replay.open_sessions = 1
        error = ending_of(run)
    assert error.ending is Ending.BUSY


def test_a_replay_address_of_another_host_is_asked_here(tmp_path: Path) -> None:
    made = recorder()
    made.replay_host = "10.9.8.7"
    with running(made, tmp_path) as run:
        assert play(run).seen_utc is not None
        assert all(asked.uri.startswith("rtsp://127.0.0.1:") for asked in run.rtsp.requests)
    assert [finding.code for finding in run.visit.findings] == ["replay_uri_other_host"]


def test_a_replay_port_that_is_closed_leads_to_the_known_one(tmp_path: Path) -> None:
    made = recorder()
    made.answers["GetReplayUri"] = "<Uri>rtsp://127.0.0.1:9/replay</Uri>"
    with running(made, tmp_path) as run:
        error = ending_of(run)
        run.archive._replayer.rtsp_ports = ((run.rtsp.port, False),)
        assert play(run).seen_utc is not None
    assert error.ending is Ending.REFUSED


def test_a_replay_address_that_is_used_up_is_asked_for_again(tmp_path: Path) -> None:
    made = recorder()

    def only_the_newest(peer: Peer) -> None:
        made.replay(_Choosy(peer, lambda: f"n={made.uris_given}"))  # type: ignore[arg-type] # as a peer

    with running(made, tmp_path, rtsp=only_the_newest) as run:
        play(run)
        made.uris_given += 1
        assert play(run).seen_utc is not None
    assert made.uris_given == 3


class _Choosy:
    """A peer whose server knows one address at a time."""

    def __init__(self, peer: Peer, known: object) -> None:
        self._peer, self._known = peer, known

    def __getattr__(self, name: str) -> object:
        return getattr(self._peer, name)

    def read(self) -> Asked:
        while True:
            asked = self._peer.read()
            if asked.method != "DESCRIBE" or asked.uri.endswith(self._known()):  # type: ignore[operator] # a function
                return asked
            self._peer.answer(asked, "404 Not Found")


def test_a_replay_address_that_never_worked_says_nothing_of_the_footage(tmp_path: Path) -> None:
    with running(recorder(), tmp_path, rtsp=always("404 Not Found")) as run:
        assert ending_of(run).ending is Ending.FAULT


def test_a_recorder_that_stops_answering_in_the_middle_ends_in_time(tmp_path: Path) -> None:
    def falls_silent(peer: Peer) -> None:
        _describes_then()(peer)
        peer.until_gone()

    with running(recorder(), tmp_path, rtsp=falls_silent) as run:
        began = time.monotonic()
        error = ending_of(run, seconds=1)
        assert time.monotonic() - began < 4
    assert error.ending is Ending.TIMEOUT


def _describes_then(*, body: str = SDP, method: str = "PLAY") -> Script:
    """A device that answers until `method`, at which it closes the connection."""

    def script(peer: Peer) -> None:
        while (asked := peer.read()).method != method:
            lines = ("Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7")
            peer.answer(asked, "200 OK", *lines, body=body if asked.method == "DESCRIBE" else "")

    return script


@pytest.mark.parametrize(
    "script",
    [
        _describes_then(),
        _describes_then(method="DESCRIBE"),
        _describes_then(body="v=0\r\nm=audio 0 RTP/AVP 0\r\n"),
        _describes_then(body="nonsense"),
        always("403 Forbidden"),
        always("500 Internal Server Error"),
    ],
    ids=["closes at PLAY", "closes at DESCRIBE", "only sound", "no description", "forbidden", "error"],
)
def test_what_goes_wrong_on_the_way_to_the_footage_says_nothing_about_it(tmp_path: Path, script: Script) -> None:
    with running(recorder(), tmp_path, rtsp=script) as run:
        error = ending_of(run, seconds=2)
    assert error.ending not in (Ending.NOT_FOUND, Ending.MALFORMED, Ending.BUG, Ending.OK)


@pytest.mark.parametrize("answer", [None, "<Uri/>", "<Nothing/>"])
def test_no_replay_address_says_nothing_about_the_footage(tmp_path: Path, answer: str | None) -> None:
    made = recorder()
    made.answers["GetReplayUri"] = answer
    with running(made, tmp_path) as run:
        error = ending_of(run)
    assert error.ending not in (Ending.NOT_FOUND, Ending.MALFORMED)
    assert run.rtsp.requests == []


def test_footage_that_ends_without_a_key_picture_is_unplayable(tmp_path: Path) -> None:
    only = ((INSIDE - dt.timedelta(seconds=2), INSIDE + dt.timedelta(seconds=6)),)
    with running(Recorder(Replay(spans=only, keys_from=9)), tmp_path) as run:
        error = ending_of(run, wanted="long")
    assert error.ending is Ending.MALFORMED


def test_a_flood_without_a_key_picture_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cctv_probe.footage.onvif_archive.KEY_BYTES", 200_000)
    flooding = recorder(keys_from=10**6, refused={"Frames": "551 no"}, ends=False)
    with running(flooding, tmp_path) as run:
        began = time.monotonic()
        error = ending_of(run, seconds=20)
        assert time.monotonic() - began < 10
        run.replay.wait_closed()
    assert error.ending is Ending.TOO_LARGE


def test_playing_leaves_the_visits_own_budget_alone(tmp_path: Path) -> None:
    with running(recorder(), tmp_path) as run:
        run.archive.channels()
        before = run.visit.budget.bytes_left
        play(run, wanted="long", seconds=20)
        assert run.visit.budget.bytes_left == before


def test_the_users_stop_ends_a_playback(tmp_path: Path) -> None:
    with running(recorder(nowhere="silent"), tmp_path) as run:
        run.archive.channels()
        run.visit.budget.stop.set()
        assert ending_of(run, GAP).ending is Ending.INTERRUPTED
