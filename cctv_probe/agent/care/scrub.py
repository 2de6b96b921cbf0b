"""What must not stand in a file that is handed to others: known secrets, logins, keys, and on request names and addresses.

Names and addresses become `name-1`, `ip-1`, `mac-1`: the same one each time, so that what belongs together stays together.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from cctv_probe.wire.redaction import MARK, Redactor

SHORTEST_NAME = 3
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)", re.S)
_TOKEN = re.compile(r"(?<![\w-])\d{7,8}[- ]?(?:[0-9A-HJ-NP-TV-Za-hj-np-tv-z]{5}[- ]?){5}[0-9A-Za-z]{2}(?![\w-])")
_SIGNED = re.compile(r"(?im)^((?:signature(?:-input)?|proxy-authorization|authorization|x-api-key)[ \t]*[:=])[^\r\n]*")
_YAML_SECRET = re.compile(
    r"(?im)^([ \t]*(?:-[ \t]+)?[\"']?(?:\w*(?:passw(?:or)?d|passwd|pwd|secret|token)\w*|user(?:name)?)[\"']?[ \t]*:[ \t]*)\S[^\r\n]*"
)
_MAC = re.compile(r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w{1,15})?(?![\w:])")
_OURS = {"127.0.0.1", "0.0.0.0", "::1", "::"}  # noqa: S104 - nobody listens: these say nothing of the network
_NAMED = re.compile(
    r"(?:^|_)(?:name|location|osd|position|host|hostname|latitude|longitude|serial|uuid|mac|scopes|certificate)(?:_|$)"
)
"""Keys and attributes of a survey that say what a camera or device is called, or where it is."""
_DEEPEST = 40
_HOW = {"standing", "source", "attribute", "subject", "role", "seen_at_utc", "evidence", "plus_minus", "method", "code"}
"""What stands beside a value and tells how it was learned."""


class Scrubber:
    """Cleans texts. `names` are what cameras and devices are called; None keeps names and addresses."""

    def __init__(self, passwords: Iterable[str], users: Iterable[str], names: Iterable[str] | None) -> None:
        self._redactor = Redactor(frozenset(passwords), frozenset(users))
        self._hide = names is not None
        wanted = {name for name in names or () if len(name) >= SHORTEST_NAME}
        ordered = sorted(wanted, key=lambda name: (-len(name), name))
        self._names = {spelling: f"name-{at}" for at, name in enumerate(ordered, 1) for spelling in _spellings(name)}
        longest = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest))) if longest else None
        self._seen: dict[str, str] = {}

    def text(self, text: str) -> str:
        """`text` without anything that must not leave."""
        text = _PEM.sub(MARK, text)
        text = _SIGNED.sub(rf"\1 {MARK}", text)
        text = self._redactor.raw(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        text = _TOKEN.sub(MARK, text)
        if not self._hide:
            return text
        if self._pattern:
            text = self._pattern.sub(lambda found: self._names[found[0]], text)
        text = _MAC.sub(lambda found: self._alias("mac", found[0].upper().replace("-", ":")), text)
        text = _IPV6.sub(self._address, text)
        return _IPV4.sub(self._address, text)

    def yaml(self, text: str) -> str:
        """A configuration file: values of keys that sound like logins go too, whatever they are."""
        return self.text(_YAML_SECRET.sub(rf"\1{MARK}", text))

    def _address(self, found: re.Match[str]) -> str:
        try:
            address = str(ipaddress.ip_address(found[0].partition("%")[0]))
        except ValueError:
            return found[0]
        return found[0] if address in _OURS else self._alias("ip", address)

    def _alias(self, kind: str, what: str) -> str:
        key = f"{kind} {what}"
        if key not in self._seen:
            self._seen[key] = f"{kind}-{sum(each.startswith(kind) for each in self._seen.values()) + 1}"
        return self._seen[key]


def _spellings(name: str) -> set[str]:
    """As it may stand in a text, in JSON, in a URL."""
    return {name, json.dumps(name, ensure_ascii=False)[1:-1], json.dumps(name)[1:-1], quote(name), quote(name, safe="")}


def names_in(shape: Any) -> set[str]:
    """What cameras and devices are called in a survey, or in what is remembered of one, and where they are."""
    found: set[str] = set()
    waiting = [(shape, 0, False)]
    while waiting:
        node, depth, named = waiting.pop()
        if depth >= _DEEPEST:
            continue
        if isinstance(node, list):
            waiting += [(item, depth + 1, named) for item in node]
        elif isinstance(node, dict):
            told = [(key, item) for key, item in node.items() if key not in _HOW and not key.startswith("why")]
            waiting += [(item, depth + 1, named or _is_named(node, key)) for key, item in told]
        elif named and isinstance(node, str | float):
            found.add(str(node).strip())
    return found


def _is_named(node: dict[str, Any], key: str) -> bool:
    if key == "name" and "view" in node:
        return False  # of a stream: `main`
    if key == "value":
        return isinstance(node.get("attribute"), str) and _NAMED.search(node["attribute"]) is not None
    if key == "id":
        return "id_basis" in node
    return _NAMED.search(key) is not None
