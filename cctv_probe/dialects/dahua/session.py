"""Questions to one Dahua device: its web server, one login, one kept-alive connection.

A request is anonymous until the device refuses one; from then on every request is signed with the nonce last given, counted
up (quirk 15: a new nonce each time fills the device's log with refused logins). What a login may be tried at all,
`wire.login` decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cctv_probe.dialects.dahua import refusals, table
from cctv_probe.dialects.dahua.answers_health import Switches
from cctv_probe.dialects.dahua.operations import METHOD, Operation
from cctv_probe.dialects.dahua.redaction import redacted
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire import digest
from cctv_probe.wire.address import same_host, split_url
from cctv_probe.wire.http import Answer
from cctv_probe.wire.login import BUSY_AFTER_SUCCESS, HttpAccount
from cctv_probe.wire.visit import Visit

CALL_S = 8.0
CAP_BYTES = 8 << 20
NONCES_REFUSED = 2
"""So many questions in a row whose nonce was refused, and the device takes each nonce once."""
ROUNDS = 5
"""Anonymous, signed, signed again with a fresh nonce, and two for redirects."""
SITE_ZONE = "Asia/Bangkok"

NO_AUTHORITY = Text(
    en="this user may log in but has no permission for this, or the device does not know it (Authority: check failure)",
    th="ผู้ใช้นี้เข้าสู่ระบบได้ แต่ไม่มีสิทธิ์ดูข้อมูลนี้ หรืออุปกรณ์ไม่มีข้อมูลนี้ (Authority: check failure)",
)
FORBIDDEN = Text(
    en="refused this question (403): no permission, or too many users are logged in",
    th="ไม่ยอมให้ดูข้อมูลนี้ (403) อาจไม่มีสิทธิ์ หรือมีผู้ใช้งานพร้อมกันมากเกินไป",
)
CROWDED = Text(
    en="has too many users logged in at once; the password was not judged. Try again later",
    th="มีผู้ใช้งานพร้อมกันมากเกินไป จึงยังไม่ได้ตรวจรหัสผ่าน โปรดลองใหม่ภายหลัง",
)
LOCKED_FOR = Text(
    en="has locked the account for another {seconds} s; nothing more was tried",
    th="อุปกรณ์ล็อกบัญชีไว้อีก {seconds} วินาที ระบบจึงไม่ลองต่อ",
)
_OTHER_HOST = Text(
    en="The device's web server sends visitors on to {other}; {address} was asked instead.",
    th="เว็บของอุปกรณ์ส่งต่อไปยัง {other} แต่ระบบสอบถามที่ {address} แทน",
)
_STATUS = Text(en="answered with HTTP status {status}", th="ตอบด้วยสถานะ HTTP {status}")
_IN_CIRCLES = Text(
    en="sent this question round in circles (to another address, or to log in, again and again)",
    th="ส่งคำถามวนไปวนมา (ให้ไปที่อยู่อื่นหรือให้เข้าสู่ระบบซ้ำหลายครั้ง)",
)
_ERROR = Text(en="answered that it cannot tell ({said})", th="ตอบว่าให้ข้อมูลนี้ไม่ได้ ({said})")


class Declined(StepError):
    """The device understood the login and declined the question: `status` is that of HTTP, 200 for an error in words."""

    def __init__(self, ending: Ending, line: Text, status: int) -> None:
        super().__init__(ending, line)
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without logins: as a tree, as text, and the SHA-256 under which it is kept."""

    table: table.Node
    text: str
    sha256: str


