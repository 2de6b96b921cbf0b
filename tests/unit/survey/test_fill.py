"""One record a channel, each field by its rank, each unknown with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Channel, Device, Identity, Kind
from cctv_probe.model.evidence import Evidence, Standing
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.fill import fill
from tests.unit.survey import invented
from tests.unit.survey.invented import OWNER, said, step

MAIN = "channel/1/stream/main"


def only(device: Device, **declared: Evidence) -> SurveyRecord:
    """The record of the device's one camera."""
    (camera,) = fill(device, declared=declared)[1]
    return camera


def codes(camera: SurveyRecord) -> list[str]:
    return [finding.code for finding in camera.findings]


def reason(camera: SurveyRecord, field: str) -> tuple[str, Text]:
    why = camera.fields[field].why_unknown
    assert why is not None
    return why.code, why.text


class TestAnHonestCamera:
    camera = only(invented.camera(), owner=OWNER)

    def test_has_every_field_in_the_order_of_the_form(self) -> None:
        assert list(self.camera.fields) == list(FIELDS)

    @pytest.mark.parametrize(
        ("field", "value", "proxy"),
        [
            ("brand", "Hikvision", False),
            ("resolution", "1920x1080", True),
            ("max_resolution", "2560x1440", False),
            ("frame_rate", 25.0, True),
            ("file_format", {"codec": "h264", "container": "not_observable"}, True),
            ("owner", {"lao_code": "05810109", "name": "เทศบาลตำบลตัวอย่าง"}, False),
        ],
    )
    def test_tells_what_a_device_can_tell(self, field: str, value: object, proxy: bool) -> None:
        fact = self.camera.fields[field]
        assert (fact.value, fact.proxy) == (value, proxy)

    def test_leaves_the_rest_unknown_with_a_reason_each(self) -> None:
        unknown = {field: fact.why_unknown.code for field, fact in self.camera.fields.items() if fact.why_unknown}
        assert unknown == {
            "position": "position_not_declared",
            "purposes": "purposes_not_declared",
            "linked_agencies": "linked_agencies_not_declared",
            "network": "network_not_declared",
            "retention_days": "retention_not_checked",
        }

    def test_shows_what_may_tell_the_place_as_hints(self) -> None:
        others = {item.attribute: item.value for item in self.camera.fields["position"].others}
        assert others == {
            "osd_text": {"text": "ถนนสุขุมวิท กม.3", "latitude": None, "longitude": None},
            "geolocation": {"text": None, "latitude": 13.3611, "longitude": 100.9847},
        }
        assert [item.attribute for item in self.camera.fields["network"].others] == ["rtt_s"]

    def test_never_takes_the_sensor_for_the_highest_resolution(self) -> None:
        fact = self.camera.fields["max_resolution"]
        assert "3840x2160" not in [fact.value, *(item.value for item in fact.others)]

    def test_has_no_findings_and_is_not_yet_judged_working(self) -> None:
        assert self.camera.findings == ()
        assert self.camera.working.why_unknown is not None
        assert self.camera.working.why_unknown.code == "stream_not_measured"

    def test_keeps_the_sub_stream_apart_from_the_recording(self) -> None:
        assert [stream.resolution.value for stream in self.camera.streams] == ["1920x1080", "640x360"]
        assert "640x360" not in [item.value for item in self.camera.fields["resolution"].others]

    def test_goes_by_the_devices_identity(self) -> None:
        assert self.camera.id == "serial:SN-127.0.10.1"
        assert [(view.channel, view.role) for view in self.camera.views] == [(1, "camera")]


