"""The first request of an agent, and the change of its key."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.simulator.register import bodies, canonical, requests_in, signatures, tokens
from cctv_probe.simulator.register.canonical import NotJsonError
from cctv_probe.simulator.register.problems import Answer, RefusedError, utc_text
from cctv_probe.simulator.register.requests_in import Request, Window
from cctv_probe.simulator.register.signatures import SignatureError
from cctv_probe.simulator.register.store import AgentKey, Store

_SMALL_BYTES = 64 * 1024


class Enrolment:
    """Tokens, agents and their keys. `register_key`: the one whose receipts agents shall believe."""

    def __init__(self, store: Store, window: Window, register_key: Ed25519PrivateKey) -> None:
        self._store = store
        self._register_key = register_key
        register_public = signatures.raw_public(register_key)
        self._window = window
        self._register_keys = [
            {
                "id": signatures.key_id(register_public),
                "public_key": base64.b64encode(register_public).decode(),
            }
        ]

    def enrol(self, request: Request, pace_s: float | None, now: datetime) -> Answer:
        """201, or 200 where the same agent had been enrolled with the same key. Raises RefusedError."""
        requests_in.check_digest(request)
        claimed = requests_in.claim(request)
        asked = _body(request, bodies.ENROL)
        public = _key(asked["public_key"])
        requests_in.prove(claimed, public)
        self._window.check(claimed.created, now)
        status = self._register(asked, public, now)
        said = {
            "contract": 1,
            "agent_id": asked["agent_id"],
            "lao_code": asked["lao_code"],
            "name": self._store.lao_name(asked["lao_code"]),
            "register_utc": utc_text(now),
            "register_keys": self._register_keys,
            "pace_s": pace_s,
        }
        return Answer(status, canonical.write(said), code="enrolled")

    def _register(self, asked: dict[str, Any], public: bytes, now: datetime) -> int:
        agent_id, lao_code, key_id = asked["agent_id"], asked["lao_code"], signatures.key_id(public)
        known = self._store.key(key_id)
        if known:
            if (known.agent_id, known.lao_code, known.state) != (agent_id, lao_code, "active"):
                raise RefusedError("revoked" if known.state == "revoked" else "token_used")
            return 200
        with self._store.transaction() as db:
            self._check_token(asked["token"], agent_id, lao_code, now)
            db.execute("UPDATE tokens SET agent_id = ? WHERE hash = ?", (agent_id, tokens.stored(asked["token"])))
            db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, 'active', NULL)", (key_id, agent_id, lao_code, public))
        return 201

    def _check_token(self, typed: str, agent_id: str, lao_code: str, now: datetime) -> None:
        found = self._store.rows(
            "SELECT lao_code, expires_utc, agent_id FROM tokens WHERE hash = ?", tokens.stored(typed)
        )
        if not found:
            raise RefusedError("token_wrong")
        meant_for, expires_utc, used_by = found[0]
        if meant_for != lao_code:
            raise RefusedError("token_other_lao")
        if used_by is not None or self._store.rows("SELECT 1 FROM keys WHERE agent_id = ?", agent_id):
            raise RefusedError("token_used")
        if expires_utc <= utc_text(now):
            raise RefusedError("token_expired")

    def rotate(self, request: Request, key: AgentKey) -> Answer:
        """The old key, which signed, makes way for the new one; repeating it is answered alike. Raises RefusedError."""
        asked = _body(request, bodies.ROTATE)
        public = _key(asked["new_public_key"])
        if asked["agent_id"] != key.agent_id:
            raise RefusedError("malformed", "agent_id")
        proven = canonical.write({name: asked[name] for name in ("agent_id", "new_public_key")})
        try:
            signatures.check_bytes(public, signatures.from_base64(asked["proof"]), proven)
        except SignatureError as error:
            raise RefusedError("bad_signature", f"proof: {error}") from error
        new_id = signatures.key_id(public)
        self._replace(key, new_id, public)
        said = {"contract": 1, "agent_id": key.agent_id, "key_id": new_id, "register_keys": self._register_keys}
        return Answer(200, canonical.write(self._signed(said)), code="rotated")

    def _signed(self, said: dict[str, Any]) -> dict[str, Any]:
        """With `signed_by` and `signature`: an agent takes new register keys only from one that it knows."""
        said = {**said, "signed_by": self._register_keys[0]["id"]}
        return {**said, "signature": base64.b64encode(self._register_key.sign(canonical.write(said))).decode()}

    def _replace(self, old: AgentKey, new_id: str, public: bytes) -> None:
        if old.next_key is not None:
            if old.next_key != new_id:
                raise RefusedError("unknown_key", "replaced by another key")
            return
        if self._store.key(new_id):
            raise RefusedError("malformed", "new_public_key is in use")
        with self._store.transaction() as db:
            values = (new_id, old.agent_id, old.lao_code, public)
            db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, 'active', NULL)", values)
            db.execute("UPDATE keys SET state = 'retired', next_key = ? WHERE key_id = ?", (new_id, old.key_id))


def _body(request: Request, names: dict[str, bodies.Check]) -> dict[str, Any]:
    try:
        body = canonical.read(requests_in.uncompressed(request, _SMALL_BYTES))
    except NotJsonError as error:
        raise RefusedError("malformed", str(error)) from error
    found = bodies.check(body, names)
    if found["agent_id"] != request.agent_id:
        raise RefusedError("malformed", "Cctv-Agent-Id is not the agent of the body")
    return found


def _key(text: str) -> bytes:
    try:
        raw = signatures.from_base64(text)
    except SignatureError as error:
        raise RefusedError("malformed", "public key") from error
    if len(raw) != 32:
        raise RefusedError("malformed", "public key")
    return raw
