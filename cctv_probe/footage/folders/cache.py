"""What was read of a folder, kept for the next time: one file for each folder and way of reading names.

A cache that cannot be read, or not be written, costs only time.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from cctv_probe.footage.folders.listing import Directory, Row

VERSION = 1
MOST_BYTES = 512 << 20


class FolderCache:
    """Lies in the state folder, never in the folder of recordings."""

    def __init__(self, state_folder: Path, root: Path, key: str) -> None:
        self._key = key
        told = hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
        self.path = state_folder / f"folder-{told}.json"

    def load(self) -> tuple[dict[str, Directory], dict[str, list[Any]]]:
        """Directories by path, and what containers and changes said of files without a time in their names; empty where
        there is nothing of use."""
        try:
            with self.path.open("rb") as file:
                told = json.loads(file.read(MOST_BYTES))
            if told["version"] != VERSION or told["key"] != self._key:
                return {}, {}
            directories = {str(path): _directory(row) for path, row in told["directories"].items()}
            return directories, {str(path): list(row) for path, row in told["opened"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}, {}

    def save(self, directories: dict[str, Directory], opened: dict[str, list[Any]]) -> None:
        """Keep it; where that fails, the next time takes longer."""
        rows = {path: [d.stamp, d.folders, d.rows, d.untimed, d.others] for path, d in directories.items()}
        told = {"version": VERSION, "key": self._key, "directories": rows, "opened": opened}
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(json.dumps(told, separators=(",", ":")).encode())
            temporary.replace(self.path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()


def _directory(row: list[Any]) -> Directory:
    stamp, folders, rows, untimed, others = row
    if type(stamp) is not int or not all(map(_is_row, rows)):
        raise ValueError("not a directory")
    return Directory(stamp, [str(name) for name in folders], rows, [str(name) for name in untimed], dict(others))


def _is_row(row: Row) -> bool:
    return len(row) == 7 and type(row[2]) is int and type(row[3]) is int
