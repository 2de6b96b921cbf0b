"""Reading `status.json`: bounded, and tolerant, since an older or newer service may have written it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cctv_probe.model.words import Text

MOST_BYTES = 1 << 20


def read_json(path: Path, most_bytes: int = MOST_BYTES) -> Mapping[str, Any] | None:
    """The object in a file; None where there is no file, or no object in it. Raises OSError where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(most_bytes + 1)
    except FileNotFoundError:
        return None
    return json_object(raw) if len(raw) <= most_bytes else None


def json_object(raw: bytes) -> Mapping[str, Any] | None:
    """The JSON object in `raw`, or None."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def part(shape: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`; an empty one where there is none."""
    value = shape.get(name)
    return value if isinstance(value, Mapping) else {}


def texts(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def count(value: object) -> int:
    """A whole number; 0 where there is none."""
    return int(number(value) or 0)


def moment(value: object) -> datetime | None:
    """An instant with its zone, in UTC, or None."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def sentence(value: object) -> Text | None:
    """`{"en": …, "th": …}` as a sentence, or None."""
    if isinstance(value, Mapping) and isinstance(value.get("en"), str) and isinstance(value.get("th"), str):
        return Text(value["en"], value["th"])
    return None
