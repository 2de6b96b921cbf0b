"""WS-Discovery messages (OASIS / 2005-04, SOAP 1.2): bytes out, values in. No socket here.

ONVIF Core Specification, section "Device discovery": a Probe for `dn:NetworkVideoTransmitter` or `tds:Device`. Some
devices answer only one of the two, some only a Probe without any type (quirk 25), so there are three.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

PORT = 3702
MULTICAST_GROUP = "239.255.255.250"
PROBE_TYPES = ("dn:NetworkVideoTransmitter", "tds:Device", "")
"""What is asked for, in this order; the last asks everybody."""

_MOST_BYTES = 65_536
_MOST_MATCHES = 64
_MOST_WORDS = 64
_MOST_WORD = 1_024
_UUID = re.compile(r"(?i)^(?:urn:)?(?:uuid:)?\{?([0-9a-f]{8}-[0-9a-f-]{4,56})\}?$")
_VIDEO_TYPES = {"NetworkVideoTransmitter", "NetworkVideoStorage", "NetworkVideoDisplay", "NetworkVideoAnalytics"}

_PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"
 xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Header>\
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\
<a:MessageID>{message_id}</a:MessageID>\
<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>\
<s:Body><d:Probe>{types}</d:Probe></s:Body></s:Envelope>"""


@dataclass(frozen=True, slots=True)
class ProbeMatch:
    """One answer: `uuid` as `urn:uuid:…` in lower case, `types` without prefix, `scopes` and `xaddrs` as sent."""

    uuid: str | None
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    xaddrs: tuple[str, ...]

    @property
    def is_onvif(self) -> bool:
        """Whether an ONVIF device answered, not a printer or a computer: those speak WS-Discovery too."""
        return (
            bool(_VIDEO_TYPES.intersection(self.types))
            or any(scope.lower().startswith("onvif://") for scope in self.scopes)
            or any("/onvif/" in xaddr.lower() for xaddr in self.xaddrs)
        )


def probe_message(types: str, message_id: uuid.UUID) -> bytes:
    """A well-formed Probe for `types` (one of `PROBE_TYPES`). `message_id` must be new for every message."""
    wanted = f"<d:Types>{types}</d:Types>" if types else ""
    return _PROBE.format(message_id=f"urn:uuid:{message_id}", types=wanted).encode()


def parse_probe_matches(data: bytes) -> list[ProbeMatch]:
    """The matches in an answer, read by local name and forgivingly (quirk 10); [] where there is nothing to read.

    Bounded in size and number; entities are not resolved and nothing is fetched.
    """
    from lxml import etree

    if len(data) > _MOST_BYTES or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return []
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    found: list[ProbeMatch] = []
    for element in _named(root, "ProbeMatch"):
        found.append(_match(element))
        if len(found) == _MOST_MATCHES:
            break
    return found


def tidy_uuid(text: str) -> str | None:
    """`urn:uuid:` and lower case from the spellings devices use; None for what is no UUID, and for the nil one."""
    found = _UUID.match(text.strip())
    if not found or not found[1].strip("0-"):
        return None
    return f"urn:uuid:{found[1].lower()}"


def _match(element: _Element) -> ProbeMatch:
    return ProbeMatch(
        uuid=next((tidy for text in _words(element, "Address") if (tidy := tidy_uuid(text))), None),
        types=tuple(word.rpartition(":")[2] for word in _words(element, "Types")),
        scopes=_words(element, "Scopes"),
        xaddrs=_words(element, "XAddrs"),
    )


def _words(element: _Element, name: str) -> tuple[str, ...]:
    """The blank-separated words in the first child of that local name, each once; absurdly long ones left out."""
    text = next((found.text or "" for found in _named(element, name)), "")
    words = (word for word in text.split() if len(word) <= _MOST_WORD and word.isprintable())
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]


def _named(element: _Element, name: str) -> Iterator[_Element]:
    """All descendants of that local name, whatever their namespace, even where their prefix was never declared."""
    for child in element.iter():
        tag = child.tag
        if isinstance(tag, str) and tag.rpartition("}")[2].rpartition(":")[2] == name:
            yield child
