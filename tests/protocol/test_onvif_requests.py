"""What is sent over ONVIF: only reading operations, named here by hand, and every request valid by the official schemas."""

from __future__ import annotations

import datetime as dt
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif import requests
from cctv_probe.dialects.onvif.answers_recording import TRACK_STATE
from cctv_probe.dialects.onvif.operations import ALLOWED, DEVICE, MEDIA, MEDIA2, RECORDING, REPLAY, SEARCH, Operation
from cctv_probe.dialects.onvif.searching import KEEP_ALIVE, WAIT
from cctv_probe.simulator.fleet import Device, Faults, Login, Service
from cctv_probe.simulator.municipality import Municipality
from tests.onvif_schemas import WSDL, schema_of, zeep_copies
from tests.protocol.visiting import Scanner, endings
from tests.unit.simulator.towns import PASSWORD, camera, channel, fleet_of, stream
from tests.unit.wire.peers import Peer, Server

pytestmark = pytest.mark.filterwarnings("ignore::xmlschema.XMLSchemaTypeTableWarning")

READING = {
    (DEVICE, "GetSystemDateAndTime"),
    (DEVICE, "GetServices"),
    (DEVICE, "GetCapabilities"),
    (DEVICE, "GetDeviceInformation"),
    (DEVICE, "GetScopes"),
    (DEVICE, "GetNetworkInterfaces"),
    (DEVICE, "GetNTP"),
    (DEVICE, "GetGeoLocation"),
    (MEDIA, "GetVideoSources"),
    (MEDIA, "GetProfiles"),
    (MEDIA, "GetVideoEncoderConfigurationOptions"),
    (MEDIA, "GetStreamUri"),
    (MEDIA, "GetOSDs"),
    (MEDIA2, "GetProfiles"),
    (MEDIA2, "GetVideoEncoderConfigurationOptions"),
    (MEDIA2, "GetStreamUri"),
    (MEDIA2, "GetOSDs"),
    (SEARCH, "GetRecordingSummary"),
    (SEARCH, "GetRecordingInformation"),
    (SEARCH, "FindRecordings"),
    (SEARCH, "GetRecordingSearchResults"),
    (SEARCH, "FindEvents"),
    (SEARCH, "GetEventSearchResults"),
    (SEARCH, "EndSearch"),
    (RECORDING, "GetRecordings"),
    (RECORDING, "GetRecordingConfiguration"),
    (RECORDING, "GetRecordingJobs"),
    (REPLAY, "GetReplayUri"),
}
"""Everything that may be asked, written by hand: who adds an operation to the program adds it here too."""
SEARCHES = {(SEARCH, "FindRecordings"), (SEARCH, "FindEvents"), (SEARCH, "EndSearch")}
"""What keeps and ends a list of results on the device; settings and recordings stay as they are."""

