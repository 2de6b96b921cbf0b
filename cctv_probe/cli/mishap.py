"""What went wrong on the command line, or in the program itself: a person reads one sentence."""

from __future__ import annotations

import sys
import traceback

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.model.words import Text
from cctv_probe.wire.state import state_folder

_MISHAP = Text(
    en="An error in cctv-probe itself ({kind}). What happened is written in {path}; please send it to the developers.",
    th="เกิดข้อผิดพลาดใน cctv-probe เอง ({kind}) รายละเอียดอยู่ใน {path} โปรดส่งให้ผู้พัฒนา",
)
_NOT_WRITTEN = Text(
    en="An error in cctv-probe itself ({kind}); please report it.",
    th="เกิดข้อผิดพลาดใน cctv-probe เอง ({kind}) โปรดแจ้งผู้พัฒนา",
)

_MISTAKE = Text(en="{message} Help: cctv-probe --help", th="คำสั่งไม่ถูกต้อง: {message} ดูวิธีใช้: cctv-probe --help")


def mistake(error: Exception) -> Stop | None:
    """The sentence for a mistake on the command line that the parser found; None for any other error."""
    message = getattr(error, "format_message", None)
    if message is None:
        return None
    said = str(message())
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(said + "\n")
        raise SystemExit(exits.USAGE)
    return Stop(exits.USAGE, _MISTAKE.with_(message=said if said.endswith((".", ")")) else said + "."))


def mishap(error: Exception) -> Stop:
    """Keep the traceback of `error` (code lines only, no values) and give the sentence to end with."""
    kind = type(error).__name__
    path = state_folder() / "last-error.txt"
    frames = traceback.format_tb(error.__traceback__)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{kind}\n{''.join(frames)}", encoding="utf-8")
    except OSError:
        return Stop(exits.NOTHING_DONE, _NOT_WRITTEN.with_(kind=kind))
    return Stop(exits.NOTHING_DONE, _MISHAP.with_(kind=kind, path=path))
