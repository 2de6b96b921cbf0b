"""The RTSP(S) port of one device: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from cctv_probe.simulator.delivery import ClosedError, send, way_for
from cctv_probe.simulator.fleet import Channel, Stream
from cctv_probe.simulator.logins import Verdict
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.rtsp_messages import BadRtspError, RtspAnswer, RtspRequest, read_request, to_bytes
from cctv_probe.simulator.rtsp_stream import Player
from cctv_probe.simulator.rtsp_transport import Transport, agree
from cctv_probe.simulator.sdp import describe

_NEED_LOGIN = frozenset({"DESCRIBE", "SETUP", "PLAY"})
_NO_SESSION = RtspAnswer(454, result="no_session")


@dataclass(slots=True)
class _Session:
    """A stream set up on this connection."""

    name: str
    player: Player
    transport: Transport
    control: str


class RtspConnection:
    """One connection and, at most, one session on it."""

    def __init__(self, node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._node, self._reader, self._writer = node, reader, writer
        self._session: _Session | None = None

    async def serve(self) -> None:
        """Answer requests until the connection ends; then let go of the session."""
        self._node.connected()
        try:
            await self._requests()
        except (BadRtspError, asyncio.IncompleteReadError) as error:
            self._node.note("rtsp", "request", f"violation:{error}")
        except (ClosedError, ConnectionError):
            pass  # the other side went away, or a fault ended it
        finally:
            await self._let_go()
            self._node.disconnected()
            self._writer.close()

    async def _requests(self) -> None:
        asked = 0
        while (request := await read_request(self._reader)) is not None:
            asked += 1
            await self._one(request)
        if not asked:
            self._node.note("tcp", "connect", "nothing_asked")
        elif self._session:
            self._node.note("rtsp", "close", "violation:no_teardown")

    async def _one(self, request: RtspRequest) -> None:
        node = self._node
        verdict = self._verdict(request)
        way = way_for(node.device.faults, "rtsp", request.method)
        said = {"busy": RtspAnswer(453), "empty_200": RtspAnswer()}.get(way.name)
        answer = said or await self._answer(request, verdict)
        node.note(
            "rtsp",
            request.method,
            answer.result if way.name == "ok" else way.name,
            target=request.shown,
            credentials=verdict.credentials,
        )
        if node.device.faults.answer_delay_s:
            await asyncio.sleep(node.device.faults.answer_delay_s)
        wire = to_bytes(answer, request.headers["cseq"], node.device.banners.rtsp_server)
        await send(self._writer, self._reader, wire, way)
        if request.method == "PLAY" and answer.status == 200 and self._session:
            self._session.player.play()

    def _verdict(self, request: RtspRequest) -> Verdict:
        if self._node.device.login.rtsp_scheme == "none":
            return Verdict(True, why="ok")
        header = request.headers.get("authorization")
        return self._node.weigh(self._node.rtsp_gate.check(header, request.method, request.uri))

    async def _answer(self, request: RtspRequest, verdict: Verdict) -> RtspAnswer:
        if verdict.failed or (request.method in _NEED_LOGIN and not verdict.accepted):
            challenges = self._node.rtsp_gate.challenges(stale=verdict.stale)
            result = f"login_failed:{verdict.why}" if verdict.failed else verdict.why
            return RtspAnswer(401, tuple(("WWW-Authenticate", one) for one in challenges), result=result)
        method = _METHODS.get(request.method)
        if method is None:
            return RtspAnswer(501, result="not_implemented")
        answer = await method(self, request)
        if self._session and request.method not in ("OPTIONS", "DESCRIBE", "SETUP"):
            answer = replace(answer, headers=(("Session", self._session.name), *answer.headers))
        return answer

    async def _options(self, _request: RtspRequest) -> RtspAnswer:
        return RtspAnswer(headers=(("Public", ", ".join(_METHODS)),))

    async def _describe(self, request: RtspRequest) -> RtspAnswer:
        found = self._find(request)
        if found is None:
            return RtspAnswer(404, result="not_found")
        body = describe(self._node.device, *found, self._node.clips).encode()
        base = request.uri if request.uri.endswith("/") else request.uri + "/"
        return RtspAnswer(headers=(("Content-Base", base), ("Content-Type", "application/sdp")), body=body)

    async def _setup(self, request: RtspRequest) -> RtspAnswer:
        found = self._find(request)
        if found is None:
            return RtspAnswer(404, result="not_found")
        if self._session:
            return RtspAnswer(455, result="second_setup")
        most = self._node.device.faults.max_rtsp_sessions
        if most is not None and self._node.rtsp_sessions >= most:
            return RtspAnswer(453, result="busy")
        transport = await agree(request.headers.get("transport", ""), self._writer)
        if transport is None:
            return RtspAnswer(461, result="unsupported_transport")
        player = Player(self._node, found[1], transport.send)
        self._session = _Session(secrets.token_hex(4), player, transport, request.uri)
        self._node.rtsp_sessions += 1
        header = f'{transport.header};ssrc={player.ssrc:08X};mode="play"'
        return RtspAnswer(headers=(("Session", f"{self._session.name};timeout=60"), ("Transport", header)))

    async def _play(self, request: RtspRequest) -> RtspAnswer:
        session = self._of(request)
        if session is None:
            return _NO_SESSION
        await session.player.prepare()
        info = f"url={session.control};seq={session.player.sequence};rtptime={session.player.timestamp}"
        return RtspAnswer(headers=(("Range", "npt=0.000-"), ("RTP-Info", info)))

    async def _pause(self, request: RtspRequest) -> RtspAnswer:
        session = self._of(request)
        if session is None:
            return _NO_SESSION
        await session.player.stop()
        return RtspAnswer()

    async def _parameter(self, request: RtspRequest) -> RtspAnswer:
        return RtspAnswer() if self._of(request) or "session" not in request.headers else _NO_SESSION

    async def _teardown(self, request: RtspRequest) -> RtspAnswer:
        if self._of(request) is None:
            return _NO_SESSION
        await self._let_go()
        return RtspAnswer()

    def _of(self, request: RtspRequest) -> _Session | None:
        """The session that the request names."""
        named = request.headers.get("session", "").split(";")[0].strip()
        return self._session if self._session and self._session.name == named else None

    async def _let_go(self) -> None:
        if self._session:
            session, self._session = self._session, None
            self._node.rtsp_sessions -= 1
            await session.player.stop()
            session.transport.close()

    def _find(self, request: RtspRequest) -> tuple[Channel, Stream] | None:
        """The stream under the request's path; an offline channel has none."""
        device = self._node.device
        for channel in device.channels:
            for stream in channel.truths.streams:
                if channel.online and request.path in (stream.path, stream.path.rstrip("/")):
                    return channel, stream
        if device.faults.any_path_streams and device.channels:
            return device.channels[0], device.channels[0].truths.streams[0]
        return None


_METHODS: dict[str, Callable[[RtspConnection, RtspRequest], Awaitable[RtspAnswer]]] = {
    "OPTIONS": RtspConnection._options,
    "DESCRIBE": RtspConnection._describe,
    "SETUP": RtspConnection._setup,
    "PLAY": RtspConnection._play,
    "PAUSE": RtspConnection._pause,
    "TEARDOWN": RtspConnection._teardown,
    "GET_PARAMETER": RtspConnection._parameter,
    "SET_PARAMETER": RtspConnection._parameter,
}
