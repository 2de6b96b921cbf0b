"""The files of a comparison, and where each of them lies inside its folder."""

from __future__ import annotations

from pathlib import Path

from cctv_probe.compare.output.comparison_csv import write_comparison_csv
from cctv_probe.compare.output.comparison_html import write_comparison_html
from cctv_probe.compare.output.comparison_json import write_comparison_json
from cctv_probe.compare.output.example_decisions import write_example_decisions
from cctv_probe.compare.output.listing import unread_lines
from cctv_probe.compare.output.sides import Compared
from cctv_probe.compare.reading.unread import write_unread
from cctv_probe.model.words import Language

DECISIONS, UNREAD = "decisions.example.yaml", "unread.xlsx"


def write_files(compared: Compared, folder: Path, language: Language) -> tuple[str, ...]:
    """Write all files into `folder`; their names. What there is nothing to say in is removed, so that no file of an earlier
    comparison stays behind. Raises CannotWriteError and ReadingError."""
    # The workbooks bring openpyxl with them.
    from cctv_probe.compare.output.corrected_xlsx import write_corrected
    from cctv_probe.compare.output.form_html import write_form_html
    from cctv_probe.compare.output.form_xlsx import write_form

    comparison, survey = compared.comparison, compared.comparison.survey
    write_comparison_json(compared, folder / "comparison.json")
    write_comparison_csv(compared, folder / "comparison.csv", language)
    write_comparison_html(compared, folder / "comparison.html", language)
    write_form(comparison, survey, folder / "form.xlsx", language)
    write_form_html(comparison, survey, folder / "form.html", language)
    write_corrected(compared.listed, comparison, survey, folder / "corrected.xlsx", language)
    written = ["comparison.json", "comparison.csv", "comparison.html", "form.xlsx", "form.html", "corrected.xlsx"]
    if any(row.question for row in comparison.rows):
        write_example_decisions(compared, folder / DECISIONS)
        written.append(DECISIONS)
    if unread_lines(compared.listed):
        write_unread(compared.listed, folder / UNREAD)
        written.append(UNREAD)
    for name in (DECISIONS, UNREAD):
        if name not in written:
            _remove(folder / name)
    return tuple(written)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # it is open elsewhere, or a folder of that name: nothing of this comparison is lost
