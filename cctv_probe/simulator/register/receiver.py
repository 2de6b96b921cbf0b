"""The register as the demo and the tests hold it in their hands."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cctv_probe.simulator.register import present, receipts, signatures, tokens
from cctv_probe.simulator.register.authority import Authority
from cctv_probe.simulator.register.connection import Connection, House
from cctv_probe.simulator.register.desk import Desk
from cctv_probe.simulator.register.enrolment import Enrolment
from cctv_probe.simulator.register.faults import Fault, Faults, named
from cctv_probe.simulator.register.log import Log, Logged
from cctv_probe.simulator.register.port import Port
from cctv_probe.simulator.register.present import Present
from cctv_probe.simulator.register.problems import utc_text
from cctv_probe.simulator.register.reports import Reports
from cctv_probe.simulator.register.requests_in import Window
from cctv_probe.simulator.register.setup import Rules, Setup
from cctv_probe.simulator.register.store import Committed, Store

_TOKEN_LIFE = timedelta(days=14)


class Receiver:
    """A register. `start` and `stop` open and close its port and keep everything; `close` ends it (as `with` does).

    rules: pace_s, refused_cameras, max_sent_bytes and clock_offset_s may be changed at any time.
    """

    def __init__(self, setup: Setup | None = None) -> None:
        self._setup = setup = setup or Setup()
        self.rules = Rules.of(setup)
        self._store = Store(setup.store)
        self._key = Ed25519PrivateKey.from_private_bytes(self._kept("register_key", lambda: secrets.token_bytes(32)))
        self._authority = Authority.load(self._kept("authority", _new_authority)) if setup.tls else None
        self._log = Log(setup.tell)
        self._faults = Faults()
        self._house = self._furnish(setup)
        context = (
            self._authority.server_context(setup.address, setup.certificate, asks_clients=setup.client_certificate)
            if self._authority
            else None
        )
        self._port = Port(setup.address, setup.port, self._serve, context)
        self._other = Port(setup.address, 0, self._serve, context)
        for lao_code, name in setup.lao_names.items():
            self._name(lao_code, name)

    def _furnish(self, setup: Setup) -> House:
        window = Window(setup.past_s, setup.future_s)
        desk = Desk(
            self._store,
            Enrolment(self._store, window, self._key),
            Reports(self._store, self.rules, self._key),
            window=window,
            rules=self.rules,
            now=self.now,
            max_body_bytes=setup.max_body_bytes,
        )
        return House(
            desk,
            self._faults,
            self._log,
            self.rules,
            now=self.now,
            spoil=lambda kind, answer: receipts.altered(kind, answer, self._key),
            other_url=lambda: self._url_of(self._other),
        )

    def _kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        value = self._store.setting(name)
        if value is None:
            value = make()
            self._store.keep_setting(name, value)
        return value

    def _serve(self, connection: socket.socket, ended: threading.Event) -> None:
        Connection(connection, ended, self._house)

    # --- Life ---------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen. Raises OSError where the port cannot be had."""
        self._port.start()
        return self

    def stop(self) -> None:
        """Refuse connections and break off those that are open, as a register that is down."""
        self._port.stop()
        self._other.stop()

    def close(self) -> None:
        """Stop, and let go of the store: what was in memory is gone."""
        self.stop()
        self._store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Base URL without a slash at its end."""
        return self._url_of(self._port)

    def _url_of(self, port: Port) -> str:
        return f"{'https' if self._setup.tls else 'http'}://{port.address}:{port.port}"

    @property
    def ca_pem(self) -> bytes:
        """The authority that a client pins; empty without TLS. The same after a restart on the same store."""
        return self._authority.ca_pem() if self._authority else b""

    def client_certificate(self, name: str = "agent") -> tuple[bytes, bytes]:
        """(certificate, key) in PEM that the register accepts from a client. Only with TLS."""
        if self._authority is None:
            raise ValueError("a register without TLS asks for no certificate")
        return self._authority.client(name)

    def now(self) -> datetime:
        """The register's time: the clock of its setup and `rules.clock_offset_s`."""
        return self._setup.clock() + timedelta(seconds=self.rules.clock_offset_s)

    # --- Tokens and keys ----------------------------------------------------------------------------------------------

    def issue_token(self, lao_code: str, *, expires_utc: datetime | None = None, name: str | None = None) -> str:
        """A one-time token for a municipality (eight digits), by default for 14 days."""
        token = tokens.shown(lao_code, secrets.token_bytes(16))
        if name is not None:
            self._name(lao_code, name)
        until = utc_text(expires_utc or self.now() + _TOKEN_LIFE)
        with self._store.transaction() as db:
            db.execute("INSERT INTO tokens VALUES (?, ?, ?, NULL)", (tokens.stored(token), lao_code, until))
        return token

    def _name(self, lao_code: str, name: str) -> None:
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO laos VALUES (?, ?)", (lao_code, name))

    def revoke(self, agent_or_key_id: str) -> int:
        """Believe these keys no more; how many there were."""
        return self._set_keys("revoked", "active", agent_or_key_id)

    def reinstate(self, agent_or_key_id: str) -> int:
        """Take a revocation back; how many keys there were."""
        return self._set_keys("active", "revoked", agent_or_key_id)

    def _set_keys(self, state: str, before: str, which: str) -> int:
        with self._store.transaction() as db:
            query = "UPDATE keys SET state = ?1 WHERE state = ?2 AND (agent_id = ?3 OR key_id = ?3)"
            return db.execute(query, (state, before, which)).rowcount

    def agents(self) -> dict[str, str]:
        """The municipality's code of every enrolled agent."""
        return dict(self._store.rows("SELECT agent_id, lao_code FROM keys"))

    def keys(self, agent_id: str) -> dict[str, str]:
        """active, retired or revoked, by key id."""
        return dict(self._store.rows("SELECT key_id, state FROM keys WHERE agent_id = ?", agent_id))

    @property
    def public_key(self) -> bytes:
        """The raw key that signs receipts."""
        return signatures.raw_public(self._key)

    # --- What was received --------------------------------------------------------------------------------------------

    def reports(self, agent_id: str | None = None) -> list[Committed]:
        """Everything committed, held or not, by agent and number."""
        return self._store.committed(agent_id)

    def receipts(self, agent_id: str | None = None) -> list[dict[str, Any]]:
        """The receipt of each of `reports`, as first signed."""
        return [report.receipt for report in self.reports(agent_id)]

    def gaps(self, agent_id: str | None = None) -> list[dict[str, Any]]:
        """What agents say is lost: the `gap` of each gap body."""
        return [report.body["gap"] for report in self.reports(agent_id) if report.kind == "gap"]

    def forks(self, agent_id: str | None = None) -> list[Committed]:
        """What is held because it belongs to a second chain under the same key."""
        return [report for report in self.reports(agent_id) if report.status == "held"]

    def missing(self, agent_id: str) -> list[int]:
        """Numbers below the highest that never came; silence deletes nothing."""
        seen = {report.seq for report in self.reports(agent_id)}
        return [seq for seq in range(1, max(seen, default=0)) if seq not in seen]

    def cameras(self, agent_id: str) -> dict[str, Present]:
        """The cameras of the present manifest by id, each with the record that its digest names."""
        accepted = [report for report in self.reports(agent_id) if report.status == "accepted"]
        records = self._store.records(agent_id)
        return {
            name: Present(name, entry["digest"], entry["absent_since_utc"], records.get(entry["digest"]))
            for name, entry in present.manifest_of(accepted).items()
        }

    @property
    def requests(self) -> tuple[Logged, ...]:
        """Every request since the start, those under a fault too."""
        return self._log.all()

    def forget_requests(self) -> None:
        """Begin the log anew."""
        self._log.clear()

    def wait_until(self, is_so: Callable[[], bool], timeout_s: float = 10) -> bool:
        """Whether `is_so` became true in time; asked again after every request."""
        return self._log.wait_until(is_so, timeout_s)

    # --- Faults -------------------------------------------------------------------------------------------------------

    def fault(self, kind: str, **options: Any) -> Fault:
        """One more fault behind those that wait: `fault("429", path="/api/v1/reports", count=2, retry_after=30)`.

        `kind` is one of `faults.KINDS` or a status; `options` are those of `Fault`. Raises ValueError, TypeError.
        """
        fault = named(kind, **options)
        if fault.kind == "redirect_302" and fault.location is None and not self._other.is_listening:
            self._other.start()
        self._faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        """None waits any more."""
        self._faults.clear()

    def faults(self) -> tuple[Fault, ...]:
        """Those that have turns left."""
        return self._faults.waiting()


def _new_authority() -> bytes:
    return Authority.new().secret_pem()
