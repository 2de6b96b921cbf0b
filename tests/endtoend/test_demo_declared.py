"""The demo's list beside a scan that measures nothing: the same truths, as far as devices tell them of themselves.

With measuring and footage it is held against the oracle where the demo itself runs (`test_scan.py`, `demo_declared.check_demo`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cctv_probe.simulator.fleet import Fleet
from tests.endtoend.commands import fleet_on, run
from tests.endtoend.demo_declared import DECLARED, SCOPE, check_files, check_verdicts

pytestmark = pytest.mark.xdist_group("demo")

NET = "127.93.8"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Fleet]:
    """A folder with the list and a real scan of the demo municipality, on a network of the test's own."""
    folder = tmp_path_factory.mktemp("declared")
    for file, name in ((DECLARED, "list.csv"), (SCOPE, "scope.yaml")):
        (folder / name).write_text(file.read_text(encoding="utf-8").replace("127.81.1.", f"{NET}."), encoding="utf-8")
    with fleet_on("demo", NET, folder) as (town, credentials):
        words = ["scan", "--scope", str(folder / "scope.yaml"), "--credentials", str(credentials), "--no-measure"]
        ended = run(*words, "--out", str(folder / "run"), state=folder / "state")
        fleet = town.fleet
    assert ended.returncode == 0, ended.stderr
    return folder, fleet


def test_every_verdict_is_the_one_that_follows_from_the_truths(scanned: tuple[Path, Fleet]) -> None:
    folder, fleet = scanned
    words = ["compare", str(folder / "list.csv"), "--against", str(folder / "run"), "--lang", "th"]
    ended = run(*words, state=folder / "state", COLUMNS="120")
    assert ended.returncode == 3, ended.stderr
    happened = check_verdicts(folder / "run" / "compare", fleet, measured=False)
    assert {("match", None), ("mismatch", "overstated"), ("not_observed", None), ("camera_missing", None)} <= happened
    check_files(folder / "run" / "compare", fleet)
    assert "ไม่พบกล้อง" in ended.stdout
    assert "form.xlsx" in ended.stderr
