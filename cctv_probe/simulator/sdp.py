"""Session descriptions (RFC 8866) as cameras write them."""

from __future__ import annotations

import base64

from cctv_probe.simulator.clip import kind_of
from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.fleet import Channel, Codec, Device, Stream
from cctv_probe.simulator.recorded_pictures import clip_of
from cctv_probe.simulator.recorded_spans import Span
from cctv_probe.simulator.recording_parts import Recording
from cctv_probe.simulator.replay_wish import clock
from cctv_probe.simulator.rtp_frames import in_band_sets
from cctv_probe.simulator.rtp_packets import parameter_sets

PAYLOAD_TYPES: dict[Codec, int] = {"h264": 96, "h265": 98, "mpeg4": 97, "mjpeg": 26}
_ENCODINGS: dict[Codec, str] = {"h264": "H264", "h265": "H265", "mpeg4": "MP4V-ES", "mjpeg": "JPEG"}


def payload_type(stream: Stream) -> int:
    """The RTP payload type of `stream`."""
    return PAYLOAD_TYPES[stream.codec]


def describe(device: Device, channel: Channel, stream: Stream, clips: ClipStore) -> str:
    """The description of one stream: one video medium, controlled as `trackID=1`."""
    is_main = stream is channel.truths.streams[0]
    codec = (channel.lies.sdp_codec if is_main else None) or stream.codec
    number, sloppy = payload_type(stream), device.faults.rtsp.sloppy_text
    lines = [
        "v=0",
        *([] if sloppy else [f"o=- 1700000000 1 IN IP4 {device.faults.xaddr_host or device.address}"]),
        f"s={device.sdp.session_name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {number}",
        f"b=AS:{stream.bit_rate_bps // 1000}",
        f"a=rtpmap:{number} {_ENCODINGS[codec]}/90000",
        *_format(device, channel, stream, clips),
        *_frame_rate(device, channel, stream, is_main),
        "a=control:trackID=1",
        "a=recvonly",
        *(["m=metadata"] if sloppy else []),
    ]
    return "\r\n".join(lines) + "\r\n"


def describe_recording(device: Device, recording: Recording, whole: Span, clips: ClipStore) -> str:
    """The description of one recording (ONVIF Streaming, replay: RTSP describe); whole: by the device's clock."""
    span = f"a=range:clock={clock(whole[0])}-{clock(whole[1])}"
    return _recorded(device, recording, clips, span, [f"a=x-onvif-track:{recording.track}"])


def describe_playback(device: Device, recording: Recording, clips: ClipStore) -> str:
    """The description of a recording that a vendor's address asked for."""
    return _recorded(device, recording, clips, "a=range:npt=0-", [])


def _recorded(device: Device, recording: Recording, clips: ClipStore, span: str, more: list[str]) -> str:
    kind = clip_of(recording.channel)
    number = PAYLOAD_TYPES[kind.codec]
    told = _h264 if kind.codec == "h264" else _h265
    sets = parameter_sets(clips.headers(kind), kind.codec)
    lines = [
        "v=0",
        f"o=- 1700000000 1 IN IP4 {device.faults.xaddr_host or device.address}",
        f"s={device.sdp.session_name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        span,
        f"m=video 0 RTP/AVP {number}",
        f"a=rtpmap:{number} {_ENCODINGS[kind.codec]}/90000",
        f"a=fmtp:{number} {told(sets, device.sdp.sprop)}",
        *more,
        "a=control:trackID=1",
        "a=recvonly",
    ]
    return "\r\n".join(lines) + "\r\n"


def _frame_rate(device: Device, channel: Channel, stream: Stream, is_main: bool) -> list[str]:
    lie = channel.lies.sdp_frame_rate if is_main else None
    if lie is None and not device.sdp.frame_rate:
        return []
    return [f"a=framerate:{stream.frame_rate if lie is None else lie:g}"]


def _format(device: Device, channel: Channel, stream: Stream, clips: ClipStore) -> list[str]:
    """The fmtp line of the codec that really comes, with its parameter sets or those of another size."""
    if stream.codec == "mjpeg":
        return []
    number, kind = payload_type(stream), kind_of(channel, stream)
    lie = channel.lies.sdp_resolution if stream is channel.truths.streams[0] else None
    headers = clips.headers(kind.sized(lie) if lie else kind)
    if stream.codec == "mpeg4":
        sprop = f";config={headers.hex().upper()}" if device.sdp.sprop else ""
        return [f"a=fmtp:{number} profile-level-id=1{sprop}"]
    sets = in_band_sets(headers, stream.codec, stream.faults)
    told = _h264 if stream.codec == "h264" else _h265
    return [f"a=fmtp:{number} {told(sets, device.sdp.sprop)}"]


def _h264(sets: list[bytes], sprop: bool) -> str:
    """RFC 6184, 8.1."""
    known = f"packetization-mode=1;profile-level-id={sets[0][1:4].hex().upper()}"
    return known + (f";sprop-parameter-sets={','.join(map(_base64, sets))}" if sprop else "")


def _h265(sets: list[bytes], sprop: bool) -> str:
    """RFC 7798, 7.1: one parameter a kind of parameter set."""
    names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
    given = [f"{names[one[0] >> 1 & 0x3F]}={_base64(one)}" for one in sets]
    return "; ".join(given) if sprop else "tx-mode=SRST"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
