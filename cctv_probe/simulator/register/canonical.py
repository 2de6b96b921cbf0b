"""JSON as a strict reader takes it, and its canonical form (RFC 8785), for digests and signatures."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_LARGEST_EXACT = 2**53 - 1
_MAX_DEPTH = 64


class NotJsonError(ValueError):
    """The bytes are no JSON, or one that two readers may understand differently."""


def read(data: bytes) -> Any:
    """The value of a JSON text in UTF-8: no name twice, no NaN, at most 64 deep. Raises NotJsonError."""
    return _value_and_text(data)[0]


def read_canonical(data: bytes) -> Any:
    """As `read`, and the text must be the one canonical text of its value. Raises NotJsonError."""
    value, text = _value_and_text(data)
    if text != data:
        raise NotJsonError("not in canonical form")
    return value


def _value_and_text(data: bytes) -> tuple[Any, bytes]:
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_double,
            parse_constant=_constant,
        )
        return value, write(value)
    except NotJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotJsonError(type(error).__name__) from error


def write(value: Any) -> bytes:
    """The canonical text of a JSON value. Raises NotJsonError, ValueError for a lone surrogate."""
    parts: list[str] = []
    _write(value, parts.append, _MAX_DEPTH)
    return "".join(parts).encode("utf-8")


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical text, lower-case hex."""
    return hashlib.sha256(write(value)).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJsonError("a name stands twice")
    return found


def _integer(digits: str) -> int | float:
    if len(digits) > 400:
        raise NotJsonError("a number too long")
    value = int(digits)
    return value if abs(value) <= _LARGEST_EXACT else _double(digits)


def _double(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise NotJsonError("a number too large")
    return value


def _constant(name: str) -> None:
    raise NotJsonError(name)


def _write(value: Any, put: Callable[[str], None], depth: int) -> None:
    if depth < 0:
        raise NotJsonError("too deep")
    if isinstance(value, dict):
        between = "{"
        for name in sorted(value, key=_utf16):
            put(f"{between}{json.dumps(name, ensure_ascii=False)}:")
            _write(value[name], put, depth - 1)
            between = ","
        put("}" if value else "{}")
    elif isinstance(value, list | tuple):
        between = "["
        for item in value:
            put(between)
            _write(item, put, depth - 1)
            between = ","
        put("]" if value else "[]")
    elif isinstance(value, float):
        put(_number(value))
    else:
        put(json.dumps(value, ensure_ascii=False))


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """As ECMAScript writes it: without an exponent from 1e-6 up to below 1e21 (RFC 8785, 3.2.2.3)."""
    if not math.isfinite(value):
        raise NotJsonError("no number")
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"
