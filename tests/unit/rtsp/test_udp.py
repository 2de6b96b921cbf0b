"""Streams over UDP where a device refuses TCP (461); rows are those of the table of quirks."""

from __future__ import annotations

import socket
import struct
import time

import pytest

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.udp import UdpPair
from cctv_probe.wire.deadline import Budget, Deadline
from tests.unit.rtsp.packets import clip, nals, stream_of
from tests.unit.rtsp.playing import SESSION, UdpCamera, answering, begin, connect
from tests.unit.rtsp.scripted import Asked, Peer, ScriptedServer
from tests.unit.rtsp.test_stream import collect, failure

PACKETS = tuple(stream_of("h264", clip("h264")))


@pytest.mark.parametrize("refusal", ["461 Unsupported Transport", "400 Bad Request", "406 Not Acceptable"])
def test_quirk_22_udp_where_tcp_is_refused(refusal: str) -> None:
    camera = UdpCamera(datagrams=PACKETS, refusal=refusal)
    with ScriptedServer(camera) as server, connect(server) as connection, begin(server, connection) as stream:
        units = collect(stream, 7)
        assert stream.reception.lost == 0
        assert (stream.agreed.way, stream.agreed.transport.server_ports) == ("UDP", (40000, 40001))
        ports = stream.agreed.udp.ports if stream.agreed.udp else (0, 0)
    assert [nals(unit.data) for unit in units] == [nals(one) for one in clip("h264")[:7]]
    assert (ports[0] % 2, ports[1]) == (0, ports[0] + 1)
    assert camera.ports == ports
    assert [asked.method for asked in server.requests] == ["DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"]


def test_tcp_alone_is_not_followed_by_udp() -> None:
    error, methods = failure(UdpCamera(datagrams=PACKETS), way="tcp")
    assert (error.ending, methods) == (Ending.NOT_SUPPORTED, ["DESCRIBE", "SETUP"])


def test_udp_alone_is_asked_at_once() -> None:
    with (
        ScriptedServer(UdpCamera(datagrams=PACKETS)) as server,
        connect(server) as connection,
        begin(server, connection, way="udp") as stream,
    ):
        assert len(collect(stream, 7)) == 7
    assert [asked.method for asked in server.requests] == ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]


def test_a_device_that_answers_with_udp_to_tcp_is_asked_anew_for_udp() -> None:
    camera = UdpCamera(datagrams=PACKETS)
    udp_setup = camera._setup

    def setup(peer: Peer, asked: Asked) -> None:
        if "TCP" not in asked.fields["Transport"]:
            udp_setup(peer, asked)
            return
        answering("200 OK", "Transport: RTP/AVP;unicast;client_port=1-2;server_port=3-4", SESSION)(peer, asked)

    camera.answers["SETUP"] = setup
    camera.answers["TEARDOWN"] = answering()

    def serve(peer: Peer) -> None:
        while True:
            camera(peer)

    with ScriptedServer(serve) as server, connect(server) as connection, begin(server, connection) as stream:
        assert len(collect(stream, 7)) == 7
    methods = [asked.method for asked in server.requests]
    assert methods == ["DESCRIBE", "SETUP", "TEARDOWN", "SETUP", "PLAY", "TEARDOWN"]


def test_packets_that_overtook_each_other_are_put_in_order() -> None:
    shuffled = [
        PACKETS[number ^ 3] if 4 <= number < len(PACKETS) // 4 * 4 else one for number, one in enumerate(PACKETS)
    ]
    with (
        ScriptedServer(UdpCamera(datagrams=tuple(shuffled))) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        units = collect(stream, 7)
        assert stream.reception.lost == 0
    assert [nals(unit.data) for unit in units] == [nals(one) for one in clip("h264")[:7]]


def test_a_lost_datagram_damages_its_picture() -> None:
    sent = tuple(one for number, one in enumerate(PACKETS) if number != 8)
    with (
        ScriptedServer(UdpCamera(datagrams=sent)) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        units = collect(stream, 7)
        assert stream.reception.lost == 1
        assert stream.reception.loss == 1 / (1 + stream.reception.packets)
    assert [unit.damaged for unit in units] == [True] + [False] * 6


def test_datagrams_of_other_hosts_are_not_looked_at() -> None:
    with (
        ScriptedServer(UdpCamera(datagrams=PACKETS, source="127.0.0.2")) as server,
        connect(server) as connection,
        begin(server, connection, silence_s=0.3) as stream,
    ):
        with pytest.raises(StepError) as caught:
            list(stream.units(Deadline.after(5)))
        assert stream.agreed.udp is not None
        assert stream.agreed.udp.strangers == len(PACKETS)
        assert stream.reception.packets == 0
    assert caught.value.ending is Ending.TIMEOUT
    assert "UDP" in caught.value.line.en


def test_a_firewall_that_lets_nothing_through_ends_in_time() -> None:
    began = time.monotonic()
    error, methods = failure(UdpCamera(), silence_s=0.3)
    assert (error.ending, methods[-1]) == (Ending.TIMEOUT, "TEARDOWN")
    assert time.monotonic() - began < 3


def test_reports_and_bye_come_to_the_second_port() -> None:
    bye = struct.pack(">BBHI", 0x81, 203, 1, 0xDECAFBAD)
    with (
        ScriptedServer(UdpCamera(datagrams=(*PACKETS, bye, b"x"))) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert len(list(stream.units(Deadline.after(5)))) in (7, 8)  # BYE may overtake the last packets
        assert stream.has_ended


def test_the_ports_are_free_again_afterwards() -> None:
    with (
        ScriptedServer(UdpCamera(datagrams=PACKETS)) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert stream.agreed.udp is not None
        ports = stream.agreed.udp.ports
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", port))


def test_an_address_that_is_not_ours_gives_no_ports() -> None:
    with pytest.raises(StepError) as caught:
        UdpPair.bind("192.0.2.1", "127.0.0.1", Budget(1, 1))
    assert caught.value.ending is Ending.UNREACHABLE
    assert "192.0.2.1" in caught.value.line.th
