"""The one interface behind which every archive stands: what it claims, and an instant of it played.

Implemented for ONVIF Profile G recorders, Hikvision's and Dahua's own interfaces, and folders of recorded files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.media.timeline import Measurement
from cctv_probe.model.footage import Span
from cctv_probe.wire.deadline import Deadline

Wanted = Literal["key", "long"]
"""A presence sample ends at its first key frame; a long one lasts at least 10 s and two groups of pictures."""


@dataclass(frozen=True, slots=True)
class ArchiveChannel:
    """One channel of an archive. `token` is the archive's own name for it; `number` counts from 1."""

    number: int
    token: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """What an archive claims about one channel.

    `oldest_utc` and `newest_utc` are its summary, which is an upper bound only; `spans` are listed where it lists any
    (`spans_known` false: the archive cannot list, which is no gap). `configured_days` is a number, `until_full`, or None where it does not say.
    `recording_mode` is `continuous`, `schedule`, `motion`, `event` or `unknown`. `began_utc` is when recording began, only
    where the archive says so itself (a start that is no mere edge of what was overwritten): a new disk is told by it.
    `raw_sha256` names the kept answers.
    """

    oldest_utc: datetime | None
    newest_utc: datetime | None
    spans: tuple[Span, ...] = ()
    spans_known: bool = False
    configured_days: int | str | None = None
    recording_mode: str = "unknown"
    began_utc: datetime | None = None
    raw_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """One instant that an archive delivered.

    `seen_utc` is the footage's own time of its first key frame and `time_source` says where it comes from (`rtp.replay_extension`, `rtcp.sender_report`,
    `rtp`'s absence made good by `rtsp.play_range` or, after a control experiment, `request_window`; `container`, `file_name`, `modified`, `unknown`); None where the footage tells no time. `keys` are key pictures in order, `parameter_sets` what a decoder
    needs before them. `measurement` is there for long samples. `container` is `mp4`, `mkv`, `avi`, `ts`, `dav` or
    `not_observable`.
    """

    seen_utc: datetime | None
    time_source: str
    codec: str
    keys: tuple[AccessUnit, ...]
    parameter_sets: bytes = b""
    measurement: Measurement | None = None
    resolution: str | None = None
    container: str = "not_observable"


class Archive(Protocol):
    """Every method raises `StepError` only: NOT_FOUND where nothing is recorded there, BUSY, TIMEOUT, NOT_SUPPORTED…"""

    @property
    def source(self) -> str:
        """The method for evidence: `onvif.replay`, `folder`."""
        ...

    def channels(self) -> tuple[ArchiveChannel, ...]:
        """The channels that have, or could have, footage."""
        ...

    def index(self, channel: ArchiveChannel, since_utc: datetime, until_utc: datetime) -> Index:
        """What the archive claims between two instants."""
        ...

    def play(self, channel: ArchiveChannel, at_utc: datetime, wanted: Wanted, deadline: Deadline) -> Played:
        """Play the instant `at_utc`, one playback at a time; the session is always ended."""
        ...
