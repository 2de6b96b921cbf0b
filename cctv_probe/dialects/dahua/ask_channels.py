"""How are you set: titles, encoders, capabilities and the cameras behind every used channel of one Dahua device.

The setting of the stream that a recorder stores is what it keeps (`recorder_setting`); its other streams, and a camera's,
are what is sent (`live`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cctv_probe.dialects.dahua import answers_channels as answers
from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.answers_channels import Encoder, Source
from cctv_probe.dialects.dahua.answers_device import rtsp_port
from cctv_probe.dialects.dahua.answers_health import record_modes
from cctv_probe.dialects.dahua.operations import Operation
from cctv_probe.dialects.dahua.session import DahuaSession
from cctv_probe.dialects.dahua.slots import Slot, Told, looks_like_camera, used
from cctv_probe.dialects.dahua.table import Node
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Channel, Stream
from cctv_probe.model.evidence import Standing
from cctv_probe.rtsp.uri import RTSP_PORT
from cctv_probe.wire.address import url_host
from cctv_probe.wire.visit import Visit

ENCODE, CAPS, TITLE = "dahua.encode", "dahua.encode_caps", "dahua.channel_title"
REMOTE, STATE, MODE = "dahua.remote_device", "dahua.camera_state", "dahua.record_mode"
HANGING = 3
"""So many calls in a row without an answer, and the device is left alone."""
SUBS_OF_CAMERA, SUBS_OF_RECORDER = 3, 1

_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.BUDGET_SPENT, Ending.INTERRUPTED}
_CLOSED = {Ending.UNAUTHORIZED, Ending.LOCKED_OUT, Ending.HELD_BACK}

T = TypeVar("T")


@dataclass
class ChannelQuestions:
    """The questions about channels, in order; what fails becomes an attempt, and the rest goes on."""

    session: DahuaSession
    rtsp_port: int | None = None
    """Where its RTSP server answers; asked for where that is not known."""
    raw: dict[str, str] = field(default_factory=dict)
    """Method → SHA-256 of the kept answer."""
    silent: int = 0

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> tuple[Channel, ...]:
        """Every used channel. Raises nothing."""
        model = next((str(item.value) for item in self.visit.known("device", "model")), None)
        encoders = self._call(ops.GET_ENCODE, ENCODE, answers.encoders) or {}
        told = Told(model, encoders, self._call(ops.GET_CHANNEL_TITLE, TITLE, answers.titles) or {})
        if not looks_like_camera(model):
            told = replace(told, remote=self._call(ops.GET_REMOTE_DEVICE, REMOTE, answers.remote_devices))
        self.session.is_recorder = told.is_recorder
        if told.is_recorder:
            told = self._with_cameras(told)
            self.session.switches = self._call(ops.GET_RECORD_MODE, MODE, record_modes)
        if encoders:
            told = replace(told, capabilities=self._call(ops.GET_ENCODE_CAPS, CAPS, answers.capabilities) or {})
        slots = used(told)
        if slots and self.rtsp_port is None:
            self.rtsp_port = self._call(ops.GET_RTSP, "dahua.rtsp", rtsp_port)
        return tuple(self._channel(slot, told) for slot in slots)

    def _with_cameras(self, told: Told) -> Told:
        """With what stands in each slot, and whether it is connected: few recorders say both in one answer."""
        both = self._call(
            ops.GET_CAMERA_ALL, f"{REMOTE}.all", lambda table: (answers.cameras(table), answers.states(table))
        )
        cameras, states = both or (None, {})
        used_slots = {
            number for listed in (told.remote, cameras) for number, each in (listed or {}).items() if each.is_used
        }
        if not states or used_slots - set(states):
            states = {**states, **(self._call(ops.GET_CAMERA_STATE, STATE, answers.states) or {})}
        return replace(told, cameras=cameras, states=states or None)

    def _call(self, operation: Operation, method: str, read: Callable[[Node], T]) -> T | None:
        """One call as one step; a device that stopped answering, or stays closed, is left alone."""
        if self.silent >= HANGING:
            return None

        def ask() -> T:
            reply = self.session.call(operation)
            self.raw[method] = reply.sha256
            return read(reply.table)

        found = self.visit.step(operation.step, ask)
        ending = self.visit.last_ending()
        self.silent = HANGING if ending in _CLOSED else self.silent + 1 if ending in _SILENT else 0
        return found

    def _channel(self, slot: Slot, told: Told) -> Channel:
        subject, role = f"channel/{slot.number}", "recorder_setting" if told.is_recorder else "live"
        self._note(subject, "name", slot.title, TITLE if slot.number in told.titles else REMOTE)
        if slot.capability:
            size = slot.capability.max_resolution
            self._note(subject, "max_resolution", str(size) if size else None, CAPS, role)
            self._note(subject, "max_frame_rate", slot.capability.max_frame_rate, CAPS, role)
        if told.is_recorder:
            self._note_source(subject, slot)
        name = self.visit.folder.redactor.text(slot.title or "") or None
        return Channel(slot.number, name, f"dahua-{slot.number}", self._streams(slot, subject, role, told))

    def _streams(self, slot: Slot, subject: str, role: str, told: Told) -> tuple[Stream, ...]:
        found = [Stream("main", self._uri(slot.number, 0), f"{subject}/stream/main")]
        if slot.encoders is None:
            return tuple(found)
        stored = self._stored(slot, told)
        self._note_encoder(found[0].subject, slot.encoders.main, role if stored == "main" else "live")
        most = SUBS_OF_RECORDER if told.is_recorder else SUBS_OF_CAMERA
        for place, sub in enumerate(slot.encoders.subs[:most], start=1):
            if sub.enabled is False:
                continue
            name = "sub" if place == 1 else f"sub{place}"
            found.append(Stream(name, self._uri(slot.number, place), f"{subject}/stream/{name}"))
            self._note_encoder(found[-1].subject, sub, role if stored == "sub" and name == "sub" else "live")
        return tuple(found)

    def _stored(self, slot: Slot, told: Told) -> str:
        """Which stream a recorder keeps; the main one where it does not say."""
        switches = (self.session.switches or {}).get(slot.number) if told.is_recorder else None
        return (switches.stored if switches else None) or "main"

    def _note_encoder(self, subject: str, encoder: Encoder, role: str) -> None:
        for attribute, value in (
            ("codec", encoder.codec),
            ("resolution", str(encoder.resolution) if encoder.resolution else None),
            ("frame_rate", encoder.frame_rate),
            ("bit_rate_bps", encoder.bit_rate_bps),
            ("gop", encoder.gop),
            ("codec_profile", encoder.codec_profile),
            ("smart_codec", encoder.smart),
        ):
            self._note(subject, attribute, value, ENCODE, role)

    def _note_source(self, subject: str, slot: Slot) -> None:
        """What the recorder knows of the camera behind a channel: a later stage joins the two by it."""
        raw = tuple(self.raw[name] for name in (STATE, f"{REMOTE}.all") if name in self.raw)
        self.visit.note(subject, "online", slot.online, STATE, Standing.ADVERTISED, raw=raw)
        source = slot.source or Source()
        if source.is_local:
            return
        for attribute, value in (
            ("source_address", source.address),
            ("source_port", source.port),
            ("source_http_port", source.http_port),
            ("source_channel", source.channel or (1 if source.address else None)),
            ("source_protocol", source.protocol),
            ("source_vendor", source.vendor),
            ("source_model", source.model),
            ("source_serial", source.serial),
            ("source_mac", source.mac),
            ("source_firmware", source.firmware),
        ):
            self._note(subject, attribute, value, REMOTE)

    def _note(
        self, subject: str, attribute: str, value: str | float | bool | None, method: str, role: str | None = None
    ) -> None:
        raw = tuple(sha256 for name, sha256 in self.raw.items() if name == method or name.startswith(f"{method}."))
        self.visit.note(subject, attribute, value, method, Standing.CONFIGURED, raw=raw, role=role)

    def _uri(self, number: int, subtype: int) -> str:
        """The documented address of a live stream, on our host."""
        place = f"{url_host(self.visit.address)}:{self.rtsp_port or RTSP_PORT}"
        return f"rtsp://{place}/cam/realmonitor?channel={number}&subtype={subtype}"


def ask_channels(session: DahuaSession, rtsp_port: int | None = None) -> tuple[Channel, ...]:
    """Every used channel of the device behind `session`. `rtsp_port`: where RTSP is known to answer. Raises nothing."""
    return ChannelQuestions(session, rtsp_port).ask()
