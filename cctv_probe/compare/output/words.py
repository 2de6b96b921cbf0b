"""Words and signs of the outputs: verdicts, keys, states, titles. A sign means the same without colour."""

from __future__ import annotations

from cctv_probe.compare.matching.result import Pair
from cctv_probe.compare.verdicts.verdict import VerdictWord
from cctv_probe.model.words import Text

SIGNS: dict[VerdictWord, tuple[str, str]] = {
    "match": ("✓", "="),
    "within_tolerance": ("≈", "~"),
    "family_match": ("≈", "~"),
    "mismatch": ("≠", "X"),
    "sources_disagree": ("!", "!"),
    "maturing": ("…", ":"),
    "undeclared": ("+", "+"),
    "not_observed": ("–", "-"),
    "camera_missing": ("×", "x"),
    "stale": ("…", ":"),
    "parse_suspect": ("?", "?"),
    "accepted": ("*", "*"),
    "not_assessed": ("·", "."),
}
"""The sign of each verdict, and the one for a screen that knows only ASCII."""

VERDICTS: dict[VerdictWord, Text] = {
    "match": Text(en="agrees", th="ข้อมูลตรงกัน"),
    "within_tolerance": Text(en="close enough", th="ใกล้เคียงกัน"),
    "family_match": Text(en="same maker", th="ผู้ผลิตเดียวกัน"),
    "mismatch": Text(en="the data differ", th="ข้อมูลไม่ตรงกัน"),
    "sources_disagree": Text(en="the camera's own data differ", th="ข้อมูลของกล้องเองไม่ตรงกัน"),
    "maturing": Text(en="not yet complete", th="ยังไม่ครบกำหนด"),
    "undeclared": Text(en="found, not declared", th="พบ แต่บัญชีไม่ได้ระบุ"),
    "not_observed": Text(en="not yet verifiable", th="ยังตรวจสอบไม่ได้"),
    "camera_missing": Text(en="camera not found", th="ไม่พบกล้อง"),
    "stale": Text(en="found too long ago", th="ข้อมูลที่พบเก่าเกินไป"),
    "parse_suspect": Text(en="not readable as written", th="อ่านค่าที่ระบุไว้ไม่ได้"),
    "accepted": Text(en="difference accepted", th="ยอมรับความแตกต่างแล้ว"),
    "not_assessed": Text(en="nothing to compare with", th="ไม่มีข้อมูลให้เปรียบเทียบ"),
}
DIRECTIONS: dict[str, Text] = {
    "overstated": Text(en="declared more than there is", th="ระบุมากกว่าที่พบ"),
    "understated": Text(en="declared less than there is", th="ระบุน้อยกว่าที่พบ"),
}
STATES: dict[str, Text] = {
    "paired": Text(en="found", th="พบ"),
    "needs_decision": Text(en="needs a decision", th="รอการตัดสินใจ"),
    "duplicate": Text(en="repeated row", th="รายการซ้ำ"),
    "absent": Text(en="decided: not on the network", th="ตัดสินใจแล้วว่าไม่อยู่ในเครือข่าย"),
    "camera_missing": Text(en="not found", th="ไม่พบ"),
    "not_observed": Text(en="not looked for", th="ยังไม่ได้ตรวจ"),
    "undeclared": Text(en="found, not declared", th="พบ แต่ไม่อยู่ในบัญชี"),
}
CODES: dict[str, Text] = {
    "range_not_scanned": Text(en="range not scanned", th="ยังไม่ได้สำรวจช่วงนี้"),
    "no_address": Text(en="no address in the list", th="บัญชีไม่มีที่อยู่"),
    "closed": Text(en="answers, stays closed", th="ตอบ แต่ยังไม่มีรหัสผ่าน"),
    "scan_unfinished": Text(en="scan not finished", th="การสำรวจยังไม่เสร็จ"),
}
"""Why a row that was not looked for was not, where `STATES` says too little."""

