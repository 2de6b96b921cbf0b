"""The official form as a page to print: one file that asks for nothing outside itself and needs no script.

Prints on A4 across with its head on every page. Sources stand as numbered notes under the signatures; what several cells
share is said once.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from cctv_probe.compare.comparison import Comparison
from cctv_probe.compare.output import form_words as words
from cctv_probe.compare.output.form_cells import FormCell
from cctv_probe.compare.output.form_rows import FormRow, OfficialForm, official_form
from cctv_probe.compare.output.form_words import COLUMNS, MARKS, SEQUENCE_WIDTH, SIGNERS, Column, thai_digits
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.html_text import safe, tag
from cctv_probe.survey.result import Survey

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LONGEST_NOTE = 2_000


def write_form_html(comparison: Comparison | None, survey: Survey, path: Path, language: Language) -> None:
    """Write the filled form as a page to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, form_page(comparison, survey, language).encode("utf-8"))


def form_page(comparison: Comparison | None, survey: Survey, language: Language) -> str:
    """The whole page."""
    form = official_form(comparison, survey, language)
    style = resources.files(__package__).joinpath("form.css").read_text("utf-8")
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{safe(words.TITLE.th)}</title><style>\n{style}</style>"
    )
    return f'<!doctype html>\n<html lang="th">\n<head>{head}</head>\n<body>\n{_Page(form).body()}\n</body>\n</html>\n'


class _Page:
    """Writes the body and numbers the notes in the order in which cells need them."""

    def __init__(self, form: OfficialForm) -> None:
        self.form, self.language = form, form.language
        self.numbers: dict[str, int] = {}

    def body(self) -> str:
        """Heading, table, notes, signatures, sources."""
        return "\n".join([self._heading(), self._table(), self._notes(), self._signatures(), self._sources()])

    def _twice(self, text: Text) -> str:
        """The printed Thai words; in an English copy the English ones under them."""
        return safe(text.th) + (tag("span", safe(text.en), kind="en", lang="en") if self.language == "en" else "")

    def _once(self, text: Text) -> str:
        return safe(text.th if self.language == "th" else f"{text.th} / {text.en}")

    def _heading(self) -> str:
        form = self.form
        told = ((words.AGENCY, form.agency), (words.LAO_CODE, form.lao_code), (words.PROVINCE, form.province))
        line = "".join(tag("b", f"{self._once(name)} {safe(value or words.TO_FILL, 300)}") for name, value in told)
        return "\n".join(
            [
                tag("h1", self._twice(words.TITLE)),
                tag("p", line, kind="heading"),
                tag("p", f"{self._once(words.AS_OF)} {safe(form.as_of)}", kind="heading"),
                tag("p", safe(form.filled_by), kind="heading small"),
            ]
        )

    def _table(self) -> str:
        widths = [SEQUENCE_WIDTH, *(column.width for column in COLUMNS)]
        share = 100 / sum(widths)
        sizes = "".join(f'<col style="width:{width * share:.2f}%">' for width in widths)
        rows = "\n".join(self._row(row) for row in self.form.rows)
        return tag("table", f"{tag('colgroup', sizes)}\n{self._head()}\n{tag('tbody', rows)}", kind="form")

    def _head(self) -> str:
        top = [tag("th", self._twice(words.SEQUENCE), scope="col", rowspan="3")]
        parts = [column for column in COLUMNS if column.part]
        for column in COLUMNS:
            if column is parts[0]:
                top.append(tag("th", self._twice(words.PURPOSES_HEADING), scope="colgroup", colspan=str(len(parts))))
            elif not column.part:
                top.append(tag("th", self._twice(column.heading), scope="col", rowspan="2"))
        under = [tag("th", self._twice(column.heading), scope="col") for column in parts]
        numbers = [tag("th", f"({column.number})") for column in COLUMNS]
        return tag("thead", "\n".join(tag("tr", "".join(cells)) for cells in (top, under, numbers)))

    def _row(self, row: FormRow) -> str:
        cells = [tag("td", thai_digits(row.number))]
        cells += [self._cell(column, row.cells[column.key]) for column in COLUMNS]
        return tag("tr", "".join(cells))

    def _cell(self, column: Column, cell: FormCell) -> str:
        signs = " ".join(MARKS[mark][0] for mark in cell.marks if mark != "unknown")
        behind = tag("span", safe(signs) + self._reference(cell), kind="sign")
        kinds = ["left"] if column.field in ("owner", "position", "linked_agencies") else []
        return tag("td", f"{safe(cell.shown)} {behind}", kind=" ".join([*kinds, *cell.marks[:1]]))

    def _reference(self, cell: FormCell) -> str:
        note = " · ".join(cell.lines())
        if not note:
            return ""
        number = self.numbers.setdefault(note, len(self.numbers) + 1)
        return tag("sup", tag("a", str(number), href=f"#n{number}"))

    def _notes(self) -> str:
        marks = "   ".join(f"{sign} {meaning.in_(self.language)}" for sign, meaning in MARKS.values())
        items = "\n".join(tag("li", safe(note, _LONGEST_NOTE)) for note in (*self.form.notes, marks))
        return tag("h2", self._once(words.NOTES_TITLE)) + tag("ul", items, kind="notes")

    def _signatures(self) -> str:
        lines = "".join(tag("p", safe(line)) for line in _LINES)
        return tag("div", "".join(tag("div", tag("b", self._once(one)) + lines) for one in SIGNERS), kind="signatures")

    def _sources(self) -> str:
        if not self.numbers:
            return ""
        items = "\n".join(
            tag("li", safe(note, _LONGEST_NOTE), id=f"n{number}") for note, number in self.numbers.items()
        )
        return tag("h2", self._once(words.SOURCES_TITLE)) + tag("ol", items, kind="sources")


_LINES = (words.SIGN, words.SIGN_NAME, words.SIGN_POST, words.SIGN_DATE)
