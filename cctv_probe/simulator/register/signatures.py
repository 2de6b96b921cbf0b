"""Who signed a request, checked: HTTP Message Signatures (RFC 9421) with Ed25519, and Content-Digest (RFC 9530)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

COVERED = ("@method", "@path", "@query", "content-digest", "cctv-report-id", "cctv-agent-id")
"""What a signature must cover; further header fields may be covered beside them."""
LABEL = "sig1"

_INPUT = re.compile(
    r'sig1=(?P<params>\((?P<covered>"[a-z@-]+"(?: "[a-z@-]+")*)\)(?P<rest>(?:;[a-z]+=(?:[0-9]{1,12}|"[ -~]*?"))*))'
)
_PARAMETER = re.compile(r';(?P<name>[a-z]+)=(?:(?P<number>[0-9]{1,12})|"(?P<text>[ -~]*?)")')
_SIGNATURE = re.compile(r"sig1=:(?P<value>[A-Za-z0-9+/]+={0,2}):")
_DIGEST = re.compile(r"(?:^|,)[ \t]*sha-256=:(?P<value>[A-Za-z0-9+/]+={0,2}):[ \t]*(?=,|$)")


class SignatureError(Exception):
    """The signature or the digest is missing, malformed or wrong; the message says which, for a log."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it came: whose, when (seconds since 1970), over which bytes."""

    key_id: str
    created: int
    base: bytes
    signature: bytes


def key_id(public: bytes) -> str:
    """The name of a raw public key."""
    return f"ed25519:{hashlib.sha256(public).hexdigest()[:32]}"


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def from_base64(text: object) -> bytes:
    """Strict Base64. Raises SignatureError."""
    if not isinstance(text, str) or len(text) > 4096:
        raise SignatureError("no Base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError("no Base64") from error


def check_digest(headers: Mapping[str, str], body: bytes) -> None:
    """The Content-Digest must hold the SHA-256 of the bytes as sent. Raises SignatureError."""
    found = _DIGEST.search(headers.get("content-digest", ""))
    if not found or from_base64(found["value"]) != hashlib.sha256(body).digest():
        raise SignatureError("content-digest is not that of the body")


def read_signature(method: str, target: str, headers: Mapping[str, str]) -> Signed:
    """What the request claims (headers by lower-case name). Raises SignatureError."""
    claim = _INPUT.fullmatch(headers.get("signature-input", "").strip())
    signature = _SIGNATURE.fullmatch(headers.get("signature", "").strip())
    if not claim or not signature:
        raise SignatureError("no signature sig1")
    covered = [name.strip('"') for name in claim["covered"].split(" ")]
    if len(set(covered)) != len(covered) or not set(COVERED) <= set(covered):
        raise SignatureError("does not cover what it must")
    parameters = {found["name"]: found["number"] or found["text"] for found in _PARAMETER.finditer(claim["rest"])}
    if parameters.get("alg", "ed25519") != "ed25519" or not {"created", "keyid"} <= parameters.keys():
        raise SignatureError("alg, created or keyid")
    if not parameters["created"].isdecimal():
        raise SignatureError("created is no number")
    lines = [f'"{name}": {_component(name, method, target, headers)}' for name in covered]
    base = "\n".join([*lines, f'"@signature-params": {claim["params"]}'])
    return Signed(parameters["keyid"], int(parameters["created"]), base.encode(), from_base64(signature["value"]))


def check(signed: Signed, public: bytes) -> None:
    """Raises SignatureError unless the holder of `public` (32 raw bytes) signed."""
    if signed.key_id != key_id(public):
        raise SignatureError("keyid names another key")
    check_bytes(public, signed.signature, signed.base)


def check_bytes(public: bytes, signature: bytes, message: bytes) -> None:
    """Raises SignatureError unless `signature` over `message` is by the holder of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("signature is wrong") from error


def _component(name: str, method: str, target: str, headers: Mapping[str, str]) -> str:
    path, _, query = target.partition("?")
    derived = {"@method": method, "@path": path or "/", "@query": f"?{query}"}
    value = derived.get(name, headers.get(name))
    if value is None:
        raise SignatureError(f"{name} is not there")
    return value.strip()
