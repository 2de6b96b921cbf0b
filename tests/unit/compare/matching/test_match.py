"""Matching: the strongest key first, contradictions told, doubts asked about, never a wrong pair in silence."""

from __future__ import annotations

import runpy
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.matching.declared import DeclaredCamera, with_keys
from cctv_probe.compare.matching.found import found_cameras
from cctv_probe.compare.matching.match import match
from cctv_probe.model.device import Device
from tests.unit.compare.matching.invented import (
    camera,
    matched,
    pair_of,
    question_of,
    recorder,
    row,
    rows,
    serial_number,
    site,
)


def test_a_serial_number_alone_is_enough() -> None:
    (one,) = rows(row(1, serial=serial_number(3).lower()))
    pair = pair_of(matched([one], camera(3), camera(4)), one)
    assert pair
    assert (pair.found, pair.key, pair.confidence) == (f"serial:{serial_number(3)}", "serial", "high")
    assert not pair.is_marked


def test_the_number_on_the_label_is_the_end_of_what_onvif_tells() -> None:
    (one,) = rows(row(1, serial="D12345678", address="127.0.20.3"))
    pair = pair_of(matched([one], camera(3, serial="DS-2CD2043G0-I20190603AAWRD12345678"), camera(4)), one)
    assert pair
    assert (pair.key, pair.confidence) == ("serial", "high")


def test_exchanged_addresses_are_recognised() -> None:
    one, two = rows(
        row(1, serial=serial_number(3), address="127.0.20.4", name="ตลาดสด"),
        row(2, serial=serial_number(4), address="127.0.20.3", name="หน้าเทศบาล"),
    )
    matching = matched([one, two], camera(3), camera(4))
    pairs = [pair_of(matching, each) for each in (one, two)]
    assert [pair and (pair.found, pair.moved, pair.swapped_with) for pair in pairs] == [
        (f"serial:{serial_number(3)}", True, two.key),
        (f"serial:{serial_number(4)}", True, one.key),
    ]
    assert all(pair and [finding.code for finding in pair.findings] == ["moved"] for pair in pairs)
    assert "หน้าเทศบาล" in (pairs[0].findings[0].text.th if pairs[0] else "")


def test_the_other_half_of_an_exchange_is_inferred() -> None:
    """Row 2 has no key but its address, which row 1's proven camera holds; row 1 declares the address of the one left."""
    one, two = rows(row(1, serial=serial_number(3), address="127.0.20.4"), row(2, address="127.0.20.3"))
    pair = pair_of(matched([one, two], camera(3), camera(4)), two)
    assert pair
    assert (pair.found, pair.key, pair.confidence, pair.swapped_with) == (
        f"serial:{serial_number(4)}",
        "swap",
        "medium",
        one.key,
    )
    assert pair.is_marked


def test_serial_and_mac_of_two_cameras_are_asked_about() -> None:
    (one,) = rows(row(1, serial=serial_number(3), mac="C0:56:E3:00:00:04"))
    matching = matched([one], camera(3, mac="C0:56:E3:00:00:03"), camera(4, mac="C0:56:E3:00:00:04"))
    question = question_of(matching, one)
    assert question
    assert question.code == "keys_contradict"
    assert {each.found for each in question.candidates} == {f"serial:{serial_number(n)}" for n in (3, 4)}
    assert set(matching.asked_about) == {each.found for each in question.candidates}


def test_a_serial_number_against_address_and_name_is_asked_about() -> None:
    (one,) = rows(row(1, serial=serial_number(3), address="127.0.20.4", name="สี่แยกประชาสันติ"))
    question = question_of(matched([one], camera(3, osd="ตลาดสดบางกะปิ"), camera(4, osd="แยกประชาสันติ")), one)
    assert question
    assert question.code == "keys_contradict"


def test_a_camera_that_was_replaced_is_asked_about() -> None:
    (one,) = rows(row(1, serial="X9999999Z8", address="127.0.20.3"))
    question = question_of(matched([one], camera(3)), one)
    assert question
    assert (question.code, question.candidates[0].agreeing) == ("looks_different", ("address",))


def test_another_make_at_the_address_is_asked_about() -> None:
    (one,) = rows(row(1, address="127.0.20.3", brand="axis"))
    assert question_of(matched([one], camera(3)), one)
    (same_family,) = rows(row(1, address="127.0.20.3", brand="hilook"))
    assert pair_of(matched([same_family], camera(3)), same_family)


