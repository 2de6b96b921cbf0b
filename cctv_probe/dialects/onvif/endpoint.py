"""Where a device's ONVIF services live, always on the host we were sent to.

An XAddr that names another host is followed by path on our host and recorded as a finding (quirk 1).
"""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.dialects.onvif.operations import DEFAULT_PATHS, DEVICE
from cctv_probe.wire.address import same_host, split_url, target_of


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One service on our host: TCP port, whether TLS is spoken there, path with query."""

    port: int
    tls: bool
    target: str = DEFAULT_PATHS[DEVICE]


@dataclass(frozen=True, slots=True)
class Resolved:
    """An XAddr brought home: the endpoint on our host, and the other host it named, if any."""

    endpoint: Endpoint
    foreign_host: str | None = None


def resolve(xaddr: str, home: Endpoint, address: str, open_ports: tuple[int, ...]) -> Resolved | None:
    """The endpoint that `xaddr` means on our host.

    Port and scheme are the XAddr's where it names our host or that port is open here; else those that answered before.
    Several XAddrs in one value: the first usable one counts (quirk 2). None where there is no usable URL.
    """
    candidates = [found for word in xaddr.split() if (found := _resolve_one(word, home, address, open_ports))]
    return next((found for found in candidates if found.foreign_host is None), candidates[0] if candidates else None)


def _resolve_one(word: str, home: Endpoint, address: str, open_ports: tuple[int, ...]) -> Resolved | None:
    parts = split_url(word)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    ours = same_host(parts.hostname, address)
    target = target_of(parts)
    elsewhere = port != home.port and port in open_ports
    endpoint = Endpoint(port, tls, target) if elsewhere else Endpoint(home.port, home.tls, target)
    return Resolved(endpoint, None if ours else parts.hostname)
