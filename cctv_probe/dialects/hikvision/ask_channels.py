"""How are you set: every channel with its encoders, and for a recorder the camera behind each."""

from __future__ import annotations

from dataclasses import dataclass

from cctv_probe.dialects.hikvision import answers_channels as answers
from cctv_probe.dialects.hikvision import channels
from cctv_probe.dialects.hikvision import operations as ops
from cctv_probe.dialects.hikvision.answers_channels import Capabilities, Encoder
from cctv_probe.dialects.hikvision.answers_storage import Track, tracks
from cctv_probe.dialects.hikvision.channels import Slot, stream_name
from cctv_probe.dialects.hikvision.operations import Operation
from cctv_probe.dialects.hikvision.session import IsapiSession, Reply
from cctv_probe.model.attempt import Ending
from cctv_probe.model.device import Channel, Stream
from cctv_probe.model.evidence import Standing
from cctv_probe.model.words import Text
from cctv_probe.rtsp.uri import on_host
from cctv_probe.wire.visit import Visit

HANGING = 3
"""So many questions in a row without an answer, and the device is left alone."""
_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.BUDGET_SPENT, Ending.INTERRUPTED}
_CLOSED = {Ending.UNAUTHORIZED, Ending.LOCKED_OUT, Ending.HELD_BACK}

_NO_PICTURE = Text(
    en="Inputs {numbers} of the recorder show no picture and were never named: they count as unused. If cameras are wired there, look at them.",
    th="ช่องสัญญาณ {numbers} ของเครื่องบันทึกไม่มีภาพและไม่เคยตั้งชื่อ จึงนับว่าไม่ได้ใช้งาน หากต่อกล้องไว้โปรดตรวจสอบกล้อง",
)


def ask_channels(session: IsapiSession) -> tuple[Channel, ...]:
    """Every channel that is set up, offline ones too. What fails becomes an attempt. Raises nothing."""
    return ChannelQuestions(session).ask()


