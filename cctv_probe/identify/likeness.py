"""How alike a recorder's channel and a camera are, where no key tells whether they are the same. Pure.

A likeness is no proof: it joins only what is alike beyond all others, and says so in a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.model.device import Channel, Device
from cctv_probe.model.evidence import Value, best_first

NAME, MODEL, ONE = 4, 2, 1
"""Points of an equal name, an equal model, and of brand, codec, resolution, frame rate and bit rate each."""
HIGHEST = NAME + MODEL + 5 * ONE
ENOUGH = 6
AHEAD = 2
"""So many points ahead of the next best, seen from both sides."""

_PLAIN_NAME = re.compile(r"[a-z _.-]*[0-9]*|กล้อง *[0-9]*")
"""`IPCamera 01`, `CH7`: what makers write, shared by many."""
_RATE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Looks:
    """What can be compared. `name` and `model` are None where they say nothing."""

    name: str | None
    model: str | None
    brand: str | None
    codec: str | None
    resolution: str | None
    frame_rate: float | None
    bit_rate_bps: float | None


def looks_of(channel: Channel, told: dict[tuple[str, str], Value], *, behind: bool) -> Looks:
    """What `told` (subject and attribute → value) says of a channel; `behind` a recorder the device's own say nothing."""
    main = next(
        (stream.subject for stream in channel.streams if stream.name == "main"), f"{channel.subject}/stream/main"
    )
    own = {} if behind else {name: told.get(("device", name)) for name in ("model", "brand", "device_name")}
    name = channel.name or _word(told.get((channel.subject, "name"))) or _word(own.get("device_name"))
    return Looks(
        name=_name(name),
        model=_word(told.get((channel.subject, "source_model")) or own.get("model")),
        brand=_word(
            told.get((channel.subject, "brand")) or told.get((channel.subject, "source_vendor")) or own.get("brand")
        ),
        codec=_word(told.get((main, "codec"))),
        resolution=_word(told.get((main, "resolution"))),
        frame_rate=_number(told.get((main, "frame_rate"))),
        bit_rate_bps=_number(told.get((main, "bit_rate_bps"))),
    )


def best_values(device: Device) -> dict[tuple[str, str], Value]:
    """The value of the best standing for each subject and attribute."""
    found: dict[tuple[str, str], Value] = {}
    for item in best_first(device.evidence):
        found.setdefault((item.subject, item.attribute), item.value)
    return found


def score(one: Looks, other: Looks) -> int:
    """Points of 0 to `HIGHEST`."""
    points = NAME if one.name and one.name == other.name else 0
    points += MODEL if one.model and one.model == other.model else 0
    for attribute in ("brand", "codec", "resolution"):
        told = getattr(one, attribute)
        points += ONE if told and told == getattr(other, attribute) else 0
    points += ONE if _near(one.frame_rate, other.frame_rate) else 0
    points += ONE if _near(one.bit_rate_bps, other.bit_rate_bps) else 0
    return points


def _near(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= _RATE_SHARE * max(abs(one), abs(other))


def _word(value: Value) -> str | None:
    return value.strip().casefold()[:160] or None if isinstance(value, str) else None


def _name(name: str | None) -> str | None:
    told = _word(name)
    return None if told is None or _PLAIN_NAME.fullmatch(told) else told


def _number(value: Value) -> float | None:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if usable and 0 < value < 2**53 else None  # type: ignore[arg-type, operator]  # narrowed by `usable`
