"""What a register answers: the receipt, signed, after it has committed; or a problem (RFC 9457) with a stable code."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, StrictInt, ValidationError, model_validator

from cctv_probe.contract.canonical import NotCanonicalError, canonical
from cctv_probe.contract.envelope import (
    ContractOne,
    KeyId,
    LaoCode,
    Pace,
    Said,
    Seq,
    SignatureText,
    Slug,
    Uuid7,
)
from cctv_probe.contract.fact import Sha256, Shape, UtcText
from cctv_probe.contract.keys import key_id_of
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.report import CameraId
from cctv_probe.contract.terms import CONTRACT, MAX_ANSWER_BYTES, MAX_CAMERAS, MAX_RECEIPTS_BYTES
from cctv_probe.model.words import Text

Status = Literal["accepted", "duplicate", "held"]
RejectedCode = Literal["malformed", "digest_mismatch", "duplicate_id"] | Slug


class Rejected(Shape):
    """A record that the register does not take, and why."""

    id: CameraId
    code: RejectedCode
    text: Said


class Held(Shape):
    """Why a body is kept aside until a person has decided (`forked_chain`: two machines seem to use one key)."""

    code: Literal["forked_chain"] | Slug
    text: Said


class Receipt(Shape):
    """The register has committed this body. `digest` is the SHA-256 of the canonical uncompressed body; `wanted` are
    digests of records that the register lacks; `pace_s` the least seconds until this agent's next backlog request."""

    contract: ContractOne
    report_id: Uuid7
    digest: Sha256
    agent_id: Uuid7
    lao_code: LaoCode
    seq: Seq
    received_utc: UtcText
    status: Status
    held: Held | None
    accepted: Annotated[StrictInt, Field(ge=0, le=MAX_CAMERAS)]
    rejected: Annotated[list[Rejected], Field(max_length=MAX_CAMERAS)]
    wanted: Annotated[list[Sha256], Field(max_length=MAX_CAMERAS)]
    pace_s: Pace | None
    key_id: KeyId
    signature: SignatureText

    @model_validator(mode="after")
    def _held_has_a_reason(self) -> Receipt:
        if (self.status == "held") != (self.held is not None):
            raise ValueError("held says why exactly where the status is held")
        return self


class ReceiptsFile(Shape):
    """Receipts that a person carries back to a site without a way out."""

    contract: ContractOne
    kind: Literal["receipts"]
    agent_id: Uuid7
    receipts: Annotated[list[Receipt], Field(max_length=MAX_CAMERAS)]


ReceiptFault = Literal[
    "not_a_receipt", "other_agent", "other_report", "other_digest", "other_municipality", "unknown_key", "bad_signature"
]


class ReceiptError(ValueError):
    """This is no receipt for what was sent. `code` names the fault, `text` says it to people."""

    def __init__(self, code: ReceiptFault, text: Text) -> None:
        super().__init__(text.en)
        self.code: ReceiptFault = code
        self.text = text


