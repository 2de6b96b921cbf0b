"""Timelines on the screen and in the report: the same days at any width, on any screen, from any device."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cctv_probe.model.footage import DayMark, Timeline
from cctv_probe.model.record import RetentionRecord
from cctv_probe.model.words import Language
from cctv_probe.survey.fill import fill
from cctv_probe.survey.svg_timeline import legend_html, timeline_svg
from cctv_probe.survey.terminal import survey_table
from cctv_probe.survey.terminal_inspection import inspection
from cctv_probe.survey.terminal_timeline import retention_lines
from cctv_probe.survey.timeline_cells import Claim, Proof, cells, days_per_cell, place_of_day
from cctv_probe.survey.write_html import report_text
from tests.unit.survey import invented, invented_footage
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented_footage import KEPT, KEPT_DAYS, NOT_ASKED, ZONE, checked, day
from tests.unit.survey.test_shape import of
from tests.unit.survey.test_terminal import printed

SURVEY = invented.survey(*invented_footage.all_kinds())
SVG = "{http://www.w3.org/2000/svg}"
MARKS = st.builds(
    DayMark, st.integers(0, 400), st.just("2026-11-22"), st.sampled_from([None, True, False]), st.integers(0, 2), st.integers(0, 2)
)  # fmt: skip
TIMELINES = st.builds(
    Timeline, st.lists(MARKS, min_size=1, max_size=400).map(tuple), st.just(ZONE), st.none() | st.just(30)
)


def shown(width: int = 80, language: Language = "en", *, encoding: str = "utf-8", colour: bool = False) -> str:
    lines = retention_lines(SURVEY, language)
    assert lines is not None
    return printed(lines, width, encoding=encoding, colour=colour)


def bars(text: str, name: str) -> list[str]:
    return [line.split()[1] for line in text.splitlines() if line.startswith(f"  {name} ")]


def retention(timeline: Timeline = KEPT_DAYS) -> RetentionRecord:
    return fill(checked(KEPT, timeline))[1][0].retention


class TestCells:
    @given(TIMELINES, st.integers(1, 200))
    def test_fit_and_leave_out_no_day(self, timeline: Timeline, room: int) -> None:
        found = cells(timeline, room)
        assert len(found) <= room
        assert tuple(mark for cell in found for mark in cell.days) == timeline.days

    @given(TIMELINES, st.integers(1, 200))
    def test_a_day_of_which_nothing_played_is_seen_at_any_width(self, timeline: Timeline, room: int) -> None:
        empty = {mark for mark in timeline.days if mark.asked and not mark.played}
        seen = {mark for cell in cells(timeline, room) if cell.proof is Proof.MISSING for mark in cell.days}
        assert empty <= seen

    @pytest.mark.parametrize(
        ("days", "proof", "claim"),
        [
            ((day(1), day(2)), Proof.PLAYED, Claim.ALL),
            ((day(1), day(2, asked=0, played=0)), Proof.PARTLY, Claim.ALL),
            ((day(1), day(2, played=0)), Proof.MISSING, Claim.ALL),
            ((day(1, asked=0, played=0), day(2, claimed=False, asked=0, played=0)), Proof.UNASKED, Claim.SOME),
            ((day(1, claimed=False, asked=0, played=0),), Proof.NOTHING, Claim.NONE),
            ((day(1, claimed=None, asked=0, played=0),), Proof.NOTHING, Claim.UNLISTED),
        ],
    )
    def test_show_the_worst_of_their_days(self, days: tuple[DayMark, ...], proof: Proof, claim: Claim) -> None:
        (cell,) = cells(Timeline(days, ZONE), 1)
        assert (cell.proof, cell.claim) == (proof, claim)

    def test_the_declared_day_has_its_place(self) -> None:
        assert place_of_day(cells(KEPT_DAYS, 80), 30) == 30
        assert place_of_day(cells(KEPT_DAYS, 10), 30) == 7
        assert place_of_day(cells(KEPT_DAYS, 80), 99) is None
        assert days_per_cell(KEPT_DAYS, 10) == 4


class TestScreen:
    def test_claim_and_proof_stand_below_each_other(self) -> None:
        text = shown()
        assert bars(text, "index")[0] == "━" * 62
        assert bars(text, "proven")[0] == "░░" + "█" * 6 + "××" + "█" * 52
        assert "agrees with the days declared" in text
        assert "30 of 30 days proven by samples; index claims 30 days" in text

    def test_the_declared_line_stands_under_its_day(self) -> None:
        lines = shown().splitlines()
        long = next(place for place, line in enumerate(lines) if "120 days proven" in line)
        marker = next(line for line in lines[long:] if "▲" in line)
        assert marker.index("▲") == len("  proven ") + 15  # day 30 in the sixteenth cell of two days
        assert marker.endswith("▲ 30 days declared")

    @pytest.mark.parametrize("language", ["th", "en"])
    @pytest.mark.parametrize("width", [40, 80, 100, 140])
    def test_keeps_to_the_width(self, width: int, language: Language) -> None:
        text = shown(width, language)
        bodies = [line for line in text.splitlines() if set(line) & set("━█░×▲")]
        assert bodies
        assert max(cell_len(line.rstrip()) for line in bodies) <= width

    def test_many_days_share_cells_and_that_is_said(self) -> None:
        narrow, wide = shown(80), shown(200)
        assert "one cell: 2 days" in narrow
        assert "shows the worst of them" in narrow
        assert "one cell" not in wide
        assert bars(narrow, "proven")[2].count("×") == bars(wide, "proven")[2].count("×") == 2

    def test_years_are_buddhist_in_thai(self) -> None:
        assert "วันนี้ 23 พ.ย. 2569" in shown(language="th")
        assert "today 23 Nov 2026" in shown()

    def test_a_screen_without_unicode_gets_plain_signs(self) -> None:
        text = shown(encoding="ascii")
        assert bars(text, "proven")[0] == "::" + "#" * 6 + "xx" + "#" * 52
        assert "^ days declared" in text

    def test_colour_carries_nothing_alone(self) -> None:
        coloured = shown(colour=True)
        assert "\x1b[" in coloured
        assert "\x1b[" not in shown()
        lines = retention_lines(SURVEY, "en")
        assert lines is not None
        assert "32m" not in printed(lines, colour=True, no_colour=True)

    def test_what_was_not_asked_says_why_without_bars(self) -> None:
        lines = shown().splitlines()
        busy = next(place for place, line in enumerate(lines) if line.startswith("Busy"))
        assert lines[busy] == "Busy · 127.0.10.12 – not yet verifiable"
        assert lines[busy + 1 : busy + 3] == ["No sample could be asked for (busy).", ""]

    def test_nothing_is_shown_where_no_recording_was_looked_at(self) -> None:
        assert retention_lines(invented.survey(), "th") is None

    def test_hostile_names_do_not_act(self) -> None:
        lines = retention_lines(invented.survey(checked(name=invented.HOSTILE)), "en")
        assert lines is not None
        text = printed(lines, 200, colour=True)
        assert "[bold red]" in text
        assert "\x1b[2J" not in text
        assert "\u202e" not in text

    def test_the_table_shows_days_with_their_sign(self) -> None:
        text = printed(survey_table(SURVEY.cameras, SURVEY.devices, "en"), 100)
        for value in ("30✓", "18≠", "120✓", " 9…", "≠ days", "✓ as declared"):
            assert value in text
        assert "as declared" not in printed(survey_table(invented.survey().cameras, (), "en"), 100)

    def test_inspection_shows_the_timeline_and_says_a_disagreement_once(self) -> None:
        device = SURVEY.devices[1]
        text = printed(inspection(device, SURVEY.record_of(device), SURVEY.cameras_of(device), "en"), 100)
        assert "░░" + "█" * 36 + "×" * 24 in text
        assert "Oldest footage that plays" in text
        assert "It claims 30, 18 play." not in text


class TestSvg:
    def test_draws_every_day_once(self) -> None:
        root = ET.fromstring(timeline_svg(retention(), "th", title="ตลาดสด"))
        boxes = root.findall(f"{SVG}rect")
        assert len(boxes) == 1 + 31  # the claim, then each day
        assert sum(box.get("fill") == "#0b6b50" for box in boxes) == 29
        assert [line.get("stroke") for line in root.findall(f"{SVG}line")].count("#a3201a") == 2

    def test_says_in_words_what_it_shows(self) -> None:
        root = ET.fromstring(timeline_svg(retention(), "en", title="Market"))
        assert root.get("role") == "img"
        assert "Market: 30 of 30 days proven by samples" in (root.get("aria-label") or "")
        assert root.findtext(f"{SVG}title", "").startswith("Market: 30 of 30 days")
        assert "29 played, 1 asked for of which nothing played, 1 claimed" in root.findtext(f"{SVG}desc", "")
        assert [text.text for text in root.findall(f"{SVG}text")] == [
            "30 days declared", "today, 23 Nov 2026", "24 Oct 2026",
        ]  # fmt: skip

    def test_long_histories_are_drawn_in_runs(self) -> None:
        timeline = Timeline(tuple(day(number) for number in range(1, 366)), ZONE, 30)
        assert len(ET.fromstring(timeline_svg(retention(timeline), "en", title="x")).findall(f"{SVG}rect")) == 2

    @given(TIMELINES, st.text(max_size=60) | st.just(invented.HOSTILE))
    @settings(max_examples=60, deadline=None)
    def test_is_well_formed_whatever_the_days_and_names(self, timeline: Timeline, name: str) -> None:
        found = replace(retention(), timeline=timeline)
        root = ET.fromstring(timeline_svg(found, "th", title=name))
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            "svg",
            "title",
            "desc",
            "rect",
            "line",
            "text",
        }
        assert not [
            name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name
        ]

    def test_is_empty_without_a_timeline(self) -> None:
        found = fill(checked(NOT_ASKED, Timeline((), ZONE)))[1][0].retention
        assert timeline_svg(found, "en", title="x") == ""


class TestReport:
    @pytest.mark.parametrize("language", ["th", "en"])
    def test_each_camera_has_its_timeline_and_the_page_one_legend(self, language: Language) -> None:
        page = report_text(SURVEY, language)
        assert page.count("<figure") == 6
        assert page.count(legend_html(language)) == 1
        assert "<script" not in page
        assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")

    def test_a_run_without_recordings_has_neither(self) -> None:
        page = report_text(invented.survey(), "th")
        assert "<svg" not in page
        assert "<figure" not in page

    def test_the_overview_marks_a_verdict_that_differs(self) -> None:
        lone = replace(invented_footage.OVERSTATED, claimed_days=None, findings=())
        page = report_text(invented.survey(checked(lone, invented_footage.OVERSTATED_DAYS)), "en")
        assert '18 <span class="differs-mark"' in page
        assert "the data differ: fewer days than declared" in page

    @settings(max_examples=20, deadline=None)
    @given(DEVICES)
    def test_whatever_a_device_says_screen_and_report_can_be_written(self, device: object) -> None:
        survey = of([device])  # type: ignore[list-item]  # DEVICES gives devices
        lines = retention_lines(survey, "en")
        assert lines is None or printed(lines, 60)
        assert report_text(survey, "th").count("<svg") == report_text(survey, "th").count("</svg>")
