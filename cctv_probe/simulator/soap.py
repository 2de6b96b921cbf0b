"""SOAP 1.2 as devices speak it: reading a request, writing an answer or a fault, spoiling it as the fleet says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from cctv_probe.simulator.fleet import Malformation

CONTENT_TYPE = "application/soap+xml; charset=utf-8"

NAMESPACES = {
    "env": "http://www.w3.org/2003/05/soap-envelope",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "ter": "http://www.onvif.org/ver10/error",
}
_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope '
    + " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    + "><env:Body>"
)
_CLOSE = "</env:Body></env:Envelope>"


class SoapFaultError(Exception):
    """An operation that the device refuses: `code` Sender or Receiver, `subcodes` such as ter:ActionNotSupported."""

    def __init__(self, code: str, subcodes: tuple[str, ...], reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.code, self.subcodes, self.reason, self.status = code, subcodes, reason, status


class NotSoapError(Exception):
    """The body is no SOAP 1.2 request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One SOAP request: its operation and the leaves of its body, by local name."""

    namespace: str
    operation: str
    envelope: etree._Element
    arguments: dict[str, list[str]]

    def first(self, name: str) -> str | None:
        """The first argument called `name`, stripped, or None where there is none or an empty one."""
        values = self.arguments.get(name)
        return (values[0] or None) if values else None


def read(body: bytes) -> Asked:
    """The request in `body`. Raises NotSoapError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        envelope = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotSoapError("body_is_no_xml") from error
    if envelope.tag != f"{{{NAMESPACES['env']}}}Envelope":
        raise NotSoapError("no_soap12_envelope")
    holder = envelope.find(f"{{{NAMESPACES['env']}}}Body")
    if holder is None or len(holder) != 1:
        raise NotSoapError("body_without_one_operation")
    operation = etree.QName(holder[0])
    arguments: dict[str, list[str]] = {}
    for leaf in holder[0].iterdescendants():
        if isinstance(leaf.tag, str) and not len(leaf):
            arguments.setdefault(etree.QName(leaf).localname, []).append((leaf.text or "").strip())
    return Asked(operation.namespace or "", operation.localname, envelope, arguments)


def text(value: object) -> str:
    """`value` as XML text."""
    return escape(str(value))


def attribute(value: object) -> str:
    """`value` as a quoted XML attribute."""
    return quoteattr(str(value))


def flag(value: bool) -> str:
    """`value` as xs:boolean."""
    return "true" if value else "false"


def envelope(body: str) -> str:
    """A whole answer around the body element."""
    return _OPEN + body + _CLOSE


def fault(refused: SoapFaultError) -> str:
    """A whole fault message (SOAP 1.2, ONVIF Core 5.8.2)."""
    inner = ""
    for subcode in reversed(refused.subcodes):
        inner = f"<env:Subcode><env:Value>{text(subcode)}</env:Value>{inner}</env:Subcode>"
    return envelope(
        f"<env:Fault><env:Code><env:Value>env:{refused.code}</env:Value>{inner}</env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{text(refused.reason)}</env:Text></env:Reason></env:Fault>'
    )


def action_not_supported(operation: str) -> SoapFaultError:
    """The fault for an operation that the device does not know."""
    return SoapFaultError("Receiver", ("ter:ActionNotSupported",), f"{operation} is not implemented", 500)


def not_authorized() -> SoapFaultError:
    """The fault for a request whose login is missing or wrong."""
    return SoapFaultError("Sender", ("ter:NotAuthorized",), "Sender not Authorized", 400)


def no_such(subcode: str, what: str) -> SoapFaultError:
    """The fault for a token that the device does not have."""
    return SoapFaultError("Sender", ("ter:InvalidArgVal", subcode), f"there is no such {what}", 400)


def spoiled(message: str, how: tuple[Malformation, ...]) -> bytes:
    """The message's bytes, damaged in the ways that real devices were seen to damage theirs."""
    if "unbound_prefix" in how:
        message = message.replace(f' xmlns:tt="{NAMESPACES["tt"]}"', "", 1)
    if "odd_namespace" in how:
        message = message.replace("http://www.onvif.org/ver10/schema", "http://www.onvif.org/ver10/schema/", 1)
    if "line_break_in_uri" in how:
        message = re.sub(r">(rtsps?://[^/<]+)(/[^<]*)<", r">\n  \1\n\2\n<", message)
    if "impossible_time" in how:
        message = re.sub(r"<tt:Minute>\d+<", "<tt:Minute>61<", message)
    encoded = message.encode()
    if "invalid_utf8" in how:
        encoded = encoded.replace(b"</tt:Name>", b"\xff\xfe</tt:Name>").replace(b"</tds:Model>", b"\xff</tds:Model>")
    if "truncated" in how:
        encoded = encoded[: -len(_CLOSE) - 20]
    return b"\x00\x01not xml at all <<>>&" if "not_xml" in how else encoded
