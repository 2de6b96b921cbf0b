"""Cells in which nothing is declared: never a zero, never an empty list."""

from __future__ import annotations

import functools
import re

from cctv_probe.compare.normalise.reading import Reading
from cctv_probe.compare.normalise.tables import rows

_AROUND = re.compile(r"^[\s()\[\]{}<>\"'*:=]+|[\s()\[\]{}<>\"'*:=!]+$")
_ONLY_SIGNS = re.compile(r"[\s\-_.,/\\*=~:;|#+'\"()\[\]]*")
_POLITE = re.compile(r"(?:ครับ|ค่ะ|นะครับ|นะคะ)$")


@functools.cache
def _tokens() -> dict[str, str]:
    return {_form(row["token"]): row["value"] for row in rows("missing")}


def read(text: str) -> Reading | None:
    """`missing`, `unknown` or `broken` where the whole of a cleaned cell says so."""
    text = text.casefold()
    if _ONLY_SIGNS.fullmatch(text):
        return Reading("missing", "high", "empty" if not text else "missing_token")
    form = _form(_POLITE.sub("", _AROUND.sub("", text)))
    value = _tokens().get(form) or ("missing" if re.fullmatch(r"x{1,8}", form) else None)
    if value is None and re.fullmatch(r"[\s?]+", text):
        value = "unknown"
    return Reading(value, "high", f"{value}_token") if value else None


def read_alone(text: str) -> Reading:
    """The same for the field `missing`: `present` for a cell that declares something."""
    return read(text) or Reading("present", "high", "something_written")


def _form(token: str) -> str:
    return re.sub(r"[\s.]+", "", token) or token.strip()
