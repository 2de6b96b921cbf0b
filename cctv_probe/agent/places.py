"""Where the agent keeps what it must not lose: one folder, readable by its own user only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one agent under its state folder (`/var/lib/cctv-probe` where the package installed it)."""

    state: Path

    @property
    def folder(self) -> Path:
        """The agent's own folder; everything below lies in it."""
        return self.state / "agent"

    @property
    def identity(self) -> Path:
        """Who this agent is to the register."""
        return self.folder / "identity.json"

    @property
    def key(self) -> Path:
        """The Ed25519 key that signs, PEM, 0600."""
        return self.folder / "key.pem"

    @property
    def next_key(self) -> Path:
        """The key that replaces it, from before the register is told until it has confirmed."""
        return self.folder / "key.next.pem"

    @property
    def outbox(self) -> Path:
        """What waits to be delivered, and the receipts."""
        return self.folder / "outbox.sqlite"

    @property
    def chain(self) -> Path:
        """Number and digest of the last report, beside the outbox, should that be lost."""
        return self.folder / "chain.json"

    @property
    def schedule(self) -> Path:
        """When each activity last began and ended."""
        return self.folder / "schedule.json"

    @property
    def status(self) -> Path:
        """What `agent status` shows."""
        return self.folder / "status.json"

    @property
    def audit(self) -> Path:
        """The hash-chained log of what this agent did."""
        return self.folder / "audit.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the running service."""
        return self.folder / "lock"

    @property
    def runs(self) -> Path:
        """One folder for each scan."""
        return self.folder / "runs"

    @property
    def present(self) -> Path:
        """What is known of each camera now, over all scans."""
        return self.folder / "present"

    def make(self) -> None:
        """Make the folders, for this user only. Raises OSError."""
        for folder in (self.folder, self.runs, self.present):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
