"""Signed requests: HTTP message signatures (RFC 9421, Ed25519) over the components of the contract, and Content-Digest
(RFC 9530) over the body as sent. No socket, no clock: the time is an argument.

`@target-uri` and `@authority` are not covered, since both change behind a TLS terminator; path and query must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

from cctv_probe.contract.terms import (
    AGENT_HEADER,
    COVERED,
    DIGEST_HEADER,
    FUTURE_S,
    INPUT_HEADER,
    LABEL,
    PAST_S,
    REPORT_HEADER,
    SIGNATURE_HEADER,
)
from cctv_probe.model.words import Text

Fault = Literal["bad_signature", "unknown_key", "clock_skew", "digest_mismatch"]
Headers = Mapping[str, str] | Iterable[tuple[str, str]]
KeyOf = Callable[[str], Ed25519PublicKey | None]

_ONCE = (INPUT_HEADER, SIGNATURE_HEADER, DIGEST_HEADER, AGENT_HEADER, REPORT_HEADER)
_LONGEST_HEADER = 2_000
_LONGEST_TARGET = 8_000


class SignatureError(ValueError):
    """The request is not believed, or cannot be signed. `code` is the problem's code, `text` the sentence."""

    def __init__(self, code: Fault, text: Text) -> None:
        super().__init__(text.en)
        self.code: Fault = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature was verified: by which key, when, for which agent and report."""

    key_id: str
    created: int
    agent_id: str
    report_id: str


@dataclass
class _Message:
    """A request as the library sees it."""

    method: str
    url: str
    headers: dict[str, str]


class _KeysOf(HTTPSignatureKeyResolver):
    def __init__(self, key_of: KeyOf) -> None:
        self._key_of = key_of

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        key = self._key_of(key_id)
        if key is None:
            raise _UnknownKey(key_id)
        return key


class _UnknownKey(InvalidSignature):
    """Passes through the library unchanged."""


class _Verifier(HTTPMessageVerifier):
    """Leaves the times to us: they are judged by the clock that was passed in, and only once the signature is proven."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        pass


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` for a body as it is sent: `sha-256=:…:`."""
    return str(ContentDigest.create(body))


def sign(
    key: Ed25519PrivateKey,
    *,
    method: str,
    url: str,
    headers: Headers,
    body: bytes,
    created: datetime,
    key_id: str,
) -> dict[str, str]:
    """The headers to add to a request: Content-Digest, Signature-Input, Signature.

    `url` is absolute and encoded; `headers` hold Cctv-Agent-Id and Cctv-Report-Id; `body` is as it is sent (compressed);
    `created` is aware. Raises SignatureError where the request cannot be signed.
    """
    message = _Message(method, url, {name: value for name, value in _pairs(headers) if name.lower() not in _ADDED})
    message.headers[DIGEST_HEADER] = content_digest(body)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: key}),
    )
    try:
        signer.sign(
            message,
            key_id=key_id,
            created=created,
            label=LABEL,
            covered_component_ids=COVERED,
            body=body,
            use_existing_digest=True,
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise SignatureError("bad_signature", _UNSIGNABLE) from error
    return {name: message.headers[name] for name in (DIGEST_HEADER, INPUT_HEADER, SIGNATURE_HEADER)}


_ADDED = frozenset(name.lower() for name in (DIGEST_HEADER, INPUT_HEADER, SIGNATURE_HEADER))


def verify(
    public_key_of: KeyOf,
    method: str,
    path_with_query: str,
    headers: Headers,
    body: bytes,
    now: datetime,
    past_s: float = PAST_S,
    future_s: float = FUTURE_S,
) -> Signed:
    """The request's signature and digest, verified. `path_with_query` is as it stood in the request line.

    Raises SignatureError: `unknown_key`, `bad_signature`, `clock_skew` (only where the signature itself is right),
    `digest_mismatch`.
    """
    signed = verify_headers(public_key_of, method, path_with_query, headers, now, past_s, future_s)
    verify_digest(headers, body)
    return signed


def verify_headers(
    public_key_of: KeyOf,
    method: str,
    path_with_query: str,
    headers: Headers,
    now: datetime,
    past_s: float = PAST_S,
    future_s: float = FUTURE_S,
) -> Signed:
    """As `verify`, before the body has been read; `verify_digest` must follow. Raises SignatureError."""
    found = _only_once(headers)
    message = _Message(method, _absolute(path_with_query), found)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_KeysOf(public_key_of))
    try:
        (result,) = verifier.verify(message, max_age=None, require_components=COVERED)
    except _UnknownKey as error:
        raise SignatureError("unknown_key", _UNKNOWN_KEY) from error
    except (HTTPMessageSignaturesException, ValueError, TypeError, LookupError, RecursionError) as error:
        raise SignatureError("bad_signature", _BAD) from error
    created = result.parameters.get("created")
    if not isinstance(created, int):
        raise SignatureError("bad_signature", _BAD)
    expires = result.parameters.get("expires", created + past_s + 1)
    moment = now.timestamp()
    if not moment - past_s <= created <= moment + future_s or not moment - future_s <= float(expires):
        raise SignatureError("clock_skew", _SKEW)
    return Signed(
        key_id=str(result.parameters["keyid"]),
        created=created,
        agent_id=found[AGENT_HEADER.lower()],
        report_id=found[REPORT_HEADER.lower()],
    )


def verify_digest(headers: Headers, body: bytes) -> None:
    """Whether Content-Digest fits the body as it was received. Raises SignatureError (`digest_mismatch`)."""
    value = _only_once(headers).get(DIGEST_HEADER.lower(), "")
    try:
        ContentDigest.verify(value, body)
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise SignatureError("digest_mismatch", _OTHER_BODY) from error


def _pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _only_once(headers: Headers) -> dict[str, str]:
    """The headers that matter by their lower-case name; one that stands twice contradicts itself."""
    wanted = {name.lower() for name in _ONCE}
    found: dict[str, str] = {}
    for name, value in _pairs(headers):
        lower = name.lower()
        if lower in wanted:
            if lower in found or len(value) > _LONGEST_HEADER:
                raise SignatureError("bad_signature", _BAD)
            found[lower] = value
    return found


def _absolute(path_with_query: str) -> str:
    """The library wants a whole URL, of which only path and query are signed."""
    try:
        parts = urlsplit("//register" + path_with_query)
    except ValueError:
        parts = None
    fits = path_with_query.startswith("/") and len(path_with_query) <= _LONGEST_TARGET
    if not fits or parts is None or parts.netloc != "register" or parts.fragment:
        raise SignatureError("bad_signature", _BAD)
    return "https://register" + path_with_query


_UNSIGNABLE = Text(
    en="The request cannot be signed: its address or its headers are not well formed. Please check the register's address in the configuration.",
    th="ไม่สามารถลงลายมือชื่อในคำขอได้ เพราะที่อยู่หรือส่วนหัวไม่ถูกรูปแบบ โปรดตรวจที่อยู่ของทะเบียนกลางในไฟล์ตั้งค่า",
)
_UNKNOWN_KEY = Text(
    en="The request is signed with a key that is not known here. Please enrol the agent, or ask the register's administrator.",
    th="คำขอลงลายมือชื่อด้วยกุญแจที่ไม่รู้จัก โปรดลงทะเบียนตัวแทน หรือสอบถามผู้ดูแลทะเบียนกลาง",
)
_BAD = Text(
    en="The request's signature is missing, does not fit the request or covers too little of it. Please check whether something on the way changes requests.",
    th="คำขอไม่มีลายมือชื่อ ลายมือชื่อไม่ตรงกับคำขอ หรือครอบคลุมไม่ครบ โปรดตรวจว่ามีอุปกรณ์ระหว่างทางแก้ไขคำขอหรือไม่",
)
_SKEW = Text(
    en="The request's time is too far from this clock, though its signature is right. Please sign again by the time given in the answer.",
    th="เวลาในคำขอต่างจากนาฬิกานี้มากเกินไป แม้ลายมือชื่อถูกต้อง โปรดลงลายมือชื่อใหม่ตามเวลาที่แจ้งในคำตอบ",
)
_OTHER_BODY = Text(
    en="The body does not fit its Content-Digest: it was changed on its way. Please send it again.",
    th="เนื้อหาไม่ตรงกับ Content-Digest มีการเปลี่ยนแปลงระหว่างทาง โปรดส่งใหม่",
)
