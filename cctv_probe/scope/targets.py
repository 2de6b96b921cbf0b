"""From what a person typed to the addresses that will be asked: pure, lazy, without DNS."""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import (
    Interval,
    ScopeError,
    merged,
    read_address,
    refuse_v4,
    refuse_v6,
    within,
    without,
)

MOST_ADDRESSES = 65_536
_MOST_WORDS = 4_096
_DASHES = re.compile(r"\s*[-\u2013\u2014]\s*")
_HOST_NAME = re.compile(r"(?=.*[^\W\d_])[^\s/:%@\[\]\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Targets:
    """A set of addresses, kept as ranges. Iterating gives each address once as text, IPv4 first, in rising order."""

    v4: tuple[Interval, ...]
    v6: tuple[ipaddress.IPv6Address, ...]
    words: tuple[str, ...]
    """The ranges as the person wrote them."""

    def __iter__(self) -> Iterator[str]:
        for first, last in self.v4:
            for number in range(first, last + 1):
                yield str(ipaddress.IPv4Address(number))
        for address in self.v6:
            yield str(address)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.v4) + len(self.v6)

    def contains(self, address: str) -> bool:
        """Whether `address` is one of these. False for anything that is not an address, and for IPv4 in IPv6 dress.

        An IPv6 zone counts only where both sides name one.
        """
        found = read_address(address)
        if isinstance(found, ipaddress.IPv4Address):
            number = int(found)
            place = bisect_right(self.v4, number, key=lambda run: run[0])
            return place > 0 and number <= self.v4[place - 1][1]
        return found is not None and any(_same_v6(found, mine) for mine in self.v6)

    def describe(self) -> str:
        """The ranges as typed, for people and for the record."""
        return ", ".join(self.words)

    def within(self, other: Targets) -> Targets:
        """The addresses that are in both; `words` stay this one's."""
        v6 = tuple(mine for mine in self.v6 if other.contains(str(mine)))
        return replace(self, v4=within(self.v4, other.v4), v6=v6)

    def without(self, other: Targets) -> Targets:
        """The addresses that are not in `other`; `words` stay this one's."""
        v6 = tuple(mine for mine in self.v6 if not other.contains(str(mine)))
        return replace(self, v4=without(self.v4, other.v4), v6=v6)


def parse_targets(words: Sequence[str], *, exclude: Sequence[str] = (), allow_public: bool = False) -> Targets:
    """Read `10.0.0.0/24`, `10.0.0.10-40`, `10.0.0.10-10.0.0.40`, `10.0.0.7`, `fd00::7`, `[fe80::7%eth0]`; lists too.

    A network's own address and its broadcast address are left out of an IPv4 prefix shorter than /31. Raises
    `ScopeError` for anything that cannot be read, is public without `allow_public`, is reserved, too large, or empty.
    """
    typed = _split(words)
    if not typed:
        raise ScopeError(_NOTHING)
    found = _collect(typed, whole_networks=False)
    refuse_v4(found.v4, allow_public=allow_public)
    for address in found.v6:
        refuse_v6(address, allow_public=allow_public)
    left = found.without(read_exclusions(exclude))
    if len(left) > MOST_ADDRESSES:
        raise ScopeError(_TOO_MANY.with_(ranges=left.describe(), count=f"{len(left):,}", most=f"{MOST_ADDRESSES:,}"))
    if len(left) == 0:
        raise ScopeError(_EMPTY.with_(ranges=left.describe()))
    return left


def read_exclusions(words: Sequence[str]) -> Targets:
    """What is to be left out, in the same forms; a prefix stands for all its addresses. Any address may be named."""
    return _collect(_split(words), whole_networks=True)


def _split(words: Sequence[str]) -> tuple[str, ...]:
    """Lists with commas or blanks in one word become words of their own; blanks around a dash belong to the range."""
    found = tuple(part for word in words for part in re.split(r"[\s,;]+", _DASHES.sub("-", word)) if part)
    if len(found) > _MOST_WORDS:
        raise ScopeError(_TOO_MANY_WORDS.with_(count=f"{len(found):,}", most=f"{_MOST_WORDS:,}"))
    return found


def _collect(words: Sequence[str], *, whole_networks: bool) -> Targets:
    v4: list[Interval] = []
    v6: set[ipaddress.IPv6Address] = set()
    for word in words:
        found = _read(word, whole_networks=whole_networks)
        if isinstance(found, ipaddress.IPv6Address):
            v6.add(found)
        else:
            v4.append(found)
    return Targets(merged(v4), tuple(sorted(v6, key=lambda each: (int(each), each.scope_id or ""))), tuple(words))


