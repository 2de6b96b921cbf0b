"""The options that `scan` and `inspect` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

_HELP = {
    "scope": Text(
        en="Scope file: what may be touched (see configs/scope.example.yaml). Without it the addresses typed are the scope.",
        th="ไฟล์ขอบเขต: สิ่งที่อนุญาตให้ตรวจ (ดู configs/scope.example.yaml) หากไม่ระบุ ที่อยู่ที่พิมพ์คือขอบเขต",
    ),
    "credentials": Text(
        en="Credentials file (see configs/credentials.example.yaml).",
        th="ไฟล์รหัสผ่าน (ดู configs/credentials.example.yaml)",
    ),
    "user": Text(
        en="User name for every device; its password is asked for without being shown.",
        th="ชื่อผู้ใช้สำหรับทุกอุปกรณ์ โปรแกรมจะถามรหัสผ่านโดยไม่แสดงบนหน้าจอ",
    ),
    "exclude": Text(en="Addresses to leave out. May be repeated.", th="ที่อยู่ที่ไม่ตรวจ ระบุซ้ำได้"),
    "public": Text(
        en="Allow addresses outside private networks. Only with the owner's written permission.",
        th="ยอมให้ตรวจที่อยู่นอกเครือข่ายภายใน ต้องมีหนังสืออนุญาตจากเจ้าของเท่านั้น",
    ),
    "ports": Text(en="Further TCP ports to try, such as 8085,8090.", th="พอร์ต TCP อื่นที่จะลองเพิ่ม เช่น 8085,8090"),
    "out": Text(
        en="Folder for run.json, survey.json, survey.csv, report.html and the evidence.",
        th="โฟลเดอร์สำหรับ run.json, survey.json, survey.csv, report.html และหลักฐาน",
    ),
    "json": Text(en="Print the survey as JSON on standard output.", th="พิมพ์ผลสำรวจเป็น JSON ทางเอาต์พุตมาตรฐาน"),
    "lang": Text(en="Language of everything shown: th or en.", th="ภาษาที่แสดง: th หรือ en"),
    "seconds": Text(en="Most seconds for one device.", th="เวลาสูงสุดต่ออุปกรณ์หนึ่งเครื่อง (วินาที)"),
    "at_once": Text(en="How many devices are asked at once.", th="จำนวนอุปกรณ์ที่ถามพร้อมกัน"),
    "arp": Text(en="Do not send ARP requests.", th="ไม่ส่งคำขอ ARP"),
    "multicast": Text(en="Do not send WS-Discovery multicasts.", th="ไม่ส่ง WS-Discovery แบบมัลติคาสต์"),
}

Scope = Annotated[Path | None, typer.Option("--scope", help=say(_HELP["scope"]), metavar="FILE")]
CredentialsOption = Annotated[
    Path | None, typer.Option("--credentials", help=say(_HELP["credentials"]), metavar="FILE")
]
User = Annotated[str | None, typer.Option("--user", help=say(_HELP["user"]), metavar="NAME")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help=say(_HELP["exclude"]), metavar="RANGE")]
AllowPublic = Annotated[bool, typer.Option("--allow-public", help=say(_HELP["public"]))]
Ports = Annotated[str, typer.Option("--ports", help=say(_HELP["ports"]), metavar="LIST")]
Out = Annotated[Path | None, typer.Option("--out", help=say(_HELP["out"]), metavar="FOLDER")]
Json = Annotated[bool, typer.Option("--json", help=say(_HELP["json"]))]
Lang = Annotated[str, typer.Option("--lang", help=say(_HELP["lang"]), metavar="th|en")]
Seconds = Annotated[float, typer.Option("--device-seconds", help=say(_HELP["seconds"]), min=5, max=3600)]
AtOnce = Annotated[int, typer.Option("--at-once", help=say(_HELP["at_once"]), min=1, max=256)]
NoArp = Annotated[bool, typer.Option("--no-arp", help=say(_HELP["arp"]))]
NoMulticast = Annotated[bool, typer.Option("--no-multicast", help=say(_HELP["multicast"]))]
