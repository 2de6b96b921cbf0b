"""The agent's files: scope, passwords, key, enrolment, failed logins, outbox, audit log."""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from cctv_probe.agent.care.audit import verify
from cctv_probe.agent.care.check import Check, Patient
from cctv_probe.agent.care.site import DEFAULT_ZONE, installed_credentials, site_scope
from cctv_probe.agent.care.status import LONG_WAIT, duration
from cctv_probe.agent.enrolment.identity import Identity, IdentityError, load_identity
from cctv_probe.agent.enrolment.keys import KeyFileError, load_key
from cctv_probe.agent.outbox import OutboxError, inspect
from cctv_probe.agent.scanning import read_scope
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.safe_text import clean
from cctv_probe.wire.credentials_file import load_credentials
from cctv_probe.wire.ledger import WINDOW_S
from cctv_probe.wire.state import ledger_in

SCOPE_ENDS_SOON_DAYS = 30


def scope(patient: Patient) -> Check:
    """The scope file (and the site list it names) can be used today, and for how long."""
    try:
        found, site = read_scope(patient.config, patient.clock)
    except (ConfigError, ScopeError) as error:
        return Check("scope", "fail", error.text)
    said = _SCOPE.with_(addresses=f"{len(found.targets):,}", cameras=f"{len(site.cameras):,}")
    if found.valid_until is None:
        return Check("scope", "ok", said)
    today = patient.clock.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    left = (found.valid_until - today).days + 1
    said = _SCOPE_UNTIL.with_(scope=said, days=left)
    return Check("scope", "warn", said, _EXTEND) if left <= SCOPE_ENDS_SOON_DAYS else Check("scope", "ok", said)


def credentials(patient: Patient) -> Check:
    """The devices' passwords can be read by the service, and by nobody else."""
    path = installed_credentials(patient.config)
    if path is None:
        return Check("credentials", "warn", _NO_CREDENTIALS, _GIVE_CREDENTIALS)
    try:
        found = load_credentials(path)
    except ConfigError as error:
        if not _readable(path) and patient.config.credentials is None:
            return Check("credentials", "ok", _ROOTS_ALONE.with_(path=path))
        return Check("credentials", "fail", error.text)
    except OSError as error:
        return Check("credentials", "fail", _UNREADABLE.with_(path=path, why=error.strerror or error))
    return Check("credentials", "ok", _CREDENTIALS.with_(path=path, count=len(found.groups)))


