"""A text file as a grid: which character parts the columns, quoted cells, line breaks inside them, stray quotation marks.

The delimiter is the one that gives the most rows the same number of columns. A quotation mark that is never closed
would swallow the rest of the file: such a record is read again with the mark as a plain character.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.encodings import decode
from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.problem import TOO_MANY_COLUMNS, TOO_MANY_ROWS, TOO_MUCH, refused
from cctv_probe.model.words import Text

DELIMITERS = ",;\t|"
_SNIFFED = 300
_SEPARATOR_LINE = re.compile(r"^sep=([,;\t|])$", re.I)
_LINE_ENDS = re.compile(r"\r\n?")
_LONGEST_FIELD = 1 << 20

_REPAIRED = Text(
    en="The text had been saved with a wrong encoding (Thai as “เธ…”); it was put right while reading.",
    th="ข้อความถูกบันทึกด้วยรหัสอักขระผิด (ภาษาไทยกลายเป็น “เธ…”) โปรแกรมแปลงกลับให้แล้วขณะอ่าน",
)
_LOST = Text(
    en="{count} characters could not be decoded and are shown as “�”. Please save the list again as CSV UTF-8.",
    th="มีอักขระ {count} ตัวที่ถอดรหัสไม่ได้ และแสดงเป็น “�” โปรดบันทึกรายการใหม่เป็น CSV UTF-8",
)
_QUOTES = Text(
    en="Row {row}: a quotation mark is never closed. It was read as a plain character; please check this row.",
    th="แถวที่ {row}: เครื่องหมายคำพูดไม่มีตัวปิด จึงอ่านเป็นอักขระธรรมดา โปรดตรวจสอบแถวนี้",
)


def text_grid(data: bytes, file: str) -> tuple[Grid, str]:
    """The rows of a text file and its encoding. Raises ReadingError where the file is beyond the limits."""
    decoded = decode(data)
    lines = _LINE_ENDS.sub("\n", decoded.text).split("\n")
    first = _SEPARATOR_LINE.match(lines[0].strip("\ufeff ")) if lines else None
    start = 1 if first else 0
    delimiter = first[1] if first else sniffed_delimiter(lines[:_SNIFFED])
    rows: list[GridRow] = []
    notes: list[Text] = []
    cells = blank = since = 0
    for number, texts, repaired in records(lines, delimiter, start):
        if not any(texts):
            since += 1
            continue
        blank, since = blank + since, 0
        rows.append(_row(number, texts, repaired, file))
        cells += len(rows[-1].texts)
        if len(rows) > limits.MOST_ROWS:
            raise refused(TOO_MANY_ROWS, file, limit=limits.MOST_ROWS)
        if cells > limits.MOST_CELLS:
            raise refused(TOO_MUCH, file, limit=limits.MOST_CELLS)
        if repaired and len(notes) < 10:
            notes.append(_QUOTES.with_(row=number))
    if decoded.repaired:
        notes.append(_REPAIRED)
    if decoded.lost:
        notes.append(_LOST.with_(count=decoded.lost))
    return Grid("", tuple(rows), blank=blank, notes=tuple(notes), merged=False), decoded.encoding


def sniffed_delimiter(lines: list[str]) -> str:
    """The delimiter that gives the most rows one number of columns, and many of them; a comma where none does."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(
            len(texts)
            for _, texts, _ in islice(records(lines, delimiter, 0), _SNIFFED)
            if any(texts) and len(texts) > 1
        )
        if not widths:
            continue
        width, rows = max(widths.items(), key=lambda found: found[0] * found[1])
        score = rows / sum(widths.values()) * rows * (min(width, 20) - 1)
        if score > most:
            best, most = delimiter, score
    return best


def records(lines: list[str], delimiter: str, start: int) -> Iterator[tuple[int, list[str], bool]]:
    """(number of the first line from 1, texts, whether a quotation mark was never closed), for every record."""
    csv.field_size_limit(_LONGEST_FIELD)
    at = start
    while at < len(lines):
        if '"' not in lines[at]:
            yield at + 1, [text.strip() for text in lines[at].split(delimiter)], False
            at += 1
            continue
        texts, taken = _quoted(lines, at, delimiter)
        repaired = texts is None
        if texts is None:
            texts = [text.strip().strip('"') for text in lines[at].split(delimiter)]
        yield at + 1, [text.strip() for text in texts], repaired
        at += taken


def _quoted(lines: list[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """(the record that begins at `at`, the lines it takes); None where it never ends."""
    taken = 0

    def source() -> Iterator[str]:
        nonlocal taken
        for line in lines[at : at + limits.MOST_LINES_IN_A_RECORD]:
            taken += 1
            yield line + "\n"

    try:
        # `strict` finds an end of file inside quotation marks; without it the rest would become one cell.
        return next(csv.reader(source(), delimiter=delimiter, skipinitialspace=True, strict=True)), taken
    except (csv.Error, StopIteration):
        return _lenient(lines[at], delimiter), 1


def _lenient(line: str, delimiter: str) -> list[str] | None:
    """A line with a quotation mark in the middle of a cell (`จอ 21" LED`), which `strict` does not like."""
    if line.count('"') % 2:
        return None
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return None


def _row(number: int, texts: list[str], repaired: bool, file: str) -> GridRow:
    given = len(texts)
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > limits.MOST_COLUMNS:
        raise refused(TOO_MANY_COLUMNS, file, sheet="", row=number, limit=limits.MOST_COLUMNS)
    too_long = any(len(text) > limits.MOST_CELL_CHARACTERS for text in texts)
    if too_long:
        texts = [text[: limits.MOST_CELL_CHARACTERS] for text in texts]
    return GridRow(number, tuple(texts), repaired=repaired, too_long=too_long, given=given)
