"""What `agent check-config` says."""

from __future__ import annotations

from collections.abc import Mapping

from cctv_probe.model.words import Text
from cctv_probe.scope.permit import ScopeClass

SCANNED = Text(
    en="Scanned: {addresses} addresses ({ranges}); the site list declares {cameras} cameras.",
    th="จะสแกน: {addresses} ที่อยู่ ({ranges}) บัญชีกล้องระบุไว้ {cameras} ตัว",
)
SCANNED_CLASS: Mapping[ScopeClass | str, Text] = {
    "public": Text(en="  {count} of public places", th="  {count} ที่อยู่ในที่สาธารณะ"),
    "adjoining_road": Text(en="  {count} of adjoining roads", th="  {count} ที่อยู่บนถนนที่ติดกับที่สาธารณะ"),
    "closed": Text(
        en="  {count} of closed places: counted only, no login is tried",
        th="  {count} ที่อยู่ในพื้นที่ปิด นับจำนวนเท่านั้น ไม่เข้าสู่ระบบ",
    ),
    "unknown": Text(
        en="  {count} of no class yet: scanned, but only their number is sent",
        th="  {count} ที่อยู่ที่ยังไม่กำหนดประเภท สแกนแต่ส่งเฉพาะจำนวน",
    ),
}
REGISTER = Text(en="Sent to: {url}, {way}.", th="ส่งไปที่: {url} {way}")
STRAIGHT = Text(en="straight", th="โดยตรง")
THROUGH = Text(en="through the proxy {proxy}", th="ผ่านพร็อกซี {proxy}")
NO_REGISTER = Text(
    en="Sent to nobody: no register is configured. Reports leave as bundles (cctv-probe agent outbox export).",
    th="ไม่ส่งอัตโนมัติ เพราะไม่ได้ตั้งค่าทะเบียนกลาง ให้ส่งเป็นชุดไฟล์ (cctv-probe agent outbox export)",
)
LEAVES = Text(
    en="Sent: records of cameras in public places and adjoining roads; of all others only counts.",
    th="สิ่งที่ส่ง: ข้อมูลของกล้องในที่สาธารณะและถนนที่ติดกัน กล้องอื่นส่งเฉพาะจำนวน",
)
NOTHING_LEAVES = Text(
    en="Never sent: pictures, passwords, user names, raw answers of devices.",
    th="สิ่งที่ไม่ส่ง: ภาพ รหัสผ่าน ชื่อผู้ใช้ และคำตอบดิบของอุปกรณ์",
)
REVIEWED = Text(en="Each report waits until a person approves it.", th="รายงานทุกฉบับรอเจ้าหน้าที่อนุมัติก่อนส่ง")
WITHOUT_REVIEW = Text(en="Reports are sent without asking.", th="ส่งรายงานโดยไม่ต้องอนุมัติ")
ACTIVITY = Text(en="{activity}: every {every}, next {at}{quiet}", th="{activity}: ทุก {every} ครั้งถัดไป {at}{quiet}")
ACTIVITY_OFF = Text(en="{activity}: switched off", th="{activity}: ปิดอยู่")
QUIET = Text(en=", not between {hours}", th=" เว้นช่วง {hours}")
LIMITS = Text(
    en="Kept until delivered: at most {mib} MiB and {days} days, while {free} MiB stay free on the disk.",
    th="เก็บไว้จนกว่าจะส่งสำเร็จ: ไม่เกิน {mib} MiB และ {days} วัน โดยดิสก์ต้องเหลือ {free} MiB",
)
METRICS = Text(en="Numbers for Prometheus: {path}", th="ตัวเลขสำหรับ Prometheus: {path}")
CREDENTIALS = Text(en="Credentials: {count} groups ({names})", th="รหัสผ่านอุปกรณ์: {count} กลุ่ม ({names})")
NO_CREDENTIALS = Text(
    en="Credentials: none; devices are asked only what they tell without a password.",
    th="รหัสผ่านอุปกรณ์: ไม่มี จึงถามเฉพาะสิ่งที่อุปกรณ์ตอบโดยไม่ต้องเข้าสู่ระบบ",
)
FILE_UNREADABLE = Text(
    en="{path} cannot be read ({why}). Please check its permissions.", th="อ่าน {path} ไม่ได้ ({why}) โปรดตรวจสิทธิ์ของไฟล์"
)
FILE_WITHOUT_REGISTER = Text(
    en="{path}, which the register's settings name, is missing or cannot be read.",
    th="ไม่มีไฟล์ {path} ที่ระบุในการตั้งค่าทะเบียนกลาง หรืออ่านไม่ได้",
)
NO_FOLDER = Text(
    en="The folder {path}, into which metrics_file would be written, does not exist.",
    th="ไม่มีโฟลเดอร์ {path} สำหรับเขียน metrics_file",
)
WELL = Text(en="The configuration can be used.", th="ค่าที่ตั้งไว้ใช้งานได้")
WRONG = Text(
    en="{count} mistakes; the agent would not start with these files:",
    th="พบข้อผิดพลาด {count} รายการ ตัวแทนจะไม่เริ่มทำงานด้วยไฟล์เหล่านี้:",
)
