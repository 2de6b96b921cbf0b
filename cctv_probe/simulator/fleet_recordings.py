"""The part of a fleet that has been recorded: what lies on the disk, what the index claims, how the archive fails.

Days are local calendar days in Thailand counted back from today: 1 is yesterday. So a fleet is as old every day.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from cctv_probe.simulator.fleet_values import STRICT, Pixels, Rate

Mode = Literal["continuous", "schedule", "motion", "event"]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""A local time of day, `"12:30"` (quoted: YAML reads a bare 12:30 as a number); `"24:00"` is the day's end."""
Day = Annotated[int, Field(ge=0, le=4000)]
Layout = Literal["dahua", "reolink", "synology", "flat", "untimed"]
Container = Literal["mp4", "mkv", "avi", "ts", "dav"]
Strange = Literal["zero_byte", "truncated", "not_video", "foreign", "year_1970", "buddhist_year"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Hours:
    """A part of a local day, `starts` to `ends`."""

    starts: Clock = "00:00"
    ends: Clock = "24:00"

    @model_validator(mode="after")
    def _forwards(self) -> Hours:
        if self.starts >= self.ends:
            raise ValueError(f"starts {self.starts} is not before ends {self.ends}")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RecordedGap(Hours):
    """Nothing is on the disk from `starts` to `ends` of day `day`; without them, of the whole day."""

    day: Day


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Locked:
    """A clip that somebody locked: kept though everything around it is gone. It plays like any other footage."""

    day: Day
    at: Clock = "12:00"
    for_s: Annotated[int, Field(ge=10, le=7200)] = 600


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Recorded:
    """What the recording really holds, which need not be what streams live. gop in access units."""

    codec: Literal["h264", "h265"] = "h264"
    width: Pixels = 640
    height: Pixels = 360
    frame_rate: Rate = 10.0
    gop: Annotated[int, Field(ge=1, le=250)] = 10
    bit_rate_bps: Annotated[int, Field(ge=10_000, le=20_000_000)] = 300_000

    @property
    def size(self) -> str:
        """`WIDTHxHEIGHT` in pixels."""
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RecordingLies:
    """What the index claims instead of the truth. claims_days: footage goes back so many days. hides_gaps: it has no
    gaps.
    """

    claims_days: Day | None = None
    hides_gaps: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FolderShape:
    """The same footage as files, for `folders.write_folders`. Every file stands for up to `segment_min` minutes; its
    times are right throughout, but pictures come at the true rate only in its first `dense_s` seconds, then one key
    frame every 45 s (so that a month fits on a disk). Empty or odd files are added for each of `strange`.
    """

    layout: Layout = "flat"
    container: Container = "mp4"
    segment_min: Annotated[int, Field(ge=1, le=60)] = 60
    dense_s: Annotated[float, Field(ge=1, le=3600)] = 14.0
    strange: tuple[Strange, ...] = ()

    @model_validator(mode="after")
    def _whole_hours(self) -> FolderShape:
        if 60 % self.segment_min:
            raise ValueError(f"segment_min {self.segment_min} does not divide an hour")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Recordings:
    """What lies on the disk for one channel.

    days: footage goes back to day `days`, on that day from `oldest_at`; 0: today only. new_disk: it goes back no
    further because recording began then (maturing), not because older footage was overwritten.
    mode: `continuous`; `schedule`: in `hours` of every day; `motion` and `event`: `clips_a_day` short clips at times
    drawn by `seed`, the same for ever for the same date. gaps: where nothing is though something should be.
    configured_days: the limit that is set (MaximumRetentionTime); none: until the disk is full.
    frozen: every instant plays the same pictures, with the right times.
    """

    days: Day = 30
    oldest_at: Clock = "00:00"
    new_disk: bool = False
    mode: Mode = "continuous"
    hours: tuple[Hours, ...] = (Hours(starts="07:00", ends="19:00"),)
    clips_a_day: Annotated[int, Field(ge=0, le=500)] = 24
    seed: int = 1
    gaps: tuple[RecordedGap, ...] = ()
    locked: tuple[Locked, ...] = ()
    configured_days: Day | None = None
    frozen: bool = False
    recorded: Recorded = Recorded()
    folder: FolderShape = FolderShape()
    lies: RecordingLies = RecordingLies()

    @model_validator(mode="after")
    def _holdable(self) -> Recordings:
        if self.folder.container == "avi" and self.recorded.codec == "h265":
            raise ValueError("avi holds no h265")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ArchiveFaults:
    """Faults of a device's archive (ONVIF Profile G), over all its channels.

    summary_fault: GetRecordingSummary is not implemented. lists_nothing: recording and search services answer and know
    no recording (old Axis). no_events: FindEvents is not implemented. search_polls: so many times a search says that it
    is still searching. search_never_completes: always. ignores_time_filter: FindEvents gives all there is (Dahua).
    no_footage: what replay does where nothing is recorded: `refuse` (457), `jump_nearest` or `jump_next` silently, or
    `nothing` (200, and nothing comes). max_playbacks: further SETUPs are 453. never_ends: replay ignores the end of the
    range, PAUSE and TEARDOWN, and goes on after the newest footage. no_extension: no 0xABAC in the packets.
    sender_reports: every playback begins with one that tells the instant recorded, or the present one.
    refuses_intra: 456 to `Frames: intra`. replay_host: GetReplayUri names this host. hangs_after_playbacks: so many
    playbacks, then the device answers nobody any more. answer_delay_s: how long PLAY of a replay waits.
    """

    summary_fault: bool = False
    lists_nothing: bool = False
    no_events: bool = False
    search_polls: Annotated[int, Field(ge=0, le=1000)] = 0
    search_never_completes: bool = False
    ignores_time_filter: bool = False
    no_footage: Literal["refuse", "jump_nearest", "jump_next", "nothing"] = "refuse"
    max_playbacks: Annotated[int, Field(ge=0)] | None = None
    never_ends: bool = False
    no_extension: bool = False
    sender_reports: Literal["none", "recorded", "now"] = "none"
    refuses_intra: bool = False
    replay_host: str | None = None
    hangs_after_playbacks: Annotated[int, Field(ge=0)] | None = None
    answer_delay_s: Annotated[float, Field(ge=0)] = 0.0
