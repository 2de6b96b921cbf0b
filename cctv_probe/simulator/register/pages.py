"""Answers that something other than the register's own desk gives: login pages, filters, and statuses on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from cctv_probe.simulator.register import problems
from cctv_probe.simulator.register.faults import Fault
from cctv_probe.simulator.register.problems import Answer, RefusedError, problem

_LOGIN = "<!DOCTYPE html><html><head><title>เข้าสู่ระบบอินเทอร์เน็ต</title></head><body><form>Login</form></body></html>"
_BLOCKED = "<!DOCTYPE html><html><head><title>Blocked</title></head><body>Access denied</body></html>"
_HTML = "text/html; charset=utf-8"

USUAL_CODE = {
    400: "malformed",
    401: "unknown_key",
    404: "not_found",
    405: "method_not_allowed",
    410: "not_found",
    413: "too_large",
    415: "unsupported_encoding",
    422: "malformed",
    429: "too_many_requests",
    503: "busy",
}
"""What a status says where the fault names no code; the others come as a page."""


def instead(fault: Fault, now: datetime, other_url: Callable[[], str]) -> Answer | None:
    """The answer of a fault of the first group; None for those that give none."""
    fixed = {
        "html_200": Answer(200, _LOGIN.encode(), _HTML),
        "html_403": Answer(403, _BLOCKED.encode(), _HTML),
        "empty_200": Answer(200),
        "json_200": Answer(200, b'{"status":"ok"}'),
    }
    if fault.kind in fixed:
        return fixed[fault.kind]
    if fault.kind == "redirect_302":
        return Answer(302, headers=(("Location", fault.location or f"{other_url()}/login"),))
    if fault.kind == "record_refused":
        rejected = [_rejected(name) for name in fault.ids]
        return problem(RefusedError("record_refused", rejected=rejected), now)
    return _status(fault, now) if fault.kind == "status" else None


def _rejected(name: str) -> dict[str, object]:
    return {"id": name, "code": "record_refused", "text": problems.both(problems.REFUSED_RECORD)}


def _status(fault: Fault, now: datetime) -> Answer:
    code = fault.code or USUAL_CODE.get(fault.status)
    if fault.html or code is None:
        return Answer(fault.status, _BLOCKED.encode(), _HTML, fault.retry_header())
    return replace(problem(RefusedError(code, status=fault.status), now), headers=fault.retry_header())
