"""What a check of the doctor is given, and what it answers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.unit import DROP_IN
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import Address
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline

if TYPE_CHECKING:
    from cctv_probe.agent.care.contact import Contact

CheckState = Literal["ok", "warn", "fail", "skipped"]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. `what_to_do` stands where something is to be done."""

    name: str
    state: CheckState
    what: Text
    what_to_do: Text | None = None
    ended: bool = True
    """False where it still hangs somewhere."""


class Once(Generic[Found]):
    """Something that several checks want and that is done for the first of them only."""

    def __init__(self, find: Callable[[], Found]) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._found: list[Found] = []

    def get(self) -> Found:
        """The outcome; whoever comes later waits for it."""
        with self._lock:
            if not self._found:
                self._found.append(self._find())
            return self._found[0]


@dataclass(frozen=True)
class Patient:
    """The agent as it is configured here, and where the machine keeps what concerns it."""

    config: AgentConfig
    clock: Clock
    deadline: Deadline
    """When every check should have ended."""
    contact: Once[Contact | None]
    """One unsigned request to the register; None where none is configured."""
    addresses: Once[tuple[Address, ...] | None]
    """Those of the host that is dialled (register or proxy); None where its name was not resolved."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    drop_in: Path = DROP_IN
    unit_files: tuple[Path, ...] = tuple(
        Path(folder) / "cctv-probe-agent.service"
        for folder in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
    )

    @property
    def installed(self) -> bool:
        """Whether the service was installed for systemd here."""
        return any(path.exists() for path in self.unit_files)
