"""The register's interface as an OpenAPI 3.1 document, generated from the types of this room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from cctv_probe.contract.enrolment import EnrolAnswer, EnrolRequest, RotateAnswer, RotateRequest
from cctv_probe.contract.problem import KINDS, Problem, ProblemCode
from cctv_probe.contract.receipt import Receipt
from cctv_probe.contract.report import GapBody, RecordsBody, ReportBody
from cctv_probe.contract.terms import (
    AGENT_HEADER,
    COVERED,
    DIGEST_HEADER,
    ENROL_PATH,
    FUTURE_S,
    INPUT_HEADER,
    JSON_TYPE,
    KEYS_PATH,
    LABEL,
    MAX_BODY_BYTES,
    MAX_SENT_BYTES,
    PAST_S,
    PROBLEM_TYPE,
    REPORT_HEADER,
    REPORTS_PATH,
    SIGNATURE_HEADER,
)

Json = dict[str, Any]

_ALWAYS: tuple[ProblemCode, ...] = (
    "malformed", "digest_mismatch", "clock_skew", "bad_signature", "revoked", "not_found", "too_large",
    "unsupported_encoding", "too_many_requests", "busy",
)  # fmt: skip
_WAIT = {429, 503}


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: its bodies, its answers by status, and the codes of its problems beside those that all have."""

    path: str
    name: str
    summary: str
    bodies: tuple[type[BaseModel], ...]
    answer: type[BaseModel]
    statuses: dict[str, str]
    codes: tuple[ProblemCode, ...]


OPERATIONS = (
    Operation(
        ENROL_PATH,
        "enrol",
        "Enrol an agent with a one-time token. Signed with the new key itself.",
        (EnrolRequest,),
        EnrolAnswer,
        {"201": "Enrolled.", "200": "This agent was enrolled with this key before; the same answer again."},
        ("token_wrong", "token_expired", "token_used", "token_other_lao"),
    ),
    Operation(
        REPORTS_PATH,
        "report",
        "Deliver a report, records that were asked for, or a gap. Signed with the agent's key.",
        (ReportBody, RecordsBody, GapBody),
        Receipt,
        {"201": "Committed: the receipt.", "200": "Committed before (duplicate): a receipt again."},
        ("unknown_key", "lao_mismatch", "body_changed", "record_refused"),
    ),
    Operation(
        KEYS_PATH,
        "rotate",
        "Replace the agent's key. Signed with the key that is valid until now, or again with the new one.",
        (RotateRequest,),
        RotateAnswer,
        {"200": "The new key is the agent's key from now on."},
        ("unknown_key",),
    ),
)
"""Every request of the contract."""


def document() -> Json:
    """The OpenAPI document."""
    models = {model for each in OPERATIONS for model in (*each.bodies, each.answer)} | {Problem}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cctv-probe: agents and the register",
            "version": "1",
            "summary": "What an agent sends to the register, and what the register answers.",
            "description": "Rules that no schema can say (chain, gaps, receipts, clocks) stand in docs/wire-contract.md.",
        },
        "servers": [{"url": "https://register.example", "description": "The register; paths are never rewritten."}],
        "paths": {each.path: {"post": _operation(each)} for each in OPERATIONS},
        "components": {
            "schemas": schemas["$defs"],
            "parameters": _parameters(),
            "securitySchemes": {"messageSignature": _security()},
        },
    }


def _operation(operation: Operation) -> Json:
    codes = (*_ALWAYS, *operation.codes)
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"messageSignature": []}],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _parameters()],
        "requestBody": {"required": True, "content": {JSON_TYPE: {"schema": _one_of(operation.bodies)}}},
        "responses": {
            **{status: _success(text, operation.answer) for status, text in operation.statuses.items()},
            **{str(status): _problem(status, codes) for status in sorted({KINDS[code].status for code in codes})},
            "default": {
                "description": "Any other answer is not from the register as far as an agent is concerned: it keeps the body and tries again."
            },
        },
    }


def _one_of(models: tuple[type[BaseModel], ...]) -> Json:
    refs = [{"$ref": f"#/components/schemas/{model.__name__}"} for model in models]
    return refs[0] if len(refs) == 1 else {"oneOf": refs}


def _success(text: str, model: type[BaseModel]) -> Json:
    return {"description": text, "content": {JSON_TYPE: {"schema": _one_of((model,))}}}


def _problem(status: int, codes: Iterable[ProblemCode]) -> Json:
    told = [code for code in codes if KINDS[code].status == status]
    found: Json = {
        "description": "\n".join(f"* `{code}`: {KINDS[code].text.en}" for code in told),
        "content": {PROBLEM_TYPE: {"schema": _one_of((Problem,))}},
    }
    if status in _WAIT:
        found["headers"] = {
            "Retry-After": {"description": "Seconds; honoured up to an hour.", "schema": {"type": "string"}}
        }
    return found


def _parameters() -> dict[str, Json]:
    named = {
        AGENT_HEADER: "The agent's own id, a UUID version 7 that it made itself.",
        REPORT_HEADER: "The id of the body (`report_id`), or a fresh UUID version 7 for requests without one.",
        DIGEST_HEADER: f"RFC 9530 over the body as sent: `sha-256=:…:`. At most {MAX_SENT_BYTES} bytes as sent, {MAX_BODY_BYTES} after decompression.",
        INPUT_HEADER: f"RFC 9421, label `{LABEL}`, with `created`, `keyid`, `alg`.",
        SIGNATURE_HEADER: "RFC 9421: the Ed25519 signature.",
    }
    found = {name: _header(name, text, required=True) for name, text in named.items()}
    coding = _header("Content-Encoding", "`gzip`, or absent once the register has answered 415.", required=False)
    return found | {"Content-Encoding": coding | {"schema": {"type": "string", "enum": ["gzip", "identity"]}}}


def _header(name: str, description: str, *, required: bool) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


def _security() -> Json:
    covered = " ".join(f'"{name}"' for name in COVERED)
    return {
        "type": "http",
        "scheme": "signature",
        "description": f"RFC 9421 with Ed25519 over {covered}; `created` at most {PAST_S} s before and {FUTURE_S} s after the register's time.",
    }
