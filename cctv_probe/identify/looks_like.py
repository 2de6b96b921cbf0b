"""Not every web server is a camera: what kind of device the open ports and banners speak for."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from cctv_probe.identify.banners import Banners, guesses
from cctv_probe.model.device import Kind
from cctv_probe.model.words import Text

VENDOR_PORTS = frozenset({34567, 37777})
"""Ports of makers' own protocols that nothing but their cameras and recorders keep open."""


class Likeness(enum.StrEnum):
    """Whether something is a camera or a recorder of cameras."""

    CAMERA_LIKE = "camera_like"
    NOT_A_CAMERA = "not_a_camera"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it is, as far as it shows, and why. `kind` is camera or recorder only where the banners tell them apart."""

    likeness: Likeness
    kind: Kind
    reason: Text


def kind_from_banners(
    banners: Banners, *, open_ports: Collection[int] = (), answers_onvif: bool = False, answers_rtsp: bool = False
) -> Verdict:
    """Judge a device from what it said before any login. `answers_onvif` and `answers_rtsp`: any well-formed answer,
    a refusal too."""
    found = guesses(banners)
    camera = next((guess for guess in found if guess.is_camera), None)
    kind = next((_KINDS[guess.kind] for guess in found if guess.kind in _KINDS), Kind.UNKNOWN)
    if answers_onvif:
        return Verdict(Likeness.CAMERA_LIKE, kind, _ONVIF)
    if camera is not None:
        return Verdict(Likeness.CAMERA_LIKE, kind, _BANNER.with_(basis=camera.basis))
    if answers_rtsp or banners.rtsp_server or banners.rtsp_authenticate or banners.sdp:
        return Verdict(Likeness.CAMERA_LIKE, kind, _RTSP)
    if VENDOR_PORTS.intersection(open_ports):
        return Verdict(Likeness.CAMERA_LIKE, kind, _PORT.with_(port=min(VENDOR_PORTS.intersection(open_ports))))
    if found:
        return Verdict(Likeness.NOT_A_CAMERA, Kind.NOT_A_CAMERA, _OTHER.with_(basis=found[0].basis))
    return Verdict(Likeness.UNKNOWN, Kind.UNKNOWN, _NOTHING)


_KINDS = {"camera": Kind.CAMERA, "recorder": Kind.RECORDER}
_ONVIF = Text(en="It answers ONVIF.", th="อุปกรณ์ตอบ ONVIF")
_RTSP = Text(en="It answers RTSP.", th="อุปกรณ์ตอบ RTSP")
_BANNER = Text(en="Its {basis} is that of a camera or recorder.", th="ข้อมูล {basis} เป็นของกล้องหรือเครื่องบันทึก")
_PORT = Text(
    en="Port {port} is open, which only cameras and recorders use.", th="พอร์ต {port} เปิดอยู่ ซึ่งใช้เฉพาะกล้องหรือเครื่องบันทึก"
)
_OTHER = Text(en="Its {basis} is that of another kind of device.", th="ข้อมูล {basis} เป็นของอุปกรณ์ประเภทอื่น")
_NOTHING = Text(en="Nothing it says tells whether it is a camera.", th="ไม่มีข้อมูลที่บอกได้ว่าอุปกรณ์นี้เป็นกล้องหรือไม่")
