"""What a person sees while a scan goes on, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.discover import Progress
    from cctv_probe.footage.archive import ArchiveChannel
    from cctv_probe.model.footage import Sample
    from cctv_probe.pipeline import Met

_LOOKING = Text(en="Looking for devices", th="กำลังค้นหาอุปกรณ์")
_ASKING = Text(en="Asking devices", th="กำลังสอบถามอุปกรณ์")
_PLAYING = Text(en="Playing samples of recordings", th="กำลังเล่นตัวอย่างภาพที่บันทึก")
_SAMPLE = Text(
    en="{count} samples · channel {number} · {date}",
    th="{count} ตัวอย่าง · ช่อง {number} · {date}",
)


class ScanProgress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._samples = 0

    def __enter__(self) -> ScanProgress:
        if not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}", markup=False),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(say(_LOOKING), total=None, note="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._quiet:
            self._bar.stop()

    def discovery(self, told: Progress) -> None:
        """The sweep went on."""
        if not self._quiet:
            self._bar.update(self._task, completed=told.done, total=told.total, note=str(told.found))

    def met(self, told: Met) -> None:
        """A visit came to its end."""
        if not self._quiet:
            self._bar.update(
                self._task, description=say(_ASKING), completed=told.visited, total=told.hosts, note=told.address
            )

    def sample(self, channel: ArchiveChannel, sample: Sample) -> None:
        """An instant of a recording was asked for."""
        self._samples += 1
        if not self._quiet:
            note = _SAMPLE.with_(count=self._samples, number=channel.number, date=sample.at_utc.date().isoformat())
            self._bar.update(self._task, description=say(_PLAYING), note=say(note))
