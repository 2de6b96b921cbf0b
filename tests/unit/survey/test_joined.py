"""A camera and the recorder's channel that records it are one record with two views."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.contract.record import SurveyShape
from cctv_probe.model.device import Channel, Device, Kind, View
from cctv_probe.model.evidence import Standing
from cctv_probe.model.footage import Footage
from cctv_probe.model.record import SurveyRecord
from cctv_probe.survey.fill import fill_all
from cctv_probe.survey.result import Survey
from cctv_probe.survey.shape import shape
from cctv_probe.survey.unshape import from_shape
from cctv_probe.survey.write_csv import COLUMNS, csv_text
from cctv_probe.survey.write_html import report_text
from cctv_probe.survey.write_json import survey_text
from tests.unit.survey import invented
from tests.unit.survey import invented_footage as footage
from tests.unit.survey.generated import DEVICES, VALUES
from tests.unit.survey.invented import said
from tests.unit.survey.invented_joined import CAMERA, GB, RECORDER, filled, joined, pair, recorder, set_to, survey

SUB = set_to(1, "sub", "h264", "640x360", 12.0, 500_000, "recorder_setting")
MAIN_LIVE = set_to(1, "main", "h264", "1920x1080", 25.0, 4_000_000, "live")


def codes(camera: SurveyRecord) -> list[str]:
    return [finding.code for finding in camera.findings]


def text_of(camera: SurveyRecord, code: str) -> str:
    return next(finding.text.en for finding in camera.findings if finding.code == code)


def kept(device: Device, retention: object = footage.KEPT, days: object = footage.KEPT_DAYS) -> Device:
    """`device` with recordings of its channel 1."""
    found = Footage(retention, days, footage.SOURCE)  # type: ignore[arg-type]  # tests name what they change
    channels = tuple(replace(one, footage=found) if one.number == 1 else one for one in device.channels)
    told = tuple(item for item in device.evidence if (item.subject, item.attribute) != ("channel/1", "recording_mode"))
    return replace(device, channels=channels, evidence=(*told, *footage.evidence(found.retention)))


class TestOneEntry:
    camera = joined(*pair())

    def test_the_camera_itself_is_the_first_view(self) -> None:
        assert self.camera.views == (
            View("serial:SN-127.0.10.1", 1, "camera"), View("serial:REC1270109", 1, "recorder"),
        )  # fmt: skip
        assert (self.camera.device, self.camera.device_id, self.camera.channel) == (CAMERA, "serial:SN-127.0.10.1", 1)
        assert self.camera.id == "serial:SN-127.0.10.1"

    def test_what_only_the_recorder_knows_is_named_after_it(self) -> None:
        other = next(camera for camera in filled(*pair())[1] if len(camera.views) == 1)
        assert (other.id, other.device, other.channel) == ("serial:REC1270109/2", RECORDER, 2)

    def test_brand_place_and_class_are_the_cameras_own(self) -> None:
        assert (self.camera.fields["brand"].value, self.camera.fields["brand"].proxy) == ("Hikvision", False)
        assert "Dahua" not in [item.value for item in self.camera.fields["brand"].others]
        assert self.camera.scope_class == "public"
        assert self.camera.name == "หน้าเทศบาล"

    def test_what_the_recorder_is_set_to_keep_stands_before_the_live_stream(self) -> None:
        for field in ("resolution", "frame_rate", "file_format"):
            fact = self.camera.fields[field]
            assert fact.chosen is not None
            assert (fact.chosen.role, fact.proxy) == ("recorder_setting", False)
            assert any(item.role == "live" for item in fact.others)

    def test_streams_of_both_say_which_view_they_are_of(self) -> None:
        assert [(stream.name, stream.view) for stream in self.camera.streams] == [
            ("main", 0), ("sub", 0), ("main", 1), ("sub", 1),
        ]  # fmt: skip
        assert self.camera.streams[2].codec.value == "h264"

    def test_the_order_of_the_devices_changes_nothing_but_the_order_of_the_records(self) -> None:
        one, other = filled(*pair())[1], filled(*reversed(pair()))[1]
        assert {camera.id: camera for camera in one} == {camera.id: camera for camera in other}


class TestField8:
    def test_is_the_lower_of_both_and_keeps_both(self) -> None:
        fact = joined(*pair()).fields["max_resolution"]
        assert fact.value == "1920x1080"
        assert "2560x1440" in [item.value for item in fact.others]

    def test_a_recorder_that_takes_less_is_a_finding_not_a_disagreement(self) -> None:
        found = codes(joined(*pair()))
        assert "recorder_limits_resolution" in found
        assert "max_resolution_disagrees" not in found

    def test_a_limit_that_a_recorder_tells_over_onvif_is_a_limit_too(self) -> None:
        told = said("channel/1", "max_resolution", "1280x720", "onvif.media1.options", role="live")
        camera = joined(*pair(told))
        assert camera.fields["max_resolution"].value == "1280x720"
        assert "recorder_limits_resolution" in codes(camera)

    def test_is_the_cameras_where_the_recorder_takes_more(self) -> None:
        more = said("channel/1", "max_resolution", "3840x2160", "isapi.streaming_capabilities", role="recorder_setting")
        camera = joined(*pair(more))
        assert camera.fields["max_resolution"].value == "2560x1440"
        assert "recorder_limits_resolution" not in codes(camera)


class TestDisagreements:
    def test_the_recorder_stores_the_sub_stream(self) -> None:
        camera = joined(*pair(*MAIN_LIVE, *SUB))
        assert camera.fields["resolution"].value == "640x360"
        assert text_of(camera, "recorder_stores_less") == (
            "640x360 is kept, though the main stream gives 1920x1080. Set the recorder to store the main stream."
        )
        assert "resolution_disagrees" not in codes(camera)
        assert "frame_rate_disagrees" in codes(camera)

    def test_a_played_recording_is_believed_before_the_setting(self) -> None:
        played = said("channel/1", "resolution", "640x360", "playback", role="recorded", standing=Standing.MEASURED)
        camera = joined(*pair(played))
        assert camera.fields["resolution"].value == "640x360"
        assert "recorder_stores_less" in codes(camera)

    def test_codec_and_rate_of_recorder_and_camera_differ(self) -> None:
        camera = joined(*pair(*set_to(1, "main", "h265", "1920x1080", 12.0, 2_000_000, "recorder_setting")))
        assert {"codec_disagrees", "frame_rate_disagrees"} <= set(codes(camera))

    def test_a_recorder_that_lost_a_camera_which_answers(self) -> None:
        camera = joined(*pair(said("channel/1", "online", False, "isapi.input_proxy_status")))
        assert "recorder_lost_camera" in codes(camera)
        assert "channel_offline" not in codes(camera)
        assert camera.working.value is None
        assert RECORDER in text_of(camera, "recorder_lost_camera")

    def test_a_channel_without_its_camera_does_not_work_and_says_why(self) -> None:
        offline = next(camera for camera in filled(*pair())[1] if camera.device == RECORDER)
        assert offline.working.value is False
        assert text_of(offline, "channel_offline").startswith("The recorder says that no camera is connected")

    def test_a_measured_picture_stands_before_what_a_recorder_says(self) -> None:
        healthy = said("channel/1", "working", True, "picture.health", standing=Standing.MEASURED)
        dead = said("channel/1", "working", False, "picture.health", standing=Standing.MEASURED, after_s=9)
        camera = joined(invented.camera("127.0.10.1", healthy), recorder(dead))
        assert camera.working.value is True
        assert [item.value for item in camera.working.others] == [False]


class TestField9:
    def test_is_what_the_recorder_keeps(self) -> None:
        camera = joined(invented.camera(), kept(recorder()))
        assert (camera.fields["retention_days"].value, camera.retention.verified_days.value) == (30, 30)
        assert camera.retention.played == 58
        assert "retention_archive" not in codes(camera)

    def test_is_the_better_proven_and_says_which(self) -> None:
        card = kept(invented.camera(), replace(footage.KEPT, verified_days=5, claimed_days=6))
        camera = joined(card, kept(recorder()))
        assert camera.fields["retention_days"].value == 30
        assert "recorder 127.0.10.9, channel 1" in text_of(camera, "retention_archive")
        beside = [(item.attribute, item.value) for item in camera.fields["retention_days"].others]
        assert ("retention_days_elsewhere", 5) in beside
        assert "retention_days_disagrees" not in codes(camera)
        assert "the camera 127.0.10.1 itself" in text_of(
            joined(kept(invented.camera()), kept(recorder(), replace(footage.KEPT, verified_days=2))),
            "retention_archive",
        )

    def test_what_the_check_of_the_other_archive_found_is_told_with_its_place(self) -> None:
        card = kept(invented.camera(), replace(footage.OVERSTATED, verified_days=3), footage.OVERSTATED_DAYS)
        camera = joined(card, kept(recorder()))
        assert text_of(camera, "footage_index_overstates") == "At the camera 127.0.10.1 itself: It claims 30, 18 play."

    def test_no_proof_stays_no_value_whatever_the_disks_could_hold(self) -> None:
        camera = joined(*pair())
        assert camera.fields["retention_days"].value is None
        assert ("plausible_days", 92) in [
            (item.attribute, item.value) for item in camera.fields["retention_days"].others
        ]


class TestPlausibleDays:
    def test_the_formula_is_shown_with_what_went_into_it(self) -> None:
        text = next(item.text.en for item in filled(*pair())[0][1].findings if item.code == "plausible_days")
        assert text.startswith("By its disks 127.0.10.9 could hold about 92 days: 4,000 GB ÷ (4.00 Mbit/s × 10.8), ")

    def test_measured_rates_stand_before_set_ones(self) -> None:
        played = said("channel/1", "bit_rate_bps", 2_000_000, "playback", role="recorded", standing=Standing.MEASURED)
        camera = joined(*pair(played))
        assert 185 in [item.value for item in camera.fields["retention_days"].others]

    def test_the_cameras_measured_rate_counts_where_the_main_stream_is_stored(self) -> None:
        sent = said("channel/1/stream/main", "bit_rate_bps", 1_000_000, "rtp.timestamps", standing=Standing.MEASURED)
        camera = joined(invented.camera("127.0.10.1", sent), recorder())
        assert 370 in [item.value for item in camera.fields["retention_days"].others]

    @pytest.mark.parametrize(
        "without",
        [
            ("device", "storage_total_bytes", 0),
            ("channel/1/stream/main", "bit_rate_bps", None),
            ("device", "storage_total_bytes", "4 TB"),
        ],
    )
    def test_without_capacity_or_rates_there_is_no_estimate(self, without: tuple[str, str, object]) -> None:
        subject, attribute, value = without
        device = recorder(said(subject, attribute, value, "isapi.storage"))  # type: ignore[arg-type]  # badly formed on purpose
        alone = replace(device, channels=device.channels[:1])
        records, _ = filled(alone)
        assert "plausible_days" not in [item.code for item in records[0].findings]

    def test_proved_days_far_below_are_a_finding(self) -> None:
        found = replace(footage.KEPT, verified_days=10, verdict="mismatch")
        assert "retention_below_capacity" in codes(joined(invented.camera(), kept(recorder(), found)))
        limited = replace(found, configured_days=10)
        assert "retention_below_capacity" not in codes(joined(invented.camera(), kept(recorder(), limited)))
        maturing = replace(found, verdict="maturing")
        assert "retention_below_capacity" not in codes(joined(invented.camera(), kept(recorder(), maturing)))

    def test_declared_days_that_the_disks_cannot_hold_are_a_finding(self) -> None:
        small = said("device", "storage_total_bytes", 500 * GB, "isapi.storage")
        found = replace(footage.KEPT, verified_days=11, verdict="mismatch")
        assert "declared_days_impossible" in codes(joined(invented.camera(), kept(recorder(small), found)))
        assert "declared_days_impossible" not in codes(joined(invented.camera(), kept(recorder(), found)))
        assert "declared_days_impossible" not in codes(joined(invented.camera(), kept(recorder(small))))


def test_two_recorders_give_three_views() -> None:
    devices = (invented.camera(), recorder(), recorder(address="127.0.10.8"))
    camera = joined(*devices)
    assert [view.role for view in camera.views] == ["camera", "recorder", "recorder"]
    assert "rec. 127.0.10.8" not in report_text(survey(*devices), "en")
    assert "recorder 127.0.10.8 channel 1" in report_text(survey(*devices), "en")


def test_a_camera_that_stayed_closed_borrows_the_recorders_brand_as_a_proxy() -> None:
    closed = replace(invented.closed(), address=CAMERA, evidence=())
    camera = joined(closed, recorder())
    assert (camera.fields["brand"].value, camera.fields["brand"].proxy) == ("Dahua", True)
    assert camera.fields["resolution"].value == "1920x1080"


def test_a_makers_name_gives_way_to_one_that_somebody_wrote() -> None:
    plain = invented.camera(channels=(invented.channel(1, "IPCamera 01"),))
    assert joined(plain, recorder()).name == "ช่อง 1"
    nameless = recorder(channels=(Channel(1, "Channel 1"),))
    assert joined(plain, nameless).name == "IPCamera 01"


def test_channels_that_the_matching_does_not_name_are_kept_and_unknown_ones_passed_over() -> None:
    class Odd:
        places = ((0, 1), (7, 7), (1, 99))
        findings = ()

    devices = pair()
    _, cameras = fill_all(devices, (Odd(),))
    assert [len(camera.views) for camera in cameras] == [1, 1, 1]


def test_two_views_come_back_from_the_file_and_keep_the_contract() -> None:
    whole = survey(kept(invented.camera()), kept(recorder()), invented.lying())
    data = json.loads(survey_text(whole))
    SurveyShape.model_validate(data)
    again = from_shape(data)
    assert shape(again) == data
    assert report_text(again, "th") == report_text(whole, "th")
    assert csv_text(again, "th") == csv_text(whole, "th")
    assert [view["role"] for view in data["cameras"][0]["views"]] == ["camera", "recorder"]


def test_every_output_shows_the_camera_once_with_both_addresses() -> None:
    whole: Survey = survey()
    rows = csv_text(whole, "en").splitlines()
    assert len(rows) == 3
    assert rows[1].split(",")[-1] == "127.0.10.9/1"
    assert COLUMNS[-1] == "recorded_by"
    page = report_text(whole, "en")
    assert page.count("127.0.10.1 · recorder 127.0.10.9 channel 1") == 2
    assert len(whole.cameras_of(whole.devices[1])) == 2


@st.composite
def towns(draw: st.DrawFn) -> list[Device]:
    """A few devices that say anything, and name one another as sources."""
    found = []
    for device in draw(st.lists(DEVICES, max_size=4)):
        told = [
            said(f"channel/{number}", attribute, draw(values), "isapi.input_proxy")
            for number in (1, 2)
            for attribute, values in (
                ("source_address", st.sampled_from(["127.0.10.1", "127.0.10.2", "::1", ""]) | VALUES),
                ("source_channel", st.sampled_from([1, 2]) | VALUES),
                ("online", st.booleans() | VALUES),
                ("working", VALUES),
                ("recording_scheduled", VALUES),
                ("recorded_stream", VALUES),
            )
        ]
        told += [
            said("device", name, draw(VALUES), "isapi.storage") for name in ("storage_total_bytes", "disks", "ntp")
        ]
        found.append(replace(device, evidence=(*device.evidence, *told)))
    return found


@settings(max_examples=80, deadline=None)
@given(towns())
def test_whatever_devices_say_of_one_another_every_view_has_one_record_that_keeps_the_contract(
    devices: list[Device],
) -> None:
    records, cameras = filled(*devices)
    whole = Survey(invented.run(), tuple(devices), records, cameras)
    data = json.loads(survey_text(whole))
    SurveyShape.model_validate(data)
    assert shape(from_shape(data)) == data
    views = sum(len(device.channels) or (device.kind is Kind.CAMERA) for device in devices)
    assert sum(len(camera.views) for camera in cameras) == views
    assert all(camera.views[0] == View(camera.device_id, camera.channel, camera.views[0].role) for camera in cameras)
    assert csv_text(whole, "th").count("\r\n") == len(cameras) + 1
    assert report_text(whole, "th").endswith("</html>\n")
