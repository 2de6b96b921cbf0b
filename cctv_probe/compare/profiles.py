"""Compliance profiles: what an edition of a rule book or a contract asks of a camera, as dated data files.

Every requirement ends in `pass`, `fail` or `not_testable`; what is unknown never passes. A profile says where its figures come
from and whether anybody checked them against the source (`verified`); outputs show that beside each result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pydantic

from cctv_probe.compare.linkage import linkage, main_stream
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.verdicts.observed import Moment, observed
from cctv_probe.model.evidence import Evidence, Fact
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import load_yaml, validate
from cctv_probe.survey.words import codec_words

WHAT = Text(en="The compliance profile", th="ไฟล์เกณฑ์คุณลักษณะ")
Ending = Literal["pass", "fail", "not_testable"]
Size = Annotated[str, pydantic.Field(pattern=r"^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$")]
Codec = Literal["h264", "h265", "mjpeg", "mpeg4", "av1"]
Slug = Annotated[str, pydantic.Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class Both(pydantic.BaseModel):
    """A sentence in both languages."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    en: str = pydantic.Field(min_length=1, max_length=500)
    th: str = pydantic.Field(min_length=1, max_length=500)

    @property
    def text(self) -> Text:
        """The same as a `Text`."""
        return Text(*(self.en, self.th))


class Source(pydantic.BaseModel):
    """Where the figures come from, and whether somebody held them against the source."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    title: Both
    edition: str = pydantic.Field(min_length=1, max_length=100)
    note: Both | None = None
    verified: bool
    verified_by: str | None = pydantic.Field(default=None, max_length=200)
    verified_on: date | None = None


class Untestable(pydantic.BaseModel):
    """A requirement that no question over the network can settle."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    id: Slug
    text: Both


class Requirements(pydantic.BaseModel):
    """What is asked. `min_resolution` of what the camera can encode; `min_recorded_resolution` of what is recorded."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    min_resolution: Size | None = None
    min_recorded_resolution: Size | None = None
    min_frame_rate_fps: float | None = pydantic.Field(default=None, gt=0, le=1000)
    codecs: list[Codec] | None = pydantic.Field(default=None, min_length=1)
    min_retention_days: int | None = pydantic.Field(default=None, ge=1, le=3650)
    max_clock_error_s: float | None = pydantic.Field(default=None, gt=0)
    ntp: bool = False
    onvif: bool = False
    rtsp: bool = False
    not_testable: list[Untestable] = []


class Profile(pydantic.BaseModel):
    """One profile. `dated`: when the edition was published, as `2021`, `2021-06` or `2021-06-30`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    id: Slug
    title: Both
    dated: str = pydantic.Field(pattern=r"^[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?$")
    source: Source
    requirements: Requirements


@dataclass(frozen=True, slots=True)
class Result:
    """One requirement held against one camera. `required` and `observed` as text; `observed` None where unknown."""

    requirement: str
    ending: Ending
    sentence: Text
    required: str
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """One camera against one profile. `ending`: `fail` where any requirement fails, `pass` only where all pass."""

    profile: str
    found: str
    ending: Ending
    results: tuple[Result, ...]


def load_profile(path: Path) -> Profile:
    """Read a profile. Raises `ConfigError` naming file, line and key."""
    data, lines = load_yaml(path, WHAT)
    return validate(Profile, data, lines)


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """All profiles of a folder, by file name. Raises `ConfigError` for one that cannot be used or an id used twice."""
    profiles: dict[str, Profile] = {}
    for path in sorted(folder.glob("*.yaml")):
        data, lines = load_yaml(path, WHAT)
        profile = validate(Profile, data, lines)
        if profile.id in profiles:
            raise lines.error(("id",), _TWICE)
        profiles[profile.id] = profile
    return tuple(profiles.values())


def assess(profile: Profile, camera: FoundCamera, moment: Moment) -> ProfileResult:
    """What a camera meets of a profile. Testable requirements first, in the order of `Requirements`."""
    asked = profile.requirements
    told = [(name, check(asked, _Seen(camera, moment))) for name, check in _CHECKS.items() if getattr(asked, name)]
    results = [
        Result(name, ending, sentence, _required(asked, name), shown) for name, (ending, sentence, shown) in told
    ]
    results += [Result(each.id, "not_testable", each.text.text, each.text.en) for each in asked.not_testable]
    endings = {result.ending for result in results}
    worst: Ending = (
        "fail" if "fail" in endings else "not_testable" if "not_testable" in endings or not results else "pass"
    )
    return ProfileResult(profile.id, camera.key, worst, tuple(results))


