"""A scope says what may be asked, what kind of place it is, and until when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.permit import SCOPE_CLASSES, Scope, ScopeClass, ScopeRange
from cctv_probe.scope.targets import parse_targets


def of(word: str, scope_class: ScopeClass) -> ScopeRange:
    return ScopeRange(parse_targets([word]), scope_class)


def test_without_a_file_the_argument_is_the_scope_of_unknown_class() -> None:
    scope = Scope.from_targets(parse_targets(["10.0.0.0/30"]))
    assert scope.permits("10.0.0.2")
    assert not scope.permits("10.0.0.3")
    assert scope.scope_class("10.0.0.2") == "unknown"


def test_closed_holds_before_all_then_the_smallest_range() -> None:
    ranges = (of("10.0.0.0/24", "public"), of("10.0.0.10-20", "adjoining_road"), of("10.0.0.0-15", "closed"))
    scope = Scope(parse_targets(["10.0.0.0/24"]), ranges)
    assert [scope.scope_class(f"10.0.0.{last}") for last in (5, 12, 18, 30)] == [
        "closed", "closed", "adjoining_road", "public",
    ]  # fmt: skip


def test_validity_includes_both_its_days() -> None:
    scope = Scope(
        parse_targets(["10.0.0.1"]),
        order_number="ตย 1",
        valid_from=date(2026, 10, 1),
        valid_until=date(2027, 9, 30),
    )
    scope.check_valid(date(2026, 10, 1))
    scope.check_valid(date(2027, 9, 30))
    with pytest.raises(ScopeError) as early:
        scope.check_valid(date(2026, 9, 30))
    assert "2026-10-01" in early.value.text.en
    assert "1/10/2569" in early.value.text.th
    with pytest.raises(ScopeError) as late:
        scope.check_valid(date(2027, 10, 1))
    assert "2027-09-30" in late.value.text.en
    assert "30/9/2570" in late.value.text.th


def test_an_argument_beside_a_file_is_cut_to_what_both_allow() -> None:
    scope = Scope(parse_targets(["10.0.0.0/24"], exclude=["10.0.0.1"]), lao_code="05810109")
    inside, sentence = scope.restrict(parse_targets(["10.0.0.1-3"]))
    assert list(inside.targets) == ["10.0.0.2", "10.0.0.3"]
    assert inside.lao_code == "05810109"
    assert sentence is not None
    assert "10.0.0.1 is the first" in sentence.en
    same, nothing = scope.restrict(parse_targets(["10.0.0.2"]))
    assert (list(same.targets), nothing) == (["10.0.0.2"], None)
    with pytest.raises(ScopeError) as outside:
        scope.restrict(parse_targets(["10.9.0.0/24"]))
    assert "10.9.0.0/24" in outside.value.text.en


def test_stream_paths_come_by_address_then_brand_and_are_at_most_eight() -> None:
    by_brand = tuple(f"/b{number}" for number in range(8))
    scope = Scope(parse_targets(["10.0.0.1"]), streams={"10.0.0.1": ("/a", "/b0"), "vivotek": by_brand})
    assert scope.stream_paths("10.0.0.1", "Vivotek") == ("/a", *by_brand[:7])
    assert scope.stream_paths("10.0.0.2") == ()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(SCOPE_CLASSES)), max_size=5))
def test_a_closed_range_is_never_shown_as_anything_else(entries: list[tuple[int, int, ScopeClass]]) -> None:
    ranges = tuple(of(f"10.0.0.{min(a, b)}-{max(a, b)}", kind) for a, b, kind in entries)
    scope = Scope(parse_targets(["10.0.0.0/24"]), ranges)
    for last in range(41):
        address = f"10.0.0.{last}"
        closed = any(each.scope_class == "closed" and each.targets.contains(address) for each in ranges)
        assert (scope.scope_class(address) == "closed") == closed
