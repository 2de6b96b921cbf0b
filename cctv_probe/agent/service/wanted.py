"""Records that the register lacks, by their digests: noted durably by the sender, handed in later by a child.

The service itself never opens what is known of cameras; the note is on disk before the report that was answered so counts as
delivered.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from cctv_probe.agent.places import Places
from cctv_probe.survey.atomic import CannotWriteError, write_atomically

MOST_WAITING = 1000
_MOST_BYTES = 4 << 20
_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def wanted_folder(places: Places) -> Path:
    """Where the notes lie, one for each answer."""
    return places.folder / "wanted"


def note_wanted(places: Places, report_id: str, digests: tuple[str, ...]) -> None:
    """Note what the register asked for in its answer to `report_id`. Raises OSError."""
    folder = wanted_folder(places)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{report_id}.json"
    if not _NAME.fullmatch(path.name):
        return  # not an id of ours
    asked = sorted({digest for digest in digests if _DIGEST.fullmatch(digest)})
    try:
        write_atomically(path, json.dumps({"report_id": report_id, "digests": asked}).encode())
    except CannotWriteError as error:
        raise OSError(error.text.en) from error
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def wanted_files(places: Places) -> list[Path]:
    """The notes, oldest first. Raises nothing."""
    try:
        names = sorted(entry.name for entry in os.scandir(wanted_folder(places)) if _NAME.fullmatch(entry.name))
    except OSError:
        return []
    return [wanted_folder(places) / name for name in names[:MOST_WAITING]]


def read_wanted(file: Path) -> tuple[str, tuple[str, ...]] | None:
    """The report and the digests; None for a note that cannot be understood. Raises OSError where it cannot be read."""
    with file.open("rb") as opened:
        raw = opened.read(_MOST_BYTES)
    try:
        told = json.loads(raw)
        report_id, digests = told["report_id"], tuple(told["digests"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    fits = isinstance(report_id, str) and all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in digests)
    return (report_id, digests) if fits else None
