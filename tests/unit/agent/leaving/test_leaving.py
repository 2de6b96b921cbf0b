"""What leaves: who, how much of it, the same bytes for the same camera, and nothing that must stay."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cctv_probe.agent.leaving.absorb import absorb
from cctv_probe.agent.leaving.classes import classes_of
from cctv_probe.agent.leaving.guard import Guard, GuardError
from cctv_probe.agent.leaving.present import Present
from cctv_probe.agent.leaving.records import record_of, select, wanted
from cctv_probe.agent.leaving.report import Author, records_body, report_body, told_of_scan
from cctv_probe.agent.leaving.review import body_now
from cctv_probe.agent.leaving.same import same_record
from cctv_probe.agent.leaving.sticky import refresh_after_s, sticky
from cctv_probe.agent.outbox import Slot
from cctv_probe.contract.canonical import canonical
from cctv_probe.contract.report import RecordsBody, RecordShape, ReportBody, record_digest
from cctv_probe.model.device import Channel, Device, Kind
from cctv_probe.model.evidence import Standing
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import parse_targets
from cctv_probe.survey.site_list import SiteCamera, SiteList
from tests.unit.agent.leaving import towns
from tests.unit.agent.leaving.towns import after, camera, measured, recorder, survey, taken
from tests.unit.survey import invented
from tests.unit.survey.generated import DEVICES

ONE = "serial:SN000001"
AUTHOR = Author("01920000-0000-7000-8000-000000000009", "05810109", "cctv-probe 0.1.0", -1.5)
SLOT = Slot("01920000-0000-7000-8000-00000000000a", 7, "c" * 64, "2026-11-23T02:00:00Z")


def utc(days: float) -> str:
    return towns.at(days).strftime("%Y-%m-%dT%H:%M:%SZ")


def body_of(present: Present, told: dict[str, Any], guard: Guard | None = None) -> dict[str, Any]:
    cleaner = guard or Guard()
    present = replace(present, last=told_of_scan(told, "reading", present, cleaner))
    return report_body(SLOT, AUTHOR, select(present, cleaner, told["run"]["finished_utc"]))


# --- Who leaves -------------------------------------------------------------------------------------------------------


def classed() -> list[Device]:
    classes = ["public", "adjoining_road", "closed", "unknown", "closed"]
    return [camera(number, scope_class=name) for number, name in enumerate(classes, start=1)]


def test_only_cameras_of_public_places_and_roads_leave_and_the_others_as_numbers() -> None:
    told = survey([*classed(), invented.printer()], 0)
    body = body_of(taken(Present(), told).present, told)
    assert [entry["id"] for entry in body["manifest"]] == [ONE, "serial:SN000002"]
    assert [carried["id"] for carried in body["records"]] == [ONE, "serial:SN000002"]
    assert body["counts"]["by_class"] == {
        "closed": {"cameras": 2, "devices": 2},
        "unknown": {"cameras": 1, "devices": 1},
    }
    assert body["counts"]["not_a_camera"] == 1
    assert "SN000003" not in canonical(body).decode()
    assert ReportBody.model_validate(json.loads(canonical(body))).seq == 7


def test_a_camera_that_becomes_closed_is_withdrawn_at_once() -> None:
    known = select(after((survey([camera(1), camera(2)], 0), "reading")), Guard(), utc(0)).present
    told = survey([camera(1, scope_class="closed"), camera(2)], 1)
    body = body_of(taken(known, told).present, told)
    assert [entry["id"] for entry in body["manifest"]] == ["serial:SN000002"]
    assert body["records"] == []
    assert body["counts"]["by_class"]["closed"]["cameras"] == 1


def test_a_closed_camera_does_not_leave_because_its_name_could_not_be_read() -> None:
    closed = SiteCamera(ONE, "serial", camera(1).address, 1, towns.at(0), scope_class="closed")
    decided = classes_of(Scope(parse_targets(["127.0.0.0/16"])), SiteList((closed,)))
    known = absorb(Present(), survey([camera(1)], 0), "reading", class_of=decided).present
    shut = replace(towns.shut(camera(1)), scope_class="public")
    later = absorb(known, survey([shut], 1), "reading", class_of=decided).present
    assert select(later, Guard(), utc(1)).manifest == ()
    assert select(taken(known, survey([shut], 1)).present, Guard(), utc(1)).manifest == ()


def test_the_devices_of_a_record_are_reduced_to_what_the_camera_needs() -> None:
    nvr = recorder(1, 3)
    present = after((survey([nvr], 0), "reading"))
    device = record_of(present.cameras["serial:NVR0001/2"], present.devices)["devices"][0]
    steps = [item["step"] for item in device["attempts"]]
    assert "isapi.streamingChannels 201" in steps
    assert "isapi.streamingChannels 101" not in steps
    assert not {"login", "facts"} & device.keys()


def test_how_a_camera_can_be_linked_leaves_with_it() -> None:
    present = after((survey([camera(1)], 0), "reading"))
    assert record_of(present.cameras[ONE], present.devices)["devices"][0]["onvif_profiles"] == ["S", "T"]


def test_promise_5_one_bad_camera_never_blocks_the_others() -> None:
    told = survey([camera(number) for number in range(1, 6)], 0)
    told["cameras"][2]["working"] = {**told["cameras"][2]["working"], "evidence": ["/9j/4AAQSkZJRgABAQAAAQ"]}
    told["cameras"][3]["channel"] = "one"
    selection = select(taken(Present(), told).present, Guard(), utc(0))
    assert [each.id for each in selection.withheld] == ["serial:SN000003", "serial:SN000004"]
    assert len(selection.manifest) == len(selection.new) == 3


def test_what_a_register_lacks_is_told_again_to_the_byte() -> None:
    told = survey([camera(1), camera(2)], 0)
    selection = select(taken(Present(), told).present, Guard(), utc(0))
    digest = selection.manifest[1]["digest"]
    body = records_body(SLOT, AUTHOR, selection.present, [digest, "f" * 64, digest], SLOT.report_id)
    assert body is not None
    assert [carried["id"] for carried in body["records"]] == ["serial:SN000002"]
    assert record_digest(body["records"][0]["record"]) == digest
    assert RecordsBody.model_validate(json.loads(canonical(body))).answers == SLOT.report_id
    assert records_body(SLOT, AUTHOR, selection.present, ["f" * 64], SLOT.report_id) is None
    assert wanted(selection.present, []) == []


def test_records_beyond_what_one_report_holds_follow_with_the_next() -> None:
    present = after((survey([camera(number) for number in range(1, 6)], 0), "reading"))
    first = select(present, Guard(), utc(0), most_bytes=50_000)
    second = select(first.present, Guard(), utc(0), most_bytes=10**9)
    third = select(second.present, Guard(), utc(0))
    assert len(first.manifest) == 5
    assert 0 < len(first.new) < 5
    assert sorted(first.new + second.new) == [entry["id"] for entry in first.manifest]
    assert third.new == ()


def test_a_preview_of_now_holds_every_record_that_stands() -> None:
    told = survey(classed(), 0)
    present = taken(Present(), told).present
    sent = select(replace(present, last=told_of_scan(told, "reading", present, Guard())), Guard(), utc(0)).present
    body = body_now(sent, Guard(), AUTHOR, utc(1))
    assert [carried["id"] for carried in body["records"]] == [ONE, "serial:SN000002"]
    assert ReportBody.model_validate(json.loads(canonical(body))).run.activity == "reading"


# --- The same bytes ---------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    rate=st.floats(24.9, 25.1),
    bit_rate=st.integers(2_500_000, 7_000_000),
    offset=st.floats(-4.0, 5.0),
    sha=st.text("0123456789abcdef", min_size=64, max_size=64),
    days=st.floats(0.01, 6.9),
)
def test_jitter_changes_no_digest(rate: float, bit_rate: int, offset: float, sha: str, days: float) -> None:
    def told(rate: float, bit_rate: int, offset: float, sha: str) -> Device:
        device = measured(camera(1), rate=rate, bit_rate_bps=bit_rate)
        clock = invented.said(
            "device", "clock_offset_s", offset, "onvif.system_date_and_time", standing=Standing.MEASURED
        )
        clock = replace(clock, source=replace(clock.source, raw_sha256=(sha,)))
        return replace(
            device, evidence=(*(each for each in device.evidence if each.attribute != "clock_offset_s"), clock)
        )

    first = select(after((survey([told(25.0, 4_000_000, 0.4, "a" * 64)], 0), "measuring")), Guard(), utc(0))
    second = survey([told(rate, bit_rate, offset, sha)], days)
    later = select(taken(first.present, second, "measuring").present, Guard(), utc(days))
    assert later.manifest == first.manifest
    assert later.new == ()


@pytest.mark.parametrize(
    "changed",
    [
        measured(camera(1), rate=12.0),
        measured(camera(1), working=False),
        measured(camera(1), bit_rate_bps=12_000_000),
        measured(camera(1, settings=towns.set_to(rate=24.0))),
        measured(camera(1, address="127.0.7.7")),
        measured(camera(1, open_ports=(80,))),
        measured(camera(1, scope_class="adjoining_road")),
        measured(camera(1, findings=(Finding("no_disk", "critical", Text("No disk.", "ไม่มีดิสก์")),))),
        measured(camera(1, channels=(invented.channel(1, "ชื่อใหม่", address=camera(1).address),))),
    ],
)
def test_a_real_change_shows_at_once(changed: Device) -> None:
    first = select(after((survey([measured(camera(1))], 0), "measuring")), Guard(), utc(0))
    later = select(taken(first.present, survey([changed], 0.04), "measuring").present, Guard(), utc(0.04))
    assert later.new == (ONE,)


def test_no_slow_drift_hides_behind_small_steps() -> None:
    present, digests = Present(), []
    for step in range(13):
        told = survey([measured(camera(1), rate=25.0 - 0.25 * step)], step / 24)
        present = select(taken(present, told, "measuring").present, Guard(), utc(step / 24)).present
        digests.append(present.sent[ONE].digest)
        said = present.sent[ONE].record["camera"]["fields"]["frame_rate"]["value"]
        assert abs(said - (25.0 - 0.25 * step)) <= 0.02 * said
    assert 3 <= len(set(digests)) < 13


def test_an_unchanged_camera_is_sent_anew_in_its_second_week_and_not_all_on_one_day() -> None:
    devices = [camera(number) for number in range(1, 61)]
    present, sent_on = Present(), {}
    for day in range(15):
        selection = select(taken(present, survey(devices, day)).present, Guard(), utc(day))
        present = selection.present
        sent_on[day] = len(selection.new)
    assert sent_on[0] == 60
    assert sum(sent_on[day] for day in range(1, 7)) == 0
    assert sum(sent_on[day] for day in range(7, 15)) == 60
    assert max(sent_on[day] for day in range(7, 15)) < 30


def test_a_clock_set_back_sends_nothing_anew() -> None:
    sent = select(after((survey([camera(1)], 20), "reading")), Guard(), utc(20)).present.sent[ONE]
    assert sticky(ONE, sent.record, sent, utc(-300)) is sent
    assert sticky(ONE, sent.record, sent, utc(33)) is sent
    assert 7 * 86_400 <= refresh_after_s(ONE) < 14 * 86_400


# --- What stays -------------------------------------------------------------------------------------------------------

SECRET = "Pa55-w0rd/ไทย"
USER = "operator7"


def loud() -> Device:
    """A device that repeats the login in every string it has, and adds a picture and a page."""
    picture = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 3).decode()
    noise = (
        f"{USER}:{SECRET} rtsp://{USER}:{SECRET}@10.0.0.1/x?token=abc123&user={USER} {picture} <html><b>{SECRET}</b>"
    )
    device = camera(1, channels=(Channel(1, f"ตลาด {noise}"),))
    evidence = (
        *device.evidence,
        invented.said("device", "firmware", noise, "isapi.device_info", after_s=5),
        invented.said("channel/1", "osd_text", f"\x1b[2J{noise}\u202e", "onvif.osd"),
        invented.said("device", "brand", f"{USER} {SECRET}", "http.server"),
    )
    finding = Finding("xaddr_other_host", "low", Text(f"It names {noise}.", f"อุปกรณ์ระบุ {noise}"))
    attempts = (*device.attempts, replace(towns.attempt(f"rtsp.DESCRIBE path /{SECRET}"), line=finding.text))
    return replace(device, evidence=evidence, findings=(finding,), attempts=attempts)


def test_no_login_picture_or_page_leaves() -> None:
    told = survey([loud()], 0)
    body = body_of(taken(Present(), told).present, told, Guard(frozenset({SECRET}), frozenset({USER})))
    text = canonical(body).decode()
    assert len(body["records"]) == 1
    for stays in (SECRET, USER, "abc123", "/9j/", "<html", "\\u001b", "\u202e"):
        assert stays not in text, stays
    assert "Pa55" not in text


def test_a_password_in_a_serial_number_hides_the_number_and_keeps_the_cameras_apart() -> None:
    told = survey([camera(1), camera(2)], 0)
    guard = Guard(frozenset({"SN00000"}))
    first = select(taken(Present(), told).present, guard, utc(0))
    assert len({entry["id"] for entry in first.manifest}) == 2
    assert "SN00000" not in canonical([carried["record"] for carried in first.records()]).decode()
    again = select(taken(first.present, survey([camera(1), camera(2)], 1)).present, guard, utc(1))
    assert again.manifest == first.manifest


def test_words_of_the_program_are_no_secrets() -> None:
    guard = Guard(frozenset({"admin"}), frozenset({"admin", "onvif", "camera"}))
    told = survey([replace(camera(1), attempts=(*camera(1).attempts, towns.attempt("isapi.adminAccesses")))], 0)
    selection = select(taken(Present(), told).present, guard, utc(0))
    device = selection.records()[0]["record"]["devices"][0]
    assert "isapi.adminAccesses" in [item["step"] for item in device["attempts"]]
    assert selection.records()[0]["record"]["camera"]["fields"]["brand"]["source"] == "onvif.device_information"


@pytest.mark.parametrize(
    "thing", [{"camera": b"\xff\xd8"}, {"camera": {"evidence": ["/9j/4AAQ"]}}, {"camera": {1.5: object()}}]
)
def test_what_is_no_record_is_refused(thing: dict[str, Any]) -> None:
    with pytest.raises(GuardError):
        Guard().record(thing)


def test_a_nest_of_lists_is_refused() -> None:
    nest: Any = "x"
    for _ in range(100):
        nest = [nest]
    with pytest.raises(GuardError):
        Guard().record({"camera": nest})


@settings(max_examples=150, deadline=None)
@given(
    password=st.text(min_size=4, max_size=12).filter(str.strip),
    before=st.text(max_size=20),
    behind=st.text(max_size=20),
    user=st.text("abcdefgh0123", min_size=3, max_size=8),
)
def test_a_secret_in_any_string_never_leaves(password: str, before: str, behind: str, user: str) -> None:
    guard = Guard(frozenset({password}), frozenset({user}))
    try:
        cleaned = guard.text(f"{before}{password}{behind} {user}")
    except GuardError:
        return
    assert password not in cleaned
    assert user not in cleaned.split(" ")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(DEVICES, min_size=1, max_size=3))
def test_whatever_devices_say_every_record_that_leaves_keeps_the_contract(devices: list[Device]) -> None:
    told = survey([replace(each, scope_class="public") for each in devices], 0)
    first = select(taken(Present(), told).present, Guard(), utc(0))
    for carried in first.records():
        data = json.loads(canonical(carried["record"]))
        assert RecordShape.model_validate(data).camera.id == carried["id"]
        assert same_record(carried["record"], data)
    renamed = {**told, "run": {**told["run"], "id": "again"}}
    assert select(taken(first.present, renamed).present, Guard(), utc(0)).manifest == first.manifest


def test_a_recorder_that_is_gone_says_so_in_its_cameras_records() -> None:
    before, now = survey([recorder(1, 1), camera(5)], 0), survey([camera(5)], 1)
    present = after((before, "reading"), (now, "reading"))
    device = record_of(present.cameras["serial:NVR0001/1"], present.devices)["devices"][0]
    assert (device["kind"], device["absent_since_utc"]) == (Kind.RECORDER.value, "2026-11-02T02:05:00Z")
