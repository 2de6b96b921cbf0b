"""SOAP answers: the body, or the fault and what it means. Bytes → values; no socket."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.dialects.onvif import xml
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

_NOT_AUTHORIZED = re.compile(
    r"not\s*authori[sz]ed|unauthori[sz]ed|authori[sz]ation|authenticat|sender not|invalid\s*user(name)?|wrong password",
    re.I,
)
_AUTH_CODES = {"notauthorized", "failedauthentication", "invalidsecurity", "invalidsecuritytoken", "senternotauthorized",
               "sendernotauthorized", "securitytokenunavailable", "failedcheck"}  # fmt: skip
_UNSUPPORTED_CODES = {"actionnotsupported", "notsupported", "optionalactionnotimplemented", "unknownaction"}
_LOCKED = re.compile(r"\block(ed|out)?\b", re.I)
_TRIES = r"(?:attempts?|times?|chances?|try|tries)(?:\(s\))?"
_LEFT = re.compile(
    rf"(?:still\s+have|have\s+only|you\s+have)\s+(\d{{1,3}})\s+(?:more\s+|remaining\s+)?{_TRIES}"
    rf"|(\d{{1,3}})\s+(?:more\s+|remaining\s+)?{_TRIES}\s+(?:are\s+)?(?:left|remain)"
    rf"|(\d{{1,3}})\s+(?:more|remaining)\s+{_TRIES}"
    rf"|(?:remaining|left)\s+{_TRIES}\s*[:=]?\s*(\d{{1,3}})",
    re.I,
)
"""What remains, never what was used up ("failed 3 times", "locked after 5 attempts")."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault: its codes by local name, outermost first, and its reason."""

    codes: tuple[str, ...]
    reason: str

    @property
    def not_authorized(self) -> bool:
        """Whether it asks for a login (ONVIF Core 5.11.2.2: `ter:NotAuthorized`)."""
        if self.not_supported:
            return False
        return any(code.casefold() in _AUTH_CODES for code in self.codes) or bool(_NOT_AUTHORIZED.search(self.reason))

    @property
    def locked(self) -> bool:
        """Whether it says that the account is locked, not merely that it may be."""
        if self.attempts_left:
            return False
        return bool(_LOCKED.search(self.reason)) or any("lock" in code.casefold() for code in self.codes)

    @property
    def attempts_left(self) -> int | None:
        """The device's own count of tries that remain ("You still have 4 attempt(s)")."""
        found = _LEFT.search(self.reason)
        return next((int(group) for group in found.groups() if group), None) if found else None

    @property
    def not_supported(self) -> bool:
        """Whether it says that the operation does not exist here."""
        return any(code.casefold() in _UNSUPPORTED_CODES for code in self.codes)

    def error(self) -> StepError:
        """The ending that this fault stands for."""
        if self.locked:
            return StepError(Ending.LOCKED_OUT)
        if self.not_authorized:
            return StepError(Ending.UNAUTHORIZED)
        if self.not_supported:
            return StepError(Ending.NOT_SUPPORTED)
        said = self.reason or (self.codes[-1] if self.codes else "")
        return StepError(Ending.FAULT, _FAULT.with_(said=said[:120]))


_FAULT = Text(en="answered with an error: “{said}”", th="ตอบกลับว่ามีข้อผิดพลาด: “{said}”")


def read(answer: bytes) -> xml.Element | Fault:
    """The first element of the SOAP body, or the fault. Raises `StepError(MALFORMED)` where it is no SOAP answer."""
    root = xml.parse(answer)
    body = next(xml.descendants(root, "Body"), None)
    if xml.local(root) != "Envelope" or body is None:
        raise StepError(Ending.MALFORMED, xml.NOT_SOAP)
    content = next((child for child in body if xml.local(child)), None)
    if content is None:
        raise StepError(Ending.MALFORMED, xml.EMPTY)
    return _fault(content) if xml.local(content) == "Fault" else content


def _fault(element: xml.Element) -> Fault:
    codes = [value.text.strip().rpartition(":")[2] for value in xml.descendants(element, "Value") if value.text]
    codes += [code.text.strip().rpartition(":")[2] for code in xml.descendants(element, "faultcode") if code.text]
    said = [
        " ".join("".join(map(str, found.itertext())).split())
        for name in ("Reason", "faultstring", "Detail")
        for found in xml.descendants(element, name)
    ]
    return Fault(tuple(code for code in codes if code), " · ".join(part for part in said if part)[:400])


def looks_like_soap(answer: bytes) -> bool:
    """Whether an answer is a SOAP envelope at all, fault or not."""
    try:
        read(answer)
    except StepError:
        return False
    return True
