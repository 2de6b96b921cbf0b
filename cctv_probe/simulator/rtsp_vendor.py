"""The vendors' own RTSP addresses: live streams however their query is written, and recordings by time in the URL.

    Hikvision   /Streaming/tracks/{channel}01?starttime=YYYYMMDDTHHMMSSZ&endtime=…
    Dahua       /cam/playback?channel=N&subtype=0&starttime=YYYY_MM_DD_HH_mm_ss&endtime=…, and /cam/realmonitor likewise

Times are the device's local time, Hikvision's Z included. Packets carry no 0xABAC extension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from cctv_probe.simulator.fleet import Channel, Device, Stream
from cctv_probe.simulator.isapi_parts import local, track_of, zone
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recorded_pictures import Grid
from cctv_probe.simulator.recorded_spans import spans_of
from cctv_probe.simulator.recording_parts import Recording, recordings_of
from cctv_probe.simulator.replay_course import NoFootageError, first_group
from cctv_probe.simulator.replay_stream import Replayer, Telling
from cctv_probe.simulator.replay_wish import Wish
from cctv_probe.simulator.rtsp_messages import RtspAnswer, RtspRequest
from cctv_probe.simulator.rtsp_stream import Send
from cctv_probe.simulator.sdp import describe_playback

_TRACK = re.compile(r"^/(?:ISAPI/)?Streaming/tracks/(\d{3,6})$", re.IGNORECASE)
_LIVE = re.compile(r"^/(?:ISAPI/)?Streaming/channels/(\d{3,6})$", re.IGNORECASE)
_FORMS = {"isapi": "%Y%m%dT%H%M%SZ", "dahua_cgi": "%Y_%m_%d_%H_%M_%S"}


@dataclass(frozen=True, slots=True)
class Playback:
    """A recording asked for by its vendor's address. starts, ends: by the device's clock; recording: None where the
    channel has none, or the path is refused. is_unreadable: the times cannot be read.
    """

    recording: Recording | None
    starts: datetime | None
    ends: datetime | None
    is_unreadable: bool = False


def playback_at(node: Node, request: RtspRequest) -> Playback | None:
    """What the request wants played; None where it wants none of its vendor's recordings."""
    device = node.device
    path, query = _parts(request)
    if device.vendor_api == "isapi" and (found := _TRACK.match(path)):
        track = int(found[1])
        held = [one for one in recordings_of(device) if track_of(device, one.number, one.channel) == track]
        return _playback(device, held, query)
    if device.vendor_api == "dahua_cgi" and _is_dahua_playback(device, path, query):
        refused = path == "/cam/playback" and device.faults.vendor.refuses_playback_path
        held = [one for one in recordings_of(device) if str(one.number) == query.get("channel", "1")]
        return _playback(device, [] if refused else held, query)
    return None


def live_at(device: Device, request: RtspRequest) -> tuple[Channel, Stream] | None:
    """The live stream under a vendor's address, whatever else its query says; an offline channel has none."""
    path, query = _parts(request)
    number, place = 0, 0
    if device.vendor_api == "isapi" and (found := _LIVE.match(path)):
        number, place = divmod(int(found[1]), 100)
    elif device.vendor_api == "dahua_cgi" and path == "/cam/realmonitor":
        said = [query.get("channel", "1"), query.get("subtype", "0")]
        number, place = (
            (int(said[0]), int(said[1]) + 1) if all(one.isdecimal() and len(one) < 4 for one in said) else (0, 0)
        )
    if not 1 <= number <= len(device.channels):
        return None
    channel = device.channels[number - 1]
    streams = channel.truths.streams
    return (channel, streams[place - 1]) if channel.online and 1 <= place <= len(streams) else None


def refused(node: Node, playback: Playback, method: str) -> RtspAnswer | None:
    """The refusal: unreadable times, nothing there, or too many playbacks."""
    archive = node.device.faults.archive
    if playback.is_unreadable:
        return RtspAnswer(400, result="violation:times")
    if playback.recording is None or not _has_something(node, playback.recording, playback):
        return RtspAnswer(404, result="no_footage")
    if method == "SETUP" and archive.max_playbacks is not None and node.rtsp.playbacks >= archive.max_playbacks:
        return RtspAnswer(453, result="busy")
    return None


