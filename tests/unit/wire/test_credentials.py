"""One credential per device, the most specific group first."""

from __future__ import annotations

import pytest

from cctv_probe.scope.targets import parse_targets
from cctv_probe.wire.credentials import Credentials, Group, Login

MAC = "28:57:BE:01:02:03"


def group(
    name: str, *ranges: str, macs: tuple[str, ...] = (), brands: tuple[str, ...] = (), onvif: Login | None = None
) -> Group:
    targets = parse_targets(ranges) if ranges else None
    return Group(name, Login("survey", "secret"), onvif=onvif, ranges=targets, macs=macs, brands=brands)


EVERY = (
    group("all"),
    group("brand", brands=("hikvision",)),
    group("wide", "10.0.0.0/16"),
    group("wide and brand", "10.0.0.0/16", brands=("hikvision",)),
    group("narrow", "10.0.0.0/24"),
    group("one", "10.0.0.12"),
    group("maker", macs=("28:57:BE",)),
    group("card", macs=(MAC,)),
)


@pytest.mark.parametrize(
    ("address", "mac", "brand", "chosen"),
    [
        ("10.0.0.12", MAC, "Hikvision", "card"),
        ("10.0.0.12", MAC.lower(), None, "card"),
        ("10.0.0.12", "28:57:BE:FF:FF:FF", "Hikvision", "maker"),
        ("10.0.0.12", None, "Hikvision", "one"),
        ("10.0.0.13", None, "Hikvision", "narrow"),
        ("10.0.9.1", None, "HIKVISION", "wide and brand"),
        ("10.0.9.1", None, "Dahua", "wide"),
        ("10.0.9.1", "00:11:22:33:44:55", None, "wide"),
        ("192.168.1.1", None, "hikvision", "brand"),
        ("192.168.1.1", None, None, "all"),
        ("fe80::1%eth0", None, None, "all"),
    ],
)
def test_the_most_specific_group_is_used(address: str, mac: str | None, brand: str | None, chosen: str) -> None:
    for groups in (EVERY, EVERY[::-1]):
        found = Credentials(groups).for_device(address, mac, brand)
        assert found is not None
        assert found.name == chosen


def test_of_two_alike_the_first_is_used() -> None:
    found = Credentials((group("a", "10.0.0.0/24"), group("b", "10.0.0.0/24"))).for_device("10.0.0.1", None, None)
    assert found is not None
    assert found.name == "a"


def test_where_no_group_fits_there_is_none() -> None:
    assert (
        Credentials((group("a", "10.0.0.0/24"), group("b", brands=("axis",)))).for_device("10.1.0.1", None, None)
        is None
    )
    assert Credentials().for_device("10.0.0.1", MAC, "Axis") is None


def test_onvif_users_are_apart_where_they_are_given() -> None:
    both = group("a", onvif=Login("onvif", "other"))
    assert (both.login("onvif"), both.login("device")) == (Login("onvif", "other"), Login("survey", "secret"))
    one = group("b")
    assert one.login("onvif") == one.login("device") == Login("survey", "secret")
    only = Group("c", None, onvif=Login("onvif", "other"))
    assert only.login("device") == Login("onvif", "other")


def test_a_password_is_never_shown() -> None:
    credentials = Credentials((group("a", onvif=Login("onvif", "other")),))
    assert "secret" not in repr(credentials)
    assert "other" not in f"{credentials} {credentials.groups[0]}"
    assert credentials.secrets() == {"secret", "other"}
    assert credentials.users() == {"survey", "onvif"}


def test_brands_are_wanted_only_where_a_group_asks() -> None:
    assert Credentials(EVERY).needs_brand
    assert not Credentials((group("a"),)).needs_brand
