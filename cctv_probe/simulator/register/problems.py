"""How the register refuses: one code for each reason, with its HTTP status and a sentence in both languages (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from cctv_probe.model.words import Text
from cctv_probe.simulator.register import canonical

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, before any fault changes it. `code`: the reason of a refusal, or what a receipt says."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    code: str = ""
    closes: bool = False


class RefusedError(Exception):
    """A request is refused; `code` is one of `STATUS`, which gives the usual HTTP status.

    rejected: the named records, as the contract shows them."""

    def __init__(
        self, code: str, why: str = "", *, rejected: Sequence[dict[str, Any]] | None = None, status: int | None = None
    ) -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code, self.why, self.rejected = code, why, rejected
        self.status = status or STATUS[code]


def utc_text(moment: datetime) -> str:
    """As the contract writes an instant, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def problem(refusal: RefusedError, now: datetime) -> Answer:
    """The refusal as `application/problem+json`, with the register's time."""
    code = refusal.code
    status = refusal.status
    said: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": both(DETAIL[code].with_(why=refusal.why or "-")),
        "register_utc": utc_text(now),
    }
    if refusal.rejected is not None:
        said["rejected"] = list(refusal.rejected)
    return Answer(status, canonical.write(said), MEDIA_TYPE, code=code)


def both(text: Text) -> dict[str, str]:
    """A sentence as it travels."""
    return {"en": text.en, "th": text.th}


STATUS = {
    "clock_skew": 401,
    "unknown_key": 401,
    "revoked": 401,
    "bad_signature": 401,
    "token_wrong": 403,
    "token_expired": 403,
    "token_used": 403,
    "token_other_lao": 403,
    "lao_mismatch": 403,
    "digest_mismatch": 400,
    "body_changed": 422,
    "malformed": 400,
    "record_refused": 422,
    "too_large": 413,
    "unsupported_encoding": 415,
    "busy": 503,
    "too_many_requests": 429,
    "not_found": 404,
    "method_not_allowed": 405,
    "length_required": 411,
}

DETAIL = {
    "clock_skew": Text(
        en="The request was signed with a clock that differs too much from the register's ({why}).",
        th="คำขอลงนามด้วยนาฬิกาที่ต่างจากทะเบียนกลางมากเกินไป ({why})",
    ),
    "unknown_key": Text(
        en="The register does not know the key that signed this request ({why}).",
        th="ทะเบียนกลางไม่รู้จักกุญแจที่ลงนามคำขอนี้ ({why})",
    ),
    "revoked": Text(
        en="The key that signed this request has been revoked ({why}).",
        th="กุญแจที่ลงนามคำขอนี้ถูกเพิกถอนแล้ว ({why})",
    ),
    "bad_signature": Text(en="The signature is not valid ({why}).", th="ลายเซ็นไม่ถูกต้อง ({why})"),
    "token_wrong": Text(
        en="This is no enrolment token of this register; please compare it with the letter.",
        th="รหัสลงทะเบียนนี้ไม่ใช่ของทะเบียนกลางนี้ โปรดเทียบกับหนังสือที่ได้รับ",
    ),
    "token_expired": Text(
        en="The enrolment token has expired; please ask for a new one.",
        th="รหัสลงทะเบียนหมดอายุแล้ว โปรดขอรหัสใหม่",
    ),
    "token_used": Text(
        en="The enrolment token has been used already; please ask for a new one.",
        th="รหัสลงทะเบียนถูกใช้ไปแล้ว โปรดขอรหัสใหม่",
    ),
    "token_other_lao": Text(
        en="The enrolment token belongs to another municipality.",
        th="รหัสลงทะเบียนเป็นขององค์กรปกครองส่วนท้องถิ่นอื่น",
    ),
    "lao_mismatch": Text(
        en="The report names a municipality that this agent was not enrolled for.",
        th="รายงานระบุองค์กรปกครองส่วนท้องถิ่นที่ตัวแทนนี้ไม่ได้ลงทะเบียนไว้",
    ),
    "digest_mismatch": Text(
        en="The body is not the one whose digest was sent ({why}).",
        th="เนื้อหาไม่ตรงกับค่าแฮชที่ส่งมา ({why})",
    ),
    "body_changed": Text(
        en="A report with this number was received before, with another body.",
        th="เคยได้รับรายงานหมายเลขนี้แล้ว แต่เนื้อหาไม่เหมือนเดิม",
    ),
    "malformed": Text(en="The body cannot be read ({why}).", th="อ่านเนื้อหาไม่ได้ ({why})"),
    "record_refused": Text(
        en="The named records cannot be accepted; the others can.",
        th="รับระเบียนที่ระบุชื่อไม่ได้ ระเบียนอื่นรับได้",
    ),
    "too_large": Text(
        en="The body is larger than this register takes ({why}).",
        th="เนื้อหาใหญ่เกินกว่าที่ทะเบียนกลางรับได้ ({why})",
    ),
    "unsupported_encoding": Text(
        en="The register does not read this content encoding ({why}).",
        th="ทะเบียนกลางไม่รองรับการเข้ารหัสเนื้อหานี้ ({why})",
    ),
    "busy": Text(en="The register is busy; please come back later.", th="ทะเบียนกลางกำลังยุ่ง โปรดลองใหม่ภายหลัง"),
    "too_many_requests": Text(en="Too many requests; please come back later.", th="คำขอมากเกินไป โปรดลองใหม่ภายหลัง"),
    "not_found": Text(en="Nothing is here ({why}).", th="ไม่มีสิ่งใดอยู่ที่นี่ ({why})"),
    "method_not_allowed": Text(en="This path takes only POST.", th="เส้นทางนี้รับเฉพาะคำขอแบบ POST"),
    "length_required": Text(
        en="The request does not say how long its body is.",
        th="คำขอไม่ได้ระบุความยาวของเนื้อหา",
    ),
}

FORKED = Text(
    en="Two chains of reports came with one key: perhaps two machines use it. The report is held until a person decides.",
    th="มีรายงานสองสายที่ใช้กุญแจเดียวกัน อาจมีเครื่องสองเครื่องใช้กุญแจนี้ รายงานถูกพักไว้จนกว่าเจ้าหน้าที่จะตัดสิน",
)
REFUSED_RECORD = Text(en="The register refuses this record.", th="ทะเบียนกลางไม่รับระเบียนนี้")
WRONG_RECORD = Text(en="The record does not keep the contract.", th="ระเบียนไม่เป็นไปตามข้อกำหนด")
WRONG_DIGEST = Text(en="The record does not have the digest that names it.", th="ระเบียนไม่ตรงกับค่าแฮชที่ใช้เรียกชื่อ")
