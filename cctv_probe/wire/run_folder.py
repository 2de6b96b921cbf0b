"""The folder of one run: raw, redacted answers by their SHA-256, and the log of what was asked of which device."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import IO

from cctv_probe.wire.clock import Clock
from cctv_probe.wire.redaction import Redactor


class RunFolder:
    """Where a run keeps its evidence. Safe to share between threads.

    `evidence/a/abcdef…` holds one redacted answer each, so that anyone can check a value against what the device said;
    `audit.jsonl` holds one line for each question asked.
    """

    def __init__(self, path: Path, redactor: Redactor, clock: Clock) -> None:
        self.path = path
        self.redactor = redactor
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: set[str] = set()
        self._folders: set[str] = set()
        # What is known of cameras is confidential: a folder made here is for its owner only.
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._audit: IO[str] = (path / "audit.jsonl").open("a", encoding="utf-8")

    def close(self) -> None:
        """Finish the audit log."""
        with self._lock:
            self._audit.close()

    def keep(self, answer: bytes) -> str:
        """Keep a raw answer, redacted; returns the SHA-256 of what was kept."""
        kept = self.redactor.raw(answer)
        name = hashlib.sha256(kept).hexdigest()
        with self._lock:
            if name in self._kept:
                return name
            self._kept.add(name)
            new = name[0] not in self._folders
            self._folders.add(name[0])
        folder = self.path / "evidence" / name[0]
        if new:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            (folder / name).write_bytes(kept)
        except FileNotFoundError:  # another worker is about to make the folder
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(kept)
        return name

    def asked(self, address: str, step: str, *, login: bool, outcome: str) -> None:
        """Note one question: to whom, what, whether it carried a login, and how it ended."""
        line = {
            "at_utc": self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "address": address,
            "step": self.redactor.text(step),
            "login": login,
            "outcome": outcome,
        }
        with self._lock:
            if not self._audit.closed:
                self._audit.write(json.dumps(line, ensure_ascii=False) + "\n")
