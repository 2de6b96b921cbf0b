"""The form of the audit log: lines that each hold the hash of the one before, the head that knows the end, the files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cctv_probe.contract.canonical import NotCanonicalError, canonical
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import utc_text
from cctv_probe.wire.redaction import Redactor

MOST_LINE_BYTES = 64 << 10
MOST_FACTS_BYTES = 16 << 10
_KEYS = {"seq", "at_utc", "event", "facts", "previous", "hash"}
_REDACT = Redactor()
_OLD = re.compile(r"-(\d{12})$")


class NotALineError(Exception):
    """Bytes that are no line of an audit log."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `previous` and `hash` are SHA-256 in lower-case hex; `previous` is None only in the very first line."""

    seq: int
    at_utc: str
    event: str
    facts: Mapping[str, Any]
    previous: str | None
    hash: str

    @classmethod
    def made(cls, seq: int, previous: str | None, at: datetime, event: str, facts: Mapping[str, object]) -> Line:
        """A new line with its hash. Facts that are no JSON are written as text, over-long ones as their size and hash."""
        at_utc = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        tidy = _bounded({name: _plain(value) for name, value in facts.items()})
        content = {"seq": seq, "at_utc": at_utc, "event": event[:80], "facts": tidy, "previous": previous}
        return cls(seq, at_utc, event[:80], tidy, previous, _hash(content))

    @classmethod
    def read(cls, raw: bytes) -> Line:
        """A line as it stands in a file, its hash not yet compared. Raises `NotALineError`."""
        try:
            if len(raw) > MOST_LINE_BYTES:
                raise NotALineError
            value = json.loads(raw, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise NotALineError from error
        if not isinstance(value, dict) or set(value) != _KEYS or not _well_typed(value):
            raise NotALineError
        return cls(**value)

    @property
    def sound(self) -> bool:
        """Whether the hash is that of the content."""
        try:
            return self.hash == _hash({name: value for name, value in self._content().items() if name != "hash"})
        except (NotCanonicalError, RecursionError):
            return False

    def written(self) -> bytes:
        """The line as it stands in the file, its newline included."""
        return canonical(self._content()) + b"\n"

    def _content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _KEYS}


@dataclass(frozen=True, slots=True)
class Head:
    """What must be there: the first line that was not given up yet, and the last one written."""

    first_seq: int
    first_previous: str | None
    last_seq: int
    last_hash: str

    def written(self) -> bytes:
        """The content of the head file."""
        return canonical({name: getattr(self, name) for name in self.__slots__}) + b"\n"

    @classmethod
    def read(cls, raw: bytes) -> Head | None:
        """The head, or None where the bytes are none."""
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict) or set(value) != set(cls.__slots__):
            return None
        numbers = [value["first_seq"], value["last_seq"]]
        if not all(type(number) is int and number >= 1 for number in numbers) or not isinstance(
            value["last_hash"], str
        ):
            return None
        return cls(**value) if value["first_previous"] is None or isinstance(value["first_previous"], str) else None


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one audit log whose newest is `current`: older ones beside it, its head and its lock."""

    current: Path

    @property
    def head(self) -> Path:
        """Where the end is known."""
        return self.current.with_suffix(".head.json")

    @property
    def lock(self) -> Path:
        """Held while a line is written."""
        return self.current.with_suffix(".lock")

    def old(self, first_seq: int) -> Path:
        """The name of an older file that begins with line `first_seq`."""
        return self.current.with_name(f"{self.current.stem}-{first_seq:012d}{self.current.suffix}")

    def olds(self) -> list[Path]:
        """The older files, oldest first."""
        found = self.current.parent.glob(f"{self.current.stem}-*{self.current.suffix}")
        return sorted(path for path in found if _OLD.search(path.stem))

    def all(self) -> list[Path]:
        """Every file with lines, oldest first."""
        return [*self.olds(), *([self.current] if self.current.exists() else [])]

    def read_head(self) -> Head | None:
        """The head, or None where there is none that can be read. Raises OSError other than a missing file."""
        try:
            return Head.read(self.head.read_bytes()[:4096])
        except FileNotFoundError:
            return None


def first_line(path: Path) -> Line | None:
    """The first line of a file; None where it has none that can be read."""
    try:
        with path.open("rb") as file:
            return Line.read(file.readline(MOST_LINE_BYTES + 1))
    except (OSError, NotALineError):
        return None


def _hash(content: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def _well_typed(value: Mapping[str, object]) -> bool:
    texts = all(isinstance(value[name], str) for name in ("at_utc", "event", "hash"))
    chained = value["previous"] is None or isinstance(value["previous"], str)
    return texts and chained and type(value["seq"]) is int and isinstance(value["facts"], dict)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _plain(value: object, depth: int = 0) -> Any:
    """`value` as JSON, without logins in URLs; whatever JSON does not know becomes text."""
    if isinstance(value, str):
        return _REDACT.text(value.encode("utf-8", "replace").decode())
    if isinstance(value, Text):
        return {"en": _plain(value.en), "th": _plain(value.th)}
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, Mapping) and depth < 6:
        return {_plain(str(name)): _plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < 6:
        return [_plain(item, depth + 1) for item in value]
    try:
        canonical(value)
    except NotCanonicalError:
        return _plain(str(value))
    return value


def _bounded(facts: dict[str, Any]) -> dict[str, Any]:
    written = canonical(facts)
    if len(written) <= MOST_FACTS_BYTES:
        return facts
    return {"too_long_bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}
