"""`cctv-probe agent outbox …` as a person types it, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cctv_probe.agent.config import load_agent_config
from cctv_probe.agent.enrolment.identity import Identity, save_identity
from cctv_probe.agent.enrolment.keys import id_of, new_key
from cctv_probe.agent.outbox import Outbox, Row, open_outbox
from cctv_probe.agent.service.wanted import wanted_files
from cctv_probe.cli import exits
from cctv_probe.cli.agent import outbox as command
from cctv_probe.cli.exits import Stop
from cctv_probe.contract.bundle import read_bundle
from cctv_probe.contract.enrolment import RegisterKey
from cctv_probe.contract.keys import key_id_of, public_key_text
from cctv_probe.contract.receipt import receipts_file, signed_receipt
from cctv_probe.wire.clock import SystemClock
from tests.unit.agent.outbox.bodies import AGENT, HEADING, put

LAO = "74010000"
REGISTER = Ed25519PrivateKey.generate()
THAI = re.compile("[\u0e00-\u0e7f]")


class Site:
    """A configured, enrolled machine and what it says."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "agent.yaml"
        self.config.write_text(json.dumps({"version": "1", "scope": "scope.yaml", "state": "state"}))
        configured = load_agent_config(self.config)
        self.places = configured.places
        self.places.make()
        self.key = new_key(self.places.key)
        register = RegisterKey(id=key_id_of(REGISTER.public_key()), public_key=public_key_text(REGISTER.public_key()))
        made = {id_of(self.key): "2026-11-23T02:00:00Z"}
        save_identity(
            self.places,
            Identity(AGENT, LAO, "https://register.example", "เทศบาล", "2026-11-23T02:00:00Z", (register,), made),
        )
        self.box: Outbox = open_outbox(configured, SystemClock())

    def run(self, *words: str, typed: str = "") -> tuple[int, str]:
        """Exit code and everything that was said."""
        done = CliRunner().invoke(command.group(), [*words, "--config", str(self.config)], input=typed)
        if isinstance(done.exception, Stop):
            return done.exception.code, done.exception.text.en
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done.exit_code, done.output

    def receipt(self, row: Row, **more: Any) -> dict[str, Any]:
        unsigned = {
            "contract": 1, "report_id": row.report_id, "digest": row.digest, "agent_id": AGENT, "lao_code": LAO,
            "seq": row.seq, "received_utc": "2026-11-23T03:00:00Z", "status": "accepted", "held": None, "accepted": 1,
            "rejected": [], "wanted": [], "pace_s": None,
        }  # fmt: skip
        return signed_receipt({**unsigned, **more}, REGISTER)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_list_shows_every_row_and_what_it_comes_to(site: Site) -> None:
    one, two = put(site.box, "one"), put(site.box, "two", held=True)
    site.box.drop(put(site.box, "three").report_id)
    code, said = site.run("list")
    assert code == 0
    lines = said.splitlines()
    assert one.report_id in lines[0]
    assert "waiting for approval" in lines[1]
    assert two.report_id in lines[1]
    assert "dropped_by_person" in lines[3]
    assert lines[3].endswith("numbers 3.")
    assert "Waiting to be sent: 2. For approval: 1." in lines[-1]
    code, said = site.run("list", "--state", "held", "--json")
    shape = json.loads(said)
    assert [row["report_id"] for row in shape["rows"]] == [two.report_id]
    assert shape["depth"]["held"] == 1
    assert site.run("list", "--state", "flying")[0] == exits.USAGE


def test_the_list_of_an_empty_outbox_is_empty(site: Site) -> None:
    assert site.run("list", "--json")[1]
    assert json.loads(site.run("list", "--json")[1])["rows"] == []


def test_what_a_register_said_cannot_write_on_the_terminal(site: Site) -> None:
    row = put(site.box, "one")
    site.box.quarantine(row.report_id, "evil\x1b[2J\r\nroot#")
    for words in (("list",), ("show", "1")):
        assert "\x1b" not in site.run(*words)[1]
        assert "\r" not in site.run(*words)[1]


def test_show_names_a_report_by_number_id_or_beginning(site: Site) -> None:
    row = put(site.box, "one")
    site.box.acked(row.report_id, site.receipt(row))
    for name in ("1", "#1", row.report_id, row.report_id.upper(), row.report_id[:13]):
        code, said = site.run("show", name)
        assert code == 0
        assert row.report_id in said
        assert "delivered" in said
    shape = json.loads(site.run("show", "1", "--json")[1])
    assert shape["receipt"] == site.receipt(row)
    assert shape["body"]["report_id"] == row.report_id
    for name in ("7", "nobody", "", "0189", "٣"):
        assert site.run("show", name)[0] == exits.USAGE


def test_verify_finds_damage_and_changes_nothing(site: Site) -> None:
    put(site.box, "one")
    site.box.close()
    assert site.run("verify")[0] == 0
    data = b"garbage" * 9000
    site.places.outbox.write_bytes(data)
    code, said = site.run("verify")
    assert code == exits.NOTHING_DONE
    assert "damaged" in said
    assert site.places.outbox.read_bytes() == data


