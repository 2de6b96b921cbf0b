"""Serial numbers, MAC addresses, addresses and positions in the form in which they are compared. Pure, bounded, raises nothing."""

from __future__ import annotations

import ipaddress
import math
import re
import unicodedata

_LONGEST = 200
_NO_SIGN = re.compile(r"[\W_]+")
_HOST = re.compile(
    r"(?:[a-z]{2,8}://)?(?:[^@/\s]*@)?(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?:[/?].*)?", re.IGNORECASE
)
_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*[,;]\s*({_NUMBER})")
_UTM = re.compile(r"utm:(\d{1,2})([NS]):(\d{5,7}(?:\.\d+)?):(\d{4,8}(?:\.\d+)?)")
_LATITUDES, _LONGITUDES = (5.6, 20.5), (97.3, 105.7)
SHORTEST_SERIAL = 6
SHORTEST_TAIL = 8
"""A shorter part of a serial number says too little."""
_COUNTED_UP = "0123456789012345678901234567890"


def serial_of(text: str | None) -> str | None:
    """A serial number as letters and digits in capitals; None for none, and for what factories leave (`000000`, `123456`)."""
    if not text:
        return None
    plain = _NO_SIGN.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).upper()
    if len(plain) < SHORTEST_SERIAL or len(set(plain)) <= 2 or plain in _COUNTED_UP or not re.search(r"\d", plain):
        return None
    return plain


def same_tail(one: str, other: str) -> bool:
    """Whether the shorter serial number ends the longer one: labels carry `D12345678` where ONVIF says model, date and that."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_TAIL and len(long) > len(short) and long.endswith(short)


def one_slip(one: str, other: str) -> bool:
    """Whether two serial numbers of the same length differ in one character, or in two neighbours that changed places."""
    if len(one) != len(other) or len(one) < SHORTEST_TAIL:
        return False
    apart = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) == 1:
        return True
    swapped = len(apart) == 2 and apart[1] == apart[0] + 1
    return swapped and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]


def mac_of(text: str | None) -> str | None:
    """A MAC address as `AA:BB:CC:DD:EE:FF`; None for anything else, for multicast and for all zeros."""
    digits = re.sub(r"[\s:.\-]", "", text[:_LONGEST]) if text else ""
    if not re.fullmatch(r"[0-9A-Fa-f]{12}", digits) or len(set(digits)) == 1 or int(digits[1], 16) & 1:
        return None
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2)).upper()


def address_of(text: str | None) -> tuple[str | None, int | None]:
    """(address, port) from `10.0.0.7`, `010.000.000.007`, `10.0.0.7:8000`, a URL or an IPv6 address; (None, None) else."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).strip() if text else ""
    found = _HOST.fullmatch(plain)
    if found:
        parts = [int(part) for part in found[1].split(".")]
        port = int(found[2]) if found[2] and 0 < int(found[2]) < 65536 else None
        return (".".join(map(str, parts)), port) if max(parts) < 256 and any(parts) else (None, None)
    try:
        return (str(ipaddress.ip_address(plain.strip("[]"))), None) if ":" in plain else (None, None)
    except ValueError:
        return None, None


def coordinates_of(text: str | None) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees from `lat,long` or `utm:47N:easting:northing`; swapped ones put right; none else."""
    plain = text[:_LONGEST].strip() if text else ""
    found = _UTM.fullmatch(plain)
    if found:
        latitude, longitude = from_utm(int(found[1]), found[2] == "N", float(found[3]), float(found[4]))
    else:
        pair = _PAIR.search(plain)
        if not pair:
            return None, None
        latitude, longitude = float(pair[1]), float(pair[2])
        if not _inside(latitude, longitude) and _inside(longitude, latitude):
            latitude, longitude = longitude, latitude
    return (latitude, longitude) if _inside(latitude, longitude) else (None, None)


def _inside(latitude: float, longitude: float) -> bool:
    """Whether a position lies in Thailand."""
    return _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance over ground of two (latitude, longitude), in metres, on a sphere."""
    (a_lat, a_lon), (b_lat, b_lon) = ((math.radians(lat), math.radians(lon)) for lat, lon in (one, other))
    half = math.sin((b_lat - a_lat) / 2) ** 2 + math.cos(a_lat) * math.cos(b_lat) * math.sin((b_lon - a_lon) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))


def from_utm(zone: int, north: bool, easting_m: float, northing_m: float) -> tuple[float, float]:
    """(latitude, longitude) of a UTM position on WGS 84 (Snyder, Map Projections, USGS 1395, 8-17 to 8-25)."""
    a, f, k0 = 6_378_137.0, 1 / 298.257223563, 0.9996
    e2 = f * (2 - f)
    ep2 = e2 / (1 - e2)
    mu = ((northing_m if north else northing_m - 1e7) / k0) / (a * (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256))
    e1 = (1 - math.sqrt(1 - e2)) / (1 + math.sqrt(1 - e2))
    foot = (
        mu
        + (3 * e1 / 2 - 27 * e1**3 / 32) * math.sin(2 * mu)
        + (21 * e1**2 / 16 - 55 * e1**4 / 32) * math.sin(4 * mu)
        + 151 * e1**3 / 96 * math.sin(6 * mu)
    )
    sine, cosine, tangent = math.sin(foot), math.cos(foot), math.tan(foot)
    c, t = ep2 * cosine**2, tangent**2
    n = a / math.sqrt(1 - e2 * sine**2)
    r = a * (1 - e2) / (1 - e2 * sine**2) ** 1.5
    d = (easting_m - 500_000) / (n * k0)
    latitude = foot - n * tangent / r * (d**2 / 2 - (5 + 3 * t + 10 * c - 4 * c**2 - 9 * ep2) * d**4 / 24)
    longitude = (d - (1 + 2 * t + c) * d**3 / 6 + (5 - 2 * c + 28 * t) * d**5 / 120) / cosine if cosine else 0.0
    return math.degrees(latitude), math.degrees(longitude) + zone * 6 - 183
