"""Keys by which a recorder's channel names the camera behind it: tidied, placeholders left out. Pure.

Recorders tell serial numbers with the model before them, with letters behind them, or cut off; and they fill gaps with
`000000000000`, `00:00:00:00:00:00` and `0.0.0.0`, which name nobody.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

_NOT_ALNUM = re.compile(r"[^0-9A-Z]")
_MAC = re.compile(r"[0-9A-F]{12}")
_SHORTEST_SERIAL, _LONGEST_SERIAL = 6, 128
_FEWEST_SIGNS = 3
"""Different signs in a key that names somebody: `000000`, `FFFFFF` and `0101010` name nobody."""
_SHORTEST_PART, _FEWEST_DIGITS = 8, 4
_LONGEST_TAIL, _MOST_CUT = 6, 4
_COUNTING = "0123456789012345678901234567890"
_NO_HOST = frozenset({"127.0.0.1", "::1", "0.0.0.0", "::", "255.255.255.255"})  # noqa: S104 - compared with, never bound to
_LONGEST_ADDRESS = 64

SerialRelation = Literal["same", "part", "different", "unclear"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a recorder says of the camera behind one channel, tidied. `sensor` is the channel of that camera, from 1."""

    address: str | None = None
    port: int | None = None
    sensor: int | None = None
    protocol: str | None = None
    model: str | None = None
    serial: str | None = None
    mac: str | None = None
    online: bool | None = None


def address_key(told: object) -> str | None:
    """An IP address in its usual spelling; None for names, placeholders, the loopback host, multicast."""
    if not isinstance(told, str) or len(told) > _LONGEST_ADDRESS:
        return None
    try:
        address = ipaddress.ip_address(told.strip().strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    return None if str(address) in _NO_HOST or address.is_multicast else str(address)


def network_of(address: str) -> str | None:
    """The neighbourhood of an address: its /24, or /64 of IPv6; None for what is no address."""
    key = address_key(address)
    if key is None:
        return None
    return str(ipaddress.ip_network(f"{key}/{64 if ':' in key else 24}", strict=False))


def mac_key(told: object) -> str | None:
    """Twelve hexadecimal digits; None for placeholders and addresses of groups."""
    if not isinstance(told, str) or len(told) > _LONGEST_ADDRESS:
        return None
    digits = _NOT_ALNUM.sub("", told.upper())
    if not _MAC.fullmatch(digits) or len(set(digits)) < _FEWEST_SIGNS or int(digits[:2], 16) & 1:
        return None
    return digits


def serial_key(told: object) -> str | None:
    """Letters and digits of a serial number; None for placeholders (`000000000000`, `123456789`, `default`)."""
    if not isinstance(told, str) or len(told) > _LONGEST_SERIAL:
        return None
    key = _NOT_ALNUM.sub("", told.upper())
    if len(key) < _SHORTEST_SERIAL or not any(letter.isdigit() for letter in key):
        return None
    return None if len(set(key)) < _FEWEST_SIGNS or key in _COUNTING else key


def number_key(told: object, highest: int) -> int | None:
    """A whole number from 0 to `highest`, else None."""
    whole = isinstance(told, int) and not isinstance(told, bool)
    return told if whole and 0 <= told <= highest else None  # type: ignore[operator, return-value]  # narrowed by `whole`


def serial_relation(one: str, other: str) -> SerialRelation:
    """How two tidied serial numbers stand to each other.

    `same`: equal, or one holds the other with a model before it or letters behind it. `part`: one is cut off by a few
    characters, so another device's could begin so too. `different`: as long as each other and not equal.
    """
    if one == other:
        return "same"
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        return "different"
    at = longer.rfind(shorter)
    if at < 0 or len(shorter) < _SHORTEST_PART or sum(letter.isdigit() for letter in shorter) < _FEWEST_DIGITS:
        return "unclear"
    tail = longer[at + len(shorter) :]
    if len(tail) <= _LONGEST_TAIL and (not tail or tail.isalpha()):
        return "same"
    return "part" if len(tail) <= _MOST_CUT else "unclear"
