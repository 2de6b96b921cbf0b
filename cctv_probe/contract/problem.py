"""What a register answers where it takes nothing: `application/problem+json` (RFC 9457) with a stable code.

A reader takes codes of later versions too and goes by the status; it never believes a page that is no problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StrictInt, StrictStr, ValidationError

from cctv_probe.contract.envelope import Said, Slug
from cctv_probe.contract.fact import Shape, UtcText
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.receipt import Rejected
from cctv_probe.contract.terms import MAX_ANSWER_BYTES, MAX_CAMERAS
from cctv_probe.model.words import Text

ProblemCode = Literal[
    "clock_skew", "unknown_key", "revoked", "bad_signature",
    "token_wrong", "token_expired", "token_used", "token_other_lao", "lao_mismatch",
    "digest_mismatch", "body_changed", "malformed", "record_refused", "too_large", "unsupported_encoding",
    "busy", "too_many_requests", "not_found",
]  # fmt: skip
CODES: tuple[ProblemCode, ...] = get_args(ProblemCode)


class Problem(Shape):
    """`register_utc` is the register's time, by which an agent with a wrong clock signs again; `rejected` names the
    records at fault where the code is `record_refused`."""

    type: Annotated[StrictStr, Field(max_length=1000)]
    title: Annotated[StrictStr, Field(max_length=1000)]
    status: Annotated[StrictInt, Field(ge=400, le=599)]
    code: ProblemCode | Slug
    detail: Said
    register_utc: UtcText
    rejected: Annotated[list[Rejected], Field(max_length=MAX_CAMERAS)] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """The status that goes with a code, and the sentence where nothing more is known."""

    status: int
    text: Text


def problem(
    code: ProblemCode, register_utc: str, detail: Text | None = None, rejected: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A problem as it is sent; its `status` is the answer's status."""
    kind = KINDS[code]
    text = detail or kind.text
    found: dict[str, Any] = {
        "type": f"urn:cctv-probe:problem:{code}",
        "title": kind.text.en,
        "status": kind.status,
        "code": code,
        "detail": {"en": text.en, "th": text.th},
        "register_utc": register_utc,
    }
    return found | ({"rejected": list(rejected)} if rejected else {})


def read_problem(data: bytes) -> Problem | None:
    """The problem that an answer's body holds, or None where it is something else (a proxy's page, say)."""
    try:
        return Problem.model_validate(read_json(data, MAX_ANSWER_BYTES))
    except (NotJsonError, ValidationError):
        return None


