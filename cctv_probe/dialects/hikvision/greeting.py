"""Whether ISAPI is spoken at a port, asked without a login; and what the first refusal tells of the account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers import LockState
from cctv_probe.dialects.hikvision.operations import Operation
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire import digest
from cctv_probe.wire.address import same_host, split_url
from cctv_probe.wire.http import Answer
from cctv_probe.wire.visit import Visit

GREETING_S = 4.0
CAP_BYTES = 256 << 10
_SERVERS = re.compile(r"(?i)App-webs|Hikvision|DNVRS-Webs|DVRDVS-Webs")
_REALMS = re.compile(r"(?i)^(?:i?DS-[0-9a-z]|IP ?Camera ?\(|Embedded Net D?VR|Hikvision)")
_PAGES = re.compile(rb"(?i)/doc/(?:page/login|index|page/preview)|/ISAPI/|hikvision")
_NOT_ISAPI = Text(en="does not speak ISAPI at this port", th="ไม่รองรับ ISAPI ที่พอร์ตนี้")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The anonymous answer to `userCheck`: where, the challenges, the lock state, the certificate."""

    endpoint: Endpoint
    status: int
    challenges: tuple[str, ...] = ()
    lock: LockState | None = None
    speaks: bool = False
    """Whether the answer is ISAPI's own."""
    certificate_sha256: str | None = None

    @property
    def schemes(self) -> tuple[str, ...]:
        """The login schemes that the device offers, for people: `Digest MD5`, `Basic`."""
        return tuple(dict.fromkeys(challenge.name for challenge in digest.parse_challenges(self.challenges)))

    @classmethod
    def of(cls, endpoint: Endpoint, answer: Answer) -> Greeting:
        """What an answer to `userCheck` tells."""
        try:
            root = answers.read(answer.body)
        except StepError:
            root = None
        speaks = root is not None and answers.is_isapi(root)
        lock = answers.lock_state(root) if speaks else None
        challenges = answer.challenges if answer.status == 401 else ()
        return cls(endpoint, answer.status, challenges, lock, speaks, answer.certificate_sha256)


def greet(visit: Visit, endpoint: Endpoint) -> Greeting:
    """Ask `userCheck` without a login. Raises `StepError`, NOT_FOUND where what answers there is not ISAPI.

    An answer in ISAPI's own XML proves it. Old firmware refuses with a bare 401: that counts only with a Digest challenge
    and a sign of the family (server header, realm, login page), because a web server that guards every path looks the same.
    """
    answer = _asked(visit, endpoint, ops.USER_CHECK)
    if 300 <= answer.status < 400:
        secured = _secured(visit, endpoint, answer)
        if secured is not None:
            endpoint, answer = secured, _asked(visit, secured, ops.USER_CHECK)
    found = Greeting.of(endpoint, answer)
    if found.speaks or (_wants_digest(answer) and _is_of_family(visit, endpoint, answer)):
        return found
    raise StepError(Ending.NOT_FOUND, _NOT_ISAPI)


def speaks_isapi(visit: Visit, endpoint: Endpoint) -> bool:
    """Whether ISAPI is spoken there, learned without a login. No failure is raised: what does not answer does not speak it."""
    try:
        greet(visit, endpoint)
    except StepError as error:
        if error.ending in (Ending.INTERRUPTED, Ending.BUDGET_SPENT):
            raise
        return False
    return True


def _wants_digest(answer: Answer) -> bool:
    challenges = digest.parse_challenges(answer.challenges) if answer.status == 401 else ()
    return any(challenge.scheme == "digest" for challenge in challenges)


def _is_of_family(visit: Visit, endpoint: Endpoint, answer: Answer) -> bool:
    """By the server's name, the realm, or (asked for only then) its open front page."""
    realms = [challenge.realm for challenge in digest.parse_challenges(answer.challenges)]
    if _SERVERS.search(answer.headers.get("Server", "")) or any(_REALMS.search(realm) for realm in realms):
        return True
    page = _asked(visit, endpoint, ops.ROOT)
    target = page.headers.get("Location", "").encode("utf-8", "replace") if 300 <= page.status < 400 else b""
    return page.status != 401 and bool(_PAGES.search(target) or _PAGES.search(page.body[:65536]))


def _secured(visit: Visit, endpoint: Endpoint, answer: Answer) -> Endpoint | None:
    """Where a redirect on our own host leads, by TLS or at another port; None where it leads elsewhere or nowhere."""
    parts = split_url(answer.headers.get("Location", ""))
    if parts is None or parts.scheme not in ("http", "https") or not same_host(parts.hostname or "", visit.address):
        return None
    tls = parts.scheme == "https"
    found = Endpoint(parts.port or (443 if tls else 80), tls, endpoint.target)
    return None if (found.port, found.tls) == (endpoint.port, endpoint.tls) else found


def _asked(visit: Visit, endpoint: Endpoint, operation: Operation) -> Answer:
    outcome = "no answer"
    try:
        answer = visit.http.send(
            operation.method, endpoint.port, ops.allowed(operation.method, operation.target()), tls=endpoint.tls,
            wanted_s=GREETING_S, cap_bytes=CAP_BYTES,
        )  # fmt: skip
        outcome = str(answer.status)
    except StepError as error:
        outcome = error.ending.value
        raise
    finally:
        visit.folder.asked(visit.address, operation.step, login=False, outcome=outcome)
    return answer
