"""The sentences that say why a value is unknown and what to do: one for each way a step can end.

Placeholders: `{address}` the device, `{step}` the question in words, `{line}` what is particular to the case.
"""

from __future__ import annotations

from cctv_probe.model.attempt import Ending
from cctv_probe.model.words import Text

WHY_CLOSED: dict[Ending, Text] = {
    Ending.LOCKED_OUT: Text(en="{address} has locked the account for now.", th="{address} ล็อกบัญชีไว้ชั่วคราว"),
    Ending.UNAUTHORIZED: Text(en="No credential opened {address}.", th="ไม่มีรหัสผ่านใดเปิด {address} ได้"),
    Ending.HELD_BACK: Text(
        en="No login was tried on {address}, so that its account is not locked.",
        th="ไม่ได้ลองเข้าสู่ระบบที่ {address} เพื่อไม่ให้บัญชีถูกล็อก",
    ),
}
"""Why a device stayed closed, where the visit did not say it more exactly."""

OPEN_IT: dict[Ending, Text] = {
    Ending.LOCKED_OUT: Text(
        en="Wait 30 minutes without any login, check the password, then scan again.",
        th="โปรดรอ 30 นาทีโดยไม่เข้าสู่ระบบ ตรวจสอบรหัสผ่าน แล้วสแกนอีกครั้ง",
    ),
    Ending.UNAUTHORIZED: Text(
        en="Add a credential that fits it under `groups` in the credentials file; on many devices the ONVIF user "
        "is an account of its own (`onvif_user`).",
        th="โปรดเพิ่มรหัสผ่านที่ถูกต้องใต้ `groups` ในไฟล์ข้อมูลเข้าสู่ระบบ อุปกรณ์หลายรุ่นแยกผู้ใช้ ONVIF ไว้ต่างหาก (`onvif_user`)",
    ),
    Ending.HELD_BACK: Text(
        en="Check the credential that was refused, then scan again after 30 minutes.",
        th="โปรดตรวจสอบรหัสผ่านที่ถูกปฏิเสธ แล้วสแกนอีกครั้งหลังจาก 30 นาที",
    ),
}
"""What opens it."""

