"""Where the program keeps what outlives a run: this user's state folder, and the machine's one ledger of failed logins."""

from __future__ import annotations

import os
from pathlib import Path

SHARED_LEDGER = Path("/var/lib/cctv-probe/ledger")
"""Made by the package for all users of a machine, so that they share one count of failed logins."""
LEDGER_FILE = "logins.sqlite"


def state_folder() -> Path:
    """Where this user's runs are kept; CCTV_PROBE_STATE_DIR and systemd's STATE_DIRECTORY come first."""
    given = os.environ.get("CCTV_PROBE_STATE_DIR") or os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if given:
        return Path(given)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "cctv-probe"
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "cctv-probe"


def ledger_file() -> Path:
    """The lockout ledger: the machine's where the package made one, else this user's."""
    if not os.environ.get("CCTV_PROBE_STATE_DIR") and _usable(SHARED_LEDGER):
        return SHARED_LEDGER / LEDGER_FILE
    return ledger_in(state_folder())


def ledger_in(state: Path) -> Path:
    """The ledger of a state folder: in its own folder where the package made one, shared with the users of the machine."""
    return (state / "ledger" if _usable(state / "ledger") else state) / LEDGER_FILE


def _usable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)
