"""`decisions.example.yaml`: every open question as a decision that only has to be picked. As it stands it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cctv_probe.compare.comparison import RowResult
from cctv_probe.compare.matching.decisions import Decision, Decisions, decisions_text
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.output import words
from cctv_probe.compare.output.listing import places
from cctv_probe.compare.output.sides import Compared, called, found_by_key, found_place
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.safe_text import clean

_HEAD = """\
# การตัดสินใจที่รออยู่: คัดลอกไฟล์นี้เป็น decisions.yaml แล้วสำหรับกล้องแต่ละตัว เอาเครื่องหมาย "# " ด้านหน้าออกจาก
# รายการ "declared", "found" หนึ่งบรรทัด และ "reason" จากนั้นสั่ง compare อีกครั้งด้วย --decisions decisions.yaml
# Open questions: copy this file to decisions.yaml. For each camera, take the "# " away from "declared", from one line
# "found" and from "reason", then run compare again with --decisions decisions.yaml. `found: null`: not on the network.
pairs:
"""
_REASON = "เหตุผล / reason"


def example_text(compared: Compared) -> str:
    """The file's text; `load_decisions` reads it as no decision at all."""
    comparison, found = compared.comparison, found_by_key(compared.comparison)
    lines = [_HEAD]
    for place, row in zip(places(compared.listed), comparison.rows, strict=True):
        if row.question is not None:
            lines += [*_question(place, row, found), ""]
    return "\n".join(lines)


def write_example_decisions(compared: Compared, path: Path) -> None:
    """Write the example in one step. Raises CannotWriteError."""
    write_atomically(path, example_text(compared).encode("utf-8"))


def _question(place: str, row: RowResult, found: dict[str, FoundCamera]) -> Iterator[str]:
    question = row.question
    assert question is not None
    yield f"  ## {words.ROW.th} {place}: {called(row)}"
    yield f"  ## {question.why.th}"
    yield f"  ## {question.why.en}"
    yield f"  # - {_line(row.declared.key, None, 'declared')}"
    for each in question.candidates:
        camera = found.get(each.found)
        about = f"  ## {clean(camera.camera.name or '–', 60)} · {found_place(camera)}" if camera else ""
        yield f"  #   {_line(row.declared.key, each.found, 'found')}{about}"
    yield "  #   found: null"
    yield f'  #   reason: "{_REASON}"'


def _line(declared: str, found: str | None, key: str) -> str:
    """One line as the decisions file writes it, so that every key comes back as it was."""
    text = decisions_text(Decisions((Decision(declared, found, _REASON),)))
    return next(line.strip().removeprefix("- ") for line in text.splitlines() if f"{key}: " in line)
