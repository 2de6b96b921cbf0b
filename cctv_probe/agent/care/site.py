"""What the doctor and the commands need to know of the site's files, whichever of them is wrong."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from cctv_probe.agent.config import AgentConfig
from cctv_probe.agent.scanning import CREDENTIAL_NAME, credentials_file
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.file import load_scope
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.wire.clock import Clock

DEFAULT_ZONE = "Asia/Bangkok"


def site_scope(config: AgentConfig, clock: Clock) -> Scope | None:
    """The scope file's content, or None where it cannot be used now."""
    try:
        return load_scope(config.scope, today=clock.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date())
    except (ConfigError, ScopeError, OSError, LookupError):
        return None


def site_zone_name(config: AgentConfig, clock: Clock) -> str:
    """The name of the site's time zone."""
    scope = site_scope(config, clock)
    return scope.time_zone if scope else DEFAULT_ZONE


def site_zone(config: AgentConfig, clock: Clock) -> tzinfo:
    """The site's time zone; UTC where this machine has no data of it."""
    try:
        return ZoneInfo(site_zone_name(config, clock))
    except (OSError, ValueError, LookupError):
        return UTC


def installed_credentials(config: AgentConfig) -> Path | None:
    """The devices' credentials file as the service gets it: configured, handed over by systemd, or the one beside the
    configuration that the unit hands over."""
    given = credentials_file(config)
    if given is not None:
        return given
    beside = config.path.parent / CREDENTIAL_NAME
    return beside if beside.exists() else None
