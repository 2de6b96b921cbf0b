"""The agent's Debian package on a machine of its own: installed, booted, working for the register, upgraded, removed.

One machine for the whole file, as it is with a town hall's: each test goes on where the one before it ended.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.endtoend.agent_machine import (
    AGENT,
    ROOT,
    CannotBootError,
    Machine,
    build_archive,
    build_package,
    debootstrap,
    eventually,
    missing,
    run,
    workshop,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("package"),  # one machine, made once
    pytest.mark.skipif(missing() is not None, reason=f"{missing()}"),
]

CAMERAS = ("127.81.1.11", "127.81.1.12")
INSIDE, OUTSIDE = "10.77.0.1", "10.78.0.1"
SCOPE = f"""version: 1
lao_code: "05990101"
name: เทศบาลตำบลบ้านสาธิต
ranges:
  - {{range: {CAMERAS[0]}-12, scope_class: public}}
  - {{range: {INSIDE}, scope_class: closed}}
"""
CONFIG = """version: 1
register: {{url: "{url}"}}
scope: scope.yaml
language: en
multicast: no
sample_s: 3
schedule:
  discovery: {{every: 1h}}
  reading: {{every: 1d}}
  measuring: {{every: 1d}}
  footage: {{every: 1d, enabled: no}}
"""
FLEET = """[Service]
ExecStart=/usr/bin/cctv-probe simulate /srv/fleet.yaml --write-credentials /srv/devices.yaml
"""
REGISTER = """[Service]
ExecStart=/opt/cctv-probe/bin/python3 -I -m cctv_probe.simulator.register --address 127.0.0.9 --lao-code 05990101 --log /srv/register.jsonl
StandardOutput=file:/srv/register.txt
"""
CONNECT = """
import socket
for address in ("{inside}", "{outside}", "127.0.0.1"):
    with socket.socket() as tcp:
        tcp.settimeout(2)
        try:
            tcp.connect((address, 9009))
            print("open")
        except OSError:
            print("closed")
"""
ARP = """[Unit]
Wants=
[Service]
Type=oneshot
Restart=no
WatchdogSec=0
ExecStart=
ExecStart=/opt/cctv-probe/bin/python3 -I -c "import threading; from cctv_probe.discover.arp import arp_sweep; \
  print('heard:', arp_sweep(['10.79.0.2'], stop=threading.Event()).macs.get('10.79.0.2'))"
