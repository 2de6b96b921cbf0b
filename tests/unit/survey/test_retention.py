"""Field 9 and the retention block: what samples proved, everything else beside it, each unknown with its reason."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cctv_probe.contract.record import SurveyShape
from cctv_probe.footage.archive import ArchiveChannel, Index
from cctv_probe.footage.check import footage_of
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.facts import evidence
from cctv_probe.footage.verifier import Verified
from cctv_probe.model.device import Device
from cctv_probe.model.evidence import Evidence, Fact, Standing
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Footage, Gap, Recorded, Retention, Timeline
from cctv_probe.model.record import SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import differing_fields
from cctv_probe.survey.retention_words import gap_words, summary_words, verdict_words
from cctv_probe.survey.shape import shape
from cctv_probe.survey.unshape import from_shape
from cctv_probe.survey.write_csv import COLUMNS, csv_text
from cctv_probe.survey.write_json import survey_text
from tests.unit.survey import invented, invented_footage
from tests.unit.survey.invented import said
from tests.unit.survey.invented_footage import KEPT, KEPT_DAYS, NOT_ASKED, OVERSTATED, OVERSTATED_DAYS, ZONE, checked

STOPPED = Text(en="tonight's budget is used up", th="ใช้เวลาที่กำหนดหมดแล้ว")
EMPTY = Timeline((), ZONE, 30)


def only(device: Device, **declared: Evidence) -> SurveyRecord:
    (camera,) = fill(device, declared=declared)[1]
    return camera


def codes(camera: SurveyRecord) -> list[str]:
    return [finding.code for finding in camera.findings]


def told(fact: Fact) -> list[tuple[object, str, str]]:
    return [(item.value, item.source.standing.word, item.source.method) for item in (fact.chosen, *fact.others) if item]


def code(fact: Fact) -> str | None:
    return fact.why_unknown.code if fact.why_unknown else None


class TestField9:
    def test_is_what_samples_proved_with_the_claim_beside_it(self) -> None:
        fact = only(checked(OVERSTATED, OVERSTATED_DAYS)).fields["retention_days"]
        assert told(fact) == [(18, "measured", "playback"), (30, "configured", "onvif.replay.index")]
        assert fact.proxy is False

    def test_nothing_played_is_0_and_known(self) -> None:
        fact = only(checked(replace(KEPT, verified_days=0))).fields["retention_days"]
        assert (fact.value, fact.why_unknown) == (0, None)

    def test_a_claim_alone_is_never_the_value(self) -> None:
        claim = said("channel/1", "retention_days", 30, "onvif.replay.index")
        for device in (invented.camera("127.0.10.7", claim), checked(NOT_ASKED, EMPTY, extra=(claim,))):
            fact = only(device).fields["retention_days"]
            assert fact.value is None
            assert told(fact) == [(30, "configured", "onvif.replay.index")]

    def test_days_that_another_method_measured_are_no_verified_days(self) -> None:
        other = said("channel/1", "retention_days", 30, "vendor.playback_count", standing=Standing.MEASURED)
        assert only(checked(NOT_ASKED, EMPTY, extra=(other,))).fields["retention_days"].value is None

    def test_a_declared_number_stands_beside_and_never_differs_by_itself(self) -> None:
        camera = only(checked(), retention_days=said("camera", "retention_days", 90, "declared"))
        fact = camera.fields["retention_days"]
        assert (fact.value, [item.value for item in fact.others]) == (30, [30, 90])
        assert differing_fields(camera) == ()
        unknown = only(checked(NOT_ASKED, EMPTY), retention_days=said("camera", "retention_days", 90, "declared"))
        assert unknown.fields["retention_days"].value is None

    @pytest.mark.parametrize(
        ("device", "expected", "words"),
        [
            (invented.camera(), "retention_not_checked", "Recordings were not checked in this run"),
            (checked(NOT_ASKED, EMPTY), "footage_not_asked", "No sample could be asked for (busy)."),
            (
                checked(Retention(None, "not_observed"), EMPTY, stopped_by=STOPPED),
                "footage_not_asked",
                "(tonight's budget is used up)",
            ),
            (
                checked(replace(NOT_ASKED, why_code="footage_untimed"), EMPTY),
                "footage_untimed",
                "No sample could be asked for",
            ),
        ],
    )
    def test_is_unknown_for_a_reason(self, device: Device, expected: str, words: str) -> None:
        camera = only(device)
        for fact in (camera.fields["retention_days"], camera.retention.verified_days, camera.retention.coverage_ratio):
            assert fact.why_unknown is not None
            assert fact.why_unknown.code == expected
            assert words in fact.why_unknown.text.en

    def test_a_channel_that_the_archive_does_not_name_says_so(self) -> None:
        cameras = fill(invented_footage.recorder({1: Footage(KEPT, KEPT_DAYS, "onvif.replay")}))[1]
        assert [camera.fields["retention_days"].value for camera in cameras] == [30, None, None, None]
        why = cameras[2].fields["retention_days"].why_unknown
        assert why is not None
        assert why.code == "footage_not_listed"
        assert "127.0.10.3 names no recording of channel 3" in why.text.en

    def test_another_channels_days_do_not_count(self) -> None:
        footage = {1: Footage(KEPT, KEPT_DAYS, "onvif.replay"), 2: Footage(OVERSTATED, OVERSTATED_DAYS, "onvif.replay")}
        cameras = fill(invented_footage.recorder(footage))[1]
        assert [camera.fields["retention_days"].value for camera in cameras[:2]] == [30, 18]


def test_what_a_real_check_tells_fills_the_record() -> None:
    """The evidence that the footage stage gives is the evidence that the record believes."""
    index = Index(None, None, configured_days=30, recording_mode="continuous", raw_sha256=(invented.SHA,))
    piece = Recorded(invented.NOW, "h265", "dav", "704x576", 12.0, 0.1, 1_500_000)
    verified = Verified(
        ArchiveChannel(1, "t"), index, OVERSTATED, (), (piece,), SiteDays.at(invented.NOW), "5eed", "folder"
    )
    footage = footage_of(verified, 30)
    device = invented.camera("127.0.10.7", *evidence(verified, "channel/1", invented.NOW))
    camera = only(replace(device, channels=(replace(device.channels[0], footage=footage),)))
    assert told(camera.fields["retention_days"]) == [(18, "measured", "playback"), (30, "configured", "folder.index")]
    assert camera.fields["file_format"].value == {"codec": "h265", "container": "dav"}
    assert (camera.fields["resolution"].value, camera.fields["resolution"].proxy) == ("704x576", False)
    assert (camera.retention.configured_days.value, camera.retention.coverage_ratio.value) == (30, 1.0)
    assert (camera.retention.recording_mode.value, camera.retention.verdict) == ("continuous", "mismatch")


class TestTheBlock:
    def test_takes_everything_that_was_found(self) -> None:
        found = only(checked()).retention
        facts = (found.configured_days, found.oldest_playable_days, found.verified_days, found.recording_mode)
        assert [fact.value for fact in facts] == ["until_full", 30, 30, "continuous"]
        assert (found.coverage_ratio.value, found.coverage_interval) == (0.9667, (0.8864, 0.9908))
        assert (found.longest_gap_s.value, found.gaps) == (86400.0, (("2026-11-18T17:00:00Z", "2026-11-19T17:00:00Z"),))
        assert (found.samples, found.played, found.seed, found.nights, found.complete) == (60, 58, "5eed", 1, True)
        assert (found.verdict, found.direction, found.timeline) == ("match", None, KEPT_DAYS)

    def test_says_why_each_part_is_unknown(self) -> None:
        bare = replace(KEPT, configured_days=None, recording_mode="unknown", coverage_ratio=None, coverage_low=None)
        found = only(checked(bare)).retention
        assert code(found.configured_days) == "configured_days_not_told"
        assert code(found.recording_mode) == "recording_mode_not_told"
        assert code(found.coverage_ratio) == "coverage_not_sampled"
        assert found.coverage_interval is None

    def test_a_setting_is_kept_where_recordings_were_not_looked_at(self) -> None:
        setting = said("channel/1", "configured_days", 30, "isapi.storage")
        found = only(invented.camera("127.0.10.7", setting)).retention
        assert (found.configured_days.value, found.verdict, found.timeline) == (30, "not_assessed", None)
        assert code(found.oldest_playable_days) == "retention_not_checked"

    @pytest.mark.parametrize(
        ("attribute", "value"),
        [("configured_days", "forever"), ("configured_days", -1), ("recording_mode", "<b>"), ("configured_days", 2.5)],
    )
    def test_what_is_badly_formed_does_not_enter(self, attribute: str, value: str | float) -> None:
        device = invented.camera("127.0.10.7", said("channel/1", attribute, value, "isapi.storage"))
        assert getattr(only(device).retention, attribute).value is None

    def test_an_oldest_day_that_only_the_index_names_is_not_playable(self) -> None:
        claim = said("channel/1", "oldest_playable_days", 90, "onvif.replay.index")
        fact = only(checked(extra=(claim,))).retention.oldest_playable_days
        assert (fact.value, [item.value for item in fact.others]) == (30, [90])


class TestRecordedSamples:
    RECORDED = tuple(
        said("channel/1", attribute, value, "playback", role="recorded", standing=Standing.MEASURED)
        for attribute, value in (
            ("resolution", "704x576"),
            ("frame_rate", 12.0),
            ("file_format", {"codec": "h265", "container": "dav"}),
            ("bit_rate_bps", 1_500_000),
        )
    )

    def test_give_fields_7_10_and_11_and_are_no_proxy(self) -> None:
        camera = only(checked(extra=self.RECORDED))
        found = {name: camera.fields[name] for name in ("resolution", "frame_rate", "file_format")}
        assert [fact.value for fact in found.values()] == ["704x576", 12.0, {"codec": "h265", "container": "dav"}]
        assert not any(fact.proxy for fact in found.values())
        assert all(fact.others for fact in found.values())

    def test_the_live_stream_is_a_proxy_where_nothing_of_the_recording_was_seen(self) -> None:
        camera = only(checked())
        assert all(camera.fields[name].proxy for name in ("resolution", "frame_rate", "file_format"))

    def test_the_recordings_bit_rate_is_kept_with_the_device(self) -> None:
        facts = shape(invented.survey(checked(extra=self.RECORDED)))["devices"][0]["facts"]
        assert [fact["value"] for fact in facts if fact["attribute"] == "bit_rate_bps"] == [1_500_000]

    def test_a_codec_that_is_none_does_not_enter(self) -> None:
        odd = said("channel/1", "file_format", {"codec": "<script>", "container": "mp4"}, "playback", role="recorded")
        assert only(checked(extra=(odd,))).fields["file_format"].value == {
            "codec": "h264",
            "container": "not_observable",
        }


class TestFindings:
    def test_an_index_that_claims_more_is_said_once_and_marked(self) -> None:
        camera = only(checked(OVERSTATED, OVERSTATED_DAYS))
        assert codes(camera) == ["footage_index_overstates"]
        assert differing_fields(camera) == ("retention_days",)

    def test_days_with_too_many_holes_are_said_where_the_check_did_not(self) -> None:
        camera = only(checked(replace(OVERSTATED, verdict="undeclared", findings=(), oldest_playable_days=30)))
        assert codes(camera) == ["retention_days_disagrees"]
        assert camera.findings[0].text.en == (
            "The data differ. Days of recording kept: 18 according to playback of a recording, "
            "but 30 according to index of the recordings (ONVIF)."
        )

    @pytest.mark.parametrize(("claimed", "differs"), [(29, False), (31, False), (32, True), (10, True)])
    def test_a_day_more_or_less_is_the_day_that_is_being_overwritten(self, claimed: int, differs: bool) -> None:
        camera = only(checked(replace(KEPT, claimed_days=claimed)))
        assert ("retention_days" in differing_fields(camera)) is differs

    def test_a_verdict_that_differs_is_counted_where_no_index_claims_anything(self) -> None:
        camera = only(checked(replace(OVERSTATED, claimed_days=None, findings=())))
        assert differing_fields(camera) == ("retention_days",)
        assert differing_fields(only(checked(replace(OVERSTATED, claimed_days=None, verdict="maturing")))) == ()

    def test_an_unfinished_check_says_why(self) -> None:
        why = Text(en="Only 4 samples so far.", th="มีเพียง 4 ตัวอย่าง")
        note = Text(en="The state file was unreadable.", th="อ่านไฟล์สถานะไม่ได้")
        waiting = replace(KEPT, verdict="not_observed", complete=False, why_code="footage_sampling_unfinished", why=why)
        camera = only(checked(waiting, stopped_by=STOPPED, notes=(note,)))
        assert codes(camera) == ["footage_note", "footage_sampling_unfinished", "footage_sampling_stopped"]
        assert "(tonight's budget is used up)" in camera.findings[2].text.en

    def test_the_findings_of_the_check_stand_behind_the_channels_own(self) -> None:
        device = checked(OVERSTATED, OVERSTATED_DAYS)
        own = Finding("picture_black", "high", Text(en="Black.", th="ภาพดำ"))
        channels = tuple(replace(channel, findings=(own,)) for channel in device.channels)
        assert codes(only(replace(device, channels=channels))) == ["picture_black", "footage_index_overstates"]


class TestShape:
    def test_keeps_the_contract_and_comes_back(self) -> None:
        data = json.loads(survey_text(invented.survey(*invented_footage.all_kinds())))
        SurveyShape.model_validate(data)
        assert shape(from_shape(data)) == data
        kept = data["cameras"][0]["retention"]
        assert (kept["coverage_interval"], kept["nights"], kept["complete"]) == ([0.8864, 0.9908], 1, True)
        assert (kept["timeline"]["zone"], kept["timeline"]["declared_days"]) == ("Asia/Bangkok", 30)
        day_4 = {"day": 4, "date": "2026-11-19", "claimed": True, "asked": 2, "played": 0}
        assert kept["timeline"]["days"][4] == day_4

    def test_a_file_from_before_these_keys_is_still_read(self) -> None:
        data = shape(invented.survey(checked()))
        for key in ("direction", "coverage_interval", "nights", "complete", "timeline"):
            del data["cameras"][0]["retention"][key]
        SurveyShape.model_validate(data)
        found = from_shape(data).cameras[0].retention
        assert (found.samples, found.timeline, found.complete, found.nights) == (60, None, False, 0)


class TestCsv:
    def test_verdict_coverage_and_gaps_stand_in_the_last_columns(self) -> None:
        text = csv_text(invented.survey(checked(), invented.camera()), "th")
        kept, unseen = csv.DictReader(io.StringIO(text, newline=""))
        assert (kept["retention_days"], kept["retention_verdict"], kept["configured_days"]) == (
            "30",
            "match",
            "until_full",
        )
        assert (kept["coverage_ratio"], kept["coverage_low"], kept["coverage_high"]) == ("0.9667", "0.8864", "0.9908")
        assert (kept["longest_gap_s"], kept["gaps"]) == ("86400", "2026-11-18T17:00:00Z/2026-11-19T17:00:00Z")
        assert (kept["samples"], kept["played"]) == ("60", "58")
        assert {unseen[column] for column in COLUMNS[-12:]} == {""}


class TestWords:
    def test_the_example_of_the_facts_in_one_line(self) -> None:
        retention = only(checked()).retention
        assert summary_words(retention).en == (
            "30 of 30 days proven by samples; index claims 30 days; set to record until full; recording all the time; "
            "gaps: day 4 (19 Nov 2026); longest 1 d; 58 of 60 samples played; "
            "coverage 96.7 % (95 % interval 88.6–99.1 %)"
        )
        assert "19 พ.ย. 2569" in summary_words(retention).th

    @pytest.mark.parametrize(
        ("retention", "thai"),
        [
            (OVERSTATED, "ข้อมูลไม่ตรงกัน"),
            (NOT_ASKED, "ยังตรวจสอบไม่ได้"),
            (replace(NOT_ASKED, verdict="not_assessed"), "ยังตรวจสอบไม่ได้"),
            (replace(KEPT, verdict="maturing"), "เพิ่งเริ่มบันทึก"),
            (replace(KEPT, direction="understated"), "มากกว่าที่แจ้ง"),
        ],
    )
    def test_verdicts_accuse_nobody(self, retention: Retention, thai: str) -> None:
        assert thai in verdict_words(only(checked(retention)).retention).th

    def test_gaps_by_days_or_by_the_clock_of_the_site(self) -> None:
        retention = replace(
            KEPT,
            gaps=(
                Gap(datetime(2026, 11, 16, 17, tzinfo=UTC), datetime(2026, 11, 19, 17, tzinfo=UTC)),
                Gap(datetime(2026, 11, 3, 1, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC)),
                Gap(datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 11, 4, 5, tzinfo=UTC)),
            ),
        )
        found = only(checked(retention)).retention
        assert [gap_words(gap, found.timeline).en for gap in found.gaps] == [
            "days 4–6 (19 Nov 2026 – 17 Nov 2026)",
            "3 Nov 2026 08:00–12:00",
            "3 Nov 2026 19:00 – 4 Nov 2026 12:00",
        ]

    def test_many_gaps_are_counted(self) -> None:
        gaps = tuple(invented_footage.whole_day(number) for number in range(2, 22, 2))
        assert "and 7 more" in summary_words(only(checked(replace(KEPT, gaps=gaps))).retention).en
