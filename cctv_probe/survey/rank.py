"""Which evidence a field believes: the rank of the record contract, as pure functions.

Fields 7, 10 and 11 speak of the recording: a recorded sample, then the recorder's record setting, then the live main
stream marked as a proxy; within each by standing, then newest. Brand goes by the method that told it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cctv_probe.model.evidence import Evidence, Fact, Standing, Unknown, best_first
from cctv_probe.model.units import Resolution

ROLES = ("recorded", "recorder_setting", "live")
"""Nearest to the recording first."""

VENDOR_METHODS = ("isapi", "dahua", "vapix", "sunapi", "lapi", "xm", "vendor")
_BRAND_METHODS: tuple[tuple[str, ...], ...] = (
    ("onvif.device_information",),
    VENDOR_METHODS,
    ("ws_discovery", "onvif.scopes"),
    ("http", "https", "rtsp", "tls", "onvif"),
    ("oui", "arp"),
)
"""Order of belief: device information, vendor API, scopes, headers and realms, the maker of the network card."""


def recording_fact(candidates: Iterable[Evidence], unknown: Unknown) -> Fact:
    """The fact for field 7, 10 or 11. Evidence without a role is taken as live."""
    views = [list(candidates)]
    return recording_fact_of_views(views, views, unknown)


def recording_fact_of_views(
    views: Sequence[Sequence[Evidence]], recorded: Sequence[Sequence[Evidence]], unknown: Unknown
) -> Fact:
    """The same of a camera with several views: `views` in order of belief, `recorded` in that of their recordings.

    Of samples of two archives those of the better proven one stand first, whatever their standing; else a view decides only
    between evidence of one role and standing.
    """
    played = [item for items in recorded for item in _stream_order(items) if item.role == ROLES[0]]
    rest = [(place, item) for place, items in enumerate(views) for item in items if item.role != ROLES[0]]
    order = {id(item): place for place, item in rest}
    ranked = sorted(
        _stream_order(item for _, item in rest),
        key=lambda item: (_role_rank(item), -item.source.standing, _is_media1(item), order[id(item)]),
    )
    every = [*played, *ranked]
    if not every:
        return Fact(why_unknown=unknown)
    return Fact(chosen=every[0], others=tuple(every[1:]), proxy=_role_rank(every[0]) == ROLES.index("live"))


def stream_fact(candidates: Iterable[Evidence], unknown: Unknown) -> Fact:
    """A fact about one live stream: by standing, then newest."""
    ranked = _stream_order(candidates)
    return Fact(chosen=ranked[0], others=tuple(ranked[1:])) if ranked else Fact(why_unknown=unknown)


def _stream_order(candidates: Iterable[Evidence]) -> list[Evidence]:
    """By standing, then newest; but of two settings Media1's stands behind, whenever it was read.

    Media1 has no word for H.265 and calls it H264 or nothing (ONVIF ver10 schema, VideoEncoding; quirk row 11), and
    which of the two services was asked a moment later says nothing.
    """
    return sorted(best_first(candidates), key=lambda item: (-item.source.standing, _is_media1(item)))


def _is_media1(item: Evidence) -> bool:
    return item.source.method.startswith("onvif.media1")


def _role_rank(item: Evidence) -> int:
    return ROLES.index(item.role) if item.role in ROLES else ROLES.index("live")


def brand_fact(candidates: Iterable[Evidence], unknown: Unknown, *, proxy: bool = False) -> Fact:
    """The brand: by method, then standing, then newest."""
    ranked = sorted(best_first(candidates), key=lambda item: brand_method_rank(item.source.method))
    if not ranked:
        return Fact(why_unknown=unknown)
    return Fact(chosen=ranked[0], others=tuple(ranked[1:]), proxy=proxy)


def brand_method_rank(method: str) -> int:
    """The place of a method in the order of belief, 0 first; unknown methods stand last."""
    for rank, prefixes in enumerate(_BRAND_METHODS):
        if any(method == prefix or method.startswith(f"{prefix}.") for prefix in prefixes):
            return rank
    return len(_BRAND_METHODS)


def highest_resolution_fact(candidates: Iterable[Evidence], unknown: Unknown) -> Fact:
    """Field 8: of the evidence with the best standing, the largest picture that can be encoded."""
    ranked = sorted(best_first(candidates), key=lambda item: (-item.source.standing, -_area_px(item)))
    if not ranked:
        return Fact(why_unknown=unknown)
    return Fact(chosen=ranked[0], others=tuple(ranked[1:]))


def lowest_limit_fact(limits: Iterable[Fact], unknown: Unknown) -> Fact:
    """Field 8 of a camera with several views: the lowest of their limits, the others beside it."""
    known = [fact for fact in limits if fact.chosen is not None]
    ranked = sorted(known, key=lambda fact: _area_px(fact.chosen) if fact.chosen else 0)
    if not ranked:
        return Fact(why_unknown=unknown)
    beside = [item for fact in ranked[1:] for item in (fact.chosen, *fact.others) if item]
    return replace(ranked[0], others=(*ranked[0].others, *beside))


def _area_px(item: Evidence) -> int:
    size = Resolution.parse(item.value) if isinstance(item.value, str) else None
    return size.area_px if size else 0


def with_declared(fact: Fact, declared: Evidence | None) -> Fact:
    """`fact` with a declared value standing beside it; fields 6 to 11 never believe one."""
    return replace(fact, others=(*fact.others, declared)) if declared else fact


def declared_fact(declared: Evidence | None, hints: Sequence[Evidence], unknown: Unknown) -> Fact:
    """Fields 1 to 5: what a person declared, with the device's hints beside it; hints never become the value."""
    if declared is not None and declared.source.standing == Standing.DECLARED and declared.value is not None:
        return Fact(chosen=declared, others=tuple(hints))
    return Fact(others=tuple(hints), why_unknown=unknown)
