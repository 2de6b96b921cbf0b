"""A Hikvision recorder's footage: its calendar, its searches with all their traps, and its instants played."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.dialects.hikvision.ask_channels import ask_channels
from cctv_probe.dialects.hikvision.ask_device import ask_device
from cctv_probe.dialects.hikvision.ask_footage import FootageQuestions
from cctv_probe.footage.archive import ArchiveChannel
from cctv_probe.footage.control import BY_WINDOW
from cctv_probe.footage.hikvision_archive import HikvisionArchive
from cctv_probe.footage.recorded_time import BY_REPORT
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.deadline import Deadline
from cctv_probe.wire.login import HttpAccount
from tests.protocol.tiny_hikvision import Device, Running, Segments, ago, running
from tests.unit.dialects.hikvision import written as w
from tests.unit.footage.windows import NOW, WindowServer
from tests.unit.rtsp import scripted

DAY = dt.timedelta(days=1)
ONE = ArchiveChannel(1, "track-101", "ถนน 1")
OFFSET = dt.timedelta(seconds=0.5)
"""What a device that tells whole seconds is taken to be ahead by, in these tests."""


def files(since: dt.datetime, until: dt.datetime, hours: float = 6) -> list[tuple[dt.datetime, dt.datetime]]:
    """Footage without a break, cut into files that overlap by a second."""
    found, step = [], dt.timedelta(hours=hours)
    while since < until:
        found.append((since, min(since + step + dt.timedelta(seconds=1), until)))
        since += step
    return found


MONTH: Segments = {101: files(ago(days=30), ago(minutes=2))}


@contextlib.contextmanager
def archive_of(
    device: Device, folder: Path, server: WindowServer | None = None
) -> Iterator[tuple[HikvisionArchive, Running]]:
    with scripted.ScriptedServer(server or WindowServer()) as rtsp, running(device, folder) as here:
        ask_device(here.session)
        channels = ask_channels(here.session)
        account = HttpAccount(here.visit.login, "device", "RTSP")
        yield HikvisionArchive(here.session, channels, account, ((rtsp.port, False),)), here


def posts(here: Running, word: str) -> list[str]:
    return [body for method, path, body, _ in here.device.asked if method == "POST" and word in path]


def test_settings_sixty_days_and_the_oldest_segment_of_all_channels_repeat_no_question(tmp_path: Path) -> None:
    segments = {number * 100 + 1: files(ago(days=80), NOW) for number in range(1, 33)}
    answers = {
        "/ISAPI/Streaming/channels": w.streams(*(w.stream(n * 100 + 1) for n in range(1, 33))),
        "/ISAPI/ContentMgmt/InputProxy/channels": w.proxies(*(w.proxy(n) for n in range(1, 33))),
        "/ISAPI/ContentMgmt/InputProxy/channels/status": w.statuses(*(w.status(n) for n in range(1, 33))),
    }
    device = Device(answers={**answers}, segments=segments)
    with running(device, tmp_path) as here:
        ask_device(here.session)
        channels = ask_channels(here.session)
        questions = FootageQuestions(here.session)
        for channel in channels:
            track = channel.number * 100 + 1
            for _ in range(2):
                calendar = questions.calendar(track, NOW - 60 * DAY, NOW)
                oldest = questions.oldest(track, calendar, NOW - 60 * DAY, NOW)
            assert oldest is not None
            assert (len(calendar.days), calendar.is_complete) == (61, True)
    assert len(channels) == 32
    searches = [body.partition("</searchID>")[2] for body in posts(here, "search")]
    counted = Counter(
        [(path, body) for _, path, body, _ in device.asked if "search" not in path] + [("s", one) for one in searches]
    )
    assert {asked: count for asked, count in counted.items() if count > 1} == {}
    assert (len(posts(here, "dailyDistribution")), len(searches)) == (32 * 3, 32)


def test_the_calendar_ends_after_six_empty_months(tmp_path: Path) -> None:
    with running(Device(segments=MONTH), tmp_path) as here:
        ask_device(here.session)
        calendar = FootageQuestions(here.session).calendar(101, NOW - 2000 * DAY, NOW)
    assert (len(calendar.days), calendar.is_complete) == (31, True)
    assert len(posts(here, "dailyDistribution")) == 2 + 6
    assert calendar.days[0].date == dt.date(2026, 10, 24)


def test_the_index_of_a_month(tmp_path: Path) -> None:
    with archive_of(Device(segments=MONTH), tmp_path) as (archive, here):
        assert [channel.token for channel in archive.channels()] == ["track-101", "track-201", "track-401"]
        index = archive.index(ONE, NOW - 400 * DAY, NOW)
    assert index.oldest_utc == ago(days=30) - OFFSET
    assert index.newest_utc == ago(minutes=2) - OFFSET
    assert (len(index.spans), index.spans_known) == (1, True), "overlapping files are one recording"
    assert (index.recording_mode, index.configured_days) == ("continuous", "until_full")
    assert len(index.raw_sha256) >= 2
    assert here.device.refused == 0


def test_a_hole_is_no_span(tmp_path: Path) -> None:
    segments = {101: files(ago(days=20), ago(days=12)) + files(ago(days=10), NOW)}
    with archive_of(Device(segments=segments), tmp_path) as (archive, _):
        spans = archive.index(ONE, NOW - 400 * DAY, NOW).spans
    assert len(spans) == 2
    assert (spans[1].start_utc - spans[0].end_utc) == pytest.approx(2 * DAY, abs=dt.timedelta(seconds=2))


def test_a_recorder_with_a_wrong_clock_is_corrected(tmp_path: Path) -> None:
    hour = dt.timedelta(hours=1)
    told = "<Time><timeMode>NTP</timeMode><localTime>2026-11-23T10:00:00Z</localTime><timeZone>CST-7:00:00</timeZone></Time>"
    segments = {101: [(start + hour, end + hour) for start, end in MONTH[101]]}
    with archive_of(Device(answers={"/ISAPI/System/time": told}, segments=segments), tmp_path) as (archive, _):
        index = archive.index(ONE, NOW - 400 * DAY, NOW)
    assert index.oldest_utc == ago(days=30) - OFFSET


def test_wide_windows_that_fail_are_asked_in_halves(tmp_path: Path) -> None:
    with archive_of(Device(segments=MONTH, widest=dt.timedelta(days=2)), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 400 * DAY, NOW)
    assert (len(index.spans), index.spans_known, index.oldest_utc) == (1, True, ago(days=30) - OFFSET)
    assert len(posts(here, "search")) < 60


def test_without_a_search_the_calendar_still_claims_its_days(tmp_path: Path) -> None:
    answers: dict[str, str | tuple[int, str]] = {"/ISAPI/ContentMgmt/search": (500, "<html>error</html>")}
    with archive_of(Device(answers=answers, segments=MONTH), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 400 * DAY, NOW)
    assert index.oldest_utc == dt.datetime(2026, 10, 23, 17, tzinfo=dt.UTC) - OFFSET, "midnight of the first day"
    assert (index.newest_utc, index.spans_known) == (NOW, True)
    assert len(posts(here, "search")) <= 30


@pytest.mark.parametrize("code", ["notSupport", "badURLFormat"])
def test_without_a_calendar_the_search_is_halved_until_it_answers(code: str, tmp_path: Path) -> None:
    answers: dict[str, str | tuple[int, str]] = {
        "/ISAPI/ContentMgmt/record/tracks/101/dailyDistribution": (403, w.response_status(4, code))
    }
    with archive_of(Device(answers=answers, segments=MONTH), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 90 * DAY, NOW)
    assert (index.oldest_utc, index.spans_known, len(index.spans)) == (ago(days=30) - OFFSET, True, 1)
    assert len(posts(here, "dailyDistribution")) == 1


def test_pages_go_on_under_one_search_until_none_is_left(tmp_path: Path) -> None:
    segments = {101: files(ago(days=6), NOW, hours=0.5)}
    with archive_of(Device(segments=segments, rows=40), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 30 * DAY, NOW)
    assert (len(index.spans), index.spans_known) == (1, True)
    paged = [body for body in posts(here, "search") if "<maxResults>40<" in body]
    assert [body.partition("Postion>")[2].partition("<")[0] for body in paged] == [
        "0",
        "40",
        "80",
        "120",
        "160",
        "200",
        "240",
        "280",
    ]
    assert len({body.partition("searchID>")[2].partition("<")[0] for body in paged}) == 1


def test_pages_that_repeat_themselves_end(tmp_path: Path) -> None:
    segments = {101: files(ago(days=3), NOW, hours=1)}
    with archive_of(Device(segments=segments, repeats=True), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 30 * DAY, NOW)
    assert len(posts(here, "search")) <= 4
    assert index.oldest_utc == ago(days=3) - OFFSET
    assert index.spans[-1].end_utc > ago(days=1), "days of which no segment came count by the calendar"


def test_a_failure_while_paging_keeps_what_was_read(tmp_path: Path) -> None:
    def hook(path: str, body: str) -> tuple[int, str] | None:
        late = path.endswith("/search") and "Postion>40<" in body
        return (403, w.response_status(2, "deviceBusy")) if late else None

    segments = {101: files(ago(days=5), NOW, hours=1)}
    with archive_of(Device(segments=segments, hook=hook), tmp_path) as (archive, _):
        index = archive.index(ONE, NOW - 30 * DAY, NOW)
    assert index.oldest_utc == ago(days=5) - OFFSET
    assert index.newest_utc == NOW


def test_a_channel_without_footage(tmp_path: Path) -> None:
    with archive_of(Device(segments=MONTH), tmp_path) as (archive, here):
        index = archive.index(ArchiveChannel(2, "track-201"), NOW - 400 * DAY, NOW)
        assert (index.oldest_utc, index.spans, index.spans_known) == (None, (), True)
    assert here.codes.count("recording_off") == 1


def test_a_stored_sub_stream_is_searched_by_its_track(tmp_path: Path) -> None:
    answers = {"/ISAPI/ContentMgmt/record/tracks": w.tracks(w.track(101, on=False), w.track(102))}
    with archive_of(Device(answers={**answers}, segments={102: MONTH[101]}), tmp_path) as (archive, _):
        assert archive.index(ONE, NOW - 90 * DAY, NOW).oldest_utc == ago(days=30) - OFFSET


def test_a_camera_without_recordings_has_no_archive(tmp_path: Path) -> None:
    answers: dict[str, str | tuple[int, str]] = {
        "/ISAPI/System/deviceInfo": w.CAMERA_INFO,
        "/ISAPI/ContentMgmt/record/tracks": (403, w.response_status(4, "notSupport")),
    }
    with archive_of(Device(answers=answers), tmp_path) as (archive, _), pytest.raises(StepError) as caught:
        archive.channels()
    assert caught.value.ending is Ending.NOT_SUPPORTED


def test_implausible_dates_become_findings(tmp_path: Path) -> None:
    def hook(path: str, _body: str) -> tuple[int, str] | None:
        buddhist = w.result(w.match("2569-11-20T00:00:00Z", "2569-11-20T06:00:00Z"))
        return (200, buddhist) if path.endswith("/search") else None

    with archive_of(Device(segments=MONTH, hook=hook), tmp_path) as (archive, here):
        index = archive.index(ONE, NOW - 60 * DAY, NOW)
    assert index.oldest_utc is not None
    assert index.newest_utc is not None
    assert ago(days=31) < index.oldest_utc < index.newest_utc <= NOW, "by the calendar alone"
    assert "footage_date_buddhist" in here.codes


# --- Playing ----------------------------------------------------------------------------------------------------------


def playable(**more: object) -> WindowServer:
    return WindowServer(((ago(days=30), ago(minutes=2)),), **more)  # type: ignore[arg-type] # its own fields


def test_an_instant_is_played_by_the_recorders_local_time(tmp_path: Path) -> None:
    server = playable(report=lambda at: at, login=True)
    with archive_of(Device(segments=MONTH), tmp_path, server) as (archive, here):
        archive.index(ONE, NOW - 400 * DAY, NOW)
        found = archive.play(ONE, ago(days=29), "key", Deadline.after(10))
        assert found.seen_utc is not None
        assert abs(found.seen_utc - ago(days=29)) < dt.timedelta(seconds=2)
        assert (found.time_source, found.codec) == (BY_REPORT, "h264")
        assert server.asked == [(101, ago(days=29))]
        here.visit.folder.close()
        audit = (here.visit.folder.path / "audit.jsonl").read_text("utf-8")
    local = ago(days=29) + dt.timedelta(hours=7)
    assert f"rtsp.PLAY /Streaming/tracks/101?starttime={local:%Y%m%dT%H%M%SZ}&endtime=" in audit
    assert (server.open_sessions, server.torn_down) == (0, 1)


def test_footage_without_a_time_is_timed_by_its_window(tmp_path: Path) -> None:
    server = playable()
    with archive_of(Device(segments=MONTH), tmp_path, server) as (archive, _):
        index = archive.index(ONE, NOW - 400 * DAY, NOW)
        found = archive.play(ONE, ago(days=29), "key", Deadline.after(10))
    assert (found.seen_utc, found.time_source) == (ago(days=29), BY_WINDOW)
    assert index.oldest_utc is not None
    assert any(start < index.oldest_utc for _, start in server.asked), "long before the oldest was asked as a control"


def test_a_recorder_that_jumps_leaves_its_footage_untimed(tmp_path: Path) -> None:
    with archive_of(Device(segments=MONTH), tmp_path, playable(nowhere="live")) as (archive, here):
        archive.index(ONE, NOW - 400 * DAY, NOW)
        assert archive.play(ONE, ago(days=29), "key", Deadline.after(10)).seen_utc is None
    assert "playback_jumps" in here.codes


def test_an_instant_without_footage_is_not_found(tmp_path: Path) -> None:
    with archive_of(Device(segments=MONTH), tmp_path, playable()) as (archive, _):
        archive.index(ONE, NOW - 400 * DAY, NOW)
        with pytest.raises(StepError) as caught:
            archive.play(ONE, ago(days=40), "key", Deadline.after(10))
    assert caught.value.ending is Ending.NOT_FOUND
