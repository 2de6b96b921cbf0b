"""WS-Discovery (April 2005) on UDP 3702 of the device's own address: unicast Probes get a ProbeMatch."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import cast

from lxml import etree

from cctv_probe.simulator.addresses import service_address
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.onvif_device import scopes_of
from cctv_probe.simulator.soap import text

PORT = 3702
_NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
}
_TYPES = {
    ("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter"),
    ("http://www.onvif.org/ver10/device/wsdl", "Device"),
}
_ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" \
xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" \
xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">\
<s:Header><a:MessageID>urn:uuid:{message}</a:MessageID><a:RelatesTo>{relates}</a:RelatesTo>\
<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>\
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header>\
<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>{urn}</a:Address></a:EndpointReference>\
<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs>\
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""


class BadProbeError(Exception):
    """A datagram that is no Probe; the message says why, for the journal."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A well-formed Probe: its MessageID, the types it asks for as (namespace, name), the scopes."""

    message_id: str
    types: frozenset[tuple[str, str]]
    scopes: tuple[str, ...]


def read_probe(datagram: bytes) -> Probe:
    """The Probe in `datagram`. Raises BadProbeError."""
    try:
        root = etree.fromstring(datagram, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadProbeError("no_xml" if datagram else "empty") from error
    if root.tag != f"{{{_NS['s']}}}Envelope":
        raise BadProbeError("no_soap12_envelope")
    message = (root.findtext("s:Header/a:MessageID", "", _NS) or "").strip()
    action = (root.findtext("s:Header/a:Action", "", _NS) or "").strip()
    probe = root.find("s:Body/d:Probe", _NS)
    if not message or action != f"{_NS['d']}/Probe" or probe is None:
        raise BadProbeError("no_probe")
    kinds = probe.find("d:Types", _NS)
    types = frozenset(_qname(kinds, word) for word in (kinds.text or "").split()) if kinds is not None else frozenset()
    return Probe(message, types, tuple((probe.findtext("d:Scopes", "", _NS) or "").split()))


def _qname(element: etree._Element, word: str) -> tuple[str, str]:
    prefix, colon, name = word.rpartition(":")
    namespace = element.nsmap.get(prefix if colon else None)
    if namespace is None:
        raise BadProbeError("unbound_type")
    return namespace, name


class DiscoveryProtocol(asyncio.DatagramProtocol):
    """Answers for one device."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is bound."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own class does not derive from it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a Probe that means this kind of device; count what is none as a violation."""
        try:
            probe = read_probe(data)
        except BadProbeError as error:
            self._node.note("ws_discovery", "datagram", f"violation:{error}")
            return
        scopes = scopes_of(self._node.device)
        wanted = probe.types <= _TYPES and all(any(own.startswith(one) for own in scopes) for one in probe.scopes)
        self._node.note("ws_discovery", "Probe", "ok" if wanted else "not_meant")
        if wanted and self._transport:
            self._transport.sendto(self._match(probe, scopes), addr)

    def _match(self, probe: Probe, scopes: list[str]) -> bytes:
        device = self._node.device
        return _ANSWER.format(
            message=uuid.uuid4(),
            relates=text(probe.message_id),
            urn=text(device.identity.urn()),
            scopes=text(" ".join(scopes)),
            xaddrs=text(service_address(device, "device")),
        ).encode()
