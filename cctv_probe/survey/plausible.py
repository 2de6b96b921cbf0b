"""How many days a recorder's disks could hold, from capacity and bit rates: shown beside verified days, never instead. Pure.

days ≈ capacity in GB ÷ Σ(Mbit/s × 10.8), over the channels that are set to record.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cctv_probe.model.device import Channel, Device
from cctv_probe.model.evidence import Evidence, Fact, Source, Standing, best_first
from cctv_probe.model.finding import Finding
from cctv_probe.model.record import RetentionRecord
from cctv_probe.model.words import Text
from cctv_probe.survey.agreement import PLAUSIBLE_DAYS
from cctv_probe.survey.known import Known
from cctv_probe.survey.views import Seen

GB_A_DAY = 10.8
"""Decimal gigabytes that 1 Mbit/s fills in a day: 86,400 s ÷ 8 bits ÷ 1,000."""
METHOD = "estimate.capacity"
_GB, _MBIT = 1e9, 1e6
_MOST_DAYS = 36_500
_FAR_BELOW, _FAR_BELOW_DAYS = 0.5, 7
_IMPOSSIBLE_MEASURED, _IMPOSSIBLE_SET = 1.25, 2.0
"""How far declared days may lie over the estimate: a bit rate that is only set is a limit, and twice what scenes may need."""
_WHOLE_TIME = ("continuous",)

_ESTIMATE = Text(
    en="By its disks {address} could hold about {days} days: {capacity} GB ÷ ({rate} Mbit/s × 10.8), counting the "
    "channels set to record ({count}, of which {measured} with a measured bit rate, the rest as set). This is an estimate; only samples that play prove days.",
    th="คำนวณจากดิสก์ {address} น่าจะเก็บได้ประมาณ {days} วัน: {capacity} GB ÷ ({rate} Mbit/s × 10.8) จาก {count} ช่องที่ตั้งให้บันทึก "
    "(วัดอัตราบิตจริง {measured} ช่อง นอกนั้นใช้ค่าที่ตั้งไว้) เป็นเพียงค่าประมาณ จำนวนวันยืนยันได้จากการเล่นตัวอย่างเท่านั้น",
)
_BELOW = Text(
    en="{verified} days were proved, though the disks of {address} could hold about {days}. Check whether recording was "
    "interrupted, a disk was changed lately, or the days to keep are limited.",
    th="ยืนยันได้ {verified} วัน ทั้งที่ดิสก์ของ {address} น่าจะเก็บได้ประมาณ {days} วัน โปรดตรวจสอบว่าการบันทึกเคยหยุด เพิ่งเปลี่ยนดิสก์ "
    "หรือจำกัดจำนวนวันไว้หรือไม่",
)
_IMPOSSIBLE = Text(
    en="{declared} days are declared, but with its present disks and bit rates {address} could hold about {days}. Check the "
    "declared number, or add disks.",
    th="แจ้งไว้ {declared} วัน แต่ด้วยดิสก์และอัตราบิตปัจจุบัน {address} น่าจะเก็บได้ประมาณ {days} วัน โปรดตรวจสอบจำนวนวันที่แจ้ง หรือเพิ่มดิสก์",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """`capacity_gb` of the working disks, `rate_mbps` of all `channels` that are recorded, `measured` of them measured."""

    capacity_gb: float
    rate_mbps: float
    channels: int
    measured: int
    seen_at: datetime
    raw_sha256: tuple[str, ...]

    @property
    def days(self) -> int:
        """Whole days, at most a hundred years."""
        return min(math.floor(self.capacity_gb / (self.rate_mbps * GB_A_DAY)), _MOST_DAYS)

    def evidence(self, subject: str) -> Evidence:
        """As it stands beside field 9."""
        return Evidence(
            subject, PLAUSIBLE_DAYS, self.days, Source(METHOD, Standing.CONFIGURED, self.raw_sha256), self.seen_at
        )

    def finding(self, device: Device) -> Finding:
        """The formula with what went into it."""
        words = {"capacity": f"{self.capacity_gb:,.0f}", "rate": f"{self.rate_mbps:.2f}", "count": self.channels}
        text = _ESTIMATE.with_(address=device.address, days=self.days, measured=self.measured, **words)
        return Finding("plausible_days", "info", text)


def estimate(device: Device, known: Known, views: Mapping[int, Sequence[Seen]]) -> Estimate | None:
    """What the disks of a recorder could hold; None where its capacity or the bit rate of a recorded channel is not known.

    `views` are all views of the camera of each channel. A channel without a camera and without a rate fills nothing.
    """
    capacity = _capacity(known)
    rates: list[Evidence] = []
    for channel in device.channels:
        if any(item.value is False for item in known.of(channel.subject, "recording_scheduled")):
            continue
        rate = _rate(channel, known, views.get(channel.number, ()))
        if rate is not None:
            rates.append(rate)
        elif not Seen(device, channel, known).says_offline:
            return None
    if capacity is None or not rates:
        return None
    used = [capacity, *rates]
    return Estimate(
        capacity_gb=_number(capacity) / _GB,
        rate_mbps=sum(map(_number, rates)) / _MBIT,
        channels=len(rates),
        measured=sum(item.source.standing is Standing.MEASURED for item in rates),
        seen_at=max(item.seen_at for item in used),
        raw_sha256=tuple(dict.fromkeys(sha256 for item in used for sha256 in item.source.raw_sha256)),
    )


def _capacity(known: Known) -> Evidence | None:
    return next(iter(best_first(known.of("device", "storage_total_bytes"))), None)


def _number(item: Evidence) -> float:
    return float(item.value) if isinstance(item.value, (int, float)) else 0.0


def _rate(channel: Channel, known: Known, views: Sequence[Seen]) -> Evidence | None:
    """The bit rate of what is stored: of a recording, of the stored stream as measured, as set; then of the camera's own."""
    stored = next((item.value for item in known.of(channel.subject, "recorded_stream")), "main")
    subjects = [channel.subject, *known.stream_subjects(channel.subject)]
    told = [item for subject in subjects for item in known.of(subject, "bit_rate_bps")]
    name = stored if isinstance(stored, str) else "main"
    subject = next(
        (stream.subject for stream in channel.streams if stream.name == name), f"{channel.subject}/stream/{name}"
    )
    own = [item for item in told if item.subject == subject and item.role != "recorded"]
    cameras = [seen for seen in views if not seen.is_recorder] if name == "main" else []
    main = [item for seen in cameras for item in seen.known.of(seen.main_subject, "bit_rate_bps")]
    ranked = [
        *(item for item in told if item.role == "recorded"),
        *(item for item in best_first(own) if item.source.standing is Standing.MEASURED),
        *(item for item in best_first(main) if item.source.standing is Standing.MEASURED),
        *(item for item in told if item.role == "recorder_setting"),
        *best_first(own),
        *best_first(main),
    ]
    return next(iter(ranked), None)


