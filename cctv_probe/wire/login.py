"""One device's logins: which account, which scheme, and whether it may be tried at all.

`DeviceLogin` is the guard. It holds the law on restraint (ARCHITECTURE, "Restraint"): a login is reserved in the ledger
before it is sent; a second try needs one of the two exceptions; a credential that three devices refused and none accepted
is not used any more; a refusal after a success in the same visit means "busy", not "wrong password".
`HttpAccount` speaks Digest and Basic for HTTP and RTSP on top of it.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire import digest
from cctv_probe.wire.credentials import AccountKind, Group, Login
from cctv_probe.wire.ledger import HeldBack, Ledger, Reservation

GROUP_REFUSALS = 3
"""So many devices may refuse a credential that none has accepted before it is used no more."""
PENDING_WAIT_S = 8.0
REFUSALS_AFTER_SUCCESS = 3
MOST_UNJUDGED = 3
"""So many logins may end without a yes or a no (reset, time-out, some other error) before no more are sent."""
MOST_STALE = 2
"""So many times in a row a fresh nonce may be called stale; after that it is a refusal."""

NO_CREDENTIAL = Text(
    en="wants a login, and no credential is given for this address; add a group for it to the credentials file",
    th="ต้องเข้าสู่ระบบ แต่ไม่มีรหัสผ่านสำหรับที่อยู่นี้ โปรดเพิ่มกลุ่มของที่อยู่นี้ในแฟ้มรหัสผ่าน",
)
REFUSED = Text(
    en="refused the user name or password of group “{group}”; check them, and that this user may use {service}",
    th="ไม่ยอมรับชื่อผู้ใช้หรือรหัสผ่านของกลุ่ม “{group}” โปรดตรวจสอบ และตรวจว่าผู้ใช้นี้มีสิทธิ์ใช้ {service}",
)
GROUP_STOPPED = Text(
    en="the credential of group “{group}” was refused by three devices and accepted by none, so it is used no more; check it and scan again",
    th="รหัสผ่านของกลุ่ม “{group}” ถูกปฏิเสธจากอุปกรณ์สามเครื่องและไม่มีเครื่องใดยอมรับ จึงหยุดใช้ โปรดตรวจสอบแล้วสแกนใหม่",
)
BUSY_AFTER_SUCCESS = Text(
    en="refused a login it had accepted a moment ago: probably too many users at once; try again later",
    th="ปฏิเสธการเข้าสู่ระบบที่เพิ่งยอมรับเมื่อครู่ คาดว่ามีผู้ใช้งานพร้อมกันมากเกินไป โปรดลองใหม่ภายหลัง",
)
UNJUDGED = Text(
    en="answered several logins neither with yes nor with no; no more are sent, so that nobody is locked out; try again later",
    th="ส่งข้อมูลเข้าสู่ระบบแล้วหลายครั้งแต่อุปกรณ์ไม่ตอบว่าถูกหรือผิด จึงหยุดส่ง เพื่อไม่ให้บัญชีถูกล็อก โปรดลองใหม่ภายหลัง",
)
CLEAR_TEXT = Text(
    en="offers only logins that show the password on the network ({offered}); allow them with allow_clear_text in the credentials file, or use HTTPS",
    th="รองรับเฉพาะการเข้าสู่ระบบที่เปิดเผยรหัสผ่านบนเครือข่าย ({offered}) หากยอมรับได้ให้ตั้ง allow_clear_text ในแฟ้มรหัสผ่าน หรือใช้ HTTPS",
)


class GroupGate:
    """Lets at most three devices try a credential that none has accepted yet; shared by all workers of a run."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._accepted: set[str] = set()
        self._refused: dict[str, int] = {}
        self._under_way: dict[str, int] = {}

    def enter(self, group: str, wait_s: float) -> None:
        """Wait until this group's credential may be tried once more; raises `HeldBack` where it may not."""
        until = time.monotonic() + wait_s
        with self._turn:
            while group not in self._accepted:
                refused, under_way = self._refused.get(group, 0), self._under_way.get(group, 0)
                if refused >= GROUP_REFUSALS:
                    raise HeldBack(GROUP_STOPPED.with_(group=group))
                if refused + under_way < GROUP_REFUSALS:
                    break
                left = until - time.monotonic()
                if left <= 0:
                    raise StepError(Ending.BUDGET_SPENT)
                self._turn.wait(left)
            self._under_way[group] = self._under_way.get(group, 0) + 1

    def leave(self, group: str, outcome: bool | None) -> None:
        """Tell how a try ended: accepted, refused, or (None) not judged."""
        with self._turn:
            self._under_way[group] -= 1
            if outcome:
                self._accepted.add(group)
            elif outcome is False:
                self._refused[group] = self._refused.get(group, 0) + 1
            self._turn.notify_all()

    def stopped(self) -> tuple[str, ...]:
        """Groups whose credential is used no more."""
        with self._turn:
            return tuple(
                group
                for group, count in self._refused.items()
                if count >= GROUP_REFUSALS and group not in self._accepted
            )


