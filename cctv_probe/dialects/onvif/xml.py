"""Reading XML that devices send: by local name, forgiving of what devices get wrong, unimpressed by attacks.

Entities are not resolved, nothing is fetched, size and depth are bounded; unbound prefixes, bad UTF-8 and missing ends are
read as far as they go (quirk 10).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from lxml import etree

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

MOST_BYTES = 4 << 20
MOST_ELEMENTS = 200_000
Element = etree._Element

EMPTY = Text(en="sent an empty answer", th="ส่งคำตอบว่างเปล่า")
NOT_SOAP = Text(en="sent something that is not a SOAP answer", th="คำตอบไม่ใช่ข้อความ SOAP")


def local(element: Element) -> str:
    """The element's name without namespace or (unbound) prefix."""
    tag = element.tag
    return _without_prefix(tag) if isinstance(tag, str) else ""


@functools.lru_cache(maxsize=4096)
def _without_prefix(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def parse(answer: bytes) -> Element:
    """The root element of a device's answer. Raises `StepError(MALFORMED | TOO_LARGE)`."""
    if len(answer) > MOST_BYTES:
        raise StepError(Ending.TOO_LARGE)
    if not answer.strip():
        raise StepError(Ending.MALFORMED, EMPTY)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(answer.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StepError(Ending.MALFORMED, NOT_SOAP) from error
    if root is None:
        raise StepError(Ending.MALFORMED, NOT_SOAP)
    return root


def children(element: Element, name: str) -> list[Element]:
    """Direct children called `name`."""
    return [child for child in element if local(child) == name]


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Everything below `element` called `name`, in document order."""
    for count, found in enumerate(element.iter()):
        if count > MOST_ELEMENTS:
            return
        if found is not element and local(found) == name:
            yield found


def find(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names, each a direct child of the one before."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if local(child) == name), None)
    return element


def text(element: Element | None, *path: str) -> str | None:
    """The text at a path, without white space around it; None where there is none."""
    found = find(element, *path)
    if found is None:
        return None
    value = "".join(map(str, found.itertext())).strip() if len(found) == 0 else (found.text or "").strip()
    return value or None


def uri(element: Element | None, *path: str) -> str | None:
    """A URI at a path; line breaks and blanks inside it are taken out (quirk 10)."""
    value = text(element, *path)
    return re.sub(r"\s+", "", value) if value else None


def number(element: Element | None, *path: str) -> float | None:
    """A finite, non-negative number at a path, or None."""
    value = text(element, *path)
    try:
        found = float(value) if value else None
    except ValueError:
        return None
    return found if found is not None and 0 <= found < 1e12 else None


def integer(element: Element | None, *path: str) -> int | None:
    """A non-negative whole number at a path, or None."""
    found = number(element, *path)
    return int(found) if found is not None else None


def attribute(element: Element, name: str) -> str | None:
    """An attribute by local name."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value).strip() or None
    return None
