"""The parts of discovery that open no socket: tables, XAddrs, merging, ports."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.discover.merge import merge, silent
from cctv_probe.discover.neighbours import only_own, parse_proc_arp, parse_routes, parse_windows_arp, tidy_mac
from cctv_probe.discover.ports import CAMERA_PORTS, Speaks, further_ports, open_for, principal_ports, speaks
from cctv_probe.discover.ws_discovery import ProbeMatch
from cctv_probe.discover.xaddrs import Xaddr, usable_xaddrs

LINUX = """IP address       HW type     Flags       HW address            Mask     Device
10.0.0.12        0x1         0x2         28:57:be:01:02:03     *        eth0
10.0.0.13        0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.14        0x1         0x6         e0:50:8b:00:00:01     *        eth0
10.0.0.15        0x1         0x2         00:00:00:00:00:00     *        eth0
"""
WINDOWS = """
Schnittstelle: 10.0.0.5 --- 0x7
  Internetadresse       Physische Adresse     Typ
  10.0.0.12             28-57-be-01-02-03     dynamisch
  10.0.0.255            ff-ff-ff-ff-ff-ff     statisch
  224.0.0.22            01-00-5e-00-00-16     statisch
"""
ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth1\t0001A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t0002A8C0\t0100000A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0100630A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
"""


def test_the_kernel_table_gives_finished_entries_only() -> None:
    assert parse_proc_arp(LINUX) == {"10.0.0.12": "28:57:BE:01:02:03", "10.0.0.14": "E0:50:8B:00:00:01"}


def test_the_windows_table_is_read_in_any_language() -> None:
    assert parse_windows_arp(WINDOWS) == {"10.0.0.12": "28:57:BE:01:02:03"}


def test_attached_networks_are_up_without_gateway_and_no_single_host() -> None:
    (found,) = parse_routes(ROUTES)
    assert (found.interface, found.network) == ("eth0", ipaddress.ip_network("10.0.0.0/24"))
    assert found.holds("10.0.0.9")
    assert not found.holds("10.0.1.9")
    assert not found.holds("fd00::1")
    assert not found.holds("camera")


@given(st.text(max_size=300) | st.lists(st.sampled_from(LINUX.split() + ROUTES.split())).map("\n x ".join))
def test_any_table_is_read(text: str) -> None:
    for found in (parse_proc_arp(text), parse_windows_arp(text)):
        assert all(tidy_mac(mac) == mac for mac in found.values())
    assert all(8 <= each.network.prefixlen <= 31 for each in parse_routes(text))


@pytest.mark.parametrize(
    "text", ["", "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff", "01:00:5e:00:00:16", "1:2:3", "28:57-be:01:02:03"]
)
def test_what_is_no_card_of_a_device_is_no_mac(text: str) -> None:
    assert tidy_mac(text) is None


def test_a_mac_that_stands_for_several_addresses_is_a_routers() -> None:
    macs = [("10.0.0.1", "A"), ("10.0.0.2", "B"), ("10.0.0.3", "B"), ("10.0.0.1", "A")]
    assert only_own(macs) == {"10.0.0.1": "A"}


def test_ports_are_each_listed_once_with_what_speaks_there() -> None:
    numbers = [port.number for port in CAMERA_PORTS]
    assert len(numbers) == len(set(numbers)) == 27
    assert sorted((*principal_ports(), *further_ports())) == sorted(numbers)
    assert principal_ports([9999, 80])[:2] == (9999, 80)
    assert len(principal_ports([9999, 80])) == len(principal_ports()) + 1
    assert speaks(554) is Speaks.RTSP
    assert speaks(9999) is None
    assert open_for([9999, 8554, 80, 554], Speaks.RTSP, Speaks.RTSPS) == (554, 8554, 9999)
    assert open_for([34567, 8443, 443], Speaks.HTTPS) == (443, 8443)


PATH = "/onvif/device_service"


