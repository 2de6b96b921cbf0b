"""The bodies that leave, from what was selected. Pure: a slot of the outbox and values in, a dict of the wire contract out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cctv_probe.agent.config import Activity
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.present import Present
from cctv_probe.agent.leaving.records import Selection, counts, wanted
from cctv_probe.contract.report import snapshot_digest
from cctv_probe.contract.terms import CONTRACT

Json = dict[str, Any]
_MOST_RANGES = 10_000
_LONGEST_RANGE = 100


class Numbered(Protocol):
    """The place that the outbox gives a body: `created_utc` is text, `previous` the digest of the body before."""

    @property
    def report_id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def previous(self) -> str | None: ...
    @property
    def created_utc(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Author:
    """Who reports: as enrolled, with the program's name and version, and the register's time minus this machine's."""

    agent_id: str
    lao_code: str
    program: str
    clock_offset_s: float | None = None


def told_of_scan(survey: Mapping[str, Any], activity: Activity, present: Present, guard: Guard) -> Json:
    """What a report says of its scan beside the cameras: `run` and `counts`."""
    run = survey["run"]
    return {
        "run": {
            "id": guard.name(str(run["id"])[:100]),
            "activity": activity,
            "started_utc": run["started_utc"],
            "finished_utc": run["finished_utc"],
            "complete": run["complete"],
            "addresses_tried": run["addresses_tried"],
            "ranges": [guard.text(str(each))[:_LONGEST_RANGE] for each in run["ranges"][:_MOST_RANGES]],
        },
        "counts": counts(present, survey),
    }


def report_body(slot: Numbered, author: Author, selection: Selection) -> Json:
    """The body of kind `report`; `selection.present.last` holds what it says of the scan."""
    manifest = list(selection.manifest)
    last = selection.present.last or {}
    return {
        **_envelope("report", slot, author),
        "run": last["run"],
        "part": None,
        "replaces": None,
        "snapshot": snapshot_digest(manifest),
        "manifest": manifest,
        "records": selection.records(),
        "counts": last["counts"],
        "confirmed": {name: selection.present.confirmed.get(name) for name in ("reading", "measuring", "footage")},
    }


def records_body(slot: Numbered, author: Author, present: Present, digests: Iterable[str], answers: str) -> Json | None:
    """The body of kind `records` for what a receipt asked for; None where nothing of it stands any more. `answers` is the report
    whose receipt asked."""
    found = wanted(present, digests)
    return {**_envelope("records", slot, author), "answers": answers, "records": found} if found else None


def _envelope(kind: str, slot: Numbered, author: Author) -> Json:
    return {
        "contract": CONTRACT,
        "kind": kind,
        "report_id": slot.report_id,
        "agent_id": author.agent_id,
        "lao_code": author.lao_code,
        "seq": slot.seq,
        "previous": slot.previous,
        "created_utc": slot.created_utc,
        "clock_offset_s": author.clock_offset_s,
        "program": author.program,
    }
