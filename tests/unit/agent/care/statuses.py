"""A status as the service writes it, and a strict reader of Prometheus text."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

_HEALTHY: dict[str, Any] = {
    "program": "cctv-probe 0.1.0",
    "agent_id": "01935c00-0000-7000-8000-000000000001",
    "lao_code": "05810109",
    "state": "waiting",
    "started_utc": "2026-11-20T00:00:00Z",
    "updated_utc": "2026-11-23T01:59:30Z",
    "next": {"discovery": "2026-11-23T02:30:00Z", "footage": "2026-11-23T20:00:00Z"},
    "running": None,
    "last": {
        "discovery": {"run_id": "r1", "finished_utc": "2026-11-23T01:30:00Z", "ending": "ok", "cameras": 42},
        "reading": {"run_id": "r2", "finished_utc": "2026-11-22T03:00:00Z", "ending": "ok", "cameras": 41},
    },
    "outbox": {"queued": 2, "bytes": 40960, "oldest_utc": "2026-11-23T01:30:00Z", "quarantined": 0, "held": 0},
    "last_receipt": {"report_id": "p1", "seq": 7, "received_utc": "2026-11-23T01:00:00Z"},
    "gate": None,
    "clock_offset_s": -1.5,
    "register": {
        "url": "https://register.example",
        "last_status": {"en": "Accepted.", "th": "รับแล้ว"},
        "last_contact_utc": "2026-11-23T01:00:00Z",
    },
    "problems": [],
    "config": {"path": "/etc/cctv-probe/agent.yaml", "loaded_utc": "2026-11-20T00:00:00Z", "error": None},
}


def healthy(**changes: Any) -> dict[str, Any]:
    """The status of an agent that is well, with some keys replaced."""
    return deepcopy(_HEALTHY) | changes


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)")


def prometheus(text: str) -> Samples:
    """The samples of Prometheus text format 0.0.4, read as strictly as its page is written; asserts otherwise."""
    assert text.endswith("\n")
    assert "\r" not in text
    samples: Samples = {}
    helped: list[str] = []
    typed: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        if said := re.fullmatch(rf"# HELP ({_NAME}) (\S.*)", line):
            assert said[1] not in helped, line
            helped.append(said[1])
        elif said := re.fullmatch(rf"# TYPE ({_NAME}) (counter|gauge|histogram|summary|untyped)", line):
            assert said[1] == helped[-1], line
            assert said[1] not in typed, line
            typed.append(said[1])
        else:
            key, value = _sample(line)
            assert key[0] == typed[-1], f"{line}: its samples stand together, after HELP and TYPE"
            assert key not in samples, line
            samples[key] = value
    assert {name for name, _ in samples} == set(typed) == set(helped)
    return samples


def _sample(line: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = _SAMPLE.fullmatch(line)
    assert found, line
    labels, rest = [], found[2] or ""
    while rest:
        label = _LABEL.match(rest)
        assert label, line
        labels.append((label[1], label[2]))
        rest = rest[label.end() :]
    assert len({name for name, _ in labels}) == len(labels), line
    return (found[1], tuple(labels)), float(found[3])
