"""The sentences of verdicts: courteous, with what was declared, what was found and how that is known."""

from __future__ import annotations

from cctv_probe.model.words import Text

MATCH = Text(
    en="As declared ({declared}): {observed}, {standing}.", th="ตรงกับที่ระบุไว้ ({declared}): {observed} ({standing})"
)
UNDERSTATED = Text(
    en="More than declared ({declared}): {observed}, {standing}. The list may be corrected upwards.",
    th="มากกว่าที่ระบุไว้ ({declared}): {observed} ({standing}) สามารถปรับบัญชีให้เพิ่มขึ้นได้",
)
WITHIN = Text(
    en="Close enough to what is declared ({declared}): {observed}, {standing}.",
    th="ใกล้เคียงกับที่ระบุไว้ ({declared}): {observed} ({standing})",
)
FAMILY_MATCH = Text(
    en="Declared {declared}, found {observed} ({standing}): the same maker under two brands.",
    th="ระบุไว้ {declared} พบ {observed} ({standing}) ซึ่งเป็นผู้ผลิตเดียวกันภายใต้คนละยี่ห้อ",
)
MISMATCH = Text(
    en="The data differ. Declared: {declared}. Found: {observed}, {standing}.",
    th="ข้อมูลไม่ตรงกัน ระบุไว้: {declared} พบ: {observed} ({standing})",
)
DISAGREE = Text(
    en="The camera's own data differ, so that {declared} can be neither confirmed nor refuted: {sources}. Please check the camera's settings.",
    th="ข้อมูลของกล้องเองไม่ตรงกัน จึงยังยืนยันค่า {declared} ไม่ได้: {sources} โปรดตรวจสอบการตั้งค่าของกล้อง",
)
UNDECLARED = Text(
    en="Nothing is declared. Found: {observed}, {standing}. Please add it to the list.",
    th="บัญชีไม่ได้ระบุไว้ พบ: {observed} ({standing}) โปรดเพิ่มในบัญชี",
)
NOT_OBSERVED = Text(en="Not yet verifiable. Declared: {declared}. {why}", th="ยังตรวจสอบไม่ได้ ระบุไว้: {declared} {why}")
STALE = Text(
    en="Not yet verifiable. Declared: {declared}. What was found ({observed}) is {days} days old; please scan again.",
    th="ยังตรวจสอบไม่ได้ ระบุไว้: {declared} ค่าที่พบ ({observed}) เก่า {days} วันแล้ว โปรดสำรวจใหม่",
)
SUSPECT = Text(
    en="What is written ({declared}) cannot be read as a value of this field. Please correct the list.",
    th="ข้อความที่ระบุไว้ ({declared}) ยังอ่านเป็นค่าของช่องนี้ไม่ได้ โปรดแก้ไขบัญชี",
)
ACCEPTED = Text(
    en="Declared: {declared}. Found: {observed}. This difference was accepted: {reason}",
    th="ระบุไว้: {declared} พบ: {observed} ความแตกต่างนี้ได้รับการยอมรับแล้ว: {reason}",
)
NOTHING = Text(
    en="Not yet verifiable. Nothing is declared and nothing was found. {why}",
    th="ยังตรวจสอบไม่ได้ บัญชีไม่ได้ระบุไว้ และไม่พบข้อมูล {why}",
)
DECLARED_STANDS = Text(
    en="The declared value stands ({declared}): nothing in the network speaks for or against it.",
    th="ใช้ค่าตามที่ระบุไว้ ({declared}) เนื่องจากไม่มีข้อมูลในเครือข่ายที่ยืนยันหรือแย้ง",
)
NOT_DECLARED = Text(
    en="Nothing is declared. Only the list can say this; please fill it in.",
    th="บัญชีไม่ได้ระบุไว้ ข้อมูลนี้ต้องมาจากบัญชีเท่านั้น โปรดกรอก",
)
NOT_COMPARABLE = Text(
    en="Declared: {declared}. Found: {observed}. The two cannot be compared.",
    th="ระบุไว้: {declared} พบ: {observed} ทั้งสองค่าเทียบกันไม่ได้",
)
MISSING = Text(
    en="The camera was not found although its address {address} was asked. Please check its power, cable and address.",
    th="ไม่พบกล้อง แม้ได้ตรวจที่อยู่ {address} แล้ว โปรดตรวจสอบไฟเลี้ยง สายสัญญาณ และที่อยู่ของกล้อง",
)
MISSING_DECIDED = Text(en="The camera was decided not to be on the network.", th="มีการตัดสินใจว่ากล้องนี้ไม่อยู่ในเครือข่าย")
OUT_OF_RANGE = Text(
    en="Its address {address} lies outside the ranges that were scanned. Please scan its range too.",
    th="ที่อยู่ {address} อยู่นอกช่วงที่สำรวจ (ยังไม่ได้สำรวจช่วงนี้) โปรดสำรวจช่วงของกล้องนี้ด้วย",
)
NO_ADDRESS = Text(
    en="The list gives no address, so it is not known whether its range was scanned. Please add its address.",
    th="บัญชีไม่ได้ระบุที่อยู่ จึงไม่ทราบว่าได้สำรวจช่วงของกล้องนี้แล้วหรือไม่ โปรดเพิ่มที่อยู่",
)
UNFINISHED = Text(
    en="The scan was stopped before its end, so that the camera may not have been asked. Please scan again.",
    th="การสำรวจหยุดก่อนเสร็จ จึงอาจยังไม่ได้ตรวจกล้องนี้ โปรดสำรวจใหม่",
)
CLOSED = Text(
    en="A device answers at {address}, but did not tell of its cameras: {why}",
    th="มีอุปกรณ์ตอบที่ {address} แต่ไม่ได้แจ้งข้อมูลกล้อง: {why}",
)
CLOSED_WHY = Text(en="check its login.", th="โปรดตรวจสอบรหัสผ่าน")
TO_DECIDE = Text(en="It is not decided yet which camera this is: {why}", th="ยังไม่ได้ตัดสินใจว่าเป็นกล้องตัวใด: {why}")
DUPLICATE = Text(en="This row repeats {other}. Please remove one.", th="รายการนี้ซ้ำกับ {other} โปรดลบออกหนึ่งรายการ")

