"""A body that the register does not take as it is, made into bodies that it may take. Pure.

A body never changes under its report id: what is made here are bodies of their own that say what they replace. A refused
report X becomes two parts `{of: X, number: 1 | 2, count: 2}`, each with its share of the manifest and the records of those
cameras, and a part may be parted again; `snapshot` stays that of the whole manifest. X is complete when X was accepted,
or a body with X's own `part` that replaces X, or both its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Protocol

from cctv_probe.contract.canonical import canonical
from cctv_probe.wire.clock import utc_text

Body = Mapping[str, Any]


class Slot(Protocol):
    """The place that the outbox gives a new body in the chain."""

    @property
    def report_id(self) -> str:
        """The new body's id."""
        ...

    @property
    def seq(self) -> int:
        """Its number in the chain."""
        ...

    @property
    def previous(self) -> str | None:
        """The digest of the body before it."""
        ...

    @property
    def created_utc(self) -> datetime | str:
        """When the place was given."""
        ...


Write = Callable[[Any], dict[str, Any]]
"""Slot → body; what the outbox asks for."""


@dataclass(frozen=True, slots=True)
class Halves:
    """Two bodies in the place of one."""

    first: Write
    second: Write


@dataclass(frozen=True, slots=True)
class Apart:
    """A body without some records (None where nothing is left to say), and those records in a body of their own."""

    rest: Write | None
    named: Write


def halves(body: Body) -> Halves | None:
    """Two bodies of about half the size each; None where nothing can be divided any more."""
    if body["kind"] == "records":
        records = body["records"]
        if len(records) < 2:
            return None
        at = _middle([_size(record) for record in records])
        return Halves(_records(body, body["answers"], records[:at]), _records(body, body["answers"], records[at:]))
    if body["kind"] != "report":
        return None
    ids = sorted({entry["id"] for entry in (*body["manifest"], *body["records"])})
    if len(ids) < 2:
        return None
    sizes = dict.fromkeys(ids, 0)
    for entry in (*body["manifest"], *body["records"]):
        sizes[entry["id"]] += _size(entry)
    at = _middle([sizes[name] for name in ids])
    return Halves(_part(body, set(ids[:at]), 1), _part(body, set(ids[at:]), 2))


def apart(body: Body, named: Collection[str]) -> Apart | None:
    """The records called `named` taken out of `body`; None where it holds none of them, or is nothing but a gap."""
    if body["kind"] not in ("report", "records"):
        return None
    out = [record for record in body["records"] if record["id"] in named]
    kept = [record for record in body["records"] if record["id"] not in named]
    if not out:
        return None
    if body["kind"] == "records":
        return Apart(_records(body, body["answers"], kept) if kept else None, _records(body, body["answers"], out))
    return Apart(_remainder(body, kept), _records(body, body["report_id"], out))


def again(body: Body) -> Write:
    """The same body under a new report id."""
    if body["kind"] == "report":
        return _remainder(body, body["records"])
    return lambda slot: {**body, **_placed(slot)}


def record_ids(body: Body) -> tuple[str, ...]:
    """The ids of the records that `body` carries."""
    return tuple(record["id"] for record in body.get("records", ()))


def _part(body: Body, ids: Collection[str], number: int) -> Write:
    return lambda slot: {
        **body,
        **_placed(slot),
        "part": {"of": body["report_id"], "number": number, "count": 2},
        "replaces": body["report_id"],
        "manifest": [entry for entry in body["manifest"] if entry["id"] in ids],
        "records": [record for record in body["records"] if record["id"] in ids],
    }


def _remainder(body: Body, records: Sequence[Body]) -> Write:
    return lambda slot: {**body, **_placed(slot), "replaces": body["report_id"], "records": list(records)}


_ENVELOPE = ("contract", "agent_id", "lao_code", "clock_offset_s", "program")


def _records(body: Body, answers: str, records: Sequence[Body]) -> Write:
    return lambda slot: {
        **{name: body[name] for name in _ENVELOPE},
        **_placed(slot),
        "kind": "records",
        "answers": answers,
        "records": list(records),
    }


def _placed(slot: Slot) -> dict[str, Any]:
    created = slot.created_utc
    return {
        "report_id": slot.report_id,
        "seq": slot.seq,
        "previous": slot.previous,
        "created_utc": created if isinstance(created, str) else utc_text(created),
    }


def _size(entry: Body) -> int:
    return len(canonical(entry))


def _middle(sizes: Sequence[int]) -> int:
    """Where to cut so that both sides weigh about the same; neither is empty."""
    total = sum(sizes)
    cut = next((at for at, weight in enumerate(accumulate(sizes), start=1) if weight * 2 >= total), 1)
    return min(max(cut, 1), len(sizes) - 1)
