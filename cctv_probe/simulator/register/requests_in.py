"""A request before it is believed: its size, who signed it and when, what it holds uncompressed. In that order."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.simulator.register import signatures
from cctv_probe.simulator.register.problems import RefusedError
from cctv_probe.simulator.register.signatures import SignatureError


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose body was read; header names in lower case, repeated ones joined by a comma."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def agent_id(self) -> str | None:
        """Who says to be asking."""
        return self.headers.get("cctv-agent-id")

    @property
    def encoding(self) -> str:
        """Content-Encoding, `identity` where there is none."""
        return self.headers.get("content-encoding", "identity").strip().lower()


@dataclass(frozen=True, slots=True)
class Window:
    """How much older and newer than the register's time a signature may be, in seconds."""

    past_s: float
    future_s: float

    def check(self, created: int, now: datetime) -> None:
        """Raises RefusedError (clock_skew)."""
        behind_s = now.timestamp() - created
        if not -self.future_s <= behind_s <= self.past_s:
            raise RefusedError("clock_skew", f"{behind_s:+.0f} s")


def check_encoding(request: Request) -> None:
    """Raises RefusedError (unsupported_encoding)."""
    if request.encoding not in ("gzip", "identity"):
        raise RefusedError("unsupported_encoding", request.encoding[:40])


def check_digest(request: Request) -> None:
    """Raises RefusedError (digest_mismatch) where the body is not the one that was signed."""
    try:
        signatures.check_digest(request.headers, request.body)
    except SignatureError as error:
        raise RefusedError("digest_mismatch", str(error)) from error


def claim(request: Request) -> signatures.Signed:
    """The signature as it came. Raises RefusedError (bad_signature)."""
    try:
        return signatures.read_signature(request.method, request.target, request.headers)
    except SignatureError as error:
        raise RefusedError("bad_signature", str(error)) from error


def prove(claimed: signatures.Signed, public: bytes) -> None:
    """Raises RefusedError (bad_signature) unless `public` signed it."""
    try:
        signatures.check(claimed, public)
    except SignatureError as error:
        raise RefusedError("bad_signature", str(error)) from error


def uncompressed(request: Request, most_bytes: int) -> bytes:
    """The body as it was before compression. Raises RefusedError (too_large, malformed)."""
    if request.encoding == "identity":
        plain = request.body
    else:
        reader = zlib.decompressobj(wbits=31)
        try:
            plain = reader.decompress(request.body, most_bytes + 1)
        except zlib.error as error:
            raise RefusedError("malformed", "gzip") from error
        if len(plain) <= most_bytes and (not reader.eof or reader.unused_data):
            raise RefusedError("malformed", "gzip ends too early or too late")
    if len(plain) > most_bytes:
        raise RefusedError("too_large", f"> {most_bytes}")
    return plain
