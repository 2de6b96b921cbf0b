"""Text into HTML: everything is cleaned and escaped here, and nowhere else."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping

from cctv_probe.model.words import Language, Text
from cctv_probe.survey.safe_text import clean

_LONGEST_SENTENCE = 1200


def safe(text: object, limit: int = _LONGEST_SENTENCE) -> str:
    """`text` for element content and quoted attributes."""
    return html.escape(clean(str(text), limit), quote=True)


def tag(name: str, content: str, *, kind: str = "", **attributes: str) -> str:
    """An element around `content`, which is HTML already; `kind` is its class. Attribute values are escaped."""
    pairs = {"class": kind, **{key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}}
    written = "".join(f' {key}="{safe(value)}"' for key, value in pairs.items() if value)
    return f"<{name}{written}>{content}</{name}>"


def table(head: list[str], rows: list[list[str]], *, kind: str = "") -> str:
    """A table whose cells are HTML already; its head repeats on every printed page."""
    top = tag("thead", tag("tr", "".join(tag("th", cell, scope="col") for cell in head)))
    body = tag("tbody", "\n".join(tag("tr", "".join(tag("td", cell) for cell in row)) for row in rows))
    return tag("div", tag("table", f"{top}\n{body}", kind=kind), kind="wide")


def picture(jpeg: bytes, described: str) -> str:
    """A JPEG file inside the page; nothing where the bytes are no JPEG."""
    if not jpeg.startswith(b"\xff\xd8\xff"):
        return ""
    data = base64.b64encode(jpeg).decode("ascii")
    return f'<img class="thumbnail" alt="{safe(described)}" src="data:image/jpeg;base64,{data}">'


class Page:
    """Writes sentences in one language."""

    def __init__(
        self,
        language: Language,
        pictures: Mapping[tuple[str, int], bytes] | None = None,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language
        self.pictures = pictures or {}
        """Small JPEG pictures by (address, channel)."""
        self.addresses = addresses or {}
        """The address of each device by its id."""

    def __call__(self, text: Text) -> str:
        """`text` in the page's language, escaped."""
        return safe(text.in_(self.language))
