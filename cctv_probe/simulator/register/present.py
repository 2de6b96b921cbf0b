"""Which cameras an agent reports now, from all its reports: the newest whole manifest, and the shares of one not yet whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cctv_probe.simulator.register import canonical
from cctv_probe.simulator.register.store import Committed


@dataclass(frozen=True, slots=True)
class Present:
    """A camera of the manifest; record: None where the register lacks it (it will be asked for)."""

    id: str
    digest: str
    absent_since_utc: str | None
    record: dict[str, Any] | None


Entry = dict[str, Any]


def manifest_of(reports: Iterable[Committed]) -> dict[str, Entry]:
    """The present manifest by camera id. reports: accepted ones of one agent, by number."""
    whole: dict[str, Entry] = {}
    shares: dict[str, dict[str, Entry]] = {}
    for report in _in_order_of_scans(reports):
        entries = {entry["id"]: entry for entry in report.body["manifest"]}
        if report.body["part"] is None:
            whole = entries
            continue
        share = shares.setdefault(report.body["snapshot"], {})
        share.update(entries)
        whole = share if is_whole(share, report.body["snapshot"]) else whole | share
    return whole


def is_whole(share: dict[str, Entry], snapshot: str) -> bool:
    """Whether these entries are all of the manifest with that digest."""
    return canonical.digest_of([share[name] for name in sorted(share)]) == snapshot


def _in_order_of_scans(reports: Iterable[Committed]) -> list[Committed]:
    """By number, but what replaces a refused report before those of scans that ended after its own."""
    ordered: list[Committed] = []
    later: list[Committed] = []
    for report in reports:
        if report.kind == "report":
            (later if report.body["replaces"] else ordered).append(report)
    for report in later:
        finished = report.body["run"]["finished_utc"]
        newer = (place for place, other in enumerate(ordered) if other.body["run"]["finished_utc"] > finished)
        ordered.insert(next(newer, len(ordered)), report)
    return ordered
