"""`cctv-probe scan`: the main job."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.language import say
from cctv_probe.cli.prepare import Asked, check_lang
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Find the cameras in an address range and fill the survey record of each.",
    th="ค้นหากล้องในช่วงที่อยู่ แล้วกรอกบัญชีสำรวจของแต่ละกล้อง",
)
_TARGETS = Text(
    en="Addresses: 10.0.0.0/24, 10.0.0.10-40, 10.0.0.5 or a single IPv6 address.",
    th="ที่อยู่: 10.0.0.0/24, 10.0.0.10-40, 10.0.0.5 หรือที่อยู่ IPv6 เดี่ยว",
)
_DRY = Text(en="Send nothing; show what would be asked of whom.", th="ไม่ส่งอะไรออกไป แสดงเฉพาะสิ่งที่จะถามและถามใคร")
_WRITTEN = Text(en="Report, survey and evidence: {path}", th="รายงาน ผลสำรวจ และหลักฐาน: {path}")
_STOPPED = Text(en="Stopped before the end; what was found until then is kept.", th="หยุดก่อนเสร็จ สิ่งที่พบจนถึงตอนนี้ถูกเก็บไว้")


def scan(
    targets: Annotated[list[str] | None, typer.Argument(help=say(_TARGETS), metavar="[ADDRESSES]...")] = None,
    scope: options.Scope = None,
    site: options.Site = None,
    credentials: options.CredentialsOption = None,
    user: options.User = None,
    exclude: options.Exclude = None,
    allow_public: options.AllowPublic = False,
    ports: options.Ports = "",
    out: options.Out = None,
    as_json: options.Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say(_DRY))] = False,
    device_seconds: options.Seconds = 120.0,
    at_once: options.AtOnce = 64,
    no_arp: options.NoArp = False,
    no_multicast: options.NoMulticast = False,
    no_measure: options.NoMeasure = False,
    no_pictures: options.NoPictures = False,
    max_mbps: options.MaxMbps = 50.0,
    sample_s: options.SampleSeconds = 10.0,
    thumbnails: options.Thumbnails = False,
    retention: options.Retention = False,
    days: options.Days = None,
    repeat_seed: options.RepeatSeed = "",
    minutes: options.NightMinutes = 20.0,
    lang: options.Lang = "",
) -> None:
    """Scan, show the table, write the files."""
    check_lang(lang)
    asked = Asked(
        targets=tuple(targets or ()),
        scope_file=scope,
        site_file=site,
        credentials_file=credentials,
        user=user,
        exclude=tuple(exclude or ()),
        allow_public=allow_public,
        ports=ports,
        out=out,
        device_seconds=device_seconds,
        at_once=at_once,
        no_arp=no_arp,
        no_multicast=no_multicast,
        measure=not no_measure,
        pictures=not no_pictures,
        max_mbps=max_mbps,
        sample_s=sample_s,
        thumbnails=thumbnails,
        retention=retention,
        days=days,
        repeat_seed=repeat_seed or None,
        night_minutes=minutes,
    )
    if dry_run:
        from cctv_probe.cli.rehearse import rehearse

        rehearse(asked)
        return
    _scan(asked, as_json=as_json)


def _scan(asked: Asked, *, as_json: bool) -> None:
    from cctv_probe.cli.scanning import exit_code, run_scan

    finished = run_scan(asked)
    if as_json:
        from cctv_probe.survey.write_json import survey_text

        sys.stdout.write(survey_text(finished.survey))
    else:
        from cctv_probe.cli.show import show_survey

        show_survey(finished.survey)
    notes = [
        *finished.remarks,
        *([_STOPPED] if finished.interrupted and as_json else []),
        _WRITTEN.with_(path=finished.folder),
    ]
    sys.stdout.flush()
    for note in notes:
        sys.stderr.write(say(note) + "\n")
    raise typer.Exit(exits.INTERRUPTED if finished.interrupted and not finished.survey.cameras else exit_code(finished))
