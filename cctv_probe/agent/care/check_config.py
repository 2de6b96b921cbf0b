"""`agent check-config`: every mistake in the agent's files, and what they mean once they are right. Never a password."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pydantic
from pydantic_core import InitErrorDetails, ValidationError

from cctv_probe.agent.care.check_config_words import (
    ACTIVITY,
    ACTIVITY_OFF,
    CREDENTIALS,
    FILE_UNREADABLE,
    FILE_WITHOUT_REGISTER,
    LEAVES,
    LIMITS,
    METRICS,
    NO_CREDENTIALS,
    NO_FOLDER,
    NO_REGISTER,
    NOTHING_LEAVES,
    QUIET,
    REGISTER,
    REVIEWED,
    SCANNED,
    SCANNED_CLASS,
    STRAIGHT,
    THROUGH,
    WITHOUT_REVIEW,
)
from cctv_probe.agent.care.site import DEFAULT_ZONE, installed_credentials
from cctv_probe.agent.care.status import shown
from cctv_probe.agent.config import ACTIVITIES, AGENT_FILE, Activity, AgentConfig, AgentFile, load_agent_config
from cctv_probe.agent.enrolment.identity import IdentityError, load_identity
from cctv_probe.agent.scanning import read_scope
from cctv_probe.agent.service.diary import Diary
from cctv_probe.agent.service.schedule import Seat, next_starts
from cctv_probe.agent.service.status import NAMES
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.complaint import complaint
from cctv_probe.scope.file import SCOPE_FILE, ScopeFile
from cctv_probe.scope.permit import SCOPE_CLASSES, Scope
from cctv_probe.scope.yaml_file import ConfigError, load_yaml
from cctv_probe.survey.safe_text import clean
from cctv_probe.wire.clock import Clock
from cctv_probe.wire.credentials_file import CREDENTIALS_FILE, CredentialsFile, load_credentials

if TYPE_CHECKING:
    from cctv_probe.survey.site_list import SiteList

_MOST_RANGES = 12


@dataclass
class Study:
    """What the files say. `mistakes` name file, line and key; `facts` tell what would be scanned, kept and sent."""

    mistakes: list[Text] = field(default_factory=list)
    facts: list[Text] = field(default_factory=list)


def study(path: Path, clock: Clock) -> Study:
    """Read the agent's configuration and every file that it names. Never raises for what a file holds."""
    found = Study()
    found.mistakes += _mistakes_in(path, AGENT_FILE, AgentFile)
    try:
        config = load_agent_config(path)
    except ConfigError as error:
        _add(found.mistakes, error.text)
        return found
    scope, site = _scope(config, clock, found)
    _credentials(config, found)
    _other_files(config, found)
    zone = ZoneInfo(scope.time_zone if scope else DEFAULT_ZONE)
    if scope is not None and site is not None:
        found.facts += _scanned(scope, site)
    found.facts += _sent(config)
    found.facts += _slots(config, clock, zone)
    found.facts.append(
        LIMITS.with_(mib=config.outbox_bytes >> 20, days=config.outbox_days, free=config.free_bytes >> 20)
    )
    if config.metrics_file:
        found.facts.append(METRICS.with_(path=config.metrics_file))
    return found


def _mistakes_in(path: Path, what: Text, model: type[pydantic.BaseModel]) -> list[Text]:
    """Every mistake that the form of one file has; an unreadable file is one."""
    try:
        data, lines = load_yaml(path, what)
    except ConfigError as error:
        return [error.text]
    except OSError as error:
        return [FILE_UNREADABLE.with_(path=path, why=error.strerror or "?")]
    try:
        model.model_validate({name: value for name, value in data.items() if value is not None})
    except pydantic.ValidationError as error:
        told: list[Text] = []
        for single in _one_by_one(error):
            key, text = complaint(single, model, lines.numbers)
            _add(told, lines.error(key, text).text)
        return told
    return []


def _one_by_one(error: pydantic.ValidationError) -> Iterator[ValidationError]:
    for each in error.errors(include_url=False):
        detail: dict[str, Any] = {"type": each["type"], "loc": each["loc"], "input": None, "ctx": each.get("ctx") or {}}
        try:
            yield ValidationError.from_exception_data(error.title, [cast(InitErrorDetails, detail)])
        except (TypeError, ValueError, KeyError):  # a kind that pydantic makes itself and lets nobody else make
            continue