CONFIDENCES: dict[str, Text] = {
    "high": Text(en="sure", th="แน่ใจ"),
    "medium": Text(en="likely", th="น่าจะใช่"),
    "low": Text(en="unsure", th="ไม่แน่ใจ"),
}
KEYS: dict[str, Text] = {
    "decision": Text(en="decided", th="ตัดสินใจไว้"),
    "serial": Text(en="serial no.", th="หมายเลขเครื่อง"),
    "mac": Text(en="MAC", th="หมายเลข MAC"),
    "address": Text(en="address", th="ที่อยู่"),
    "name": Text(en="name", th="ชื่อ"),
    "position": Text(en="position", th="ตำแหน่ง"),
    "swap": Text(en="exchange", th="สลับที่อยู่"),
    "plausibility": Text(en="likeness", th="ความคล้าย"),
}
ANSWERS: dict[str, Text] = {
    "yes": Text(en="yes", th="ได้"),
    "no": Text(en="no", th="ยังไม่ได้"),
    "unknown": Text(en="not known", th="ยังไม่ทราบ"),
}
ENDINGS: dict[str, Text] = {
    "pass": Text(en="meets it", th="ผ่าน"),
    "fail": Text(en="does not meet it", th="ไม่ผ่าน"),
    "not_testable": Text(en="not verifiable", th="ยังตรวจสอบไม่ได้"),
}
ENDING_SIGNS: dict[str, tuple[str, str]] = {"pass": ("✓", "="), "fail": ("≠", "X"), "not_testable": ("–", "-")}


def pair_words(pair: Pair) -> Text:
    """How sure a pair is, and by which key: `sure: serial no.`."""
    return _SURE.with_(sure=CONFIDENCES[pair.confidence], key=KEYS[pair.key])


_SURE = Text(en="{sure}: {key}", th="{sure}: {key}")

# Titles and heads
TITLE = Text(en="Declared beside discovered", th="เปรียบเทียบบัญชีกับกล้องที่พบ")
LIST_AND_RUN = Text(en="List: {file} · scan of {moment} · {ranges}", th="บัญชี: {file} · สำรวจเมื่อ {moment} · {ranges}")
ROW = Text(en="Row", th="แถว")
DECLARED_CAMERA = Text(en="Declared camera", th="กล้องในบัญชี")
FOUND_CAMERA = Text(en="Found camera", th="กล้องที่พบ")
HOW_SURE = Text(en="How sure", th="ความแน่ใจ")
CAMERA = Text(en="Camera", th="กล้อง")
ADDRESS = Text(en="Address", th="ที่อยู่")
WHY = Text(en="Why", th="เหตุผล")
ACTION = Text(en="What to do", th="สิ่งที่ควรทำ")
SEVERITY = Text(en="Severity", th="ความสำคัญ")
FIELD = Text(en="Field", th="ข้อมูล")
DECLARED = Text(en="Declared", th="ระบุไว้")
CONFIGURED = Text(en="Configured", th="ค่าที่ตั้งไว้")
MEASURED = Text(en="Measured", th="วัดจริง")
VERDICT = Text(en="Verdict", th="ผลการเปรียบเทียบ")
FIELDS_LEGEND = Text(en="Fields: {fields}", th="ช่อง: {fields}")

DIFFERENCES = Text(en="Where the data differ", th="ข้อมูลที่ไม่ตรงกัน")
NO_DIFFERENCE = Text(en="All declared values that could be checked agree.", th="ค่าที่ระบุไว้ซึ่งตรวจสอบได้ตรงกันทั้งหมด")
WAITING = Text(en="not yet verifiable (cameras): {fields}", th="ยังตรวจสอบไม่ได้ (จำนวนกล้อง): {fields}")
EMPTY_FIELDS = Text(
    en="empty in the list, but found (cameras): {fields}", th="บัญชีเว้นว่าง แต่พบข้อมูล (จำนวนกล้อง): {fields}"
)
MORE_ON_FILE = Text(en="… and {count} more, in comparison.html.", th="… และอีก {count} รายการ ดูใน comparison.html")

