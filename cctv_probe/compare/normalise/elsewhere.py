"""Values that stand in the wrong column: whose they are. Asked only where the field's own grammar found nothing."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from cctv_probe.compare.normalise import brand, file_format, frame_rate, resolution, retention
from cctv_probe.compare.normalise.reading import Reading

_MAC = re.compile(r"(?:[0-9a-f]{2}[:\-.]){5}[0-9a-f]{2}", re.IGNORECASE)
_PHONE = re.compile(r"0\d{1,2}[\s\-]?\d{3}[\s\-]?\d{3,4}")
_STORAGE = re.compile(
    r"(?:(?:hdd|ssd|harddisk|hard disk|ฮาร์ดดิสก?์?|sd card|ความจุ)\W*)?\d+(?:\.\d+)?\s*(?:tb|gb|เทราไบ\S+|เทระไบ\S+|กิกะไบ\S+)(?:\W*(?:hdd|ssd|harddisk|x\s*\d+))?",
    re.IGNORECASE,
)
_BIT_RATE = re.compile(r"\d+(?:\.\d+)?\s*(?:[km]bps|[km]b/s|[km]bit/s|[km]bits/s|kb/s)", re.IGNORECASE)
_LENS = re.compile(r"(?:lens\W*|เลนส์\W*)?\d+(?:\.\d+)?(?:\s*-\s*\d+(?:\.\d+)?)?\s*(?:mm|มม)\.?", re.IGNORECASE)
_RECORDER = re.compile(
    r"(?:\d+\s*(?:ch|channel|ช่อง)\W*)?(?:nvr|dvr|xvr|hvr|เครื่องบันทึก(?:ภาพ)?)(?:\W*\d+\s*(?:ch|channels?|ช่อง))?",
    re.IGNORECASE,
)
_SHAPES: tuple[tuple[str, Callable[[str], re.Match[str] | None]], ...] = (
    ("mac", _MAC.fullmatch),
    ("phone", _PHONE.fullmatch),
    ("storage_capacity", _STORAGE.fullmatch),
    ("bitrate", _BIT_RATE.fullmatch),
    ("lens", _LENS.fullmatch),
    ("recorder", _RECORDER.fullmatch),
)
_SURE_RULES = {
    "resolution": ("width_by_height", "named_size", "megapixels", "tv_lines", "range"),
    "file_format": ("codec", "container", "codec_and_container", "mpeg4_says_little"),
    "frame_rate": ("frames", "bound", "range"),
    "retention_days": ("days", "months_as_days", "bound", "range", "words_loop"),
    "brand": ("name", "model_number"),
}
_READERS: tuple[tuple[str, Callable[[str], Reading | None]], ...] = (
    ("file_format", file_format.read),
    ("resolution", resolution.read),
    ("frame_rate", frame_rate.read),
    ("retention_days", retention.read),
    ("brand", brand.plainly),
)


def read(text: str, field: str) -> Reading | None:
    """`wrong_field:<field>` where a cleaned cell plainly is another field's value; None where it is nobody's."""
    for name, fits in _SHAPES:
        if fits(text):
            return _wrong(name)
    if _is_address(text):
        return _wrong("address")
    own = "resolution" if field == "max_resolution" else field
    for name, grammar in _READERS:
        if name == own or (name in ("frame_rate", "retention_days") and not re.search("[^\\d\\s.,/-]", text)):
            continue
        found = grammar(text)
        if found and found.rule in _SURE_RULES[name] and not found.canonical.startswith(("wrong_field:", "multiple:")):
            return _wrong(name)
    return None


def _wrong(name: str) -> Reading:
    return Reading(f"wrong_field:{name}", "medium", "another_column")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
