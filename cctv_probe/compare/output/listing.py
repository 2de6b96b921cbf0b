"""What is to be said about the list itself: columns, rows and cells that could not be read, notes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cctv_probe.compare.output import words
from cctv_probe.compare.reading.cell_problems import FIELD_NAMES
from cctv_probe.compare.reading.declared_list import DeclaredList, Place
from cctv_probe.compare.reading.mapping import IGNORED, Column
from cctv_probe.compare.reading.unread import problems_of
from cctv_probe.model.words import Text
from cctv_probe.survey.safe_text import clean


def place_of(place: Place) -> str:
    """`12`, or `บัญชี!12` in a workbook of several sheets."""
    return f"{clean(place.sheet, 40)}!{place.row}" if place.sheet else str(place.row)


def places(listed: DeclaredList) -> tuple[str, ...]:
    """Where each camera of the list stands; sheets are named only where there are several."""
    several = len({camera.row.sheet for camera in listed.cameras}) > 1
    return tuple(place_of(camera.row) if several else str(camera.row.row) for camera in listed.cameras)


_OTHER_NAMES = {
    "sequence": Text(en="number in the list", th="ลำดับ"),
    "note": Text(en="note", th="หมายเหตุ"),
    "province": Text(en="province", th="จังหวัด"),
    "district": Text(en="district", th="อำเภอ"),
    "subdistrict": Text(en="subdistrict", th="ตำบล"),
    "secret": Text(en="user or password (not kept)", th="ชื่อผู้ใช้หรือรหัสผ่าน (ไม่เก็บ)"),
    "section": Text(en="section", th="หมวด"),
}


def field_name(field: str | None) -> Text:
    """The name of a column's field."""
    known = field or ""
    return FIELD_NAMES.get(known) or _OTHER_NAMES.get(known) or Text(known, known)


def column_words(column: Column) -> Text:
    """One column: how it is read, what else it may be, and why it is asked about."""
    header = clean(column.header, 60) or "–"
    if column.field is None or column.field == IGNORED:
        told = words.COLUMN_UNREAD.with_(letters=column.letters, header=header)
    else:
        told = words.COLUMN.with_(letters=column.letters, header=header, field=field_name(column.field))
    if column.others:
        names = [field_name(other) for other in column.others]
        others = Text(", ".join(name.en for name in names), ", ".join(name.th for name in names))
        told = _both(told, words.COLUMN_MAYBE.with_(others=others))
    return _both(told, column.why) if column.why else told


def _both(one: Text, other: Text) -> Text:
    return Text(f"{one.en}; {other.en}", f"{one.th} {other.th}")


def unread_lines(listed: DeclaredList) -> tuple[Text, ...]:
    """A sentence for every row, and for every cell, that could not be read as it stands."""
    return tuple(_unread(listed))


def _unread(listed: DeclaredList) -> Iterator[Text]:
    cameras = {(camera.row.sheet, camera.row.row): camera for camera in listed.cameras}
    for sheet in listed.sheets:
        for row in sheet.rows:
            cells, whole = problems_of(row, cameras.get((sheet.name, row.place.row)))
            for why in (*whole, *(sentence for column in sorted(cells) for sentence in cells[column])):
                yield words.UNREAD_ROW.with_(row=place_of(row.place), why=why)


def notes(listed: DeclaredList) -> Sequence[Text]:
    """What is to be said about the file and its sheets."""
    of_sheets = [
        Text(f"{clean(sheet.name, 40)}: {note.en}", f"{clean(sheet.name, 40)}: {note.th}") if sheet.name else note
        for sheet in listed.sheets
        for note in sheet.notes
    ]
    return (*listed.notes, *of_sheets)
