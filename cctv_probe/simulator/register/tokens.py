"""One-time enrolment tokens: 128 random bits in Crockford's base 32 behind the municipality's code, stored hashed.

The last character is a check over code and number after ISO/IEC 7064, hybrid system, modulus 33 and 32.
"""

from __future__ import annotations

import hashlib

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26


def shown(lao_code: str, value: bytes) -> str:
    """The code of eight digits and 16 random bytes → `74010000-XXXXX-…`."""
    number = int.from_bytes(value, "big")
    digits = "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    text = digits + _check_character(lao_code + digits)
    return "-".join([lao_code, *(text[at : at + 5] for at in range(0, len(text), 5))])


def stored(typed: str) -> str:
    """What is kept of a token: SHA-256 of its letters and digits, whichever way they were typed."""
    plain = typed.upper().translate({ord("O"): "0", ord("I"): "1", ord("L"): "1", ord("-"): None, ord(" "): None})
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def _check_character(symbols: str) -> str:
    carried = 32
    for symbol in symbols:
        summed = (carried + _DIGITS.index(symbol)) % 32
        carried = (summed if summed else 32) * 2 % 33
    return _DIGITS[(33 - carried) % 32]