_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
_INSTANT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
_RESULTS = {"SearchToken": "SearchToken[1]", "MinResults": 1, "MaxResults": 100, "WaitTime": WAIT}
BUILT: list[tuple[Operation, dict[str, Any]]] = [
    (ops.GET_SYSTEM_DATE_AND_TIME, {}),
    (ops.GET_SERVICES, {"IncludeCapability": False}),
    (ops.GET_CAPABILITIES, {"Category": ["All"]}),
    (ops.GET_DEVICE_INFORMATION, {}),
    (ops.GET_SCOPES, {}),
    (ops.GET_NETWORK_INTERFACES, {}),
    (ops.GET_NTP, {}),
    (ops.GET_GEO_LOCATION, {}),
    (ops.GET_VIDEO_SOURCES, {}),
    (ops.GET_PROFILES, {}),
    (ops.GET_ENCODER_OPTIONS, {"ConfigurationToken": "โทเคน <1> & 'x'"}),
    (ops.GET_ENCODER_OPTIONS, {"ProfileToken": "Profile_1"}),
    (ops.GET_STREAM_URI, {"StreamSetup": _SETUP, "ProfileToken": "Profile_1"}),
    (ops.GET_OSDS, {}),
    (ops.GET_PROFILES_2, {"Type": ["VideoSource", "VideoEncoder"]}),
    (ops.GET_ENCODER_OPTIONS_2, {"ConfigurationToken": "โทเคน <1> & 'x'"}),
    (ops.GET_ENCODER_OPTIONS_2, {"ProfileToken": "Profile_1"}),
    (ops.GET_STREAM_URI_2, {"Protocol": "RTSP", "ProfileToken": "Profile_1"}),
    (ops.GET_OSDS_2, {}),
    (ops.GET_RECORDING_SUMMARY, {}),
    (ops.GET_RECORDING_INFORMATION, {"RecordingToken": "โทเคน <1> & 'x'"}),
    (ops.FIND_RECORDINGS, {"Scope": {}, "KeepAliveTime": KEEP_ALIVE}),
    (ops.GET_RECORDING_SEARCH_RESULTS, _RESULTS),
    (
        ops.FIND_EVENTS,
        {
            "StartPoint": _INSTANT - dt.timedelta(days=30),
            "EndPoint": _INSTANT,
            "Scope": {"IncludedRecordings": ["one", "โทเคน <2>"]},
            "SearchFilter": requests.topic_filter(TRACK_STATE),
            "IncludeStartState": True,
            "KeepAliveTime": KEEP_ALIVE,
        },
    ),
    (ops.GET_EVENT_SEARCH_RESULTS, _RESULTS),
    (ops.END_SEARCH, {"SearchToken": "SearchToken[1]"}),
    (ops.GET_RECORDINGS, {}),
    (ops.GET_RECORDING_CONFIGURATION, {"RecordingToken": "Recording_1"}),
    (ops.GET_RECORDING_JOBS, {}),
    (ops.GET_REPLAY_URI, {"StreamSetup": _SETUP, "RecordingToken": "Recording_1"}),
]
_IDS = [f"{operation.step} {' '.join(arguments)}" for operation, arguments in BUILT]


def body_of(request: bytes) -> etree._Element:
    """The one element of the SOAP body of a request."""
    envelope = etree.fromstring(request)
    assert envelope.tag == "{http://www.w3.org/2003/05/soap-envelope}Envelope"
    body = envelope.find("{*}Body")
    assert body is not None
    (content,) = body
    return content


def valid(content: etree._Element, onvif_dir: Path) -> None:
    schema_of(onvif_dir / WSDL[etree.QName(content).namespace or ""]).validate(content)


# --- The allow-list ---------------------------------------------------------------------------------------------------


def test_the_allow_list_is_the_one_written_here() -> None:
    assert {(operation.service, operation.name) for operation in ALLOWED} == READING
    assert {operation for operation, _ in BUILT} == ALLOWED


def test_everything_allowed_only_reads() -> None:
    assert all(name.startswith("Get") for _, name in READING - SEARCHES)
    assert [operation.name for operation in ALLOWED if not operation.login] == ["GetSystemDateAndTime"]


@pytest.mark.parametrize("name", ["SetSystemFactoryDefault", "SystemReboot", "CreateUsers", "SetNTP", "GetUsers"])
def test_nothing_else_can_be_built(name: str) -> None:
    with pytest.raises(ValueError, match="not in the allow-list"):
        requests.build(Operation(DEVICE, name), {})


# --- Requests as they are built ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("operation", "arguments"), BUILT, ids=_IDS)
def test_every_request_is_valid_by_the_official_schema(
    onvif_dir: Path, operation: Operation, arguments: dict[str, Any]
) -> None:
    content = body_of(requests.build(operation, arguments))
    assert (etree.QName(content).namespace, etree.QName(content).localname) == (operation.service, operation.name)
    valid(content, onvif_dir)


@pytest.mark.parametrize(("operation", "arguments"), BUILT, ids=_IDS)
def test_every_request_of_version_1_is_valid_by_the_copies_in_onvif_zeep(
    operation: Operation, arguments: dict[str, Any]
) -> None:
    if operation.own_wsdl is None:
        schema_of(zeep_copies() / ops.WSDL_OF[operation.service]).validate(
            body_of(requests.build(operation, arguments))
        )
    else:
        assert operation.service == MEDIA2 or operation.name == "GetGeoLocation"


def test_the_validation_notices_a_wrong_request(onvif_dir: Path) -> None:
    content = body_of(requests.build(ops.GET_STREAM_URI_2, {"Protocol": "RTSP", "ProfileToken": "x"}))
    content.remove(content[0])
    with pytest.raises(Exception, match="Protocol"):
        valid(content, onvif_dir)


