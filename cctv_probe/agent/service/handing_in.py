"""What the child really does: the site's scan, its report into the outbox, records that the register asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from cctv_probe import __version__
from cctv_probe.agent.care.audit import AuditLog
from cctv_probe.agent.config import Activity, AgentConfig
from cctv_probe.agent.enrolment.identity import Identity, IdentityError, load_identity
from cctv_probe.agent.leaving.classes import classes_of
from cctv_probe.agent.leaving.guard import Guard
from cctv_probe.agent.leaving.pass_on import pass_on
from cctv_probe.agent.leaving.present import load_present
from cctv_probe.agent.leaving.records import wanted
from cctv_probe.agent.leaving.report import Author, Numbered, records_body
from cctv_probe.agent.outbox import OutboxError
from cctv_probe.agent.scanning import CannotScanError, read_credentials, read_scope, scan_site
from cctv_probe.agent.service.mail import outbox_of
from cctv_probe.agent.service.runs import DamagedError, Finished, RunPlace
from cctv_probe.agent.service.work import FAILED, NotNow, Outcome, Refused
from cctv_probe.agent.upload.link_file import load_link
from cctv_probe.model.words import Text
from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.atomic import CannotWriteError
from cctv_probe.wire.clock import Clock

Json = dict[str, Any]


class HandingIn:
    """The child's three jobs, with the machine's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def scan(self, config: AgentConfig, activity: Activity, place: RunPlace, stop: threading.Event) -> Outcome:
        """Scan the site into the run's folder. Raises `Refused`, and CannotWriteError."""
        try:
            survey = scan_site(config, activity, place.run_id, place.path, self._clock, stop)
        except (ConfigError, ScopeError) as error:
            raise Refused(error.text) from None
        except CannotScanError as error:
            raise Refused(error.text, FAILED) from None
        return Outcome(survey.run.complete, len(survey.cameras))

    def leave(self, config: AgentConfig, place: RunPlace, done: Finished) -> Mapping[str, Any]:
        """Take the run into the present state and put its report into the outbox. Raises `NotNow`, `DamagedError`."""
        author = self._author(config)
        survey = _survey(place)
        try:
            scope, site = read_scope(config, self._clock)
            guard = Guard.of(read_credentials(config))
            with outbox_of(config, self._clock, self._audit(config)) as outbox:
                passed = pass_on(
                    survey,
                    done.activity,
                    folder=config.places.present,
                    outbox=outbox,
                    author=author,
                    guard=guard,
                    held=config.review,
                    scanned=scope.targets.contains,
                    class_of=classes_of(scope, site),
                )
        except (ConfigError, ScopeError, OutboxError, CannotWriteError) as error:
            raise NotNow(error.text) from None
        except (KeyError, TypeError, AttributeError) as error:
            raise DamagedError(f"{type(error).__name__} in {place.survey}") from None
        return passed.noted()

    def supply(self, config: AgentConfig, report_id: str, digests: tuple[str, ...]) -> None:
        """Put the records that a receipt asked for into the outbox. Raises `NotNow`."""
        author = self._author(config)
        try:
            present = load_present(config.places.present)
            if not wanted(present, digests):
                return

            def write(slot: Numbered) -> Json:
                body = records_body(slot, author, present, digests, report_id)
                assert body is not None  # something of it stands, as was seen above
                return body

            with outbox_of(config, self._clock, self._audit(config)) as outbox:
                outbox.enqueue("records", write, run_id=f"wanted:{report_id}", held=config.review)
        except OutboxError as error:
            raise NotNow(error.text) from None
        except OSError as error:
            raise NotNow(_NO_STATE.with_(path=config.places.present, why=error.strerror or error)) from None

    def _author(self, config: AgentConfig) -> Author:
        try:
            identity: Identity | None = load_identity(config.places)
        except IdentityError as error:
            raise NotNow(error.text) from None
        if identity is None:
            raise NotNow(_NOT_ENROLLED)
        offset_s = load_link(config.places).clock_offset_s
        return Author(identity.agent_id, identity.lao_code, f"cctv-probe {__version__}", offset_s)

    def _audit(self, config: AgentConfig) -> AuditLog:
        return AuditLog(config.places.audit, self._clock)


def _survey(place: RunPlace) -> Json:
    try:
        found = json.loads(place.survey.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DamagedError(str(error)) from None
    if not isinstance(found, dict):
        raise DamagedError(f"{place.survey} holds no survey")
    return found


_NOT_ENROLLED = Text(
    en="The scan is kept; it is reported once this agent is enrolled (cctv-probe agent enrol).",
    th="เก็บผลการสแกนไว้แล้ว จะรายงานเมื่อตัวแทนนี้ลงทะเบียน (cctv-probe agent enrol)",
)
_NO_STATE = Text(
    en="What is known of the cameras cannot be read from {path} ({why}). Please check the folder's owner.",
    th="อ่านสถานะของกล้องจาก {path} ไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์",
)
