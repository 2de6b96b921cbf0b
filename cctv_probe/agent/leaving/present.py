"""What is known of a site now, over all scans, and the file that keeps it.

One compressed JSON file, whole or not there, for its owner only. A file that cannot be read is moved aside and a new one begun:
nothing is lost that way but the age of what was known, since the next scans learn it again and the register keeps what it has.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cctv_probe.model.words import Text
from cctv_probe.survey.atomic import CannotWriteError

Json = dict[str, Any]

FILE = "present.json.gz"
VERSION = 1
_LARGEST = 1 << 30
"""Bytes of the file after decompression."""
MOST_RUNS = 200
MOST_SHARED = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A device or a camera: its `shape` (outer shape of the record, under its id of now), when it was last met, since when it is
    not met where it was looked for, and the ids it had before."""

    shape: Json
    seen_utc: str
    absent_since_utc: str | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A record as it was last put into a report: what an unchanged camera keeps, to the byte."""

    digest: str
    since_utc: str
    record: Json


@dataclass(frozen=True, slots=True)
class Present:
    """The present state. `confirmed` holds when each activity last ended completely, `runs` the ids of the runs that are in
    it, `shared` ids that two devices claimed at once and that name nobody any more. `pending` are ids of records in `sent` that no
    report had room for yet; `last` is what the last report said of its scan (`run`, `counts`)."""

    devices: Mapping[str, Entry] = field(default_factory=dict)
    cameras: Mapping[str, Entry] = field(default_factory=dict)
    sent: Mapping[str, Sent] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    pending: tuple[str, ...] = ()
    last: Json | None = None


class DamagedStateError(ValueError):
    """The bytes hold no present state of this version."""


def to_bytes(present: Present) -> bytes:
    """The file's content; the same for the same state."""
    data = {
        "version": VERSION,
        "devices": {name: asdict(entry) for name, entry in present.devices.items()},
        "cameras": {name: asdict(entry) for name, entry in present.cameras.items()},
        "sent": {name: asdict(sent) for name, sent in present.sent.items()},
        "confirmed": dict(present.confirmed),
        "runs": present.runs,
        "shared": sorted(present.shared),
        "pending": present.pending,
        "last": present.last,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 1, mtime=0)


def from_bytes(content: bytes) -> Present:
    """The state back from `to_bytes`. Raises DamagedStateError."""
    try:
        unpacked = zlib.decompressobj(wbits=31)
        text = unpacked.decompress(content, _LARGEST)
        if not unpacked.eof:
            raise DamagedStateError("cut off, or larger than can be")
        data = json.loads(text.decode("utf-8", "surrogatepass"))
        if data["version"] != VERSION:
            raise DamagedStateError(f"version {data['version']!r}")
        return Present(
            devices={str(name): _entry(each) for name, each in data["devices"].items()},
            cameras={str(name): _entry(each) for name, each in data["cameras"].items()},
            sent={
                str(name): Sent(each["digest"], each["since_utc"], each["record"])
                for name, each in data["sent"].items()
            },
            confirmed={str(activity): str(at) for activity, at in data["confirmed"].items()},
            runs=tuple(map(str, data["runs"])),
            shared=frozenset(map(str, data["shared"])),
            pending=tuple(map(str, data["pending"])),
            last=data["last"],
        )
    except DamagedStateError:
        raise
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedStateError(str(error)) from error


def _entry(data: Json) -> Entry:
    if not isinstance(data["shape"], dict):
        raise DamagedStateError("an entry without a shape")
    return Entry(data["shape"], str(data["seen_utc"]), data["absent_since_utc"], tuple(map(str, data["formerly"])))


def load_present(folder: Path) -> Present:
    """The state that `folder` keeps; an empty one where there is none yet, or where the file is damaged (it is moved aside as
    `present.json.gz.damaged`). Raises OSError where the file cannot be read or moved."""
    path = folder / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Present()
    try:
        return from_bytes(content)
    except DamagedStateError:
        path.replace(path.with_name(f"{FILE}.damaged"))
        return Present()


def save_present(present: Present, folder: Path) -> None:
    """Keep the state, in one step, for this user only. Raises CannotWriteError."""
    path = folder / FILE
    temporary = path.with_name(f".{FILE}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb", opener=_private) as file:
            file.write(to_bytes(present))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(folder)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CannotWriteError(_CANNOT_KEEP.with_(path=path, reason=error.strerror or error)) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """The name too survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_CANNOT_KEEP = Text(
    en="What is known of the cameras could not be written to {path} ({reason}). Check the folder's owner and the space left.",
    th="บันทึกสถานะของกล้องลงใน {path} ไม่ได้ ({reason}) โปรดตรวจสอบเจ้าของโฟลเดอร์และพื้นที่ที่เหลือ",
)
