"""Receipts, signed by the register's key, and the ways in which a fault makes one that must not be believed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.simulator.register import canonical, signatures
from cctv_probe.simulator.register.problems import Answer

STRANGER = "01900000-0000-7000-8000-000000000000"
"""An agent, or a report, that nobody knows."""


def signed(receipt: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The receipt with key_id and signature: Ed25519 over its canonical form without `signature`."""
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    unsigned["key_id"] = signatures.key_id(signatures.raw_public(key))
    return {**unsigned, "signature": base64.b64encode(key.sign(canonical.write(unsigned))).decode()}


def altered(kind: str, answer: Answer, key: Ed25519PrivateKey) -> Answer:
    """The answer with its receipt spoiled as `faults.Altered` says; an answer without a receipt stays as it is."""
    receipt = json.loads(answer.body) if 200 <= answer.status < 300 and answer.body else {}
    if "report_id" not in receipt:
        return answer
    return replace(answer, body=canonical.write(_SPOIL[kind](receipt, key)))


Spoil = Callable[[dict[str, Any], Ed25519PrivateKey], dict[str, Any]]


def _with(name: str, value: Callable[[str], str]) -> Spoil:
    return lambda receipt, key: signed({**receipt, name: value(receipt[name])}, key)


_SPOIL: dict[str, Spoil] = {
    "wrong_echo": _with("report_id", lambda _: STRANGER),
    "wrong_digest": _with("digest", lambda digest: hashlib.sha256(digest.encode()).hexdigest()),
    "other_agent": _with("agent_id", lambda _: STRANGER),
    "unsigned": lambda receipt, _: {name: value for name, value in receipt.items() if name != "signature"},
    "wrong_signature": lambda receipt, _: {**receipt, "signature": base64.b64encode(bytes(64)).decode()},
    "foreign_key": lambda receipt, _: signed(receipt, Ed25519PrivateKey.generate()),
}
