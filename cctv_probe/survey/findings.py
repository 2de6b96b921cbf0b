"""What deserves a person's attention: sources that differ, a wrong clock, a camera that is not connected. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cctv_probe.model.device import Device
from cctv_probe.model.evidence import Evidence, Fact
from cctv_probe.model.finding import Finding, Severity
from cctv_probe.model.record import DeviceRecord, StreamRecord
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.survey import joined_findings
from cctv_probe.survey.agreement import disagreements
from cctv_probe.survey.display import field_words, value_words
from cctv_probe.survey.known import Known
from cctv_probe.survey.rank import brand_method_rank
from cctv_probe.survey.retention import retention_findings
from cctv_probe.survey.views import Seen
from cctv_probe.survey.words import duration_words, source_words

CLOCK_WRONG_S = 60.0
_BUDDHIST_S = 543 * 365.2425 * 86400
_BUDDHIST_TOLERANCE_S = 3 * 86400
_WEAK_BRAND_RANK = brand_method_rank("http.banner")

INDEX_OVERSTATES = "footage_index_overstates"
"""The finding of a check of recordings that an index claims more than plays."""
_CODES = {"file_format": "codec_disagrees"}
_DIFFERS = Text(
    en="The data differ. {name}: {chosen} according to {source}, but {others}.",
    th="ข้อมูลไม่ตรงกัน {name}: {chosen} ตาม{source} แต่ {others}",
)
_STREAM_DIFFERS = Text(
    en="The data of stream {stream} differ. {name}: {chosen} according to {source}, but {others}.",
    th="ข้อมูลของสตรีม {stream} ไม่ตรงกัน {name}: {chosen} ตาม{source} แต่ {others}",
)
_MEDIA1_BLIND = Text(
    en="{chosen} according to {source}, but {others}. The older ONVIF Media1 has no word for H.265, so this is "
    "expected.",
    th="{chosen} ตาม{source} แต่ {others} ทั้งนี้ ONVIF Media1 รุ่นเก่าระบุ H.265 ไม่ได้ จึงเป็นเรื่องปกติ",
)
_BRAND_OF_RECORDER = Text(
    en="The brand is the recorder's: the camera behind this channel did not tell its own.",
    th="ยี่ห้อนี้เป็นของเครื่องบันทึก เนื่องจากกล้องของช่องนี้ไม่ได้แจ้งยี่ห้อของตน",
)
_MAXIMUM_EXCEEDED = Text(
    en="The data differ. The picture now is {resolution}, larger than the highest resolution the device names "
    "({highest}, {source}).",
    th="ข้อมูลไม่ตรงกัน ภาพปัจจุบันมีขนาด {resolution} ใหญ่กว่าความละเอียดสูงสุดที่อุปกรณ์แจ้ง ({highest}, {source})",
)
_CLOCK_WRONG = Text(
    en="The clock of {address} is {offset}. Set its time server (NTP), so that recordings carry the right time.",
    th="นาฬิกาของ {address} {offset} โปรดตั้งเซิร์ฟเวอร์เวลา (NTP) เพื่อให้ภาพที่บันทึกมีเวลาถูกต้อง",
)
_CLOCK_BUDDHIST = Text(
    en="The year of {address} is set to the Buddhist era (543 years ahead). Set it to the common era in the "
    "device's menu.",
    th="{address} ตั้งปีเป็นพุทธศักราช (เร็วกว่า 543 ปี) โปรดตั้งเป็นคริสต์ศักราชในเมนูของอุปกรณ์",
)
_CLOCK_DST = Text(
    en="{address} has daylight saving time switched on; Thailand has none. Switch it off in the device's menu.",
    th="{address} เปิดใช้เวลาออมแสง (DST) ซึ่งประเทศไทยไม่ใช้ โปรดปิดในเมนูของอุปกรณ์",
)
_AHEAD = Text(en="{time} ahead of the right time", th="เร็วกว่าเวลาจริง {time}")
_BEHIND = Text(en="{time} behind the right time", th="ช้ากว่าเวลาจริง {time}")


def device_findings(device: Device, record: DeviceRecord, known: Known) -> tuple[Finding, ...]:
    """The findings of the visit, then those that the device's evidence gives."""
    offset = record.clock_offset_s.value
    derived = [
        *(_clock(device, float(offset)) if isinstance(offset, (int, float)) else ()),
        *(_daylight_saving(device, known)),
        *_differing("model", record.model, "low"),
        *_differing("firmware", record.firmware, "low"),
    ]
    told = {item.code for item in device.findings}
    return (*device.findings, *(item for item in derived if item.code not in told))


def _clock(device: Device, offset_s: float) -> Iterable[Finding]:
    if abs(offset_s - _BUDDHIST_S) < _BUDDHIST_TOLERANCE_S:
        yield Finding("clock_buddhist_year", "medium", _CLOCK_BUDDHIST.with_(address=device.address))
    elif abs(offset_s) > CLOCK_WRONG_S:
        offset = (_AHEAD if offset_s > 0 else _BEHIND).with_(time=duration_words(offset_s))
        yield Finding("clock_wrong", "medium", _CLOCK_WRONG.with_(address=device.address, offset=offset))


def _daylight_saving(device: Device, known: Known) -> Iterable[Finding]:
    if any(item.value is True for item in known.of("device", "daylight_saving")):
        yield Finding("clock_dst", "low", _CLOCK_DST.with_(address=device.address))


