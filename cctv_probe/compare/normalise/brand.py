"""Field 6: a brand's slug, `multiple:a|b`, `unbranded` or `unknown`.

The whole field is matched first, then its Latin words, never a part of a Thai word (`ดาหัว` stands inside `เดาหัวข้อ`).
"""

from __future__ import annotations

import functools
import re

from cctv_probe.compare.normalise import missing
from cctv_probe.compare.normalise.reading import Confidence, Reading, least, several
from cctv_probe.compare.normalise.spelling import distance, nearest, sound
from cctv_probe.compare.normalise.tables import either, rows, squeezed

_BETWEEN = re.compile(
    r"\s*[,;/+&|\n]\s*|\s+(?:และ|กับ|หรือ|and|or)\s+|(?<=[a-z])\s*(?:และ|กับ|หรือ)\s*|(?:และ|กับ|หรือ)\s*(?=[a-z])",
    re.IGNORECASE,
)
_NOT_A_SEPARATOR = re.compile(r"\b(?:co|corp|inc|plc)\.?\s*,\s*(?=ltd|limited|inc)", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_LATIN_WORDS = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")
_NEGATED = re.compile(r"ไม่ใช่|มิใช่|\bnot\b", re.IGNORECASE)
_THAI_AND = re.compile("และ|กับ|หรือ")
_LONGEST = 200


@functools.cache
def _by_name() -> dict[str, str]:
    """Slug by compared form of each name."""
    return {
        squeezed(name): row["slug"]
        for row in rows("brands")
        for name in (row["slug"], row["display"], *row["names"].split("|"))
        if squeezed(name)
    }


@functools.cache
def _latin() -> dict[str, str]:
    return {name: slug for name, slug in _by_name().items() if name.isascii() and len(name) > 4}


@functools.cache
def _by_sound() -> dict[str, str]:
    """Slug by sound of each Thai name; sounds that two brands share are left out."""
    heard: dict[str, set[str]] = {}
    for name, slug in _by_name().items():
        if not name.isascii():
            heard.setdefault(sound(name), set()).add(slug)
    return {name: slugs.pop() for name, slugs in heard.items() if len(slugs) == 1}


@functools.cache
def _words() -> dict[str, str]:
    """What a word beside a brand means; a word that is also noise means the other where it stands alone."""
    return {squeezed(row["word"]): row["kind"] for row in rows("brand_words") if row["kind"] != "noise"}


@functools.cache
def _noise() -> re.Pattern[str]:
    words = [row["word"] for row in rows("brand_words") if row["kind"] == "noise"]
    thai = either(word for word in words if not word.isascii())
    return re.compile(
        rf"^(?:{thai})+|(?:{thai})+$|\b(?:{either(word for word in words if word.isascii())})\b\.?", re.IGNORECASE
    )


@functools.cache
def _models() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"(?<![A-Z0-9-])(?:{row['pattern']})"), row["slug"]) for row in rows("model_numbers"))


def display(slug: str) -> str:
    """A brand's name as records show it; an unlisted slug as it is."""
    return _displays().get(slug, slug)


@functools.cache
def _displays() -> dict[str, str]:
    return {row["slug"]: row["display"] for row in rows("brands")}


def family(slug: str) -> str:
    """The slug of the maker whose devices a brand sells; the brand itself where none is known."""
    return _families().get(slug) or slug


@functools.cache
def _families() -> dict[str, str]:
    return {row["slug"]: row["family"] for row in rows("brands")}


def read(text: str) -> Reading | None:
    """The brand or brands that a cleaned cell names; None where it names none."""
    if len(text) > _LONGEST:
        return None
    text = _LEADING_NUMBER.sub("", text)
    whole = _whole(text)
    if whole or _NEGATED.search(text):
        return whole
    parts = [part for part in _BETWEEN.split(_NOT_A_SEPARATOR.sub("co ", text)) if squeezed(part)]
    if len(parts) > 1:
        readings = [
            reading for part in parts if (reading := _one(part)) and reading.canonical not in ("unknown", "unbranded")
        ]
        if readings:
            slugs = several([reading.canonical for reading in readings])
            sure = least(
                *(reading.confidence for reading in readings), "high" if len(readings) == len(parts) else "medium"
            )
            return Reading(slugs, sure, "several" if slugs.startswith("multiple:") else readings[0].rule)
    return _joined_names(text) or _one(text) or missing.read(_bare(text)) or _unlisted(text)


def plainly(text: str) -> Reading | None:
    """The brand where the cell is nothing but its name, with company words, or a model number; no guesses."""
    return (_whole(text) or _whole(_bare(text)) or _model(text)) if len(text) <= _LONGEST else None