def test_a_token_is_signed_with_the_devices_time_and_understood_by_choice() -> None:
    now = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
    token = requests.username_token("ผู้ใช้", "s3cret<&>", now=now, clock_offset=dt.timedelta(hours=1))
    request = requests.build(ops.GET_SCOPES, {}, token)
    assert b"mustUnderstand" not in request
    assert b"s3cret" not in request
    assert b"Action" not in request, "no WS-Addressing (quirk 10)"
    root = etree.fromstring(request)
    assert [found.text for found in root.iter("{*}Created")] == ["2026-11-23T03:00:00Z"]
    assert [found.text for found in root.iter("{*}Username")] == ["ผู้ใช้"]
    nonces = {found.text for _ in range(5) for found in etree.fromstring(requests.build(ops.GET_SCOPES, {}, requests.username_token("u", "p", now=now, clock_offset=dt.timedelta(0)))).iter("{*}Nonce")}  # fmt: skip
    assert len(nonces) == 5


def test_building_a_request_leaves_the_loggers_alone_and_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)
    requests._document.cache_clear()
    handlers = logging.getLogger().handlers[:]
    for operation, arguments in BUILT:
        assert requests.build(operation, arguments).startswith(b"<?xml")
    assert logging.getLogger().handlers == handlers


# --- Requests as they are sent ----------------------------------------------------------------------------------------


@contextmanager
def overheard(device: Device) -> Iterator[Server]:
    """A server beside the device that hands every request on to it, and keeps what it saw."""

    def script(peer: Peer) -> None:
        with socket.create_connection((device.address, device.ports.http or 0), 5) as behind:
            while True:
                behind.sendall(peer.read())
                peer.send(_answer(behind))

    with Server(script, address=device.address) as server:
        yield server


def _answer(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    length = re.search(rb"(?i)content-length: (\d+)", data)
    missing = int(length[1]) - len(data.partition(b"\r\n\r\n")[2]) if length else 0
    while missing > 0:
        more = sock.recv(missing)
        data, missing = data + more, missing - len(more)
    return data


SERVICES: tuple[Service, ...] = ("device", "media1", "media2")
DEVICES = {
    "media 1 and 2": camera(channels=(channel(stream(codec="h265")),)),
    "media 1 alone": camera(services=("device", "media1")),
    "no services named": camera(faults=Faults(get_services_fault=True, get_capabilities_fault=True)),
    "capabilities": camera(faults=Faults(get_services_fault=True), services=("device", "media1")),
    "a recorder": camera(kind="recorder", channels=tuple(channel(stream(path=f"/c{number}")) for number in range(4))),
    "by HTTP Digest": camera(login=Login(password=PASSWORD, scheme="http_digest_sha256", rtsp_scheme="sha256")),
}


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_every_request_of_a_visit_is_allowed_and_valid(tmp_path: Path, onvif_dir: Path, device: Device) -> None:
    with Municipality(fleet_of(device)) as town, overheard(device) as ear:
        found = Scanner(tmp_path).visit_at(device.address, ear.port, 8554)
        seen = {(entry.service, entry.operation) for entry in town.log() if entry.service.startswith("onvif.")}
    assert endings(found)["rtsp.DESCRIBE channel/1 main"] == "ok"
    contents = [body_of(asked.partition(b"\r\n\r\n")[2]) for asked in ear.asked if asked.startswith(b"POST")]
    assert len(contents) >= 10
    for content in contents:
        valid(content, onvif_dir)
    asked = {(str(etree.QName(content).namespace), etree.QName(content).localname) for content in contents}
    assert asked <= READING
    services = {DEVICE: "onvif.device", MEDIA: "onvif.media1", MEDIA2: "onvif.media2"}
    assert seen == {(services[service], name) for service, name in asked}


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_the_first_question_carries_no_login(tmp_path: Path, device: Device) -> None:
    with Municipality(fleet_of(device)) as town:
        Scanner(tmp_path).visit(device)
        log = [entry for entry in town.log() if entry.service.startswith("onvif.")]
        assert town.state(device.address).peak_connections == 1
    assert log[0].operation == "GetSystemDateAndTime"
    first_login = next(number for number, entry in enumerate(log) if entry.credentials != "none")
    assert "challenged" in {entry.result for entry in log[:first_login]}
    assert {entry.result.partition(":")[0] for entry in log} <= {"ok", "challenged", "fault"}