class TestALyingCamera:
    camera = only(invented.lying())

    def test_media1_cannot_know_h265_and_that_is_said_mildly(self) -> None:
        (finding,) = [item for item in self.camera.findings if item.code == "codec_disagrees"]
        assert finding.severity == "low"
        assert "H.265 according to stream description (SDP)" in finding.text.en
        assert "H.264 according to ONVIF setting (Media1)" in finding.text.en
        assert "ข้อมูล" in finding.text.th or "Media1" in finding.text.th

    def test_other_disagreements_name_both_values_and_their_sources(self) -> None:
        texts = {item.code: (item.severity, item.text.en) for item in self.camera.findings}
        assert texts["resolution_disagrees"] == (
            "medium",
            "The data differ. Resolution recorded: 1280x720 according to stream description (SDP), "
            "but 1920x1080 according to ONVIF setting (Media2).",
        )
        assert texts["frame_rate_disagrees"][0] == "medium"

    def test_a_brand_that_only_weak_sources_deny_is_a_low_finding_but_scopes_are_not_weak(self) -> None:
        severity = {item.code: item.severity for item in self.camera.findings}["brand_disagrees"]
        assert severity == "medium"
        weak = invented.camera("127.0.10.1", said("device", "brand", "Dahua", "oui"))
        assert [(item.code, item.severity) for item in only(weak).findings] == [("brand_disagrees", "low")]

    def test_media1_read_later_does_not_overrule_media2(self) -> None:
        device = invented.lying()
        without_sdp = tuple(item for item in device.evidence if item.source.method != "rtsp.sdp")
        camera = only(replace(device, evidence=without_sdp))
        assert camera.fields["file_format"].value == {"codec": "h265", "container": "not_observable"}
        assert camera.streams[0].codec.value == "h265"


class TestARecorder:
    record, cameras = fill(invented.recorder())

    def test_gives_one_record_a_channel_under_its_own_id(self) -> None:
        recorder_id = "urn:uuid:6a2b9b3e-0000-4000-8000-000000000003"
        assert [camera.id for camera in self.cameras] == [f"{recorder_id}/{number}" for number in (1, 2, 3, 4)]
        assert {camera.views[0].role for camera in self.cameras} == {"recorder"}

    def test_lends_its_brand_only_where_the_camera_told_none(self) -> None:
        brands = [(camera.fields["brand"].value, camera.fields["brand"].proxy) for camera in self.cameras]
        assert brands == [("Uniview", True), ("Axis", False), ("Uniview", True), ("Uniview", True)]
        assert ["brand_of_recorder" in codes(camera) for camera in self.cameras] == [True, False, True, True]

    def test_says_which_camera_is_not_connected(self) -> None:
        assert ["channel_offline" in codes(camera) for camera in self.cameras] == [False, False, False, True]

    def test_its_own_place_says_nothing_of_its_cameras(self) -> None:
        placed = replace(
            invented.recorder(),
            evidence=(
                said("device", "location_text", "ห้องควบคุม", "onvif.scopes"),
                said("channel/1", "name", "ตลาด", "onvif.osd"),
            ),
        )
        hints = [[item.value for item in camera.fields["position"].others] for camera in fill(placed)[1]]
        assert hints == [[{"text": "ตลาด", "latitude": None, "longitude": None}], [], [], []]

    def test_with_one_channel_is_still_a_recorder(self) -> None:
        single = replace(invented.recorder(), channels=(Channel(1),))
        assert only(single).id.endswith("/1")

    def test_that_told_of_no_channel_has_no_record(self) -> None:
        assert fill(replace(invented.recorder(), channels=()))[1] == ()


def test_a_camera_with_two_sources_is_two_cameras() -> None:
    device = invented.camera(channels=(invented.channel(1), invented.channel(2)))
    assert [camera.id for camera in fill(device)[1]] == ["serial:SN-127.0.10.1/1", "serial:SN-127.0.10.1/2"]


def test_a_closed_camera_is_in_the_survey_with_its_reason() -> None:
    camera = only(invented.closed())
    code, text = reason(camera, "resolution")
    assert code == "unauthorized"
    assert text.en.startswith("The credential of group north was refused. Add a credential")
    assert camera.fields["brand"].value == "Dahua"


def test_what_is_no_camera_has_no_record() -> None:
    record, cameras = fill(invented.printer())
    assert cameras == ()
    assert record.brand.why_unknown is not None
    assert record.brand.why_unknown.code == "not_a_camera"


def test_hostile_values_do_not_enter_the_record() -> None:
    camera = only(invented.hostile())
    assert camera.fields["resolution"].value is None
    assert camera.fields["frame_rate"].value is None
    assert camera.fields["file_format"].value is None


