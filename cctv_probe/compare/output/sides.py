"""What stands beside a declared value: what the device is set to, and what was measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cctv_probe.compare.comparison import Comparison, RowResult
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.reading.declared_list import DeclaredList
from cctv_probe.compare.verdicts.judge import HINTED
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.model.evidence import Evidence, Fact, Standing
from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Text
from cctv_probe.survey.display import camera_title, hint_words, place_words
from cctv_probe.survey.safe_text import clean

_TO_LOOK_AT = ("mismatch", "sources_disagree", "parse_suspect", "stale", "maturing")
_WAITING = ("not_observed", "stale")


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with the list that it was made from."""

    comparison: Comparison
    listed: DeclaredList


@dataclass(frozen=True, slots=True)
class Sides:
    """The best evidence of a setting (or, where there is none, of what the device says) and of a measurement."""

    configured: Evidence | None
    measured: Evidence | None


def sides(found: FoundCamera | None, field: str) -> Sides:
    """Both sides of one field of a discovered camera; none of them where there is no camera."""
    told = _told(found.camera.fields[field]) if found else ()
    configured = _first(told, Standing.CONFIGURED) or _first(told, Standing.ADVERTISED)
    return Sides(configured, _first(told, Standing.MEASURED) or _first(told, Standing.BITSTREAM))


def _told(fact: Fact) -> Sequence[Evidence]:
    return (*([fact.chosen] if fact.chosen else []), *fact.others)


def _first(told: Sequence[Evidence], standing: Standing) -> Evidence | None:
    return next((item for item in told if item.source.standing is standing), None)


def side_words(field: str, item: Evidence | None) -> Text | None:
    """One side as people read it."""
    return hint_words(field, item) if item else None


def to_look_at(row: RowResult) -> tuple[Verdict, ...]:
    """The verdicts of a paired row that deserve a sentence of their own."""
    return tuple(each for each in row.verdicts if each.verdict in _TO_LOOK_AT) if row.found else ()


def waiting(row: RowResult) -> tuple[str, ...]:
    """The fields of a paired row that could not be verified."""
    return tuple(each.field for each in row.verdicts if each.verdict == "not_observed") if row.found else ()


def empty_in_list(row: RowResult) -> tuple[str, ...]:
    """The fields that were found and that the list leaves empty."""
    return tuple(each.field for each in row.verdicts if each.verdict == "undeclared") if row.found else ()


def has_differences(row: RowResult) -> bool:
    """Whether a paired row says something else than what was found."""
    return any(each.verdict in ("mismatch", "sources_disagree", "parse_suspect") for each in to_look_at(row))


def is_settled(verdict: Verdict) -> bool:
    """Whether nothing is left to do about a field: it agrees, its difference was accepted, or only the list can say it."""
    stands = (
        verdict.field in HINTED and verdict.verdict == "not_assessed" and verdict.canonical not in (None, "", "missing")
    )
    return verdict.is_compliant or verdict.verdict == "accepted" or stands


def is_all_compliant(compared: Compared) -> bool:
    """Whether every declared camera was found with every value as declared, and no other one."""
    comparison = compared.comparison
    rows = all(row.state == "paired" and all(map(is_settled, row.verdicts)) for row in comparison.rows)
    return rows and not comparison.undeclared and not compared.listed.unread()


def was_anything_compared(compared: Compared) -> bool:
    """Whether any row met a camera, or has something better than likeness that leads to one."""
    rows = compared.comparison.rows
    return any(row.found or (row.question and row.question.code != "only_plausible") for row in rows)


def called(row: RowResult) -> str:
    """What a declared camera is called: name, place, number, address, else its key."""
    declared = row.declared
    return clean(declared.name or declared.place or declared.camera_id or declared.address or declared.key, 80)


def declared_place(row: RowResult) -> str:
    """`10.0.0.12:8080/3`, as far as the list says it."""
    declared = row.declared
    if declared.address is None:
        return ""
    port = f":{declared.port}" if declared.port else ""
    return clean(f"{declared.address}{port}", 60) + (f"/{declared.channel}" if declared.channel is not None else "")


def found_place(found: FoundCamera) -> str:
    """`10.0.0.12`, with the channel where the camera is one of several."""
    number = f"/{found.camera.channel}" if place_words(found.camera) else ""
    return clean(found.camera.device, 60) + number


def found_title(found: FoundCamera) -> Text:
    """What a discovered camera is called."""
    title = camera_title(found.camera)
    return Text(en=clean(title.en, 80), th=clean(title.th, 80))


def found_by_key(comparison: Comparison) -> dict[str, FoundCamera]:
    """Every discovered camera of a comparison by its key."""
    paired = [row.found for row in comparison.rows if row.found]
    return {camera.key: camera for camera in (*paired, *(each.found for each in comparison.undeclared))}


def numbered_fields() -> Iterator[tuple[int, str]]:
    """(number on the form, key) of the eleven fields."""
    yield from enumerate(FIELDS, 1)