def _scope(config: AgentConfig, clock: Clock, found: Study) -> tuple[Scope | None, SiteList | None]:
    found.mistakes += _mistakes_in(config.scope, SCOPE_FILE, ScopeFile)
    try:
        return read_scope(config, clock)
    except (ConfigError, ScopeError) as error:
        _add(found.mistakes, error.text)
        return None, None


def _credentials(config: AgentConfig, found: Study) -> None:
    path = installed_credentials(config)
    if path is None:
        found.facts.append(NO_CREDENTIALS)
        return
    if config.credentials is None and not os.access(path, os.R_OK):
        return  # root's alone, as it should be: systemd hands it to the service
    found.mistakes += _mistakes_in(path, CREDENTIALS_FILE, CredentialsFile)
    try:
        groups = load_credentials(path).groups
    except ConfigError as error:
        _add(found.mistakes, error.text)
    except OSError as error:
        _add(found.mistakes, FILE_UNREADABLE.with_(path=path, why=error.strerror or "?"))
    else:
        names = ", ".join(clean(group.name, 60) for group in groups[:_MOST_RANGES])
        found.facts.append(CREDENTIALS.with_(count=len(groups), names=names))


def _other_files(config: AgentConfig, found: Study) -> None:
    register = config.register
    named = (register.ca_file, register.client_certificate, register.client_key) if register else ()
    for path in named:
        if path is not None and not os.access(path, os.R_OK):
            found.mistakes.append(FILE_WITHOUT_REGISTER.with_(path=path))
    if config.metrics_file and not config.metrics_file.parent.is_dir():
        found.mistakes.append(NO_FOLDER.with_(path=config.metrics_file.parent))


def _scanned(scope: Scope, site: SiteList) -> Iterator[Text]:
    words = scope.targets.words
    ranges = ", ".join(words[:_MOST_RANGES]) + (" …" if len(words) > _MOST_RANGES else "")
    yield SCANNED.with_(addresses=f"{len(scope.targets):,}", ranges=ranges, cameras=f"{len(site.cameras):,}")
    by_class: Mapping[str, int] = {
        name: sum(1 for address in scope.targets if scope.scope_class(address) == name) for name in SCOPE_CLASSES
    }
    for name, count in by_class.items():
        if count:
            yield SCANNED_CLASS[name].with_(count=f"{count:,}")


def _sent(config: AgentConfig) -> Iterator[Text]:
    register = config.register
    if register is None:
        yield NO_REGISTER
    else:
        way = THROUGH.with_(proxy=_without_login(register.proxy)) if register.proxy else STRAIGHT
        yield REGISTER.with_(url=register.url, way=way)
    yield LEAVES
    yield NOTHING_LEAVES
    yield REVIEWED if config.review else WITHOUT_REVIEW


def _slots(config: AgentConfig, clock: Clock, zone: tzinfo) -> Iterator[Text]:
    try:
        identity = load_identity(config.places)
    except IdentityError:
        identity = None
    seat = Seat.of(identity.agent_id if identity else "")
    lasts = Diary(config.places.schedule, clock).lasts
    starts = next_starts(clock.now(), lasts, config.schedule, seat, cast(ZoneInfo, zone))
    for name in ACTIVITIES:
        yield _slot(name, config, shown(starts.get(name), zone))


def _slot(name: Activity, config: AgentConfig, at: Text) -> Text:
    plan = config.schedule[name]
    if not plan.enabled:
        return ACTIVITY_OFF.with_(activity=NAMES[name])
    hours = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in plan.quiet_hours)
    quiet = QUIET.with_(hours=hours) if hours else Text("", "")
    return ACTIVITY.with_(activity=NAMES[name], every=_every(plan.every_s), at=at, quiet=quiet)


def _every(seconds: int) -> str:
    """As it is typed in the file."""
    unit_s, unit = next((pair for pair in ((86_400, "d"), (3600, "h")) if seconds % pair[0] == 0), (60, "m"))
    return f"{seconds // unit_s}{unit}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _without_login(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _add(mistakes: list[Text], text: Text) -> None:
    if text not in mistakes:
        mistakes.append(text)
