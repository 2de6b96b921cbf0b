"""One HTTP/1.1 connection: size before reading, faults, the desk's answer, and an entry in the log for each request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from cctv_probe.simulator.register import delivery, pages
from cctv_probe.simulator.register.desk import Desk
from cctv_probe.simulator.register.faults import ALTERED, INSTEAD, Fault, Faults
from cctv_probe.simulator.register.log import Log, Logged
from cctv_probe.simulator.register.problems import Answer, RefusedError, problem
from cctv_probe.simulator.register.requests_in import Request
from cctv_probe.simulator.register.setup import Rules

_IDLE_S = 30.0
_MOST_DISCARDED = 256 << 20


@dataclass(frozen=True, slots=True)
class House:
    """What every connection needs. spoil: makes a receipt wrong; other_url: where redirects lead."""

    desk: Desk
    faults: Faults
    log: Log
    rules: Rules
    now: Callable[[], datetime]
    spoil: Callable[[str, Answer], Answer]
    other_url: Callable[[], str]


class Connection(BaseHTTPRequestHandler):
    """Serves requests until either side ends the connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    connection: socket.socket

    def __init__(self, connection: socket.socket, ended: threading.Event, house: House) -> None:
        self._house = house
        self._ended = ended
        super().__init__(connection, connection.getsockname(), None)  # type: ignore[arg-type]  # asks its server nothing

    def log_message(self, format: str, *args: Any) -> None:
        """Requests stand in the log."""

    def handle_expect_100(self) -> bool:
        """Invites only a body that would be taken."""
        too_large = (self._length() or 0) > self._house.rules.max_sent_bytes
        return True if too_large else super().handle_expect_100()

    def do_POST(self) -> None:
        """One request."""
        length = self._length()
        fault = self._house.faults.take(self.path.partition("?")[0], length or 0, self._header("content-encoding"))
        if fault and fault.kind in INSTEAD:
            self._instead(fault, length or 0)
        elif length is None:
            self._refuse(RefusedError("length_required"), 0)
        elif length > self._house.rules.max_sent_bytes:
            self._refuse(RefusedError("too_large", f"{length} > {self._house.rules.max_sent_bytes}"), length)
        else:
            self._ask_the_desk(length, fault)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815 - names that http.server calls

    def _ask_the_desk(self, length: int, fault: Fault | None) -> None:
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        headers = {name.lower(): ", ".join(self.headers.get_all(name, ())) for name in self.headers}
        answer, body_bytes = self._house.desk.answer(Request(self.command, self.path, headers, body))
        if fault and fault.kind in ALTERED:
            answer = self._house.spoil(fault.kind, answer)
        is_held_up = fault is not None and fault.kind not in ALTERED
        has_status = not (fault and fault.kind == "commit_then_reset")
        self._note(answer.status if has_status else None, answer.code, length, body_bytes, fault)
        if fault and is_held_up:
            self.close_connection = True
            delivery.deliver(fault, answer, self.connection, self._house.now(), self._ended)
        else:
            self._send(answer)

    def _instead(self, fault: Fault, length: int) -> None:
        answer = pages.instead(fault, self._house.now(), self._house.other_url)
        self._note(answer.status if answer else None, answer.code if answer else "", length, None, fault)
        if answer and answer.status == 413:
            self._send_and_discard(answer, length)
            return
        self._discard(length)
        if answer:
            self._send(answer)
            return
        self.close_connection = True
        if fault.kind == "hang":
            delivery.hang(self.connection, self._ended)
        elif fault.kind == "huge_answer":
            delivery.flood(self.connection, self._house.now(), self._ended)
        else:
            delivery.reset(self.connection)

    def _refuse(self, refusal: RefusedError, length: int) -> None:
        """Without having read the body."""
        answer = problem(refusal, self._house.now())
        self._note(answer.status, answer.code, length, None, None)
        self._send_and_discard(answer, length)

    def _send(self, answer: Answer) -> None:
        if answer.closes:
            self.close_connection = True
        self.wfile.write(delivery.to_bytes(answer, self._house.now(), with_body=self.command != "HEAD"))

    def _send_and_discard(self, answer: Answer, length: int) -> None:
        """Then take what still comes, unkept: closing on unread bytes would reset the answer away (RFC 9112, 9.6)."""
        self._send(replace(answer, closes=True))
        self.connection.settimeout(2)
        self._discard(length)

    def _discard(self, length: int) -> None:
        left = min(length, _MOST_DISCARDED)
        while left > 0:
            part = self.rfile.read(min(left, 65_536))
            if not part:
                return
            left -= len(part)

    def _note(
        self, status: int | None, code: str, sent_bytes: int, body_bytes: int | None, fault: Fault | None
    ) -> None:
        self._house.log.add(
            Logged(
                at_utc=self._house.now(),
                at_s=time.monotonic(),
                port=self.connection.getsockname()[1],
                method=self.command,
                path=self.path,
                status=status,
                code=code,
                sent_bytes=sent_bytes,
                body_bytes=body_bytes,
                encoding=self._header("content-encoding") or "identity",
                agent_id=self.headers.get("cctv-agent-id"),
                report_id=self.headers.get("cctv-report-id"),
                fault=fault.name if fault else None,
            )
        )

    def _header(self, name: str) -> str:
        return (self.headers.get(name) or "").strip().lower()

    def _length(self) -> int | None:
        """Content-Length; 0 where a request has no body, None where its length is not said or no number."""
        if self.headers.get("transfer-encoding"):
            return None
        said = self.headers.get("content-length")
        if said is None:
            return None if self.command in ("POST", "PUT", "PATCH") else 0
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None
