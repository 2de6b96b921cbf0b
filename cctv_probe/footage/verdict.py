"""What index and samples of one channel prove together: days, coverage, gaps, and the verdict on field 9. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cctv_probe.footage import findings
from cctv_probe.footage.archive import Index
from cctv_probe.footage.coverage import empty_days, listed_holes, merged, wilson
from cctv_probe.footage.days import SiteDays
from cctv_probe.footage.frozen import without_repeats
from cctv_probe.footage.mode import DRAWN_IN_SPANS, mode_of
from cctv_probe.footage.plan import Planner, Wish, claimed_oldest
from cctv_probe.footage.presence import History, asked_on, history, speaks
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Gap, Outcome, Retention, Sample
from cctv_probe.model.words import Text

_SAME_START_S = 3600.0
_STOPPED_DAYS = 2

NOT_ASKED = Text(
    en="No sample of the recordings could be asked for ({reason}). Try again, or check the recorder's playback in person.",
    th="ยังขอเล่นตัวอย่างภาพที่บันทึกไม่ได้ ({reason}) โปรดลองใหม่ หรือตรวจสอบการเล่นย้อนหลังที่เครื่องบันทึก",
)
UNTIMED = Text(
    en="Footage plays, but carries no time of its own, so that no day is proved. Check the playback at the recorder in person.",
    th="เล่นภาพได้ แต่ภาพไม่มีเวลากำกับ จึงยืนยันจำนวนวันไม่ได้ โปรดตรวจสอบการเล่นย้อนหลังที่เครื่องบันทึก",
)
UNFINISHED = Text(
    en="Only {count} samples so far, too few for a verdict. Run the check again on another night; the samples add up.",
    th="มีตัวอย่างเพียง {count} ตัวอย่าง ยังไม่พอสรุปผล โปรดตรวจอีกครั้งในคืนอื่น โดยตัวอย่างจะนับรวมกัน",
)
_NOTHING = Text(en="nothing was asked", th="ยังไม่ได้ขอ")


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged. `index` as `findings.plausible` leaves it; `samples` of all nights; `declared_days` None where nothing (readable) was
    declared, `declared_suspect` where what was declared cannot be believed; `began_utc` when recording is known to have
    begun; `earlier_oldest_utc` the oldest instant that played in earlier nights, by night; `seeds` of the nights.
    """

    index: Index
    samples: Sequence[Sample]
    days: SiteDays
    declared_days: int | None = None
    declared_suspect: bool = False
    began_utc: datetime | None = None
    seeds: Sequence[str] = ()
    stopped_by: Text | None = None
    noted: tuple[Finding, ...] = ()
    wish: Wish = field(default_factory=Wish)


def judge(case: Case) -> Retention:
    """The verdict on one channel."""
    return _Judged(case).retention()


