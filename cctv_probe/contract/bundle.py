"""Reports carried by hand: a signed file of what waits at a site without a way out.

gzip of JSON lines: a header, one line a report, and a last line with the agent's Ed25519 signature over the SHA-256 of
all bytes before it. A reader believes nothing until that signature is verified, and reads within bounds.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, StrictInt, StrictStr, ValidationError

from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.compression import CompressionError, lines
from cctv_probe.contract.envelope import ContractOne, KeyId, LaoCode, Seq, SignatureText, Uuid7
from cctv_probe.contract.fact import Sha256, Shape, UtcText
from cctv_probe.contract.keys import key_id_of
from cctv_probe.contract.read_json import NotJsonError, read_json
from cctv_probe.contract.terms import (
    CONTRACT,
    MAX_BODY_BYTES,
    MAX_BUNDLE_BYTES,
    MAX_BUNDLE_REPORTS,
    MAX_BUNDLE_SENT_BYTES,
)
from cctv_probe.model.words import Text

ShapeT = TypeVar("ShapeT", bound=Shape)
Verified = tuple[int, str, str]


class BundleHeader(Shape):
    """The first line. `count` is the number of reports that follow."""

    contract: ContractOne
    kind: Literal["bundle"]
    agent_id: Uuid7
    lao_code: LaoCode
    key_id: KeyId
    created_utc: UtcText
    count: Annotated[StrictInt, Field(ge=0, le=MAX_BUNDLE_REPORTS)]


class BundleLine(Shape):
    """One report: `body` is base64 of the canonical uncompressed body, `digest` its SHA-256. `seq` rises line by line."""

    report_id: Uuid7
    seq: Seq
    digest: Sha256
    body: Annotated[StrictStr, Field(json_schema_extra={"contentEncoding": "base64"})]


class BundleEnd(Shape):
    """The last line: the signature by the key of the header over the SHA-256 (32 bytes) of all bytes before this line."""

    signature: SignatureText


@dataclass(frozen=True, slots=True)
class Bundled:
    """One report in a bundle; `body` is its canonical uncompressed body."""

    report_id: str
    seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """The most reports, bytes of the file, bytes after decompression, and bytes of one body."""

    reports: int = MAX_BUNDLE_REPORTS
    sent_bytes: int = MAX_BUNDLE_SENT_BYTES
    bytes: int = MAX_BUNDLE_BYTES
    body_bytes: int = MAX_BODY_BYTES

    @property
    def line_bytes(self) -> int:
        """The most bytes of one line: a body in base64, and what stands around it."""
        return self.body_bytes * 4 // 3 + 1000


class BundleError(ValueError):
    """The bundle cannot be written or is not believed; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature, count, order and digests were verified. `verified` are number, id and digest of its
    reports in order."""

    header: BundleHeader
    verified: tuple[Verified, ...]
    file: BinaryIO
    limits: BundleLimits

    def reports(self) -> Iterator[Bundled]:
        """The reports in order, read from the file again, and only as they were verified. Raises BundleError, OSError."""
        self.file.seek(0)
        reading = _Reading(self.file, self.limits)
        if reading.header() != self.header:
            raise BundleError(_BAD_SIGNATURE)
        for verified, (line, report) in zip(self.verified, reading.reports(), strict=True):
            if _names(line) != verified:
                raise BundleError(_BAD_SIGNATURE)
            yield report


def write_bundle(
    file: BinaryIO,
    *,
    agent_id: str,
    lao_code: str,
    created_utc: str,
    count: int,
    reports: Iterable[Bundled],
    key: Ed25519PrivateKey,
    limits: BundleLimits | None = None,
) -> None:
    """Write `count` reports, rising by `seq`, and sign them. Raises BundleError where they do not fit, OSError."""
    limits = limits or BundleLimits()
    header = {
        "contract": CONTRACT, "kind": "bundle", "agent_id": agent_id, "lao_code": lao_code,
        "key_id": key_id_of(key.public_key()), "created_utc": created_utc, "count": count,
    }  # fmt: skip
    hashed, begin = hashlib.sha256(), file.tell()
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as out:
        written = 0
        for line in chain((header,), _in_order(reports, count, limits)):
            data = canonical(line) + b"\n"
            written += len(data)
            if written > limits.bytes or file.tell() - begin > limits.sent_bytes:
                raise BundleError(_UNWRITABLE)
            hashed.update(data)
            out.write(data)
        signature = base64.b64encode(key.sign(hashed.digest())).decode("ascii")
        out.write(canonical({"signature": signature}) + b"\n")
    if file.tell() - begin > limits.sent_bytes:
        raise BundleError(_UNWRITABLE)


def _in_order(reports: Iterable[Bundled], count: int, limits: BundleLimits) -> Iterator[dict[str, Any]]:
    last = found = 0
    for found, report in enumerate(reports, start=1):
        if found > min(count, limits.reports) or report.seq <= last or len(report.body) > limits.body_bytes:
            raise BundleError(_UNWRITABLE)
        last = report.seq
        yield _line(report)
    if found != count:
        raise BundleError(_UNWRITABLE)


def _line(report: Bundled) -> dict[str, Any]:
    return {
        "report_id": report.report_id,
        "seq": report.seq,
        "digest": digest(report.body),
        "body": base64.b64encode(report.body).decode("ascii"),
    }


def read_bundle(
    file: BinaryIO, public_key_of: Callable[[str], Ed25519PublicKey | None], limits: BundleLimits | None = None
) -> Bundle:
    """The bundle in `file` (seekable, compressed), verified from its first byte to its last.

    `public_key_of` gives an agent's key by its id; that the key is the one of `header.agent_id` is the caller's to check.
    Raises BundleError, OSError.
    """
    limits = limits or BundleLimits()
    file.seek(0)
    reading = _Reading(file, limits)
    header = reading.header()
    key = public_key_of(header.key_id)
    if key is None:
        raise BundleError(_UNKNOWN_KEY.with_(agent=header.agent_id))
    verified = tuple(_names(line) for line, _ in reading.reports())
    reading.end(key)
    return Bundle(header, verified, file, limits)


def _names(line: BundleLine) -> Verified:
    return line.seq, line.report_id, line.digest


class _Reading:
    """One pass over a bundle's lines."""

    def __init__(self, file: BinaryIO, limits: BundleLimits) -> None:
        self._lines = lines(file, limits.sent_bytes, limits.bytes, limits.line_bytes)
        self._limits = limits
        self._hash = hashlib.sha256()
        self._number = 0
        self._count = 0

    def header(self) -> BundleHeader:
        found = self._shaped(self._json(_NO_BUNDLE), BundleHeader, _NO_BUNDLE)
        if found.count > self._limits.reports:
            raise BundleError(_TOO_LARGE)
        self._count = found.count
        return found

    def reports(self) -> Iterator[tuple[BundleLine, Bundled]]:
        last = 0
        for _ in range(self._count):
            found = self._json()
            if "signature" in found:
                raise BundleError(_COUNT.with_(count=self._count))
            line = self._shaped(found, BundleLine)
            if line.seq <= last:
                raise BundleError(_ORDER.with_(line=self._number))
            last = line.seq
            yield line, Bundled(line.report_id, line.seq, self._body(line))

    def end(self, key: Ed25519PublicKey) -> None:
        signed = self._hash.digest()
        found = self._json()
        if "report_id" in found:
            raise BundleError(_COUNT.with_(count=self._count))
        signature = self._shaped(found, BundleEnd).signature
        try:
            key.verify(base64.b64decode(signature), signed)
        except InvalidSignature as error:
            raise BundleError(_BAD_SIGNATURE) from error
        if self._line() is not None:
            raise BundleError(self._bad_line())

    def _line(self) -> bytes | None:
        self._number += 1
        try:
            line = next(self._lines, None)
        except CompressionError as error:
            raise BundleError(_TOO_LARGE if error.code == "too_large" else _CUT) from error
        self._hash.update(line or b"")
        return line

    def _json(self, complaint: Text | None = None) -> dict[str, Any]:
        line = self._line()
        if line is None:
            raise BundleError(_CUT)
        try:
            found = read_json(line, self._limits.line_bytes, most_depth=8)
        except NotJsonError as error:
            raise BundleError(complaint or self._bad_line()) from error
        if not isinstance(found, dict):
            raise BundleError(complaint or self._bad_line())
        return found

    def _body(self, line: BundleLine) -> bytes:
        try:
            body = base64.b64decode(line.body, validate=True)
        except ValueError as error:
            raise BundleError(self._bad_line()) from error
        if len(body) > self._limits.body_bytes:
            raise BundleError(_TOO_LARGE)
        if digest(body) != line.digest:
            raise BundleError(_CHANGED.with_(line=self._number, report=line.report_id))
        return body

    def _shaped(self, found: dict[str, Any], shape: type[ShapeT], complaint: Text | None = None) -> ShapeT:
        try:
            return shape.model_validate(found)
        except ValidationError as error:
            raise BundleError(complaint or self._bad_line()) from error

    def _bad_line(self) -> Text:
        return _BAD_LINE.with_(line=self._number)


