"""What have you recorded: summary, recordings with their tracks, how long they are kept, jobs, and the history of tracks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cctv_probe.dialects.onvif import answers_media
from cctv_probe.dialects.onvif import answers_recording as answers
from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif.answers_recording import Job, Recording, Summary, TrackEvent
from cctv_probe.dialects.onvif.operations import Operation
from cctv_probe.dialects.onvif.recording_channels import RecordedChannel, join
from cctv_probe.dialects.onvif.requests import topic_filter
from cctv_probe.dialects.onvif.searching import Found, events_search, recordings_search
from cctv_probe.dialects.onvif.session import OnvifSession, Reply
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Channel
from cctv_probe.wire.visit import Visit

MOST_ASKED = 64
"""So many recordings are asked for one by one, where the device does not list them together."""
MOST_NAMED = 32
"""So many recordings are named in the scope of a search; of more, all are searched and ours taken out."""
HANGING = 3

_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.BUDGET_SPENT, Ending.INTERRUPTED}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorder says it has, by its own clock. `raw_sha256`: the kept answers that it comes from."""

    summary: Summary | None
    channels: tuple[RecordedChannel, ...]
    raw_sha256: tuple[str, ...] = ()

    @property
    def lists_any(self) -> bool:
        """Whether it lists any recording at all."""
        return any(channel.recordings for channel in self.channels)


@dataclass
class RecordingQuestions:
    """The questions about recordings, in order; what fails becomes an attempt, and the rest goes on."""

    session: OnvifSession
    channels: Sequence[Channel] = ()
    raw: list[str] = field(default_factory=list)
    silent: int = 0

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> Recorded:
        """Everything but the history of tracks. Raises nothing."""
        told = self._call(ops.GET_RECORDING_SUMMARY)
        summary = answers.summary(told.body) if told else None
        listed = self._listed()
        jobs = self._jobs() if listed else ()
        profiles = self._profiles(jobs, listed) if len(self.channels) > 1 else {}
        return Recorded(summary, join(listed, self.channels, jobs, profiles), tuple(dict.fromkeys(self.raw)))

    def history(self, tokens: Sequence[str], since: dt.datetime, until: dt.datetime) -> Found[TrackEvent] | None:
        """When tracks of the recordings `tokens` held data, between two instants of the device's clock; None where it
        could not be asked. What the device sends of other recordings is left out."""
        search = events_search(self.session)
        scope = {"IncludedRecordings": list(tokens)} if len(tokens) <= MOST_NAMED else {}
        found = self.visit.step(
            f"{ops.FIND_EVENTS.step} {tokens[0] if tokens else ''}".strip(),
            lambda: search.run(
                StartPoint=since.replace(microsecond=0),
                EndPoint=until.replace(microsecond=0),
                Scope=scope,
                SearchFilter=topic_filter(answers.TRACK_STATE),
                IncludeStartState=True,
            ),
        )
        if found is None:
            return None
        wanted = frozenset(tokens)
        return replace(found, items=tuple(event for event in found.items if event.recording_token in wanted))

    def _listed(self) -> tuple[Recording, ...]:
        """Recordings with their times from a search, and with their retention from the recording service."""
        found = self.visit.step(ops.FIND_RECORDINGS.step, lambda: recordings_search(self.session).run(Scope={}))
        self._note_silence()
        configured = self._configured()
        if found is None:
            return tuple(self._informed(recording) for recording in configured[:MOST_ASKED])
        self.raw += found.raw_sha256
        searched = {recording.token: recording for recording in found.items}
        known = {recording.token: recording for recording in configured}
        merged = [_merged(recording, known.get(token)) for token, recording in searched.items()]
        merged += [recording for token, recording in known.items() if token not in searched]
        return tuple(self._with_retention(merged))

    def _configured(self) -> tuple[Recording, ...]:
        reply = self._call(ops.GET_RECORDINGS)
        return answers.recordings(reply.body) if reply else ()

    def _informed(self, recording: Recording) -> Recording:
        """A configured recording with its times, for devices that cannot search."""
        reply = self._call(ops.GET_RECORDING_INFORMATION, recording.token, RecordingToken=recording.token)
        found = answers.found_recordings(reply.body) if reply else ()
        return _merged(found[0], recording) if found else recording

    def _with_retention(self, recordings: list[Recording]) -> list[Recording]:
        """Where GetRecordings told no retention, each recording is asked for its own configuration."""
        if any(recording.maximum_retention_s is not None for recording in recordings):
            return recordings
        told: list[Recording] = []
        for number, recording in enumerate(recordings):
            wanted = number < MOST_ASKED and (not told or told[0].maximum_retention_s is not None)
            told.append(self._retained(recording) if wanted else recording)
        return told

    def _retained(self, recording: Recording) -> Recording:
        reply = self._call(ops.GET_RECORDING_CONFIGURATION, recording.token, RecordingToken=recording.token)
        kept_s = answers.maximum_retention_s(reply.body) if reply else None
        return replace(recording, maximum_retention_s=kept_s)

    def _jobs(self) -> tuple[Job, ...]:
        reply = self._call(ops.GET_RECORDING_JOBS)
        return answers.jobs(reply.body) if reply else ()

    def _profiles(self, jobs: Sequence[Job], recordings: Sequence[Recording]) -> dict[str, str]:
        """Media profile → video source, asked only where recordings name anything but the sources themselves."""
        named = {job.source_token for job in jobs} | {recording.source_id for recording in recordings}
        if not (named - {None, ""} - {channel.token for channel in self.channels}):
            return {}
        media2 = self.session.offers(ops.MEDIA2)
        reply = self._call(ops.GET_PROFILES_2, Type=["VideoSource"]) if media2 else self._call(ops.GET_PROFILES)
        found = answers_media.profiles(reply.body) if reply else ()
        return {profile.token: profile.source_token for profile in found if profile.source_token}

    def _call(self, operation: Operation, about: str = "", /, **arguments: object) -> Reply | None:
        """One call as one step; a device that stopped answering is left alone."""
        if self.silent >= HANGING:
            return None
        step = f"{operation.step} {about}".strip()
        reply = self.visit.step(step, lambda: self.session.call(operation, **arguments))
        self._note_silence()
        if reply is not None:
            self.raw.append(reply.sha256)
        return reply

    def _note_silence(self) -> None:
        self.silent = self.silent + 1 if self.visit.last_ending() in _SILENT else 0


def _merged(searched: Recording, configured: Recording | None) -> Recording:
    """A recording as the search tells of it, its gaps filled from the recording service."""
    if configured is None:
        return searched
    return replace(
        searched,
        source_id=searched.source_id or configured.source_id,
        source_name=searched.source_name or configured.source_name,
        tracks=searched.tracks or configured.tracks,
        maximum_retention_s=configured.maximum_retention_s,
    )
