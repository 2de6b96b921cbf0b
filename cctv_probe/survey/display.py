"""Values as people read them: safe, short, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cctv_probe.model.evidence import Evidence, Value
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.agreement import ELSEWHERE
from cctv_probe.survey.report_words import CHANNEL
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.words import ATTRIBUTES, PURPOSES, RECORDING_MODES, codec_words, duration_words

YES, NO = Text(en="yes", th="ใช่"), Text(en="no", th="ไม่ใช่")
UNTIL_FULL = Text(en="until full", th="จนเต็ม")
AHEAD = Text(en="{time} ahead", th="เร็วกว่า {time}")
BEHIND = Text(en="{time} behind", th="ช้ากว่า {time}")
_CLOCK_RIGHT_S = 2
_OTHER_ARCHIVE = Text(en="{name} (another archive of this camera)", th="{name} (แหล่งบันทึกอื่นของกล้องนี้)")
_RECORDED_BY = Text(en="recorder {address} channel {number}", th="เครื่องบันทึก {address} ช่อง {number}")


def value_words(field: str, value: Value) -> Text:
    """`value` of a record field or attribute, ready to show; never empty."""
    field = field.removesuffix(ELSEWHERE)
    special = _SPECIAL.get(field)
    if special is not None and isinstance(value, Mapping):
        return special(value)
    if field == "clock_offset_s" and isinstance(value, (int, float)):
        return _clock(value)
    if field == "codec" and isinstance(value, str):
        return _same(codec_words(value))
    if field in _OF_RECORDINGS and value is not None:
        return _OF_RECORDINGS[field](value)
    if field == "purposes" and isinstance(value, (tuple, list)):
        return _joined([PURPOSES.get(str(item), _same(clean(str(item)))) for item in value])
    return _plain(value)


def _plain(value: Value) -> Text:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, (int, float)):
        return _same(number(value))
    if isinstance(value, str):
        return UNTIL_FULL if value == "until_full" else _same(clean(value) or "—")
    if isinstance(value, Mapping):
        return _same(clean(_pairs(value)) or "—")
    if isinstance(value, (tuple, list)):
        return _same(
            clean(", ".join(_pairs(item) if isinstance(item, Mapping) else str(item) for item in value)) or "—"
        )
    return _same("—")


def _pairs(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {part}" for key, part in value.items() if part is not None)


def number(value: float) -> str:
    """At most two decimals for what is 1 or more, four significant digits below, no trailing zeros: `25`, `12.5`."""
    if isinstance(value, int) or value == int(value):
        return str(int(value))
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"


def _same(text: str) -> Text:
    return Text(en=text, th=text)


def _joined(parts: list[Text]) -> Text:
    return Text(en=", ".join(part.en for part in parts) or "—", th=", ".join(part.th for part in parts) or "—")


def _clock(offset_s: float) -> Text:
    if abs(offset_s) < _CLOCK_RIGHT_S:
        return Text(en="right", th="ตรงเวลา")
    return (AHEAD if offset_s > 0 else BEHIND).with_(time=duration_words(offset_s))


def _owner(value: Mapping[str, Any]) -> Text:
    code, name = clean(str(value.get("lao_code") or "")), clean(str(value.get("name") or ""))
    return _same(f"{name} ({code})" if name and code else name or code or "—")


def _position(value: Mapping[str, Any]) -> Text:
    parts = [clean(str(value.get("text") or ""))]
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if isinstance(latitude, (int, float)) and isinstance(longitude, (int, float)):
        parts.append(f"{latitude:.6g}, {longitude:.7g}")
    return _same(" · ".join(part for part in parts if part) or "—")


def _network(value: Mapping[str, Any]) -> Text:
    return _same(" · ".join(clean(str(value[key])) for key in ("code", "provider") if value.get(key)) or "—")


def _file_format(value: Mapping[str, Any]) -> Text:
    codec, container = codec_words(str(value.get("codec") or "")), clean(str(value.get("container") or ""), 32)
    return _same(codec if container in ("", "not_observable") else f"{codec} · {container}")


def percent(share: float) -> str:
    """A share in per cent, one decimal at most, and never 100 where something is missing."""
    return number(min(round(100 * share, 1), 99.9) if share < 1 else 100)


def _share(value: Value) -> Text:
    return _same(f"{percent(value)} %") if isinstance(value, (int, float)) else _plain(value)


def _length(value: Value) -> Text:
    return duration_words(value) if isinstance(value, (int, float)) else _plain(value)


def _mode(value: Value) -> Text:
    return RECORDING_MODES.get(str(value)) or _plain(value)


_OF_RECORDINGS = {"coverage_ratio": _share, "longest_gap_s": _length, "recording_mode": _mode}
_SPECIAL = {"owner": _owner, "position": _position, "network": _network, "file_format": _file_format}


def field_words(field: str) -> Text:
    """The name of a field or attribute."""
    if field.endswith(ELSEWHERE):
        return _OTHER_ARCHIVE.with_(name=field_words(field.removesuffix(ELSEWHERE)))
    return FIELDS.get(field) or ATTRIBUTES.get(field) or _same(clean(field, 40))


def hint_words(field: str, item: Evidence) -> Text:
    """Evidence beside a value: with the name of what it speaks of where that is not the field itself."""
    told = value_words(field if isinstance(item.value, Mapping) else item.attribute, item.value)
    if item.attribute == field or (field == "file_format" and item.attribute == "codec"):
        return told
    name = field_words(item.attribute)
    return Text(en=f"{name.en}: {told.en}", th=f"{name.th}: {told.th}")


def camera_title(camera: SurveyRecord, channel: Text | None = None) -> Text:
    """What a camera is called: its name, else its address (and channel)."""
    plain = camera.name or camera.device
    if channel is None or camera.name:
        return Text(en=plain, th=plain)
    return Text(en=f"{plain} · {channel.en}", th=f"{plain} · {channel.th}")


def recorder_places(camera: SurveyRecord, addresses: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Address and channel of every recorder that records `camera`, the first view left out; `addresses` by device id."""
    beside = [view for view in camera.views[1:] if view.role == "recorder"]
    return tuple((clean(addresses.get(view.device_id, view.device_id), 45), view.channel) for view in beside)


def recorders_words(camera: SurveyRecord, addresses: Mapping[str, str]) -> Text | None:
    """`recorder 10.0.0.5 channel 7` for every recorder beside the first view; None where there is none."""
    told = [_RECORDED_BY.with_(address=each, number=place) for each, place in recorder_places(camera, addresses)]
    return _same_joined(told) if told else None


def _same_joined(parts: list[Text]) -> Text:
    return Text(en=" · ".join(part.en for part in parts), th=" · ".join(part.th for part in parts))


def place_words(camera: SurveyRecord) -> Text | None:
    """`channel 3` where the camera is one of several of its device."""
    behind = camera.views[0].role == "recorder" or camera.id.endswith(f"/{camera.channel}")
    return CHANNEL.with_(number=camera.channel) if behind else None
