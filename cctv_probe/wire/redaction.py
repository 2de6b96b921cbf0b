"""Nothing secret is kept: passwords, user names and login values are taken out before anything is stored or shown."""

from __future__ import annotations

import base64
import html.entities
import re

MARK = "[redacted]"
_USER_IN_URL = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,10}://)[^\s/@<>\"']{1,256}(?::[^\s/@<>\"']{0,256})?@")
_SECRET_IN_QUERY = re.compile(
    r"(?i)([?&;/](?:amp;)?(?:user(?:name)?|usr|login|account|pass(?:word|wd)?|pwd|token|auth|secret|key|sig(?:nature)?|session(?:id)?)=)[^&\s\"'<>;]*"
)
_SECRET_ELEMENT = re.compile(
    r"(?is)(<(?:[\w.-]+:)?(?:Username|UserName|Password|Nonce|PassWord|passwd)\b[^>]{0,300}>)[^<]{0,1000}(</)"
)
_LOGIN_HEADER = re.compile(r"(?im)^((?:proxy-)?authorization|cookie|set-cookie)\s*:.*$")


_NAMED = {entity: name for name, entity in html.entities.entitydefs.items() if ord(entity) < 128} | {"'": "apos"}


def _spellings(secret: str) -> str:
    """A regular expression for a secret as it may come back: plain, percent-encoded, escaped for XML, HTML or JSON,
    each letter in its own way."""
    return "".join(letter if letter.isascii() and letter.isalnum() else _letter(letter) for letter in secret)


def _letter(letter: str) -> str:
    code = ord(letter)
    forms = [re.escape(letter), f"&#0{{0,8}}{code};", f"(?i:&#x0{{0,8}}{code:x};)"]
    encodings = ("utf-8",) if letter.isascii() else ("utf-8", "cp874", "utf-16-be")
    for encoding in encodings:
        coded = letter.encode(encoding, "ignore")
        if coded:
            # %25 is a percent sign that was itself encoded, as in a URL inside a query.
            forms.append("(?i:" + "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in coded) + ")")
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    forms.append("(?i:" + "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + ")")
    if letter in _NAMED:
        forms += [f"&(?:amp;){{0,3}}{_NAMED[letter]};", f"\\\\{re.escape(letter)}"]
    if letter in "\\/":
        forms.append(rf"\\{re.escape(letter)}")
    if letter == " ":
        forms.append(r"\+")
    return "(?:" + "|".join(reversed(forms)) + ")"


class Redactor:
    """Takes known secrets, and what looks like a login, out of text and of raw answers."""

    def __init__(self, passwords: frozenset[str] = frozenset(), users: frozenset[str] = frozenset()) -> None:
        coded = [base64.b64encode(password.encode()).decode() for password in passwords]
        coded += [base64.b64encode(f"{user}:{password}".encode()).decode() for user in users for password in passwords]
        known = sorted(filter(None, passwords), key=len, reverse=True)
        forms = [*map(re.escape, sorted(filter(None, coded), key=len, reverse=True)), *map(_spellings, known)]
        self._secret = re.compile("|".join(forms)) if forms else None
        names = "|".join(map(_spellings, sorted(filter(None, users), key=len, reverse=True)))
        self._user = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])") if names else None

    def text(self, text: str) -> str:
        """`text` for people and records: without passwords and without logins in URLs."""
        # What is known goes first: a password with "@" or "/" in it would be cut in two by the rules for URLs.
        text = self._secret.sub(MARK, text) if self._secret else text
        text = _USER_IN_URL.sub(r"\1", text)
        return _SECRET_IN_QUERY.sub(rf"\1{MARK}", text)

    def raw(self, answer: bytes) -> bytes:
        """A device's answer as it may be kept on disk: user names are taken out too."""
        text = answer.decode("utf-8", "surrogateescape")
        text = _LOGIN_HEADER.sub(rf"\1: {MARK}", text)
        text = _SECRET_ELEMENT.sub(rf"\g<1>{MARK}\g<2>", text)
        text = self.text(text)
        if self._user:
            text = self._user.sub(MARK, text)
        return text.encode("utf-8", "surrogateescape")
