"""The RTSP(S) port of one device: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cctv_probe.simulator import rtsp_vendor
from cctv_probe.simulator.delivery import ClosedError, Way, reset, send, way_for
from cctv_probe.simulator.fleet import Channel, Stream
from cctv_probe.simulator.logins import Verdict
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.replay_stream import Replayer
from cctv_probe.simulator.rtsp_messages import BadRtspError, RtspAnswer, RtspRequest, read_request, to_bytes
from cctv_probe.simulator.rtsp_replay import described, played, recording_at, refused, shown
from cctv_probe.simulator.rtsp_session import Session
from cctv_probe.simulator.rtsp_stream import Player
from cctv_probe.simulator.rtsp_transport import agree
from cctv_probe.simulator.sdp import describe

_NEED_LOGIN = frozenset({"DESCRIBE", "SETUP", "PLAY"})
_EVERY_LOGIN = frozenset({"DESCRIBE", "SETUP", "PLAY", "PAUSE", "GET_PARAMETER", "SET_PARAMETER", "TEARDOWN"})
_NO_SESSION = RtspAnswer(454, result="no_session")
_TIMEOUT_TOLD_S = 60.0


class RtspConnection:
    """One connection and, at most, one session on it."""

    def __init__(self, node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._node, self._reader, self._writer = node, reader, writer
        self._faults = node.device.faults.rtsp
        self._session: Session | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._is_our_end = False

    async def serve(self) -> None:
        """Answer requests until the connection ends; then let go of the session."""
        node = self._node
        node.connected()
        node.rtsp.connected()
        try:
            if self._faults.max_connections is None or node.rtsp.connections <= self._faults.max_connections:
                await self._requests()
            else:
                node.note("rtsp", "connect", "too_many_connections")
        except (BadRtspError, asyncio.IncompleteReadError) as error:
            node.note("rtsp", "request", f"violation:{error}")
        except ConnectionError:
            pass  # the other side went away
        except ClosedError:
            self._is_our_end = True  # a fault ended it
        except asyncio.CancelledError:
            self._is_our_end = True
            raise
        finally:
            self._end_unclean()
            await self._let_go()
            node.rtsp.connections -= 1
            node.disconnected()
            self._writer.close()

    async def _requests(self) -> None:
        asked = 0
        while (request := await read_request(self._reader)) is not None:
            asked += 1
            await self._one(request)
        if not asked:
            self._node.note("tcp", "connect", "nothing_asked")

    async def _one(self, request: RtspRequest) -> None:
        node = self._node
        verdict = self._verdict(request)
        way = self._way(request)
        said = {"busy": self._busy(), "empty_200": RtspAnswer()}.get(way.name)
        answer = said or await self._answer(request, verdict)
        node.note(
            "rtsp",
            request.method,
            answer.result if way.name == "ok" else way.name,
            target=self._shown(request),
            credentials=verdict.credentials,
        )
        await self._delay(request)
        server = node.device.banners.rtsp_server
        wire = to_bytes(answer, request.headers["cseq"], server, sloppy=self._faults.sloppy_text)
        await send(self._writer, self._reader, wire, way)
        if request.method == "PLAY" and answer.status == 200 and self._session:
            self._session.player.play()

    def _shown(self, request: RtspRequest) -> str:
        if rtsp_vendor.playback_at(self._node, request):
            return rtsp_vendor.shown(request)
        return shown(request) if recording_at(self._node, request) else request.shown

    async def _delay(self, request: RtspRequest) -> None:
        faults = self._node.device.faults
        is_replay = request.method == "PLAY" and self._session and isinstance(self._session.player, Replayer)
        delay_s = faults.answer_delay_s + (faults.archive.answer_delay_s if is_replay else 0.0)
        if delay_s:
            await asyncio.sleep(delay_s)

    def _way(self, request: RtspRequest) -> Way:
        if self._node.is_silent and request.method in ("OPTIONS", "DESCRIBE", "SETUP"):
            return Way("hang")
        way = way_for(self._node.device.faults, "rtsp", request.method)
        if way.name != "busy":
            return way
        self._node.rtsp.busy += 1
        first = self._faults.busy_first
        return Way() if first is not None and self._node.rtsp.busy > first else way

    def _busy(self) -> RtspAnswer:
        return RtspAnswer(self._faults.busy_status, result="busy")

    def _verdict(self, request: RtspRequest) -> Verdict:
        if self._node.device.login.rtsp_scheme == "none":
            return Verdict(True, why="ok")
        header = request.headers.get("authorization")
        return self._node.weigh_web(self._node.rtsp_gate.check(header, request.method, request.uri))

    async def _answer(self, request: RtspRequest, verdict: Verdict) -> RtspAnswer:
        need = _EVERY_LOGIN if self._faults.login_every_request else _NEED_LOGIN
        if verdict.failed or (request.method in need and not verdict.accepted):
            challenges = self._node.rtsp_gate.challenges(stale=verdict.stale)
            result = f"login_failed:{verdict.why}" if verdict.failed else verdict.why
            return RtspAnswer(401, tuple(("WWW-Authenticate", one) for one in challenges), result=result)
        if request.method == "DESCRIBE" and verdict.credentials != "none" and self._node.is_one_too_many():
            return RtspAnswer(403, result="too_many_users")
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
        base = request.uri if request.uri.endswith("/") else request.uri + "/"
        described_by = (("Content-Base", base), ("Content-Type", "application/sdp"))
        recording = recording_at(self._node, request)
        if recording:
            refusal = refused(self._node, request)
            return refusal or RtspAnswer(headers=described_by, body=described(self._node, recording))
        playback = rtsp_vendor.playback_at(self._node, request)
        if playback:
            refusal = rtsp_vendor.refused(self._node, playback, request.method)
            return refusal or RtspAnswer(headers=described_by, body=rtsp_vendor.described(self._node, playback))
        found = self._find(request) or self._pretended()
        if found is None or found[1].faults.dead == "describe_404":
            return RtspAnswer(404, result="not_found")
        body = describe(self._node.device, *found, self._node.clips).encode()
        return RtspAnswer(headers=described_by, body=body)

    async def _setup(self, request: RtspRequest) -> RtspAnswer:
        node = self._node
        recording, playback = recording_at(node, request), rtsp_vendor.playback_at(node, request)
        found = self._find(request)
        place = found or self._pretended()
        if recording or playback:
            if refusal := self._refused(request, playback):
                return refusal
        elif place is None or place[1].faults.dead in ("describe_404", "setup_404"):
            return RtspAnswer(404, result="not_found")
        if self._session:
            return RtspAnswer(455, result="second_setup")
        most = node.device.faults.max_rtsp_sessions
        if most is not None and node.rtsp.sessions >= most:
            return self._busy()
        transport = await agree(request.headers.get("transport", ""), self._writer, self._faults)
        if transport is None:
            return RtspAnswer(461, result="unsupported_transport")
        player: Player | Replayer
        if recording:
            player = Replayer(node, recording, transport.send)
            node.rtsp.replaying()
        elif playback:
            player = rtsp_vendor.replayer(node, playback, transport.send)
            node.rtsp.replaying()
        else:
            assert place
            player = Player(node, *place, transport.send, self._end, mute=found is None)
        now = asyncio.get_running_loop().time()
        self._session = Session(player, transport, request.uri, now, playback=playback)
        node.rtsp.opened()
        if self._faults.session_timeout_s:
            self._look_again()
        header = f'{transport.header};ssrc={player.ssrc:08X};mode="play"'
        told = f"{self._session.name};timeout={self._faults.session_timeout_s or _TIMEOUT_TOLD_S:g}"
        return RtspAnswer(headers=(("Session", told), ("Transport", header)))

    def _refused(self, request: RtspRequest, playback: rtsp_vendor.Playback | None) -> RtspAnswer | None:
        if playback:
            return rtsp_vendor.refused(self._node, playback, request.method)
        return refused(self._node, request)

    async def _play(self, request: RtspRequest) -> RtspAnswer:
        session = self._of(request)
        if session is None:
            return self._no_session()
        if isinstance(session.player, Replayer) and session.playback:
            return await rtsp_vendor.played(self._node, session.player, session.playback, request, session.control)
        if isinstance(session.player, Replayer):
            return refused(self._node, request) or await played(self._node, session.player, request, session.control)
        await session.player.prepare()
        if self._faults.session_name_changes:
            session.rename()
        info = {
            "true": f"url={session.control};seq={session.player.sequence};rtptime={session.player.timestamp}",
            "wrong": f"url={session.control};seq=0;rtptime=-1",
            "missing": "",
        }[self._faults.rtp_info]
        return RtspAnswer(headers=(("Range", "npt=0.000-"), *([("RTP-Info", info)] if info else [])))

    async def _pause(self, request: RtspRequest) -> RtspAnswer:
        session = self._of(request)
        if session is None:
            return self._no_session()
        if not (isinstance(session.player, Replayer) and session.player.ignores_stop):
            await session.player.stop()
        return RtspAnswer()

    async def _parameter(self, request: RtspRequest) -> RtspAnswer:
        return RtspAnswer() if self._of(request) or "session" not in request.headers else self._no_session()

    async def _teardown(self, request: RtspRequest) -> RtspAnswer:
        session = self._of(request)
        if session is None:
            return self._no_session()
        session.is_torn_down = True
        if not (isinstance(session.player, Replayer) and session.player.ignores_stop):
            await self._let_go()
        return RtspAnswer()

    def _of(self, request: RtspRequest) -> Session | None:
        """The session that the request names; it is kept alive by that."""
        named = request.headers.get("session", "").split(";")[0].strip()
        if self._session is None or named not in self._session.names:
            return None
        self._session.last_asked = asyncio.get_running_loop().time()
        return self._session

    def _no_session(self) -> RtspAnswer:
        self._node.rtsp.wrong_session += 1
        return _NO_SESSION

    def _look_again(self) -> None:
        """Close the connection when nobody has asked anything of the session for too long."""
        loop, limit = asyncio.get_running_loop(), self._faults.session_timeout_s
        if self._session is None or limit is None:
            return
        end = self._session.last_asked + limit
        if loop.time() < end:
            self._watch = loop.call_at(end, self._look_again)
            return
        self._node.rtsp.timed_out += 1
        self._node.note("rtsp", "session", "timed_out")
        self._end("close")

    def _end(self, how: str) -> None:
        """The device ends the connection."""
        self._is_our_end = True
        if how == "reset":
            reset(self._writer)
        else:
            self._writer.close()

    def _end_unclean(self) -> None:
        """Write down that the other side left a session behind."""
        if self._session and not self._is_our_end and not self._session.is_torn_down:
            self._node.rtsp.not_torn_down += 1
            self._node.note("rtsp", "close", "violation:no_teardown")

    async def _let_go(self) -> None:
        """End the session, if there is one."""
        if self._watch:
            self._watch.cancel()
            self._watch = None
        if self._session:
            session, self._session = self._session, None
            self._node.rtsp.sessions -= 1
            self._node.rtsp.playbacks -= isinstance(session.player, Replayer)
            await session.player.stop()
            session.transport.close()

    def _pretended(self) -> tuple[Channel, Stream] | None:
        """The main stream, for a device that says yes to every path."""
        device = self._node.device
        if self._faults.any_path_describes and device.channels:
            return device.channels[0], device.channels[0].truths.streams[0]
        return None

    def _find(self, request: RtspRequest) -> tuple[Channel, Stream] | None:
        """The stream under the request's path; an offline channel has none."""
        device = self._node.device
        for channel in device.channels:
            for stream in channel.truths.streams:
                if channel.online and request.path in (stream.path, stream.path.rstrip("/")):
                    return channel, stream
        if named := rtsp_vendor.live_at(device, request):
            return named
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
