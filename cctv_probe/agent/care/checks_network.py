"""The way to the register: names, TLS, answer, and the clock held against it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import cctv_probe
from cctv_probe.agent.care.certificate import Certificate
from cctv_probe.agent.care.check import Check, Patient
from cctv_probe.agent.care.contact import Contact
from cctv_probe.agent.care.status import duration, shown
from cctv_probe.agent.unit.present import dialled
from cctv_probe.model.words import Text

EXPIRES_SOON = timedelta(days=21)
NOTICEABLE_S, LARGE_S = 30.0, 25 * 3600.0
"""A clock wrong by less needs no word; by more than a day it is more than the agent makes up for."""
_SLACK = timedelta(minutes=5)
_NOT_TRUSTED = {2, 18, 19, 20, 21}
"""X509_V_ERR of an issuer that is not known here (OpenSSL, x509_vfy.h)."""
_DATES = {9, 10}


def dns(patient: Patient) -> Check:
    """The name that is dialled (the proxy's where there is one) has addresses."""
    hosts = dialled(patient.config.register)
    if not hosts:
        return Check("dns", "skipped", _NO_NAME_NEEDED)
    found = patient.addresses.get()
    if not found:
        return Check("dns", "fail", _NOT_RESOLVED.with_(host=hosts[0]), _MEND_DNS)
    return Check("dns", "ok", _RESOLVED.with_(host=hosts[0], addresses=", ".join(map(str, found))))


def tls(patient: Patient) -> Check:
    """The register proves who it is, to the authorities that were configured, for some time to come."""
    register = patient.config.register
    if register is None or not register.url.startswith("https:"):
        return Check("tls", "skipped", _NO_TLS_NEEDED)
    found = patient.contact.get()
    if found is None or found.stage == "route":
        return Check("tls", "skipped", _NO_ROUTE)
    shown_by = found.certificate
    if not found.verified:
        return _not_verified(found, patient)
    if shown_by is None:
        return Check("tls", "ok", _VERIFIED_ONLY)
    if shown_by.inspector:
        return Check("tls", "warn", _INSPECTED.with_(issuer=shown_by.issuer), _EXEMPT)
    left = shown_by.valid_until - patient.clock.now()
    said = _VERIFIED.with_(issuer=shown_by.issuer, days=left.days)
    return Check("tls", "warn", said, _RENEW) if left < EXPIRES_SOON else Check("tls", "ok", said)


def _not_verified(found: Contact, patient: Patient) -> Check:
    error = found.error or _UNKNOWN
    shown_by = found.certificate
    if shown_by is None or found.verify_code is None:
        return Check("tls", "fail", error)
    if found.verify_code in _DATES:
        return _wrong_dates(shown_by, patient.clock.now())
    if found.verify_code not in _NOT_TRUSTED:
        return Check("tls", "fail", _SAYS.with_(error=error, subject=shown_by.subject))
    if shown_by.inspector:
        return Check("tls", "fail", _INTERCEPTED.with_(issuer=shown_by.issuer, maker=shown_by.inspector), _TRUST_BOX)
    said = (_SELF_SIGNED if shown_by.self_signed else _STRANGE_ISSUER).with_(issuer=shown_by.issuer)
    return Check("tls", "fail", said, _TRUST_OWN)


def _wrong_dates(shown_by: Certificate, now: datetime) -> Check:
    if now < shown_by.valid_from:
        early = duration((shown_by.valid_from - now).total_seconds())
        return Check("tls", "fail", _NOT_YET.with_(early=early), _SET_CLOCK)
    return Check("tls", "fail", _EXPIRED.with_(late=duration((now - shown_by.valid_until).total_seconds())), _RENEW)


def register(patient: Patient) -> Check:
    """What answers there is a register."""
    if patient.config.register is None:
        return Check("register", "skipped", _NO_REGISTER)
    found = patient.contact.get()
    if found is None or found.answer is None:
        error = (found.error if found else None) or _UNKNOWN
        return Check("register", "fail", error, _NOTHING_LOST)
    answer = found.answer
    if found.problem is not None:
        said = _ANSWERS.with_(status=answer.status)
        busy = answer.status >= 500 or answer.status == 429
        return Check("register", "warn", said, _WAIT) if busy else Check("register", "ok", said)
    if answer.status in range(300, 400):
        return Check("register", "fail", _ELSEWHERE.with_(status=answer.status), _CHECK_URL)
    if answer.status in (502, 503, 504):
        return Check("register", "warn", _DOWN.with_(status=answer.status), _WAIT)
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    in_between = answer.status in (403, 407, 426, 451, 511) or kind == "text/html"
    said = (_IN_BETWEEN if in_between else _NO_REGISTER_THERE).with_(status=answer.status)
    return Check("register", "fail", said, _ASK_NETWORK if in_between else _CHECK_URL)


def clock(patient: Patient) -> Check:
    """This machine's time is believable, and how far it is from the register's."""
    now = patient.clock.now()
    newest = _newest_file(patient)
    if newest is not None and newest[0] > now + _SLACK:
        ahead = duration((newest[0] - now).total_seconds())
        return Check("clock", "fail", _BEHIND_FILE.with_(path=newest[1], ahead=ahead), _SET_CLOCK)
    found = patient.contact.get()
    if found is None or found.register_utc is None or found.at is None:
        return Check("clock", "ok", _PLAUSIBLE.with_(now=shown(now, now.astimezone().tzinfo or now.tzinfo)))  # type: ignore[arg-type] # a clock's time has a zone
    offset_s = (found.register_utc - found.at).total_seconds()
    said = _OFFSET.with_(seconds=f"{offset_s:+,.0f}")
    if abs(offset_s) <= NOTICEABLE_S:
        return Check("clock", "ok", said)
    return Check("clock", "fail" if abs(offset_s) > LARGE_S else "warn", said, _SET_CLOCK)


def _newest_file(patient: Patient) -> tuple[datetime, Path] | None:
    """The youngest of the program's and the agent's files: no honest clock is behind it."""
    places = patient.config.places
    paths = [Path(cctv_probe.__file__), places.status, places.audit, places.outbox, places.schedule]
    found = []
    for path in paths:
        try:
            found.append((datetime.fromtimestamp(path.stat().st_mtime, patient.clock.now().tzinfo), path))
        except (OSError, OverflowError, ValueError):
            continue
    return max(found, default=None)


_UNKNOWN = Text(en="The register could not be asked.", th="ติดต่อทะเบียนกลางไม่ได้")
_NO_REGISTER = Text(
    en="No register is configured: reports leave as bundles, by hand.",
    th="ไม่ได้ตั้งค่าทะเบียนกลาง จึงส่งรายงานเป็นชุดไฟล์ด้วยมือ",
)
_NO_NAME_NEEDED = Text(en="No name has to be resolved.", th="ไม่ต้องค้นหาชื่อเครื่องใด")
_RESOLVED = Text(en="{host} is {addresses}.", th="{host} คือ {addresses}")
_NOT_RESOLVED = Text(en="The name {host} could not be resolved.", th="ค้นหาชื่อ {host} ไม่พบ")
_MEND_DNS = Text(
    en="Check the name in agent.yaml and the name servers in /etc/resolv.conf; the unit's drop-in must allow them.",
    th="โปรดตรวจชื่อใน agent.yaml และเซิร์ฟเวอร์ชื่อใน /etc/resolv.conf ซึ่งต้องได้รับอนุญาตใน drop-in ของบริการด้วย",
)
_NO_TLS_NEEDED = Text(en="There is no TLS connection to make.", th="ไม่มีการเชื่อมต่อ TLS ที่ต้องตรวจ")
_NO_ROUTE = Text(
    en="No connection came about, so there was no certificate to look at.", th="เชื่อมต่อไม่ได้ จึงยังไม่มีใบรับรองให้ตรวจ"
)
_VERIFIED_ONLY = Text(en="The register's certificate is believed.", th="ใบรับรองของทะเบียนกลางเชื่อถือได้")
_VERIFIED = Text(
    en="The register's certificate (issuer: {issuer}) is believed; it holds {days} more days.",
    th="ใบรับรองของทะเบียนกลาง (ออกโดย {issuer}) เชื่อถือได้ และใช้ได้อีก {days} วัน",
)
_RENEW = Text(en="Ask the register's administrator to renew the certificate.", th="โปรดแจ้งผู้ดูแลทะเบียนกลางให้ต่ออายุใบรับรอง")
_NOT_YET = Text(
    en="The register's certificate becomes valid only in {early}: most likely this machine's date is wrong.",
    th="ใบรับรองของทะเบียนกลางจะเริ่มใช้ได้ในอีก {early} วันที่ของเครื่องนี้น่าจะผิด",
)
_EXPIRED = Text(
    en="The register's certificate expired {late} ago by this machine's clock.",
    th="ใบรับรองของทะเบียนกลางหมดอายุแล้ว {late} ตามนาฬิกาของเครื่องนี้",
)
_SAYS = Text(en="{error} It says it is {subject}.", th="{error} ใบรับรองระบุว่าเป็น {subject}")
_INSPECTED = Text(
    en="Something on the way opens and re-encrypts the traffic; its certificate is from {issuer}. Reports stay signed.",
    th="มีอุปกรณ์ระหว่างทางถอดรหัสและเข้ารหัสข้อมูลใหม่ ใบรับรองออกโดย {issuer} รายงานยังมีลายมือชื่อกำกับ",
)
_EXEMPT = Text(
    en="That works, but ask whoever runs the firewall to exempt the register from inspection.",
    th="ยังใช้งานได้ แต่ควรขอให้ผู้ดูแลไฟร์วอลล์ยกเว้นทะเบียนกลางจากการถอดรหัส",
)
_INTERCEPTED = Text(
    en="A TLS-inspecting device ({maker}) stands between here and the register: its certificate is from {issuer}, which this "
    "agent does not trust. Nothing was sent.",
    th="มีอุปกรณ์ถอดรหัส TLS ({maker}) คั่นระหว่างเครื่องนี้กับทะเบียนกลาง ใบรับรองออกโดย {issuer} ซึ่งตัวแทนไม่เชื่อถือ จึงไม่ได้ส่งข้อมูล",
)
_TRUST_BOX = Text(
    en="Ask whoever runs it to exempt the register, or put its authority's certificate (PEM) into the file that ca_file names.",
    th="โปรดขอให้ผู้ดูแลอุปกรณ์ยกเว้นทะเบียนกลาง หรือใส่ใบรับรองของผู้ออก (PEM) ลงในไฟล์ที่ ca_file ระบุ",
)
_SELF_SIGNED = Text(
    en="The other end signed its certificate itself ({issuer}). Nothing was sent.",
    th="ปลายทางใช้ใบรับรองที่ลงนามเอง ({issuer}) จึงไม่ได้ส่งข้อมูล",
)
_STRANGE_ISSUER = Text(
    en="The certificate was issued by {issuer}, which this agent does not trust: the register's own authority, or a device on "
    "the way that inspects traffic. Nothing was sent.",
    th="ใบรับรองออกโดย {issuer} ซึ่งตัวแทนไม่เชื่อถือ อาจเป็นผู้ออกใบรับรองของทะเบียนกลางเอง หรืออุปกรณ์ระหว่างทางที่ถอดรหัสข้อมูล จึงไม่ได้ส่งข้อมูล",
)
_TRUST_OWN = Text(
    en="Compare the issuer with what the central office gave you. If it is theirs, save its certificate (PEM) and name the file as ca_file in agent.yaml.",
    th="โปรดเทียบผู้ออกใบรับรองกับที่ส่วนกลางแจ้งไว้ หากตรงกัน ให้บันทึกใบรับรอง (PEM) แล้วระบุไฟล์เป็น ca_file ใน agent.yaml",
)
_NOTHING_LOST = Text(
    en="Nothing is lost: reports wait in the outbox and are sent when the way is open again.",
    th="ข้อมูลไม่สูญหาย รายงานรออยู่ในกล่องขาออกและจะส่งเมื่อเส้นทางกลับมาใช้ได้",
)
_ANSWERS = Text(en="The register answers (status {status}).", th="ทะเบียนกลางตอบ (สถานะ {status})")
_DOWN = Text(
    en="The register's front answers that the register itself is not there just now (status {status}).",
    th="ระบบหน้าทะเบียนกลางตอบว่าทะเบียนกลางยังใช้งานไม่ได้ในขณะนี้ (สถานะ {status})",
)
_WAIT = Text(en="Nothing to do here: the agent tries again by itself.", th="ไม่ต้องดำเนินการ ตัวแทนจะลองใหม่เอง")
_ELSEWHERE = Text(
    en="The answer sends us elsewhere (status {status}); the agent follows no redirects.",
    th="คำตอบให้ไปยังที่อยู่อื่น (สถานะ {status}) ตัวแทนไม่ตามการเปลี่ยนเส้นทาง",
)
_IN_BETWEEN = Text(
    en="A page answers in the register's place (status {status}): a sign-in page, a proxy or a filter on the way.",
    th="มีหน้าเว็บอื่นตอบแทนทะเบียนกลาง (สถานะ {status}) อาจเป็นหน้าเข้าสู่ระบบเครือข่าย พร็อกซี หรือตัวกรองระหว่างทาง",
)
_ASK_NETWORK = Text(
    en="Ask whoever runs the network to let this machine reach the register without signing in.",
    th="โปรดขอให้ผู้ดูแลเครือข่ายอนุญาตให้เครื่องนี้ติดต่อทะเบียนกลางได้โดยไม่ต้องเข้าสู่ระบบ",
)
_NO_REGISTER_THERE = Text(
    en="What answers there is not a register (status {status}).", th="สิ่งที่ตอบไม่ใช่ทะเบียนกลาง (สถานะ {status})"
)
_CHECK_URL = Text(en="Check register: url: in agent.yaml.", th="โปรดตรวจ register: url: ใน agent.yaml")
_BEHIND_FILE = Text(
    en="This machine's clock is wrong: {path} was written {ahead} later than it says it is now.",
    th="นาฬิกาของเครื่องนี้ผิด: {path} ถูกเขียนหลังเวลาปัจจุบันของเครื่อง {ahead}",
)
_PLAUSIBLE = Text(
    en="It is {now} here, which is believable; the register did not tell its time.",
    th="เวลาของเครื่องนี้คือ {now} ซึ่งเป็นไปได้ แต่ทะเบียนกลางไม่ได้แจ้งเวลา",
)
_OFFSET = Text(
    en="The register's clock differs from this machine's by {seconds} s; the agent allows for that and never sets a clock.",
    th="นาฬิกาของทะเบียนกลางต่างจากเครื่องนี้ {seconds} วินาที ตัวแทนเผื่อค่านี้ให้และไม่ปรับนาฬิกาเอง",
)
_SET_CLOCK = Text(
    en="Set this machine's clock and let it follow a time server: timedatectl set-ntp true",
    th="โปรดตั้งนาฬิกาของเครื่องนี้และให้ตามเวลาจากเซิร์ฟเวอร์: timedatectl set-ntp true",
)
