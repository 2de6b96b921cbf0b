"""The command as a user runs it: in a process of its own, with its own state folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality

FLEETS = Path(__file__).resolve().parents[2] / "configs" / "fleets"


def environment(state: Path, **more: str) -> dict[str, str]:
    """This environment with a state folder of the test's own, and the checkout on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CCTV_PROBE_")}
    checkout = str(Path(__file__).resolve().parents[2])
    return {**kept, "CCTV_PROBE_STATE_DIR": str(state), "PYTHONPATH": checkout, "LANG": "C.UTF-8", **more}


def run(
    *words: str, state: Path, typed: str | None = None, timeout_s: float = 90, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `cctv-probe WORDS`; no traceback may ever be shown."""
    ended = subprocess.run(
        [sys.executable, "-m", "cctv_probe", *words],
        env=environment(state, **more),
        input=typed,
        stdin=subprocess.DEVNULL if typed is None else None,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        encoding="utf-8",
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    return ended


@contextmanager
def fleet_on(name: str, network: str, folder: Path) -> Iterator[tuple[Municipality, Path]]:
    """A fleet of `configs/fleets` running on another network, and a private credentials file that opens it."""
    fleet: Fleet = moved(load_fleet(FLEETS / f"{name}.yaml"), network)
    credentials = folder / "credentials.yaml"
    credentials.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), encoding="utf-8")
    credentials.chmod(0o600)
    with Municipality(fleet) as town:
        yield town, credentials


def passwords(fleet: Fleet) -> set[str]:
    """Every password of a fleet."""
    return {
        secret for device in fleet.devices for secret in (device.login.password, device.login.onvif_password) if secret
    }


def files_with(folder: Path, secrets: set[str]) -> list[str]:
    """The files under `folder` that hold any of `secrets`, in clear."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path) for secret in secrets if secret.encode() in content]
    return found
