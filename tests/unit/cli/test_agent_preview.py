"""`agent preview` and `agent approve`: what a person sees is what is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cctv_probe.agent.config import load_agent_config
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.pass_on import pass_on
from cctv_probe.agent.leaving.report import Author
from cctv_probe.agent.outbox import Outbox, open_outbox
from cctv_probe.cli.agent.approve import approve
from cctv_probe.cli.agent.preview import preview
from cctv_probe.cli.exits import Stop
from cctv_probe.contract.report import ReportBody
from cctv_probe.wire.clock import SystemClock
from tests.unit.agent.leaving.towns import camera, survey

AUTHOR = Author("01920000-0000-7000-8000-000000000009", "05810109", "cctv-probe 0.1.0")


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "agent.yaml"
    lines = ["version: '1'", "scope: scope.yaml", "state: state", "review: required", "outbox: {min_free_mib: 0}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    load_agent_config(path).places.make()
    return path


@pytest.fixture
def held(configured: Path) -> Outbox:
    """One report that waits for approval."""
    config = load_agent_config(configured)
    outbox = open_outbox(config, SystemClock())
    told = survey([camera(1), camera(2, scope_class="closed")], 0)
    folder = config.places.present
    pass_on(told, "reading", folder=folder, outbox=outbox, author=AUTHOR, guard=Guard(), held=config.review)
    return outbox


def ran(command: Any, *words: str) -> str:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, list(words), catch_exceptions=False, standalone_mode=False)
    return str(result.stdout)


def test_json_prints_the_very_body(configured: Path, held: Outbox) -> None:
    (row,) = held.rows()
    printed = ran(preview, row.report_id, "--json", "--config", str(configured))
    assert printed == held.body(row.report_id).decode() + "\n"


def test_without_a_name_everything_that_stands_is_shown(configured: Path, held: Outbox) -> None:
    now = json.loads(ran(preview, "--json", "--config", str(configured)))
    (row,) = held.rows()
    sent = json.loads(held.body(row.report_id))
    assert (now["manifest"], now["records"], now["counts"]) == (sent["manifest"], sent["records"], sent["counts"])
    assert ReportBody.model_validate(now).seq == 1


def test_the_summary_names_what_leaves_what_stays_and_what_waits(configured: Path, held: Outbox) -> None:
    shown = ran(preview, "--config", str(configured))
    (row,) = held.rows()
    assert row.report_id in shown
    assert "ตลาด 1" in shown
    assert "ตลาด 2" not in shown


def test_before_the_first_scan_there_is_nothing_to_show(configured: Path) -> None:
    with pytest.raises(Stop) as stopped:
        ran(preview, "--config", str(configured))
    assert "No scan has ended" in stopped.value.text.en


def test_an_unknown_id_is_one_sentence(configured: Path, held: Outbox) -> None:
    with pytest.raises(Stop) as stopped:
        ran(preview, "01920000-0000-7000-8000-0000000000ff", "--config", str(configured))
    assert stopped.value.code == 1
    assert stopped.value.text.en


def test_approval_releases_and_names_the_approver(configured: Path, held: Outbox) -> None:
    assert held.next_due() is None
    ran(approve, "--all", "--by", "สมชาย", "--config", str(configured))
    assert held.next_due() is not None
    audit = load_agent_config(configured).places.audit.read_text(encoding="utf-8")
    assert "report_approved" in audit
    assert "สมชาย" in json.dumps([json.loads(line) for line in audit.splitlines()], ensure_ascii=False)


def test_nothing_is_approved_without_being_named(configured: Path, held: Outbox) -> None:
    with pytest.raises(Stop) as stopped:
        ran(approve, "--config", str(configured))
    assert stopped.value.code == 2
    assert held.next_due() is None
