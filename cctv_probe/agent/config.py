"""The agent's configuration: read, checked, and turned into `AgentConfig`. Its form is shown in `configs/agent.example.yaml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from cctv_probe.agent.places import Places
from cctv_probe.agent.service.quiet_hours import open_minutes
from cctv_probe.model.words import Language, Text
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.yaml_file import load_yaml, validate

AGENT_FILE = Text(en="Agent configuration", th="ไฟล์ตั้งค่าของตัวแทน")
DEFAULT_CONFIG = Path("/etc/cctv-probe/agent.yaml")
DEFAULT_STATE = Path("/var/lib/cctv-probe")

Activity = Literal["discovery", "reading", "measuring", "footage"]
"""From the lightest to the deepest; each one includes those before it."""
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)

_UNITS_S = {"m": 60, "h": 3600, "d": 86_400}


def read_duration_s(typed: object) -> int:
    """`30m`, `6h`, `7d` → seconds; from a minute to a year. Raises `BadValueError`."""
    found = re.fullmatch(r"([0-9]{1,6}) ?([mhd])", typed.strip()) if isinstance(typed, str) else None
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 60 <= seconds <= 366 * 86_400:
        raise BadValueError(_BAD_DURATION)
    return seconds


def read_hours(typed: object) -> tuple[int, int]:
    """`06:00-20:30` → minutes after midnight, the end excluded; it may run over midnight. Raises `BadValueError`."""
    found = (
        re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-4]):([0-5]\d)", typed.strip())
        if isinstance(typed, str)
        else None
    )
    if not found:
        raise BadValueError(_BAD_HOURS)
    hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
    begin, end = hour * 60 + minute, last_hour * 60 + last_minute
    if begin == end or end > 24 * 60:
        raise BadValueError(_BAD_HOURS)
    return begin, end % (24 * 60)


def _register_url(typed: str) -> str:
    try:
        parts = urlsplit(typed.strip())
        _ = parts.port
    except ValueError:
        raise BadValueError(_BAD_URL) from None
    loopback = parts.hostname in ("localhost", "::1") or (parts.hostname or "").startswith("127.")
    known = parts.scheme == "https" or (parts.scheme == "http" and loopback)
    if not known or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadValueError(_BAD_URL)
    return typed.strip().rstrip("/")


def _proxy_url(typed: str) -> str:
    try:
        parts = urlsplit(typed.strip())
        port = parts.port
    except ValueError:
        raise BadValueError(_BAD_PROXY) from None
    if parts.scheme != "http" or not parts.hostname or port is None or parts.path not in ("", "/"):
        raise BadValueError(_BAD_PROXY)
    return typed.strip().rstrip("/")


Duration = Annotated[int, BeforeValidator(read_duration_s)]
Hours = Annotated[tuple[int, int], BeforeValidator(read_hours)]
FileName = Annotated[str, Field(min_length=1, max_length=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegisterEntry(_Part):
    """The register, and how it is reached."""

    url: Annotated[str, AfterValidator(_register_url)]
    ca_file: FileName | None = None
    proxy: Annotated[str, AfterValidator(_proxy_url)] | None = None
    client_certificate: FileName | None = None
    client_key: FileName | None = None


class ActivityEntry(_Part):
    """How often, and when not."""

    every: Duration | None = None
    quiet_hours: Annotated[tuple[Hours, ...], Field(max_length=10)] = ()
    enabled: bool = True


class ScheduleEntry(_Part):
    """The activities."""

    discovery: ActivityEntry = ActivityEntry()
    reading: ActivityEntry = ActivityEntry()
    measuring: ActivityEntry = ActivityEntry()
    footage: ActivityEntry = ActivityEntry()


class OutboxEntry(_Part):
    """How much may wait."""

    max_mib: Annotated[int, Field(ge=8, le=65_536)] = 256
    max_days: Annotated[int, Field(ge=1, le=3660)] = 90
    min_free_mib: Annotated[int, Field(ge=0, le=1_000_000)] = 200


class AgentFile(_Part):
    """An agent configuration as it is written."""

    version: Literal["1"]
    register_: Annotated[RegisterEntry | None, Field(alias="register")] = None
    scope: FileName
    credentials: FileName | None = None
    state: FileName | None = None
    language: Language = "th"
    review: Literal["none", "required"] = "none"
    schedule: ScheduleEntry = ScheduleEntry()
    outbox: OutboxEntry = OutboxEntry()
    metrics_file: FileName | None = None
    max_mbps: Annotated[float, Field(ge=0.1, le=10_000, allow_inf_nan=False)] = 20.0
    at_once: Annotated[int, Field(ge=1, le=256)] = 32
    device_seconds: Annotated[float, Field(ge=5, le=3600, allow_inf_nan=False)] = 120.0
    sample_s: Annotated[float, Field(ge=2, le=600, allow_inf_nan=False)] = 10.0
    night_minutes: Annotated[float, Field(ge=0.1, le=600, allow_inf_nan=False)] = 20.0
    arp: bool = False
    multicast: bool = True
    keep_runs: Annotated[int, Field(ge=1, le=10_000)] = 30


@dataclass(frozen=True, slots=True)
class Register:
    """The register's base URL without a slash at its end, and how it is reached."""

    url: str
    ca_file: Path | None = None
    proxy: str | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How often an activity runs (seconds), and the hours in which it does not begin (minutes after midnight, site time)."""

    every_s: int
    quiet_hours: tuple[tuple[int, int], ...] = ()
    enabled: bool = True


EVERY_S: Mapping[Activity, int] = {"discovery": 3600, "reading": 86_400, "measuring": 86_400, "footage": 86_400}
"""What holds where the file says nothing."""


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """Everything that a person configured, checked. `register` is None at a site without a way out (bundles only)."""

    path: Path
    places: Places
    scope: Path
    register: Register | None = None
    credentials: Path | None = None
    language: Language = "th"
    review: bool = False
    schedule: Mapping[Activity, Plan] = field(default_factory=dict)
    outbox_bytes: int = 256 << 20
    outbox_days: int = 90
    free_bytes: int = 200 << 20
    metrics_file: Path | None = None
    max_mbps: float = 20.0
    at_once: int = 32
    device_seconds: float = 120.0
    sample_s: float = 10.0
    night_minutes: float = 20.0
    arp: bool = False
    multicast: bool = True
    keep_runs: int = 30

    def __post_init__(self) -> None:
        full = {activity: self.schedule.get(activity, Plan(EVERY_S[activity])) for activity in ACTIVITIES}
        object.__setattr__(self, "schedule", full)


def load_agent_config(path: Path, *, beside: Path | None = None) -> AgentConfig:
    """Read an agent configuration. Names of files in it count from its own folder, or from `beside`. Raises `ConfigError`."""
    data, lines = load_yaml(path, AGENT_FILE)
    file = validate(AgentFile, {name: value for name, value in data.items() if value is not None}, lines)
    register = file.register_
    if register and bool(register.client_certificate) != bool(register.client_key):
        raise lines.error(("register",), _BOTH)
    for activity in ACTIVITIES:
        entry = getattr(file.schedule, activity)
        if entry.enabled and not open_minutes(entry.quiet_hours):
            raise lines.error(("schedule", activity, "quiet_hours"), _ALWAYS_QUIET)
    beside = path.parent if beside is None else beside

    def at(name: str | None) -> Path | None:
        return beside / name if name else None

    return AgentConfig(
        path=path,
        places=Places(_state(at(file.state))),
        scope=beside / file.scope,
        register=None
        if register is None
        else Register(
            register.url,
            at(register.ca_file),
            register.proxy,
            at(register.client_certificate),
            at(register.client_key),
        ),
        credentials=at(file.credentials),
        language=file.language,
        review=file.review == "required",
        schedule={activity: _plan(activity, getattr(file.schedule, activity)) for activity in ACTIVITIES},
        outbox_bytes=file.outbox.max_mib << 20,
        outbox_days=file.outbox.max_days,
        free_bytes=file.outbox.min_free_mib << 20,
        metrics_file=at(file.metrics_file),
        max_mbps=file.max_mbps,
        at_once=file.at_once,
        device_seconds=file.device_seconds,
        sample_s=file.sample_s,
        night_minutes=file.night_minutes,
        arp=file.arp,
        multicast=file.multicast,
        keep_runs=file.keep_runs,
    )


def _plan(activity: Activity, entry: ActivityEntry) -> Plan:
    return Plan(entry.every or EVERY_S[activity], entry.quiet_hours, entry.enabled)


def _state(configured: Path | None) -> Path:
    """The state folder: as configured, else where systemd or the environment put it."""
    given = os.environ.get("CCTV_PROBE_STATE_DIR") or os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return configured or (Path(given) if given else DEFAULT_STATE)


_BAD_DURATION = Text(
    en="must be a time such as 30m, 6h or 7d (from one minute to a year).",
    th="ต้องเป็นระยะเวลา เช่น 30m (นาที) 6h (ชั่วโมง) หรือ 7d (วัน) ตั้งแต่หนึ่งนาทีถึงหนึ่งปี",
)
_BAD_HOURS = Text(
    en="must be hours such as 06:00-20:00; they may run over midnight.",
    th="ต้องเป็นช่วงเวลา เช่น 06:00-20:00 ข้ามเที่ยงคืนได้",
)
_ALWAYS_QUIET = Text(
    en="leaves no minute of the day. Please leave some, or switch the activity off with “enabled: no”.",
    th="ครอบคลุมทั้งวันจนไม่เหลือเวลาทำงาน โปรดเว้นช่วงเวลาไว้ หรือปิดงานนี้ด้วย “enabled: no”",
)
_BAD_URL = Text(
    en="must be the register's address: https://, a host, no user name and no question mark (http:// only on this machine).",
    th="ต้องเป็นที่อยู่ของทะเบียนกลางในรูป https:// ตามด้วยชื่อเครื่อง ไม่มีชื่อผู้ใช้และเครื่องหมายคำถาม (http:// ใช้ได้เฉพาะบนเครื่องนี้)",
)
_BAD_PROXY = Text(
    en="must be an HTTP proxy such as http://proxy.example:3128.", th="ต้องเป็นพร็อกซี HTTP เช่น http://proxy.example:3128"
)
_BOTH = Text(
    en="client_certificate and client_key belong together: please give both or neither.",
    th="ต้องระบุ client_certificate และ client_key คู่กัน หรือไม่ระบุทั้งสองอย่าง",
)
