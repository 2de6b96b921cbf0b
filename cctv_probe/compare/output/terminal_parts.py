"""The rest of a comparison on the screen: decisions, missing and undeclared cameras, the list, repairs, linkage, profiles, sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text as Line

from cctv_probe.compare.output import words
from cctv_probe.compare.output.listing import column_words, field_name, notes, places, unread_lines
from cctv_probe.compare.output.profile_words import profile_source
from cctv_probe.compare.output.sides import Compared, called, declared_place, found_by_key, found_place, found_title
from cctv_probe.compare.output.terminal import MOST_ON_SCREEN, ComparisonTable, Differences
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.terminal import plain_table
from cctv_probe.survey.words import SEVERITIES

_IN_LINE = 2


def on_screen(compared: Compared, language: Language) -> Iterator[RenderableType]:
    """Everything, in order: first what needs a person."""
    yield ComparisonTable(compared, language)
    for part in (
        Differences(compared, language),
        _questions(compared, language),
        _missing(compared, language),
        _undeclared(compared, language),
        _columns(compared, language),
        _unread(compared, language),
        _repairs(compared, language),
        _linkage(compared, language),
        _profiles(compared, language),
        _sums(compared, language),
    ):
        if part is not None:
            yield Line("")
            yield part


def in_short(compared: Compared, language: Language) -> Iterator[RenderableType]:
    """The pairs, where they differ, who is missing on either side, and the sums: what the files say in full."""
    yield ComparisonTable(compared, language)
    for part in (
        Differences(compared, language),
        _missing(compared, language),
        _undeclared(compared, language),
        _sums(compared, language),
    ):
        if part is not None:
            yield Line("")
            yield part


def _section(title: Text, lines: Sequence[RenderableType], language: Language) -> RenderableType | None:
    """A title with its lines; nothing where there are none, and no more than a screen should hold."""
    if not lines:
        return None
    shown = [Padding(line, (0, 0, 0, _IN_LINE)) for line in lines[:MOST_ON_SCREEN]]
    left = len(lines) - len(shown)
    rest = [Line(words.MORE_ON_FILE.with_(count=left).in_(language), style="dim")] if left else []
    return Group(Line(title.in_(language), style="bold"), *shown, *rest)


def _questions(compared: Compared, language: Language) -> RenderableType | None:
    comparison, found = compared.comparison, found_by_key(compared.comparison)
    lines: list[RenderableType] = []
    for place, row in zip(places(compared.listed), comparison.rows, strict=True):
        if row.question is None:
            continue
        lines.append(Line(f"{words.ROW.in_(language)} {place} · {called(row)} [{clean(row.declared.key, 80)}]"))
        lines.append(Line(f"  {row.question.why.in_(language)}", style="dim"))
        for each in row.question.candidates:
            camera = found.get(each.found)
            keys = _joined((words.KEYS[key] for key in each.agreeing), words.NO_KEYS)
            name, at = (found_title(camera), found_place(camera)) if camera else (Text("–", "–"), "–")
            told = words.CANDIDATE.with_(id=clean(each.found, 80), name=name, address=at, keys=keys)
            lines.append(Line(f"  → {told.in_(language)}"))
    if lines:
        lines.append(Line(words.HOW_TO_DECIDE.with_(example="decisions.example.yaml").in_(language), style="yellow"))
    stale = [Line(each.why.in_(language)) for each in comparison.matching.stale_decisions]
    parts = [
        part
        for part in (_section(words.QUESTIONS, lines, language), _section(words.STALE_DECISIONS, stale, language))
        if part
    ]
    return Group(*parts) if parts else None


def _joined(texts: Iterable[Text], nothing: Text) -> Text:
    told = list(texts)
    return Text(", ".join(text.en for text in told), ", ".join(text.th for text in told)) if told else nothing


def _missing(compared: Compared, language: Language) -> RenderableType | None:
    lines = []
    for place, row in zip(places(compared.listed), compared.comparison.rows, strict=True):
        if row.state in ("camera_missing", "not_observed", "absent", "duplicate"):
            state = words.SCANNED if row.state == "camera_missing" else words.CODES.get(row.code or "")
            scanned = f" ({state.in_(language)})" if state else ""
            who = " · ".join(part for part in (called(row), declared_place(row)) if part)
            lines.append(Line(f"{words.ROW.in_(language)} {place} · {who}{scanned}: {row.why.in_(language)}"))
    return _section(words.MISSING, lines, language)


def _undeclared(compared: Compared, language: Language) -> RenderableType | None:
    lines = []
    for each in compared.comparison.undeclared:
        brand = each.found.brand or "–"
        line = f"+ {found_place(each.found)} · {found_title(each.found).in_(language)} · {clean(brand, 40)}"
        line += f" ({words.ASKED_ABOUT.in_(language)})" if each.asked_about else ""
        lines.append(Line(f"{line} [{clean(each.found.key, 80)}]"))
    if lines:
        lines.append(Line(words.UNDECLARED_LEAD.in_(language), style="dim"))
    return _section(words.UNDECLARED, lines, language)


def _columns(compared: Compared, language: Language) -> RenderableType | None:
    mapping = compared.listed.mapping
    asked = [column_words(column) for _, column in mapping.ambiguous()]
    plain = [column for sheet in mapping.sheets for column in sheet.columns if not column.ambiguous]
    read = [f"{column.letters} {field_name(column.field).in_(language)}" for column in plain if column.field]
    unread = [f"{column.letters} “{clean(column.header, 40)}”" for column in plain if not column.field]
    lines: list[RenderableType] = [Line(" · ".join(read))] if read else []
    if unread:
        lines.append(Line(f"– {' · '.join(unread)}", style="dim"))
    lines += [Line(f"? {text.in_(language)}", style="yellow") for text in asked]
    if mapping.confirmed:
        lines.append(Line(words.CONFIRMED.in_(language), style="dim"))
    elif asked:
        lines.append(Line(words.CONFIRM.in_(language), style="yellow"))
    return _section(words.COLUMNS, lines, language)


def _unread(compared: Compared, language: Language) -> RenderableType | None:
    told = [Line(text.in_(language)) for text in unread_lines(compared.listed)]
    about = [Line(text.in_(language)) for text in notes(compared.listed)]
    parts = [part for part in (_section(words.NOTES, about, language), _section(words.UNREAD, told, language)) if part]
    return Group(*parts) if parts else None


def _repairs(compared: Compared, language: Language) -> RenderableType | None:
    repairs = compared.comparison.repairs
    if not repairs:
        return None
    table = plain_table()
    for head in (words.SEVERITY, words.CAMERA, words.WHY, words.ACTION):
        table.add_column(head.in_(language), overflow="fold")
    for item in repairs[:MOST_ON_SCREEN]:
        title, address = item.title.in_(language), item.address or ""
        who = "\n".join(dict.fromkeys(part for part in (clean(title, 80), clean(address, 60)) if part))
        if item.cameras > 1:
            who += f"\n{words.CAMERAS_CONCERNED.with_(count=item.cameras).in_(language)}"
        told = (SEVERITIES[item.severity].in_(language), who, item.why.in_(language), item.action.in_(language))
        table.add_row(*(Line(cell) for cell in told))
    more = words.MORE_ON_FILE.with_(count=len(repairs) - MOST_ON_SCREEN).in_(language)
    rest = [Line(more, style="dim")] if len(repairs) > MOST_ON_SCREEN else []
    return Group(Line(words.REPAIRS.in_(language), style="bold"), table, *rest)


def _linkage(compared: Compared, language: Language) -> RenderableType | None:
    linked = compared.comparison.linkage
    if not linked:
        return None
    counted = Counter(each.answer for each in linked)
    told = words.LINKAGE_COUNTS.with_(**{answer: counted[answer] for answer in ("yes", "no", "unknown")})
    lines: list[RenderableType] = [Line(told.in_(language))]
    lines += _grouped(
        [(check.name, check.why) for each in linked for check in each.checks if check.answer != "yes"], language
    )
    if compared.comparison.options.uplink_bps is None:
        lines.append(Line(words.UPLINK_UNSTATED.in_(language), style="dim"))
    return _section(words.LINKAGE, lines, language)


def _grouped(told: Sequence[tuple[str, Text]], language: Language) -> list[RenderableType]:
    """What stands in the way, the most frequent first, each with one example."""
    counted = Counter(name for name, _ in told)
    first = dict(reversed([(name, sentence) for name, sentence in told]))
    lines: list[RenderableType] = []
    for name, count in counted.most_common():
        known = words.CHECKS.get(name) or words.REQUIREMENTS.get(name) or Text(name, name)
        lines.append(Line(f"≠ {words.EXAMPLE.with_(count=count, name=known, sentence=first[name]).in_(language)}"))
    return lines


def _profiles(compared: Compared, language: Language) -> RenderableType | None:
    comparison = compared.comparison
    lines: list[RenderableType] = []
    for profile in comparison.options.profiles:
        results = [each for each in comparison.profile_results if each.profile == profile.id]
        counted = Counter(each.ending for each in results)
        told = words.PROFILE_COUNTS.with_(
            passed=counted["pass"], failed=counted["fail"], untestable=counted["not_testable"]
        )
        lines.append(Line(f"{profile.title.text.in_(language)}: {told.in_(language)}"))
        lines += [Line(f"  {text.in_(language)}", style="dim") for text in profile_source(profile)]
        failed = [
            (result.requirement, result.sentence)
            for each in results
            for result in each.results
            if result.ending == "fail"
        ]
        lines += _grouped(failed, language)
    return _section(words.PROFILES, lines, language)


def _sums(compared: Compared, language: Language) -> RenderableType | None:
    counts = compared.comparison.counts
    sure = {level: counts.confidences.get(level, 0) for level in ("high", "medium", "low")}
    states = {
        state: counts.states.get(state, 0)
        for state in ("needs_decision", "camera_missing", "not_observed", "duplicate")
    }
    paired = counts.states.get("paired", 0)
    first = words.COUNTS.with_(declared=counts.declared, found=counts.found, paired=paired, moved=counts.moved, **sure)
    second = words.COUNTS_OPEN.with_(undeclared=counts.undeclared, **states)
    values = Counter(each.verdict for row in compared.comparison.rows for each in row.verdicts)
    told = ", ".join(
        f"{words.VERDICTS[verdict].in_(language)} {values[verdict]}" for verdict in words.VERDICTS if values[verdict]
    )
    third = words.COUNTS_VERDICTS.with_(told=told)
    return Group(*(Line(text.in_(language), style="bold") for text in (first, second)), Line(third.in_(language)))
