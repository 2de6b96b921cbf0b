"""Calls to one ONVIF device: the right endpoint, the right login, one question at a time.

A call is anonymous until the device refuses one; the refusal tells the scheme (WS-UsernameToken, HTTP Digest, Basic). From
then on every call carries the login. What a login may be tried at all, `wire.login` decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cctv_probe.dialects.onvif import requests, soap, xml
from cctv_probe.dialects.onvif.endpoint import Endpoint, resolve
from cctv_probe.dialects.onvif.operations import DEFAULT_PATHS, DEVICE, Operation
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire import digest
from cctv_probe.wire.address import same_host, split_url, target_of
from cctv_probe.wire.http import Answer
from cctv_probe.wire.login import BUSY_AFTER_SUCCESS, CLEAR_TEXT, HttpAccount
from cctv_probe.wire.visit import Visit

Scheme = Literal["anonymous", "token", "http"]
CALL_S = 6.0
ROUNDS = 4
"""Anonymous, signed, signed again with a fresh nonce, and one for a redirect."""

NOT_ALLOWED = Text(
    en="this user may log in but may not ask this (or too many users are logged in)",
    th="ผู้ใช้นี้เข้าสู่ระบบได้ แต่ไม่มีสิทธิ์ดูข้อมูลนี้ (หรือมีผู้ใช้งานพร้อมกันมากเกินไป)",
)
_OTHER_HOST = Text(
    en="The device says that its services are at {other}; they were read at {address} instead. Its network settings are probably out of date.",
    th="อุปกรณ์แจ้งว่าบริการอยู่ที่ {other} แต่ระบบอ่านจาก {address} แทน การตั้งค่าเครือข่ายของอุปกรณ์อาจไม่เป็นปัจจุบัน",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The first element of a SOAP body, and the SHA-256 under which the answer is kept."""

    body: xml.Element
    sha256: str