@dataclass
class DeviceLogin:
    """The logins of one visit to one device. Not shared between threads."""

    keys: tuple[str, ...]
    group: Group | None
    ledger: Ledger
    gate: GroupGate
    proven: set[AccountKind] = field(default_factory=set)
    failures: int = 0
    second_allowed: bool = False
    refusal: Text | None = None
    refused_after_success: int = 0
    unjudged: int = 0
    locked: Text | None = None
    """Why the device takes no login now, where it says so itself: then none is sent over any service."""
    _open: Reservation | None = None
    _open_kind: AccountKind = "device"
    _failed_with: Login | None = None
    """The login that may not be tried again: a second try needs another account, or another scheme."""

    def login(self, kind: AccountKind) -> Login:
        """The user and password for `kind`; raises `StepError` where none is given."""
        found = self.group.login(kind) if self.group else None
        if found is None:
            self.refusal = self.refusal or NO_CREDENTIAL
            raise StepError(Ending.UNAUTHORIZED, NO_CREDENTIAL)
        return found

    @property
    def clear_text_allowed(self) -> bool:
        """Whether the configuration lets passwords cross the network in clear text."""
        return bool(self.group and self.group.allow_clear_text)

    def enter(self, kind: AccountKind, wait_s: float = 30.0) -> None:
        """Reserve one login of account `kind`. Nothing is reserved once the account was accepted in this visit."""
        login = self.login(kind)
        if self.locked is not None:
            raise StepError(Ending.LOCKED_OUT, self.locked)
        if self.refused_after_success >= REFUSALS_AFTER_SUCCESS:
            raise StepError(Ending.BUSY, BUSY_AFTER_SUCCESS)
        if kind in self.proven or self._open is not None:
            return
        try:
            if self.unjudged >= MOST_UNJUDGED:
                raise HeldBack(UNJUDGED)
            self.gate.enter(self._gate_name(kind), wait_s)
            try:
                self._open, self._open_kind = self._reserve(kind, login), kind
            except StepError:
                self.gate.leave(self._gate_name(kind), None)
                raise
        except StepError as error:
            self.refusal = self.refusal or error.line
            raise

    def accepted(self, kind: AccountKind) -> None:
        """The login under way was accepted."""
        self.refused_after_success = 0
        if self._open is None:
            return
        self.ledger.accepted(self._open)
        self._open = None
        self.unjudged = 0
        self.refusal = None
        self.proven.add(kind)
        self.gate.leave(self._gate_name(self._open_kind), True)

    def refused(self, service: str, *, other_scheme: bool = False, left: int | None = None) -> StepError:
        """The login under way was refused: the error to raise. `left` is the device's own count of tries that remain."""
        if self._open is None:
            self.refused_again()
            return StepError(Ending.BUSY, BUSY_AFTER_SUCCESS)
        self.ledger.refused(self._open)
        self._open = None
        self.failures += 1
        self.second_allowed = self.failures == 1 and (other_scheme or (left is not None and left >= 3))
        self._failed_with = None if other_scheme else self.login(self._open_kind)
        # Where the same credential is tried again by another scheme, the device has not yet spoken.
        self.gate.leave(self._gate_name(self._open_kind), None if self.second_allowed and other_scheme else False)
        self.refusal = REFUSED.with_(group=self._group_name(), service=service)
        return StepError(Ending.UNAUTHORIZED, self.refusal)

    def refused_again(self) -> None:
        """An account accepted before in this visit was refused: after three in a row no more logins are sent."""
        self.refused_after_success += 1

    def released(self) -> None:
        """The login under way was never judged."""
        if self._open is None:
            return
        self.ledger.released(self._open)
        self._open = None
        self.unjudged += 1
        self.gate.leave(self._gate_name(self._open_kind), None)

    def locked_out(self, why: Text) -> None:
        """The device says that the account is locked: nothing more is sent over any of its services in this visit."""
        self.locked = self.locked or why
        self.refusal = self.refusal or why

    def closed(self, ending: Ending, why: Text) -> StepError:
        """No login can be sent at all, for the reason `why`: the error to raise."""
        self.refusal = self.refusal or why
        return StepError(ending, why)

    def _group_name(self) -> str:
        return self.group.name if self.group else ""

    def _gate_name(self, kind: AccountKind) -> str:
        """A separate ONVIF user is a credential of its own: others may be right where it is wrong."""
        apart = self.group is not None and self.group.onvif is not None and self.group.device is not None
        return f"{self._group_name()} / onvif_user" if apart and kind == "onvif" else self._group_name()

    def _reserve(self, kind: AccountKind, login: Login) -> Reservation:
        allowed = 1 if self.second_allowed and login != self._failed_with else 0
        until = time.monotonic() + PENDING_WAIT_S
        while True:
            try:
                return self.ledger.reserve(self.keys, kind, failures_allowed=allowed)
            except HeldBack as held:
                if not held.pending or time.monotonic() > until:
                    raise
                time.sleep(0.05)