def test_a_bundle_goes_out_and_its_receipts_come_back(site: Site, tmp_path: Path) -> None:
    rows = [put(site.box, "one"), put(site.box, "two")]
    file = tmp_path / "out.bundle"
    code, said = site.run("export", str(file))
    assert code == 0
    assert "2 reports" in said
    with file.open("rb") as opened:
        bundle = read_bundle(opened, lambda name: site.key.public_key() if name == id_of(site.key) else None)
        assert [report.report_id for report in bundle.reports()] == [row.report_id for row in rows]
    assert site.run("export", str(file))[0] == exits.USAGE, "nothing is written over"
    wanted = "ab" * 32
    receipts = [site.receipt(rows[0], wanted=[wanted]), {**site.receipt(rows[1]), "seq": 9}]
    carried = tmp_path / "receipts.json"
    carried.write_bytes(receipts_file(AGENT, receipts))
    code, said = site.run("import", str(carried))
    assert code == exits.PARTLY
    assert "Newly delivered: 1." in said
    assert [site.box.row(row.report_id).state for row in rows] == ["acked", "queued"]
    assert [note.stem for note in wanted_files(site.places)] == [rows[0].report_id], "what it asks for is noted"
    assert site.run("import", str(tmp_path / "none"))[0] == exits.NOTHING_DONE


def test_promise_5_a_record_that_a_carried_receipt_rejects_is_set_apart(site: Site, tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [{"id": name, "digest": "ab" * 32, "record": {}} for name in ("good", "bad")]
    manifest = [{"id": one["id"], "digest": one["digest"], "absent_since_utc": None} for one in records]
    body = {**HEADING, "records": records, "manifest": manifest, "part": None, "replaces": None, "run": {"id": "run"}}
    row = site.box.enqueue("report", lambda _: body, run_id="run")
    assert row is not None
    rejected = [{"id": "bad", "code": "malformed", "text": {"en": "Not a record.", "th": "ไม่ใช่ระเบียน"}}]
    carried = tmp_path / "receipts.json"
    carried.write_bytes(receipts_file(AGENT, [site.receipt(row, rejected=rejected)]))
    assert site.run("import", str(carried))[0] == 0
    (apart,) = site.box.rows("quarantined")
    assert [record["id"] for record in json.loads(site.box.body(apart.report_id))["records"]] == ["bad"]
    assert site.box.row(row.report_id).state == "acked"


def test_receipts_of_another_register_or_agent_are_not_believed(site: Site, tmp_path: Path) -> None:
    row = put(site.box, "one")
    stranger = signed_receipt(site.receipt(row), Ed25519PrivateKey.generate())
    other = site.receipt(row, agent_id="01890000-0000-7000-8000-00000000ffff")
    carried = tmp_path / "receipts.json"
    for receipt in (stranger, other):
        carried.write_bytes(receipts_file(AGENT, [receipt]))
        assert site.run("import", str(carried))[0] == exits.NOTHING_DONE
    assert site.box.row(row.report_id).state == "queued"


def test_retry_sends_at_once_one_or_all(site: Site) -> None:
    one, two = put(site.box, "one"), put(site.box, "two")
    site.box.quarantine(one.report_id, "record_refused")
    assert site.run("retry")[0] == exits.USAGE
    assert site.run("retry", "1", "--all")[0] == exits.USAGE
    assert site.run("retry", "1")[0] == 0
    assert site.box.row(one.report_id).state == "queued"
    site.box.quarantine(two.report_id, "record_refused")
    assert "2 reports" in site.run("retry", "--all")[1]
    assert site.box.depth().quarantined == 0


def test_drop_asks_first_and_keeps_the_reason(site: Site) -> None:
    row = put(site.box, "one")
    assert site.run("drop", "1")[0] == exits.USAGE
    assert site.box.row(row.report_id).state == "queued"
    assert site.run("drop", "1", "--yes", "--reason", "a trial")[0] == 0
    assert (site.box.row(row.report_id).state, site.box.row(row.report_id).status) == ("dropped", "a trial")
    sending = put(site.box, "two")
    site.box.begin(sending.report_id)
    assert site.run("drop", "2", "--yes")[0] == exits.TEMPORARY


def test_what_a_person_did_stands_in_the_audit_log(site: Site) -> None:
    put(site.box, "one")
    site.run("drop", "1", "--yes")
    assert "outbox_given_up" in site.places.audit.read_text()


def test_an_agent_that_never_ran_is_said_so(tmp_path: Path) -> None:
    config = tmp_path / "agent.yaml"
    config.write_text(json.dumps({"version": "1", "scope": "scope.yaml", "state": "state"}))
    for words in (["list"], ["verify"], ["show", "1"]):
        done = CliRunner().invoke(command.group(), [*words, "--config", str(config)])
        assert isinstance(done.exception, Stop)
        assert done.exception.code == exits.NOTHING_DONE
        assert THAI.search(done.exception.text.th)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["agent.yaml"], "looking makes nothing"


def test_everything_is_said_in_thai_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cctv_probe.cli.language.LANGUAGE", "th")
    row = put(site.box, "one")
    site.box.acked(row.report_id, site.receipt(row))
    put(site.box, "two")
    for words in (("list",), ("show", "1"), ("show", "2"), ("verify",), ("retry", "--all"), ("--help",)):
        code, said = (
            site.run(*words) if words != ("--help",) else (0, CliRunner().invoke(command.group(), ["--help"]).output)
        )
        assert code == 0
        assert THAI.search(said), words
