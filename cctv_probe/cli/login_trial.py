"""Which login works at which service of one device: asked within the law on restraint, so that at most one login can fail.

Everything is first asked without a login: a device that says that it is locked is sent none, and the schemes that it offers are
known. Then the device's own account is tried where the answer tells most (the maker's interface, else ONVIF), then at RTSP. The
ONVIF users of many devices are accounts of their own: they come last, and only after the device's account was accepted, or where the
credentials file names an `onvif_user`. After one refusal nothing more is tried, at no service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cctv_probe.cli import login_words as words
from cctv_probe.cli.login_words import Outcome, Tried
from cctv_probe.dialects.dahua import operations as dahua
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.dialects.hikvision import operations as isapi
from cctv_probe.dialects.hikvision.session import IsapiSession
from cctv_probe.dialects.onvif import operations as onvif
from cctv_probe.dialects.onvif.ask_device import Greeting
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.dialects.onvif.session import OnvifSession
from cctv_probe.discover.ports import Speaks, speaks
from cctv_probe.identify.stream_paths import paths_for
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Host
from cctv_probe.model.words import Text
from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.rtsp.uri import on_host
from cctv_probe.vendor import Vendor, find_vendor
from cctv_probe.visiting import VISIT_BYTES, Encounter, Means, greet, log_in
from cctv_probe.wire import digest
from cctv_probe.wire.credentials import AccountKind
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.login import CLEAR_TEXT, NO_CREDENTIAL, DeviceLogin, HttpAccount
from cctv_probe.wire.visit import Visit

DESCRIBE_S = 6.0
_CLEAR = {CLEAR_TEXT.with_(offered=offered) for offered in ("Basic", "PasswordText")}
_OUTCOMES = {
    Ending.LOCKED_OUT: Outcome.LOCKED,
    Ending.HELD_BACK: Outcome.HELD_BACK,
    Ending.BUSY: Outcome.TOO_MANY_USERS,
    Ending.NOT_PERMITTED: Outcome.NO_PERMISSION,
    Ending.TIMEOUT: Outcome.NO_ANSWER,
    Ending.REFUSED: Outcome.NO_ANSWER,
    Ending.UNREACHABLE: Outcome.NO_ANSWER,
    Ending.TLS: Outcome.NO_ANSWER,
}
_BEHIND_THE_LOGIN = {Ending.NOT_FOUND, Ending.NOT_SUPPORTED, Ending.FAULT, Ending.MALFORMED}
"""An error about the question, not about who asks it."""


@dataclass
class CountingLogin(DeviceLogin):
    """The login of one visit, which also remembers what the device said of the tries that remain."""

    left: int | None = None

    def refused(self, service: str, *, other_scheme: bool = False, left: int | None = None) -> StepError:
        """As `DeviceLogin.refused`."""
        self.left = left
        return super().refused(service, other_scheme=other_scheme, left=left)


@dataclass
class NotingAccount(HttpAccount):
    """An account that remembers which schemes it was offered last."""

    offered: tuple[digest.Challenge, ...] = ()

    def challenged(self, challenges: tuple[digest.Challenge, ...], *, secure: bool) -> None:
        """As `HttpAccount.challenged`."""
        self.offered = challenges
        super().challenged(challenges, secure=secure)

    def scheme(self, *, secure: bool) -> str | None:
        """The scheme that was answered; all that were offered, where none of them may be."""
        chosen = digest.preferred(self.offered, basic=secure or self.guard.clear_text_allowed)
        return chosen.name if chosen else ", ".join(dict.fromkeys(one.name for one in self.offered)) or None


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found out about one device. `held_s`: for how long our own record lets no login be tried any more."""

    address: str
    group: str | None
    services: tuple[Tried, ...]
    held_s: float


def try_logins(host: Host, means: Means) -> Trial:
    """Ask one host, anonymously first. Raises nothing but `StepError` INTERRUPTED."""
    login = CountingLogin((f"address:{host.address}",), None, means.ledger, means.gate)
    budget = Budget(means.visit_s, VISIT_BYTES, means.stop)
    http = HttpClient(host.address, budget)
    visit = Visit(host, budget, means.clock, means.folder, login, http, means.elsewhere)
    meeting = Encounter(visit, means)
    visit.step("knock", lambda: greet(meeting))
    meeting.greeting = next(iter(meeting.knocked.greetings), None)
    log_in(meeting)
    try:
        services = _Trial(meeting, login).run()
    finally:
        visit.http.close()
    group = login.group.name if login.group else None
    return Trial(host.address, group, services, means.ledger.held_for_s(login.keys))


