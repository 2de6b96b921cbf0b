"""What every ISAPI answer has in common, pure: its root element, its status, the lock state, truth values with options.

Three namespaces and several spellings are in use: everything is matched by local name without case (quirk 27).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cctv_probe.dialects.onvif import xml
from cctv_probe.dialects.onvif.xml import Element
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

NAMESPACES = ("hikvision.com", "isapi.org", "std-cgi.com")
_NOT_ISAPI = Text(en="sent something that is not an ISAPI answer", th="คำตอบไม่ใช่ข้อมูลรูปแบบ ISAPI")
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_LOCKED = re.compile(r"(?:\b|user|ip|account)lock")
"""`lockedIpFailed`, `userLocked`; not `unlocked`, `clock` or `block`."""
_PRIVATE = re.compile(
    rb"(<(?:[\w-]+:)?(userName|user|loginName|password|loginPassword|adminName)\b[^>]*>)[^<]{0,2000}", re.IGNORECASE
)


def read(body: bytes) -> Element:
    """The root element of an answer. Raises `StepError` (MALFORMED, TOO_LARGE); web pages are no answer."""
    root = xml.parse(body)
    if xml.local(root).lower() in ("html", "!doctype", "head", "body"):
        raise StepError(Ending.MALFORMED, _NOT_ISAPI)
    return root


def is_isapi(root: Element) -> bool:
    """Whether an answer is ISAPI's own: a userCheck or a ResponseStatus with its particular parts, or one of the namespaces."""
    name = xml.local(root).lower()
    if name == "usercheck":
        return True
    if name == "responsestatus" and (text(root, "statusCode") or text(root, "subStatusCode")):
        return True
    space = str(root.tag).partition("}")[0].lower()
    return any(known in space for known in NAMESPACES)


def without_users(body: bytes) -> bytes:
    """The answer as it may be kept: user names and passwords of cameras and shares behind the device are taken out."""
    return _PRIVATE.sub(rb"\1***", body)


def find(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names, without regard to case."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if xml.local(child).lower() == name.lower()), None)
    return element


def text(element: Element | None, *path: str) -> str | None:
    """The text at a path; None where there is none."""
    found = find(element, *path)
    return None if found is None else xml.text(found)


def whole(element: Element | None, *path: str) -> int | None:
    """A non-negative whole number at a path, or None."""
    found = find(element, *path)
    return None if found is None else xml.integer(found)


def truth(element: Element | None, *path: str) -> bool | None:
    """A truth value at a path; None where it is neither."""
    told = (text(element, *path) or "").lower()
    return True if told in _TRUE else False if told in _FALSE else None


def below(element: Element, *names: str) -> Iterator[Element]:
    """Everything below `element`, itself included, that is called one of `names`, without regard to case."""
    wanted = {name.lower() for name in names}
    for count, found in enumerate(element.iter()):
        if count > xml.MOST_ELEMENTS:
            return
        if xml.local(found).lower() in wanted:
            yield found


def first_text(element: Element, *names: str) -> str | None:
    """The first text below `element` under any of the spellings `names`."""
    found = (xml.text(one) for one in below(element, *names))
    return next((told for told in found if told), None)


def options(element: Element | None) -> tuple[str, ...]:
    """The words of an `opt` attribute (`opt="25,20,15"`)."""
    told = xml.attribute(element, "opt") if element is not None else None
    return tuple(word.strip() for word in (told or "").split(",")[:256] if word.strip())


@dataclass(frozen=True, slots=True)
class LockState:
    """What a userCheck tells of the account: `left` logins may still fail, `unlock_s` seconds until a lock ends."""

    locked: bool
    left: int | None = None
    unlock_s: int | None = None


def lock_state(root: Element | None) -> LockState | None:
    """The lock state in an answer; None where it tells none."""
    if root is None:
        return None
    status = (first_text(root, "lockStatus") or "").lower()
    said = " ".join(filter(None, (first_text(root, "statusString"), first_text(root, "subStatusCode")))).lower()
    left = next((xml.integer(one) for one in below(root, "retryLoginTime", "retryTimes")), None)
    unlock_s = next((xml.integer(one) for one in below(root, "unlockTime")), None)
    locked = status in ("lock", "locked", "true") or bool(_LOCKED.search(said))
    if not status and left is None and not locked:
        return None
    return LockState(locked, left, unlock_s or None)


@dataclass(frozen=True, slots=True)
class Status:
    """A ResponseStatus: `code` 1 is success; `sub` tells the reason (`lowPrivilege`, `notSupport`…)."""

    code: int | None
    sub: str
    said: str

    @property
    def is_error(self) -> bool:
        """Whether it stands for a failure."""
        return self.code not in (0, 1) and not (self.code is None and self.sub.lower() in ("", "ok"))


def status_of(root: Element | None) -> Status | None:
    """The ResponseStatus that an answer is; None where it is something else."""
    if root is None or xml.local(root).lower() != "responsestatus":
        return None
    return Status(whole(root, "statusCode"), text(root, "subStatusCode") or "", text(root, "statusString") or "")
