"""A scope: the addresses that may be asked in this run, and what kind of place each of them watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.targets import Targets

ScopeClass = Literal["public", "adjoining_road", "closed", "unknown"]
"""`public` places and the roads next to them are surveyed; `closed` ones are counted, never sampled or uploaded."""

SCOPE_CLASSES: tuple[ScopeClass, ...] = get_args(ScopeClass)
MOST_STREAMS = 8
"""Stream paths tried on one device."""


@dataclass(frozen=True, slots=True)
class ScopeRange:
    """One entry of a scope file: addresses of one class."""

    targets: Targets
    scope_class: ScopeClass
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be touched. `valid_from` and `valid_until` are both included; years are of the common era."""

    targets: Targets
    ranges: tuple[ScopeRange, ...] = ()
    lao_code: str | None = None
    name: str | None = None
    order_number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    time_zone: str = "Asia/Bangkok"
    allow_public: bool = False
    streams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """RTSP paths by address, or by brand in lower case."""
    site: Path | None = None
    """The site list (`site.csv`) that the scope file names."""

    @classmethod
    def from_targets(cls, targets: Targets) -> Scope:
        """The scope of a run without a scope file: what was typed, of unknown class."""
        return cls(targets=targets)

    def permits(self, address: str) -> bool:
        """Whether this address may be asked. Every socket that is opened to a device asks this first."""
        return self.targets.contains(address)

    def scope_class(self, address: str) -> ScopeClass:
        """The class of the place. Where ranges overlap, `closed` holds before all, then the smallest range."""
        found = [each for each in self.ranges if each.targets.contains(address)]
        if any(each.scope_class == "closed" for each in found):
            return "closed"
        return min(found, key=lambda each: len(each.targets)).scope_class if found else "unknown"

    def stream_paths(self, address: str, brand: str | None = None) -> tuple[str, ...]:
        """The RTSP paths configured for this address, then those for its brand; at most eight."""
        keys = (address.casefold(), brand.casefold() if brand else "")
        return tuple(dict.fromkeys(path for key in keys for path in self.streams.get(key, ())))[:MOST_STREAMS]

    def check_valid(self, today: date) -> None:
        """Raises `ScopeError` before the first and after the last day of validity."""
        if self.valid_from is not None and today < self.valid_from:
            raise ScopeError(_NOT_YET.with_(order=self._order, first=_shown(self.valid_from)))
        if self.valid_until is not None and today > self.valid_until:
            raise ScopeError(_NO_LONGER.with_(order=self._order, last=_shown(self.valid_until)))

    def restrict(self, targets: Targets) -> tuple[Scope, Text | None]:
        """The scope of a run that names `targets` beside a scope file: what both allow, and a sentence about the rest.

        Raises `ScopeError` where nothing is left.
        """
        inside, outside = targets.within(self.targets), targets.without(self.targets)
        first = next(iter(outside), None)
        if len(inside) == 0:
            raise ScopeError(_ALL_OUTSIDE.with_(ranges=targets.describe(), allowed=self.targets.describe()))
        left_out = None if first is None else _SOME_OUTSIDE.with_(first=first, count=f"{len(outside):,}")
        return replace(self, targets=inside), left_out

    @property
    def _order(self) -> str:
        return self.order_number or self.name or "-"


def _shown(day: date) -> Text:
    """A day for people: in Thai with the Buddhist year."""
    return Text(en=day.isoformat(), th=f"วันที่ {day.day}/{day.month}/{day.year + 543}")


_NOT_YET = Text(
    en="The scope file (order {order}) holds from {first}. Please wait until then, or correct valid_from.",
    th="ไฟล์ขอบเขต (คำสั่ง {order}) มีผลตั้งแต่{first} โปรดรอถึงวันนั้น หรือแก้ไข valid_from",
)
_NO_LONGER = Text(
    en="The scope file (order {order}) ended on {last}. Please have it renewed and correct valid_until.",
    th="ไฟล์ขอบเขต (คำสั่ง {order}) สิ้นสุดเมื่อ{last} โปรดขอต่ออายุ แล้วแก้ไข valid_until",
)
_ALL_OUTSIDE = Text(
    en="{ranges} lies outside the scope file, which allows {allowed}. Nothing was asked.",
    th="{ranges} อยู่นอกไฟล์ขอบเขต ซึ่งอนุญาตเฉพาะ {allowed} จึงไม่ได้ติดต่ออุปกรณ์ใด",
)
_SOME_OUTSIDE = Text(
    en="{count} of the addresses lie outside the scope file ({first} is the first) and are left alone.",
    th="มี {count} ที่อยู่อยู่นอกไฟล์ขอบเขต (ตัวแรกคือ {first}) จึงไม่ติดต่อ",
)
