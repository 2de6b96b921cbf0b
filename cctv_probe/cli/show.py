"""The result on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cctv_probe.cli.language import LANGUAGE

if TYPE_CHECKING:
    from cctv_probe.survey.result import Survey


def show_survey(survey: Survey) -> None:
    """The table of cameras, the timelines of their recordings where these were checked, the devices that stayed closed, and the sums."""
    from rich.console import Console

    from cctv_probe.survey.terminal import closed_devices, summary_lines, survey_table
    from cctv_probe.survey.terminal_timeline import retention_lines

    console = Console()
    if survey.devices:
        console.print(survey_table(survey.cameras, survey.devices, LANGUAGE))
    recordings = retention_lines(survey, LANGUAGE)
    if recordings is not None:
        console.print(recordings)
    closed = closed_devices(survey.devices, LANGUAGE)
    if closed is not None:
        console.print(closed)
    for line in summary_lines(survey, LANGUAGE):
        console.print(line)
