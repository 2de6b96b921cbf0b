"""UTM to degrees (WGS 84, transverse Mercator in the third flattening: Krüger's series, as in the IGN and OSGB guides)."""

from __future__ import annotations

import math

_A_M = 6_378_137.0
_FLATTENING = 1 / 298.257223563
_SCALE = 0.9996
_N = _FLATTENING / (2 - _FLATTENING)
_RECTIFYING_M = _A_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_DELTA = (2 * _N - 2 * _N**2 / 3 - 2 * _N**3, 7 * _N**2 / 3 - 8 * _N**3 / 5, 56 * _N**3 / 15)


def to_degrees(zone: int, easting_m: float, northing_m: float) -> tuple[float, float]:
    """(latitude, longitude) in degrees of a point of the northern hemisphere; right within a centimetre inside its zone."""
    xi = northing_m / (_SCALE * _RECTIFYING_M)
    eta = (easting_m - 500_000.0) / (_SCALE * _RECTIFYING_M)
    xi_0 = xi - sum(beta * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, beta in enumerate(_BETA, 1))
    eta_0 = eta - sum(beta * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, beta in enumerate(_BETA, 1))
    chi = math.asin(math.sin(xi_0) / math.cosh(eta_0))
    latitude = chi + sum(delta * math.sin(2 * j * chi) for j, delta in enumerate(_DELTA, 1))
    longitude = math.radians(zone * 6 - 183) + math.atan2(math.sinh(eta_0), math.cos(xi_0))
    return math.degrees(latitude), math.degrees(longitude)
