"""A YAML file written by a person, read with line numbers, so that each complaint can name file, line and key.

Every plain value arrives as text, exactly as it was typed; only `~`, `null` and nothing at all become None. YAML's own
guesses would turn `05710101` into an octal number, `no` into false and `2569-02-29` into an error. pydantic, which
knows what each key should be, converts. No value is ever repeated in a complaint: it may be a password.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")

MOST_BYTES = 1 << 20
_MOST_NODES = 50_000
_MOST_DEPTH = 32
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
_NULLS = {"", "~", "null", "Null", "NULL"}

KeyPath = tuple[str | int, ...]
Data = dict[str, Any]
"""Nested dict, list, str and None."""


class ConfigError(Exception):
    """A configuration file that cannot be used. `text` names the file, the line and what to change."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Lines:
    """On which line each key and list item of a file stands, counted from 1."""

    path: Path
    what: Text
    numbers: Mapping[KeyPath, int]

    def of(self, key: KeyPath) -> int:
        """The line of `key`, or of the nearest thing around it."""
        while key and key not in self.numbers:
            key = key[:-1]
        return self.numbers.get(key, 1)

    def error(self, key: KeyPath, text: Text) -> ConfigError:
        """A complaint about the value at `key`."""
        return _at(self.path, self.what, self.of(key), _AT_KEY.with_(key=_dotted(key), text=text) if key else text)


def load_yaml(path: Path, what: Text) -> tuple[Data, Lines]:
    """Read a YAML file whose top level holds keys. `what` names it for people ("the scope file").

    Raises `ConfigError` for a file that is missing, unreadable, too large, not UTF-8, not YAML, or that repeats a key,
    uses tags, or grows through aliases.
    """
    text = _read(path, what)
    root = _compose(text, path, what)
    lines: dict[KeyPath, int] = {}
    data = {} if root is None else _Plain(path, what, lines).value(root, ())
    if not isinstance(data, dict):
        raise _at(path, what, 1, _NOT_KEYS)
    return data, Lines(path, what, lines)


def validate(model: type[Model], data: Data, lines: Lines) -> Model:
    """`data` as an instance of the pydantic `model`; raises `ConfigError` naming the first thing that is wrong."""
    import pydantic

    from cctv_probe.scope.complaint import complaint

    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        key, text = complaint(error, model, lines.numbers)
        raise lines.error(key, text) from None


def _read(path: Path, what: Text) -> str:
    try:
        # O_NONBLOCK: a named pipe nobody writes to would hold the program for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _about(path, what, _NOT_A_FILE)
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _about(path, what, _MISSING) from None
    except IsADirectoryError:
        raise _about(path, what, _NOT_A_FILE) from None
    except (OSError, ValueError):
        raise _about(path, what, _UNREADABLE) from None
    if len(raw) > MOST_BYTES:
        raise _about(path, what, _TOO_LARGE)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _at(path, what, raw.count(b"\n", 0, error.start) + 1, _NOT_UTF8) from None


def _compose(text: str, path: Path, what: Text) -> yaml.Node | None:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_DEPTH:
                raise _at(path, what, event.start_mark.line + 1 if event.start_mark else 1, _TOO_DEEP)
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _at(path, what, mark.line + 1 if mark else 1, _NOT_YAML) from None
    except yaml.reader.ReaderError as error:
        raise _at(path, what, text.count("\n", 0, error.position) + 1, _CONTROL) from None
    except (yaml.YAMLError, ValueError):
        raise _at(path, what, 1, _NOT_YAML) from None