@pytest.mark.parametrize(
    ("roles", "winner", "proxy"),
    [
        (("live", "recorder_setting", "recorded"), "recorded", False),
        (("live", "recorder_setting"), "recorder_setting", False),
        (("live",), "live", True),
        ((None,), None, True),
    ],
)
def test_what_is_nearest_to_the_recording_is_believed(
    roles: tuple[str | None, ...], winner: str | None, proxy: bool
) -> None:
    """A live stream that was measured still says less of the recording than the recorder's setting."""
    sizes = {"live": "1920x1080", None: "1920x1080", "recorder_setting": "1280x720", "recorded": "704x576"}
    methods = {"live": "rtp.timestamps", None: "rtsp.sdp", "recorder_setting": "isapi.tracks", "recorded": "playback"}
    evidence = tuple(said(MAIN, "resolution", sizes[role], methods[role], role=role) for role in roles)
    fact = only(invented.camera(evidence=evidence)).fields["resolution"]
    assert (fact.value, fact.proxy) == (sizes[winner], proxy)
    assert len(fact.others) == len(roles) - 1


def test_a_recorded_sub_stream_is_the_recording() -> None:
    recorded = said("channel/1/stream/sub", "resolution", "640x360", "playback", role="recorded")
    fact = only(invented.camera("127.0.10.1", recorded)).fields["resolution"]
    assert (fact.value, fact.proxy) == ("640x360", False)


@pytest.mark.parametrize(
    ("methods", "winner"),
    [
        (("oui", "http.banner", "ws_discovery.scopes", "isapi.device_info", "onvif.device_information"), 4),
        (("oui", "http.banner", "ws_discovery.scopes", "isapi.device_info"), 3),
        (("oui", "rtsp.server", "onvif.scopes"), 2),
        (("oui", "tls.certificate"), 1),
        (("unheard_of", "oui"), 1),
    ],
)
def test_brand_goes_by_the_method_that_told_it(methods: tuple[str, ...], winner: int) -> None:
    evidence = tuple(said("device", "brand", f"Brand {place}", method) for place, method in enumerate(methods))
    assert only(invented.camera(evidence=evidence)).fields["brand"].value == f"Brand {winner}"


def test_the_highest_resolution_is_the_largest_that_can_be_encoded() -> None:
    options = [
        ("1920x1080", "onvif.media1.options"),
        ("3840x2160", "onvif.media2.options"),
        ("9999x9999", "http.banner"),
    ]
    evidence = tuple(said("channel/1", "max_resolution", size, method) for size, method in options)
    fact = only(invented.camera(evidence=evidence)).fields["max_resolution"]
    assert fact.value == "3840x2160"
    assert {item.value for item in fact.others} == {"1920x1080", "9999x9999"}


def test_a_picture_larger_than_the_highest_is_said() -> None:
    device = invented.camera(
        evidence=(
            *invented.encoder(1, "h264", "2560x1440", 25), said("channel/1", "max_resolution", "1920x1080", "onvif.media1.options")
        )
    )  # fmt: skip
    assert codes(only(device)) == ["max_resolution_exceeded"]


@pytest.mark.parametrize(
    ("rate", "other", "differs"),
    [
        (25.0, 24.0, False),
        (25.0, 22.5, False),
        (25.0, 22.0, True),
        (5.0, 6.0, False),
        (5.0, 6.5, True),
        (60, 54, False),
    ],
)
def test_frame_rates_agree_within_a_tenth_or_one(rate: float, other: float, differs: bool) -> None:
    device = invented.camera(
        evidence=(said(MAIN, "frame_rate", rate, "onvif.media2.encoder"), said(MAIN, "frame_rate", other, "rtsp.sdp", standing=Standing.ADVERTISED))
    )  # fmt: skip
    assert ("frame_rate_disagrees" in codes(only(device))) is differs


def test_a_hint_of_the_frame_rate_is_no_frame_rate() -> None:
    evidence = (said(MAIN, "sdp_frame_rate", 30.0, "rtsp.sdp"), said(MAIN, "vui_frame_rate", 50.0, "rtsp.sdp"))
    assert only(invented.camera(evidence=evidence)).fields["frame_rate"].value is None


