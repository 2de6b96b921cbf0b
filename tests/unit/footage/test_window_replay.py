"""Windows that an RTSP address names: what is played, when it was recorded, and what a recorder that jumps proves (nothing)."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.footage.archive import Index, Played
from cctv_probe.footage.control import (
    BY_WINDOW,
    ControlledReplay,
    Verdict,
    controls,
    verdict_of,
    widest_hole,
)
from cctv_probe.footage.recorded_time import BY_EXTENSION, BY_REPORT, UNKNOWN
from cctv_probe.footage.window_replay import BY_RANGE, Window, WindowReplayer, told_by_range
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.footage import Span
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit
from tests.unit.footage.windows import BANGKOK, NOW, WindowServer, ago, visit_to
from tests.unit.rtsp import scripted

DAYS = ((ago(days=10), ago(days=5)), (ago(days=4), ago(minutes=1)))
AT = ago(days=7)
INDEX = Index(ago(days=10), ago(minutes=1), tuple(Span(*span) for span in DAYS), spans_known=True)
MINUTE = dt.timedelta(minutes=1)


def window(start: dt.datetime = AT, zone: dt.timedelta = BANGKOK) -> Window:
    local = (start + zone, start + zone + MINUTE)
    named = "starttime={:%Y%m%dT%H%M%SZ}&endtime={:%Y%m%dT%H%M%SZ}".format(*local)
    return Window(f"/Streaming/tracks/101?{named}", start, start + MINUTE, zone)


@contextlib.contextmanager
def replaying(
    server: WindowServer, folder: Path, offset: dt.timedelta = dt.timedelta(0)
) -> Iterator[tuple[ControlledReplay, Visit]]:
    with scripted.ScriptedServer(server) as rtsp, visit_to(folder, rtsp.port) as visit:
        replayer = WindowReplayer(visit, HttpAccount(visit.login, "device", "RTSP"), ((rtsp.port, False),))
        yield ControlledReplay(replayer, lambda _number, start, _end: window(start), offset), visit


def played(server: WindowServer, folder: Path, at: dt.datetime = AT, **asked: dt.timedelta) -> Played:
    with replaying(server, folder, **asked) as (replay, _):
        return replay.play(1, at, "key", Deadline.after(10), INDEX)


def apart_s(found: Played, at: dt.datetime = AT) -> float:
    assert found.seen_utc is not None
    return abs((found.seen_utc - at).total_seconds())


# --- Where the time comes from ----------------------------------------------------------------------------------------


def test_the_replay_header_is_believed_first(tmp_path: Path) -> None:
    found = played(WindowServer(DAYS, extension=True, report=lambda at: at - dt.timedelta(days=1)), tmp_path)
    assert (found.time_source, apart_s(found), found.codec) == (BY_EXTENSION, 0, "h264")
    assert found.keys[0].data


def test_a_sender_report_of_recorded_time_is_believed_and_one_of_the_wall_clock_is_not(tmp_path: Path) -> None:
    assert played(WindowServer(DAYS, report=lambda at: at), tmp_path).time_source == BY_REPORT
    for number, clock in enumerate((NOW, NOW + BANGKOK, dt.datetime(1970, 1, 3, tzinfo=dt.UTC))):
        wall = played(WindowServer(DAYS, report=lambda _, clock=clock: clock), tmp_path / str(number))  # type: ignore[misc] # bound per turn
        assert (wall.time_source, wall.seen_utc) == (BY_WINDOW, AT), clock


def test_recorded_time_written_as_local_time_is_understood(tmp_path: Path) -> None:
    found = played(WindowServer(DAYS, report=lambda at: at + BANGKOK), tmp_path)
    assert (found.time_source, apart_s(found)) == (BY_REPORT, 0)


def test_the_recorders_clock_is_corrected(tmp_path: Path) -> None:
    ahead = dt.timedelta(hours=1)
    ours = WindowServer(tuple((start + ahead, end + ahead) for start, end in DAYS), report=lambda at: at)
    found = played(ours, tmp_path, offset=ahead)
    assert (found.time_source, apart_s(found), ours.asked) == (BY_REPORT, 0, [(101, AT + ahead)])


def test_a_range_that_is_no_echo_tells_the_time(tmp_path: Path) -> None:
    earlier = dt.timedelta(seconds=3)
    server = WindowServer(DAYS, play_range=lambda at: f"clock={at + BANGKOK - earlier:%Y%m%dT%H%M%SZ}-")
    found = played(server, tmp_path)
    assert (found.time_source, apart_s(found)) == (BY_RANGE, 3)


def test_a_range_that_repeats_the_question_or_says_now_tells_nothing() -> None:
    for value in (
        f"clock={AT + BANGKOK:%Y%m%dT%H%M%SZ}-", f"clock={AT:%Y%m%dT%H%M%S.000Z}-", f"clock={AT + MINUTE:%Y%m%dT%H%M%SZ}-",
        f"clock={NOW:%Y%m%dT%H%M%SZ}-", f"clock={NOW + BANGKOK:%Y%m%dT%H%M%SZ}-", "npt=0.000-", "", None, "clock=20261340T999999Z-",
    ):  # fmt: skip
        assert told_by_range(value, window(), NOW) == (None, UNKNOWN), value


@given(st.text(max_size=80) | st.from_regex(r"clock=[0-9]{8}T[0-9]{6}(\.[0-9]{1,6})?Z?-"))
def test_any_range_is_read_without_an_error(value: str) -> None:
    told, source = told_by_range(value, window(), NOW)
    assert (told is None) == (source == UNKNOWN)


# --- The control experiment -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nowhere", ["404 Not Found", "400 Bad Request", "457 Invalid Range", "bye"])
def test_a_window_bounds_what_is_played_where_controls_play_nothing(nowhere: str, tmp_path: Path) -> None:
    server = WindowServer(DAYS, nowhere=nowhere)  # type: ignore[arg-type] # one of its words
    with replaying(server, tmp_path) as (replay, visit):
        found = replay.play(1, AT, "key", Deadline.after(10), INDEX)
        again = replay.play(1, AT + MINUTE, "key", Deadline.after(10), INDEX)
        assert (found.seen_utc, found.time_source) == (AT, BY_WINDOW)
        assert (again.seen_utc, visit.findings) == (AT + MINUTE, [])
    at = [start for _, start in server.asked]
    hole = ago(days=4.5)
    assert at[:1] + at[-1:] == [AT, AT + MINUTE]
    assert (at[1] < ago(days=100), at[2] > NOW, at[3]) == (True, True, hole)
    assert len(at) == 5, "each control is asked once"
    assert (server.open_sessions, server.torn_down >= 2) == (0, True)


@pytest.mark.parametrize("nowhere", ["jump", "live"])
def test_a_recorder_that_plays_something_else_proves_nothing(nowhere: str, tmp_path: Path) -> None:
    server = WindowServer(DAYS, nowhere=nowhere)  # type: ignore[arg-type] # one of its words
    with replaying(server, tmp_path) as (replay, visit):
        found = replay.play(1, AT, "key", Deadline.after(10), INDEX)
        assert (found.seen_utc, found.time_source) == (None, UNKNOWN)
        assert replay.play(1, AT + MINUTE, "key", Deadline.after(10), INDEX).seen_utc is None
        assert [finding.code for finding in visit.findings] == ["playback_jumps"]
    assert len(server.asked) == 3, "one control was enough"


def test_a_recorder_that_jumps_only_across_its_holes_is_found_out(tmp_path: Path) -> None:
    class Halfway(WindowServer):
        """Nothing in the future and long ago, but over a hole it goes on to the next footage."""

        def _inside(self, at: dt.datetime) -> bool:
            return DAYS[0][0] <= at < NOW

    found = played(Halfway(DAYS), tmp_path)
    assert found.seen_utc is None


def test_a_range_that_told_a_jump_is_believed_where_it_repeats_the_question(tmp_path: Path) -> None:
    server = WindowServer(DAYS, nowhere="jump", play_range=lambda at: f"clock={at + BANGKOK:%Y%m%dT%H%M%SZ}-")
    with replaying(server, tmp_path) as (replay, visit):
        found = replay.play(1, AT, "key", Deadline.after(10), INDEX)
        assert (found.seen_utc, found.time_source) == (AT, BY_RANGE)
        jumped = replay.play(1, ago(days=4.9), "key", Deadline.after(10), INDEX)
        assert apart_s(jumped, ago(days=4.9)) > 3600
        assert visit.findings == []


def test_footage_with_a_time_of_its_own_needs_no_control(tmp_path: Path) -> None:
    server = WindowServer(DAYS, extension=True, nowhere="jump")
    played(server, tmp_path)
    assert len(server.asked) == 1


def test_a_jump_that_tells_its_time_is_seen_as_one(tmp_path: Path) -> None:
    found = played(WindowServer(DAYS, extension=True, nowhere="jump"), tmp_path, ago(days=4.9))
    assert apart_s(found, ago(days=4.9)) > 3600


def test_a_control_that_cannot_be_asked_proves_nothing(tmp_path: Path) -> None:
    class OnePlayback(WindowServer):
        def _set_up(self, peer: scripted.Peer, asked: scripted.Asked) -> bool:
            self.sessions = 1 if len(self.asked) < 2 else 0
            return super()._set_up(peer, asked)

    server = OnePlayback(DAYS, nowhere="457 Invalid Range")
    with replaying(server, tmp_path) as (replay, _):
        assert replay.play(1, AT, "key", Deadline.after(10), INDEX).seen_utc is None
        assert replay.verdict(1, INDEX) is Verdict.UNKNOWN


# --- What failures mean -----------------------------------------------------------------------------------------------


def test_a_window_without_footage_is_nothing_recorded_once_the_address_is_known_to_be_played(tmp_path: Path) -> None:
    server = WindowServer(DAYS)
    with replaying(server, tmp_path) as (replay, _), pytest.raises(StepError) as caught:
        replay.play(1, ago(days=4.5), "key", Deadline.after(10), INDEX)
    assert caught.value.ending is Ending.NOT_FOUND
    newest = server.asked[1][1]
    assert DAYS[1][0] <= newest < DAYS[1][1], "the newest claimed footage proved the address"


def test_an_address_that_is_never_played_says_nothing_about_the_footage(tmp_path: Path) -> None:
    with replaying(WindowServer(DAYS, path="/elsewhere/(0)"), tmp_path) as (replay, _):
        for _ in range(2):
            with pytest.raises(StepError) as caught:
                replay.play(1, AT, "key", Deadline.after(10), INDEX)
            assert caught.value.ending is Ending.FAULT


def test_too_many_viewers_is_busy(tmp_path: Path) -> None:
    with replaying(WindowServer(DAYS, sessions=0), tmp_path) as (replay, _), pytest.raises(StepError) as caught:
        replay.play(1, AT, "key", Deadline.after(10), INDEX)
    assert caught.value.ending is Ending.BUSY


def test_silence_after_play_is_a_time_out_and_the_session_is_ended(tmp_path: Path) -> None:
    server = WindowServer((), nowhere="silent")
    with replaying(server, tmp_path) as (replay, _), pytest.raises(StepError) as caught:
        replay.play(1, ago(days=4.5), "key", Deadline.after(2.5), None)
    assert (caught.value.ending, server.open_sessions, server.torn_down) == (Ending.TIMEOUT, 0, 1)


def test_silence_means_nothing_where_it_is_how_the_recorder_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cctv_probe.footage.control.CONTROL_S", 2.5)
    server = WindowServer(DAYS, nowhere="silent")
    with replaying(server, tmp_path) as (replay, _), pytest.raises(StepError) as caught:
        replay.play(1, ago(days=20), "key", Deadline.after(2.5), INDEX)
    assert caught.value.ending is Ending.NOT_FOUND
    assert len(server.asked) == 1 + 1 + 3, "the instant, footage that plays, and the controls"


def test_a_long_sample_is_measured_by_its_own_time(tmp_path: Path) -> None:
    with replaying(WindowServer(DAYS), tmp_path) as (replay, _):
        found = replay.play(1, AT, "long", Deadline.after(20), INDEX)
    assert found.measurement is not None
    assert found.measurement.frame_rate == pytest.approx(5, abs=0.1)


def test_no_login_stands_in_the_log_of_what_was_asked(tmp_path: Path) -> None:
    with replaying(WindowServer(DAYS, login=True, extension=True), tmp_path) as (replay, visit):
        replay.play(1, AT, "key", Deadline.after(10), INDEX)
        visit.folder.close()
        audit = (visit.folder.path / "audit.jsonl").read_text("utf-8")
    assert "rtsp.PLAY /Streaming/tracks/101?starttime=" in audit
    assert "admin" not in audit
    assert "s3cret" not in audit


# --- Pure -------------------------------------------------------------------------------------------------------------


def test_controls_lie_where_no_footage_can_be() -> None:
    asked = controls(INDEX, NOW)
    assert [control.kind for control in asked] == ["before", "future", "hole"]
    assert asked[0].at_utc < ago(days=100)
    assert asked[1].at_utc > NOW
    assert [control.kind for control in controls(replace(INDEX, spans_known=False), NOW)] == ["before", "future"]
    assert [control.kind for control in controls(None, NOW)] == ["before", "future"]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 600)), max_size=30))
def test_the_middle_of_a_hole_lies_in_no_span(pieces: list[tuple[int, int]]) -> None:
    spans = [Span(NOW + start * MINUTE, NOW + (start + length) * MINUTE) for start, length in pieces]
    hole = widest_hole(spans)
    assert hole is None or not any(span.start_utc <= hole < span.end_utc for span in spans)


@given(st.lists(st.sampled_from([True, False, None]), max_size=3))
def test_only_controls_that_all_played_nothing_bound_a_window(outcomes: list[bool | None]) -> None:
    expected = bool(outcomes) and set(outcomes) == {False}
    assert (verdict_of(outcomes) is Verdict.BOUNDED) == expected
    assert (verdict_of(outcomes) is Verdict.JUMPS) == (True in outcomes)