def _readable(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


def key(patient: Patient) -> Check:
    """The key that signs is there and nobody else's."""
    places = patient.config.places
    if not places.key.exists() and not places.identity.exists():
        return Check("key", "skipped", _NO_KEY_YET)
    for path in (places.key, places.next_key):
        try:
            if path == places.key or path.exists():
                _try_key(path)
        except KeyFileError as error:
            return Check("key", "fail", error.text)
    return Check("key", "ok", _KEY)


def _try_key(path: Path) -> None:
    """Raises `KeyFileError`. Root sees the key of the service's user and cannot try that user's rights: it asks for the mode."""
    try:
        told = path.stat()
    except OSError:
        told = None
    if told is None or os.geteuid() != 0 or told.st_uid == 0 or told.st_mode & 0o077:
        load_key(path)


def enrolment(patient: Patient) -> Check:
    """The register knows this agent, for this municipality and at this address."""
    config = patient.config
    try:
        found = load_identity(config.places)
    except IdentityError as error:
        return Check("enrolment", "fail", error.text)
    if found is None:
        if config.register is None:
            return Check("enrolment", "warn", _NOT_ENROLLED_BUNDLES, _ENROL)
        return Check("enrolment", "fail", _NOT_ENROLLED, _ENROL)
    return _enrolled(found, patient)


def _enrolled(found: Identity, patient: Patient) -> Check:
    permitted = site_scope(patient.config, patient.clock)
    if permitted and permitted.lao_code and permitted.lao_code != found.lao_code:
        said = _OTHER_LAO.with_(scope=permitted.lao_code, enrolled=found.lao_code)
        return Check("enrolment", "fail", said, _RIGHT_LAO)
    register = patient.config.register
    if register and register.url.rstrip("/") != found.register_url.rstrip("/"):
        said = _OTHER_REGISTER.with_(url=register.url, enrolled=clean(found.register_url, 120))
        return Check("enrolment", "warn", said, _RIGHT_REGISTER)
    said = _ENROLLED.with_(lao=found.lao_code, name=clean(found.name, 80), agent=found.agent_id)
    return Check("enrolment", "ok", said)


def ledger(patient: Patient) -> Check:
    """The record of failed logins opens; devices at which none is tried now."""
    path = ledger_in(patient.config.places.state)
    if not path.exists():
        return Check("ledger", "ok", _NO_LEDGER_YET)
    since = patient.clock.now().timestamp() - WINDOW_S
    try:
        # Read only: this check may be run while a scan holds logins back by it.
        with closing(sqlite3.connect(f"file:{urllib.parse.quote(str(path))}?mode=ro", uri=True, timeout=2.0)) as db:
            rows = db.execute("SELECT count(DISTINCT event) FROM login WHERE at_s >= ?", (since,))
            held = int(rows.fetchone()[0])
    except sqlite3.Error as error:
        return Check("ledger", "fail", _LEDGER_DAMAGED.with_(path=path, why=error), _MEND_LEDGER)
    if held:
        return Check("ledger", "warn", _HELD_BACK.with_(count=held), _CHECK_PASSWORDS)
    return Check("ledger", "ok", _LEDGER)


def outbox(patient: Patient) -> Check:
    """What waits is whole, and moves."""
    path = patient.config.places.outbox
    if not path.exists():
        return Check("outbox", "ok", _NO_OUTBOX_YET)
    try:
        found = inspect(path)
    except OutboxError as error:
        return Check("outbox", "fail", error.text)
    if found.damage or found.depth is None:
        return Check("outbox", "fail", found.damage[0].text if found.damage else _NO_OUTBOX_YET, _LEAVE_OUTBOX)
    depth = found.depth
    said = _OUTBOX.with_(queued=depth.queued, kib=f"{depth.bytes >> 10:,}")
    if depth.quarantined or depth.held:
        waits = _OUTBOX_WAITS.with_(outbox=said, quarantined=depth.quarantined, held=depth.held)
        return Check("outbox", "warn", waits, _DECIDE)
    if depth.oldest_utc and patient.clock.now() - depth.oldest_utc > LONG_WAIT:
        age = duration((patient.clock.now() - depth.oldest_utc).total_seconds())
        return Check("outbox", "warn", _OUTBOX_OLD.with_(outbox=said, age=age), _SEE_REGISTER)
    return Check("outbox", "ok", said)


def audit(patient: Patient) -> Check:
    """The audit log was not tampered with."""
    try:
        found = verify(patient.config.places.audit)
    except OSError as error:
        why = error.strerror or error
        return Check("audit", "fail", _UNREADABLE.with_(path=patient.config.places.audit, why=why))
    if found.broken:
        return Check("audit", "fail", found.broken.text, _KEEP_AUDIT)
    return Check("audit", "ok", _AUDIT.with_(count=f"{found.lines:,}"))


_SCOPE = Text(
    en="The scope file allows {addresses} addresses; {cameras} cameras are declared in the site list.",
    th="ไฟล์ขอบเขตอนุญาต {addresses} ที่อยู่ และบัญชีกล้องมี {cameras} ตัว",
)
_SCOPE_UNTIL = Text(en="{scope} It holds for {days} more days.", th="{scope} มีผลอีก {days} วัน")
_EXTEND = Text(
    en="Have the order extended and correct valid_until; after that day nothing is scanned.",
    th="โปรดขอต่ออายุคำสั่งแล้วแก้ไข valid_until หลังวันดังกล่าวจะไม่มีการสแกน",
)
_NO_CREDENTIALS = Text(
    en="There is no credentials file: devices are only asked what they tell without a password.",
    th="ไม่มีไฟล์รหัสผ่าน จึงถามได้เฉพาะสิ่งที่อุปกรณ์ตอบโดยไม่ต้องเข้าสู่ระบบ",
)
_GIVE_CREDENTIALS = Text(
    en="Write devices.yaml (see credentials.example.yaml) beside agent.yaml, mode 0600, and restart the service.",
    th="โปรดเขียน devices.yaml (ดู credentials.example.yaml) ไว้ข้าง agent.yaml สิทธิ์ 0600 แล้วเริ่มบริการใหม่",
)
_ROOTS_ALONE = Text(
    en="{path} is there and readable by root alone, as it should be; systemd hands it to the service.",
    th="มีไฟล์ {path} และอ่านได้เฉพาะ root ตามที่ควรเป็น systemd จะส่งให้บริการเอง",
)
_UNREADABLE = Text(en="{path} cannot be read ({why}).", th="อ่าน {path} ไม่ได้ ({why})")
_CREDENTIALS = Text(
    en="{path} holds {count} groups, and only its owner may read it.",
    th="{path} มี {count} กลุ่ม และเฉพาะเจ้าของเท่านั้นที่อ่านได้",
)
_NO_KEY_YET = Text(en="There is no key yet; enrolling makes one.", th="ยังไม่มีกุญแจ จะสร้างเมื่อลงทะเบียน")
_KEY = Text(
    en="The agent's key is there, and only its own user may read it.", th="มีกุญแจของตัวแทน และเฉพาะผู้ใช้ของตัวแทนที่อ่านได้"
)
_NOT_ENROLLED = Text(
    en="This agent is not enrolled; scans are kept, and nothing can be sent.",
    th="ตัวแทนนี้ยังไม่ได้ลงทะเบียน ผลสแกนถูกเก็บไว้แต่ยังส่งไม่ได้",
)
_NOT_ENROLLED_BUNDLES = Text(
    en="This agent is not enrolled, so its bundles could not be signed.", th="ตัวแทนนี้ยังไม่ได้ลงทะเบียน จึงลงลายมือชื่อชุดไฟล์ไม่ได้"
)
_ENROL = Text(
    en="Ask the register's administrator for a token, then run: cctv-probe agent enrol",
    th="โปรดขอรหัสลงทะเบียนจากผู้ดูแลทะเบียนกลาง แล้วสั่ง: cctv-probe agent enrol",
)
_ENROLLED = Text(en="Enrolled for {lao} {name} as agent {agent}.", th="ลงทะเบียนแล้วสำหรับ {lao} {name} เป็นตัวแทน {agent}")
_OTHER_LAO = Text(
    en="The scope file is for {scope}, but this agent is enrolled for {enrolled}: the register would refuse its reports.",
    th="ไฟล์ขอบเขตเป็นของ {scope} แต่ตัวแทนนี้ลงทะเบียนไว้กับ {enrolled} ทะเบียนกลางจะไม่รับรายงาน",
)
_RIGHT_LAO = Text(
    en="Correct lao_code in the scope file, or enrol again with this municipality's token.",
    th="โปรดแก้ lao_code ในไฟล์ขอบเขต หรือลงทะเบียนใหม่ด้วยรหัสของหน่วยงานนี้",
)
_OTHER_REGISTER = Text(
    en="agent.yaml names the register {url}, but this agent was enrolled at {enrolled}.",
    th="agent.yaml ระบุทะเบียนกลาง {url} แต่ตัวแทนนี้ลงทะเบียนไว้ที่ {enrolled}",
)
_RIGHT_REGISTER = Text(
    en="If the register only moved, all is well; else correct url, or enrol there.",
    th="หากทะเบียนกลางเพียงย้ายที่อยู่ก็ใช้ได้ มิฉะนั้นโปรดแก้ url หรือลงทะเบียนที่นั่น",
)
_NO_LEDGER_YET = Text(en="No login has been tried yet.", th="ยังไม่เคยลองเข้าสู่ระบบอุปกรณ์ใด")
_LEDGER = Text(
    en="The record of failed logins opens; no device is held back.", th="เปิดบันทึกการเข้าสู่ระบบที่ไม่สำเร็จได้ ไม่มีอุปกรณ์ที่ต้องพัก"
)
_LEDGER_DAMAGED = Text(
    en="{path} cannot be read ({why}); no login is tried.", th="อ่าน {path} ไม่ได้ ({why}) จึงไม่ลองเข้าสู่ระบบ"
)
_MEND_LEDGER = Text(
    en="Run this as the service's user. If the file is damaged, wait 30 minutes after the last scan, then move it aside.",
    th="โปรดรันด้วยผู้ใช้ของบริการ หากไฟล์เสียหาย ให้รอ 30 นาทีหลังการสแกนครั้งสุดท้ายแล้วจึงย้ายไฟล์ออก",
)
_HELD_BACK = Text(
    en="{count} devices refused a login in the last 30 minutes and are left alone, so that nobody is locked out.",
    th="มี {count} อุปกรณ์ที่ปฏิเสธการเข้าสู่ระบบใน 30 นาทีที่ผ่านมา จึงพักไว้ไม่ให้บัญชีถูกล็อก",
)
_CHECK_PASSWORDS = Text(
    en="Check the passwords of one of them with: cctv-probe credentials test ADDRESS",
    th="โปรดตรวจรหัสผ่านของอุปกรณ์หนึ่งเครื่องด้วย: cctv-probe credentials test ADDRESS",
)
_NO_OUTBOX_YET = Text(en="There is no outbox yet; the first scan makes it.", th="ยังไม่มีกล่องขาออก จะสร้างเมื่อสแกนครั้งแรก")
_LEAVE_OUTBOX = Text(
    en="Please do not delete it: the agent moves a damaged outbox aside by itself, keeps what can be read, and reports the gap.",
    th="โปรดอย่าลบไฟล์ ตัวแทนจะย้ายกล่องขาออกที่เสียหายออกเอง เก็บส่วนที่อ่านได้ และรายงานช่วงที่ขาด",
)
_OUTBOX = Text(en="{queued} reports wait to be sent ({kib} KiB).", th="รอส่ง {queued} ฉบับ ({kib} KiB)")
_OUTBOX_WAITS = Text(
    en="{outbox} {quarantined} were refused by the register, {held} wait for approval.",
    th="{outbox} ทะเบียนกลางไม่รับ {quarantined} ฉบับ รออนุมัติ {held} ฉบับ",
)
_DECIDE = Text(
    en="Look at them: cctv-probe agent outbox list, then retry, drop or approve.",
    th="โปรดตรวจสอบด้วย: cctv-probe agent outbox list แล้วเลือกส่งใหม่ ทิ้ง หรืออนุมัติ",
)
_OUTBOX_OLD = Text(en="{outbox} The oldest has waited {age}.", th="{outbox} ฉบับเก่าที่สุดรอมา {age}")
_SEE_REGISTER = Text(
    en="See the checks of DNS, TLS and register above; nothing is lost meanwhile.",
    th="โปรดดูผลตรวจ DNS, TLS และทะเบียนกลางด้านบน ระหว่างนี้ข้อมูลไม่สูญหาย",
)
_AUDIT = Text(en="The audit log is whole ({count} entries).", th="บันทึกตรวจสอบครบถ้วน ({count} รายการ)")
_KEEP_AUDIT = Text(
    en="Keep a copy of the files as they are and tell whoever is responsible for this machine.",
    th="โปรดเก็บสำเนาไฟล์ตามสภาพ และแจ้งผู้รับผิดชอบเครื่องนี้",
)
