"""The maker behind a MAC address, for the few prefixes that stand in `brands.yaml`."""

from __future__ import annotations

import functools

from cctv_probe.identify.brands import Brand, brands


@functools.cache
def _by_prefix() -> dict[str, Brand]:
    return {prefix: brand for brand in brands().values() for prefix in brand.ouis}


def brand_of_mac(mac: str | None) -> Brand | None:
    """The maker of the network card in `AA:BB:CC:DD:EE:FF`: the weakest of all hints, and only on the local segment."""
    return _by_prefix().get((mac or "").upper().replace("-", ":")[:8])
