"""What a PLAY of a recording asks for (ONVIF Streaming, replay: Range, Rate-Control, Frames, Immediate). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cctv_probe.simulator.rtsp_messages import RtspRequest

_RANGE = re.compile(r"^clock\s*=\s*(\d{8}T\d{6}(?:\.\d+)?Z)\s*-\s*(\d{8}T\d{6}(?:\.\d+)?Z)?$")


class BadWishError(Exception):
    """A header that cannot be understood; the message names it, for the journal."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One PLAY. starts, ends: by the device's clock; starts None: from where it stands. at_rate: in real time.
    intra: key frames alone, at least `interval_s` apart. at_once: what plays now is broken off. cseq: of the request.
    """

    starts: datetime | None
    ends: datetime | None
    at_rate: bool
    intra: bool
    interval_s: float
    at_once: bool
    cseq: int


def read(request: RtspRequest) -> Wish:
    """The wish in the headers of a PLAY. Raises BadWishError."""
    headers = request.headers
    starts, ends = _range(headers["range"]) if "range" in headers else (None, None)
    rate = headers.get("rate-control", "yes").strip().lower()
    if rate not in ("yes", "no"):
        raise BadWishError("rate_control")
    frames = re.fullmatch(r"(intra|predicted|all)(?:/(\d+))?", headers.get("frames", "all").strip().lower())
    if frames is None:
        raise BadWishError("frames")
    return Wish(
        starts,
        ends,
        at_rate=rate == "yes",
        intra=frames[1] == "intra",
        interval_s=int(frames[2] or 0) / 1000,
        at_once=headers.get("immediate", "no").strip().lower() == "yes",
        cseq=int(headers["cseq"]),
    )


def _range(value: str) -> tuple[datetime, datetime | None]:
    found = _RANGE.match(value.strip())
    if found is None:
        raise BadWishError("range")
    try:
        return _moment(found[1]), _moment(found[2]) if found[2] else None
    except ValueError:
        raise BadWishError("range") from None


def _moment(text: str) -> datetime:
    """`20261123T101500.5Z`, with any number of decimals (RFC 2326, 3.7)."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.strptime(whole, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int(f"{fraction:0<6.6}") if fraction else 0)


def clock(moment: datetime) -> str:
    """An instant as a Range writes it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
