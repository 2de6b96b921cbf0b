"""The title of a web page, read without an HTML parser."""

from __future__ import annotations

import re

_LONGEST_BODY = 65_536
_TITLE = re.compile(r"(?is)<title[^>]{0,200}>(.{0,512}?)</title")


def page_title(body: str) -> str:
    """The first title of a page, in one line; empty where there is none."""
    found = _TITLE.search(body[:_LONGEST_BODY])
    return " ".join(found[1].split()) if found else ""
