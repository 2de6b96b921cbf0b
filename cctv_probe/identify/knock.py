"""The first questions to a host, all without login: what speaks at its open ports, and what that says of its maker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cctv_probe.dialects.onvif.ask_device import Greeting, greet
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.identify.banners import Banners, Guess, guess_from_banners
from cctv_probe.identify.page import page_title
from cctv_probe.model.attempt import Ending
from cctv_probe.model.evidence import Standing
from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.wire.address import url_host
from cctv_probe.wire.visit import Visit

BANNER_S = 3.0
MOST_CANDIDATES = 12
_SILENT = (Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE)


@dataclass
class Knocked:
    """What answered. `greetings` are ONVIF endpoints, the first one found first; `rtsp` the ports that spoke RTSP."""

    greetings: list[Greeting] = field(default_factory=list)
    rtsp: list[tuple[int, bool]] = field(default_factory=list)
    guess: Guess | None = None
    http_port: int | None = None
    http_closed: bool = False
    """Whether the web server wanted a login even for its first page."""


def knock(
    visit: Visit, endpoints: Iterable[Endpoint], rtsp_ports: Iterable[tuple[int, bool]], *, several: bool
) -> Knocked:
    """Greet the host. `several` asks every endpoint, for hosts behind which more than one device may stand."""
    knocked = Knocked()
    headers: dict[str, str] = {}
    endpoints = list(endpoints)[:MOST_CANDIDATES]
    dead: set[int] = set()
    for endpoint in endpoints:
        if knocked.greetings and (endpoint.tls or not several):
            break
        if endpoint.port not in dead and endpoint.port not in {found.endpoint.port for found in knocked.greetings}:
            _greet(visit, endpoint, knocked, dead)
    _http_banner(visit, knocked, endpoints, headers)
    visit.http.close()
    for port, tls in rtsp_ports:
        if knocked.rtsp and not several:
            break
        if visit.step(f"rtsp.OPTIONS :{port}", lambda p=port, t=tls: _options(visit, p, t, headers)):  # type: ignore[misc]
            knocked.rtsp.append((port, tls))
    knocked.guess = _guess(visit, headers)
    return knocked


def _greet(visit: Visit, endpoint: Endpoint, knocked: Knocked, dead: set[int]) -> None:
    """Ask one endpoint for its clock; a port that does not speak HTTP is tried with TLS, and then left alone."""
    name = f"onvif.GetSystemDateAndTime :{endpoint.port}"
    found = visit.step(name, lambda: greet(visit, endpoint))
    if found is None and visit.last_ending() in (Ending.MALFORMED, Ending.FAULT) and not endpoint.tls:
        secure = Endpoint(endpoint.port, True, endpoint.target)
        found = visit.step(f"{name} (TLS)", lambda: greet(visit, secure))
    if found is not None:
        knocked.greetings.append(found)
    elif visit.last_ending() is not Ending.NOT_FOUND:
        dead.add(endpoint.port)


def _http_banner(visit: Visit, knocked: Knocked, endpoints: list[Endpoint], headers: dict[str, str]) -> None:
    """The Server header and title of the first web server that answers."""
    silent = {attempt.step for attempt in visit.attempts if attempt.ending in _SILENT}
    for endpoint in dict.fromkeys([*(greeting.endpoint for greeting in knocked.greetings), *endpoints]):
        step = f"http.GET / :{endpoint.port}"
        tried = any(attempt.step == step for attempt in visit.attempts)
        if tried or f"onvif.GetSystemDateAndTime :{endpoint.port}" in silent:
            continue
        if visit.step(step, lambda e=endpoint: _page(visit, e, headers)):  # type: ignore[misc]
            knocked.http_port = endpoint.port
            knocked.http_closed = headers["http_status"] in ("401", "403")
            return


def _page(visit: Visit, endpoint: Endpoint, headers: dict[str, str]) -> bool:
    answer = visit.http.send("GET", endpoint.port, "/", tls=endpoint.tls, wanted_s=BANNER_S, cap_bytes=256 << 10)
    visit.folder.asked(visit.address, "http.GET /", login=False, outcome=str(answer.status))
    headers["http_status"] = str(answer.status)
    headers["http_server"] = answer.headers.get("Server", "")
    headers["http_auth"] = answer.headers.get("WWW-Authenticate", "")
    body = answer.body[:65536].decode("utf-8", "replace")
    headers["http_title"], headers["http_body"] = page_title(body), body + answer.headers.get("Location", "")
    return True


def _options(visit: Visit, port: int, tls: bool, headers: dict[str, str]) -> bool:
    connection = RtspConnection.connect(visit.address, port, tls=tls, budget=visit.budget)
    try:
        response = connection.ask(
            "OPTIONS", f"{'rtsps' if tls else 'rtsp'}://{url_host(visit.address)}:{port}/", wanted_s=BANNER_S
        )
        visit.folder.asked(visit.address, f"rtsp.OPTIONS :{port}", login=False, outcome=str(response.status))
        headers.setdefault("rtsp_server", response.server or "")
        headers.setdefault("rtsp_auth", ", ".join(response.headers.all("WWW-Authenticate")))
    finally:
        connection.close()
    return True


def _guess(visit: Visit, headers: dict[str, str]) -> Guess | None:
    """The maker by banners, written down as evidence."""
    banners = Banners(
        http_server=headers.get("http_server", ""),
        http_title=headers.get("http_title", ""),
        http_body=headers.get("http_body", ""),
        http_authenticate=headers.get("http_auth", ""),
        rtsp_server=headers.get("rtsp_server", ""),
        rtsp_authenticate=headers.get("rtsp_auth", ""),
    )
    return note_banners(visit, banners)


def note_banners(visit: Visit, banners: Banners) -> Guess | None:
    """Write down what banners tell: brand and serial number as the device advertises them."""
    guess = guess_from_banners(banners)
    if guess is not None:
        visit.note("device", "brand", guess.brand, guess.basis, Standing.ADVERTISED)
        visit.note("device", "serial", guess.serial, guess.basis, Standing.ADVERTISED)
    return guess