def with_estimate(days: Fact, kept: Seen, possible: Estimate | None) -> Fact:
    """Field 9 with the estimate beside it; it never becomes the value."""
    if possible is None:
        return days
    return replace(days, others=(*days.others, possible.evidence(kept.channel.subject)))


def estimate_findings(
    kept: Seen, retention: RetentionRecord, days: Fact, possible: Estimate | None
) -> Iterator[Finding]:
    """Verified days far below what the disks could hold, and declared days far above it."""
    if possible is None:
        return
    verified = days.value if isinstance(days.value, int) else None
    words = {"address": kept.device.address, "days": possible.days}
    limited = isinstance(retention.configured_days.value, int)
    settled = retention.complete and retention.verdict != "maturing" and not limited
    if verified is not None and settled and _is_far_below(verified, possible.days):
        yield Finding("retention_below_capacity", "medium", _BELOW.with_(verified=verified, **words))
    declared = _declared(retention, days)
    proved = verified is not None and declared is not None and verified >= declared - 1
    if declared is None or proved or retention.recording_mode.value not in _WHOLE_TIME:
        return
    room = _IMPOSSIBLE_MEASURED if possible.measured == possible.channels else _IMPOSSIBLE_SET
    if declared > possible.days * room + 1:
        yield Finding("declared_days_impossible", "medium", _IMPOSSIBLE.with_(declared=declared, **words))


def _is_far_below(verified: int, possible: int) -> bool:
    return verified <= possible * _FAR_BELOW and possible - verified >= _FAR_BELOW_DAYS


def _declared(retention: RetentionRecord, days: Fact) -> int | None:
    told = [item.value for item in days.others if item.source.standing is Standing.DECLARED]
    listed = [value for value in told if isinstance(value, int) and not isinstance(value, bool)]
    return next(iter(listed), retention.timeline.declared_days if retention.timeline else None)
