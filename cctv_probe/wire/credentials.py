"""Who may log in where: credential groups, matched to a device by address, MAC and brand.

Credentials come only from the operator: a file, or `--user` with a hidden prompt. One candidate per device, the most
specific group first. A secret never leaves this object except into the bytes of a login.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

from cctv_probe.scope.targets import Targets

AccountKind = Literal["device", "onvif"]
"""Many devices keep ONVIF users apart from the users of their own web pages and RTSP."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and its password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Credentials for some devices. Empty conditions match everything; a stated condition must hold."""

    name: str
    device: Login | None
    onvif: Login | None = None
    ranges: Targets | None = None
    macs: tuple[str, ...] = ()
    """Beginnings of MAC addresses, `AA:BB:CC` or longer, upper case."""
    brands: tuple[str, ...] = ()
    """Brands as displayed, in lower case."""
    allow_clear_text: bool = False
    """Whether Basic and plain-text tokens may cross the network unencrypted."""
    onvif_login: Literal["digest", "text"] = "digest"

    def login(self, kind: AccountKind) -> Login | None:
        """The login for an account of `kind`; each kind falls back to the other."""
        return (self.onvif or self.device) if kind == "onvif" else (self.device or self.onvif)

    def fits(self, address: str, mac: str | None, brand: str | None) -> bool:
        """Whether every stated condition holds for a device."""
        if self.ranges is not None and not self.ranges.contains(address):
            return False
        if self.macs and not (mac and mac.upper().startswith(self.macs)):
            return False
        return not self.brands or (brand is not None and brand.lower() in self.brands)

    def specificity(self) -> tuple[int, int, int]:
        """Sort key: narrow before wide. A MAC says more than a range, a range more than a brand."""
        longest_mac = max((len(mac) for mac in self.macs), default=0)
        addresses = len(self.ranges) if self.ranges is not None else 1 << 32
        return (-longest_mac, addresses, 0 if self.brands else 1)


@dataclass(frozen=True)
class Credentials:
    """All groups of one run."""

    groups: tuple[Group, ...] = ()

    def for_device(self, address: str, mac: str | None, brand: str | None) -> Group | None:
        """The one group to use for a device, or None. Ties go to the group written first."""
        fitting = [group for group in self.groups if group.fits(_plain(address), mac, brand)]
        return min(fitting, key=Group.specificity, default=None)

    @property
    def needs_brand(self) -> bool:
        """Whether any group is matched by brand."""
        return any(group.brands for group in self.groups)

    def secrets(self) -> frozenset[str]:
        """Every password, for the redactor."""
        return frozenset(login.password for login in self._logins() if login.password)

    def users(self) -> frozenset[str]:
        """Every user name, for the redactor."""
        return frozenset(login.user for login in self._logins() if login.user)

    def _logins(self) -> list[Login]:
        return [login for group in self.groups for login in (group.device, group.onvif) if login is not None]


def _plain(address: str) -> str:
    return str(ipaddress.ip_address(address.partition("%")[0]))
