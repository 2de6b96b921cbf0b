"""What banners tell: rules from `fingerprints.yaml` applied to what a device sent before any login."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cctv_probe.identify.brands import brands
from cctv_probe.identify.data import load
from cctv_probe.identify.page import page_title

DeviceKind = Literal["camera", "recorder", "camera_or_recorder", "other"]

_LONGEST_LINE = 512
_LONGEST_BODY = 16_384
_MOST_LINES = 400
_REALM = re.compile(r'(?i)\brealm\s*=\s*(?:"([^"]{0,256})|([^",\s]{1,256}))')


@dataclass(frozen=True, slots=True)
class Banners:
    """What one device said unasked. `http_authenticate` and `rtsp_authenticate` are `WWW-Authenticate` headers, several
    of them in one string, or a bare realm; where no title is given it is looked for in the body."""

    http_server: str = ""
    http_title: str = ""
    http_body: str = ""
    http_authenticate: str = ""
    rtsp_server: str = ""
    rtsp_authenticate: str = ""
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What one rule makes of the banners.

    `brand` is the name as displayed, None where only the kind of device shows. `basis` says where it was read
    (`http.server`, `rtsp.realm`, …); `by_family` is true where other makers sell the same platform.
    """

    brand: str | None
    basis: str
    kind: DeviceKind
    serial: str | None = None
    by_family: bool = False

    @property
    def is_camera(self) -> bool:
        """Whether this is a camera or a recorder of cameras."""
        return self.kind != "other"


@dataclass(frozen=True, slots=True)
class _Rule:
    place: str
    pattern: re.Pattern[str]
    brand: str | None
    by_family: bool
    kind: DeviceKind


@functools.cache
def _rules() -> tuple[_Rule, ...]:
    """The rules, those that name a maker first."""
    found = [
        _Rule(
            place=entry["in"],
            pattern=re.compile(entry["match"], re.IGNORECASE),
            brand=brands()[entry["brand"]].display if "brand" in entry else None,
            by_family=entry.get("sure") == "family",
            kind=entry["device"],
        )
        for entry in load("fingerprints")["rules"]
    ]
    return tuple(sorted(found, key=lambda rule: (rule.brand is None, rule.by_family)))


def guesses(banners: Banners) -> tuple[Guess, ...]:
    """Everything the banners tell, the surest first: makers by name, makers by platform, kinds of device."""
    lines = list(_lines(banners))
    found: list[Guess] = []
    for rule in _rules():
        for basis, text in lines:
            if rule.place not in (basis.replace(".", "_"), basis.rpartition(".")[2]):
                continue
            match = rule.pattern.search(text)
            if match:
                serial = match.groupdict().get("serial")
                found.append(Guess(rule.brand, basis, rule.kind, serial, rule.by_family))
                break
    return tuple(found)


def guess_from_banners(banners: Banners) -> Guess | None:
    """The surest guess, with the serial number of any other guess that names the same maker; None without any."""
    found = guesses(banners)
    if not found:
        return None
    best = found[0]
    serial = next((each.serial for each in found if each.serial and each.brand == best.brand), None)
    return Guess(best.brand, best.basis, best.kind, serial, best.by_family)


def realms(headers: str) -> tuple[str, ...]:
    """The realms in `WWW-Authenticate` headers; text without `realm=` is taken to be a bare realm."""
    headers = headers[: 8 * _LONGEST_LINE]
    named = [quoted or plain for quoted, plain in _REALM.findall(headers)]
    found = named or ([] if "=" in headers else [headers])
    return tuple(dict.fromkeys(realm.strip() for realm in found if realm.strip()))


def _lines(banners: Banners) -> Iterator[tuple[str, str]]:
    """(basis, text) of everything that rules look at, each bounded in length."""
    body = banners.http_body[:_LONGEST_BODY]
    texts = [
        ("http.server", banners.http_server),
        ("http.title", banners.http_title or page_title(body)),
        ("rtsp.server", banners.rtsp_server),
        *(("http.realm", realm) for realm in realms(banners.http_authenticate)),
        *(("rtsp.realm", realm) for realm in realms(banners.rtsp_authenticate)),
        *(("rtsp.sdp", line) for line in banners.sdp[:_LONGEST_BODY].splitlines()[:_MOST_LINES]),
    ]
    for basis, text in texts:
        if text.strip():
            yield basis, text.strip()[:_LONGEST_LINE]
    if body:
        yield "http.body", body
