"""Questions to one device over ISAPI: one connection, one login, and a look at the lock before any password is sent.

The first question, `userCheck`, is asked anonymously: its refusal names the login scheme and often tells whether the account is
locked and how many failures are left. Where it is locked no login is sent at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers import LockState
from cctv_probe.dialects.hikvision.greeting import Greeting
from cctv_probe.dialects.hikvision.local_time import UTC_ZONE, Zone
from cctv_probe.dialects.hikvision.operations import Operation
from cctv_probe.dialects.hikvision.refusals import LOCKED, LOCKED_FOR, refusal_of
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.dialects.onvif.xml import Element
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire import digest
from cctv_probe.wire.address import same_host, split_url
from cctv_probe.wire.http import Answer
from cctv_probe.wire.login import BUSY_AFTER_SUCCESS, HttpAccount
from cctv_probe.wire.visit import Visit

CALL_S = 8.0
ROUNDS = 4
"""Unsigned, signed, signed again with a fresh nonce, and one for a redirect."""
LEAST_LEFT = 3
"""A second login needs so many failures to be left, by the device's own count."""

_OTHER_HOST = Text(
    en="The device's web server sends visitors to {other}; it was asked at {address} instead.",
    th="เว็บเซิร์ฟเวอร์ของอุปกรณ์ส่งต่อไปยัง {other} แต่ระบบถามที่ {address} แทน",
)
_IN_CIRCLES = Text(
    en="sent this question round in circles (to another address, or to log in, again and again)",
    th="ส่งคำถามวนไปวนมา (ให้ไปที่อยู่อื่นหรือให้เข้าสู่ระบบซ้ำหลายครั้ง)",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The root element of an answer, and the SHA-256 under which it is kept."""

    root: Element
    sha256: str


@dataclass
class IsapiSession:
    """One device's ISAPI during one visit. Not shared between threads. `greeting` is what was asked before any login."""

    visit: Visit
    home: Endpoint
    greeting: Greeting | None = None
    account: HttpAccount = field(init=False)
    clock_offset: dt.timedelta = dt.timedelta(0)
    """The device's clock minus UTC; `ask_device` sets it."""
    zone: Zone = UTC_ZONE
    """What the device's local time is reckoned by; `ask_device` sets it."""
    lock: LockState | None = None
    """What the device last told of the account's lock; None where it tells nothing."""
    certificate_sha256: str | None = None
    round_trip_s: float = 0.0
    """How long the last question took."""
    is_recorder: bool = False
    """Whether deviceInfo calls it one; `ask_device` sets it."""
    rtsp_port: int | None = None
    """Where it says that RTSP is spoken; `ask_health` sets it."""
    _greeted: bool = False
    _signed: bool = False
    _once: dict[str, Reply | StepError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = HttpAccount(self.visit.login, "device", "HTTP")
        self.home = self.greeting.endpoint if self.greeting else self.home

    def ask(self, operation: Operation, number: int | None = None, body: bytes | None = None) -> Reply:
        """One question. Raises `StepError` for every end but a proper answer, `NotAllowedError` for a question that may not
        be sent. The first question brings an anonymous `userCheck` with it."""
        target = ops.allowed(operation.method, operation.target(number))
        self._greet()
        for _ in range(ROUNDS):
            answer = self._send(operation, target, body)
            if 300 <= answer.status < 400:
                self._redirected(answer)
                continue
            reply = self._judge(answer)
            if reply is not None:
                return reply
        raise StepError(Ending.FAULT, _IN_CIRCLES)

    def once(self, operation: Operation) -> Reply:
        """A question that several need the answer of: asked once in a session, its failure remembered as well."""
        if operation.name not in self._once:
            try:
                self._once[operation.name] = self.ask(operation)
            except StepError as error:
                self._once[operation.name] = error
        found = self._once[operation.name]
        if isinstance(found, StepError):
            raise StepError(found.ending, found.line)
        return found

    def _greet(self) -> None:
        """Learn scheme and lock state without a login, once. Raises LOCKED_OUT where the account is locked."""
        if not self._greeted:
            self._greeted = True
            if self.greeting is None:
                self.greeting = Greeting.of(self.home, self._anonymous())
            self.certificate_sha256 = self.certificate_sha256 or self.greeting.certificate_sha256
            self.lock = self.greeting.lock
            challenges = digest.parse_challenges(self.greeting.challenges)
            if challenges and not (self.lock and self.lock.locked):
                self.account.challenged(challenges, secure=self.home.tls)
        if self.lock is not None and self.lock.locked:
            raise self._locked(signed=False)

    def _anonymous(self) -> Answer:
        return self._send(ops.USER_CHECK, ops.allowed("GET", ops.USER_CHECK.path), None, login=False)

    def _send(self, operation: Operation, target: str, body: bytes | None, *, login: bool = True) -> Answer:
        self._signed = False
        headers = {"Content-Type": "application/xml; charset=utf-8"} if body is not None else {}
        if login:
            value = self.account.sign(operation.method, target, secure=self.home.tls, body=body or b"")
            if value is not None:
                headers["Authorization"] = value
                self._signed = True
        outcome, began = "no answer", self.visit.clock.monotonic()
        try:
            unproven = self._signed and "device" not in self.visit.login.proven
            answer = self.visit.http.send(
                operation.method, self.home.port, target, tls=self.home.tls, headers=headers, body=body,
                wanted_s=CALL_S, once=unproven,
            )  # fmt: skip
            outcome = str(answer.status)
        except StepError as error:
            outcome = error.ending.value
            if self._signed:
                self.account.abandoned()
            raise
        finally:
            step = f"{operation.step} {target}" if "{id}" in operation.path else operation.step
            self.visit.folder.asked(self.visit.address, step, login=self._signed, outcome=outcome)
        self.round_trip_s = self.visit.clock.monotonic() - began
        self.certificate_sha256 = answer.certificate_sha256 or self.certificate_sha256
        return answer

    def _judge(self, answer: Answer) -> Reply | None:
        """The reply, or None where the question is to be asked again with a login."""
        root = _root(answer)
        self.lock = answers.lock_state(root) or self.lock
        if self.lock is not None and self.lock.locked:
            raise self._locked(signed=self._signed)
        if answer.status == 401:
            self._refused(answer)
            return None
        error = refusal_of(answer.status, root)
        if error is None and root is not None:
            if self._signed:
                self.account.accepted()
            return Reply(root, self.visit.folder.keep(answers.without_users(answer.body)))
        if self._signed:
            # A reasoned refusal comes from behind the login; a bare error says nothing about it.
            (self.account.accepted if root is not None and answers.is_isapi(root) else self.account.abandoned)()
        raise error or StepError(Ending.MALFORMED)

    def _refused(self, answer: Answer) -> None:
        """Learn from a 401. Raises `StepError` where the question may not be asked again."""
        guard = self.visit.login
        guard.login("device")
        failures, left = guard.failures, self.lock.left if self.lock else None
        try:
            self.account.challenged(digest.parse_challenges(answer.challenges), secure=self.home.tls)
        except StepError:
            if guard.failures == 1 and failures == 0 and left is not None and left >= LEAST_LEFT:
                guard.second_allowed = True  # for another account; this one is never tried twice
            raise

    def _locked(self, *, signed: bool) -> StepError:
        """The account is locked: a login that was sent counts as refused, and none follows."""
        guard = self.visit.login
        if signed and guard.refused("HTTP").ending is Ending.BUSY:
            return StepError(Ending.LOCKED_OUT, BUSY_AFTER_SUCCESS)
        seconds = self.lock.unlock_s if self.lock else None
        words = LOCKED_FOR.with_(minutes=-(-seconds // 60)) if seconds else LOCKED
        guard.refusal = words
        return StepError(Ending.LOCKED_OUT, words)

    def _redirected(self, answer: Answer) -> None:
        """Follow to another port or to TLS on our own host (quirk 24); the path stays the one that is allowed."""
        if self._signed:
            self.account.abandoned()
        parts = split_url(answer.headers.get("Location", ""))
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise StepError(Ending.FAULT, _IN_CIRCLES)
        if not same_host(parts.hostname, self.visit.address):
            words = _OTHER_HOST.with_(other=parts.hostname, address=self.visit.address)
            self.visit.find("redirect_other_host", "low", words)
        tls = parts.scheme == "https"
        self.home = Endpoint(parts.port or (443 if tls else 80), tls, self.home.target)


def _root(answer: Answer) -> Element | None:
    try:
        return answers.read(answer.body)
    except StepError:
        return None
