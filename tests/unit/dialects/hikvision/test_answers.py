"""ISAPI answers as recorders write them, and as nobody should."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.dialects.hikvision import (
    answers,
    answers_channels,
    answers_device,
    answers_footage,
    answers_storage,
    channels,
    refusals,
)
from cctv_probe.dialects.hikvision.local_time import parse_zone
from cctv_probe.dialects.onvif.xml import Element
from cctv_probe.model.attempt import Ending, StepError
from tests.unit.dialects.hikvision import written as w

BANGKOK = dt.timedelta(hours=7)
ZONE = parse_zone("CST-7:00:00")
assert ZONE is not None


def root(body: str, space: str = w.HIK) -> Element:
    return answers.read(w.document(body, space))


# --- Device -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", w.NAMESPACES)
def test_device_information_of_a_recorder_in_every_namespace(space: str) -> None:
    told = answers_device.device_info(root(w.NVR_INFO, space))
    assert told.serial == "DS-7732NI-M4-1620240904CCRRL12345678WCVU"
    assert (told.model, told.mac, told.is_recorder) == ("DS-7732NI-M4", "22:EA:FB:38:1E:06", True)
    assert (told.firmware, told.manufacturer) == ("V5.03.020 build 240904", None)
    assert told.shows_hikvision == (space == w.HIK)


def test_device_information_of_a_camera() -> None:
    told = answers_device.device_info(root(w.CAMERA_INFO))
    assert (told.manufacturer, told.mac, told.is_recorder) == ("hikvision", "CB:6E:4F:D0:7B:1F", False)


@pytest.mark.parametrize(
    ("local", "zone", "utc", "ahead_h"),
    [
        ("2026-11-23T09:00:00+07:00", "CST-7:00:00", (2, 0), 7),
        ("2026-11-23T09:00:00Z", "CST-7:00:00", (2, 0), 7),
        ("2026-11-23T09:00:00", "CST-7:00:00", (2, 0), 7),
        ("2026-11-23T10:00:00+08:00", "CST-8:00:00", (2, 0), 8),
        ("2026-11-23T09:00:00", None, (2, 0), 7),
        ("2026-11-23T09:00:00", "nonsense", (2, 0), 7),
        ("2026-11-23T08:02:00", "GMT0:00:00", (8, 2), 0),
        ("2026-11-23T09:00:00+07:00", "CST-8:00:00", (2, 0), 7),
    ],
)
def test_local_time_with_a_z_that_means_nothing(
    local: str, zone: str | None, utc: tuple[int, int], ahead_h: int
) -> None:
    zone_part = f"<timeZone>{zone}</timeZone>" if zone else ""
    told = answers_device.clock_reading(
        root(f"<Time><timeMode>manual</timeMode><localTime>{local}</localTime>{zone_part}</Time>"), BANGKOK
    )
    assert told.utc == dt.datetime(2026, 11, 23, *utc, tzinfo=dt.UTC)
    assert told.zone.ahead_at(told.utc) == dt.timedelta(hours=ahead_h)
    assert told.mode == "manual"


def test_summer_time_in_the_zone_is_told() -> None:
    zone = "CST-7:00:00DST01:00:00,M4.1.0/02:00:00,M10.5.0/02:00:00"
    body = f"<Time><localTime>2026-06-01T09:00:00</localTime><timeZone>{zone}</timeZone></Time>"
    told = answers_device.clock_reading(root(body), BANGKOK)
    assert told.daylight_saving is True
    assert told.utc == dt.datetime(2026, 6, 1, 1, 0, tzinfo=dt.UTC)
    assert answers_device.clock_reading(root(w.TIME), BANGKOK).daylight_saving is False


def test_time_servers_and_ports() -> None:
    assert answers_device.ntp_servers(root(w.NTP)) == ("time.navy.mi.th",)
    assert [(one.protocol, one.port) for one in answers_device.ports(root(w.PORTS))] == [
        ("HTTP", 80), ("RTSP", 10554), ("DEV_MANAGE", 8000),
    ]  # fmt: skip


@pytest.mark.parametrize("told", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "", None, "22:ea", "zz:ea:fb:38:1e:06"])
def test_what_is_no_network_address(told: str | None) -> None:
    assert answers_device.mac_of(told) is None


# --- Channels ---------------------------------------------------------------------------------------------------------


def test_encoders_are_all_read_whatever_the_size_says() -> None:
    listed = [w.stream(number * 100 + one) for number in range(1, 19) for one in (1, 2)]
    found = answers_channels.encoders(root(w.streams(*listed, size=14)))
    assert len(found) == 36
    main = found[0]
    assert (main.id, main.number, main.stream, main.codec, str(main.resolution)) == (101, 1, 1, "h265", "1920x1080")
    assert (main.frame_rate, main.full_rate, main.bit_rate_bps, main.gop) == (25.0, False, 4_096_000, 50)


def test_rates_of_hundredths_and_full_rate_and_constant_bit_rate() -> None:
    odd, full, constant = answers_channels.encoders(
        root(w.streams(w.stream(101, rate=1250), w.stream(201, rate=0), w.stream(301, kind="CBR")))
    )
    assert odd.frame_rate == 12.5
    assert (full.frame_rate, full.full_rate) == (None, True)
    assert constant.bit_rate_bps == 2_048_000


def test_capabilities_pair_widths_with_heights() -> None:
    found = answers_channels.capabilities(root(w.CAPABILITIES))
    assert (str(found.max_resolution), found.max_frame_rate) == ("2688x1520", 25.0)


def test_slots_that_never_had_a_camera_are_ghosts() -> None:
    listed = w.proxies(w.proxy(1), w.proxy(2, "0.0.0.0", "000000000000"), w.proxy(3, "", ""), w.proxy(4, "", "C99"))
    found = answers_channels.proxy_inputs(root(listed))
    assert [one.id for one in found if not one.is_ghost] == [1, 4]
    first = found[0]
    assert (first.address, first.port, first.input, first.serial) == ("192.168.254.2", 8000, 1, "C12345678")
    assert (first.protocol, first.model, first.firmware) == ("HIKVISION", "DS-2CD2043G0-I", "V5.5.82 build 190909")


def test_a_recorders_channels_are_its_used_slots_offline_ones_too() -> None:
    encoders = answers_channels.encoders(
        root(w.streams(*[w.stream(n * 100 + s) for n in (1, 2, 3) for s in (1, 2, 3)]))
    )
    inputs = answers_channels.proxy_inputs(root(w.proxies(w.proxy(1), w.proxy(2, "", ""), w.proxy(5))))
    states = answers_channels.proxy_statuses(root(w.statuses(w.status(1), w.status(5, online=False))))
    found = channels.of_recorder(encoders, inputs, states, ())
    assert [(slot.number, slot.online, len(slot.streams)) for slot in found] == [(1, True, 2), (5, False, 0)]
    assert found[1].reason == "netUnreachable"
    assert channels.uncovered(encoders, inputs, states), "streams of channel 3 belong to no slot"


def test_a_hybrid_recorder_has_wired_channels_and_numbers_of_its_own_for_the_others() -> None:
    encoders = answers_channels.encoders(root(w.streams(w.stream(101), w.stream(201), w.stream(501))))
    inputs = answers_channels.proxy_inputs(root(w.proxies(w.proxy(1))))
    states = answers_channels.proxy_statuses(root(w.statuses(w.status(1, stream_id=501))))
    listed = "".join((w.analogue(1), w.analogue(2, seen="NO VIDEO"), w.analogue(3, enabled=False),
                      w.analogue(4, seen="NO VIDEO").replace("Wired 4", "Camera 04")))  # fmt: skip
    wired = answers_channels.analogue_inputs(root(f"<VideoInputChannelList>{listed}</VideoInputChannelList>"))
    found = channels.of_recorder(encoders, inputs, states, wired)
    assert [(slot.number, slot.analogue, slot.online) for slot in found] == [
        (1, True, True), (2, True, False), (5, False, True),
    ]  # fmt: skip


def test_where_a_recorder_lists_no_slots_its_streams_are_its_channels() -> None:
    encoders = answers_channels.encoders(root(w.streams(w.stream(101), w.stream(102), w.stream(401))))
    assert [slot.number for slot in channels.of_recorder(encoders, (), (), ())] == [1, 4]


# --- Storage ----------------------------------------------------------------------------------------------------------


def test_disks_without_ghosts_and_with_the_failed_one() -> None:
    found = answers_storage.storage(
        root(w.storage(w.hdd(1), w.hdd(2, "notexist", 0), w.hdd(3, "smartFailed"), w.hdd(4, "sleeping")))
    )
    assert [(disk.id, disk.failed) for disk in found.disks] == [("1", False), ("3", True), ("4", False)]
    assert (found.total_bytes, found.work_mode) == (2 * 4_000_787_000_000, "quota")


def test_shares_are_disks_too() -> None:
    body = "<storage><hddList/><nasList><nas><id>9</id><status>ok</status><capacity>122346</capacity></nas></nasList></storage>"
    found = answers_storage.storage(root(body))
    assert [(disk.kind, disk.total_bytes) for disk in found.disks] == [("nas", 122_346_000_000)]


@pytest.mark.parametrize(
    ("mode", "hours", "expected"),
    [
        ("CMR", ("00:00:00", "24:00:00"), "continuous"),
        ("CMR", ("00:00:00", "23:59:59"), "continuous"),
        ("CMR", ("06:00:00", "20:00:00"), "schedule"),
        ("MOTION", ("00:00:00", "24:00:00"), "motion"),
        ("ALARMANDMOTION", ("00:00:00", "24:00:00"), "event"),
    ],
)
def test_recording_mode_by_the_weeks_schedule(mode: str, hours: tuple[str, str], expected: str) -> None:
    (found,) = answers_storage.tracks(root(w.tracks(w.track(101, mode, hours=hours))))
    assert (found.mode, found.number, found.configured_days) == (expected, 1, "until_full")


def test_the_length_of_the_schedule_is_no_limit() -> None:
    found = answers_storage.tracks(
        root(w.tracks(w.track(101, duration="P7DT0H"), w.track(201, duration="P30DT0H"), w.track(301, duration="")))
    )
    assert [track.configured_days for track in found] == ["until_full", 30, None]
    week = w.track(101, duration="P7DT0H").replace(
        "<LoopEnable>", "<durationEnabled>true</durationEnabled><LoopEnable>"
    )
    month = w.track(201, duration="P30DT0H").replace(
        "<LoopEnable>", "<durationEnabled>false</durationEnabled><LoopEnable>"
    )
    told = answers_storage.tracks(root(w.tracks(week, month)))
    assert [track.configured_days for track in told] == [7, "until_full"]


def test_the_extensions_switch_is_the_real_one() -> None:
    on, off, silent = answers_storage.tracks(
        root(w.tracks(w.track(101), w.track(201, on=False), w.track(301, on=None)))
    )
    assert [track.is_off for track in (on, off, silent)] == [False, True, False]


@pytest.mark.parametrize(
    ("told", "days"), [("P30DT0H", 30), ("P0DT0H", 0), ("P4W", 28), ("PT0S", 0), ("", None), ("P", None), ("30", None)]
)
def test_durations(told: str, days: int | None) -> None:
    assert answers_storage.duration_days(told) == days


# --- Footage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", w.NAMESPACES)
def test_days_of_a_month(space: str) -> None:
    found = answers_footage.days(root(w.month(1, 5, 31, kind="motion"), space), 2026, 11)
    assert [(day.date.day, day.kind) for day in found] == [(1, "motion"), (5, "motion")]


@pytest.mark.parametrize("tag", ["responseStatusStrg", "responseStatusString", "responseStatusStrp"])
def test_a_page_of_segments_in_local_time(tag: str) -> None:
    assert ZONE is not None
    body = w.result(w.match("2026-11-23T00:00:00Z", "2026-11-23T06:00:00Z", slash="/"), said="MORE", tag=tag)
    found = answers_footage.page(root(body), ZONE)
    (segment,) = found.segments
    assert (found.more, found.listed) == ("more", 1)
    assert segment.start == dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
    assert (segment.kind, segment.locked, segment.path) == ("continuous", False, "/Streaming/tracks/101/")


def test_times_with_a_real_offset_and_locked_motion() -> None:
    assert ZONE is not None
    body = w.result(w.match("2026-11-23T08:00:00+08:00", "2026-11-23T09:00:00+08:00", kind="MOTION", locked=True))
    (segment,) = answers_footage.page(root(body), ZONE).segments
    assert segment.start == dt.datetime(2026, 11, 23, 0, 0, tzinfo=dt.UTC)
    assert (segment.kind, segment.locked) == ("motion", True)


def test_no_matches_and_impossible_segments() -> None:
    assert ZONE is not None
    assert answers_footage.page(root(w.result(said="NO MATCHES")), ZONE).more == "none"
    odd = w.result(w.match("2026-11-23T08:00:00Z", "2026-11-23T07:00:00Z"), w.match("x", "y"))
    assert answers_footage.page(root(odd), ZONE) == answers_footage.Page((), "ok", 2)


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "ending", "word"),
    [
        (403, w.response_status(4, "lowPrivilege"), Ending.NOT_PERMITTED, "no right"),
        (403, w.response_status(4, "notSupport"), Ending.NOT_SUPPORTED, "support"),
        (403, w.response_status(4, "invalidOperation"), Ending.FAULT, "invalidOperation"),
        (403, w.response_status(4, "notActivated"), Ending.NOT_PERMITTED, "activated"),
        (503, w.response_status(2, "deviceBusy", "Device Busy"), Ending.BUSY, "too many users"),
        (500, w.response_status(3, "deviceError", "Device Error"), Ending.FAULT, "Device Error"),
        (200, w.response_status(4, "notSupport"), Ending.NOT_SUPPORTED, "support"),
    ],
)
def test_refusals_are_told_apart(status: int, body: str, ending: Ending, word: str) -> None:
    error = refusals.refusal_of(status, root(body))
    assert error is not None
    assert error.ending is ending
    assert word in error.line.en


def test_an_answer_without_a_reason_and_a_proper_one() -> None:
    forbidden = refusals.refusal_of(403, None)
    assert forbidden is not None
    assert forbidden.ending is Ending.NOT_PERMITTED
    assert refusals.refusal_of(200, root(w.NVR_INFO)) is None
    assert refusals.refusal_of(200, root(w.response_status(1, "ok", "OK"))) is None


@pytest.mark.parametrize(
    ("body", "locked", "left"),
    [(w.user_check(), False, 7), (w.user_check(locked=True, left=0, unlock_s=1800), True, 0), (w.NVR_INFO, None, None)],
)
def test_the_lock_state(body: str, locked: bool | None, left: int | None) -> None:
    state = answers.lock_state(root(body))
    assert (state.locked if state else None, state.left if state else None) == (locked, left)
    assert (state.unlock_s if state and locked else 1800) == 1800


@pytest.mark.parametrize(
    ("sub", "locked"), [("userLocked", True), ("lockedIpFailed", True), ("unlocked", None), ("clockError", None)]
)
def test_a_lock_told_by_its_reason(sub: str, locked: bool | None) -> None:
    state = answers.lock_state(root(w.response_status(4, sub)))
    assert (state.locked if state else None) == locked


def test_user_names_of_cameras_are_taken_out_before_an_answer_is_kept() -> None:
    kept = answers.without_users(w.document(w.proxies(w.proxy(1), w.proxy(2))))
    assert b"cam-operator" not in kept
    assert b"hunter2" not in kept
    assert kept.count(b"<userName>***</userName>") == 2
    assert answers_channels.proxy_inputs(answers.read(kept))[0].serial == "C12345678"


# --- Hostile input ----------------------------------------------------------------------------------------------------

HONEST = [
    w.document(body)
    for body in (
        w.NVR_INFO, w.TIME, w.NTP, w.PORTS, w.CAPABILITIES, w.streams(w.stream(101)), w.proxies(w.proxy(1)),
        w.statuses(w.status(1)), w.storage(w.hdd(1)), w.tracks(w.track(101)), w.month(1, 2),
        w.result(w.match("2026-11-23T00:00:00Z", "2026-11-23T06:00:00Z")), w.user_check(), w.response_status(4, "x"),
    )
]  # fmt: skip


def read_all(body: bytes) -> None:
    """Every reader over one answer. Anything but `StepError` gets through."""
    assert ZONE is not None
    answers.without_users(body)
    try:
        found = answers.read(body)
    except StepError:
        return
    answers.is_isapi(found)
    answers.lock_state(found)
    refusals.refusal_of(403, found)
    answers_device.device_info(found)
    answers_device.clock_reading(found, BANGKOK)
    answers_device.ntp_servers(found)
    answers_device.ports(found)
    encoders = answers_channels.encoders(found)
    inputs, states = answers_channels.proxy_inputs(found), answers_channels.proxy_statuses(found)
    channels.of_recorder(encoders, inputs, states, answers_channels.analogue_inputs(found))
    answers_channels.capabilities(found)
    answers_storage.storage(found)
    answers_storage.tracks(found)
    answers_footage.days(found, 2026, 2)
    answers_footage.page(found, ZONE)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    read_all(body)


@settings(max_examples=300)
@given(st.sampled_from(HONEST), st.data())
def test_damaged_answers_are_read_without_an_error(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body)))
    cut = data.draw(st.integers(0, 60))
    put = data.draw(
        st.sampled_from(
            [b"", b"<a>", b"</Video>", b"99999999999999999999", b"-1", b"\xff\xfe", b"1e400", b"&x;", b"NaN"]
        )
    )
    read_all(body[:at] + put + body[at + cut :])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>401</body></html>",
        b"not xml",
        b"<" * 1000,
        b"<a>" * 50_000,
        b"<x>" + b"<d/>" * 5000 + b"</x>",
    ],
)
def test_web_pages_and_rubbish(body: bytes) -> None:
    read_all(body)


def test_a_web_page_is_no_answer() -> None:
    with pytest.raises(StepError):
        answers.read(b"<html><head/><body>Unauthorized</body></html>")