def described(node: Node, playback: Playback) -> bytes:
    """The description of what it plays; it says nothing of times."""
    assert playback.recording
    return describe_playback(node.device, playback.recording, node.clips).encode()


def replayer(node: Node, playback: Playback, send: Send) -> Replayer:
    """What plays it: without 0xABAC, and with a sender report where that is the device's way to tell the time."""
    assert playback.recording
    tells = node.device.faults.vendor.playback_time == "sender_report"
    return Replayer(node, playback.recording, send, Telling(False, "recorded" if tells else "none"))


async def played(node: Node, replayer: Replayer, playback: Playback, request: RtspRequest, control: str) -> RtspAnswer:
    """The answer to PLAY, after which `replayer` plays in real time from the start that the address names."""
    faults = node.device.faults.vendor
    ends = None if faults.plays_past_end else playback.ends
    wish = Wish(
        playback.starts,
        ends,
        at_rate=True,
        intra=False,
        interval_s=0.0,
        at_once=True,
        cseq=int(request.headers["cseq"]),
    )
    try:
        first = await replayer.prepare(wish)
    except NoFootageError:
        return RtspAnswer(404, result="no_footage")
    node.rtsp.playbacks_ever += 1
    headers = [] if first is None else [("RTP-Info", _info(replayer, control, first))]
    if faults.playback_time == "range" and first is not None:
        begins = replayer.time_of(first)
        headers.append(("Range", f"clock={_shown(node.device, begins)}-{_shown(node.device, playback.ends)}"))
    return RtspAnswer(headers=tuple(headers))


def shown(request: RtspRequest) -> str:
    """Path and query for the journal: times and channels are no secrets."""
    parts = urlsplit(request.uri)
    return f"{parts.path}?{parts.query}"


def _info(replayer: Replayer, control: str, first: int) -> str:
    return f"url={control};seq={replayer.sequence};rtptime={replayer.rtp_time(first)}"


def _shown(device: Device, moment: datetime | None) -> str:
    return "" if moment is None else f"{local(device, moment):%Y%m%dT%H%M%SZ}"


def _parts(request: RtspRequest) -> tuple[str, Mapping[str, str]]:
    """Path and query, the track's control taken off wherever a client put it."""
    parts = urlsplit(request.uri)
    path, query = (re.sub(r"/?(trackID=\d+)?/?$", "", one) for one in (parts.path, parts.query))
    return path, {name.lower(): value for name, value in parse_qsl(query)}


def _is_dahua_playback(device: Device, path: str, query: Mapping[str, str]) -> bool:
    if path == "/cam/realmonitor":
        return "starttime" in query and not device.faults.vendor.realmonitor_plays_live
    return path == "/cam/playback"


def _playback(device: Device, held: list[Recording], query: Mapping[str, str]) -> Playback:
    form = _FORMS[device.vendor_api or "isapi"]
    try:
        starts, ends = (_moment(device, query.get(name), form) for name in ("starttime", "endtime"))
    except (ValueError, OverflowError):
        return Playback(None, None, None, is_unreadable=True)
    return Playback(held[0] if held else None, starts, ends)


def _moment(device: Device, said: str | None, form: str) -> datetime | None:
    """A local time in a URL as an instant by the device's clock."""
    return datetime.strptime(said, form).replace(tzinfo=zone(device)).astimezone(UTC) if said else None


def _has_something(node: Node, recording: Recording, playback: Playback) -> bool:
    """Whether playback would begin, by jumping if the device jumps."""
    if playback.starts is None:
        return True
    offset = timedelta(seconds=node.device.faults.clock_offset_s)
    spans = spans_of(recording.truth, datetime.now(UTC))
    try:
        first_group(spans, Grid(recording.truth.recorded), playback.starts - offset, node.device.faults.archive)
    except NoFootageError:
        return False
    return True
