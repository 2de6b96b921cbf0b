"""The sections of `comparison.html` around the cameras: decisions, missing ones, repairs, linkage, profiles, the list itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cctv_probe.compare.output import words
from cctv_probe.compare.output.listing import column_words, notes, places, unread_lines
from cctv_probe.compare.output.profile_words import profile_source
from cctv_probe.compare.output.sides import (
    Compared,
    called,
    declared_place,
    found_by_key,
    found_place,
    found_title,
)
from cctv_probe.compare.profiles import Profile, ProfileResult
from cctv_probe.model.words import Text
from cctv_probe.survey.html_text import Page, safe, table, tag
from cctv_probe.survey.words import SEVERITIES


def sections(page: Page, compared: Compared, cards: str) -> Iterator[str]:
    """The page from its numbers to its foot; `cards` are the cameras, as HTML."""
    yield _questions(page, compared)
    yield _missing(page, compared)
    yield _undeclared(page, compared)
    yield _repairs(page, compared)
    yield tag("h2", page(words.DECLARED_CAMERA)) + cards
    yield _linkage(page, compared)
    yield _profiles(page, compared)
    yield _listing(page, compared)


def _titled(page: Page, title: Text, content: str) -> str:
    return tag("h2", page(title)) + content if content else ""


def _items(lines: Sequence[str]) -> str:
    return tag("ul", "".join(tag("li", line) for line in lines), kind="findings") if lines else ""


def _questions(page: Page, compared: Compared) -> str:
    found = found_by_key(compared.comparison)
    rows = []
    for place, row in zip(places(compared.listed), compared.comparison.rows, strict=True):
        if row.question is None:
            continue
        candidates = []
        for each in row.question.candidates:
            camera = found.get(each.found)
            keys = ", ".join(words.KEYS[key].in_(page.language) for key in each.agreeing)
            about = f"{page(found_title(camera))} · {safe(found_place(camera))}" if camera else "–"
            spoken = safe(keys) or page(words.NO_KEYS)
            candidates.append(f"{about} ({spoken})<br>{tag('span', safe(each.found, 160), kind='small soft')}")
        who = f"{safe(called(row))}<br>{tag('span', safe(row.declared.key, 160), kind='small soft')}"
        rows.append([safe(place), who, page(row.question.why), _items(candidates)])
    head = [page(text) for text in (words.ROW, words.DECLARED_CAMERA, words.WHY, words.FOUND_CAMERA)]
    told = tag("p", page(words.HOW_TO_DECIDE.with_(example="decisions.example.yaml")), kind="lead")
    stale = _items([page(each.why) for each in compared.comparison.matching.stale_decisions])
    asked = _titled(page, words.QUESTIONS, told + table(head, rows) if rows else "")
    return asked + _titled(page, words.STALE_DECISIONS, stale)


def _missing(page: Page, compared: Compared) -> str:
    rows = []
    for place, row in zip(places(compared.listed), compared.comparison.rows, strict=True):
        if row.state in ("camera_missing", "not_observed", "absent", "duplicate"):
            state = (
                words.SCANNED
                if row.state == "camera_missing"
                else words.CODES.get(row.code or "", words.STATES[row.state])
            )
            rows.append([safe(place), safe(called(row)), safe(declared_place(row)), page(state), page(row.why)])
    head = [safe(""), *(page(text) for text in (words.DECLARED_CAMERA, words.ADDRESS, words.VERDICT, words.WHY))]
    return _titled(page, words.MISSING, table(head, rows) if rows else "")


def _undeclared(page: Page, compared: Compared) -> str:
    rows = [
        [
            safe(found_place(each.found)),
            page(found_title(each.found)),
            safe(each.found.brand or "–", 60),
            safe(each.found.key, 160),
            page(words.ASKED_ABOUT) if each.asked_about else "",
        ]
        for each in compared.comparison.undeclared
    ]
    head = [page(words.ADDRESS), page(words.FOUND_CAMERA), "", "", ""]
    lead = tag("p", page(words.UNDECLARED_LEAD), kind="lead")
    return _titled(page, words.UNDECLARED, lead + table(head, rows) if rows else "")


def _repairs(page: Page, compared: Compared) -> str:
    rows = []
    for item in compared.comparison.repairs:
        concerned = f" · {page(words.CAMERAS_CONCERNED.with_(count=item.cameras))}" if item.cameras > 1 else ""
        address = item.address if item.address and item.address != item.title.en else ""
        who = page(item.title) + tag("div", safe(address) + concerned, kind="small soft")
        rows.append([page(SEVERITIES[item.severity]), who, page(item.why), page(item.action)])
    head = [page(text) for text in (words.SEVERITY, words.CAMERA, words.WHY, words.ACTION)]
    return _titled(page, words.REPAIRS, table(head, rows) if rows else "")


def _linkage(page: Page, compared: Compared) -> str:
    found = found_by_key(compared.comparison)
    rows = [
        [
            safe(found_place(found[each.found])),
            page(found_title(found[each.found])),
            page(words.ANSWERS[each.answer]),
            " ".join(page(reason) for reason in each.reasons),
        ]
        for each in compared.comparison.linkage
        if each.found in found
    ]
    head = [page(text) for text in (words.ADDRESS, words.CAMERA, words.VERDICT, words.WHY)]
    unstated = compared.comparison.options.uplink_bps is None
    lead = tag("p", page(words.UPLINK_UNSTATED), kind="lead") if unstated else ""
    return _titled(page, words.LINKAGE, lead + table(head, rows) if rows else "")


def _profiles(page: Page, compared: Compared) -> str:
    comparison = compared.comparison
    return "".join(
        _profile(page, compared, profile, [each for each in comparison.profile_results if each.profile == profile.id])
        for profile in comparison.options.profiles
    )


def _profile(page: Page, compared: Compared, profile: Profile, results: Sequence[ProfileResult]) -> str:
    found = found_by_key(compared.comparison)
    rows = []
    for each in results:
        told = [
            f"{words.ENDING_SIGNS[result.ending][0]} {_requirement(page, result.requirement)}: {page(result.sentence)}"
            for result in each.results
            if result.ending != "pass"
        ]
        camera = found[each.found]
        ending = f"{words.ENDING_SIGNS[each.ending][0]} {page(words.ENDINGS[each.ending])}"
        rows.append([safe(found_place(camera)), page(found_title(camera)), ending, "<br>".join(told)])
    kind = "lead" if profile.source.verified else "lead unverified"
    lead = "".join(tag("p", page(text), kind=kind) for text in profile_source(profile))
    head = [page(text) for text in (words.ADDRESS, words.CAMERA, words.VERDICT, words.WHY)]
    title = tag("h2", f"{page(words.PROFILES)}: {page(profile.title.text)}")
    return title + lead + (table(head, rows) if rows else "")


def _requirement(page: Page, name: str) -> str:
    known = words.REQUIREMENTS.get(name)
    return page(known) if known else safe(name, 60)


def _listing(page: Page, compared: Compared) -> str:
    listed = compared.listed
    about = _items([page(note) for note in notes(listed)])
    unread = _items([page(text) for text in unread_lines(listed)])
    columns = _items([page(column_words(column)) for sheet in listed.mapping.sheets for column in sheet.columns])
    confirm = tag("p", page(words.CONFIRMED if listed.mapping.confirmed else words.CONFIRM), kind="lead")
    return (
        _titled(page, words.NOTES, about)
        + _titled(page, words.UNREAD, unread)
        + _titled(page, words.COLUMNS, confirm + columns if columns else "")
    )
