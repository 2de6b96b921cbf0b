"""Ed25519 public keys as they travel: base64 of the 32 raw bytes, and the id by which a signature names them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the annotations alone must not load the library
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RAW_BYTES = 32
SIGNATURE_BYTES = 64


class KeyFormatError(ValueError):
    """What stands there is no Ed25519 public key in base64."""


def key_id(raw: bytes) -> str:
    """`ed25519:` and the first 32 hexadecimal digits of the SHA-256 of the raw public key."""
    return "ed25519:" + hashlib.sha256(raw).hexdigest()[:32]


def key_id_of(key: Ed25519PublicKey) -> str:
    """The id of a public key."""
    return key_id(key.public_bytes_raw())


def public_key_text(key: Ed25519PublicKey) -> str:
    """Base64 of the raw key, as it stands in requests and answers."""
    return base64.b64encode(key.public_bytes_raw()).decode("ascii")


def raw_from_text(text: str, length: int = RAW_BYTES) -> bytes:
    """Base64 → exactly `length` bytes; only the one spelling that an encoder writes. Raises KeyFormatError."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True) if len(text) <= 2 * length else b""
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    if len(raw) != length or base64.b64encode(raw).decode("ascii") != text:
        raise KeyFormatError(f"not {length} bytes in base64")
    return raw


def public_key_from(text: str) -> Ed25519PublicKey:
    """The public key that `text` holds. Raises KeyFormatError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        return Ed25519PublicKey.from_public_bytes(raw_from_text(text))
    except ValueError as error:
        raise KeyFormatError("not an Ed25519 public key") from error
