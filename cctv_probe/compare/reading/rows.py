"""What every row of a sheet is: a camera, or one of the other things that stand in a list. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.reading.declared_list import RowKind
from cctv_probe.compare.reading.fields import IDENTITY
from cctv_probe.compare.reading.grid import Grid, GridRow
from cctv_probe.compare.reading.header import Header, is_numbering, is_repeated
from cctv_probe.compare.reading.mapping import IGNORED, SheetMapping
from cctv_probe.model.words import Text

_TOTAL = re.compile(r"^(?:รวม|ยอดรวม|รวมทั้ง|จำนวนรวม|(?:grand\s+|sub\s*)?total\b|sum\b)", re.I)
_SURELY_TOTAL = re.compile(
    r"^(?:รวม(?:ทั้งสิ้น|ทั้งหมด|หน้านี้|จำนวน|ยอด|เป็น|\s|:|$)|ยอดรวม|จำนวนรวม|(?:grand\s+)?total\b)", re.I
)
"""What no place is called; a village may be called รวมใจ."""
_FOOTER = re.compile(
    r"^\(?\s*(?:ลงชื่อ|ลงนาม|ผู้(?:สำรวจ|รายงาน|จัดทำ|ตรวจ|รับรอง|อนุมัติ|ให้ข้อมูล|บันทึก)|ตำแหน่ง\s*[.:…]|ตรวจสอบแล้ว|รับรองว่า|หน้า(?:ที่)?\s*\d"
    r"|page\s*\d|หมายเหตุ\s*[:：]|โทร(?:ศัพท์)?\s*[.:\d]|วันที่\s*[.…:\d]|ข้อมูล\s*ณ|พิมพ์เมื่อ|แหล่งที่มา|ที่มา\s*:|signed?\b|signature"
    r"|prepared by|checked by|approved by|remarks?\s*:|note\s*:|\*+\s*หมายเหตุ|หมายเหตุ$)",
    re.I,
)
_DOTS = re.compile(r"^[\s().…_\-/]{6,}$|\.{8,}|…{4,}|_{6,}")
OWNER = re.compile(
    r"(?:องค์การบริหารส่วน(?:ตำบล|จังหวัด)|เทศบาล(?:นคร|เมือง|ตำบล)|อบต\s*\.|อบจ\s*\.|ทต\s*\.|ทม\s*\.|ทน\s*\.|เมืองพัทยา)\s*[ก-๙]*"
)
"""A local authority in a title or a section line."""
_TEXTS = frozenset(
    {"owner", "position", "purposes", "linked_agencies", "network", "file_format", "note", "name", "model"}
)
"""Fields whose text may run on into the next row."""
_FEW = 3
_MOSTLY = 0.5
_TOTALS_HOLD = 0.7

_ALL_MERGED = Text(en="The row is the lower half of merged cells above.", th="แถวนี้เป็นส่วนล่างของเซลล์ที่ผสานกับแถวด้านบน")
_BROKEN = Text(
    en="The text was joined to row {row}, whose cells run on here.",
    th="ข้อความถูกต่อเข้ากับแถวที่ {row} เพราะเป็นข้อความที่ตัดบรรทัดมาจากแถวนั้น",
)
_NO_FIELD = Text(
    en="Nothing in this row stands under a column that is known. Please move it under its column, or map the column.",
    th="ข้อมูลในแถวนี้ไม่อยู่ใต้คอลัมน์ที่รู้จัก โปรดย้ายให้ตรงคอลัมน์ หรือกำหนดความหมายของคอลัมน์",
)
_TOO_LITTLE = Text(
    en="The row holds too little to be a camera (only “{text}”). Please complete it or remove it.",
    th="แถวนี้มีข้อมูลน้อยเกินกว่าจะเป็นกล้องหนึ่งตัว (มีเพียง “{text}”) โปรดเพิ่มข้อมูลหรือลบแถวนี้",
)
_TOO_LONG = Text(
    en="A cell of this row is longer than {limit} characters. Please shorten it.",
    th="แถวนี้มีเซลล์ที่ยาวเกิน {limit} ตัวอักษร โปรดย่อข้อความให้สั้นลง",
)
_FORMULAS = Text(
    en="The row holds only formulas without stored results. Please open the file in Excel, save it and read it again.",
    th="แถวนี้มีแต่สูตรที่ไม่มีผลลัพธ์บันทึกไว้ โปรดเปิดไฟล์ด้วย Excel แล้วบันทึกและอ่านใหม่",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what it is. `onto` is the index of the row that a continuation continues."""

    row: GridRow
    kind: RowKind
    why: Text | None = None
    onto: int | None = None


