"""HTTP and RTSP authentication, pure: challenges → values, values → the `Authorization` header.

RFC 7616 and RFC 2617 (Digest with qop), RFC 2069 (Digest without), RFC 7617 (Basic). Both HTTP and RTSP use it. Devices
send several challenges in one header or in several, forget quotes and commas, and spell names as they like; what cannot
be understood is kept under its own scheme name and never chosen.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_HEADER_CHARS = 4096
"""Of one header value as much is read; real ones have under 300 characters."""
MAX_CHALLENGES = 16

_STRENGTH = ("SHA-256", "SHA-512-256", "MD5")
"""Digest algorithms, the one to prefer first."""
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_SPELLINGS = {"SHA256": "SHA-256", "SHA512-256": "SHA-512-256", "SHA-512/256": "SHA-512-256"}

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME = re.compile(rf"({_WORD})(?=\s+{_WORD}\s*=[^=,]|\s*(?:,|$)|\s+[\w~+/.-]+=*\s*(?:,|$))")
_PARAMETER = re.compile(rf'({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|(.*?)(?=\s*(?:,|$)|\s+{_WORD}\s*=))', re.DOTALL)
_BLOB = re.compile(r"\s+[\w~+/.-]+=*\s*(?=,|$)")
_BARE_QOP = re.compile(r"auth(-int)?(?=\s*(,|$))")
_GAP = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One `WWW-Authenticate` challenge. `scheme` is in lower case; `algorithm` is as sent (empty means MD5)."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    algorithm: str = ""
    qop: tuple[str, ...] = ()
    opaque: str | None = None
    stale: bool = False
    raw: str = ""

    @property
    def name(self) -> str:
        """For people: `Digest SHA-256`, `Basic`."""
        return f"Digest {self.algorithm or 'MD5'}" if self.scheme == "digest" else self.scheme.title()


def parse_challenges(header_values: Iterable[str]) -> tuple[Challenge, ...]:
    """Every challenge in the values of the `WWW-Authenticate` headers, in their order. Never raises."""
    found: list[Challenge] = []
    for value in header_values:
        for raw, scheme, parameters in _split(value[:MAX_HEADER_CHARS]):
            found.append(_challenge(raw, scheme, parameters))
    return tuple(found[:MAX_CHALLENGES])


def preferred(challenges: Iterable[Challenge], *, basic: bool) -> Challenge | None:
    """The strongest challenge that can be answered: SHA-256, SHA-512-256, MD5, then Basic where `basic` allows it."""
    offered = tuple(challenges)
    for algorithm in _STRENGTH:
        for challenge in offered:
            if _answerable(challenge) and _algorithm(challenge)[0] == algorithm:
                return challenge
    return next((one for one in offered if basic and one.scheme == "basic"), None)


def authorization(
    challenge: Challenge, *, user: str, password: str, method: str, uri: str, nc: int, cnonce: str, body: bytes = b""
) -> str:
    """The value of the `Authorization` header that answers `challenge`.

    `uri` is the request URI exactly as sent; `nc` counts the requests made with this nonce, from 1. Text is hashed and
    meant to be sent as UTF-8. Raises `ValueError` for a challenge that `preferred` would not give.
    """
    if challenge.scheme == "basic":
        return "Basic " + base64.b64encode(_utf8(f"{user}:{password}")).decode("ascii")
    if not _answerable(challenge):
        raise ValueError(f"no answer is known to a challenge of the scheme {challenge.scheme!r}")
    qop = _quality(challenge)
    count = f"{nc:08x}"
    parts = {
        "username": _quoted(user),
        "realm": _quoted(challenge.realm),
        "nonce": _quoted(challenge.nonce),
        "uri": _quoted(uri),
    }
    secret = _a1(challenge, user, password, cnonce)
    parts["response"] = _quoted(_response(challenge, secret, f"{method}:{uri}", qop, count, cnonce, body))
    if challenge.algorithm:
        parts["algorithm"] = challenge.algorithm
    if challenge.opaque is not None:
        parts["opaque"] = _quoted(challenge.opaque)
    if qop:
        parts |= {"qop": qop, "nc": count}
    if qop or _algorithm(challenge)[1]:
        parts["cnonce"] = _quoted(cnonce)
    return "Digest " + ", ".join(f"{name}={value}" for name, value in parts.items())


def _split(text: str) -> Iterable[tuple[str, str, dict[str, str]]]:
    """(raw, scheme, parameters) of each challenge in one header value."""
    scheme, start, at = "", 0, 0
    parameters: dict[str, str] = {}
    last = ""
    while at < len(text):
        gap = _GAP.match(text, at)
        if gap:
            at = gap.end()
        elif last == "qop" and (more := _BARE_QOP.match(text, at)):
            parameters["qop"] += "," + more[0]  # qop=auth,auth-int without quotes
            at = more.end()
        elif opening := _SCHEME.match(text, at):
            if scheme:
                yield text[start:at].rstrip(" ,"), scheme, parameters
            scheme, start, parameters, last = opening[1].lower(), at, {}, ""
            at = _past_blob(text, opening.end())
        elif parameter := _PARAMETER.match(text, at):
            last = parameter[1].lower()
            parameters.setdefault(last, _unescaped(parameter))
            at = max(parameter.end(), at + 1)
        else:
            at += 1
    if scheme:
        yield text[start:].rstrip(" ,"), scheme, parameters


def _past_blob(text: str, at: int) -> int:
    """Past the single blob that schemes like `Negotiate` have instead of parameters."""
    blob = _BLOB.match(text, at)
    return blob.end() if blob else at


def _unescaped(parameter: re.Match[str]) -> str:
    if parameter[2] is not None:
        return re.sub(r'\\(["\\])', r"\1", parameter[2])
    return (parameter[3] or "").strip().strip('"')


def _challenge(raw: str, scheme: str, parameters: Mapping[str, str]) -> Challenge:
    return Challenge(
        scheme=scheme,
        realm=parameters.get("realm", ""),
        nonce=parameters.get("nonce", ""),
        algorithm=parameters.get("algorithm", "").strip(),
        qop=tuple(word for word in re.split(r"[\s,]+", parameters.get("qop", "").lower()) if word),
        opaque=parameters.get("opaque"),
        stale=parameters.get("stale", "").strip().lower() == "true",
        raw=raw,
    )


def _algorithm(challenge: Challenge) -> tuple[str, bool]:
    """(algorithm in its standard spelling, whether it is the `-sess` variant)."""
    name = challenge.algorithm.upper() or "MD5"
    session = name.endswith("-SESS")
    name = name.removesuffix("-SESS")
    return _SPELLINGS.get(name, name), session


def _answerable(challenge: Challenge) -> bool:
    known = _HASHES.get(_algorithm(challenge)[0], "") in hashlib.algorithms_available
    quality = not challenge.qop or bool(_quality(challenge))
    return challenge.scheme == "digest" and bool(challenge.nonce) and known and quality


def _quality(challenge: Challenge) -> str:
    """`auth` before `auth-int`; empty where the challenge names neither."""
    return next((word for word in ("auth", "auth-int") if word in challenge.qop), "")


def _a1(challenge: Challenge, user: str, password: str, cnonce: str) -> str:
    secret = _hash(challenge, _utf8(f"{user}:{challenge.realm}:{password}"))
    if _algorithm(challenge)[1]:
        return _hash(challenge, _utf8(f"{secret}:{challenge.nonce}:{cnonce}"))
    return secret


def _response(challenge: Challenge, secret: str, a2: str, qop: str, count: str, cnonce: str, body: bytes) -> str:
    if qop == "auth-int":
        a2 += ":" + _hash(challenge, body)
    middle = f"{count}:{cnonce}:{qop}:" if qop else ""
    return _hash(challenge, _utf8(f"{secret}:{challenge.nonce}:{middle}{_hash(challenge, _utf8(a2))}"))


def _hash(challenge: Challenge, data: bytes) -> str:
    # The algorithm is the device's choice, MD5 included; nothing of ours rests on its strength.
    return hashlib.new(_HASHES[_algorithm(challenge)[0]], data, usedforsecurity=False).hexdigest()


def _utf8(text: str) -> bytes:
    """UTF-8; bytes of another encoding that the header's reader kept as lone surrogates come out as they went in."""
    return text.encode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    """A quoted-string; control characters, which could start another header, are left out."""
    safe = "".join(char for char in text if char >= " " and char != "\x7f")
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'