@pytest.mark.parametrize(
    ("offset_s", "expected"),
    [
        (0.4, []),
        (-60.0, []),
        (61.0, ["clock_wrong"]),
        (-3600.0, ["clock_wrong"]),
        (543 * 365.2425 * 86400, ["clock_buddhist_year"]),
    ],
)
def test_a_wrong_clock_is_a_finding(offset_s: float, expected: list[str]) -> None:
    record, _ = fill(invented.camera(evidence=invented.identified("Axis", "M1065", offset_s)))
    assert [finding.code for finding in record.findings] == expected


def test_daylight_saving_is_a_finding_and_the_visits_own_findings_stay() -> None:
    told = Finding("xaddr_other_host", "low", Text(en="It names another host.", th="อ้างถึงเครื่องอื่น"))
    device = invented.camera("127.0.10.1", said("device", "daylight_saving", True, "onvif.clock"), findings=(told,))
    assert [finding.code for finding in fill(device)[0].findings] == ["xaddr_other_host", "clock_dst"]


def test_declared_values_are_believed_for_fields_1_to_5_only() -> None:
    declared = {
        "position": said("camera", "position", {"text": "หน้าตลาด", "latitude": None, "longitude": None}, "declared"),
        "brand": said("camera", "brand", "Axis", "declared"),
        "retention_days": said("camera", "retention_days", 30, "declared"),
    }
    camera = only(invented.camera(), **declared)
    assert camera.fields["position"].value == {"text": "หน้าตลาด", "latitude": None, "longitude": None}
    assert len(camera.fields["position"].others) == 2
    assert camera.fields["brand"].value == "Hikvision"
    assert camera.fields["retention_days"].value is None
    assert [item.value for item in camera.fields["retention_days"].others] == [30]
    assert "brand_disagrees" in codes(camera)


def test_the_scope_class_can_be_given() -> None:
    assert fill(invented.camera(), scope_class="closed")[1][0].scope_class == "closed"
    assert fill(invented.camera())[1][0].scope_class == "public"


def test_a_weak_identity_says_so() -> None:
    camera = only(invented.camera(identity=Identity(), weak_path="/cam2"))
    assert (camera.id, camera.id_basis) == ("address:127.0.10.1:80/cam2", "address_port_path")


def bare(**changes: object) -> Device:
    """A camera that told nothing."""
    return invented.camera("127.0.10.1", **{"evidence": (), "channels": (), **changes})


