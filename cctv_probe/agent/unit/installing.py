"""The drop-in on disk: read, written whole, and systemd told of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from cctv_probe.agent.unit.drop_in import DropIn, read_text

UNIT = "cctv-probe-agent.service"
DROP_IN = Path(f"/etc/systemd/system/{UNIT}.d/50-scope.conf")
_MOST_CHARACTERS = 1 << 23
_SYSTEMCTL = Path("/usr/bin/systemctl")
_TOLD_S = 60


class NotToldError(Exception):
    """systemd was asked to take up the drop-in and did not; the argument is what it said."""


def read_drop_in(path: Path = DROP_IN) -> DropIn | None:
    """The drop-in that is installed; None where there is none. Raises OSError where it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return read_text(file.read(_MOST_CHARACTERS))
    except FileNotFoundError:
        return None


def write_drop_in(drop_in: DropIn, path: Path = DROP_IN) -> bool:
    """Write the file, whole or not at all, if it says anything new; whether it did. Raises OSError."""
    new = drop_in.text().encode()
    try:
        if path.read_bytes() == new:
            return False
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o644)
            file.write(new)
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


def tell_systemd() -> None:
    """Have systemd read the file, and restart the agent if it runs. Raises `NotToldError`."""
    for words in (("daemon-reload",), ("--no-block", "try-restart", UNIT)):
        try:
            done = subprocess.run(  # noqa: S603 (a fixed program and fixed words)
                [_SYSTEMCTL, *words], capture_output=True, timeout=_TOLD_S, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NotToldError(str(error)) from None
        if done.returncode:
            raise NotToldError(done.stderr.decode("utf-8", "replace").strip()[:300])
