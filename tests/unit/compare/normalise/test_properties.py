"""What holds for every cell: an answer in one line, the same for what only looks different, and stable when read again."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.normalise import FIELDS, normalise, to_value
from cctv_probe.compare.normalise.text import clean

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
PIECES = st.lists(
    st.sampled_from(
        [
            "Hikvision",
            "ดาหัว",
            "Dahua",
            "กล้อง",
            "1920",
            "x",
            "×",
            "1080",
            "2",
            "MP",
            "ล้านพิกเซล",
            "30",
            "วัน",
            "เดือน",
            "ไม่น้อยกว่า",
            "ประมาณ",
            "-",
            "ถึง",
            "/",
            ",",
            "(",
            ")",
            ".",
            "+",
            "และ",
            "25",
            "fps",
            "เฟรม",
            "H.264",
            "H.265+",
            "MP4",
            "ไฟล์",
            "3.1",
            "ข้อ",
            "ตำรวจ",
            "อำเภอ",
            "Fiber",
            "TOT",
            "4G",
            "เช่า",
            "13.756331",
            "100.501762",
            "N",
            "E",
            "°",
            "'",
            '"',
            "47P",
            "662334",
            "1521368",
            "ม.ค.",
            "2562",
            "62",
            "งบ",
            "ปี",
            "Lat",
            "พิกัด",
            "https://maps",
            "ไม่มี",
            "ชำรุด",
            "24",
            "ชั่วโมง",
            "ครึ่ง",
            "สามสิบ",
            "ยี่ห้อ",
            "ความละเอียด",
            "สูงสุด",
            "เทศบาลตำบล",
            "๓๐",
            "\t",
            "\n",
            "\u200b",
            "ำ",
            "่",
        ]
    ),
    max_size=8,
).map(" ".join)
CELLS = st.one_of(PIECES, st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("cp874", "replace")))


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=150, deadline=None)
@given(raw=CELLS)
def test_every_cell_has_an_answer_in_one_line_that_stays_when_read_again(field: str, raw: str) -> None:
    read = normalise(field, raw)
    assert read.raw == raw
    assert read.confidence in ("high", "medium", "low")
    assert read.canonical
    assert read.rule
    assert len(f"{read.canonical}\t{read.confidence}\t{read.rule}".splitlines()) == 1
    assert (read.canonical + read.rule).count("\t") == 0
    again = normalise(field, read.canonical)
    assert again.canonical == read.canonical
    to_value(field, read.canonical, raw)


@given(raw=st.text(max_size=80))
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@given(
    days=st.integers(1, 365),
    before=st.sampled_from(["", "เก็บได้ ", "ย้อนหลัง ", "บันทึก "]),
    unit=st.sampled_from([" วัน", "วัน", " days", "d", " (วัน)"]),
    thai=st.booleans(),
)
def test_days_in_any_spelling(days: int, before: str, unit: str, thai: bool) -> None:
    said = str(days).translate(THAI_DIGITS) if thai else str(days)
    assert normalise("retention_days", f"{before}{said}{unit}").canonical == f"days={days}"


@given(
    low=st.integers(2, 60),
    more=st.integers(1, 60),
    between=st.sampled_from(["-", " - ", "–", " ถึง ", "~", " to "]),
    unit=st.sampled_from([" วัน", "วัน", " days"]),
)
def test_ranges_of_days(low: int, more: int, between: str, unit: str) -> None:
    assert normalise("retention_days", f"{low}{between}{low + more}{unit}").canonical == f"days={low}..{low + more}"


@given(
    bound=st.sampled_from([(">=", "ไม่น้อยกว่า "), (">=", "≥"), (">=", "at least "), ("<=", "ไม่เกิน "), ("<=", "up to ")]),
    fps=st.integers(1, 60),
    unit=st.sampled_from([" fps", "fps", " ภาพต่อวินาที", " เฟรม/วินาที", "เฟรม"]),
)
def test_bounds_of_frame_rates(bound: tuple[str, str], fps: int, unit: str) -> None:
    assert normalise("frame_rate", f"{bound[1]}{fps}{unit}").canonical == f"fps{bound[0]}{fps}"


@given(
    size=st.sampled_from([(1920, 1080), (2560, 1440), (3840, 2160), (1280, 720), (2688, 1520), (704, 576)]),
    times=st.sampled_from(["x", " x ", "×", "*", " X ", " คูณ "]),
    unit=st.sampled_from(["", " พิกเซล", " pixel", "px"]),
    commas=st.booleans(),
    thai=st.booleans(),
)
def test_sizes_in_any_spelling(size: tuple[int, int], times: str, unit: str, commas: bool, thai: bool) -> None:
    width, height = (f"{side:,}" if commas else str(side) for side in size)
    written = f"{width}{times}{height}"
    cell = (written.translate(THAI_DIGITS) if thai else written) + unit
    assert normalise("resolution", cell).canonical == f"{size[0]}x{size[1]}"


@given(
    latitude=st.floats(5.7, 20.4).map(lambda value: f"{value:.6f}"),
    longitude=st.floats(97.4, 105.6).map(lambda value: f"{value:.6f}"),
    swapped=st.booleans(),
    between=st.sampled_from([",", ", ", " ", " / ", ";"]),
)
def test_coordinates_in_either_order(latitude: str, longitude: str, swapped: bool, between: str) -> None:
    one, two = (longitude, latitude) if swapped else (latitude, longitude)
    assert normalise("position", f"{one}{between}{two}").canonical == f"{latitude},{longitude}"


@given(
    name=st.sampled_from(["Hikvision", "Dahua", "Uniview", "Hanwha", "Panasonic"]),
    letters=st.randoms(use_true_random=False),
)
def test_case_and_spaces_do_not_matter_for_brands(name: str, letters: object) -> None:
    mixed = "".join(letter.upper() if at % 2 else letter.lower() for at, letter in enumerate(name))
    assert normalise("brand", f"  {mixed} ").canonical == normalise("brand", name).canonical == name.casefold()


@pytest.mark.parametrize("prefix", ["เ", "โควต", "การ", "สมุย"])
def test_a_thai_brand_inside_another_word_is_no_brand(prefix: str) -> None:
    assert normalise("brand", f"{prefix}ดาหัวข้อ").canonical == "unparsable"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "piece", ["9", "1,", "(", "ก", "a-", "13.5 ", "1x", "ไม่", " ", "%", "วันที่ ", "เช่า", "1-2-", "และ", "\x00", "47P"]
)
def test_a_very_long_cell_is_answered_at_once(field: str, piece: str) -> None:
    began = time.perf_counter()
    read = normalise(field, piece * 900)
    normalise(field, piece * 500_000)
    assert read.canonical
    assert time.perf_counter() - began < 2.0
