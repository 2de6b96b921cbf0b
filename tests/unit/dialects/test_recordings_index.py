"""What a recorder claims, corrected and doubted; and what a replayed picture says of its own time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cctv_probe.dialects.onvif.answers_recording import Recording, Summary, Track, TrackEvent
from cctv_probe.dialects.onvif.recording_channels import RecordedChannel
from cctv_probe.dialects.onvif.searching import Found
from cctv_probe.footage.archive import Index
from cctv_probe.footage.onvif_index import Believed, configured_days, index_of, nearest
from cctv_probe.footage.onvif_replay import Asking, clock_text
from cctv_probe.footage.recorded_time import ntp_utc, recorded_at
from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.model.footage import Span
from cctv_probe.rtsp.rtcp import SenderReport

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
SINCE = NOW - 60 * DAY
EPOCH = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


def ntp(at: dt.datetime) -> int:
    return ((at - EPOCH) // dt.timedelta(microseconds=1) << 32) // 1_000_000


def index(
    recordings: tuple[Recording, ...],
    summary: Summary | None = None,
    history: Found[TrackEvent] | None = None,
    offset: dt.timedelta = dt.timedelta(0),
) -> Index:
    channel = RecordedChannel(1, None, recordings)
    return index_of(channel, summary, history, Believed(NOW, offset), SINCE, NOW)


def recording(token: str, oldest_days: float, newest_days: float, offset: dt.timedelta = dt.timedelta(0)) -> Recording:
    return Recording(token, earliest=NOW - oldest_days * DAY + offset, latest=NOW - newest_days * DAY + offset)


def test_a_video_tracks_own_dates_stand_before_the_recordings() -> None:
    tracks = (Track("V", "video", NOW - 3 * DAY, NOW - DAY), Track("A", "audio", NOW - 9 * DAY, NOW))
    found = index((Recording("a", earliest=NOW - 9 * DAY, latest=NOW, tracks=tracks),))
    assert (found.oldest_utc, found.newest_utc) == (NOW - 3 * DAY, NOW - DAY)


def test_the_summary_tells_where_recordings_do_not() -> None:
    summary = Summary(NOW - 7 * DAY, NOW - HOUR, 2)
    found = index((Recording("a"),), summary)
    assert (found.oldest_utc, found.newest_utc) == (NOW - 7 * DAY, NOW - HOUR)
    assert index((), summary).oldest_utc is None, "of a channel without recordings it tells nothing"
    assert index((Recording("a"),), Summary(NOW - 7 * DAY, NOW, 0)).oldest_utc is None


def test_a_single_recording_lists_no_spans_but_several_apart_do() -> None:
    assert not index((recording("a", 9, 1),)).spans_known
    found = index((recording("a", 9, 8), recording("b", 5, 4)))
    assert found.spans == (Span(NOW - 9 * DAY, NOW - 8 * DAY), Span(NOW - 5 * DAY, NOW - 4 * DAY))
    assert found.spans_known
    assert not index((recording("a", 9, 8), Recording("b"))).spans_known, "one of them could be anywhere"


def test_events_of_sound_are_no_footage() -> None:
    tracks = (Track("V", "video"), Track("A", "audio"))
    listed = (TrackEvent("a", "V", SINCE, False, True), TrackEvent("a", "A", SINCE, True, True), TrackEvent("a", "V", NOW - DAY, True, False))  # fmt: skip
    found = index((Recording("a", tracks=tracks),), history=Found(listed, is_complete=True))
    assert found.spans == (Span(NOW - DAY, NOW),)


def test_a_state_that_never_changes_reaches_no_further_than_the_dates() -> None:
    always = Found((TrackEvent("a", "V", SINCE, True, True),), is_complete=True)
    found = index((recording("a", 9, 2),), history=always)
    assert found.spans == (Span(NOW - 9 * DAY, NOW - 2 * DAY),)


@pytest.mark.parametrize("history", [None, Found(), Found(is_complete=True)])
def test_a_recorder_without_history_lists_no_gaps(history: Found[TrackEvent] | None) -> None:
    found = index((recording("a", 9, 0),), history=history)
    assert (found.spans, found.spans_known) == ((), False)


@given(st.floats(-1e9, 1e9))
def test_any_clock_is_taken_off_again(ahead_s: float) -> None:
    offset = dt.timedelta(seconds=round(ahead_s))
    listed = (
        TrackEvent("a", "V", SINCE + offset, False, True),
        TrackEvent("a", "V", NOW - 4 * DAY + offset, True, False),
    )
    found = index((recording("a", 9, 1, offset),), history=Found(listed, is_complete=True), offset=offset)
    assert (found.oldest_utc, found.newest_utc) == (NOW - 9 * DAY, NOW - DAY)
    assert found.spans == (Span(NOW - 4 * DAY, NOW - DAY),)


@pytest.mark.parametrize(
    ("kept_s", "expected"),
    [([], None), ([None], None), ([0.0], "until_full"), ([0.0, 30 * 86400.0], 30), ([3600.0], 0), ([7 * 86400.0, 14 * 86400.0], 7)],
)  # fmt: skip
def test_configured_days(kept_s: list[float | None], expected: int | str | None) -> None:
    assert configured_days(Recording("a", maximum_retention_s=seconds) for seconds in kept_s) == expected


def test_the_recording_that_could_hold_an_instant_is_tried() -> None:
    old, new, dateless = recording("old", 9, 8), recording("new", 5, 4), Recording("dateless")

    def tokens(*listed: Recording, days: float) -> list[str]:
        return [one.token for one in nearest(listed, NOW - days * DAY)]

    assert tokens(old, new, days=8.5) == ["old"]
    assert tokens(old, new, days=5.5) == ["new"], "the nearest, because an index may claim less than there is"
    assert tokens(old, dateless, new, days=4.5) == ["new", "dateless"]


# --- The footage's own time -------------------------------------------------------------------------------------------


@given(st.integers(70 * 365 * 86400, 200 * 365 * 86400), st.integers(0, 999_999))
def test_ntp_times_are_read_across_the_end_of_their_era(seconds: int, microseconds: int) -> None:
    at = EPOCH + dt.timedelta(seconds=seconds, microseconds=microseconds)
    assume(seconds != 1 << 32)  # the first second of an era is what clocks that were never set send
    found = ntp_utc(ntp(at) & 0xFFFFFFFF_FFFFFFFF)
    assert found is not None
    assert abs(found - at) <= dt.timedelta(microseconds=1)


@given(st.integers(0, (1 << 64) - 1))
def test_no_ntp_time_breaks_the_reader(value: int) -> None:
    found = ntp_utc(value)
    assert (found is None) == (value >> 32 == 0)


def unit(recorded: int | None = None, timestamp: int = 900_000) -> AccessUnit:
    return AccessUnit("h264", timestamp, 90_000, 0.0, b"x", 1, True, recorded_utc_ntp=recorded)


def report(at: dt.datetime, timestamp: int = 900_000) -> SenderReport:
    return SenderReport(1, ntp(at), timestamp & 0xFFFFFFFF, 0, 0)


def near(found: tuple[dt.datetime | None, str], at: dt.datetime) -> bool:
    return found[0] is not None and abs(found[0] - at) <= dt.timedelta(milliseconds=1)


def test_the_replay_header_stands_before_a_sender_report() -> None:
    found = recorded_at(unit(ntp(NOW - DAY)), report(NOW - 2 * DAY), NOW)
    assert near(found, NOW - DAY)
    assert found[1] == "rtp.replay_extension"


def test_a_sender_report_tells_where_the_header_is_missing_or_empty() -> None:
    for recorded in (None, 0):
        found = recorded_at(unit(recorded, 900_000 + 180_000), report(NOW - DAY), NOW)
        assert near(found, NOW - DAY + dt.timedelta(seconds=2))
        assert found[1] == "rtcp.sender_report"


@pytest.mark.parametrize("told", [None, report(NOW), report(NOW - dt.timedelta(minutes=4))])
def test_the_time_of_day_is_no_time_of_footage(told: SenderReport | None) -> None:
    assert recorded_at(unit(), told, NOW) == (None, "unknown")


def test_the_instant_is_written_as_rtsp_wants_it() -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))
    at = dt.datetime(2026, 11, 20, 16, 30, 0, 250_999, tzinfo=bangkok)
    assert clock_text(at) == "20261120T093000.250Z"
    assert dict(Asking(intra=True).fields(at)) == {
        "Range": "clock=20261120T093000.250Z-", "Rate-Control": "no", "Immediate": "yes", "Frames": "intra",
    }  # fmt: skip
    assert Asking(requires=False, unpaced=False).fields(at) == (("Range", "clock=20261120T093000.250Z-"),)
