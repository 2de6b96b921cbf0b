"""Nothing secret is kept: passwords, user names and login values are taken out before anything is stored or shown."""

from __future__ import annotations

import base64
import html
import re
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
_USER_IN_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,10}://)[^\s/@<>\"']{1,256}(?::[^\s/@<>\"']{0,256})?@")
_SECRET_IN_QUERY = re.compile(
    r"(?i)([?&;/](?:amp;)?(?:user(?:name)?|usr|login|account|pass(?:word|wd)?|pwd|token|auth|secret|key|sig(?:nature)?|session(?:id)?)=)[^&\s\"'<>;]*"
)
_SECRET_ELEMENT = re.compile(
    r"(?is)(<(?:[\w.-]+:)?(?:Username|UserName|Password|Nonce|PassWord|passwd)\b[^>]{0,300}>)[^<]{0,1000}(</)"
)
_LOGIN_HEADER = re.compile(r"(?im)^((?:proxy-)?authorization|cookie|set-cookie)\s*:.*$")


def _forms(secret: str) -> set[str]:
    """The spellings under which a secret may come back."""
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        quote(secret, safe="").lower(),
        html.escape(secret),
        html.escape(secret, quote=False),
        base64.b64encode(secret.encode()).decode(),
    }


class Redactor:
    """Takes known secrets, and what looks like a login, out of text and of raw answers."""

    def __init__(self, passwords: frozenset[str] = frozenset(), users: frozenset[str] = frozenset()) -> None:
        forms: set[str] = set()
        for password in passwords:
            forms |= _forms(password)
        for user in users:
            forms |= {base64.b64encode(f"{user}:{password}".encode()).decode() for password in passwords}
        ordered = sorted((form for form in forms if form), key=len, reverse=True)
        self._secret = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        names = sorted(users, key=len, reverse=True)
        self._user = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w-])") if names else None

    def text(self, text: str) -> str:
        """`text` for people and records: without passwords and without logins in URLs."""
        text = _USER_IN_URL.sub(r"\1", text)
        text = _SECRET_IN_QUERY.sub(rf"\1{MARK}", text)
        return self._secret.sub(MARK, text) if self._secret else text

    def raw(self, answer: bytes) -> bytes:
        """A device's answer as it may be kept on disk: user names are taken out too."""
        text = answer.decode("utf-8", "surrogateescape")
        text = _LOGIN_HEADER.sub(rf"\1: {MARK}", text)
        text = _SECRET_ELEMENT.sub(rf"\g<1>{MARK}\g<2>", text)
        text = self.text(text)
        if self._user:
            text = self._user.sub(MARK, text)
        return text.encode("utf-8", "surrogateescape")
