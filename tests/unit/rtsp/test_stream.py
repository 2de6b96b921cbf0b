"""SETUP, PLAY, packets, TEARDOWN against servers that follow a script; rows are those of the table of quirks."""

from __future__ import annotations

import struct
import threading

import pytest

from cctv_probe.media.access_unit import AccessUnit
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.stream import PlayingStream
from cctv_probe.rtsp.transport import RtpInfo
from cctv_probe.wire.deadline import Budget, Deadline
from tests.unit.rtsp.account import OneAccount
from tests.unit.rtsp.packets import Sender, clip, nals, stream_of
from tests.unit.rtsp.playing import SESSION, TCP, Camera, answering, begin, connect, frames
from tests.unit.rtsp.scripted import SDP, Asked, Peer, ScriptedServer

PACKETS = stream_of("h264", clip("h264"))
DIGEST = 'WWW-Authenticate: Digest realm="r", nonce="{}"'


def collect(stream: PlayingStream, count: int, seconds: float = 5.0) -> list[AccessUnit]:
    """The first `count` access units."""
    found: list[AccessUnit] = []
    for unit in stream.units(Deadline.after(seconds)):
        found.append(unit)
        if len(found) == count:
            break
    return found


def failure(camera: Camera, budget: Budget | None = None, **options: object) -> tuple[StepError, list[str]]:
    """The error that playing ends with, and the methods that were asked."""
    with ScriptedServer(camera) as server:
        with (
            pytest.raises(StepError) as caught,
            connect(server, budget=budget) as connection,
            begin(server, connection, **options) as stream,
        ):
            list(stream.units(Deadline.after(5)))
        return caught.value, [asked.method for asked in server.requests]


def test_a_stream_is_set_up_played_and_torn_down() -> None:
    with ScriptedServer(Camera(frames(PACKETS))) as server, connect(server) as connection:
        with begin(server, connection) as stream:
            units = collect(stream, 7)
            reception = stream.reception
        assert connection.session is None
    assert [nals(unit.data) for unit in units] == [nals(one) for one in clip("h264")[:7]]
    assert (reception.lost, reception.loss, reception.packets) == (0, 0.0, len(PACKETS))
    assert reception.wire_bytes >= len(frames(PACKETS))
    _, setup, play, teardown = server.requests
    assert (setup.method, setup.uri, setup.fields["Transport"]) == (
        "SETUP",
        server.uri("/live/trackID=1"),
        "RTP/AVP/TCP;unicast;interleaved=0-1",
    )
    assert "Session" not in setup.fields
    assert (play.method, play.uri, play.fields["Session"], play.fields["Range"]) == (
        "PLAY",
        server.uri(),
        "708",
        "npt=0.000-",
    )
    assert (teardown.method, teardown.uri, teardown.fields["Session"]) == ("TEARDOWN", server.uri(), "708")


def test_headers_of_the_caller_are_sent() -> None:
    asked = (("Require", "onvif-replay"), ("Range", "clock=20240101T000000Z-"), ("Rate-Control", "no"))
    with (
        ScriptedServer(Camera(frames(PACKETS))) as server,
        connect(server) as connection,
        begin(server, connection, setup_fields=asked[:1], play_fields=asked) as stream,
    ):
        collect(stream, 1)
    assert server.requests[1].fields["Require"] == "onvif-replay"
    assert [server.requests[2].fields[name] for name, _ in asked] == [value for _, value in asked]


