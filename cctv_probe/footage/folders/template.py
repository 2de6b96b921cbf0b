"""Path templates: what the name of a recorded file says of its channel and its time. Pure.

The language stands at the head of `layouts.yaml`. A name that fits a template but names no possible time fits not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cctv_probe.model.words import Text

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_NAMES = {"year": "Y", "month": "m", "day": "d", "hour": "H", "minute": "M", "second": "S"}
_KINDS = {"R": "continuous", "M": "motion", "A": "event", "S": "schedule"}
_SEPARATED = r"[-_. ]?"
_STAMP = re.compile(
    r"(?:19|20|25)\d\d[-_. ]?(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])[-_. T]{0,2}(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d"
)
"""Date and time as names write them: no channel is called so."""
_PART = re.compile(r"\{(\w*)(?::([^}]*))?\}|\*|\?")
_MIDNIGHT_S = 86_400
BUDDHIST_FROM = 2400

BAD_TEMPLATE = Text(
    en="The template “{template}” cannot be used: {part} is not known, or it names no time. Known are {known}.",
    th="ใช้รูปแบบ “{template}” ไม่ได้ เพราะไม่รู้จัก {part} หรือไม่มีเวลาอยู่ในรูปแบบ คำที่ใช้ได้คือ {known}",
)
KNOWN = "{channel} {start} {end} {year} {month} {day} {hour} {minute} {second} {kind} {epoch} * ?"


class TemplateError(ValueError):
    """A template that cannot be used; `text` says why."""

    def __init__(self, template: str, part: str) -> None:
        self.text = BAD_TEMPLATE.with_(template=template, part=part, known=KNOWN)
        super().__init__(self.text.en)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says. `end_utc` None where it does not; `kind` as in `Span`. `buddhist`: the year was one (the time is as if it were
    of the common era)."""

    channel: str
    start_utc: datetime
    end_utc: datetime | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One way of naming files, ready to be matched."""

    name: str
    pattern: re.Pattern[str]
    fields: frozenset[str]
    is_utc: bool

    @classmethod
    def of(cls, template: str, name: str = "own", *, is_utc: bool = False) -> Template:
        """Raises `TemplateError`."""
        groups: list[str] = []
        whole = "".join(_expressions(template, groups))
        fields = frozenset(group.partition("_")[0] + "_" + group.split("_")[1] for group in groups if "_" in group)
        if not {"start_Y"} <= fields and "epoch" not in groups:
            raise TemplateError(template, "{start}")
        return cls(name, re.compile(rf"(?:^|.*/){whole}$", re.IGNORECASE), frozenset(groups), is_utc)

    def read(self, path: str, zone: ZoneInfo) -> Named | None:
        """What `path` (with `/` between folders) says; None where it does not fit."""
        found = self.pattern.match(path)
        if found is None:
            return None
        told = found.groupdict()
        start = self._start(told, zone)
        if start is None:
            return None
        channel = (told.get("channel") or "").strip(" -_.")
        if _STAMP.search(channel):
            return None
        kind = (told.get("kind") or "").strip().upper()[:1]
        return Named(channel, start, self._end(told, start, zone), _KINDS.get(kind, ""))

    def _start(self, told: dict[str, str | None], zone: ZoneInfo) -> datetime | None:
        if told.get("epoch"):
            return datetime.fromtimestamp(int(told["epoch"] or 0), UTC)
        numbers = [_number(told, "start", code) for code in "YmdHMS"]
        return self._utc([number or 0 for number in numbers], zone)

    def _end(self, told: dict[str, str | None], start: datetime, zone: ZoneInfo) -> datetime | None:
        if _number(told, "end", "H") is None:
            return None
        day = [_number(told, "end", code) for code in "Ymd"]
        if None in day:  # the end is a time of day only: of the start's day, or past midnight
            day = [_number(told, "start", code) for code in "Ymd"]
        numbers = [*day, *(_number(told, "end", code) for code in "HMS")]
        end = self._utc([number or 0 for number in numbers], zone)
        if end is not None and end < start:
            end += timedelta(seconds=_MIDNIGHT_S)
        return end if end is not None and start < end <= start + timedelta(days=2) else None

    def _utc(self, numbers: list[int], zone: ZoneInfo) -> datetime | None:
        year, month, day, hour, minute, second = numbers
        try:
            return datetime(
                year, month, day, hour, minute, min(second, 59), tzinfo=UTC if self.is_utc else zone
            ).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def _expressions(template: str, groups: list[str]) -> Iterator[str]:
    """The regular expression of each part of a template."""
    at = 0
    for part in _PART.finditer(template):
        yield re.escape(template[at : part.start()])
        at = part.end()
        yield {"*": "[^/]*", "?": "[^/]"}.get(part[0]) or _expression(template, part[1], part[2], groups)
    yield re.escape(template[at:])


def _expression(template: str, name: str, form: str | None, groups: list[str]) -> str:
    if name in _NAMES:
        return _group(f"start_{_NAMES[name]}", rf"\d{{{_DIGITS[_NAMES[name]]}}}", groups)
    if name in ("start", "end", ""):
        return _time(template, name, form or "%Y%m%d%H%M%S", groups)
    plain = {
        "channel": r"\d{1,4}" if form == "number" else r"[^/]{1,80}?",
        "kind": r"[A-Za-z]{1,12}",
        "epoch": r"\d{9,10}",
        "millis": r"\d{3}",
    }
    if name == "gap":
        return r"[-_. ~]{0,3}(?:to[-_. ~]{0,3})?"
    if name not in plain:
        raise TemplateError(template, "{" + name + "}")
    return plain[name] if name == "millis" else _group(name, plain[name], groups)


def _any_time(name: str, groups: list[str]) -> str:
    """Year to second with whatever stands between them."""
    date = [_group(f"{name}_Y", r"(?:19|20|25)\d{2}", groups), *(_group(f"{name}_{c}", r"\d{2}", groups) for c in "md")]
    time = [_group(f"{name}_{code}", r"\d{2}", groups) for code in "HMS"]
    return _SEPARATED.join(date) + r"[-_. T]{0,2}" + r"[-_.:hm]?".join(time) + "s?"


def _time(template: str, name: str, form: str, groups: list[str]) -> str:
    if form == "any":
        return _any_time(name, groups)
    made, at = "", 0
    for code in re.finditer(r"%(.)", form):
        made += re.escape(form[at : code.start()])
        at = code.end()
        if code[1] not in _DIGITS:
            raise TemplateError(template, code[0])
        digits = rf"\d{{{_DIGITS[code[1]]}}}"
        made += _group(f"{name}_{code[1]}", digits, groups) if name else digits
    return made + re.escape(form[at:])


def _group(name: str, expression: str, groups: list[str]) -> str:
    """A named group; where the name came before (the hour in a folder and in the file), the same again."""
    if name in groups:
        return f"(?P={name})"
    groups.append(name)
    return f"(?P<{name}>{expression})"


def _number(told: dict[str, str | None], name: str, code: str) -> int | None:
    digits = told.get(f"{name}_{code}")
    return int(digits) if digits else None