class _Judged:
    """One case, with what follows from it step by step."""

    def __init__(self, case: Case) -> None:
        self.case, self.days = case, case.days
        self.locked = tuple(span for span in case.index.spans if span.locked)
        self.samples = without_repeats(case.samples)
        self.history: History = history(self.samples, self.days, self.locked)
        self.told = [sample for sample in self.samples if speaks(sample, self.locked) and self._day(sample) >= 1]
        self.played = [sample for sample in self.told if sample.outcome is Outcome.PLAYED]
        self.mode = mode_of(case.index, self.samples, self.days)
        self.in_days = self.mode in DRAWN_IN_SPANS
        self.complete = bool(self.told) and self._planner().is_complete(self.samples)

    def retention(self) -> Retention:
        if not self.told:
            return self._unknown()
        coverage, low, high = self._coverage()
        gaps = self._gaps()
        verdict, direction = self._verdict()
        waits = not self.complete
        return self._with_counts(
            verified_days=None if waits else self.history.verified,
            verdict=verdict,
            direction=direction,
            oldest_playable_days=self.history.end or (None if waits else 0),
            oldest_playable_utc=min(self._of_history(), default=None),
            coverage_ratio=coverage,
            coverage_low=low,
            coverage_high=high,
            longest_gap_s=max((gap.length_s for gap in gaps), default=0.0),
            gaps=gaps,
            why_code="footage_sampling_unfinished" if waits else None,
            why=UNFINISHED.with_(count=len(self.told)) if waits else None,
            findings=self._findings(),
        )

    # --- The parts ---------------------------------------------------------------------------------------------------

    def _unknown(self) -> Retention:
        untimed = any(sample.outcome is Outcome.UNTIMED for sample in self.samples)
        why = UNTIMED if untimed else NOT_ASKED.with_(reason=self.case.stopped_by or _NOTHING)
        return self._with_counts(
            verified_days=None,
            verdict="not_observed" if self.case.declared_days is not None else "not_assessed",
            why_code="footage_untimed" if untimed else "footage_not_asked",
            why=why,
            findings=(*self.case.noted, *findings.of_samples(self.samples)),
        )

    def _verdict(self) -> tuple[str, str | None]:
        """The verdict on field 9, and its direction. What is not finished waits for another night, unless it is refuted."""
        declared, found = self.case.declared_days, self.history.verified
        if self.case.declared_suspect:
            return "parse_suspect", None
        if not self.complete:
            return "not_assessed" if declared is None else "not_observed", None
        if declared is None:
            return "undeclared", None
        if found >= declared - 1:
            return "match", "understated" if found > declared + 1 else None
        return ("maturing", None) if self._is_maturing(declared) else ("mismatch", "overstated")

    def _is_maturing(self, declared: int) -> bool:
        """Recording began less than the declared days ago, and what was recorded since is there."""
        began = self.case.began_utc or self.case.index.began_utc or self._standing_start() or self._kept_since(declared)
        if began is None:
            return False
        age = self.days.day_of(began)
        return 0 <= age < declared and self.history.verified >= age - 1

    def _standing_start(self) -> datetime | None:
        """The oldest instant, where it has stayed the same over nights: what is overwritten moves on."""
        nights: dict[object, datetime] = {}
        for sample in self.played:
            if self._day(sample) <= self.history.end and sample.seen_utc:
                night = asked_on(sample, self.days)
                nights[night] = min(nights.get(night, sample.seen_utc), sample.seen_utc)
        claimed = claimed_oldest(self.case.index)
        if len(nights) < 2 or claimed is None:
            return None
        near = [abs((oldest - claimed).total_seconds()) <= _SAME_START_S for oldest in nights.values()]
        return claimed if all(near) else None

    def _kept_since(self, declared: int) -> datetime | None:
        """Where the recorder is set to keep at least what was declared, and its index claims no more than plays: since when.

        A disk too small for that setting looks the same on a first night; its oldest instant moves on by the next one.
        """
        kept, claimed = self.case.index.configured_days, claimed_oldest(self.case.index)
        nights = {asked_on(sample, self.days) for sample in self.played}
        if not isinstance(kept, int) or kept < declared or claimed is None or len(nights) > 1:
            return None
        return claimed if abs(self.days.day_of(claimed) - self.history.end) <= 1 else None

    def _coverage(self) -> tuple[float | None, float | None, float | None]:
        if self.in_days:
            hits, tries = sum(row.present for row in self.history.inside), len(self.history.inside)
        else:
            oldest = min(self._of_history(), default=None)
            drawn = [
                sample for sample in self.told if sample.purpose == "presence" and self._in_history(sample, oldest)
            ]
            hits, tries = sum(sample.outcome is Outcome.PLAYED for sample in drawn), len(drawn)
        low, high = wilson(hits, tries)
        return (round(hits / tries, 4), round(low, 4), round(high, 4)) if tries else (None, None, None)

    def _in_history(self, sample: Sample, oldest: datetime | None) -> bool:
        """Inside what the archive keeps: what lies before its oldest instant on its oldest day is no hole."""
        if oldest is None:
            return True
        return self._day(sample) <= self.history.end and sample.at_utc >= oldest - timedelta(minutes=1)

    def _gaps(self) -> tuple[Gap, ...]:
        if not self.history.end:
            return ()
        found = empty_days(self.history.inside, self.days)
        index, oldest = self.case.index, min(self._of_history(), default=None)
        if index.spans_known and index.spans and not self.in_days and oldest is not None:
            since = max(oldest, min(span.start_utc for span in index.spans))
            played = [sample.at_utc for sample in self.played]
            found += listed_holes(index.spans, since, self.days.bounds(1)[1], played)
        return merged(found)

    def _findings(self) -> tuple[Finding, ...]:
        present = self.history.present
        found = [*self.case.noted, *findings.of_samples(self.samples)]
        if not self.complete:
            return tuple(found)
        found += findings.of_history(self._claimed_days(), self.history.end, self.history.islands)
        if present and present[0] > _STOPPED_DAYS:
            found.append(findings.stopped(present[0], self.days.date_of(present[0] - 1).isoformat()))
        return tuple(found)

    def _with_counts(self, **parts: object) -> Retention:
        outcomes = [sample.outcome for sample in self.samples]
        return Retention(
            recording_mode=self.mode,
            coverage_of="days" if self.in_days else "instants",
            configured_days=self.case.index.configured_days,
            claimed_days=self._claimed_days(),
            samples=sum(outcome.says_something for outcome in outcomes),
            played=outcomes.count(Outcome.PLAYED),
            missing=outcomes.count(Outcome.MISSING),
            unplayable=outcomes.count(Outcome.UNPLAYABLE),
            silent=sum(not outcome.says_something for outcome in outcomes),
            nights=len({asked_on(sample, self.days) for sample in self.samples}),
            complete=self.complete,
            seed=",".join(dict.fromkeys(self.case.seeds)) or None,
            **parts,  # type: ignore[arg-type] # the keywords of Retention that each ending fills
        )

    # --- Small questions ---------------------------------------------------------------------------------------------

    def _day(self, sample: Sample) -> int:
        return self.days.day_of(sample.at_utc)

    def _of_history(self) -> Iterable[datetime]:
        """The own times of what played, footage kept by hand left out."""
        return (s.seen_utc or s.at_utc for s in self.played if self._day(s) not in self.history.islands)

    def _claimed_days(self) -> int | None:
        oldest = claimed_oldest(self.case.index)
        return None if oldest is None else max(0, self.days.day_of(oldest))

    def _planner(self) -> Planner:
        wish = replace(self.case.wish, declared_days=self.case.declared_days)
        return Planner(self.case.seeds[-1] if self.case.seeds else "", self.days, self.case.index, wish)
