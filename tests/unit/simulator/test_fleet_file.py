"""Fleet files: the ones in the repository load; every mistake is one sentence with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from cctv_probe.simulator.fleet_file import FleetError, load_fleet, read_fleet
from cctv_probe.simulator.generated import credentials_for, many_cameras, moved
from tests.unit.simulator.towns import FLEETS

RECORDINGS = "devices[0].channels[0].recordings"
STREAM = "devices[0].channels[0].truths.streams[0]"
GOOD = """\
name: {en: Town, th: เมือง}
lao_code: "05990101"
devices:
- address: 127.9.9.1
  kind: camera
  name: กล้อง
  identity: {brand: Axis, manufacturer: AXIS, model: M1}
  ports: {http: 8080, rtsp: 8554}
  login: {user: u, password: p, scheme: wsse}
  services: [device, media1]
  channels:
  - name: หนึ่ง
    truths:
      streams:
      - {name: main, codec: h264, width: 640, height: 480, frame_rate: 10, path: /a}
"""


def test_the_demo_fleet_has_its_sixteen_devices() -> None:
    fleet = load_fleet(FLEETS / "demo.yaml")
    assert [device.address for device in fleet.devices] == [f"127.81.1.{n}" for n in range(11, 27)]
    assert len({device.identity.brand for device in fleet.devices}) == 16
    assert all(port >= 1024 for device in fleet.devices for port in device.ports.all())


def test_every_fleet_in_the_repository_loads() -> None:
    files = sorted(FLEETS.glob("*.yaml"))
    assert {"demo.yaml", "hostile.yaml", "recordings.yaml", "streams.yaml"} <= {file.name for file in files}
    assert all(load_fleet(file).devices for file in files)


def test_the_passwords_of_the_demo_can_be_searched_for() -> None:
    passwords = [device.login.password for device in load_fleet(FLEETS / "demo.yaml").devices]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 15
    assert any(set("@:/?#%") <= set(password) for password in passwords)


@pytest.mark.parametrize(
    ("before", "after", "line", "key", "said"),
    [
        ("kind: camera", "kind: toaster", 5, "devices[0].kind", "'camera', 'recorder'"),
        ("kind: camera", "knd: camera", 5, "devices[0].knd", "allowed here: address, kind, name"),
        ("codec: h264", "codec: av2", 15, "devices[0].channels[0].truths.streams[0].codec", "'h264'"),
        ("{http: 8080", "{htp: 8080", 8, "devices[0].ports.htp", "allowed here: http, https, rtsp"),
        ("http: 8080", "http: 80800", 8, "devices[0].ports.http", "less than or equal to 65535"),
        ("127.9.9.1", "10.9.9.1", 4, "devices[0].address", "'10.9.9.1' is not an address in 127.0.0.0/8"),
        ("brand: Axis, ", "", 7, "devices[0].identity.brand", "is needed"),
        ("rtsp: 8554", "rtsp: 8080", 4, "devices[0]", "a port is used twice"),
        ('"05990101"', "'5'", 2, "lao_code", "match pattern"),
        ("width: 640", "width: 641", 15, "devices[0].channels[0].truths.streams[0].width", "multiple of 2"),
        ("path: /a", "path: /a, varying: [{frame_rate: 25, for_s: 2}]", 15, STREAM, "the mean of varying is 25"),
        ("path: /a", "path: /a, varying: [{frame_rate: 7, for_s: 0.5}]", 15, f"{STREAM}.varying[0]", "whole number"),
        ("path: /a", "path: /a, faults: {dead: yes}", 15, f"{STREAM}.faults.dead", "'describe_404'"),
        (
            "path: /a",
            "path: /a, faults: {ded: no_rtp}",
            15,
            f"{STREAM}.faults.ded",
            "allowed here: dead, starts_with_gop",
        ),
        ("h264, width", "mjpeg, faults: {mark_on_sei: true}, width", 15, STREAM, "need h264 or h265"),
        ("h264, width", "h265, faults: {absurd_size: true}, width", 15, STREAM, "absurd_size needs h264"),
        ("- name: หนึ่ง", "- name: หนึ่ง\n    recordings: {day: 3}", 13, f"{RECORDINGS}.day", "allowed here: days"),
        ("- name: หนึ่ง", "- name: หนึ่ง\n    recordings: {oldest_at: 12:30}", 13, f"{RECORDINGS}.oldest_at", "string"),
        (
            "- name: หนึ่ง",
            "- name: หนึ่ง\n    recordings: {gaps: [{day: 1, starts: '09:00', ends: '08:00'}]}",
            13,
            f"{RECORDINGS}.gaps[0]",
            "not before",
        ),
        ("path: /a", "path: /onvif/replay/1", 4, "devices[0]", "those of recordings"),
    ],
)
def test_a_mistake_is_named_with_its_line(before: str, after: str, line: int, key: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(FleetError) as caught:
        read_fleet(GOOD.replace(before, after), "town.yaml")
    assert str(caught.value).startswith(f"town.yaml, line {line}, key {key}: ")
    assert said in str(caught.value)
    assert "บรรทัด" in caught.value.text.th


def test_the_good_file_is_good() -> None:
    assert read_fleet(GOOD, "town.yaml").devices[0].channels[0].truths.streams[0].gop_length == 20


def test_yaml_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match=r"not valid YAML.*line 1"):
        read_fleet("name: [", "town.yaml")
    with pytest.raises(FleetError, match="cannot be read"):
        load_fleet(tmp_path / "missing.yaml")
    with pytest.raises(FleetError, match="the whole file"):
        read_fleet("", "town.yaml")


def test_credentials_put_equal_logins_together() -> None:
    groups = credentials_for(many_cameras(3, "127.9.0.254"))["groups"]
    assert [group["ranges"] for group in groups] == [["127.9.0.254", "127.9.0.255", "127.9.1.0"]]
    demo = credentials_for(load_fleet(FLEETS / "demo.yaml"))
    assert [len(group["ranges"]) for group in demo["groups"]] == [1] * 16
    assert demo["version"] == 1


def test_a_separate_onvif_user_is_written_apart() -> None:
    with_two = GOOD.replace("password: p,", "password: p, onvif_user: o, onvif_password: q,")
    (group,) = credentials_for(read_fleet(with_two, "town.yaml"))["groups"]
    assert (group["user"], group["password"]) == ("u", "p")
    assert group["onvif_user"] == {"user": "o", "password": "q"}


def test_a_moved_fleet_keeps_its_last_octets() -> None:
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), "127.90.3")
    assert [device.address for device in fleet.devices] == [f"127.90.3.{n}" for n in range(11, 27)]
