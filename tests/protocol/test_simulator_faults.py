"""Named faults on real sockets, discovery, the journal, and the command that runs a fleet."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import requests
from lxml import etree

from cctv_probe.simulator.fleet import Drip, Faults, Login, Ports
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import many_cameras, moved
from cctv_probe.simulator.journal import read_journal
from cctv_probe.simulator.municipality import CannotListenError, Municipality
from tests.unit.simulator.towns import FLEETS, PASSWORD, Rtsp, Token, ask, camera, fleet_of, own_network

PROBE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>
 <a:MessageID>urn:uuid:9f0e3d0c-0001-4000-8000-000000000001</a:MessageID>
 <a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>
 <a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>
 <s:Body><d:Probe><d:Types>{types}</d:Types></d:Probe></s:Body></s:Envelope>"""


def _clock_of(faults: Faults, timeout_s: float = 5) -> requests.Response:
    device = camera(faults=faults)
    with Municipality(fleet_of(device)) as town:
        try:
            return ask(device, "device", "GetSystemDateAndTime", timeout_s=timeout_s)
        finally:
            assert town.errors == []


def test_a_device_that_hangs() -> None:
    with pytest.raises(requests.exceptions.ReadTimeout):
        _clock_of(Faults(hang=("GetSystemDateAndTime",)), timeout_s=0.3)


@pytest.mark.parametrize("faults", [Faults(reset=("*",)), Faults(garbage=("*",)), Faults(close_midway=("*",))])
def test_devices_that_break_off(faults: Faults) -> None:
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        _clock_of(faults)


@pytest.mark.parametrize(
    ("faults", "status", "start"),
    [
        (Faults(empty_200=("onvif.device.*",)), 200, ""),
        (Faults(busy=("Get*",)), 503, "Too many users"),
        (Faults(html=("*",)), 200, "<html>"),
        (Faults(hang=("media1.*",)), 200, "<?xml"),
    ],
)
def test_devices_that_say_something_else(faults: Faults, status: int, start: str) -> None:
    answer = _clock_of(faults)
    assert answer.status_code == status
    assert answer.text.startswith(start)
    assert bool(answer.text) == bool(start)


def test_a_device_that_floods() -> None:
    device = camera(faults=Faults(flood=("*",)))
    with Municipality(fleet_of(device)), urlopen(f"http://{device.address}:8080/", timeout=10) as answer:
        assert len(answer.read(3_000_000)) == 3_000_000


def test_a_device_that_drips() -> None:
    began = time.monotonic()
    answer = _clock_of(Faults(drip=Drip(every_s=0.02, bytes_each=100)))
    assert answer.ok
    assert time.monotonic() - began > 0.02 * len(answer.content) / 100


def test_answers_wait() -> None:
    began = time.monotonic()
    assert _clock_of(Faults(answer_delay_s=0.25)).ok
    assert time.monotonic() - began >= 0.25


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_needs_an_old_client() -> None:
    device = camera(ports=Ports(https=8443), faults=Faults(tls="tls1_0_only"))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    with Municipality(fleet_of(device)) as town:
        with pytest.raises(requests.exceptions.SSLError):
            ask(device, "device", "GetHostname")
        with socket.create_connection((device.address, 8443)) as plain, old.wrap_socket(plain) as encrypted:
            assert encrypted.version() == "TLSv1"
        assert town.errors == []


def _asked(address: str, datagram: bytes) -> bytes | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.3)
        sender.sendto(datagram, (address, 3702))
        with contextlib.suppress(TimeoutError):
            return sender.recv(65536)
        return None


def test_a_probe_is_matched() -> None:
    device = camera(faults=Faults(xaddr_host="10.66.66.66"))
    with Municipality(fleet_of(device)):
        answer = _asked(device.address, PROBE.format(types="dn:NetworkVideoTransmitter").encode())
    assert answer
    found = {etree.QName(one).localname: (one.text or "").strip() for one in etree.fromstring(answer).iter("{*}*")}
    assert found["RelatesTo"] == "urn:uuid:9f0e3d0c-0001-4000-8000-000000000001"
    assert found["Address"] == device.identity.urn()
    assert found["XAddrs"] == "http://10.66.66.66:8080/onvif/device_service"
    assert "onvif://www.onvif.org/hardware/DS-1" in found["Scopes"].split()
    assert any(scope.startswith("onvif://www.onvif.org/location/%E0%B8%96") for scope in found["Scopes"].split())


@pytest.mark.parametrize(
    ("datagram", "result"),
    [
        (b"", "violation:empty"),
        (b"hello", "violation:no_xml"),
        (b"<a/>", "violation:no_soap12_envelope"),
        (PROBE.replace("discovery/Probe<", "discovery/Hello<").encode(), "violation:no_probe"),
        (PROBE.format(types="nobody:Device").encode(), "violation:unbound_type"),
        (PROBE.format(types="dn:Printer").encode(), "not_meant"),
    ],
)
def test_other_datagrams_are_counted_not_answered(datagram: bytes, result: str) -> None:
    device = camera()
    with Municipality(fleet_of(device)) as town:
        assert _asked(device.address, datagram) is None
        assert [entry.result for entry in town.log()] == [result]