def test_a_slip_of_the_pen_beside_a_right_address_is_told() -> None:
    wrong = serial_number(3)[:-1] + "3"
    (one,) = rows(row(1, serial=wrong, address="127.0.20.3"))
    pair = pair_of(matched([one], camera(3), camera(4)), one)
    assert pair
    assert [finding.code for finding in pair.findings] == ["serial_slip"]


def test_an_address_alone_is_sure_enough_while_no_address_of_the_list_is_wrong() -> None:
    (one,) = rows(row(1, address="127.0.20.3"))
    pair = pair_of(matched([one], camera(3), camera(4)), one)
    assert pair
    assert (pair.key, pair.confidence) == ("address", "medium")


def test_an_address_alone_is_marked_in_a_list_whose_addresses_are_wrong() -> None:
    wrong = [row(n, serial=serial_number(n), address=f"127.0.20.{n % 12 + 1}") for n in range(1, 13)]
    declared = rows(*wrong, row(13, address="127.0.20.50"))
    matching = matched(declared, *(camera(n) for n in (*range(1, 13), 50)))
    pair = pair_of(matching, declared[-1])
    assert matching.address_agreement == 0
    assert pair
    assert pair.confidence == "low"
    assert pair.is_marked


def test_a_recorders_channels_are_told_apart_by_number_or_name() -> None:
    device = recorder(9, ["ตลาดสดบางกะปิ", "สี่แยกแสนสุข", None])
    by_number, by_name, neither = rows(
        row(1, address="127.0.20.9", channel="3"),
        row(2, address="127.0.20.9", name="สี่แยกแสนสุข"),
        row(3, address="127.0.20.9"),
    )
    matching = matched([by_number, by_name], device)
    found = [pair_of(matching, each) for each in (by_number, by_name)]
    assert [pair and pair.found.rpartition("/")[2] for pair in found] == ["3", "2"]
    assert question_of(matched([neither], device), neither)


def test_cameras_behind_one_address_are_told_apart_by_port() -> None:
    devices = [camera(n, serial=None, port=8000 + n, address="127.0.20.1") for n in (1, 2, 3)]
    with_port, without = rows(row(1, address="127.0.20.1:8002"), row(2, address="127.0.20.1"))
    pair = pair_of(matched([with_port], *devices), with_port)
    assert pair
    assert ":8002" in pair.found
    assert question_of(matched([without], *devices), without)


def test_a_unique_name_finds_a_camera_whose_address_changed() -> None:
    (one,) = rows(row(1, address="127.0.20.77", name="หน้าโรงเรียนวัดหนองบัว 2"))
    matching = matched([one], camera(3, osd="หน้ารร.วัดหนองบัว ๒"), camera(4, osd="หน้ารร.วัดหนองบัว ๑"))
    pair = pair_of(matching, one)
    assert pair
    assert (pair.found, pair.key, pair.confidence) == (f"serial:{serial_number(3)}", "name", "medium")
    assert pair.moved


def test_two_cameras_with_one_name_are_asked_about() -> None:
    (one,) = rows(row(1, name="หน้าเทศบาลตำบล"))
    question = question_of(matched([one], camera(3, osd="หน้าเทศบาลตำบล"), camera(4, osd="หน้าเทศบาลตำบล")), one)
    assert question
    assert question.code == "several_alike"
    assert len(question.candidates) == 2


def test_an_inventory_number_in_the_picture_is_a_name() -> None:
    (one,) = rows(row(1, camera_id="NBR-CCTV-012"))
    pair = pair_of(matched([one], camera(3, osd="NBR-CCTV-012 ตลาด"), camera(4, osd="NBR-CCTV-013 ตลาด")), one)
    assert pair
    assert pair.found == f"serial:{serial_number(3)}"


def test_what_recorders_number_their_channels_with_is_no_inventory_number() -> None:
    (one,) = rows(row(1, camera_id="CAM-001"))
    assert matched([one], camera(3, osd="CAM001"), camera(4, osd="CAM002")).pairs == ()


def test_a_position_of_its_own_finds_a_camera() -> None:
    (one,) = rows(row(1, position="13.756331,100.501762"))
    here, far = (13.756340, 100.501770), (13.7600, 100.5100)
    pair = pair_of(matched([one], camera(3, position=here), camera(4, position=far)), one)
    assert pair
    assert (pair.found, pair.key) == (f"serial:{serial_number(3)}", "position")
    assert question_of(matched([one], camera(3, position=here), camera(4, position=here)), one)