@dataclass
class ChannelQuestions:
    """The questions about one device's channels, in order."""

    session: IsapiSession
    silent: int = 0
    _capabilities: Operation = ops.STREAM_CAPABILITIES

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> tuple[Channel, ...]:
        """Every channel; see `ask_channels`."""
        reply = self._call(ops.STREAMS)
        if reply is None and self.session.is_recorder:
            reply = self._call(ops.PROXY_STREAMS)
            self._capabilities = ops.PROXY_STREAM_CAPABILITIES
        encoders = answers.encoders(reply.root) if reply else ()
        slots = self._slots(encoders) if self.session.is_recorder else channels.of_camera(encoders)
        stored = self._stored() if self.session.is_recorder else {}
        return tuple(self._channel(slot, reply.sha256 if reply else None, stored.get(slot.number)) for slot in slots)

    def _call(self, operation: Operation, number: int | None = None) -> Reply | None:
        """One question as one step; a device that stopped answering, or refused the login, is left alone."""
        if self.silent >= HANGING:
            return None
        step = f"{operation.step} {number}" if number else operation.step
        if operation is ops.TRACKS:
            reply = self.visit.step(step, lambda: self.session.once(operation))
        else:
            reply = self.visit.step(step, lambda: self.session.ask(operation, number))
        ending = self.visit.last_ending()
        self.silent = HANGING if ending in _CLOSED else self.silent + 1 if ending in _SILENT else 0
        return reply

    def _slots(self, encoders: tuple[Encoder, ...]) -> tuple[Slot, ...]:
        listed, told = self._call(ops.INPUTS), self._call(ops.INPUT_STATUS)
        source = listed or told
        inputs = answers.proxy_inputs(source.root) if source else ()
        statuses = answers.proxy_statuses(told.root) if told else ()
        analogue: tuple[answers.AnalogueInput, ...] = ()
        if not inputs or channels.uncovered(encoders, inputs, statuses):
            wired = self._call(ops.ANALOGUE_INPUTS)
            analogue = answers.analogue_inputs(wired.root) if wired else ()
            self._note_analogue(analogue, wired)
        slots = channels.of_recorder(encoders, inputs, statuses, analogue)
        for slot in slots:
            self._note_source(slot, source, told)
        return slots

    def _stored(self) -> dict[int, Track]:
        """Channel number → the track of its first schedule that is switched on."""
        reply = self._call(ops.TRACKS)
        found: dict[int, Track] = {}
        for track in tracks(reply.root) if reply else ():
            if not track.is_off:
                found.setdefault(track.number, track)
        return found

    def _note_analogue(self, inputs: tuple[answers.AnalogueInput, ...], reply: Reply | None) -> None:
        empty = [str(one.id) for one in inputs if one.enabled and one.is_empty]
        if empty:
            self.visit.find("inputs_without_picture", "info", _NO_PICTURE.with_(numbers=", ".join(empty)))
        for one in inputs:
            if reply and one.enabled and not one.is_empty and one.has_signal is not None:
                self.visit.note(
                    f"channel/{one.id}", "online", one.has_signal, "isapi.video_inputs", Standing.ADVERTISED,
                    raw=(reply.sha256,),
                )  # fmt: skip

    def _note_source(self, slot: Slot, source: Reply | None, told: Reply | None) -> None:
        """The camera behind a slot, for joining it to the one found directly."""
        subject, behind = f"channel/{slot.number}", slot.source
        if behind is None or source is None:
            return
        for attribute, value in (
            ("source_address", behind.address),
            ("source_port", behind.port),
            ("source_channel", behind.input),
            ("source_protocol", behind.protocol),
            ("source_model", behind.model),
            ("source_serial", behind.serial),
            ("source_mac", behind.mac),
            ("source_firmware", behind.firmware),
        ):
            self.visit.note(subject, attribute, value, "isapi.input_proxy", Standing.CONFIGURED, raw=(source.sha256,))
        raw = (told.sha256,) if told else ()
        self.visit.note(subject, "online", slot.online, "isapi.input_proxy_status", Standing.ADVERTISED, raw=raw)
        if slot.online is False:
            self.visit.note(
                subject, "offline_reason", slot.reason, "isapi.input_proxy_status", Standing.ADVERTISED, raw=raw
            )

    def _channel(self, slot: Slot, raw: str | None, track: Track | None) -> Channel:
        subject = f"channel/{slot.number}"
        self.visit.note(subject, "name", slot.name, "isapi.channel_name", Standing.CONFIGURED)
        limits = self._limits(slot, subject)
        streams = []
        for encoder in slot.streams:
            stream = f"{subject}/stream/{stream_name(encoder.stream)}"
            self._note_encoder(stream, encoder, raw, limits, self._role(encoder, track))
            streams.append(Stream(stream_name(encoder.stream), self._uri(encoder), stream))
        name = self.visit.folder.redactor.text(slot.name or "") or None
        return Channel(slot.number, name, f"{slot.number}01", tuple(streams))

    def _role(self, encoder: Encoder, track: Track | None) -> str:
        """A recorder's setting of the stream that it stores; its other streams, and a camera's, are live ones."""
        if not self.session.is_recorder:
            return "live"
        stored = track.recorded_stream if track and track.recorded_stream else encoder.number * 100 + 1
        return "recorder_setting" if stored == encoder.id else "live"

    def _uri(self, encoder: Encoder) -> str:
        port = self.session.rtsp_port or 554
        return on_host(f"/Streaming/Channels/{encoder.number}{encoder.stream:02d}", self.visit.address, port)

    def _limits(self, slot: Slot, subject: str) -> Capabilities | None:
        """What the main stream could be set to. A camera that is not connected has no options to tell."""
        if not slot.streams or slot.online is False:
            return None
        reply = self._call(self._capabilities, slot.streams[0].id)
        if reply is None:
            return None
        limits = answers.capabilities(reply.root)
        role, raw = "recorder_setting" if self.session.is_recorder else "live", (reply.sha256,)
        size = str(limits.max_resolution) if limits.max_resolution else None
        for attribute, value in (("max_resolution", size), ("max_frame_rate", limits.max_frame_rate)):
            self.visit.note(
                subject, attribute, value, "isapi.streaming_capabilities", Standing.CONFIGURED, raw=raw, role=role
            )
        return limits

    def _note_encoder(
        self, subject: str, encoder: Encoder, raw: str | None, limits: Capabilities | None, role: str
    ) -> None:
        is_main = encoder.stream == 1
        full = limits.max_frame_rate if limits and is_main and encoder.full_rate else None
        for attribute, value in (
            ("codec", encoder.codec),
            ("resolution", str(encoder.resolution) if encoder.resolution else None),
            ("frame_rate", encoder.frame_rate or full),
            ("bit_rate_bps", encoder.bit_rate_bps),
            ("gop", encoder.gop),
            ("codec_profile", encoder.codec_profile),
        ):
            self.visit.note(
                subject, attribute, value, "isapi.streaming_channels", Standing.CONFIGURED, role=role,
                raw=(raw,) if raw else (),
            )  # fmt: skip
