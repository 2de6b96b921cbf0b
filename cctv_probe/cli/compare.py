"""`cctv-probe compare DECLARED --against RUN`: a declared list beside what a scan found, where they differ, and what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.compare.matching.decisions import Decisions
    from cctv_probe.compare.normalise import Context
    from cctv_probe.compare.output.sides import Compared
    from cctv_probe.compare.profiles import Profile
    from cctv_probe.compare.reading import DeclaredList
    from cctv_probe.survey.result import Survey

ABOUT = Text(
    en="Hold a declared list (CSV, XLSX) against a scan. Ends with 0 where all agrees, 3 where something differs or waits for a "
    "decision, 1 where nothing could be compared.",
    th="เปรียบเทียบบัญชีกล้อง (CSV, XLSX) กับผลการสแกน จบด้วยรหัส 0 เมื่อตรงกันทั้งหมด 3 เมื่อมีข้อมูลไม่ตรงกันหรือรอการตัดสินใจ 1 เมื่อเปรียบเทียบไม่ได้",
)
_DECLARED = Text(en="The declared list: CSV or XLSX.", th="บัญชีกล้อง: ไฟล์ CSV หรือ XLSX")
_AGAINST = Text(
    en="The folder that a scan wrote (--out), or its survey.json.",
    th="โฟลเดอร์ที่การสแกนเขียนไว้ (--out) หรือไฟล์ survey.json",
)
_MAPPING = Text(
    en="Which column is which field, as a person confirmed it (see --save-mapping).",
    th="ไฟล์จับคู่คอลัมน์ที่เจ้าหน้าที่ยืนยันแล้ว (ดู --save-mapping)",
)
_SAVE_MAPPING = Text(
    en="Write how the columns were understood into this file, to be corrected and used with --mapping.",
    th="บันทึกการจับคู่คอลัมน์ลงในไฟล์นี้ เพื่อตรวจแก้แล้วใช้ด้วย --mapping",
)
_DECISIONS = Text(
    en="Decisions made before: pairs and accepted differences (decisions.yaml).",
    th="การตัดสินใจที่ทำไว้: การจับคู่และความแตกต่างที่ยอมรับ (decisions.yaml)",
)
_REGISTRY = Text(
    en="The registry of local authorities: DLA's open CSV. With it, names of owners become LAO codes.",
    th="ทะเบียน อปท.: ไฟล์ CSV ของกรมส่งเสริมการปกครองท้องถิ่น เมื่อระบุแล้ว ชื่อหน่วยงานเจ้าของจะแปลงเป็นรหัส อปท. ได้",
)
_MORE_ROWS = Text(
    en="{file}: {count} more rows could not be used as they stand.", th="{file}: มีอีก {count} แถวที่ยังใช้ตามที่เป็นอยู่ไม่ได้"
)
_MOST_ROWS_TOLD = 5
_PROFILE = Text(
    en="Compliance profile: a name from configs/profiles, or a file. May be repeated.",
    th="เกณฑ์คุณลักษณะ: ชื่อใน configs/profiles หรือไฟล์ ระบุซ้ำได้",
)
_UPLINK = Text(
    en="What the site's line to the central system carries, in Mbit/s; shared by all its cameras.",
    th="ความเร็วสายเชื่อมไปยังระบบกลาง (Mbit/s) ซึ่งกล้องทุกตัวใช้ร่วมกัน",
)
_AGE = Text(en="Discovered values older than this many days count as stale.", th="ค่าที่พบซึ่งเก่ากว่าจำนวนวันนี้ถือว่าเก่าเกินไป")
_OUT = Text(
    en="Folder for comparison.json, .csv and .html, form.xlsx, form.html, corrected.xlsx and what has to be decided or corrected "
    "(default: compare, inside the run's folder).",
    th="โฟลเดอร์สำหรับ comparison.json .csv .html, form.xlsx, form.html, corrected.xlsx และสิ่งที่ต้องตัดสินใจหรือแก้ไข "
    "(ปกติ: compare ในโฟลเดอร์ของการสแกน)",
)
_JSON = Text(en="Print the comparison as JSON on standard output.", th="พิมพ์ผลการเปรียบเทียบเป็น JSON ทางเอาต์พุตมาตรฐาน")
_SAVE = Text(
    en="Write fields 1 to 5 and the class of each confirmed camera into this file (site.csv), for later scans (--site).",
    th="บันทึกข้อมูลข้อ 1 ถึง 5 และประเภทพื้นที่ของกล้องที่จับคู่แน่ใจแล้วลงในไฟล์นี้ (site.csv) เพื่อใช้กับการสแกนครั้งต่อไป (--site)",
)
_NO_RUN = Text(
    en="{path} holds no survey.json that can be read. Name the folder that an earlier scan wrote (--out).",
    th="{path} ไม่มี survey.json ที่อ่านได้ โปรดระบุโฟลเดอร์ที่การสแกนก่อนหน้าเขียนไว้ (--out)",
)
_NO_PROFILE = Text(
    en="There is no profile {name}. Name a file, or one of: {known}.",
    th="ไม่มีเกณฑ์ชื่อ {name} โปรดระบุไฟล์ หรือชื่อใดชื่อหนึ่งต่อไปนี้: {known}",
)
_NO_FOLDER = Text(
    en="The folder {path} cannot be written ({why}). Choose another one with --out.",
    th="เขียนลงโฟลเดอร์ {path} ไม่ได้ ({why}) โปรดเลือกโฟลเดอร์อื่นด้วย --out",
)
_EMPTY = Text(
    en="{file} holds no camera that could be read, so nothing was compared.",
    th="ไม่มีกล้องที่อ่านได้ใน {file} จึงไม่ได้เปรียบเทียบ",
)
_WRITTEN = Text(
    en="The files: {path}\n  comparison.html   declared, configured and measured side by side\n  comparison.csv    opens in Excel\n"
    "  comparison.json   for other programs\n  form.xlsx, form.html   the official form, filled in\n"
    "  corrected.xlsx    the list with its corrections marked",
    th="ไฟล์ผลลัพธ์: {path}\n  comparison.html   ค่าที่ระบุไว้ ค่าที่ตั้งไว้ และค่าที่วัดจริง เทียบกัน\n  comparison.csv    เปิดด้วย Excel\n"
    "  comparison.json   สำหรับโปรแกรมอื่น\n  form.xlsx, form.html   แบบสำรวจที่กรอกให้แล้ว\n"
    "  corrected.xlsx    บัญชีที่ทำเครื่องหมายส่วนที่แก้ไข",
)
_TO_DECIDE = Text(
    en="  decisions.example.yaml   what has to be decided", th="  decisions.example.yaml   สิ่งที่รอการตัดสินใจ"
)
_UNREAD = Text(en="  unread.xlsx       what could not be read, and why", th="  unread.xlsx       สิ่งที่อ่านไม่ได้ พร้อมเหตุผล")
_SAVED = Text(
    en="Saved for later scans: {count} cameras in {path} (left out, since their pair is not sure: {left}).",
    th="บันทึกไว้ใช้กับการสแกนครั้งต่อไป: กล้อง {count} ตัวใน {path} (ไม่รวมที่ยังจับคู่ไม่แน่ใจ {left} ตัว)",
)


def compare(
    declared: Annotated[Path, typer.Argument(help=say(_DECLARED), metavar="DECLARED")],
    against: Annotated[Path, typer.Option("--against", help=say(_AGAINST), metavar="RUN")],
    mapping: Annotated[Path | None, typer.Option("--mapping", help=say(_MAPPING), metavar="FILE")] = None,
    save_mapping: Annotated[
        Path | None, typer.Option("--save-mapping", help=say(_SAVE_MAPPING), metavar="FILE")
    ] = None,
    decisions: Annotated[Path | None, typer.Option("--decisions", help=say(_DECISIONS), metavar="FILE")] = None,
    registry: Annotated[Path | None, typer.Option("--registry", help=say(_REGISTRY), metavar="FILE")] = None,
    profile: Annotated[list[str] | None, typer.Option("--profile", help=say(_PROFILE), metavar="NAME|FILE")] = None,
    uplink: Annotated[
        float | None, typer.Option("--uplink", help=say(_UPLINK), min=0.01, max=1e6, metavar="MBPS")
    ] = None,
    max_age_days: Annotated[float, typer.Option("--max-age-days", help=say(_AGE), min=0.01, max=36_500)] = 90.0,
    out: Annotated[Path | None, typer.Option("--out", help=say(_OUT), metavar="FOLDER")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    save: Annotated[Path | None, typer.Option("--save", help=say(_SAVE), metavar="FILE")] = None,
    lang: options.Lang = "",
) -> None:
    """Read list and run, compare, show, write the files."""
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.compare.comparison import Options
    from cctv_probe.compare.comparison import compare as hold_against
    from cctv_probe.compare.matching.declared import from_list
    from cctv_probe.compare.other_owner import other_owner
    from cctv_probe.compare.output.sides import Compared
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    profiles = tuple(_profile(name) for name in profile or ())
    decided = _decisions(decisions)
    survey = _run(against)
    listed = _listed(declared, mapping, _context(registry))
    if save_mapping is not None:
        _save_mapping(listed, save_mapping)
    if not listed.cameras:
        raise Stop(exits.NOTHING_DONE, _EMPTY.with_(file=listed.file))
    bps = None if uplink is None else uplink * 1e6
    asked = Options(SystemClock().now(), max_age_days, bps, profiles)
    comparison = hold_against(from_list(listed.cameras), survey, asked, decided)
    other = other_owner(comparison)
    compared = Compared(comparison, replace(listed, notes=(other, *listed.notes)) if other else listed)
    folder = _folder(out, against)
    notes = [*_write(compared, folder), *([_save(compared, save)] if save else []), *([other] if other else [])]
    _show(compared, notes, as_json=as_json)
    raise typer.Exit(_code(compared))


def _profile(name: str) -> Profile:
    from cctv_probe.compare.profiles import load_profile
    from cctv_probe.scope.yaml_file import ConfigError

    kept = Path(__file__).resolve().parents[2] / "configs" / "profiles"
    known = {path.stem: path for path in sorted(kept.glob("*.yaml"))}
    path = known.get(name, Path(name))
    if not path.is_file():
        raise Stop(exits.USAGE, _NO_PROFILE.with_(name=name[:80], known=", ".join(known)))
    try:
        return load_profile(path)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None


def _decisions(path: Path | None) -> Decisions:
    from cctv_probe.compare.matching.decisions import Decisions, load_decisions
    from cctv_probe.scope.yaml_file import ConfigError

    if path is None:
        return Decisions()
    try:
        return load_decisions(path)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None


def _run(against: Path) -> Survey:
    from cctv_probe.survey.unshape import from_shape

    path = against / "survey.json" if against.is_dir() else against
    try:
        return from_shape(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Stop(exits.CONFIGURATION, _NO_RUN.with_(path=against)) from None


def _context(path: Path | None) -> Context | None:
    """What the normaliser may know besides a cell: the registry of owners. Says which of its rows could not be used."""
    from cctv_probe.compare.normalise import Context
    from cctv_probe.compare.registry import RegistryError, load_registry

    if path is None:
        return None
    try:
        registry = load_registry(path)
    except RegistryError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    for problem in registry.problems[:_MOST_ROWS_TOLD]:
        sys.stderr.write(say(problem) + "\n")
    if more := len(registry.problems) + registry.more_problems - min(len(registry.problems), _MOST_ROWS_TOLD):
        sys.stderr.write(say(_MORE_ROWS.with_(file=path.name, count=more)) + "\n")
    return Context(registry)


def _listed(declared: Path, mapping: Path | None, context: Context | None) -> DeclaredList:
    from cctv_probe.compare.reading import ReadingError, load_mapping, read_declared

    confirmed = None
    if mapping is not None:
        try:
            confirmed = load_mapping(mapping)
        except ReadingError as error:
            raise Stop(exits.CONFIGURATION, error.text) from None
    try:
        return read_declared(declared, confirmed, context=context)
    except ReadingError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None


def _save_mapping(listed: DeclaredList, path: Path) -> None:
    from cctv_probe.compare.reading import ReadingError, save_mapping

    try:
        save_mapping(listed.mapping, path)
    except ReadingError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None


def _folder(out: Path | None, against: Path) -> Path:
    folder = out or (against if against.is_dir() else against.parent) / "compare"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(exits.CONFIGURATION, _NO_FOLDER.with_(path=folder, why=error.strerror or "?")) from None
    return folder


def _write(compared: Compared, folder: Path) -> list[Text]:
    """Every file; what is to be said of them. Raises `Stop` where one cannot be written."""
    from cctv_probe.compare.output.files import write_files
    from cctv_probe.compare.reading import ReadingError
    from cctv_probe.survey.atomic import CannotWriteError

    try:
        written = write_files(compared, folder, LANGUAGE)
    except (CannotWriteError, ReadingError) as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    beside = {"decisions.example.yaml": _TO_DECIDE, "unread.xlsx": _UNREAD}
    return [_WRITTEN.with_(path=folder), *(text for name, text in beside.items() if name in written)]


def _save(compared: Compared, path: Path) -> Text:
    from cctv_probe.compare.site import site_of
    from cctv_probe.survey.atomic import CannotWriteError
    from cctv_probe.survey.site_list import write_site

    site = site_of(compared)
    try:
        write_site(site, path)
    except CannotWriteError as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    paired = compared.comparison.counts.states.get("paired", 0)
    return _SAVED.with_(count=len(site.cameras), path=path, left=paired - len(site.cameras))


def _show(compared: Compared, notes: list[Text], *, as_json: bool) -> None:
    from cctv_probe.compare.output import words
    from cctv_probe.compare.output.sides import was_anything_compared

    if as_json:
        from cctv_probe.compare.output.comparison_json import comparison_text

        sys.stdout.write(comparison_text(compared))
    else:
        from rich.console import Console

        from cctv_probe.compare.output.terminal_parts import on_screen

        console = Console()
        for part in on_screen(compared, LANGUAGE):
            console.print(part)
    sys.stdout.flush()
    if not was_anything_compared(compared):
        notes = [words.NONE_PAIRED.with_(file=compared.listed.file), *notes]
    for note in notes:
        sys.stderr.write(say(note) + "\n")


def _code(compared: Compared) -> int:
    """0 where all is as declared, 3 where something differs or waits, 1 where no declared camera met a discovered one."""
    from cctv_probe.compare.output.sides import is_all_compliant, was_anything_compared

    if not was_anything_compared(compared):
        return exits.NOTHING_DONE
    return exits.ALL_READ if is_all_compliant(compared) else exits.PARTLY