def camera_findings(
    views: Sequence[Seen], kept: Seen, fields: Mapping[str, Fact], streams: Iterable[StreamRecord]
) -> tuple[Finding, ...]:
    """The channels' own findings, those of the recordings of `kept`, then what the facts give in the order of the form.

    That an index claims more days than samples proved is said once: where the check of the recordings found it
    (`footage_index_overstates`, with how far back samples play), no `retention_days_disagrees` follows. The latter stays
    for days that reach as far back as claimed, but with too many holes to count. A recorder that stores a smaller stream is
    one finding, not a second one for the resolution.
    """
    recorded = retention_findings(kept.channel)
    less = list(joined_findings.stores_less(views, fields))
    silent = {"retention_days"} if INDEX_OVERSTATES in {finding.code for finding in recorded} else set()
    silent |= {"resolution"} if less else set()
    derived: list[Finding] = []
    for field, fact in fields.items():
        if field not in silent:
            derived += _differing(field, fact, _severity(field, fact))
    for stream in streams:
        derived += _stream_differing(stream)
    derived += [*_brand_of_recorder(fields["brand"]), *_maximum_exceeded(fields)]
    derived += [*less, *joined_findings.recorder_limits(fields), *joined_findings.connections(views)]
    own = dict.fromkeys(finding for seen in views for finding in seen.channel.findings)
    archives = [*joined_findings.which_archive(views, kept), *joined_findings.other_archives(views, kept)]
    return (*own, *recorded, *archives, *derived)


def _severity(field: str, fact: Fact) -> Severity:
    weak = all(brand_method_rank(item.source.method) >= _WEAK_BRAND_RANK for item in disagreements(field, fact))
    return "low" if field == "brand" and weak else "medium"


def _differing(field: str, fact: Fact, severity: Severity) -> list[Finding]:
    """The finding that the sources of `fact` differ, or nothing."""
    differing = disagreements(field, fact)
    if not differing or fact.chosen is None:
        return []
    name = field_words(field)
    code = _CODES.get(field, f"{field}_disagrees")
    if _only_media1_is_blind(field, fact.chosen, differing):
        return [Finding(code, "low", _filled(_MEDIA1_BLIND, field, fact.chosen, differing))]
    return [Finding(code, severity, _filled(_DIFFERS, field, fact.chosen, differing, name=name))]


def _stream_differing(stream: StreamRecord) -> list[Finding]:
    found: list[Finding] = []
    facts: dict[str, Fact] = {"bit_rate_bps": stream.bit_rate_bps}
    if stream.name != "main":  # what the main stream says of these stands in the fields
        facts |= {"codec": stream.codec, "resolution": stream.resolution, "frame_rate": stream.frame_rate}
    for field, fact in facts.items():
        differing = disagreements(field, fact)
        if not differing or fact.chosen is None:
            continue
        blind = _only_media1_is_blind(field, fact.chosen, differing)
        words = {"stream": stream.name, "name": field_words(field)}
        text = _filled(_STREAM_DIFFERS, field, fact.chosen, differing, **words)
        found.append(Finding(f"stream_{field}_disagrees", "low" if blind else "medium", text))
    return found


_ACCORDING = Text(en="{value} according to {source}", th="{value} ตาม{source}")


def _filled(sentence: Text, field: str, chosen: Evidence, others: Iterable[Evidence], **words: object) -> Text:
    told = [_told(field, item) for item in others]
    listed = Text(
        en=", ".join(dict.fromkeys(item.en for item in told)), th=", ".join(dict.fromkeys(item.th for item in told))
    )
    return sentence.with_(
        chosen=value_words(field, chosen.value), source=source_words(chosen.source.method), others=listed, **words
    )


def _told(field: str, item: Evidence) -> Text:
    value, source = value_words(field, item.value), source_words(item.source.method)
    return _ACCORDING.with_(value=value, source=source)


def _only_media1_is_blind(field: str, chosen: Evidence, differing: Iterable[Evidence]) -> bool:
    """Media1's VideoEncoding knows JPEG, MPEG4 and H264 only (ONVIF ver10 schema; quirk row 11)."""
    return (
        field in ("codec", "file_format")
        and _codec(chosen) == "h265"
        and all(item.source.method.startswith("onvif.media1") and _codec(item) == "h264" for item in differing)
    )


def _codec(item: Evidence) -> object:
    return item.value.get("codec") if isinstance(item.value, Mapping) else item.value


def _brand_of_recorder(brand: Fact) -> Iterable[Finding]:
    if brand.proxy:
        yield Finding("brand_of_recorder", "info", _BRAND_OF_RECORDER)


def _maximum_exceeded(fields: Mapping[str, Fact]) -> Iterable[Finding]:
    now, highest = fields["resolution"].chosen, fields["max_resolution"].chosen
    if now is None or highest is None:
        return
    sizes = [Resolution.parse(str(item.value)) for item in (now, highest)]
    if sizes[0] and sizes[1] and sizes[0].area_px > sizes[1].area_px:
        words = {"resolution": now.value, "highest": highest.value, "source": source_words(highest.source.method)}
        yield Finding("max_resolution_exceeded", "medium", _MAXIMUM_EXCEEDED.with_(**words))
