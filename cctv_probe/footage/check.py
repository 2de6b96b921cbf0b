"""The stage that proves recordings: every channel of one archive, its budget and its state, as footage and evidence.

Whatever goes wrong, every channel that is known gets its footage with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cctv_probe.footage.archive import Archive, ArchiveChannel
from cctv_probe.footage.facts import evidence
from cctv_probe.footage.timeline import timeline_of
from cctv_probe.footage.verdict import NOT_ASKED
from cctv_probe.footage.verifier import NIGHT_S, Allowance, Asked, Tools, Verified, verify_all
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.evidence import Evidence
from cctv_probe.model.footage import Footage, Retention, Timeline
from cctv_probe.model.words import Text

NO_ARCHIVE = Text(
    en="{address} keeps no recordings that can be asked for over the network; look at the recorder that its picture is sent to.",
    th="{address} ไม่มีภาพบันทึกในตัวที่ขอดูผ่านเครือข่ายได้ โปรดตรวจสอบที่เครื่องบันทึกที่รับภาพจากอุปกรณ์นี้",
)


@dataclass(frozen=True)
class Checking:
    """How recordings are checked in a run. `declared_days` is what field 9 was declared to be, or `--days`; `seed` repeats
    a draw; `seconds` is the most one recorder may cost tonight, `samples` the most instants (None: no limit); `pace` is
    told of the bytes of every read of a playback, and may sleep. `declared_for` knows what was declared of single
    channels, by the archive's state key and channel number; where it says None, `declared_days` holds."""

    tools: Tools
    declared_days: int | None = None
    seed: str | None = None
    seconds: float = NIGHT_S
    samples: int | None = None
    pace: Callable[[int], None] | None = None
    declared_for: Callable[[str, int], int | None] | None = None

    def days_of(self, state_key: str, channel: int) -> int | None:
        """What field 9 was declared to be for this channel."""
        declared = self.declared_for(state_key, channel) if self.declared_for and state_key else None
        return self.declared_days if declared is None else declared


@dataclass(frozen=True, slots=True)
class Checked:
    """The channels with their footage, among them those that only their recordings show, and the evidence."""

    channels: tuple[Channel, ...]
    evidence: tuple[Evidence, ...]
    ending: StepError | None = None
    """Why the archive could not even name its channels."""


def check(archive: Archive, state_key: str, known: Sequence[Channel], checking: Checking) -> Checked:
    """Play samples of every channel of `archive`. Raises nothing: what went wrong stands in the footage.

    `state_key` tells this archive from all others of the site, for the samples of earlier nights.
    """

    def asked(channel: ArchiveChannel) -> Asked:
        return Asked(declared_days=checking.days_of(state_key, channel.number), seed=checking.seed)

    allowance = Allowance(checking.seconds, checking.samples)
    try:
        verified = verify_all(archive, state_key, asked, checking.tools, allowance)
    except StepError as error:
        return Checked(without(known, error, archive.source, checking, state_key=state_key), (), error)
    by_number = {item.channel.number: item for item in verified}
    names = {item.channel.number: item.channel.name for item in verified}
    listed = {channel.number: channel for channel in known}
    listed |= {number: Channel(number, names[number]) for number in by_number if number not in listed}
    channels = tuple(
        replace(listed[number], footage=footage_of(by_number[number], checking.days_of(state_key, number)))
        if number in by_number
        else listed[number]
        for number in sorted(listed)
    )
    now = checking.tools.clock.now()
    facts = tuple(fact for item in verified for fact in evidence(item, f"channel/{item.channel.number}", now))
    return Checked(channels, facts)


def footage_of(verified: Verified, declared_days: int | None) -> Footage:
    """What was verified, as the record takes it."""
    timeline = timeline_of(verified, declared_days)
    return Footage(verified.retention, timeline, verified.source, verified.stopped_by, verified.notes)


def without(
    known: Sequence[Channel],
    error: StepError,
    source: str,
    checking: Checking,
    *,
    code: str = "footage_not_asked",
    state_key: str = "",
) -> tuple[Channel, ...]:
    """The known channels, each with the reason why nothing is known of its recordings."""
    nothing = error.ending is Ending.NOT_SUPPORTED and code != "footage_not_asked"
    why = error.line if nothing else NOT_ASKED.with_(reason=error.line)

    def footage(channel: Channel) -> Footage:
        declared = checking.days_of(state_key, channel.number)
        verdict = "not_observed" if declared is not None else "not_assessed"
        retention = Retention(None, verdict, why_code=code, why=why)
        return Footage(retention, Timeline((), checking.tools.zone_name, declared), source, error.line)

    return tuple(replace(channel, footage=footage(channel)) for channel in known)
