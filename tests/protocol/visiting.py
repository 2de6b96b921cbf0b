"""A visit to one simulated device as a scan makes it: everything real but the addresses."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from cctv_probe.model.device import Device, Host
from cctv_probe.pipeline import visit_host
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import parse_targets
from cctv_probe.simulator import fleet as simulated
from cctv_probe.visiting import Means
from cctv_probe.wire.clock import Clock, SystemClock
from cctv_probe.wire.credentials import Credentials, Group, Login
from cctv_probe.wire.ledger import Ledger
from cctv_probe.wire.redaction import Redactor
from cctv_probe.wire.run_folder import RunFolder
from tests.unit.simulator.towns import PASSWORD

RIGHT = Group("right", Login("admin", PASSWORD))
WRONG = Group("wrong", Login("admin", "not the password"))


@dataclass
class Scanner:
    """One scan's means; another one with the same folder is the same machine after a restart."""

    folder: Path
    group: Group | None = RIGHT
    clock: Clock = SystemClock()  # noqa: RUF009 - it holds nothing
    paths: tuple[str, ...] = ()
    """RTSP paths of the scope file."""

    def means(self, *addresses: str) -> Means:
        credentials = Credentials((self.group,) if self.group else ())
        redactor = Redactor(credentials.secrets(), credentials.users())
        return Means(
            scope=Scope(parse_targets(addresses), streams=dict.fromkeys(addresses, self.paths)),
            credentials=credentials,
            ledger=Ledger(self.folder / "logins.sqlite", self.clock),
            folder=RunFolder(self.folder / f"run-{threading.get_ident()}", redactor, self.clock),
            clock=self.clock,
            stop=threading.Event(),
            visit_s=30,
            use_arp=False,
            use_multicast=False,
        )

    def visit(self, device: simulated.Device) -> Device:
        """The one device found behind a simulated device's address."""
        return self.visit_at(device.address, *device.ports.all())

    def visit_at(self, address: str, *open_ports: int) -> Device:
        """The one device found behind an address."""
        means = self.means(address)
        host = Host(address, open_ports)
        try:
            (found,) = visit_host(host, means, {})
        finally:
            means.ledger.close()
            means.folder.close()
        return found


def endings(device: Device) -> dict[str, str]:
    """How each step ended, by name."""
    return {attempt.step: attempt.ending.value for attempt in device.attempts}


def value(device: Device, subject: str, attribute: str) -> object:
    """The first fact about an attribute, or None."""
    found = (item.value for item in device.evidence if (item.subject, item.attribute) == (subject, attribute))
    return next(found, None)
