"""What earlier nights found, one small file a channel, so that samples add up. Written whole or not at all.

A file that cannot be read is moved aside and named, never repaired by guessing; the next night starts anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.presence import asked_on
from cctv_probe.model.footage import Outcome, Recorded, Sample
from cctv_probe.model.words import Text

VERSION = 1
KEEP_NIGHTS = 7
"""Samples of so many days before tonight count; footage moves on, and so does what proves it."""
MOST_BYTES = 16 << 20
_PURPOSES = ("presence", "search", "recheck", "edge", "twin", "long")

_MOVED = Text(
    en="What earlier nights found about {channel} could not be read ({path}); the file was put aside as {aside} and the check starts anew.",
    th="อ่านผลการตรวจคืนก่อนของ {channel} ไม่ได้ ({path}) จึงย้ายไฟล์ไปเป็น {aside} และเริ่มตรวจใหม่",
)
_UNREADABLE = Text(
    en="What earlier nights found about {channel} could not be read ({path}: {reason}); the check starts anew. See that the file may be read.",
    th="อ่านผลการตรวจคืนก่อนของ {channel} ไม่ได้ ({path}: {reason}) จึงเริ่มตรวจใหม่ โปรดตรวจสอบสิทธิ์การอ่านไฟล์",
)
_NOT_SAVED = Text(
    en="Tonight's samples could not be kept in {path} ({reason}). Check that the folder may be written and has space left.",
    th="บันทึกผลตัวอย่างคืนนี้ลง {path} ไม่ได้ ({reason}) โปรดตรวจสอบว่าเขียนโฟลเดอร์นี้ได้และมีพื้นที่เหลือ",
)


class CannotKeepError(Exception):
    """The state could not be written; `text` says where and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Night:
    """One night's work on one channel: its seed, how many instants were asked for and how long that took."""

    on: date
    seed: str
    asked: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ChannelState:
    """All that is kept of one channel. `note` says that an older file could not be used."""

    nights: tuple[Night, ...] = ()
    samples: tuple[Sample, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    note: Text | None = field(default=None, compare=False)

    def recent(self, days: SiteDays) -> ChannelState:
        """Without what is too old to count, or lies in the future (a clock was set back)."""
        since = days.today - timedelta(days=KEEP_NIGHTS)
        kept = tuple(sample for sample in self.samples if since <= asked_on(sample, days) <= days.today)
        nights = tuple(night for night in self.nights if since <= night.on <= days.today)
        return ChannelState(nights, kept, self.recorded if kept else (), self.note)


class StateStore:
    """The files in `folder`, by device and channel."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, device_id: str, token: str) -> Path:
        """Where a channel's file lies: readable, and distinct whatever the names hold."""
        plain = re.sub(r"[^A-Za-z0-9]+", "-", f"{device_id}-{token}").strip("-")[:60]
        told = hashlib.sha256(json.dumps([device_id, token]).encode()).hexdigest()[:12]
        return self._folder / f"{plain}-{told}.json"

    def load(self, device_id: str, token: str) -> ChannelState:
        """What is known of a channel. Never raises: what cannot be used is told in `note`."""
        path, named = self.path(device_id, token), f"{device_id}/{token}"
        try:
            raw = path.read_bytes()[: MOST_BYTES + 1]
        except FileNotFoundError:
            return ChannelState()
        except OSError as error:
            return ChannelState(
                note=_UNREADABLE.with_(channel=named, path=path, reason=error.strerror or type(error).__name__)
            )
        try:
            return _read(raw, device_id, token)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
            return ChannelState(note=_put_aside(path, named))

    def save(self, device_id: str, token: str, state: ChannelState) -> None:
        """Keep a channel's state. Raises `CannotKeepError`."""
        path = self.path(device_id, token)
        told = {"version": VERSION, "device_id": device_id, "channel": token, **_written(state)}
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            words = _NOT_SAVED.with_(path=path, reason=error.strerror or type(error).__name__)
            raise CannotKeepError(words) from error


def _put_aside(path: Path, named: str) -> Text:
    aside = path.with_name(f"{path.stem}.damaged-{secrets.token_hex(3)}{path.suffix}")
    try:
        path.replace(aside)
    except OSError as error:
        return _UNREADABLE.with_(channel=named, path=path, reason=error.strerror or type(error).__name__)
    return _MOVED.with_(channel=named, path=path, aside=aside.name)


# --- Writing and reading ----------------------------------------------------------------------------------------------


def _written(state: ChannelState) -> dict[str, Any]:
    return {
        "nights": [[night.on.isoformat(), night.seed, night.asked, round(night.seconds, 1)] for night in state.nights],
        "samples": [_sample_row(sample) for sample in state.samples],
        "recorded": [
            [_text(r.at_utc), r.codec, r.container, r.resolution, r.frame_rate, r.plus_minus, r.bit_rate_bps]
            for r in state.recorded
        ],
    }


def _sample_row(sample: Sample) -> list[Any]:
    seen = None if sample.seen_utc is None else _text(sample.seen_utc)
    told = [sample.line, sample.line_th, sample.picture_sha256]
    return [_text(sample.at_utc), sample.day, sample.outcome.value, sample.purpose, seen, *told]


def _read(raw: bytes, device_id: str, token: str) -> ChannelState:
    if len(raw) > MOST_BYTES:
        raise ValueError("too large")
    told = json.loads(raw)
    if told["version"] != VERSION or (told["device_id"], told["channel"]) != (device_id, token):
        raise ValueError("another version or channel")
    nights = tuple(Night(date.fromisoformat(on), _str(seed), int(n), float(s)) for on, seed, n, s in told["nights"])
    recorded = tuple(_recorded(row) for row in told["recorded"])
    return ChannelState(nights, tuple(_sample(row) for row in told["samples"]), recorded)


def _sample(row: list[Any]) -> Sample:
    at, day, outcome, purpose, seen, line, line_th, picture = row
    if purpose not in _PURPOSES or type(day) is not int:
        raise ValueError("not a sample")
    return Sample(
        at_utc=_instant(at),
        day=day,
        outcome=Outcome(outcome),
        seen_utc=None if seen is None else _instant(seen),
        line=_str(line),
        picture_sha256=None if picture is None else _str(picture),
        purpose=purpose,
        line_th=_str(line_th),
    )


def _recorded(row: list[Any]) -> Recorded:
    at, codec, container, resolution, rate, plus_minus, bits = row
    return Recorded(
        at_utc=_instant(at),
        codec=_str(codec),
        container=_str(container),
        resolution=None if resolution is None else _str(resolution),
        frame_rate=None if rate is None else float(rate),
        plus_minus=None if plus_minus is None else float(plus_minus),
        bit_rate_bps=None if bits is None else int(bits),
    )


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("no time zone")
    return read.astimezone(UTC)


def spent(nights: Iterable[Night], on: date) -> tuple[float, int]:
    """What was used up on one date: seconds, and instants asked for."""
    tonight = [night for night in nights if night.on == on]
    return sum(night.seconds for night in tonight), sum(night.asked for night in tonight)
