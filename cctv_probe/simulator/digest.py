"""HTTP and RTSP logins by header, verified truly: Digest (RFC 7616: MD5, SHA-256, qop=auth) and Basic."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from cctv_probe.simulator.logins import Verdict

Algorithm = Literal["MD5", "SHA-256"]
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_NONCES_KEPT = 5000


@dataclass(slots=True)
class _Nonce:
    issued: float
    last_count: int = 0


class HeaderGate:
    """Judges `Authorization` headers for one account.

    algorithms: Digest algorithms offered, in the order of the challenges; empty with `basic`.
    qop: whether challenges offer `qop="auth"`; then answers must use it, with a rising nonce count.
    life_s: how long a nonce serves; afterwards a right answer gets `stale=true`. one_use: a nonce serves one request.
    """

    def __init__(
        self,
        account: tuple[str, str],
        realm: str,
        algorithms: tuple[Algorithm, ...],
        *,
        basic: bool = False,
        qop: bool = True,
        life_s: float = 60.0,
        one_use: bool = False,
    ) -> None:
        self._user, self._password = account
        self._realm, self._algorithms = realm, algorithms
        self._basic, self._qop = basic, qop
        self._life_s, self._one_use = life_s, one_use
        self._nonces: OrderedDict[str, _Nonce] = OrderedDict()

    def challenges(self, *, stale: bool = False) -> list[str]:
        """Values of the `WWW-Authenticate` headers to send, one an algorithm."""
        tail = (', qop="auth"' if self._qop else "") + (", stale=true" if stale else "")
        lines = []
        for algorithm in self._algorithms:
            named = f", algorithm={algorithm}" if self._qop or algorithm != "MD5" else ""
            lines.append(f'Digest realm="{self._realm}", nonce="{self._new_nonce()}"{named}{tail}')
        if self._basic:
            lines.append(f'Basic realm="{self._realm}"')
        return lines

    def check(self, header: str | None, method: str, target: str) -> Verdict:
        """The verdict on the value of an Authorization header; None or another scheme is no credentials at all."""
        scheme, _, rest = (header or "").strip().partition(" ")
        if scheme.lower() == "digest" and self._algorithms:
            return self._digest(rest, method, target)
        if scheme.lower() == "basic" and self._basic:
            return self._check_basic(rest)
        return Verdict(False, scheme.lower() if scheme.lower() in ("digest", "basic") else "none")

    def _new_nonce(self) -> str:
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = _Nonce(time.monotonic())
        if len(self._nonces) > _NONCES_KEPT:
            self._nonces.popitem(last=False)
        return nonce

    def _check_basic(self, rest: str) -> Verdict:
        try:
            shown = base64.b64decode(rest.strip(), validate=True)
        except (binascii.Error, ValueError):
            return Verdict(False, "basic", failed=True, why="basic_not_base64")
        right = hmac.compare_digest(shown, f"{self._user}:{self._password}".encode())
        return Verdict(right, "basic", failed=not right, why="ok" if right else "wrong_password")

    def _digest(self, rest: str, method: str, target: str) -> Verdict:
        fields = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(rest)}
        algorithm = fields.get("algorithm", "MD5").upper()
        kind = "digest_sha256" if algorithm == "SHA-256" else "digest_md5"
        wrong = self._wrong(fields, algorithm, method, target)
        if wrong:
            return Verdict(False, kind, failed=True, why=wrong)
        return self._freshness(fields, kind)

    def _wrong(self, fields: dict[str, str], algorithm: str, method: str, target: str) -> str:
        if algorithm not in self._algorithms:
            return "algorithm_not_offered"
        if fields.get("realm") != self._realm:
            return "wrong_realm"
        if fields.get("username") != self._user:
            return "wrong_user"
        if fields.get("uri") != target:
            return "digest_uri_mismatch"
        if self._qop != (fields.get("qop") == "auth") or (self._qop and not fields.get("cnonce")):
            return "wrong_qop"
        expected = self._response(fields, algorithm, method)
        return "" if hmac.compare_digest(expected, fields.get("response", "")) else "wrong_password"

    def _response(self, fields: dict[str, str], algorithm: str, method: str) -> str:
        def digest(*parts: str) -> str:
            return _HASHES[algorithm](":".join(parts).encode()).hexdigest()

        first = digest(self._user, self._realm, self._password)
        second = digest(method, fields["uri"])
        nonce = fields.get("nonce", "")
        if self._qop:
            return digest(first, nonce, fields.get("nc", ""), fields["cnonce"], "auth", second)
        return digest(first, nonce, second)

    def _freshness(self, fields: dict[str, str], kind: str) -> Verdict:
        """The password is right; is the nonce? A count that does not rise is refused without `stale`."""
        nonce = self._nonces.get(fields.get("nonce", ""))
        if nonce is None or time.monotonic() - nonce.issued > self._life_s:
            return Verdict(False, kind, stale=True, why="stale")
        if self._one_use:
            del self._nonces[fields["nonce"]]
        if self._qop:
            count = int(fields["nc"], 16) if re.fullmatch(r"[0-9a-fA-F]{8}", fields.get("nc", "")) else 0
            if count <= nonce.last_count:
                return Verdict(False, kind, why="nonce_count_not_rising")
            nonce.last_count = count
        return Verdict(True, kind, why="ok")