QUESTIONS = Text(en="Needs a decision", th="รอการตัดสินใจ")
CANDIDATE = Text(
    en="{id} – {name} at {address} (speaks for it: {keys})", th="{id} – {name} ที่ {address} (สนับสนุนโดย: {keys})"
)
NO_KEYS = Text(en="likeness only", th="ความคล้ายเท่านั้น")
HOW_TO_DECIDE = Text(
    en="To decide: copy {example}, keep one line “found:” for each camera, and run again with --decisions FILE. Your answer is "
    "used again next time.",
    th="วิธีตัดสินใจ: คัดลอกไฟล์ {example} เหลือบรรทัด “found:” หนึ่งบรรทัดต่อกล้อง แล้วสั่งใหม่ด้วย --decisions FILE "
    "ครั้งต่อไปโปรแกรมจะใช้คำตอบเดิม",
)
STALE_DECISIONS = Text(en="Decisions that are not used", th="การตัดสินใจที่ไม่ได้ใช้")
MISSING = Text(en="Declared, not found", th="อยู่ในบัญชี แต่ไม่พบ")
SCANNED = Text(en="range scanned", th="สำรวจช่วงนี้แล้ว")
UNDECLARED = Text(en="Found, not declared", th="พบ แต่ไม่อยู่ในบัญชี")
UNDECLARED_LEAD = Text(
    en="Please add them to the list, or say in the decisions file which row they are.",
    th="โปรดเพิ่มในบัญชี หรือระบุในไฟล์การตัดสินใจว่าเป็นรายการใด",
)
ASKED_ABOUT = Text(en="a row waits for a decision about it", th="มีรายการที่รอการตัดสินใจเกี่ยวกับกล้องนี้")

COLUMNS = Text(en="Columns read", th="คอลัมน์ที่อ่าน")
COLUMN = Text(en="Column {letters} “{header}” is read as {field}", th="คอลัมน์ {letters} “{header}” อ่านเป็น {field}")
COLUMN_UNREAD = Text(en="Column {letters} “{header}” is not read", th="ไม่ได้อ่านคอลัมน์ {letters} “{header}”")
COLUMN_MAYBE = Text(en="it may also be {others}", th="อาจเป็น {others} ด้วย")
CONFIRM = Text(
    en="To confirm: run with --save-mapping FILE, correct the words after “field:”, and use it with --mapping FILE.",
    th="วิธียืนยัน: สั่งด้วย --save-mapping FILE ตรวจแก้คำหลัง “field:” แล้วใช้ด้วย --mapping FILE",
)
CONFIRMED = Text(en="as a person confirmed them", th="ตามที่เจ้าหน้าที่ยืนยันแล้ว")
UNREAD = Text(en="Rows and cells that could not be read", th="แถวและค่าที่อ่านไม่ได้")
UNREAD_ROW = Text(en="Row {row}: {why}", th="แถว {row}: {why}")
UNREAD_FILE = Text(en="Sent back with the reasons: {file}", th="ไฟล์ส่งกลับพร้อมเหตุผล: {file}")
NOTES = Text(en="About the list", th="เกี่ยวกับบัญชี")

