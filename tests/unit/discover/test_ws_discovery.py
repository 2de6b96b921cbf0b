"""WS-Discovery messages: what is sent is well-formed, what comes back is read forgivingly and within bounds."""

from __future__ import annotations

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cctv_probe.discover.ws_discovery import PROBE_TYPES, parse_probe_matches, probe_message, tidy_uuid

ID = uuid.UUID("12345678-1234-5678-1234-567812345678")
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">
<SOAP-ENV:Header><wsa:MessageID>urn:uuid:ffffffff-0000-0000-0000-000000000000</wsa:MessageID></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:5F5A69C2-E0AE-504F-829B-000102030405</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/name/Gate%201
 onvif://www.onvif.org/hardware/X1</d:Scopes>
<d:XAddrs>http://169.254.1.2/onvif/device_service http://10.0.0.5/onvif/device_service</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


@pytest.mark.parametrize("types", PROBE_TYPES)
def test_probes_are_well_formed_soap_12_with_declared_prefixes(types: str) -> None:
    root = etree.fromstring(probe_message(types, ID))
    names = {
        "s": "http://www.w3.org/2003/05/soap-envelope",
        "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    }
    assert root.tag == f"{{{names['s']}}}Envelope"
    assert root.findtext("s:Header/a:MessageID", namespaces=names) == f"urn:uuid:{ID}"
    assert root.findtext("s:Header/a:Action", namespaces=names) == f"{names['d']}/Probe"
    assert root.findtext("s:Header/a:To", namespaces=names) == "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
    found = root.find("s:Body/d:Probe/d:Types", namespaces=names)
    assert (found is None) == (types == "")
    if found is not None:
        assert found.text == types
        assert found.nsmap[types.partition(":")[0]].startswith("http://www.onvif.org/ver10/")


def test_an_answer_is_read() -> None:
    (match,) = parse_probe_matches(ANSWER.encode())
    assert match.uuid == "urn:uuid:5f5a69c2-e0ae-504f-829b-000102030405"
    assert match.types == ("NetworkVideoTransmitter", "Device")
    assert match.scopes == ("onvif://www.onvif.org/name/Gate%201", "onvif://www.onvif.org/hardware/X1")
    assert match.xaddrs == ("http://169.254.1.2/onvif/device_service", "http://10.0.0.5/onvif/device_service")
    assert match.is_onvif


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"', ""),
        lambda text: text.replace("2005/04/discovery", "elsewhere"),
        lambda text: text.replace("</SOAP-ENV:Body></SOAP-ENV:Envelope>", ""),
        lambda text: text.partition("?>")[2],
        lambda text: text.replace("<d:MetadataVersion>1</d:MetadataVersion>", "<d:MetadataVersion>&\xff</wrong>"),
        lambda text: text + "\x00\x00\x00",
    ],
)
def test_damaged_answers_are_read_all_the_same(damage: object) -> None:
    assert callable(damage)
    (match,) = parse_probe_matches(damage(ANSWER).encode("latin-1"))
    assert match.uuid == "urn:uuid:5f5a69c2-e0ae-504f-829b-000102030405"
    assert "http://10.0.0.5/onvif/device_service" in match.xaddrs


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"<a/>", b"not xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ProbeMatch><XAddrs>&b;</XAddrs></ProbeMatch>",
     b"<a>" * 20_000, ANSWER.encode() + b" " * 65_536],
)  # fmt: skip
def test_what_is_no_answer_gives_nothing(data: bytes) -> None:
    assert parse_probe_matches(data) == []


def test_answers_are_bounded() -> None:
    many = "<P>" + "<ProbeMatch><XAddrs>http://a/</XAddrs></ProbeMatch>" * 1_000 + "</P>"
    assert len(parse_probe_matches(many.encode())) == 64
    wide = (
        f"<ProbeMatch><Scopes>{' '.join(f's{number}' for number in range(5_000))} {'x' * 2_000}</Scopes></ProbeMatch>"
    )
    (match,) = parse_probe_matches(wide.encode())
    assert len(match.scopes) == 64


def test_printers_and_computers_are_told_from_onvif_devices() -> None:
    text = (
        "<M><ProbeMatch><Types>wsdp:Device pub:Computer</Types><XAddrs>http://10.0.0.9:5357/x</XAddrs></ProbeMatch></M>"
    )
    (computer,) = parse_probe_matches(text.encode())
    assert not computer.is_onvif


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urn:uuid:5F5A69C2-E0AE-504F-829B-000102030405", "urn:uuid:5f5a69c2-e0ae-504f-829b-000102030405"),
        ("uuid:5f5a69c2-e0ae-504f-829b-000102030405", "urn:uuid:5f5a69c2-e0ae-504f-829b-000102030405"),
        (" {5f5a69c2-e0ae-504f-829b-000102030405}\n", "urn:uuid:5f5a69c2-e0ae-504f-829b-000102030405"),
        ("urn:uuid:00000000-0000-0000-0000-000000000000", None),
        ("http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous", None),
        ("", None),
    ],
)
def test_uuids_have_one_form(text: str, expected: str | None) -> None:
    assert tidy_uuid(text) == expected


@given(st.binary(max_size=400) | st.integers(0, len(ANSWER)).map(lambda at: (ANSWER[:at] + "<" + ANSWER[at:]).encode()))
def test_any_bytes_are_read(data: bytes) -> None:
    for match in parse_probe_matches(data):
        assert all(word.isprintable() and " " not in word for word in (*match.scopes, *match.xaddrs, *match.types))


def test_hostile_answers_cost_little() -> None:
    began_s = time.process_time()
    parse_probe_matches(b"<ProbeMatch>" * 5_000)
    parse_probe_matches(b"<a " + b"b='c' " * 10_000 + b"/>")
    assert time.process_time() - began_s < 1.0
