"""The simulator's ONVIF answers: valid by the official schemas, readable by zeep, and what the fleet file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import xmlschema
import zeep
from lxml import etree
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from zeep.wsse.username import UsernameToken

from cctv_probe.simulator.fleet import Banners, ChannelLies, Device, Faults, Login, Ports, Service
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from tests.onvif_schemas import schema_of, zeep_copies
from tests.unit.simulator.towns import (
    FLEETS,
    PASSWORD,
    Token,
    ask,
    body_of,
    camera,
    channel,
    fleet_of,
    own_network,
    stream,
    texts,
)

_WSDL: dict[str, str] = {
    "device": "wsdl/ver10/device/wsdl/devicemgmt.wsdl",
    "media1": "wsdl/ver10/media/wsdl/media.wsdl",
    "media2": "wsdl/ver20/media/wsdl/media.wsdl",
}
_UNICAST = (
    "<q:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport>"
    "</q:StreamSetup>"
)
QUESTIONS: list[tuple[Service, str, str]] = [
    ("device", "GetSystemDateAndTime", ""),
    ("device", "GetServices", "<q:IncludeCapability>false</q:IncludeCapability>"),
    ("device", "GetServices", "<q:IncludeCapability>true</q:IncludeCapability>"),
    ("device", "GetServiceCapabilities", ""),
    ("device", "GetCapabilities", "<q:Category>All</q:Category>"),
    ("device", "GetDeviceInformation", ""),
    ("device", "GetScopes", ""),
    ("device", "GetNetworkInterfaces", ""),
    ("device", "GetNTP", ""),
    ("device", "GetHostname", ""),
    ("device", "GetNetworkProtocols", ""),
    ("device", "GetGeoLocation", ""),
    ("media1", "GetServiceCapabilities", ""),
    ("media1", "GetProfiles", ""),
    ("media1", "GetVideoSources", ""),
    ("media1", "GetVideoEncoderConfigurations", ""),
    ("media1", "GetVideoEncoderConfigurationOptions", ""),
    ("media1", "GetVideoEncoderConfigurationOptions", "<q:ProfileToken>Profile_201</q:ProfileToken>"),
    ("media1", "GetVideoEncoderConfigurationOptions", "<q:ProfileToken>Profile_301</q:ProfileToken>"),
    ("media1", "GetStreamUri", _UNICAST + "<q:ProfileToken>Profile_101</q:ProfileToken>"),
    ("media1", "GetOSDs", ""),
    ("media2", "GetServiceCapabilities", ""),
    ("media2", "GetProfiles", ""),
    ("media2", "GetProfiles", "<q:Type>All</q:Type>"),
    ("media2", "GetVideoSourceConfigurations", ""),
    ("media2", "GetVideoEncoderConfigurations", ""),
    ("media2", "GetVideoEncoderConfigurationOptions", "<q:ConfigurationToken>VideoEncoder_201</q:ConfigurationToken>"),
    ("media2", "GetStreamUri", "<q:Protocol>RTSP</q:Protocol><q:ProfileToken>Profile_401</q:ProfileToken>"),
    ("media2", "GetOSDs", ""),
]


def _everything() -> Device:
    """A recorder with a channel of every codec, and every service."""
    codecs = ("h265", "mjpeg", "mpeg4", "h264")
    channels = tuple(
        channel(stream(codec=codec, path=f"/c{number}?a=1&b=2")) for number, codec in enumerate(codecs, start=1)
    )
    return camera(
        kind="recorder",
        channels=channels,
        latitude=13.7,
        longitude=100.5,
        services=("device", "media1", "media2", "recording", "search", "replay"),
    )


@pytest.fixture(scope="module")
def recorder() -> Iterator[Device]:
    device = _everything()
    with Municipality(fleet_of(device)) as town:
        yield device
        assert town.errors == []


@pytest.mark.parametrize(("service", "operation", "inner"), QUESTIONS)
@pytest.mark.filterwarnings("ignore::xmlschema.XMLSchemaTypeTableWarning")
def test_every_answer_is_valid_by_the_official_schema(
    onvif_dir: Path, recorder: Device, service: Service, operation: str, inner: str
) -> None:
    answer = ask(recorder, service, operation, inner, token=Token())
    assert answer.status_code == 200, answer.text
    body = body_of(answer)
    assert etree.QName(body).localname == f"{operation}Response"
    schema_of(onvif_dir / _WSDL[service]).validate(body)


@pytest.mark.filterwarnings("ignore::xmlschema.XMLSchemaTypeTableWarning")
def test_the_validation_notices_a_missing_element(onvif_dir: Path, recorder: Device) -> None:
    body = body_of(ask(recorder, "device", "GetDeviceInformation", token=Token()))
    body.remove(body[2])
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema_of(onvif_dir / _WSDL["device"]).validate(body)


def test_zeep_reads_the_answers_strictly(recorder: Device) -> None:
    folder = zeep_copies()
    root = f"http://{recorder.address}:8080/onvif"
    login = UsernameToken("admin", PASSWORD, use_digest=True, zulu_timestamp=True)
    settings = zeep.Settings(strict=True)
    device = zeep.Client(str(folder / "devicemgmt.wsdl"), wsse=login, settings=settings).create_service(
        "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding", f"{root}/device_service"
    )
    assert device.GetDeviceInformation()["Manufacturer"] == "HIKVISION <&>"
    assert [one["Namespace"] for one in device.GetServices(IncludeCapability=False)][1:3] == [
        "http://www.onvif.org/ver10/media/wsdl",
        "http://www.onvif.org/ver20/media/wsdl",
    ]
    media = zeep.Client(str(folder / "media.wsdl"), wsse=login, settings=settings).create_service(
        "{http://www.onvif.org/ver10/media/wsdl}MediaBinding", f"{root}/media_service"
    )
    encodings = [
        one["VideoEncoderConfiguration"] and one["VideoEncoderConfiguration"]["Encoding"] for one in media.GetProfiles()
    ]
    assert encodings == [None, "JPEG", "MPEG4", "H264"]
    assert len(media.GetVideoSources()) == 4


def test_media2_gives_configurations_only_when_asked(recorder: Device) -> None:
    plain = body_of(ask(recorder, "media2", "GetProfiles", token=Token()))
    assert texts(plain, "Encoding") == []
    sources = body_of(ask(recorder, "media2", "GetProfiles", "<q:Type>VideoSource</q:Type>", token=Token()))
    assert (len(texts(sources, "SourceToken")), texts(sources, "Encoding")) == (4, [])
    every = body_of(ask(recorder, "media2", "GetProfiles", "<q:Type>All</q:Type>", token=Token()))
    assert texts(every, "Encoding") == ["H265", "JPEG", "MPV4-ES", "H264"]


def test_texts_come_back_as_they_were_written(recorder: Device) -> None:
    body = body_of(ask(recorder, "media1", "GetOSDs", token=Token()))
    assert texts(body, "PlainText") == ['แยก "หนึ่ง" <&>'] * 4
    inner = _UNICAST + "<q:ProfileToken>Profile_101</q:ProfileToken>"
    uri = texts(body_of(ask(recorder, "media1", "GetStreamUri", inner, token=Token())), "Uri")
    assert uri == [f"rtsp://{recorder.address}:8554/c1?a=1&b=2"]


@pytest.mark.parametrize(
    ("service", "operation", "inner", "status", "subcode"),
    [
        ("device", "SetSystemFactoryDefault", "", 500, "ter:ActionNotSupported"),
        ("device", "GetProfiles", "", 500, "ter:ActionNotSupported"),
        ("recording", "CreateRecording", "", 500, "ter:ActionNotSupported"),
        (
            "media2",
            "GetStreamUri",
            "<q:Protocol>RTSP</q:Protocol><q:ProfileToken>x</q:ProfileToken>",
            400,
            "ter:NoProfile",
        ),
        ("media2", "GetStreamUri", "<q:ProfileToken>Profile_101</q:ProfileToken>", 400, "ter:InvalidStreamSetup"),
    ],
)
def test_what_the_device_cannot_do_is_a_fault(
    recorder: Device, service: Service, operation: str, inner: str, status: int, subcode: str
) -> None:
    answer = ask(recorder, service, operation, inner, token=Token())
    assert answer.status_code == status
    assert texts(body_of(answer), "Value")[-1] == subcode


def test_lies_are_told_and_truths_kept_elsewhere() -> None:
    lies = ChannelLies(media1_codec="h264", configured_resolution="640x480", configured_frame_rate=30)
    device = camera(channels=(channel(stream(codec="h265"), lies=lies),))
    with Municipality(fleet_of(device)):
        first = body_of(ask(device, "media1", "GetProfiles", token=Token()))
        second = body_of(ask(device, "media2", "GetProfiles", "<q:Type>All</q:Type>", token=Token()))
    assert (texts(first, "Encoding"), texts(second, "Encoding")) == (["H264"], ["H265"])
    assert texts(first, "Width") == texts(second, "Width") == ["640"]
    assert texts(first, "FrameRateLimit") == texts(second, "FrameRateLimit") == ["30"]


def test_the_clock_is_open_to_all_and_wrong_as_told() -> None:
    device = camera(faults=Faults(clock_offset_s=3600))
    with Municipality(fleet_of(device)) as town:
        body = body_of(ask(device, "device", "GetSystemDateAndTime"))
        refused = ask(device, "device", "GetDeviceInformation", token=Token())
        let_in = ask(device, "device", "GetDeviceInformation", token=Token(clock_offset_s=3600))
        state = town.state(device.address)
    parts = [int(texts(body, name)[0]) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    told = datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=UTC)
    assert abs(told - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=5)
    assert (refused.status_code, texts(body_of(refused), "Value")[-1]) == (400, "ter:NotAuthorized")
    assert let_in.status_code == 200
    assert (state.failed_logins, state.failed_logins_ever) == (0, 1)


def _wrong_by_http(device: Device) -> None:
    ask(device, "device", "GetScopes", auth=HTTPDigestAuth("admin", "wrong"))


def _wrong_by_token(device: Device) -> None:
    ask(device, "device", "GetScopes", token=Token(password="wrong"))


@pytest.mark.parametrize(("scheme", "fail"), [("wsse", _wrong_by_token), ("http_digest_md5", _wrong_by_http)])
def test_the_device_locks_after_three_wrong_passwords(scheme: str, fail: Callable[[Device], None]) -> None:
    device = camera(login=Login(password=PASSWORD, scheme=scheme, lock_after=3))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)) as town:
        for count in range(1, 4):
            assert ask(device, "device", "GetScopes").status_code in (400, 401)  # anonymous: counts nothing
            fail(device)
            assert town.state(device.address).failed_logins == count
        assert town.state(device.address).locked
        answer = ask(device, "device", "GetScopes", token=Token(), auth=HTTPDigestAuth("admin", PASSWORD))
        assert answer.status_code in (400, 401)
        assert town.log()[-1].result == "locked"
        assert ask(device, "device", "GetSystemDateAndTime").status_code == 200


@pytest.mark.parametrize("scheme", ["http_digest_md5", "http_digest_md5_and_sha256", "wsse_and_http_digest"])
def test_requests_gets_in_by_http_digest(scheme: str) -> None:
    device = camera(login=Login(password=PASSWORD, scheme=scheme))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)) as town, requests.Session() as session:
        login = HTTPDigestAuth("admin", PASSWORD)
        for _ in range(3):
            assert ask(device, "device", "GetScopes", auth=login, session=session).status_code == 200
        results = [entry.result for entry in town.log()]
        assert town.state(device.address).peak_connections == 1
    assert results == ["challenged", "ok", "ok", "ok"]


def test_a_password_in_clear_where_the_device_wants_it() -> None:
    by_header = camera(login=Login(password=PASSWORD, scheme="basic", lock_after=1))
    by_token = camera(login=Login(password=PASSWORD, scheme="wsse_text"))
    with Municipality(fleet_of(by_header, by_token)) as town:
        assert ask(by_header, "device", "GetScopes", auth=HTTPBasicAuth("admin", PASSWORD)).ok
        assert ask(by_header, "device", "GetScopes", token=Token()).status_code == 401  # no login it knows: no failure
        assert ask(by_header, "device", "GetScopes", auth=HTTPBasicAuth("admin", "x")).status_code == 401
        assert town.state(by_header.address).locked
        assert ask(by_token, "device", "GetScopes", token=Token(is_text=True)).ok
        assert ask(by_token, "device", "GetScopes", token=Token()).status_code == 400
    assert {entry.credentials for entry in town.log()} == {"basic", "wsse", "wsse_text"}


def test_hostile_texts_arrive_unharmed() -> None:
    fleet = moved(load_fleet(FLEETS / "hostile.yaml"), own_network())
    (device,) = [one for one in fleet.devices if one.address.endswith(".24")]
    with Municipality(fleet_of(device)):
        token = Token(password=device.login.password)
        body = body_of(ask(device, "device", "GetDeviceInformation", token=token))
        assert texts(body, "Model") == ["<script>alert(1)</script>"]
        assert texts(body, "SerialNumber") == [device.identity.serial]
        assert body_of(ask(device, "device", "GetScopes", token=token)) is not None


def test_the_separate_onvif_user_is_the_only_one_let_in() -> None:
    login = Login(password=PASSWORD, onvif_user="onvif", onvif_password="other", scheme="wsse")
    device = camera(login=login)
    with Municipality(fleet_of(device)):
        assert ask(device, "device", "GetScopes", token=Token()).status_code == 400
        assert ask(device, "device", "GetScopes", token=Token(user="onvif", password="other")).status_code == 200


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_the_demo_camera_behind_https_offers_both_digests_and_answers_in_html() -> None:
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), own_network())
    device = fleet.devices[4]
    with Municipality(fleet_of(device)):
        refused = ask(device, "device", "GetScopes")
        let_in = ask(device, "device", "GetScopes", auth=HTTPDigestAuth("admin", device.login.password))
    assert (refused.status_code, refused.headers["Content-Type"][:9]) == (401, "text/html")
    challenges = refused.raw.headers.getlist("WWW-Authenticate")
    assert ["algorithm=MD5" in challenges[0], "algorithm=SHA-256" in challenges[1]] == [True, True]
    assert let_in.status_code == 200


def test_the_demo_camera_of_the_factory_network_names_another_host() -> None:
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), own_network())
    device = fleet.devices[5]
    with Municipality(fleet_of(device)):
        body = body_of(ask(device, "device", "GetServices"))
    assert all(address.startswith("http://10.66.66.66:8000/") for address in texts(body, "XAddr"))


@pytest.mark.parametrize(
    ("malformed", "operation", "sign"),
    [
        ("unbound_prefix", "GetHostname", b"<tt:Name>"),
        ("truncated", "GetHostname", b"GetHostnameResponse"),
        ("not_xml", "GetHostname", b"not xml"),
        ("invalid_utf8", "GetHostname", b"\xff\xfe"),
    ],
)
def test_malformed_answers_are_no_xml(malformed: str, operation: str, sign: bytes) -> None:
    device = camera(faults=Faults(malformed_xml=(malformed,)))  # type: ignore[arg-type]
    with Municipality(fleet_of(device)):
        answer = ask(device, "device", operation)
    assert sign in answer.content
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)


def test_impossible_times_and_broken_uris() -> None:
    device = camera(faults=Faults(malformed_xml=("impossible_time", "line_break_in_uri")))
    inner = "<q:Protocol>RTSP</q:Protocol><q:ProfileToken>Profile_101</q:ProfileToken>"
    with Municipality(fleet_of(device)):
        clock = body_of(ask(device, "device", "GetSystemDateAndTime"))
        uri = texts(body_of(ask(device, "media2", "GetStreamUri", inner, token=Token())), "Uri")[0]
    assert set(texts(clock, "Minute")) == {"61"}
    assert "\n" in uri.strip()
    assert "".join(uri.split()) == f"rtsp://{device.address}:8554/live"


def test_services_that_are_faults_leave_the_usual_paths() -> None:
    device = camera(faults=Faults(get_services_fault=True, get_capabilities_fault=True))
    with Municipality(fleet_of(device)):
        assert texts(body_of(ask(device, "device", "GetServices")), "Value")[-1] == "ter:ActionNotSupported"
        assert ask(device, "device", "GetCapabilities").status_code == 500
        assert ask(device, "media1", "GetProfiles", token=Token()).status_code == 200


def test_old_axis_wants_a_login_even_for_the_clock() -> None:
    device = camera(faults=Faults(auth_every_call=True))
    with Municipality(fleet_of(device)):
        answer = ask(device, "device", "GetSystemDateAndTime")
    assert answer.status_code == 400
    assert "Date" in answer.headers


def test_thai_in_a_header_is_utf8() -> None:
    device = camera(login=Login(password=PASSWORD, scheme="http_digest_md5"), banners=Banners(realm="กล้อง"))
    with Municipality(fleet_of(device)):
        challenge = ask(device, "device", "GetScopes").headers["WWW-Authenticate"]
        assert ask(device, "device", "GetHostname").ok
    assert 'realm="กล้อง"' in challenge.encode("latin-1").decode()


def test_two_devices_have_two_certificates() -> None:
    import ssl

    one, other = camera(ports=Ports(https=8443)), camera(ports=Ports(https=8443))
    with Municipality(fleet_of(one, other)):
        shown = {ssl.get_server_certificate((device.address, 8443)) for device in (one, other)}
    assert len(shown) == 2
