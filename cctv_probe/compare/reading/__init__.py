"""Reading what people wrote down: a declared list in CSV or XLSX becomes rows, columns with a meaning, and cameras.

    bytes ─► grid ─► header ─► mapping ─► rows ─► cameras
    text_grid (encodings, delimiters)   which rows name   column → field,     what each row   cells with raw, canonical,
    workbook  (zip, parts, sheet,       the columns       for a person to     is and why      confidence and rule
               number_text)                               confirm (YAML)

Every row of the file is accounted for: as a camera, or as one of the other kinds of `RowKind`, with a reason where it
could not be read. What a value means is `compare.normalise`'s to say; this room finds the values. Nothing is evaluated:
a formula is its stored result, a macro is noticed, a link is not followed. The file is an attacker: sizes, counts and
depths are bounded in `limits`. Apart from opening the file and writing one, everything here is pure; sockets, clocks
and cameras may not enter.
"""

from __future__ import annotations

from cctv_probe.compare.reading.declared_list import Cell, DeclaredCamera, DeclaredList, Place, Row, RowKind, Sheet
from cctv_probe.compare.reading.mapping import Column, ColumnMapping, SheetMapping
from cctv_probe.compare.reading.mapping_file import load_mapping, save_mapping
from cctv_probe.compare.reading.problem import ReadingError
from cctv_probe.compare.reading.read import read_declared
from cctv_probe.compare.reading.unread import unread_workbook, write_unread

__all__ = [
    "Cell",
    "Column",
    "ColumnMapping",
    "DeclaredCamera",
    "DeclaredList",
    "Place",
    "ReadingError",
    "Row",
    "RowKind",
    "Sheet",
    "SheetMapping",
    "load_mapping",
    "read_declared",
    "save_mapping",
    "unread_workbook",
    "write_unread",
]