# Notes that follow a sentence.
PROXY = Text(en="This is the live picture; the recording itself was not seen.", th="ค่านี้มาจากภาพสด ยังไม่ได้เห็นภาพที่บันทึกจริง")
PROXY_BRAND = Text(en="The brand found is the recorder's, not the camera's.", th="ยี่ห้อที่พบเป็นของเครื่องบันทึก ไม่ใช่ของกล้อง")
UNSURE = Text(en="The declared text was read with some doubt.", th="ข้อความที่ระบุไว้อ่านได้ไม่ชัดเจน")
UNSURE_PAIR = Text(en="It is not certain that this is the camera meant.", th="ยังไม่แน่ใจว่าเป็นกล้องตัวเดียวกับที่ระบุไว้")
MATURING = Text(
    en="Recording began less than the declared days ago, and what was recorded since is there. Please check again later.",
    th="เริ่มบันทึกมายังไม่ครบจำนวนวันที่ระบุ และภาพตั้งแต่นั้นมายังอยู่ครบ โปรดตรวจอีกครั้งภายหลัง",
)
APPROXIMATE = Text(en="It was declared as “about”.", th="บัญชีระบุเป็นค่าประมาณ")
UNTIL_FULL = Text(en="At present {days} days can be played.", th="ขณะนี้เล่นย้อนหลังได้ {days} วัน")
DELETED_AFTER = Text(en="The recorder is set to delete after {days} days.", th="เครื่องบันทึกตั้งให้ลบหลัง {days} วัน")
UNFINISHED_SAMPLES = Text(
    en="Too few samples were played so far for a verdict. Please check on another night; samples add up.",
    th="ยังเล่นตัวอย่างได้น้อยเกินไปที่จะสรุป โปรดตรวจอีกครั้งในคืนอื่น โดยตัวอย่างจะนับรวมกัน",
)
SETTING_UNKNOWN = Text(
    en="What the recorder is set to keep is not known. Please check its setting.",
    th="ยังไม่ทราบว่าเครื่องบันทึกตั้งให้เก็บกี่วัน โปรดตรวจสอบการตั้งค่า",
)
MPEG4 = Text(
    en="“MPEG-4” may mean the file (MP4), MPEG-4 Part 2 or H.264.",
    th="คำว่า “MPEG-4” อาจหมายถึงไฟล์ MP4, MPEG-4 Part 2 หรือ H.264",
)
ONE_OF_SEVERAL = Text(en="Several values are declared; this is one of them.", th="บัญชีระบุไว้หลายค่า ค่านี้เป็นหนึ่งในนั้น")
SAME_KIND = Text(en="The two file formats are commonly taken for each other.", th="รูปแบบไฟล์ทั้งสองมักเรียกแทนกัน")
SMART = Text(
    en="“Plus” or “smart” coding is the same codec with a changing rate.",
    th="แบบ “+” หรือ Smart ใช้การเข้ารหัสเดียวกัน เพียงปรับอัตราได้",
)
CONTAINER_UNSEEN = Text(en="Over a stream the kind of file cannot be seen.", th="จากสตรีมไม่สามารถเห็นชนิดของไฟล์ได้")
TURNED = Text(en="Width and height are exchanged.", th="ความกว้างและความสูงสลับกัน")
CROPPED = Text(en="The heights differ only by what is cut off when coding.", th="ความสูงต่างกันเพียงส่วนที่ตัดออกเมื่อเข้ารหัส")
D1 = Text(en="Both are sizes of class D1.", th="ทั้งสองเป็นขนาดในกลุ่ม D1")
UNSURE_SIZE = Text(en="The declared word stands for several sizes.", th="คำที่ระบุไว้หมายถึงได้หลายขนาด")
UNBRANDED = Text(en="The list says that it has no brand.", th="บัญชีระบุว่าไม่มียี่ห้อ")
LABEL = Text(
    en="Cameras of this brand come from several makers; please look at the label on the camera.",
    th="กล้องยี่ห้อนี้มาจากผู้ผลิตหลายราย โปรดดูป้ายที่ตัวกล้อง",
)
FAMILY = Text(en="This counts as agreeing.", th="ถือว่าตรงกัน")
ONE_PURPOSE = Text(
    en="Only one purpose is given; the survey asks for purposes that are tied to one another.",
    th="ระบุวัตถุประสงค์เพียงข้อเดียว แบบสำรวจขอให้วัตถุประสงค์มีความยึดโยงกัน",
)
OTHER_LAO = Text(
    en="The data differ. The list belongs to {declared}, the scan was made for {observed}. Please check that it is the right list.",
    th="ข้อมูลไม่ตรงกัน บัญชีเป็นของ {declared} แต่การสำรวจทำในนามของ {observed} โปรดตรวจสอบว่าใช้บัญชีถูกต้อง",
)
METRES = Text(en="{metres} m apart", th="ห่างกัน {metres} เมตร")
ANALOGUE = Text(
    en="An analogue line is declared, but the camera itself answers over the network.",
    th="ระบุเป็นสายแอนะล็อก แต่ตัวกล้องตอบผ่านเครือข่ายได้เอง",
)
HINTS = Text(en="Hint: {hints}.", th="ข้อมูลประกอบ: {hints}")
