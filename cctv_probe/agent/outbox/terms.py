"""The words of the outbox: states, rows, slots, limits, and the one error that its callers see. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Literal, Protocol, get_args

from cctv_probe.model.words import Text

State = Literal["held", "queued", "sending", "acked", "quarantined", "expired", "replaced", "dropped"]
"""held: a person has to approve it first · queued: is sent when due · sending: a request is under way · acked: the register
has it, the receipt is kept · quarantined: the register refuses it, a person decides · expired: given up by a limit ·
dropped: given up by a person · replaced: its parts went in its place."""
STATES: tuple[State, ...] = get_args(State)
WAITING: tuple[State, ...] = ("held", "queued", "sending", "quarantined")
GIVEN_UP: tuple[State, ...] = ("expired", "dropped")

Kind = Literal["report", "records", "gap"]
Reason = Literal["cap_bytes", "cap_age", "disk_full", "corrupt", "dropped_by_person", "quarantined", "clock"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""Why something is not delivered, as a gap tells it."""

Code = Literal[
    "disk_full", "read_only", "disk_error", "busy", "no_permission", "unknown_report", "wrong_state", "no_body",
    "not_a_receipt", "bad_file",
]  # fmt: skip
DISK: tuple[Code, ...] = ("disk_full", "read_only", "disk_error", "no_permission")
"""Codes that mean: nothing can be written now."""


class OutboxError(Exception):
    """What was asked could not be done; nothing that was accepted before is lost. `code` for programs, `text` for people."""

    def __init__(self, code: Code, text: Text) -> None:
        super().__init__(text.en)
        self.code: Code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """How much may wait: `bytes` of compressed bodies, for `age` of time that the outbox itself has seen pass. Nothing new
    is taken while the disk has less than `free_disk_bytes` free. Bodies that were delivered stay for `delivered`. Days
    (the newest snapshot of each stays longest) begin at midnight in `zone`."""

    bytes: int = 256 << 20
    age: timedelta = timedelta(days=90)
    free_disk_bytes: int = 200 << 20
    delivered: timedelta = timedelta(days=7)
    zone: tzinfo = field(default_factory=lambda: timezone(timedelta(hours=7)))


@dataclass(frozen=True, slots=True)
class Slot:
    """A body's place in the chain: its id for ever, its number, the digest of the body before it (None for the first),
    and when it was made, as text for the body."""

    report_id: str
    seq: int
    previous: str | None
    created_utc: str


class Write(Protocol):
    """Makes a body for its slot. It may be called more than once; it must not use the outbox."""

    def __call__(self, slot: Slot, /) -> Mapping[str, Any]:
        """The body, ready for canonical JSON."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One body and what became of it. `bytes` are those of the compressed body, `digest` is the SHA-256 of the canonical
    uncompressed one; both are None where a body was lost before it could be read. `family` is the report that this one
    is a part of, else itself. `reason` says why it was given up, `gap_seq` which gap told so."""

    seq: int
    report_id: str
    kind: str
    state: State
    created_utc: datetime | None
    digest: str | None
    bytes: int | None
    body_kept: bool
    attempts: int
    next_try_utc: datetime | None
    status: str
    run_id: str | None
    family: str
    reason: str | None
    gap_seq: int | None
    acked_utc: datetime | None
    exported_utc: datetime | None


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits: `queued` are on their way (gaps still to be told among them), `bytes` compressed of everything that
    waits, `oldest_utc` when the oldest of it was made."""

    queued: int
    bytes: int
    oldest_utc: datetime | None
    quarantined: int
    held: int


@dataclass(frozen=True, slots=True)
class Gathering:
    """A gap that still grows: what was given up for one reason and not told yet. `seqs` are ranges, ends included."""

    reason: str
    seqs: tuple[tuple[int, int], ...]
    count: int | None
    bytes: int | None
    from_utc: str | None
    to_utc: str | None


DamageCode = Literal["file", "body", "chain", "receipt", "head"]


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that `verify` found: where, and what it means."""

    code: DamageCode
    seq: int | None
    report_id: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of receipts brought: how many reports were acknowledged by it, were so already, are not of this outbox,
    or came with a receipt that is not believed (and why). `receipts` are those newly believed."""

    acknowledged: int
    already: int
    unknown: int
    refused: tuple[tuple[str, Text], ...]
    receipts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Tidied:
    """What housekeeping did: reports given up, and bodies of delivered ones removed."""

    given_up: int
    bodies_removed: int


class OnEvent(Protocol):
    """Is told what happened, after it is on disk (fits `AuditLog.note`)."""

    def __call__(self, event: str, /, **facts: object) -> object:
        """Note it."""
        ...
