"""Files that are either whole or not there: written beside their place, then moved onto it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cctv_probe.model.words import Text

_CANNOT_WRITE = Text(
    en="{path} could not be written ({reason}). Check that the folder exists, may be written and has space left.",
    th="เขียนไฟล์ {path} ไม่ได้ ({reason}) โปรดตรวจสอบว่ามีโฟลเดอร์นี้ เขียนได้ และมีพื้นที่เหลือ",
)
_IN_USE = Text(
    en="{path} could not be replaced ({reason}). Close it in the other program (Excel, a browser) and try again.",
    th="เขียนทับไฟล์ {path} ไม่ได้ ({reason}) โปรดปิดไฟล์นี้ในโปรแกรมอื่น (Excel หรือเบราว์เซอร์) แล้วลองใหม่",
)


class CannotWriteError(Exception):
    """A file could not be written; `text` says which and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step (`os.replace`, on Windows too). Raises CannotWriteError."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        # Plain `open` rather than `mkstemp`: the umask decides who may read a report, as for any new file.
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        in_use = temporary.exists() and path.is_file()
        temporary.unlink(missing_ok=True)
        sentence = _IN_USE if in_use else _CANNOT_WRITE
        raise CannotWriteError(sentence.with_(path=path, reason=error.strerror or error)) from error
