"""WS-Security UsernameToken, verified truly (OASIS UsernameToken Profile 1.0, ONVIF Core 5.9.4).

Digest = Base64(SHA-1(nonce + Created + password)). `Created` must lie within the tolerance of the *device's* clock and
a nonce serves once. `mustUnderstand` is ignored, as devices do.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from cctv_probe.simulator.logins import Verdict

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class UsernameToken:
    """What the Security header carried; `is_text`: the password stands there in clear."""

    user: str
    password: str
    is_text: bool
    nonce: str
    created: str


def read_token(envelope: etree._Element) -> UsernameToken | None:
    """The first UsernameToken of a SOAP envelope, by local names, or None."""
    found = envelope.xpath("./*[local-name()='Header']//*[local-name()='UsernameToken']")
    if not isinstance(found, list) or not found or not isinstance(found[0], etree._Element):
        return None
    parts = {etree.QName(child).localname: child for child in found[0] if isinstance(child.tag, str)}
    text = {name: (child.text or "").strip() for name, child in parts.items()}
    kind = parts["Password"].get("Type", "") if "Password" in parts else ""
    return UsernameToken(
        user=text.get("Username", ""),
        password=text.get("Password", ""),
        is_text=not kind.endswith("#PasswordDigest"),
        nonce=text.get("Nonce", ""),
        created=text.get("Created", ""),
    )


class TokenGate:
    """Judges tokens for one account. `text_allowed`: PasswordText counts too; `digest_allowed`: PasswordDigest does."""

    def __init__(
        self, user: str, password: str, tolerance_s: float, *, text_allowed: bool, digest_allowed: bool
    ) -> None:
        self._user, self._password = user, password
        self._tolerance_s = tolerance_s
        self._text_allowed, self._digest_allowed = text_allowed, digest_allowed
        self._seen: OrderedDict[str, None] = OrderedDict()

    def check(self, token: UsernameToken, device_clock: datetime) -> Verdict:
        """The verdict on `token` at the device's own time."""
        kind = "wsse_text" if token.is_text else "wsse"
        why = self._text_wrong(token) if token.is_text else self._digest_wrong(token, device_clock)
        return Verdict(not why, kind, failed=bool(why), why=why or "ok")

    def _text_wrong(self, token: UsernameToken) -> str:
        if not self._text_allowed:
            return "text_not_accepted"
        right = token.user == self._user and hmac.compare_digest(token.password.encode(), self._password.encode())
        return "" if right else "wrong_password"

    def _digest_wrong(self, token: UsernameToken, device_clock: datetime) -> str:
        if not self._digest_allowed:
            return "digest_not_accepted"
        try:
            nonce = base64.b64decode(token.nonce, validate=True)
        except (binascii.Error, ValueError):
            return "nonce_not_base64"
        if not nonce or not token.created:
            return "nonce_or_created_missing"
        if token.user != self._user:
            return "wrong_user"
        made = hashlib.sha1(nonce + token.created.encode() + self._password.encode()).digest()
        if not hmac.compare_digest(base64.b64encode(made).decode(), token.password):
            return "wrong_password"
        return self._not_fresh(token, device_clock)

    def _not_fresh(self, token: UsernameToken, device_clock: datetime) -> str:
        created = _moment(token.created)
        if created is None:
            return "created_unreadable"
        if abs((created - device_clock).total_seconds()) > self._tolerance_s:
            return "created_out_of_window"
        if token.nonce in self._seen:
            return "nonce_reused"
        self._seen[token.nonce] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return ""


def _moment(text: str) -> datetime | None:
    if not text.endswith("Z"):  # devices want Zulu time; "+00:00" is refused by real ones
        return None
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError:
        return None
