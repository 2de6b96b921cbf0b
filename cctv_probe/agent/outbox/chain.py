"""The head of the chain beside the outbox (`chain.json`): survives a database that does not."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cctv_probe.agent.outbox.disk import replace_file

_MOST_BYTES = 64 << 10
_MOST_SEQ = 2**53


@dataclass(frozen=True, slots=True)
class Head:
    """The last number given out and the digest of its body; `waiting_from` is the first number that may not have been
    delivered when this was written; `heading` is what gap bodies begin with."""

    seq: int
    digest: str | None
    waiting_from: int
    heading: Mapping[str, Any] | None


def read_head(path: Path) -> Head | None:
    """The head as last noted; None where there is none that can be understood."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        return None
    return parse_head(data)


def parse_head(data: bytes) -> Head | None:
    """The head that these bytes tell of, else None."""
    try:
        found = json.loads(data.decode("utf-8")) if len(data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    seq, digest, since = found.get("seq"), found.get("digest"), found.get("waiting_from")
    if not isinstance(digest, str | None) or not isinstance(seq, int) or not isinstance(since, int):
        return None
    if isinstance(seq, bool) or not 0 <= seq < _MOST_SEQ or not 0 <= since < _MOST_SEQ:
        return None
    heading = found.get("heading")
    return Head(seq, digest, max(1, since), heading if isinstance(heading, dict) else None)


def write_head(path: Path, head: Head) -> None:
    """Note the head: all of it or nothing, on disk when this returns. Raises OSError."""
    if path.is_dir():
        with contextlib.suppress(OSError):
            path.rename(path.with_name(path.name + ".corrupt"))
    shape = {
        "seq": head.seq,
        "digest": head.digest,
        "waiting_from": head.waiting_from,
        "heading": dict(head.heading) if head.heading else None,
    }
    replace_file(path, json.dumps(shape, ensure_ascii=False, sort_keys=True).encode() + b"\n")
