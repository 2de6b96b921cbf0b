"""One visit to one host: its budget, its connection, its logins, and the notebook of what was learned.

What was learned before a failure stays: every room writes into the visit as it goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from cctv_probe.model.attempt import Attempt, Ending, StepError
from cctv_probe.model.device import Host
from cctv_probe.model.evidence import Evidence, Source, Standing, Value
from cctv_probe.model.finding import Finding, Severity
from cctv_probe.model.words import Text
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.deadline import Budget
from cctv_probe.wire.http import HttpClient
from cctv_probe.wire.login import DeviceLogin
from cctv_probe.wire.run_folder import RunFolder

T = TypeVar("T")


@dataclass
class Visit:
    """The notebook and the means of one visit. Used by one worker only."""

    host: Host
    budget: Budget
    clock: Clock
    folder: RunFolder
    login: DeviceLogin
    http: HttpClient
    elsewhere: Callable[[str], AbstractContextManager[DeviceLogin | None]]
    """Leave to ask another device of the scope, with what the configuration holds for it; None where there is none."""
    evidence: list[Evidence] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address this visit goes to."""
        return self.host.address

    def step(self, name: str, action: Callable[[], T]) -> T | None:
        """Run one step; its end becomes an `Attempt`. Returns what the step returned, or None where it failed."""
        began = time.monotonic()
        try:
            result = action()
        except StepError as error:
            self._record(name, error.ending, began, error.line)
            return None
        except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes a row
            self._record(name, Ending.BUG, began, _BUG.with_(kind=type(error).__name__))
            return None
        self._record(name, Ending.OK, began, Ending.OK.sentence)
        return result

    def last_ending(self) -> Ending:
        """How the latest step ended."""
        return self.attempts[-1].ending

    def note(
        self,
        subject: str,
        attribute: str,
        value: Value,
        method: str,
        standing: Standing,
        *,
        raw: tuple[str, ...] = (),
        plus_minus: float | None = None,
        role: str | None = None,
    ) -> None:
        """Write down one fact; empty values are no facts."""
        if value is None or value in ("", ()):
            return
        clean = self._clean_value(value)
        if clean in ("", ()):
            return
        source = Source(method, standing, raw)
        self.evidence.append(Evidence(subject, attribute, clean, source, self.clock.now(), plus_minus, role))

    def find(self, code: str, severity: Severity, text: Text) -> None:
        """Write down a finding, once."""
        finding = Finding(code, severity, self.clean(text))
        if finding not in self.findings:
            self.findings.append(finding)

    def known(self, subject: str, attribute: str) -> list[Evidence]:
        """The evidence so far about one attribute."""
        return [item for item in self.evidence if item.subject == subject and item.attribute == attribute]

    def clean(self, text: Text) -> Text:
        """`text` without secrets and control characters."""
        return Text(*(tidy(self.folder.redactor.text(half)) for half in text.pair()))

    def _clean_value(self, value: Value) -> Value:
        if isinstance(value, str):
            return tidy(self.folder.redactor.text(value))
        if isinstance(value, tuple):
            cleaned = (self._clean_value(item) for item in value)
            return tuple(item for item in cleaned if item not in ("", ()))
        return value

    def _record(self, name: str, ending: Ending, began: float, line: Text) -> None:
        elapsed_s = round(time.monotonic() - began, 3)
        self.attempts.append(Attempt(self.folder.redactor.text(name), ending, elapsed_s, self.clean(line)))


_BUG = Text(
    en="an error in cctv-probe itself ({kind}); the rest went on; please report it",
    th="ข้อผิดพลาดของ cctv-probe เอง ({kind}) ส่วนอื่นทำงานต่อ โปรดแจ้งผู้พัฒนา",
)
_MOST = 500


def tidy(text: str) -> str:
    """A device's string without control and direction characters, at most 500 characters."""
    if text.isprintable():
        return text.strip()[:_MOST]
    kept = "".join(letter for letter in text if letter.isprintable() or letter == " ")
    return kept.strip()[:_MOST]
