"""Sites without a way out: what waits goes to a file that a person carries, and its receipts come back the same way."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from cctv_probe.agent.outbox import changes, rows, words
from cctv_probe.agent.outbox.changes import Change
from cctv_probe.agent.outbox.disk import sync_folder
from cctv_probe.agent.outbox.terms import Imported, OutboxError, Row
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.terms import MAX_BUNDLE_REPORTS, MAX_BUNDLE_SENT_BYTES, MAX_RECEIPTS_BYTES
from cctv_probe.model.words import Text

Believe = Callable[[Mapping[str, Any]], Text | None]
"""None where a receipt is the register's and for this agent, else the sentence that says why it is not believed."""


class WriteBundle(Protocol):
    """Writes the rows' bodies, signed, into the file (`contract.bundle.write_bundle`)."""

    def __call__(self, file: BinaryIO, rows: Sequence[Row], body_of: Callable[[Row], bytes], /) -> object:
        """Write them."""
        ...


def fitting(waiting: Sequence[Row]) -> list[Row]:
    """As many of the oldest as one bundle holds."""
    taken: list[Row] = []
    size = 0
    for row in waiting[:MAX_BUNDLE_REPORTS]:
        size += 3 * (row.bytes or 0)  # base64 compresses worse than what it holds
        if size > MAX_BUNDLE_SENT_BYTES and taken:
            break
        taken.append(row)
    return taken


def write_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """A whole file in its place, for this user only, or none. Raises OutboxError."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise OutboxError("bad_file", words.CANNOT_WRITE.with_(path=path, why=error.strerror or error)) from error


def read_carried(path: Path) -> list[dict[str, Any]]:
    """The receipts of a file; none is believed yet. Raises OutboxError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_RECEIPTS_BYTES + 1)
    except OSError as error:
        raise OutboxError("bad_file", words.CANNOT_READ.with_(path=path, why=error.strerror or error)) from error
    try:
        found = read_json(data, MAX_RECEIPTS_BYTES)
    except NotJsonError:
        found = None
    carried = found.get("receipts") if isinstance(found, dict) and found.get("kind") == "receipts" else None
    if not isinstance(carried, list) or not all(isinstance(one, dict) for one in carried):
        raise OutboxError("bad_file", words.NO_RECEIPTS_FILE.with_(path=path))
    return carried


def take_receipts(change: Change, carried: Sequence[dict[str, Any]], believe: Believe) -> Imported:
    """Acknowledge what is believed and ours."""
    already = unknown = 0
    refused: list[tuple[str, Text]] = []
    taken: list[dict[str, Any]] = []
    for receipt in carried:
        name = str(receipt.get("report_id"))
        try:
            row = rows.by_id(change.db, name)
        except OutboxError:
            unknown += 1
            continue
        wrong = words.NOT_ITS_RECEIPT.with_(report=name) if receipt.get("digest") != row.digest else believe(receipt)
        if wrong is not None:
            refused.append((name, wrong))
        elif changes.acknowledge(change, row, receipt):
            taken.append(receipt)
        else:
            already += 1
    return Imported(len(taken), already, unknown, tuple(refused), tuple(taken))
