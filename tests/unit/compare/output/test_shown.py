"""A comparison on the screen and as a page: signs with words, both languages, any width, and nothing of a list acts."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len
from rich.console import Console

from cctv_probe.compare.output import words
from cctv_probe.compare.output.comparison_html import comparison_html_text
from cctv_probe.compare.output.terminal_parts import on_screen
from cctv_probe.compare.verdicts.verdict import VerdictWord
from cctv_probe.model.words import Language
from tests.unit.compare.output.lists import compared


class AsciiFile(io.StringIO):
    """A screen that knows only ASCII."""

    encoding = "ascii"


def shown(language: Language = "en", width: int = 120, *, ascii_only: bool = False, rows: tuple[str, ...] = ()) -> str:
    file = AsciiFile() if ascii_only else io.StringIO()
    console = Console(file=file, width=width, no_color=True)
    for part in on_screen(compared(*rows), language):
        console.print(part)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 110, 160])
@pytest.mark.parametrize("language", ["en", "th"])
def test_no_line_is_wider_than_the_screen(language: Language, width: int) -> None:
    text = shown(language, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "127.0.10.99" in text


def test_everything_a_person_has_to_know_is_there() -> None:
    text = shown("en", 200)
    for title in (
        words.DIFFERENCES, words.QUESTIONS, words.MISSING, words.UNDECLARED, words.COLUMNS, words.UNREAD, words.REPAIRS,
        words.LINKAGE, words.PROFILES,
    ):  # fmt: skip
        assert title.en in text, title.en
    assert "sure: serial no." in text
    assert "decisions.example.yaml" in text
    assert "range not scanned" in text
    assert "unverified source" in text
    assert "≠ the data differ" in text
    assert "Declared 6 · found 8 · paired 2" in text


def test_thai_is_courteous_and_whole() -> None:
    text = shown("th", 200)
    assert "ข้อมูลไม่ตรงกัน" in text
    assert "ยังตรวจสอบไม่ได้" in text
    assert "not yet verifiable" not in text


def test_a_screen_with_only_ascii_gets_ascii_signs() -> None:
    text = shown("en", 100, ascii_only=True)
    assert not {"✓", "≠", "×", "│"} & set(text.partition(words.DIFFERENCES.en)[0])
    assert "X the data differ" in text


def test_nothing_a_list_or_a_device_says_acts_on_the_screen() -> None:
    assert "\x1b" not in shown("en", 160)
    assert "[bold red]" in shown("en", 300), "markup is shown as it was written"


def test_a_list_of_another_municipality_is_shown_all_the_same() -> None:
    text = shown("en", 120, rows=("1,A-1,ตลาด,127.0.99.1,,,ป้องปราม,Dahua,4 MP,30",))
    assert "paired 0" in text
    assert words.NO_DIFFERENCE.en in text


def test_every_verdict_has_a_sign_and_a_word() -> None:
    known = set(VerdictWord.__args__)  # type: ignore[attr-defined]  # typing's Literal
    assert set(words.SIGNS) == set(words.VERDICTS) == known
    assert all(text.isascii() for _, text in words.SIGNS.values())


class Tags(HTMLParser):
    """The elements of a page, with what they point to."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "style")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in ("meta", "br", "col", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_page_is_whole_and_asks_for_nothing(language: Language) -> None:
    page = comparison_html_text(compared(), language)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not tags.names & {"script", "img", "link", "iframe", "form", "object"}
    assert tags.links == []
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert re.search(r"url\(|@import", page) is None
    assert f'<html lang="{language}">' in page


def test_the_page_sets_declared_configured_and_measured_side_by_side() -> None:
    page = comparison_html_text(compared(), "en")
    for text in (words.DECLARED, words.CONFIGURED, words.MEASURED, words.VERDICT):
        assert f'<th scope="col">{text.en}</th>' in page
    row = next(line for line in page.split("<tr") if "640x480" in line)
    assert "the data differ" in row
    assert 'class="differs"' in row
    assert "1920x1080" in row
