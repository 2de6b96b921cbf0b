"""The drop-in as it should be now: the scope read, names resolved, name servers looked up."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cctv_probe.agent.config import AgentConfig, Register
from cctv_probe.agent.unit.drop_in import DropIn, Network, is_host, name_servers, networks_of, usable
from cctv_probe.scope.addresses import Address, ScopeError, read_address
from cctv_probe.scope.file import load_scope
from cctv_probe.wire.clock import Clock

RESOLV_CONF = Path("/etc/resolv.conf")
SECRETS = Path("/etc/cctv-probe/devices.yaml")
"""What the unit's LoadCredential= names."""
_MOST_CHARACTERS = 1 << 16
_ZONE = ZoneInfo("Asia/Bangkok")
"""Days of validity are days in Thailand, as for the scan."""

Resolver = Callable[[str], Iterable[Address]]
"""The addresses of a host name; none where it cannot be resolved."""


def drop_in_now(
    config: AgentConfig,
    clock: Clock,
    resolver: Resolver | None = None,
    *,
    resolv_conf: Path = RESOLV_CONF,
    secrets: Path = SECRETS,
) -> DropIn:
    """What the unit may speak to now. Resolving waits as long as the name service does.

    An expired scope gives no ranges at all: the agent goes on reporting, but the kernel keeps it off the devices. Raises
    `ConfigError` where the scope file cannot be used, `ScopeError` where it names what may not be asked.
    """
    names = {host: usable((resolver or resolve)(host)) for host in dialled(config.register)}
    return DropIn(
        scope=_scope_networks(config.scope, clock),
        names=names,
        servers=name_servers(_read(resolv_conf)),
        secrets=_mark(config.credentials or secrets),
    )


def dialled(register: Register | None) -> tuple[str, ...]:
    """The hosts to which connections are opened: the proxy where there is one, which then asks the register for us.

    A register on this machine needs no line of its own.
    """
    if register is None:
        return ()
    host = urlsplit(register.proxy or register.url).hostname or ""
    return (host,) if is_host(host) and host != "localhost" else ()


def resolve(host: str) -> list[Address]:
    """The addresses of `host` as the name service gives them; none where it does not know it."""
    literal = read_address(host)
    if literal is not None:
        return [literal]
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


def _scope_networks(path: Path, clock: Clock) -> tuple[Network, ...]:
    try:
        scope = load_scope(path, today=clock.now().astimezone(_ZONE).date())
    except ScopeError:  # a whole file whose first day is still to come, or whose last is over
        return ()
    return networks_of(scope)


def _mark(secrets: Path) -> str:
    """When the credentials file was last written, in whole nanoseconds; says nothing of what is in it."""
    try:
        return str(secrets.stat().st_mtime_ns)
    except OSError:
        return "-"


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_CHARACTERS)
    except OSError:
        return ""
