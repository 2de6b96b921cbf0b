"""Bodies: what keeps the contract, what is refused as a whole, and the one bad record that does not spoil the others."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.read_body import BodyError, ReadBody, read_body
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.report import RecordShape, ReportBody, snapshot_digest
from cctv_probe.contract.terms import MAX_BODY_BYTES
from cctv_probe.model.device import Device
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from tests.unit.contract.test_canonical import JSON
from tests.unit.contract.wire import OTHER_REPORT, REPORT, gap, record, records, report, sent
from tests.unit.survey import invented
from tests.unit.survey.generated import DEVICES


def read(body: Any) -> ReadBody:
    return read_body(canonical(body))


def refused(body: Any) -> BodyError:
    with pytest.raises(BodyError) as caught:
        read_body(json.dumps(body).encode())
    assert caught.value.text.th
    return caught.value


def with_record(number: int, **changes: Any) -> dict[str, Any]:
    """A report of three cameras with one record changed."""
    body = report("a", "b", "c")
    body["records"][number] |= changes
    return body


# --- What keeps the contract ------------------------------------------------------------------------------------------


def test_a_report_is_read_with_its_digest() -> None:
    body = report("serial:X1", "serial:X2")
    found = read(body)
    assert isinstance(found.body, ReportBody)
    assert (found.digest, len(found.records), found.rejected) == (digest(canonical(body)), 2, ())
    assert found.records[0] == body["records"][0]


def test_records_asked_for_and_gaps_are_read() -> None:
    assert [each["id"] for each in read(records("a", "b")).records] == ["a", "b"]
    assert read(gap()).body.kind == "gap"
    unknown = dict.fromkeys(("from_utc", "to_utc", "first_seq", "last_seq", "count", "bytes"))
    assert read(gap(reason="corrupt", **unknown)).records == ()


def test_a_report_without_changes_carries_no_records() -> None:
    body = report("a", "b") | {"records": [], "seq": 2, "previous": "0f" * 32}
    assert read(body).rejected == ()


def test_keys_of_a_later_version_are_let_through() -> None:
    assert read(report("a", later={"x": 1})).body.model_extra == {"later": {"x": 1}}


def test_a_part_carries_its_share_of_the_manifest_under_the_whole_ones_digest() -> None:
    whole = report("a", "b")
    part = whole | {
        "report_id": OTHER_REPORT, "seq": 2, "previous": "0f" * 32, "replaces": REPORT,
        "part": {"of": REPORT, "number": 2, "count": 2}, "manifest": whole["manifest"][1:], "records": whole["records"][1:],
    }  # fmt: skip
    assert read(part).rejected == ()
    assert refused(part | {"part": None}).code == "malformed"


def of(devices: list[Device]) -> dict[str, Any]:
    filled = [fill(device) for device in devices]
    cameras = tuple(camera for _, found in filled for camera in found)
    return shape(Survey(invented.run(), tuple(devices), tuple(record for record, _ in filled), cameras))


def leaving(survey: dict[str, Any]) -> list[dict[str, Any]]:
    """Each camera with its reduced devices, as if its class were public."""
    reduced = {
        device["id"]: {name: value for name, value in device.items() if name not in ("login", "facts")}
        for device in survey["devices"]
    }
    return [
        {
            "camera": camera | {"scope_class": "public"},
            "devices": [reduced[name] for name in sorted({view["device_id"] for view in camera["views"]})],
        }
        for camera in survey["cameras"]
    ]


def test_the_invented_municipality_fits_a_record() -> None:
    found = leaving(shape(invented.survey()))
    assert len([RecordShape.model_validate(json.loads(canonical(each))) for each in found]) == 8


@settings(max_examples=40, deadline=None)
@given(st.lists(DEVICES, max_size=2))
def test_whatever_devices_say_fits_a_record(devices: list[Device]) -> None:
    for each in leaving(of(devices)):
        RecordShape.model_validate(each)


# --- What is refused as a whole ---------------------------------------------------------------------------------------

BAD_ENVELOPES: list[dict[str, Any]] = [
    {"contract": 2},
    {"contract": True},
    {"kind": "postcard"},
    {"kind": None},
    {"report_id": "x"},
    {"agent_id": REPORT.replace("-7", "-4", 1)},
    {"lao_code": "058101"},
    {"seq": 0},
    {"seq": 2**53},
    {"seq": True},
    {"previous": "0f" * 32},
    {"seq": 2, "previous": "xyz"},
    {"created_utc": "2569-11-23 09:00"},
    {"clock_offset_s": "3"},
    {"program": "x" * 101},
    {"snapshot": "0f" * 32},
    {"manifest": [{"id": "b", "digest": "0f" * 32, "absent_since_utc": None}] * 2},
    {"manifest": None},
    {"records": {}},
    {"records": [None] * 20_001},
    {"part": {"of": REPORT, "number": 3, "count": 2}},
    {"run": {}},
    {"counts": {"by_class": {"secret": {"cameras": 1, "devices": 1}}, "not_a_camera": 0, "attempts": {}}},
    {"counts": {"by_class": {}, "not_a_camera": -1, "attempts": {}}},
    {"confirmed": {"reading": "yesterday", "measuring": None, "footage": None}},
]


@pytest.mark.parametrize("change", BAD_ENVELOPES, ids=lambda change: str(change)[:50])
def test_a_body_that_does_not_keep_the_contract_is_refused(change: dict[str, Any]) -> None:
    assert refused(report("a") | change).code == "malformed"


@pytest.mark.parametrize("key", sorted(report("a")))
def test_every_key_of_a_report_is_needed(key: str) -> None:
    assert refused({name: value for name, value in report("a").items() if name != key}).code == "malformed"


def test_a_manifest_out_of_order_is_refused() -> None:
    body = report("a", "b")
    body["manifest"].reverse()
    assert refused(body | {"snapshot": snapshot_digest(body["manifest"])}).code == "malformed"


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"\xff", b'{"kind":"gap","kind":"gap"}', b'{"kind":' + b"[" * 99_999, b"{" * 5, b'{"a":Infinity}', b"1" * 9_999],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_bytes_that_are_no_body_are_refused(data: bytes) -> None:
    with pytest.raises(BodyError) as caught:
        read_body(data)
    assert caught.value.code == "malformed"


def test_a_body_beyond_the_cap_is_refused_unread() -> None:
    with pytest.raises(BodyError) as caught:
        read_body(b" " * (MAX_BODY_BYTES + 1))
    assert caught.value.code == "too_large"


def test_unprintable_names_do_not_reach_the_sentence() -> None:
    body = report("a")
    body["counts"]["attempts"] = {"\x1b[2J": 1}
    assert "\x1b" not in refused(body).text.en


# --- One bad record ---------------------------------------------------------------------------------------------------

NO_RECORD: list[Any] = [
    None,
    7,
    [],
    {},
    {"camera": None, "devices": []},
    record() | {"devices": []},
    {"x": float("1e999")},
]


@pytest.mark.parametrize("bad", NO_RECORD, ids=lambda bad: str(bad)[:30])
def test_promise_5_one_bad_record_is_named_and_the_others_are_taken(bad: Any) -> None:
    body = with_record(1, record=bad)
    found = read_body(json.dumps(body).replace("Infinity", "1e999").encode())
    assert [each["id"] for each in found.records] == ["a", "c"]
    assert [(each.id, each.code) for each in found.rejected] == [("b", "malformed")]
    assert found.rejected[0].text.th


def test_a_record_changed_under_its_digest_is_named() -> None:
    found = read(with_record(0, record=record("other")))
    assert [(each.id, each.code) for each in found.rejected] == [("a", "digest_mismatch")]


def test_a_record_that_stands_twice_is_taken_once() -> None:
    body = report("a", "b")
    body["records"].append(body["records"][0])
    found = read(body)
    assert len(found.records) == 2
    assert [(each.id, each.code) for each in found.rejected] == [("a", "duplicate_id")]


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_record_that_the_manifest_does_not_name_so_is_named(name: str) -> None:
    body = report("a", "b")
    body["records"][0] = sent("z") | {"id": name}
    assert [(each.id, each.code) for each in read(body).rejected] == [(name, "not_in_manifest")]


@pytest.mark.parametrize("record_without_a_name", [None, "text", {}, {"id": 5}, {"id": "\x1b[2J"}, {"id": "x" * 501}])
def test_a_record_without_a_name_is_named_by_its_place(record_without_a_name: Any) -> None:
    body = report("a")
    body["records"].append(record_without_a_name)
    assert [(each.id, each.code) for each in read(body).rejected] == [("#1", "malformed")]


@pytest.mark.parametrize("key", ["login", "facts"])
def test_a_device_with_what_never_leaves_is_refused(key: str) -> None:
    whole = record()
    whole["devices"] = [whole["devices"][0] | {key: []}]
    with pytest.raises(ValueError, match="stay with the municipality"):
        RecordShape.model_validate(whole)


@pytest.mark.parametrize("scope_class", ["closed", "unknown"])
def test_a_camera_of_a_class_that_stays_is_no_record(scope_class: str) -> None:
    whole = record()
    whole["camera"] = whole["camera"] | {"scope_class": scope_class}
    with pytest.raises(ValueError, match="scope_class"):
        RecordShape.model_validate(whole)


# --- Whatever comes ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_bytes_come_the_answer_is_a_body_error(data: bytes) -> None:
    with pytest.raises(BodyError):
        read_body(data)


@settings(deadline=None)
@given(st.sampled_from(["report", "records", "gap"]), st.data())
def test_whatever_stands_in_a_key_the_answer_is_a_body_or_its_error(kind: str, data: st.DataObject) -> None:
    body = {"report": report("a", "b"), "records": records("a", "b"), "gap": gap()}[kind]
    body[data.draw(st.sampled_from(sorted(body)))] = data.draw(JSON)
    try:
        found = read_body(json.dumps(body).encode())
    except BodyError:
        return
    assert found.body.kind in ("report", "records", "gap")


@settings(deadline=None)
@given(JSON)
def test_whatever_stands_for_a_record_the_others_are_taken(drawn: Any) -> None:
    body = report("a", "b")
    body["records"].insert(1, drawn)
    found = read_body(json.dumps(body).encode())
    assert [each["id"] for each in found.records] == ["a", "b"]
    assert len(found.rejected) == 1


@given(st.binary(max_size=100), st.integers(0, 100), st.integers(1, 5))
def test_json_is_read_within_its_bounds(data: bytes, size: int, depth: int) -> None:
    try:
        read_json(data, size, depth)
    except NotJsonError:
        return
    assert len(data) <= size


@pytest.mark.parametrize(("depth", "fits"), [(64, True), (65, False), (900, False), (200_000, False)])
def test_nesting_is_bounded(depth: int, fits: bool) -> None:
    data = b"[" * depth + b"]" * depth
    if fits:
        assert read_json(data, len(data)) is not None
    else:
        with pytest.raises(NotJsonError):
            read_json(data, len(data))


def test_a_body_full_of_nothing_is_refused_quickly() -> None:
    data = b'{"records":[' + b"[]," * 2_000_000 + b"[]]}"
    began = time.monotonic()
    with pytest.raises(BodyError):
        read_body(data)
    assert time.monotonic() - began < 20
