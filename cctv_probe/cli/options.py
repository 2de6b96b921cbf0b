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
    "site": Text(
        en="Site list that compare --save wrote (site.csv): what was declared of each camera.",
        th="บัญชีกล้องของพื้นที่ที่ compare --save เขียนไว้ (site.csv): ค่าที่ระบุไว้ของกล้องแต่ละตัว",
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
    "measure": Text(
        en="Do not measure the live streams; only ask what they are set to.",
        th="ไม่วัดภาพสด ถามเฉพาะค่าที่ตั้งไว้",
    ),
    "pictures": Text(
        en="Do not decode pictures to see whether they are healthy.", th="ไม่ถอดรหัสภาพเพื่อตรวจว่าภาพปกติหรือไม่"
    ),
    "mbps": Text(en="Ceiling in Mbit/s for all streams together.", th="เพดานอัตราข้อมูลรวมของทุกสตรีม (Mbit/s)"),
    "sample": Text(
        en="Seconds to watch each stream (longer where it has few key pictures).",
        th="จำนวนวินาทีที่ดูแต่ละสตรีม (นานขึ้นหากมีภาพหลักน้อย)",
    ),
    "thumbnails": Text(
        en="Put a small picture of each camera into the local report. Pictures never leave this computer.",
        th="ใส่ภาพเล็กของแต่ละกล้องในรายงานบนเครื่องนี้ ภาพจะไม่ถูกส่งออกจากเครื่อง",
    ),
    "days": Text(
        en="Days that were declared (field 9), such as 30: the verdict is on them.",
        th="จำนวนวันที่แจ้งไว้ (ข้อ 9) เช่น 30 ระบบจะสรุปผลเทียบกับจำนวนนี้",
    ),
    "seed": Text(
        en="Repeat the draw of an earlier check, by the seed written in its record; earlier nights then count for nothing.",
        th="สุ่มช่วงเวลาซ้ำตามค่า seed ในผลตรวจครั้งก่อน โดยไม่นับผลของคืนก่อน ๆ",
    ),
    "minutes": Text(en="Most minutes of playback per recorder and night.", th="เวลาเล่นภาพสูงสุดต่อเครื่องบันทึกต่อคืน (นาที)"),
    "retention": Text(
        en="Also play samples of the recordings, to prove how many days are really kept. Takes minutes per recorder.",
        th="เล่นตัวอย่างภาพที่บันทึกด้วย เพื่อยืนยันจำนวนวันที่เก็บจริง ใช้เวลาหลายนาทีต่อเครื่องบันทึก",
    ),
    "arp": Text(en="Do not send ARP requests.", th="ไม่ส่งคำขอ ARP"),
    "agent_config": Text(
        en="The agent's configuration (default: /etc/cctv-probe/agent.yaml; see configs/agent.example.yaml).",
        th="ไฟล์ตั้งค่าของตัวแทน (ปกติ: /etc/cctv-probe/agent.yaml ดู configs/agent.example.yaml)",
    ),
    "multicast": Text(en="Do not send WS-Discovery multicasts.", th="ไม่ส่ง WS-Discovery แบบมัลติคาสต์"),
}

Scope = Annotated[Path | None, typer.Option("--scope", help=say(_HELP["scope"]), metavar="FILE")]
CredentialsOption = Annotated[
    Path | None, typer.Option("--credentials", help=say(_HELP["credentials"]), metavar="FILE")
]
User = Annotated[str | None, typer.Option("--user", help=say(_HELP["user"]), metavar="NAME")]
Site = Annotated[Path | None, typer.Option("--site", help=say(_HELP["site"]), metavar="FILE")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help=say(_HELP["exclude"]), metavar="RANGE")]
AllowPublic = Annotated[bool, typer.Option("--allow-public", help=say(_HELP["public"]))]
Ports = Annotated[str, typer.Option("--ports", help=say(_HELP["ports"]), metavar="LIST")]
Out = Annotated[Path | None, typer.Option("--out", help=say(_HELP["out"]), metavar="FOLDER")]
Json = Annotated[bool, typer.Option("--json", help=say(_HELP["json"]))]
Lang = Annotated[str, typer.Option("--lang", help=say(_HELP["lang"]), metavar="th|en")]
Seconds = Annotated[float, typer.Option("--device-seconds", help=say(_HELP["seconds"]), min=5, max=3600)]
AtOnce = Annotated[int, typer.Option("--at-once", help=say(_HELP["at_once"]), min=1, max=256)]
NoMeasure = Annotated[bool, typer.Option("--no-measure", help=say(_HELP["measure"]))]
NoPictures = Annotated[bool, typer.Option("--no-pictures", help=say(_HELP["pictures"]))]
MaxMbps = Annotated[float, typer.Option("--max-mbps", help=say(_HELP["mbps"]), min=0.1, max=10_000)]
SampleSeconds = Annotated[float, typer.Option("--sample-s", help=say(_HELP["sample"]), min=2, max=600)]
Thumbnails = Annotated[bool, typer.Option("--thumbnails", help=say(_HELP["thumbnails"]))]
NoArp = Annotated[bool, typer.Option("--no-arp", help=say(_HELP["arp"]))]
NoMulticast = Annotated[bool, typer.Option("--no-multicast", help=say(_HELP["multicast"]))]
Days = Annotated[int | None, typer.Option("--days", help=say(_HELP["days"]), min=1, max=400)]
RepeatSeed = Annotated[str, typer.Option("--repeat-seed", help=say(_HELP["seed"]), metavar="SEED")]
NightMinutes = Annotated[float, typer.Option("--minutes", help=say(_HELP["minutes"]), min=0.1, max=600)]
Retention = Annotated[bool, typer.Option("--retention", help=say(_HELP["retention"]))]
AgentConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help=say(_HELP["agent_config"]), metavar="FILE", envvar="CCTV_PROBE_AGENT_CONFIG"),
]
