"""Frames and messages of a playing connection, taken apart in bulk (RFC 2326, 10.12).

The hot path: frames are found by their lengths in the buffer they were received into, and handed on as bounds. Messages
between them go through the tolerant `MessageReader`. After garbage (some devices lose bytes of their own when the
network is slow) it goes on at the next frame of our channels.
"""

from __future__ import annotations

from typing import Protocol

from cctv_probe.rtsp.messages import (
    FRAME_START,
    InterleavedFrame,
    MessageReader,
    OversizedRtsp,
    Response,
    ServerRequest,
    may_begin_message,
)

BUFFER_BYTES = 256 * 1024
"""Received at once; a frame has at most 65,539."""
SKIPPED_CAP_BYTES = 1024 * 1024
_LOOK_BYTES = 4300


class Receiver(Protocol):
    """Who takes what is found."""

    def frame(self, channel: int, buffer: bytearray, start: int, end: int) -> None:
        """The payload `buffer[start:end]` of a frame; it is gone after the call."""
        ...

    def message(self, message: Response | ServerRequest) -> None:
        """A message between frames."""
        ...


class FrameSplitter:
    """Receive into `room()`, then call `received`. Raises `MalformedRtsp` where nothing can be understood any more.

    `reader` is the connection's own: what it holds is taken over, and `give_back` returns what is left to it.
    """

    def __init__(self, reader: MessageReader, receiver: Receiver, channels: tuple[int, int]) -> None:
        self.channels = channels
        self.skipped_bytes = 0
        self._reader = reader
        self._receiver = receiver
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._filled = 0
        self._in_message = True
        """Whether the reader holds what arrived last."""

    def room(self) -> memoryview:
        """Where to receive next; never empty."""
        return self._view[self._filled :]

    def received(self, count: int) -> None:
        """So many bytes were received into `room()`; 0 takes over what the reader holds."""
        end = self._filled + count
        if self._in_message:
            self._reader.feed(bytes(self._view[:end]))
            end = self._read_messages()
        at, end = self._split(end)
        left = end - at
        if at and left:
            self._buffer[:left] = self._buffer[at:end]
        self._filled = left

    def give_back(self) -> None:
        """Let the reader have what is left, so that answers can be awaited."""
        if not self._in_message:
            self._reader.feed(bytes(self._view[: self._filled]))
        self._filled, self._in_message = 0, True

    def _split(self, end: int) -> tuple[int, int]:
        """Hand on every whole frame: where the rest begins, and where it ends."""
        buffer, frame = self._buffer, self._receiver.frame
        at = 0
        while end - at >= 4:
            if buffer[at] != FRAME_START:
                at, end = self._not_a_frame(at, end)
                continue
            behind = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
            if behind > end:
                break
            frame(buffer[at + 1], buffer, at + 4, behind)
            at = behind
        return at, end

    def _not_a_frame(self, at: int, end: int) -> tuple[int, int]:
        """A message or garbage at `at`: (where to go on, where the buffer ends now)."""
        if may_begin_message(self._buffer[at : min(end, at + _LOOK_BYTES)].lstrip(b"\r\n")):
            self._reader.feed(bytes(self._view[at:end]))
            self._in_message = True
            return 0, self._read_messages()
        found = self._next_frame(at, end)
        self.skipped_bytes += found - at
        if self.skipped_bytes > SKIPPED_CAP_BYTES:
            raise OversizedRtsp("more than 1 MiB that is neither frame nor message")
        return found, end

    def _next_frame(self, at: int, end: int) -> int:
        """Where the next frame of our channels, with RTP or RTCP in it, or an answer begins; else the end."""
        places = [self._buffer.find(mark, at + 1, end) for mark in self._marks()]
        return min((place for place in places if place >= 0), default=max(at + 1, end - 4))

    def _marks(self) -> tuple[bytes, ...]:
        return (*(bytes((FRAME_START, channel)) for channel in self.channels), b"RTSP/")

    def _read_messages(self) -> int:
        """Hand on what the reader holds; how much, frames only, has come back into the buffer."""
        while True:
            rest = self._reader.take_rest(BUFFER_BYTES // 2)
            if rest is not None:
                self._in_message = False
                self._buffer[: len(rest)] = rest
                return len(rest)
            message = self._reader.next()
            if message is None:
                return 0
            if isinstance(message, InterleavedFrame):
                self._receiver.frame(message.channel, bytearray(message.payload), 0, len(message.payload))
            else:
                self._receiver.message(message)
