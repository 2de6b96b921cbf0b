"""Field 11: `codec=…;container=…;variant=…`, several of them, or why it is none. Codec and container are kept apart."""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass, field

from cctv_probe.compare.normalise.reading import Confidence, Reading, least, several
from cctv_probe.compare.normalise.tables import either, rows, squeezed

_H26 = (
    r"(?P<smart>(?:smart|ultra|ai|สมาร์ท|อัลตร้า)[\s\-]*(?=[hx\d.เ]))?(?P<h>(?:mpeg|[hx]|เอ[็]?ช|เฮช|ฮ)[\s.\-_]*)?"
    r"(?<!\d)2[\s.]?(?P<digits>6[\s.]?[3-6]|56|46)(?!\d)"
    r"(?P<plus>\s*(?:\++|plus|พลัส|บวก|pro\+?|(?<=\d)[xs](?![a-z0-9])|smart|zipstream|wisestream))?(?P<profile>(?<=\d)[bhm](?![a-z]))?"
)
_TYPOS = {"56": "65", "46": "64"}
_OTHER_FIELD = re.compile(r"\d{3,4}\s*[x*]\s*\d{3,4}p?|\b(?:720|1080|1440|2160)p\b|\d+\s*(?:fps|เฟรม\S*|[km]bps)")


@dataclass(slots=True)
class _Found:
    """Codecs (with their variant) and containers in the order in which they were written."""

    codecs: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    confidence: Confidence = "high"
    variant: bool = False
    before: bool = False
    """Whether a container was written before any codec (only `WMV` is given so)."""


@functools.cache
def _pattern() -> re.Pattern[str]:
    words = either(row["word"] for row in rows("formats"))
    return re.compile(rf"(?P<h26>{_H26})|(?P<word>{words})|(?P<strange>[a-z0-9\u0e01-\u0e4e]+)")


@functools.cache
def _meanings() -> dict[str, tuple[str, str]]:
    return {_form(row["word"]): (row["kind"], row["value"] or "") for row in rows("formats")}


def read(text: str) -> Reading | None:
    """What a cleaned cell of field 11 says; None where it names no format."""
    text = text.casefold()
    found = _Found()
    stripped = _OTHER_FIELD.sub(" ", text)
    extension = _extension(stripped.strip())
    if extension:
        return extension
    if stripped != text:
        found.confidence = "medium"
    for match in _pattern().finditer(stripped):
        _take(match, found)
    return _canonical(found)


def _extension(text: str) -> Reading | None:
    """A bare file extension: `.h264` is a raw stream, `.nvr` some recorder's own format."""
    named = re.fullmatch(r"(?:(?:ไฟล์|file|นามสกุล(?:ไฟล์)?)\s*)?[*]?\.([a-z0-9]{2,5})(?:\s*(?:file|files))?", text)
    if not named:
        return None
    name = named[1]
    if raw := re.fullmatch(r"h?26([456])|hevc|avc", name):
        codec = "h265" if name == "hevc" else "h264" if name == "avc" else f"h26{raw[1]}"
        return Reading(f"codec={codec};container=raw", "high", "extension")
    if name in ("nvr", "dvr", "xvr"):
        return Reading("container=proprietary", "high", "extension")
    return None


def _take(match: re.Match[str], found: _Found) -> None:
    if match["h26"]:
        _h26(match, found)
        return
    kind, value = _meanings().get(_form(match[0]), ("strange", "")) if match["word"] else ("strange", "")
    match kind:
        case "codec":
            found.codecs.append(f"codec={value}")
        case "smart":
            found.codecs.append(f"codec={value};variant=smart")
        case "container":
            found.containers.append(f"container={value}")
        case "both":
            codec, _, container = value.partition("/")
            found.codecs.append(f"codec={codec}")
            found.containers.append(f"container={container}")
            found.before = True
        case "variant":
            found.variant = True
        case "strange":
            found.confidence = "medium"
        case _:
            found.kinds.add(kind)


def _h26(match: re.Match[str], found: _Found) -> None:
    digits = re.sub(r"\D", "", match["digits"])
    if not match["h"] and digits in _TYPOS:
        found.kinds.add("generic")
        return
    if digits in _TYPOS or not (match["h"] or match["smart"]):
        found.confidence = "medium"
    codec = f"codec=h2{_TYPOS.get(digits, digits)}"
    found.codecs.append(f"{codec};variant=smart" if match["smart"] or match["plus"] else codec)


def _canonical(found: _Found) -> Reading | None:
    if found.variant:
        found.codecs = [codec if ";" in codec else f"{codec};variant=smart" for codec in found.codecs] or [
            "variant=smart"
        ]
    codecs, containers = list(dict.fromkeys(found.codecs)), list(dict.fromkeys(found.containers))
    if not codecs and not containers:
        return _nothing_sure(found)
    confidence = found.confidence
    if "mpeg4" in found.kinds and not codecs:
        return Reading("suspect:mpeg4", "medium", "mpeg4_says_little")
    if "mpeg4" in found.kinds or codecs == ["variant=smart"]:
        confidence = least("medium", confidence)
    if "recorder" in found.kinds or "mpeg" in found.kinds:
        confidence = "medium"
    if (
        len(codecs) > 1
        and len(codecs) == 2
        and any(f"{codec};variant=smart" in codecs for codec in codecs)
        and "and" not in found.kinds
    ):
        confidence = "medium"
    rule = "codec_and_container" if codecs and containers else "codec" if codecs else "container"
    if not codecs or not containers:
        return Reading(several(codecs or containers), confidence, rule)
    pairs = [_pair(codec, container, found.before) for codec, container in itertools.product(codecs, containers)]
    return Reading(several(pairs), confidence if len(pairs) == 1 else least("medium", confidence), rule)


def _pair(codec: str, container: str, container_first: bool) -> str:
    if container_first:
        return f"{container};{codec}"
    name, _, variant = codec.partition(";")
    return f"{name};{container};{variant}" if variant else f"{name};{container}"


def _nothing_sure(found: _Found) -> Reading | None:
    if "mpeg4" in found.kinds:
        return Reading("suspect:mpeg4", "medium", "mpeg4_says_little")
    if "mpeg" in found.kinds:
        return Reading("suspect:mpeg", "medium", "mpeg_says_little")
    if "recorder" in found.kinds:
        return Reading("wrong_field:recorder", "medium", "recorder_word")
    if "audio" in found.kinds:
        return Reading("wrong_field:audio", "medium", "audio_word")
    return Reading("suspect:still_picture", "medium", "picture_word") if "picture" in found.kinds else None


def _form(word: str) -> str:
    return squeezed(word)
