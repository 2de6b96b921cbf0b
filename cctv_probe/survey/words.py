"""Plain words for sources, standings, kinds, codecs and times, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cctv_probe.model.device import Kind
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Language, Text
from cctv_probe.survey.safe_text import clean

_SOURCES: dict[str, Text] = {
    "onvif.device_information": Text(en="ONVIF device information", th="ข้อมูลอุปกรณ์จาก ONVIF"),
    "onvif.media2.encoder": Text(en="ONVIF setting (Media2)", th="ค่าที่ตั้งไว้ใน ONVIF (Media2)"),
    "onvif.media1.encoder": Text(en="ONVIF setting (Media1)", th="ค่าที่ตั้งไว้ใน ONVIF (Media1)"),
    "onvif.media2.options": Text(en="ONVIF encoder options (Media2)", th="ค่าที่เลือกได้ใน ONVIF (Media2)"),
    "onvif.media1.options": Text(en="ONVIF encoder options (Media1)", th="ค่าที่เลือกได้ใน ONVIF (Media1)"),
    "onvif.video_source": Text(en="ONVIF video source", th="แหล่งภาพใน ONVIF"),
    "onvif.scopes": Text(en="ONVIF scopes", th="ป้ายกำกับ ONVIF (scopes)"),
    "onvif.osd": Text(en="text in the picture (ONVIF OSD)", th="ข้อความบนภาพ (ONVIF OSD)"),
    "onvif.geo_location": Text(en="ONVIF geolocation", th="พิกัดใน ONVIF"),
    "onvif.video_source_configuration": Text(en="ONVIF video source", th="แหล่งภาพใน ONVIF"),
    "onvif.geolocation": Text(en="ONVIF geolocation", th="พิกัดใน ONVIF"),
    "onvif.clock": Text(en="ONVIF clock", th="นาฬิกาอุปกรณ์จาก ONVIF"),
    "onvif.system_date_and_time": Text(en="ONVIF clock", th="นาฬิกาอุปกรณ์จาก ONVIF"),
    "onvif.network_interfaces": Text(en="ONVIF network interfaces", th="ข้อมูลเครือข่ายจาก ONVIF"),
    "onvif.ntp": Text(en="ONVIF time server setting", th="การตั้งค่าเซิร์ฟเวอร์เวลาใน ONVIF"),
    "onvif.recording": Text(en="ONVIF recording setting", th="การตั้งค่าการบันทึกใน ONVIF"),
    "rtsp.sdp": Text(en="stream description (SDP)", th="คำอธิบายสตรีม (SDP)"),
    "rtsp.sdp.parameter_sets": Text(en="parameter sets in the SDP", th="ข้อมูลหัวภาพในคำอธิบายสตรีม (SDP)"),
    "rtsp.sps": Text(en="parameter sets of the video", th="ข้อมูลหัวภาพในสตรีม (SPS)"),
    "rtsp.parameter_sets": Text(en="parameter sets of the video", th="ข้อมูลหัวภาพในสตรีม (SPS)"),
    "rtsp.timestamps": Text(en="counted from the stream", th="นับจากสตรีมจริง"),
    "rtp.timestamps": Text(en="counted from the stream", th="นับจากสตรีมจริง"),
    "rtp.wall_clock": Text(en="counted from the stream by the wall clock", th="นับจากสตรีมจริงตามเวลาจริง"),
    "rtp.parameter_sets": Text(en="parameter sets inside the stream", th="ข้อมูลหัวภาพที่มากับสตรีม (SPS)"),
    "rtp.payload": Text(en="packets of the stream", th="แพ็กเก็ตของสตรีม"),
    "decoder": Text(en="decoded pictures", th="ภาพที่ถอดรหัสแล้ว"),
    "picture.health": Text(en="decoded pictures", th="ภาพที่ถอดรหัสแล้ว"),
    "rtsp.play": Text(en="playing the stream", th="การเล่นสตรีม"),
    "rtsp.setup": Text(en="setting up the stream", th="การเปิดสตรีม"),
    "playback": Text(en="playback of a recording", th="การเล่นภาพที่บันทึก"),
    "ws_discovery.scopes": Text(en="network announcement (WS-Discovery)", th="การประกาศตัวบนเครือข่าย (WS-Discovery)"),
    "http.banner": Text(en="web server banner", th="ข้อความของเว็บเซิร์ฟเวอร์"),
    "http.server": Text(en="web server banner", th="ข้อความของเว็บเซิร์ฟเวอร์"),
    "http.title": Text(en="title of the web page", th="ชื่อหน้าเว็บ"),
    "http.body": Text(en="text of the web page", th="ข้อความในหน้าเว็บ"),
    "http.date": Text(en="clock of the web server", th="นาฬิกาของเว็บเซิร์ฟเวอร์"),
    "http.realm": Text(en="login prompt of the web server", th="ข้อความเข้าสู่ระบบของเว็บเซิร์ฟเวอร์"),
    "rtsp.server": Text(en="RTSP server banner", th="ข้อความของ RTSP เซิร์ฟเวอร์"),
    "rtsp.realm": Text(en="login prompt of the RTSP server", th="ข้อความเข้าสู่ระบบของ RTSP เซิร์ฟเวอร์"),
    "rtsp.banner": Text(en="RTSP server banner", th="ข้อความของ RTSP เซิร์ฟเวอร์"),
    "tls.certificate": Text(en="TLS certificate", th="ใบรับรอง TLS"),
    "oui": Text(en="maker of the network card (MAC)", th="ผู้ผลิตการ์ดเครือข่าย (MAC)"),
    "tcp.handshake": Text(en="round trip of the connection", th="เวลาไปกลับของการเชื่อมต่อ"),
    "declared": Text(en="declared by a person", th="เจ้าหน้าที่ระบุไว้"),
    "estimate.capacity": Text(en="estimated from disks and bit rates", th="คำนวณจากดิสก์และอัตราบิต"),
    "declared.site_list": Text(en="site list of the municipality (site.csv)", th="บัญชีกล้องของหน่วยงาน (site.csv)"),
    "declared.scope_file": Text(en="scope file", th="ไฟล์ขอบเขต"),
    "isapi.device_info": Text(en="device information (ISAPI)", th="ข้อมูลเครื่อง (ISAPI)"),
    "isapi.time": Text(en="the device's clock (ISAPI)", th="นาฬิกาของอุปกรณ์ (ISAPI)"),
    "isapi.ntp": Text(en="time servers (ISAPI)", th="เซิร์ฟเวอร์เวลา (ISAPI)"),
    "dahua.magicbox": Text(en="device information (Dahua)", th="ข้อมูลเครื่อง (Dahua)"),
    "dahua.current_time": Text(en="the device's clock (Dahua)", th="นาฬิกาของอุปกรณ์ (Dahua)"),
    "dahua.ntp": Text(en="time servers (Dahua)", th="เซิร์ฟเวอร์เวลา (Dahua)"),
    "dahua.encode": Text(en="recording settings (Dahua)", th="การตั้งค่าการบันทึก (Dahua)"),
    "scope_file": Text(en="scope file", th="ไฟล์ขอบเขต"),
}
_FAMILIES: dict[str, Text] = {
    "onvif": Text(en="ONVIF ({rest})", th="ข้อมูลจาก ONVIF ({rest})"),
    "rtsp": Text(en="RTSP ({rest})", th="ข้อมูลจาก RTSP ({rest})"),
    "isapi": Text(en="Hikvision's own interface ({rest})", th="ช่องทางของ Hikvision ({rest})"),
    "dahua": Text(en="Dahua's own interface ({rest})", th="ช่องทางของ Dahua ({rest})"),
    "vapix": Text(en="Axis's own interface ({rest})", th="ช่องทางของ Axis ({rest})"),
    "sunapi": Text(en="Hanwha's own interface ({rest})", th="ช่องทางของ Hanwha ({rest})"),
    "lapi": Text(en="Uniview's own interface ({rest})", th="ช่องทางของ Uniview ({rest})"),
}
_INDEXES: dict[str, Text] = {
    "onvif": Text(en="index of the recordings (ONVIF)", th="ดัชนีของภาพที่บันทึก (ONVIF)"),
    "isapi": Text(en="index of the recordings (Hikvision)", th="ดัชนีของภาพที่บันทึก (Hikvision)"),
    "dahua": Text(en="index of the recordings (Dahua)", th="ดัชนีของภาพที่บันทึก (Dahua)"),
    "folder": Text(en="names and times of the recorded files", th="ชื่อและเวลาของไฟล์ที่บันทึก"),
}
_INDEX = Text(en="index of the recordings", th="ดัชนีของภาพที่บันทึก")
_OTHER_SOURCE = Text(en="source {rest}", th="แหล่งข้อมูล {rest}")


def source_words(method: str) -> Text:
    """A method (`onvif.media2.encoder`) as a person reads it."""
    known = _SOURCES.get(method) or _SOURCES.get(method.removesuffix("s"))
    if known:
        return known
    family, _, rest = method.partition(".")
    if method.endswith(".index"):
        return _INDEXES.get(family, _INDEX)
    words = _FAMILIES.get(family)
    return words.with_(rest=clean(rest or family, 60)) if words else _OTHER_SOURCE.with_(rest=clean(method, 60))


_STANDINGS: dict[Standing, Text] = {
    Standing.DECLARED: Text(en="declared", th="ระบุโดยเจ้าหน้าที่"),
    Standing.ADVERTISED: Text(en="said by the device", th="อุปกรณ์แจ้งเอง"),
    Standing.CONFIGURED: Text(en="device setting", th="ค่าที่ตั้งไว้"),
    Standing.BITSTREAM: Text(en="read from the video", th="อ่านจากข้อมูลภาพ"),
    Standing.MEASURED: Text(en="measured", th="วัดจริง"),
}


def standing_words(standing: Standing) -> Text:
    """How a fact came to be known, as a person reads it."""
    return _STANDINGS[standing]


KINDS: dict[Kind, Text] = {
    Kind.CAMERA: Text(en="camera", th="กล้อง"),
    Kind.RECORDER: Text(en="recorder", th="เครื่องบันทึก"),
    Kind.NOT_A_CAMERA: Text(en="not a camera", th="ไม่ใช่กล้อง"),
    Kind.UNKNOWN: Text(en="not yet known", th="ยังไม่ทราบชนิด"),
}
SCOPE_CLASSES: dict[str, Text] = {
    "public": Text(en="public place", th="พื้นที่สาธารณะ"),
    "adjoining_road": Text(en="adjoining road", th="ถนนต่อเนื่อง"),
    "closed": Text(en="closed place", th="พื้นที่ปิด"),
    "unknown": Text(en="place not yet classed", th="ยังไม่ได้ระบุประเภทพื้นที่"),
}
PURPOSES: dict[str, Text] = {
    "deterrence": Text(en="deterrence and watch", th="ป้องปรามและเฝ้าระวัง"),
    "investigation": Text(en="investigation", th="สืบสวนสอบสวน"),
    "traffic": Text(en="traffic", th="การจราจร"),
}
SEVERITIES: dict[str, Text] = {
    "critical": Text(en="critical", th="วิกฤต"),
    "high": Text(en="high", th="สูง"),
    "medium": Text(en="medium", th="ปานกลาง"),
    "low": Text(en="low", th="ต่ำ"),
    "info": Text(en="note", th="หมายเหตุ"),
}
ATTRIBUTES: dict[str, Text] = {
    "model": Text(en="Model", th="รุ่น"),
    "firmware": Text(en="Firmware", th="เฟิร์มแวร์"),
    "clock_offset_s": Text(en="Clock difference", th="เวลาคลาดเคลื่อน"),
    "manufacturer": Text(en="Manufacturer as told", th="ผู้ผลิตตามที่แจ้ง"),
    "scopes": Text(en="ONVIF scopes", th="ป้ายกำกับ ONVIF (scopes)"),
    "clock_mode": Text(en="Clock set by", th="วิธีตั้งเวลา"),
    "sdp_bit_rate_bps": Text(en="Bit rate named in the SDP (hint)", th="อัตราบิตใน SDP (ข้อมูลประกอบ)"),
    "serial": Text(en="Serial number", th="หมายเลขเครื่อง"),
    "mac": Text(en="MAC address", th="หมายเลข MAC"),
    "hardware_id": Text(en="Hardware", th="ฮาร์ดแวร์"),
    "device_name": Text(en="Device name", th="ชื่ออุปกรณ์"),
    "name": Text(en="Channel name", th="ชื่อช่องสัญญาณ"),
    "osd_text": Text(en="Text in the picture", th="ข้อความบนภาพ"),
    "location_text": Text(en="Location text", th="ข้อความตำแหน่ง"),
    "geolocation": Text(en="Coordinates", th="พิกัด"),
    "time_zone": Text(en="Time zone", th="เขตเวลา"),
    "daylight_saving": Text(en="Daylight saving", th="เวลาออมแสง"),
    "ntp": Text(en="Time server", th="เซิร์ฟเวอร์เวลา"),
    "ntp_from_dhcp": Text(en="Time server from DHCP", th="เซิร์ฟเวอร์เวลาจาก DHCP"),
    "rtt_s": Text(en="Round trip (s)", th="เวลาไปกลับ (วินาที)"),
    "nat_hint": Text(en="Address translation (NAT)", th="การแปลงที่อยู่ (NAT)"),
    "subnet": Text(en="Subnet", th="เครือข่ายย่อย"),
    "onvif_profiles": Text(en="ONVIF profiles", th="โพรไฟล์ ONVIF"),
    "certificate_sha256": Text(en="Certificate (SHA-256)", th="ใบรับรอง (SHA-256)"),
    "max_frame_rate": Text(en="Highest frame rate", th="จำนวนภาพต่อวินาทีสูงสุด"),
    "source_resolution": Text(en="Sensor size", th="ขนาดเซนเซอร์ภาพ"),
    "online": Text(en="Connected", th="เชื่อมต่ออยู่"),
    "offline_reason": Text(en="Why it is not connected", th="สาเหตุที่ไม่เชื่อมต่อ"),
    "source_address": Text(en="Camera behind it: address", th="กล้องต้นทาง: ที่อยู่"),
    "source_port": Text(en="Camera behind it: port", th="กล้องต้นทาง: พอร์ต"),
    "source_http_port": Text(en="Camera behind it: web port", th="กล้องต้นทาง: พอร์ตเว็บ"),
    "source_channel": Text(en="Camera behind it: its channel", th="กล้องต้นทาง: ช่องของกล้อง"),
    "source_protocol": Text(en="Camera behind it: protocol", th="กล้องต้นทาง: โพรโทคอล"),
    "source_vendor": Text(en="Camera behind it: maker", th="กล้องต้นทาง: ผู้ผลิต"),
    "source_model": Text(en="Camera behind it: model", th="กล้องต้นทาง: รุ่น"),
    "source_serial": Text(en="Camera behind it: serial number", th="กล้องต้นทาง: หมายเลขเครื่อง"),
    "source_mac": Text(en="Camera behind it: MAC address", th="กล้องต้นทาง: หมายเลข MAC"),
    "source_firmware": Text(en="Camera behind it: firmware", th="กล้องต้นทาง: เฟิร์มแวร์"),
    "storage_mode": Text(en="How the disks are shared out", th="วิธีแบ่งพื้นที่ดิสก์"),
    "service_ports": Text(en="Ports of its services", th="พอร์ตของบริการ"),
    "rtsp_port": Text(en="RTSP port", th="พอร์ต RTSP"),
    "smart_codec": Text(en="Smart codec", th="การบีบอัดแบบ Smart"),
    "plausible_days": Text(en="Days the disks could hold", th="จำนวนวันที่ดิสก์น่าจะเก็บได้"),
    "retention_days": Text(en="Days of recording kept", th="จำนวนวันในการเก็บการบันทึก"),
    "configured_days": Text(en="Days set to keep", th="จำนวนวันที่ตั้งให้เก็บ"),
    "oldest_playable_days": Text(en="Oldest footage that plays (days)", th="ภาพเก่าที่สุดที่เล่นได้ (วัน)"),
    "verified_days": Text(en="Days proven by samples", th="จำนวนวันที่ยืนยันด้วยตัวอย่าง"),
    "coverage_ratio": Text(en="Coverage", th="ความครอบคลุม"),
    "longest_gap_s": Text(en="Longest gap", th="ช่วงที่ขาดยาวที่สุด"),
    "recording_mode": Text(en="Way of recording", th="วิธีบันทึก"),
    "codec": Text(en="Codec", th="การเข้ารหัสภาพ"),
    "resolution": Text(en="Resolution", th="ความละเอียด"),
    "frame_rate": Text(en="Frames per second", th="ภาพต่อวินาที"),
    "bit_rate_bps": Text(en="Bit rate (bit/s)", th="อัตราบิต (บิต/วินาที)"),
    "gop": Text(en="Frames between key frames", th="ระยะเฟรมหลัก (GOP)"),
    "gop_s": Text(en="Seconds between key frames", th="เวลาระหว่างเฟรมหลัก (วินาที)"),
    "frame_rate_varies": Text(en="Frame rate varies", th="อัตราเฟรมไม่คงที่"),
    "jitter_s": Text(en="Jitter (s)", th="ความแกว่งของเวลารับ (วินาที)"),
    "loss_ratio": Text(en="Packets lost (share)", th="สัดส่วนแพ็กเก็ตที่หาย"),
    "measured_s": Text(en="Measured for (s)", th="ระยะเวลาที่วัด (วินาที)"),
    "pictures_counted": Text(en="Pictures counted", th="จำนวนภาพที่นับ"),
    "transport": Text(en="Transport", th="วิธีส่งข้อมูล"),
    "interlaced": Text(en="Interlaced", th="ภาพแบบสลับเส้น"),
    "codec_profile": Text(en="Codec profile", th="โพรไฟล์การเข้ารหัส"),
    "codec_level": Text(en="Codec level", th="ระดับการเข้ารหัส"),
    "sdp_frame_rate": Text(en="Frame rate named in the SDP (hint)", th="ภาพต่อวินาทีใน SDP (ข้อมูลประกอบ)"),
    "vui_frame_rate": Text(en="Frame rate named in the video (hint)", th="ภาพต่อวินาทีในข้อมูลภาพ (ข้อมูลประกอบ)"),
}
"""Attributes beyond the eleven fields."""

RECORDING_MODES: dict[str, Text] = {
    "continuous": Text(en="recording all the time", th="บันทึกตลอดเวลา"),
    "schedule": Text(en="recording by schedule", th="บันทึกตามตารางเวลา"),
    "motion": Text(en="recording on motion", th="บันทึกเมื่อมีการเคลื่อนไหว"),
    "event": Text(en="recording on events", th="บันทึกเมื่อมีเหตุการณ์"),
}

_CODECS = {"h264": "H.264", "h265": "H.265", "mjpeg": "MJPEG", "mpeg4": "MPEG-4", "av1": "AV1"}


def codec_words(slug: str) -> str:
    """`h265` → `H.265`."""
    return _CODECS.get(slug, clean(slug, 32))


_THAI_MONTHS = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_BUDDHIST_YEARS = 543
_THAILAND = timezone(timedelta(hours=7), "Asia/Bangkok")


def site_zone(name: str) -> tzinfo:
    """The time zone of a site; where this machine has no zone data (Windows), Thailand's UTC+7, which has no DST."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _THAILAND


