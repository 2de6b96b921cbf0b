"""Field 2: `latitude,longitude` (degrees, WGS 84), `utm:47N:easting:northing`, or the place as text. No link is followed."""

from __future__ import annotations

import re
from urllib.parse import unquote

from cctv_probe.compare.normalise import missing
from cctv_probe.compare.normalise.reading import Confidence, Reading
from cctv_probe.compare.normalise.text import clean

LATITUDES = (5.6, 20.5)
LONGITUDES = (97.3, 105.7)
"""Thailand (facts: survey, "Owners and places")."""
LONGEST_PLACE = 300

PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
UTM = re.compile(r"utm:(4[78])N:(\d{6}):(\d{6,7})")

_LINK = re.compile(r"(?:https?://|www\.|maps\.|goo\.gl|google\.)\S+", re.IGNORECASE)
_SHORT_LINK = re.compile(r"goo\.gl/|maps\.app|g\.page|bit\.ly|g\.co/", re.IGNORECASE)
_IN_LINK = (
    re.compile(r"!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)"),
    re.compile(r"(?:[?&/](?:q|ll|query|daddr|destination|center|sll|cbll|viewpoint|loc:?|search|place|dir)[=/:])(?:loc:)?\s*\+?(-?\d+\.\d+)\s*[,+ ]\s*\+?(-?\d+\.\d+)"),
    re.compile(r"@(-?\d+\.\d+),(-?\d+\.\d+)"),
    re.compile(r"(-?\d{1,3}\.\d{3,}),\+?\s*(-?\d{1,3}\.\d{3,})"),
)  # fmt: skip
_UTM_TEXT = re.compile(
    r"(?:utm\s*)?(?:zone\s*|โซน\s*)?(?P<zone>4[78])\s*(?:[c-x]|\b)[\s,:]*(?:[ex]\s*[:=]?\s*)?0?(?P<east>\d{6})(?:\.\d+)?\s*(?:m\s*)?e?[\s,:/]+"
    r"(?:[ny]\s*[:=]?\s*)?0*(?P<north>\d{6,7})(?:\.\d+)?\s*(?:m\s*)?n?\b",
    re.IGNORECASE,
)
_UTM_ZONE_LAST = re.compile(
    r"(?:[ex]\s*[:=]?\s*)?0?(?P<east>\d{6})(?:\.\d+)?\s*(?:m\s*)?e?[\s,:/]+(?:[ny]\s*[:=]?\s*)?0*(?P<north>\d{6,7})(?:\.\d+)?\s*(?:m\s*)?n?[\s,(]*"
    r"(?:(?:utm\s*)?(?:zone|โซน)?\s*(?P<zone>4[78])\s*[c-x]?)?\)?",
    re.IGNORECASE,
)
_GRID = re.compile(r"(?:mgrs\s*:?\s*)?4[78]\s?[c-x]\s?[a-z]{2}\s?\d{3,5}\s?\d{3,5}", re.IGNORECASE)
_NORTH = r"(?:n(?:orth)?|เหนือ|น\.?)"
_EAST = r"(?:e(?:ast)?|ตะวันออก|ต\.?อ\.?|อ\.?)"
_LABEL = re.compile(
    r"(?:latitude|lat(?:i)?|longitude|long(?:i)?|lon|lng|พิกัด(?:ที่ตั้ง)?|gps|ละติจูด|ละติจุด|แลตติจูด|ลองจิจูด|ลองติจูด|ลองจิจุด|ลอง|แลต|แลท|เส้นรุ้ง|เส้นแวง|geo|wgs\s*-?\s*84|x|y|coordinates?|map|location|ที่)\s*[.:=]*\s*",
    re.IGNORECASE,
)
_SECONDS = re.compile(
    rf"(?P<before>{_NORTH}|{_EAST})?\s*(?P<deg>\d{{1,3}}(?:\.\d+)?)\s*(?:°|องศา|deg|d|(?=[\s\-:]\s*\d))\s*[\s\-:]?\s*"
    rf"(?:(?P<min>\d{{1,2}}(?:\.\d+)?)\s*(?:'|ลิปดา|min|m|(?=[\s\-:]\s*\d)|(?=\s*(?:{_NORTH}|{_EAST}|,|$|\s)))\s*[\s\-:]?\s*"
    rf"(?:(?P<sec>\d{{1,2}}(?:\.\d+)?)\s*(?:\"|''|'|พิลิปดา|ฟิลิปดา|sec|s)?)?)?\s*(?P<after>(?:{_NORTH}|{_EAST})(?![a-zก-๙]))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.])-?\d{1,3}\.\d+(?![\d.])")
_WHOLE = re.compile(r"-?\d{1,3}(?:\.\d+)?")


def read(text: str) -> Reading | None:
    """Coordinates where a cleaned cell holds some, else the place in words; None for what is neither."""
    return _link(text) if _LINK.search(text) else _without_link(text)


