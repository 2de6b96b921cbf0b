"""The agent's units as systemd reads them, and the program under the unit's own system-call filter and limits."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.simulator.register import Receiver, Setup
from tests.protocol.unit_filter import allowed_calls, settings

pytestmark = pytest.mark.xdist_group("agent unit")

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "agent/systemd"
AGENT = "cctv-probe-agent.service"
FILTER = Path(__file__).with_name("unit_filter.py")
NOBODY = 65534

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they lie on a machine, with what they start."""
    folder = tmp_path / "usr/lib/systemd/system"
    folder.mkdir(parents=True)
    for unit in UNITS.glob("cctv-probe*"):
        shutil.copy(unit, folder)
    for target in (
        "sysinit",
        "basic",
        "shutdown",
        "multi-user",
        "network-online",
        "network",
        "nss-lookup",
        "time-sync",
        "timers",
        "paths",
    ):
        (folder / f"{target}.target").write_text("[Unit]\nDescription=a target\n")
    for program in ("opt/cctv-probe/bin/python3", "bin/sh"):
        (tmp_path / program).parent.mkdir(parents=True)
        shutil.copy(sys.executable, tmp_path / program)
    return tmp_path


def _score(root: Path) -> float:
    answer = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--root={root}", AGENT],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", answer.stdout)
    assert found, answer.stdout + answer.stderr
    assert answer.stderr == ""
    return float(found[1])


def _add(root: Path, name: str, text: str) -> None:
    path = root / "etc/systemd/system" / f"{AGENT}.d" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@needs_systemd
def test_promise_9_the_unit_scores_1_6_at_most_and_2_0_with_raw_sockets(units: Path) -> None:
    assert _score(units) <= 1.6
    _add(units, "50-scope.conf", "[Service]\nIPAddressAllow=10.0.0.0/24\n")
    assert _score(units) <= 1.6
    _add(units, "60-raw-sockets.conf", (UNITS / "raw-sockets.conf").read_text())
    assert 1.0 < _score(units) <= 2.0


@needs_systemd
def test_systemd_has_nothing_to_say_against_the_units(units: Path) -> None:
    names = sorted(path.name for path in (units / "usr/lib/systemd/system").glob("cctv-probe*"))
    assert len(names) == 4
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={units}", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_promise_9_no_port_is_opened_for_the_agent_and_it_is_not_root() -> None:
    assert list(UNITS.glob("*.socket")) == []
    unit = settings((UNITS / AGENT).read_text())
    assert unit["User"] == unit["Group"] == ["cctv-probe"]
    assert unit["CapabilityBoundingSet"] == unit["AmbientCapabilities"] == [""]
    assert unit["IPAddressDeny"] == ["any"]


def test_the_service_is_never_given_up_but_for_a_configuration_that_cannot_be_used() -> None:
    text = (UNITS / AGENT).read_text()
    unit = settings(text)
    assert "StartLimitIntervalSec=0" in text
    assert unit["Restart"] == ["always"]
    assert unit["RestartPreventExitStatus"] == ["78"]
    assert (unit["Type"], unit["NotifyAccess"], unit["KillMode"]) == (["notify"], ["main"], ["mixed"])
    assert int(unit["TimeoutStopSec"][0]) >= 120
    assert int(unit["WatchdogSec"][0]) >= 60


# --- Under the unit's own filter --------------------------------------------------------------------------------------


