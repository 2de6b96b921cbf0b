"""What `cctv-probe agent outbox` says."""

from __future__ import annotations

from cctv_probe.model.words import Text

ABOUT = Text(
    en="Look at what waits to be sent; carry it by hand; try again; give up.",
    th="ดูรายงานที่รอส่ง นำส่งด้วยมือ ลองส่งใหม่ หรือทิ้ง",
)
LIST = Text(en="List what waits and what became of the rest.", th="แสดงรายงานที่รอส่งและผลของรายงานที่ผ่านมา")
SHOW = Text(
    en="Show one report and its receipt (with --json its whole text).",
    th="แสดงรายงานหนึ่งฉบับและใบรับ (ใช้ --json เพื่อดูเนื้อหาทั้งหมด)",
)
VERIFY = Text(
    en="Check the file, every text, the chain and the receipts. Nothing is changed.",
    th="ตรวจสอบไฟล์ เนื้อหาทุกฉบับ สายรายงาน และใบรับ โดยไม่แก้ไขสิ่งใด",
)
EXPORT = Text(
    en="Write what waits into a signed bundle, to be carried to the register.",
    th="เขียนรายงานที่รอส่งลงชุดรายงานที่ลงลายมือชื่อ เพื่อนำไปให้ทะเบียนกลาง",
)
IMPORT = Text(en="Take the receipts that the register gave for a bundle.", th="รับใบรับที่ทะเบียนกลางออกให้สำหรับชุดรายงาน")
RETRY = Text(
    en="Send at once what waits for its next try, or was refused before.",
    th="ส่งรายงานที่รอรอบถัดไปหรือเคยถูกปฏิเสธโดยทันที",
)
DROP = Text(en="Give a report up for ever; the register is told so.", th="ทิ้งรายงานอย่างถาวร โดยแจ้งให้ทะเบียนกลางทราบ")

REPORT = Text(
    en="The report: its number, its id, or how its id begins.", th="รายงาน: ลำดับ เลขรายงาน หรือส่วนต้นของเลขรายงาน"
)
JSON = Text(en="Print as JSON on standard output.", th="พิมพ์เป็น JSON ทางเอาต์พุตมาตรฐาน")
STATE = Text(
    en="Only reports in this state: held, queued, sending, acked, quarantined, expired, replaced, dropped.",
    th="เฉพาะรายงานในสถานะนี้: held, queued, sending, acked, quarantined, expired, replaced, dropped",
)
MOST = Text(en="At most so many, the newest ones.", th="จำนวนสูงสุดที่แสดง นับจากฉบับใหม่สุด")
BUNDLE = Text(en="The file to write.", th="ไฟล์ที่จะเขียน")
RECEIPTS = Text(en="The file of receipts from the register.", th="ไฟล์ใบรับจากทะเบียนกลาง")
RETRY_ALL = Text(en="Everything that waits or was refused.", th="ทุกฉบับที่รอส่งหรือเคยถูกปฏิเสธ")
REASON = Text(en="Why, in words that are kept with the report.", th="เหตุผล ซึ่งจะเก็บไว้กับรายงาน")
YES = Text(en="Do not ask.", th="ไม่ต้องถามยืนยัน")