@dataclass
class _Trial:
    meeting: Encounter
    login: CountingLogin
    vendor: Vendor | None = None
    path: str | None = None
    """Where RTSP is asked, once a service told."""
    shut: tuple[Outcome, Text] | None = None
    """Why no login may be sent any more (locked, held back)."""
    found: list[Tried] = field(default_factory=list)

    @property
    def visit(self) -> Visit:
        return self.meeting.visit

    def run(self) -> tuple[Tried, ...]:
        self.vendor = self._find_vendor()
        greeting = self.meeting.greeting
        own = [self._try_vendor] if self.vendor else []
        standard = [self._try_onvif] if greeting or self.vendor or self.meeting.knocked.rtsp else []
        pictures = [self._try_rtsp] if self.meeting.knocked.rtsp else []
        sure = self.vendor is not None and (self.vendor.is_sure or greeting is None)
        order: list[Callable[[], Tried]] = [*own, *pictures, *standard] if sure else [*standard, *own, *pictures]
        for each in order:
            tried = self._worded(each())
            if tried.outcome in (Outcome.LOCKED, Outcome.HELD_BACK):
                self.shut = self.shut or (tried.outcome, tried.says)
            self.found.append(tried)
            self.visit.http.close()
        return tuple(self.found)

    def _find_vendor(self) -> Vendor | None:
        """The maker's interface, looked for at the ports where a scan looks for it."""
        meeting, visit = self.meeting, self.visit
        kinds = [(port, speaks(port)) for port in visit.host.open_ports]
        home = [meeting.greeting.endpoint] if meeting.greeting else []
        places = [(one.port, one.tls) for one in home]
        places += [(port, False) for port, kind in kinds if kind in (Speaks.HTTP, None)]
        places += [(port, True) for port, kind in kinds if kind is Speaks.HTTPS]
        brands = [str(item.value) for item in visit.known("device", "brand")]
        ends = [Endpoint(port, tls) for port, tls in dict.fromkeys(places)]
        return find_vendor(visit, ends, brands, meeting.means.scope.time_zone)

    # --- The maker's own interface -------------------------------------------------------------------------------------

    def _try_vendor(self) -> Tried:
        assert self.vendor is not None
        session = self.vendor.session
        return self._isapi(session) if isinstance(session, IsapiSession) else self._dahua(session)

    def _isapi(self, session: IsapiSession) -> Tried:
        self.path = "/Streaming/Channels/101"
        session.account = account = NotingAccount(self.login, "device", "HTTP")
        before = Tried("isapi", session.home.port, session.home.tls, Outcome.OPEN, words.OPEN)
        tried = self._asked(before, "device", account, lambda: session.ask(isapi.DEVICE_INFO))
        told, first = session.lock, session.greeting.lock if session.greeting else None
        counted = told is not None and not (self.login.failures and told is first)
        return replace(
            tried,
            port=session.home.port,
            tls=session.home.tls,
            scheme=account.scheme(secure=session.home.tls),
            attempts_left=told.left if told and counted else self.login.left,
            locked_s=told.unlock_s if told and told.locked else None,
        )

    def _dahua(self, session: DahuaSession) -> Tried:
        self.path = "/cam/realmonitor?channel=1&subtype=0"
        session.account = account = NotingAccount(self.login, "device", "HTTP")
        before = Tried("dahua_cgi", session.endpoint.port, session.endpoint.tls, Outcome.OPEN, words.OPEN)
        tried = self._asked(before, "device", account, lambda: session.call(dahua.GET_SYSTEM_INFO))
        return replace(
            tried,
            port=session.endpoint.port,
            tls=session.endpoint.tls,
            scheme=account.scheme(secure=session.endpoint.tls),
            attempts_left=session.attempts_left,
            locked_s=session.locked_s,
        )

    # --- ONVIF ---------------------------------------------------------------------------------------------------------

    def _try_onvif(self) -> Tried:
        greeting = self.meeting.greeting
        if greeting is None:
            return Tried("onvif", None, False, Outcome.OFF, words.OFF)
        before = Tried("onvif", greeting.endpoint.port, greeting.endpoint.tls, Outcome.OPEN, words.OPEN)
        group = self.login.group
        alone = group is not None and group.onvif is None
        if alone and self.vendor is not None and "device" not in self.login.proven and not self.login.failures:
            return self._shut(before) or replace(before, outcome=Outcome.NOT_TRIED, says=words.DEVICE_FIRST)
        return self._asked_onvif(before, greeting)

    def _asked_onvif(self, before: Tried, greeting: Greeting) -> Tried:
        session = OnvifSession(self.visit, greeting.endpoint, clock_offset=greeting.offset or dt.timedelta(0))
        session.account = account = NotingAccount(self.login, "onvif", "ONVIF")
        known = "device" in self.login.proven

        def ask() -> None:
            session.call(onvif.GET_DEVICE_INFORMATION)
            if session.scheme == "anonymous":  # some tell this to everybody, and guard the rest
                session.call(onvif.GET_NETWORK_INTERFACES)

        tried = self._asked(before, "onvif", account, ask, used=lambda: session.scheme != "anonymous")
        scheme = "WS-UsernameToken" if session.scheme == "token" else account.scheme(secure=greeting.endpoint.tls)
        tried = replace(tried, scheme=scheme, attempts_left=self.login.left if tried.account else None)
        if tried.outcome is not Outcome.WRONG_PASSWORD:
            return tried
        own = self.login.group is not None and self.login.group.onvif is not None
        if own:
            return replace(tried, says=words.WRONG_ONVIF_USER.with_(group=self._group()))
        if known:
            says = words.NO_ONVIF_USER.with_(group=self._group())
            return replace(tried, outcome=Outcome.NO_ONVIF_USER, says=says)
        return tried

    # --- RTSP ----------------------------------------------------------------------------------------------------------

    def _try_rtsp(self) -> Tried:
        port, tls = self.meeting.knocked.rtsp[0]
        before = Tried("rtsp", port, tls, Outcome.OPEN, words.OPEN)
        account = NotingAccount(self.login, "device", "RTSP")
        uri = on_host(self.path or self._usual_path(), self.visit.address, port, tls=tls)
        tried = self._asked(before, "device", account, lambda: self._describe(uri, port, account, tls=tls))
        if tried.outcome is Outcome.WORKS:
            tried = replace(
                tried, says=words.OPEN
            )  # that there is no stream at a guessed path says nothing about the login
        return replace(tried, scheme=account.scheme(secure=tls))

    def _describe(self, uri: str, port: int, account: NotingAccount, *, tls: bool) -> None:
        visit, outcome = self.visit, "ok"
        try:
            with RtspConnection.connect(
                visit.address, port, tls=tls, budget=visit.budget, account=account
            ) as connection:
                connection.describe(uri, wanted_s=DESCRIBE_S)
        except StepError as error:
            outcome = error.ending.value
            raise
        finally:
            visit.folder.asked(visit.address, f"rtsp.DESCRIBE {uri}", login=account.sent, outcome=outcome)

    def _usual_path(self) -> str:
        """A stream that the scope file or the maker names; else the root, whose refusal still tells the schemes."""
        brand = next((str(item.value) for item in self.visit.known("device", "brand")), None)
        configured = self.meeting.means.scope.stream_paths(self.visit.address, brand)
        return next(iter(paths_for(brand, configured)), "/")

    # --- What all have in common ---------------------------------------------------------------------------------------

    def _shut(self, before: Tried) -> Tried | None:
        """Where nothing may be sent to this service: why."""
        if self.shut is not None:
            return replace(before, outcome=self.shut[0], says=self.shut[1])
        if self.login.failures:
            return replace(before, outcome=Outcome.NOT_TRIED, says=words.AFTER_FAILURE)
        return None

    def _asked(
        self,
        before: Tried,
        kind: AccountKind,
        account: HttpAccount,
        ask: Callable[[], object],
        used: Callable[[], bool] | None = None,
    ) -> Tried:
        """The service with how it ended. `used` says whether a login was sent, where the account does not know it."""
        shut = self._shut(before)
        if shut is not None:
            return shut
        sent = used or (lambda: account.sent)
        try:
            ask()
        except StepError as error:
            return self._failed(before, kind, error, sent=sent())
        if not sent():
            return before
        return replace(before, outcome=Outcome.WORKS, account=kind)

    def _failed(self, before: Tried, kind: AccountKind, error: StepError, *, sent: bool) -> Tried:
        if error.ending is Ending.INTERRUPTED:
            raise error
        if error.ending is Ending.LOCKED_OUT:
            self.login.locked_out(error.line)
        outcome = self._outcome(kind, error, sent=sent)
        return replace(before, outcome=outcome, says=self.visit.clean(error.line), account=kind if sent else None)

    def _worded(self, tried: Tried) -> Tried:
        """What works, with the group and the scheme that were used, and what was answered instead of the question."""
        if tried.outcome is not Outcome.WORKS:
            return tried
        template = words.WORKS if tried.says == words.OPEN else words.WORKS_ALONE
        says = template.with_(group=self._group(), scheme=tried.scheme or "?", line=tried.says)
        return replace(tried, says=says)

    def _outcome(self, kind: AccountKind, error: StepError, *, sent: bool) -> Outcome:
        if error.line in _CLEAR:
            return Outcome.CLEAR_TEXT_ONLY
        if error.line == NO_CREDENTIAL:
            return Outcome.NO_CREDENTIAL
        if error.ending is Ending.UNAUTHORIZED:
            return Outcome.WRONG_PASSWORD if self.login.failures else Outcome.UNCLEAR
        if error.ending in _BEHIND_THE_LOGIN and sent and kind in self.login.proven:
            return Outcome.WORKS
        return _OUTCOMES.get(error.ending, Outcome.UNCLEAR)

    def _group(self) -> str:
        return self.login.group.name if self.login.group else "-"