REPAIRS = Text(en="To repair", th="รายการที่ควรซ่อมแซม")
CAMERAS_CONCERNED = Text(en="{count} cameras", th="{count} กล้อง")
LINKAGE = Text(en="Linking to a central system", th="การเชื่อมโยงกับระบบกลาง")
LINKAGE_COUNTS = Text(
    en="Can be linked: {yes} · not yet: {no} · not known: {unknown}",
    th="เชื่อมโยงได้ {yes} กล้อง · ยังไม่ได้ {no} กล้อง · ยังไม่ทราบ {unknown} กล้อง",
)
UPLINK_UNSTATED = Text(
    en="The uplink was not stated (--uplink MBPS), so it is not weighed.",
    th="ไม่ได้ระบุความเร็วสายเชื่อม (--uplink MBPS) จึงไม่ได้นำมาพิจารณา",
)
PROFILES = Text(en="Compliance profiles", th="เกณฑ์คุณลักษณะ")
PROFILE_COUNTS = Text(
    en="meets it: {passed} · does not: {failed} · not verifiable: {untestable}",
    th="ผ่าน {passed} กล้อง · ไม่ผ่าน {failed} กล้อง · ยังตรวจสอบไม่ได้ {untestable} กล้อง",
)
SOURCE = Text(en="Source: {title}, {edition}", th="ที่มา: {title} ({edition})")
UNVERIFIED = Text(
    en="unverified source: nobody has held these figures against it yet",
    th="ที่มายังไม่ได้รับการตรวจทาน: ยังไม่มีผู้เทียบตัวเลขเหล่านี้กับต้นฉบับ",
)
VERIFIED = Text(en="checked against the source by {by} on {on}", th="ตรวจทานกับต้นฉบับแล้วโดย {by} เมื่อ {on}")
EXAMPLE = Text(en="{count} × {name}, for example: {sentence}", th="{count} × {name} เช่น {sentence}")
CHECKS: dict[str, Text] = {
    "reachable": Text(en="reachable", th="การติดต่อ"),
    "onvif": Text(en="ONVIF", th="การรองรับ ONVIF"),
    "rtsp": Text(en="RTSP stream", th="สตรีม RTSP"),
    "codec": Text(en="codec", th="การเข้ารหัสภาพ"),
    "clock": Text(en="clock", th="นาฬิกา"),
    "uplink": Text(en="uplink", th="สายเชื่อม"),
}
REQUIREMENTS: dict[str, Text] = {
    "min_resolution": Text(en="highest resolution", th="ความละเอียดสูงสุด"),
    "min_recorded_resolution": Text(en="resolution recorded", th="ความละเอียดที่บันทึก"),
    "min_frame_rate_fps": Text(en="frames per second", th="จำนวนภาพต่อวินาที"),
    "codecs": Text(en="codec", th="การเข้ารหัสภาพ"),
    "min_retention_days": Text(en="days kept", th="จำนวนวันที่เก็บ"),
    "max_clock_error_s": Text(en="clock error (s)", th="นาฬิกาคลาดเคลื่อน (วินาที)"),
    "ntp": Text(en="time server (NTP)", th="เซิร์ฟเวอร์เวลา (NTP)"),
    "onvif": Text(en="ONVIF", th="การรองรับ ONVIF"),
    "rtsp": Text(en="RTSP stream", th="สตรีม RTSP"),
}
"""What a profile asks for, by the names of its requirements."""

COUNTS = Text(
    en="Declared {declared} · found {found} · paired {paired} (sure {high}, likely {medium}, unsure {low}) · moved {moved}",
    th="ในบัญชี {declared} · พบ {found} · จับคู่ได้ {paired} (แน่ใจ {high} น่าจะใช่ {medium} ไม่แน่ใจ {low}) · ย้ายที่อยู่ {moved}",
)
COUNTS_OPEN = Text(
    en="Needs a decision {needs_decision} · not found {camera_missing} · not looked for {not_observed} · repeated {duplicate} · found, not declared {undeclared}",
    th="รอการตัดสินใจ {needs_decision} · ไม่พบ {camera_missing} · ยังไม่ได้ตรวจ {not_observed} · ซ้ำ {duplicate} · พบแต่ไม่อยู่ในบัญชี {undeclared}",
)
COUNTS_VERDICTS = Text(en="Values: {told}", th="ค่าในบัญชี: {told}")
TILES = (
    Text(en="declared", th="กล้องในบัญชี"),
    Text(en="found", th="กล้องที่พบ"),
    Text(en="paired", th="จับคู่ได้"),
    Text(en="cameras with differences", th="กล้องที่ข้อมูลไม่ตรงกัน"),
    Text(en="need a decision", th="รอการตัดสินใจ"),
    Text(en="not found", th="ไม่พบ"),
    Text(en="found, not declared", th="พบ แต่ไม่อยู่ในบัญชี"),
)
NONE_PAIRED = Text(
    en="None of the cameras in {file} was found in this scan. Please check that it is the right municipality's list, and that its "
    "ranges were scanned.",
    th="ไม่พบกล้องใดใน {file} จากการสำรวจนี้ โปรดตรวจสอบว่าเป็นบัญชีของหน่วยงานที่ถูกต้อง และได้สำรวจช่วงที่อยู่ของกล้องแล้ว",
)
FOOT = Text(
    en="Declared values are what the list says; the others were asked or measured by {program}. What is not known is never counted as agreeing.",
    th="ค่าที่ระบุไว้มาจากบัญชี ค่าอื่นถามหรือวัดโดย {program} สิ่งที่ยังไม่ทราบไม่นับว่าตรงกัน",
)
