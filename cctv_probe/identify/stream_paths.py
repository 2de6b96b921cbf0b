"""The RTSP paths worth trying on a device that speaks nothing else: configured ones, then those its maker documents."""

from __future__ import annotations

from collections.abc import Iterable

from cctv_probe.identify.brands import brands, find_brand
from cctv_probe.identify.data import load

MOST_A_BRAND = 4
MOST_A_DEVICE = 8


def paths_for(brand: str | None, configured: Iterable[str] = ()) -> tuple[str, ...]:
    """At most eight paths: the `configured` ones, then at most four of `brand` (in any spelling) or of its family.

    An unknown brand has none: paths are never guessed from a dictionary.
    """
    maker = brands().get((brand or "").casefold()) or find_brand(brand)
    paths = load("stream_paths")
    own = (paths.get(maker.slug) or paths.get(maker.family) or ()) if maker else ()
    return tuple(dict.fromkeys((*configured, *own[:MOST_A_BRAND])))[:MOST_A_DEVICE]
