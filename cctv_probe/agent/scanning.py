"""One activity of the agent as a scan: only who is there, what devices are set to, their streams, their recordings."""

from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cctv_probe.agent.config import Activity, AgentConfig
from cctv_probe.model.words import Text
from cctv_probe.scope.file import load_scope
from cctv_probe.scope.permit import Scope
from cctv_probe.survey.site_file import load_site
from cctv_probe.survey.site_list import SiteList
from cctv_probe.surveying import Watch, survey_site, with_closed, write_outputs
from cctv_probe.visiting import Means
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.credentials import Credentials
from cctv_probe.wire.credentials_file import load_credentials
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from cctv_probe.wire.state import ledger_in

if TYPE_CHECKING:
    from cctv_probe.survey.result import Survey

CREDENTIAL_NAME = "devices.yaml"
"""The name under which systemd's LoadCredential= hands over the credentials file."""
_REMARK_BYTES = 1 << 20


class CannotScanError(Exception):
    """The scan could not begin; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def credentials_file(config: AgentConfig) -> Path | None:
    """The credentials file: as configured, else as systemd handed it over; None where there is none, or only remarks."""
    if config.credentials is not None:
        return config.credentials
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(handed) / CREDENTIAL_NAME if handed else None
    return path if path is not None and path.is_file() and _says_something(path) else None


def _says_something(path: Path) -> bool:
    """Whether a file holds more than remarks, as the unit hands one over where a site has no passwords."""
    try:
        lines = path.read_bytes()[:_REMARK_BYTES].splitlines()
    except OSError:
        return True  # whoever reads it will say why that cannot be done
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in lines)


def read_credentials(config: AgentConfig) -> Credentials:
    """The devices' credentials; none where no file is configured. Raises `ConfigError`."""
    path = credentials_file(config)
    return load_credentials(path) if path else Credentials(())


def read_scope(config: AgentConfig, clock: Clock) -> tuple[Scope, SiteList]:
    """The scope, closed places closed, and the site list that it names. Raises `ConfigError`, `ScopeError`."""
    scope = load_scope(config.scope, today=clock.now().astimezone(ZoneInfo("Asia/Bangkok")).date())
    site = load_site(scope.site) if scope.site else SiteList()
    return with_closed(scope, site), site


def watch_of(config: AgentConfig, activity: Activity) -> Watch:
    """What an activity watches; each one includes those before it."""
    return Watch(
        measure=activity in ("measuring", "footage"),
        retention=activity == "footage",
        sample_s=config.sample_s,
        max_mbps=config.max_mbps,
        night_minutes=config.night_minutes,
    )


def scan_site(
    config: AgentConfig, activity: Activity, run_id: str, folder: Path, clock: Clock, stop: threading.Event
) -> Survey:
    """Scan the site and write the run's files into `folder`. Setting `stop` keeps what was found (`run.complete` false).

    Raises `ConfigError` and `ScopeError` where a file does not allow it, `CannotScanError` where nothing can be kept,
    `CannotWriteError` where the outcome cannot be written.
    """
    scope, site = read_scope(config, clock)
    credentials = Credentials(()) if activity == "discovery" else read_credentials(config)
    means = _means(config, activity, scope, credentials, folder, clock, stop)
    try:
        watch = watch_of(config, activity)
        survey, _ = survey_site(means, watch, site, run_id, state=config.places.folder)
    finally:
        means.ledger.close()
        means.folder.close()
    write_outputs(survey, folder, config.language)
    return survey


def _means(
    config: AgentConfig,
    activity: Activity,
    scope: Scope,
    credentials: Credentials,
    folder: Path,
    clock: Clock,
    stop: threading.Event,
) -> Means:
    try:
        kept = RunFolder(folder, Redactor(credentials.secrets(), credentials.users()), clock)
    except OSError as error:
        raise CannotScanError(_NO_FOLDER.with_(path=folder, why=error.strerror or "?")) from None
    path = ledger_in(config.places.state)
    try:
        ledger = Ledger(path, clock)
    except (OSError, sqlite3.Error) as error:
        kept.close()
        raise CannotScanError(_NO_LEDGER.with_(path=path, why=error)) from None
    means = Means(scope, credentials, ledger, kept, clock, stop, at_once=config.at_once, visit_s=config.device_seconds)
    return replace(
        means,
        use_arp=config.arp,
        use_multicast=config.multicast,
        knock_only=activity == "discovery",
    )


_NO_FOLDER = Text(
    en="The folder {path} cannot be written ({why}). Please check its owner and the space left.",
    th="เขียนลงโฟลเดอร์ {path} ไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์และพื้นที่ที่เหลือ",
)
_NO_LEDGER = Text(
    en="The record of failed logins {path} cannot be opened ({why}). Without it no device is asked. Please check the file.",
    th="เปิดบันทึกการเข้าสู่ระบบที่ไม่สำเร็จ {path} ไม่ได้ ({why}) หากไม่มีไฟล์นี้จะไม่ติดต่ออุปกรณ์ใด โปรดตรวจสอบไฟล์",
)
