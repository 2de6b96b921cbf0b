"""The allow-list: every ISAPI question this program can send. All of them only read: the two POSTs carry what is looked for
(a month of the calendar, a window of a search) and change nothing on the device."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MOST_ID = 99_999
"""Far above any channel, track or stream number."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One question: its method and its path, in which `{id}` stands for a number. `name` is its step in attempts."""

    method: Literal["GET", "POST"]
    path: str
    name: str

    @property
    def step(self) -> str:
        """Its name in attempts (`isapi.deviceInfo`)."""
        return f"isapi.{self.name}"

    def target(self, number: int | None = None) -> str:
        """The path to ask. Raises `ValueError` where `number` is missing, superfluous or no channel number."""
        if ("{id}" in self.path) != (number is not None):
            raise ValueError(f"{self.name} is asked {'with' if '{id}' in self.path else 'without'} a number")
        if number is not None and not 0 < number <= MOST_ID:
            raise ValueError(f"{number} is no channel, stream or track")
        return self.path.replace("{id}", str(number))


ROOT = Operation("GET", "/", "root")
"""The web page: told apart from ISAPI by it, never asked with a login."""
USER_CHECK = Operation("GET", "/ISAPI/Security/userCheck", "userCheck")
DEVICE_INFO = Operation("GET", "/ISAPI/System/deviceInfo", "deviceInfo")
TIME = Operation("GET", "/ISAPI/System/time", "time")
NTP_SERVERS = Operation("GET", "/ISAPI/System/time/ntpServers", "ntpServers")
STREAMS = Operation("GET", "/ISAPI/Streaming/channels", "streamingChannels")
STREAM_CAPABILITIES = Operation("GET", "/ISAPI/Streaming/channels/{id}/capabilities", "streamingCapabilities")
PROXY_STREAMS = Operation("GET", "/ISAPI/ContentMgmt/StreamingProxy/channels", "streamingProxyChannels")
"""What older recorders have instead of `STREAMS`."""
PROXY_STREAM_CAPABILITIES = Operation(
    "GET", "/ISAPI/ContentMgmt/StreamingProxy/channels/{id}/capabilities", "streamingProxyCapabilities"
)
INPUTS = Operation("GET", "/ISAPI/ContentMgmt/InputProxy/channels", "inputProxyChannels")
INPUT_STATUS = Operation("GET", "/ISAPI/ContentMgmt/InputProxy/channels/status", "inputProxyStatus")
ANALOGUE_INPUTS = Operation("GET", "/ISAPI/System/Video/inputs/channels", "videoInputs")
STORAGE = Operation("GET", "/ISAPI/ContentMgmt/Storage", "storage")
TRACKS = Operation("GET", "/ISAPI/ContentMgmt/record/tracks", "recordTracks")
PORTS = Operation("GET", "/ISAPI/Security/adminAccesses", "adminAccesses")
CALENDAR = Operation("POST", "/ISAPI/ContentMgmt/record/tracks/{id}/dailyDistribution", "dailyDistribution")
SEARCH = Operation("POST", "/ISAPI/ContentMgmt/search", "search")

ALLOWED = (
    ROOT, USER_CHECK, DEVICE_INFO, TIME, NTP_SERVERS, STREAMS, STREAM_CAPABILITIES, PROXY_STREAMS,
    PROXY_STREAM_CAPABILITIES, INPUTS, INPUT_STATUS, ANALOGUE_INPUTS, STORAGE, TRACKS, PORTS, CALENDAR, SEARCH,
)  # fmt: skip


def is_allowed(method: str, target: str) -> bool:
    """Whether a question may be sent: its method and whole path, without any query, are in the list."""
    for operation in ALLOWED:
        pattern = re.escape(operation.path).replace(r"\{id\}", r"[1-9][0-9]{0,4}")
        if method == operation.method and re.fullmatch(pattern, target):
            return True
    return False


class NotAllowedError(Exception):
    """A question outside the allow-list: an error of this program, never of a device."""


def allowed(method: str, target: str) -> str:
    """`target`; raises `NotAllowedError` where the question is not in the list."""
    if not is_allowed(method, target):
        raise NotAllowedError(f"{method} {target[:200]}")
    return target
