"""`cctv-probe inspect ADDRESS`: one device, with the evidence for every value, disagreements first."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.model.device import Device
    from cctv_probe.survey.result import Survey

ABOUT = Text(
    en="Show one device with the evidence for every value, disagreements first.",
    th="แสดงอุปกรณ์หนึ่งเครื่องพร้อมหลักฐานของทุกค่า โดยแสดงข้อมูลที่ไม่ตรงกันก่อน",
)
_ADDRESS = Text(en="The device's address.", th="ที่อยู่ของอุปกรณ์")
_FROM = Text(
    en="Read the device from the folder of an earlier scan instead of asking it.",
    th="อ่านจากโฟลเดอร์ของการสแกนก่อนหน้าแทนการถามอุปกรณ์",
)
_NOT_THERE = Text(
    en="{address} answered nothing. Check the address, that the device is switched on, and that it can be reached from here.",
    th="{address} ไม่ตอบ โปรดตรวจสอบที่อยู่ ว่าอุปกรณ์เปิดอยู่ และติดต่อได้จากเครื่องนี้",
)
_NOT_IN_RUN = Text(en="The scan in {path} found nothing at {address}.", th="การสแกนใน {path} ไม่พบอุปกรณ์ที่ {address}")
_NO_RUN = Text(
    en="{path} holds no survey.json that can be read. Name the folder that an earlier scan wrote (--out).",
    th="{path} ไม่มี survey.json ที่อ่านได้ โปรดระบุโฟลเดอร์ที่การสแกนก่อนหน้าเขียนไว้ (--out)",
)
_WRITTEN = Text(en="Report, survey and evidence: {path}", th="รายงาน ผลสำรวจ และหลักฐาน: {path}")


def inspect(
    address: Annotated[str, typer.Argument(help=say(_ADDRESS), metavar="ADDRESS")],
    earlier: Annotated[Path | None, typer.Option("--from", help=say(_FROM), metavar="FOLDER")] = None,
    scope: options.Scope = None,
    site: options.Site = None,
    credentials: options.CredentialsOption = None,
    user: options.User = None,
    allow_public: options.AllowPublic = False,
    ports: options.Ports = "",
    out: options.Out = None,
    as_json: options.Json = False,
    device_seconds: options.Seconds = 120.0,
    no_measure: options.NoMeasure = False,
    no_pictures: options.NoPictures = False,
    max_mbps: options.MaxMbps = 50.0,
    sample_s: options.SampleSeconds = 10.0,
    lang: options.Lang = "",
) -> None:
    """Ask one device, or read it from an earlier run, and show everything known."""
    from cctv_probe.cli.prepare import Asked, check_lang
    from cctv_probe.cli.scanning import exit_code, run_scan

    check_lang(lang)
    if earlier is not None:
        survey, code = _with_site(_from_run(earlier), site), exits.ALL_READ
    else:
        asked = Asked(
            targets=(address,),
            scope_file=scope,
            site_file=site,
            credentials_file=credentials,
            user=user,
            allow_public=allow_public,
            ports=ports,
            out=out,
            device_seconds=device_seconds,
            measure=not no_measure,
            pictures=not no_pictures,
            max_mbps=max_mbps,
            sample_s=sample_s,
        )
        finished = run_scan(asked, quiet=True)
        survey, code = finished.survey, exit_code(finished)
        sys.stderr.write(say(_WRITTEN.with_(path=finished.folder)) + "\n")
    found = [device for device in survey.devices if address in (device.address, *device.other_addresses)]
    if not found:
        missing = _NOT_IN_RUN.with_(path=earlier, address=address) if earlier else _NOT_THERE.with_(address=address)
        raise Stop(exits.NOTHING_DONE, missing)
    _show(survey, found, as_json=as_json)
    raise typer.Exit(code)


def _show(survey: Survey, found: list[Device], *, as_json: bool) -> None:
    if as_json:
        from cctv_probe.survey.write_json import survey_text

        sys.stdout.write(survey_text(survey))
        return
    from rich.console import Console

    from cctv_probe.survey.result import addresses
    from cctv_probe.survey.terminal_inspection import inspection

    console, known = Console(), addresses(survey.devices)
    for device in found:
        record, cameras = survey.record_of(device), survey.cameras_of(device)
        console.print(inspection(device, record, cameras, LANGUAGE, time_zone=survey.run.time_zone, addresses=known))


def _with_site(survey: Survey, site: Path | None) -> Survey:
    if site is None:
        return survey
    from cctv_probe.cli.site import read_site
    from cctv_probe.survey.site_list import merge

    return merge(survey, read_site(site))


def _from_run(folder: Path) -> Survey:
    from cctv_probe.survey.unshape import from_shape

    path = folder / "survey.json" if folder.is_dir() else folder
    try:
        return from_shape(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        raise Stop(exits.CONFIGURATION, _NO_RUN.with_(path=folder)) from None
