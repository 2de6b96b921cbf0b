"""The demo municipality's list beside what a scan found, held against what a right comparison must say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl

from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.oracle import expected_cameras
from cctv_probe.simulator.oracle_declared import ExpectedRow, expected_comparison, load_declared
from tests.endtoend.commands import FLEETS

DECLARED = FLEETS / "demo-declared.csv"
SCOPE = FLEETS / "demo" / "scope.yaml"
EXPECTED = FLEETS / "demo" / "declared.expected.yaml"
NOT_THERE = 99
FILES = {
    "comparison.json",
    "comparison.csv",
    "comparison.html",
    "form.xlsx",
    "form.html",
    "corrected.xlsx",
    "unread.xlsx",
}


def check_verdicts(compare: Path, fleet: Fleet, *, measured: bool) -> set[tuple[str, str | None]]:
    """Hold every pair, canonical value and verdict of `comparison.json` against the oracle; the verdicts that occurred."""
    tree = json.loads((compare / "comparison.json").read_text(encoding="utf-8"))
    table = load_declared(EXPECTED)
    expected = expected_comparison(fleet, table, datetime.now(UTC), measured=measured)
    rows = {row["declared"]["row"]: row for row in tree["rows"]}
    assert list(rows) == [row.line for row in expected.rows]
    for meant, right in zip(table.rows, expected.rows, strict=True):
        row = rows[right.line]
        told = {name: verdict["canonical"] for name, verdict in row["verdicts"].items()}
        assert {name: told[name] for name in meant.cells} == dict(meant.cells), right.line
        _check_pair(row, right, rows)
        verdicts = {name: (each["verdict"], each["direction"]) for name, each in row["verdicts"].items()}
        assert verdicts == {name: (each.verdict, each.direction) for name, each in right.verdicts.items()}, right.line
        assert all(each["sentence"]["th"] and each["sentence"]["en"] for each in row["verdicts"].values())
    undeclared = {(each["found"]["device"], each["found"]["channel"]) for each in tree["undeclared"]}
    assert undeclared == expected.undeclared
    return {(each.verdict, each.direction) for row in expected.rows for each in row.verdicts.values()}


def _check_pair(row: Any, right: ExpectedRow, rows: Any) -> None:
    found = row["found"]
    assert row["state"] == right.state, right.line
    assert (found and (found["device"], found["channel"])) == right.camera, right.line
    swapped = row["pair"] and row["pair"]["swapped_with"]
    assert swapped == (rows[right.swapped_with]["declared"]["key"] if right.swapped_with else None), right.line


def check_files(compare: Path, fleet: Fleet) -> None:
    """The files are there, open, and the official form is filled: a line for each camera found, with the list's own place."""
    assert {path.name for path in compare.iterdir()} == FILES
    cameras, rows = expected_cameras(fleet), load_declared(EXPECTED).rows
    form, page = ((compare / name).read_text(encoding="utf-8") for name in ("form.html", "comparison.html"))
    cells = [cell for line in openpyxl.load_workbook(compare / "form.xlsx").worksheets[0].iter_rows() for cell in line]
    told = [str(cell.value) for cell in cells]
    for row in rows:
        assert row.place in page
        if row.elsewhere is None and row.host != NOT_THERE:
            assert row.place in form
            assert row.place in told
    for camera in cameras:
        assert camera.brand in form
        assert camera.brand in told
    assert sum(cell.comment is not None for cell in cells) >= 2 * len(cameras), "what was filled in names its source"
    assert openpyxl.load_workbook(compare / "corrected.xlsx").worksheets[0].max_row > len(rows)
    assert "<script" not in form + page


def check_demo(folder: Path, fleet: Fleet, shown: str, said: str) -> None:
    """What `cctv-probe demo --lang th` shows (`shown` on standard output, `said` beside it) and writes of the list."""
    happened = check_verdicts(folder / "compare", fleet, measured=True)
    assert happened >= {
        ("match", None), ("match", "understated"), ("within_tolerance", None), ("family_match", None),
        ("mismatch", None), ("mismatch", "overstated"), ("mismatch", "understated"), ("sources_disagree", None),
        ("maturing", None), ("not_observed", None), ("camera_missing", None), ("parse_suspect", None),
        ("undeclared", None), ("not_assessed", None),
    }  # fmt: skip
    check_files(folder / "compare", fleet)
    plain = " ".join(shown.split())
    for text in ("Hikvison", "24 ชั่วโมง", "ก.ค.-30", "127.81.1.99", "127.81.2.40", "ในบัญชี 20 · พบ 19 · จับคู่ได้ 18"):
        assert text in plain, text
    for name in ("comparison.html", "form.xlsx", "form.html", "corrected.xlsx", "demo-declared.csv"):
        assert name in said
