"""What the outbox says to people."""

from __future__ import annotations

from cctv_probe.model.words import Text

DISK_FULL = Text(
    en="There is no room left on the disk that holds {path}. Nothing that waits is lost, but nothing new can be kept: please free some space.",
    th="ดิสก์ที่เก็บ {path} เต็ม รายงานที่รอส่งอยู่ไม่สูญหาย แต่เก็บรายงานใหม่ไม่ได้ โปรดเพิ่มพื้นที่ว่าง",
)
READ_ONLY = Text(
    en="The disk that holds {path} is read-only. Nothing that waits is lost, but nothing new can be kept: please check the disk and mount it for writing.",
    th="ดิสก์ที่เก็บ {path} อ่านได้อย่างเดียว รายงานที่รอส่งอยู่ไม่สูญหาย แต่เก็บรายงานใหม่ไม่ได้ โปรดตรวจสอบดิสก์และเปิดให้เขียนได้",
)
DISK_ERROR = Text(
    en="{path} could not be read or written ({why}). Please check the disk; the agent tries again.",
    th="อ่านหรือเขียน {path} ไม่ได้ ({why}) โปรดตรวจสอบดิสก์ ตัวแทนจะลองใหม่เอง",
)
NO_PERMISSION = Text(
    en="This user may not use {path}. Please run the command as the agent's own user, or with sudo.",
    th="ผู้ใช้นี้ไม่มีสิทธิ์ใช้ {path} โปรดเรียกคำสั่งด้วยผู้ใช้ของตัวแทน หรือใช้ sudo",
)
BUSY = Text(
    en="Another process is using {path} just now. Please try again in a minute.",
    th="มีโปรแกรมอื่นกำลังใช้ {path} อยู่ โปรดลองใหม่ในอีกหนึ่งนาที",
)
UNKNOWN = Text(
    en="The outbox knows no report {report}. `cctv-probe agent outbox list` shows them all.",
    th="ไม่มีรายงาน {report} ในกล่องรอส่ง คำสั่ง `cctv-probe agent outbox list` แสดงรายงานทั้งหมด",
)
WRONG_STATE = Text(
    en="Report {report} is {state}; that cannot be done with it.",
    th="รายงาน {report} อยู่ในสถานะ{state} จึงทำรายการนี้ไม่ได้",
)
BEING_SENT = Text(
    en="Report {report} is being sent right now. Please try again in a minute.",
    th="กำลังส่งรายงาน {report} อยู่ โปรดลองใหม่ในอีกหนึ่งนาที",
)
GAPS_STAY = Text(
    en="Report {report} tells the register what is missing; it cannot be dropped.",
    th="รายงาน {report} แจ้งทะเบียนกลางว่ามีสิ่งใดขาดหาย จึงทิ้งไม่ได้",
)
NO_BODY = Text(
    en="The text of report {report} is not kept any more; its receipt and its entry are.",
    th="ไม่ได้เก็บเนื้อหาของรายงาน {report} ไว้แล้ว ยังเก็บเฉพาะใบรับและรายการไว้",
)
BODY_DAMAGED = Text(
    en="The text of report {report} is damaged on the disk. It is not sent; a gap tells the register so. Please check the disk.",
    th="เนื้อหาของรายงาน {report} เสียหายบนดิสก์ จึงไม่ส่ง และจะแจ้งช่องว่างให้ทะเบียนกลางทราบ โปรดตรวจสอบดิสก์",
)
NOT_ITS_RECEIPT = Text(
    en="This is no receipt for report {report}: its id or its digest differs. The report is kept and sent again.",
    th="นี่ไม่ใช่ใบรับของรายงาน {report} เพราะเลขรายงานหรือค่าตรวจสอบไม่ตรงกัน รายงานยังเก็บไว้และจะส่งใหม่",
)
NO_RECEIPTS_FILE = Text(
    en="{path} is no file of receipts, or it was damaged on its way. Please copy it again from the register.",
    th="{path} ไม่ใช่ไฟล์ใบรับ หรือเสียหายระหว่างทาง โปรดคัดลอกจากทะเบียนกลางอีกครั้ง",
)
CANNOT_READ = Text(
    en="{path} cannot be read ({why}). Please check its name and its permissions.",
    th="อ่าน {path} ไม่ได้ ({why}) โปรดตรวจสอบชื่อและสิทธิ์ของไฟล์",
)
CANNOT_WRITE = Text(
    en="{path} cannot be written ({why}). Please choose another place. Nothing was marked as exported.",
    th="เขียน {path} ไม่ได้ ({why}) โปรดเลือกที่อื่น ยังไม่มีรายการใดถูกบันทึกว่าส่งออกแล้ว",
)
DAMAGED_FILE = Text(
    en="The outbox file is damaged ({why}). The agent moves it aside, keeps what can still be read and reports the rest as a gap.",
    th="ไฟล์กล่องรอส่งเสียหาย ({why}) ตัวแทนจะย้ายไฟล์ออก เก็บส่วนที่ยังอ่านได้ไว้ และแจ้งส่วนที่เหลือเป็นช่องว่าง",
)
CHAIN_BROKEN = Text(
    en="Report {report} (number {seq}) does not name the report before it as this outbox knows that one.",
    th="รายงาน {report} (ลำดับ {seq}) อ้างถึงรายงานก่อนหน้าไม่ตรงกับที่มีในกล่องรอส่ง",
)
NUMBER_MISSING = Text(
    en="Number {seq} of the chain is missing from the outbox.", th="ไม่มีลำดับที่ {seq} ของสายรายงานในกล่องรอส่ง"
)
RECEIPT_MISSING = Text(
    en="Report {report} is marked as delivered, but its receipt is missing.",
    th="รายงาน {report} ถูกบันทึกว่าส่งแล้ว แต่ไม่มีใบรับ",
)
RECEIPT_WRONG = Text(
    en="The receipt of report {report} speaks of other bytes than were sent.",
    th="ใบรับของรายงาน {report} ไม่ตรงกับข้อมูลที่ส่งไป",
)
HEAD_BEHIND = Text(
    en="{path} knows number {noted} as the last, the outbox {seq}. The next report puts this right.",
    th="{path} บันทึกลำดับล่าสุดเป็น {noted} แต่กล่องรอส่งเป็น {seq} รายงานถัดไปจะแก้ให้ถูกต้องเอง",
)

STATE_WORDS: dict[str, Text] = {
    "held": Text(en="waiting for approval", th="รอการอนุมัติ"),
    "queued": Text(en="waiting to be sent", th="รอส่ง"),
    "sending": Text(en="being sent", th="กำลังส่ง"),
    "acked": Text(en="delivered", th="ส่งแล้ว"),
    "quarantined": Text(en="refused by the register", th="ทะเบียนกลางไม่รับ"),
    "expired": Text(en="given up by a limit", th="ถูกตัดออกตามขีดจำกัด"),
    "replaced": Text(en="replaced by its parts", th="ถูกแทนด้วยส่วนย่อย"),
    "dropped": Text(en="dropped by a person", th="ถูกทิ้งโดยผู้ดูแล"),
}
