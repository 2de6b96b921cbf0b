"""The web page that the device shows to a browser: its start page, and 404 for everything else."""

from __future__ import annotations

from xml.sax.saxutils import escape

from cctv_probe.simulator.http_messages import Answer, Request
from cctv_probe.simulator.node import Node


def answer(node: Node, request: Request) -> Answer:
    """GET or HEAD of `/`; anything else is not there or not allowed."""
    operation = f"{request.method} {request.path}"
    if request.method not in ("GET", "HEAD"):
        return Answer(405, _page("405 Method Not Allowed"), operation=operation, result="not_allowed")
    if request.path == "/":
        banners = node.device.banners
        page = banners.http_page.encode() if banners.http_page else _page(banners.http_title or "Web")
        return Answer(200, page, operation=operation)
    return Answer(404, _page("404 Not Found"), operation=operation, result="not_found")


def _page(title: str) -> bytes:
    return f"<html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1></body></html>".encode()
