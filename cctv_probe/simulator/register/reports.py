"""What happens to a report: known already, refused, held, or committed; and its receipt."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.model.words import Text
from cctv_probe.simulator.register import bodies, canonical, problems, receipts
from cctv_probe.simulator.register.canonical import NotJsonError
from cctv_probe.simulator.register.present import is_whole
from cctv_probe.simulator.register.problems import Answer, RefusedError, both, utc_text
from cctv_probe.simulator.register.requests_in import Request
from cctv_probe.simulator.register.setup import Refusal, Rules
from cctv_probe.simulator.register.store import AgentKey, Committed, Store, add_report

_MOST_WANTED = 1000


@dataclass(frozen=True, slots=True)
class _Bad:
    """A record that is refused."""

    id: str
    digest: str
    code: str
    how: Refusal
    text: Text

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "code": self.code, "text": both(self.text)}


class Reports:
    """Takes reports, one after the other."""

    def __init__(self, store: Store, rules: Rules, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._rules = rules
        self._key = key
        self._turn = threading.Lock()

    def receive(self, request: Request, data: bytes, key: AgentKey, now: datetime) -> Answer:
        """The signed receipt, after the commit. data: the body uncompressed. Raises RefusedError."""
        try:
            body = bodies.check_report(canonical.read_canonical(data))
        except NotJsonError as error:
            raise RefusedError("malformed", str(error)) from error
        _check_names(request, body, key)
        digest = hashlib.sha256(data).hexdigest()
        with self._turn:
            known = self._store.committed(report_id=body["report_id"])
            if known:
                return self._again(known[0], digest)
            return self._new(body, digest, data, now)

    def _again(self, known: Committed, digest: str) -> Answer:
        """The same receipt once more: the report counts once however often it comes."""
        if known.digest != digest:
            raise RefusedError("body_changed")
        status = "held" if known.status == "held" else "duplicate"
        receipt = receipts.signed({**known.receipt, "status": status, "pace_s": self._rules.pace_s}, self._key)
        return Answer(200, canonical.write(receipt), code=status)

    def _new(self, body: dict[str, Any], digest: str, data: bytes, now: datetime) -> Answer:
        bad = self._bad_records(body)
        self._refuse(body, [one for one in bad if one.how != "receipt"])
        is_fork = self._is_fork(body, digest)
        with self._store.transaction() as db:
            if is_fork:
                taken, wanted = 0, []
            else:
                self._note(db, body["agent_id"], bad)
                taken = _keep_records(db, body, {one.id for one in bad})
                wanted = self._wanted(body)
            receipt = receipts.signed(
                {
                    **{name: body[name] for name in ("contract", "report_id", "agent_id", "lao_code", "seq")},
                    "digest": digest,
                    "received_utc": utc_text(now),
                    "status": "held" if is_fork else "accepted",
                    "held": {"code": "forked_chain", "text": both(problems.FORKED)} if is_fork else None,
                    "accepted": taken,
                    "rejected": [] if is_fork else [one.shown() for one in bad],
                    "wanted": wanted,
                    "pace_s": self._rules.pace_s,
                },
                self._key,
            )
            add_report(db, _committed(body, receipt), data)
        return Answer(200 if is_fork else 201, canonical.write(receipt), code=receipt["status"])

    def _bad_records(self, body: dict[str, Any]) -> list[_Bad]:
        found = []
        for entry in body.get("records", ()):
            how = self._rules.refused_cameras.get(entry["id"])
            if how is not None:
                found.append(_Bad(entry["id"], entry["digest"], "record_refused", how, problems.REFUSED_RECORD))
            elif not bodies.is_record(entry["record"]):
                found.append(_Bad(entry["id"], entry["digest"], "malformed", "named", problems.WRONG_RECORD))
            elif canonical.digest_of(entry["record"]) != entry["digest"]:
                found.append(_Bad(entry["id"], entry["digest"], "digest_mismatch", "named", problems.WRONG_DIGEST))
        return found

    def _refuse(self, body: dict[str, Any], bad: list[_Bad]) -> None:
        """Raises RefusedError where the whole body is refused for a record; that record is not asked for again."""
        if not bad:
            return
        with self._store.transaction() as db:
            self._note(db, body["agent_id"], bad)
        if any(one.how == "unnamed" for one in bad):
            raise RefusedError("malformed", status=422)
        raise RefusedError("record_refused", rejected=[one.shown() for one in bad])

    def _note(self, db: sqlite3.Connection, agent_id: str, bad: list[_Bad]) -> None:
        values = [(agent_id, one.digest, one.id) for one in bad]
        db.executemany("INSERT OR IGNORE INTO refused VALUES (?, ?, ?)", values)

    def _is_fork(self, body: dict[str, Any], digest: str) -> bool:
        """Whether another chain under this key is known: its number taken, or a neighbour that names another body."""
        seq = body["seq"]
        neighbours = {
            known: (previous, its_digest)
            for known, previous, its_digest in self._store.rows(
                "SELECT seq, previous, digest FROM reports WHERE agent_id = ? AND status = 'accepted' AND seq BETWEEN ? AND ?",
                body["agent_id"],
                seq - 1,
                seq + 1,
            )
        }
        before, after = neighbours.get(seq - 1), neighbours.get(seq + 1)
        return (
            seq in neighbours
            or (before is not None and before[1] != body["previous"])
            or (after is not None and after[0] != digest)
        )

    def _wanted(self, body: dict[str, Any]) -> list[str]:
        """Digests of the manifest that the register lacks; of a part, once all its parts are there."""
        if body["kind"] != "report":
            return []
        manifest = self._whole_manifest(body)
        agent_id = body["agent_id"]
        held = {
            digest
            for table in ("records", "refused")
            for (digest,) in self._store.rows(f"SELECT digest FROM {table} WHERE agent_id = ?", agent_id)  # noqa: S608 - two fixed names
        }
        return sorted({entry["digest"] for entry in manifest} - held)[:_MOST_WANTED]

    def _whole_manifest(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if body["part"] is None:
            return list(body["manifest"])
        parts = [
            report.body["manifest"]
            for report in self._store.committed(body["agent_id"])
            if report.kind == "report" and report.status == "accepted" and report.body["snapshot"] == body["snapshot"]
        ]
        share = {entry["id"]: entry for manifest in [*parts, body["manifest"]] for entry in manifest}
        return list(share.values()) if is_whole(share, body["snapshot"]) else []


def _check_names(request: Request, body: dict[str, Any], key: AgentKey) -> None:
    if body["agent_id"] != key.agent_id or request.agent_id != key.agent_id:
        raise RefusedError("malformed", "agent_id is not whose key signed")
    if body["report_id"] != request.headers.get("cctv-report-id"):
        raise RefusedError("malformed", "Cctv-Report-Id is not the report of the body")
    if body["lao_code"] != key.lao_code:
        raise RefusedError("lao_mismatch")


def _keep_records(db: sqlite3.Connection, body: dict[str, Any], refused: set[str]) -> int:
    good = [entry for entry in body.get("records", ()) if entry["id"] not in refused]
    values = [(body["agent_id"], entry["digest"], canonical.write(entry["record"])) for entry in good]
    db.executemany("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", values)
    return len(good)


def _committed(body: dict[str, Any], receipt: dict[str, Any]) -> Committed:
    return Committed(
        report_id=body["report_id"],
        agent_id=body["agent_id"],
        lao_code=body["lao_code"],
        kind=body["kind"],
        seq=body["seq"],
        previous=body["previous"],
        digest=receipt["digest"],
        status=receipt["status"],
        received_utc=receipt["received_utc"],
        receipt=receipt,
        body=body,
    )
