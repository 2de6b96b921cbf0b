"""How often the normaliser is right: on the sample file, and on forms that no table was written from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cctv_probe.compare.normalise import FIELDS, normalise

HERE = Path(__file__).parent
WANTED = 0.99


def rows(file: Path) -> list[tuple[str, str, str]]:
    """(field, cell, canonical value) of a fixture or of the sample file."""
    with file.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(line for line in lines if not line.startswith("# "))
        return [(row["field"], row["raw"].replace("\\n", "\n"), row["canonical"]) for row in table]


def misread(cases: list[tuple[str, str, str]]) -> tuple[list[str], list[str]]:
    """What was read otherwise than wanted, and of that what was said with high confidence."""
    wrong, sure = [], []
    for field, raw, canonical in cases:
        read = normalise(field, raw)
        if read.canonical != canonical:
            said = f"{field} {raw!r}: {read.canonical} ({read.rule}) for {canonical}"
            wrong.append(said)
            if read.confidence == "high":
                sure.append(said)
    return wrong, sure


def test_the_sample_file_is_read_right_and_nothing_wrong_is_said_with_high_confidence(recorded_dir: Path) -> None:
    sample = recorded_dir.parent / "facts" / "declared_variants.csv"
    if not sample.is_file():
        pytest.skip(f"CCTV_PROBE_RECORDED has no facts beside it: {sample.name}")
    cases = [case for case in rows(sample) if case[0] != "owner"]
    assert len(cases) > 400
    wrong, sure = misread(cases)
    assert sure == []
    assert len(wrong) <= (1 - WANTED) * len(cases), wrong


@pytest.mark.parametrize("name", ["held_out.csv", "judged.csv"])
def test_other_forms_are_read_right_too(name: str) -> None:
    cases = rows(HERE / name)
    assert {case[0] for case in cases} <= set(FIELDS)
    assert len(cases) > 200
    wrong, sure = misread(cases)
    assert sure == []
    assert len(wrong) <= (1 - WANTED) * len(cases), wrong


def test_the_held_out_forms_speak_of_every_field() -> None:
    assert {field for field, _, _ in rows(HERE / "held_out.csv")} == set(FIELDS)
