"""ONVIF's official schemas, made loadable: what they import and is not beside them comes from copies, never a network."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import xmlschema
from lxml import etree

WSDL = {
    "http://www.onvif.org/ver10/device/wsdl": "wsdl/ver10/device/wsdl/devicemgmt.wsdl",
    "http://www.onvif.org/ver10/media/wsdl": "wsdl/ver10/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver20/media/wsdl": "wsdl/ver20/media/wsdl/media.wsdl",
    "http://www.onvif.org/ver10/recording/wsdl": "wsdl/ver10/recording.wsdl",
    "http://www.onvif.org/ver10/search/wsdl": "wsdl/ver10/search.wsdl",
    "http://www.onvif.org/ver10/replay/wsdl": "wsdl/ver10/replay.wsdl",
}
"""Below the folder of official files, by service."""
_ENVELOPE = Path(__file__).parent / "unit/simulator/soap_envelope.xsd"
_XS = "{http://www.w3.org/2001/XMLSchema}"


def zeep_copies() -> Path:
    """onvif-zeep's folder of WSDL files."""
    spec = importlib.util.find_spec("onvif")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent.parent / "wsdl"


@cache
def schema_of(wsdl: Path) -> xmlschema.XMLSchema11:
    """The schema inside a WSDL file."""
    copies = zeep_copies()
    places = {
        "https://www.w3.org/2005/05/xmlmime": (copies / "xmlmime").as_uri(),
        "http://docs.oasis-open.org/wsn/b-2.xsd": (copies / "b-2.xsd").as_uri(),
        "https://www.w3.org/2004/08/xop/include": (copies / "include").as_uri(),
        "https://www.w3.org/2003/05/soap-envelope": _ENVELOPE.as_uri(),
    }
    element = etree.parse(wsdl).find(f".//{_XS}schema")
    assert element is not None
    for wanted in element.iter(f"{_XS}import"):
        wanted.set("schemaLocation", (wsdl.parent / wanted.get("schemaLocation", "")).resolve().as_uri())
    return xmlschema.XMLSchema11(
        etree.tostring(element).decode(),
        uri_mapper=lambda uri: places.get(uri, uri),
        allow="local",
    )
