"""WS-Discovery and the whole stage on loopback addresses, against devices written for these tests."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from cctv_probe.discover import Progress, discover
from cctv_probe.discover.ws_probe import probe_unicast
from cctv_probe.model.attempt import Ending
from cctv_probe.scope import Scope, parse_targets
from tests.unit.discover.apart import in_an_empty_network, only_loopback
from tests.unit.discover.listeners import accepting, answering, match_for

PORT = 13_702


@pytest.fixture(autouse=True)
def _stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    only_loopback(monkeypatch)


def probe(addresses: list[str]) -> dict[str, list[tuple[str, ...]]]:
    heard = probe_unicast(addresses, stop=threading.Event(), port=PORT, wait_s=0.4)
    return {address: [match.xaddrs for match in matches] for address, matches in heard.matches.items()}


def test_each_device_is_probed_by_itself_and_no_more_once_it_answered() -> None:
    def only_untyped(data: bytes) -> list[bytes]:
        return [] if b"Types>" in data else [match_for("127.42.0.2")]

    with (
        answering("127.42.0.1", PORT, lambda _: [match_for("127.42.0.1")]) as quick,
        answering("127.42.0.2", PORT, only_untyped) as choosy,
    ):
        found = probe(["127.42.0.1", "127.42.0.2", "127.42.0.3"])
    assert found == {
        "127.42.0.1": [("http://127.42.0.1:80/onvif/device_service",)],
        "127.42.0.2": [("http://127.42.0.2:80/onvif/device_service",)],
    }
    assert len(quick) == 1
    assert len(choosy) == 3
    assert len({data for data in choosy}) == 3


def test_answers_from_addresses_that_were_not_asked_are_not_believed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.42.1.66", 0))

        def misled(_: bytes) -> list[bytes]:
            return []

        with answering("127.42.1.1", PORT, misled) as received:
            thread = threading.Thread(target=_answer_from, args=(stranger, received))
            thread.start()
            found = probe(["127.42.1.1"])
            thread.join()
    assert received
    assert found == {}


def _answer_from(stranger: socket.socket, received: list[bytes]) -> None:
    """Send an answer to every port from which the probe may have come, out of an address that nobody asked."""
    end_s = time.monotonic() + 0.3
    while time.monotonic() < end_s:
        for port in _bound_udp_ports():
            stranger.sendto(match_for("127.42.1.66"), ("127.0.0.1", port))
        time.sleep(0.02)


def _bound_udp_ports() -> list[int]:
    lines = Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    locals_ = [line.split()[1] for line in lines]
    return [int(place.partition(":")[2], 16) for place in locals_ if place.startswith("00000000:")]


def test_floods_and_rubbish_are_bounded() -> None:
    flood = [match_for("127.42.2.1", port) for port in range(1000, 1500)]
    with (
        answering("127.42.2.1", PORT, lambda _: flood),
        answering("127.42.2.2", PORT, lambda _: [b"", b"\xff" * 60_000, b"<a>" * 9_000, match_for("127.42.2.2")]),
    ):
        found = probe(["127.42.2.1", "127.42.2.2"])
    assert len(found["127.42.2.1"]) <= 8
    assert found["127.42.2.2"] == [("http://127.42.2.2:80/onvif/device_service",)]


def test_stopping_ends_a_probe_at_once() -> None:
    stop = threading.Event()
    stop.set()
    began_s = time.monotonic()
    heard = probe_unicast(["127.42.3.1"], stop=stop, port=PORT)
    assert not heard.complete
    assert time.monotonic() - began_s < 0.3


def test_an_unreachable_network_is_counted() -> None:
    found = in_an_empty_network("""
