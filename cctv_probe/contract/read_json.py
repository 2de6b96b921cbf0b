"""Bytes → JSON, bounded in size and depth; no name twice in one object, no NaN."""

from __future__ import annotations

import json
from typing import Any

from cctv_probe.contract.terms import MAX_DEPTH


class NotJsonError(ValueError):
    """The bytes are no JSON text in UTF-8, or larger or deeper than the contract allows."""


def read_json(data: bytes, most_bytes: int, most_depth: int = MAX_DEPTH) -> Any:
    """The value that `data` holds. Raises NotJsonError."""
    if len(data) > most_bytes:
        raise NotJsonError(f"more than {most_bytes} bytes")
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from error
    _check_depth(found, most_depth)
    return found


def _check_depth(value: Any, most: int) -> None:
    """`json` itself refuses nesting that would exhaust the stack; this is the contract's own, smaller bound."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(most):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise NotJsonError(f"nested more than {most} deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJsonError("a name stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise NotJsonError(f"{name} is no JSON number")