def _required(asked: Requirements, name: str) -> str:
    value = getattr(asked, name)
    return (
        ", ".join(value)
        if isinstance(value, list)
        else "yes"
        if value is True
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


_Told = tuple[Ending, Text, str | None]


class _Seen:
    """A camera's facts, as far as they are known and fresh enough."""

    def __init__(self, camera: FoundCamera, moment: Moment) -> None:
        self.camera, self.moment = camera, moment

    def field(self, name: str) -> object:
        seen = observed(self.camera.camera, name, self.moment)
        return seen.value if seen.age_days <= self.moment.max_age_days else None

    def fact(self, fact: Fact | None) -> object:
        return fact.chosen.value if fact and fact.chosen and self._is_fresh(fact.chosen) else None

    def device(self, attribute: str) -> list[object]:
        device = self.camera.device
        return [e.value for e in (device.evidence if device else ()) if e.attribute == attribute and self._is_fresh(e)]

    def _is_fresh(self, item: Evidence) -> bool:
        return (self.moment.now - item.seen_at).total_seconds() <= self.moment.max_age_days * 86_400


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _size(value: object) -> Resolution | None:
    return Resolution.parse(value) if isinstance(value, str) else None


def _reached(size: Resolution, wanted: str) -> bool:
    """Whether a size has at least the wanted width and height, in either orientation."""
    least = Resolution.parse(wanted)
    return least is not None and (
        min(size.width_px, size.height_px) >= min(least.width_px, least.height_px)
        and max(size.width_px, size.height_px) >= max(least.width_px, least.height_px)
    )


def _judged(fits: bool, shown: str, required: str) -> _Told:
    return ("pass" if fits else "fail"), (_PASS if fits else _FAIL).with_(observed=shown, required=required), shown


def _unknown() -> _Told:
    return "not_testable", _NOT_KNOWN, None


def _min_resolution(asked: Requirements, seen: _Seen) -> _Told:
    """Of what it can encode; where that is not told, a picture that is large enough proves it all the same."""
    wanted = asked.min_resolution or ""
    highest, now = _size(seen.field("max_resolution")), _size(seen.field("resolution"))
    for size in (highest, now):
        if size and _reached(size, wanted):
            return _judged(True, str(size), wanted)
    return _judged(False, str(highest), wanted) if highest else _unknown()


def _min_recorded_resolution(asked: Requirements, seen: _Seen) -> _Told:
    size, wanted = _size(seen.field("resolution")), asked.min_recorded_resolution or ""
    return _judged(_reached(size, wanted), str(size), wanted) if size else _unknown()


def _min_frame_rate(asked: Requirements, seen: _Seen) -> _Told:
    """Half a frame is forgiven: 24.98 is what 25 measures as."""
    rate, wanted = _number(seen.field("frame_rate")), asked.min_frame_rate_fps or 0.0
    return _judged(rate >= wanted - 0.5, f"{rate:g}", f"{wanted:g}") if rate is not None else _unknown()


def _codecs(asked: Requirements, seen: _Seen) -> _Told:
    main = main_stream(seen.camera)
    codec = seen.fact(main.codec if main else None)
    wanted = ", ".join(codec_words(each) for each in asked.codecs or ())
    return _judged(codec in (asked.codecs or ()), codec_words(codec), wanted) if isinstance(codec, str) else _unknown()


def _min_retention(asked: Requirements, seen: _Seen) -> _Told:
    days, wanted = _number(seen.field("retention_days")), asked.min_retention_days or 0
    kept = seen.camera.camera.retention
    if days is None or (kept.verdict == "not_observed" and not kept.complete):
        return _unknown()
    if days < wanted and kept.verdict == "maturing":
        return "not_testable", _MATURING, f"{days:g}"
    return _judged(days >= wanted - 1, f"{days:g}", str(wanted))


def _max_clock_error(asked: Requirements, seen: _Seen) -> _Told:
    record = seen.camera.record
    offset_s, most = _number(seen.fact(record.clock_offset_s if record else None)), asked.max_clock_error_s or 0.0
    return _judged(abs(offset_s) <= most, f"{abs(offset_s):.3g}", f"{most:g}") if offset_s is not None else _unknown()


def _ntp(_asked: Requirements, seen: _Seen) -> _Told:
    """A time server is set, or comes from DHCP. A device that did not tell may have one all the same."""
    servers = [value for value in seen.device("ntp") if isinstance(value, tuple)]
    from_dhcp = any(value is True for value in seen.device("ntp_from_dhcp"))
    if any(servers) or from_dhcp:
        shown = ", ".join(str(each) for value in servers for each in value) or "DHCP"
        return _judged(True, shown, "NTP")
    return _judged(False, "—", "NTP") if servers else _unknown()


def _linked(name: str) -> Callable[[Requirements, _Seen], _Told]:
    def check(_asked: Requirements, seen: _Seen) -> _Told:
        told = next(each for each in linkage(seen.camera, uplink_bps=None, sharing=1).checks if each.name == name)
        endings: dict[str, Ending] = {"yes": "pass", "no": "fail", "unknown": "not_testable"}
        return endings[told.answer], told.why, told.answer if told.answer != "unknown" else None

    return check


_CHECKS: dict[str, Callable[[Requirements, _Seen], _Told]] = {
    "min_resolution": _min_resolution,
    "min_recorded_resolution": _min_recorded_resolution,
    "min_frame_rate_fps": _min_frame_rate,
    "codecs": _codecs,
    "min_retention_days": _min_retention,
    "max_clock_error_s": _max_clock_error,
    "ntp": _ntp,
    "onvif": _linked("onvif"),
    "rtsp": _linked("rtsp"),
}
_PASS = Text(en="{observed}; {required} is required.", th="{observed} เกณฑ์กำหนด {required}")
_FAIL = Text(en="{observed}, but {required} is required.", th="{observed} แต่เกณฑ์กำหนด {required}")
_NOT_KNOWN = Text(
    en="Not yet verifiable: the camera did not tell, or what it told is too old. Please scan again with login.",
    th="ยังตรวจสอบไม่ได้ กล้องไม่ได้แจ้ง หรือข้อมูลเก่าเกินไป โปรดสำรวจใหม่พร้อมรหัสผ่าน",
)
_MATURING = Text(
    en="Not yet verifiable: recording began only lately. Please check again later.",
    th="ยังตรวจสอบไม่ได้ เพิ่งเริ่มบันทึกไม่นาน โปรดตรวจอีกครั้งภายหลัง",
)
_TWICE = Text(en="is used by another profile too. Please change one.", th="ซ้ำกับเกณฑ์อื่น โปรดเปลี่ยนชื่อหนึ่งรายการ")
