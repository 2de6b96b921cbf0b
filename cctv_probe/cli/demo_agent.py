"""The demo's last part: the municipality's agent reports twice to a register on this computer, with an outage in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import LANGUAGE, say
from cctv_probe.model.words import Text

_DELIVERY_TRIES = 12
"""After an outage the agent waits a few seconds before it tries again; each try of the demo takes at least one."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the agent of the demo is given: scope and credentials of the simulated municipality, and a folder of its own."""

    scope: Path
    credentials: Path
    lao_code: str
    lao_name: str
    folder: Path

    @property
    def config(self) -> Path:
        """The agent's configuration."""
        return self.folder / "agent.yaml"


def show_agent(site: Site) -> None:
    """Enrol, report, switch the register off, report again, switch it on again, show the receipts. Raises `Stop`."""
    site.folder.mkdir(parents=True, exist_ok=True)
    _say(_INTRODUCTION)
    with _register(site, port=0) as first:
        _configure(site, first)
        _agent(site, "enrol", typed=first["token"])
        _say(_ENROLLED.with_(name=site.lao_name, code=site.lao_code, url=first["url"]))
        _agent(site, "run", "--once", "--activity", "reading")
        _say(_FIRST)
    _agent(site, "run", "--once", "--activity", "reading", allowed=(exits.ALL_READ, exits.CENTRAL_UNAVAILABLE))
    _say(_OUTAGE.with_(count=_waiting(site)))
    with _register(site, port=int(first["url"].rpartition(":")[2])):
        for _ in range(_DELIVERY_TRIES):
            _agent(site, "run", "--once", allowed=(exits.ALL_READ, exits.CENTRAL_UNAVAILABLE))
            if not _waiting(site):
                break
        _say(_DELIVERED if not _waiting(site) else _STILL_WAITING)
    _show_receipts(_rows(site))


def _configure(site: Site, register: Mapping[str, str]) -> None:
    lines = {
        "version": "1",
        "scope": str(site.scope.resolve()),
        "credentials": str(site.credentials.resolve()),
        "state": str(site.folder.resolve()),
        "language": LANGUAGE,
        "multicast": "no",
        "register": {"url": register["url"], "ca_file": register["ca"]},
        "schedule": {name: {"enabled": "no"} for name in ("discovery", "measuring", "footage")},
    }
    site.config.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")  # JSON is YAML too


@contextmanager
def _register(site: Site, *, port: int) -> Iterator[dict[str, str]]:
    """The reference register in a process of its own: what it says of itself (url, token, ca)."""
    authority = site.folder / "register-ca.pem"
    command = [sys.executable, "-m", "cctv_probe.simulator.register", "--lao-code", site.lao_code]
    command += ["--lao-name", site.lao_name, "--store", str(site.folder / "register.sqlite"), "--port", str(port)]
    command += ["--tls", "--ca", str(authority)]
    process = subprocess.Popen(  # noqa: S603 - this program itself, without a shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        yield _introduced(process)
    finally:
        process.terminate()
        process.wait(10)


def _introduced(process: subprocess.Popen[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        name, _, value = line.rstrip("\n").partition("\t")
        if name == "ready":
            return told
        told[name] = value
    raise Stop(exits.NOTHING_DONE, _NO_REGISTER.with_(why=process.stderr.read().strip()[-300:] or "?"))


def _agent(site: Site, *words: str, typed: str = "", allowed: tuple[int, ...] = (exits.ALL_READ, exits.PARTLY)) -> str:
    """One command of the agent; its standard output. Raises `Stop` with its own last line where it fails."""
    command = [sys.executable, "-m", "cctv_probe", "agent", *words, "--config", str(site.config), "--lang", LANGUAGE]
    environment = os.environ | {"CCTV_PROBE_STATE_DIR": str(site.folder)}
    ended = subprocess.run(  # noqa: S603 - this program itself, without a shell
        command, input=typed, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    if ended.returncode not in allowed:
        last = (ended.stderr.strip().splitlines() or ["?"])[-1]
        raise Stop(exits.NOTHING_DONE, _FAILED.with_(command=" ".join(words), why=last[:400]))
    return ended.stdout


def _rows(site: Site) -> list[dict[str, Any]]:
    """The reports of the outbox, each with its receipt where it has one."""
    listed = json.loads(_agent(site, "outbox", "list", "--json"))["rows"]
    return [json.loads(_agent(site, "outbox", "show", row["report_id"], "--json")) for row in listed]


def _waiting(site: Site) -> int:
    queued: int = json.loads(_agent(site, "outbox", "list", "--json"))["depth"]["queued"]
    return queued


def _show_receipts(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        receipt = row["receipt"]
        if receipt is None:
            _say(_NO_RECEIPT.with_(seq=row["seq"], id=row["report_id"]))
            continue
        told = {"cameras": len(row["body"]["manifest"]), "records": receipt["accepted"]}
        at = str(receipt["received_utc"])[:19] + "Z"
        _say(_RECEIPT.with_(seq=row["seq"], id=row["report_id"], at=at, status=receipt["status"], **told))


def _say(text: Text) -> None:
    sys.stderr.write(say(text) + "\n")


_INTRODUCTION = Text(
    en="\nThe municipality's agent, reporting to a register on this computer:",
    th="\nตัวแทน (agent) ของเทศบาลรายงานต่อทะเบียนกลางจำลองบนเครื่องนี้:",
)
_ENROLLED = Text(en="  Enrolled for {name} ({code}) at {url}.", th="  ลงทะเบียนสำหรับ{name} ({code}) ที่ {url} แล้ว")
_FIRST = Text(en="  First cycle: scanned, and the report was delivered.", th="  รอบที่หนึ่ง: สแกนแล้ว และส่งรายงานสำเร็จ")
_OUTAGE = Text(
    en="  The register is switched off. Second cycle: scanned; {count} report waits in the outbox.",
    th="  ปิดทะเบียนกลาง รอบที่สอง: สแกนแล้ว มีรายงานรอส่ง {count} ฉบับ",
)
_DELIVERED = Text(
    en="  The register is back: what waited was delivered.", th="  ทะเบียนกลางกลับมาทำงาน: ส่งรายงานที่รออยู่ครบแล้ว"
)
_STILL_WAITING = Text(
    en="  The register is back, but the report still waits.", th="  ทะเบียนกลางกลับมาทำงานแล้ว แต่รายงานยังรอส่งอยู่"
)
_RECEIPT = Text(
    en="  Receipt {seq}: report {id}\n    {status} at {at}: {cameras} cameras; {records} new or changed, the others as hashes",
    th="  ใบรับที่ {seq}: รายงาน {id}\n    {status} เมื่อ {at}: กล้อง {cameras} ตัว ใหม่หรือเปลี่ยนแปลง {records} ตัว ที่เหลือส่งเป็นค่าแฮช",
)
_NO_RECEIPT = Text(en="  Report {seq} ({id}) has no receipt yet.", th="  รายงานที่ {seq} ({id}) ยังไม่มีใบรับ")
_NO_REGISTER = Text(en="The register of the demo did not start: {why}", th="เปิดทะเบียนกลางของชุดสาธิตไม่สำเร็จ: {why}")
_FAILED = Text(
    en="The demo's agent failed at “agent {command}”: {why}", th="ตัวแทนของชุดสาธิตทำ “agent {command}” ไม่สำเร็จ: {why}"
)