def _joined_names(text: str) -> Reading | None:
    """`ฮิควิชั่นและดาหัว`: Thai names written together, where every part is a name as a whole."""
    names = [_whole(part.strip()) for part in _THAI_AND.split(text)]
    slugs = [name.canonical for name in names if name and name.canonical in _displays()]
    return Reading(several(slugs), "medium", "several") if len(slugs) == len(names) > 1 else None


def _whole(text: str) -> Reading | None:
    compared = squeezed(text)
    if compared in _by_name():
        return Reading(_by_name()[compared], "high", "name")
    kind = _words().get(compared)
    return Reading(kind, "high", f"{kind}_word") if kind else None


def _one(text: str) -> Reading | None:
    whole = _whole(text)
    if whole:
        return whole
    bare = _bare(text)
    stripped = _whole(bare) if bare != text else None
    if stripped:
        return Reading(stripped.canonical, "high", "name_with_company_words")
    return _inside_brackets(text) or _by_words(bare or text) or _model(text) or _misspelt(bare or text)


def _bare(text: str) -> str:
    """Without brackets, company words and `ยี่ห้อ`."""
    text = _BRACKETS.sub(" ", text)
    before = None
    while before != text and squeezed(text) not in _words():
        before, text = text, _noise().sub(" ", text, count=1).strip(" .,:;-_'\"")
    return re.sub(r"\s+", " ", text)


def _inside_brackets(text: str) -> Reading | None:
    """`กล้องดาหัว (Dahua)`: the brand in brackets, where nothing outside says another."""
    for found in _BRACKETS.finditer(text):
        inside = _whole(_bare(found[1]) or found[1])
        outside = _by_words(_bare(text))
        if inside and inside.canonical in _displays() and (outside is None or outside.canonical == inside.canonical):
            return Reading(inside.canonical, "medium", "name_in_brackets")
    return None


def _by_words(text: str) -> Reading | None:
    """Latin words of the field, up to four together, and whole Thai words that stand apart."""
    words = _LATIN_WORDS.findall(text)[:12]
    found: list[str] = []
    at = 0
    while at < len(words):
        for count in range(min(4, len(words) - at), 0, -1):
            joined = squeezed("".join(words[at : at + count]))
            slug = _by_name().get(joined)
            if slug and (len(joined) > 2 or len(words) == 1):
                found.append(slug)
                at += count - 1
                break
        at += 1
    found += [
        slug
        for word in text.split()
        if not word.isascii() and len(word) > 3 and (slug := _by_name().get(squeezed(word)))
    ]
    if not found:
        return None
    found = [
        slug
        for slug in dict.fromkeys(found)
        if not any(other != slug and _families().get(other) == slug for other in found)
    ]
    return Reading(several(found), "medium", "name_in_words")


def _model(text: str) -> Reading | None:
    upper = re.sub(r"\s*-\s*", "-", text.upper())
    for pattern, slug in _models():
        if pattern.search(upper):
            return Reading(slug, "medium", "model_number")
    return None


def _misspelt(text: str) -> Reading | None:
    """A brand's name with a slip or two: the whole field, or one of its Latin words."""
    compared = squeezed(text)
    if compared.isascii():
        for word in (compared, *(squeezed(word) for word in _LATIN_WORDS.findall(text)[:6])):
            close = nearest(word, _latin()) if len(word) > 3 else None
            if close:
                sure: Confidence = "medium" if close[1] == 1 and len(word) > 6 else "low"
                return Reading(close[0], sure, "misspelt")
        return None
    return _heard(compared)


def _heard(thai: str) -> Reading | None:
    heard = sound(thai)
    if len(heard) < 3 or len(heard) > 20:
        return None
    if heard in _by_sound():
        return Reading(_by_sound()[heard], "medium", "sounds_alike")
    near = {
        slug: slips
        for name, slug in _by_sound().items()
        if len(name) > 4
        and name[0] == heard[0]
        and (slips := distance(heard, name, 1 if len(name) < 7 else 2)) <= (1 if len(name) < 7 else 2)
    }
    best = [slug for slug, slips in near.items() if slips == min(near.values())]
    return Reading(best[0], "low", "sounds_alike") if len(best) == 1 else None


def _unlisted(text: str) -> Reading | None:
    """A name that is on no list: its slug, as a guess. Only Latin words can be one."""
    bare = _bare(text)
    words = bare.split()
    if (
        not 1 <= len(words) <= 3
        or not re.fullmatch(r"[A-Za-z][A-Za-z0-9 .&'\-]{1,28}", bare)
        or len(re.findall("[A-Za-z]", bare)) < 3
    ):
        return None
    if re.search(r"\d", bare) and not re.fullmatch(r"[A-Za-z]+\d?", bare):
        return None
    slug = re.sub("[^a-z0-9]+", "-", bare.casefold()).strip("-")
    return Reading(slug, "low", "unlisted_name")
