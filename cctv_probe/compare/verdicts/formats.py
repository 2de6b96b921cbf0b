"""File formats: codec and container, declared beside observed."""

from __future__ import annotations

from collections.abc import Mapping

from cctv_probe.compare.verdicts import words
from cctv_probe.compare.verdicts.verdict import Outcome
from cctv_probe.model.evidence import Value

_MP4 = frozenset({"mp4", "mpegps", "ps", "mov"})
"""Hikvision exports named .mp4 may hold an MPEG programme stream."""
_OWN = frozenset({"dav", "dhav", "hik", "imkh", "proprietary"})
_SAME_CODEC = {"mpeg4part2": "mpeg4", "hevc": "h265", "avc": "h264"}
_SAME_CONTAINER = {"dhav": "dav", "matroska": "mkv", "ps": "mpegps", "mpeg": "mpegps"}


def file_format(canonical: str, observed: Value) -> Outcome | None:
    """Field 11: codec and container apart; a container that nobody could see contradicts nothing. None where unsaid."""
    if not isinstance(observed, Mapping):
        return None
    codec, container = str(observed.get("codec") or ""), str(observed.get("container") or "not_observable")
    if canonical == "suspect:mpeg4":
        fits = codec in ("h264", "mpeg4") or container in _MP4
        return Outcome("within_tolerance", note=words.MPEG4) if fits else Outcome("parse_suspect", note=words.MPEG4)
    if canonical.startswith("multiple:"):
        return _any_format(canonical.removeprefix("multiple:").split("|"), codec, container)
    return _one_format(_parts(canonical), codec, container)


def _parts(canonical: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in canonical.split(";"))
    return {key.strip(): value.strip() for key, mark, value in pairs if mark and value.strip()}


def _any_format(forms: list[str], codec: str, container: str) -> Outcome | None:
    told = [outcome for form in forms if (outcome := _one_format(_parts(form), codec, container))]
    if not told:
        return None
    if any(outcome.is_compliant for outcome in told):
        return Outcome("within_tolerance", note=words.ONE_OF_SEVERAL)
    return told[0]


def _one_format(declared: Mapping[str, str], codec: str, container: str) -> Outcome | None:
    wanted = _SAME_CODEC.get(declared.get("codec", ""), declared.get("codec", ""))
    said = _SAME_CONTAINER.get(declared.get("container", ""), declared.get("container", ""))
    seen = _SAME_CONTAINER.get(container, container)
    if wanted and codec and wanted != _SAME_CODEC.get(codec, codec):
        return Outcome("mismatch")
    if said and seen != "not_observable" and said != seen:
        near = {said, seen} <= _MP4 or ({said, seen} <= _OWN)
        return Outcome("within_tolerance", note=words.SAME_KIND) if near else Outcome("mismatch")
    if wanted and codec:
        smart = words.SMART if declared.get("variant") == "smart" else None
        return Outcome("match", note=words.CONTAINER_UNSEEN if said and seen == "not_observable" else smart)
    if said and seen == said:
        return Outcome("match")
    return Outcome("not_observed", note=words.CONTAINER_UNSEEN) if said else None