def test_a_cloned_serial_number_decides_nothing_alone() -> None:
    clones = [replace(camera(n, serial="CLONE00X17"), distrusted=frozenset({"serial"})) for n in (3, 4)]
    bare, addressed = rows(row(1, serial="CLONE00X17"), row(2, serial="CLONE00X17", address="127.0.20.4"))
    assert question_of(matched([bare], *clones), bare)
    pair = pair_of(matched([addressed], *clones), addressed)
    assert pair
    assert ":80" in pair.found
    assert "127.0.20.4" in pair.found


def test_two_rows_with_one_serial_number_are_not_both_that_camera() -> None:
    declared = rows(row(1, serial=serial_number(3), name="ตลาด ก"), row(2, serial=serial_number(3), name="วัด ข"))
    matching = matched(declared, camera(3))
    assert matching.pairs == ()
    assert len(matching.questions) == 2


def test_a_row_that_repeats_another_is_a_duplicate() -> None:
    declared = rows(row(1, serial=serial_number(3), name="ตลาด"), row(2, serial=serial_number(3), name="ตลาด"))
    matching = matched(declared, camera(3))
    assert [(each.declared, each.repeats) for each in matching.duplicates] == [(declared[1].key, declared[0].key)]
    assert len(matching.pairs) == 1


def test_500_cameras_of_one_make_and_nothing_else_are_not_guessed() -> None:
    declared = rows(*(row(n, brand="hikvision", resolution="mp:2") for n in range(1, 501)))
    began = time.monotonic()
    matching = matched(
        declared,
        *(camera(n % 250, address=f"127.0.{20 + n // 250}.{n % 250}", serial=f"SN{n:06}K") for n in range(1, 501)),
    )
    assert matching.pairs == ()
    assert len(matching.questions) == 500
    assert time.monotonic() - began < 20


def test_the_only_camera_of_its_kind_is_paired_lowly() -> None:
    declared = rows(
        row(1, brand="axis", model="P3245-LVE", resolution="1920x1080"),
        row(2, brand="hikvision", resolution="1920x1080"),
        row(3, brand="hikvision", resolution="1920x1080"),
    )
    matching = matched(declared, camera(3, brand="Axis", model="P3245-LVE"), camera(4), camera(5))
    pair = pair_of(matching, declared[0])
    assert pair
    assert (pair.key, pair.confidence) == ("plausibility", "low")
    assert pair.is_marked
    assert {question.code for question in matching.questions} == {"only_plausible"}


# --- For any list and any network -------------------------------------------------------------------------------------

SMALL = st.integers(1, 5)
ROWS = st.builds(
    lambda number, serial, address, name, brand: {
        key: value
        for key, value in (
            ("serial", serial and serial_number(serial)),
            ("address", address and f"127.0.20.{address}"),
            ("name", name),
            ("brand", brand),
        )
        if value
    },
    SMALL,
    st.none() | SMALL,
    st.none() | SMALL,
    st.none() | st.sampled_from(["ตลาดสด", "ตลาดสด 2", "หน้าวัดหนองบัว", "Camera 01"]),
    st.none() | st.sampled_from(["hikvision", "axis", "unknown", "multiple:axis|dahua"]),
)
CAMERAS = st.builds(
    lambda number, told, osd, brand: (number, told, osd, brand),
    st.integers(1, 8),
    st.booleans(),
    st.none() | st.sampled_from(["ตลาดสด", "ตลาดสด ๒", "หน้าวัดหนองบัว", "Camera 01"]),
    st.sampled_from(["Hikvision", "Axis", "IPCamera"]),
)


def _drawn(
    given_rows: list[dict[str, str]], given_cameras: list[tuple[int, bool, str | None, str]]
) -> tuple[tuple[DeclaredCamera, ...], list[Device]]:
    declared = rows(*(row(place, **cells) for place, cells in enumerate(given_rows, 1)))
    devices = {
        number: camera(number, serial="" if told else None, osd=osd, brand=brand)
        for number, told, osd, brand in given_cameras
    }
    return declared, list(devices.values())


