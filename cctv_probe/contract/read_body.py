"""Bytes → a body of the contract. One bad record never spoils the others: it is named, and the rest is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from cctv_probe.contract.canonical import NotCanonicalError, digest, digest_of
from cctv_probe.contract.envelope import Said
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.receipt import Rejected
from cctv_probe.contract.report import Body, GapBody, RecordsBody, ReportBody, SentRecord, snapshot_digest
from cctv_probe.contract.terms import MAX_BODY_BYTES, MAX_CAMERAS
from cctv_probe.model.words import Text

_BODY: TypeAdapter[ReportBody | RecordsBody | GapBody] = TypeAdapter(Body)


class BodyError(ValueError):
    """The body as a whole cannot be taken; `code` is that of the problem, `text` the sentence."""

    def __init__(self, code: Literal["malformed", "too_large"], text: Text) -> None:
        super().__init__(text.en)
        self.code: Literal["malformed", "too_large"] = code
        self.text = text


@dataclass(frozen=True, slots=True)
class ReadBody:
    """A body with its digest. `records` are the good ones as they came (dicts), `rejected` the others with the reason."""

    body: ReportBody | RecordsBody | GapBody
    digest: str
    records: tuple[dict[str, Any], ...]
    rejected: tuple[Rejected, ...]


def read_body(data: bytes) -> ReadBody:
    """The body that `data` holds (after decompression). Raises BodyError."""
    if len(data) > MAX_BODY_BYTES:
        raise BodyError("too_large", _TOO_LARGE)
    try:
        found = read_json(data, MAX_BODY_BYTES)
    except NotJsonError as error:
        raise BodyError("malformed", _NO_JSON) from error
    if not isinstance(found, dict):
        raise BodyError("malformed", _NO_JSON)
    sent = found.get("records", [])
    if not isinstance(sent, list) or len(sent) > MAX_CAMERAS:
        raise BodyError("malformed", _WRONG.with_(place="records"))
    body = _envelope({**found, "records": []} if "records" in found else found)
    if isinstance(body, ReportBody) and body.part is None and _other_snapshot(found["manifest"], body.snapshot):
        raise BodyError("malformed", _SNAPSHOT)
    good, rejected = _sorted_out(sent, body)
    return ReadBody(body, digest(data), good, rejected)


def _envelope(found: dict[str, Any]) -> ReportBody | RecordsBody | GapBody:
    try:
        return _BODY.validate_python(found)
    except ValidationError as error:
        place = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
        raise BodyError("malformed", _WRONG.with_(place=_shown(place) or "kind")) from error


def _shown(place: tuple[int | str, ...]) -> str:
    """A path such as `run.ranges.3`; names come from outside, so nothing unprintable stays."""
    return "".join(letter if letter.isprintable() else "?" for letter in ".".join(map(str, place))[:100])


def _other_snapshot(manifest: object, snapshot: str) -> bool:
    try:
        return snapshot_digest(manifest) != snapshot
    except NotCanonicalError:
        return True


def _sorted_out(
    sent: list[Any], body: ReportBody | RecordsBody | GapBody
) -> tuple[tuple[dict[str, Any], ...], tuple[Rejected, ...]]:
    promised = {entry.id: entry.digest for entry in body.manifest} if isinstance(body, ReportBody) else None
    whole = isinstance(body, ReportBody) and body.part is None
    good: dict[str, dict[str, Any]] = {}
    rejected: list[Rejected] = []
    for number, record in enumerate(sent):
        name = _name_of(record, number)
        fault = "duplicate_id" if name in good else _fault_of(record)
        if (
            fault is None
            and promised is not None
            and promised.get(name, None if whole else record["digest"]) != record["digest"]
        ):
            fault = "not_in_manifest"
        if fault is None:
            good[name] = record
        else:
            text = _FAULTS[fault]
            rejected.append(Rejected(id=name, code=fault, text=Said(en=text.en, th=text.th)))
    return tuple(good.values()), tuple(rejected)


def _name_of(record: Any, number: int) -> str:
    """The id that the record claims, else its place in the list."""
    claimed = record.get("id") if isinstance(record, dict) else None
    usable = isinstance(claimed, str) and 0 < len(claimed) <= 500 and claimed.isprintable()
    return str(claimed) if usable else f"#{number}"


def _fault_of(record: Any) -> str | None:
    try:
        SentRecord.model_validate(record)
        return None if digest_of(record["record"]) == record["digest"] else "digest_mismatch"
    except (ValidationError, NotCanonicalError, RecursionError):
        return "malformed"


_FAULTS = {
    "malformed": Text(
        en="The record does not keep the contract.",
        th="ระเบียนไม่เป็นไปตามข้อกำหนด",
    ),
    "digest_mismatch": Text(
        en="The record does not fit its digest.",
        th="ระเบียนไม่ตรงกับค่าแฮช",
    ),
    "duplicate_id": Text(
        en="The same camera stands twice in one body; the first record is taken.",
        th="กล้องเดียวกันปรากฏสองครั้งในเนื้อหาเดียว จึงรับเฉพาะระเบียนแรก",
    ),
    "not_in_manifest": Text(
        en="The record is not the one that the report's manifest names.",
        th="ระเบียนไม่ตรงกับที่ระบุในบัญชีกล้องของรายงาน",
    ),
}
_TOO_LARGE = Text(
    en="The body is larger than the contract allows. Please send it in parts.",
    th="เนื้อหามีขนาดใหญ่เกินกว่าที่กำหนด โปรดแบ่งส่งเป็นส่วน",
)
_NO_JSON = Text(
    en="The body is no JSON object in UTF-8, or is nested too deeply.",
    th="เนื้อหาไม่ใช่วัตถุ JSON แบบ UTF-8 หรือซ้อนกันลึกเกินไป",
)
_WRONG = Text(
    en="The body does not keep the contract at: {place}.",
    th="เนื้อหาไม่เป็นไปตามข้อกำหนดที่: {place}",
)
_SNAPSHOT = Text(
    en="The manifest does not fit its snapshot digest.",
    th="บัญชีกล้องไม่ตรงกับค่าแฮชของบัญชี",
)