class _Plain:
    """Turns nodes into plain data, noting lines; aliases are followed only as far as a file may grow."""

    def __init__(self, path: Path, what: Text, lines: dict[KeyPath, int]) -> None:
        self.path, self.what, self.lines = path, what, lines
        self.left = _MOST_NODES

    def value(self, node: yaml.Node, key: KeyPath) -> Any:
        self.left -= 1
        if self.left < 0 or len(key) > _MOST_DEPTH:
            raise self.at(node, _TOO_DEEP)
        if node.tag not in _PLAIN_TAGS:
            raise self.at(node, _TAG)
        self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*key, number)) for number, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key)
        quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
        return str(node.value) if quoted or node.value not in _NULLS else None

    def mapping(self, node: yaml.MappingNode, key: KeyPath) -> Data:
        found: Data = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                raise self.at(name_node, _NOT_KEYS)
            name = str(name_node.value)
            if name in found:
                raise self.at(name_node, _REPEATED.with_(key=_dotted((*key, name))))
            self.lines[(*key, name)] = name_node.start_mark.line + 1
            found[name] = self.value(value_node, (*key, name))
        return found

    def at(self, node: yaml.Node, text: Text) -> ConfigError:
        return _at(self.path, self.what, node.start_mark.line + 1, text)


def _dotted(key: KeyPath) -> str:
    """`ranges[2].scope_class`, list items counted from 1 as people do."""
    shown = ""
    for part in key:
        shown += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if shown else ''}{_printable(part)}"
    return shown


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:60])


def _at(path: Path, what: Text, line: int, text: Text) -> ConfigError:
    return ConfigError(_AT_LINE.with_(what=what, path=_printable_path(path), line=line, text=text))


def _about(path: Path, what: Text, text: Text) -> ConfigError:
    return ConfigError(_ABOUT.with_(what=what, path=_printable_path(path), text=text))


def _printable_path(path: Path) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))


_AT_LINE = Text(en="{what} {path}, line {line}: {text}", th="{what} {path} บรรทัดที่ {line}: {text}")
_AT_KEY = Text(en="“{key}” {text}", th="คีย์ “{key}” {text}")
_ABOUT = Text(en="{what} {path} {text}", th="{what} {path} ใช้ไม่ได้: {text}")
_MISSING = Text(en="does not exist. Please check the path.", th="ไม่มีไฟล์นี้ โปรดตรวจสอบเส้นทางไฟล์")
_NOT_A_FILE = Text(en="is not an ordinary file.", th="ไม่ใช่ไฟล์ปกติ โปรดระบุไฟล์ข้อความ YAML")
_UNREADABLE = Text(
    en="cannot be read. Please check that this user may read it.",
    th="อ่านไฟล์ไม่ได้ โปรดตรวจสอบสิทธิ์การอ่านของผู้ใช้ที่รันโปรแกรม",
)
_TOO_LARGE = Text(en="is larger than 1 MiB.", th="ไฟล์ใหญ่กว่า 1 MiB")
_NOT_UTF8 = Text(en="the file is not UTF-8. Please save it as UTF-8.", th="ไฟล์ไม่ใช่ UTF-8 โปรดบันทึกเป็น UTF-8")
_CONTROL = Text(en="an unprintable character stands here. Please remove it.", th="มีอักขระที่พิมพ์ไม่ได้ โปรดลบออก")
_NOT_YAML = Text(
    en="this is not valid YAML. Please check indentation and colons, and put values with special characters in quotes.",
    th="รูปแบบ YAML ไม่ถูกต้อง โปรดตรวจสอบการย่อหน้าและเครื่องหมาย : และใส่เครื่องหมายคำพูดรอบค่าที่มีอักขระพิเศษ",
)
_NOT_KEYS = Text(en="“key: value” lines are expected here.", th="ตรงนี้ต้องเป็นบรรทัดในรูป “คีย์: ค่า”")
_TOO_DEEP = Text(en="the file is nested too deeply or repeats itself too often.", th="ไฟล์ซ้อนกันลึกเกินไป หรืออ้างซ้ำมากเกินไป")
_TAG = Text(
    en="tags (words that begin with “!”) are not used here. Please put the value in quotes.",
    th="ไม่รองรับแท็ก (คำที่ขึ้นต้นด้วย “!”) โปรดใส่เครื่องหมายคำพูดรอบค่านั้น",
)
_REPEATED = Text(en="“{key}” is given twice. Please keep one.", th="คีย์ “{key}” ซ้ำกัน โปรดเหลือไว้เพียงหนึ่ง")
