"""Keeping a session alive while its stream plays (RFC 2326, 12.37), without waiting for answers.

GET_PARAMETER where the device lists it, else OPTIONS; at half the session's time-out. A new nonce is learned on the way;
an account that the device accepted before and refuses now is left in peace: nothing more is sent, the stream plays on.
"""

from __future__ import annotations

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.rtsp.client import MAX_ROUNDS, RtspConnection
from cctv_probe.rtsp.messages import Response

SHORTEST_S, LONGEST_S = 2.0, 30.0
_UNKNOWN_METHOD = (405, 451, 455, 501, 551)


class KeepAlive:
    """Of one session; `now_s` are monotonic seconds."""

    def __init__(self, connection: RtspConnection, now_s: float) -> None:
        self.sent = self.answered = 0
        self.is_session_gone = False
        """Whether the device said that it does not know the session any more (454)."""
        self._connection = connection
        self._due_s = now_s + self._interval_s
        self._cseqs: set[int] = set()
        self._rounds = 0
        self._has_get_parameter = True
        self._is_refused = False

    def turn(self, now_s: float) -> None:
        """Send one where it is due. Raises `StepError` where the connection has ended."""
        if now_s < self._due_s or self._is_refused:
            return
        self._due_s = now_s + self._interval_s
        self._rounds = 0
        self._post()

    def heard(self, response: Response) -> None:
        """An answer that came between frames."""
        if response.cseq is not None and response.cseq not in self._cseqs:
            return
        self._cseqs.clear()
        try:
            again = self._connection.heard(response)
        except StepError:
            self._is_refused = True
            return
        if again:
            self._again()
            return
        self.answered += 1
        self.is_session_gone = self.is_session_gone or response.status == 454
        if response.status in _UNKNOWN_METHOD:
            self._has_get_parameter = False

    @property
    def _interval_s(self) -> float:
        session = self._connection.session
        return max(SHORTEST_S, min(LONGEST_S, (session.timeout_s if session else 60) / 2))

    def _again(self) -> None:
        self._rounds += 1
        if self._rounds < MAX_ROUNDS:
            self._post()

    def _post(self) -> None:
        knows = self._has_get_parameter and "GET_PARAMETER" in self._connection.public
        try:
            self._cseqs.add(self._connection.post("GET_PARAMETER" if knows else "OPTIONS"))
        except StepError as error:
            if error.ending not in (Ending.UNAUTHORIZED, Ending.BUSY, Ending.HELD_BACK, Ending.NOT_PERMITTED):
                raise
            self._is_refused = True
            return
        self.sent += 1
