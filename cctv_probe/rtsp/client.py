"""The RTSP connection: asks one question at a time, logs in through an `Account`, and always ends what it began.

Synchronous, under the absolute deadlines of a `Budget`. What an answer means is left to the pure modules beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from cctv_probe.model.attempt import StepError
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text
from cctv_probe.rtsp import endings
from cctv_probe.rtsp.exchange import Exchange
from cctv_probe.rtsp.link import Endpoint
from cctv_probe.rtsp.messages import Response, Session
from cctv_probe.rtsp.sdp import MalformedSdp, SessionDescription, base_url, control_url, parse_sdp
from cctv_probe.rtsp.uri import authority, on_host, tidy
from cctv_probe.wire.deadline import Budget, Deadline
from cctv_probe.wire.digest import Challenge, parse_challenges

CONNECT_S = 5.0
ANSWER_S = 10.0
TEARDOWN_S = 2.0
MAX_ROUNDS = 4
"""Requests sent for one question: unsigned, signed, and again where the device names a new nonce or scheme."""
REDIRECTS = (301, 302, 303, 305, 307, 308)

Fields = Iterable[tuple[str, str]]

_OTHER_HOST = Text(
    en="{place} sends viewers to another host ({other}); its path was asked here instead",
    th="{place} ส่งต่อผู้ชมไปยังเครื่องอื่น ({other}) จึงถามเส้นทางนั้นที่เครื่องนี้แทน",
)


class Account(Protocol):
    """Signs requests. It keeps the password, counts what is refused, and decides whether a login may be tried."""

    def sign(self, method: str, uri: str, *, secure: bool, body: bytes = b"") -> str | None:
        """The Authorization value from the challenge last learned; None while none was learned."""
        ...

    def challenged(self, challenges: tuple[Challenge, ...], *, secure: bool) -> None:
        """Told of every 401. Returns where the request may be repeated; raises `StepError` where it may not."""
        ...

    def accepted(self) -> None:
        """A signed request got an answer other than 401."""
        ...

    def abandoned(self) -> None:
        """A signed request got no answer, or one that says nothing about the login (a 200 that carries a challenge)."""
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """A device's answer to DESCRIBE. `uri` is the one that was answered; `base` is what its control URLs stand upon.

    `raw` is the session description as it came; `notes` are findings about the way there.
    """

    uri: str
    content_base: str | None
    base: str
    sdp: SessionDescription
    raw: bytes
    server: str | None = None
    notes: tuple[Finding, ...] = ()


class RtspConnection:
    """One connection to one device. Every method raises `StepError` only. Use it in a `with` block."""

    def __init__(self, exchange: Exchange, budget: Budget, *, account: Account | None = None) -> None:
        self.session: Session | None = None
        """The session the device opened for us, until TEARDOWN."""
        self._session_uri = "*"
        self._aggregate_uri: str | None = None
        self.exchange = exchange
        self.budget = budget
        self._account = account
        self.public: tuple[str, ...] = ()
        """The methods that the device listed last; empty while it listed none."""
        self._signed = False
        self._refused = False
        self._fresh = True
        """Nothing was asked on this connection yet: nonces often belong to one connection, so the first question goes
        unsigned. A challenge answered anonymously counts nothing; a login with another connection's nonce may."""

    @classmethod
    def connect(
        cls,
        host: str,
        port: int,
        *,
        tls: bool = False,
        budget: Budget,
        connect_s: float = CONNECT_S,
        account: Account | None = None,
    ) -> RtspConnection:
        """Connect to the address `host` within `connect_s`; `tls` for `rtsps://`."""
        return cls(Exchange(Endpoint(host, port, tls), budget, connect_s), budget, account=account)

    def __enter__(self) -> RtspConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def endpoint(self) -> Endpoint:
        """Where the connection goes; a redirect on the same host may have changed port and TLS."""
        return self.exchange.link.endpoint

    @property
    def certificate_sha256(self) -> str | None:
        """The SHA-256 of the device's certificate, hexadecimal; None without TLS."""
        return self.exchange.link.certificate_sha256

    @property
    def legacy_tls(self) -> bool:
        """Whether only the second try, with old TLS, succeeded."""
        return self.exchange.link.legacy_tls

    def ask(self, method: str, uri: str, fields: Fields = (), *, wanted_s: float = ANSWER_S) -> Response:
        """One request without a login; its answer whatever its status. For banners and anonymous challenges."""
        deadline = self.budget.deadline(wanted_s)
        self._revive()
        self._signed = False
        return self._send(method, tidy(uri), fields, deadline)

    def request(
        self, method: str, uri: str, fields: Fields = (), *, wanted_s: float = ANSWER_S, body: bytes = b""
    ) -> Response:
        """One question, with a login where the device wants one: the answer, of any status but 401.

        `uri` is sent without user and password, and signed as it is sent. The first request of a connection goes
        unsigned. All of it together takes at most `wanted_s`, and a reconnection.
        """
        uri, fields = tidy(uri), tuple(fields)
        deadline = self.budget.deadline(wanted_s)
        for _ in range(MAX_ROUNDS):
            self._revive()
            response = self._round(method, uri, fields, deadline, body)
            if response.status != 401:
                return response
            self._learn(response)
        raise endings.login_in_circles(self.endpoint.place)

    def options(self, uri: str, *, wanted_s: float = ANSWER_S) -> Response:
        """OPTIONS; `public` of the answer lists the methods."""
        return self.successful("OPTIONS", self.request("OPTIONS", uri, wanted_s=wanted_s))

    def describe(self, uri: str, *, wanted_s: float = ANSWER_S) -> Description:
        """DESCRIBE. A redirect is followed once: on this host as it stands, to another one by its path only."""
        uri = tidy(uri)
        accept = (("Accept", "application/sdp"),)
        response = self.request("DESCRIBE", uri, accept, wanted_s=wanted_s)
        notes: tuple[Finding, ...] = ()
        location = tidy(response.headers.get("Location") or "")
        if response.status in REDIRECTS and location:
            uri, notes = self._redirected(location)
            response = self.request("DESCRIBE", uri, accept, wanted_s=wanted_s)
        return self._description(uri, self.successful("DESCRIBE", response), notes)

    def setup(self, uri: str, transport: str, fields: Fields = (), *, wanted_s: float = ANSWER_S) -> Response:
        """SETUP, and the device's answer whatever its status: one that refuses a transport is asked for another."""
        return self.request("SETUP", uri, (("Transport", transport), *fields), wanted_s=wanted_s)

    def in_session(self, method: str, fields: Fields = (), *, wanted_s: float = ANSWER_S) -> Response:
        """PLAY, PAUSE or GET_PARAMETER of the whole session. A connection that has ended is not opened anew for it."""
        if self.exchange.ended():
            raise endings.malformed(method, self.endpoint.place, "closed")
        return self.successful(method, self.request(method, self.aggregate_uri, fields, wanted_s=wanted_s))

    @property
    def aggregate_uri(self) -> str:
        """What PLAY, PAUSE and TEARDOWN are asked of: the control URL of the last description, or what SETUP asked."""
        return self._aggregate_uri or self._session_uri

    def post(self, method: str, *, wanted_s: float = TEARDOWN_S) -> int:
        """A request inside the session whose answer comes between the frames of a stream: its CSeq. See `heard`."""
        fields = (("Session", self.session.id),) if self.session else ()
        uri, secure = self.aggregate_uri, self.endpoint.tls
        value = self._account.sign(method, uri, secure=secure) if self._account else None
        self._signed = value is not None
        signature = () if value is None else (("Authorization", value),)
        return self.exchange.post(method, uri, (*fields, *signature), self.budget.deadline(wanted_s))

    def heard(self, response: Response) -> bool:
        """The answer to what was posted. True: it wants a login or a new nonce and may be posted again. Raises
        `StepError` where it may not."""
        if response.status == 401:
            self._learn(response)
            self._refused = False
            return True
        if self._signed and self._account:
            self._account.accepted()
        if response.session and 200 <= response.status < 300:
            self._adopt(response.session)
        self.public = response.public or self.public
        return False

    def teardown(self) -> None:
        """End the session, where there is one; also when the budget is spent. An answer is awaited for at most 2 s."""
        session, self.session = self.session, None
        if session is None or self.exchange.ended():
            return
        try:
            response = self._round(
                "TEARDOWN", self.aggregate_uri, (("Session", session.id),), Deadline.after(TEARDOWN_S)
            )
            if response.status == 401 and self._signed and self._account:
                self._account.abandoned()  # it came after an accepted login: nothing against the password
        except StepError:
            pass  # the connection is closed next, which ends the session as well as we can

    def close(self) -> None:
        """TEARDOWN where a session exists, then close; a second time does nothing."""
        try:
            self.teardown()
        finally:
            self.exchange.close()

    def _round(
        self, method: str, uri: str, fields: tuple[tuple[str, str], ...], deadline: Deadline, body: bytes = b""
    ) -> Response:
        """One request, signed where the account can; the account is told how it went, except of a 401."""
        account, self._fresh = None if self._fresh else self._account, False
        value = account.sign(method, uri, secure=self.endpoint.tls, body=body) if account else None
        self._signed = value is not None
        response: Response | None = None
        try:
            signature = () if value is None else (("Authorization", value),)
            response = self._send(method, uri, (*fields, *signature), deadline, body)
        finally:
            if self._signed and self._account and (response is None or response.status != 401):
                judged = response is not None and not response.headers.get("WWW-Authenticate")
                (self._account.accepted if judged else self._account.abandoned)()
        return response

    def _send(self, method: str, uri: str, fields: Fields, deadline: Deadline, body: bytes = b"") -> Response:
        """One request and its answer, inside the session where there is one."""
        own = (("Session", self.session.id),) if self.session and method not in ("OPTIONS", "DESCRIBE") else ()
        response = self.exchange.send(method, uri, (*own, *fields), deadline, body)
        if response.session and 200 <= response.status < 300 and method not in ("OPTIONS", "TEARDOWN"):
            self._session_uri = self._session_uri if self.session else uri
            self._adopt(response.session)
        self.public = response.public or self.public
        return response

    def _adopt(self, told: Session) -> None:
        """Some devices change the session on the way: the last one holds (quirk 21)."""
        self.session = self.session.renewed(told) if self.session else told

    def _learn(self, response: Response) -> None:
        """Tell the account of a 401; raises where the request may not be repeated."""
        challenges = parse_challenges(response.headers.all("WWW-Authenticate"))
        self._refused = True
        if self._account is None:
            raise endings.login_wanted(challenges, self.endpoint.place)
        self._account.challenged(challenges, secure=self.endpoint.tls)

    def _revive(self) -> None:
        """Connect anew where the connection has ended or cannot be understood any more."""
        refused, self._refused = self._refused, False
        if self.exchange.ended(after_refusal=refused):
            self._reconnect(self.endpoint)
            self._fresh = not refused

    def _reconnect(self, endpoint: Endpoint) -> None:
        self.exchange.close()
        self.exchange.connect(endpoint)
        self.session, self._fresh = None, True

    def _redirected(self, location: str) -> tuple[str, tuple[Finding, ...]]:
        """(where to ask next, findings). Only this host is ever asked (quirks 1 and 24)."""
        here, there = self.endpoint, authority(location)
        if there is not None and there.host == here.host.lower():
            if (there.port, there.tls) != (here.port, here.tls):
                self.teardown()
                self._reconnect(Endpoint(here.host, there.port, there.tls))
            return location, ()
        uri = on_host(location, here.host, here.port, tls=here.tls)
        if there is None:
            return uri, ()
        text = _OTHER_HOST.with_(place=here.place, other=endings.shown(there.host))
        return uri, (Finding("redirect_other_host", "low", text),)

    def successful(self, method: str, response: Response) -> Response:
        """`response` where its status says success; raises what another status stands for."""
        error = endings.status_error(response, method, self.endpoint.place, signed=self._signed)
        if error is not None:
            raise error
        return response

    def _description(self, uri: str, response: Response, notes: tuple[Finding, ...]) -> Description:
        """A 200 without a session description but with a challenge is a 401 in disguise (quirk 18)."""
        try:
            sdp = parse_sdp(response.body)
        except MalformedSdp as error:
            challenges = parse_challenges(response.headers.all("WWW-Authenticate"))
            if challenges:
                raise endings.login_wanted(challenges, self.endpoint.place) from error
            raise endings.malformed("DESCRIBE", self.endpoint.place, "sdp") from error
        content_base = tidy(response.headers.get("Content-Base") or "") or None
        base = base_url(uri, content_base, response.headers.get("Content-Location"))
        self._aggregate_uri = control_url(base, sdp.control)
        return Description(uri, content_base, base, sdp, response.body, response.server, notes)
