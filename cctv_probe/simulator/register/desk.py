"""Where a request is read and answered; knows nothing of sockets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cctv_probe.simulator.register import problems, requests_in
from cctv_probe.simulator.register.enrolment import Enrolment
from cctv_probe.simulator.register.problems import Answer, RefusedError
from cctv_probe.simulator.register.reports import Reports
from cctv_probe.simulator.register.requests_in import Request, Window
from cctv_probe.simulator.register.setup import Rules
from cctv_probe.simulator.register.store import AgentKey, Store

ENROL = "/api/v1/enrol"
REPORTS = "/api/v1/reports"
KEYS = "/api/v1/keys"
PATHS = (ENROL, REPORTS, KEYS)


class Desk:
    """Answers requests. `now`: the register's time; max_body_bytes: of a body uncompressed."""

    def __init__(
        self,
        store: Store,
        enrolment: Enrolment,
        reports: Reports,
        *,
        window: Window,
        rules: Rules,
        now: Callable[[], datetime],
        max_body_bytes: int,
    ) -> None:
        self._store = store
        self._enrolment = enrolment
        self._reports = reports
        self._window = window
        self._rules = rules
        self._now = now
        self._max_body_bytes = max_body_bytes

    def answer(self, request: Request) -> tuple[Answer, int | None]:
        """The answer, and the size of the body uncompressed where it came to that."""
        sizes: list[int] = []
        now = self._now()
        try:
            return self._answer(request, now, sizes), sizes[0] if sizes else None
        except RefusedError as refusal:
            return problems.problem(refusal, now), sizes[0] if sizes else None

    def _answer(self, request: Request, now: datetime, sizes: list[int]) -> Answer:
        if request.path not in PATHS:
            raise RefusedError("not_found", request.path[:100])
        if request.method != "POST":
            raise RefusedError("method_not_allowed")
        requests_in.check_encoding(request)
        if request.path == ENROL:
            return self._enrolment.enrol(request, self._rules.pace_s, now)
        key = self._whose(request, now)
        if request.path == KEYS:
            return self._enrolment.rotate(request, key)
        data = requests_in.uncompressed(request, self._max_body_bytes)
        sizes.append(len(data))
        return self._reports.receive(request, data, key, now)

    def _whose(self, request: Request, now: datetime) -> AgentKey:
        """The key that signed, if it may. Raises RefusedError.

        A key that was replaced may only ask for its replacement again: the answer to that may have been lost.
        """
        requests_in.check_digest(request)
        claimed = requests_in.claim(request)
        key = self._store.key(claimed.key_id)
        if key is None:
            raise RefusedError("unknown_key", claimed.key_id[:60])
        requests_in.prove(claimed, key.public)
        if key.state == "revoked":
            raise RefusedError("revoked", key.key_id)
        if key.state == "retired" and request.path != KEYS:
            raise RefusedError("unknown_key", "it was replaced")
        self._window.check(claimed.created, now)
        return key
