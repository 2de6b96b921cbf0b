"""An agent's half of the wire contract, by hand: signs after RFC 9421 and shares no code with the program or the register."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LAO = "74010000"
REPORTS, ENROL, KEYS = "/api/v1/reports", "/api/v1/enrol", "/api/v1/keys"
COVERED = ("@method", "@path", "@query", "content-digest", "cctv-report-id", "cctv-agent-id")
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
_turns = itertools.count()


def uuid7() -> str:
    """A fresh UUID of version 7 (RFC 9562, 5.7)."""
    random = uuid.uuid4().int
    value = (int(START.timestamp() * 1000) + next(_turns)) << 80 | 7 << 76 | random >> 64 & 0xFFF << 64
    return str(uuid.UUID(int=value & ~(3 << 62) | 2 << 62 | random & (1 << 62) - 1))


def canonical(value: Any) -> bytes:
    """Canonical JSON of values without fractions and with names in ASCII, where this is all there is to it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    """Lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def raw(key: Ed25519PrivateKey) -> bytes:
    """The public half, 32 bytes."""
    return key.public_key().public_bytes_raw()


def key_id(key: Ed25519PrivateKey) -> str:
    """As the contract names a key."""
    return "ed25519:" + sha256(raw(key))[:32]


def utc(moment: datetime) -> str:
    """As the contract writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def camera(name: str, version: int = 0) -> dict[str, Any]:
    """A record in its envelope, another one for another version."""
    record = {"camera": {"id": name, "location": "แยกตลาด", "version": version}, "devices": [{"id": name}]}
    return {"id": name, "digest": sha256(canonical(record)), "record": record}


def manifest_of(*cameras: dict[str, Any]) -> list[dict[str, Any]]:
    """The manifest of these cameras, all present."""
    entries = [{"id": one["id"], "digest": one["digest"], "absent_since_utc": None} for one in cameras]
    return sorted(entries, key=lambda entry: str(entry["id"]))


def is_believed(receipt: dict[str, Any], register_public: bytes) -> bool:
    """Whether the register signed it."""
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(register_public)
        key.verify(base64.b64decode(receipt.get("signature", "")), canonical(unsigned))
    except Exception:
        return False
    return True


