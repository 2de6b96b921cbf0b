"""The three bodies that an agent sends: a report after a scan, records that were asked for, and a gap."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

from cctv_probe.contract.canonical import digest_of
from cctv_probe.contract.envelope import Amount, Envelope, Seq, Slug, Uuid7
from cctv_probe.contract.fact import Sha256, Shape, UtcText
from cctv_probe.contract.record import (
    AttemptShape,
    CameraShape,
    Count,
    FindingShape,
    IdBasis,
    IdentityShape,
    NumberFact,
    ScopeClass,
    TextFact,
)
from cctv_probe.contract.terms import MAX_CAMERAS, MAX_DEVICES_OF_A_RECORD

CameraId = Annotated[StrictStr, Field(min_length=1, max_length=500)]
Activity = Literal["discovery", "reading", "measuring", "footage"]
KnownGapReason = Literal["cap_bytes", "cap_age", "disk_full", "corrupt", "dropped_by_person", "quarantined", "clock"]
GapReason = KnownGapReason | Slug
_NEVER_SENT = ("login", "facts")
_NEITHER: dict[str, Any] = {"not": {"anyOf": [{"required": [name]} for name in _NEVER_SENT]}}


class SentDevice(Shape):
    """A device as it leaves the municipality: as in the survey, without `login` and without `facts`, its raw ones.
    `onvif_profiles` are those it claims; `absent_since_utc` where it is not seen now."""

    model_config = ConfigDict(json_schema_extra=_NEITHER)

    id: StrictStr
    id_basis: IdBasis
    address: StrictStr
    port: Annotated[StrictInt, Field(ge=0, le=65535)] | None
    kind: Literal["camera", "recorder", "not_a_camera", "unknown"]
    identity: IdentityShape
    brand: TextFact
    model: TextFact
    firmware: TextFact
    clock_offset_s: NumberFact
    open_ports: list[StrictInt]
    seen_by: list[StrictStr]
    attempts: list[AttemptShape]
    findings: list[FindingShape]
    other_addresses: list[StrictStr] = Field(default_factory=list)
    scope_class: ScopeClass = "unknown"
    onvif_profiles: list[StrictStr] = Field(default_factory=list)
    absent_since_utc: UtcText | None = None

    @model_validator(mode="after")
    def _nothing_that_stays(self) -> SentDevice:
        if any(name in (self.model_extra or {}) for name in _NEVER_SENT):
            raise ValueError("login and facts stay with the municipality")
        return self


class SentCamera(CameraShape):
    """A camera as in the survey, of the classes whose records leave. `formerly` are ids under which it was sent before."""

    scope_class: Literal["public", "adjoining_road"]
    formerly: list[StrictStr] = Field(default_factory=list)


class RecordShape(Shape):
    """One camera with the devices of its views."""

    camera: SentCamera
    devices: Annotated[list[SentDevice], Field(min_length=1, max_length=MAX_DEVICES_OF_A_RECORD)]


class SentRecord(Shape):
    """A record under its camera's id; `digest` is the SHA-256 of the canonical record."""

    id: CameraId
    digest: Sha256
    record: RecordShape


class ManifestEntry(Shape):
    """A camera that this agent knows, with the digest of its record; `absent_since_utc` where it is not seen now."""

    id: CameraId
    digest: Sha256
    absent_since_utc: UtcText | None


class SentRun(Shape):
    """The scan that a report tells of."""

    id: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    activity: Activity
    started_utc: UtcText
    finished_utc: UtcText
    complete: StrictBool
    addresses_tried: Count
    ranges: Annotated[list[Annotated[StrictStr, Field(max_length=100)]], Field(max_length=10_000)]


class Part(Shape):
    """Where a report had to be split: part `number` (from 1) of `count` of the report `of`."""

    of: Uuid7
    number: Annotated[StrictInt, Field(ge=1, le=MAX_CAMERAS)]
    count: Annotated[StrictInt, Field(ge=1, le=MAX_CAMERAS)]

    @model_validator(mode="after")
    def _within_its_count(self) -> Part:
        if self.number > self.count:
            raise ValueError("a part's number is at most its count")
        return self


class Tally(Shape):
    """Cameras and devices of a scope class of which only the number leaves."""

    cameras: Count
    devices: Count


class Counts(Shape):
    """What is told of everything whose records stay: numbers only. `attempts` counts steps by how they ended."""

    by_class: dict[ScopeClass, Tally]
    not_a_camera: Count
    attempts: Annotated[dict[Slug, Count], Field(max_length=100)]


class Confirmed(Shape):
    """When each deeper activity last ended completely."""

    reading: UtcText | None
    measuring: UtcText | None
    footage: UtcText | None


class ReportBody(Envelope):
    """A report after a scan. `manifest` lists every camera whose record leaves, `records` those that are new;
    `snapshot` is the digest of the whole canonical manifest, also in a part that carries a share of it."""

    kind: Literal["report"]
    run: SentRun
    part: Part | None
    replaces: Uuid7 | None
    snapshot: Sha256
    manifest: Annotated[list[ManifestEntry], Field(max_length=MAX_CAMERAS)]
    records: Annotated[list[SentRecord], Field(max_length=MAX_CAMERAS)]
    counts: Counts
    confirmed: Confirmed

    @model_validator(mode="after")
    def _manifest_in_order(self) -> ReportBody:
        names = [entry.id for entry in self.manifest]
        if any(one >= other for one, other in pairwise(names)):
            raise ValueError("the manifest is sorted by id, each id once")
        return self


class RecordsBody(Envelope):
    """Records that a receipt asked for (`wanted`); `answers` is the report whose receipt it was."""

    kind: Literal["records"]
    answers: Uuid7
    records: Annotated[list[SentRecord], Field(max_length=MAX_CAMERAS)]


class Lost(Shape):
    """What will not be delivered: bodies made between the two times, `count` of the numbers `first_seq` to `last_seq`;
    `seqs` lists exactly which, as pairs of first and last. `bytes` are compressed ones. Null where the agent itself
    cannot know it (a damaged outbox; `count` is then the most that can be lost)."""

    from_utc: UtcText | None
    to_utc: UtcText | None
    first_seq: Seq | None
    last_seq: Seq | None
    count: Amount | None
    bytes: Amount | None
    reason: GapReason
    seqs: Annotated[list[Annotated[list[Seq], Field(min_length=2, max_length=2)]], Field(max_length=100_000)] = Field(
        default_factory=list
    )


class GapBody(Envelope):
    """Says what is missing, so that silence is never mistaken for nothing having been there."""

    kind: Literal["gap"]
    gap: Lost


Body = Annotated[ReportBody | RecordsBody | GapBody, Field(discriminator="kind")]


def record_digest(record: object) -> str:
    """The digest of a record (a dict as it is sent). Raises NotCanonicalError."""
    return digest_of(record)


def snapshot_digest(manifest: object) -> str:
    """The digest of a whole manifest (a list of dicts sorted by id). Raises NotCanonicalError."""
    return digest_of(manifest)
