"""What a technician sees: the demo's truths in the table, one clear sentence for every mistake, no secret anywhere."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.contract.record import SurveyShape
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.oracle import expected_cameras, expected_streams
from cctv_probe.simulator.oracle_retention import expected_retention
from tests.endtoend.commands import FLEETS, environment, files_with, fleet_on, passwords, run
from tests.endtoend.demo_declared import check_demo

ATTRIBUTES = ("brand", "resolution", "max_resolution", "frame_rate")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder of the test's own."""
    return tmp_path / "state"


def survey_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "survey.json").read_text(encoding="utf-8"))
    SurveyShape.model_validate(found)
    return found


@pytest.mark.xdist_group("demo")
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_shows_every_camera_as_the_fleet_file_says_it_is(state: Path, tmp_path: Path) -> None:
    ended = run("demo", "--out", str(tmp_path / "demo"), "--lang", "th", state=state, COLUMNS="120", timeout_s=380)
    assert ended.returncode == 0, ended.stderr
    fleet = load_fleet(FLEETS / "demo.yaml")
    recorded = {(one.address, one.channel): one for one in expected_retention(fleet, datetime.now(UTC))}
    cameras = {(camera["device"], camera["channel"]): camera for camera in survey_of(tmp_path / "demo")["cameras"]}
    for expected in expected_cameras(fleet):
        kept = recorded.get((expected.address, expected.channel))
        fields = cameras[(expected.address, expected.channel)]["fields"]
        for attribute in ATTRIBUTES:
            if attribute not in expected.untellable:
                of_recording = kept is not None and attribute in ("resolution", "frame_rate")
                told, true = fields[attribute]["value"], getattr(kept if of_recording else expected, attribute)
                assert fields[attribute]["proxy"] is (kept is None) or attribute not in ("resolution", "frame_rate")
                close = isinstance(true, float) and abs(told - true) <= max(0.3, 0.02 * true)
                assert told == true or close, (expected.address, attribute)
        codec = kept.codec if kept else expected.codec
        assert fields["file_format"]["value"] == {"codec": codec, "container": "not_observable"}
        assert expected.brand in ended.stdout
    assert len(cameras) == len(expected_cameras(fleet))
    for stream in (each for each in expected_streams(fleet) if each.name == "main"):
        camera = cameras[(stream.address, stream.channel)]
        measured = camera["streams"][0]["frame_rate"]
        if stream.works:
            assert measured["standing"] == "measured"
            assert abs(measured["value"] - stream.frame_rate) <= max(0.3, 0.02 * stream.frame_rate)
            assert camera["working"]["value"] is (not stream.health_faults), stream.address
    assert files_with(tmp_path, passwords(fleet)) == []
    assert not any(secret in ended.stdout + ended.stderr for secret in passwords(fleet))

    for place, kept in recorded.items():
        assert kept.verified_days is not None
        retention = cameras[place]["retention"]
        assert cameras[place]["fields"]["retention_days"]["value"] == kept.verified_days, place
        enough = "match" if kept.verified_days >= 29 else "maturing" if kept.maturing else "mismatch"
        assert (retention["verdict"], retention["complete"]) == (enough, True), place
        days = {day["date"] for day in retention["timeline"]["days"] if day["day"] in kept.missing_days}
        assert len(days) == len(kept.missing_days) <= len(retention["gaps"])
    check_demo(tmp_path / "demo", fleet, ended.stdout, ended.stderr)
    assert "ยืนยันได้" in ended.stdout
    assert "รอบที่สอง: สแกนแล้ว มีรายงานรอส่ง 1 ฉบับ" in ended.stderr
    receipts = re.findall(
        r"ใบรับที่ (\d): รายงาน \S+\n +accepted เมื่อ \S+: กล้อง (\d+) ตัว ใหม่หรือเปลี่ยนแปลง (\d+)", ended.stderr
    )
    assert receipts == [("1", "19", "19"), ("2", "19", "0")]
    assert (tmp_path / "demo" / "report.html").read_text(encoding="utf-8").count("<svg") >= len(recorded)


