"""What the RTSP port does with recordings: which path means one, what a request must carry, what PLAY answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recorded_spans import claimed_spans
from cctv_probe.simulator.recording_parts import Recording, recordings_of
from cctv_probe.simulator.replay_course import NoFootageError
from cctv_probe.simulator.replay_stream import Replayer
from cctv_probe.simulator.replay_wish import BadWishError, Wish, clock, read
from cctv_probe.simulator.rtsp_messages import RtspAnswer, RtspRequest
from cctv_probe.simulator.sdp import describe_recording

FEATURE = "onvif-replay"


def recording_at(node: Node, request: RtspRequest) -> Recording | None:
    """The recording under the request's path; none without the replay service."""
    if "replay" not in node.device.services:
        return None
    return next((one for one in recordings_of(node.device) if one.path == request.path), None)


def refused(node: Node, request: RtspRequest) -> RtspAnswer | None:
    """The refusal of a request about a recording: without `Require: onvif-replay`, or with too many playbacks."""
    if FEATURE not in [one.strip() for one in request.headers.get("require", "").split(",")]:
        return RtspAnswer(400, result="violation:no_require_onvif_replay")
    most = node.device.faults.archive.max_playbacks
    if request.method == "SETUP" and most is not None and node.rtsp.playbacks >= most:
        return RtspAnswer(453, result="busy")
    return None


def described(node: Node, recording: Recording) -> bytes:
    """The description of `recording`, by the device's clock and its index."""
    offset = timedelta(seconds=node.device.faults.clock_offset_s)
    now = datetime.now(UTC)
    spans = claimed_spans(recording.truth, now) or ((now, now),)
    whole = (spans[0][0] + offset, spans[-1][1] + offset)
    return describe_recording(node.device, recording, whole, node.clips).encode()


async def played(node: Node, replayer: Replayer, request: RtspRequest, control: str) -> RtspAnswer:
    """The answer to a PLAY, after which `replayer` may play."""
    try:
        wish = read(request)
    except BadWishError as error:
        return RtspAnswer(400, result=f"violation:{error}")
    if wish.intra and node.device.faults.archive.refuses_intra:
        return RtspAnswer(456, result="refuses_intra")
    try:
        first = await replayer.prepare(wish)
    except NoFootageError:
        return RtspAnswer(457, result="no_footage")
    node.rtsp.playbacks_ever += 1
    info = "" if first is None else f"url={control};seq={replayer.sequence};rtptime={replayer.rtp_time(first)}"
    return RtspAnswer(headers=(*_range(wish), *([("RTP-Info", info)] if info else [])))


def shown(request: RtspRequest) -> str:
    """The path for the journal, with the range that a PLAY asks for."""
    asked = request.headers.get("range") if request.method == "PLAY" else None
    return f"{request.shown} {asked}" if asked else request.shown


def _range(wish: Wish) -> list[tuple[str, str]]:
    if wish.starts is None:
        return []
    return [("Range", f"clock={clock(wish.starts)}-{clock(wish.ends) if wish.ends else ''}")]
