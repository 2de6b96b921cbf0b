"""Decisions are data: saved, read back, used again, and reported where they no longer fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.matching.decisions import (
    Acceptance,
    Decision,
    Decisions,
    decisions_text,
    load_decisions,
    save_decisions,
)
from cctv_probe.compare.matching.found import found_cameras
from cctv_probe.compare.matching.match import match
from cctv_probe.scope.yaml_file import ConfigError
from tests.unit.compare.matching.invented import camera, pair_of, row, rows, serial_number, site

FOUND = found_cameras(site(camera(3, osd="หน้าเทศบาล"), camera(4, osd="หน้าเทศบาล")))


def test_a_decision_is_used_and_names_its_reason() -> None:
    (one,) = rows(row(1, name="หน้าเทศบาล"))
    assert match([one], FOUND).pairs == ()
    decided = Decisions((Decision(one.key, FOUND[1].key, "ไปดูที่หน้างานแล้ว"),))
    pair = pair_of(match([one], FOUND, decided), one)
    assert pair
    assert (pair.found, pair.key, pair.confidence) == (FOUND[1].key, "decision", "high")
    assert "ไปดูที่หน้างานแล้ว" in pair.why.th


def test_a_decision_overrides_a_serial_number() -> None:
    (one,) = rows(row(1, serial=serial_number(3)))
    pair = pair_of(match([one], FOUND, Decisions((Decision(one.key, FOUND[1].key, "label was wrong"),))), one)
    assert pair
    assert pair.found == FOUND[1].key


def test_none_of_them_is_a_decision_too() -> None:
    (one,) = rows(row(1, name="หน้าเทศบาล"))
    matching = match([one], FOUND, Decisions((Decision(one.key, None, "taken down"),)))
    assert matching.absent == (one.key,)
    assert matching.questions == ()


def test_stale_decisions_are_reported_and_never_applied() -> None:
    one, two = rows(row(1, name="หน้าเทศบาล"), row(2, name="ตลาดสด"))
    decided = Decisions(
        (
            Decision("id:gone", FOUND[0].key, "…"),
            Decision(one.key, "serial:GONE", "…"),
            Decision(two.key, FOUND[0].key, "…"),
            Decision("row 99", FOUND[0].key, "…"),
        )
    )
    matching = match([one, two], FOUND, decided)
    assert [each.declared for each in matching.stale_decisions] == ["id:gone", one.key, "row 99"]
    assert [pair.found for pair in matching.pairs if pair.key == "decision"] == [FOUND[0].key]
    assert "serial:GONE" in matching.stale_decisions[1].why.th


def test_a_camera_is_given_away_once() -> None:
    one, two = rows(row(1, name="หน้าเทศบาล"), row(2, name="ตลาดสด"))
    decided = Decisions((Decision(one.key, FOUND[0].key, "a"), Decision(two.key, FOUND[0].key, "b")))
    matching = match([one, two], FOUND, decided)
    assert [each.declared for each in matching.stale_decisions] == [two.key]


def test_a_newer_decision_replaces_the_older() -> None:
    first = Decisions().with_pair(Decision("a", "x", "1")).with_pair(Decision("b", "y", "1"))
    assert [each.declared for each in first.with_pair(Decision("a", "y", "2")).pairs] == ["a"]
    accepted = Decisions().with_acceptance(Acceptance("a", "brand", "Axis", "1"))
    assert len(accepted.with_acceptance(Acceptance("a", "brand", "Axis", "2")).accepted) == 1


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=30).filter(
    str.strip
)


@given(
    st.lists(
        st.tuples(WORDS, st.none() | WORDS, WORDS), unique_by=(lambda each: each[0], lambda each: each[1]), max_size=4
    )
)
def test_what_is_saved_comes_back(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, str | None, str]]
) -> None:
    path = tmp_path_factory.mktemp("decisions") / "decisions.yaml"
    decisions = Decisions(tuple(Decision(*each) for each in sorted(told, key=lambda each: each[0])))
    save_decisions(path, decisions)
    assert load_decisions(path) == decisions


def test_words_that_yaml_knows_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    decisions = Decisions(
        (Decision("null", "05710101", "no"), Decision("~", None, "2569-02-29", by="สมชาย", date="1 ธ.ค. 2569")),
        (Acceptance("null", "brand", "Axis", "yes"),),
    )
    path.write_text(decisions_text(decisions), "utf-8")
    assert load_decisions(path) == decisions


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pairs:\n  - {declared: a, found: b}\n", "reason"),
        (
            "pairs:\n  - {declared: a, found: b, reason: c}\n  - {declared: a, found: d, reason: c}\n",
            "pairs[2].declared",
        ),
        ("accepted:\n  - {declared: a, field: colour, observed: b, reason: c}\n", "accepted[1].field"),
        ("paris: []\n", "paris"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_decisions(path)
    assert said in caught.value.text.en
    assert "decisions.yaml" in caught.value.text.th