import json, threading
from cctv_probe.discover.ws_probe import probe_unicast
heard = probe_unicast(["10.99.0.1", "fd00:99::1"], stop=threading.Event(), wait_s=0.2)
print(json.dumps([heard.sent, sum(heard.troubles.values())]))
""")
    assert found == [0, 6]


def test_a_whole_net_is_discovered_within_three_seconds() -> None:
    targets = parse_targets(["127.43.0.0/24"], exclude=["127.43.0.99"])
    shown: list[Progress] = []
    began_s = time.monotonic()
    with (
        accepting(("127.43.0.5", 8080), ("127.43.0.5", 8554), ("127.43.0.7", 18_999), ("127.43.0.99", 8080)),
        answering("127.43.0.5", PORT, lambda _: [match_for("127.43.0.5", 8080)]),
        answering("127.43.0.7", PORT, lambda _: [match_for("127.43.0.7", 18_999)]),
        answering("127.43.0.99", PORT, lambda _: [match_for("127.43.0.99")]) as excluded,
    ):
        found = discover([*targets, "127.43.0.99"], Scope.from_targets(targets), ws_port=PORT, on_progress=shown.append)
    elapsed_s = time.monotonic() - began_s
    assert [host.address for host in found.hosts] == ["127.43.0.5", "127.43.0.7"]
    camera, odd = found.hosts
    assert (camera.open_ports, camera.seen_by) == ((8080, 8554), ("tcp", "ws_discovery"))
    assert camera.uuid == "urn:uuid:5f5a69c2-e0ae-504f-829b-000001274305"
    assert camera.scopes == ("onvif://www.onvif.org/name/Gate",)
    assert camera.rtt_s is not None
    assert odd.open_ports == (18_999,)
    assert excluded == []
    assert (found.addresses_tried, found.silent, found.complete) == (253, 251, True)
    endings = {attempt.step: attempt.ending for attempt in found.attempts}
    assert endings["discover.tcp"] == endings["discover.ws_discovery"] == Ending.OK
    assert shown[-1].found >= 1
    assert elapsed_s < 3.0


def test_an_extra_port_is_tried_and_nothing_outside_the_scope() -> None:
    targets = parse_targets(["127.43.1.1"])
    with accepting(("127.43.1.1", 18_123), ("127.43.1.2", 18_123)):
        found = discover(["127.43.1.1", "127.43.1.2"], Scope.from_targets(targets), extra_ports=[18_123], ws_port=PORT)
    assert [(host.address, host.open_ports) for host in found.hosts] == [("127.43.1.1", (18_123,))]
    assert discover(["127.43.1.2"], Scope.from_targets(targets)).addresses_tried == 0


def test_an_unreachable_network_is_a_row_with_advice() -> None:
    found = in_an_empty_network("""
import json
from cctv_probe.discover import discover
from cctv_probe.scope import Scope, parse_targets
targets = parse_targets(["10.99.0.0/29"])
found = discover(targets, Scope.from_targets(targets))
rows = {each.step: [each.ending, each.line.en] for each in found.attempts}
print(json.dumps([len(found.hosts), found.silent, found.addresses_tried, rows]))
""")
    hosts, silent, tried, rows = found
    assert (hosts, silent, tried) == (0, 0, 6)
    assert rows["discover.route"][0] == rows["discover.ws_discovery"][0] == Ending.UNREACHABLE
    assert "no way to any of the 6 addresses (10.99.0.1 is one)" in rows["discover.route"][1]


@pytest.mark.parametrize("when_s", [0.0, 0.5])
def test_stopping_ends_the_stage_and_keeps_what_was_found(when_s: float) -> None:
    stop = threading.Event()
    targets = parse_targets(["127.43.2.0/24"])
    timer = threading.Timer(when_s, stop.set)
    began_s = time.monotonic()
    with accepting(("127.43.2.1", 8000)):
        timer.start()
        found = discover(targets, Scope.from_targets(targets), stop=stop, ws_port=PORT)
    assert not found.complete
    assert found.attempts[0].ending is Ending.INTERRUPTED
    assert time.monotonic() - began_s < when_s + 0.6
