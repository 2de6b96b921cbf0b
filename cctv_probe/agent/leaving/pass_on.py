"""A finished scan → present state → report in the outbox, once however often it is begun again.

The order makes it so: the report is put into the outbox under its run's id (which takes it once), then the state is kept. Killed
between the two, the same scan is taken into the same state again and gives the same report, which the outbox already has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from cctv_probe.agent.config import Activity
from cctv_probe.agent.leaving.absorb import ClassOf, absorb
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.present import load_present, save_present
from cctv_probe.agent.leaving.records import Withheld, select
from cctv_probe.agent.leaving.report import Author, Numbered, report_body, told_of_scan

Json = dict[str, Any]


class Taken(Protocol):
    """What the outbox says of a body that it took."""

    @property
    def report_id(self) -> str: ...


class Box(Protocol):
    """The outbox, as far as it is needed here."""

    def enqueue(
        self, kind: str, write: Callable[[Numbered], Mapping[str, Any]], /, *, run_id: str | None, held: bool = False
    ) -> Taken | None: ...


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of a scan. `report_id` is None where the outbox refused it (it tells so as a gap), or where the scan had been
    passed on before (`again`)."""

    report_id: str | None
    cameras: int = 0
    records: int = 0
    withheld: tuple[Withheld, ...] = ()
    wants_reading: tuple[str, ...] = ()
    again: bool = False

    def noted(self) -> Json:
        """As it is noted beside the run."""
        return {
            "report_id": self.report_id,
            "cameras": self.cameras,
            "records": self.records,
            "withheld": [{"id": each.id, "text": {"en": each.text.en, "th": each.text.th}} for each in self.withheld],
            "wants_reading": list(self.wants_reading),
        }


def pass_on(
    survey: Json,
    activity: Activity,
    *,
    folder: Path,
    outbox: Box,
    author: Author,
    guard: Guard,
    held: bool = False,
    scanned: Callable[[str], bool] | None = None,
    class_of: ClassOf | None = None,
) -> Passed:
    """Take `survey` into the state that `folder` keeps, and put the report into the outbox (`held`: until a person approves).

    Raises what the outbox raises, OSError and CannotWriteError; the scan can then be passed on again.
    """
    before = load_present(folder)
    if survey["run"]["id"] in before.runs:
        return Passed(None, again=True)
    absorbed = absorb(before, survey, activity, scanned=scanned, class_of=class_of)
    told = told_of_scan(survey, activity, absorbed.present, guard)
    selection = select(replace(absorbed.present, last=told), guard, survey["run"]["finished_utc"])
    row = outbox.enqueue(
        "report", lambda slot: report_body(slot, author, selection), run_id=survey["run"]["id"], held=held
    )
    after = selection.present
    if row is None:  # nothing of it was sent: the next report carries it
        after = replace(after, sent=before.sent, pending=before.pending)
    save_present(after, folder)
    return Passed(
        row.report_id if row else None,
        len(selection.manifest),
        len(selection.new),
        selection.withheld,
        absorbed.wants_reading,
    )
