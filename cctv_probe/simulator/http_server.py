"""The HTTP(S) port of one device: keep-alive connections whose answers go through the faults."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from cctv_probe.simulator import dahua_cgi, isapi, onvif, web_pages
from cctv_probe.simulator.delivery import ClosedError, Way, send, way_for
from cctv_probe.simulator.http_messages import Answer, BadRequestError, Request, read_request, to_bytes
from cctv_probe.simulator.node import Node

_HTML_PAGE = b"<html><body><h1>Document Error: Unauthorized</h1></body></html>"


async def serve(node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer requests of one connection until it ends."""
    node.connected()
    try:
        await _requests(node, reader, writer)
    except ClosedError:
        pass
    except BadRequestError as error:
        node.note("http", "request", f"violation:{error}")
    except ConnectionError:
        pass  # the other side went away: its business
    finally:
        node.disconnected()
        writer.close()


async def _requests(node: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = 0
    while (request := await read_request(reader)) is not None:
        asked += 1
        answer, way = _decide(node, request)
        node.note(
            answer.service,
            answer.operation,
            answer.result if way.name == "ok" else way.name,
            target=answer.target or request.path,
            credentials=answer.credentials,
        )
        if node.device.faults.answer_delay_s:
            await asyncio.sleep(node.device.faults.answer_delay_s)
        wire = to_bytes(answer, node, keeps_alive=request.keeps_alive, with_body=request.method != "HEAD")
        await send(writer, reader, wire, way)
        if not request.keeps_alive:
            return
    if not asked:
        node.note("tcp", "connect", "nothing_asked")


def _answer(node: Node, request: Request) -> Answer:
    """The answer of the first service that the request is for."""
    if isapi.is_for(node, request):
        return isapi.answer(node, request)
    if dahua_cgi.is_for(node, request):
        return dahua_cgi.answer(node, request)
    if onvif.is_for(node, request):
        return onvif.answer(node, request)
    return web_pages.answer(node, request)


def _decide(node: Node, request: Request) -> tuple[Answer, Way]:
    """The answer and the way it takes; faults that change what is said change it here."""
    if node.is_silent:
        return Answer(503, operation=f"{request.method} {request.path}"), Way("hang")
    answer = _answer(node, request)
    way = Way("hang") if answer.hangs else way_for(node.device.faults, answer.service, answer.operation)
    if way.name == "busy":
        answer = replace(answer, status=503, body=b"Too many users", content_type="text/plain", headers=())
    elif way.name == "empty_200":
        answer = replace(answer, status=200, body=b"", headers=())
    elif way.name == "html":
        answer = replace(answer, status=200, body=_HTML_PAGE, content_type="text/html", headers=())
    elif way.name == "flood":
        answer = replace(answer, status=200, is_flood=True)
    return answer, way
