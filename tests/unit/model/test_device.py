"""Devices are told apart by what they are, never by where they are."""

from __future__ import annotations

import pytest

from cctv_probe.model.device import Device, Identity, Kind

UUID = "urn:uuid:6a2b9b3e-0000-4000-8000-000000000003"


def device(identity: Identity, *, weak_path: str = "") -> Device:
    return Device("127.0.10.1", 554, Kind.CAMERA, identity, weak_path=weak_path)


@pytest.mark.parametrize(
    ("identity", "basis", "device_id"),
    [
        (Identity(serial="SN1", uuid=UUID, mac="AA:BB:CC:DD:EE:FF"), "serial", "serial:SN1"),
        (Identity(uuid=UUID, mac="AA:BB:CC:DD:EE:FF"), "uuid", UUID),
        (Identity(mac="AA:BB:CC:DD:EE:FF", certificate_sha256="ab"), "mac", "mac:AA:BB:CC:DD:EE:FF"),
        (Identity(certificate_sha256="ab"), "certificate", "certificate:ab"),
        (Identity(), "address_port_path", "address:127.0.10.1:554/cam2"),
    ],
)
def test_identity_in_order_of_strength(identity: Identity, basis: str, device_id: str) -> None:
    found = device(identity, weak_path="/cam2")
    assert (found.id_basis, found.id) == (basis, device_id)


def test_an_identity_fills_only_its_gaps() -> None:
    joined = Identity(serial="SN1").or_(Identity(serial="SN2", mac="AA:BB:CC:DD:EE:FF"))
    assert joined == Identity(serial="SN1", mac="AA:BB:CC:DD:EE:FF")
