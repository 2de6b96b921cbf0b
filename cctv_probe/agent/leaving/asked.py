"""What a scan really asked of a device: only what was asked, and answered, makes older answers outdated. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cctv_probe.agent.leaving.facts import ESTIMATE, MEASURED, RECORDED, family_of_step
from cctv_probe.model.attempt import Ending

Json = dict[str, Any]

_TROUBLE = frozenset(
    {
        Ending.UNREACHABLE, Ending.TIMEOUT, Ending.UNAUTHORIZED, Ending.LOCKED_OUT, Ending.HELD_BACK, Ending.BUSY, Ending.TLS,
        Ending.BUDGET_SPENT, Ending.INTERRUPTED, Ending.TOO_LARGE, Ending.MALFORMED, Ending.BUG,
    }
)  # fmt: skip
"""Endings that say nothing of the device's settings: what it told before may still hold."""
_OPEN = ("onvif.", "isapi.", "dahua.", "vapix.", "sunapi.", "lapi.", "xm.", "rtsp.DESCRIBE")
_WITHOUT_LOGIN = ("onvif.GetSystemDateAndTime", "onvif.GetServices", "onvif.GetCapabilities", "rtsp.DESCRIBE path")
_CHANNEL = re.compile(r"channel/([0-9]{1,4})")
_ISAPI_STREAM = re.compile(r"[0-9]{3,5}")
"""Channel and stream in one number: 201 is the main stream of channel 2."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`opened`: the device let us in. `well`: families of sources of which every question was answered. `tried`: those of
    which any question was put."""

    opened: bool
    well: frozenset[str]
    tried: frozenset[str]

    @classmethod
    def of(cls, device: Mapping[str, Any], channel: int | None = None) -> Asked:
        """What this visit asked of the device itself and of one of its channels."""
        about = list(about_channel(device["attempts"], channel))
        families = [(family_of_step(item["step"]), item["ending"]) for item in about]
        tried = frozenset(family for family, _ in families)
        troubled = {family for family, ending in families if ending in _TROUBLE}
        opened = device.get("login") is None and any(_shows_open(item) for item in about)
        return cls(opened, (tried - troubled) if opened else frozenset(), tried)

    def has_outdated(self, family: str) -> bool:
        """Whether what this scan was not told by `family` does not hold any more."""
        return family in self.well if family not in (RECORDED, ESTIMATE) else False


def together(views: Iterable[Asked | None]) -> Asked:
    """Of a camera with several views: outdated is what all of them were asked; None is a view that was not met."""
    met = list(views)
    seen = [one for one in met if one is not None]
    tried = frozenset(family for one in seen for family in one.tried)
    if len(seen) < len(met) or not seen:
        return Asked(False, frozenset(), tried)
    troubled = frozenset(family for one in seen for family in one.tried - one.well)
    return Asked(all(one.opened for one in seen), tried - troubled, tried)


def _shows_open(attempt: Mapping[str, Any]) -> bool:
    step = str(attempt["step"])
    return attempt["ending"] == Ending.OK and step.startswith(_OPEN) and not step.startswith(_WITHOUT_LOGIN)


def about_channel(attempts: Iterable[Json], channel: int | None) -> Iterator[Json]:
    """The steps that speak of the device as a whole or of this channel; all of them where `channel` is None."""
    for attempt in attempts:
        step = str(attempt["step"])
        named = _channel_of(step) if channel is not None else None
        if named is None or named == channel:
            yield attempt


def _channel_of(step: str) -> int | None:
    found = _CHANNEL.search(step)
    if found:
        return int(found[1])
    if step.startswith("isapi."):
        numbers = [word for word in step.split(" ")[1:] if _ISAPI_STREAM.fullmatch(word)]
        return int(numbers[0]) // 100 if numbers else None
    return None


def merged_attempts(fresh: list[Json], old: list[Json]) -> list[Json]:
    """This scan's steps, and those of the last measuring and the last check of recordings where this one made none."""
    tried = {family_of_step(item["step"]) for item in fresh}
    deeper = {MEASURED, RECORDED} - tried
    return [*fresh, *(item for item in old if family_of_step(item["step"]) in deeper)]
