"""gzip as the contract uses it: one member, no time and no name inside, and never more bytes out than a cap."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Literal

_CHUNK = 1 << 18
_GZIP = 31
"""zlib's window bits for exactly one gzip member."""


class CompressionError(ValueError):
    """`too_large`: more bytes than the cap, before or after decompression; `damaged`: no whole gzip member."""

    def __init__(self, code: Literal["too_large", "damaged"]) -> None:
        super().__init__(code)
        self.code: Literal["too_large", "damaged"] = code


def compressed(body: bytes) -> bytes:
    """`body` as one gzip member, the same bytes for the same body on one version of zlib."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def decompressed(data: bytes, most_bytes: int) -> bytes:
    """What one gzip member holds, at most `most_bytes`. Raises CompressionError."""
    inflate = zlib.decompressobj(_GZIP)
    try:
        found = inflate.decompress(data, most_bytes + 1)
    except zlib.error as error:
        raise CompressionError("damaged") from error
    if len(found) > most_bytes:
        raise CompressionError("too_large")
    if not inflate.eof or inflate.unused_data:
        raise CompressionError("damaged")
    return found


def pieces(file: BinaryIO, most_sent: int, most_bytes: int) -> Iterator[bytes]:
    """What the one gzip member in `file` holds, in pieces; `file` is read to its end. Raises CompressionError, OSError."""
    inflate = zlib.decompressobj(_GZIP)
    taken = given = 0
    while not inflate.eof:
        data = inflate.unconsumed_tail or file.read(_CHUNK)
        if not data:
            raise CompressionError("damaged")
        taken += 0 if inflate.unconsumed_tail else len(data)
        try:
            piece = inflate.decompress(data, _CHUNK)
        except zlib.error as error:
            raise CompressionError("damaged") from error
        given += len(piece)
        if taken > most_sent or given > most_bytes:
            raise CompressionError("too_large")
        if piece:
            yield piece
    if inflate.unused_data or file.read(1):
        raise CompressionError("damaged")


def lines(file: BinaryIO, most_sent: int, most_bytes: int, most_line: int) -> Iterator[bytes]:
    """The lines in a gzip member, each with its line end. Raises CompressionError, OSError."""
    waiting = bytearray()
    for piece in pieces(file, most_sent, most_bytes):
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield bytes(waiting) + line + b"\n"
            waiting.clear()
        waiting += rest
        if len(waiting) > most_line:
            raise CompressionError("too_large")
    if waiting:
        yield bytes(waiting)
