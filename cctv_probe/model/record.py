"""The survey record of one camera: the eleven fields of the DLA form, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.model.device import View
from cctv_probe.model.evidence import Fact
from cctv_probe.model.finding import Finding
from cctv_probe.model.footage import Timeline
from cctv_probe.model.words import Text

FIELDS: dict[str, Text] = {
    "owner": Text(en="Agency that owns the camera", th="ชื่อหน่วยงานเจ้าของกล้อง"),
    "position": Text(en="Installation position", th="ตำแหน่งในการติดตั้งกล้อง"),
    "purposes": Text(en="Purposes", th="วัตถุประสงค์ของกล้อง"),
    "linked_agencies": Text(en="Linked agencies", th="ข้อมูลการเชื่อมโยงหน่วยงาน"),
    "network": Text(en="Linking network", th="โครงข่ายที่เชื่อมโยง"),
    "brand": Text(en="Brand", th="ยี่ห้อกล้อง"),
    "resolution": Text(en="Resolution recorded", th="ความละเอียดของภาพที่บันทึก"),
    "max_resolution": Text(en="Highest resolution", th="ความละเอียดของการบันทึกสูงสุด"),
    "retention_days": Text(en="Days of recording kept", th="จำนวนวันในการเก็บการบันทึก"),
    "frame_rate": Text(en="Frames per second", th="จำนวนภาพต่อวินาทีที่บันทึก (Frame Rate)"),
    "file_format": Text(en="File format", th="รูปแบบไฟล์ที่บันทึก"),
}
"""The eleven fields in the order of the form, under the keys that every file and command of this program uses."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """What is known of one live stream."""

    name: str
    view: int
    uri: str | None
    codec: Fact
    resolution: Fact
    frame_rate: Fact
    bit_rate_bps: Fact


@dataclass(frozen=True, slots=True)
class RetentionRecord:
    """What is known of the recordings. Gaps are (from, to) in ISO 8601 UTC. `direction` is `overstated` or `understated`;
    `coverage_interval` the 95 % interval of the coverage; `nights` how many nights the verdict rests on; `timeline` is
    None where no recording was looked at."""

    configured_days: Fact
    oldest_playable_days: Fact
    verified_days: Fact
    coverage_ratio: Fact
    longest_gap_s: Fact
    recording_mode: Fact
    gaps: tuple[tuple[str, str], ...] = ()
    samples: int = 0
    played: int = 0
    seed: str | None = None
    verdict: str = "not_assessed"
    direction: str | None = None
    coverage_interval: tuple[float, float] | None = None
    nights: int = 0
    complete: bool = False
    timeline: Timeline | None = None


@dataclass(frozen=True, slots=True)
class SurveyRecord:
    """One real camera. `fields` holds a fact for every key of `FIELDS`."""

    id: str
    id_basis: str
    name: str | None
    scope_class: str
    working: Fact
    device: str
    device_id: str
    channel: int
    views: tuple[View, ...]
    fields: dict[str, Fact]
    streams: tuple[StreamRecord, ...]
    retention: RetentionRecord
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """The facts about a device that the record shows beside its identity."""

    device_id: str
    brand: Fact
    model: Fact
    firmware: Fact
    clock_offset_s: Fact
    findings: tuple[Finding, ...] = ()
    """Those of the visit and those that follow from the evidence."""