def signed_headers(
    key: Ed25519PrivateKey, path: str, body: bytes, names: dict[str, str], created: datetime, covered: Any = COVERED
) -> dict[str, str]:
    """Content-Digest, Signature-Input and Signature for a POST, beside `names`."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    fields = {"content-digest": digest} | {name.lower(): value for name, value in names.items()}
    plain, _, query = path.partition("?")
    fields |= {"@method": "POST", "@path": plain, "@query": f"?{query}"}
    inside = " ".join(f'"{name}"' for name in covered)
    params = f'({inside});created={int(created.timestamp())};keyid="{key_id(key)}";alg="ed25519"'
    base = "\n".join([*(f'"{name}": {fields[name]}' for name in covered), f'"@signature-params": {params}'])
    signature = base64.b64encode(key.sign(base.encode())).decode()
    added = {"Content-Digest": digest, "Signature-Input": f"sig1={params}", "Signature": f"sig1=:{signature}:"}
    return names | added


@dataclass
class Agent:
    """An agent with its chain of bodies. offset_s: what its clock is wrong by, added when it signs."""

    url: str
    lao_code: str = LAO
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    agent_id: str = field(default_factory=uuid7)
    seq: int = 0
    previous: str | None = None
    offset_s: float = 0
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False  # REQUESTS_CA_BUNDLE would override `verify`

    def request(
        self,
        path: str,
        plain: bytes,
        report_id: str | None = None,
        *,
        compress: bool = True,
        drop: str | None = None,
        changed: dict[str, str] | None = None,
        sent: bytes | None = None,
        covered: Any = COVERED,
    ) -> requests.PreparedRequest:
        """One signed request. drop, changed: headers left out or changed after signing; sent: another body."""
        body = gzip.compress(plain, mtime=0) if compress else plain
        names = {"Cctv-Agent-Id": self.agent_id, "Cctv-Report-Id": report_id or uuid7()}
        created = datetime.now(UTC) + timedelta(seconds=self.offset_s)
        headers = signed_headers(self.key, path, body, names, created, covered) | (changed or {})
        headers["Content-Type"] = "application/json"
        if compress:
            headers.setdefault("Content-Encoding", "gzip")
        headers = {name: value for name, value in headers.items() if name != drop}
        asked = requests.Request("POST", self.url + path, headers=headers, data=body if sent is None else sent)
        return self.session.prepare_request(asked)

    def post(
        self, path: str, plain: bytes, report_id: str | None = None, *, timeout_s: float = 20, **how: Any
    ) -> requests.Response:
        """Send one signed request and read its answer; `how` as in `request`."""
        request = self.request(path, plain, report_id, **how)
        verify, cert = self.session.verify, self.session.cert
        return self.session.send(request, allow_redirects=False, timeout=timeout_s, verify=verify, cert=cert)

    def enrol(self, token: str, **changes: Any) -> requests.Response:
        """Ask to be known."""
        asked = {
            "contract": 1,
            "agent_id": self.agent_id,
            "token": token,
            "lao_code": self.lao_code,
            "public_key": base64.b64encode(raw(self.key)).decode(),
            "program": "cctv-probe 0.1.0",
            "host_utc": utc(START),
        }
        return self.post(ENROL, canonical(asked | changes))

    def rotate(self, new: Ed25519PrivateKey, **changes: Any) -> requests.Response:
        """Ask for another key, signed with the present one."""
        proven = {"agent_id": self.agent_id, "new_public_key": base64.b64encode(raw(new)).decode()}
        proof = base64.b64encode(new.sign(canonical(proven))).decode()
        return self.post(KEYS, canonical({"contract": 1, **proven, "proof": proof} | changes))

    def body(self, kind: str, **parts: Any) -> dict[str, Any]:
        """The next body of the chain, which moves on."""
        self.seq += 1
        found = {
            "contract": 1,
            "kind": kind,
            "report_id": uuid7(),
            "agent_id": self.agent_id,
            "lao_code": self.lao_code,
            "seq": self.seq,
            "previous": self.previous,
            "created_utc": utc(START),
            "clock_offset_s": None,
            "program": "cctv-probe 0.1.0",
        } | parts
        self.previous = sha256(canonical(found))
        return found

    def report(
        self, *cameras: dict[str, Any], known: tuple[dict[str, Any], ...] = (), **changes: Any
    ) -> dict[str, Any]:
        """A report of these new records, and of cameras that the register should know."""
        manifest = manifest_of(*cameras, *known)
        minutes = timedelta(minutes=self.seq)
        parts = {
            "run": {
                "id": uuid7(),
                "activity": "reading",
                "started_utc": utc(START + minutes),
                "finished_utc": utc(START + minutes + timedelta(seconds=30)),
                "complete": True,
                "addresses_tried": 254,
                "ranges": ["127.40.1.0/24"],
            },
            "part": None,
            "replaces": None,
            "snapshot": sha256(canonical(manifest)),
            "manifest": manifest,
            "records": list(cameras),
            "counts": {
                "by_class": {"closed": {"cameras": 2, "devices": 3}},
                "not_a_camera": 4,
                "attempts": {"ok": 17},
            },
            "confirmed": {"reading": utc(START), "measuring": None, "footage": None},
        }
        return self.body("report", **(parts | changes))

    def prepared(self, body: dict[str, Any]) -> requests.PreparedRequest:
        """The signed request of a body, not yet sent."""
        return self.request(REPORTS, canonical(body), body["report_id"])

    def send(self, body: dict[str, Any], **how: Any) -> requests.Response:
        """Send a body as it is."""
        return self.post(REPORTS, canonical(body), body["report_id"], **how)


def code_of(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert set(problem["detail"]) == {"en", "th"}
    return answer.status_code, problem["code"]
