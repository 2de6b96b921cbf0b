"""Which device of a scan is which one met before: by its keys, never by its address alone. Pure.

A scan that may not log in sees less: a device that told its serial number yesterday tells only a MAC today, or nothing. It
keeps the id it has. Where two devices tell the same key, that key decides nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, Literal

Json = Mapping[str, Any]
BASES = ("serial", "uuid", "mac", "certificate", "address_port_path")
_KEYS = {"serial": "serial", "uuid": "uuid", "mac": "mac", "certificate": "certificate_sha256"}
_WEIGHT = {"mac": 8.0, "serial": 4.0, "uuid": 3.0, "certificate": 2.0}
_SURE = "onvif.device_information", "isapi", "dahua", "vapix", "sunapi", "lapi", "xm", "vendor"

How = Literal["same", "unconfirmed", "replaces"]
"""`same`: a key says so. `unconfirmed`: a device at the same address that tells no key and contradicts none. `replaces`: one
that tells its keys stands where one was met that told none."""


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of one device: what it told, and which of that another device tells as well. `id` is what its scan called it."""

    place: tuple[str, int | None]
    id: str
    basis: str
    keys: Mapping[str, str]
    macs: frozenset[str]
    trusted: frozenset[str]
    brand: str | None
    model: str | None

    @classmethod
    def of(cls, device: Json) -> Known:
        """The keys in a device of the outer shape."""
        identity = device["identity"]
        keys = {basis: str(identity[key]) for basis, key in _KEYS.items() if identity.get(key)}
        told = {str(item["value"]).upper() for item in device.get("facts") or () if item.get("attribute") == "mac"}
        basis = device["id_basis"]
        passed_over = BASES[: BASES.index(basis)]
        own = keys.get("mac", "").upper()
        macs = told - {own} if "mac" in passed_over else told | {own}
        return cls(
            place=(device["address"], device["port"]),
            id=str(device.get("told_id") or device["id"]),
            basis=basis,
            keys=keys,
            macs=frozenset(macs - {""}),
            trusted=frozenset(key for key in keys if key not in passed_over),
            brand=_surely(device["brand"]),
            model=_surely(device["model"]),
        )

    @property
    def is_weak(self) -> bool:
        """Whether nothing tells it from another device at its address."""
        return not (self.trusted or self.macs)


def _surely(fact: Json) -> str | None:
    sure = fact["value"] is not None and str(fact["source"]).startswith(_SURE)
    return str(fact["value"]).casefold() if sure else None


def contradict(one: Known, other: Known) -> bool:
    """Whether these cannot be one device. MAC addresses decide; a new UUID at the same address with the same serial number is a
    new firmware, elsewhere it is another device with a copied serial number."""
    if one.macs and other.macs:
        return not one.macs & other.macs or _differ("serial", one, other)
    if _differ("serial", one, other):
        return True
    agree = {key for key in ("serial", "uuid") if key in one.keys and one.keys[key] == other.keys.get(key)}
    if agree and one.place[0] == other.place[0]:
        return False
    if _differ("uuid", one, other):
        return True
    return any(
        a is not None and b is not None and a != b for a, b in ((one.brand, other.brand), (one.model, other.model))
    )


def _differ(key: str, one: Known, other: Known) -> bool:
    return key in one.keys and key in other.keys and one.keys[key] != other.keys[key]


def _strength(one: Known, other: Known, common: Collection[str]) -> float:
    """How surely they are one device; 0 where nothing but an address says so."""
    if contradict(one, other):
        return 0.0
    shared = {key for key in one.keys.keys() & other.keys.keys() if one.keys[key] == other.keys[key]}
    if one.macs & other.macs:
        shared.add("mac")
    same_place = one.place[0] == other.place[0]
    sure = {key for key in shared if key == "mac" or key in one.trusted & other.trusted}
    if sure == {"certificate"} and one.keys["certificate"] in common and not same_place:
        return 0.0
    weight = sum(_WEIGHT[key] for key in sure) or (0.5 if shared and same_place else 0.0)
    alike = (same_place, 1.0), (one.place == other.place, 0.5), (one.id == other.id, 0.25)
    return weight + sum(more for so, more in alike if so) if weight else 0.0