class Judge:
    """Judges the rows of one sheet in their order."""

    def __init__(self, grid: Grid, header: Header | None, mapping: SheetMapping, most_characters: int) -> None:
        self.grid, self.header, self.most_characters = grid, header, most_characters
        used = [one for one in mapping.columns if one.field and one.field != IGNORED]
        self.fields = {one.column: one.field or "" for one in used}
        self.telling = {at for at, field in self.fields.items() if field not in ("sequence", "note", "secret")}
        self.sequence = {at for at, field in self.fields.items() if field == "sequence"}
        self.judged: list[Judged] = []
        self.camera: int | None = None
        self.usual = 0.0

    def all(self) -> Sequence[Judged]:
        """Every row of the grid, judged."""
        for index, row in enumerate(self.grid.rows):
            found = self._before(index, row) or self._not_a_camera(row) or self._camera(row)
            if found.kind is RowKind.CAMERA:
                own = len(row.own())
                self.usual = own if self.camera is None else 0.9 * self.usual + 0.1 * own
                self.camera = index
            self.judged.append(found)
        return self.judged

    def _before(self, index: int, row: GridRow) -> Judged | None:
        if self.header is None:
            return None
        if index in self.header.rows:
            return Judged(row, RowKind.HEADER)
        if index < self.header.rows[0]:
            return Judged(row, RowKind.TITLE)
        last = self.judged[-1].kind
        if last is RowKind.HEADER and is_numbering(row):
            return Judged(row, RowKind.NUMBERING)
        if is_repeated(row, self.header):
            return Judged(row, RowKind.HEADER)
        return None

    def _not_a_camera(self, row: GridRow) -> Judged | None:
        own = row.own()
        if not own:
            if not any(row.texts):
                return Judged(row, RowKind.UNREAD, _FORMULAS)
            return Judged(row, RowKind.CONTINUATION, _ALL_MERGED)
        if _SURELY_TOTAL.match(clean(row.text(own[0]))) and len(own) <= _TOTALS_HOLD * (
            self.usual or len(self.telling)
        ):
            return Judged(row, RowKind.TOTAL)
        if self._is_thin(own):
            texts = [clean(row.text(column)) for column in own]
            if any(_TOTAL.match(text) for text in texts[:2]):
                return Judged(row, RowKind.TOTAL)
            if len(own) <= _FEW and any(_FOOTER.match(text) or _DOTS.search(text) for text in texts):
                return Judged(row, RowKind.FOOTER)
        if row.too_long:
            return Judged(row, RowKind.UNREAD, _TOO_LONG.with_(limit=self.most_characters))
        return None

    def _is_thin(self, own: Sequence[int]) -> bool:
        """Whether a row holds clearly less than the cameras around it, and nothing that identifies one."""
        if any(self.fields.get(column) in ("serial", "mac", "address") for column in own):
            return False
        expected = self.usual or max(len(self.telling), 1)
        return len(own) <= max(1, _MOSTLY * expected) or not (set(own) & self.telling)

    def _camera(self, row: GridRow) -> Judged:
        own = row.own()
        telling = [column for column in own if column in self.telling]
        if not telling:
            return self._without_fields(row, own)
        if len(own) == 1 and self._is_section(row, own[0]):
            return Judged(row, RowKind.SECTION)
        onto = self._runs_on(row, own)
        if onto is not None:
            return Judged(row, RowKind.CONTINUATION, _BROKEN.with_(row=self.grid.rows[onto].number), onto)
        if len(telling) == 1 and len(self.telling) > 2 and not self._identifies(row, telling):
            return Judged(row, RowKind.UNREAD, _TOO_LITTLE.with_(text=clean(row.text(telling[0]))[:60]))
        return Judged(row, RowKind.CAMERA)

    def _without_fields(self, row: GridRow, own: Sequence[int]) -> Judged:
        if len(own) == 1 and self._is_section(row, own[0]):
            return Judged(row, RowKind.SECTION)
        if set(own) <= self.sequence:
            return Judged(row, RowKind.UNREAD, _TOO_LITTLE.with_(text=clean(row.text(own[0]))[:60]))
        return Judged(row, RowKind.UNREAD, _NO_FIELD)

    def _is_section(self, row: GridRow, column: int) -> bool:
        """One text alone: merged over the row, standing in its first columns, or naming an authority."""
        text = clean(row.text(column))
        if not any(letter.isalpha() for letter in text):
            return False
        if OWNER.match(text) or len(row.spread) >= 2:
            return True
        first = min(self.fields, default=0)
        return column <= first and self.fields.get(column) not in IDENTITY and self.fields.get(column) != "position"

    def _identifies(self, row: GridRow, telling: Sequence[int]) -> bool:
        return any(
            self.fields[column] in ("serial", "mac", "address", "camera_id", "position", "name") for column in telling
        ) and (bool(row.spread) or any(row.text(column) for column in self.sequence))

    def _runs_on(self, row: GridRow, own: Sequence[int]) -> int | None:
        """The camera row just above whose text columns go on here, where a PDF broke the row."""
        if self.camera is None or self.judged[-1].kind not in (RowKind.CAMERA, RowKind.CONTINUATION):
            return None
        above = self.grid.rows[self.camera]
        if row.number - above.number > _FEW or len(own) > max(1, int(self.usual) // 3):
            return None
        fits = all(self.fields.get(column) in _TEXTS and above.text(column) for column in own)
        numbered = any(row.text(column) for column in self.sequence)
        return self.camera if fits and not numbered and not row.spread else None
