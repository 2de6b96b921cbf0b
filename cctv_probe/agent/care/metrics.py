"""Numbers about the agent itself for Prometheus, as a file that node_exporter's textfile collector reads. No port is opened.

Text format 0.0.4. No camera, address, file or municipality is named; what was found is counted and not judged.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from cctv_probe import __version__
from cctv_probe.agent.care.reading import moment, number, part, texts
from cctv_probe.agent.config import ACTIVITIES
from cctv_probe.model.finding import Severity

PREFIX = "cctv_probe_agent_"
_SEVERITIES = (*get_args(Severity), "other")
_Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name without prefix, its kind, and a line of help; samples by labels."""

    name: str
    help: str
    samples: Mapping[_Labels, float]
    kind: Literal["gauge", "counter"] = "gauge"


def metrics_text(status: Mapping[str, Any], now: datetime) -> str:
    """What `status.json` says, as Prometheus text. What it does not say has no sample."""
    lines: list[str] = []
    for metric in _metrics(status, now):
        if metric.samples:
            lines += [f"# HELP {PREFIX}{metric.name} {metric.help}", f"# TYPE {PREFIX}{metric.name} {metric.kind}"]
            lines += [_sample(metric.name, labels, value) for labels, value in metric.samples.items()]
    return "\n".join(lines) + "\n"


def write_metrics(path: Path, status: Mapping[str, Any], now: datetime) -> None:
    """Put the numbers at `path` in one step, readable for node_exporter's user. Raises OSError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")  # the collector reads only names in *.prom
    try:
        beside.write_text(metrics_text(status, now), encoding="utf-8")
        beside.chmod(0o644)  # numbers without names, made to be read by others
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _metrics(status: Mapping[str, Any], now: datetime) -> Iterator[Metric]:
    yield Metric("info", "The agent's version.", {(("version", __version__),): 1})
    yield from _times(status)
    yield from _scans(status)
    yield from _outbox(status, now)
    yield from _register(status, now)
    yield _problems(status)


def _times(status: Mapping[str, Any]) -> Iterator[Metric]:
    yield _one("start_time_seconds", "When the service began, Unix time.", _unix(status.get("started_utc")))
    yield _one("status_time_seconds", "When these numbers were taken, Unix time.", _unix(status.get("updated_utc")))
    yield _one(
        "clock_offset_seconds", "The register's clock minus this machine's.", number(status.get("clock_offset_s"))
    )


def _scans(status: Mapping[str, Any]) -> Iterator[Metric]:
    last = {name: part(part(status, "last"), name) for name in ACTIVITIES}
    known = {name: row for name, row in last.items() if row}
    upcoming = part(status, "next")
    running = part(status, "running").get("activity")
    yield _by_activity(
        "last_scan_time_seconds",
        "When the last scan ended, Unix time.",
        {name: _unix(row.get("finished_utc")) for name, row in known.items()},
    )
    yield _by_activity(
        "last_scan_ok",
        "1 where the last scan went through to its end.",
        {name: float(row.get("ending") == "ok") for name, row in known.items()},
    )
    yield _by_activity(
        "last_scan_cameras",
        "Cameras that the last scan found.",
        {name: number(row.get("cameras")) for name, row in known.items()},
    )
    yield _by_activity(
        "next_scan_time_seconds",
        "When the next scan is due, Unix time.",
        {name: _unix(upcoming.get(name)) for name in ACTIVITIES},
    )
    yield _by_activity("scan_running", "1 while a scan runs.", {name: float(name == running) for name in ACTIVITIES})


def _outbox(status: Mapping[str, Any], now: datetime) -> Iterator[Metric]:
    outbox = part(status, "outbox")
    counts = {((("state", name)),): number(outbox.get(name)) for name in ("queued", "quarantined", "held")}
    yield Metric(
        "outbox_reports",
        "Reports in the outbox, by state.",
        {labels: value for labels, value in counts.items() if value is not None},
    )
    yield _one("outbox_bytes", "Bytes that wait in the outbox.", number(outbox.get("bytes")))
    oldest = moment(outbox.get("oldest_utc"))
    age = max(0.0, (now - oldest).total_seconds()) if oldest else (0.0 if outbox else None)
    yield _one("outbox_oldest_age_seconds", "Age of the oldest report that waits; 0 where none does.", age)


def _register(status: Mapping[str, Any], now: datetime) -> Iterator[Metric]:
    gate = status.get("gate")
    closed = float(isinstance(gate, Mapping) and gate.get("closed") is True)
    yield _one("gate_closed", "1 while the register refuses this agent and nothing is sent.", closed)
    received = moment(part(status, "last_receipt").get("received_utc"))
    age = (now - received).total_seconds() if received else None
    yield _one("last_receipt_age_seconds", "Seconds since the register confirmed a report.", age)
    contact = _unix(part(status, "register").get("last_contact_utc"))
    yield _one("last_contact_time_seconds", "When the register last answered, Unix time.", contact)


def _problems(status: Mapping[str, Any]) -> Metric:
    said = [row.get("severity") for row in texts(status.get("problems"))]
    found = [severity if severity in _SEVERITIES else "other" for severity in said]
    counts: dict[_Labels, float] = {(("severity", name),): float(found.count(name)) for name in _SEVERITIES}
    return Metric("problems", "Problems that the agent reports about itself, by severity.", counts)


def _one(name: str, said: str, value: float | None) -> Metric:
    return Metric(name, said, {} if value is None else {(): value})


def _by_activity(name: str, said: str, values: Mapping[str, float | None]) -> Metric:
    return Metric(name, said, {(("activity", key),): value for key, value in values.items() if value is not None})


def _sample(name: str, labels: _Labels, value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels)
    shown = str(int(value)) if value == int(value) and abs(value) < 1 << 53 else repr(value)
    return f"{PREFIX}{name}{f'{{{inside}}}' if inside else ''} {shown}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _unix(value: object) -> float | None:
    at = moment(value)
    return at.timestamp() if at else None
