"""`cctv-probe normalise FIELD`: values on standard input, one a line; canonical value, confidence and rule on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, BinaryIO

import typer

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Read what people wrote: values on standard input, one a line; canonical value, confidence and rule on standard output.",
    th="อ่านค่าที่มีผู้กรอกไว้: รับค่าทางอินพุตมาตรฐานบรรทัดละหนึ่งค่า แล้วแสดงค่ามาตรฐาน ระดับความเชื่อมั่น และกฎที่ใช้",
)
_FIELD = Text(
    en="Which field the values are of: owner, position, purposes, linked_agencies, network, brand, resolution, max_resolution, "
    "retention_days, frame_rate, file_format, header, date, number or missing.",
    th="ค่าเหล่านั้นเป็นของช่องใด: owner, position, purposes, linked_agencies, network, brand, resolution, max_resolution, "
    "retention_days, frame_rate, file_format, header, date, number หรือ missing",
)
_UNKNOWN_FIELD = Text(en="There is no field {field}. Fields: {fields}.", th="ไม่มีช่องข้อมูลชื่อ {field} ช่องที่มี: {fields}")

LONGEST_LINE_BYTES = 65_536
"""Of a longer line only this much is read into memory; it is answered `unparsable`."""


def normalise(field: Annotated[str, typer.Argument(help=say(_FIELD), metavar="FIELD")]) -> None:
    """One line out for each line in, written at once."""
    from cctv_probe.compare.normalise import FIELDS
    from cctv_probe.compare.normalise import normalise as read

    if field not in FIELDS:
        raise Stop(exits.USAGE, _UNKNOWN_FIELD.with_(field=_printable(field), fields=", ".join(FIELDS)))
    out = sys.stdout.buffer
    for raw in lines(sys.stdin.buffer):
        found = read(field, raw)
        out.write(f"{found.canonical}\t{found.confidence}\t{found.rule}\n".encode("utf-8", errors="replace"))
        out.flush()
    raise typer.Exit(exits.ALL_READ)


def lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream as text, without their ends; UTF-8, else the Thai Windows code page (CP874), line by line."""
    first = True
    while piece := stream.readline(LONGEST_LINE_BYTES):
        line = piece
        while not piece.endswith(b"\n") and (piece := stream.readline(LONGEST_LINE_BYTES)):
            pass
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        yield _decoded(line.removesuffix(b"\n").removesuffix(b"\r"))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp874", errors="replace")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:60])
