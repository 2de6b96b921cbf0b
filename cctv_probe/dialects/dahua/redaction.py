"""What a recorder tells of its cameras' logins is taken out before anything is read or kept. Pure.

`RemoteDevice` and `getCameraAll` carry user name and password of every camera behind a recorder, in keys of their own, in
stream addresses, and in JSON on newer firmware (facts about vendors, 3.2).
"""

from __future__ import annotations

import re

MARK = b"[redacted]"
_LEAST = 5
"""A shorter password is taken out of its own key only: as a word it stands in too many places."""
_NAMES = rb"(?:user ?name|user|password|passwd|pass|pwd|passphrase|login ?name|account|secret|token|credential)s?"
_WORDS = (b"user", b"pass", b"pwd", b"login", b"account", b"secret", b"token", b"credential")
"""Where none of them stands, none of `_NAMES` does: most answers, long lists of files above all, need no further look."""
_LINE = re.compile(rb"(?m)^([^=\r\n]{1,400}=)([^\r\n]*)")
_KEY = re.compile(rb"(?i)" + _NAMES + rb"(?:\[[0-9]{1,9}\])?[ \t]*=\Z")
_JSON = re.compile(rb'(?i)("\w{0,40}?' + _NAMES + rb'"\s*:\s*)("(?:[^"\\]|\\.){0,1000}"|[0-9]{1,30})')
_PASSWORD = re.compile(rb"(?i)pass|pwd|secret|token")
_TRIVIAL = re.compile(rb"[*]*|true|false|[0-9]{1,3}")


def redacted(body: bytes) -> bytes:
    """`body` without the values of login keys, and without the passwords among them wherever else they stand."""
    lowered = body.lower()
    if not any(word in lowered for word in _WORDS):
        return body
    secrets: set[bytes] = set()

    def taken(found: re.Match[bytes]) -> bytes:
        value = found[2].strip().strip(b'"')
        if _TRIVIAL.fullmatch(value):
            return found[0]
        if _PASSWORD.search(found[1].rpartition(b".")[2]) and len(value) >= _LEAST:
            secrets.add(value)
        return found[1] + (b'"' + MARK + b'"' if found[2].startswith(b'"') else MARK)

    def of_line(found: re.Match[bytes]) -> bytes:
        return taken(found) if _KEY.search(found[1]) else found[0]

    body = _JSON.sub(taken, _LINE.sub(of_line, body))
    for secret in sorted(secrets, key=len, reverse=True):
        body = body.replace(secret, MARK)
    return body
