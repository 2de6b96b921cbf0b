"""A scope file is read as written, and every mistake in it is one sentence with file, line and key."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cctv_probe.scope import ScopeError, load_scope
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.file import read_date, read_lao_code
from cctv_probe.scope.yaml_file import ConfigError

TODAY = date(2026, 11, 23)
EXAMPLE = Path(__file__).parents[3] / "configs" / "scope.example.yaml"
RANGES = "ranges: [{range: 10.0.0.1}]\n"


def complaint(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "scope.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError) as raised:
        load_scope(path, today=TODAY)
    assert str(path) in raised.value.text.en
    assert str(path) in raised.value.text.th
    return raised.value.text.en.replace(str(path), "FILE")


def test_the_example_is_a_working_scope() -> None:
    scope = load_scope(EXAMPLE, today=TODAY)
    assert scope.lao_code == "05810109"
    assert scope.name == "เทศบาลตำบลตัวอย่าง"
    assert (scope.valid_from, scope.valid_until) == (date(2026, 10, 1), date(2027, 9, 30))
    assert scope.time_zone == "Asia/Bangkok"
    assert not scope.allow_public
    assert scope.permits("10.0.0.2")
    assert not scope.permits("10.0.0.1")
    assert not scope.permits("10.0.0.205")
    assert scope.scope_class("10.0.1.105") == "closed"
    assert scope.scope_class("10.0.1.20") == "adjoining_road"
    assert scope.stream_paths("10.0.0.40", "Vivotek") == ("/live/ch0", "/live/ch1", "/live.sdp")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("version: 1\nranges:\n  - range: 10.0.0.1\n    scope_clas: public\n",
         "FILE, line 4: “ranges[1].scope_clas” is not a known key. Known keys are: range, scope_class, note."),
        ("version: 1\nranges:\n  - range: 10.0.0.1\n    scope_class: open\n",
         "Scope file FILE, line 4: “ranges[1].scope_class” must be one of: public, adjoining_road, closed, unknown."),
        ("version: 1\nrange: x\n" + RANGES, "line 2: “range” is not a known key. Known keys are: version, lao_code,"),
        ("version: 2\n" + RANGES, "line 1: “version” must be one of: 1."),
        (RANGES, "line 1: “version” is required here."),
        ("version: 1\n", "line 1: “ranges” is required here."),
        ("version: 1\nranges: []\n", "line 2: “ranges” needs at least 1 entry."),
        ("version: 1\nranges: 10.0.0.1\n", "line 2: “ranges” must be a list"),
        ("version: 1\nranges:\n  - 10.0.0.1\n", "line 3: “ranges[1]” must hold “key: value” lines."),
        ("version: 1\nranges:\n  - range: 10.0.0.1\n  - range: 8.8.8.8\n",
         "line 4: “ranges[2].range” cannot be used. 8.8.8.8 is a public address"),
        ("version: 1\nexclude: [10.0.0.2, cam.local]\n" + RANGES, "line 2: “exclude[2]” cannot be used. “cam.local”"),
        ("version: 1\nexclude: [10.0.0.1]\n" + RANGES, "line 3: “ranges” cannot be used. Nothing is left"),
        ("version: 1\nallow_public: maybe\n" + RANGES, "line 2: “allow_public” must be yes or no."),
        ("version: 1\nlao_code: 123\n" + RANGES, "line 2: “lao_code” must be the 8 digits"),
        ("version: 1\ntime_zone: ../../etc/passwd\n" + RANGES, "line 2: “time_zone” must be the name of a time zone"),
        ("version: 1\ntime_zone: Asia\n" + RANGES, "line 2: “time_zone” must be the name of a time zone"),
        ("version: 1\nvalid_from: 2569-02-30\n" + RANGES, "line 2: “valid_from” must be a day such as"),
        ("version: 1\nvalid_from: 2570-01-01\nvalid_until: 2569-01-01\n" + RANGES, "line 3: “valid_until” lies before"),
        ("version: 1\nstreams: [{address: 10.0.0.1, brand: x, paths: [/a]}]\n" + RANGES, "“streams[1]” needs either"),
        ("version: 1\nstreams: [{address: cam, paths: [/a]}]\n" + RANGES, "“streams[1].address” must be one address"),
        ("version: 1\nstreams: [{brand: x, paths: [//a]}]\n" + RANGES, "“streams[1].paths[1]” must be an RTSP path"),
        ("version: 1\nstreams: [{brand: x, paths: [/user=a&password=b]}]\n" + RANGES, "“streams[1].paths[1]” must be"),
        ("version: 1\nstreams: [{brand: x, paths: [/1,/2,/3,/4,/5,/6,/7,/8,/9]}]\n" + RANGES, "may hold at most 8"),
        ("version: 1\nversion: 1\n" + RANGES, "line 2: “version” is given twice."),
        ("a: [", "this is not valid YAML"),
        ("a: *nowhere\n", "line 1: this is not valid YAML"),
        ("a: !!python/object/apply:os.system [id]\n", "line 1: tags (words that begin with “!”) are not used here."),
        ("- a\n", "line 1: “key: value” lines are expected here."),
        ("? [a]\n: b\n", "line 1: “key: value” lines are expected here."),
        ("a: " + "[" * 20_000, "nested too deeply"),
        ("a: &a [*a]\n", "nested too deeply or repeats itself"),
        ("a: &a [" + "x," * 100 + "]\nb: &b [" + "*a," * 100 + "]\nc: [" + "*b," * 100 + "]\n", "repeats itself"),
        ("a: b\x07", "line 1: an unprintable character"),
        (b"version: 1\nname: \xe0\xb8\n", "line 2: the file is not UTF-8."),
        (b"#" * (1 << 20) + b"\n", "is larger than 1 MiB."),
        ("", "“version” is required here."),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence_with_its_place(tmp_path: Path, content: str | bytes, expected: str) -> None:
    sentence = complaint(tmp_path, content)
    assert expected in sentence
    assert "Traceback" not in sentence


def test_values_are_never_repeated(tmp_path: Path) -> None:
    for line in ("version: hunter2", "lao_code: hunter2", "valid_from: hunter2", "name: *hunter2", "name: !hunter2 x"):
        assert "hunter2" not in complaint(tmp_path, f"{line}\n{RANGES}")


def test_values_are_taken_as_typed(tmp_path: Path) -> None:
    path = tmp_path / "scope.yaml"
    content = "version: 1\nlao_code: 05710101\nname: no\norder_number: 1_0:30\nallow_public: no\n"
    path.write_text(content + "valid_from: 2567-02-29\n" + RANGES, encoding="utf-8-sig")
    scope = load_scope(path, today=TODAY)
    assert (scope.lao_code, scope.name, scope.order_number) == ("05710101", "no", "1_0:30")
    assert scope.valid_from == date(2024, 2, 29)


def test_a_scope_that_has_ended_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scope.yaml"
    path.write_text("version: 1\nvalid_until: 2568-12-31\n" + RANGES)
    with pytest.raises(ScopeError):
        load_scope(path, today=TODAY)


def test_missing_files_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    expected = {
        "nowhere": "does not exist",
        ".": "is not an ordinary file",
        "pipe": "is not an ordinary file",
        "a\0b": "cannot be read",
    }
    for name, sentence in expected.items():
        with pytest.raises(ConfigError) as raised:
            load_scope(tmp_path / name, today=TODAY)
        assert sentence in raised.value.text.en
        assert raised.value.text.en.isprintable()


@pytest.mark.parametrize("typed", ["5810109", "05810109", "๐๕๘๑๐๑๐๙", " 5810109 "])
def test_a_lao_code_is_eight_digits_whoever_lost_the_zero(typed: str) -> None:
    assert read_lao_code(typed) == "05810109"


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2200, 12, 31)))
def test_both_calendars_name_the_same_day(day: date) -> None:
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day.year + 543}-{day.month}-{day.day}") == day


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_refused(typed: str) -> None:
    sentence = ""
    try:
        assert 2000 <= read_date(typed).year <= 2200
    except BadValueError as error:
        sentence = error.text.en
    assert not sentence or "2569-10-01" in sentence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!#%@'\"\n\t ,|>?~0", max_size=80).map(str.encode))
def test_any_bytes_are_a_scope_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load_scope(path, today=TODAY)
    assert raised.value.text.en.isprintable()


def test_reading_no_file_imports_neither_yaml_nor_pydantic() -> None:
    import subprocess

    code = "import sys, cctv_probe.scope; print(sorted({'yaml', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
