"""`cctv-probe compare --registry FILE`: names of owners become codes, and another municipality's list is said to be one."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from cctv_probe.cli import compare as command
from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.survey.write_json import write_survey_json
from tests.unit.compare.registry.files import FIXTURE, HEADER
from tests.unit.survey.invented import survey

LIST = """หน่วยงานเจ้าของกล้อง,ชื่อกล้อง,หมายเลข IP,ยี่ห้อกล้อง
ทต.บ้านน้ำใส,หน้าเทศบาล,127.0.10.1,Hikvision
ทต.บ้านน้ำใส,ตลาดสด,127.0.10.2,Dahua
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A list of another authority, and a scan made for 05810109."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8-sig")
    write_survey_json(survey(), tmp_path / "survey.json")
    return tmp_path


def compared(folder: Path, *more: str) -> Result:
    app = typer.Typer()
    app.command()(command.compare)
    words = [str(folder / "list.csv"), "--against", str(folder), "--lang", "en", *more]
    return CliRunner().invoke(app, words)


def test_owners_get_their_codes_and_the_wrong_list_is_said_to_be_one(folder: Path) -> None:
    ended = compared(folder, "--registry", str(FIXTURE), "--json")
    assert ended.exit_code == exits.PARTLY, ended.output
    tree = json.loads(ended.stdout)
    assert {row["verdicts"]["owner"]["canonical"] for row in tree["rows"]} == {"type=5;name=บ้านน้ำใส;code=05819101"}
    sentence = "another authority's list: its cameras belong to เทศบาลตำบลบ้านน้ำใส (05819101)"
    assert sentence in ended.stderr
    assert sentence in tree["list"]["notes"][0]["en"]
    assert "05819101" in (folder / "compare" / "comparison.html").read_text(encoding="utf-8")
    form = openpyxl.load_workbook(folder / "compare" / "form.xlsx").worksheets[0]
    assert "05810109" in form["A3"].value
    assert form["A3"].value.endswith(("กระบี่", "Krabi"))


def test_a_registry_that_cannot_be_read_stops_with_a_sentence(folder: Path) -> None:
    ended = compared(folder, "--registry", str(folder / "survey.json"))
    assert isinstance(ended.exception, Stop)
    assert ended.exception.code == exits.CONFIGURATION
    assert "survey.json is a JSON file" in ended.exception.text.en


def test_rows_that_could_not_be_used_are_told(folder: Path) -> None:
    bad = [f"กระบี่,ก,ก,5.8E+0{number},เทศบาลตำบล,เทศบาลตำบลก" for number in range(9)]
    lines = [HEADER, "กระบี่,ก,ก,5819101,เทศบาลตำบล,เทศบาลตำบลบ้านน้ำใส", *bad]
    (folder / "registry.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    told = compared(folder, "--registry", str(folder / "registry.csv"), "--json").stderr
    assert "registry.csv, line 3: the LAO code" in told
    assert "registry.csv, line 8" not in told
    assert "registry.csv: 4 more rows" in told