_UNWRITABLE = Text(
    en="These reports do not fit into one bundle: too many, too large, or not in order. Please export fewer at a time.",
    th="รายงานเหล่านี้รวมเป็นชุดเดียวไม่ได้ เพราะมากหรือใหญ่เกินไป หรือไม่เรียงลำดับ โปรดส่งออกครั้งละน้อยลง",
)
_NO_BUNDLE = Text(
    en="This file is no bundle of reports. Please choose the file that `agent outbox export` wrote.",
    th="ไฟล์นี้ไม่ใช่ชุดรายงาน โปรดเลือกไฟล์ที่ได้จากคำสั่ง `agent outbox export`",
)
_CUT = Text(
    en="The bundle is damaged or its end is missing. Please copy it from the agent again.",
    th="ชุดรายงานเสียหายหรือส่วนท้ายขาดหาย โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
_TOO_LARGE = Text(
    en="The bundle is larger than a bundle may be; it is not read further. Please export fewer reports at a time.",
    th="ชุดรายงานมีขนาดใหญ่เกินกำหนด จึงหยุดอ่าน โปรดส่งออกรายงานครั้งละน้อยลง",
)
_BAD_LINE = Text(
    en="Line {line} of the bundle is not what it should be. Please copy the bundle from the agent again.",
    th="บรรทัดที่ {line} ของชุดรายงานไม่ถูกต้อง โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
_CHANGED = Text(
    en="Line {line} of the bundle was changed: the body of report {report} does not fit its digest. Nothing of the bundle is taken; please copy it from the agent again.",
    th="บรรทัดที่ {line} ของชุดรายงานถูกเปลี่ยน เนื้อหาของรายงาน {report} ไม่ตรงกับค่าแฮช จึงไม่รับทั้งชุด โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
_ORDER = Text(
    en="Line {line} of the bundle is out of order. Nothing of the bundle is taken; please copy it from the agent again.",
    th="บรรทัดที่ {line} ของชุดรายงานไม่เรียงลำดับ จึงไม่รับทั้งชุด โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
_COUNT = Text(
    en="The bundle does not hold the {count} reports that its first line promises. Nothing of it is taken; please copy it from the agent again.",
    th="ชุดรายงานมีรายงานไม่ครบหรือไม่ตรงกับ {count} ฉบับตามที่บรรทัดแรกระบุ จึงไม่รับทั้งชุด โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
_UNKNOWN_KEY = Text(
    en="The bundle is signed with a key that is not known here (agent {agent}). Please enrol the agent first.",
    th="ชุดรายงานลงลายมือชื่อด้วยกุญแจที่ไม่รู้จัก (ตัวแทน {agent}) โปรดลงทะเบียนตัวแทนก่อน",
)
_BAD_SIGNATURE = Text(
    en="The bundle's signature does not fit what it holds: it was changed. Nothing of it is taken; please copy it from the agent again.",
    th="ลายมือชื่อของชุดรายงานไม่ตรงกับเนื้อหา แสดงว่ามีการเปลี่ยนแปลง จึงไม่รับทั้งชุด โปรดคัดลอกจากเครื่องตัวแทนอีกครั้ง",
)