@pytest.mark.parametrize(
    ("xaddrs", "address", "expected"),
    [
        (["http://10.0.0.5/onvif/device_service"], "10.0.0.5", [Xaddr(80, PATH, False)]),
        (["http://10.0.0.5"], "10.0.0.5", [Xaddr(80, PATH, False)]),
        (["https://10.0.0.5:8443/x"], "10.0.0.5", [Xaddr(8443, "/x", True)]),
        (["http://192.168.1.9:8080/a http://10.0.0.5:2020/b"], "10.0.0.5",
         [Xaddr(2020, "/b", False), Xaddr(8080, "/a", False, "192.168.1.9")]),
        (["http://169.254.7.7/a", "http://10.0.0.5/b"], "10.0.0.5", [Xaddr(80, "/b", False)]),
        (["http://[fe80::1]/a http://192.168.1.9/b"], "10.0.0.5", [Xaddr(80, "/b", False, "192.168.1.9")]),
        (["http://169.254.7.7/a"], "10.0.0.5", [Xaddr(80, "/a", False, "169.254.7.7")]),
        (["http://169.254.7.7/a"], "169.254.7.7", [Xaddr(80, "/a", False)]),
        (["http://0.0.0.0/a"], "10.0.0.5", [Xaddr(80, "/a", False, "0.0.0.0")]),
        (["http://127.0.1.1/a"], "127.0.0.5", [Xaddr(80, "/a", False, "127.0.1.1")]),
        (["http://10.0.0.5/a", "http://10.0.0.9/a"], "10.0.0.5", [Xaddr(80, "/a", False)]),
        (["http://camera.local/a"], "10.0.0.5", [Xaddr(80, "/a", False, "camera.local")]),
        (["http://[FD00:0::5]:81/a"], "fd00::5", [Xaddr(81, "/a", False)]),
        (["http://[fe80::5%25eth0]/a"], "fe80::5%eth0", [Xaddr(80, "/a", False)]),
        (["http://[::ffff:10.0.0.5]/a"], "10.0.0.5", [Xaddr(80, "/a", False)]),
        (["http://admin:secret@10.0.0.5/a?token=secret#secret"], "10.0.0.5", [Xaddr(80, "/a", False)]),
        (["ftp://10.0.0.5/a", "http:///a", "http://10.0.0.5:99999/", "http://10.0.0.5:0/", "http://[::1/", "x", ""], "10.0.0.5", []),
    ],
)  # fmt: skip
def test_service_addresses_are_followed_on_the_host_that_answered(
    xaddrs: list[str], address: str, expected: list[Xaddr]
) -> None:
    assert list(usable_xaddrs(xaddrs, address)) == expected


@given(st.lists(st.text(max_size=60) | st.text(max_size=40).map(lambda rest: f"http://10.0.0.5{rest}"), max_size=20))
def test_any_service_addresses_give_safe_ones(xaddrs: list[str]) -> None:
    found = usable_xaddrs(xaddrs, "10.0.0.5")
    assert len(found) <= 8
    for each in found:
        assert 1 <= each.port <= 65_535
        assert each.path.startswith("/")
        assert each.path.isascii()
        assert each.path.isprintable()
        assert " " not in each.path


ONVIF = ProbeMatch("urn:uuid:1", ("NetworkVideoTransmitter",), ("onvif://a", "onvif://b"), ("http://10.0.0.5/x",))
PRINTER = ProbeMatch("urn:uuid:2", ("Device", "PrintDeviceType"), (), ("http://10.0.0.6:5357/p",))


def test_all_that_was_seen_of_an_address_becomes_one_host() -> None:
    hosts = merge(
        {"10.0.0.10": {80: 0.002, 554: 0.001}, "10.0.0.5": {80: 0.003}},
        {"10.0.0.5": [ONVIF, ONVIF], "10.0.0.6": [PRINTER]},
        ["10.0.0.5", "10.0.0.77"],
        {"10.0.0.5": "28:57:BE:01:02:03", "10.0.0.77": "28:57:BE:01:02:04"},
    )
    assert [host.address for host in hosts] == ["10.0.0.5", "10.0.0.6", "10.0.0.10"]
    camera, printer, quiet = hosts
    assert camera.seen_by == ("tcp", "arp", "ws_discovery")
    assert (camera.mac, camera.uuid, camera.rtt_s) == ("28:57:BE:01:02:03", "urn:uuid:1", 0.003)
    assert camera.xaddrs == ("http://10.0.0.5/x",)
    assert camera.scopes == ("onvif://a", "onvif://b")
    assert (printer.seen_by, printer.uuid, printer.xaddrs) == (("ws_discovery",), None, ())
    assert (quiet.open_ports, quiet.rtt_s) == ((80, 554), 0.001)
    assert silent(["10.0.0.5", "10.0.0.77", "10.0.0.78"], hosts) == 2
