"""How an answer leaves the device: as it should, or by one of the faults. Bytes only, the same for HTTP and RTSP."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cctv_probe.simulator.fleet import Drip, Faults
from cctv_probe.simulator.node import until_gone

_GARBAGE = bytes(range(256)) * 8
_FLOOD_PIECE = b"<!-- " + b"flood " * 1000 + b"-->"


class ClosedError(Exception):
    """The connection must not be used any more."""


@dataclass(frozen=True, slots=True)
class Way:
    """The fault that an operation suffers, or `ok`."""

    name: str = "ok"
    drip: Drip | None = None


_IN_ORDER = ("hang", "flood", "reset", "close_midway", "empty_200", "garbage", "busy", "html")
_WELL = Way()


def way_for(faults: Faults, service: str, operation: str) -> Way:
    """Which fault `operation` of `service` suffers; the first that names it."""
    for name in _IN_ORDER:
        if names(getattr(faults, name), service, operation) and not (name == "html" and service == "rtsp"):
            return Way(name)
    if faults.drip and names(faults.drip.operations, service, operation):
        return Way("drip", faults.drip)
    return _WELL


def names(patterns: tuple[str, ...], service: str, operation: str) -> bool:
    """Whether one of the shell patterns means this operation, alone or as `service.operation`."""
    return any(fnmatchcase(operation, one) or fnmatchcase(f"{service}.{operation}", one) for one in patterns)


async def send(writer: asyncio.StreamWriter, reader: asyncio.StreamReader, answer: bytes, way: Way) -> None:
    """Let `answer` leave by `way`. Raises ClosedError where the connection is spent, ConnectionError where it broke."""
    if way.name == "hang":
        await until_gone(reader)
        raise ClosedError
    if way.name == "drip" and way.drip:
        await _drip(writer, answer, way.drip)
    elif way.name == "flood":
        await _flood(writer, answer)
    elif way.name == "reset":
        reset(writer)
        raise ClosedError
    elif way.name == "close_midway":
        writer.write(answer[: len(answer) // 2])
        await writer.drain()
        raise ClosedError
    elif way.name == "garbage":
        writer.write(_GARBAGE)
        await writer.drain()
        raise ClosedError
    else:
        writer.write(answer)
        await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with a TCP reset (linger 0)."""
    plain = writer.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, answer: bytes, drip: Drip) -> None:
    for start in range(0, len(answer), drip.bytes_each):
        writer.write(answer[start : start + drip.bytes_each])
        await writer.drain()
        await asyncio.sleep(drip.every_s)


async def _flood(writer: asyncio.StreamWriter, answer: bytes) -> None:
    """The head and the body, then a body that goes on for ever."""
    writer.write(answer)
    while True:
        writer.write(_FLOOD_PIECE)
        await writer.drain()
        await asyncio.sleep(0)
