"""Values beside the record: identities, addresses, places, states. The record's own fields are the normaliser's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from cctv_probe.compare.normalise import normalise
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.column_values import tick
from cctv_probe.compare.reading.declared_list import Confidence

Value = tuple[str, Confidence, str]
"""Canonical value, confidence, rule."""

_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?E\+?\d{1,3}$", re.I)
_HEX = re.compile(r"[^0-9a-f]", re.I)
_PREFIXED = re.compile(r"^(?:mac|ip|s/?n|serial(?:\s*(?:no|number))?)(?:\s*address)?\s*[:.#]\s*", re.I)
_ADDRESS = re.compile(r"^(?:[a-z]{3,5}://)?(?:[^@/]*@)?((?:\d{1,3}[.,]\s?){3}\d{1,3})(?::(\d{1,5}))?(?:/.*)?$", re.I)
_CHANNEL = re.compile(
    r"^(?:camera|cam|ch(?:annel|anel)?|ช่อง(?:ที่|สัญญาณ(?:ที่)?)?|กล้อง(?:ที่)?|d|a|ip)?\s*[.:#\-]?\s*0*(\d{1,3})$", re.I
)
_MOST_PORT = 65_535
_MOST_CHANNEL = 512
_BROKEN = re.compile(r"ไม่ได้|ไม่ทำงาน|ชำรุด|เสีย|พัง|ขัดข้อง|รอซ่อม|ซ่อม|ไม่มีสัญญาณ|ไม่ปกติ|ถูกถอด|รื้อ|สูญหาย|ยกเลิก|ไม่ใช้|ไม่ออนไลน์"
                     r"|offline|broken|fail|not\s*work|inactive|down|damage|fault|dead|no\s*signal|^ng$", re.I)  # fmt: skip
_GOOD = re.compile(
    r"ใช้(?:งาน|การ)?ได้|ปกติ|^ดี|ทำงาน|สมบูรณ์|พร้อมใช้|ออนไลน์|^ใช้งาน$|online|work|normal|good|active|^ok|^up$|^ใช้$", re.I
)
_PART_OF = re.compile(r"บางส่วน|บางครั้ง|เป็นบาง|partly|sometimes|intermittent", re.I)


def plain_value(field: str, raw: str) -> Value:
    """`raw` as a value of one of `fields.BESIDE_THE_RECORD`. Never raises; what cannot be read is `unparsable`."""
    return _plain_value(field, raw)


@lru_cache(maxsize=65_536)
def _plain_value(field: str, raw: str) -> Value:
    text = clean(raw)
    if field not in ("working", "note"):
        missing = normalise("missing", raw)
        if missing.canonical in ("missing", "unknown"):
            return missing.canonical, missing.confidence, missing.rule
    if not text:
        return "missing", "high", "missing:empty"
    return _READERS.get(field, _text)(text)


def positions(latitude: str, longitude: str) -> tuple[Value, Value]:
    """Two cells as decimal degrees. The normaliser puts swapped ones right and says so in rule and confidence."""
    found = normalise("position", f"{latitude}, {longitude}")
    parts = found.canonical.split(",")
    if len(parts) == 2 and all(re.fullmatch(r"-?\d{1,3}(\.\d+)?", part) for part in parts):
        return (parts[0], found.confidence, found.rule), (parts[1], found.confidence, found.rule)
    sure = found.canonical if found.canonical.startswith("suspect:") else "unparsable"
    return (sure, "high", found.rule), (sure, "high", found.rule)


def _mac(text: str) -> Value:
    if _SCIENTIFIC.match(text):
        return "suspect:scientific", "high", "excel:scientific"
    digits = _HEX.sub("", _PREFIXED.sub("", text)).lower()
    others = re.sub(r"[0-9a-f:.\-\s]", "", _PREFIXED.sub("", text).lower())
    if len(digits) != 12 or others:
        return "unparsable", "high", "mac"
    if digits in ("0" * 12, "f" * 12):
        return "missing", "medium", "mac:placeholder"
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)), "high", "mac"


def _address(text: str) -> Value:
    found = _ADDRESS.match(_PREFIXED.sub("", text))
    if not found:
        try:
            return str(ipaddress.ip_address(text)), "high", "address"
        except ValueError:
            return "unparsable", "high", "address"
    octets = [int(part) for part in re.split(r"[.,]\s?", found[1])]
    if max(octets) > 255:
        return "unparsable", "high", "address:octet"
    shown = ".".join(str(octet) for octet in octets)
    tidy: Confidence = "high" if shown == found[1] else "medium"
    if shown == "0.0.0.0":  # noqa: S104 - what people write for "none", not an address to listen on
        return "missing", "medium", "address:placeholder"
    if found[2] and 1 <= int(found[2]) <= _MOST_PORT:
        return f"{shown}:{int(found[2])}", tidy, "address:port"
    return shown, tidy, "address"


def _port(text: str) -> Value:
    number = text.replace(",", "")
    if number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= _MOST_PORT:
        return str(int(number)), "high", "port"
    return "unparsable", "high", "port"


def _channel(text: str) -> Value:
    found = _CHANNEL.match(text)
    if found and 1 <= int(found[1]) <= _MOST_CHANNEL:
        return str(int(found[1])), "high", "channel"
    return "unparsable", "high", "channel"


def _serial(text: str) -> Value:
    if _SCIENTIFIC.match(text):
        return "suspect:scientific", "high", "excel:scientific"
    tidy = re.sub(r"\s+", "", _PREFIXED.sub("", text)).upper()
    if not re.fullmatch(r"[0-9A-Z._/\-]{3,80}", tidy):
        return "unparsable", "high", "serial"
    return tidy, "high", "serial"


def _identity(text: str) -> Value:
    if _SCIENTIFIC.match(text):
        return "suspect:scientific", "high", "excel:scientific"
    return text, "high", "text"


def _installed(text: str) -> Value:
    found = normalise("date", text)
    return found.canonical, found.confidence, found.rule


def _count(text: str) -> Value:
    found = normalise("number", re.sub(r"\s*(?:ตัว|กล้อง|ชุด|จุด|เครื่อง|units?|pcs?\.?|sets?)$", "", text, flags=re.I))
    return found.canonical, found.confidence, found.rule


def _working(text: str) -> Value:
    ticked = tick(text)
    if ticked in ("yes", "cross", "no") and text != "-":
        return ("true" if ticked == "yes" else "false"), "high" if ticked != "cross" else "medium", "working:tick"
    if normalise("missing", text).canonical in ("missing", "unknown"):
        return "missing", "high", "missing"
    if _PART_OF.search(text) or (_BROKEN.search(text) and _GOOD.search(_BROKEN.sub(" ", text))):
        return "suspect:partly", "medium", "working:partly"
    if _BROKEN.search(text):
        return "false", "high", "working:words"
    if _GOOD.search(text):
        return "true", "high", "working:words"
    return "unparsable", "high", "working"


def _text(text: str) -> Value:
    return text, "high", "text"


_READERS: dict[str, Callable[[str], Value]] = {
    "mac": _mac,
    "address": _address,
    "port": _port,
    "channel": _channel,
    "serial": _serial,
    "camera_id": _identity,
    "name": _identity,
    "model": _identity,
    "installed": _installed,
    "count": _count,
    "working": _working,
}
