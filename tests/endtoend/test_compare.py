"""What an officer sees: a spreadsheet in Thai beside a real scan, the questions it leaves, and the next scan that knows the answers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.endtoend.commands import fleet_on, run

NET = "127.93.1"
pytestmark = pytest.mark.xdist_group("compare")
LIST = f"""\
บัญชีสำรวจกล้องโทรทัศน์วงจรปิด (CCTV) เทศบาลตำบลบ้านสาธิต ประจำปีงบประมาณ พ.ศ. ๒๕๖๙,,,,,,,,,,,,,
ลำดับ,รหัสกล้อง,จุดติดตั้ง,หมายเลข IP,ช่องสัญญาณ,หมายเลขเครื่อง,วัตถุประสงค์,โครงข่าย,ยี่ห้อกล้อง,ความละเอียดของภาพที่บันทึก,จำนวนวันในการเก็บการบันทึก,จำนวนภาพต่อวินาที,รูปแบบไฟล์,วันที่ติดตั้ง
๑,BS-01,แยกตลาดสดเทศบาล,{NET}.12,,DS-2CD2043G2-I20220318AAWRJ50017342,ป้องปรามและเฝ้าระวัง,สายใยแก้วนำแสงของ อปท.,ฮิควิชั่น,2 MP,๓๐ วัน,๒๕,H.264,๑๕ มี.ค. ๒๕๖๕
๒,BS-02,หน้าสำนักงานเทศบาล,{NET}.11,,9D0A1B7PAZ3F6C2,สืบสวนสอบสวน,สายใยแก้วนำแสงของ อปท.,ดาหัว,1920x1080,45,20 fps,H.264,20/6/2566
๓,BS-03,สี่แยกไฟแดงวัดสาธิต,{NET}.13,1,,การจราจร,LAN,Uniview,1080p,30 วัน,20,H.264,1/2/2564
๔,BS-04,สะพานข้ามคลองบ้านสาธิต,{NET}.13,2,,ป้องปราม,LAN,Uniview,1080p,1 เดือน,15,H.264,1/2/2564
๕,BS-05,หอประชุมอำเภอ,{NET}.99,,,ป้องปราม,LAN,Hikvision,4 MP,30,25,H.265,12/11/2565
๖,BS-06,ลานกีฬาชุมชน,{NET}.16,,64430312060016,ป้องปราม,LAN,Milesight,720p,ก.ค.-30,20,H.264,12/11/2565
๗,BS-07,ตลาดนัด,,,,ป้องปราม,LAN,Vivotek,1080p,30,15,H.264,12/11/2565
รวม,7 ตัว,,,,,,,,,,,,
"""
ADDRESSES = tuple(f"{NET}.{host}" for host in (11, 12, 13, 16, 18, 21, 99))


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a list, a state folder and a real scan of a part of the demo municipality."""
    folder = tmp_path_factory.mktemp("compare")
    (folder / "list.csv").write_text(LIST, encoding="cp874")
    with fleet_on("demo", NET, folder) as (_, credentials):
        words = ["scan", *ADDRESSES, "--credentials", str(credentials), "--no-measure", "--out", str(folder / "run")]
        ended = run(*words, state=folder / "state")
    assert ended.returncode == 0, ended.stderr
    return folder


def compared(folder: Path, *more: str, width: int = 120) -> Any:
    words = ["compare", str(folder / "list.csv"), "--against", str(folder / "run"), *more]
    return run(*words, state=folder / "state", COLUMNS=str(width))


def test_an_officer_reads_what_differs(scanned: Path) -> None:
    ended = compared(scanned, "--lang", "th", "--profile", "mdes-general-2564", "--uplink", "20", width=200)
    assert ended.returncode == 3, ended.stderr
    shown = ended.stdout
    assert "ข้อมูลไม่ตรงกัน ระบุไว้: 1920x1080 พบ: 2560x1440" in shown
    assert "ระบุไว้: H.264 พบ: H.265" in shown
    assert "ที่อยู่ของทั้งสองรายการในบัญชีน่าจะสลับกัน" in shown
    assert f"หอประชุมอำเภอ · {NET}.99 (สำรวจช่วงนี้แล้ว): ไม่พบกล้อง" in shown
    assert f"+ {NET}.18" in shown
    assert "“ก.ค.-30”" in shown
    assert "ยังตรวจสอบไม่ได้" in shown
    assert "ที่มายังไม่ได้รับการตรวจทาน" in shown
    assert "ในบัญชี 7 · พบ 9 · จับคู่ได้ 5" in shown
    assert "comparison.html" in ended.stderr