"""
LISTEN = """[Service]
ExecStart=/usr/bin/python3 -m http.server 9009
"""


@dataclass
class Installed:
    """The machine, the package that is on it, and the archive."""

    machine: Machine
    package: Path
    archive: Path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with workshop(tmp_path_factory.mktemp("machine")) as folder:
        root = folder / "root"
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(debootstrap, root)
            package, archive = build_package(folder), build_archive(folder)
            made.result()
        (root / package.name).hardlink_to(package)
        yield Installed(Machine(root), package, archive)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def booted(installed: Installed) -> Iterator[Machine]:
    """Switched on: two cameras, a register, and services on an address inside the scope and one outside."""
    try:
        with installed.machine.booted() as machine:
            machine.add_network(f"{INSIDE}/32", f"{OUTSIDE}/32")
            machine.write("/srv/fleet.yaml", _small_fleet())
            for name, text in (("fleet", FLEET), ("register", REGISTER), ("listen", LISTEN)):
                machine.unit(f"{name}.service", text)
                machine.do("systemctl", "start", name)
            yield machine
    except CannotBootError as error:
        pytest.skip(f"systemd does not start in a container here: {error}")


def _small_fleet() -> str:
    """The first two cameras of the demo: H.264 and H.265."""
    fleet = yaml.safe_load((ROOT / "configs/fleets/demo.yaml").read_text("utf-8"))
    fleet["devices"] = fleet["devices"][:2]
    return yaml.safe_dump(fleet, allow_unicode=True)


def _text(machine: Machine, name: str) -> str:
    path = machine.root / name.lstrip("/")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _status(machine: Machine) -> dict[str, object]:
    text = _text(machine, "/var/lib/cctv-probe/agent/status.json")
    return dict(json.loads(text)) if text else {}


def _agent(machine: Machine) -> Path:
    return machine.root / "var/lib/cctv-probe/agent"


def _drop_in(machine: Machine) -> str:
    return _text(machine, f"/etc/systemd/system/{AGENT}.d/50-scope.conf")


def _unpacked(installed: Installed) -> Path:
    """The archive, unpacked where the machine sees it as /srv/<name>."""
    folder = installed.machine.root / "srv" / installed.archive.name.removesuffix(".tar")
    if not folder.exists():
        run("tar", "-C", folder.parent, "-xf", installed.archive)
        installed.archive.unlink()
    return folder


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _modes(machine: Machine, *names: str) -> dict[str, str]:
    shown = machine.once("stat", "-c", "%n %a %U:%G", *names).stdout
    return dict(line.split(" ", 1) for line in shown.splitlines())


# --- Installed --------------------------------------------------------------------------------------------------------


def test_the_package_installs_without_a_network_and_starts_nothing(installed: Installed) -> None:
    machine = installed.machine
    machine.once("dpkg", "--install", f"/{installed.package.name}")
    assert machine.once("dpkg", "--audit").stdout == ""
    assert machine.once("cctv-probe", "--version").stdout.startswith("cctv-probe ")
    assert _modes(machine, "/etc/cctv-probe", "/var/lib/cctv-probe", "/var/lib/cctv-probe/ledger") == {
        "/etc/cctv-probe": "750 root:cctv-probe",
        "/var/lib/cctv-probe": "710 cctv-probe:cctv-probe",
        "/var/lib/cctv-probe/ledger": "2770 cctv-probe:cctv-probe",
    }
    assert _modes(machine, "/var/lib/cctv-probe/ledger/logins.sqlite").popitem()[1] == "660 cctv-probe:cctv-probe"
    assert sorted(path.name for path in (machine.root / "etc/cctv-probe").iterdir()) == [
        "agent.example.yaml",
        "devices.example.yaml",
        "scope.example.yaml",
    ]
    assert not list((machine.root / "var/lib/cctv-probe").glob("agent*"))


def test_every_byte_of_the_package_is_checked_by_a_sum_and_none_is_writable_by_others(installed: Installed) -> None:
    machine = installed.machine
    assert machine.once("dpkg", "--verify", "cctv-probe").stdout == ""
    writable = machine.once("find", "/opt/cctv-probe", "/usr/bin/cctv-probe", "-perm", "/022", "!", "-type", "l")
    assert writable.stdout == ""
    compiled = machine.once("find", "/opt/cctv-probe", "-name", "tcp_sweep.cpython-*.pyc").stdout
    assert compiled.count("\n") == 1


def test_the_installed_units_are_clean_and_score_as_promised(installed: Installed) -> None:
    machine = installed.machine
    units = [
        f"/usr/lib/systemd/system/{name}"
        for name in (AGENT, "cctv-probe-scope.service", "cctv-probe-scope.path", "cctv-probe-scope.timer")
    ]
    said = machine.once("systemd-analyze", "verify", "--man=no", *units)
    assert (said.stdout, [line for line in said.stderr.splitlines() if "cctv-probe" in line]) == ("", [])
    score = machine.once("systemd-analyze", "security", "--no-pager", "--offline=true", units[0]).stdout
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", score)
    assert found
    assert float(found[1]) <= 1.6


def test_package_and_archive_are_built_apart_and_hold_the_same_bytes(installed: Installed) -> None:
    listed = (installed.machine.root / "var/lib/dpkg/info/cctv-probe.md5sums").read_text()
    packed = {name: digest for digest, name in (line.split("  ", 1) for line in listed.splitlines())}
    tree = _unpacked(installed) / "tree"
    beside = {name for name in packed if name.startswith("usr/share/doc/cctv-probe/c")}  # copyright, changelog
    assert "opt/cctv-probe/program/cctv_probe/pipeline.py" in packed
    assert {name for name in packed if not (tree / name).is_file()} == beside
    differing = [name for name in packed.keys() - beside if _md5(tree / name) != packed[name]]
    assert differing == []
    dates = {int(path.lstat().st_mtime) for path in tree.rglob("*")}
    assert len(dates) == 1, "the commit's, not the time of building"


# --- Booted -----------------------------------------------------------------------------------------------------------


def test_without_a_configuration_the_service_is_not_started(booted: Machine) -> None:
    assert booted.show("ActiveState") == "inactive"
    assert booted.show("ConditionResult") == "no"
    assert booted.do("systemctl", "is-enabled", AGENT).stdout.strip() == "enabled"


def test_the_machine_enrols_and_its_first_survey_is_acknowledged(booted: Machine) -> None:
    """Scan, decoder child and upload inside the whole sandbox: the unit is started as it is."""
    eventually(lambda: "ready" in _text(booted, "/srv/register.txt") and _text(booted, "/srv/devices.yaml"))
    told = dict(line.split("\t") for line in _text(booted, "/srv/register.txt").splitlines() if "\t" in line)
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE)
    booted.write("/etc/cctv-probe/devices.yaml", _text(booted, "/srv/devices.yaml"), 0o600)
    booted.write("/etc/cctv-probe/agent.yaml", CONFIG.format(url=told["url"]))
    booted.do("systemd-tmpfiles", "--create", "cctv-probe.conf")
    booted.do("cctv-probe", "agent", "check-config")
    booted.do("cctv-probe", "agent", "enrol", "--token-file", "-", typed=told["token"])
    booted.do("systemctl", "start", AGENT)
    assert booted.show("ActiveState") == "active"
    eventually(lambda: _status(booted).get("last_receipt"), within_s=180)
    assert booted.show("StatusText")
    surveys = [json.loads(path.read_text("utf-8")) for path in _agent(booted).glob("runs/*/survey.json")]
    decoded = {camera["streams"][0]["codec"]["source"] for survey in surveys for camera in survey["cameras"]}
    assert "decoder" in decoded
    assert '"bug"' not in json.dumps(surveys)
    assert '"not_permitted"' not in json.dumps(surveys)


def test_promise_9_the_agent_is_not_root_and_listens_on_no_port(booted: Machine) -> None:
    group = booted.do("cat", f"/sys/fs/cgroup{booted.show('ControlGroup')}/cgroup.procs").stdout.split()
    assert booted.show("MainPID") in group
    owners = {booted.do("stat", "-c", "%U", f"/proc/{pid}", check=False).stdout.strip() for pid in group}
    assert owners - {""} == {"cctv-probe"}
    tables = booted.do("cat", "/proc/net/tcp", "/proc/net/tcp6").stdout.splitlines()
    listening = {line.split()[9] for line in tables if line.split()[3:4] == ["0A"]}
    assert listening, "the cameras listen"
    for pid in group:
        held = booted.do("sh", "-c", f"ls -l /proc/{pid}/fd", check=False).stdout
        assert set(re.findall(r"socket:\[(\d+)\]", held)) & listening == set()


def test_no_password_lies_in_the_state_folder_and_none_of_it_is_open_to_others(booted: Machine) -> None:
    secrets = set(re.findall(r"password: (\S+)", _text(booted, "/srv/devices.yaml")))
    assert secrets
    files = [path for path in (booted.root / "var/lib/cctv-probe").rglob("*") if path.is_file()]
    assert [path for path in files for secret in secrets if secret.strip("'").encode() in path.read_bytes()] == []
    assert [path for path in _agent(booted).rglob("*") if path.stat().st_mode & 0o077 and not path.is_symlink()] == []


def _connects(machine: Machine) -> dict[str, str]:
    """What a process of the unit reaches."""
    answered = machine.inside(CONNECT.format(inside=INSIDE, outside=OUTSIDE)).split()
    return dict(zip(("inside", "outside", "loopback"), answered, strict=True))


def test_promise_10_the_kernel_lets_the_unit_reach_the_scope_and_nothing_else(booted: Machine) -> None:
    assert f"IPAddressAllow={INSIDE}/32" in _drop_in(booted)
    assert _connects(booted) == {"inside": "open", "outside": "closed", "loopback": "open"}
    everyone = booted.do("/usr/bin/python3", "-c", CONNECT.format(inside=INSIDE, outside=OUTSIDE)).stdout.split()
    assert everyone == ["open", "open", "open"], "outside the unit both services answer"
    assert "cctv-probe" in booted.do("cctv-probe", "agent", "unit-drop-in").stdout
    booted.do("cctv-probe", "agent", "unit-drop-in", "--check")
    assert "✗" not in booted.do("cctv-probe", "agent", "doctor", check=False).stdout


def test_with_the_drop_in_for_raw_sockets_the_sandbox_lets_arp_through_and_without_it_not(booted: Machine) -> None:
    for words in ("add veth0 type veth peer name veth1", "set veth0 up", "set veth1 up"):
        booted.do("ip", "link", *words.split(), spaces="-n")
    booted.do("ip", "address", "add", "10.79.0.1/24", "dev", "veth0", spaces="-n")
    booted.do("ip", "address", "add", "10.79.0.2/32", "dev", "veth1", spaces="-n")
    booted.do("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/accept_local", spaces="-n")  # both ends are here
    asked = {}
    for drop_in in ("", (ROOT / "agent/systemd/raw-sockets.conf").read_text()):
        booted.unit("arp.service", _text(booted, f"/usr/lib/systemd/system/{AGENT}"))
        booted.unit("arp.service.d/60-raw-sockets.conf", drop_in)
        booted.unit("arp.service.d/90-test.conf", ARP)
        booted.do("systemctl", "start", "arp.service")
        asked[bool(drop_in)] = booted.journal("arp.service")
    mac = booted.do("cat", "/sys/class/net/veth1/address").stdout.strip().upper()
    assert f"heard: {mac}" not in asked[False]
    assert f"heard: {mac}" in asked[True]
    booted.do("ip", "link", "delete", "veth0", spaces="-n")


def test_a_saved_scope_takes_effect_in_the_kernel_by_itself(booted: Machine) -> None:
    before = booted.show("MainPID")
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE.replace(INSIDE, OUTSIDE), 0o640)
    eventually(lambda: f"IPAddressAllow={OUTSIDE}/32" in _drop_in(booted))
    eventually(
        lambda: booted.show("MainPID") not in ("0", before) and booted.show("ActiveState") == "active", within_s=150
    )
    assert _connects(booted) == {"inside": "closed", "outside": "open", "loopback": "open"}
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE, 0o640)
    eventually(lambda: f"IPAddressAllow={INSIDE}/32" in _drop_in(booted))


def test_a_scope_that_cannot_be_read_leaves_the_kernel_s_list_as_it_was(booted: Machine) -> None:
    held = _drop_in(booted)
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE.replace("10.77.0.1", "8.8.8.8"), 0o640)
    refused = booted.do("cctv-probe", "agent", "unit-drop-in", "--write", check=False)
    assert refused.returncode == 78
    assert "public address" in refused.stderr or "สาธารณะ" in refused.stderr
    assert _drop_in(booted) == held
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE, 0o640)


def _settled(machine: Machine) -> str:
    """The main process of an agent that runs."""
    eventually(
        lambda: (
            machine.show("ActiveState") == "active"
            and not machine.do("systemctl", "list-jobs").stdout.count("cctv-probe")
        ),
        within_s=150,
    )
    return machine.show("MainPID")


def test_a_reload_keeps_the_process_and_a_stop_is_clean(booted: Machine) -> None:
    main = _settled(booted)
    booted.do("systemctl", "reload", AGENT)
    assert booted.show("MainPID") == main
    booted.do("systemctl", "stop", AGENT, timeout_s=200)
    assert (booted.show("ActiveState"), booted.show("Result")) == ("inactive", "success")
    booted.do("systemctl", "start", AGENT)


def test_a_service_that_hangs_or_dies_is_started_again(booted: Machine) -> None:
    booted.unit(f"{AGENT}.d/90-test.conf", "[Service]\nWatchdogSec=3\nRestartSec=1\n")
    booted.do("systemctl", "restart", AGENT, timeout_s=200)
    hung = _settled(booted)
    booted.do("sh", "-c", f"kill -STOP {hung}")
    eventually(
        lambda: booted.show("MainPID") not in ("0", hung) and booted.show("ActiveState") == "active", within_s=60
    )
    killed = booted.show("MainPID")
    booted.do("sh", "-c", f"kill -KILL {killed}")
    eventually(
        lambda: booted.show("MainPID") not in ("0", killed) and booted.show("ActiveState") == "active", within_s=60
    )
    booted.do("rm", f"/run/systemd/system/{AGENT}.d/90-test.conf")
    booted.do("systemctl", "daemon-reload")


def test_a_configuration_that_cannot_be_used_is_not_tried_again_and_again(booted: Machine) -> None:
    good = _text(booted, "/etc/cctv-probe/agent.yaml")
    booted.write("/etc/cctv-probe/agent.yaml", good.replace("scope: scope.yaml", "scoop: scope.yaml"), 0o640)
    booted.do("systemctl", "restart", AGENT, check=False, timeout_s=200)
    eventually(lambda: booted.show("ActiveState") == "failed")
    assert booted.show("ExecMainStatus") == "78"
    booted.write("/etc/cctv-probe/agent.yaml", good, 0o640)
    booted.do("systemctl", "start", AGENT)
    assert booted.show("ActiveState") == "active"


# --- Upgraded, removed, purged ----------------------------------------------------------------------------------------


def _make_newer(package: Path) -> None:
    """Raise the version of an uncompressed package in place (an archive's sums cover names, not what is inside)."""
    with package.open("r+b") as file:
        start = file.read(1 << 16)
        found = re.search(rb"\nVersion: (\d)", start)
        assert found
        file.seek(found.start(1))
        file.write(b"9")


def test_an_upgrade_keeps_state_and_configuration_and_starts_the_service_again(
    booted: Machine, installed: Installed
) -> None:
    main, identity = _settled(booted), (_agent(booted) / "identity.json").read_bytes()
    _make_newer(installed.package)
    booted.do("dpkg", "--install", f"/{installed.package.name}", timeout_s=300)
    assert _settled(booted) != main
    assert (_agent(booted) / "identity.json").read_bytes() == identity
    assert booted.do("dpkg-query", "-W", "-f", "${Version}", "cctv-probe").stdout.startswith("9")
    assert "scope.yaml" in _text(booted, "/etc/cctv-probe/agent.yaml")


def test_removal_keeps_state_and_configuration_and_purging_leaves_nothing(booted: Machine) -> None:
    booted.do("dpkg", "--remove", "cctv-probe", timeout_s=300)
    assert booted.do("systemctl", "is-active", AGENT, check=False).stdout.strip() != "active"
    assert not list((booted.root / "etc/systemd/system").glob("*.wants/cctv-probe*"))
    assert (_agent(booted) / "identity.json").exists()
    assert _text(booted, "/etc/cctv-probe/agent.yaml")
    assert not (booted.root / "opt/cctv-probe/lib").exists()
    booted.do("dpkg", "--purge", "cctv-probe")
    for left in ("etc/cctv-probe", "var/lib/cctv-probe", f"etc/systemd/system/{AGENT}.d", "opt/cctv-probe"):
        assert not (booted.root / left).exists(), left


def test_the_archive_for_machines_without_a_network_installs_upgrades_and_goes(
    booted: Machine, installed: Installed
) -> None:
    folder = f"/srv/{_unpacked(installed).name}"
    for _ in ("installed", "upgraded"):
        booted.do(f"{folder}/install.sh", timeout_s=300)
        assert booted.do("cctv-probe", "--version").stdout.startswith("cctv-probe ")
    assert booted.do("systemctl", "is-enabled", AGENT).stdout.strip() == "enabled"
    booted.write("/etc/cctv-probe/scope.yaml", SCOPE, 0o640)
    booted.do(f"{folder}/install.sh", "--uninstall")
    assert not (booted.root / "opt/cctv-probe").exists()
    assert _text(booted, "/etc/cctv-probe/scope.yaml") == SCOPE
    with (booted.root / folder.lstrip("/") / "tree/usr/bin/cctv-probe").open("a") as changed:
        changed.write("# changed\n")
    refused = booted.do(f"{folder}/install.sh", check=False)
    assert refused.returncode == 1
    assert "damaged or was changed" in refused.stderr