def test_lies_stand_beside_the_truth_as_disagreements(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.1", tmp_path) as (town, credentials):
        address = town.addresses[1]
        words = ["inspect", address, "--credentials", str(credentials), "--lang", "en", "--no-measure"]
        ended = run(*words, state=state, COLUMNS="120")
    assert ended.returncode == 0, ended.stderr
    text = ended.stdout
    assert "≠ H.264" in text
    assert text.index("≠ Where the data differ") < text.index("Device\n")
    assert "H.265" in text


def test_json_goes_to_standard_output_and_nothing_else_does(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.2", tmp_path) as (town, credentials):
        words = ["scan", *town.addresses[:2], "--credentials", str(credentials), "--json", "--no-measure"]
        ended = run(*words, state=state)
        assert ended.returncode == 0, ended.stderr
        found = json.loads(ended.stdout)
    assert [camera["fields"]["brand"]["value"] for camera in found["cameras"]] == ["Hikvision", "Dahua"]
    runs = list((state / "runs").iterdir())
    assert len(runs) == 1, "without --out the evidence lies in a run folder of the user's state"
    kept = {path.name for path in (runs[0] / "evidence").rglob("*") if path.is_file()}
    told = {sha for camera in found["cameras"] for fact in camera["fields"].values() for sha in fact["evidence"]}
    assert told
    assert told <= kept
    assert runs[0].stat().st_mode & 0o077 == 0


def test_the_csv_opens_in_thai_excel(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.3", tmp_path) as (town, credentials):
        words = ["scan", town.addresses[0], "--credentials", str(credentials), "--no-measure"]
        run(*words, "--out", str(tmp_path / "o"), state=state)
    raw = (tmp_path / "o" / "survey.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0]["resolution"] == "1920x1080"
    assert "แยกตลาดสด" in rows[0]["name"]


def test_hostile_devices_do_not_stop_the_scan_and_get_one_line_each(state: Path, tmp_path: Path) -> None:
    with fleet_on("hostile", "127.91.4", tmp_path) as (town, credentials):
        began = time.monotonic()
        ended = run(
            "scan", "127.91.4.0/24", "--credentials", str(credentials), "--out", str(tmp_path / "o"), state=state
        )
        took_s = time.monotonic() - began
        secrets = passwords(town.fleet)
        assert town.errors == []
    assert ended.returncode == 3, ended.stderr
    assert took_s < 40
    found = survey_of(tmp_path / "o")
    assert {device["address"] for device in found["devices"]} == set(town.addresses)
    assert not any(attempt["ending"] == "bug" for device in found["devices"] for attempt in device["attempts"])
    kinds = {device["address"].rpartition(".")[2]: device["kind"] for device in found["devices"]}
    assert kinds["31"] == "not_a_camera"
    assert files_with(tmp_path / "o", secrets) == []
    report = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in report.lower()
    assert "\x1b" not in ended.stdout


def test_a_wrong_password_leaves_the_device_closed_and_says_so(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.5", tmp_path) as (town, _):
        address = town.addresses[7]
        for _ in range(2):
            ended = run("scan", address, "--user", "admin", typed="wrong-Password-9\n", state=state)
            assert ended.returncode == 1, ended.stderr
        assert town.state(address).failed_logins == 1
    shown = ended.stdout + ended.stderr
    assert "wrong-Password-9" not in shown
    assert address in shown
    assert files_with(state, {"wrong-Password-9"}) == []


def test_ctrl_c_keeps_what_was_found(state: Path, tmp_path: Path) -> None:
    with fleet_on("hostile", "127.91.6", tmp_path) as (town, credentials):
        command = [sys.executable, "-m", "cctv_probe", "scan", "127.91.6.0/24", "--credentials", str(credentials)]
        command += ["--out", str(tmp_path / "o"), "--json"]
        process = subprocess.Popen(
            command, env=environment(state), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        waiting_since = time.monotonic()
        while not any(entry.operation == "GetProfiles" for entry in town.log()):
            assert time.monotonic() - waiting_since < 30
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert "Traceback" not in out + err
    assert "kept" in err
    found = json.loads(out)
    assert found["run"]["complete"] is False
    assert found["devices"]
    assert (tmp_path / "o" / "report.html").exists()


MISTAKES: list[tuple[list[str], int, str]] = [
    (["scan"], 2, "10.0.0.0/24"),
    (["scan", "8.8.8.8"], 2, "--allow-public"),
    (["scan", "10.0.0.0/8"], 2, "65,536"),
    (["scan", "fd00::/64"], 2, "IPv6"),
    (["scan", "camera.local"], 2, "camera.local"),
    (["scan", "10.0.0.300"], 2, "10.0.0.300"),
    (["scan", "10.0.0.5", "--exclude", "10.0.0.0/24"], 2, "."),
    (["scan", "0.0.0.0"], 2, "0.0.0.0"),
    (["scan", "127.0.0.1", "--credentials", "/nowhere/x.yaml"], 78, "/nowhere/x.yaml"),
    (["scan", "127.0.0.1", "--scope", "/nowhere/s.yaml"], 78, "/nowhere/s.yaml"),
    (["scan", "127.0.0.1", "--ports", "http"], 2, "http"),
    (["scan", "127.0.0.1", "--lang", "fr"], 2, "fr"),
    (["scan", "127.0.0.1", "--nonsense"], 2, "--nonsense"),
    (["scan", "127.0.0.1", "--user", "x"], 2, "x"),
    (["inspect", "127.0.0.1", "--from", "/nowhere"], 78, "/nowhere"),
    (["simulate", "/nowhere/f.yaml"], 78, "/nowhere/f.yaml"),
    (["nonsense"], 2, "nonsense"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISTAKES, ids=[" ".join(words)[:50] for words, _, _ in MISTAKES])
def test_each_mistake_gets_one_clear_sentence(words: list[str], code: int, said: str, state: Path) -> None:
    ended = run(*words, state=state)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) <= 4


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_a_credentials_file_that_others_can_read_is_refused(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text('version: 1\ngroups: [{name: a, user: u, password: "S3cret-of-the-test"}]\n', encoding="utf-8")
    path.chmod(0o644)
    ended = run("scan", "127.0.0.1", "--credentials", str(path), state=state)
    assert ended.returncode == 78
    assert "chmod 600" in ended.stderr
    assert "S3cret" not in ended.stderr


def test_yaml_mistakes_name_file_line_key_and_allowed_values(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("version: 1\nranges:\n- range: 127.0.0.1\n  scope_class: street\n", encoding="utf-8")
    ended = run("scan", "--scope", str(path), state=state)
    assert ended.returncode == 78
    for word in (str(path), "4", "scope_class", "adjoining_road"):
        assert word in ended.stderr


def test_an_empty_range_says_so(state: Path) -> None:
    ended = run("scan", "127.91.7.0/29", "--lang", "th", state=state)
    assert ended.returncode == 1
    assert "ไม่มีอุปกรณ์ใดตอบ" in ended.stderr


def test_a_machine_without_a_network_gets_one_sentence(state: Path) -> None:
    alone = ["unshare", "--net", sys.executable, "-m", "cctv_probe", "scan", "10.0.0.0/29", "--lang", "en"]
    ended = subprocess.run(alone, env=environment(state), capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    told, where = ended.stderr.strip().splitlines()
    assert "no way to any of the 6 addresses" in told
    assert str(state) in where


def test_a_dry_run_tells_what_would_be_asked_and_sends_nothing(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.8", tmp_path) as (town, credentials):
        ended = run("scan", "127.91.8.0/24", "--credentials", str(credentials), "--dry-run", state=state)
        assert town.log() == []
    assert ended.returncode == 0
    for word in ("127.91.8.0/24", "254", "GetDeviceInformation", "group-1", "8554"):
        assert word in ended.stdout
    assert "RTSP PLAY" in ended.stdout
    assert "FindRecordings" not in ended.stdout, "a scan does not ask for recordings"
    assert not any(secret in ended.stdout for secret in passwords(town.fleet))


def test_a_scope_file_bounds_the_scan_and_gives_the_owner(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.9", tmp_path) as (town, credentials):
        scope = tmp_path / "scope.yaml"
        scope.write_text(
            "version: 1\nlao_code: '5990101'\nname: ทต.บ้านสาธิต\nranges:\n"
            f"- {{range: {town.addresses[0]}, scope_class: public}}\n- {{range: {town.addresses[1]}, scope_class: closed}}\n",
            encoding="utf-8",
        )
        words = ["scan", "--scope", str(scope), "--credentials", str(credentials), "--json", "--no-measure"]
        ended = run(*words, state=state)
        asked = {entry.address for entry in town.log()}
        refused = run("scan", town.addresses[2], "--scope", str(scope), state=state)
        logins = [
            entry
            for entry in town.log()
            if entry.address == town.addresses[1] and entry.credentials not in ("", "none", None)
        ]
    assert asked == set(town.addresses[:2])
    assert refused.returncode == 2
    assert logins == [], "a place that is closed to the survey is never logged in to"
    cameras = {camera["device"]: camera for camera in json.loads(ended.stdout)["cameras"]}
    first = cameras[town.addresses[0]]
    assert first["scope_class"] == "public"
    assert first["fields"]["owner"]["value"] == {"lao_code": "05990101", "name": "ทต.บ้านสาธิต"}
    assert first["fields"]["owner"]["standing"] == "declared"
    assert cameras[town.addresses[1]]["scope_class"] == "closed"


def test_thumbnails_stand_in_the_local_report_only_where_they_are_asked_for(state: Path, tmp_path: Path) -> None:
    with fleet_on("demo", "127.91.10", tmp_path) as (town, credentials):
        words = ["scan", town.addresses[8], "--credentials", str(credentials), "--sample-s", "3"]
        run(*words, "--out", str(tmp_path / "with"), "--thumbnails", state=state)
        run(*words, "--out", str(tmp_path / "without"), state=state)
    assert "data:image/jpeg;base64," in (tmp_path / "with" / "report.html").read_text(encoding="utf-8")
    assert "data:image/jpeg" not in (tmp_path / "without" / "report.html").read_text(encoding="utf-8")
    for folder in ("with", "without"):
        told = (tmp_path / folder / "survey.json").read_text(encoding="utf-8")
        assert "jpeg" not in told
        pictures = [
            path for path in (tmp_path / folder).rglob("*") if path.is_file() and b"\xff\xd8\xff" in path.read_bytes()
        ]
        assert pictures == [], "no picture is kept as a file"