NO_STATE = Text(en="There is no state {state}. There are: {states}.", th="ไม่มีสถานะ {state} สถานะที่มีคือ {states}")
NEVER_RAN = Text(
    en="The agent has not run here yet: there is no folder {path}. Is the right configuration named?",
    th="ตัวแทนยังไม่เคยทำงานบนเครื่องนี้ เพราะไม่มีโฟลเดอร์ {path} โปรดตรวจสอบว่าระบุไฟล์ตั้งค่าถูกต้อง",
)
NOT_ALLOWED = Text(
    en="This user may not look into {path}. Please run this with sudo.",
    th="ผู้ใช้นี้ไม่มีสิทธิ์ดู {path} โปรดรันด้วย sudo",
)
UNKNOWN = Text(
    en="There is no report {report} in the outbox. cctv-probe agent outbox list shows them.",
    th="ไม่มีรายงาน {report} ในกล่องรอส่ง ดูรายงานได้ด้วย cctv-probe agent outbox list",
)
SEVERAL = Text(
    en="Several reports fit {report}. Please type more of the id.", th="มีหลายรายงานที่ตรงกับ {report} โปรดพิมพ์เลขรายงานเพิ่ม"
)
ONE_OR_ALL = Text(en="Please name one report, or --all.", th="โปรดระบุรายงานหนึ่งฉบับ หรือใช้ --all")
SOUND = Text(
    en="The outbox is sound: file, texts, chain and receipts.", th="กล่องรอส่งอยู่ในสภาพสมบูรณ์ ทั้งไฟล์ เนื้อหา สายรายงาน และใบรับ"
)
EXISTS = Text(
    en="{path} is there already and is not written over. Please name another file.",
    th="มี {path} อยู่แล้ว จึงไม่เขียนทับ โปรดระบุไฟล์อื่น",
)
EXPORTED = Text(
    en="{path} holds {count} reports. They wait here until their receipts are imported: cctv-probe agent outbox import FILE.",
    th="{path} มีรายงาน {count} ฉบับ รายงานยังรออยู่ที่นี่จนกว่าจะนำเข้าใบรับด้วย cctv-probe agent outbox import FILE",
)
EXPORT_LEFT = Text(
    en="{count} more did not fit. Please import the receipts first, then export again.",
    th="ยังเหลืออีก {count} ฉบับที่ใส่ไม่พอ โปรดนำเข้าใบรับก่อน แล้วส่งออกอีกครั้ง",
)
IMPORTED = Text(
    en="Newly delivered: {new}. Known before: {already}. Not of this outbox: {unknown}.",
    th="ส่งถึงเพิ่ม {new} ฉบับ ทราบอยู่แล้ว {already} ฉบับ ไม่ใช่ของกล่องนี้ {unknown} ฉบับ",
)
RETRIED = Text(en="{count} reports are sent next.", th="จะส่งรายงาน {count} ฉบับเป็นลำดับถัดไป")
SURE = Text(en="Give up report {seq} ({report}) for ever?", th="ต้องการทิ้งรายงานลำดับ {seq} ({report}) อย่างถาวรหรือไม่")
NOT_DROPPED = Text(
    en="Nothing was dropped. Without a question: --yes.", th="ไม่ได้ทิ้งรายงานใด หากไม่ต้องการให้ถาม โปรดใช้ --yes"
)
DROPPED = Text(
    en="Report {seq} was given up; the register is told so.", th="ทิ้งรายงานลำดับ {seq} แล้ว และจะแจ้งให้ทะเบียนกลางทราบ"
)

WAITING = Text(
    en="Waiting to be sent: {queued}. For approval: {held}. Refused by the register: {quarantined}. Together {size}.",
    th="รอส่ง {queued} ฉบับ รออนุมัติ {held} ฉบับ ทะเบียนกลางไม่รับ {quarantined} ฉบับ รวม {size}",
)
GATHERS = Text(
    en="To be told as a gap ({reason}): {count} reports, numbers {seqs}.",
    th="จะแจ้งเป็นช่องว่าง ({reason}): รายงาน {count} ฉบับ ลำดับ {seqs}",
)
LINE = Text(en="number {seq}: {state}", th="ลำดับ {seq}: {state}")
MADE = Text(en="made {at}, {size}, {kind}", th="สร้างเมื่อ {at} ขนาด {size} ชนิด {kind}")
TRIED = Text(
    en="tried {count} times; next try {at}; last: {status}", th="ลองส่งแล้ว {count} ครั้ง ครั้งถัดไป {at} ผลล่าสุด: {status}"
)
EXPORTED_AT = Text(en="written into a bundle {at}", th="เขียนลงชุดรายงานเมื่อ {at}")
RECEIVED = Text(
    en="receipt: {status}, received {at}, signed with {key}", th="ใบรับ: {status} รับเมื่อ {at} ลงลายมือชื่อด้วย {key}"
)
GIVEN_UP = Text(en="given up ({reason}); told in number {gap}", th="ถูกตัดออก ({reason}) แจ้งไว้ในลำดับ {gap}")
HOLDS = Text(en="{records} records; {cameras} cameras named", th="ระเบียน {records} รายการ กล้องที่ระบุ {cameras} ตัว")
