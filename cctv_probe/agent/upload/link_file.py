"""`link.json` beside the outbox: the `Link`, so that a restart neither hammers a register that refuses nor forgets the clock."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cctv_probe.agent.enrolment.private_file import write_private
from cctv_probe.agent.places import Places
from cctv_probe.agent.upload.link import Gate, Link, Trouble
from cctv_probe.model.words import Text

_MOST_BYTES = 256 << 10
_MOST_TROUBLES = 50


def link_path(places: Places) -> Path:
    """Where it lies."""
    return places.folder / "link.json"


def load_link(places: Places) -> Link:
    """What was remembered. A missing or damaged file means a new beginning; never raises."""
    try:
        with link_path(places).open("rb") as file:
            return read_link(file.read(_MOST_BYTES + 1))
    except OSError:
        return Link()


def save_link(places: Places, link: Link) -> None:
    """Remember `link`, in one step. Raises OSError."""
    write_private(link_path(places), written(link))


def written(link: Link) -> bytes:
    """`link` as JSON."""
    shape = {
        "version": 1,
        "failures": link.failures,
        "not_before_utc": _time(link.not_before_utc),
        "recovering": link.recovering,
        "recovered_utc": _time(link.recovered_utc),
        "refusals": link.refusals,
        "clock_offset_s": link.clock_offset_s,
        "plain_until_utc": _time(link.plain_until_utc),
        "gate": link.gate
        and {"since_utc": _time(link.gate.since_utc), "code": link.gate.code, "why": _said(link.gate.why)},
        "troubles": [
            {
                "code": trouble.code,
                "severity": trouble.severity,
                "text": _said(trouble.text),
                "since_utc": _time(trouble.since_utc),
            }
            for trouble in link.troubles[-_MOST_TROUBLES:]
        ],
        "last_status": _said(link.last_status),
        "last_try_utc": _time(link.last_try_utc),
        "last_contact_utc": _time(link.last_contact_utc),
        "rotation_not_before_utc": _time(link.rotation_not_before_utc),
    }
    return (json.dumps(shape, ensure_ascii=False, indent=1) + "\n").encode()


def read_link(data: bytes) -> Link:
    """Bytes → `Link`; what cannot be read is left at its beginning. Never raises."""
    try:
        found = json.loads(data) if len(data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return Link()
    if not isinstance(found, dict):
        return Link()
    troubles = found.get("troubles")
    return Link(
        failures=_count(found.get("failures")),
        not_before_utc=_moment(found.get("not_before_utc")),
        recovering=found.get("recovering") is True,
        recovered_utc=_moment(found.get("recovered_utc")),
        refusals=_count(found.get("refusals")),
        clock_offset_s=_seconds(found.get("clock_offset_s")),
        plain_until_utc=_moment(found.get("plain_until_utc")),
        gate=_gate(found.get("gate")),
        troubles=tuple(
            trouble
            for entry in (troubles if isinstance(troubles, list) else [])[:_MOST_TROUBLES]
            if (trouble := _trouble(entry))
        ),
        last_status=_text(found.get("last_status")),
        last_try_utc=_moment(found.get("last_try_utc")),
        last_contact_utc=_moment(found.get("last_contact_utc")),
        rotation_not_before_utc=_moment(found.get("rotation_not_before_utc")),
    )


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _said(text: Text | None) -> dict[str, str] | None:
    return {"en": text.en, "th": text.th} if text else None


def _count(value: object) -> int:
    return min(value, 1_000_000) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and abs(value) < 1e11 else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _text(value: object) -> Text | None:
    if not isinstance(value, Mapping):
        return None
    en, th = value.get("en"), value.get("th")
    return Text(en[:4000], th[:4000]) if isinstance(en, str) and isinstance(th, str) else None


def _gate(value: Any) -> Gate | None:
    if not isinstance(value, Mapping):
        return None
    since, why, code = _moment(value.get("since_utc")), _text(value.get("why")), value.get("code")
    return Gate(since, code[:64], why) if since and why and isinstance(code, str) else None


def _trouble(value: Any) -> Trouble | None:
    if not isinstance(value, Mapping):
        return None
    since, text, code = _moment(value.get("since_utc")), _text(value.get("text")), value.get("code")
    if not since or not text or not isinstance(code, str):
        return None
    return Trouble(code[:64], "warning" if value.get("severity") == "warning" else "problem", text, since)
