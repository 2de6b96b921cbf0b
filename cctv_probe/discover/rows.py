"""How each way of looking ended, as rows for people: nothing that a network does raises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from cctv_probe.discover.arp import ArpResult
from cctv_probe.discover.tcp_sweep import SweepResult
from cctv_probe.discover.ws_probe import Heard
from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.words import Text


def attempts(
    swept: SweepResult,
    addresses: int,
    unicast: Future[tuple[Heard, float]],
    multicast: Future[tuple[Heard, float]] | None,
    arp: Future[tuple[ArpResult, float]] | None,
) -> Iterator[Attempt]:
    """One row for each way that was used, and one more for addresses that this machine has no way to."""
    yield _tcp(swept, addresses)
    if swept.no_route:
        yield _no_route(swept, addresses)
    yield _probe("discover.ws_discovery", unicast)
    if multicast is not None:
        yield _probe("discover.ws_discovery_multicast", multicast)
    if arp is not None:
        yield _arp(arp)


def _tcp(swept: SweepResult, addresses: int) -> Attempt:
    line = _TCP.with_(addresses=f"{addresses:,}", tried=f"{swept.tried:,}", found=len(swept.open))
    others = {name: count for name, count in swept.troubles.items() if name not in _ROUTE_NAMES}
    if others:
        named = ", ".join(f"{name} × {count:,}" for name, count in sorted(others.items()))
        line = _TROUBLES.with_(line=line, troubles=named)
    ending = Ending.OK if swept.complete else Ending.INTERRUPTED
    return Attempt("discover.tcp", ending, swept.elapsed_s, line)


def _no_route(swept: SweepResult, addresses: int) -> Attempt:
    sentence = _NO_ROUTE if len(swept.no_route) < addresses else _NO_ROUTE_AT_ALL
    line = sentence.with_(count=f"{len(swept.no_route):,}", first=min(swept.no_route))
    return Attempt("discover.route", Ending.UNREACHABLE, 0.0, line)


def _probe(step: str, job: Future[tuple[Heard, float]]) -> Attempt:
    error = job.exception()
    if error is not None:
        return _bug(step, error)
    heard, elapsed_s = job.result()
    line = _PROBED.with_(sent=f"{heard.sent:,}", found=len(heard.matches))
    if heard.troubles and not heard.sent:
        return Attempt(step, Ending.UNREACHABLE, elapsed_s, line)
    return Attempt(step, Ending.OK if heard.complete else Ending.INTERRUPTED, elapsed_s, line)


def _arp(job: Future[tuple[ArpResult, float]]) -> Attempt:
    error = job.exception()
    if error is not None:
        return _bug("discover.arp", error)
    result, elapsed_s = job.result()
    if result.reason is not None:
        return Attempt("discover.arp", Ending.NOT_SUPPORTED, elapsed_s, result.reason)
    return Attempt("discover.arp", Ending.OK, elapsed_s, _ARP.with_(found=len(result.macs)))


def _bug(step: str, error: BaseException) -> Attempt:
    return Attempt(step, Ending.BUG, 0.0, _BUG.with_(kind=type(error).__name__))


_ROUTE_NAMES = {"ENETUNREACH", "ENETDOWN", "EINVAL", "EAFNOSUPPORT"}
_TCP = Text(
    en="{addresses} addresses, {tried} connections tried, {found} addresses with open ports.",
    th="{addresses} ที่อยู่ ลองเชื่อมต่อ {tried} ครั้ง พบที่อยู่ที่มีพอร์ตเปิด {found} ที่อยู่",
)
_TROUBLES = Text(
    en="{line} This machine could not make some connections ({troubles}).",
    th="{line} เครื่องนี้เชื่อมต่อบางรายการไม่ได้ ({troubles})",
)
_NO_ROUTE = Text(
    en="{count} addresses cannot be reached from this machine ({first} is one). Please check cable, VPN and routes.",
    th="มี {count} ที่อยู่ที่เครื่องนี้ไปไม่ถึง (เช่น {first}) โปรดตรวจสอบสาย VPN และเส้นทางเครือข่าย",
)
_NO_ROUTE_AT_ALL = Text(
    en="This machine has no way to any of the {count} addresses ({first} is one). Please check cable, VPN and routes.",
    th="เครื่องนี้ไปไม่ถึงที่อยู่ใดเลยใน {count} ที่อยู่ (เช่น {first}) โปรดตรวจสอบสาย VPN และเส้นทางเครือข่าย",
)
_PROBED = Text(
    en="{sent} WS-Discovery probes sent, {found} addresses answered.",
    th="ส่ง WS-Discovery {sent} ครั้ง มีผู้ตอบ {found} ที่อยู่",
)
_ARP = Text(en="{found} addresses answered ARP.", th="มี {found} ที่อยู่ตอบ ARP")
_BUG = Text(
    en="An error in cctv-probe itself ({kind}); please report it. The other ways were used.",
    th="ข้อผิดพลาดของ cctv-probe เอง ({kind}) โปรดแจ้งผู้พัฒนา ระบบใช้วิธีอื่นแทนแล้ว",
)
