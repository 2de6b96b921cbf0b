"""What a file is, told from its first bytes: people rename `.xls`, `.html` and `.pdf` to `.csv`."""

from __future__ import annotations

import re
from typing import Literal

FileType = Literal[
    "zip", "password", "text",
    "pdf", "picture", "xls", "archive", "html", "xml", "json", "rtf", "binary",
]  # fmt: skip

_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"{\\rtf", "rtf"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I)
_LOOKED_AT = 4096
_MOST_CONTROLS = 0.02
_LEAST_NULLS = 0.01


def file_type(data: bytes) -> FileType:
    """The kind of file that `data` holds. Office documents are `zip`; a workbook locked with a password, `password`."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(_OLE):
        return "password" if _ENCRYPTED in data[: 1 << 20] else "xls"
    start = data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<":
        return "html" if _HTML.search(start) else "xml"
    if start[:1] in (b"{", b"[") and re.match(rb'[{\[]\s*(?:["{\[]|$)', start):
        return "json"
    return "binary" if _binary(data[:_LOOKED_AT]) else "text"


def _binary(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or is_utf_16(start):
        return False
    controls = sum(1 for byte in start if byte < 0x20 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b")
    return controls > _MOST_CONTROLS * max(len(start), 1)


def is_utf_16(start: bytes) -> bool:
    """Whether text without a byte-order mark has two bytes a letter: nearly every null stands on one side of the pairs."""
    few, many = sorted((start[::2].count(0), start[1::2].count(0)))
    return many > 0 and many >= _LEAST_NULLS * len(start) and few * 20 <= many