KINDS: Mapping[ProblemCode, Kind] = {
    "clock_skew": Kind(
        401,
        Text(
            en="The request's time is too far from the register's. Please sign again by the register's time given here.",
            th="เวลาในคำขอต่างจากเวลาของทะเบียนกลางมากเกินไป โปรดลงลายมือชื่อใหม่ตามเวลาของทะเบียนกลางที่แจ้งนี้",
        ),
    ),
    "unknown_key": Kind(
        401,
        Text(
            en="The register does not know this key. Please enrol the agent, or ask the register's administrator.",
            th="ทะเบียนกลางไม่รู้จักกุญแจนี้ โปรดลงทะเบียนตัวแทน หรือสอบถามผู้ดูแลทะเบียนกลาง",
        ),
    ),
    "revoked": Kind(
        401,
        Text(
            en="This agent's key was revoked. Please ask the register's administrator.",
            th="กุญแจของตัวแทนนี้ถูกเพิกถอนแล้ว โปรดสอบถามผู้ดูแลทะเบียนกลาง",
        ),
    ),
    "bad_signature": Kind(
        401,
        Text(
            en="The request's signature does not fit the request. Please check whether something on the way changes requests.",
            th="ลายมือชื่อไม่ตรงกับคำขอ โปรดตรวจว่ามีอุปกรณ์ระหว่างทางแก้ไขคำขอหรือไม่",
        ),
    ),
    "token_wrong": Kind(
        403,
        Text(
            en="The register does not know this token. Please compare it with the letter.",
            th="ทะเบียนกลางไม่รู้จักรหัสลงทะเบียนนี้ โปรดเทียบกับหนังสืออีกครั้ง",
        ),
    ),
    "token_expired": Kind(
        403,
        Text(
            en="This token has expired. Please ask the register's administrator for a new one.",
            th="รหัสลงทะเบียนนี้หมดอายุแล้ว โปรดขอรหัสใหม่จากผู้ดูแลทะเบียนกลาง",
        ),
    ),
    "token_used": Kind(
        403,
        Text(
            en="This token was used already. Please ask the register's administrator for a new one.",
            th="รหัสลงทะเบียนนี้ถูกใช้ไปแล้ว โปรดขอรหัสใหม่จากผู้ดูแลทะเบียนกลาง",
        ),
    ),
    "token_other_lao": Kind(
        403,
        Text(
            en="This token was given to another municipality. Please use your own.",
            th="รหัสลงทะเบียนนี้ออกให้ อปท. อื่น โปรดใช้รหัสของหน่วยงานท่าน",
        ),
    ),
    "lao_mismatch": Kind(
        403,
        Text(
            en="This agent is enrolled for another municipality than the request names. Please correct the scope file, or enrol again.",
            th="ตัวแทนนี้ลงทะเบียนไว้กับ อปท. อื่น ไม่ตรงกับที่ระบุในคำขอ โปรดแก้ไฟล์ขอบเขตหรือลงทะเบียนใหม่",
        ),
    ),
    "digest_mismatch": Kind(
        400,
        Text(
            en="The body does not fit its digest: it was changed on its way. Please send it again.",
            th="เนื้อหาไม่ตรงกับค่าแฮช มีการเปลี่ยนแปลงระหว่างทาง โปรดส่งใหม่",
        ),
    ),
    "body_changed": Kind(
        422,
        Text(
            en="Another body was received under this report number before. A body never changes under its number.",
            th="เคยได้รับเนื้อหาอื่นภายใต้หมายเลขรายงานนี้แล้ว เนื้อหาต้องไม่เปลี่ยนภายใต้หมายเลขเดิม",
        ),
    ),
    "malformed": Kind(
        400,
        Text(
            en="The body does not keep the contract. Please check whether agent and register are of fitting versions.",
            th="เนื้อหาไม่เป็นไปตามข้อกำหนด โปรดตรวจว่ารุ่นของตัวแทนและทะเบียนกลางเข้ากันได้",
        ),
    ),
    "record_refused": Kind(
        422,
        Text(
            en="The records named here cannot be taken. Please send the others without them.",
            th="ไม่สามารถรับระเบียนที่ระบุไว้นี้ได้ โปรดส่งระเบียนอื่นโดยไม่รวมระเบียนเหล่านี้",
        ),
    ),
    "too_large": Kind(
        413,
        Text(
            en="The body is larger than the register takes. Please send it in parts.",
            th="เนื้อหามีขนาดใหญ่เกินกว่าที่ทะเบียนกลางรับได้ โปรดแบ่งส่งเป็นส่วน",
        ),
    ),
    "unsupported_encoding": Kind(
        415,
        Text(
            en="The register cannot read this content encoding. Please send the body uncompressed.",
            th="ทะเบียนกลางอ่านรูปแบบการบีบอัดนี้ไม่ได้ โปรดส่งเนื้อหาแบบไม่บีบอัด",
        ),
    ),
    "busy": Kind(
        503,
        Text(
            en="The register is busy just now. Please send again later.",
            th="ขณะนี้ทะเบียนกลางไม่ว่าง โปรดส่งใหม่ภายหลัง",
        ),
    ),
    "too_many_requests": Kind(
        429,
        Text(
            en="Too many requests in a short time. Please wait as Retry-After says.",
            th="มีคำขอมากเกินไปในเวลาสั้น โปรดรอตามเวลาที่ระบุใน Retry-After",
        ),
    ),
    "not_found": Kind(
        404,
        Text(
            en="There is nothing at this address. Please check the register's address in the agent's configuration.",
            th="ไม่พบสิ่งที่ขอที่ที่อยู่นี้ โปรดตรวจที่อยู่ของทะเบียนกลางในไฟล์ตั้งค่าของตัวแทน",
        ),
    ),
}
