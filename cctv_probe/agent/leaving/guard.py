"""The last check before anything leaves: no password, no login, no picture, no raw answer, whatever the rooms before let by.

Every string of a record passes here. Words of this program (endings, standings, sources) must look like it; identifiers in which a
password stands become a digest of themselves, so that a camera stays one camera; everything else loses passwords, user
names, user info of URLs and secrets of queries, control characters, blobs, and what is too long. What still holds a secret
after that is refused.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cctv_probe.survey.safe_text import clean
from cctv_probe.wire.credentials import Credentials
from cctv_probe.wire.redaction import MARK, Redactor

Json = dict[str, Any]

LONGEST_TEXT = 2_000
LONGEST_ID = 400
MOST_ITEMS = 4_000
DEEPEST = 24
REMOVED = "[removed]"
_CACHED = 50_000
_SHORTEST_SECRET = 4
"""Shorter passwords stand in every second serial number and protect nothing."""

_WORD = re.compile(r"[A-Za-z0-9_.:+\-/]{1,100}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z")
_BLOB = re.compile(
    r"(?:data:[^\s,]{0,100},)?[A-Za-z0-9+/_=\-]{180,}|(?:/9j/|iVBORw0KGgo|R0lGOD)[A-Za-z0-9+/=]{16,}|data:[^\s]{0,2000};base64,\S*"
)
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}\x07?)")
_RAW = re.compile(
    r"(?is)<(?:\?xml|!doctype|html|[\w.-]+:(?:envelope|body)|envelope)\b.*|HTTP/1\.[01] [0-9]{3}.*|RTSP/1\.0 [0-9]{3}.*"
)

_WORDS = frozenset(
    {
        "standing", "source", "role", "attribute", "ending", "code", "severity", "kind", "id_basis", "scope_class", "verdict",
        "direction", "seen_by", "why_unknown_code", "seed", "zone", "date", "codec", "container", "lao_code",
    }
)  # fmt: skip
_IDS = frozenset({"id", "device_id", "serial", "mac", "uuid", "certificate_sha256", "formerly"})
_ADDRESSES = frozenset({"address", "device", "other_addresses"})


class GuardError(Exception):
    """Something stands in a record that must not leave, and cannot be taken out. Its message names the place, never the thing."""


class Guard:
    """Cleans records. `passwords` and `users` are those of the credentials that the scans had."""

    def __init__(self, passwords: frozenset[str] = frozenset(), users: frozenset[str] = frozenset()) -> None:
        self._redactor = Redactor(passwords, users)
        self.passwords = frozenset(secret for secret in passwords if len(secret) >= _SHORTEST_SECRET)
        self._in_ids = Redactor(self.passwords)
        self._users = [
            re.compile(rf"(?<![\w-]){re.escape(user)}(?![\w-])")
            for user in sorted(users, key=len, reverse=True)
            if user
        ]
        self._free = lru_cache(_CACHED)(self._clean_free)
        self._rules: Mapping[str, Callable[[str], str]] = {
            **dict.fromkeys(_WORDS, self._word),
            **dict.fromkeys(_IDS, self._id),
            **dict.fromkeys(_ADDRESSES, self._address),
            "evidence": self._digest,
            "seen_at_utc": self._time,
            "absent_since_utc": self._time,
            "gaps": self._time,
            "step": self._step,
        }

    @classmethod
    def of(cls, credentials: Credentials) -> Guard:
        """The guard for what scans with these credentials found."""
        return cls(credentials.secrets(), credentials.users())

    def record(self, record: Mapping[str, Any]) -> Json:
        """The record as it may leave. Raises GuardError."""
        return {self._name(name): self._value(part, self._name(name), 1) for name, part in record.items()}

    def text(self, text: str) -> str:
        """A sentence or a name as it may leave."""
        return self._free(text)

    def name(self, identifier: str) -> str:
        """An identifier as it may leave; the same for the same one."""
        return self._id(identifier)

    def _value(self, value: object, key: str, depth: int) -> object:
        if depth > DEEPEST:
            raise GuardError(f"nested too deeply in {key}")
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self._rules.get(key, self._free)(value)
        if isinstance(value, Mapping):
            return {self._name(name): self._value(part, self._name(name), depth + 1) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value(part, key, depth + 1) for part in value[:MOST_ITEMS]]
        raise GuardError(f"{type(value).__name__} in {key}")

    def _name(self, name: object) -> str:
        """A key: this program's own, or one of a value that a device named."""
        text = str(name)
        return text if re.fullmatch(r"[a-z0-9_]{1,64}", text) else self._free(text)[:64]

    def _word(self, text: str) -> str:
        return text if _WORD.fullmatch(text) else self._free(text)

    def _digest(self, text: str) -> str:
        if not _SHA256.fullmatch(text):
            raise GuardError("evidence that is no digest")
        return text

    def _time(self, text: str) -> str:
        return text if _UTC.fullmatch(text) else self._free(text)

    def _address(self, text: str) -> str:
        try:
            ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return self._free(text)
        return text

    def _id(self, text: str) -> str:
        tidy = clean(text, LONGEST_ID)
        if tidy == text and self._in_ids.text(text) == text and not _BLOB.search(text):
            return text
        head = (
            text.partition(":")[0] if re.fullmatch(r"(?:serial|mac|certificate|address):.*", text, re.S) else "hidden"
        )
        return f"{head}:hidden-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"

    def _step(self, text: str) -> str:
        head, blank, rest = text.partition(" ")
        return f"{self._word(head)}{blank}{self._free(rest)}"

    def _clean_free(self, text: str) -> str:
        """Logins go before the cleaning, which may join what control characters kept apart, and after it, which may too."""
        tidy = self._without_logins(_ESCAPE.sub(" ", text[: LONGEST_TEXT * 4]))
        tidy = _RAW.sub(REMOVED, _BLOB.sub(REMOVED, clean(tidy, LONGEST_TEXT * 2)))
        return self._checked(clean(self._without_logins(tidy), LONGEST_TEXT) or ("-" if text else ""))

    def _without_logins(self, text: str) -> str:
        text = self._redactor.text(text)
        for user in self._users:
            text = user.sub(MARK, text)
        return text

    def _checked(self, text: str) -> str:
        if any(secret in text for secret in self.passwords):
            raise GuardError("a password that cannot be taken out")
        return text
