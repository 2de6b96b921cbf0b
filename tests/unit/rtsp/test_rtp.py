"""RTP and RTCP packets, sequence numbers, timestamps and reordering; quirk numbers are rows of the table of quirks."""

from __future__ import annotations

import itertools
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.rtsp.reorder import WAIT_S, WINDOW, ReorderWindow
from cctv_probe.rtsp.rtcp import MAX_PACKETS, Rtcp, SenderReport, is_rtcp, parse_rtcp
from cctv_probe.rtsp.rtp import (
    MAX_GAP,
    MAX_LATE,
    Extension,
    MalformedRtp,
    ReplayHeader,
    SequenceCounter,
    Step,
    TimestampClock,
    parse_rtp,
    replay_header,
)

HEAD = struct.pack(">BBHII", 0x80, 0xE0, 7, 90_000, 0xCAFE)


def test_a_plain_packet() -> None:
    packet = parse_rtp(b"before" + HEAD + b"payload", 6)
    assert (packet.payload_type, packet.marker, packet.sequence) == (96, True, 7)
    assert (packet.timestamp, packet.ssrc) == (90_000, 0xCAFE)
    assert (packet.start, packet.end, packet.extension) == (18, 25, None)


def test_sources_extension_and_padding_are_taken_off() -> None:
    raw = bytes([0x80 | 0x20 | 0x10 | 2]) + HEAD[1:] + b"csrccsrc" + b"\xbe\xde\x00\x01abcd" + b"data" + b"\0\0\x03"
    packet = parse_rtp(raw)
    assert raw[packet.start : packet.end] == b"data"
    assert packet.extension == Extension(0xBEDE, 24, 28)
    assert replay_header(raw, packet.extension) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        HEAD[:11],
        b"\x40" + HEAD[1:],
        b"\x8f" + HEAD[1:],
        b"\x90" + HEAD[1:] + b"\xab\xac",
        b"\x90" + HEAD[1:] + b"\xab\xac\xff\xff",
        b"\xa0" + HEAD[1:] + b"\x09",
    ],
    ids=["empty", "short", "version", "sources", "cut extension", "long extension", "padding"],
)
def test_what_is_no_packet(raw: bytes) -> None:
    with pytest.raises(MalformedRtp):
        parse_rtp(raw)


def test_the_replay_header_of_onvif() -> None:
    extension = struct.pack(">HHQBBH", 0xABAC, 3, 0xE5A1_0000_8000_0000, 0xA0, 42, 0)
    raw = b"\x90" + HEAD[1:] + extension + b"x"
    found = replay_header(raw, parse_rtp(raw).extension)
    assert found == ReplayHeader(0xE5A1_0000_8000_0000, True, False, True, False, 42)
    ends = raw[:24] + b"\x50" + raw[25:]
    assert replay_header(ends, parse_rtp(ends).extension) == ReplayHeader(
        0xE5A1_0000_8000_0000, False, True, False, True, 42
    )
    short = b"\x90" + HEAD[1:] + b"\xab\xac\x00\x01abcd"
    assert replay_header(short, parse_rtp(short).extension) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_malformed(raw: bytes) -> None:
    try:
        packet = parse_rtp(raw)
    except MalformedRtp:
        return
    assert 12 <= packet.start <= packet.end <= len(raw)
    replay_header(raw, packet.extension)


def counted(*numbers: int) -> tuple[SequenceCounter, list[Step]]:
    counter = SequenceCounter()
    return counter, [counter.take(one & 0xFFFF) for one in numbers]


def test_sequence_numbers_wrap() -> None:
    counter, steps = counted(*range(65_530, 65_545))
    assert set(steps) == {Step.NEXT}
    assert counter.lost == 0


def test_gaps_are_lost_until_the_packets_come_late() -> None:
    counter, steps = counted(10, 14, 12, 12, 15)
    assert steps == [Step.NEXT, Step.GAP, Step.OLD, Step.OLD, Step.NEXT]
    assert (counter.lost, counter.late, counter.duplicates) == (2, 1, 1)


def test_a_packet_from_before_the_first_takes_no_loss_off() -> None:
    counter, _ = counted(10, 9)
    assert (counter.lost, counter.duplicates) == (0, 1)


@pytest.mark.parametrize("leap", [MAX_GAP, 30_000, 0xFFFF - MAX_LATE])
def test_a_leap_is_a_stream_that_began_anew_and_no_loss(leap: int) -> None:
    counter, steps = counted(5, 5 + leap + 1, 5 + leap + 2)
    assert steps == [Step.NEXT, Step.RESTART, Step.NEXT]
    assert (counter.lost, counter.restarts) == (0, 1)


@given(st.lists(st.integers(0, 0xFFFF), max_size=200))
def test_counts_never_go_below_nothing(numbers: list[int]) -> None:
    counter, steps = counted(*numbers)
    assert min(counter.lost, counter.late, counter.duplicates, counter.restarts) >= 0
    assert steps.count(Step.RESTART) == counter.restarts
    assert steps.count(Step.OLD) == counter.late + counter.duplicates


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 300)), st.randoms())
def test_late_packets_leave_exactly_what_is_missing(first: int, missing: set[int], chance: random.Random) -> None:
    """Late by at most `MAX_LATE` − 1 places, of which none is forgotten."""
    order = sorted(
        (number for number in range(400) if number not in missing), key=lambda one: one + chance.random() * 40
    )
    order.remove(0)
    counter, _ = counted(*((first + one) for one in (0, *order)))
    assert counter.lost == sum(1 for one in missing if one < 399)
    assert counter.duplicates == 0