def signed_receipt(receipt: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """`receipt` with `key_id` and `signature` of the register's key. Raises NotCanonicalError."""
    unsigned = {name: value for name, value in receipt.items() if name not in ("key_id", "signature")}
    unsigned["key_id"] = key_id_of(key.public_key())
    signature = key.sign(canonical(unsigned))
    return {**unsigned, "signature": base64.b64encode(signature).decode("ascii")}


def read_receipt(data: bytes) -> dict[str, Any]:
    """The JSON object in an answer's body; nothing in it is believed yet. Raises ReceiptError."""
    try:
        found = read_json(data, MAX_ANSWER_BYTES)
    except NotJsonError as error:
        raise ReceiptError("not_a_receipt", _NO_RECEIPT) from error
    if not isinstance(found, dict):
        raise ReceiptError("not_a_receipt", _NO_RECEIPT)
    return found


def believe(
    receipt: Mapping[str, Any],
    *,
    agent_id: str,
    report_id: str,
    digest: str,
    register_keys: Mapping[str, Ed25519PublicKey],
    lao_code: str | None = None,
) -> Receipt:
    """The receipt, if it is ours, for these very bytes, and signed by a register key learned at enrolment.

    Raises ReceiptError, which says what does not fit.
    """
    found = _shaped(receipt)
    if found.agent_id != agent_id:
        raise ReceiptError("other_agent", _OTHER_AGENT.with_(agent=found.agent_id))
    if lao_code is not None and found.lao_code != lao_code:
        raise ReceiptError("other_municipality", _OTHER_LAO.with_(lao=found.lao_code))
    if found.report_id != report_id:
        raise ReceiptError("other_report", _OTHER_REPORT.with_(report=found.report_id))
    if found.digest != digest:
        raise ReceiptError("other_digest", _OTHER_DIGEST.with_(report=found.report_id))
    _verify(receipt, found, register_keys)
    return found


def _shaped(receipt: Mapping[str, Any]) -> Receipt:
    try:
        return Receipt.model_validate(dict(receipt))
    except ValidationError as error:
        raise ReceiptError("not_a_receipt", _NO_RECEIPT) from error


def _verify(receipt: Mapping[str, Any], found: Receipt, register_keys: Mapping[str, Ed25519PublicKey]) -> None:
    key = register_keys.get(found.key_id)
    if key is None:
        raise ReceiptError("unknown_key", _UNKNOWN_KEY.with_(key=found.key_id))
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    try:
        key.verify(base64.b64decode(found.signature), canonical(unsigned))
    except (InvalidSignature, NotCanonicalError, RecursionError) as error:
        raise ReceiptError("bad_signature", _BAD_SIGNATURE.with_(report=found.report_id)) from error


def receipts_file(agent_id: str, receipts: Sequence[Mapping[str, Any]]) -> bytes:
    """The file of receipts that is carried back, canonical. Raises NotCanonicalError."""
    return canonical({"contract": CONTRACT, "kind": "receipts", "agent_id": agent_id, "receipts": list(receipts)})


def read_receipts(data: bytes, agent_id: str) -> tuple[dict[str, Any], ...]:
    """The receipts of a file carried back; each has still to be believed. Raises ReceiptError."""
    try:
        found = read_json(data, MAX_RECEIPTS_BYTES)
        file = ReceiptsFile.model_validate(found)
    except (NotJsonError, ValidationError) as error:
        raise ReceiptError("not_a_receipt", _NO_RECEIPTS_FILE) from error
    if file.agent_id != agent_id:
        raise ReceiptError("other_agent", _OTHER_AGENT.with_(agent=file.agent_id))
    return tuple(found["receipts"])


_NO_RECEIPT = Text(
    en="The answer is no receipt of the register: something in between (a proxy, a login page) may have given it. The report is kept and sent again.",
    th="คำตอบที่ได้ไม่ใช่ใบรับของทะเบียนกลาง อาจมาจากอุปกรณ์ระหว่างทาง เช่น พร็อกซีหรือหน้าเข้าสู่ระบบ รายงานยังเก็บไว้และจะส่งใหม่",
)
_NO_RECEIPTS_FILE = Text(
    en="This is no file of receipts, or it was damaged on its way. Please copy it again from the register.",
    th="ไฟล์นี้ไม่ใช่ไฟล์ใบรับ หรือเสียหายระหว่างทาง โปรดคัดลอกจากทะเบียนกลางอีกครั้ง",
)
_OTHER_AGENT = Text(
    en="The receipt is meant for another agent ({agent}). It is not believed; please tell the register's administrator.",
    th="ใบรับนี้เป็นของตัวแทนอื่น ({agent}) จึงไม่เชื่อถือ โปรดแจ้งผู้ดูแลทะเบียนกลาง",
)
_OTHER_LAO = Text(
    en="The receipt names another municipality ({lao}). It is not believed; please tell the register's administrator.",
    th="ใบรับนี้ระบุ อปท. อื่น ({lao}) จึงไม่เชื่อถือ โปรดแจ้งผู้ดูแลทะเบียนกลาง",
)
_OTHER_REPORT = Text(
    en="The receipt is for another report ({report}). The report that was sent is kept and sent again.",
    th="ใบรับนี้เป็นของรายงานอื่น ({report}) รายงานที่ส่งไปยังเก็บไว้และจะส่งใหม่",
)
_OTHER_DIGEST = Text(
    en="The register received other bytes than were sent for report {report}. The report is kept and sent again.",
    th="ข้อมูลที่ทะเบียนกลางได้รับไม่ตรงกับที่ส่งไปในรายงาน {report} รายงานยังเก็บไว้และจะส่งใหม่",
)
_UNKNOWN_KEY = Text(
    en="The receipt is signed with a key that this agent does not know as the register's ({key}). It is not believed; please ask the register's administrator whether its key has changed.",
    th="ใบรับลงลายมือชื่อด้วยกุญแจที่ตัวแทนนี้ไม่รู้จักว่าเป็นของทะเบียนกลาง ({key}) จึงไม่เชื่อถือ โปรดสอบถามผู้ดูแลทะเบียนกลางว่าเปลี่ยนกุญแจหรือไม่",
)
_BAD_SIGNATURE = Text(
    en="The signature of the receipt for report {report} is wrong. It is not believed; the report is kept and sent again.",
    th="ลายมือชื่อในใบรับของรายงาน {report} ไม่ถูกต้อง จึงไม่เชื่อถือ รายงานยังเก็บไว้และจะส่งใหม่",
)
