"""Whether two records say the same: what differs at every look, and means nothing, is no difference. Pure.

When and how something was read always differs: times, seconds a step took, hashes of answers that hold the device's clock. Measured
values jitter. Settings, standings, reasons, findings and the ways a step ended are compared as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cctv_probe.agent.leaving.facts import items_of

Json = Mapping[str, Any]

RELATIVE = 0.02
"""Measured values this close say the same, or as close as they are sure of themselves (`plus_minus`)."""
CLOCK_S = 5.0
BIT_RATE_TIMES = 2.0
"""A bit rate follows the scene: leaves in the wind, headlights, night."""
RATIO = 0.02
GAP_S = 120.0
"""Ends of gaps are read with the device's clock, whose offset jitters."""
_PLAUSIBLE_RELATIVE, _PLAUSIBLE_DAYS = 0.1, 2
_RTT_TIMES, _RTT_S = 4.0, 0.05

_FROM_JITTER = frozenset(
    {
        "clock_wrong", "plausible_days", "retention_below_capacity", "declared_days_impossible", "frame_rate_varies",
        "frame_rate_disagrees", "stream_frame_rate_disagrees", "stream_bit_rate_bps_disagrees",
    }
)  # fmt: skip
"""Findings that a measured value near a limit gives today and not tomorrow; the values themselves are compared."""
_WITH_NUMBERS = ("stream_", "picture_", "footage_sampling", "footage_index_overstates", "identity_not_confirmed")
"""Findings whose sentences hold numbers that jitter; what matters in them stands in the facts too."""
_FACT_KEYS = ("standing", "role", "proxy", "why_unknown_code")
_CAMERA_KEYS = ("id", "id_basis", "name", "scope_class", "device", "device_id", "channel", "views", "formerly")
_DEVICE_KEYS = (
    "id", "id_basis", "address", "port", "kind", "identity", "open_ports", "other_addresses", "scope_class", "absent_since_utc",
    "onvif_profiles",
)  # fmt: skip
_STREAM_FACTS = ("codec", "resolution", "frame_rate", "bit_rate_bps")
_RETENTION_FACTS = (
    "configured_days", "oldest_playable_days", "verified_days", "coverage_ratio", "longest_gap_s", "recording_mode",
)  # fmt: skip
_SAME_SOURCE = {"rtp.wall_clock": "rtp.timestamps"}


def same_record(sent: Json, now: Json) -> bool:
    """Whether `now` says nothing that `sent` does not say."""
    devices = zip(sent["devices"], now["devices"], strict=False)
    return (
        len(sent["devices"]) == len(now["devices"])
        and same_camera(sent["camera"], now["camera"])
        and all(same_device(one, other) for one, other in devices)
    )


def same_camera(sent: Json, now: Json) -> bool:
    """The same of one camera."""
    facts = ((sent["fields"][name], now["fields"].get(name), name) for name in sent["fields"])
    return (
        _equal(sent, now, _CAMERA_KEYS)
        and same_fact(sent["working"], now["working"], "working")
        and all(other is not None and same_fact(one, other, name) for one, other, name in facts)
        and _same_streams(sent["streams"], now["streams"])
        and _same_retention(sent["retention"], now["retention"])
        and _findings(sent["findings"]) == _findings(now["findings"])
    )


def same_device(sent: Json, now: Json) -> bool:
    """The same of one device."""
    return (
        _equal(sent, now, _DEVICE_KEYS)
        and all(same_fact(sent[name], now[name], name) for name in ("brand", "model", "firmware", "clock_offset_s"))
        and _attempts(sent["attempts"]) == _attempts(now["attempts"])
        and _findings(sent["findings"]) == _findings(now["findings"])
    )


def _equal(one: Json, other: Json, keys: Iterable[str]) -> bool:
    return all(one.get(key) == other.get(key) for key in keys)


def _attempts(attempts: Sequence[Json]) -> set[tuple[str, str]]:
    return {(item["step"], item["ending"]) for item in attempts}


def _findings(findings: Sequence[Json]) -> Counter[tuple[str, str, str]]:
    told = (item for item in findings if item["code"] not in _FROM_JITTER)
    return Counter((item["code"], item["severity"], _sentence(item)) for item in told)


def _sentence(finding: Json) -> str:
    code = str(finding["code"])
    return "" if code.startswith(_WITH_NUMBERS) or code.endswith("_disagrees") else str(finding["text"]["en"])


