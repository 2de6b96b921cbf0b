"""Packets → access units: what the order, the clock and the sender may do; rows are those of the table of quirks."""

from __future__ import annotations

import itertools
import struct
import time

import pytest

from cctv_probe.rtsp.access_units import BELIEVED_AFTER, AccessUnits, depacketizer_for
from cctv_probe.rtsp.interleaved import FrameSplitter
from cctv_probe.rtsp.messages import MessageReader, Response, ServerRequest
from cctv_probe.rtsp.rtcp import SenderReport
from tests.unit.rtsp.packets import NAMES, Sender, clip, fu_a, medium, nals, received, receiver, stream_of

IDR, SLICE = b"\x65\x88\x80ab", b"\x41\x9a\x80ab"
HOT_PATH_US = 40.0
"""Ten streams of 4 Mbit/s are 3,600 packets of 1,400 bytes a second; 15 % of a core are 41 microseconds for each."""


def test_the_count_of_time_goes_on_where_timestamps_wrap() -> None:
    units = received(receiver(), stream_of("h264", clip("h264")))
    assert [unit.timestamp - units[0].timestamp for unit in units] == [3600 * number for number in range(8)]
    assert {unit.clock_hz for unit in units} == {90_000}


def test_a_picture_arrives_with_its_last_packet() -> None:
    sender = Sender()
    packets = [*sender.unit([*fu_a(IDR * 100, 100)]), *sender.unit([SLICE])]
    first, second = received(receiver(), packets, began_s=50.0, step_s=1.0)
    assert (first.arrived_s, second.arrived_s) == (50.0 + len(packets) - 2, 50.0 + len(packets) - 1)


def test_quirk_19_a_clock_that_the_description_lies_about() -> None:
    assert receiver(clock_rate=0).clock_hz == 90_000
    assert receiver(clock_rate=10**9).clock_hz == 90_000
    assert receiver(clock_rate=1000).clock_hz == 1000


@pytest.mark.parametrize("codec", list(NAMES))
def test_a_stream_joined_in_the_middle_of_a_picture_begins_with_a_damaged_one(codec: str) -> None:
    packets = stream_of(codec, clip(codec))[5:]
    units = received(receiver(codec), packets)
    assert [unit.damaged for unit in units] == [True] + [False] * 7
    assert sum(unit.size_bytes for unit in units[1:]) == sum(len(one) - 12 for one in stream_of(codec, clip(codec)[1:]))


def test_another_source_goes_on_without_loss() -> None:
    """A camera that starts anew takes another SSRC, sequence and clock."""
    packets = stream_of("h264", clip("h264")) + stream_of("h264", clip("h264"), Sender(9, 10**9, 4))
    units = receiver()
    found = received(units, packets)
    assert len(found) == 16
    assert (units.reception.lost, units.reception.restarts, units.reception.timestamp_jumps) == (0, 1, 1)
    assert all(after.timestamp > before.timestamp for before, after in itertools.pairwise(found))


def test_over_udp_late_packets_are_not_taken_over_tcp_numbers_are_lies() -> None:
    """Quirk 21: sequence numbers that lie; inside a connection the order is that of arrival."""
    frozen = [Sender(7, 3600 * number).packet(IDR, marker=True) for number in range(6)]
    tcp, udp = receiver(), receiver(in_order=False)
    assert len(received(tcp, frozen)) == 6
    assert len(received(udp, frozen)) == 1
    assert (tcp.reception.lost, udp.reception.duplicates) == (0, 5)


def test_packets_of_another_payload_type_are_foreign_unless_only_they_come() -> None:
    units = receiver()
    other = Sender(payload_type=8, ssrc=1)
    packets = stream_of("h264", clip("h264"))
    assert len(received(units, [*packets[:3], other.packet(b"audio"), *packets[3:]])) == 8
    assert units.reception.foreign == 1
    lied = receiver(payload_type=33)
    found = received(lied, stream_of("h264", clip("h264", 8), Sender(), 100))
    assert lied.payload_type == 96
    assert lied.reception.foreign == BELIEVED_AFTER
    assert len(found) > 1