REASONS: dict[Ending, Text] = {
    Ending.NOT_PERMITTED: Text(
        en="The configuration does not permit what {address} asks for ({line}). Permit it for this device, or read the "
        "value on the device itself.",
        th="การตั้งค่าไม่อนุญาตสิ่งที่ {address} ต้องการ ({line}) โปรดอนุญาตสำหรับอุปกรณ์นี้ หรืออ่านค่าที่ตัวอุปกรณ์",
    ),
    Ending.OUT_OF_SCOPE: Text(en="{address}: {line}", th="{address}: {line}"),
    Ending.BUSY: Text(
        en="{address} was busy with other users. Scan again later, or close one of the viewers.",
        th="{address} มีผู้ใช้งานเต็ม โปรดสแกนอีกครั้งภายหลัง หรือปิดโปรแกรมดูภาพบางส่วน",
    ),
    Ending.TLS: Text(
        en="No secure connection could be agreed on with {address}. Check its HTTPS settings or update its firmware.",
        th="ตกลงการเชื่อมต่อแบบเข้ารหัส (TLS) กับ {address} ไม่ได้ โปรดตรวจสอบการตั้งค่า HTTPS หรือปรับปรุงเฟิร์มแวร์",
    ),
    Ending.INTERRUPTED: Text(
        en="The scan was stopped before {address} was read to the end. Scan it again.",
        th="การสแกนถูกหยุดก่อนอ่าน {address} ครบ โปรดสแกนอีกครั้ง",
    ),
    Ending.BUDGET_SPENT: Text(
        en="The time for {address} was used up before this was read. Scan this device again alone.",
        th="เวลาที่กำหนดสำหรับ {address} หมดก่อนอ่านค่านี้ โปรดสแกนเฉพาะอุปกรณ์นี้อีกครั้ง",
    ),
    Ending.TIMEOUT: Text(
        en="{address} did not answer in time ({step}). Check its network connection and scan again.",
        th="{address} ไม่ตอบภายในเวลาที่กำหนด ({step}) โปรดตรวจสอบเครือข่ายของอุปกรณ์แล้วสแกนอีกครั้ง",
    ),
    Ending.UNREACHABLE: Text(
        en="{address} could not be reached. Check its power, cable and route, then scan again.",
        th="ติดต่อ {address} ไม่ได้ โปรดตรวจสอบไฟเลี้ยง สายสัญญาณ และเส้นทางเครือข่าย แล้วสแกนอีกครั้ง",
    ),
    Ending.TOO_LARGE: Text(
        en="{address} sent more than is allowed and was cut off ({step}). Read the value on the device itself.",
        th="{address} ส่งข้อมูลมากเกินกำหนดจึงหยุดรับ ({step}) โปรดอ่านค่าที่ตัวอุปกรณ์",
    ),
    Ending.MALFORMED: Text(
        en="The answer of {address} could not be read ({step}). Read the value on the device itself, or update its "
        "firmware.",
        th="คำตอบของ {address} อ่านไม่ได้ ({step}) โปรดอ่านค่าที่ตัวอุปกรณ์ หรือปรับปรุงเฟิร์มแวร์",
    ),
    Ending.BUG: Text(
        en="An error in cctv-probe itself kept this from being read ({step}, {address}). Please report it with "
        "run.json.",
        th="ข้อผิดพลาดของ cctv-probe เองทำให้อ่านค่านี้ไม่ได้ ({step}, {address}) โปรดแจ้งผู้พัฒนาพร้อมไฟล์ run.json",
    ),
    Ending.FAULT: Text(
        en="{address} answered with an error ({step}). Read the value on the device itself, or update its firmware.",
        th="{address} ตอบว่ามีข้อผิดพลาด ({step}) โปรดอ่านค่าที่ตัวอุปกรณ์ หรือปรับปรุงเฟิร์มแวร์",
    ),
    Ending.REFUSED: Text(
        en="Nothing listens where {address} should answer ({step}). Check that the service is switched on in the "
        "device.",
        th="ไม่มีบริการเปิดรับที่ {address} ({step}) โปรดตรวจสอบว่าเปิดบริการนี้ในอุปกรณ์แล้ว",
    ),
    Ending.NOT_FOUND: Text(
        en="{address} has no stream at the paths that were asked ({step}). Give its path under `streams` in the "
        "configuration.",
        th="{address} ไม่มีสตรีมที่เส้นทางซึ่งถาม ({step}) โปรดระบุเส้นทางใต้ `streams` ในการตั้งค่า",
    ),
    Ending.NOT_SUPPORTED: Text(
        en="{address} does not support this question ({step}). Read the value on the device itself.",
        th="{address} ไม่รองรับคำถามนี้ ({step}) โปรดอ่านค่าที่ตัวอุปกรณ์",
    ),
}
"""The endings that have nothing to do with logins."""

ONVIF_OFF = Text(
    en="ONVIF is switched off on {address}, or the device has none. Switch ONVIF on in the device's own menu, give it "
    "an ONVIF user, then scan again.",
    th="ONVIF ของ {address} ปิดอยู่หรือไม่มีให้ใช้ โปรดเปิด ONVIF ในเมนูของอุปกรณ์และสร้างผู้ใช้ ONVIF แล้วสแกนอีกครั้ง",
)
NOT_TOLD = Text(
    en="{address} answered but did not tell this. Read it on the device itself.",
    th="{address} ตอบแล้ว แต่ไม่ได้แจ้งค่านี้ โปรดอ่านค่าที่ตัวอุปกรณ์",
)
NOT_ASKED = Text(
    en="No service that tells this was found at {address}. Check that ONVIF or RTSP is switched on in the device.",
    th="ไม่พบบริการที่ให้ค่านี้ที่ {address} โปรดตรวจสอบว่าเปิด ONVIF หรือ RTSP ในอุปกรณ์แล้ว",
)
NOT_A_CAMERA = Text(
    en="{address} answered but is no camera, so it was not asked further. Nothing needs to be done.",
    th="{address} ตอบแล้วแต่ไม่ใช่กล้อง จึงไม่ได้ถามต่อ ไม่ต้องดำเนินการใด",
)