def _read(word: str, *, whole_networks: bool) -> Interval | ipaddress.IPv6Address:
    address = read_address(word)
    if isinstance(address, ipaddress.IPv6Address):
        return address
    if address is not None:
        return int(address), int(address)
    if ":" in word:
        return _read_v6_prefix(word)
    if "/" in word:
        return _read_v4_prefix(word, whole=whole_networks)
    if "-" in word and not _HOST_NAME.fullmatch(word):
        return _read_v4_range(word)
    raise ScopeError((_NAME if _HOST_NAME.fullmatch(word) else _UNREADABLE).with_(word=_shown(word)))


def _read_v6_prefix(word: str) -> ipaddress.IPv6Address:
    inner, slash, length = word.rpartition("/")
    address = read_address(inner)
    if not slash or not isinstance(address, ipaddress.IPv6Address) or not length.isascii() or not length.isdigit():
        raise ScopeError(_UNREADABLE.with_(word=_shown(word)))
    if int(length[:4]) != 128:
        raise ScopeError(_PREFIX_V6.with_(word=_shown(word)))
    return address


def _read_v4_prefix(word: str, *, whole: bool) -> Interval:
    try:
        network = ipaddress.IPv4Network(word, strict=False)
    except ValueError:
        raise ScopeError(_UNREADABLE.with_(word=_shown(word))) from None
    first, last = int(network[0]), int(network[-1])
    return (first, last) if whole or network.prefixlen >= 31 else (first + 1, last - 1)


def _read_v4_range(word: str) -> Interval:
    left, _, right = word.partition("-")
    first = read_address(left)
    if right.isascii() and right.isdigit():
        right = f"{left.rpartition('.')[0]}.{right}"
    last = read_address(right)
    if not isinstance(first, ipaddress.IPv4Address) or not isinstance(last, ipaddress.IPv4Address):
        raise ScopeError(_UNREADABLE.with_(word=_shown(word)))
    if last < first:
        raise ScopeError(_BACKWARDS.with_(word=_shown(word)))
    return int(first), int(last)


def _same_v6(one: ipaddress.IPv6Address, other: ipaddress.IPv6Address) -> bool:
    zones = {one.scope_id, other.scope_id} - {None}
    return int(one) == int(other) and len(zones) <= 1


def _shown(word: str) -> str:
    """A word as it may stand in a sentence: printable, and not endless."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in word)
    return plain if len(plain) <= 60 else plain[:59] + "…"


_NOTHING = Text(
    en="No address was given. Write a range such as 10.0.0.0/24, or name a scope file.",
    th="ยังไม่ได้ระบุที่อยู่ โปรดระบุช่วง เช่น 10.0.0.0/24 หรือระบุไฟล์ขอบเขต",
)
_UNREADABLE = Text(
    en="“{word}” cannot be read as addresses. Write 10.0.0.0/24, 10.0.0.10-40, 10.0.0.7 or fd00::7.",
    th="อ่าน “{word}” เป็นที่อยู่ไม่ได้ โปรดเขียนในรูป 10.0.0.0/24, 10.0.0.10-40, 10.0.0.7 หรือ fd00::7",
)
_NAME = Text(
    en="“{word}” is a name. Names are not looked up, lest others be asked. Please give an address.",
    th="“{word}” เป็นชื่อเครื่อง ระบบไม่ค้นหาชื่อ เพื่อไม่ให้ติดต่อสิ่งที่อยู่นอกขอบเขต โปรดระบุเป็นที่อยู่ IP",
)
_BACKWARDS = Text(
    en="The range “{word}” ends before it begins. Please turn it round.",
    th="ช่วง “{word}” มีจุดสิ้นสุดอยู่ก่อนจุดเริ่มต้น โปรดสลับลำดับ",
)
_PREFIX_V6 = Text(
    en="“{word}” is an IPv6 prefix: too many addresses to ask one by one. Please give single IPv6 addresses.",
    th="“{word}” เป็นช่วง IPv6 ซึ่งมีที่อยู่มากเกินกว่าจะถามทีละตัว โปรดระบุที่อยู่ IPv6 เป็นรายตัว",
)
_TOO_MANY = Text(
    en="{ranges} is {count} addresses; at most {most} are scanned in one run. Please divide it.",
    th="{ranges} มี {count} ที่อยู่ สแกนได้ครั้งละไม่เกิน {most} ที่อยู่ โปรดแบ่งเป็นหลายครั้ง",
)
_TOO_MANY_WORDS = Text(
    en="{count} ranges were given; at most {most} are read in one run. Please join or divide them.",
    th="ระบุมา {count} ช่วง อ่านได้ครั้งละไม่เกิน {most} ช่วง โปรดรวมหรือแบ่งเป็นหลายครั้ง",
)
_EMPTY = Text(
    en="Nothing is left of {ranges} after the exclusions. Please check them.",
    th="ไม่เหลือที่อยู่ใดใน {ranges} หลังตัดรายการยกเว้นออก โปรดตรวจสอบรายการยกเว้น",
)
