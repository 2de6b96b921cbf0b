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
_LOGIN_HEADER = re.compile(r"(?im)^((?:proxy-)?authorization|cookie|set-cookie)[ \t]*:[^\r\n]*")


_AND = "&(?:amp;){0,3}"
_NAMED = {entity: name for name, entity in html.entities.entitydefs.items() if ord(entity) < 128} | {"'": "apos"}


def _spellings(secret: str) -> str:
    """A regular expression for a secret as it may come back: plain, percent-encoded, escaped for XML, HTML or JSON,
    each letter in its own way."""
    return "".join(letter if letter.isascii() and letter.isalnum() else _letter(letter) for letter in secret)


def _letter(letter: str) -> str:
    code = ord(letter)
    forms = [re.escape(letter), rf"{_AND}#0{{0,8}}{code};", rf"(?i:{_AND}#x0{{0,8}}{code:x};)"]
    for encoding in ("utf-8",) if letter.isascii() else ("utf-8", "cp874"):
        coded = letter.encode(encoding, "ignore")
        if coded:
            # %25 is a percent sign that was itself encoded, as in a URL inside a query.
            forms.append("(?i:" + "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in coded) + ")")
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    forms.append("(?i:" + "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + ")")
    if letter in _NAMED:
        forms += [f"{_AND}{_NAMED[letter]};", f"\\\\{re.escape(letter)}"]
    if letter in "\\/":
        forms.append(rf"\\{re.escape(letter)}")
    if letter == " ":
        forms.append(r"\+")
    return "(?:" + "|".join(reversed(forms)) + ")"


class Redactor:
    """Takes known secrets, and what looks like a login, out of text and of raw answers."""

    def __init__(self, passwords: frozenset[str] = frozenset(), users: frozenset[str] = frozenset()) -> None:
        logins = [f"{user}:{password}" for user in users for password in passwords]
        coded = [base64.b64encode(secret.encode()).decode() for secret in (*logins, *filter(None, passwords))]
        self._coded = sorted(coded, key=len, reverse=True)
        self._secrets = [_known(secret, _spellings(secret)) for secret in _longest_first(passwords)]
        self._thai = [form for secret in (*passwords, *users) if (form := _old_thai(secret))]
        self._users = [_known(user, rf"(?<![\w-]){_spellings(user)}(?![\w-])") for user in _longest_first(users)]

    def text(self, text: str) -> str:
        """`text` for people and records: without passwords and without logins in URLs."""
        # What is known goes first: a password with "@" or "/" in it would be cut in two by the rules for URLs.
        for form in self._coded:
            text = text.replace(form, MARK)
        text = _without(self._secrets, text)
        if "@" in text:
            text = _USER_IN_URL.sub(r"\1", text)
        return _SECRET_IN_QUERY.sub(rf"\1{MARK}", text) if "=" in text else text

    def raw(self, answer: bytes) -> bytes:
        """A device's answer as it may be kept on disk: user names are taken out too."""
        for form in self._thai:
            answer = answer.replace(form, MARK.encode())
        text = answer.decode("utf-8", "surrogateescape")
        text = _LOGIN_HEADER.sub(rf"\1: {MARK}", text)
        text = _SECRET_ELEMENT.sub(rf"\g<1>{MARK}\g<2>", text)
        return _without(self._users, self.text(text)).encode("utf-8", "surrogateescape")


def _old_thai(secret: str) -> bytes:
    """The secret in the encoding of Thai Windows, which many web pages of devices have; empty where it has none."""
    try:
        return b"" if secret.isascii() else secret.encode("cp874")
    except UnicodeEncodeError:
        return b""


_Known = tuple[str, re.Pattern[str]]


def _longest_first(secrets: frozenset[str]) -> list[str]:
    return sorted(filter(None, secrets), key=len, reverse=True)


def _known(secret: str, spellings: str) -> _Known:
    """The longest run of letters and digits, which every spelling leaves alone, and the whole. Looking for the run first
    is what makes redaction cheap."""
    return max(re.findall("[0-9A-Za-z]*", secret), key=len), re.compile(spellings)


def _without(known: list[_Known], text: str) -> str:
    for run, pattern in known:
        if run in text:
            text = pattern.sub(MARK, text)
    return text
