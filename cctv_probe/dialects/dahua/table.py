"""Dahua's answers: lines of `key=value`, where a key is a path such as `table.Encode[0].MainFormat[0].Video.FPS`. Pure.

Lines end with CR LF, LF or CR; blanks stand around either side; a key told twice counts as first told; lines without `=` are
passed over. Everything is bounded: lines, depth, indices, lengths.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_BYTES = 8 << 20
MOST_LINES = 100_000
MOST_NODES = 250_000
"""A recorder with 256 channels tells some 120,000."""
MOST_KEY = 400
MOST_VALUE = 2000
MOST_DEPTH = 12
MOST_INDEX = 2047

_PART = re.compile(r"\[\s*([0-9]{1,9})\s*\]|([^.\[\]]+)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,12})?")
_TRUE, _FALSE = frozenset({"true", "1", "on", "yes"}), frozenset({"false", "0", "off", "no"})


@dataclass(slots=True)
class Node:
    """One place in the tree of an answer. Names are compared without regard to case."""

    value: str | None = None
    children: dict[str, Node] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The children's names as they were written."""

    def at(self, *path: str | int) -> Node:
        """The node below; an empty one where there is none."""
        node = self
        for part in path:
            node = node.children.get(str(part).casefold()) or _NOTHING
        return node

    def text(self, *path: str | int) -> str | None:
        """The value below, None where it is missing or empty."""
        return self.at(*path).value or None

    def number(self, *path: str | int) -> float | None:
        """The value below as a finite number, or None."""
        text = (self.text(*path) or "").strip()
        found = float(text) if _NUMBER.fullmatch(text) else math.nan
        return found if math.isfinite(found) else None

    def whole(self, *path: str | int) -> int | None:
        """The value below as a whole number, or None."""
        found = self.number(*path)
        return int(found) if found is not None and found == int(found) else None

    def flag(self, *path: str | int) -> bool | None:
        """The value below as true or false, or None."""
        word = (self.text(*path) or "").casefold()
        return True if word in _TRUE else False if word in _FALSE else None

    def rows(self, *path: str | int) -> list[tuple[int, Node]]:
        """The numbered children below, in order."""
        found = [(int(name), child) for name, child in self.at(*path).children.items() if name.isdecimal()]
        return sorted(found, key=lambda row: row[0])

    def named(self, *path: str | int) -> Iterator[tuple[str, Node]]:
        """The children below with their names as written."""
        node = self.at(*path)
        for name, child in node.children.items():
            yield node.names.get(name, name), child

    def __bool__(self) -> bool:
        return self.value is not None or bool(self.children)


_NOTHING = Node()


def read(body: bytes) -> Node:
    """The tree of an answer. Never raises: what is no `key=value` line is no part of it."""
    root, left = Node(), MOST_NODES
    for line in re.split(r"\r\n|\n|\r", decoded(body[:MOST_BYTES]), maxsplit=MOST_LINES)[:MOST_LINES]:
        key, equals, value = line.partition("=")
        if equals and left > 0:
            left -= _put(root, key.strip(), value.strip()[:MOST_VALUE])
    return root


def decoded(body: bytes) -> str:
    """UTF-8; else the Thai of Windows, in which old firmware keeps Thai titles."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp874", "replace")


def _put(root: Node, key: str, value: str) -> int:
    """How many nodes it made."""
    node, made = root, 0
    for name, part in _steps(key):
        if name not in node.children:
            node.children[name] = Node()
            node.names[name] = part
            made += 1
        node = node.children[name]
    if node is not root and node.value is None:
        node.value = value
    return made


@lru_cache(maxsize=8192)
def _steps(key: str) -> tuple[tuple[str, str], ...]:
    """(name to compare, name as written) of each part. Page after page of a search has the same thousand keys."""
    return tuple((part.casefold(), part) for part in parts_of(key))


def parts_of(key: str) -> tuple[str, ...]:
    """`table.Encode[0].Video` → `table`, `Encode`, `0`, `Video`; empty for a key that is no path within bounds."""
    if not key or len(key) > MOST_KEY:
        return ()
    parts: list[str] = []
    at = 0
    while at < len(key):
        found = _PART.match(key, at)
        if found is None or len(parts) >= MOST_DEPTH:
            return ()
        if found[1] is not None and int(found[1]) > MOST_INDEX:
            return ()
        parts.append(str(int(found[1])) if found[1] is not None else found[2].strip())
        at = found.end()
        if key[at : at + 1] == ".":
            at += 1
    return tuple(parts)
