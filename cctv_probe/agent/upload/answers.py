"""The table of answers: what an answer to a report means, and what is to be done. Pure.

| answer | outcome |
| --- | --- |
| 2xx with a believed receipt | delivered |
| 2xx without, HTML with 2xx, 400 or 422, 3xx, 511, every other 4xx (403, 426, 451...) | in between: keep, retry, say so |
| 400, 422 naming records | those are set apart, the rest goes again |
| 400, 422 without naming | divided until the culprit is alone |
| 400 digest_mismatch | damaged on its way: retry |
| 422 body_changed | goes again under a new id |
| 401 | one gate closes for all traffic; data kept, a try an hour |
| 401 clock_skew | the offset is learned, signed again at once |
| 404, 405, 410, lao_mismatch | keep, alarm, hourly |
| 409 | again after 30 s |
| 413 | halved |
| 415 | uncompressed from now on |
| 408, 425, 429, 5xx | retry, after Retry-After |
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cctv_probe.agent.upload import answer_words as words
from cctv_probe.agent.upload.backoff import retry_after_s
from cctv_probe.contract.problem import Problem, read_problem
from cctv_probe.contract.receipt import Receipt, ReceiptError, believe, read_receipt
from cctv_probe.contract.terms import PROBLEM_TYPE
from cctv_probe.model.words import Text


class Kind(enum.StrEnum):
    """What an answer means."""

    DELIVERED = "delivered"
    UNBELIEVED = "unbelieved"
    """2xx, and yet no receipt for what was sent."""
    BETWEEN = "between"
    """Something that is not the register has answered."""
    NAMED = "named"
    REFUSED = "refused"
    DAMAGED = "damaged"
    CHANGED = "changed"
    GATE = "gate"
    SKEW = "skew"
    NOT_THERE = "not_there"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and whose receipts are believed."""

    report_id: str
    digest: str
    agent_id: str
    lao_code: str
    register_keys: Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, judged. `code` is stable; `named` are ids of records; `register_utc` the register's time as it said."""

    kind: Kind
    text: Text
    code: str
    receipt: Receipt | None = None
    named: tuple[str, ...] = ()
    register_utc: datetime | None = None
    retry_after_s: float | None = None


def classify(status: int, headers: Mapping[str, str], body: bytes, sent: Sent, now: datetime) -> Outcome:
    """What the answer to `sent` means. `headers` ignores case. `now` is the
    register's time as far as it is known (Retry-After may name an instant). Never raises."""
    if 200 <= status <= 299:
        return _accepted(status, headers, body, sent)
    problem = problem_of(headers, body)
    if problem is None and status in (400, 422) and looks_like_page(headers, body):
        return Outcome(
            Kind.BETWEEN, words.PAGE.with_(status=status), f"page_{status}", retry_after_s=_wait(headers, now)
        )
    if problem is not None and problem.code in _BY_CODE:
        return _of_problem(_BY_CODE[problem.code], problem)
    return _of_status(status, headers, problem, now)


def problem_of(headers: Mapping[str, str], body: bytes) -> Problem | None:
    """The register's own problem, where the answer is one: by its media type and its shape."""
    if _media_type(headers) not in (PROBLEM_TYPE, "application/json"):
        return None
    return read_problem(body)


def looks_like_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the answer is a page for people, whatever it calls itself."""
    if _media_type(headers) in ("text/html", "application/xhtml+xml"):
        return True
    begin = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return begin.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body"))


def register_time(problem: Problem) -> datetime | None:
    """The register's time in a problem, aware; None where it is no time."""
    try:
        return datetime.fromisoformat(problem.register_utc.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _accepted(status: int, headers: Mapping[str, str], body: bytes, sent: Sent) -> Outcome:
    if looks_like_page(headers, body):
        return Outcome(Kind.BETWEEN, words.PAGE.with_(status=status), f"page_{status}")
    try:
        receipt = believe(
            read_receipt(body),
            agent_id=sent.agent_id,
            report_id=sent.report_id,
            digest=sent.digest,
            register_keys=sent.register_keys,
            lao_code=sent.lao_code,
        )
    except ReceiptError as error:
        return Outcome(Kind.UNBELIEVED, error.text, error.code)
    return Outcome(Kind.DELIVERED, words.DELIVERED.with_(seq=receipt.seq), receipt.status, receipt=receipt)


_BY_CODE: Mapping[str, Kind] = {
    "clock_skew": Kind.SKEW,
    "digest_mismatch": Kind.DAMAGED,
    "body_changed": Kind.CHANGED,
    "lao_mismatch": Kind.NOT_THERE,
}
"""Codes that say more than the status they come with."""


def _of_problem(kind: Kind, problem: Problem) -> Outcome:
    moment = register_time(problem)
    if kind is Kind.SKEW and (problem.status != 401 or moment is None):
        kind = Kind.GATE
    return Outcome(kind, said(problem), problem.code, register_utc=moment)


_BY_STATUS: Mapping[int, tuple[Kind, Text]] = {
    400: (Kind.REFUSED, words.REFUSED),
    401: (Kind.GATE, words.GATE),
    404: (Kind.NOT_THERE, words.NOT_THERE),
    405: (Kind.NOT_THERE, words.NOT_THERE),
    408: (Kind.BUSY, words.BUSY),
    409: (Kind.CONFLICT, words.CONFLICT),
    410: (Kind.NOT_THERE, words.NOT_THERE),
    413: (Kind.TOO_LARGE, words.TOO_LARGE),
    415: (Kind.ENCODING, words.ENCODING),
    422: (Kind.REFUSED, words.REFUSED),
    425: (Kind.BUSY, words.BUSY),
    429: (Kind.BUSY, words.BUSY),
    511: (Kind.BETWEEN, words.LOGIN_OF_NETWORK),
}


def _of_status(status: int, headers: Mapping[str, str], problem: Problem | None, now: datetime) -> Outcome:
    if 300 <= status <= 399:
        kind, text = Kind.BETWEEN, words.REDIRECT.with_(target=_shown_host(headers.get("Location")))
    elif status in _BY_STATUS:
        kind, text = _BY_STATUS[status]
    elif status >= 500:
        kind, text = Kind.BUSY, words.BUSY
    else:
        kind, text = Kind.BETWEEN, words.BETWEEN
    named = tuple(dict.fromkeys(entry.id for entry in problem.rejected)) if problem else ()
    if kind is Kind.REFUSED and named:
        kind = Kind.NAMED
    if kind is Kind.GATE and problem is None:
        text = words.GATE_BETWEEN
    code = problem.code if problem else f"http_{status}"
    text = said(problem) if problem else text.with_(status=status)
    return Outcome(kind, text, code, named=named, retry_after_s=_wait(headers, now))


def said(problem: Problem) -> Text:
    """What the register says to people, without control characters."""
    return words.REGISTER_SAYS.with_(said=Text(_tidy(problem.detail.en), _tidy(problem.detail.th)))


def _tidy(sentence: str) -> str:
    return "".join(letter for letter in sentence if letter.isprintable())[:500]


def _wait(headers: Mapping[str, str], now: datetime) -> float | None:
    return retry_after_s(headers.get("Retry-After"), now)


def _media_type(headers: Mapping[str, str]) -> str:
    return (headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def _shown_host(location: str | None) -> str:
    """The host that a redirect names; nothing more of it, since it may hold anything."""
    found = re.match(
        r"https?://([A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?#]|$)", location or ""
    )
    return found[1] if found else "-"
