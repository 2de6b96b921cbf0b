"""A file that is either whole or not there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cctv_probe.compare.reading.problem import NOT_WRITTEN, refused


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step. Raises ReadingError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except (OSError, ValueError) as error:
        try:
            beside.unlink(missing_ok=True)
        except (OSError, ValueError):
            pass  # the first error is the one to speak of
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise refused(NOT_WRITTEN, path.name, reason=reason) from error
