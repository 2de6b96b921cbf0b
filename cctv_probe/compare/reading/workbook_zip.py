"""The container of a workbook: a ZIP archive whose parts are read in memory, in pieces, under caps; nothing is unpacked.

The names inside are only compared with names, never used as paths. XML is read without DTDs, entities or network.
A reader of our own and not openpyxl's: that one drops merged cells and hidden rows when it streams, reads no file of
the strict form of the standard, stops at a damaged style, and has no bounds.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cctv_probe.compare.reading import limits
from cctv_probe.compare.reading.problem import DAMAGED, KINDS, PASSWORD, REASONS, UNSAFE, WRONG_TYPE, refused

if TYPE_CHECKING:
    from lxml import etree

_CHUNK = 1 << 16
_OFFICE = (("word/", "word"), ("ppt/", "slides"))
_SMALL_PART = 16 << 20


class Package:
    """The parts of one workbook. Every method raises ReadingError about `file`."""

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        self._left = limits.MOST_UNPACKED_BYTES
        if data.count(b"PK\x01\x02") > limits.MOST_ZIP_ENTRIES:
            raise refused(UNSAFE, file, reason=REASONS["entries"])
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._names = {_normal(name): name for name in self._archive.namelist()}
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError):
            raise refused(DAMAGED, file, reason=REASONS["zip"]) from None
        if any(entry.flag_bits & 1 for entry in self._archive.infolist()):
            raise refused(PASSWORD, file)

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _normal(name) in self._names

    def any_ends_with(self, ending: str) -> bool:
        """Whether some part's name ends so."""
        return any(name.endswith(ending) for name in self._names)

    def require_workbook(self) -> None:
        """Refuses what is an archive but not a workbook of this kind."""
        if self.any_ends_with("/workbook.bin"):
            raise refused(WRONG_TYPE, self.file, kind=KINDS["xlsb"])
        for folder, kind in _OFFICE:
            if any(name.startswith(folder) for name in self._names) and not self.any_ends_with("workbook.xml"):
                raise refused(WRONG_TYPE, self.file, kind=KINDS[kind])
        if self.has("mimetype") and self.has("content.xml"):
            raise refused(WRONG_TYPE, self.file, kind=KINDS["ods"])
        if not self.any_ends_with("workbook.xml"):
            raise refused(WRONG_TYPE, self.file, kind=KINDS["archive"])

    def workbook_name(self) -> str:
        """The part that lists the sheets."""
        if self.has("xl/workbook.xml"):
            return "xl/workbook.xml"
        return min((name for name in self._names if name.endswith("workbook.xml")), key=len)

    def pieces(self, name: str, most: int = limits.MOST_PART_BYTES) -> Iterator[bytes]:
        """A part's bytes in pieces, at most `most` of them."""
        try:
            with self._archive.open(self._names[_normal(name)]) as part:
                left = most
                while piece := part.read(_CHUNK):
                    left -= len(piece)
                    self._left -= len(piece)
                    if left < 0 or self._left < 0:
                        raise refused(UNSAFE, self.file, reason=REASONS["bomb"])
                    yield piece
        except KeyError:
            raise refused(DAMAGED, self.file, reason=REASONS["missing_part"]) from None
        except RuntimeError:
            raise refused(PASSWORD, self.file) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
            raise refused(DAMAGED, self.file, reason=REASONS["zip"]) from None

    def tree(self, name: str) -> etree._Element:
        """A small part as a tree (workbook, relations, styles)."""
        from lxml import etree

        parser = self.parser()
        try:
            for piece in self._checked(self.pieces(name, _SMALL_PART)):
                parser.feed(piece)
            root = parser.close()
        except etree.XMLSyntaxError:
            raise refused(DAMAGED, self.file, reason=REASONS["xml"]) from None
        self.no_entities(root)
        return root

    def elements(self, name: str, tags: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
        """(local name, element) for each finished element of a large part whose local name is in `tags`.

        What was yielded is emptied afterwards, so that a part of any length takes the memory of one row; a part that
        grows by more than `limits.MOST_BYTES_BETWEEN_ROWS` without a finished element is refused.
        """
        from lxml import etree

        parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        since = 0
        checked = False
        for piece in self._checked(self.pieces(name)):
            since += len(piece)
            if since > limits.MOST_BYTES_BETWEEN_ROWS:
                raise refused(UNSAFE, self.file, reason=REASONS["bomb"])
            try:
                parser.feed(piece)
                elements = [element for _, element in parser.read_events() if isinstance(element, etree._Element)]
            except etree.XMLSyntaxError:
                raise refused(DAMAGED, self.file, reason=REASONS["xml"]) from None
            for element in elements:
                if not checked:
                    self.no_entities(element)
                    checked = True
                since = 0
                yield etree.QName(element).localname, element
                _emptied(element)
        try:
            parser.close()  # finds a part that was cut off
        except etree.XMLSyntaxError:
            raise refused(DAMAGED, self.file, reason=REASONS["xml"]) from None

    def _checked(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        first = True
        for piece in pieces:
            if first and b"<!DOCTYPE" in piece.replace(b"\0", b""):
                raise refused(UNSAFE, self.file, reason=REASONS["entities"])
            first = False
            yield piece

    def no_entities(self, element: etree._Element) -> None:
        """Refuses a part with a document type: Excel writes none, and entities live there."""
        if element.getroottree().docinfo.internalDTD is not None:
            raise refused(UNSAFE, self.file, reason=REASONS["entities"])

    def parser(self) -> etree.XMLParser:
        """A parser that looks nothing up and expands nothing."""
        from lxml import etree

        return etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def relations(self, name: str) -> dict[str, str]:
        """The parts that a part points to inside the archive, by relation id; links to elsewhere are left out."""
        folder, base = posixpath.split(name)
        rels = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
        if not self.has(rels):
            return {}
        return {
            one.get("Id", ""): posixpath.normpath(posixpath.join("/" + folder, one.get("Target", ""))).lstrip("/")
            for one in self.tree(rels)
            if one.get("TargetMode") != "External"
        }


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _emptied(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
