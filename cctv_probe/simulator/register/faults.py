"""What the register, or something between it and the agent, does wrong on request.

Faults wait in a row; each request takes the first that is meant for its path and still has turns left. Nothing is
committed under a fault of the first group; under one of the others the report is, and the agent must not believe what
comes back, nor lose or double anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, get_args

Instead = Literal[
    "html_200",  # a login page
    "html_403",  # a page of refusal, as a filter gives it
    "empty_200",
    "json_200",  # JSON that is no receipt
    "redirect_302",  # to another port, or to `location`
    "status",  # any `status`, as a problem with `code`, or as a page with `html`
    "record_refused",  # 422 with `rejected`, naming `ids`
    "hang",  # the request is read and never answered
    "huge_answer",  # 200 and a body without end
    "reset_before_answer",  # read, then the connection breaks; nothing was kept
]
Afterwards = Literal[
    "commit_then_reset",  # committed, then the connection breaks before the answer
    "reset_mid_answer",  # after half of the answer
    "drip",  # the answer byte by byte, and never an end
    "slow",  # the answer after `delay_s`
]
Altered = Literal[
    "wrong_echo",  # a receipt for another report, signed
    "wrong_digest",  # for other bytes, signed
    "other_agent",  # for another agent, signed
    "unsigned",
    "wrong_signature",
    "foreign_key",  # signed by a key that no agent learned
]
Kind = Instead | Afterwards | Altered
INSTEAD: frozenset[str] = frozenset(get_args(Instead))
ALTERED: frozenset[str] = frozenset(get_args(Altered))
KINDS: frozenset[str] = INSTEAD | ALTERED | frozenset(get_args(Afterwards))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. path: None for every path; count: turns, None until cleared.

    status, code, html: for `status`; code None says what the status usually means here. retry_after: seconds, an instant
    (sent as an HTTP date), or the very text. ids: for `record_refused`. above_bytes: only requests whose body, as sent, is
    larger; only_gzip: only compressed ones. delay_s: for `slow`, and between the bytes of `drip`.
    """

    kind: Kind
    path: str | None = None
    count: int | None = 1
    status: int = 500
    code: str | None = None
    html: bool = False
    retry_after: float | str | datetime | None = None
    ids: tuple[str, ...] = ()
    location: str | None = None
    above_bytes: int | None = None
    only_gzip: bool = False
    delay_s: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")

    @property
    def name(self) -> str:
        """As the log shows it."""
        return str(self.status) if self.kind == "status" else self.kind

    def is_for(self, path: str, sent_bytes: int, encoding: str) -> bool:
        """Whether it touches such a request."""
        return (
            (self.path is None or self.path == path)
            and (self.above_bytes is None or sent_bytes > self.above_bytes)
            and (not self.only_gzip or encoding == "gzip")
        )

    def retry_header(self) -> tuple[tuple[str, str], ...]:
        """Retry-After as configured (RFC 9110, 10.2.3)."""
        if self.retry_after is None:
            return ()
        if isinstance(self.retry_after, datetime):
            return (("Retry-After", format_datetime(self.retry_after, usegmt=True)),)
        given = self.retry_after
        return (("Retry-After", given if isinstance(given, str) else str(round(given))),)


def named(kind: str, **options: object) -> Fault:
    """A fault by its name; three digits (`503`) are a status. Raises ValueError, TypeError for an unknown option."""
    if len(kind) == 3 and kind.isdecimal():
        return Fault("status", status=int(kind), **options)  # type: ignore[arg-type]  # checked by the dataclass's names
    return Fault(kind, **options)  # type: ignore[arg-type]  # checked by __post_init__


class Faults:
    """The row of faults. Thread-safe."""

    def __init__(self) -> None:
        self._row: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Behind those that wait."""
        with self._lock:
            self._row.append(fault)

    def clear(self, is_meant: Callable[[Fault], bool] = lambda _: True) -> None:
        """Take away those that are meant, by default all."""
        with self._lock:
            self._row = [fault for fault in self._row if not is_meant(fault)]

    def waiting(self) -> tuple[Fault, ...]:
        """Those that have turns left."""
        with self._lock:
            return tuple(self._row)

    def take(self, path: str, sent_bytes: int, encoding: str) -> Fault | None:
        """The fault for this request, if any; it has one turn less."""
        with self._lock:
            for place, fault in enumerate(self._row):
                if fault.is_for(path, sent_bytes, encoding):
                    self._use(place, fault)
                    return fault
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.count is None:
            return
        if fault.count > 1:
            self._row[place] = replace(fault, count=fault.count - 1)
        else:
            del self._row[place]