def test_timestamps_wrap_and_step_back_a_little() -> None:
    clock = TimestampClock(90_000)
    sent = [4294960000, 4294963600, 4294967200, 3504, 7104, 3504 + 1800]
    counts = [clock.unwrap(one, 10 + number / 25) for number, one in enumerate(sent)]
    assert [one - counts[0] for one in counts] == [0, 3600, 7200, 10_800, 14_400, 12_600]
    assert clock.jumps == 0


@pytest.mark.parametrize("leap", [-3 * 90_000, 12 * 90_000, 1 << 31])
def test_a_clock_set_anew_goes_on_by_the_time_that_passed(leap: int) -> None:
    clock = TimestampClock(90_000)
    first = clock.unwrap(5_000_000, 10.0)
    assert clock.unwrap((5_000_000 + leap) & 0xFFFFFFFF, 10.5) == first + 45_000
    assert clock.unwrap((5_000_000 + leap + 3600) & 0xFFFFFFFF, 10.54) == first + 48_600
    assert clock.jumps == 1


def test_a_slow_stream_is_no_jump() -> None:
    """Quirk 19: "smart" codecs drop to a picture a second, or a minute."""
    clock = TimestampClock(90_000)
    first = clock.unwrap(0, 10.0)
    assert clock.unwrap(60 * 90_000, 70.0) - first == 60 * 90_000
    assert clock.jumps == 0


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(0, 1e6)), max_size=50))
def test_any_timestamps_are_counted(sent: list[tuple[int, float]]) -> None:
    clock = TimestampClock(90_000)
    counts = [clock.unwrap(*one) for one in sent]
    assert all(after - before >= -180_000 for before, after in itertools.pairwise(counts))


def sender_report(rtp: int = 900_000, ntp: int = 1000 << 32) -> bytes:
    return struct.pack(">BBHIQIII", 0x80, 200, 6, 7, ntp, rtp, 50, 60_000)


def test_a_sender_report_ties_rtp_time_to_the_clock() -> None:
    report = parse_rtcp(b"xx" + sender_report() + b"\x81\xca\x00\x03" + b"\0" * 12, 2).sender_report
    assert report == SenderReport(7, 1000 << 32, 900_000, 50, 60_000)
    assert report.ntp_of(900_000 + 45_000, 90_000) == (1000 << 32) + (1 << 31)
    assert report.ntp_of((1 << 32) + 900_000 - 90_000, 90_000) == 999 << 32


def test_bye_names_who_leaves() -> None:
    assert parse_rtcp(sender_report() + struct.pack(">BBHII", 0x82, 203, 2, 7, 9)).bye == (7, 9)
    assert parse_rtcp(struct.pack(">BBHI", 0x9F, 203, 1, 7)).bye == (7,)


def test_what_is_no_rtcp() -> None:
    for raw in (b"", b"\x80\xc8", b"\x40\xc8\x00\x00", b"\x80\xc8\x00\xff"):
        with pytest.raises(MalformedRtp):
            parse_rtcp(raw)
    assert parse_rtcp(sender_report() + b"\x80\xc8\x00\xff").sender_report is not None
    assert [is_rtcp(one) for one in (200, 203, 96, 0x80 | 96, 72)] == [True, True, False, False, False]


@given(st.binary(max_size=200))
def test_any_bytes_are_rtcp_or_malformed(raw: bytes) -> None:
    try:
        found = parse_rtcp(raw)
    except MalformedRtp:
        return
    assert isinstance(found, Rtcp)


def test_a_flood_of_tiny_reports_ends() -> None:
    assert len(parse_rtcp(b"\x81\xcb\x00\x01abcd" * 10_000).bye) == MAX_PACKETS


@given(st.integers(0, 0xFFFF), st.randoms())
def test_shuffled_packets_come_out_in_order(first: int, chance: random.Random) -> None:
    order = sorted(range(200), key=lambda one: one + chance.random() * 20)
    order.remove(0)
    window = ReorderWindow()
    due = [one for number in (0, *order) for one in window.take((first + number) & 0xFFFF, b"%d" % number, 1.0)]
    assert due == [b"%d" % number for number in range(200)]


def test_a_missing_packet_is_waited_for_but_not_for_ever() -> None:
    window = ReorderWindow()
    assert window.take(1, b"1", 0.0) == [b"1"]
    assert window.take(3, b"3", 0.0) == []
    assert window.release(WAIT_S / 2) == []
    assert window.release(WAIT_S * 2) == [b"3"]
    late = [window.take(5 + one, b"x", 0.0) for one in range(WINDOW + 1)]
    assert late[:-1] == [[]] * WINDOW
    assert len(late[-1]) == WINDOW + 1
    assert window.take(4, b"late", 0.0) == [b"late"]


def test_a_stream_that_begins_anew_empties_the_window() -> None:
    window = ReorderWindow()
    window.take(1, b"1", 0.0)
    window.take(3, b"3", 0.0)
    assert window.take(40_000, b"new", 0.0) == [b"3", b"new"]
    assert window.take(40_001, b"next", 0.0) == [b"next"]


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 100)), max_size=200, unique_by=lambda one: one[0]))
def test_the_window_loses_nothing_and_stays_small(sent: list[tuple[int, float]]) -> None:
    window = ReorderWindow()
    due: list[bytes] = []
    for sequence, now_s in sent:
        due += [*window.take(sequence, b"%d" % sequence, now_s), *window.release(now_s)]
        assert len(window._held) <= WINDOW
    assert sorted(due + window.drain()) == sorted(b"%d" % sequence for sequence, _ in sent)
