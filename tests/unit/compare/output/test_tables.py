"""What a person and another program read of a comparison: CSV, JSON, the example of decisions, and what counts as settled."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from cctv_probe.compare.matching.decisions import load_decisions
from cctv_probe.compare.output.comparison_csv import COLUMNS, comparison_csv_text, write_comparison_csv
from cctv_probe.compare.output.comparison_json import comparison_text
from cctv_probe.compare.output.example_decisions import example_text
from cctv_probe.compare.output.sides import has_differences, is_all_compliant, sides, was_anything_compared
from cctv_probe.model.evidence import Standing
from tests.unit.compare.output.lists import HEAD, compared


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_declared_and_every_undeclared_camera_has_one_line() -> None:
    found = compared()
    rows = table(comparison_csv_text(found, "en"))
    assert [row["row"] for row in rows[:6]] == ["2", "3", "4", "5", "6", "7"]
    assert len(rows) == len(found.comparison.rows) + len(found.comparison.undeclared)
    assert {row["state"] for row in rows[6:]} == {"undeclared"}
    assert rows[1]["found_address"] == "127.0.10.2"
    assert (rows[1]["matched_by"], rows[1]["confidence"], rows[1]["moved"]) == ("serial", "high", "yes")
    assert rows[1]["resolution_declared"] == "640x480"
    assert rows[1]["resolution_verdict"] == "mismatch"
    assert "640x480" in rows[1]["resolution_sentence"]
    assert rows[4]["retention_days_verdict"] == "parse_suspect"


def test_nothing_in_the_csv_starts_a_formula() -> None:
    for row in csv.reader(io.StringIO(comparison_csv_text(compared(), "th"), newline="")):
        assert len(row) == len(COLUMNS)
        assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "@", "\t")) or "\x1b" in cell]


def test_the_csv_opens_in_thai_excel(tmp_path: Path) -> None:
    write_comparison_csv(compared(), tmp_path / "comparison.csv", "th")
    raw = (tmp_path / "comparison.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "ข้อมูลไม่ตรงกัน" in raw.decode("utf-8-sig")


def test_configured_and_measured_stand_apart() -> None:
    found = compared()
    camera = found.comparison.rows[0].found
    assert camera
    both = sides(camera, "resolution")
    assert both.configured
    assert both.configured.source.standing is Standing.CONFIGURED
    assert both.measured is None or both.measured.source.standing >= Standing.BITSTREAM
    assert sides(None, "resolution").configured is None


def test_the_json_also_says_how_the_list_was_read() -> None:
    tree = json.loads(comparison_text(compared()))
    assert tree["comparison_version"] == 1
    assert [row["declared"]["key"] for row in tree["rows"]][:2] == ["id:C-1", "id:C-2"]
    columns = {column["column"]: column["field"] for column in tree["list"]["columns"]}
    assert (columns["D"], columns["H"]) == ("address", "brand")
    assert tree["list"]["rows"]["camera"] == 6
    assert any("ก.ค.-30" in text["en"] for text in tree["list"]["unread"])


def test_the_example_decides_nothing_until_somebody_picks(tmp_path: Path) -> None:
    found = compared()
    path = tmp_path / "decisions.yaml"
    path.write_text(example_text(found), encoding="utf-8")
    assert load_decisions(path).pairs == ()
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if '"id:C-3"' in line)
    picked = [line.replace("# ", "", 1) for line in (lines[start], lines[start + 1])]
    reason = next(line for line in lines[start:] if "reason:" in line).replace("# ", "", 1)
    path.write_text("\n".join(["pairs:", *picked, reason]), encoding="utf-8")
    decided = load_decisions(path)
    question = found.comparison.rows[2].question
    assert question
    assert [(each.declared, each.found) for each in decided.pairs] == [("id:C-3", question.candidates[0].found)]
    again = compared(decisions=decided)
    assert again.comparison.rows[2].state == "paired"


def test_a_hostile_name_cannot_leave_its_comment_in_the_example() -> None:
    evil = compared('๑,"C-1\nfound: null",ตลาด,127.0.10.99,,,ป้องปราม,Dahua,4 MP,30')
    text = example_text(evil)
    assert yaml.safe_load(text) == {"pairs": None}


def test_all_is_compliant_only_where_nothing_is_left_to_do() -> None:
    found = compared("1,A-1,ตลาด,127.0.10.1,,SN-127.0.10.1,ป้องปราม,Hikvision,2 MP,30")
    row = found.comparison.rows[0]
    good = tuple(replace(each, verdict="match") for each in row.verdicts)
    whole = replace(found.comparison, rows=(replace(row, verdicts=good),), undeclared=())
    assert is_all_compliant(replace(found, comparison=whole))
    for verdict in ("mismatch", "not_observed", "undeclared", "stale", "maturing", "parse_suspect"):
        bad = (*good[:-1], replace(good[-1], verdict=verdict))
        worse = replace(whole, rows=(replace(row, verdicts=bad),))
        assert not is_all_compliant(replace(found, comparison=worse)), verdict
    assert not is_all_compliant(replace(found, comparison=replace(whole, undeclared=found.comparison.undeclared)))


@pytest.mark.parametrize(
    ("rows", "anything", "settled"),
    [
        (("1,A-1,ตลาด,127.0.99.1,,,ป้องปราม,Dahua,4 MP,30",), False, False),
        (("1,A-1,ตลาด,127.0.10.1,,SN-127.0.10.1,ป้องปราม,Hikvision,2 MP,30",), True, False),
        ((), True, False),
    ],
)
def test_what_counts_as_compared_and_as_settled(rows: tuple[str, ...], anything: bool, settled: bool) -> None:
    found = compared(*rows)
    assert was_anything_compared(found) is anything
    assert is_all_compliant(found) is settled


def test_only_a_row_that_says_something_else_has_differences() -> None:
    rows = compared().comparison.rows
    assert [has_differences(row) for row in rows] == [False, True, False, False, False, False]
    assert HEAD.count(",") == 9
