"""Where to ask a device that names its own service addresses: always on the host that answered us."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

DEFAULT_PATH = "/onvif/device_service"
_MOST = 8
_PATH = re.compile(r"/[\x21-\x7e]{0,511}")


@dataclass(frozen=True, slots=True)
class Xaddr:
    """A service address reduced to what is followed: port, path and TLS, on our host.

    `foreign_host` is the other host that the device named, for a finding; None where it named the one we asked.
    """

    port: int
    path: str
    tls: bool
    foreign_host: str | None = None


def usable_xaddrs(xaddrs: Iterable[str], address: str) -> tuple[Xaddr, ...]:
    """What can be followed on `address`, best first: those that name it, then those that name another host.

    Quirk 1 (another host is named after NAT, a second network card or a change of address) and quirk 2 (several in one
    field, link-local ones first: those are left out unless there is nothing else). At most eight.
    """
    own: list[Xaddr] = []
    foreign: list[Xaddr] = []
    link_local: list[Xaddr] = []
    ours = _address(address)
    for text in (word for field in xaddrs for word in field.split()):
        found = _read(text)
        if found is None:
            continue
        host, port, path, tls = found
        named = _address(host)
        if ours is not None and named == ours:
            own.append(Xaddr(port, path, tls))
        else:
            (link_local if named and named.is_link_local else foreign).append(Xaddr(port, path, tls, host))
    chosen: dict[tuple[int, str, bool], Xaddr] = {}
    for each in own + foreign or link_local:
        chosen.setdefault((each.port, each.path, each.tls), each)
    return tuple(chosen.values())[:_MOST]


def _read(text: str) -> tuple[str, int, str, bool] | None:
    """(host, port, path, TLS) of an http or https URL, without credentials, query and fragment; None for all else."""
    try:
        parts: SplitResult = urlsplit(text[:1024])
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    tls = parts.scheme.lower() == "https"
    if parts.scheme.lower() not in ("http", "https") or not host or not host.isprintable():
        return None
    port = port if port is not None else (443 if tls else 80)
    path = parts.path if parts.path not in ("", "/") else DEFAULT_PATH
    if not 1 <= port <= 65_535 or not _PATH.fullmatch(path):
        return None
    return host[:255], port, path, tls


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address without zone, an IPv4 one out of its IPv6 dress."""
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