@dataclass
class HttpAccount:
    """Digest and Basic over HTTP or RTSP for one service of one device (RFC 7616, RFC 7617, RFC 2326 §14.5)."""

    guard: DeviceLogin
    kind: AccountKind
    service: str
    sent: bool = False
    """Whether any request of this account carried a login."""
    _challenge: digest.Challenge | None = None
    _count: int = 0
    _stale: int = 0
    _signed: bool = False

    def sign(self, method: str, uri: str, *, secure: bool, body: bytes = b"") -> str | None:
        """The Authorization value for a request, from the challenge last learned; None while none was learned."""
        challenge = self._challenge
        if challenge is None:
            return None
        if challenge.scheme == "basic" and not (secure or self.guard.clear_text_allowed):
            raise StepError(Ending.NOT_PERMITTED, CLEAR_TEXT.with_(offered="Basic"))
        self.guard.enter(self.kind)
        login = self.guard.login(self.kind)
        self._count += 1
        self._signed = self.sent = True
        return digest.authorization(
            challenge,
            user=login.user,
            password=login.password,
            method=method,
            uri=uri,
            nc=self._count,
            cnonce=secrets.token_hex(8),
            body=body,
        )

    def challenged(self, challenges: tuple[digest.Challenge, ...], *, secure: bool) -> None:
        """Learn from a 401. Returns where the request may be repeated signed; raises `StepError` where it may not."""
        before, signed = self._challenge, self._signed
        self._signed = False
        chosen = self._choose(challenges, secure=secure)
        self._stale = self._stale + 1 if signed and chosen.stale else 0
        if signed and before is not None and (not chosen.stale or self._stale > MOST_STALE):
            self._judge(before, chosen)
        self._challenge, self._count = chosen, 0

    def accepted(self) -> None:
        """A signed request got an answer other than 401."""
        if self._signed:
            self._signed, self._stale = False, 0
            self.guard.accepted(self.kind)

    def abandoned(self) -> None:
        """A signed request got no answer at all."""
        if self._signed:
            self._signed = False
            self.guard.released()

    def _choose(self, challenges: tuple[digest.Challenge, ...], *, secure: bool) -> digest.Challenge:
        allowed = secure or self.guard.clear_text_allowed
        chosen = digest.preferred(challenges, basic=allowed)
        if chosen is not None:
            return chosen
        if self._challenge is not None:
            raise self.guard.refused(self.service)
        if any(challenge.scheme == "basic" for challenge in challenges):
            raise self.guard.closed(Ending.NOT_PERMITTED, CLEAR_TEXT.with_(offered="Basic"))
        offered = ", ".join(sorted({challenge.scheme for challenge in challenges})) or "401"
        raise self.guard.closed(Ending.NOT_SUPPORTED, _UNKNOWN_SCHEME.with_(offered=offered))

    def _judge(self, before: digest.Challenge, chosen: digest.Challenge) -> None:
        """A signed request was refused without `stale`: count it, unless this account had been accepted before."""
        if self.kind in self.guard.proven:
            if before.nonce == chosen.nonce or self._count <= 1:
                raise self.guard.refused(self.service)
            return
        other = (before.scheme, before.algorithm.upper()) != (chosen.scheme, chosen.algorithm.upper())
        error = self.guard.refused(self.service, other_scheme=other)
        if not self.guard.second_allowed:
            raise error


_UNKNOWN_SCHEME = Text(
    en="wants a login of a kind that cctv-probe does not know ({offered})",
    th="ต้องการการเข้าสู่ระบบแบบที่ cctv-probe ไม่รู้จัก ({offered})",
)
