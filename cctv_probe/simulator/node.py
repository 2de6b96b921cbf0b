"""One running device: its clock, its logins, its connections, and the pen it writes the journal with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.digest import Algorithm, HeaderGate
from cctv_probe.simulator.fleet import Device
from cctv_probe.simulator.journal import Entry, Journal, iso
from cctv_probe.simulator.logins import Logins, Verdict
from cctv_probe.simulator.recorded_pictures import RecordedPictures
from cctv_probe.simulator.wsse import TokenGate

_HTTP_ALGORITHMS: dict[str, tuple[Algorithm, ...]] = {
    "http_digest_md5": ("MD5",),
    "http_digest_sha256": ("SHA-256",),
    "http_digest_md5_and_sha256": ("MD5", "SHA-256"),
    "wsse_and_http_digest": ("MD5",),
}
_RTSP_ALGORITHMS: dict[str, tuple[Algorithm, ...]] = {
    "md5": ("MD5",),
    "sha256": ("SHA-256",),
    "md5_and_sha256": ("MD5", "SHA-256"),
}


@dataclass(frozen=True, slots=True)
class State:
    """What a device would say of itself: failed logins (now, ever), lock, TCP connections (now, at most at once), and
    its `RtspCounts`; searches: those begun and not ended.
    """

    failed_logins: int
    failed_logins_ever: int
    locked: bool
    locked_for_s: float
    open_connections: int
    peak_connections: int
    rtsp_sessions: int
    peak_rtsp_sessions: int
    rtsp_sessions_ever: int
    rtsp_not_torn_down: int
    rtsp_timed_out: int
    rtsp_wrong_session: int
    rtsp_connections: int
    peak_rtsp_connections: int
    playbacks: int
    peak_playbacks: int
    playbacks_ever: int
    searches: int


@dataclass(slots=True)
class RtspCounts:
    """Sessions (now, at most at once, ever), those that ended without TEARDOWN or by time-out, requests that named no
    session of theirs, connections to the RTSP ports (now, at most at once), requests that were told to come later;
    sessions of replay (now, at most at once) and how often PLAY was answered there.
    """

    sessions: int = 0
    peak_sessions: int = 0
    sessions_ever: int = 0
    not_torn_down: int = 0
    timed_out: int = 0
    wrong_session: int = 0
    connections: int = 0
    peak_connections: int = 0
    busy: int = 0
    playbacks: int = 0
    peak_playbacks: int = 0
    playbacks_ever: int = 0

    def opened(self) -> None:
        """A session was set up."""
        self.sessions += 1
        self.sessions_ever += 1
        self.peak_sessions = max(self.peak_sessions, self.sessions)

    def replaying(self) -> None:
        """A session of replay was set up."""
        self.playbacks += 1
        self.peak_playbacks = max(self.peak_playbacks, self.playbacks)

    def connected(self) -> None:
        """An RTSP connection was let in."""
        self.connections += 1
        self.peak_connections = max(self.peak_connections, self.connections)


@dataclass(slots=True)
class Search:
    """One open search of the archive: results not yet fetched, and how often it still says that it is searching."""

    kind: str
    results: list[str]
    polls_left: int


@dataclass(slots=True)
class Node:
    """A device while it runs. `open_connections` counts TCP over all services; searches: by token, until ended.
    web_logins: failures of the device account; the same as `logins` on most devices. vendor_gate: its login over HTTP.
    vendor_count: requests of the vendor's API, by kind, for faults that strike every n-th.
    """

    device: Device
    journal: Journal
    clips: ClipStore
    logins: Logins
    onvif_gate: HeaderGate
    token_gate: TokenGate
    rtsp_gate: HeaderGate
    pictures: RecordedPictures
    web_logins: Logins
    vendor_gate: HeaderGate
    open_connections: int = 0
    peak_connections: int = 0
    rtsp: RtspCounts = field(default_factory=RtspCounts)
    rendered: dict[tuple[str, ...], str] = field(default_factory=dict)
    searches: dict[str, Search] = field(default_factory=dict)
    vendor_count: Counter[str] = field(default_factory=Counter)

    def clock_utc(self) -> datetime:
        """The device's own idea of UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.device.faults.clock_offset_s)

    def once(self, key: tuple[str, ...], render: Callable[[], str]) -> str:
        """The answer under `key`, rendered the first time it is wanted."""
        if key not in self.rendered:
            self.rendered[key] = render()
        return self.rendered[key]

    def connected(self) -> None:
        """A TCP connection was opened."""
        self.open_connections += 1
        self.peak_connections = max(self.peak_connections, self.open_connections)

    def disconnected(self) -> None:
        """A TCP connection is gone."""
        self.open_connections -= 1

    @property
    def is_silent(self) -> bool:
        """Whether the device has stopped answering for good."""
        most = self.device.faults.archive.hangs_after_playbacks
        return most is not None and self.rtsp.playbacks_ever >= most

    def weigh(self, verdict: Verdict) -> Verdict:
        """`verdict` on the ONVIF user after the device's lock; failures are counted here."""
        return self.logins.weigh(verdict)

    def weigh_web(self, verdict: Verdict) -> Verdict:
        """The same for the device account (vendor's API, web, RTSP), which has a counter of its own on some devices."""
        return self.web_logins.weigh(verdict)

    def is_one_too_many(self) -> bool:
        """Count a request that carries the right password; whether it is refused because of too many users."""
        every = self.device.faults.vendor.too_many_users
        self.vendor_count["let in"] += 1
        return bool(every) and self.vendor_count["let in"] % every == 0

    @property
    def _counters(self) -> list[Logins]:
        return [self.logins] if self.web_logins is self.logins else [self.logins, self.web_logins]

    def state(self) -> State:
        """The device's state now."""
        return State(
            failed_logins=sum(one.failed for one in self._counters),
            failed_logins_ever=sum(one.total for one in self._counters),
            locked=any(one.locked for one in self._counters),
            locked_for_s=max(one.locked_for_s for one in self._counters),
            open_connections=self.open_connections,
            peak_connections=self.peak_connections,
            rtsp_sessions=self.rtsp.sessions,
            peak_rtsp_sessions=self.rtsp.peak_sessions,
            rtsp_sessions_ever=self.rtsp.sessions_ever,
            rtsp_not_torn_down=self.rtsp.not_torn_down,
            rtsp_timed_out=self.rtsp.timed_out,
            rtsp_wrong_session=self.rtsp.wrong_session,
            rtsp_connections=self.rtsp.connections,
            peak_rtsp_connections=self.rtsp.peak_connections,
            playbacks=self.rtsp.playbacks,
            peak_playbacks=self.rtsp.peak_playbacks,
            playbacks_ever=self.rtsp.playbacks_ever,
            searches=len(self.searches),
        )

    def note(self, service: str, operation: str, result: str, *, target: str = "", credentials: str = "none") -> None:
        """Write one journal entry."""
        self.journal.add(
            Entry(
                time_utc=iso(datetime.now(UTC)),
                address=self.device.address,
                service=service,
                operation=operation,
                target=target,
                credentials=credentials,
                result=result,
                failed_logins=sum(one.failed for one in self._counters),
                locked=any(one.locked for one in self._counters),
                open_connections=self.open_connections,
                peak_connections=self.peak_connections,
                rtsp_sessions=self.rtsp.sessions,
                peak_rtsp_sessions=self.rtsp.peak_sessions,
            )
        )