@pytest.mark.parametrize(
    ("attempts", "code", "advice"),
    [
        ([("onvif.GetProfiles", Ending.UNAUTHORIZED)], "unauthorized", "`groups` in the credentials file"),
        ([("onvif.GetProfiles", Ending.LOCKED_OUT)], "locked_out", "Wait 30 minutes"),
        ([("onvif.GetServices", Ending.HELD_BACK)], "held_back", "30 minutes"),
        ([("onvif.GetProfiles", Ending.NOT_PERMITTED)], "not_permitted", "Permit it"),
        ([("rtsp.DESCRIBE main", Ending.BUSY)], "busy", "later"),
        ([("onvif.GetServices", Ending.TLS), ("rtsp.DESCRIBE main", Ending.TIMEOUT)], "tls", "HTTPS"),
        ([("onvif.GetProfiles", Ending.TIMEOUT)], "timeout", "network connection"),
        ([("onvif.GetProfiles", Ending.MALFORMED)], "malformed", "firmware"),
        ([("onvif.GetProfiles", Ending.TOO_LARGE)], "too_large", "ONVIF GetProfiles"),
        ([("onvif.GetProfiles", Ending.INTERRUPTED)], "interrupted", "Scan it again"),
        ([("onvif.GetServices", Ending.NOT_FOUND), ("onvif.GetCapabilities", Ending.REFUSED)], "onvif_off", "Switch ONVIF on"),
        ([("onvif.GetSystemDateAndTime", Ending.OK), ("onvif.GetProfiles", Ending.NOT_SUPPORTED)], "not_supported", "device"),
        ([("rtsp.DESCRIBE main", Ending.NOT_FOUND)], "not_found", "`streams`"),
        ([("onvif.GetServices", Ending.OK), ("onvif.GetProfiles", Ending.OK)], "not_told", "did not tell"),
        ([("onvif.media2.GetProfiles", Ending.NOT_SUPPORTED), ("onvif.media1.GetProfiles", Ending.OK)], "not_told", ""),
        ([("onvif.GetProfiles", Ending.UNAUTHORIZED), ("onvif.GetProfiles", Ending.OK)], "not_told", ""),
        ([("onvif.GetProfiles", Ending.OK), ("rtsp.DESCRIBE sub", Ending.TIMEOUT)], "not_told", ""),
        ([("rtsp.DESCRIBE main", Ending.OK), ("onvif.GetServices", Ending.UNAUTHORIZED)], "unauthorized", "onvif_user"),
        ([("rtsp.DESCRIBE main", Ending.UNAUTHORIZED), ("onvif.GetServices", Ending.REFUSED)], "unauthorized", "groups"),
        ([], "not_asked", "ONVIF or RTSP"),
        ([("onvif.GetServices", Ending.REFUSED), ("isapi.streamingChannels", Ending.OK)], "not_told", "did not tell"),
        ([("onvif.GetServices", Ending.REFUSED), ("dahua.configManager.getConfig Encode", Ending.OK)], "not_told", ""),
        ([("onvif.GetServices", Ending.REFUSED), ("isapi.streamingChannels", Ending.BUSY)], "busy", "later"),
        ([("isapi.streamingChannels", Ending.OK), ("isapi.streamingChannels 201", Ending.TIMEOUT)], "not_told", ""),
    ],
)  # fmt: skip
def test_the_most_telling_step_gives_the_reason(attempts: list[tuple[str, Ending]], code: str, advice: str) -> None:
    device = bare(attempts=tuple(step(name, ending) for name, ending in attempts))
    told, text = reason(only(device), "resolution")
    assert told == code
    assert advice in text.en
    assert any("ก" <= letter <= "๛" for letter in text.th)


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.OK])
def test_every_way_to_fail_gives_a_reason_that_names_the_device(ending: Ending) -> None:
    device = bare(attempts=(step("onvif.GetSystemDateAndTime"), step("rtsp.DESCRIBE main", ending)))
    code, text = reason(only(device), "frame_rate")
    assert code == ending.value
    assert "127.0.10.1" in text.en
    assert "127.0.10.1" in text.th
    assert "{" not in text.en + text.th


def test_a_login_text_is_kept_even_where_no_step_tells_it() -> None:
    login = Text(en="Its group was stopped after three refusals.", th="กลุ่มนี้หยุดใช้หลังถูกปฏิเสธสามครั้ง")
    code, text = reason(only(bare(login=login, attempts=())), "resolution")
    assert code == "closed"
    assert text.en.startswith(login.en)


def test_another_channels_steps_do_not_explain_this_one() -> None:
    attempts = (step("onvif.GetProfiles"), step("rtsp.DESCRIBE channel/2 main", Ending.TIMEOUT))
    device = replace(invented.recorder(), evidence=(), attempts=attempts)
    found = [reason(camera, "frame_rate")[0] for camera in fill(device)[1]]
    assert found == ["not_told", "timeout", "not_told", "not_told"]


def test_what_a_device_writes_into_a_step_cannot_break_a_sentence() -> None:
    line = Text(en="{0.__class__} {address}", th="อุปกรณ์ตอบ {0.__class__}")
    attempts = (Attempt("onvif.GetProfiles", Ending.NOT_PERMITTED, 0.1, line),)
    assert "{0.__class__}" in reason(only(bare(attempts=attempts)), "resolution")[1].en


def test_an_unknown_kind_with_a_stream_has_a_record() -> None:
    device = Device("127.0.10.9", 554, Kind.UNKNOWN, Identity(), channels=(invented.channel(),))
    assert only(device).id == "address:127.0.10.9:554"
