"""What camera and recorder say differently of the same picture. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cctv_probe.model.evidence import Evidence, Fact, best_first
from cctv_probe.model.finding import Finding
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.survey.views import Seen

STORES_LESS = "recorder_stores_less"
_SMALLER = 0.9
"""A stored picture with at least this share of the pixels is not called smaller."""

_STORES_LESS = Text(
    en="{stored} is kept, though the main stream gives {live}. Set the recorder to store the main stream.",
    th="ภาพที่เก็บมีขนาด {stored} ทั้งที่สตรีมหลักให้ภาพ {live} โปรดตั้งเครื่องบันทึกให้เก็บสตรีมหลัก",
)
_LIMITS = Text(
    en="The camera can give {camera}, but the recorder takes at most {recorder} on its channel.",
    th="กล้องให้ภาพได้ถึง {camera} แต่เครื่องบันทึกรับได้สูงสุด {recorder} ในช่องนี้",
)
_NOT_CONNECTED = Text(
    en="Recorder {recorder} says that no camera is connected to channel {channel}, though the camera answers at {address}: it "
    "is not being recorded there. Check address, user and password of the channel in the recorder.",
    th="เครื่องบันทึก {recorder} แจ้งว่าช่อง {channel} ไม่มีกล้องเชื่อมต่อ ทั้งที่กล้องตอบที่ {address} จึงไม่ได้ถูกบันทึกที่ช่องนี้ "
    "โปรดตรวจสอบที่อยู่ ผู้ใช้ และรหัสผ่านของช่องนี้ในเครื่องบันทึก",
)
_OFFLINE = Text(
    en="The recorder says that no camera is connected to channel {channel}. Check its power and cable.",
    th="เครื่องบันทึกแจ้งว่าไม่มีกล้องเชื่อมต่อที่ช่อง {channel} โปรดตรวจสอบไฟเลี้ยงและสายสัญญาณ",
)
_ON_CARD = Text(
    en="The days of recording were proved at {kept}, which keeps more than the other archives of this camera.",
    th="จำนวนวันที่เก็บยืนยันจากภาพที่บันทึกใน {kept} ซึ่งเก็บได้นานกว่าแหล่งบันทึกอื่นของกล้องนี้",
)


def stores_less(views: Sequence[Seen], fields: Mapping[str, Fact]) -> Iterator[Finding]:
    """The recording has fewer pixels than the main stream."""
    stored = fields["resolution"].chosen
    if stored is None or stored.role not in ("recorded", "recorder_setting"):
        return
    live = [size for seen in views if (size := _live_size(seen))]
    kept = _size(stored)
    if kept and live and kept.area_px < _SMALLER * max(live).area_px:
        yield Finding(STORES_LESS, "medium", _STORES_LESS.with_(stored=kept, live=max(live)))


def _live_size(seen: Seen) -> Resolution | None:
    told = [item for item in seen.known.of(seen.main_subject, "resolution") if item.role in (None, "live")]
    return next((size for item in best_first(told) if (size := _size(item))), None)


def _size(item: Evidence) -> Resolution | None:
    return Resolution.parse(item.value) if isinstance(item.value, str) else None


def recorder_limits(fields: Mapping[str, Fact]) -> Iterator[Finding]:
    """Field 8 is the recorder's limit, and the camera could do more."""
    highest = fields["max_resolution"]
    if highest.chosen is None or highest.chosen.role != "recorder_setting":
        return
    taken = _size(highest.chosen)
    given = [size for item in highest.others if item.role != "recorder_setting" and (size := _size(item))]
    if taken and given and taken < max(given):
        words = {"camera": max(given), "recorder": taken}
        yield Finding("recorder_limits_resolution", "low", _LIMITS.with_(**words))


def connections(views: Sequence[Seen]) -> Iterator[Finding]:
    """Channels to which no camera is connected, whether the camera itself was met or not."""
    first = views[0]
    for seen in views:
        if not seen.says_offline:
            continue
        if first.is_recorder:
            yield Finding("channel_offline", "medium", _OFFLINE.with_(channel=seen.channel.number))
        else:
            words = {"recorder": seen.device.address, "channel": seen.channel.number, "address": first.device.address}
            yield Finding("recorder_lost_camera", "high", _NOT_CONNECTED.with_(**words))


def other_archives(views: Sequence[Seen], kept: Seen) -> Iterator[Finding]:
    """What the check of the other archives found, each sentence with its place."""
    for seen in views:
        if seen is not kept and seen.channel.footage is not None:
            for finding in seen.channel.footage.retention.findings:
                yield Finding(finding.code, finding.severity, _AT.with_(place=_place(seen), said=finding.text))


def which_archive(views: Sequence[Seen], kept: Seen) -> Iterator[Finding]:
    """Whose recordings field 9 speaks of, where several were looked at."""
    if kept.channel.footage is None or kept.channel.footage.retention.verified_days is None:
        return
    if any(seen is not kept and seen.channel.footage is not None for seen in views):
        yield Finding("retention_archive", "info", _ON_CARD.with_(kept=_place(kept)))


_AT = Text(en="At {place}: {said}", th="ที่{place}: {said}")
_RECORDER_CHANNEL = Text(en="recorder {address}, channel {channel}", th="เครื่องบันทึก {address} ช่อง {channel}")
_CARD = Text(en="the camera {address} itself", th="ตัวกล้อง {address} เอง")


def _place(seen: Seen) -> Text:
    words = _RECORDER_CHANNEL if seen.is_recorder else _CARD
    return words.with_(address=seen.device.address, channel=seen.channel.number)