def test_reports_come_on_their_own_channel_or_among_the_packets() -> None:
    report = struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 1 << 40, 90_000, 1, 2)
    units = receiver()
    units.report(report, 0, len(report))
    assert units.sender_report == SenderReport(7, 1 << 40, 90_000, 1, 2)
    among = receiver()
    received(among, [*stream_of("h264", clip("h264")[:1]), report])
    assert among.sender_report == units.sender_report
    among.report(b"nothing", 0, 7)
    assert among.reception.malformed == 1


def test_bye_of_our_source_ends_the_stream() -> None:
    units = receiver()
    received(units, stream_of("h264", clip("h264")[:1]))
    stranger = struct.pack(">BBHI", 0x81, 203, 1, 5)
    units.report(stranger, 0, 8)
    assert not units.has_left
    own = struct.pack(">BBHI", 0x81, 203, 1, 0xDECAFBAD)
    units.report(own, 0, 8)
    assert units.has_left


def test_recorded_instants_of_a_replay() -> None:
    def extension(ntp: int, flags: int) -> tuple[int, bytes]:
        return 0xABAC, struct.pack(">QBBH", ntp, flags, 9, 0)

    sender = Sender()
    packets = [sender.packet(IDR, extension=extension(5 << 32, 0x80)), sender.packet(SLICE, marker=True)]
    sender.timestamp += 3600
    packets.append(sender.packet(SLICE, marker=True, extension=extension(6 << 32, 0x50)))
    sender.timestamp += 3600
    packets.append(sender.packet(SLICE, marker=True))
    units = receiver()
    assert [unit.recorded_utc_ntp for unit in received(units, packets)] == [5 << 32, 6 << 32, None]
    assert units.replay is not None
    assert (units.replay.is_section_end, units.replay.is_terminal, units.replay.cseq) == (True, True, 9)


def test_timestamps_that_stand_still_are_parted_by_the_marker() -> None:
    """A device whose RTP clock does not run: its pictures are counted, and their times are seen to stand."""
    packets = [Sender(number, 5000).packet(IDR, marker=True) for number in range(20)]
    units = received(receiver(), packets, step_s=1.0)
    assert len(units) == 14  # the first six seconds are one picture
    assert len({unit.timestamp for unit in units}) == 1


def test_the_last_picture_is_handed_over_only_where_it_was_marked() -> None:
    sender = Sender()
    whole = received(receiver(), sender.unit([IDR]))
    half = received(receiver(), sender.unit([IDR], marked=False))
    assert (len(whole), half) == (1, [])


def test_nothing_is_described_for_unknown_formats() -> None:
    assert depacketizer_for(medium("h264", encoding_name="VP9"), "all") is None
    assert depacketizer_for(medium("h264", encoding_name=None), "all") is None


class Counting:
    """A receiver of frames that feeds access units."""

    def __init__(self, units: AccessUnits) -> None:
        self.units = units

    def frame(self, channel: int, buffer: bytearray, start: int, end: int) -> None:
        if channel == 0:
            self.units.packet(buffer, start, end, 1.0)

    def message(self, message: Response | ServerRequest) -> None:
        raise AssertionError(message)


def test_a_packet_costs_less_than_the_budget_of_ten_streams() -> None:
    sender = Sender()
    slices = [b"\x41\x9a" + bytes([1 + number % 250]) * 20_000 for number in range(200)]
    packets = [packet for one in slices for packet in sender.unit(fu_a(one, 1386))]
    sent = b"".join(b"$\0" + struct.pack(">H", len(one)) + one for one in packets)
    units = receiver(keep="key")
    splitter = FrameSplitter(MessageReader(), Counting(units), (0, 1))
    splitter.received(0)
    began = time.process_time()
    for at in range(0, len(sent), 25_000):
        piece = sent[at : at + 25_000]
        splitter.room()[: len(piece)] = piece
        splitter.received(len(piece))
    spent_us = 1e6 * (time.process_time() - began) / len(packets)
    assert units.reception.packets == len(packets)
    assert len(units.finish()) == 200
    assert spent_us < HOT_PATH_US
    assert nals(slices[0]) == [slices[0]]
