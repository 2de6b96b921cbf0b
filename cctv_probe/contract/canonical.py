"""Canonical JSON after RFC 8785: one text for one value, so that a hash or a signature means something."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring

_LARGEST_EXACT = 2**53 - 1


class NotCanonicalError(ValueError):
    """The value has no canonical form: NaN, infinity, an integer beyond 2^53 - 1, a lone surrogate, a foreign type."""


def canonical(value: object) -> bytes:
    """`value` as canonical JSON in UTF-8: keys sorted by UTF-16 code units, no spaces, numbers as in ECMAScript.

    Raises NotCanonicalError.
    """
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonicalError("a string holds a lone surrogate") from error


def digest_of(value: object) -> str:
    """Hexadecimal SHA-256 of `value` as canonical JSON. Raises NotCanonicalError."""
    return digest(canonical(value))


def digest(body: bytes) -> str:
    """Hexadecimal SHA-256, in lower case."""
    return hashlib.sha256(body).hexdigest()


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(item) for item in value) + "]"
    raise NotCanonicalError(f"{type(value).__name__} is no JSON type")


def _object(value: Mapping[object, object]) -> str:
    names: list[str] = []
    for name in value:
        if not isinstance(name, str):
            raise NotCanonicalError("an object's names must be strings")
        names.append(name)
    names.sort(key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"


def _integer(value: int) -> str:
    """Numbers are IEEE 754 doubles to every reader: larger integers stand only where a double writes the same digits."""
    if abs(value) <= _LARGEST_EXACT:
        return str(value)
    try:
        as_double = _float(float(value))
    except OverflowError:
        as_double = ""
    if as_double != str(value):
        raise NotCanonicalError(f"an integer of {value.bit_length()} bits cannot be told exactly by every reader")
    return as_double


def _float(value: float) -> str:
    """ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20); Python's `repr` gives the same shortest digits."""
    if not math.isfinite(value):
        raise NotCanonicalError(f"{value} is no JSON number")
    if value == 0:
        return "0"
    sign, digit_tuple, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, digit_tuple)).rstrip("0")
    point = int(exponent) + len(digit_tuple)
    return ("-" if sign else "") + _with_point(digits, point)


def _with_point(digits: str, point: int) -> str:
    """`digits` with the decimal point after `point` of them."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = point - 1
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
