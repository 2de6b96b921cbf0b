"""ARP, multicast and silent neighbours, on an Ethernet cable between two network namespaces that lead nowhere else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

NEAR, FAR = "10.99.0.1", "10.99.0.2"
FAR_MAC = "02:00:5e:10:00:02"

RESPONDER = """
import socket, struct, sys
from tests.unit.discover.listeners import match_for
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", 3702))
group = socket.inet_aton("239.255.255.250") + socket.inet_aton("10.99.0.2")
sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
print("ready", flush=True)
while True:
    data, sender = sock.recvfrom(65535)
    sock.sendto(match_for("10.99.0.2"), sender)
"""


def ip(*words: str, namespace: str | None = None) -> None:
    prefix = ["ip", "-n", namespace] if namespace else ["ip"]
    done = subprocess.run([*prefix, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())


@pytest.fixture(scope="module")
def cable() -> Iterator[tuple[str, str]]:
    """Two namespaces joined by a virtual Ethernet cable: 10.99.0.1/24 here, 10.99.0.2 and 10.99.0.3 there."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need Linux, root and iproute2")
    near, far = f"cctv-near-{os.getpid()}", f"cctv-far-{os.getpid()}"
    try:
        ip("netns", "add", near)
        ip("netns", "add", far)
        ip("link", "add", "cam0", "type", "veth", "peer", "name", "cam1", "netns", far, namespace=near)
    except RuntimeError as error:
        _remove(near, far)
        pytest.skip(f"network namespaces cannot be made here: {error}")
    ip("link", "set", "cam1", "address", FAR_MAC, namespace=far)
    ip("address", "add", f"{NEAR}/24", "dev", "cam0", namespace=near)
    for address in (FAR, "10.99.0.3"):
        ip("address", "add", f"{address}/24", "dev", "cam1", namespace=far)
    for namespace, link in ((near, "cam0"), (far, "cam1"), (near, "lo"), (far, "lo")):
        ip("link", "set", link, "up", namespace=namespace)
    yield near, far
    _remove(near, far)


def _remove(*namespaces: str) -> None:
    for namespace in namespaces:
        with contextlib.suppress(RuntimeError):
            ip("netns", "delete", namespace)


def run_in(namespace: str, code: str) -> Any:
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@contextlib.contextmanager
def responder(namespace: str) -> Iterator[None]:
    """A WS-Discovery device at the far end, in the multicast group."""
    with subprocess.Popen(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", RESPONDER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()


def test_arp_finds_who_is_on_the_cable_within_three_seconds(cable: tuple[str, str]) -> None:
    macs, reason, elapsed_s = run_in(
        cable[0],
        """
import json, threading, time
from cctv_probe.discover.arp import arp_sweep
began_s = time.monotonic()
found = arp_sweep([f"10.99.0.{last}" for last in range(2, 255)], stop=threading.Event())
print(json.dumps([found.macs, found.reason and found.reason.en, time.monotonic() - began_s]))
""",
    )
    assert macs == {FAR: FAR_MAC.upper(), "10.99.0.3": FAR_MAC.upper()}
    assert reason is None
    assert elapsed_s < 3.0


def test_arp_says_why_where_it_cannot_be_asked(cable: tuple[str, str]) -> None:
    reasons = run_in(
        cable[0],
        """
import json, threading
from cctv_probe.discover.arp import arp_sweep
loopback = arp_sweep(["127.0.0.1", "127.0.0.2"], stop=threading.Event())
elsewhere = arp_sweep(["10.98.0.1"], stop=threading.Event())
import os
os.setuid(65534)
unprivileged = arp_sweep(["10.99.0.2"], stop=threading.Event())
print(json.dumps([found.reason and found.reason.en for found in (loopback, elsewhere, unprivileged)]))
""",
    )
    assert "directly attached" in reasons[0]
    assert "directly attached" in reasons[1]
    assert "CAP_NET_RAW" in reasons[2]


def test_the_stage_joins_arp_multicast_and_the_kernels_table(cable: tuple[str, str]) -> None:
    near, far = cable
    ip("address", "delete", "10.99.0.3/24", "dev", "cam1", namespace=far)
    with responder(far):
        hosts, silent, rows, elapsed_s = run_in(
            near,
            """
import dataclasses, json, time
from cctv_probe.discover import discover
from cctv_probe.scope import Scope, parse_targets
targets = parse_targets(["10.99.0.2-9"])
began_s = time.monotonic()
found = discover(targets, Scope.from_targets(targets))
rows = {each.step: [each.ending, each.line.en] for each in found.attempts}
print(json.dumps([[dataclasses.asdict(host) for host in found.hosts], found.silent, rows, time.monotonic() - began_s]))
""",
        )
    ip("address", "add", "10.99.0.3/24", "dev", "cam1", namespace=far)
    (host,) = hosts
    assert host["address"] == FAR
    assert host["mac"] == FAR_MAC.upper()
    assert host["seen_by"] == ["arp", "ws_discovery"]
    assert host["xaddrs"] == [f"http://{FAR}:80/onvif/device_service"]
    assert silent == 0
    assert {step: ending for step, (ending, _) in rows.items()} == dict.fromkeys(
        ("discover.tcp", "discover.ws_discovery", "discover.ws_discovery_multicast", "discover.arp"), "ok"
    )
    assert rows["discover.ws_discovery_multicast"][1].endswith("1 addresses answered.")
    assert elapsed_s < 4.0


def test_multicast_answers_from_outside_the_scope_are_not_believed(cable: tuple[str, str]) -> None:
    near, far = cable
    with responder(far):
        heard = run_in(
            near,
            """
import json, threading
from cctv_probe.discover.neighbours import attached_networks
from cctv_probe.discover.ws_probe import probe_multicast
heard = [probe_multicast(attached_networks(), permits, stop=threading.Event(), wait_s=0.4)
         for permits in ((lambda address: True), (lambda address: address == "10.99.0.7"))]
print(json.dumps([[each.sent, sorted(each.matches)] for each in heard]))
""",
        )
    assert heard == [[3, [FAR]], [3, []]]


def test_a_silent_net_is_swept_within_three_seconds(cable: tuple[str, str]) -> None:
    near, _ = cable
    # Without ARP the neighbours seem to be there and never say a word.
    ip("link", "set", "cam0", "arp", "off", namespace=near)
    try:
        elapsed_s, tried, complete = run_in(
            near,
            """
import json
from cctv_probe.discover.ports import further_ports, principal_ports
from cctv_probe.discover.tcp_sweep import sweep
found = sweep([f"10.99.0.{last}" for last in range(4, 255)], principal_ports(), further_ports())
print(json.dumps([found.elapsed_s, found.tried, found.complete]))
""",
        )
    finally:
        ip("link", "set", "cam0", "arp", "on", namespace=near)
    assert (tried, complete) == (251 * 27, True)
    assert elapsed_s < 3.3
