"""Between plan and verdict: each instant is played, looked at and kept, one playback at a time, until the night's budget ends.

While the archive delivers the next instant, the picture of the last one is decoded in the child: the device is never kept
waiting, and never asked for two things at once.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cctv_probe.footage.archive import Archive, ArchiveChannel, Index, Played
from cctv_probe.footage.days import DEFAULT_ZONE, SiteDays
from cctv_probe.footage.findings import plausible
from cctv_probe.footage.looking import Looking, ended, outcome_of_playing
from cctv_probe.footage.plan import Ask, Planner, Wish
from cctv_probe.footage.state import CannotKeepError, ChannelState, Night, StateStore, spent
from cctv_probe.footage.verdict import Case, judge
from cctv_probe.media.decoder import Decoders
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Outcome, Recorded, Retention, Sample
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Deadline

NIGHT_S = 20 * 60.0
KEY_S, LONG_S = 20.0, 60.0
SEARCHED_DAYS = 400
IN_A_ROW = 3
"""After so many instants in a row that could not be asked for, the archive is left alone for tonight."""
_AHEAD = 3
_HOPELESS = {
    Ending.UNAUTHORIZED,
    Ending.LOCKED_OUT,
    Ending.HELD_BACK,
    Ending.NOT_SUPPORTED,
    Ending.NOT_PERMITTED,
    Ending.OUT_OF_SCOPE,
    Ending.INTERRUPTED,
    Ending.BUDGET_SPENT,
    Ending.REFUSED,
    Ending.UNREACHABLE,
}
_SPENT = Text(
    en="tonight's budget for this recorder is used up; the rest follows another night",
    th="ใช้เวลาที่กำหนดสำหรับเครื่องบันทึกนี้ในคืนนี้หมดแล้ว ส่วนที่เหลือจะตรวจในคืนต่อไป",
)


@dataclass
class Allowance:
    """What one recorder may cost tonight, over all its channels: seconds of asking, and samples (None: no limit)."""

    seconds: float = NIGHT_S
    samples: int | None = None

    def spend(self, seconds: float, samples: int = 0) -> None:
        """Note what was used up."""
        self.seconds -= seconds
        if self.samples is not None:
            self.samples -= samples

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.seconds <= 0 or (self.samples is not None and self.samples <= 0)


@dataclass(frozen=True)
class Tools:
    """What a verifier works with. `store` is None where nothing is to be kept; `zone_name` is the site's time zone."""

    decoders: Decoders
    clock: Clock
    store: StateStore | None = None
    zone_name: str = DEFAULT_ZONE
    stop: threading.Event = field(default_factory=threading.Event)
    on_sample: Callable[[ArchiveChannel, Sample], None] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of a channel. `declared_days` None where nothing readable was declared; `seed` repeats a draw:
    earlier nights then count for nothing, and nothing is kept."""

    declared_days: int | None = None
    declared_suspect: bool = False
    began_utc: datetime | None = None
    seed: str | None = None
    wish: Wish = field(default_factory=Wish)


@dataclass(frozen=True, slots=True)
class Verified:
    """One channel, tonight. `samples` of all nights, `recorded` the longer pieces; `stopped_by` why it ended early;
    `notes` what went wrong with the state file."""

    channel: ArchiveChannel
    index: Index
    retention: Retention
    samples: tuple[Sample, ...]
    recorded: tuple[Recorded, ...]
    days: SiteDays
    seed: str
    source: str
    stopped_by: Text | None = None
    notes: tuple[Text, ...] = ()


def new_seed() -> str:
    """A seed nobody can foresee."""
    return secrets.token_hex(8)


def verify(
    archive: Archive, device_id: str, channel: ArchiveChannel, asked: Asked, tools: Tools, allowance: Allowance
) -> Verified:
    """Play samples of one channel until the plan is done or the allowance spent. Never raises `StepError`."""
    return _Run(archive, device_id, channel, asked, tools, allowance).verified()


def verify_all(
    archive: Archive,
    device_id: str,
    asked: Callable[[ArchiveChannel], Asked],
    tools: Tools,
    allowance: Allowance | None = None,
) -> tuple[Verified, ...]:
    """All channels of one recorder, one after the other, each with its share of what is left. Raises `StepError`
    where the archive cannot even name its channels."""
    left, results = allowance or Allowance(), []
    channels = archive.channels()
    for place, channel in enumerate(channels):
        share = Allowance(
            left.seconds / (len(channels) - place),
            None if left.samples is None else -(-left.samples // (len(channels) - place)),
        )
        before = replace(share)
        results.append(verify(archive, device_id, channel, asked(channel), tools, share))
        left.spend(
            before.seconds - share.seconds, 0 if before.samples is None else before.samples - (share.samples or 0)
        )
    return tuple(results)


class _Run:
    """One channel, one night."""

    def __init__(
        self, archive: Archive, device_id: str, channel: ArchiveChannel, asked: Asked, tools: Tools, left: Allowance
    ) -> None:
        self.archive, self.device_id, self.channel = archive, device_id, channel
        self.asked, self.tools, self.left = asked, tools, left
        self.days = SiteDays.at(tools.clock.now(), tools.zone_name)
        self.seed = asked.seed or new_seed()
        self.store = None if asked.seed else tools.store
        self.before = self._loaded()
        self.samples: list[Sample] = list(self.before.samples)
        self.recorded: list[Recorded] = list(self.before.recorded)
        self.notes: list[Text] = [self.before.note] if self.before.note else []
        self.looking = Looking(tools.decoders)
        self.stopped_by: Text | None = None
        self.in_vain = 0
        self.asked_tonight, self.seconds = 0, 0.0
        self.left.spend(*spent(self.before.nights, self.days.today))

    def verified(self) -> Verified:
        index, noted = self._index()
        if self.stopped_by is None:
            self._ask_all(Planner(self.seed, self.days, index, self._wish))
        self._keep()
        retention = judge(self._case(index, noted))
        found = tuple(self.samples), tuple(self.recorded)
        return Verified(
            self.channel, index, retention, *found, self.days, self.seed, self.archive.source, self.stopped_by,
            tuple(self.notes),
        )  # fmt: skip

    # --- Asking ------------------------------------------------------------------------------------------------------

    def _index(self) -> tuple[Index, tuple[Finding, ...]]:
        now = self.tools.clock.now()
        began = time.monotonic()
        try:
            index = self.archive.index(self.channel, now - timedelta(days=SEARCHED_DAYS), now)
        except StepError as error:
            if error.ending in _HOPELESS - {Ending.NOT_SUPPORTED}:
                self.stopped_by = error.line
            index = Index(None, None)  # it is asked for instants all the same
        self._spend(time.monotonic() - began)
        return plausible(index, now)

    def _ask_all(self, planner: Planner) -> None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="looking") as looker:
            while self.stopped_by is None and (asks := planner.next(self.samples)):
                self._ask_each(asks, looker)
                self._keep()

    def _ask_each(self, asks: Sequence[Ask], looker: ThreadPoolExecutor) -> None:
        """Ask for instants in order; their samples are noted in order, some instants later."""
        waiting: deque[Future[tuple[Sample, Recorded | None]] | Sample] = deque()
        for ask in asks:
            if not self._may_ask():
                break
            played = self._played(ask)
            waiting.append(played if isinstance(played, Sample) else looker.submit(self.looking.look, ask, played))
            while len(waiting) > _AHEAD:
                self._note(waiting.popleft())
        while waiting:
            self._note(waiting.popleft())

    def _may_ask(self) -> bool:
        if self.stopped_by is None and self.tools.stop.is_set():
            self.stopped_by = Ending.INTERRUPTED.sentence
        if self.stopped_by is None and self.left.is_spent:
            self.stopped_by = _SPENT
        return self.stopped_by is None

    def _played(self, ask: Ask) -> Played | Sample:
        """What the archive delivers, or the sample that its failure makes."""
        began = time.monotonic()
        wanted_s = LONG_S if ask.wanted == "long" else KEY_S
        try:
            played = self.archive.play(
                self.channel, ask.at_utc, ask.wanted, Deadline.after(max(1.0, min(wanted_s, self.left.seconds)))
            )
            self.in_vain = 0
        except StepError as error:
            return self._failed(ask, error)
        finally:
            self.asked_tonight += 1
            self._spend(time.monotonic() - began, 1)
        return played

    def _failed(self, ask: Ask, error: StepError) -> Sample:
        outcome = outcome_of_playing(error)
        self.in_vain = self.in_vain + 1 if outcome is Outcome.NOT_ASKED else 0
        if outcome is Outcome.NOT_ASKED and (error.ending in _HOPELESS or self.in_vain >= IN_A_ROW):
            self.stopped_by = error.line
        return ended(Sample(ask.at_utc, ask.day, outcome, purpose=ask.purpose), outcome, error.line)

    def _note(self, looked: Future[tuple[Sample, Recorded | None]] | Sample) -> None:
        sample, recorded = (looked, None) if isinstance(looked, Sample) else looked.result()
        self.samples.append(sample)
        if recorded:
            self.recorded.append(recorded)
        if self.tools.on_sample:
            self.tools.on_sample(self.channel, sample)

    # --- Keeping -----------------------------------------------------------------------------------------------------

    def _loaded(self) -> ChannelState:
        if self.store is None:
            return ChannelState()
        return self.store.load(self.device_id, self.channel.token).recent(self.days)

    def _keep(self) -> None:
        if self.store is None:
            return
        tonight = Night(self.days.today, self.seed, self.asked_tonight, self.seconds)
        state = ChannelState((*self.before.nights, tonight), tuple(self.samples), tuple(self.recorded))
        try:
            self.store.save(self.device_id, self.channel.token, state)
        except CannotKeepError as error:
            if error.text not in self.notes:
                self.notes.append(error.text)

    def _spend(self, seconds: float, samples: int = 0) -> None:
        self.seconds += seconds
        self.left.spend(seconds, samples)

    # --- Judging -----------------------------------------------------------------------------------------------------

    @property
    def _wish(self) -> Wish:
        return replace(self.asked.wish, declared_days=self.asked.declared_days)

    def _case(self, index: Index, noted: tuple[Finding, ...]) -> Case:
        return Case(
            index=index,
            samples=self.samples,
            days=self.days,
            declared_days=self.asked.declared_days,
            declared_suspect=self.asked.declared_suspect,
            began_utc=self.asked.began_utc,
            seeds=[*(night.seed for night in self.before.nights if night.asked), self.seed],
            stopped_by=self.stopped_by,
            noted=noted,
            wish=self.asked.wish,
        )