def test_every_file_is_there_and_opens(scanned: Path) -> None:
    compared(scanned, "--lang", "th")
    folder = scanned / "run" / "compare"
    names = {"comparison.json", "comparison.csv", "comparison.html", "form.xlsx", "form.html", "corrected.xlsx"}
    assert {path.name for path in folder.iterdir()} == names | {"decisions.example.yaml", "unread.xlsx"}
    for name in ("form.xlsx", "corrected.xlsx", "unread.xlsx"):
        assert openpyxl.load_workbook(folder / name).worksheets[0].max_row > 1
    raw = (folder / "comparison.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert rows[1]["file_format_verdict"] == "mismatch"
    assert "<script" not in (folder / "comparison.html").read_text(encoding="utf-8")


def test_json_goes_to_standard_output_and_nothing_else_does(scanned: Path) -> None:
    ended = compared(scanned, "--json", "--out", str(scanned / "elsewhere"))
    tree = json.loads(ended.stdout)
    rows = {row["declared"]["key"]: row for row in tree["rows"]}
    assert rows["id:BS-01"]["found"]["device"] == f"{NET}.11"
    assert rows["id:BS-01"]["pair"]["swapped_with"] == "id:BS-02"
    assert rows["id:BS-01"]["verdicts"]["brand"]["verdict"] == "match"
    assert rows["id:BS-05"]["state"] == "camera_missing"
    assert rows["id:BS-06"]["verdicts"]["retention_days"]["verdict"] == "parse_suspect"
    assert {each["found"]["device"] for each in tree["undeclared"]} >= {f"{NET}.18", f"{NET}.13"}
    assert tree["list"]["encoding"] == "cp874"
    assert (scanned / "elsewhere" / "comparison.json").read_text(encoding="utf-8") == ended.stdout


def test_a_decision_is_made_once(scanned: Path) -> None:
    compared(scanned, "--out", str(scanned / "first"))
    example = (scanned / "first" / "decisions.example.yaml").read_text(encoding="utf-8")
    asked = next(line for line in example.splitlines() if "found:" in line and f"{NET}.21" in line)
    found = asked.partition('"')[2].partition('"')[0]
    decisions = scanned / "decisions.yaml"
    decisions.write_text(
        f'pairs:\n  - {{declared: "id:BS-07", found: "{found}", reason: ไปดูหน้างานแล้ว}}\n', encoding="utf-8"
    )
    ended = compared(scanned, "--decisions", str(decisions), "--out", str(scanned / "first"), "--lang", "th", width=200)
    assert ended.returncode == 3
    assert "ไปดูหน้างานแล้ว" not in ended.stderr
    assert "จับคู่ได้ 6" in ended.stdout
    assert not (scanned / "first" / "decisions.example.yaml").exists(), "nothing is left to decide"


def test_columns_that_a_person_confirmed_are_used(scanned: Path) -> None:
    mapping = scanned / "mapping.yaml"
    compared(scanned, "--save-mapping", str(mapping), "--out", str(scanned / "m"))
    written = mapping.read_text(encoding="utf-8")
    assert "field: brand" in written
    mapping.write_text(written.replace("field: frame_rate", "field: ignore"), encoding="utf-8")
    tree = json.loads(compared(scanned, "--json", "--mapping", str(mapping), "--out", str(scanned / "m")).stdout)
    assert tree["list"]["columns_confirmed"] is True
    assert {row["verdicts"]["frame_rate"]["raw"] for row in tree["rows"]} == {None}


def test_the_next_scan_knows_what_was_declared(scanned: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.csv"
    ended = compared(scanned, "--save", str(site), "--lang", "en", "--out", str(tmp_path / "o"))
    assert "5 cameras in" in ended.stderr
    site.write_bytes(site.read_bytes().replace(b",OFC_OWN,,,", b",OFC_OWN,,public,"))
    with fleet_on("demo", NET, tmp_path) as (_, credentials):
        words = ["scan", f"{NET}.11", f"{NET}.12", f"{NET}.18", "--site", str(site), "--credentials", str(credentials)]
        again = run(*words, "--no-measure", "--json", state=tmp_path / "state")
    assert again.returncode == 0, again.stderr
    cameras = {camera["device"]: camera for camera in json.loads(again.stdout)["cameras"]}
    known = cameras[f"{NET}.12"]
    assert known["scope_class"] == "public"
    assert known["fields"]["position"]["value"]["text"] == "หน้าสำนักงานเทศบาล"
    assert known["fields"]["position"]["standing"] == "declared"
    assert known["fields"]["purposes"]["value"] == ["investigation"]
    assert known["fields"]["retention_days"]["value"] is None
    beside = {(item["source"], item["value"]) for item in known["fields"]["retention_days"]["others"]}
    assert ("declared.site_list", 45) in beside
    unknown = cameras[f"{NET}.18"]
    assert unknown["fields"]["position"]["value"] is None
    assert unknown["scope_class"] == "unknown"


def test_a_site_list_with_a_mistake_is_refused_before_anything_is_asked(scanned: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.csv"
    compared(scanned, "--save", str(site), "--out", str(tmp_path / "o"))
    site.write_bytes(site.read_bytes().replace(b",OFC_OWN,,,", b",OFC_OWN,,secret,"))
    scope = tmp_path / "scope.yaml"
    scope.write_text(f"version: 1\nranges:\n  - range: {NET}.11\nsite: site.csv\n", encoding="utf-8")
    for words in (["scan", f"{NET}.11", "--site", str(site)], ["scan", "--scope", str(scope)]):
        ended = run(*words, "--lang", "en", state=tmp_path / "state")
        assert ended.returncode == 78
        assert "site.csv, line 2: scope_class must be one of" in ended.stderr
    assert not (tmp_path / "state" / "runs").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{list}"], 2, "against"),
        (["{list}", "--against", "{folder}/nothing"], 78, "holds no survey.json"),
        (["{folder}/none.xlsx", "--against", "{folder}/run"], 1, "none.xlsx does not exist"),
        (["{folder}/empty.csv", "--against", "{folder}/run"], 1, "empty.csv"),
        (["{folder}/picture.xlsx", "--against", "{folder}/run"], 1, "a picture"),
        (["{list}", "--against", "{folder}/run", "--profile", "mdes-9999"], 2, "mdes-general-2564"),
        (["{list}", "--against", "{folder}/run", "--decisions", "{folder}/broken.yaml"], 78, "broken.yaml"),
        (["{list}", "--against", "{folder}/run", "--mapping", "{folder}/broken.yaml"], 78, "broken.yaml"),
        (["{folder}/other.csv", "--against", "{folder}/run"], 1, "right municipality's list"),
    ],
)
def test_what_goes_wrong_is_one_sentence(scanned: Path, words: list[str], code: int, said: str) -> None:
    (scanned / "empty.csv").write_bytes(b"")
    (scanned / "picture.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (scanned / "broken.yaml").write_text("pairs: [\n", encoding="utf-8")
    other = "รหัสกล้อง,จุดติดตั้ง,หมายเลข IP,ยี่ห้อกล้อง\nX-1,ตลาดบ้านอื่น,127.94.7.1,Pelco\n"
    (scanned / "other.csv").write_text(other, encoding="utf-8")
    filled = [word.format(folder=scanned, list=scanned / "list.csv") for word in words]
    ended = run("compare", *filled, "--lang", "en", state=scanned / "state")
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr


@pytest.mark.slow
def test_recordings_are_judged_by_what_the_list_declares(tmp_path: Path) -> None:
    """The camera keeps 15 days and its list says so; `--days 30` holds for cameras that the list does not know."""
    site = tmp_path / "site.csv"
    row = f"serial:ACCC8E7B4014,{NET}.14,1,2026-11-01T00:00:00Z,15,serial:ACCC8E7B4014/1"
    site.write_text(f"id,address,channel,declared_utc,retention_days,views\n{row}\n", encoding="utf-8")
    with fleet_on("demo", NET, tmp_path) as (_, credentials):
        words = [
            "retention",
            f"{NET}.14",
            "--site",
            str(site),
            "--days",
            "30",
            "--credentials",
            str(credentials),
            "--json",
        ]
        ended = run(*words, state=tmp_path / "state")
    assert ended.returncode == 0, ended.stderr
    (camera,) = json.loads(ended.stdout)["cameras"]
    assert camera["retention"]["verdict"] == "match"
    assert camera["fields"]["retention_days"]["value"] == 15
    assert camera["retention"]["timeline"]["declared_days"] == 15