@given(st.lists(ROWS, max_size=7), st.lists(CAMERAS, min_size=1, max_size=7))
@settings(deadline=None, max_examples=150)
def test_matching_is_one_to_one_and_forgets_nobody(
    given_rows: list[dict[str, str]], given_cameras: list[tuple[int, bool, str | None, str]]
) -> None:
    declared, devices = _drawn(given_rows, given_cameras)
    found = found_cameras(site(*devices))
    matching = match(declared, found)
    paired = [pair.found for pair in matching.pairs]
    assert len(set(paired)) == len(paired)
    told = [
        *(pair.declared for pair in matching.pairs),
        *(question.declared for question in matching.questions),
        *(duplicate.declared for duplicate in matching.duplicates),
        *matching.absent,
        *matching.alone,
    ]
    assert sorted(told) == sorted(each.key for each in declared)
    assert sorted([*paired, *matching.asked_about, *matching.undeclared]) == sorted(each.key for each in found)
    assert all(question.candidates for question in matching.questions)


@given(st.lists(ROWS, max_size=6), st.lists(CAMERAS, min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_the_order_of_rows_does_not_matter(
    given_rows: list[dict[str, str]], given_cameras: list[tuple[int, bool, str | None, str]]
) -> None:
    declared, devices = _drawn(given_rows, given_cameras)
    found = found_cameras(site(*devices))
    first = match(declared, found)
    if first.duplicates:
        return
    again = match(tuple(reversed(declared)), found)
    assert {(pair.declared, pair.found) for pair in first.pairs} == {
        (pair.declared, pair.found) for pair in again.pairs
    }


def test_keys_stay_when_rows_are_moved() -> None:
    one, two = row(1, serial=serial_number(3)), row(2, name="ตลาดสด")
    assert [each.key for each in with_keys([one, two])] == [each.key for each in reversed(with_keys([two, one]))]
    assert len({each.key for each in with_keys([row(1), row(1), row(1)])}) == 3


# --- What a whole list says of its own columns -------------------------------------------------------------------------

PLACES = ["ตลาดสด", "หน้าวัดหนองบัว", "สี่แยกแสนสุข", "โรงพยาบาลบางกะปิ", "ท่าน้ำนนท์", "สะพานพระราม", "ปากซอยราษฎร์อุทิศ", "ศาลาคลองสาม",
          "โรงเรียนวังน้อย", "หอนาฬิกา", "บ้านโพธิ์ทอง", "สวนสุขภาพ", "สถานีขนส่ง", "ป่าตอง", "บึงคำพร้อย", "ทุ่งสองห้อง"]  # fmt: skip


def test_a_column_of_serial_numbers_that_slipped_by_a_row_is_not_believed() -> None:
    numbers = range(1, len(PLACES) + 1)
    cameras = [camera(n, osd=PLACES[n - 1] if n <= 12 else None) for n in numbers]
    declared = rows(
        *(
            row(n, serial=serial_number(n % len(PLACES) + 1), address=f"127.0.20.{n}", name=PLACES[n - 1])
            for n in numbers
        )
    )
    matching = matched(declared, *cameras)
    assert matching.pairs == ()
    assert {question.code for question in matching.questions} == {"keys_contradict"}


def test_names_show_that_a_lists_addresses_are_wrong() -> None:
    numbers = range(1, len(PLACES) + 1)
    declared = rows(
        *(
            row(n, address=f"127.0.20.{n % 12 + 1 if n <= 12 else n}", name=PLACES[n - 1] if n <= 12 else "")
            for n in numbers
        )
    )
    matching = matched(declared, *(camera(n, serial=None, osd=PLACES[n - 1] if n <= 12 else None) for n in numbers))
    assert matching.address_agreement is not None
    assert matching.address_agreement < 0.5
    last = pair_of(matching, declared[-1])
    assert last
    assert (last.key, last.confidence) == ("address", "low")


def test_an_address_that_nothing_could_check_is_said_to_be_unchecked() -> None:
    (one,) = rows(row(1, address="127.0.20.3"))
    pair = pair_of(matched([one], camera(3)), one)
    assert pair
    assert [finding.code for finding in pair.findings] == ["address_unchecked"]


BENCH = runpy.run_path(str(Path(__file__).parents[4] / "scripts/benches/compare.py"))


@pytest.mark.parametrize("both_missing", [False, True])
def test_a_municipality_of_500_with_exchanged_addresses_and_missing_keys(both_missing: bool) -> None:
    results = [BENCH["judged"](BENCH["town"](seed, 500, both_missing=both_missing)) for seed in (101, 102, 103)]
    assert sum(result.wrong_unmarked for result in results) == 0
    assert sum(result.right for result in results) / len(results) >= 0.98
