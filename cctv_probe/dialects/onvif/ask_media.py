"""How are you set: profiles, encoders, options, stream addresses and texts in the picture, for every source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cctv_probe.dialects.onvif import answers_media as answers
from cctv_probe.dialects.onvif import operations as ops
from cctv_probe.dialects.onvif.answers_media import EncoderConfiguration, EncoderOptions, Profile
from cctv_probe.dialects.onvif.channels import EncodedStream, SourceChannel, arrange
from cctv_probe.dialects.onvif.operations import Operation
from cctv_probe.dialects.onvif.session import OnvifSession, Reply
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel, Stream
from cctv_probe.model.evidence import Standing
from cctv_probe.wire.visit import Visit

STREAMS_OF_CAMERA = 4
STREAMS_OF_RECORDER = 2
HANGING = 3
"""So many calls in a row without an answer, and the device is left alone."""

_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.BUDGET_SPENT, Ending.INTERRUPTED}
_STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


@dataclass
class MediaQuestions:
    """The media questions of one device, in order."""

    session: OnvifSession
    silent: int = 0

    @property
    def visit(self) -> Visit:
        """The visit that is written into."""
        return self.session.visit

    def ask(self) -> tuple[Channel, ...]:
        """Every channel of the device; what fails becomes an attempt."""
        source_reply = self._call(ops.GET_VIDEO_SOURCES)
        sources = answers.video_sources(source_reply.body) if source_reply else ()
        media2 = self._profiles2() if self.session.offers(ops.MEDIA2) else None
        media1 = self._profiles(ops.GET_PROFILES)
        if media2 is None and not media1[0] and not self.session.offers(ops.MEDIA):
            media2 = self._profiles2()
        found2, raw2 = media2 or ((), None)
        found1, raw1 = media1
        arranged = arrange((source.token for source in sources), found2, found1)
        self._note_sources(sources, source_reply, arranged)
        texts = self._osds(arranged)
        most = STREAMS_OF_CAMERA if len(arranged) == 1 else STREAMS_OF_RECORDER
        return tuple(
            self._channel(replace(channel, streams=channel.streams[:most]), raw2, raw1, texts.get(channel.number))
            for channel in arranged
        )

    def _call(self, operation: Operation, about: str = "", /, **arguments: object) -> Reply | None:
        """One call as one step (`about` names channel and stream); a device that stopped answering is left alone."""
        if self.silent >= HANGING:
            return None
        step = f"{operation.step} {about}".strip()
        reply = self.visit.step(step, lambda: self.session.call(operation, **arguments))
        self.silent = self.silent + 1 if self.visit.last_ending() in _SILENT else 0
        return reply

    def _profiles2(self) -> tuple[tuple[Profile, ...], str | None]:
        return self._profiles(ops.GET_PROFILES_2, Type=["VideoSource", "VideoEncoder"])

    def _profiles(self, operation: Operation, **arguments: object) -> tuple[tuple[Profile, ...], str | None]:
        reply = self._call(operation, **arguments)
        return (answers.profiles(reply.body), reply.sha256) if reply else ((), None)

    def _note_sources(
        self, sources: tuple[answers.VideoSource, ...], reply: Reply | None, arranged: tuple[SourceChannel, ...]
    ) -> None:
        numbers = {channel.token: channel.number for channel in arranged}
        for source in sources:
            number = numbers.get(source.token)
            if number and source.resolution and reply:
                self.visit.note(
                    f"channel/{number}", "source_resolution", str(source.resolution), "onvif.video_source",
                    Standing.ADVERTISED, raw=(reply.sha256,),
                )  # fmt: skip

    def _osds(self, arranged: tuple[SourceChannel, ...]) -> dict[int, tuple[str, str]]:
        """Channel number → (texts in its picture, SHA-256 of the answer)."""
        operation = ops.GET_OSDS_2 if self.session.offers(ops.MEDIA2) else ops.GET_OSDS
        reply = self._call(operation) if arranged else None
        if reply is None:
            return {}
        texts: dict[int, list[str]] = {}
        for osd in answers.osds(reply.body):
            for channel in arranged:
                here = osd.source_configuration_token in channel.configuration_tokens
                if here or (len(arranged) == 1 and osd.source_configuration_token is None):
                    texts.setdefault(channel.number, []).append(osd.text)
        return {number: (" · ".join(dict.fromkeys(found)), reply.sha256) for number, found in texts.items()}

    def _channel(
        self, channel: SourceChannel, raw2: str | None, raw1: str | None, osd: tuple[str, str] | None
    ) -> Channel:
        subject = f"channel/{channel.number}"
        if osd:
            self.visit.note(subject, "osd_text", osd[0], "onvif.osd", Standing.CONFIGURED, raw=(osd[1],))
        self.visit.note(subject, "name", channel.name, "onvif.video_source_configuration", Standing.CONFIGURED)
        streams = []
        for stream in channel.streams:
            self._note_encoder(f"{subject}/stream/{stream.name}", stream.media2, "onvif.media2.encoder", raw2)
            self._note_encoder(f"{subject}/stream/{stream.name}", stream.media1, "onvif.media1.encoder", raw1)
            uri = self._stream_uri(stream, f"{subject} {stream.name}")
            streams.append(Stream(stream.name, uri, f"{subject}/stream/{stream.name}"))
        if channel.streams:
            self._note_options(subject, channel.streams[0])
        name = self.visit.folder.redactor.text(osd[0] if osd else channel.name or "") or None
        return Channel(channel.number, name, channel.token, tuple(streams))

    def _note_encoder(self, subject: str, profile: Profile | None, method: str, raw: str | None) -> None:
        encoder = profile.encoder if profile else None
        if encoder is None:
            return
        for attribute, value in _settings(encoder).items():
            self.visit.note(
                subject, attribute, value, method, Standing.CONFIGURED, raw=(raw,) if raw else (), role="live"
            )

    def _stream_uri(self, stream: EncodedStream, about: str) -> str | None:
        reply = None
        if stream.media2 is not None:
            reply = self._call(ops.GET_STREAM_URI_2, about, Protocol="RTSP", ProfileToken=stream.media2.token)
        if reply is None and stream.media1 is not None:
            token = stream.media1.token
            reply = self._call(ops.GET_STREAM_URI, about, StreamSetup=_STREAM_SETUP, ProfileToken=token)
        return answers.stream_uri(reply.body) if reply else None

    def _note_options(self, subject: str, main: EncodedStream) -> None:
        for version, operation in ((main.media2, ops.GET_ENCODER_OPTIONS_2), (main.media1, ops.GET_ENCODER_OPTIONS)):
            if version is None or version.encoder is None:
                continue
            options, raw = self._options(operation, version, subject)
            if options is None or options.max_resolution is None:
                continue
            method = "onvif.media2.options" if version is main.media2 else "onvif.media1.options"
            self.visit.note(
                subject,
                "max_resolution",
                str(options.max_resolution),
                method,
                Standing.CONFIGURED,
                raw=raw,
                role="live",
            )
            self.visit.note(
                subject, "max_frame_rate", options.max_frame_rate, method, Standing.CONFIGURED, raw=raw, role="live"
            )
            return

    def _options(
        self, operation: Operation, profile: Profile, about: str
    ) -> tuple[EncoderOptions | None, tuple[str, ...]]:
        """The options of a profile's encoder: by configuration token, else by profile token."""
        encoder = profile.encoder
        tokens = [{"ProfileToken": profile.token}]
        if encoder and encoder.token:
            tokens.insert(0, {"ConfigurationToken": encoder.token})
        for token in tokens:
            reply = self._call(operation, about, **token)
            if reply is not None:
                return answers.encoder_options(reply.body), (reply.sha256,)
        return None, ()


def _settings(encoder: EncoderConfiguration) -> dict[str, str | float | int | None]:
    return {
        "codec": encoder.codec,
        "resolution": str(encoder.resolution) if encoder.resolution else None,
        "frame_rate": encoder.frame_rate,
        "bit_rate_bps": encoder.bit_rate_bps,
        "gop": encoder.gop,
        "codec_profile": encoder.profile,
    }


def ask_media(session: OnvifSession) -> tuple[Channel, ...]:
    """Every channel of the device behind `session`. Raises nothing."""
    try:
        return MediaQuestions(session).ask()
    except StepError:
        return ()
