"""What a refusal says beside its status: locked for so long, so many tries left, too many users, no permission. Pure.

Sources: facts about vendors 3.7 (`{"ErrorCode":268632081,"RmLock":1800,"RmLogin":0}`, `remainLoginTimes`, `remainLockSecond`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LOCKED_CODE = 268632081
_MOST_READ = 4000
_CODE = re.compile(r"(?i)\"?(?:error)?code\"?\s*[:=]\s*\"?([0-9]{1,12})")
_LOCK_S = re.compile(r"(?i)\"?(?:RmLock|remainLockSeconds?|lockSeconds?|lockTime)\"?\s*[:=]\s*\"?([0-9]{1,9})")
_LEFT = re.compile(
    r"(?i)\"?(?:RmLogin|remainLoginTimes?)\"?\s*[:=]\s*\"?([0-9]{1,4})|still have ([0-9]{1,4}) attempt|([0-9]{1,4}) attempts? (?:left|remain)"
)
_LOCKED = re.compile(r"(?i)\b(?:user|account|ip)\b[^\r\n]{0,40}\block(?:ed)?\b|\block(?:ed)? ?(?:out|user)\b")
_CROWDED = re.compile(
    r"(?i)too many (?:users?|connections?|sessions?|logins?)|max(?:imum)?(?: number of)? (?:users?|connections?|sessions?)"
    r"|(?:users?|connections?|sessions?) (?:is |are )?(?:full|exceed\w*|over ?limit)|user ?over ?limit"
)
_NO_AUTHORITY = re.compile(r"(?i)authority ?:? ?check|no (?:authority|permission|privilege)|not authoriz")


@dataclass(frozen=True, slots=True)
class Told:
    """What the body of a refusal told. `locked_s` seconds until the account opens, `left` tries that remain; None: not told."""

    locked: bool = False
    locked_s: int | None = None
    left: int | None = None
    crowded: bool = False
    no_authority: bool = False


def read(body: bytes) -> Told:
    """What the body of a 401 or 403 says; never raises."""
    text = body[:_MOST_READ].decode("utf-8", "replace")
    code = _number(_CODE.search(text))
    locked_s, left = _number(_LOCK_S.search(text)), _number(_LEFT.search(text))
    locked = code == LOCKED_CODE or bool(locked_s and not left) or bool(_LOCKED.search(text))
    return Told(
        locked=locked,
        locked_s=locked_s or None,
        left=left,
        crowded=not locked and bool(_CROWDED.search(text)),
        no_authority=bool(_NO_AUTHORITY.search(text)),
    )


def _number(found: re.Match[str] | None) -> int | None:
    return next((int(group) for group in found.groups() if group), None) if found else None