@dataclass
class OnvifSession:
    """One device's ONVIF services during one visit. Not shared between threads."""

    visit: Visit
    home: Endpoint
    clock_offset: dt.timedelta = dt.timedelta(0)
    services: dict[str, Endpoint] = field(default_factory=dict)
    scheme: Scheme = "anonymous"
    account: HttpAccount = field(init=False)
    certificate_sha256: str | None = None
    _signed: bool = False

    def __post_init__(self) -> None:
        self.account = HttpAccount(self.visit.login, "onvif", "ONVIF")
        self.services.setdefault(DEVICE, self.home)

    def learn_services(self, found: Mapping[str, str]) -> None:
        """Take over the services of GetServices or GetCapabilities (namespace → XAddr)."""
        for namespace, xaddr in found.items():
            resolved = resolve(xaddr, self.home, self.visit.address, self.visit.host.open_ports)
            if resolved is None:
                continue
            self.services[namespace] = resolved.endpoint
            if resolved.foreign_host:
                self._find_other_host(resolved.foreign_host)

    def offers(self, service: str) -> bool:
        """Whether the device named this service."""
        return service in self.services

    def call(self, operation: Operation, **arguments: Any) -> Reply:
        """Ask one question; raises `StepError` for every end but a proper answer."""
        endpoint = self.services.get(operation.service)
        if endpoint is None:
            endpoint = Endpoint(self.home.port, self.home.tls, DEFAULT_PATHS[operation.service])
        for _ in range(ROUNDS):
            answer = self._send(operation, arguments, endpoint)
            if 300 <= answer.status < 400:
                endpoint = self._redirected(answer, endpoint)
                self.services[operation.service] = endpoint
                continue
            reply = self._judge(operation, answer, secure=endpoint.tls)
            if reply is not None:
                return reply
        raise StepError(Ending.FAULT, _IN_CIRCLES)

    def _send(self, operation: Operation, arguments: dict[str, Any], endpoint: Endpoint) -> Answer:
        self._signed = False
        try:
            headers, body = self._prepare(operation, arguments, endpoint)
        except BaseException:
            self.visit.login.released()
            raise
        return self._post(operation, endpoint, headers, body)

    def _prepare(
        self, operation: Operation, arguments: dict[str, Any], endpoint: Endpoint
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a request, signed by the scheme the device asked for."""
        headers = {
            "Content-Type": f'application/soap+xml; charset=utf-8; action="{operation.service}/{operation.name}"'
        }
        token = None
        if operation.login and self.scheme == "token":
            token = self._token(secure=endpoint.tls)
        body = requests.build(operation, arguments, token)
        if operation.login and self.scheme == "http":
            signature = self.account.sign("POST", endpoint.target, secure=endpoint.tls, body=body)
            if signature:
                headers["Authorization"] = signature
        self._signed = token is not None or "Authorization" in headers
        return headers, body

    def _post(self, operation: Operation, endpoint: Endpoint, headers: dict[str, str], body: bytes) -> Answer:
        outcome = "no answer"
        try:
            unproven = self._signed and "onvif" not in self.visit.login.proven
            answer = self.visit.http.send(
                "POST", endpoint.port, endpoint.target, tls=endpoint.tls, headers=headers, body=body, wanted_s=CALL_S,
                once=unproven,
            )  # fmt: skip
            outcome = str(answer.status)
        except StepError as error:
            outcome = error.ending.value
            self._abandon()
            raise
        finally:
            self.visit.folder.asked(self.visit.address, operation.step, login=self._signed, outcome=outcome)
        self.certificate_sha256 = answer.certificate_sha256 or self.certificate_sha256
        return answer

    def _token(self, *, secure: bool) -> Any:
        guard = self.visit.login
        login = guard.login("onvif")
        text = guard.group is not None and guard.group.onvif_login == "text"
        if text and not (secure or guard.clear_text_allowed):
            raise guard.closed(Ending.NOT_PERMITTED, CLEAR_TEXT.with_(offered="PasswordText"))
        guard.enter("onvif")
        return requests.username_token(
            login.user, login.password, now=self.visit.clock.now(), clock_offset=self.clock_offset, text=text
        )

    def _abandon(self) -> None:
        if self._signed:
            self.account.abandoned()
            self.visit.login.released()

    def _judge(self, operation: Operation, answer: Answer, *, secure: bool) -> Reply | None:
        """The reply, or None where the question is to be asked again with a login."""
        content = _soap_or_none(answer)
        if answer.status == 401 or (isinstance(content, soap.Fault) and content.not_authorized):
            fault = content if isinstance(content, soap.Fault) else None
            self._refused(operation, answer, fault, secure=secure)
            return None
        if isinstance(content, soap.Fault):
            if content.locked:
                raise self._locked()
            self._abandon()
            raise content.error()
        if content is None:
            raise self._not_soap(answer)
        if self._signed:
            self.account.accepted()
            self.visit.login.accepted("onvif")
        return Reply(content, self.visit.folder.keep(answer.body))

    def _refused(self, operation: Operation, answer: Answer, fault: soap.Fault | None, *, secure: bool) -> None:
        """Learn from a refusal how to log in. Raises `StepError` where the question may not be asked again."""
        if not operation.login:
            raise StepError(Ending.UNAUTHORIZED)
        challenges = digest.parse_challenges(answer.challenges) if answer.status == 401 else ()
        offers_digest = any(challenge.scheme == "digest" for challenge in challenges)
        if self.scheme == "anonymous":
            self._choose_scheme(challenges, fault, secure=secure)
        elif self.scheme == "http" and challenges:
            self.account.challenged(challenges, secure=secure)
        else:
            self._token_refused(challenges, fault, offers_digest=offers_digest, secure=secure)

    def _choose_scheme(
        self, challenges: tuple[digest.Challenge, ...], fault: soap.Fault | None, *, secure: bool
    ) -> None:
        """By HTTP where the device names a scheme we know, else by token where it speaks SOAP."""
        self.visit.login.login("onvif")
        known = any(challenge.scheme in ("digest", "basic") for challenge in challenges)
        if known or (challenges and fault is None):
            self.account.challenged(challenges, secure=secure)
            self.scheme = "http"
        else:
            self.scheme = "token"

    def _token_refused(
        self, challenges: tuple[digest.Challenge, ...], fault: soap.Fault | None, *, offers_digest: bool, secure: bool
    ) -> None:
        guard = self.visit.login
        if "onvif" in guard.proven:
            guard.refused_again()
            raise StepError(Ending.NOT_PERMITTED, NOT_ALLOWED)
        # A fault that asks for a login, in answer to an HTTP login, names WS-Security: SOAP knows no other.
        other = offers_digest or (self.scheme == "http" and fault is not None)
        left = fault.attempts_left if fault else None
        if fault is not None and fault.locked:
            raise self._locked()
        error = guard.refused("ONVIF", other_scheme=other, left=left)
        if not (other and guard.second_allowed):
            raise error
        if self.scheme == "http":
            self.scheme = "token"
        else:
            self.account.challenged(challenges, secure=secure)
            self.scheme = "http"

    def _locked(self) -> StepError:
        """The device says that the account is locked: a login that was sent counts as refused, and none follows."""
        guard = self.visit.login
        if self._signed and guard.refused("ONVIF").ending is Ending.BUSY:
            return StepError(Ending.LOCKED_OUT, BUSY_AFTER_SUCCESS)
        guard.refusal = Ending.LOCKED_OUT.sentence
        return StepError(Ending.LOCKED_OUT)

    def _not_soap(self, answer: Answer) -> StepError:
        """The ending of an answer that is no SOAP message."""
        said = answer.body[:2000].decode("utf-8", "replace")
        if answer.status == 403 and _LOCKED.search(said):
            return self._locked()
        self._abandon()
        ending = {403: Ending.NOT_PERMITTED, 404: Ending.NOT_FOUND, 405: Ending.NOT_SUPPORTED, 501: Ending.NOT_SUPPORTED,
                  429: Ending.BUSY, 503: Ending.BUSY}.get(answer.status)  # fmt: skip
        if ending is not None:
            return StepError(ending)
        if answer.status >= 400:
            return StepError(Ending.FAULT, _STATUS.with_(status=answer.status))
        return StepError(Ending.MALFORMED)

    def _redirected(self, answer: Answer, endpoint: Endpoint) -> Endpoint:
        self._abandon()
        parts = split_url(answer.headers.get("Location", ""))
        if parts is None or (parts.scheme and parts.scheme not in ("http", "https")):
            raise StepError(Ending.FAULT, _STATUS.with_(status=answer.status))
        if not parts.hostname:
            return Endpoint(endpoint.port, endpoint.tls, target_of(parts))
        if not same_host(parts.hostname, self.visit.address):
            self._find_other_host(parts.hostname)
        tls = parts.scheme == "https"
        target = target_of(parts) if parts.path not in ("", "/") else endpoint.target
        return Endpoint(parts.port or (443 if tls else 80), tls, target)

    def _find_other_host(self, other: str) -> None:
        self.visit.find("xaddr_other_host", "low", _OTHER_HOST.with_(other=other, address=self.visit.address))


_LOCKED = re.compile(r"(?i)RmLock|\block(?:ed|out)?\b")


def _soap_or_none(answer: Answer) -> xml.Element | soap.Fault | None:
    try:
        return soap.read(answer.body)
    except StepError:
        return None


_IN_CIRCLES = Text(
    en="sent this question round in circles (to another address, or to log in, again and again)",
    th="ส่งคำถามวนไปวนมา (ให้ไปที่อยู่อื่นหรือให้เข้าสู่ระบบซ้ำหลายครั้ง)",
)
_STATUS = Text(en="answered with HTTP status {status}", th="ตอบด้วยสถานะ HTTP {status}")