DECLARED_FIELDS: dict[str, tuple[str, Text]] = {
    "owner": (
        "owner_not_declared",
        Text(
            en="No owner is declared. Write the LAO code (eight digits) in the scope file as `lao_code`.",
            th="ยังไม่ได้ระบุหน่วยงานเจ้าของ โปรดใส่รหัส อปท. (8 หลัก) ในไฟล์ขอบเขตที่ `lao_code`",
        ),
    ),
    "position": (
        "position_not_declared",
        Text(
            en="Nobody has declared where this camera stands, and a device cannot know it. Add it to the "
            "municipality's list of cameras; what the device says of its place stands beside as a hint.",
            th="ยังไม่มีผู้ระบุตำแหน่งติดตั้ง และอุปกรณ์ไม่ทราบเอง โปรดเพิ่มในบัญชีกล้องของ อปท. ข้อความจากอุปกรณ์แสดงไว้เป็นข้อมูลประกอบ",
        ),
    ),
    "purposes": (
        "purposes_not_declared",
        Text(
            en="Nobody has declared what this camera is for. Add its purposes to the municipality's list of cameras.",
            th="ยังไม่มีผู้ระบุวัตถุประสงค์ของกล้อง โปรดเพิ่มในบัญชีกล้องของ อปท.",
        ),
    ),
    "linked_agencies": (
        "linked_agencies_not_declared",
        Text(
            en="Nobody has declared which agencies this camera is linked with. Add them to the municipality's list.",
            th="ยังไม่มีผู้ระบุหน่วยงานที่เชื่อมโยง โปรดเพิ่มในบัญชีกล้องของ อปท.",
        ),
    ),
    "network": (
        "network_not_declared",
        Text(
            en="Nobody has declared the network that links this camera. Add it to the municipality's list; what was "
            "seen from here stands beside as a hint.",
            th="ยังไม่มีผู้ระบุโครงข่ายที่เชื่อมโยง โปรดเพิ่มในบัญชีกล้องของ อปท. สิ่งที่สังเกตได้จากเครื่องนี้แสดงไว้เป็นข้อมูลประกอบ",
        ),
    ),
}
"""Fields 1 to 5: code and sentence."""

RETENTION_NOT_CHECKED = Text(
    en="Recordings were not checked in this run. Until they are, look for the oldest picture in the recorder's own "
    "playback.",
    th="ยังไม่ได้ตรวจสอบการบันทึกในการสแกนครั้งนี้ ระหว่างนี้โปรดดูภาพเก่าที่สุดจากเครื่องบันทึกโดยตรง",
)
NO_RECORDING_OF_CHANNEL = Text(
    en="The archive of {address} names no recording of channel {channel}. Check in the recorder that this channel is set "
    "to record.",
    th="คลังบันทึกของ {address} ไม่ระบุภาพที่บันทึกของช่อง {channel} โปรดตรวจสอบที่เครื่องบันทึกว่าตั้งให้บันทึกช่องนี้แล้ว",
)
SAMPLING_STOPPED = Text(
    en="The check of the recordings ended before its plan was done ({reason}). Run it again another night; the samples "
    "add up.",
    th="การตรวจภาพที่บันทึกหยุดก่อนครบตามแผน ({reason}) โปรดตรวจอีกครั้งในคืนอื่น โดยตัวอย่างจะนับรวมกัน",
)
COVERAGE_NOT_SAMPLED = Text(
    en="No sample fell on the days that are kept, so their coverage is not yet known. Run the check again another night.",
    th="ยังไม่มีตัวอย่างในวันที่มีภาพเก็บไว้ จึงยังไม่ทราบความครอบคลุม โปรดตรวจอีกครั้งในคืนอื่น",
)
CONFIGURED_DAYS_NOT_TOLD = Text(
    en="The archive does not tell how many days it is set to keep. Read it in the recorder's storage settings.",
    th="คลังบันทึกไม่แจ้งจำนวนวันที่ตั้งให้เก็บ โปรดดูในการตั้งค่าพื้นที่จัดเก็บของเครื่องบันทึก",
)
RECORDING_MODE_NOT_TOLD = Text(
    en="Neither the archive nor the samples show how it records (all the time, by schedule or on motion). Read it in the "
    "recorder's schedule.",
    th="ยังไม่ทราบวิธีบันทึก (ตลอดเวลา ตามตาราง หรือเมื่อมีการเคลื่อนไหว) โปรดดูในตารางการบันทึกของเครื่องบันทึก",
)
STREAM_NOT_MEASURED = Text(
    en="No stream was measured in this run, so whether the picture is healthy is not yet known. Open the camera's live "
    "picture to see.",
    th="ยังไม่ได้วัดสัญญาณภาพในการสแกนครั้งนี้ จึงยังตรวจสอบไม่ได้ว่าภาพใช้งานได้หรือไม่ โปรดเปิดดูภาพสดของกล้อง",
)
