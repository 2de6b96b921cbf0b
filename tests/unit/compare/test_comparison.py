"""A whole list beside a whole survey, and its outer shape."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.comparison import Comparison, Options, compare
from cctv_probe.compare.comparison_shape import comparison_shape
from cctv_probe.compare.matching.decisions import Acceptance, Decision, Decisions
from cctv_probe.compare.matching.declared import DeclaredCamera, from_list
from cctv_probe.compare.profiles import load_profiles
from cctv_probe.model.device import Device
from cctv_probe.model.record import FIELDS
from cctv_probe.survey.shape import shape
from cctv_probe.survey.unshape import from_shape
from tests.unit.compare.matching.invented import row, rows
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented import HOSTILE, NOW, survey

PROFILES = load_profiles(Path(__file__).parents[3] / "configs/profiles")
OPTIONS = Options(NOW + timedelta(days=1), uplink_bps=100e6, profiles=PROFILES)
LIST = rows(
    row(2, serial="SN-127.0.10.1", address="127.0.10.2", name="หน้าเทศบาล", brand="hilook", resolution="mp:2"),
    row(3, serial="SN-127.0.10.2", address="127.0.10.1", brand="dahua", resolution="mp:8"),
    row(4, address="127.0.10.4", brand="dahua"),
    row(5, address="127.0.10.9", brand="dahua", retention_days="days=30"),
    row(6, address="127.0.11.9", brand="dahua"),
    row(7, address="127.0.10.3", channel="2", brand="axis"),
    row(8, address="127.0.10.3", channel="2", brand="axis"),
    row(9, address="127.0.10.3"),
)


def compared(declared: tuple[DeclaredCamera, ...] = LIST, decisions: Decisions | None = None) -> Comparison:
    return compare(declared, survey(), OPTIONS, decisions or Decisions())


def test_every_row_has_its_state_and_eleven_verdicts() -> None:
    comparison = compared()
    assert [result.state for result in comparison.rows] == [
        "paired", "paired", "paired", "camera_missing", "not_observed", "paired", "duplicate", "needs_decision",
    ]  # fmt: skip
    assert all([each.field for each in result.verdicts] == list(FIELDS) for result in comparison.rows)
    assert comparison.counts.moved == 2
    assert comparison.rows[0].pair
    assert comparison.rows[0].pair.swapped_with == LIST[1].key


def test_counts_agree_with_the_tree() -> None:
    comparison = compared()
    counts = comparison.counts
    assert sum(counts.states.values()) == counts.declared == len(LIST)
    assert all(sum(each.values()) == len(LIST) for each in counts.verdicts.values())
    assert counts.states["paired"] + counts.undeclared + counts.asked_about == counts.found
    assert sum(counts.repairs.values()) == len(comparison.repairs)
    assert len(comparison.profile_results) == len(PROFILES) * counts.found


def test_what_is_missing_and_what_is_wrong_is_on_the_repair_list() -> None:
    told = {(item.code, item.declared) for item in compared().repairs}
    assert ("not_found", LIST[3].key) in told
    assert ("clock_wrong", None) in told
    assert not any(code == "not_found" and key == LIST[4].key for code, key in told)


def test_decisions_and_acceptances_are_used_again() -> None:
    asked = compared().rows[7].question
    assert asked
    decisions = Decisions(
        (Decision(LIST[7].key, asked.candidates[0].found, "ไปดูแล้ว"),),
        (Acceptance(LIST[1].key, "resolution", "1280x720", "ตกลงกันแล้ว"),),
    )
    again = compared(decisions=decisions)
    assert again.rows[7].state == "paired"
    assert {each.field: each.verdict for each in again.rows[1].verdicts}["resolution"] == "accepted"


def test_a_kept_survey_gives_the_same_comparison() -> None:
    kept = from_shape(json.loads(json.dumps(shape(survey()))))
    fresh, again = comparison_shape(compared()), comparison_shape(compare(LIST, kept, OPTIONS))
    assert json.dumps(fresh["rows"], sort_keys=True) == json.dumps(again["rows"], sort_keys=True)
    assert fresh["counts"] == again["counts"]


def test_the_shape_is_json_with_every_key_and_shows_unverified_sources() -> None:
    told = json.loads(json.dumps(comparison_shape(compared()), allow_nan=False))
    assert set(told) == {
        "comparison_version", "compared_utc", "max_age_days", "uplink_bps", "run", "counts", "address_agreement", "rows",
        "undeclared", "stale_decisions", "linkage", "repairs", "profiles", "profile_results",
    }  # fmt: skip
    first = told["rows"][0]
    assert set(first["verdicts"]) == set(FIELDS)
    assert first["verdicts"]["brand"] == {
        "verdict": "family_match",
        "direction": None,
        "compliant": True,
        "severity": "info",
        "sentence": first["verdicts"]["brand"]["sentence"],
        "raw": "hilook",
        "canonical": "hilook",
        "observed": "Hikvision",
        "standing": "configured",
        "source": "onvif.device_information",
        "proxy": False,
    }
    assert {each["source"]["verified"] for each in told["profiles"]} == {False}
    assert told["compared_utc"].endswith("Z")


def test_an_empty_list_and_an_empty_network() -> None:
    assert compared(()).counts.undeclared == compared(()).counts.found
    nothing = compare(LIST, survey(*(), ranges=()), OPTIONS)
    assert nothing.counts.declared == len(LIST)


def test_hostile_cells_stay_text() -> None:
    hostile = rows(
        row(1, name=HOSTILE, serial=HOSTILE, brand="{0.__class__}", resolution=HOSTILE, position="{declared}")
    )
    told = compare(hostile, survey(), OPTIONS)
    sentences = [verdict.sentence for verdict in told.rows[0].verdicts]
    assert not any("\x1b" in text.en or "\x1b" in text.th for text in sentences)
    assert any("{0.__class__}" in text.en for text in sentences)


class _Place:
    sheet, row = "กล้อง", 12


class _Read:
    row = _Place()
    cells = LIST[0].cells


def test_what_the_reading_of_lists_hands_on_is_taken_as_it_is() -> None:
    (one,) = from_list([_Read()])
    assert (one.row, one.serial, one.key) == (12, LIST[0].serial, LIST[0].key)
    assert one.cells is LIST[0].cells


@given(st.lists(DEVICES, max_size=3), st.sampled_from(["none", "some"]))
@settings(deadline=None, max_examples=40)
def test_any_network_can_be_compared(devices: list[Device], declared: str) -> None:
    told = compare(LIST if declared == "some" else (), survey(*devices), OPTIONS)
    assert told.counts.found == len(told.survey.cameras)
    json.dumps(comparison_shape(told), allow_nan=False)
