"""The door of the ONVIF services: which service is asked, whether the login suffices, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cctv_probe.simulator import (
    onvif_device,
    onvif_media1,
    onvif_media2,
    onvif_recording,
    onvif_replay,
    onvif_search,
    soap,
)
from cctv_probe.simulator.addresses import service_path
from cctv_probe.simulator.fleet import Service
from cctv_probe.simulator.http_messages import Answer, Request
from cctv_probe.simulator.logins import Verdict
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.soap import Asked, NotSoapError, SoapFaultError
from cctv_probe.simulator.wsse import read_token

Operations = Mapping[str, Callable[[Node, Asked], str]]

_SERVICES: dict[Service, tuple[str, Operations]] = {
    "device": ("tds", onvif_device.OPERATIONS),
    "media1": ("trt", onvif_media1.OPERATIONS),
    "media2": ("tr2", onvif_media2.OPERATIONS),
    "recording": ("trc", onvif_recording.OPERATIONS),
    "search": ("tse", onvif_search.OPERATIONS),
    "replay": ("trp", onvif_replay.OPERATIONS),
}
# ONVIF Core, access class PRE_AUTH: answered to everybody.
_OPEN_TO_ALL = frozenset(
    {"GetSystemDateAndTime", "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetHostname", "GetWsdlUrl"}
)
_HTML_401 = b"<html><head><title>401 Unauthorized</title></head><body><h1>Unauthorized</h1><br></body></html>"


@dataclass(frozen=True, slots=True)
class _Call:
    """A request that was understood: the service of the path, the operation, what became of the login."""

    service: Service
    asked: Asked
    verdict: Verdict


def is_for(node: Node, request: Request) -> bool:
    """Whether the request is for an ONVIF service of this device."""
    return _service_at(node, request.path) is not None


def answer(node: Node, request: Request) -> Answer:
    """The SOAP answer, fault or challenge. The path must be that of a service (see `is_for`)."""
    service = _service_at(node, request.path) or "device"
    if request.method != "POST":
        operation = f"{request.method} {request.path}"
        return Answer(405, b"", service=f"onvif.{service}", operation=operation, result="not_allowed")
    try:
        asked = soap.read(request.body)
    except NotSoapError as error:
        refused = SoapFaultError("Sender", ("ter:WellFormed",), "Well-formed Error")
        return Answer(
            400,
            soap.fault(refused).encode(),
            soap.CONTENT_TYPE,
            service=f"onvif.{service}",
            operation="POST",
            result=f"violation:{error}",
        )
    return _answered(node, _Call(service, asked, _verdict(node, request, asked)))


def _service_at(node: Node, path: str) -> Service | None:
    for service in node.device.services:
        if service_path(node.device, service) == path:
            return service
    return None


def _answered(node: Node, call: _Call) -> Answer:
    if call.verdict.failed or (_needs_login(node, call) and not call.verdict.accepted):
        return _refused(node, call)
    try:
        body = _ask(node, call)
    except SoapFaultError as error:
        return _soap_answer(node, call, error.status, soap.fault(error), f"fault:{error.subcodes[-1]}")
    return _soap_answer(node, call, 200, soap.envelope(body), "ok")


def _ask(node: Node, call: _Call) -> str:
    prefix, operations = _SERVICES[call.service]
    operation = operations.get(call.asked.operation)
    if call.asked.namespace != soap.NAMESPACES[prefix] or operation is None:
        raise soap.action_not_supported(call.asked.operation)
    return operation(node, call.asked)


def _soap_answer(
    node: Node, call: _Call, status: int, message: str, result: str, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    return Answer(
        status,
        soap.spoiled(message, node.device.faults.malformed_xml)
        if node.device.faults.malformed_xml
        else message.encode(),
        soap.CONTENT_TYPE,
        headers,
        service=f"onvif.{call.service}",
        operation=call.asked.operation,
        credentials=call.verdict.credentials,
        result=result,
    )


def _refused(node: Node, call: _Call) -> Answer:
    """A challenge where the device speaks HTTP logins, else the fault NotAuthorized."""
    result = f"login_failed:{call.verdict.why}" if call.verdict.failed else call.verdict.why
    challenges = node.onvif_gate.challenges(stale=call.verdict.stale)
    is_http = node.device.login.scheme not in ("wsse", "wsse_text")
    refusal = soap.not_authorized()
    answered = _soap_answer(
        node,
        call,
        401 if is_http else refusal.status,
        soap.fault(refusal),
        result,
        tuple(("WWW-Authenticate", one) for one in challenges),
    )
    if not node.device.faults.html_401:
        return answered
    return Answer(
        401,
        _HTML_401,
        headers=answered.headers,
        service=answered.service,
        operation=answered.operation,
        credentials=answered.credentials,
        result=result,
    )


def _needs_login(node: Node, call: _Call) -> bool:
    if node.device.login.scheme == "none":
        return False
    return node.device.faults.auth_every_call or call.asked.operation not in _OPEN_TO_ALL


def _verdict(node: Node, request: Request, asked: Asked) -> Verdict:
    """What the login that came with the request is worth: header first, then token, by the device's scheme."""
    scheme = node.device.login.scheme
    if scheme == "none":
        return Verdict(True, why="ok")
    header = request.headers.get("authorization")
    if header and (scheme.startswith("http_digest") or scheme in ("basic", "wsse_and_http_digest")):
        return node.weigh(node.onvif_gate.check(header, request.method, request.target))
    token = read_token(asked.envelope)
    if token is None:
        return node.weigh(Verdict(False))
    if scheme.startswith("wsse"):
        return node.weigh(node.token_gate.check(token, node.clock_utc()))
    return node.weigh(Verdict(False, "wsse_text" if token.is_text else "wsse"))
