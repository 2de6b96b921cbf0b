"""The door of Hikvision's HTTP API under `/ISAPI/` and `/SDK/`: the login, which resource is asked, the answer.

Nothing can be written: whatever would write is refused with 403 and journalled as a violation.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from cctv_probe.simulator import isapi_channels, isapi_search, isapi_storage, isapi_system
from cctv_probe.simulator.http_messages import Answer, Request
from cctv_probe.simulator.isapi_parts import (
    CONTENT_TYPE,
    Asked,
    IsapiError,
    Operation,
    no_permission,
    refusal,
)
from cctv_probe.simulator.logins import Verdict
from cctv_probe.simulator.node import Node

_HTML_401 = (
    b"<!DOCTYPE html>\n<html><head><title>Document Error: Unauthorized</title></head>\n"
    b"<body><h2>Access Error: 401 -- Unauthorized</h2>\n<p>Authentication Error</p></body></html>\n"
)
_RESOURCES: dict[tuple[str, str], Operation] = {
    ("GET", "System/deviceInfo"): isapi_system.device_info,
    ("GET", "System/capabilities"): isapi_system.capabilities,
    ("GET", "System/time"): isapi_system.time,
    ("GET", "System/time/ntpServers"): isapi_system.ntp_servers,
    ("GET", "System/Video/inputs/channels"): isapi_channels.video_inputs,
    ("GET", "Security/adminAccesses"): isapi_system.admin_accesses,
    ("GET", "Streaming/channels"): isapi_channels.streaming_channels,
    ("GET", "Streaming/channels/#"): isapi_channels.streaming_channel,
    ("GET", "Streaming/channels/#/capabilities"): isapi_channels.stream_capabilities,
    ("GET", "ContentMgmt/StreamingProxy/channels"): isapi_channels.streaming_channels,
    ("GET", "ContentMgmt/StreamingProxy/channels/#"): isapi_channels.streaming_channel,
    ("GET", "ContentMgmt/StreamingProxy/channels/#/capabilities"): isapi_channels.stream_capabilities,
    ("GET", "ContentMgmt/InputProxy/channels"): isapi_channels.proxy_channels,
    ("GET", "ContentMgmt/InputProxy/channels/status"): isapi_channels.proxy_statuses,
    ("GET", "ContentMgmt/InputProxy/channels/#/status"): isapi_channels.proxy_status,
    ("GET", "ContentMgmt/Storage"): isapi_storage.storage,
    ("GET", "ContentMgmt/record/tracks"): isapi_storage.tracks,
    ("GET", "ContentMgmt/record/tracks/#"): isapi_storage.track,
    ("POST", "ContentMgmt/record/tracks/#/dailyDistribution"): isapi_storage.daily_distribution,
    ("POST", "ContentMgmt/search"): isapi_search.search,
}
_READ_BY_POST = ("ContentMgmt/search", "ContentMgmt/record/tracks/#/dailyDistribution")


def is_for(node: Node, request: Request) -> bool:
    """Whether the request is for the Hikvision API of this device."""
    return node.device.vendor_api == "isapi" and request.path.startswith(("/ISAPI/", "/SDK/"))


def answer(node: Node, request: Request) -> Answer:
    """The XML, the refusal or the challenge."""
    path = request.path.removeprefix("/ISAPI/").rstrip("/")
    if request.method == "GET" and path == "/SDK/activateStatus":
        return _answer(node, request, Verdict(False), 200, isapi_system.activate_status(node))
    if _writes(request.method, path):
        error = IsapiError(403, 4, "Invalid Operation", "methodNotAllowed")
        what = f"violation:{request.method.lower()}"
        return _answer(node, request, Verdict(False), 403, refusal(node, path, error), what)
    verdict = _verdict(node, request)
    if path == "Security/userCheck":
        return _user_check(node, request, verdict)
    if not verdict.accepted:
        return _challenge(node, request, verdict)
    return _answered(node, request, verdict, path)


def _writes(method: str, path: str) -> bool:
    return method not in ("GET", "HEAD") and not (method == "POST" and _pattern(path) in _READ_BY_POST)


def _pattern(path: str) -> str:
    return re.sub(r"/\d+(?=/|$)", "/#", path)


def _verdict(node: Node, request: Request) -> Verdict:
    if node.device.login.vendor_scheme == "none":
        return Verdict(True, why="ok")
    header = request.headers.get("authorization")
    return node.weigh_web(node.vendor_gate.check(header, request.method, request.target))


def _answered(node: Node, request: Request, verdict: Verdict, path: str) -> Answer:
    operation = _RESOURCES.get(("GET" if request.method == "HEAD" else request.method, _pattern(path)))
    number = re.search(r"/(\d+)(?=/|$)", path)
    try:
        _refuse(node, path)
        if operation is None:
            raise IsapiError(404, 4, "Invalid Operation", "notSupport")
        body = operation(node, Asked(path, request.body, int(number[1][:9]) if number else 0))
    except IsapiError as error:
        result = f"refused:{error.sub}"
        return _answer(node, request, verdict, error.status, refusal(node, path, error), result, hangs=error.hangs)
    return _answer(node, request, verdict, 200, body)


def _refuse(node: Node, path: str) -> None:
    """Raises IsapiError where the device will not let this path be read, or never answers."""
    vendor = node.device.faults.vendor
    if any(fnmatchcase(path, one) for one in vendor.hangs_on):
        raise IsapiError(503, 2, "Device Busy", "deviceBusy", hangs=True)
    if path.startswith("ContentMgmt/download") or any(fnmatchcase(path, one) for one in vendor.no_permission):
        raise no_permission()


def _user_check(node: Node, request: Request, verdict: Verdict) -> Answer:
    how = node.device.faults.vendor.user_check
    result = _result(verdict)
    if how == "absent":
        error = IsapiError(404, 4, "Invalid Operation", "notSupport")
        return _answer(node, request, verdict, 404, refusal(node, "Security/userCheck", error), result)
    if how == "html_401" and not verdict.accepted:
        return _challenge(node, request, verdict)
    body = isapi_system.user_check(node, accepted=verdict.accepted)
    if verdict.accepted or how == "xml_200":
        return _answer(node, request, verdict, 200, body, result)
    return _answer(node, request, verdict, 401, body, result, headers=_challenges(node, verdict))


def _challenge(node: Node, request: Request, verdict: Verdict) -> Answer:
    """401: a web page, or the lock state that newer devices tell everywhere; where it is locked, no challenge."""
    headers = _challenges(node, verdict)
    is_page = node.device.faults.html_401 or node.device.faults.vendor.user_check != "xml_401"
    body = _HTML_401.decode() if is_page else isapi_system.user_check(node, accepted=False)
    kind = "text/html" if is_page else CONTENT_TYPE
    return _answer(node, request, verdict, 401, body, _result(verdict), headers=headers, content_type=kind)


def _challenges(node: Node, verdict: Verdict) -> tuple[tuple[str, str], ...]:
    if node.web_logins.locked:
        return ()
    return tuple(("WWW-Authenticate", one) for one in node.vendor_gate.challenges(stale=verdict.stale))


def _result(verdict: Verdict) -> str:
    return f"login_failed:{verdict.why}" if verdict.failed else verdict.why


def _answer(
    node: Node,
    request: Request,
    verdict: Verdict,
    status: int,
    body: str,
    result: str = "ok",
    *,
    headers: tuple[tuple[str, str], ...] = (),
    content_type: str = CONTENT_TYPE,
    hangs: bool = False,
) -> Answer:
    return Answer(
        status,
        body.encode(),
        content_type,
        headers,
        service="isapi",
        operation=f"{request.method} {request.path}",
        credentials=verdict.credentials,
        result=result,
        target=_target(node, request),
        hangs=hangs,
    )


def _target(node: Node, request: Request) -> str:
    """What was asked for: path and query, and what a body that reads says."""
    if request.method != "POST":
        return request.target
    try:
        return f"{request.target} {isapi_search.read(node.device, request.body).shown}"
    except IsapiError:
        said = re.findall(rb"<(year|monthOfYear)>(\d{1,4})<", request.body[:2000])
        return " ".join([request.target, *(value.decode() for _, value in said)])
