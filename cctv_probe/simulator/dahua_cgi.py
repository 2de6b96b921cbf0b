"""The door of Dahua's HTTP API under `/cgi-bin/`: what is asked, whether the login suffices, and the answer.

Dahua writes with GET too (`setConfig`, `ptz.cgi?action=start`). Whatever does not read is a violation: it is refused
and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from urllib.parse import unquote

from cctv_probe.simulator import (
    dahua_channels,
    dahua_config,
    dahua_encode,
    dahua_finder,
    dahua_identity,
    dahua_load,
)
from cctv_probe.simulator.dahua_text import (
    ROOT,
    TEXT_TYPE,
    Query,
    RefusedError,
    bad_request,
    locked,
    no_authority,
    read_query,
)
from cctv_probe.simulator.http_messages import Answer, Request
from cctv_probe.simulator.logins import Verdict
from cctv_probe.simulator.node import Node

_OPERATIONS: Mapping[str, Callable[[Node, Query], str | bytes]] = {
    **dahua_identity.OPERATIONS,
    **dahua_config.OPERATIONS,
    **dahua_encode.OPERATIONS,
    **dahua_channels.OPERATIONS,
    **dahua_finder.OPERATIONS,
    "loadfile.startLoad": dahua_load.load_span,
}
_READING = re.compile(r"get[A-Z]\w*|factory\.create|findFile|findNextFile|close|destroy|startLoad")
_SERVICE = "dahua_cgi"
_MOST_SHOWN = 400
_SECRET = re.compile(r"(?i)(?<=[?&.])([\w.\[\]]*(?:pass|pwd|user)[\w.\[\]]*)=[^&]*")
_UNAUTHORISED = b"Error\r\nUnauthorized!\r\n"
_HTML_401 = b"<html><head><title>401 Unauthorized</title></head><body><h1>Unauthorized</h1></body></html>"


def is_for(node: Node, request: Request) -> bool:
    """Whether the request is for the Dahua API of this device, or sent on to HTTPS by it."""
    if node.device.vendor_api != "dahua_cgi":
        return False
    return request.path.startswith(ROOT) or _is_sent_on(node, request)


def answer(node: Node, request: Request) -> Answer:
    """The device's answer, refusal or challenge."""
    if _is_sent_on(node, request):
        return _sent_on(node, request)
    query = read_query(request.target)
    blank = Answer(
        200,
        content_type=TEXT_TYPE,
        service=_SERVICE,
        operation=f"{request.method} {_operation(request, query)}",
        target=_shown(request.target),
    )
    try:
        _refuse_writing(request, query)
        verdict = _verdict(node, request)
        blank = replace(blank, credentials=verdict.credentials)
        if not verdict.accepted:
            return _challenged(node, blank, verdict)
        if node.is_one_too_many():
            return _challenged(node, blank, Verdict(False, verdict.credentials, why="too_many_users"))
        return _answered(node, request, query, blank)
    except RefusedError as error:
        return replace(
            blank,
            status=error.status,
            body=error.body.encode(),
            content_type=error.content_type,
            result=_result(node, query, error.result),
        )


def _answered(node: Node, request: Request, query: Query, blank: Answer) -> Answer:
    """What the operation answers to one who is let in. Raises RefusedError."""
    if _is_named(node.device.faults.vendor.no_permission, query):
        raise no_authority("no_permission")
    target = _question(node, request, query)
    if query.action == "findNextFile" and dahua_finder.hangs(node, query):
        return replace(blank, hangs=True, target=target)
    if request.path.startswith(dahua_load.FILE_ROOT):
        body: str | bytes = dahua_load.load_file(node, unquote(request.path.removeprefix(dahua_load.FILE_ROOT)))
    else:
        operation = _OPERATIONS.get(f"{query.cgi}.{query.action}")
        if operation is None:
            raise bad_request("not_implemented")
        body = operation(node, query)
    if query.action == "factory.create":
        target += f" {body!s}".rstrip()
    return replace(
        blank,
        body=body.encode() if isinstance(body, str) else body,
        content_type=TEXT_TYPE if isinstance(body, str) else dahua_load.CONTENT_TYPE,
        target=target,
        result=_result(node, query, "ok"),
    )


def _refuse_writing(request: Request, query: Query) -> None:
    """Only a GET of one action that is known to read, or of a recorded file, goes on. Raises RefusedError."""
    is_file = request.path.startswith(dahua_load.FILE_ROOT + "/")
    is_picture = query.cgi == "snapshot" and not query.action
    is_reading = not query.is_ambiguous and _READING.fullmatch(query.action)
    if request.method == "GET" and (is_file or is_picture or is_reading):
        return
    raise no_authority(f"violation:{request.method} {_operation(request, query)}")


def _verdict(node: Node, request: Request) -> Verdict:
    """What became of the login. Raises RefusedError where the account is locked and the device says so."""
    if node.device.login.vendor_scheme == "none":
        return Verdict(True, why="ok")
    header = request.headers.get("authorization")
    verdict = node.weigh_web(node.vendor_gate.check(header, request.method, request.target))
    if header and node.web_logins.locked and node.device.faults.vendor.lock_code:
        refused = locked(node.web_logins.locked_for_s)
        if verdict.failed:
            refused.result = f"login_failed:{verdict.why}"
        raise refused
    return verdict


def _challenged(node: Node, blank: Answer, verdict: Verdict) -> Answer:
    challenges = node.vendor_gate.challenges(stale=verdict.stale)
    is_html = node.device.faults.html_401
    return replace(
        blank,
        status=401,
        body=_HTML_401 if is_html else _UNAUTHORISED,
        content_type="text/html" if is_html else TEXT_TYPE,
        headers=tuple(("WWW-Authenticate", one) for one in challenges),
        result=f"login_failed:{verdict.why}" if verdict.failed else verdict.why,
    )


def _is_named(patterns: tuple[str, ...], query: Query) -> bool:
    """Whether one of the patterns means this question, as `action` or as `action:name`."""
    return any(fnmatchcase(one, pattern) for pattern in patterns for one in (query.action, query.resource))


def _is_sent_on(node: Node, request: Request) -> bool:
    """Whether it came over HTTP to a device that speaks HTTPS alone; the port tells, which clients put into Host."""
    https = node.device.ports.https
    if not node.device.faults.vendor.redirects_to_https or https is None:
        return False
    _, _, port = request.headers.get("host", "").rpartition(":")
    return (int(port) if port.isdigit() else 443) != https


def _sent_on(node: Node, request: Request) -> Answer:
    place = f"https://{node.device.address}:{node.device.ports.https}{request.target}"
    return Answer(
        302,
        headers=(("Location", place),),
        service=_SERVICE,
        operation=f"{request.method} {request.path[:_MOST_SHOWN]}",
        result="redirected",
    )


def _operation(request: Request, query: Query) -> str:
    return query.operation if query.cgi else request.path[:_MOST_SHOWN]


def _result(node: Node, query: Query, result: str) -> str:
    return dahua_finder.counted(node, result) if query.cgi == "mediaFileFind" else result


def _question(node: Node, request: Request, query: Query) -> str:
    """The request as the journal tells it: the same for the same question. A finder's number is none of a search's
    question; a page is another question than the page before it.
    """
    shown = _shown(request.target)
    if query.action == "findFile":
        return re.sub(r"&object=\d+", "", shown)
    if query.action == "findNextFile":
        return f"{shown} left={dahua_finder.left(node, query)}"
    return shown


def _shown(target: str) -> str:
    """`target` for the journal, which never holds a secret."""
    return _SECRET.sub(r"\1=*", unquote(target))[:_MOST_SHOWN]