@functools.cache
def _ordinary_user() -> int:
    """Nobody; where interpreter or checkout lie in a folder that only root may enter, root's own number, which `confine`
    leaves without a single capability."""
    try:
        subprocess.run([sys.executable, "-c", "import numpy"], cwd=ROOT, user=NOBODY, group=NOBODY, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        return 0
    return NOBODY


def _confined(*words: object, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command under the unit's filter and limits, as an ordinary user, with `folder` for its state."""
    user = _ordinary_user() if os.geteuid() == 0 else os.geteuid()
    if os.geteuid() == 0:
        os.chown(folder, user, user)
        for path in folder.rglob("*"):
            os.chown(path, user, user)
    return subprocess.run(
        [sys.executable, FILTER, UNITS / AGENT, str(user), "--", sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CCTV_PROBE_STATE_DIR": str(folder),
            "CCTV_PROBE_LANG": "en",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **more,
        },
    )


@pytest.fixture
def state() -> Iterator[Path]:
    """A private folder that an ordinary user reaches (pytest's own are closed to others, again and again)."""
    with tempfile.TemporaryDirectory(prefix="cctv-probe-unit-") as folder:
        yield Path(folder)


FORBIDDEN = {
    "mount": "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.mount(b'none', b'/mnt', b'tmpfs', 0, None), ctypes.get_errno())",
    "ptrace": "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.ptrace(0, 0, 0, 0), ctypes.get_errno())",
    "unshare": "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.unshare(0x10000000), ctypes.get_errno())",
    "writable code": "import mmap\ntry: mmap.mmap(-1, 4096, prot=7)\nexcept OSError as error: print(-1, error.errno)",
    "packet socket": "import socket\ntry: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nexcept OSError as error: print(-1, 1 if error.errno == 97 else error)",
    "other user": "import os\ntry: os.setuid(1)\nexcept OSError as error: print(-1, error.errno)",
}


@needs_systemd
@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_filter_that_the_next_tests_run_under_is_in_force(what: str, state: Path) -> None:
    done = _confined("-c", FORBIDDEN[what], folder=state)
    assert done.stdout.split() == ["-1", "1"], done


@needs_systemd
def test_the_allow_list_holds_what_the_decoder_child_needs_and_not_what_privileges_need() -> None:
    calls = allowed_calls(settings((UNITS / AGENT).read_text())["SystemCallFilter"])
    assert {"setrlimit", "prlimit64", "seccomp", "prctl", "execve"} <= calls
    assert (
        calls
        & {"mount", "ptrace", "bpf", "init_module", "reboot", "setuid", "chown", "keyctl", "mlock", "io_uring_setup"}
        == set()
    )


CONFIG = """version: 1
register: {{url: "{url}"}}
scope: scope.yaml
credentials: devices.yaml
state: .
language: en
multicast: no
sample_s: 3
"""
SCOPE = """version: 1
lao_code: "05990101"
ranges: [{{range: {first}, scope_class: public}}, {{range: {second}, scope_class: public}}]
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Path]]:
    """An H.264 and an H.265 camera, and their credentials."""
    from dataclasses import replace

    import yaml

    from cctv_probe.simulator.generated import credentials_for

    fleet = moved(load_fleet(ROOT / "configs/fleets/demo.yaml"), "127.86.1")
    fleet = replace(fleet, devices=fleet.devices[:2])
    credentials = tmp_path_factory.mktemp("town") / "credentials.yaml"
    credentials.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), encoding="utf-8")
    with Municipality(fleet):
        yield fleet, credentials


@needs_systemd
@pytest.mark.timeout(120)
def test_scan_and_decoder_work_under_the_unit_s_own_filter_and_limits(town: tuple[Fleet, Path], state: Path) -> None:
    fleet, credentials = town
    shutil.copy(credentials, state / "devices.yaml")
    (state / "devices.yaml").chmod(0o600)
    addresses = [device.address for device in fleet.devices]
    out = state / "out"
    done = _confined(
        "-m",
        "cctv_probe",
        "scan",
        *addresses,
        "--credentials",
        state / "devices.yaml",
        "--out",
        out,
        "--sample-s",
        "3",
        folder=state,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    survey = json.loads((out / "survey.json").read_text("utf-8"))
    text = json.dumps(survey, ensure_ascii=False)
    decoded = [camera["streams"][0]["codec"]["source"] for camera in survey["cameras"]]
    assert decoded == ["decoder"] * len(addresses), (
        "the decoder child works inside the filter, and confines itself further"
    )
    assert '"bug"' not in text
    assert '"not_permitted"' not in text


@needs_systemd
@pytest.mark.timeout(180)
def test_enrolment_scan_decoder_and_upload_work_under_the_unit_s_own_filter_and_limits(
    town: tuple[Fleet, Path], state: Path
) -> None:
    fleet, credentials = town
    first, second = (device.address for device in fleet.devices)
    shutil.copy(credentials, state / "devices.yaml")
    (state / "devices.yaml").chmod(0o600)
    (state / "scope.yaml").write_text(SCOPE.format(first=first, second=second))
    with Receiver(Setup(lao_names={"05990101": "เทศบาลตำบลบ้านสาธิต"})) as register:
        (state / "agent.yaml").write_text(CONFIG.format(url=register.url))
        (state / "token").write_text(register.issue_token("05990101"))
        agent = ("-m", "cctv_probe", "agent")
        config = ("--config", state / "agent.yaml")
        enrolled = _confined(*agent, "enrol", *config, "--token-file", state / "token", folder=state)
        assert enrolled.returncode == 0, enrolled.stdout + enrolled.stderr
        done = _confined(*agent, "run", "--once", "--activity", "measuring", *config, folder=state)
        assert done.returncode == 0, done.stdout + done.stderr
        (report,) = register.reports()
    survey = json.loads(next((state / "agent/runs").glob("*/survey.json")).read_text("utf-8"))
    assert {camera["streams"][0]["codec"]["source"] for camera in survey["cameras"]} == {"decoder"}
    assert report
