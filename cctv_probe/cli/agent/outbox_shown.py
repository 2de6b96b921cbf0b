"""Rows of the outbox as lines and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cctv_probe.agent.outbox import Depth, Gathering, Row
from cctv_probe.agent.outbox.words import STATE_WORDS
from cctv_probe.cli.agent import outbox_words as words
from cctv_probe.cli.language import say
from cctv_probe.survey.safe_text import clean
from cctv_probe.wire.clock import utc_text


def rows_text(rows: Sequence[Row], depth: Depth, gathering: Sequence[Gathering]) -> str:
    """The list as a person reads it: one line a row, and what it comes to."""
    lines = [_line(row) for row in rows]
    lines += [
        say(words.GATHERS.with_(reason=gap.reason, count="?" if gap.count is None else gap.count, seqs=_spans(gap)))
        for gap in gathering
    ]
    total = words.WAITING.with_(
        queued=depth.queued, held=depth.held, quarantined=depth.quarantined, size=_size(depth.bytes)
    )
    return "\n".join([*lines, say(total)]) + "\n"


def _line(row: Row) -> str:
    told = f"{row.seq:>7}  {_time(row.created_utc):<20}  {row.kind:<7} {_size(row.bytes):>9}  {row.report_id}"
    return "  ".join(part for part in (told, say(STATE_WORDS[row.state]), clean(row.status)[:200]) if part)


def row_text(row: Row, receipt: Mapping[str, Any] | None, body: Mapping[str, Any] | None) -> str:
    """One row as a person reads it."""
    lines = [row.report_id, say(words.LINE.with_(seq=row.seq, state=STATE_WORDS[row.state]))]
    lines.append(say(words.MADE.with_(at=_time(row.created_utc), size=_size(row.bytes), kind=row.kind)))
    if row.digest:
        lines.append(f"SHA-256 {row.digest}")
    if row.attempts or row.status:
        tried = words.TRIED.with_(count=row.attempts, at=_time(row.next_try_utc), status=clean(row.status)[:500] or "-")
        lines.append(say(tried))
    if row.exported_utc:
        lines.append(say(words.EXPORTED_AT.with_(at=_time(row.exported_utc))))
    if row.reason:
        lines.append(say(words.GIVEN_UP.with_(reason=row.reason, gap=row.gap_seq or "-")))
    if body and isinstance(body.get("records"), list):
        named = body.get("manifest")
        lines.append(say(words.HOLDS.with_(records=len(body["records"]), cameras=len(named) if named else 0)))
    if receipt:
        told = {name: clean(str(receipt.get(name)))[:100] for name in ("status", "received_utc", "key_id")}
        lines.append(say(words.RECEIVED.with_(status=told["status"], at=told["received_utc"], key=told["key_id"])))
    return "\n".join(lines) + "\n"


def row_shape(row: Row) -> dict[str, Any]:
    """A row as JSON."""
    return {
        "seq": row.seq,
        "report_id": row.report_id,
        "kind": row.kind,
        "state": row.state,
        "created_utc": _text(row.created_utc),
        "digest": row.digest,
        "bytes": row.bytes,
        "body_kept": row.body_kept,
        "attempts": row.attempts,
        "next_try_utc": _text(row.next_try_utc),
        "status": row.status,
        "run_id": row.run_id,
        "family": row.family,
        "reason": row.reason,
        "gap_seq": row.gap_seq,
        "acked_utc": _text(row.acked_utc),
        "exported_utc": _text(row.exported_utc),
    }


def depth_shape(depth: Depth) -> dict[str, Any]:
    """What waits as JSON."""
    return {
        "queued": depth.queued,
        "bytes": depth.bytes,
        "oldest_utc": _text(depth.oldest_utc),
        "quarantined": depth.quarantined,
        "held": depth.held,
    }


def _spans(gap: Gathering) -> str:
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in gap.seqs[:20]]
    return ", ".join([*shown, "…"] if len(gap.seqs) > 20 else shown) or "?"


def _size(size: int | None) -> str:
    if size is None:
        return "?"
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"


def _text(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def _time(moment: datetime | None) -> str:
    return _text(moment) or "-"
