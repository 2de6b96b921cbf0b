"""Reading a fleet file. Every mistake is one sentence with file, line, key and what is allowed there."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cctv_probe.model.words import Text
from cctv_probe.simulator.fleet import Fleet

_UNREADABLE = Text(
    en="The fleet file {file} cannot be read: {why}. Check its name and rights.",
    th="อ่านแฟ้มชุดอุปกรณ์จำลอง {file} ไม่ได้: {why} โปรดตรวจสอบชื่อแฟ้มและสิทธิ์การอ่าน",
)
_NOT_YAML = Text(
    en="The fleet file {file} is not valid YAML: {why}. Correct that place.",
    th="แฟ้มชุดอุปกรณ์จำลอง {file} ไม่ใช่ YAML ที่ถูกต้อง: {why} โปรดแก้ไขตำแหน่งดังกล่าว",
)
_WRONG = Text(
    en="{file}, line {line}, key {key}: {why}.",
    th="{file} บรรทัด {line} คีย์ {key}: มีค่าไม่ถูกต้อง โปรดแก้ไข ({why})",
)

_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


class FleetError(Exception):
    """A fleet file that cannot be used; `text` says why in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def load_fleet(path: str | Path) -> Fleet:
    """The fleet described by the YAML file at `path`. Raises FleetError."""
    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise FleetError(_UNREADABLE.with_(file=path, why=why)) from error
    return read_fleet(content, str(path))


def read_fleet(content: str, file: str) -> Fleet:
    """The fleet described by the YAML text `content`; `file` names it in errors. Raises FleetError."""
    try:
        tree = yaml.compose(content, Loader=yaml.SafeLoader)
        plain = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError) as error:
        raise FleetError(_NOT_YAML.with_(file=file, why=" ".join(str(error).split()))) from error
    try:
        return TypeAdapter(Fleet).validate_python(plain)
    except ValidationError as error:
        first = min(
            error.errors(), key=lambda one: one["type"] not in _UNKNOWN_KEY
        )  # a misspelt key is also a missing one
        raise FleetError(_sentence(first, tree, file)) from error


def _sentence(first: ErrorDetails, tree: yaml.Node | None, file: str) -> Text:
    where = [part for part in first["loc"] if isinstance(part, int | str)]
    if first["type"] in _UNKNOWN_KEY:
        why = f"this key is not known; allowed here: {', '.join(_keys_at(where[:-1]))}"
    elif first["type"].startswith("missing"):
        why = "this key is needed and is not there"
    else:
        why = first["msg"].removeprefix("Value error, ")[:1].lower() + first["msg"].removeprefix("Value error, ")[1:]
    return _WRONG.with_(file=file, line=_line_of(tree, where), key=_path(where), why=why)


def _path(where: list[int | str]) -> str:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return shown.lstrip(".") or "(the whole file)"


def _line_of(node: yaml.Node | None, where: list[int | str]) -> int:
    """The 1-based line of the deepest part of `where` that exists."""
    line = node.start_mark.line + 1 if node else 1
    for part in where:
        step = _child(node, part)
        if step is None:
            break
        line, node = step
    return line


def _child(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _keys_at(where: list[int | str]) -> list[str]:
    """The keys that the fleet's dataclass at `where` knows."""
    kind: object = Fleet
    for part in where:
        if isinstance(part, str) and isinstance(kind, type) and is_dataclass(kind):
            kind = _dataclass_in(typing.get_type_hints(kind).get(part))
    return [one.name for one in fields(kind)] if isinstance(kind, type) and is_dataclass(kind) else []


def _dataclass_in(hint: object) -> object:
    """The dataclass that an annotation such as `tuple[Device, ...]` or `Drip | None` speaks of."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    inside = (_dataclass_in(argument) for argument in typing.get_args(hint))
    return next((one for one in inside if one is not None), None)