def _same_streams(sent: Sequence[Json], now: Sequence[Json]) -> bool:
    return len(sent) == len(now) and all(
        _equal(one, other, ("name", "view", "uri"))
        and all(same_fact(one[name], other[name], name) for name in _STREAM_FACTS)
        for one, other in zip(sent, now, strict=True)
    )


def _same_retention(sent: Json, now: Json) -> bool:
    """Samples add up night after night: what they prove is compared, not how many they are."""
    declared = [(part["timeline"] or {}).get("declared_days") for part in (sent, now)]
    return (
        _equal(sent, now, ("verdict", "direction", "complete"))
        and bool(sent["timeline"]) == bool(now["timeline"])
        and declared[0] == declared[1]
        and _same_gaps(sent["gaps"], now["gaps"])
        and all(same_fact(sent[name], now[name], name) for name in _RETENTION_FACTS)
    )


def _same_gaps(sent: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> bool:
    return len(sent) == len(now) and all(
        one == other
        or all(abs((_moment(a) - _moment(b)).total_seconds()) <= GAP_S for a, b in zip(one, other, strict=True))
        for one, other in zip(sent, now, strict=True)
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def same_fact(sent: Json, now: Json, name: str) -> bool:
    """Whether two facts say the same, with everything that stands beside what they believe."""
    if not _equal(sent, now, _FACT_KEYS) or len(sent["others"]) != len(now["others"]):
        return False
    one, other = sent["others"], now["others"]
    if _same_told(sent, now, name):
        pairs = zip(one, other, strict=True)
        return all(_place(a) == _place(b) and _same_told(a, b, name) for a, b in pairs) or _same_set(one, other, name)
    # Two that say the same may change places: which of them was asked a moment later is no news.
    same_value = _same_told({**sent, "source": None}, {**now, "source": None}, name)
    return same_value and _same_set(items_of(sent, name), items_of(now, name), name)


def _same_set(sent: Sequence[Json], now: Sequence[Json], name: str) -> bool:
    """Whether every item of one has its like in the other, in whatever order."""
    left = list(now)
    for item in sent:
        like = next(
            (at for at, each in enumerate(left) if _place(item) == _place(each) and _same_told(item, each, name)), None
        )
        if like is None:
            return False
        del left[like]
    return True


def _place(told: Json) -> tuple[object, ...]:
    return told.get("attribute"), told.get("standing"), told.get("role")


def _same_told(sent: Json, now: Json, name: str) -> bool:
    source, other = sent.get("source"), now.get("source")
    if source != other and _SAME_SOURCE.get(str(source), source) != _SAME_SOURCE.get(str(other), other):
        return False
    one, two = sent["value"], now["value"]
    if one == two and isinstance(one, bool) == isinstance(two, bool):
        return True
    if _is_number(one) and _is_number(two) and float(one) == float(two):
        return True
    measured = sent.get("standing") == now.get("standing") == "measured" or str(source).startswith("estimate.")
    if not measured or not _is_number(one) or not _is_number(two):
        return False
    return _near(str(sent.get("attribute") or name), float(one), float(two), sent.get("plus_minus"))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_COUNTED = ("retention_days", "verified_days", "oldest_playable_days")
"""Whole days, which are exact."""


def _near(attribute: str, sent: float, now: float, plus_minus: float | None) -> bool:
    """Whether a measured value is still the one that was sent; never compared with the one seen last, so that no drift hides."""
    attribute = attribute.removesuffix("_elsewhere")
    apart = abs(sent - now)
    if attribute in _COUNTED:
        return False
    if attribute == "bit_rate_bps":
        return min(sent, now) > 0 and max(sent, now) <= BIT_RATE_TIMES * min(sent, now)
    if attribute == "rtt_s":
        return max(sent, now) <= max(_RTT_S, _RTT_TIMES * min(sent, now))
    if attribute == "clock_offset_s":
        return apart <= max(CLOCK_S, plus_minus or 0.0)
    if attribute == "coverage_ratio":
        return apart <= RATIO
    if attribute == "longest_gap_s":
        return apart <= max(GAP_S, RELATIVE * sent)
    if attribute == "plausible_days":
        return apart <= max(_PLAUSIBLE_DAYS, _PLAUSIBLE_RELATIVE * sent)
    return apart <= max(plus_minus or 0.0, RELATIVE * abs(sent))
