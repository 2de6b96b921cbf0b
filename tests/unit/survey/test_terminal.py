"""What stands on the screen, at any width, from any device."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from cctv_probe.model.device import Kind
from cctv_probe.model.words import Language
from cctv_probe.survey.terminal import closed_devices, summary_lines, survey_table
from cctv_probe.survey.terminal_inspection import inspection
from tests.unit.survey import invented

SURVEY = invented.survey()


def printed(
    renderable: RenderableType,
    width: int = 100,
    *,
    colour: bool = False,
    encoding: str = "utf-8",
    no_colour: bool = False,
) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
    environment = {"NO_COLOR": "1"} if no_colour else {}
    console = Console(file=file, width=width, force_terminal=colour, _environ=environment, legacy_windows=False)
    console.print(renderable)
    file.flush()
    return raw.getvalue().decode(encoding)


def inspected(place: int, language: Language = "en", width: int = 100) -> str:
    device = SURVEY.devices[place]
    return printed(inspection(device, SURVEY.record_of(device), SURVEY.cameras_of(device), language), width)


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_table_keeps_to_the_width_and_shows_every_value_whole(width: int, language: Language) -> None:
    text = printed(survey_table(SURVEY.cameras, SURVEY.devices, language), width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    for value in ("127.0.10.2", "Dahua≠", "1280x720~≠", "3840x2160", "25~≠", "H.265~≠", "Uniview~"):
        assert value in text


def test_columns_stand_straight_under_thai_names() -> None:
    """Thai vowels and tone marks above and below take no room."""
    lines = printed(survey_table(SURVEY.cameras, SURVEY.devices, "th"), 160).splitlines()
    thai = next(line for line in lines if "หน้าเทศบาล" in line)
    latin = next(line for line in lines if "CH1" in line)
    assert cell_len(thai[: thai.index("1920x1080")]) == cell_len(latin[: latin.index("1280x720")])


def test_marks_are_explained_and_the_note_names_what_differs() -> None:
    text = printed(survey_table(SURVEY.cameras, SURVEY.devices, "en"), 200)
    assert "≠ brand, resolution, fps, codec" in text
    assert "≠ sources differ" in text
    assert "no login" in text


def test_a_recorder_that_told_nothing_is_in_the_table() -> None:
    closed = invented.camera("127.0.10.8", kind=Kind.RECORDER, channels=(), login=invented.closed().login)
    survey = invented.survey(closed)
    text = printed(survey_table(survey.cameras, survey.devices, "en"))
    assert "127.0.10.8" in text
    assert "recorder: no login" in text


def test_an_empty_scan_is_one_sentence() -> None:
    assert printed(survey_table((), (invented.printer(),), "en")).startswith("No camera was found.")


@pytest.mark.parametrize("colour", [True, False])
def test_hostile_strings_neither_act_nor_are_read_as_markup(colour: bool) -> None:
    device = SURVEY.devices[4]
    text = printed(survey_table(SURVEY.cameras, SURVEY.devices, "en"), 200, colour=colour)
    text += printed(inspection(device, SURVEY.record_of(device), SURVEY.cameras_of(device), "th"), 200, colour=colour)
    assert "[bold red]" in text
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text
    assert "\u202e" not in text
    assert "\x9b" not in text
    assert "N" * 200 not in text


def test_no_color_is_respected() -> None:
    table = survey_table(SURVEY.cameras, SURVEY.devices, "en")
    assert "\x1b[33m" in printed(table, colour=True).replace("\x1b[1;33m", "\x1b[33m")
    assert "33m" not in printed(table, colour=True, no_colour=True)


def test_a_screen_without_unicode_gets_plain_marks() -> None:
    text = printed(survey_table(SURVEY.cameras, SURVEY.devices, "en"), encoding="ascii")
    assert "1280x720~!=" in text
    assert "!= sources differ" in text


def test_closed_devices_are_listed_with_their_reason() -> None:
    listed = closed_devices(SURVEY.devices, "en")
    assert listed is not None
    text = printed(listed)
    assert "127.0.10.4" in text
    assert "The credential of group north was refused." in text
    assert closed_devices([invented.camera()], "en") is None


def test_the_summary_counts() -> None:
    english = [line.plain for line in summary_lines(SURVEY, "en")]
    assert english[0] == "Found: cameras 8, recorders 1, other devices 1; addresses asked: 16."
    assert "highest 6/8" in english[1]
    assert english[2:] == ["Cameras whose data differ: 1.", "Devices that no credential opened: 1."]
    assert "หยุด" in summary_lines(invented.survey(complete=False), "th")[-1].plain


def test_inspection_shows_disagreements_first_with_their_sources() -> None:
    text = inspected(1)
    first = text[text.index("Where the data differ") : text.index("To look at")]
    for value in ("≠ Hikvision", "≠ 1920x1080", "≠ 12", "≠ H.264", "ONVIF setting (Media1)"):
        assert value in first
    assert "The older ONVIF Media1 has no word for H.265" in text
    assert "The clock of 127.0.10.2 is 1 h ahead" in text
    assert "23 Nov 2026 09:00" in text


def test_inspection_shows_the_evidence_for_every_value_and_the_steps() -> None:
    text = inspected(0, width=160)
    assert "All sources agree." in text
    for words in ("Hikvision", "Text in the picture", "Sensor size", "3840x2160", "RTSP DESCRIBE main"):
        assert words in text
    assert "13.3611, 100.9847" in text


def test_inspection_says_each_reason_once() -> None:
    text = inspected(3, width=400)
    section = text[text.index("\n127.0.10.4\n") :]
    assert section.count("The credential of group north was refused. Add a credential") == 1
    assert (
        "Resolution recorded, Highest resolution, Frames per second, File format, Picture: not yet verifiable"
        in section
    )


def test_inspection_of_a_recorder_names_the_channel() -> None:
    text = inspected(2, "th")
    assert "CH4 (ช่อง 4)" in text
    assert "ไม่มีกล้องเชื่อมต่อที่ช่อง 4" in text
