"""A recorder's channel and the camera behind it become one entry, and nothing else does."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.identify.same_camera import OneCamera, match
from cctv_probe.identify.source_keys import address_key, mac_key, serial_key, serial_relation
from cctv_probe.model.device import Channel, Device, Identity, Kind, Stream
from cctv_probe.model.evidence import Evidence, Source, Standing, Value

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SERIAL = "DS-2CD2T47G2-L20220315AAWRJ51010{}"


def said(subject: str, attribute: str, value: Value) -> Evidence:
    return Evidence(subject, attribute, value, Source("isapi.input_proxy", Standing.CONFIGURED), NOW)


def camera(last: int, *numbers: int, **changes: object) -> Device:
    """The camera 10.0.0.`last`."""
    given_: dict[str, object] = {
        "address": f"10.0.0.{last}",
        "port": 80,
        "kind": Kind.CAMERA,
        "identity": Identity(serial=SERIAL.format(last), mac=f"28:57:BE:05:01:{last:02X}"),
        "channels": tuple(Channel(number) for number in numbers or (1,)),
    }
    return Device(**{**given_, **changes})  # type: ignore[arg-type]  # tests name the fields they change


def recorder(*sources: Mapping[str, Value], last: int = 5, **changes: object) -> Device:
    """The recorder 10.0.0.`last`; its channels from 1 have these sources."""
    evidence = [
        said(f"channel/{number}", key if key == "online" else f"source_{key}", value)
        for number, source in enumerate(sources, 1)
        for key, value in source.items()
    ]
    given_: dict[str, object] = {
        "address": f"10.0.0.{last}",
        "port": 80,
        "kind": Kind.RECORDER,
        "identity": Identity(serial=f"DS-7616NI-K21620201105CCRRF0511{last:04d}WCVU", mac=f"54:C4:15:05:00:{last:02X}"),
        "channels": tuple(Channel(number) for number in range(1, len(sources) + 1)),
        "evidence": tuple(evidence),
    }
    return Device(**{**given_, **changes})  # type: ignore[arg-type]  # tests name the fields they change


def entries(*devices: Device) -> list[tuple[str, ...]]:
    """Each entry as its views (`12/1`: 10.0.0.12 channel 1), the first view first; the entries sorted."""
    return sorted(
        tuple(f"{devices[at].address.removeprefix('10.0.0.')}/{number}" for at, number in one.places)
        for one in match(devices)
    )


def codes(found: tuple[OneCamera, ...]) -> set[str]:
    return {finding.code for one in found for finding in one.findings}


@pytest.mark.parametrize(
    ("source", "by"),
    [
        ({"address": "10.0.0.12"}, "address"),
        ({"address": " ::ffff:10.0.0.12 "}, "address"),
        ({"address": "10.0.0.12", "port": 8000, "channel": 1}, "address"),
        ({"address": "192.168.254.3", "mac": "28-57-be-05-01-0c"}, "mac"),
        ({"address": "192.168.254.3", "serial": SERIAL.format(12)}, "serial"),
        ({"serial": "J5101012"}, None),
        ({"serial": "AAWRJ5101012"}, None),
        ({"serial": f"{SERIAL.format(12)}WCVU"}, "serial"),
        ({"serial": f"IPC {SERIAL.format(12)}", "channel": 0}, "serial"),
        ({"mac": "2857BE05010C", "address": "0.0.0.0"}, "mac"),
    ],
)
def test_each_key_joins_a_channel_to_its_camera(source: dict[str, Value], by: str | None) -> None:
    devices = [camera(12), camera(13), recorder(source)]
    (joined,) = [one for one in match(devices) if len(one.places) > 1]
    assert joined.places == ((0, 1), (2, 1))
    assert joined.joined_by == (by or "serial")
    assert joined.findings == ()


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"address": "10.0.0.5", "channel": 2},
        {"address": "127.0.0.1", "channel": 2},
        {"address": "0.0.0.0", "serial": "000000000000", "mac": "00:00:00:00:00:00"},
        {"serial": "123456789", "mac": "FF:FF:FF:FF:FF:FF"},
        {"address": "camera.local", "serial": "default"},
        {"serial": "DS-2CD2T47G2-L"},
        {"mac": "54:C4:15:05:00:05"},
    ],
)
def test_placeholders_and_the_recorders_own_keys_join_nothing(source: dict[str, Value]) -> None:
    nameless = Identity(serial="000000000000", mac="00:00:00:00:00:00")
    devices = [camera(12), camera(13, identity=nameless), camera(14, identity=nameless), recorder(source, source)]
    assert entries(*devices) == [("12/1",), ("13/1",), ("14/1",), ("5/1",), ("5/2",)]


class TestConflicts:
    def test_the_serial_number_is_believed_before_the_address(self) -> None:
        devices = [camera(12), camera(13), recorder({"address": "10.0.0.13", "serial": SERIAL.format(12)})]
        assert entries(*devices) == [("12/1", "5/1"), ("13/1",)]
        assert codes(match(devices)) == {"source_keys_conflict"}

    @pytest.mark.parametrize("key", [{"serial": SERIAL.format(77)}, {"mac": "28:57:BE:05:01:77"}])
    def test_an_address_that_another_camera_has_by_now_joins_nothing(self, key: dict[str, Value]) -> None:
        devices = [camera(12), recorder({"address": "10.0.0.12", **key}), recorder({"address": "10.0.0.12"}, last=6)]
        assert entries(*devices) == [("12/1", "6/1"), ("5/1",)]
        assert codes(match(devices)) == {"source_denied"}

    def test_serial_numbers_that_cameras_share_join_nothing(self) -> None:
        cloned = Identity(serial="ABC123456789")
        devices = [camera(12, identity=cloned), camera(13, identity=cloned), recorder({"serial": "ABC123456789"})]
        assert entries(*devices) == [("12/1",), ("13/1",), ("5/1",)]

    def test_a_serial_number_told_of_two_cameras_of_one_recorder_names_none(self) -> None:
        source = {"serial": SERIAL.format(12)}
        devices = [camera(12), recorder({**source, "address": "10.9.0.1"}, {**source, "address": "10.9.0.2"})]
        assert entries(*devices) == [("12/1",), ("5/1",), ("5/2",)]

    def test_a_serial_number_that_is_distrusted_joins_nothing(self) -> None:
        doubted = camera(12, distrusted=frozenset({"serial", "mac"}))
        assert entries(doubted, recorder({"serial": SERIAL.format(12)})) == [("12/1",), ("5/1",)]

    def test_a_serial_number_that_is_cut_off_joins_the_only_one_it_fits_and_says_so(self) -> None:
        devices = [camera(12), recorder({"serial": SERIAL.format(12)[:-1]})]
        assert codes(match(devices)) == {"joined_by_part_of_serial"}
        two = [camera(12), camera(13), recorder({"serial": SERIAL.format(12)[:-1]})]
        assert entries(*two) == [("12/1",), ("13/1",), ("5/1",)]


class TestSeveralViews:
    def test_two_recorders_of_one_camera_give_three_views(self) -> None:
        source = {"address": "10.0.0.12"}
        assert entries(camera(12), recorder(source), recorder(source, last=6)) == [("12/1", "5/1", "6/1")]

    def test_one_recorder_may_record_a_camera_twice(self) -> None:
        source = {"address": "10.0.0.12"}
        assert entries(camera(12), recorder(source, source)) == [("12/1", "5/1", "5/2")]

    def test_a_camera_that_only_recorders_know_is_one_where_they_tell_the_same(self) -> None:
        source: Mapping[str, Value] = {"address": "10.0.0.20", "channel": 1}
        assert entries(recorder(source), recorder(source, last=6)) == [("5/1", "6/1")]
        keyed: Mapping[str, Value] = {"serial": SERIAL.format(20), "address": "10.1.1.2"}
        assert entries(recorder(keyed), recorder(keyed, last=6)) == [("5/1", "6/1")]

    def test_addresses_behind_the_sockets_of_two_recorders_are_not_the_same(self) -> None:
        source: Mapping[str, Value] = {"address": "192.168.254.3", "channel": 1}
        assert entries(recorder(source), recorder(source, last=6)) == [("5/1",), ("6/1",)]

    def test_one_address_twice_is_one_camera_only_where_its_channel_is_told(self) -> None:
        untold = {"address": "10.0.0.20"}
        assert entries(recorder(untold, untold)) == [("5/1",), ("5/2",)]
        told: Mapping[str, Value] = {"address": "10.0.0.20", "channel": 1}
        assert entries(recorder(told, told)) == [("5/1", "5/2")]

    def test_each_sensor_of_a_camera_is_a_camera(self) -> None:
        sources: list[dict[str, Value]] = [{"address": "10.0.0.12", "channel": number} for number in (1, 2, 3)]
        assert entries(camera(12, 1, 2), recorder(*sources)) == [("12/1", "5/1"), ("12/2", "5/2"), ("5/3",)]
        assert entries(recorder(*sources)) == [("5/1",), ("5/2",), ("5/3",)]

    def test_which_sensor_is_not_guessed(self) -> None:
        assert entries(camera(12, 1, 2), recorder({"address": "10.0.0.12"})) == [("12/1",), ("12/2",), ("5/1",)]

    def test_a_camera_that_told_of_no_channel_has_one(self) -> None:
        assert entries(camera(12, channels=()), recorder({"address": "10.0.0.12"})) == [("12/1", "5/1")]

    def test_other_addresses_of_a_camera_count(self) -> None:
        both = camera(12, other_addresses=("10.3.0.12",))
        assert entries(both, recorder({"address": "10.3.0.12"})) == [("12/1", "5/1")]


class TestForwarding:
    def behind(self, port: int, serial: str) -> Device:
        return camera(9, port=port, identity=Identity(serial=serial))

    def test_behind_one_address_the_port_decides(self) -> None:
        devices = [
            self.behind(8081, "SNAAAA000081"),
            self.behind(8082, "SNAAAA000082"),
            recorder({"address": "10.0.0.9", "port": 8082}, {"address": "10.0.0.9", "port": 8083}),
        ]
        assert [one.places for one in match(devices)] == [((0, 1),), ((1, 1), (2, 1)), ((2, 2),)]

    def test_a_recorder_that_names_several_ports_shows_that_an_address_is_shared(self) -> None:
        sources: list[dict[str, Value]] = [{"address": "10.0.0.9", "port": port} for port in (8081, 8082)]
        devices = [self.behind(8081, "SNAAAA000081"), recorder(*sources)]
        assert [one.places for one in match(devices)] == [((0, 1), (1, 1)), ((1, 2),)]

    def test_one_camera_asked_over_two_protocols_is_one(self) -> None:
        sources: list[dict[str, Value]] = [
            {"address": "10.0.0.12", "port": 8000, "protocol": "HIKVISION"},
            {"address": "10.0.0.12", "port": 80, "protocol": "ONVIF"},
        ]
        assert entries(camera(12), recorder(*sources)) == [("12/1", "5/1", "5/2")]


class TestRecordersOfRecorders:
    def test_the_camera_at_the_end_is_found(self) -> None:
        inner = recorder({"address": "10.0.0.12"}, {"address": "10.1.1.2"})
        outer = recorder({"address": "10.0.0.5", "channel": 1}, {"address": "10.0.0.5", "channel": 2}, last=6)
        assert entries(camera(12), outer, inner) == [("12/1", "5/1", "6/1"), ("5/2", "6/2")]

    def test_the_channel_must_be_told(self) -> None:
        inner = recorder({"address": "10.0.0.12"}, {"address": "10.0.0.13"})
        outer = recorder({"address": "10.0.0.5"}, last=6)
        assert entries(camera(12), outer, inner) == [("12/1", "5/1"), ("5/2",), ("6/1",)]

    def test_a_loop_joins_nothing_and_is_told(self) -> None:
        one = recorder({"address": "10.0.0.6", "channel": 1})
        other = recorder({"address": "10.0.0.5", "channel": 1}, last=6)
        third = recorder({"address": "10.0.0.5", "channel": 1}, last=7)
        assert entries(one, other, third) == [("5/1",), ("6/1", "7/1")]
        assert codes(match([one, other, third])) == {"source_loop"}

    def test_a_long_chain_ends(self) -> None:
        chain = [recorder({"address": f"10.0.0.{last - 1}", "channel": 1}, last=last) for last in range(40, 250)]
        (one,) = match([camera(39, identity=Identity()), *chain])
        assert one.places[0] == (0, 1)
        assert len(one.places) == 211


class TestLikeness:
    def looks(self, device: Device, name: str, model: str | None, rate: float = 25.0) -> Device:
        (channel, *others) = device.channels
        subject = "channel/1/stream/main"
        told = [
            said(subject, "codec", "h265"), said(subject, "resolution", "2560x1440"), said(subject, "frame_rate", rate),
            said("channel/1", "source_model", model) if device.kind is Kind.RECORDER else said("device", "model", model),
        ]  # fmt: skip
        named = replace(channel, name=name, streams=(Stream("main", None, subject),))
        return replace(device, channels=(named, *others), evidence=(*device.evidence, *told))

    def test_what_is_alike_beyond_all_others_is_joined_and_marked(self) -> None:
        devices = [
            self.looks(camera(12), "ตลาดสด", "DS-2CD2T47G2-L"),
            self.looks(camera(13), "สะพาน", "DS-2CD2T47G2-L"),
            self.looks(recorder({"address": "192.168.254.3"}), "ตลาดสด", "DS-2CD2T47G2-L"),
        ]
        assert entries(*devices) == [("12/1", "5/1"), ("13/1",)]
        (joined,) = [one for one in match(devices) if len(one.places) > 1]
        assert joined.joined_by == "likeness"
        assert [(item.code, item.severity) for item in joined.findings] == [("joined_by_likeness", "low")]
        assert "(9 of 11 points)" in joined.findings[0].text.en

    def test_two_that_are_alike_join_nothing(self) -> None:
        devices = [
            self.looks(camera(12), "IPCamera 01", "DS-2CD2T47G2-L"),
            self.looks(camera(13), "IPCamera 01", "DS-2CD2T47G2-L"),
            self.looks(recorder({"address": "192.168.254.3"}), "IPCamera 01", "DS-2CD2T47G2-L"),
        ]
        assert entries(*devices) == [("12/1",), ("13/1",), ("5/1",)]

    def test_one_of_many_of_a_model_is_found_by_its_name_and_the_rest_are_left(self) -> None:
        many = [self.looks(camera(last), f"จุดที่ {last}", "DS-2CD2T47G2-L") for last in range(20, 90)]
        sources = [self.looks(recorder({}), "จุดที่ 77", "DS-2CD2T47G2-L"),
                   self.looks(recorder({}, last=6), "จุดอื่น", "DS-2CD2T47G2-L")]  # fmt: skip
        assert [entry for entry in entries(*many, *sources) if len(entry) > 1] == [("77/1", "5/1")]

    def test_a_name_that_makers_write_is_not_enough(self) -> None:
        devices = [self.looks(camera(12), "Camera 01", None), self.looks(recorder({}), "Camera 01", None)]
        assert entries(*devices) == [("12/1",), ("5/1",)]

    @pytest.mark.parametrize(
        "against", [{"address": "10.0.0.77"}, {"serial": SERIAL.format(77)}, {"mac": "285706050177"}, {"online": False}]
    )
    def test_any_key_that_denies_is_stronger(self, against: dict[str, Value]) -> None:
        devices = [
            self.looks(camera(12), "ตลาดสด", "DS-2CD2T47G2-L"),
            self.looks(recorder(against), "ตลาดสด", "DS-2CD2T47G2-L"),
        ]
        assert entries(*devices) == [("12/1",), ("5/1",)]


def test_what_is_no_camera_and_what_told_of_no_channel_have_no_entry() -> None:
    printer = camera(30, kind=Kind.NOT_A_CAMERA, channels=())
    unread = recorder(last=7)
    assert match([printer, unread, camera(31, kind=Kind.UNKNOWN, channels=())]) == ()


def test_keys_are_read_as_devices_write_them() -> None:
    assert address_key("[2001:DB8::1]") == "2001:db8::1"
    assert mac_key("28:57:be:05:01:0c") == mac_key("2857.be05.010c") == "2857BE05010C"
    assert mac_key("01:00:5e:00:00:fb") is None
    assert serial_key("6f05143paz00003 ") == "6F05143PAZ00003"
    assert serial_relation("6F05143PAZ00003", "6F05143PAZ00004") == "different"
    assert serial_relation("6F05143PAZ00003", "J51010103") == "unclear"


ADDRESSES = st.sampled_from([f"10.0.0.{last}" for last in range(1, 7)] + ["192.168.254.2", "0.0.0.0", "", "x" * 99])
SERIALS = st.sampled_from(["AB123456789", "AB123456780", "XAB123456789", "AB12345678", "000000000000", "default"])
MACS = st.sampled_from(["28:57:BE:05:01:01", "28:57:BE:05:01:02", "00:00:00:00:00:00", "zz"])
HOSTILE = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=8), st.integers(), st.just(()))
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "source_address": ADDRESSES | HOSTILE,
        "source_port": st.sampled_from([80, 8000, 8001]) | HOSTILE,
        "source_channel": st.integers(0, 3) | HOSTILE,
        "source_protocol": st.sampled_from(["ONVIF", "HIKVISION"]) | HOSTILE,
        "source_model": st.sampled_from(["A", "B"]) | HOSTILE,
        "source_serial": SERIALS | HOSTILE,
        "source_mac": MACS | HOSTILE,
        "online": st.booleans() | HOSTILE,
        "name": st.sampled_from(["ตลาด", "วัด", "CH1"]) | HOSTILE,
        "brand": st.sampled_from(["Hikvision", "Dahua"]) | HOSTILE,
    },
)


@st.composite
def devices(draw: st.DrawFn) -> list[Device]:
    """Up to seven devices whose addresses and ports differ, with everything that may join them."""
    found = []
    for port in range(80, 80 + draw(st.integers(0, 7))):
        numbers = draw(st.sampled_from([(), (1,), (1, 2), (1, 2, 3)]))
        told = [said(f"channel/{number}", key, value) for number in numbers for key, value in draw(TOLD).items()]
        address = draw(ADDRESSES.filter(lambda text: text.startswith("10.")))
        identity = Identity(serial=draw(st.none() | SERIALS), mac=draw(st.none() | MACS))
        name = draw(st.none() | st.sampled_from(["ตลาด", "วัด"]))
        channels = tuple(
            Channel(number, name, streams=(Stream("main", None, f"channel/{number}/stream/main"),))
            for number in numbers
        )
        found.append(
            Device(
                address,
                port,
                draw(st.sampled_from(Kind)),
                identity,
                channels=channels,
                evidence=tuple(told),
                weak_path=f"/{port}",
            )
        )
    return found


def _named(given_devices: list[Device]) -> set[tuple[tuple[str, int | None, int], ...]]:
    """The entries by what is the same in every order of the devices."""
    return {
        tuple((given_devices[at].address, given_devices[at].port, number) for at, number in one.places)
        for one in match(given_devices)
    }


@settings(max_examples=200, deadline=None)
@given(devices())
def test_every_camera_and_every_channel_appears_exactly_once(given_devices: list[Device]) -> None:
    shown = [place for one in match(given_devices) for place in one.places]
    expected = [
        (at, number)
        for at, device in enumerate(given_devices)
        for number in [channel.number for channel in device.channels] or ([1] if device.kind is Kind.CAMERA else [])
    ]
    assert sorted(shown) == expected


@settings(max_examples=200, deadline=None)
@given(devices(), st.randoms(use_true_random=False))
def test_the_order_of_the_devices_does_not_matter(given_devices: list[Device], dice: random.Random) -> None:
    shuffled = list(given_devices)
    dice.shuffle(shuffled)
    assert _named(shuffled) == _named(given_devices)


@settings(max_examples=200, deadline=None)
@given(devices())
def test_two_cameras_that_were_both_met_are_never_one(given_devices: list[Device]) -> None:
    for one in match(given_devices):
        met = [at for at, _ in one.places if given_devices[at].kind is not Kind.RECORDER]
        assert len(met) <= 1
        assert not met or one.places[0][0] == met[0]
