"""A pair of UDP ports for RTP and RTCP on our own address; only the device that was probed is listened to.

No packet is sent from here, not even to open a firewall.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text
from cctv_probe.wire.deadline import Budget

DATAGRAM_BYTES = 65_536
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""Asked for; the system gives what it allows. Packets wait here between two reads."""
MAX_TRIES = 32
MAX_AT_ONCE = 2048

_NO_PORTS = Text(
    en="no free pair of UDP ports on {host} to receive pictures at; close other programs and try again",
    th="ไม่มีพอร์ต UDP ว่างสองพอร์ตติดกันบน {host} สำหรับรับภาพ โปรดปิดโปรแกรมอื่นแล้วลองใหม่",
)


class UdpPair:
    """RTP at an even port, RTCP at the next (RFC 3550, section 11)."""

    def __init__(self, rtp: socket.socket, rtcp: socket.socket, source: str, budget: Budget) -> None:
        self.ports: tuple[int, int] = (rtp.getsockname()[1], rtcp.getsockname()[1])
        self.strangers = 0
        """Datagrams of other hosts, which were not looked at."""
        self._sockets = (rtp, rtcp)
        self._source = source.partition("%")[0]
        self._budget = budget
        self._buffer = bytearray(DATAGRAM_BYTES)

    @classmethod
    def bind(cls, own: str, source: str, budget: Budget) -> UdpPair:
        """Two neighbouring ports on our address `own`, for packets of the address `source`. Raises `StepError`."""
        for _ in range(MAX_TRIES):
            pair = _bound_pair(own)
            if pair is not None:
                return cls(*pair, source, budget)
        raise StepError(Ending.UNREACHABLE, _NO_PORTS.with_(host=own))

    def wait(self, wait_s: float, also: int) -> None:
        """Until a datagram has come, or something on the descriptor `also`, at most `wait_s`."""
        with selectors.DefaultSelector() as selector:
            for one in (*self._sockets, also):
                selector.register(one, selectors.EVENT_READ)
            selector.select(wait_s)

    def datagrams(self) -> Iterator[tuple[bool, bytearray, int]]:
        """What has come: (whether it is RTCP, the buffer, its length). The buffer is used again for the next."""
        for is_rtcp, sock in ((False, self._sockets[0]), (True, self._sockets[1])):
            for _ in range(MAX_AT_ONCE):
                if not self._budget.cap_bytes(1):
                    raise StepError(Ending.BUDGET_SPENT)
                try:
                    count, sender = sock.recvfrom_into(self._buffer)
                except BlockingIOError:
                    break
                except OSError:
                    continue  # an ICMP message about a packet that somebody else sent
                self._budget.spend_bytes(count)
                if sender[0].partition("%")[0] == self._source:
                    yield is_rtcp, self._buffer, count
                else:
                    self.strangers += 1

    def close(self) -> None:
        """Close both; a second time does nothing."""
        for sock in self._sockets:
            sock.close()


def _bound_pair(own: str) -> tuple[socket.socket, socket.socket] | None:
    """An even port and the next, or None where the system gave others."""
    found = socket.getaddrinfo(own, 0, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
    family, kind, protocol, _, address = found[0]
    first, second = (socket.socket(family, kind, protocol) for _ in range(2))
    try:
        first.bind(address)
        port = first.getsockname()[1]
        if port % 2:
            raise OSError("an odd port")
        second.bind((address[0], port + 1, *address[2:]))
        for sock in (first, second):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    except OSError:
        first.close()
        second.close()
        return None
    return first, second
