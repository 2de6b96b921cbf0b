"""Profiles → channels and their streams: one channel per picture source, one stream per encoder. Pure.

Devices list profiles in any order, several per encoder, some without encoder, some for sources that are not there
(quirks 12, 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cctv_probe.dialects.onvif.answers_media import Profile

MOST_CHANNELS = 1024
"""Far above any recorder; a device that lists more is lying."""


@dataclass(frozen=True, slots=True)
class EncodedStream:
    """One encoder of one source, as Media2 and Media1 describe it. At least one of them is there."""

    name: str
    media2: Profile | None
    media1: Profile | None

    @property
    def profile(self) -> Profile:
        """The profile to ask with: Media2's where there is one, because only Media2 knows H.265."""
        found = self.media2 or self.media1
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class SourceChannel:
    """One picture source with its streams, the main one first."""

    number: int
    token: str
    name: str | None
    configuration_tokens: frozenset[str]
    streams: tuple[EncodedStream, ...]


def arrange(
    sources: Iterable[str], media2: tuple[Profile, ...], media1: tuple[Profile, ...]
) -> tuple[SourceChannel, ...]:
    """Channels numbered in the order of GetVideoSources; sources that only profiles name come after, in natural order.

    A source without profiles (a recorder's empty slot) is left out, but keeps its number: the others keep theirs too.
    """
    by_source = _by_source(media2, media1)
    listed = list(dict.fromkeys(sources))
    tokens = listed + sorted(set(by_source) - set(listed), key=_natural)
    numbered = list(enumerate(tokens, start=1))[:MOST_CHANNELS]
    return tuple(_channel(number, token, *by_source[token]) for number, token in numbered if token in by_source)


def _by_source(
    media2: tuple[Profile, ...], media1: tuple[Profile, ...]
) -> dict[str, tuple[list[Profile], list[Profile]]]:
    grouped: dict[str, tuple[list[Profile], list[Profile]]] = {}
    for version, found in ((0, media2), (1, media1)):
        for profile in found:
            if profile.source_token is not None or profile.encoder is not None:
                grouped.setdefault(profile.source_token or "", ([], []))[version].append(profile)
    return grouped


def _channel(number: int, token: str, media2: list[Profile], media1: list[Profile]) -> SourceChannel:
    every = media2 + media1
    configurations = frozenset(p.source_configuration_token for p in every if p.source_configuration_token)
    pairs = _pairs(_one_per_encoder(media2), _one_per_encoder(media1))
    pairs.sort(key=_main_first)
    names = ["main", "sub", *(f"sub{number}" for number in range(2, len(pairs) + 1))]
    streams = tuple(EncodedStream(name, two, one) for name, (two, one) in zip(names, pairs, strict=False))
    name = next((profile.source_name for profile in every if profile.source_name), None)
    return SourceChannel(number, token, name, configurations, streams)


def _one_per_encoder(profiles: list[Profile]) -> list[Profile]:
    """Several profiles may share an encoder; the first of them stands for it."""
    seen: dict[str, Profile] = {}
    for profile in profiles:
        if profile.encoder is not None:
            seen.setdefault(profile.encoder.token or f"profile:{profile.token}", profile)
    return list(seen.values())


def _pairs(media2: list[Profile], media1: list[Profile]) -> list[tuple[Profile | None, Profile | None]]:
    """Media2 profiles joined with Media1's: by profile token, else by encoder token, else left alone."""
    left = list(media1)
    pairs: list[tuple[Profile | None, Profile | None]] = []
    for two in media2:
        one = next((p for p in left if p.token == two.token), None) or next(
            (p for p in left if _encoder_token(p) is not None and _encoder_token(p) == _encoder_token(two)), None
        )
        if one is not None:
            left.remove(one)
        pairs.append((two, one))
    return pairs + [(None, one) for one in left]


def _encoder_token(profile: Profile) -> str | None:
    return profile.encoder.token if profile.encoder else None


def _main_first(pair: tuple[Profile | None, Profile | None]) -> tuple[bool, int]:
    """Sort key: a motion-picture codec before MJPEG (which cameras keep for snapshots), then the larger picture."""
    profile = pair[0] or pair[1]
    encoder = profile.encoder if profile else None
    area_px = encoder.resolution.area_px if encoder and encoder.resolution else 0
    return (bool(encoder and encoder.codec == "mjpeg"), -area_px)


def _natural(token: str) -> tuple[tuple[int, int | str], ...]:
    """`ch2` before `ch10`."""
    parts = re.split(r"([0-9]{1,18})", token)
    return tuple((0, int(part)) if re.fullmatch("[0-9]+", part) else (1, part) for part in parts if part)
