"""Which channel a documented RTSP path names. Pure.

Recorders that speak only RTSP put the channel into the path; where a path names none it is the device's own picture.
"""

from __future__ import annotations

import re

_PATTERNS = (
    re.compile(r"(?i)/streaming/(?:channels|tracks)/(\d{1,3})0\d(?:\D|$)"),
    re.compile(r"(?i)[?&/]channel=(\d{1,3})(?:\D|$)"),
    re.compile(r"(?i)/unicast/c(\d{1,3})/"),
    re.compile(r"(?i)/ch(?:annel)?_?0*(\d{1,3})(?:\D|$)"),
    re.compile(r"(?i)[?&]camera=(\d{1,3})(?:\D|$)"),
)


_FROM_ZERO = re.compile(r"(?i)/(?:live|playback)channel/(\d{1,3})(?:\D|$)")
"""Hanwha counts from 0."""


def channel_of(path: str) -> int | None:
    """The channel number in a path, counted from 1; None where it names none."""
    counted = _FROM_ZERO.search(path)
    if counted:
        return int(counted[1]) + 1
    found = next((match for pattern in _PATTERNS if (match := pattern.search(path))), None)
    return int(found[1]) or None if found else None