def make_node(device: Device, journal: Journal, clips: ClipStore) -> Node:
    """A device ready to answer."""
    login = device.login
    banners = device.banners
    fleeting = device.faults.new_nonce_each_time
    logins = Logins(login.lock_after, login.lock_s, login.failed_before)
    is_separate = device.faults.vendor.separate_counter
    return Node(
        device=device,
        journal=journal,
        clips=clips,
        pictures=RecordedPictures(clips),
        logins=logins,
        web_logins=Logins(login.lock_after, login.lock_s, login.failed_before) if is_separate else logins,
        vendor_gate=HeaderGate(
            login.web(),
            banners.realm,
            _HTTP_ALGORITHMS.get(login.vendor_scheme, ()),
            basic=login.vendor_scheme == "basic",
            life_s=login.nonce_life_s,
            one_use=fleeting,
        ),
        onvif_gate=HeaderGate(
            login.onvif(),
            banners.realm,
            _HTTP_ALGORITHMS.get(login.scheme, ()),
            basic=login.scheme == "basic",
            life_s=login.nonce_life_s,
            one_use=fleeting,
        ),
        token_gate=TokenGate(
            *login.onvif(),
            login.created_tolerance_s,
            text_allowed=login.scheme == "wsse_text",
            digest_allowed=login.scheme in ("wsse", "wsse_and_http_digest"),
        ),
        rtsp_gate=HeaderGate(
            login.web(),
            banners.rtsp_realm or banners.realm,
            _RTSP_ALGORITHMS.get(login.rtsp_scheme, ()),
            basic=login.rtsp_scheme == "basic",
            qop=login.rtsp_qop,
            life_s=login.nonce_life_s,
            one_use=fleeting,
        ),
    )


async def until_gone(reader: asyncio.StreamReader) -> None:
    """Wait until the other side has closed, throwing away what it sends."""
    while await reader.read(65536):
        pass
