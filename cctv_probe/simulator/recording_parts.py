"""What the recording, search and replay services share: tokens, a recording's source, times by the device's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cctv_probe.simulator import soap
from cctv_probe.simulator.claims import claims_of, source_token
from cctv_probe.simulator.fleet import REPLAY_PATH, Channel, Device, Recordings
from cctv_probe.simulator.recorded_spans import Span, claimed_spans
from cctv_probe.simulator.soap import text


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording: that of channel `number` (from 1)."""

    number: int
    channel: Channel
    truth: Recordings

    @property
    def token(self) -> str:
        """The RecordingToken."""
        return f"Recording_{self.number:03d}"

    @property
    def track(self) -> str:
        """The token of its one track, of video."""
        return f"Video_{self.number:03d}"

    @property
    def job(self) -> str:
        """The token of the job that records it."""
        return f"Job_{self.number:03d}"

    @property
    def path(self) -> str:
        """Where RTSP plays it."""
        return REPLAY_PATH + self.token


def recordings_of(device: Device) -> list[Recording]:
    """Every recording that is on the device's disk."""
    return [
        Recording(number, channel, channel.recordings)
        for number, channel in enumerate(device.channels, start=1)
        if channel.recordings
    ]


def listed(device: Device) -> list[Recording]:
    """Every recording that its services know."""
    return [] if device.faults.archive.lists_nothing else recordings_of(device)


def named(device: Device, token: str | None) -> Recording:
    """The recording called `token`. Raises SoapFaultError."""
    for recording in listed(device):
        if recording.token == token:
            return recording
    raise soap.no_such("ter:NoRecording", "recording")


def claimed(device: Device, recording: Recording) -> tuple[Span, ...]:
    """Where the index says that footage is, by the device's own clock."""
    offset = timedelta(seconds=device.faults.clock_offset_s)
    return tuple((start + offset, end + offset) for start, end in claimed_spans(recording.truth, datetime.now(UTC)))


def source_information(device: Device, recording: Recording) -> str:
    """`tt:Source` of a recording."""
    name = recording.channel.name
    return (
        f"<tt:Source><tt:SourceId>{source_token(recording.number)}</tt:SourceId><tt:Name>{text(name[:20])}</tt:Name>"
        f"<tt:Location>{text(device.location)}</tt:Location><tt:Description>{text(name)}</tt:Description>"
        f"<tt:Address>{text(device.address)}</tt:Address></tt:Source>"
    )


def profile_recorded(device: Device, recording: Recording) -> str:
    """The media profile that the job takes: the stream of the recorded size, else the main stream."""
    own = [claim for claim in claims_of(device) if claim.channel == recording.number]
    like = [claim for claim in own if claim.stream.size == recording.truth.recorded.size]
    return (like or own)[0].profile


def iso(moment: datetime) -> str:
    """xs:dateTime in UTC, as devices write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
