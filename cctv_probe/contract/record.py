"""The record's outer shape, version 1: what `--json` prints and `survey.json` holds.

The published JSON Schema (`configs/schema/survey.schema.json`) is generated from these classes. Every key named in the
contract is required; keys that this program adds beside them have a default.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from cctv_probe.contract.fact import FactShape, Number, Shape, StandingWord, Told, UtcText

ResolutionText = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,5}x[0-9]{1,5}$")]
CodecSlug = Annotated[
    StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$", examples=["h264", "h265", "mjpeg", "mpeg4", "av1"])
]
Purpose = Literal["deterrence", "investigation", "traffic"]
ScopeClass = Literal["public", "adjoining_road", "closed", "unknown"]
IdBasis = Literal["serial", "uuid", "mac", "certificate", "address_port_path"]
Count = Annotated[StrictInt, Field(ge=0)]
Share = Annotated[StrictInt, Field(ge=0, le=1)] | Annotated[StrictFloat, Field(ge=0, le=1, allow_inf_nan=False)]
Verdict = Literal[
    "match", "within_tolerance", "family_match", "mismatch", "sources_disagree", "maturing", "undeclared",
    "not_observed", "camera_missing", "stale", "parse_suspect", "accepted", "not_assessed",
]  # fmt: skip


class OwnerValue(Shape):
    """Field 1; the code has eight digits."""

    lao_code: Annotated[StrictStr, Field(pattern=r"^[0-9]{8}$")]
    name: StrictStr | None


class PositionValue(Shape):
    """Field 2; degrees, WGS 84."""

    text: StrictStr | None
    latitude: Number | None
    longitude: Number | None


class NetworkValue(Shape):
    """Field 5."""

    code: StrictStr
    provider: StrictStr | None


class FileFormatValue(Shape):
    """Field 11; `container` is `not_observable` where only a stream was seen."""

    codec: CodecSlug
    container: StrictStr


class TextFact(FactShape[StrictStr]):
    """A fact that is text."""


class NumberFact(FactShape[Number]):
    """A fact that is a number; its unit stands in the key."""


class YesNoFact(FactShape[StrictBool]):
    """A fact that is true or false."""


class OwnerFact(FactShape[OwnerValue]):
    """Field 1."""


class PositionFact(FactShape[PositionValue]):
    """Field 2."""


class PurposesFact(FactShape[list[Purpose]]):
    """Field 3, the primary purpose first."""


class AgenciesFact(FactShape[list[StrictStr]]):
    """Field 4: codes of agencies."""


class NetworkFact(FactShape[NetworkValue]):
    """Field 5."""


class ResolutionFact(FactShape[ResolutionText]):
    """A picture size such as `1920x1080`."""


class CountFact(FactShape[Count]):
    """A fact that is a whole number from 0."""


class FileFormatFact(FactShape[FileFormatValue]):
    """Field 11."""


class CodecFact(FactShape[CodecSlug]):
    """A codec such as `h265`."""


class ConfiguredDaysFact(FactShape[Count | Literal["until_full"]]):
    """Days that the recorder is set to keep, or `until_full`."""


class Sentence(Shape):
    """What a person reads, in both languages."""

    en: StrictStr
    th: StrictStr


class FindingShape(Shape):
    """Something worth attention; `code` is stable."""

    code: StrictStr
    severity: Literal["critical", "high", "medium", "low", "info"]
    text: Sentence


class RunShape(Shape):
    """One scan."""

    id: StrictStr
    started_utc: UtcText
    finished_utc: UtcText
    program: StrictStr
    ranges: list[StrictStr]
    complete: StrictBool
    addresses_tried: Count
    lao_code: StrictStr | None = None
    time_zone: StrictStr = "Asia/Bangkok"
    notes: list[FindingShape] = Field(default_factory=list)


class IdentityShape(Shape):
    """What tells a device from all others."""

    mac: StrictStr | None
    serial: StrictStr | None
    uuid: StrictStr | None
    certificate_sha256: StrictStr | None


class AttemptShape(Shape):
    """One step of a visit and how it ended."""

    step: StrictStr
    ending: StrictStr
    elapsed_s: Number
    line: StrictStr
    line_th: StrictStr | None = None


class ToldOf(Told):
    """A fact with its whole subject (`device`, `channel/1`, `channel/1/stream/main`)."""

    subject: StrictStr
    standing: StandingWord


class DeviceShape(Shape):
    """One device. `facts` holds what was learned beyond the keys above it."""

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
    login: Sentence | None = None
    facts: list[ToldOf] = Field(default_factory=list)


class ViewShape(Shape):
    """One way a camera is seen."""

    device_id: StrictStr
    channel: StrictInt
    role: Literal["camera", "recorder"]


class FieldsShape(Shape):
    """The eleven fields in the order of the form."""

    owner: OwnerFact
    position: PositionFact
    purposes: PurposesFact
    linked_agencies: AgenciesFact
    network: NetworkFact
    brand: TextFact
    resolution: ResolutionFact
    max_resolution: ResolutionFact
    retention_days: CountFact
    frame_rate: NumberFact
    file_format: FileFormatFact


class StreamShape(Shape):
    """One live stream; `uri` holds no user, password or query secret."""

    name: StrictStr
    view: Count
    uri: StrictStr | None
    codec: CodecFact
    resolution: ResolutionFact
    frame_rate: NumberFact
    bit_rate_bps: NumberFact


class DayShape(Shape):
    """One calendar day of the site: `day` counts back from yesterday = 1, `date` is of the common era; `claimed` is null where
    the index lists no days; of the `asked` instants that said something, `played` did."""

    day: Count
    date: Annotated[StrictStr, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    claimed: StrictBool | None
    asked: Count
    played: Count


class TimelineShape(Shape):
    """Claims and samples day by day, newest first; `zone` is the site's time zone, `declared_days` what was declared or
    asked for."""

    zone: StrictStr
    declared_days: Count | None
    days: list[DayShape]


class RetentionShape(Shape):
    """What is known of the recordings. `coverage_interval` is the 95 % interval of `coverage_ratio`; `nights` how many
    nights the verdict rests on; `complete` whether every sample that is wanted was asked for."""

    configured_days: ConfiguredDaysFact
    oldest_playable_days: NumberFact
    verified_days: CountFact
    coverage_ratio: NumberFact
    longest_gap_s: NumberFact
    recording_mode: TextFact
    gaps: list[Annotated[list[UtcText], Field(min_length=2, max_length=2)]]
    samples: Count
    played: Count
    seed: StrictStr | None
    verdict: Verdict
    direction: Literal["overstated", "understated"] | None = None
    coverage_interval: Annotated[list[Share], Field(min_length=2, max_length=2)] | None = None
    nights: Count = 0
    complete: StrictBool = False
    timeline: TimelineShape | None = None


class CameraShape(Shape):
    """One real camera; `device`, `device_id` and `channel` repeat the first view."""

    id: StrictStr
    name: StrictStr | None
    scope_class: ScopeClass
    working: YesNoFact
    device: StrictStr
    device_id: StrictStr
    channel: StrictInt
    views: Annotated[list[ViewShape], Field(min_length=1)]
    fields: FieldsShape
    streams: list[StreamShape]
    retention: RetentionShape
    findings: list[FindingShape]
    id_basis: IdBasis | None = None


class SurveyShape(Shape):
    """A whole run."""

    schema_version: Literal[1]
    run: RunShape
    devices: list[DeviceShape]
    cameras: list[CameraShape]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the record."""
    schema = SurveyShape.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cctv-probe:survey:1",
        **schema,
        "title": "cctv-probe survey record, version 1",
    }


def schema_text() -> str:
    """The published file's text: two spaces, keys sorted, ASCII."""
    return json.dumps(json_schema(), indent=2, sort_keys=True) + "\n"
