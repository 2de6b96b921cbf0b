"""Bytes of a text file as text: UTF-8, UTF-16, Windows-874/TIS-620, Windows-1252, told apart by evidence.

UTF-8 is believed where it decodes. Windows-874 is told from Western text by how Thai is spelled: vowels and tone marks
above and below stand behind a consonant. Text that was once decoded wrongly and saved again (`เธ…`, `à¸…`) is repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.compare.reading.file_type import is_utf_16

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "utf-32-le"),
    (b"\xff\xfe", "utf-16", "utf-16-le"),
    (b"\xfe\xff", "utf-16", "utf-16-be"),
)
_LOOKED_AT = 1 << 20
_WORN = 0.02
"""The share of broken bytes up to which a text is still UTF-8 (a file cut in the middle, a pasted line)."""
_THAI_MARK_SPELLED = re.compile("(?<=[\u0e01-\u0e2e\u0e30-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_THAI_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_THAI = re.compile("[\u0e01-\u0e5b]")
_TWICE_874 = re.compile("[\u0e40]\\s?[\u0e18\u0e19].")
_TWICE_1252 = re.compile("\u00e0[\u00b8\u00b9].")
_MOST_TWICE = 0.5
_LEAST_SPELLED = 0.6


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, the encoding it had, how many characters were lost, and whether it had been decoded wrongly once."""

    text: str
    encoding: str
    lost: int = 0
    repaired: bool = False


def decode(data: bytes) -> Decoded:
    """`data` as text. Never fails: what cannot be decoded becomes U+FFFD and is counted in `lost`."""
    found = _repaired(_decode(data))
    return Decoded(found.text.removeprefix("\ufeff"), found.encoding, found.text.count("\ufffd"), found.repaired)


def _decode(data: bytes) -> Decoded:
    for mark, name, codec in _BOMS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(codec, "replace"), name)
    start = data[:_LOOKED_AT]
    if is_utf_16(start):
        codec = "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
        return Decoded(data.decode(codec, "replace"), "utf-16")
    data = data.replace(b"\0", b"")  # stray nulls of a text in bytes
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _one_byte(data)


def _one_byte(data: bytes) -> Decoded:
    worn = data.decode("utf-8", "replace")
    beyond_ascii = sum(1 for character in worn[:_LOOKED_AT] if character > "\x7f")
    if worn[:_LOOKED_AT].count("\ufffd") <= _WORN * beyond_ascii:
        return Decoded(worn, "utf-8")
    thai = data.decode("cp874", "replace")
    if _spelled_as_thai(thai[:_LOOKED_AT]):
        return Decoded(thai, "cp874")
    return Decoded(data.decode("cp1252", "replace"), "cp1252")


def _spelled_as_thai(text: str) -> bool:
    """Whether the marks that Thai writes over and under letters stand over and under letters."""
    letters = len(_THAI.findall(text))
    beyond = sum(1 for character in text if character > "\x7f" and character not in "\u00a0–—‘’“”•…€")
    if not letters or letters < 0.8 * beyond:
        return False
    marks = len(_THAI_MARK.findall(text))
    if marks < 3:  # a handful of letters ("ที่", "กทม.") proves little; Thai is the likelier here
        return True
    return len(_THAI_MARK_SPELLED.findall(text)) >= _LEAST_SPELLED * marks


def _repaired(found: Decoded) -> Decoded:
    """Thai in UTF-8 that a program once read as Windows-874 or Windows-1252 and saved again."""
    start = found.text[:_LOOKED_AT]
    for pattern, codec, share in ((_TWICE_874, "cp874", _THAI), (_TWICE_1252, "cp1252", re.compile("[\u00a0-\u00ff]"))):
        hits, letters = len(pattern.findall(start)), len(share.findall(start))
        if hits >= 4 and hits * 3 >= _MOST_TWICE * letters:  # one word is no evidence
            text = "\n".join(_once(line, codec) for line in found.text.split("\n"))
            if len(_THAI.findall(text)) and _spelled_as_thai(text[:_LOOKED_AT]):
                return Decoded(text, found.encoding, 0, True)
    return found


def _once(line: str, codec: str) -> str:
    """One line decoded once instead of twice; as it was where that does not work."""
    raw = bytearray()
    for character in line:
        try:
            raw += character.encode(codec)
        except UnicodeEncodeError:
            if ord(character) > 0xFF:  # the last character that stands for one byte
                return line
            raw.append(ord(character))
    text = raw.decode("utf-8", "replace")
    return line if text.count("\ufffd") > len(text) // 4 else text
