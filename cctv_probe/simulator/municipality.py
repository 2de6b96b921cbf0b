"""The whole municipality: every socket of every device, in one event loop in a thread of this process."""

from __future__ import annotations

import asyncio
import errno
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

from cctv_probe.model.words import Text
from cctv_probe.simulator import http_server
from cctv_probe.simulator.certificates import tls_context
from cctv_probe.simulator.clip import kind_of
from cctv_probe.simulator.clips import ClipStore
from cctv_probe.simulator.fleet import Fleet
from cctv_probe.simulator.journal import Entry, Journal
from cctv_probe.simulator.node import Node, State, make_node, until_gone
from cctv_probe.simulator.recorded_pictures import clip_of
from cctv_probe.simulator.rtsp_server import RtspConnection
from cctv_probe.simulator.ws_discovery import PORT as DISCOVERY_PORT
from cctv_probe.simulator.ws_discovery import DiscoveryProtocol

_IN_USE = Text(
    en="{address} port {port} cannot be opened: {why}. Stop the other program that uses it, or change the fleet file.",
    th="เปิด {address} พอร์ต {port} ไม่ได้: {why} โปรดปิดโปรแกรมอื่นที่ใช้พอร์ตนี้ หรือแก้ไขแฟ้มชุดอุปกรณ์จำลอง",
)
_BACKLOG = 256
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


class CannotListenError(Exception):
    """A socket of the municipality could not be opened; `text` says which and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Municipality:
    """A fleet that runs between `start` and `stop` (or inside `with`).

    log: a file that gets every journal entry as a line of JSON. clips: the folder that keeps encoded pictures.
    errors: what went wrong inside the simulator itself; its own tests look that it stays empty.
    """

    def __init__(self, fleet: Fleet, *, log: Path | None = None, clips: Path | None = None) -> None:
        self.fleet = fleet
        self.errors: list[str] = []
        self._journal = Journal(log)
        self._clips = ClipStore(clips)
        self._nodes = {device.address: make_node(device, self._journal, self._clips) for device in fleet.devices}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def addresses(self) -> list[str]:
        """The devices' addresses, in the order of the fleet."""
        return list(self._nodes)

    def log(self) -> list[Entry]:
        """Everything every device saw so far."""
        return self._journal.entries()

    def state(self, address: str) -> State:
        """The state of the device at `address`."""
        return self._nodes[address].state()

    def start(self) -> None:
        """Open all sockets; returns when every one listens. Raises CannotListenError."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="municipality", daemon=True)
        self._thread.start()
        try:
            ready.result()
        except BaseException:
            self._thread.join()
            self._close()
            raise

    def stop(self) -> None:
        """Close every socket; returns when they are closed."""
        if self._loop and self._stop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._loop = None
        self._close()

    def draw_ahead(self) -> None:
        """Begin to encode every main stream and recording in the background, so that no first PLAY waits for it."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._ask_for_clips)

    def _ask_for_clips(self) -> None:
        for device in self.fleet.devices:
            for channel in device.channels:
                for main in channel.truths.streams[:1] if channel.online else ():
                    self._clips.begin(kind_of(channel, main))
        for device in self.fleet.devices:
            for channel in device.channels:
                if channel.recordings:
                    self._clips.begin(clip_of(channel))

    def _close(self) -> None:
        self._clips.close()
        self._journal.close()

    def __enter__(self) -> Municipality:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as error:  # noqa: BLE001 - the thread's end; handed to whoever waits for it
            if ready.done():
                self.errors.append(repr(error))
            else:
                ready.set_exception(error)

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._inner_error)
        for device in self.fleet.devices:
            for channel in device.channels:
                for stream in channel.truths.streams:
                    self._clips.headers(kind_of(channel, stream))
        closers: list[Callable[[], None]] = []
        try:
            for node in self._nodes.values():
                closers.extend(await _listen(node))
            ready.set_result(None)
            await self._stop.wait()
        finally:
            for close in closers:
                close()

    def _inner_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(
            error, ssl.SSLError | ConnectionError | asyncio.CancelledError
        ):  # the other side's doing, or ours when stopping
            self.errors.append(f"{context.get('message')}: {error!r}")


async def _listen(node: Node) -> list[Callable[[], None]]:
    """Open every socket of a device; the ways to close them."""
    ports = node.device.ports

    async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await http_server.serve(node, reader, writer)

    async def rtsp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await RtspConnection(node, reader, writer).serve()

    tls = tls_context(node.device) if ports.https or ports.rtsps else None
    plain = [(ports.http, http, None), (ports.rtsp, rtsp, None), (ports.https, http, tls), (ports.rtsps, rtsp, tls)]
    wanted: list[tuple[int, Serve, ssl.SSLContext | None]] = [
        (port, serve, context) for port, serve, context in plain if port
    ]
    wanted += [(port, _banner(node, line), None) for port, line in ports.banners.items()]
    closers = [await _tcp(node, port, serve, context) for port, serve, context in wanted]
    if "device" in node.device.services and node.device.faults.ws_discovery:
        closers.append(await _discovery(node))
    return closers


async def _tcp(node: Node, port: int, serve: Serve, context: ssl.SSLContext | None) -> Callable[[], None]:
    address = node.device.address
    try:
        server = await asyncio.start_server(serve, address, port, ssl=context, backlog=_BACKLOG)
    except OSError as error:
        raise CannotListenError(_IN_USE.with_(address=address, port=port, why=_why(error))) from error
    return server.close


async def _discovery(node: Node) -> Callable[[], None]:
    address = node.device.address
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: DiscoveryProtocol(node), local_addr=(address, DISCOVERY_PORT)
        )
    except OSError as error:
        raise CannotListenError(
            _IN_USE.with_(address=address, port=f"{DISCOVERY_PORT}/udp", why=_why(error))
        ) from error
    return transport.close


def _why(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "") or str(error)


def _banner(node: Node, line: str) -> Serve:
    """A port that says one line and waits."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        node.connected()
        try:
            node.note("tcp", "connect", "banner")
            writer.write(line.encode() + b"\r\n")
            await writer.drain()
            await until_gone(reader)
        except ConnectionError:
            pass  # the other side went away: its business
        finally:
            node.disconnected()
            writer.close()

    return serve


def run_forever(
    fleet: Fleet,
    ready: Callable[[Municipality], None],
    *,
    log: Path | None = None,
    until: threading.Event | None = None,
) -> None:
    """Run the fleet until `until` is set (or the caller's thread is interrupted); `ready` is called once all listen."""
    ended = until or threading.Event()
    with Municipality(fleet, log=log) as town:
        ready(town)
        town.draw_ahead()
        while not ended.wait(0.5):  # in pieces: a wait without a limit cannot be interrupted on Windows
            pass
