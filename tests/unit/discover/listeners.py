"""Devices on loopback addresses that accept connections and answer probes, written without the program's own code."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Answer = Callable[[bytes], list[bytes]]


@contextlib.contextmanager
def accepting(*places: tuple[str, int]) -> Iterator[list[socket.socket]]:
    """TCP sockets that listen at `places`."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_listening(*place)) for place in places]


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(64)
    return sock


@contextlib.contextmanager
def answering(address: str, port: int, answer: Answer) -> Iterator[list[bytes]]:
    """A UDP socket that answers each datagram; gives the list of datagrams it received. Port 0 is not supported."""
    received: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        sock.settimeout(0.05)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    data, sender = sock.recvfrom(65_535)
                    received.append(data)
                    for reply in answer(data):
                        sock.sendto(reply, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield received
        finally:
            done.set()
            thread.join()


def match_for(address: str, port: int = 80) -> bytes:
    """A plain ProbeMatch of a camera at `address`."""
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><e:Body><d:ProbeMatches><d:ProbeMatch>'
        "<a:EndpointReference><a:Address>urn:uuid:5F5A69C2-E0AE-504F-829B-"
        f"{address.replace('.', '').zfill(12)}</a:Address></a:EndpointReference>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Gate</d:Scopes>"
        f"<d:XAddrs>http://{address}:{port}/onvif/device_service</d:XAddrs>"
        "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    ).encode()
