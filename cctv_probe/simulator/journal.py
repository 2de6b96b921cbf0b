"""What every device saw: one entry an operation, in memory for tests of this process, as JSON lines for others.

Entries never hold a password, a digest or a query secret: only which kind of credentials came and what became of them.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

Stamp = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a device saw.

    service: `onvif.device`, `onvif.media1`, `onvif.media2`, …, `isapi`, `dahua_cgi`, `http`, `rtsp`, `ws_discovery`,
    `tcp`. operation: the ONVIF operation, the HTTP method and path, the RTSP method, `Probe`, `connect`. target: the
    path; of a vendor's API with its query and, where a body says what is wanted, that too (see `calls_of`).
    credentials: `none`, `wsse`, `wsse_text`, `digest_md5`, `digest_sha256`, `basic`, `unknown`.
    result: `ok`, `challenged`, `locked`, `not_found`, `fault:<subcode>`, `violation:<what>`, `login_failed:<why>`,
    `nothing_asked`, `timed_out`, `too_many_connections`, or the fault played (`hang`, `drip`, `flood`, …).
    failed_logins, locked: the device's counter and lock after it. open_connections, peak_connections: TCP, all
    services. rtsp_sessions, peak_rtsp_sessions: RTSP sessions set up, now and at most at once.
    """

    time_utc: str
    address: str
    service: str
    operation: str
    target: str
    credentials: str
    result: str
    failed_logins: int
    locked: bool
    open_connections: int
    peak_connections: int
    rtsp_sessions: int
    peak_rtsp_sessions: int


class Journal:
    """Thread-safe. With `path`, each entry is also a line of JSON there, written out at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    def add(self, entry: Entry) -> None:
        """Keep `entry`."""
        with self._lock:
            self._entries.append(entry)
            if self._file:
                self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def entries(self) -> list[Entry]:
        """All entries so far, oldest first."""
        with self._lock:
            return list(self._entries)

    def close(self) -> None:
        """Close the file. Entries stay readable."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


def calls_of(entries: Iterable[Entry], address: str) -> Counter[str]:
    """How often the device at `address` was asked each thing of its vendor's API, `METHOD path?query body`, and
    answered; challenges left out. What is there twice was asked twice: the same question, whatever the answer.
    """
    return Counter(
        f"{entry.operation.split(' ')[0]} {entry.target}"
        for entry in entries
        if entry.address == address and entry.service in ("isapi", "dahua_cgi") and entry.result != "challenged"
    )


def read_journal(path: Path) -> list[Entry]:
    """The entries that another process wrote to `path`; a last line still being written is left out."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [Entry(**json.loads(line)) for line in lines if line.endswith("\n")]


def iso(moment: datetime) -> str:
    """UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
