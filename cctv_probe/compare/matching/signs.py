"""What speaks for and against one declared camera being one discovered one, in points whose scale is stated here.

The scale only orders candidates and measures how far the best lies before the next; how sure a pair is follows from
*which* keys agree (`cctv_probe.compare.matching.decide`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cctv_probe.compare.matching.declared import DeclaredCamera, said
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.matching.identifiers import metres_between, one_slip, same_tail
from cctv_probe.compare.matching.kinship import Kinship, kinship_of
from cctv_probe.compare.matching.names import NameForm, best_similarity
from cctv_probe.compare.matching.sizes import size_agrees

SerialSign = Literal["same", "tail", "slip", "shared", "differs"]
MacSign = Literal["same", "shared", "differs"]
AddressSign = Literal["same", "device", "differs"]

NAME_ALIKE = 0.85
"""From here on two names are taken as the same."""
NAME_WORTH_ASKING = 0.72
NAME_AGAINST = 0.35
NEAR_M, AROUND_M = 15.0, 60.0

POINTS = {
    "serial same": 100, "serial tail": 90, "serial slip": 55, "serial shared": 45, "serial differs": -25,
    "mac same": 95, "mac shared": 40, "mac differs": -20,
    "address same": 40, "address device": 30,
    "name at 1.0": 50, "name at 0.6": 0, "name against": -12,
    "within 15 m": 25, "within 60 m": 8,
    "swap": 35, "identifier in the picture": 40,
    "brand same": 3, "brand family": 2, "brand differs": -10,
    "model same": 8, "model differs": -6,
    "resolution same": 2, "resolution differs": -3,
}  # fmt: skip
"""What each sign weighs. Brand, model and resolution alone decide between candidates that nothing else tells apart."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one pair; None where one side says nothing. `swap`: the row's address is that of a camera which a
    stronger key gave to another row, and that row declares this camera's address."""

    serial: SerialSign | None = None
    mac: MacSign | None = None
    address: AddressSign | None = None
    name: float | None = None
    metres: float | None = None
    identifier: bool = False
    swap: bool = False
    brand: Kinship | None = None
    model: Literal["same", "differs"] | None = None
    resolution: Literal["same", "differs"] | None = None

    @property
    def points(self) -> float:
        """The sum of what each sign weighs."""
        told = [
            f"serial {self.serial}", f"mac {self.mac}", f"address {self.address}", f"brand {self.brand}",
            f"model {self.model}", f"resolution {self.resolution}",
        ]  # fmt: skip
        total = float(sum(POINTS.get(sign, 0) for sign in told))
        total += POINTS["swap"] * self.swap + POINTS["identifier in the picture"] * self.identifier
        return total + self._name_points() + self._distance_points()

    @property
    def plausibility(self) -> float:
        """What brand, model and resolution alone weigh."""
        told = [f"brand {self.brand}", f"model {self.model}", f"resolution {self.resolution}"]
        return float(sum(POINTS.get(sign, 0) for sign in told))

    @property
    def looks_different(self) -> bool:
        """Whether the device is another make or model than declared."""
        return self.brand == "differs" or self.model == "differs"

    def _name_points(self) -> float:
        if self.name is None:
            return 0.0
        if self.name < NAME_AGAINST:
            return float(POINTS["name against"])
        return max(0.0, (self.name - 0.6) / 0.4) * POINTS["name at 1.0"]

    def _distance_points(self) -> float:
        if self.metres is None or self.metres > AROUND_M:
            return 0.0
        return float(POINTS["within 15 m" if self.metres <= NEAR_M else "within 60 m"])


@dataclass(frozen=True, slots=True)
class Shared:
    """Keys that more than one row or more than one camera carries, and so decide nothing alone."""

    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()
    addresses: frozenset[str] = field(default=frozenset())
    """Addresses behind which several devices answer on ports of their own."""


def signs_of(
    row: DeclaredCamera,
    camera: FoundCamera,
    shared: Shared,
    names: tuple[tuple[NameForm, ...], tuple[NameForm, ...]] = ((), ()),
) -> Signs:
    """The signs of `row` and `camera`; `names` are their specific names."""
    metres = None
    if camera.position and row.latitude is not None and row.longitude is not None:
        metres = metres_between((row.latitude, row.longitude), camera.position)
    return Signs(
        serial=_serial(row, camera, shared),
        mac=_mac(row, camera, shared),
        address=address_sign(row, camera, shared),
        name=best_similarity(*names),
        metres=metres,
        brand=_brand(row, camera),
        model=_model(row.model, camera.model),
        resolution=_resolution(row, camera),
    )


def _serial(row: DeclaredCamera, camera: FoundCamera, shared: Shared) -> SerialSign | None:
    if not row.serial or not camera.serials:
        return None
    if row.serial in camera.serials:
        return "shared" if row.serial in shared.serials else "same"
    if any(same_tail(row.serial, serial) for serial in camera.serials):
        return "shared" if row.serial in shared.serials else "tail"
    if any(one_slip(row.serial, serial) for serial in camera.serials):
        return "slip"
    return None if row.serial in shared.serials or shared.serials.intersection(camera.serials) else "differs"


def _mac(row: DeclaredCamera, camera: FoundCamera, shared: Shared) -> MacSign | None:
    if not row.mac or not camera.macs:
        return None
    if row.mac in camera.macs:
        return "shared" if row.mac in shared.macs else "same"
    return None if row.mac in shared.macs or shared.macs.intersection(camera.macs) else "differs"


def address_sign(row: DeclaredCamera, camera: FoundCamera, shared: Shared) -> AddressSign | None:
    """Whether the camera is seen where the row says; `device`: the recorder is, the row names no channel."""
    if not row.address or not camera.endpoints:
        return None
    here = [end for end in camera.endpoints if end.address == row.address]
    if row.port and row.address in shared.addresses:
        here = [end for end in here if row.port in end.ports]
    if any(end.channel is None or end.channel == row.channel for end in here):
        return "same"
    return "device" if here and row.channel is None else "differs"


def _brand(row: DeclaredCamera, camera: FoundCamera) -> Kinship | None:
    cell = row.cells.get("brand")
    if cell is None or not camera.brand or camera.camera.fields["brand"].proxy:
        return None
    return kinship_of(cell.canonical, camera.brand)


def _model(declared: str | None, found: str | None) -> Literal["same", "differs"] | None:
    if not declared or not found:
        return None
    one, other = ("".join(c for c in text.upper() if c.isalnum()) for text in (declared, found))
    if min(len(one), len(other)) < 4:
        return None
    return "same" if one.startswith(other) or other.startswith(one) else "differs"


def _resolution(row: DeclaredCamera, camera: FoundCamera) -> Literal["same", "differs"] | None:
    declared = said(row.cells.get("resolution"))
    if not declared or not camera.resolution:
        return None
    agrees = size_agrees(declared, camera.resolution)
    return None if agrees is None else "same" if agrees else "differs"
