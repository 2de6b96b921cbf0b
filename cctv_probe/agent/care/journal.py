"""What the service says while it runs: sentences on a terminal, JSON lines elsewhere, one event a line, nothing secret.

journald picks the lines up from standard error. Where that is the journal itself (`JOURNAL_STREAM` names this very stream,
systemd.exec(5)), each line begins with its priority as `<n>` (sd-daemon(3)).
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from cctv_probe.model.words import Language, Text
from cctv_probe.survey.safe_text import clean, json_safe
from cctv_probe.wire.redaction import Redactor

LONGEST = 2000
"""Characters of one message."""
REPEATS = 5
"""So many alike in a window are written; the rest is counted."""
WINDOW_S = 600.0
_MOST_KINDS = 500
ROOT = "cctv_probe"
"""The logger above all others of the program."""
_LEVELS = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}
_SKIPPED = Text(
    en="The message “{message}” came {count} more times in the last {minutes} min and was not repeated here.",
    th="ข้อความ “{message}” เกิดขึ้นอีก {count} ครั้งใน {minutes} นาทีที่ผ่านมา จึงไม่แสดงซ้ำ",
)


def begin(
    language: Language = "en",
    *,
    stream: IO[str] | None = None,
    environment: Mapping[str, str] = os.environ,
    redactor: Redactor | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    level: int = logging.INFO,
) -> logging.Handler:
    """Let the program's loggers write to `stream` (standard error); what was there before is replaced.

    A message may be a str or a `Text`; `extra={"facts": {...}}` puts further values into the JSON line.
    """
    stream = sys.stderr if stream is None else stream
    words = _Words(language, redactor or Redactor())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Plain(words) if stream.isatty() else _Json(words, numbered=is_journal(stream, environment)))
    handler.addFilter(_Repeats(words, handler, monotonic))
    handler.setLevel(level)
    logger = logging.getLogger(ROOT)
    for old in list(logger.handlers):
        logger.removeHandler(old)
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    return handler


def is_journal(stream: IO[str], environment: Mapping[str, str]) -> bool:
    """Whether `stream` goes to journald: `JOURNAL_STREAM` holds its device and inode."""
    device, _, inode = environment.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))


@dataclass(frozen=True)
class _Words:
    language: Language
    redactor: Redactor

    def message(self, record: logging.LogRecord) -> str:
        return self.shown(record.msg.in_(self.language) if isinstance(record.msg, Text) else _formatted(record))

    def shown(self, text: str) -> str:
        return clean(self.redactor.text(text), LONGEST)

    def value(self, value: object, depth: int = 0) -> Any:
        """A fact as JSON, redacted."""
        if isinstance(value, Text):
            return self.shown(value.in_(self.language))
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, Mapping) and depth < 4:
            return {self.shown(str(name)): self.value(item, depth + 1) for name, item in list(value.items())[:100]}
        if isinstance(value, list | tuple) and depth < 4:
            return [self.value(item, depth + 1) for item in value[:100]]
        return value if isinstance(value, float) and abs(value) < float("inf") else self.shown(str(value))


def _formatted(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # a message and its values that do not fit each other
        return str(record.msg)


class _Plain(logging.Formatter):
    def __init__(self, words: _Words) -> None:
        super().__init__()
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        lines = [f"{at} {self._words.message(record)}"]
        return "\n".join([*lines, *(f"    {line}" for line in _where(record))])


class _Json(logging.Formatter):
    def __init__(self, words: _Words, *, numbered: bool) -> None:
        super().__init__()
        self._words = words
        self._numbered = numbered

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        shape: dict[str, Any] = {
            "at_utc": at,
            "level": record.levelname.lower(),
            "message": self._words.message(record),
            "logger": record.name,
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            shape["facts"] = self._words.value(facts)
        where = _where(record)
        if where:
            shape["where"] = where
        line = json_safe(json.dumps(shape, ensure_ascii=False))
        return f"<{_LEVELS.get(record.levelname, 6)}>{line}" if self._numbered else line


def _where(record: logging.LogRecord) -> list[str]:
    """Kind of the exception and places in the code, never its values: they may hold what a device sent."""
    if not record.exc_info or record.exc_info[0] is None:
        return []
    frames = traceback.extract_tb(record.exc_info[2])[-20:]
    return [record.exc_info[0].__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]


@dataclass
class _Kind:
    since_s: float
    count: int = 0
    shown: str = ""


class _Repeats(logging.Filter):
    """Lets the first few of a kind of message through in each window, and then says how many more there were."""

    def __init__(self, words: _Words, handler: logging.Handler, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._words = words
        self._handler = handler
        self._monotonic = monotonic
        self._kinds: dict[tuple[str, int, str], _Kind] = {}
        self._lock = threading.RLock()

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "_about_repeats", False):
            return True
        message = self._words.message(record)
        key = (record.name, record.levelno, message if isinstance(record.msg, Text) else str(record.msg)[:200])
        now = self._monotonic()
        with self._lock:
            ended = self._ended(now)
            kind = self._kinds.setdefault(key, _Kind(now))
            kind.count += 1
            kind.shown = message
            passes = kind.count <= REPEATS
        for (name, level, _), over in ended:
            self._tell(name, level, over)
        return passes

    def _ended(self, now: float) -> list[tuple[tuple[str, int, str], _Kind]]:
        """Kinds whose window is over are forgotten; those of which something was left out are told."""
        late = [key for key, kind in self._kinds.items() if now - kind.since_s >= WINDOW_S]
        if len(self._kinds) - len(late) > _MOST_KINDS:
            late = list(self._kinds)
        gone = [(key, self._kinds.pop(key)) for key in late]
        return [(key, kind) for key, kind in gone if kind.count > REPEATS]

    def _tell(self, name: str, level: int, kind: _Kind) -> None:
        text = _SKIPPED.with_(
            message=kind.shown[:200],
            count=kind.count - REPEATS,
            minutes=round(WINDOW_S / 60),
        )
        record = logging.LogRecord(name, level, "", 0, text, None, None)
        record.__dict__["_about_repeats"] = True
        self._handler.handle(record)