@dataclass
class DahuaSession:
    """One device's web interface during one visit. Not shared between threads.

    `wall_offset` is the device's wall clock minus UTC, zone and error together: every time it tells is of that clock.
    Until the clock is asked it is the offset of `site_zone`, the site's time zone.
    """

    visit: Visit
    endpoint: Endpoint
    site_zone: str = SITE_ZONE
    wall_offset: dt.timedelta = field(init=False)
    account: HttpAccount = field(init=False)
    certificate_sha256: str | None = None
    search_base: int | None = None
    """The number of the first channel in searches: 1, 0 on some devices, None until an answer showed it."""
    schemes: tuple[str, ...] = ()
    """The ways to log in that it offered last (`Digest MD5`)."""
    attempts_left: int | None = None
    """How many tries remain by its own count, where a refusal told."""
    locked_s: int | None = None
    """For how many seconds it said that the account is locked."""
    searched_zero: bool = False
    """Whether a channel 0 was searched for, to find that number out."""
    is_recorder: bool | None = None
    """Whether other cameras are recorded here, once its channels were asked for."""
    switches: Mapping[int, Switches] | None = None
    """How recording is switched, by channel number, once that was asked for."""
    _signed: bool = False
    _first: bool = True
    """Whether the request under way is the first for its question."""
    _nonces_refused: int = 0
    _challenge_each: bool = False
    """Whether it takes every nonce once only: it is then asked for one before each question, so that none is refused."""

    def __post_init__(self) -> None:
        self.account = HttpAccount(self.visit.login, "device", "HTTP")
        self.wall_offset = self.site_offset

    @property
    def site_offset(self) -> dt.timedelta:
        """The site's wall clock minus UTC, now."""
        return self.visit.clock.now().astimezone(ZoneInfo(self.site_zone)).utcoffset() or dt.timedelta(0)

    def utc(self, local: dt.datetime) -> dt.datetime:
        """A time of the device's wall clock (without zone) in UTC, its clock error taken out."""
        return local.replace(tzinfo=dt.UTC) - self.wall_offset

    def local(self, utc: dt.datetime) -> dt.datetime:
        """The device's wall clock (without zone) at an instant."""
        return (utc.astimezone(dt.UTC) + self.wall_offset).replace(tzinfo=None)

    def call(
        self, operation: Operation, given: Mapping[str, str | int] | None = None, *, wanted_s: float = CALL_S
    ) -> Reply:
        """Ask one question; raises `StepError` for every end but a proper answer, `NotAllowed` for what is not listed."""
        target = operation.target(given)
        if self._challenge_each:
            self.account = HttpAccount(self.visit.login, "device", "HTTP")
        for turn in range(ROUNDS):
            self._first = turn == 0
            answer = self._send(operation, target, wanted_s)
            if 300 <= answer.status < 400:
                self._redirected(answer)
                continue
            reply = self._judge(answer)
            if reply is not None:
                return reply
        raise StepError(Ending.FAULT, _IN_CIRCLES)

    def _send(self, operation: Operation, target: str, wanted_s: float) -> Answer:
        self._signed, outcome = False, "no answer"
        signature = self.account.sign(METHOD, target, secure=self.endpoint.tls)
        self._signed = signature is not None
        try:
            answer = self.visit.http.send(
                METHOD, self.endpoint.port, target, tls=self.endpoint.tls,
                headers={"Authorization": signature} if signature else {}, wanted_s=wanted_s, cap_bytes=CAP_BYTES,
                once=self._signed and "device" not in self.visit.login.proven,
            )  # fmt: skip
            outcome = str(answer.status)
        except StepError as error:
            outcome = error.ending.value
            self.account.abandoned()
            raise
        finally:
            self.visit.folder.asked(self.visit.address, operation.step, login=self._signed, outcome=outcome)
        self.certificate_sha256 = answer.certificate_sha256 or self.certificate_sha256
        return answer

    def _judge(self, answer: Answer) -> Reply | None:
        """The reply, or None where the question is to be asked again with a login."""
        told = refusals.read(answer.body) if answer.status in (400, 401, 403) else refusals.Told()
        self.attempts_left = self.attempts_left if told.left is None else told.left
        if answer.status in (401, 403) and told.locked:
            self.locked_s = told.locked_s
            raise self._locked(told.locked_s)
        if answer.status in (401, 403) and told.crowded:
            self.account.abandoned()
            raise StepError(Ending.BUSY, CROWDED)
        if answer.status == 401:
            self._refused(answer, told)
            return None
        if answer.status != 200:
            raise self._declined(answer, told)
        self.account.accepted()
        self._nonces_refused = 0 if self._first else self._nonces_refused
        return self._reply(answer)

    def _refused(self, answer: Answer, told: refusals.Told) -> None:
        """Learn from a 401 how to log in. Raises `StepError` where the question may not be asked again."""
        guard = self.visit.login
        challenges = digest.parse_challenges(answer.challenges)
        self.schemes = tuple(dict.fromkeys(found.name for found in challenges))
        if not self._signed:
            guard.login("device")
        elif "device" not in guard.proven and told.left is not None and not any(found.stale for found in challenges):
            error = guard.refused("HTTP", left=told.left)
            self.account.abandoned()
            raise error
        self.account.challenged(challenges, secure=self.endpoint.tls)
        if self._signed:
            self._nonces_refused += 1
            self._challenge_each = self._nonces_refused >= NONCES_REFUSED

    def _locked(self, seconds: int | None) -> StepError:
        """The account is locked: a login that was sent counts as refused, and none follows."""
        guard = self.visit.login
        busy = self._signed and guard.refused("HTTP").ending is Ending.BUSY
        self.account.abandoned()
        if busy:
            return StepError(Ending.LOCKED_OUT, BUSY_AFTER_SUCCESS)
        line = LOCKED_FOR.with_(seconds=seconds) if seconds else Ending.LOCKED_OUT.sentence
        guard.refusal = line
        return StepError(Ending.LOCKED_OUT, line)

    def _declined(self, answer: Answer, told: refusals.Told) -> StepError:
        """The ending of an answer that is neither a yes nor a 401."""
        status = answer.status
        if status in (400, 404, 501) or (status == 403 and told.no_authority):
            self.account.accepted()  # it looked at the question, so it took the login
        else:
            self.account.abandoned()
        if status == 403:
            return Declined(Ending.NOT_PERMITTED, NO_AUTHORITY if told.no_authority else FORBIDDEN, status)
        ending = {400: Ending.NOT_SUPPORTED, 404: Ending.NOT_FOUND, 405: Ending.NOT_SUPPORTED, 501: Ending.NOT_SUPPORTED,
                  429: Ending.BUSY, 503: Ending.BUSY}.get(status, Ending.FAULT)  # fmt: skip
        return Declined(ending, _STATUS.with_(status=status), status)

    def _reply(self, answer: Answer) -> Reply:
        body = redacted(answer.body)
        sha256 = self.visit.folder.keep(body)
        text = table.decoded(body[: table.MOST_BYTES]).strip()
        if text[:5].casefold() == "error":
            raise Declined(Ending.NOT_SUPPORTED, _ERROR.with_(said=" ".join(text.split())[:120]), 200)
        if text[:200].lstrip().casefold().startswith(("<!doctype", "<html", "<?xml")):
            raise StepError(Ending.MALFORMED)
        return Reply(table.read(body), text, sha256)

    def _redirected(self, answer: Answer) -> None:
        """Follow to another port or scheme of this host, for the rest of the session."""
        self.account.abandoned()
        parts = split_url(answer.headers.get("Location", ""))
        if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
            raise StepError(Ending.FAULT, _STATUS.with_(status=answer.status))
        if not same_host(parts.hostname, self.visit.address):
            words = _OTHER_HOST.with_(other=parts.hostname, address=self.visit.address)
            self.visit.find("redirect_other_host", "low", words)
        tls = parts.scheme == "https"
        self.endpoint = Endpoint(parts.port or (443 if tls else 80), tls, self.endpoint.target)
