"""The files a scan leaves: whole, safe to open, readable in Thai offices."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cctv_probe.model.record import FIELDS
from cctv_probe.model.words import Language
from cctv_probe.survey.atomic import CannotWriteError, write_atomically
from cctv_probe.survey.write_csv import COLUMNS, csv_text, guarded, write_csv
from cctv_probe.survey.write_html import report_text, write_html
from cctv_probe.survey.write_json import survey_text, write_run_json, write_survey_json
from tests.unit.survey import invented

SURVEY = invented.survey()
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def rows(language: Language = "en") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(SURVEY, language), newline="")))


class TestCsv:
    def test_opens_as_utf_8_in_excel(self, tmp_path: Path) -> None:
        path = tmp_path / "survey.csv"
        write_csv(SURVEY, path, "th")
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\r\n") == raw.count(b"\n") == len(SURVEY.cameras) + 1

    def test_has_the_fields_in_the_order_of_the_form(self) -> None:
        assert list(rows()[0]) == list(COLUMNS)
        assert COLUMNS[6:17] == tuple(FIELDS)
        assert COLUMNS[17:20] == ("owner_standing", "owner_source", "owner_note")

    def test_says_value_standing_source_and_note(self) -> None:
        row = rows()[1]
        assert (row["resolution"], row["resolution_standing"], row["resolution_source"]) == (
            "1280x720", "bitstream", "rtsp.sdp",
        )  # fmt: skip
        assert row["resolution_note"].startswith("the data differ: 1920x1080 – ONVIF setting (Media2)")
        assert row["retention_days"] == ""
        assert row["retention_days_note"].startswith("Recordings were not checked")
        assert (row["kind"], row["file_format"], row["frame_rate"]) == ("camera", "H.265", "25")

    def test_notes_are_thai_where_asked_for(self) -> None:
        assert "ข้อมูลไม่ตรงกัน: 1920x1080" in rows("th")[1]["resolution_note"]

    def test_no_cell_of_a_hostile_device_starts_a_formula(self) -> None:
        cells = [cell for row in rows() for cell in row.values()]
        assert any("cmd|" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]
        assert not [cell for cell in cells if ACTING.search(cell)]

    @pytest.mark.parametrize(
        ("text", "cell"),
        [
            ("=1+1", "'=1+1"), ("  +1", "'+1"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"), ("＝1", "'＝1"), ("\t=1", "'=1"),
            ("\u200b=1", "'=1"), ("7-15", "'7-15"), ("0012", "'0012"), ("1E5", "'1E5"), ("08:30", "'08:30"),
            ("1920x1080", "1920x1080"), ("127.0.0.1", "127.0.0.1"), ("ตลาด", "ตลาด"), ("", ""),
        ],
    )  # fmt: skip
    def test_cells_are_neither_run_nor_rewritten(self, text: str, cell: str) -> None:
        assert guarded(text) == cell


class _Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs
        if tag not in ("meta", "col", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(language: Language) -> _Elements:
    page = _Elements()
    page.feed(report_text(SURVEY, language))
    return page


class TestHtml:
    @pytest.mark.parametrize("language", ["th", "en"])
    def test_is_one_file_that_asks_for_nothing(self, language: Language) -> None:
        page = parsed(language)
        assert page.open == []
        assert not page.names & {"script", "img", "link", "iframe", "object", "embed", "form", "svg", "base"}
        outside = [
            value for name, value in page.attributes if name in ("src", "href") and not str(value).startswith("#")
        ]
        assert outside == []
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in page.attributes
        assert ("lang", language) in page.attributes
        assert "url(" not in report_text(SURVEY, language)

    def test_shows_hostile_strings_as_text(self) -> None:
        text = report_text(SURVEY, "th")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script" not in text
        assert ACTING.search(text) is None
        assert "N" * 200 not in text

    def test_thai_dates_have_buddhist_years(self) -> None:
        assert "23 พ.ย. 2569 09:00 น." in parsed("th").text
        assert "23 Nov 2026 09:00" in parsed("en").text

    def test_marks_disagreement_in_words_and_says_what_to_do(self) -> None:
        thai, english = parsed("th").text, parsed("en").text
        assert "≠ ข้อมูลไม่ตรงกัน: 1920x1080" in thai
        assert "ยังตรวจสอบไม่ได้" in thai
        assert "≠ Data differ: 1920x1080" in english
        assert "Add a credential that fits it under `groups` in the credentials file" in english

    def test_lists_closed_devices_and_what_is_no_camera(self) -> None:
        text = parsed("en").text
        assert "The credential of group north was refused." in text
        assert "Answered, but not a camera127" not in text
        assert text.index("Answered, but not a camera") < text.index("127.0.10.6")

    def test_counts_what_is_known(self) -> None:
        assert re.search(r"Highest resolution6 of 8", parsed("en").text.replace("\n", ""))

    def test_an_interrupted_scan_says_so(self) -> None:
        assert "The scan was stopped before its end" in report_text(invented.survey(complete=False), "en")
        assert "The scan was stopped before its end" not in report_text(SURVEY, "en")

    def test_a_scan_that_found_nothing_says_what_to_check(self) -> None:
        assert "No camera was found" in report_text(invented.survey(invented.printer()), "en")


class TestJson:
    def test_is_safe_to_print_and_keeps_every_character(self) -> None:
        text = survey_text(SURVEY)
        assert ACTING.search(text) is None
        assert json.loads(text)["cameras"][7]["fields"]["brand"]["value"] == invented.HOSTILE

    def test_run_json_holds_steps_and_numbers(self, tmp_path: Path) -> None:
        write_run_json(SURVEY, tmp_path / "run.json")
        data = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
        assert data["counts"]["devices"] == {"camera": 4, "recorder": 1, "not_a_camera": 1, "unknown": 0}
        assert (data["counts"]["cameras"], data["counts"]["closed"], data["counts"]["cameras_differing"]) == (8, 1, 1)
        assert data["counts"]["known"]["max_resolution"] == 6
        assert data["devices"][3]["attempts"][1]["ending"] == "unauthorized"


class TestWriting:
    def test_replaces_what_was_there_and_leaves_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "report.html"
        path.write_text("old", encoding="utf-8")
        write_html(SURVEY, path, "th")
        write_survey_json(SURVEY, tmp_path / "survey.json")
        assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
        assert sorted(item.name for item in tmp_path.iterdir()) == ["report.html", "survey.json"]

    def test_a_folder_that_is_not_there_is_one_sentence(self, tmp_path: Path) -> None:
        path = tmp_path / "missing" / "survey.csv"
        with pytest.raises(CannotWriteError) as caught:
            write_atomically(path, b"x")
        assert str(path) in caught.value.text.en
        assert str(path) in caught.value.text.th

    def test_a_place_that_cannot_be_replaced_stays_as_it_was(self, tmp_path: Path) -> None:
        (tmp_path / "survey.csv").mkdir()
        with pytest.raises(CannotWriteError):
            write_atomically(tmp_path / "survey.csv", b"x")
        assert [item.name for item in tmp_path.iterdir()] == ["survey.csv"]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
    def test_the_umask_decides_who_may_read(self, tmp_path: Path) -> None:
        before = os.umask(0o077)
        try:
            write_atomically(tmp_path / "a", b"x")
        finally:
            os.umask(before)
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