def moment_words(moment: datetime, zone: tzinfo, language: Language) -> str:
    """`23 พ.ย. 2569 09:00 น.` (Buddhist year) or `23 Nov 2026 09:00`, in the site's time zone."""
    local = moment.astimezone(zone)
    clock = f"{local.hour:02d}:{local.minute:02d}"
    if language == "th":
        return f"{local.day} {_THAI_MONTHS[local.month - 1]} {local.year + _BUDDHIST_YEARS} {clock} น."
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} {clock}"


def date_words(date_text: str, language: Language) -> str:
    """`2026-11-23` as `23 พ.ย. 2569` (Buddhist year) or `23 Nov 2026`; what is no date as it stands."""
    try:
        day = date.fromisoformat(date_text)
    except ValueError:
        return clean(date_text, 20)
    if language == "th":
        return f"{day.day} {_THAI_MONTHS[day.month - 1]} {day.year + _BUDDHIST_YEARS}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def parse_utc(text: str) -> datetime:
    """`2026-11-23T02:00:00Z` as an aware time in UTC. Raises ValueError."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def duration_words(seconds: float) -> Text:
    """A length of time in its two largest units: `1 h 3 min`, `42 s`."""
    whole = round(abs(seconds))
    units = ((86400, "d", "วัน"), (3600, "h", "ชม."), (60, "min", "นาที"), (1, "s", "วินาที"))
    parts: list[tuple[int, str, str]] = []
    for size, en, th in units:
        count, whole = divmod(whole, size)
        parts.append((count, en, th))
    first = next((place for place, part in enumerate(parts) if part[0]), len(parts) - 1)
    shown = [part for part in parts[first : first + 2] if part[0]] or [parts[-1]]
    return Text(
        en=" ".join(f"{count} {en}" for count, en, _ in shown),
        th=" ".join(f"{count} {th}" for count, _, th in shown),
    )
