"""RTSP URIs as devices write them, pure: no user, no password, no line breaks; and whose host they name."""

from __future__ import annotations

import re
from dataclasses import dataclass

RTSP_PORT = 554
RTSPS_PORT = 322
"""RFC 7826, section 4.2."""
MAX_URI_CHARS = 4096

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_USERINFO = re.compile(r"((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#]*@")
_HOST = r"(?:\[[^\]/?#]+\](?::\d+)?|[A-Za-z0-9-]+(?:(?:\.[A-Za-z0-9-]+)+(?::\d+)?|:\d+))(?:[/?#]|$)"
_LOOSE_USERINFO = re.compile(rf"((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#@:\[]*:(?!\d{{1,5}}(?:[/?#]|$)).*@(?={_HOST})")
"""User and password up to the last `@` that an address, a name with a dot or a port follows."""
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:/?#]*))(?::(\d{1,5}))?$")


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom a URI names. `tls` is true for `rtsps`; `port` is the scheme's own where none is written."""

    host: str
    port: int
    tls: bool


def tidy(uri: str) -> str:
    """`uri` without blanks, line breaks and control characters (quirk 10: devices break lines inside URIs), and without
    user and password, also where an unescaped `/`, `?`, `#` or `@` in the password broke it (quirk 23)."""
    joined = "".join(char for char in uri[:MAX_URI_CHARS] if char > " " and char.isprintable())
    found = _LOOSE_USERINFO.match(joined) or _USERINFO.match(joined)
    return found[1] + joined[found.end() :] if found else joined


def authority(uri: str) -> Authority | None:
    """Whom `uri` names; None where it names nobody (`*`, `trackID=1`) or nothing that can be understood."""
    scheme = _SCHEME.match(uri)
    if not scheme:
        return None
    found = _AUTHORITY.match(re.split(r"[/?#]", uri[scheme.end() :], maxsplit=1)[0].rpartition("@")[2])
    if not found or not (found[1] or found[2]):
        return None
    tls = scheme[1].lower() == "rtsps"
    port = int(found[3]) if found[3] else (RTSPS_PORT if tls else RTSP_PORT)
    return Authority((found[1] or found[2]).lower(), port, tls) if 0 < port < 65536 else None


def path_of(uri: str) -> str:
    """Path and query of `uri`, with its leading `/`; the fragment, which RTSP does not send, stays where it was."""
    scheme = _SCHEME.match(uri)
    if not scheme:
        return uri if uri.startswith("/") else f"/{uri}"
    rest = re.search(r"[/?#].*", uri[scheme.end() :], re.DOTALL)
    return "" if rest is None else rest[0] if rest[0].startswith("/") else f"/{rest[0]}"


def on_host(uri: str, host: str, port: int, *, tls: bool = False) -> str:
    """Path and query of `uri` on the host that was probed, without credentials (quirk 1: devices name other hosts)."""
    named = f"[{host}]" if ":" in host else host
    scheme, usual = ("rtsps", RTSPS_PORT) if tls else ("rtsp", RTSP_PORT)
    return f"{scheme}://{named}{'' if port == usual else f':{port}'}{path_of(tidy(uri))}"