def _without_link(text: str) -> Reading | None:
    if _GRID.fullmatch(text):
        return Reading("suspect:mgrs", "medium", "grid_reference")
    utm = _utm(text)
    if utm:
        return utm
    return _degrees(text) or _place(text)


def _link(text: str) -> Reading | None:
    decoded = unquote(unquote(text))
    for pattern in _IN_LINK:
        if found := pattern.search(decoded):
            return pair(found[1], found[2], "high", "map_link")
    if _SHORT_LINK.search(decoded):
        return Reading("suspect:short_link", "medium", "link_not_followed")
    words = clean(_LINK.sub(" ", text))
    return (None if missing.read(words) else _without_link(words)) or Reading(
        "suspect:link", "medium", "link_without_coordinates"
    )


def _utm(text: str) -> Reading | None:
    for pattern in (_UTM_TEXT, _UTM_ZONE_LAST):
        for found in pattern.finditer(text):
            north, east = int(found["north"]), int(found["east"])
            if not (600_000 <= north <= 2_300_000 and 150_000 <= east <= 850_000):
                continue
            if not found["zone"]:
                return Reading("suspect:utm_without_zone", "medium", "utm_without_zone")
            sure: Confidence = "high" if found.span() == (0, len(text)) else "medium"
            return Reading(f"utm:{found['zone']}N:{east}:{north}", sure, "utm")
    return None


def _degrees(text: str) -> Reading | None:
    bare = _LABEL.sub(" ", text)
    signed = [found for found in _SECONDS.finditer(bare) if found["min"] or found["after"] or found["before"]]
    if len(signed) == 2:
        values = [_value(found) for found in signed]
        if all(value is not None for value in values):
            read_as = pair(f"{values[0]:.6f}", f"{values[1]:.6f}", "high", "degrees_minutes")
            if not read_as.canonical.startswith("suspect"):
                return _plain_decimals(signed) or read_as
    numbers = _NUMBER.findall(bare) or _comma_decimals(bare)
    if len(numbers) == 2:
        rest = _NUMBER.sub(" ", bare)
        sure: Confidence = "medium" if re.search("[a-zก-๙]{3}|[ก-๙]{2}", rest, re.IGNORECASE) else "high"
        read_as = pair(numbers[0], numbers[1], sure, "decimal_degrees")
        return None if sure == "medium" and read_as.canonical.startswith("suspect:") else read_as
    if re.fullmatch(r"\s*-?\d{1,3}(?:\.\d+)?\s*[,;/ ]\s*-?\d{1,3}(?:\.\d+)?\s*", bare) and (
        "." in bare or not re.search("[1-9]", bare)
    ):
        whole = _WHOLE.findall(bare)
        return pair(whole[0], whole[1], "medium", "decimal_degrees")
    return None


def _plain_decimals(signed: list[re.Match[str]]) -> Reading | None:
    """`13.756331N 100.501762E`: degrees only, kept as written."""
    if any(found["min"] for found in signed):
        return None
    return pair(signed[0]["deg"], signed[1]["deg"], "high", "decimal_degrees")


def _value(found: re.Match[str]) -> float | None:
    minutes, seconds = float(found["min"] or 0), float(found["sec"] or 0)
    return None if minutes >= 60 or seconds >= 60 else float(found["deg"]) + minutes / 60 + seconds / 3600


def _comma_decimals(text: str) -> list[str]:
    """`13,756331 100,501762`, and `13.756.331` as spreadsheets write it."""
    commas = re.fullmatch(r"\s*(\d{1,2}),(\d{4,8})[\s,;/]+(\d{2,3}),(\d{4,8})\s*", text)
    if commas:
        return [f"{commas[1]}.{commas[2]}", f"{commas[3]}.{commas[4]}"]
    dots = re.fullmatch(r"\s*(\d{1,2})\.(\d{3})\.(\d{1,3})[\s,;/]+(\d{2,3})\.(\d{3})\.(\d{1,3})\s*", text)
    return [f"{dots[1]}.{dots[2]}{dots[3]}", f"{dots[4]}.{dots[5]}{dots[6]}"] if dots else []


def pair(first: str, second: str, sure: Confidence, rule: str) -> Reading:
    """Two numbers of degrees in the order in which Thailand can lie there."""
    one, two = float(first), float(second)
    if _inside(one, LATITUDES) and _inside(two, LONGITUDES):
        return Reading(f"{_shown(first)},{_shown(second)}", sure, rule)
    if _inside(two, LATITUDES) and _inside(one, LONGITUDES):
        return Reading(f"{_shown(second)},{_shown(first)}", "medium", "swapped")
    return Reading("suspect:zero" if one == two == 0 else "suspect:outside_thailand", "medium", "outside_thailand")


def _inside(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _shown(number: str) -> str:
    """At most six decimals (11 cm)."""
    return f"{float(number):.6f}" if len(number.partition(".")[2]) > 6 else number.lstrip("+")


def _place(text: str) -> Reading | None:
    letters = sum(letter.isalpha() for letter in text)
    if letters < 2 or len(text) > LONGEST_PLACE:
        return None
    return Reading(text, "medium", "place_name")
