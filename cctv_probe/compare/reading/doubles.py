"""Rows of a list that cannot both be right: two cameras with one serial number, one MAC, one address and channel, or the
same row twice. Nothing is taken out; a note names the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cctv_probe.compare.reading.declared_list import DeclaredCamera
from cctv_probe.compare.reading.problem import shown
from cctv_probe.model.words import Text

_MOST_NOTES = 20
_NOT_VALUES = ("missing", "unknown", "unparsable", "broken")
_SAME_ROW = Text(
    en="Rows {rows} are the same in every column. Please remove what was copied twice.",
    th="แถว {rows} เหมือนกันทุกคอลัมน์ โปรดลบแถวที่คัดลอกซ้ำ",
)
_SERIAL = Text(
    en="Rows {rows} have the same serial number “{value}”. Two cameras cannot; please check them.",
    th="แถว {rows} มีหมายเลขเครื่อง “{value}” ซ้ำกัน ซึ่งกล้องสองตัวไม่ควรมีหมายเลขเดียวกัน โปรดตรวจสอบ",
)
_MAC = Text(
    en="Rows {rows} have the same MAC address “{value}”. Please check them.",
    th="แถว {rows} มีหมายเลข MAC “{value}” ซ้ำกัน โปรดตรวจสอบ",
)
_ADDRESS = Text(
    en="Rows {rows} have the same address “{value}” and no different port or channel. Please check them.",
    th="แถว {rows} มีหมายเลข IP “{value}” ซ้ำกันโดยพอร์ตและช่องสัญญาณไม่ต่างกัน โปรดตรวจสอบ",
)
_MORE = Text(en="{count} more groups of rows are doubled in this way.", th="ยังมีแถวที่ซ้ำกันในลักษณะนี้อีก {count} กลุ่ม")


def doubled(cameras: Sequence[DeclaredCamera]) -> tuple[Text, ...]:
    """The notes about rows of one list that repeat each other; a whole row told once is not told again by its serial."""
    told: set[int] = set()
    notes: list[Text] = []
    for sentence, key in ((_SAME_ROW, _whole), (_SERIAL, _one("serial")), (_MAC, _one("mac")), (_ADDRESS, _place)):
        groups: dict[str, list[int]] = {}
        for index, camera in enumerate(cameras):
            value = "" if index in told else key(camera)
            if value:
                groups.setdefault(value, []).append(index)
        for value, indexes in groups.items():
            if len(indexes) > 1:
                told.update(indexes)
                rows = ", ".join(_row(cameras[index]) for index in indexes[:_MOST_NOTES])
                notes.append(sentence.with_(rows=rows, value=shown(value.split("\t")[0])))
    more = len(notes) - _MOST_NOTES
    return tuple(notes) if more <= 0 else (*notes[:_MOST_NOTES], _MORE.with_(count=more))


def _row(camera: DeclaredCamera) -> str:
    return f"{shown(camera.row.sheet)}!{camera.row.row}" if camera.row.sheet else str(camera.row.row)


def _whole(camera: DeclaredCamera) -> str:
    """All that the row itself says, where that is enough to know a camera by."""
    cells = [(name, cell.raw) for name, cell in camera.cells.items() if cell.column is not None and name != "sequence"]
    return "\t".join(f"{name}={raw}" for name, raw in cells) if len(cells) > 2 else ""


def _one(field: str) -> Callable[[DeclaredCamera], str]:
    def value(camera: DeclaredCamera) -> str:
        cell = camera.cells.get(field)
        return "" if cell is None or cell.canonical.startswith(("suspect:", *_NOT_VALUES)) else cell.canonical

    return value


def _place(camera: DeclaredCamera) -> str:
    address = _one("address")(camera)
    return f"{address}\t{_one('port')(camera)}\t{_one('channel')(camera)}" if address else ""
