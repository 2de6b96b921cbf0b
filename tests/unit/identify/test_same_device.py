"""Two visits, one device or two: by MAC, serial and UUID, never by address alone."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.identify.same_device import join, same, tell_apart
from cctv_probe.model.device import Device, Identity, Kind
from cctv_probe.model.evidence import Evidence, Source, Standing

M1, M2 = "28:57:BE:00:00:01", "28:57:BE:00:00:02"


def fact(attribute: str, value: str) -> Evidence:
    return Evidence("device", attribute, value, Source("test", Standing.CONFIGURED), datetime(2026, 11, 23, tzinfo=UTC))


def device(address: str = "10.0.0.1", *, macs: tuple[str, ...] = (), brand: str | None = None, port: int = 80, kind: Kind = Kind.CAMERA, **identity: str) -> Device:  # fmt: skip
    evidence = [fact("mac", mac) for mac in macs] + ([fact("brand", brand)] if brand else [])
    mac = identity.pop("mac", macs[0] if macs else None)
    return Device(address, port, kind, Identity(mac=mac, **identity), evidence=tuple(evidence), open_ports=(port,))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        # a shared MAC decides, whatever else
        (device(mac=M1, serial="A"), device("10.0.0.2", mac=M1, serial="B"), True),
        (device(macs=(M1, M2)), device("10.0.0.2", mac=M2), True),
        (device(mac=M1, serial="A", uuid="u"), device(mac=M2, serial="A", uuid="u"), False),
        # without MACs on both sides: at one address one key, across addresses two
        (device(serial="A"), device(serial="A", port=8080), True),
        (device(uuid="u"), device(uuid="u", port=8080), True),
        (device(serial="A", mac=M1), device(serial="A", port=8080), True),
        (device(serial="A"), device("10.0.0.2", serial="A"), False),
        (device(serial="A", uuid="u"), device("10.0.0.2", serial="A", uuid="u"), True),
        # a key that contradicts
        (device(serial="A", uuid="u"), device(serial="A", uuid="v"), False),
        (device(serial="A"), device(serial="B"), False),
        (device(serial="A", uuid="u", brand="Axis"), device(serial="A", uuid="u", brand="Bosch"), False),
        (device(serial="A", brand="Axis"), device(serial="A", brand="Axis"), True),
        # nothing known, or an address alone, joins nothing
        (device(), device(), False),
        (device(serial="A"), device(uuid="u"), False),
        (device(certificate_sha256="c"), device("10.0.0.2", certificate_sha256="c"), False),
        # a web server is not joined to anything
        (device(mac=M1, kind=Kind.NOT_A_CAMERA), device(mac=M1), False),
    ],
)
def test_whether_two_visits_met_the_same_device(one: Device, other: Device, alike: bool) -> None:
    assert same(one, other) is alike
    assert same(other, one) is alike
    assert len(join([one, other])) == (1 if alike else 2)


def test_a_recorder_with_two_network_cards_is_one_device() -> None:
    rich = replace(device("10.0.0.2", macs=(M1, M2), serial="R"), seen_by=("tcp",), open_ports=(80, 554))
    poor = replace(device("10.1.0.2", mac=M2), seen_by=("arp", "tcp"))
    (joined,) = join([poor, rich])
    assert (joined.address, joined.other_addresses) == ("10.0.0.2", ("10.1.0.2",))
    assert joined.identity == Identity(serial="R", mac=M1)
    assert joined.seen_by == ("tcp", "arp")
    assert joined.open_ports == (80, 554), "ports belong to an address"


def test_two_ports_of_one_address_are_joined_with_both_ports() -> None:
    (joined,) = join([device(serial="A", port=80), device(serial="A", port=8080)])
    assert (joined.open_ports, joined.other_addresses) == ((80, 8080), ())


BRIDGE = (device("10.0.0.1", mac=M1), device("10.0.0.2", mac=M2), device("10.0.0.3", macs=(M1, M2)))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_visit_that_knows_both_cards_joins_the_others_in_whatever_order(order: tuple[int, ...]) -> None:
    (joined,) = join([BRIDGE[number] for number in order])
    assert {joined.address, *joined.other_addresses} == {"10.0.0.1", "10.0.0.2", "10.0.0.3"}


def test_the_order_of_the_visits_stays() -> None:
    found = join(
        [
            device("10.0.0.1", serial="A"),
            device("10.0.0.2", serial="B"),
            device("10.0.0.1", serial="A", port=81),
            device("10.0.0.3"),
        ]
    )
    assert [one.address for one in found] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_a_thousand_devices_are_joined_at_once() -> None:
    many = [
        device(
            f"10.0.{n // 250}.{n % 250}",
            macs=(f"28:57:BE:00:{n // 256:02X}:{n % 256:02X}",),
            serial=str(n),
            brand="Axis",
        )
        for n in range(1000)
    ]
    began = time.monotonic()
    assert len(join([*many, *many])) == 1000
    assert time.monotonic() - began < 2


_DEVICES = st.builds(
    lambda address, mac, serial, uuid: device(f"10.0.0.{address}", mac=mac, serial=serial, uuid=uuid),
    st.integers(1, 3), st.sampled_from([None, M1, M2]), st.sampled_from([None, "A", "B"]), st.sampled_from([None, "u", "v"]),
)  # fmt: skip


@given(st.lists(_DEVICES, max_size=8))
def test_joining_loses_no_address_and_no_device_is_joined_twice(devices: list[Device]) -> None:
    found = join(devices)
    assert {a for one in found for a in (one.address, *one.other_addresses)} == {one.address for one in devices}
    assert len(found) <= len(devices)
    assert join(found) == found


# --- Told apart -------------------------------------------------------------------------------------------------------


def test_cameras_with_the_same_factory_serial_stay_two() -> None:
    found = tell_apart(
        join([device("10.0.0.1", mac=M1, serial="12345678"), device("10.0.0.2", mac=M2, serial="12345678")])
    )
    assert [one.id for one in found] == [f"mac:{M1}", f"mac:{M2}"]
    for one, other in (found, found[::-1]):
        (finding,) = one.findings
        assert finding.code == "identity_shared"
        assert one.address in finding.text.en
        assert other.address in finding.text.th
        assert "12345678" in finding.text.en


def test_cameras_that_share_every_key_are_known_by_address_alone() -> None:
    alike = [device(f"10.0.0.{n}", serial="A", certificate_sha256="c") for n in (1, 2, 3)]
    found = tell_apart(alike)
    assert [(one.id, one.id_basis) for one in found] == [
        (f"address:10.0.0.{n}:80", "address_port_path") for n in (1, 2, 3)
    ]
    assert [len(one.findings) for one in found] == [2, 2, 2]


def test_devices_with_keys_of_their_own_are_left_as_they_are() -> None:
    devices = (device("10.0.0.1", serial="A"), device("10.0.0.2", serial="B"), device("10.0.0.3"))
    assert tell_apart(devices) == devices


@given(st.lists(_DEVICES, max_size=6))
def test_after_telling_apart_no_key_is_shared(devices: list[Device]) -> None:
    found = tell_apart(devices)
    strong = [one.id for one in found if one.id_basis != "address_port_path"]
    assert len(strong) == len(set(strong))
    assert [one.address for one in found] == [one.address for one in devices]
