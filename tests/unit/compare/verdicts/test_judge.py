"""Verdicts from declared, configured and measured values together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.matching.declared import DeclaredCell
from cctv_probe.compare.verdicts.absent import Scanned, absent_verdicts, undeclared_verdicts
from cctv_probe.compare.verdicts.judge import judge, observed_text
from cctv_probe.compare.verdicts.observed import Moment
from cctv_probe.compare.verdicts.verdict import COMPLIANT, Verdict
from cctv_probe.model.evidence import Evidence, Fact, Source, Standing, Unknown, Value
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill
from tests.unit.compare.matching.invented import cell, row, site
from tests.unit.survey.generated import DEVICES
from tests.unit.survey.invented import NOW, camera, closed, lying, recorder, said, survey

MOMENT = Moment(NOW + timedelta(days=1))
UNKNOWN = Unknown("retention_not_checked", Text(en="Nobody looked.", th="ยังไม่ได้ตรวจ"))


def evidence(
    field: str,
    value: Value,
    standing: Standing = Standing.MEASURED,
    method: str = "playback",
    role: str | None = "recorded",
) -> Evidence:
    return Evidence("channel/1", field, value, Source(method, standing), NOW, role=role)


def record(verdict: str = "match", configured: Value = None, **fields: Fact) -> SurveyRecord:
    """An honest camera, some of whose facts are given."""
    (honest,) = fill(camera())[1]
    kept = replace(honest.retention, verdict=verdict)
    if configured is not None:
        kept = replace(kept, configured_days=Fact(evidence("configured_days", configured, Standing.CONFIGURED)))
    return replace(honest, fields={**honest.fields, **fields}, retention=kept)


def verdict(field: str, declared: DeclaredCell | None, seen: SurveyRecord, moment: Moment = MOMENT) -> Verdict:
    cells = {field: declared} if declared else {}
    return next(each for each in judge(cells, seen, moment) if each.field == field)


def days(value: Value) -> Fact:
    return Fact(evidence("retention_days", value)) if value is not None else Fact(why_unknown=UNKNOWN)


def test_every_field_has_one_verdict_in_the_order_of_the_form() -> None:
    assert [each.field for each in judge({}, record(), MOMENT)] == list(FIELDS)


def test_a_recorded_sample_is_believed_and_not_called_a_proxy() -> None:
    told = verdict("resolution", cell("1920x1080"), record(resolution=Fact(evidence("resolution", "1920x1080"))))
    assert (told.verdict, told.standing, told.proxy) == ("match", "measured", False)
    assert "live" not in told.sentence.en


def test_a_proxy_is_said_and_weighs_less() -> None:
    seen, sure = record(), Fact(evidence("resolution", "1920x1080"))
    by_proxy, by_sample = (
        verdict("resolution", cell("mp:4"), seen),
        verdict("resolution", cell("mp:4"), record(resolution=sure)),
    )
    assert (by_proxy.verdict, by_proxy.direction, by_proxy.proxy) == ("mismatch", "overstated", True)
    assert (by_proxy.severity, by_sample.severity) == ("low", "medium")
    assert "ภาพสด" in by_proxy.sentence.th


def test_settings_and_measurement_that_differ_are_told_as_that() -> None:
    (liar,) = fill(lying())[1]
    assert verdict("resolution", cell("1920x1080"), liar).verdict == "sources_disagree"
    told = verdict("frame_rate", cell("fps=25"), liar)
    assert told.verdict == "sources_disagree"
    assert "12" in told.sentence.en
    assert "ยังยืนยัน" in told.sentence.th


def test_sources_that_differ_and_both_contradict_are_a_mismatch() -> None:
    (liar,) = fill(lying())[1]
    assert verdict("resolution", cell("3840x2160"), liar).verdict == "mismatch"


def test_the_older_onvif_service_is_not_believed_against_the_stream() -> None:
    (liar,) = fill(lying())[1]
    assert verdict("file_format", cell("codec=h265"), liar).verdict == "match"


def test_a_recorded_sample_does_not_contradict_the_live_stream() -> None:
    recorded, live = evidence("resolution", "1280x720"), evidence("resolution", "1920x1080", role="live")
    told = verdict("resolution", cell("1280x720"), record(resolution=Fact(recorded, others=(live,))))
    assert told.verdict == "match"


def test_field_8_is_the_lower_of_camera_and_recorder() -> None:
    own = evidence("max_resolution", "3840x2160", Standing.CONFIGURED, role="live")
    channel = evidence("max_resolution", "1920x1080", Standing.CONFIGURED, role="recorder_setting")
    told = verdict("max_resolution", cell("mp:8"), record(max_resolution=Fact(own, others=(channel,))))
    assert (told.verdict, told.direction, told.observed) == ("mismatch", "overstated", "1920x1080")


@pytest.mark.parametrize(
    ("declared", "value", "kept", "said"),
    [
        ("days=30", 30, "match", "match"),
        ("days=30", 12, "mismatch", "mismatch"),
        ("days=30", 12, "maturing", "maturing"),
        ("days=30", 40, "not_observed", "not_observed"),
        ("days=30", None, "not_observed", "not_observed"),
        ("missing", 12, "undeclared", "undeclared"),
        ("unknown", 12, "undeclared", "undeclared"),
        ("suspect:24h", 12, "parse_suspect", "parse_suspect"),
        ("wrong_field:storage_capacity", 12, "match", "parse_suspect"),
        ("broken", 12, "match", "parse_suspect"),
        ("until_full", 12, "undeclared", "not_observed"),
    ],
)
def test_days_kept(declared: str, value: int | None, kept: str, said: str) -> None:
    assert verdict("retention_days", cell(declared), record(kept, retention_days=days(value))).verdict == said


def test_until_full_is_confirmed_by_the_setting_alone() -> None:
    seen = record("undeclared", configured="until_full", retention_days=days(20))
    told = verdict("retention_days", cell("until_full", "วนลูป"), seen)
    assert (told.verdict, told.is_compliant) == ("match", True)
    assert "20" in told.sentence.th


def test_too_few_days_are_grave_and_courteously_said() -> None:
    told = verdict("retention_days", cell("days=30", "30 วัน"), record("mismatch", retention_days=days(7)))
    assert (told.severity, told.direction) == ("high", "overstated")
    assert "ข้อมูลไม่ตรงกัน" in told.sentence.th
    assert "30 วัน" in told.sentence.th


def test_what_is_not_known_says_why() -> None:
    told = verdict("retention_days", cell("days=30"), record("not_observed", retention_days=days(None)))
    assert "ยังตรวจสอบไม่ได้" in told.sentence.th
    assert "Nobody looked." in told.sentence.en
    (shut,) = fill(closed())[1]
    assert verdict("resolution", cell("mp:2"), shut).verdict == "not_observed"


def test_old_findings_are_stale() -> None:
    later = Moment(NOW + timedelta(days=91))
    assert verdict("brand", cell("hikvision"), record(), later).verdict == "stale"
    assert verdict("brand", cell("hikvision"), record(), Moment(NOW + timedelta(days=89))).verdict == "match"
    assert (
        verdict("brand", cell("hikvision"), record(), Moment(NOW + timedelta(days=2), max_age_days=1)).verdict
        == "stale"
    )


def test_a_recorders_brand_proves_nothing_against_its_camera() -> None:
    behind = fill(recorder())[1][0]
    assert behind.fields["brand"].proxy
    assert verdict("brand", cell("axis"), behind).verdict == "not_observed"
    told = verdict("brand", cell("uniview"), behind)
    assert told.verdict == "match"
    assert "เครื่องบันทึก" in told.sentence.th


def test_doubtful_reading_weighs_less() -> None:
    sure = record(resolution=Fact(evidence("resolution", "640x480")))
    severities = [verdict("resolution", cell("1920x1080", confidence=word), sure).severity for word in ("high", "low")]
    assert severities == ["medium", "low"]


def test_tv_lines_cannot_be_compared() -> None:
    assert verdict("resolution", cell("tvl:700"), record()).verdict == "not_assessed"


def test_an_accepted_difference_stays_accepted_until_the_value_changes() -> None:
    seen = record(resolution=Fact(evidence("resolution", "1280x720")))
    accepted = {"resolution": (observed_text("resolution", "1280x720"), "บันทึกสตรีมรองตามที่ตกลง")}
    cells = {"resolution": cell("1920x1080")}
    told = {each.field: each for each in judge(cells, seen, MOMENT, accepted=accepted)}["resolution"]
    assert (told.verdict, told.is_compliant) == ("accepted", False)
    assert "ตกลง" in told.sentence.th
    changed = record(resolution=Fact(evidence("resolution", "640x480")))
    again = {each.field: each for each in judge(cells, changed, MOMENT, accepted=accepted)}["resolution"]
    assert again.verdict == "mismatch"


# --- Fields 1 to 5 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["purposes", "linked_agencies", "network", "owner", "position"])
def test_what_only_the_list_can_say_stands_as_declared(field: str) -> None:
    told = verdict(field, cell("something", "ตามที่เขียน"), record())
    assert told.verdict == "not_assessed"
    assert "ตามที่เขียน" in told.sentence.th
    assert verdict(field, cell("missing", "-"), record()).verdict == "not_assessed"
    assert verdict(field, cell("unparsable", "??"), record()).verdict == "parse_suspect"


def test_a_single_purpose_is_warned_about_and_not_refused() -> None:
    assert "ยึดโยง" in verdict("purposes", cell("traffic"), record()).sentence.th
    assert "ยึดโยง" not in verdict("purposes", cell("traffic|deterrence"), record()).sentence.th


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("13.3611,100.9847", "match"),
        ("13.3617,100.9847", "within_tolerance"),
        ("13.4611,100.9847", "mismatch"),
        ("ถ.สุขุมวิท กม.๓", "match"),
        ("ตลาดสดหนองมน", "not_assessed"),
    ],
)
def test_positions_are_held_against_coordinates_and_texts(declared: str, said: str) -> None:
    assert verdict("position", cell(declared), record()).verdict == said


def test_coordinates_in_columns_of_their_own_count_too() -> None:
    cells = {"position": cell("ตลาดสดหนองมน"), "latitude": cell("13.4611"), "longitude": cell("100.9847")}
    told = {each.field: each.verdict for each in judge(cells, record(), MOMENT)}
    assert told["position"] == "mismatch"


def test_another_municipalitys_list_is_recognised() -> None:
    owner = said("camera", "owner", {"lao_code": "05810109", "name": "ทต.ตัวอย่าง"}, "declared")
    seen = record(owner=Fact(owner))
    assert verdict("owner", cell("type=5;name=ข;code=06810104"), seen).verdict == "mismatch"
    assert verdict("owner", cell("type=5;name=ก;code=05810109"), seen).verdict == "not_assessed"


def test_an_analogue_line_cannot_carry_a_camera_with_an_address() -> None:
    assert verdict("network", cell("COAX_ANALOG"), record()).verdict == "mismatch"
    assert verdict("network", cell("COAX_ANALOG"), fill(recorder())[1][0]).verdict == "not_assessed"


# --- Cameras that stand alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "changes", "code"),
    [
        ("127.0.20.9", {}, "camera_missing"),
        ("127.0.21.9", {}, "range_not_scanned"),
        (None, {}, "no_address"),
        ("127.0.20.9", {"complete": False}, "scan_unfinished"),
    ],
)
def test_a_camera_is_missing_only_where_it_was_looked_for(
    address: str | None, changes: dict[str, object], code: str
) -> None:
    seen = site(camera("127.0.20.1"))
    scanned = Scanned(replace(seen, run=replace(seen.run, **changes)))  # type: ignore[arg-type]  # `complete` alone
    declared = row(1, brand="axis", purposes="traffic", **({"address": address} if address else {}))
    absence = scanned.why_absent(declared)
    assert absence.code == code
    told = {each.field: each.verdict for each in absent_verdicts(declared, absence)}
    assert told["brand"] == ("camera_missing" if code == "camera_missing" else "not_observed")
    assert told["purposes"] == "not_assessed"


def test_a_recorder_that_stayed_closed_is_the_reason_for_not_knowing() -> None:
    shut = replace(recorder(), channels=(), login=Text(en="Refused.", th="ถูกปฏิเสธ"))
    absence = Scanned(survey(shut)).why_absent(row(1, address="127.0.10.3", channel="2"))
    assert (absence.verdict, absence.code) == ("not_observed", "closed")
    assert "ถูกปฏิเสธ" in absence.why.th


def test_what_nobody_declared_is_undeclared() -> None:
    told = {each.field: each.verdict for each in undeclared_verdicts(record(), MOMENT)}
    assert told["brand"] == told["resolution"] == "undeclared"
    assert told["purposes"] == "not_assessed"


# --- For any device and any list --------------------------------------------------------------------------------------

CANONICALS = st.sampled_from(
    [
        "missing", "unknown", "unparsable", "broken", "none", "until_full", "suspect:24h", "suspect:mpeg4", "days=30",
        "days>=1", "days<=9", "days=1..9", "fps=25", "fps>=1", "fps=1..30", "1920x1080", "0x0", "mp:2", "mp:0", "tvl:700",
        "range:mp:1..12", "multiple:mp:2|mp:4", "hikvision", "multiple:hikvision|dahua", "codec=h264", "container=mp4",
        "codec=h264;container=mp4", "multiple:codec=h264|codec=h265", "13.7,100.5", "COAX_ANALOG", "deterrence", "",
    ]
) | st.text(max_size=12)  # fmt: skip
CELLS = st.dictionaries(
    st.sampled_from(list(FIELDS)),
    st.builds(DeclaredCell, st.text(max_size=12), CANONICALS, st.sampled_from(["high", "medium", "low"]), st.just("")),
)


@given(DEVICES, CELLS)
@settings(deadline=None, max_examples=150)
def test_nothing_unknown_is_ever_compliant(device: object, cells: Mapping[str, DeclaredCell]) -> None:
    for seen in fill(device)[1]:  # type: ignore[arg-type]  # a strategy's type is not seen
        for told in judge(cells, seen, Moment(datetime(2041, 1, 1, tzinfo=UTC), max_age_days=10_000)):
            declared = cells.get(told.field)
            if told.verdict in COMPLIANT:
                assert told.observed is not None
                assert told.standing in ("advertised", "configured", "bitstream", "measured")
                assert declared is not None
                assert declared.canonical not in ("", "missing", "unknown", "unparsable", "broken")
            assert told.sentence.en
            assert told.sentence.th


@given(DEVICES)
@settings(deadline=None, max_examples=50)
def test_without_a_declared_value_nothing_is_compliant(device: object) -> None:
    for seen in fill(device)[1]:  # type: ignore[arg-type]  # a strategy's type is not seen
        assert {each.verdict for each in judge({}, seen, MOMENT)} <= {"undeclared", "not_assessed"}
