"""What is believed, and what counts as saying the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cctv_probe.model.evidence import Evidence, Fact, Source, Standing, Unknown, Value, agrees, best_first, choose
from cctv_probe.model.words import Text

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WHY = Unknown("not_told", Text(en="not told", th="ไม่ได้แจ้ง"))


def said(value: Value, standing: Standing, *, after_s: float = 0, plus_minus: float | None = None) -> Evidence:
    return Evidence("device", "x", value, Source("test", standing), NOW + timedelta(seconds=after_s), plus_minus)


def test_the_higher_standing_is_believed_before_the_newer_one() -> None:
    measured, configured = said(12, Standing.MEASURED), said(25, Standing.CONFIGURED, after_s=60)
    assert best_first([configured, measured]) == [measured, configured]


def test_of_equal_standing_the_newest_is_believed() -> None:
    old, new = said("a", Standing.CONFIGURED), said("b", Standing.CONFIGURED, after_s=1)
    assert choose([old, new], WHY).value == "b"
    assert choose([old, new], WHY).others == (old,)


def test_nothing_known_keeps_its_reason() -> None:
    fact = choose([], WHY)
    assert fact.value is None
    assert fact.why_unknown == WHY
    assert fact.disagreements == ()


@pytest.mark.parametrize("fact", [{}, {"chosen": said(1, Standing.DECLARED), "why_unknown": WHY}])
def test_a_fact_is_either_known_or_explained(fact: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either"):
        Fact(**fact)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("one", "other", "plus_minus", "same"),
    [
        ("Hikvision", "HIKVISION", None, True),
        ("Hikvision", "Dahua", None, False),
        (25, 25.0, None, True),
        (25.0, 24.95, 0.1, True),
        (25.0, 24.8, 0.1, False),
        (True, 1, None, True),
        ({"codec": "h264"}, {"codec": "h265"}, None, False),
    ],
)
def test_saying_the_same(one: Value, other: Value, plus_minus: float | None, same: bool) -> None:
    a, b = said(one, Standing.MEASURED, plus_minus=plus_minus), said(other, Standing.CONFIGURED)
    assert agrees(a, b) is same
    assert agrees(b, a) is same
