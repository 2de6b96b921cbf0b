"""Sites without a way out: a signed bundle goes out, receipts come back, and nothing leaves the queue in between."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.agent.outbox import Outbox, OutboxError, Row
from cctv_probe.contract.bundle import Bundled, read_bundle, write_bundle
from cctv_probe.model.words import Text
from tests.unit.agent.outbox.bodies import AGENT, outbox, put, receipt

KEY = Ed25519PrivateKey.generate()
NOT_OURS = Text(en="Signed by someone else.", th="ลงลายมือชื่อโดยผู้อื่น")


def write(file: BinaryIO, rows: Sequence[Row], body_of: Callable[[Row], bytes]) -> None:
    write_bundle(
        file, agent_id=AGENT, lao_code="74010000", created_utc="2026-11-23T02:00:00Z", count=len(rows),
        reports=(Bundled(row.report_id, row.seq, body_of(row)) for row in rows), key=KEY,
    )  # fmt: skip


def believe(_: Mapping[str, Any]) -> Text | None:
    return None


def carried(path: Path, receipts: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"contract": 1, "kind": "receipts", "agent_id": AGENT, "receipts": receipts}))
    return path


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return outbox(tmp_path / "state")


def test_a_bundle_holds_what_waits_and_leaves_it_waiting(box: Outbox, tmp_path: Path) -> None:
    made = [put(box, f"run {number}") for number in range(3)]
    put(box, "held", held=True)
    box.drop(made[1].report_id)
    file = tmp_path / "out.bundle"
    rows = box.export(file, write)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bundle = read_bundle(io.BytesIO(file.read_bytes()), lambda _: KEY.public_key())
    bodies = [json.loads(report.body) for report in bundle.reports()]
    assert [(body["kind"], body["seq"]) for body in bodies] == [("report", 1), ("report", 3), ("gap", 5)]
    assert [row.seq for row in rows] == [1, 3, 5]
    assert [row.exported_utc is not None for row in box.rows("queued")] == [True, True, True]
    assert box.next_due() is not None


def test_receipts_that_come_back_count_once_and_only_if_they_are_believed(box: Outbox, tmp_path: Path) -> None:
    one, two, three = (put(box, f"run {number}") for number in range(3))
    stranger = {**receipt(one), "report_id": "01890000-0000-7000-8000-00000000ffff"}
    file = carried(
        tmp_path / "receipts.json", [receipt(one), {**receipt(two), "digest": "0" * 64}, receipt(three), stranger]
    )
    done = box.import_receipts(file, lambda told: NOT_OURS if told["report_id"] == three.report_id else None)
    assert (done.acknowledged, done.already, done.unknown) == (1, 0, 1)
    assert [name for name, _ in done.refused] == [two.report_id, three.report_id]
    assert done.refused[1][1] == NOT_OURS
    assert done.receipts == (receipt(one),)
    again = box.import_receipts(file, believe)
    assert (again.acknowledged, again.already) == (1, 1)
    assert {row.seq: row.state for row in box.rows()} == {1: "acked", 2: "queued", 3: "acked"}


def test_a_report_that_was_given_up_after_its_export_is_delivered_after_all(box: Outbox, tmp_path: Path) -> None:
    row = put(box, "run")
    box.export(tmp_path / "out.bundle", write)
    box.drop(row.report_id)
    box.import_receipts(carried(tmp_path / "receipts.json", [receipt(row)]), believe)
    assert box.row(row.report_id).state == "acked"
    assert box.gathering() == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"kind": "receipts"}', b'{"kind": "receipts", "receipts": [1]}', b"[" * 5000],
)
def test_what_is_no_file_of_receipts_is_said_to_be_none(box: Outbox, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "receipts.json"
    file.write_bytes(data)
    with pytest.raises(OutboxError) as told:
        box.import_receipts(file, believe)
    assert told.value.code == "bad_file"
    assert str(file) in told.value.text.th


def test_files_that_are_not_there_are_said_so_and_nothing_is_marked(box: Outbox, tmp_path: Path) -> None:
    put(box, "run")
    with pytest.raises(OutboxError):
        box.import_receipts(tmp_path / "none.json", believe)
    with pytest.raises(OutboxError):
        box.export(tmp_path / "none" / "out.bundle", write)

    def fails(_: BinaryIO, rows: Sequence[Row], body_of: Callable[[Row], bytes]) -> None:
        assert body_of(rows[0])
        raise OSError(28, "No space left on device")

    with pytest.raises(OutboxError):
        box.export(tmp_path / "out.bundle", fails)
    assert [row.exported_utc for row in box.rows()] == [None]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["state"]
