"""Bodies made from one that was refused: nothing is lost, nothing doubled, and every division ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.upload.split import again, apart, halves, record_ids
from cctv_probe.contract.canonical import canonical, digest_of
from cctv_probe.contract.read_body import read_body
from tests.unit.contract import wire


@dataclass(frozen=True)
class _Slot:
    report_id: str = "child"
    seq: int = 9
    previous: str | None = "p"
    created_utc: str = "2026-11-23T03:00:00Z"


def _report(
    manifest: Sequence[str], records: Sequence[str], weights: Mapping[str, int] | None = None
) -> dict[str, Any]:
    entries = [{"id": name, "digest": digest_of(name), "absent_since_utc": None} for name in sorted(manifest)]
    return {
        "contract": 1,
        "kind": "report",
        "report_id": "parent",
        "agent_id": "agent",
        "lao_code": "74010000",
        "seq": 5,
        "previous": None,
        "created_utc": "2026-11-23T02:00:00Z",
        "clock_offset_s": None,
        "program": "p",
        "run": {"id": "r"},
        "part": None,
        "replaces": None,
        "snapshot": digest_of(entries),
        "manifest": entries,
        "records": [
            {"id": name, "digest": digest_of(name), "record": {"note": "x" * (weights or {}).get(name, 1)}}
            for name in records
        ],
        "counts": {},
        "confirmed": {},
    }


NAMES = st.lists(st.text("abcกขค", min_size=1, max_size=4), unique=True, max_size=12)


@given(NAMES, st.data())
@settings(max_examples=60)
def test_parts_share_everything_and_every_division_ends(names: list[str], data: st.DataObject) -> None:
    records = [name for name in names if data.draw(st.booleans())]
    weights = {name: data.draw(st.integers(0, 5000)) for name in records}
    whole = _report(names, records, weights)
    leaves, divided = [], 0
    waiting: list[dict[str, Any]] = [whole]
    while waiting:
        body = waiting.pop()
        found = halves(body)
        if found is None:
            leaves.append(body)
            continue
        divided += 1
        for number, write in enumerate((found.first, found.second), start=1):
            child = write(_Slot(report_id=f"{body['report_id']}.{number}"))
            assert child["part"] == {"of": body["report_id"], "number": number, "count": 2}
            assert child["replaces"] == body["report_id"]
            assert child["snapshot"] == whole["snapshot"]
            waiting.append(child)
    assert sorted(entry["id"] for leaf in leaves for entry in leaf["manifest"]) == sorted(names)
    assert sorted(name for leaf in leaves for name in record_ids(leaf)) == sorted(records)
    assert divided == max(0, len(names) - 1)


def test_halves_weigh_about_the_same() -> None:
    names = [f"{number:03}" for number in range(100)]
    found = halves(_report(names, names, {"000": 50_000}))
    assert found is not None
    assert record_ids(found.first(_Slot())) == ("000",)
    found = halves(_report(names, names))
    assert found is not None
    assert 45 <= len(record_ids(found.first(_Slot()))) <= 55


def test_named_records_go_apart_and_stay_in_the_manifest() -> None:
    body = _report(["a", "b", "c"], ["a", "b", "c"])
    body["part"] = {"of": "grandparent", "number": 2, "count": 2}
    found = apart(body, {"b", "unknown"})
    assert found is not None
    assert found.rest is not None
    rest, named = found.rest(_Slot()), found.named(_Slot())
    assert record_ids(rest) == ("a", "c")
    assert (rest["manifest"], rest["part"], rest["replaces"]) == (body["manifest"], body["part"], "parent")
    assert (named["kind"], named["answers"], record_ids(named)) == ("records", "parent", ("b",))
    assert "manifest" not in named


def test_a_report_without_its_only_record_still_says_what_is_there() -> None:
    found = apart(_report(["a"], ["a"]), ["a"])
    assert found is not None
    assert found.rest is not None
    assert found.rest(_Slot())["manifest"][0]["id"] == "a"


def test_records_bodies_are_divided_and_end_too() -> None:
    found = apart(_report(["a", "b"], ["a", "b"]), ["a", "b"])
    assert found is not None
    records = found.named(_Slot())
    parts = halves(records)
    assert parts is not None
    one = parts.first(_Slot())
    assert (one["kind"], one["answers"], record_ids(one)) == ("records", "parent", ("a",))
    assert halves(one) is None
    alone = apart(one, ["a"])
    assert alone is not None
    assert alone.rest is None


def test_gaps_are_never_divided() -> None:
    gap = {**_report([], []), "kind": "gap", "gap": {}}
    assert halves(gap) is None
    assert apart(gap, ["a"]) is None


def test_nothing_that_was_not_named_is_apart() -> None:
    assert apart(_report(["a"], ["a"]), ["b"]) is None
    assert halves(_report(["a"], ["a"])) is None
    assert halves(_report([], [])) is None


def test_a_body_takes_its_new_place() -> None:
    body = _report(["a"], ["a"])
    writes: list[Callable[[Any], dict[str, Any]]] = [again(body)]
    found = apart(body, ["a"])
    assert found is not None
    assert found.rest is not None
    writes += [found.rest, found.named, again({**body, "kind": "gap", "gap": {}})]
    for write in writes:
        made = write(_Slot())
        assert (made["report_id"], made["seq"], made["previous"]) == ("child", 9, "p")
        assert made["created_utc"] == "2026-11-23T03:00:00Z"
        assert made["agent_id"] == "agent"
    assert body["report_id"] == "parent"


def test_everything_that_is_made_keeps_the_contract() -> None:
    whole = wire.report("serial:A", "serial:B", "serial:C")
    slot = _Slot(report_id=wire.OTHER_REPORT, seq=2, previous="ab" * 32, created_utc=wire.NOW_TEXT)
    parts = halves(whole)
    aside = apart(whole, ["serial:B"])
    assert parts is not None
    assert aside is not None
    assert aside.rest is not None
    for write in (parts.first, parts.second, aside.rest, aside.named, again(whole)):
        found = read_body(canonical(write(slot)))
        assert found.rejected == ()
        assert found.body.report_id == wire.OTHER_REPORT
