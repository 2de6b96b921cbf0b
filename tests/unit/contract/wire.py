"""Bodies, keys and receipts for the tests of the wire contract. The agent's key is test-key-ed25519 of RFC 9421, B.1.4."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.keys import key_id_of
from cctv_probe.contract.receipt import signed_receipt
from cctv_probe.contract.report import record_digest, snapshot_digest
from tests.unit.contract.test_record import EXAMPLE

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
NOW_TEXT = "2026-11-23T02:10:00Z"

AGENT_KEY = Ed25519PrivateKey.from_private_bytes(base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="))
REGISTER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
AGENT_KEY_ID = key_id_of(AGENT_KEY.public_key())
REGISTER_KEYS = {key_id_of(REGISTER_KEY.public_key()): REGISTER_KEY.public_key()}

AGENT = "019364d2-1c00-7a3b-8e11-0123456789ab"
OTHER_AGENT = "019364d2-1c00-7a3b-8e11-ba9876543210"
REPORT = "019364d5-5800-7000-8000-000000000001"
OTHER_REPORT = "019364d5-5800-7000-8000-000000000002"
LAO = "05810109"

Json = dict[str, Any]


def key_of(key_id: str) -> Any:
    """The agent's public key, and no other."""
    return {AGENT_KEY_ID: AGENT_KEY.public_key()}.get(key_id)


def record(name: str = "serial:X1") -> Json:
    """A record made of the survey contract's own example."""
    camera = {**EXAMPLE["cameras"][0], "id": name}
    return {"camera": camera, "devices": [EXAMPLE["devices"][0]]}


def sent(name: str = "serial:X1") -> Json:
    """The record as it is sent."""
    found = record(name)
    return {"id": name, "digest": record_digest(found), "record": found}


def envelope(kind: str, **changes: Any) -> Json:
    """What stands around a body."""
    return {
        "contract": 1, "kind": kind, "report_id": REPORT, "agent_id": AGENT, "lao_code": LAO, "seq": 1, "previous": None,
        "created_utc": "2026-11-23T02:09:58Z", "clock_offset_s": None, "program": "cctv-probe 0.1.0", **changes,
    }  # fmt: skip


def report(*names: str, **changes: Any) -> Json:
    """A report with one new record for each of `names`."""
    records = [sent(name) for name in sorted(names)]
    manifest = [{"id": each["id"], "digest": each["digest"], "absent_since_utc": None} for each in records]
    return envelope(
        "report",
        **{
            "run": {
                "id": "019364d4-0000-7000-8000-00000000000a", "activity": "reading", "started_utc": "2026-11-23T02:00:00Z",
                "finished_utc": "2026-11-23T02:09:57Z", "complete": True, "addresses_tried": 254, "ranges": ["10.0.0.0/24"],
            },
            "part": None,
            "replaces": None,
            "snapshot": snapshot_digest(manifest),
            "manifest": manifest,
            "records": records,
            "counts": {
                "by_class": {"closed": {"cameras": 2, "devices": 2}, "unknown": {"cameras": 0, "devices": 1}},
                "not_a_camera": 7,
                "attempts": {"ok": 40, "timeout": 2},
            },
            "confirmed": {"reading": "2026-11-23T02:09:57Z", "measuring": None, "footage": None},
            **changes,
        },
    )  # fmt: skip


def records(*names: str, **changes: Any) -> Json:
    """Records that a receipt asked for."""
    return envelope("records", answers=OTHER_REPORT, records=[sent(name) for name in names], **changes)


def gap(**changes: Any) -> Json:
    """A gap of three reports."""
    lost = {
        "from_utc": "2026-08-01T00:00:00Z", "to_utc": "2026-08-03T00:00:00Z", "first_seq": 4, "last_seq": 6, "count": 3,
        "bytes": 123456, "reason": "cap_age", "seqs": [[4, 6]], **changes,
    }  # fmt: skip
    return envelope("gap", gap=lost)


def unsigned_receipt(body: Json, **changes: Any) -> Json:
    """What a register answers to `body`, before it signs."""
    return {
        "contract": 1, "report_id": body["report_id"], "digest": digest(canonical(body)), "agent_id": body["agent_id"],
        "lao_code": body["lao_code"], "seq": body["seq"], "received_utc": NOW_TEXT, "status": "accepted", "held": None,
        "accepted": len(body.get("records", [])), "rejected": [], "wanted": [], "pace_s": None, **changes,
    }  # fmt: skip


def receipt(body: Json, key: Ed25519PrivateKey = REGISTER_KEY, **changes: Any) -> Json:
    """What a register answers to `body`."""
    return signed_receipt(unsigned_receipt(body, **changes), key)


SAID = {"en": "The record does not keep the contract.", "th": "ระเบียนไม่เป็นไปตามข้อกำหนด"}
