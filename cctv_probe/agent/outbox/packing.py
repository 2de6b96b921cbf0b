"""Bodies as they are kept and sent: canonical JSON, compressed; and back, bounded. Pure."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cctv_probe.agent.outbox.terms import Slot
from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.terms import CONTRACT

_GZIP = 16 + zlib.MAX_WBITS
MOST_BYTES = 256 << 20
"""Of one body; the register takes less at once (`contract.terms`), so that larger ones are sent in parts."""


class UnreadableError(ValueError):
    """The kept bytes are not what was once kept."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A body's compressed bytes, and the digest of its canonical ones."""

    digest: str
    gz: bytes


def completed(kind: str, written: Mapping[str, Any], slot: Slot) -> dict[str, Any]:
    """The body with its place in the chain. Raises ValueError where the writer contradicts it."""
    place = {
        "contract": CONTRACT,
        "kind": kind,
        "report_id": slot.report_id,
        "seq": slot.seq,
        "previous": slot.previous,
        "created_utc": slot.created_utc,
    }
    wrong = [name for name, value in place.items() if name in written and written[name] != value]
    if wrong:
        raise ValueError(f"the body contradicts its slot: {', '.join(wrong)}")
    return {**written, **place}


def packed(body: Mapping[str, Any]) -> Packed:
    """The body, canonical and compressed; the same body gives the same bytes. Raises NotCanonicalError, ValueError."""
    plain = canonical(body)
    if len(plain) > MOST_BYTES:
        raise ValueError(f"a body of {len(plain)} bytes")
    return Packed(hashlib.sha256(plain).hexdigest(), gzip.compress(plain, 6, mtime=0))


def unpacked(gz: bytes, digest: str | None) -> bytes:
    """The canonical bytes. Raises UnreadableError where they are not those of `digest` (any, where it is None)."""
    reader = zlib.decompressobj(_GZIP)
    try:
        plain = reader.decompress(gz, MOST_BYTES)
    except zlib.error as error:
        raise UnreadableError(str(error)) from error
    if not reader.eof or reader.unused_data:
        raise UnreadableError("not one whole gzip member of a size that is allowed")
    if digest is not None and hashlib.sha256(plain).hexdigest() != digest:
        raise UnreadableError("its digest differs")
    return plain


def place_of(plain: bytes) -> tuple[str, int, str, str, str | None, str | None, str | None]:
    """(report_id, seq, kind, created_utc, previous, run id, the report it replaces) of canonical bytes. Raises
    UnreadableError."""
    try:
        body = json.loads(plain)
        place = body["report_id"], body["seq"], body["kind"], body["created_utc"], body["previous"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableError("no body") from error
    run, replaces = body.get("run"), body.get("replaces")
    run_id = run.get("id") if isinstance(run, dict) else None
    told = (*place, run_id, replaces)
    if not isinstance(told[1], int) or not all(isinstance(one, str) for one in (told[0], *told[2:4])):
        raise UnreadableError("no body")
    if not all(isinstance(one, str | None) for one in told[4:]):
        raise UnreadableError("no body")
    return told
