"""Scans taken into the present state, one after the other: what stands, what is carried, what is dropped."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest

from cctv_probe.agent.leaving.absorb import absorb
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.present import Present
from cctv_probe.agent.leaving.records import select
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Device, Identity, Kind
from cctv_probe.model.evidence import Standing
from tests.unit.agent.leaving import towns
from tests.unit.agent.leaving.towns import after, camera, measured, recorder, shut, survey, taken

ONE = "serial:SN000001"


def fields(present: Present, name: str = ONE) -> dict[str, Any]:
    return dict(present.cameras[name].shape["fields"])


def test_a_reading_keeps_what_was_measured_before_it() -> None:
    first = survey([measured(camera(), rate=12.0)], 0)
    present = after((first, "measuring"), (survey([camera()], 1), "reading"))
    rate = fields(present)["frame_rate"]
    assert (rate["value"], rate["standing"], rate["proxy"]) == (12.0, "measured", True)
    assert rate["seen_at_utc"] == "2026-11-01T02:00:00Z"
    assert [other["seen_at_utc"] for other in rate["others"]] == ["2026-11-02T02:00:00Z"]
    assert present.cameras[ONE].shape["working"]["value"] is True


def test_a_newer_measurement_replaces_the_older_one() -> None:
    first, second = survey([measured(camera(), rate=12.0)], 0), survey([measured(camera(), rate=25.0)], 1)
    rate = fields(after((first, "measuring"), (second, "measuring")))["frame_rate"]
    assert (rate["value"], rate["seen_at_utc"]) == (25.0, "2026-11-02T02:00:00Z")
    assert 12.0 not in [other["value"] for other in rate["others"]]


def test_what_was_measured_under_another_setting_is_dropped() -> None:
    before = survey([measured(camera(), rate=25.0)], 0)
    now = survey([camera(settings=towns.set_to(rate=12.0))], 1)
    present = after((before, "measuring"), (now, "reading"))
    rate, size = fields(present)["frame_rate"], fields(present)["resolution"]
    assert (rate["value"], rate["standing"]) == (12.0, "configured")
    assert 25.0 not in [other["value"] for other in rate["others"]]
    assert (size["value"], size["standing"]) == ("1920x1080", "measured")
    stream = present.cameras[ONE].shape["streams"][0]
    assert stream["bit_rate_bps"]["standing"] == "configured"


def test_a_setting_read_once_more_drops_nothing() -> None:
    present = after((survey([measured(camera(), rate=25.0)], 0), "measuring"))
    for day in range(1, 4):
        present = taken(present, survey([camera()], day)).present
    assert fields(present)["frame_rate"]["standing"] == "measured"


def test_a_device_that_lets_nobody_in_keeps_its_facts_with_their_age() -> None:
    present = after((survey([measured(camera())], 0), "measuring"), (survey([shut(camera())], 1), "measuring"))
    assert set(present.cameras) == {ONE}
    assert fields(present)["resolution"]["seen_at_utc"] == "2026-11-01T02:00:00Z"
    assert fields(present)["max_resolution"]["value"] == "2560x1440"
    device = present.devices[ONE].shape
    assert "locked_out" in [item["ending"] for item in device["attempts"]]
    assert device["identity"]["serial"] == "SN000001"
    assert device["model"]["value"] == "DS-2CD2143G2"
    assert present.cameras[ONE].absent_since_utc is None


def test_a_device_that_tells_nothing_at_its_address_stays_and_lends_no_fact() -> None:
    stranger = replace(shut(camera()), identity=Identity(), evidence=())
    present = after((survey([camera()], 0), "reading"), (survey([stranger], 1), "reading"))
    assert set(present.cameras) == set(present.devices) == {ONE}
    assert "identity_not_confirmed" in [item["code"] for item in present.devices[ONE].shape["findings"]]
    again = taken(present, survey([camera()], 2)).present
    assert "identity_not_confirmed" not in [item["code"] for item in again.devices[ONE].shape["findings"]]


def test_another_device_at_the_address_is_another_camera() -> None:
    here = camera(1).address
    present = after((survey([camera(1)], 0), "reading"), (survey([camera(2, address=here)], 1), "reading"))
    assert set(present.cameras) == {ONE, "serial:SN000002"}
    assert present.cameras[ONE].absent_since_utc == "2026-11-02T02:05:00Z"
    assert present.cameras["serial:SN000002"].absent_since_utc is None


def test_a_camera_that_moved_keeps_its_id() -> None:
    moved = camera(1, address="127.0.77.7")
    present = after((survey([camera(1)], 0), "reading"), (survey([moved], 1), "reading"))
    assert set(present.cameras) == {ONE}
    assert present.cameras[ONE].shape["device"] == "127.0.77.7"


def test_swapped_addresses_swap_nothing_else() -> None:
    one, two = camera(1, settings=towns.set_to(resolution="1280x720")), camera(2)
    swapped = replace(one, address=two.address), replace(two, address=one.address)
    present = after((survey([one, two], 0), "reading"), (survey([shut(each) for each in swapped], 1), "reading"))
    assert fields(present)["resolution"]["value"] == "1280x720"
    assert present.cameras[ONE].shape["device"] == two.address


def clone(number: int, *, mac: bool = True) -> Device:
    """Cameras of a maker that gives every one the same serial number."""
    told = camera(number)
    own = told.identity
    identity = Identity(serial="SN0", mac=own.mac if mac else None, uuid=own.uuid)
    return replace(told, identity=identity)


@pytest.mark.parametrize("mac", [True, False])
def test_clones_are_never_merged(mac: bool) -> None:
    present = Present()
    one = clone(1, mac=mac)
    other = replace(clone(2, mac=mac), evidence=camera(2, settings=towns.set_to(resolution="1280x720")).evidence)
    for day, met in enumerate([(one,), (one, other), (other,), (one,), (other, one)]):
        present = taken(present, survey(met, day)).present
    assert len(present.cameras) == 2
    sizes = {entry.shape["device"]: entry.shape["fields"]["resolution"]["value"] for entry in present.cameras.values()}
    assert sizes == {one.address: "1920x1080", other.address: "1280x720"}
    assert len({entry.shape["id"] for entry in present.cameras.values()}) == 2


def test_weak_ids_stay_apart_and_last() -> None:
    nameless = [
        replace(camera(1, address="127.0.9.9"), identity=Identity(), port=port, evidence=towns.set_to(resolution=size))
        for port, size in ((8001, "640x360"), (8002, "1280x720"))
    ]
    present = after((survey(nameless, 0), "reading"), (survey(reversed(nameless), 1), "reading"))
    assert set(present.cameras) == {"address:127.0.9.9:8001", "address:127.0.9.9:8002"}
    assert fields(present, "address:127.0.9.9:8002")["resolution"]["value"] == "1280x720"


def test_a_nameless_camera_that_tells_its_name_takes_it() -> None:
    nameless = replace(camera(1), identity=Identity())
    present = after((survey([nameless], 0), "reading"), (survey([camera(1)], 1), "reading"))
    assert set(present.cameras) == {ONE}
    assert present.cameras[ONE].formerly == (f"address:{nameless.address}:80",)


# --- Who is there -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_later", "absent"),
    [
        ({"ranges": ("127.0.0.0/16",)}, True),
        ({"ranges": ("127.0.0.0/16",), "complete": False}, False),
        ({"ranges": ("127.1.0.0/24",)}, False),
        ({"ranges": ("not an address",)}, False),
    ],
)
def test_absent_is_only_who_was_looked_for(days_later: dict[str, Any], absent: bool) -> None:
    present = after((survey([camera(1), camera(2)], 0), "reading"), (survey([camera(2)], 1, **days_later), "reading"))
    assert (present.cameras[ONE].absent_since_utc is not None) is absent
    assert present.cameras["serial:SN000002"].absent_since_utc is None
    assert set(present.cameras) == {ONE, "serial:SN000002"}
    back = taken(present, survey([camera(1), camera(2)], 2)).present
    assert back.cameras[ONE].absent_since_utc is None


def test_absent_since_stays_the_first_time() -> None:
    present = after((survey([camera(1)], 0), "reading"))
    for day in (1, 2, 3):
        present = taken(present, survey([camera(2)], day)).present
    assert present.cameras[ONE].absent_since_utc == "2026-11-02T02:05:00Z"


def test_a_recorders_cameras_are_not_absent_while_it_does_not_answer() -> None:
    nvr = recorder(1, 2)
    present = after((survey([nvr, camera(9)], 0), "reading"), (survey([camera(9)], 1), "reading"))
    channels = [entry for name, entry in present.cameras.items() if name.startswith("serial:NVR")]
    assert [entry.absent_since_utc for entry in channels] == [None, None]
    assert present.devices["serial:NVR0001"].absent_since_utc == "2026-11-02T02:05:00Z"
    locked = taken(present, survey([replace(shut(nvr), kind=Kind.RECORDER), camera(9)], 2)).present
    assert [locked.cameras[f"serial:NVR0001/{number}"].absent_since_utc for number in (1, 2)] == [None, None]


def test_a_channel_that_its_recorder_shows_no_more_is_absent() -> None:
    present = after((survey([recorder(1, 2)], 0), "reading"), (survey([recorder(1, 1)], 1), "reading"))
    assert present.cameras["serial:NVR0001/1"].absent_since_utc is None
    assert present.cameras["serial:NVR0001/2"].absent_since_utc == "2026-11-02T02:05:00Z"


def test_a_camera_behind_a_recorder_keeps_its_id_while_it_is_down_itself() -> None:
    behind = camera(1)
    nvr = recorder(1, 1, [behind])
    present = after((survey([nvr, behind], 0), "reading"), (survey([nvr], 1), "reading"))
    assert set(present.cameras) == {ONE}
    shape = present.cameras[ONE].shape
    assert [view["role"] for view in shape["views"]] == ["camera", "recorder"]
    assert present.cameras[ONE].absent_since_utc is None
    assert shape["fields"]["max_resolution"]["value"] == "2560x1440"


def test_a_channel_that_names_another_camera_now_is_another_camera() -> None:
    gone, new = camera(1), camera(2)
    before, now = survey([recorder(1, 1, [gone]), gone], 0), survey([recorder(1, 1, [new])], 1)
    present = after((before, "reading"), (now, "reading"))
    assert set(present.cameras) == {ONE, "serial:NVR0001/1"}


def test_a_channel_takes_the_name_of_its_camera_once_that_is_reached() -> None:
    behind = camera(1)
    nvr = recorder(1, 1, [behind])
    present = after((survey([nvr], 0), "reading"), (survey([nvr, behind], 1), "reading"))
    assert set(present.cameras) == {ONE}
    assert present.cameras[ONE].formerly == ("serial:NVR0001/1",)


def test_discovery_changes_presence_and_nothing_else() -> None:
    known = after((survey([camera(1), camera(2)], 0), "reading"))
    knocked = replace(shut(camera(1)), attempts=(), login=None)
    stranger = replace(shut(camera(3)), attempts=(), login=None)
    found = taken(known, survey([knocked, stranger], 1), "discovery")
    assert {name: entry.shape for name, entry in found.present.cameras.items()} == {
        name: entry.shape for name, entry in known.cameras.items()
    }
    assert found.present.cameras[ONE].absent_since_utc is None
    assert found.present.cameras["serial:SN000002"].absent_since_utc == "2026-11-02T02:05:00Z"
    assert found.wants_reading == (stranger.address,)
    assert "reading" not in {name for name, when in found.present.confirmed.items() if when > "2026-11-02"}


def test_discovery_asks_for_a_reading_of_what_moved() -> None:
    known = after((survey([camera(1)], 0), "reading"))
    moved = replace(shut(camera(1, address="127.0.77.7")), attempts=(), login=None)
    found = taken(known, survey([moved], 1), "discovery")
    assert found.wants_reading == ("127.0.77.7",)
    assert found.present.cameras[ONE].absent_since_utc is None


# --- The same scan twice, and in another order ------------------------------------------------------------------------


def digests(present: Present, day: float = 0) -> dict[str, str]:
    at_utc = towns.at(day).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {entry["id"]: entry["digest"] for entry in select(present, Guard(), at_utc).manifest}


def site() -> list[Device]:
    behind = [camera(number) for number in (21, 22)]
    return [*(camera(number) for number in range(1, 8)), *behind, recorder(1, 4, [behind[0], None, behind[1]])]


def test_the_same_scan_twice_changes_nothing() -> None:
    told = survey(site(), 0)
    once = taken(Present(), told).present
    assert taken(once, told).present is once
    renamed = {**told, "run": {**told["run"], "id": "another run of the same"}}
    twice = taken(once, renamed).present
    assert {name: entry.shape for name, entry in twice.cameras.items()} == {
        name: entry.shape for name, entry in once.cameras.items()
    }
    assert digests(twice) == digests(once)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_a_scan_says_nothing(seed: int) -> None:
    first, second = (
        survey(site(), 0),
        survey([measured(each) if each.kind is Kind.CAMERA else each for each in site()], 1),
    )
    shuffled = {**second, "devices": list(second["devices"]), "cameras": list(second["cameras"])}
    random.Random(seed).shuffle(shuffled["devices"])
    random.Random(seed + 99).shuffle(shuffled["cameras"])
    straight = after((first, "reading"), (second, "measuring"))
    assert digests(after((first, "reading"), (shuffled, "measuring"))) == digests(straight)


def test_a_measuring_and_the_readings_around_it_end_alike() -> None:
    devices = site()
    watched = [measured(each) if each.kind is Kind.CAMERA else each for each in devices]
    one = after((survey(watched, 0), "measuring"), (survey(devices, 1), "reading"))
    kept = select(after((survey(watched, 0), "measuring")), Guard(), "2026-11-01T02:05:00Z")
    later = select(taken(kept.present, survey(devices, 1)).present, Guard(), "2026-11-02T02:05:00Z")
    assert later.new == ()
    assert set(digests(one)) == {entry["id"] for entry in later.manifest}


def test_five_hundred_cameras_take_less_than_two_seconds() -> None:
    devices = [camera(number) for number in range(1, 501)]
    known = taken(Present(), survey([measured(each) for each in devices], 0), "measuring").present
    sent = select(known, Guard(), "2026-11-01T02:05:00Z").present
    again = survey(devices, 1)
    began = time.process_time()
    merged = taken(sent, again).present
    selection = select(merged, Guard(), "2026-11-02T02:05:00Z")
    assert time.process_time() - began < 2.0
    assert (len(selection.manifest), selection.new) == (500, ())


def test_a_source_that_was_asked_and_says_it_no_more_is_dropped() -> None:
    named = camera(1)
    osd = towns.told("channel/1", "osd_text", "ถนนเก่า", "onvif.osd", Standing.CONFIGURED)
    first = survey([replace(named, evidence=(*named.evidence, osd))], 0)
    held = survey([replace(named, attempts=(*named.attempts, towns.attempt("onvif.GetOSDs", Ending.TIMEOUT)))], 1)

    def hints(present: Present) -> list[str]:
        return [other["value"]["text"] for other in fields(present)["position"]["others"]]

    assert "ถนนเก่า" in hints(after((first, "reading"), (held, "reading")))
    assert "ถนนเก่า" not in hints(after((first, "reading"), (survey([named], 1), "reading")))


def test_what_people_decided_holds_for_cameras_that_were_not_met() -> None:
    known = after((survey([camera(1), camera(2)], 0), "reading"))
    closed = absorb(known, survey([camera(2)], 1), "reading", class_of=lambda _camera: "closed").present
    assert {entry.shape["scope_class"] for entry in closed.cameras.values()} == {"closed"}