def test_rtp_info_is_told_and_not_relied_on() -> None:
    """Quirk 21: `rtptime=-1`, sequence numbers 0 and 1."""
    info = "RTP-Info: url=trackID=1;seq=0;rtptime=-1"

    def play(peer: Peer, asked: Asked) -> None:
        peer.answer(asked, "200 OK", info)
        peer.send(frames(PACKETS))

    with (
        ScriptedServer(Camera(answers={"PLAY": play})) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert len(collect(stream, 7)) == 7
        assert stream.reception.lost == 0
        assert stream.rtp_info == (RtpInfo("trackID=1", 0, None),)


def test_quirk_21_frames_that_come_before_the_answer_are_not_lost() -> None:
    def play(peer: Peer, asked: Asked) -> None:
        peer.send(frames(PACKETS[:9]))
        peer.answer(asked)
        peer.send(frames(PACKETS[9:]))

    with (
        ScriptedServer(Camera(answers={"PLAY": play})) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        units = collect(stream, 7)
        assert stream.reception.lost == 0
    assert [nals(unit.data) for unit in units] == [nals(one) for one in clip("h264")[:7]]


@pytest.mark.parametrize(
    ("told", "sent_on"), [("interleaved=4-5", 4), ("interleaved=0-1", 2), ("mode=play", 0)], ids=str
)
def test_quirk_21_channels_other_than_asked_or_told(told: str, sent_on: int) -> None:
    answers = {"SETUP": answering("200 OK", f"Transport: RTP/AVP/TCP;unicast;{told}", SESSION)}
    audio = frames([Sender(payload_type=8).packet(b"audio")], 9)
    camera = Camera(audio + frames(PACKETS, sent_on), answers=answers)
    with ScriptedServer(camera) as server, connect(server) as connection, begin(server, connection) as stream:
        assert len(collect(stream, 7)) == 7
        assert stream.reception.foreign == 0


def test_quirk_21_a_session_that_changes_on_the_way() -> None:
    answers = {
        "PLAY": lambda peer, asked: (peer.answer(asked, "200 OK", "Session: 709"), peer.send(frames(PACKETS)))[1]
    }
    with (
        ScriptedServer(Camera(answers=answers)) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        collect(stream, 1)
        assert connection.session is not None
        assert (connection.session.id, connection.session.timeout_s) == ("709", 60)
    assert [asked.fields.get("Session") for asked in server.requests[2:]] == ["708", "709"]


@pytest.mark.parametrize(
    ("method", "status", "ending"),
    [
        ("SETUP", "453 Not Enough Bandwidth", Ending.BUSY),
        ("SETUP", "503 Service Unavailable", Ending.BUSY),
        ("PLAY", "453 Not Enough Bandwidth", Ending.BUSY),
        ("PLAY", "454 Session Not Found", Ending.NOT_FOUND),
        ("SETUP", "404 Not Found", Ending.NOT_FOUND),
        ("PLAY", "457 Invalid Range", Ending.FAULT),
    ],
)
def test_quirk_16_a_device_that_is_busy_or_refuses(method: str, status: str, ending: Ending) -> None:
    error, methods = failure(Camera(answers={method: answering(status)}))
    assert error.ending is ending
    assert status in error.line.th
    assert methods[-1] == ("TEARDOWN" if method == "PLAY" else "SETUP")


@pytest.mark.parametrize(
    ("media", "ending", "told"),
    [
        ("m=audio 0 RTP/AVP 8\r\n", Ending.NOT_FOUND, "audio"),
        ("m=video 0 RTP/AVP 97\r\na=rtpmap:97 VP9/90000\r\n", Ending.NOT_SUPPORTED, "VP9"),
    ],
)
def test_without_a_video_of_ours_nothing_is_set_up(media: str, ending: Ending, told: str) -> None:
    body = f"v=0\r\ns=x\r\nt=0 0\r\n{media}"
    error, methods = failure(Camera(answers={"DESCRIBE": answering(body=body)}))
    assert (error.ending, methods) == (ending, ["DESCRIBE"])
    assert told in error.line.en
    assert told in error.line.th


def test_audio_is_never_set_up() -> None:
    sound = "m=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n"
    before, video = SDP.split("m=", 1)
    camera = Camera(frames(PACKETS), {"DESCRIBE": answering(body=f"{before}{sound}m={video}")})
    with ScriptedServer(camera) as server, connect(server) as connection, begin(server, connection) as stream:
        collect(stream, 1)
    assert [asked.uri for asked in server.requests if asked.method == "SETUP"] == [server.uri("/live/trackID=1")]


def guarded(peer: Peer) -> None:
    """A camera that gives another nonce with PLAY: the old one is stale."""
    peer.answer(peer.read(), "401 Unauthorized", DIGEST.format("n1"))
    peer.answer(peer.read(), body=SDP)
    peer.answer(peer.read(), "200 OK", TCP, SESSION)
    peer.answer(peer.read(), "401 Unauthorized", DIGEST.format("n2") + ", stale=true")
    peer.answer(peer.read())
    peer.send(frames(PACKETS))
    peer.answer(peer.read())


def test_quirk_15_a_new_nonce_inside_a_session_is_no_refusal() -> None:
    account = OneAccount("u", "p")
    with ScriptedServer(guarded) as server, connect(server, account) as connection, begin(server, connection) as stream:
        assert len(collect(stream, 7)) == 7
    assert [asked.method for asked in server.requests] == ["DESCRIBE"] * 2 + ["SETUP", "PLAY", "PLAY", "TEARDOWN"]
    assert 'nonce="n2"' in server.requests[-1].fields["Authorization"]
    assert account.told.count("challenged") == 2
    assert account.told[-1] == "accepted"


def test_quirk_16_teardown_after_an_exception() -> None:
    def fail(stream: PlayingStream) -> None:
        collect(stream, 1)
        raise KeyError

    with ScriptedServer(Camera(frames(PACKETS))) as server, connect(server) as connection:
        with pytest.raises(KeyError), begin(server, connection) as stream:
            fail(stream)
        server.wait_for("TEARDOWN")


@pytest.mark.parametrize("cause", ["stop", "bytes"])
def test_quirk_16_teardown_after_the_user_s_stop_and_a_spent_budget(cause: str) -> None:
    budget = Budget(20, 64_000_000)
    answered = threading.Event()

    def teardown(peer: Peer, asked: Asked) -> None:
        peer.send(frames(PACKETS))
        peer.answer(asked)
        answered.set()

    camera = Camera(frames(PACKETS), {"TEARDOWN": teardown})
    with ScriptedServer(camera) as server, connect(server, budget=budget) as connection:
        with begin(server, connection) as stream:
            collect(stream, 3)
            if cause == "stop":
                budget.stop.set()
            else:
                budget.bytes_left = 0
            with pytest.raises(StepError) as caught:
                list(stream.units(Deadline.after(5)))
        assert caught.value.ending is (Ending.INTERRUPTED if cause == "stop" else Ending.BUDGET_SPENT)
        assert answered.wait(5)
        assert not connection.exchange.link._sock._closed  # type: ignore[attr-defined] # it waited for the answer


def test_a_stream_that_never_comes_is_a_timeout_that_says_so() -> None:
    error, methods = failure(Camera(), silence_s=0.2)
    assert (error.ending, methods[-1]) == (Ending.TIMEOUT, "TEARDOWN")
    assert "TCP" in error.line.th


def test_a_stream_that_stops_is_a_timeout_after_its_last_picture() -> None:
    found: list[AccessUnit] = []
    with (
        ScriptedServer(Camera(frames(PACKETS))) as server,
        connect(server) as connection,
        begin(server, connection, silence_s=1.3) as stream,
        pytest.raises(StepError) as caught,
    ):
        found.extend(stream.units(Deadline.after(5)))
    assert caught.value.ending is Ending.TIMEOUT
    assert "stopped" in caught.value.line.en
    assert len(found) == 8


def test_a_device_that_closes_ends_the_stream_with_what_came() -> None:
    with (
        ScriptedServer(Camera(frames(PACKETS), closes=True)) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert len(list(stream.units(Deadline.after(5)))) == 8
        assert stream.has_ended
    closed, _ = failure(Camera(closes=True))
    assert closed.ending is Ending.MALFORMED


def test_bye_ends_the_stream() -> None:
    bye = struct.pack(">BBHI", 0x81, 203, 1, 0xDECAFBAD)
    with (
        ScriptedServer(Camera(frames(PACKETS) + frames([bye], 1))) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert len(list(stream.units(Deadline.after(5)))) == 8
        assert stream.has_ended


def test_garbage_without_end_is_too_large() -> None:
    error, methods = failure(Camera(frames(PACKETS) + b"\xff" * 3_000_000))
    assert error.ending is Ending.TOO_LARGE
    assert methods[2] == "PLAY"


def test_pause_and_play_from_another_instant() -> None:
    camera = Camera(frames(PACKETS))
    with ScriptedServer(camera) as server, connect(server) as connection, begin(server, connection) as stream:
        assert len(collect(stream, 7)) == 7
        assert len(stream.pause()) == 1
        stream.play((("Range", "clock=20240101T000000Z-"),))
        assert len(collect(stream, 7)) == 7
        assert stream.reception.restarts == 1
    methods = [asked.method for asked in server.requests]
    assert methods == ["DESCRIBE", "SETUP", "PLAY", "PAUSE", "PLAY", "TEARDOWN"]
    assert server.requests[4].fields["Range"] == "clock=20240101T000000Z-"


def test_two_streams_one_after_the_other_on_one_connection() -> None:
    """Quirk 16: one connection a device, main stream then sub-stream."""

    def twice(peer: Peer) -> None:
        for _ in range(2):
            Camera(frames(PACKETS))(peer)

    with ScriptedServer(twice) as server, connect(server) as connection:
        for _ in range(2):
            with begin(server, connection) as stream:
                assert len(collect(stream, 7)) == 7
    assert server.connections == 1


def test_play_on_a_connection_that_has_ended_is_not_asked_on_another() -> None:
    camera = Camera(frames(PACKETS), closes=True)
    with ScriptedServer(camera) as server, connect(server) as connection, begin(server, connection) as stream:
        list(stream.units(Deadline.after(5)))
        with pytest.raises(StepError) as caught:
            stream.play()
    assert caught.value.ending is Ending.MALFORMED
    assert server.connections == 1


def test_the_pace_is_told_of_every_byte() -> None:
    told: list[int] = []
    camera = Camera(frames(PACKETS))
    with (
        ScriptedServer(camera) as server,
        connect(server) as connection,
        begin(server, connection, pace=told.append) as stream,
    ):
        collect(stream, 7)
        assert sum(told) == stream.reception.wire_bytes
    assert min(told) > 0


def test_quirk_20_parameter_sets_are_waited_for() -> None:
    """Cameras with groups of pictures of 4 to 10 s, and none in the description."""
    awaited = threading.Event()
    sender = Sender()
    without = frames(stream_of("h264", clip("h264")[1:4], sender))

    def play(peer: Peer, asked: Asked) -> None:
        peer.answer(asked)
        peer.send(without)
        assert awaited.wait(5)
        peer.send(frames(stream_of("h264", clip("h264")[4:], sender)))

    with (
        ScriptedServer(Camera(answers={"PLAY": play})) as server,
        connect(server) as connection,
        begin(server, connection) as stream,
    ):
        assert (len(collect(stream, 2)), stream.parameter_sets) == (2, None)
        awaited.set()
        assert len(list(stream.until_parameter_sets(Deadline.after(5)))) >= 1
        assert stream.parameter_sets is not None
        picture = stream.parameter_sets.picture()
        assert picture is not None
        assert (picture.width_px, picture.height_px) == (160, 96)