def match(devices: Sequence[Json], known: Mapping[str, Json]) -> dict[int, tuple[str, How]]:
    """By place in `devices`: the id under which that device is known, and how sure that is. Devices that are new are not in
    it. Each known id is given once; where two could have it and nothing tells which, neither gets it."""
    fresh = [Known.of(device) for device in devices]
    old = {name: Known.of(device) for name, device in known.items()}
    found: dict[int, tuple[str, How]] = {}
    taken: set[str] = set()
    for place, name in _by_keys(fresh, old):
        found[place] = name, "same"
        taken.add(name)
    for place, name, how in _by_address(fresh, old, found, taken):
        found[place] = name, how
    return found


def _by_keys(fresh: Sequence[Known], old: Mapping[str, Known]) -> Iterator[tuple[int, str]]:
    """The surest pairs first. Where two are equally sure, neither is taken, and both are left to be new."""
    pairs = sorted((pair for pair in _pairs(fresh, old) if pair[0]), key=lambda pair: (-pair[0], pair[1], pair[2]))
    places: set[int] = set()
    names: set[str] = set()
    for _, alike in groupby(pairs, key=lambda pair: pair[0]):
        free = [(place, name) for _, place, name in alike if place not in places and name not in names]
        claims, claimed = Counter(place for place, _ in free), Counter(name for _, name in free)
        yield from ((place, name) for place, name in free if claims[place] == claimed[name] == 1)
        places.update(claims)
        names.update(claimed)


def _pairs(fresh: Sequence[Known], old: Mapping[str, Known]) -> Iterator[tuple[float, int, str]]:
    by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, device in old.items():
        for key in _named(device):
            by_key[key].append(name)
    certificates = Counter(one.keys["certificate"] for one in (*fresh, *old.values()) if "certificate" in one.keys)
    common = {certificate for certificate, count in certificates.items() if count > 2}
    for place, device in enumerate(fresh):
        for name in dict.fromkeys(name for key in _named(device) for name in by_key.get(key, ())):
            yield _strength(device, old[name], common), place, name


def _named(device: Known) -> list[tuple[str, str]]:
    return [
        *((key, value) for key, value in device.keys.items() if key != "mac"),
        *(("mac", mac) for mac in device.macs),
    ]


def _by_address(
    fresh: Sequence[Known], old: Mapping[str, Known], found: Mapping[int, object], taken: Collection[str]
) -> Iterator[tuple[int, str, How]]:
    """Where exactly one device was met before at an address and port, and one is there now, and either tells no key."""
    before, now = defaultdict(list), defaultdict(list)
    for name, device in old.items():
        if name not in taken:
            before[device.place].append(name)
    for place, device in enumerate(fresh):
        if place not in found:
            now[device.place].append(place)
    for at, places in now.items():
        names = before.get(at, [])
        exact = {fresh[place].id: place for place in places if fresh[place].is_weak}
        for name in [name for name in names if old[name].id in exact and old[name].is_weak]:
            if old[name].id not in exact:
                continue
            place = exact.pop(old[name].id)
            yield place, name, "same"
            places, names = [one for one in places if one != place], [one for one in names if one != name]
        if len(places) == len(names) == 1 and not contradict(fresh[places[0]], old[names[0]]):
            yield from _at_one_place(fresh[places[0]], old[names[0]], places[0], names[0])


def _at_one_place(device: Known, before: Known, place: int, name: str) -> Iterator[tuple[int, str, How]]:
    if before.is_weak:
        yield place, name, "same" if device.is_weak else "replaces"
    elif device.is_weak:
        yield place, name, "unconfirmed"


def better_id(device: Json, known_as: str | None, taken: Collection[str]) -> str:
    """The id under which a device goes from now on: the one it has, unless it now tells a surer key that is nobody else's."""
    told = Known.of(device)
    if known_as is not None and (BASES.index(told.basis) >= BASES.index(basis_of(known_as)) or told.id in taken):
        return known_as
    names = [told.id, *(id_from(key, told.keys[key]) for key in BASES[:4] if key in told.keys)]
    weak = f"address:{told.place[0]}:{told.place[1] or 0}"
    numbered = (f"{weak}#{number}" for number in range(2, 1 << 16))
    return next(name for name in chain(names, [weak], numbered) if name not in taken)


def id_from(basis: str, value: str) -> str:
    """The id that rests on a key, as devices have it."""
    return value if basis == "uuid" else f"{basis}:{value}"


def basis_of(name: str) -> str:
    """What the id of a device rests on."""
    head = name.partition(":")[0]
    return "address_port_path" if head == "address" else head if head in BASES else "uuid"
