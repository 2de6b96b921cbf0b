"""The mapping file: which column is which field, for a person to read, correct, keep and use for the next list (YAML).

sheets:
  - sheet: "บัญชีสำรวจ"
    columns:
      - column: G
        header: "ยี่ห้อกล้อง"
        field: brand
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cctv_probe.compare.reading.fields import BESIDE_THE_RECORD, KNOWN, RECORD
from cctv_probe.compare.reading.limits import MOST_COLUMNS
from cctv_probe.compare.reading.mapping import IGNORED, Column, ColumnMapping, SheetMapping
from cctv_probe.compare.reading.problem import ReadingError
from cctv_probe.compare.reading.write_file import write_whole
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import ConfigError, Data, Lines, load_yaml

_PARTS = ("deterrence", "investigation", "traffic")
_WHAT = Text(en="the column mapping", th="ไฟล์จับคู่คอลัมน์")
_HEAD = f"""\
# การจับคู่คอลัมน์ของรายการกล้อง: ตรวจแก้คำหลัง "field:" แล้วใช้ไฟล์นี้กับรายการครั้งต่อไปได้
# คอลัมน์จับคู่ด้วยชื่อหัวคอลัมน์ (header) หากไม่มีชื่อจะใช้ตำแหน่งคอลัมน์ (column)
# Which column of a list is which field: correct the word after "field:" and use this file for the next list, too.
# Columns are recognised by their header; one without a header, by its letter.
#
# field: ข้อมูล 11 ข้อ / the eleven fields: {", ".join(RECORD)}
#        อื่น ๆ / others: {", ".join(BESIDE_THE_RECORD)}
#        {IGNORED} = ไม่ต้องอ่านคอลัมน์นี้ / do not read it      ~ = ยังไม่ทราบ / not known
# part:  เฉพาะช่องทำเครื่องหมายของข้อ 3 / only for the tick boxes of field 3: {", ".join(_PARTS)}
"""
_CHECK = "โปรดตรวจสอบ / please check"
_NEEDED = Text(en="is required here.", th="จำเป็นต้องมีในส่วนนี้")
_NOT_A_LIST = Text(en="must be a list: lines that begin with “- ”.", th="ต้องเป็นรายการ คือบรรทัดที่ขึ้นต้นด้วย “- ”")
_NOT_KEYS = Text(en="must hold “key: value” lines.", th="ต้องเป็นบรรทัดในรูป “คีย์: ค่า”")
_NOT_TEXT = Text(en="must be text.", th="ต้องเป็นข้อความ")
_ONE_OF = Text(en="must be one of: {allowed}.", th="ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: {allowed}")
_LETTERS = Text(en="must be a column letter such as A or AB.", th="ต้องเป็นอักษรคอลัมน์ เช่น A หรือ AB")
_KNOWN_KEYS = ("column", "header", "field", "part")


def mapping_text(mapping: ColumnMapping) -> str:
    """The mapping file's text."""
    lines = [_HEAD, "sheets:" if mapping.sheets else "sheets: []"]
    for sheet in mapping.sheets:
        lines += [f"  - sheet: {_quoted(sheet.sheet)}", "    columns:" if sheet.columns else "    columns: []"]
        for column in sheet.columns:
            lines += _lines_of(column)
    return "\n".join(lines) + "\n"


def save_mapping(mapping: ColumnMapping, path: Path) -> None:
    """Write the mapping file in one step. Raises ReadingError."""
    write_whole(path, mapping_text(mapping).encode("utf-8"))


def load_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file that a person confirmed. Raises ReadingError naming file, line and what to change."""
    try:
        data, lines = load_yaml(path, _WHAT)
        return _mapping(data, lines)
    except ConfigError as error:
        raise ReadingError(error.text) from None


def _lines_of(column: Column) -> list[str]:
    lines = [
        f"      - column: {column.letters}",
        f"        header: {_quoted(column.header)}",
        f"        field: {column.field or '~'}",
    ]
    if column.ambiguous or (column.field is not None and column.why is not None):
        others = f": {', '.join(column.others)}" if column.others else ""
        why = f" ({column.why.th} / {column.why.en})" if column.why else ""
        lines[-1] += f"  # {_CHECK}{others}{why}"
    if column.part:
        lines.append(f"        part: {column.part}")
    return lines


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar: JSON's, with everything that does not print escaped."""
    return "".join(_escaped(letter) for letter in json.dumps(text, ensure_ascii=False))


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    number = ord(letter)
    if 0xD800 <= number <= 0xDFFF:  # half a character, which no file can hold
        return "\ufffd"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _mapping(data: Data, lines: Lines) -> ColumnMapping:
    sheets = _list(data, "sheets", (), lines)
    return ColumnMapping(tuple(_sheet(sheet, ("sheets", at), lines) for at, sheet in enumerate(sheets)), confirmed=True)


def _sheet(data: Any, key: tuple[str | int, ...], lines: Lines) -> SheetMapping:
    if not isinstance(data, dict):
        raise lines.error(key, _NOT_KEYS)
    columns = _list(data, "columns", key, lines)
    return SheetMapping(
        _text(data, "sheet", key, lines),
        tuple(_column(column, (*key, "columns", at), at, lines) for at, column in enumerate(columns)),
    )


def _column(data: Any, key: tuple[str | int, ...], at: int, lines: Lines) -> Column:
    if not isinstance(data, dict):
        raise lines.error(key, _NOT_KEYS)
    for name in data:
        if name not in _KNOWN_KEYS:
            raise lines.error((*key, name), _ONE_OF.with_(allowed=", ".join(_KNOWN_KEYS)))
    field = _text(data, "field", key, lines) or None
    if field is not None and field not in KNOWN | {IGNORED}:
        raise lines.error((*key, "field"), _ONE_OF.with_(allowed=", ".join((*RECORD, *BESIDE_THE_RECORD, IGNORED))))
    part = _text(data, "part", key, lines) or None
    if part is not None and (part not in _PARTS or field != "purposes"):
        raise lines.error((*key, "part"), _ONE_OF.with_(allowed=", ".join(_PARTS)))
    letters = _text(data, "column", key, lines)
    number = _number(letters) if letters else at
    if number is None:
        raise lines.error((*key, "column"), _LETTERS)
    return Column(number, _text(data, "header", key, lines), field, "high", "mapping", part)


def _number(letters: str) -> int | None:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return None
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number <= MOST_COLUMNS else None


def _list(data: Data, name: str, key: tuple[str | int, ...], lines: Lines) -> list[Any]:
    if name not in data:
        raise lines.error((*key, name), _NEEDED)
    found = data[name]
    if not isinstance(found, list):
        raise lines.error((*key, name), _NOT_A_LIST)
    return found


def _text(data: Data, name: str, key: tuple[str | int, ...], lines: Lines) -> str:
    found = data.get(name)
    if found is not None and not isinstance(found, str):
        raise lines.error((*key, name), _NOT_TEXT)
    return found or ""
