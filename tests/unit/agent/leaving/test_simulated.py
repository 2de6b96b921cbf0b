"""A simulated town, scanned twice as it is: nothing that really stands still is sent twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from cctv_probe.agent.leaving.absorb import absorb
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.present import Present
from cctv_probe.agent.leaving.records import select
from cctv_probe.cli.prepare import Asked, read_credentials
from cctv_probe.cli.scanning import run_scan
from cctv_probe.contract.canonical import canonical
from cctv_probe.simulator.fleet_file import load_fleet
from cctv_probe.simulator.generated import credentials_for, moved
from cctv_probe.simulator.municipality import Municipality
from cctv_probe.survey.shape import shape
from tests.unit.simulator.towns import FLEETS, own_network


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Guard]:
    """Two readings, one after the other, and the guard of the credentials they used."""
    folder = tmp_path_factory.mktemp("town")
    fleet = moved(load_fleet(FLEETS / "demo.yaml"), own_network())
    credentials = folder / "credentials.yaml"
    credentials.write_text(yaml.safe_dump(credentials_for(fleet), allow_unicode=True), encoding="utf-8")
    credentials.chmod(0o600)
    addresses = tuple(device.address for device in fleet.devices)
    found = []
    with pytest.MonkeyPatch.context() as patch, Municipality(fleet):
        patch.setenv("CCTV_PROBE_STATE_DIR", str(folder / "state"))
        for number in range(2):
            asked = Asked(
                addresses,
                credentials_file=credentials,
                out=folder / str(number),
                measure=False,
                no_arp=True,
                no_multicast=True,
            )
            found.append(json.loads(json.dumps(shape(run_scan(asked, quiet=True).survey))))
    return found, Guard.of(read_credentials(asked))


def test_a_second_reading_of_the_same_town_sends_no_record(scans: tuple[list[dict[str, Any]], Guard]) -> None:
    (first, second), guard = scans
    once = absorb(Present(), first, "reading", class_of=lambda _camera: "public").present
    sent = select(once, guard, first["run"]["finished_utc"])
    assert len(sent.manifest) == len(sent.new) == len(first["cameras"]) > 10
    assert sent.withheld == ()
    twice = absorb(sent.present, second, "reading", class_of=lambda _camera: "public").present
    again = select(twice, guard, second["run"]["finished_utc"])
    assert again.new == ()
    assert again.manifest == sent.manifest


def test_no_login_of_the_town_leaves_with_its_records(scans: tuple[list[dict[str, Any]], Guard]) -> None:
    (first, _), guard = scans
    once = absorb(Present(), first, "reading", class_of=lambda _camera: "public").present
    text = canonical(select(once, guard, first["run"]["finished_utc"]).records()).decode()
    assert guard.passwords
    assert [secret for secret in guard.passwords if secret in text] == []
