"""Which key pictures of a stream are kept for looking at: at most three, as far apart in time as they come."""

from __future__ import annotations

from cctv_probe.media.access_unit import AccessUnit

MAX_BYTES = 8 * 1024 * 1024
"""A larger key picture is not kept: no camera sends one."""
_HELD = 8
_HELD_BYTES = 3 * MAX_BYTES


class KeyPictures:
    """Collects key pictures in bounded memory (eight, 24 MiB) whatever a camera sends. Damaged ones are not kept."""

    def __init__(self) -> None:
        self._held: list[AccessUnit] = []

    def add(self, unit: AccessUnit) -> None:
        """Consider `unit`; anything but a whole key picture with its data is passed over."""
        if not unit.is_key or unit.damaged or not 0 < len(unit.data) <= MAX_BYTES:
            return
        if self._held and unit.codec != self._held[-1].codec:
            self._held.clear()
        self._held.append(unit)
        while len(self._held) > _HELD or sum(len(held.data) for held in self._held) > _HELD_BYTES:
            del self._held[self._least_needed()]

    @property
    def chosen(self) -> tuple[AccessUnit, ...]:
        """The first, the newest, and the one nearest the middle between them; fewer where fewer came."""
        if len(self._held) < 3:
            return tuple(self._held)
        first, *between, newest = self._held
        middle_s = (first.arrived_s + newest.arrived_s) / 2
        return first, min(between, key=lambda unit: abs(unit.arrived_s - middle_s)), newest

    def _least_needed(self) -> int:
        """The one between the first and the newest whose neighbours are closest to each other."""
        if len(self._held) < 3:
            return 0
        return min(
            range(1, len(self._held) - 1),
            key=lambda at: self._held[at + 1].arrived_s - self._held[at - 1].arrived_s,
        )
