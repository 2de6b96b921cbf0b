"""How sure a pair of the second round is, or why it has to be asked about. Which keys agree decides, not how many points."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.compare.matching.result import Confidence
from cctv_probe.compare.matching.signs import NAME_AGAINST, NAME_WORTH_ASKING, Signs
from cctv_probe.compare.matching.state import agreeing

CLEAR_LEAD = 12.0
"""A pair leads clearly when the best plan without it loses at least so many points."""


NAME_SAME = 0.95
"""A name so alike is believed before an address, in a list whose addresses have been found wrong."""


NAME_ALONE = 0.9
"""How alike names must be where nothing else speaks for a pair."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rest of the plan says. `address_open_elsewhere`: the row's address leads to another camera that nothing
    proves to be someone else's. `address_trusted`: the list's addresses have not been found wrong."""

    address_open_elsewhere: bool = False
    address_trusted: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """`confidence`, or None and the code of the question."""

    confidence: Confidence | None
    code: str = ""


def judge(signs: Signs, regret: float, standing: Standing) -> Answer:
    """How sure the pair with these signs is, when `regret` points would be lost without it."""
    keys = agreeing(signs)
    if not keys:
        return Answer(None, "weak_key")
    if regret < CLEAR_LEAD:
        return Answer(None, "several_alike")
    if standing.address_open_elsewhere and (standing.address_trusted or (signs.name or 0.0) < NAME_SAME):
        return Answer(None, "keys_contradict")
    if signs.serial == "differs" or signs.mac == "differs":
        return Answer("medium") if {"address", "name"} <= set(keys) else Answer(None, "looks_different")
    if len(keys) > 1:
        return _several_keys(signs)
    return _one_key(signs, standing)


def _several_keys(signs: Signs) -> Answer:
    doubted = signs.looks_different or (signs.name is not None and signs.name < NAME_AGAINST)
    return Answer("medium" if doubted else "high")


def _one_key(signs: Signs, standing: Standing) -> Answer:
    if signs.looks_different:
        return Answer(None, "looks_different")
    key = agreeing(signs)[0]
    if key == "address":
        if signs.name is not None and signs.name < NAME_AGAINST:
            return Answer(None, "keys_contradict")
        backed = standing.address_trusted or (signs.name or 0.0) >= NAME_WORTH_ASKING
        return Answer("medium" if backed else "low")
    if key == "name":
        return Answer("medium") if signs.identifier or (signs.name or 0.0) >= NAME_ALONE else Answer(None, "weak_key")
    if key == "swap":
        return Answer("medium")
    if key == "position":
        return Answer("medium") if signs.address != "differs" else Answer(None, "weak_key")
    return Answer("medium") if signs.serial == "slip" else Answer(None, "weak_key")
