"""The TCP sweep on real sockets: what it finds, how long it takes, and that no trouble of a network raises."""

from __future__ import annotations

import resource
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from cctv_probe.discover.open_files import room_for_sockets
from cctv_probe.discover.ports import further_ports, principal_ports
from cctv_probe.discover.tcp_sweep import sweep, sweep_pairs
from tests.unit.discover.apart import in_an_empty_network, only_loopback
from tests.unit.discover.listeners import accepting

NET = [f"127.41.0.{last}" for last in range(1, 255)]


@pytest.fixture(autouse=True)
def _stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    only_loopback(monkeypatch)


@pytest.fixture
def few_files() -> Iterator[None]:
    """A process that may open hardly more files than it has open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as probe:
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno() + 4, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_class_c_net_is_swept_on_all_ports_within_three_seconds() -> None:
    places = [("127.41.0.1", 8080), ("127.41.0.9", 8554), ("127.41.0.9", 10554), ("127.41.0.200", 37777)]
    began_s, cpu_s = time.monotonic(), time.process_time()
    opened: list[tuple[str, int]] = []
    with accepting(*places):
        result = sweep(NET, principal_ports(), further_ports(), on_open=lambda *seen: opened.append(seen[:2]))
    assert {(address, port) for address, ports in result.open.items() for port in ports} == set(places) == set(opened)
    assert all(0 < rtt_s < 1 for ports in result.open.values() for rtt_s in ports.values())
    assert result.alive == set(NET)
    assert (result.tried, result.complete, result.troubles) == (254 * 27, True, {})
    assert time.monotonic() - began_s < 3.0
    assert time.process_time() - cpu_s < 1.5


def test_a_connection_is_closed_without_a_byte() -> None:
    with accepting(("127.41.1.1", 8080)) as (server,):
        result = sweep(["127.41.1.1"], [8080])
        assert result.open["127.41.1.1"].keys() == {8080}
        connection, _ = server.accept()
        with connection:
            connection.settimeout(2)
            assert connection.recv(100) == b""
        assert select.select([server], [], [], 0)[0] == []


def test_one_device_is_not_asked_at_all_ports_at_once() -> None:
    began_s = time.monotonic()
    sweep(["127.41.1.2"], principal_ports())
    assert time.monotonic() - began_s > 0.2


def test_further_ports_of_a_wide_range_are_tried_where_something_lives() -> None:
    wide = [f"127.41.{third}.{last}" for third in (2, 3) for last in range(1, 150)]
    assert sweep(wide, [8080], [8081, 8082]).tried == len(wide) * 3


def test_further_ports_of_a_wide_range_are_not_tried_on_the_silent() -> None:
    found = in_an_empty_network("""
import json
from cctv_probe.discover.tcp_sweep import sweep
wide = [f"10.99.{third}.{last}" for third in (0, 1) for last in range(1, 150)]
found = sweep(wide, [8080], [8081, 8082])
print(json.dumps([len(wide), found.tried, len(found.no_route), found.troubles, found.complete]))
""")
    assert found == [298, 298, 298, {"ENETUNREACH": 298}, True]


def test_an_unreachable_network_is_counted_and_given_up_after_one_try() -> None:
    found = in_an_empty_network("""
import json
from cctv_probe.discover.ports import principal_ports
from cctv_probe.discover.tcp_sweep import sweep
found = sweep(["10.99.0.1", "fd00:99::1"], principal_ports())
print(json.dumps([sorted(found.no_route), found.tried, sum(found.troubles.values()), sorted(found.alive)]))
""")
    assert found == [["10.99.0.1", "fd00:99::1"], 2, 2, []]


def test_ipv6_is_swept_too() -> None:
    try:
        with accepting(("::1", 18080)):
            result = sweep(["::1"], [18080])
    except OSError as error:
        pytest.skip(f"no IPv6 loopback here: {error}")
    assert result.open["::1"].keys() == {18080}


def test_a_zone_that_does_not_exist_is_a_trouble_not_an_exception() -> None:
    result = sweep(["fe80::1%nowhere0"], [80])
    assert (result.open, result.tried) == ({}, 1)
    assert sum(result.troubles.values()) == 1


@pytest.mark.usefixtures("few_files")
def test_too_few_open_files_slow_the_sweep_down_and_lose_nothing() -> None:
    result = sweep([f"127.41.4.{last}" for last in range(1, 60)], [8080, 8081], at_once=64)
    assert result.tried == 59 * 2
    assert len(result.alive) == 59


def test_room_is_made_and_given_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with room_for_sockets(100) as room:
        assert 16 <= room <= 100
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_stopping_ends_the_sweep_at_once_and_keeps_what_was_found() -> None:
    stop = threading.Event()
    with accepting(("127.41.5.1", 8080)):
        result = sweep(
            [f"127.41.5.{last}" for last in range(1, 255)],
            [8080, *range(20_000, 20_100)],
            stop=stop,
            on_open=lambda *_: stop.set(),
        )
    assert not result.complete
    assert result.open.keys() == {"127.41.5.1"}
    assert result.elapsed_s < 1.0


def test_progress_is_told_and_pairs_are_tried_alone() -> None:
    told: list[tuple[int, int]] = []
    sweep(NET, [8080, 8081, 8082], on_progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(0 <= done <= total == 254 * 3 for done, total in told)
    with accepting(("127.41.6.1", 18_999)):
        pairs = sweep_pairs([("127.41.6.1", 18_999), ("127.41.6.2", 18_998)])
    assert pairs.open.keys() == {"127.41.6.1"}
    assert pairs.tried == 2
    joined = pairs.joined(sweep(["127.41.6.3"], [8080]))
    assert joined.alive == {"127.41.6.1", "127.41.6.2", "127.41.6.3"}
    assert joined.tried == 3
