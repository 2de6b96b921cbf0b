"""The headings and sentences of the report and the screen."""

from __future__ import annotations

from cctv_probe.model.words import Text

TITLE = Text(en="CCTV survey", th="รายงานสำรวจระบบกล้องโทรทัศน์วงจรปิด (CCTV)")
RUN = Text(en="Scanned {start} to {end}", th="สแกนเมื่อ {start} ถึง {end}")
RANGES = Text(en="Range: {ranges}", th="ช่วงที่อยู่: {ranges}")
LAO = Text(en="LAO code {code}", th="รหัส อปท. {code}")
INCOMPLETE = Text(
    en="The scan was stopped before its end. What was found until then is shown; scan again for the rest.",
    th="การสแกนหยุดก่อนเสร็จสิ้น รายงานนี้แสดงเฉพาะที่พบแล้ว โปรดสแกนอีกครั้งเพื่อให้ครบถ้วน",
)

TRIED = Text(en="addresses asked", th="ที่อยู่ที่ตรวจ")
CAMERAS = Text(en="cameras", th="กล้อง")
RECORDERS = Text(en="recorders", th="เครื่องบันทึก")
CLOSED = Text(en="not yet opened", th="ยังเข้าถึงไม่ได้")
DIFFERING = Text(en="cameras whose data differ", th="กล้องที่ข้อมูลไม่ตรงกัน")

KNOWN_FIELDS = Text(en="What is known", th="ข้อมูลที่ทราบแล้ว")
FIELD = Text(en="Field", th="รายการ")
NUMBER = Text(en="No.", th="ข้อ")
KNOWN_OF = Text(en="Known", th="ทราบแล้ว")
OF = Text(en="{count} of {total}", th="{count} จาก {total}")
DIFFER = Text(en="Data differ", th="ข้อมูลไม่ตรงกัน")
NOT_YET = Text(en="not yet verifiable", th="ยังตรวจสอบไม่ได้")
AS_FIELD = Text(en="{words} – for the reason given at {number}", th="{words} – ด้วยเหตุผลเดียวกับข้อ {number}")

CLOSED_TITLE = Text(en="Devices that no credential opened", th="อุปกรณ์ที่ยังไม่มีรหัสผ่านใดเปิดได้")
CLOSED_LEAD = Text(
    en="Add the right credential for each, then scan again.",
    th="โปรดเพิ่มรหัสผ่านที่ถูกต้องของแต่ละเครื่อง แล้วสแกนอีกครั้ง",
)
ADDRESS = Text(en="Address", th="ที่อยู่")
KIND = Text(en="Kind", th="ชนิด")
BRAND = Text(en="Brand", th="ยี่ห้อ")
MODEL = Text(en="Model", th="รุ่น")
WHY = Text(en="Why", th="สาเหตุ")
OPEN_PORTS = Text(en="Open ports", th="พอร์ตที่เปิด")
SEEN_BY = Text(en="Seen by", th="พบโดย")

OVERVIEW_TITLE = Text(en="All cameras", th="กล้องทั้งหมด")
NO_CAMERAS = Text(
    en="No camera was found. Check that this machine is connected to the camera network and the range is right.",
    th="ไม่พบกล้อง โปรดตรวจสอบว่าเครื่องนี้เชื่อมต่อกับเครือข่ายกล้อง และช่วงที่อยู่ถูกต้อง",
)
CAMERA = Text(en="Camera", th="กล้อง")
CHANNEL = Text(en="channel {number}", th="ช่อง {number}")
RESOLUTION = Text(en="Resolution", th="ความละเอียด")
HIGHEST = Text(en="Highest", th="สูงสุด")
RATE = Text(en="Frames/s", th="ภาพ/วินาที")
CODEC = Text(en="Format", th="รูปแบบ")
DAYS = Text(en="Days", th="จำนวนวัน")
NOTE = Text(en="Note", th="หมายเหตุ")

RECORDS_TITLE = Text(en="Survey record of each camera", th="บัญชีสำรวจรายกล้อง")
VALUE = Text(en="Value", th="ค่า")
SOURCE = Text(en="Where it comes from, and what stands beside it", th="ที่มา และข้อมูลประกอบ")
PROXY = Text(en="from the live stream", th="จากภาพสด")
PROXY_BRAND = Text(en="of the recorder", th="ของเครื่องบันทึก")
ALSO = Text(en="also", th="ข้อมูลประกอบ")
DIFFERS = Text(en="Data differ", th="ข้อมูลไม่ตรงกัน")
AND_MORE = Text(en="and {count} more", th="และอีก {count} รายการ")
CONTAINER = Text(
    en="The recorded file itself was not seen, so its container is not known.",
    th="ยังไม่เห็นไฟล์ที่บันทึกจริง จึงยังไม่ทราบชนิดไฟล์",
)
WORKING = Text(en="Picture", th="สภาพภาพ")
WORKS = Text(en="healthy", th="ใช้งานได้")
WORKS_NOT = Text(en="not healthy", th="ใช้งานไม่ได้")
STREAM = Text(en="Stream", th="สตรีม")
RELAYED = Text(en="(recorder)", th="(เครื่องบันทึก)")
BIT_RATE = Text(en="Mbit/s", th="เมกะบิต/วินาที")

RECORDINGS = Text(en="Recordings, day by day", th="ภาพที่บันทึกรายวัน")
SEED = Text(
    en="The samples were drawn at random with seed {seed}; with it the same draw can be repeated.",
    th="ตัวอย่างสุ่มด้วยค่าเริ่มต้น {seed} ซึ่งใช้สุ่มซ้ำชุดเดิมได้",
)
TIMELINES = Text(
    en="How to read the timelines (the newest day stands at the left):",
    th="วิธีอ่านแถบเวลา (วันล่าสุดอยู่ทางซ้าย):",
)

RECORDERS_TITLE = Text(en="Devices with something to look at", th="อุปกรณ์ที่ควรตรวจสอบ")
HEALTH_TITLE = Text(en="Health of the recorders", th="สภาพของเครื่องบันทึก")
UNSETTLED_TITLE = Text(en="Answered, but not yet known what it is", th="ตอบแล้ว แต่ยังไม่ทราบชนิดอุปกรณ์")
OTHERS_TITLE = Text(en="Answered, but not a camera", th="ตอบแล้ว แต่ไม่ใช่กล้อง")
ATTEMPTS_TITLE = Text(en="Every step that was taken", th="ขั้นตอนทั้งหมดที่ดำเนินการ")
ATTEMPTS_OF = Text(en="{address}, steps: {count}", th="{address}: {count} ขั้นตอน")
STEP = Text(en="Step", th="ขั้นตอน")
ENDING = Text(en="How it ended", th="ผล")
SECONDS = Text(en="Seconds", th="วินาที")
FOOT = Text(
    en="Made by {program}. This list of addresses and devices is confidential.",
    th="จัดทำโดย {program} บัญชีที่อยู่และอุปกรณ์นี้เป็นข้อมูลลับ โปรดเก็บรักษาอย่างระมัดระวัง",
)
