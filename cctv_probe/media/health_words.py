"""The sentences of picture health. Placeholders are names of figures in `Health.figures`."""

from __future__ import annotations

from typing import Literal

from cctv_probe.model.finding import Severity
from cctv_probe.model.words import Text

Fault = Literal[
    "signal_lost", "black", "frozen", "covered", "over_exposed", "under_exposed", "blurred", "infrared_by_day"
]
FAULTS: tuple[Fault, ...] = (
    "signal_lost",
    "black",
    "frozen",
    "covered",
    "over_exposed",
    "under_exposed",
    "blurred",
    "infrared_by_day",
)
"""The one that explains most comes first."""

SEVERITY: dict[Fault, Severity] = {
    "signal_lost": "critical",
    "black": "critical",
    "frozen": "critical",
    "covered": "high",
    "over_exposed": "high",
    "under_exposed": "medium",
    "blurred": "medium",
    "infrared_by_day": "medium",
}

HEALTHY = Text(
    en="The pictures that were looked at show no fault.",
    th="ภาพที่ตรวจไม่พบความผิดปกติ",
)
NOTHING_DECODED = Text(
    en="No whole key picture could be decoded, so nothing can be said of the picture. Open the stream in a player to see it.",
    th="ถอดรหัสภาพหลักที่สมบูรณ์ไม่ได้เลย จึงยังบอกสภาพของภาพไม่ได้ โปรดเปิดสตรีมด้วยโปรแกรมเล่นวิดีโอเพื่อตรวจดู",
)

TEXTS: dict[Fault, Text] = {
    "signal_lost": Text(
        en="The stream shows a card instead of a picture: {flat_percent} % of it is exactly flat, in {colours} colours. Check "
        "the cable and the power between the camera and what sends this stream.",
        th="สตรีมแสดงป้ายแทนภาพจริง: พื้นที่ {flat_percent} % เรียบสนิท มีเพียง {colours} สี โปรดตรวจสายสัญญาณและไฟเลี้ยงระหว่างกล้องกับอุปกรณ์ที่ส่งสตรีมนี้",
    ),
    "black": Text(
        en="The picture is black: mean brightness {mean_luma} of 255. Check the lens cap, the iris and the sensor.",
        th="ภาพมืดสนิท: ความสว่างเฉลี่ย {mean_luma} จาก 255 โปรดตรวจฝาปิดเลนส์ ม่านแสง และเซนเซอร์ของกล้อง",
    ),
    "frozen": Text(
        en="The picture is frozen: pictures {apart_s} s apart are the same to the last bit ({changed_percent} % of the detail "
        "changed). Restart the camera, and see whether it happens again.",
        th="ภาพค้าง: ภาพที่ห่างกัน {apart_s} วินาทีเหมือนกันทุกบิต (รายละเอียดเปลี่ยนไป {changed_percent} %) โปรดรีสตาร์ตกล้องแล้วสังเกตว่าเกิดซ้ำหรือไม่",
    ),
    "covered": Text(
        en="Something covers the lens: brightness {mean_luma} of 255, but shapes in only {detail_percent} % of the picture. "
        "Please look at the camera on site.",
        th="มีสิ่งบังหน้าเลนส์: ความสว่าง {mean_luma} จาก 255 แต่มีรูปทรงเพียง {detail_percent} % ของภาพ โปรดตรวจกล้อง ณ จุดติดตั้ง",
    ),
    "over_exposed": Text(
        en="The picture is over-exposed: {clipped_percent} % of it is pure white, mean brightness {mean_luma} of 255. Check "
        "exposure, iris and backlight settings.",
        th="ภาพสว่างเกินไป: พื้นที่ขาวล้วน {clipped_percent} % ความสว่างเฉลี่ย {mean_luma} จาก 255 โปรดตรวจการตั้งค่าแสง ม่านแสง และการชดเชยแสงด้านหลัง",
    ),
    "under_exposed": Text(
        en="The picture is under-exposed: mean brightness {mean_luma} and highlights {bright_luma} of 255. Check exposure, "
        "iris and whether the lens is clean.",
        th="ภาพมืดเกินไป: ความสว่างเฉลี่ย {mean_luma} ส่วนสว่าง {bright_luma} จาก 255 โปรดตรวจการตั้งค่าแสง ม่านแสง และความสะอาดของเลนส์",
    ),
    "blurred": Text(
        en="The picture is blurred: its sharpest edges spread over {edge_per_mille} thousandths of its width. Focus the lens, "
        "and clean it and the dome.",
        th="ภาพเบลอ: ขอบที่คมที่สุดกว้าง {edge_per_mille} ในพันส่วนของความกว้างภาพ โปรดปรับโฟกัสและทำความสะอาดเลนส์กับโดม",
    ),
    "infrared_by_day": Text(
        en="The picture has no colour though it is day (colour strength {colour}): the camera seems stuck in infra-red mode. "
        "Check the day and night setting and the infra-red filter.",
        th="ภาพไม่มีสีทั้งที่เป็นเวลากลางวัน (ค่าสี {colour}): กล้องอาจค้างอยู่ในโหมดอินฟราเรด โปรดตรวจการตั้งค่ากลางวัน/กลางคืนและฟิลเตอร์อินฟราเรด",
    ),
}
