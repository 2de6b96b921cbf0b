"""A recorder's channel and the camera behind it: which are the same. Pure.

A recorder names the camera behind a channel by address, MAC or serial number. Where these point to different cameras the
serial number is believed, then the MAC, and a finding says so; where a key denies what another says, the two stay apart.
Channels that no key joins are compared by what they look like, which is weak and marked. Every camera and every channel
comes out exactly once, whatever the order of the devices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cctv_probe.identify.likeness import HIGHEST
from cctv_probe.identify.likeness_pairs import likeness_pairs
from cctv_probe.identify.met_devices import Met, Place
from cctv_probe.identify.source_pointers import Pointer, point, shared_addresses
from cctv_probe.identify.views_apart import clusters
from cctv_probe.model.device import Device
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

JoinedBy = Literal["serial", "mac", "address", "likeness"]

JOINED_BY_LIKENESS = Text(
    en="Channel {channel} of recorder {recorder} and the camera {camera} were taken for the same camera because they look "
    "alike ({score} of {highest} points); no address, MAC or serial number says so. Compare their pictures.",
    th="ช่อง {channel} ของเครื่องบันทึก {recorder} และกล้อง {camera} ถูกนับเป็นกล้องเดียวกันเพราะมีลักษณะเหมือนกัน ({score} จาก {highest} คะแนน) "
    "โดยไม่มีที่อยู่ MAC หรือหมายเลขเครื่องยืนยัน โปรดเปรียบเทียบภาพ",
)
LOOP = Text(
    en="Recorder {recorder} names another recorder as the source of channel {channel}, and that one names it in turn. Check "
    "how the recorders are set to record each other.",
    th="เครื่องบันทึก {recorder} ระบุเครื่องบันทึกอื่นเป็นต้นทางของช่อง {channel} และเครื่องนั้นระบุกลับมาที่เครื่องนี้ โปรดตรวจสอบการตั้งค่าการบันทึกต่อกัน",
)


@dataclass(frozen=True, slots=True)
class OneCamera:
    """One real camera. `places` are (place in the devices, channel number): the camera itself first where it was met.

    `joined_by` is the weakest key that joined any of them; None where there is one view only.
    """

    places: tuple[Place, ...]
    joined_by: JoinedBy | None = None
    findings: tuple[Finding, ...] = ()


def match(devices: Sequence[Device]) -> tuple[OneCamera, ...]:
    """Every camera that `devices` show, once, in the order of its first view among them. Raises nothing."""
    met = Met.of(devices)
    shared = shared_addresses(met)
    pointers = {place: point(met, place, shared) for place in met.behind_recorders}
    joining = _Joining(met, pointers)
    joining.follow_pointers()
    joining.join_clusters(shared)
    joining.join_by_likeness()
    return joining.result()


class _Joining:
    """Views put together step by step, the surest key first."""

    def __init__(self, met: Met, pointers: dict[Place, Pointer]) -> None:
        self._met, self._pointers = met, pointers
        self._head = {place: place for place in met.places}
        self._members: dict[Place, list[Place]] = {place: [place] for place in met.places}
        self._by: dict[Place, list[JoinedBy]] = {place: [] for place in met.places}
        self._findings: dict[Place, list[Finding]] = {
            place: list(pointer.findings) for place, pointer in pointers.items()
        }
        self._depth: dict[Place, int] = {}

    def follow_pointers(self) -> None:
        """Channel → camera, or channel → another recorder's channel → camera. Loops lead nowhere."""
        for place in sorted(self._pointers, key=self._met.order):
            path, here = [place], place
            while (target := self._target(here)) is not None and target not in path:
                path.append(target)
                here = target
            if target is not None:
                if target == place:
                    self._note_loop(place)
                continue
            self._depth[place] = len(path) - 1
            if here != place:
                self._join(here, place, self._pointers[place].by or "address")

    def _target(self, place: Place) -> Place | None:
        pointer = self._pointers.get(place)
        return pointer.target if pointer else None

    def join_clusters(self, shared: frozenset[str]) -> None:
        """Channels of which several recorders say the same of the camera behind, whether it was met itself or not."""
        for by, group in clusters(self._met, self._pointers, shared):
            heads = {self._head[place] for place in group}
            cameras = {head for head in heads if self._camera_in(head)}
            if len(heads) > 1 and len(cameras) <= 1:
                first = min(cameras or heads, key=self._met.order)
                for other in sorted(heads - {first}, key=self._met.order):
                    self._join(first, other, by)

    def join_by_likeness(self) -> None:
        """What is alike beyond all others, where no key joined it."""
        channels = [
            place
            for place in self._pointers
            if not self._pointers[place].target and not self._camera_in(self._head[place])
        ]
        for pair in likeness_pairs(self._met, channels, self._recorders_of):
            head, other = self._head[pair.camera], self._head[pair.channel]
            if head == other or self._camera_in(other):
                continue
            words = {"channel": pair.channel[1], "recorder": self._met.address(pair.channel),
                     "camera": self._met.address(pair.camera), "score": pair.score, "highest": HIGHEST}  # fmt: skip
            self._note(pair.channel, Finding("joined_by_likeness", "low", JOINED_BY_LIKENESS.with_(**words)))
            self._join(head, other, "likeness")

    def _recorders_of(self, camera: Place) -> set[int]:
        """The recorders that already have a view of `camera`."""
        return {place[0] for place in self._members[self._head[camera]] if place in self._pointers}

    def _camera_in(self, head: Place) -> bool:
        return any(place not in self._pointers for place in self._members[head])

    def _join(self, one: Place, other: Place, by: JoinedBy) -> None:
        head, lost = self._head[one], self._head[other]
        if head == lost:
            self._by[head].append(by)
            return
        for place in self._members[lost]:
            self._head[place] = head
        self._members[head] += self._members.pop(lost)
        self._by[head] += [*self._by.pop(lost), by]

    def _note(self, place: Place, finding: Finding) -> None:
        self._findings.setdefault(place, []).append(finding)

    def _note_loop(self, place: Place) -> None:
        words = {"channel": place[1], "recorder": self._met.address(place)}
        self._note(place, Finding("source_loop", "low", LOOP.with_(**words)))

    def result(self) -> tuple[OneCamera, ...]:
        """The cameras in the order of their first views."""
        found = [self._camera(head) for head in self._members]
        return tuple(sorted(found, key=lambda camera: camera.places[0]))

    def _camera(self, head: Place) -> OneCamera:
        places = sorted(
            self._members[head],
            key=lambda place: (place in self._pointers, self._depth.get(place, 0), self._met.order(place)),
        )
        findings = [finding for place in places for finding in self._findings.get(place, ())]
        return OneCamera(tuple(places), _weakest(self._by[head]), tuple(dict.fromkeys(findings)))


def _weakest(keys: Sequence[JoinedBy]) -> JoinedBy | None:
    strength: tuple[JoinedBy, ...] = ("likeness", "address", "mac", "serial")
    return next((key for key in strength if key in keys), None)
