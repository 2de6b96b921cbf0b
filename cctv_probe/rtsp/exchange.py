"""One request, one answer, whatever else a device sends meanwhile: the RTSP conversation without logins or sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp import endings
from cctv_probe.rtsp.link import Endpoint, Link
from cctv_probe.rtsp.messages import (
    InterleavedFrame,
    MalformedRtsp,
    Message,
    MessageReader,
    OversizedRtsp,
    Response,
    ServerRequest,
    build_request,
    build_response,
)
from cctv_probe.wire.deadline import Budget, Deadline

ANSWER_CAP_BYTES = 4 * 1024 * 1024
"""What may arrive, interleaved video included, before the answer does."""
MAX_FOREIGN_ANSWERS = 32
MAX_SERVER_REQUESTS = 8
MAX_UNASKED_READS = 32
CLOSING_GRACE_S = 0.02
"""Some devices close the connection after a 401 without saying so: looked for this long before a login goes into it."""
USER_AGENT = "cctv-probe"

_REPLIES = {"OPTIONS": (200, "OK"), "GET_PARAMETER": (200, "OK"), "SET_PARAMETER": (451, "Parameter Not Understood")}
"""What we answer when a server asks us; 501 to everything else."""


class Exchange:
    """A conversation over one connection at a time. Every method raises `StepError` only."""

    def __init__(self, endpoint: Endpoint, budget: Budget, connect_s: float) -> None:
        self._budget = budget
        self._connect_s = connect_s
        self._cseq = 0
        self.on_frame: Callable[[InterleavedFrame], None] | None = None
        """Who takes frames that come while an answer is awaited; else they are passed over."""
        self.connect(endpoint)

    def connect(self, endpoint: Endpoint) -> None:
        """Connect to `endpoint`; the connection before it must have been closed."""
        self.link = Link.open(endpoint, budget=self._budget, connect_s=self._connect_s)
        self.reader = MessageReader()
        self._unusable = False

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        self.link.close()
        self._unusable = True

    def ended(self, *, after_refusal: bool = False) -> bool:
        """Whether nothing more can be asked here: the device closed, or what it sends cannot be understood any more."""
        for _ in range(MAX_UNASKED_READS):
            data = b"" if self._unusable else self.link.poll(CLOSING_GRACE_S if after_refusal else 0)
            if not data:
                return data is not None
            self.reader.feed(data)
        return False

    def send(
        self,
        method: str,
        uri: str,
        fields: Iterable[tuple[str, str]],
        deadline: Deadline,
        body: bytes = b"",
    ) -> Response:
        """Send one request and wait for its answer; that to TEARDOWN also after the user's stop."""
        try:
            self.post(method, uri, fields, deadline, body)
            response = self._answer(method, deadline)
        except MalformedRtsp as error:
            raise self.unreadable(method, error) from error
        if (response.headers.get("Connection") or "").lower() == "close":
            self._unusable = True
        return response

    def post(
        self, method: str, uri: str, fields: Iterable[tuple[str, str]], deadline: Deadline, body: bytes = b""
    ) -> int:
        """Send one request without waiting for its answer; its CSeq."""
        self._cseq += 1
        request = build_request(method, uri, self._cseq, [("User-Agent", USER_AGENT), *fields], body)
        self.link.send(request, deadline)
        return self._cseq

    def reply(self, asked: ServerRequest, deadline: Deadline) -> None:
        """Answer a request of the server."""
        status, reason = _REPLIES.get(asked.method, (501, "Not Implemented"))
        self.link.send(build_response(status, reason, asked.headers.number("CSeq")), deadline)

    def unreadable(self, method: str, error: MalformedRtsp) -> StepError:
        """The ending of a connection that cannot be understood any more."""
        if isinstance(error, OversizedRtsp):
            return self._give_up(endings.too_large(method, self._place, "message"))
        return self._give_up(endings.malformed(method, self._place, "rtsp"))

    @property
    def _place(self) -> str:
        return self.link.endpoint.place

    def _answer(self, method: str, deadline: Deadline) -> Response:
        """The answer to the request just sent; answers to others, requests of the server and frames are passed over."""
        foreign = requests = 0
        limit = self.link.received_bytes + ANSWER_CAP_BYTES
        while foreign <= MAX_FOREIGN_ANSWERS:
            if self.link.received_bytes > limit:
                raise self._give_up(endings.too_large(method, self._place, "flood"))
            message = self._message(method, deadline, foreign)
            if isinstance(message, ServerRequest) and requests < MAX_SERVER_REQUESTS:
                requests += 1
                self.reply(message, deadline)
            elif isinstance(message, InterleavedFrame) and self.on_frame:
                self.on_frame(message)
            elif isinstance(message, Response) and message.status >= 200:
                if message.cseq in (None, self._cseq):  # a missing number is a device's way, not another answer
                    return message
                foreign += 1
        raise self._give_up(endings.malformed(method, self._place, "sequence"))

    def _message(self, method: str, deadline: Deadline, foreign: int) -> Message | None:
        """The next message; None where what arrived completes none yet."""
        message = self.reader.next()
        if message is not None:
            return message
        data = self._receive(method, deadline, foreign)
        if data:
            self.reader.feed(data)
            return None
        ended = self.reader.end()
        if ended is None:
            raise self._give_up(endings.malformed(method, self._place, "closed"))
        return ended

    def _receive(self, method: str, deadline: Deadline, foreign: int) -> bytes:
        """What arrives next; empty where no more will come, or where a body without a length has come to rest."""
        try:
            return self.link.receive(deadline, is_last=method == "TEARDOWN")
        except StepError as error:
            if error.ending is not Ending.TIMEOUT:
                raise
            if self.reader.inside_open_body:
                return b""
            if foreign:
                raise self._give_up(endings.malformed(method, self._place, "sequence")) from error
            raise

    def _give_up(self, error: StepError) -> StepError:
        self._unusable = True
        return error
