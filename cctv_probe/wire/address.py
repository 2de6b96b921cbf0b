"""How addresses are written in URLs, and which host a URL names."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def url_host(address: str) -> str:
    """`10.0.0.1` as it is; `fe80::1%eth0` → `[fe80::1%25eth0]` (RFC 6874)."""
    if ":" not in address:
        return address
    return "[" + address.replace("%", "%25") + "]"


def split_url(url: str) -> SplitResult | None:
    """A URL taken apart, or None where it is none (bad port, bad brackets)."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def same_host(one: str, other: str) -> bool:
    """Whether two host names or addresses are the same."""
    try:
        return ipaddress.ip_address(one.partition("%")[0]) == ipaddress.ip_address(other.partition("%")[0])
    except ValueError:
        return one.casefold() == other.casefold()


def target_of(parts: SplitResult) -> str:
    """Path and query of a URL."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