def test_a_device_without_discovery_has_no_such_socket() -> None:
    device = camera(faults=Faults(ws_discovery=False))
    with Municipality(fleet_of(device)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((device.address, 3702))


def test_the_journal_tells_connections_that_asked_nothing_from_broken_ones() -> None:
    device = camera()
    with Municipality(fleet_of(device)) as town:
        for sent in (b"", b"GET / HT", b"nonsense\r\n\r\n"):
            with socket.create_connection((device.address, 8080)) as client:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
                assert client.recv(100) == b""
        results = [entry.result for entry in town.log()]
    assert results == ["nothing_asked", "violation:half_a_request", "violation:no_request_line"]


def test_the_journal_holds_no_secret(tmp_path: Path) -> None:
    device = camera()
    file = tmp_path / "log.jsonl"
    with Municipality(fleet_of(device), log=file) as town, Rtsp(device) as client:
        ask(device, "device", "GetScopes", token=Token(is_text=True))
        ask(device, "device", "GetScopes", token=Token())
        client.ask("DESCRIBE", f"/live?user=admin&password={PASSWORD}")
        assert read_journal(file) == town.log()
    assert [entry.credentials for entry in read_journal(file)] == ["wsse_text", "wsse", "none"]
    assert PASSWORD not in file.read_text()
    assert "password=" not in file.read_text()


def test_a_web_server_and_a_banner_are_no_cameras() -> None:
    fleet = moved(load_fleet(FLEETS / "hostile.yaml"), own_network())
    web, other = fleet.devices[-2:]
    with Municipality(fleet_of(web, other)):
        page = requests.get(f"http://{web.address}:8080/", timeout=5)
        assert (page.headers["Server"], "Welcome to nginx!" in page.text) == ("nginx/1.24.0", True)
        assert requests.post(f"http://{web.address}:8080/onvif/device_service", timeout=5).status_code == 405
        with socket.create_connection((other.address, 8000), timeout=5) as client:
            assert client.recv(100).startswith(b"SSH-2.0-OpenSSH")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_every_hostile_device_starts() -> None:
    fleet = moved(load_fleet(FLEETS / "hostile.yaml"), own_network())
    with Municipality(fleet) as town:
        for device in fleet.devices:
            for port in device.ports.all():
                socket.create_connection((device.address, port), timeout=5).close()
        assert town.errors == []


def test_a_port_in_use_is_named() -> None:
    device = camera()
    with socket.socket() as taken:
        taken.bind((device.address, 8554))
        taken.listen()
        with pytest.raises(CannotListenError, match=rf"{device.address} port 8554 cannot be opened: EADDRINUSE"):
            Municipality(fleet_of(device)).start()
    with Municipality(fleet_of(device)):  # and nothing was left open
        assert ask(device, "device", "GetHostname").ok


def test_a_hundred_cameras_answer_at_once() -> None:
    fleet = many_cameras(100, f"{own_network()}.1")
    began = time.monotonic()
    with Municipality(fleet) as town:
        assert time.monotonic() - began < 10
        for device in fleet.devices:
            assert ask(device, "device", "GetSystemDateAndTime").ok
        assert len(town.log()) == 100


def test_the_command_runs_a_fleet_until_it_is_told_to_stop(tmp_path: Path) -> None:
    network = own_network()
    file, log = tmp_path / "fleet.yaml", tmp_path / "log.jsonl"
    file.write_text((FLEETS / "demo.yaml").read_text("utf-8").replace("127.81.1.", f"{network}."), "utf-8")
    command = [sys.executable, "-m", "cctv_probe.simulator", str(file), "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as town:
        assert town.stdout
        lines = [town.stdout.readline() for _ in range(17)]
        assert lines[0].startswith(f"{network}.11\t8080,8554\tcamera\tHikvision DS-2CD2043G2-I\t")
        assert lines[-1] == "ready\n"
        requests.get(f"http://{network}.11:8080/", timeout=5)
        assert [entry.operation for entry in read_journal(log)] == ["GET /"]
        town.send_signal(signal.SIGTERM)
        assert town.wait(10) == 0


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("name: 5")
    ran = subprocess.run(
        [sys.executable, "-m", "cctv_probe.simulator", str(file)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (78, False)
    assert f"{file}, line 1, key name" in ran.stderr


def test_a_nonce_for_each_request() -> None:
    device = camera(login=Login(password=PASSWORD, scheme="http_digest_md5"), faults=Faults(new_nonce_each_time=True))
    with Municipality(fleet_of(device)) as town, requests.Session() as session:
        login = requests.auth.HTTPDigestAuth("admin", PASSWORD)
        for _ in range(2):
            assert ask(device, "device", "GetScopes", auth=login, session=session).ok
        assert [entry.result for entry in town.log()] == ["challenged", "ok", "stale", "ok"]
        assert town.state(device.address).failed_logins_ever == 0
