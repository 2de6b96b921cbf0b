"""The drop-in that limits the unit's addresses: exactly the scope, loopback, discovery, register or proxy, name servers."""

from __future__ import annotations

import ipaddress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.config import AgentConfig, Register, load_agent_config
from cctv_probe.agent.places import Places
from cctv_probe.agent.unit import DropIn, compare, drop_in_now, read_drop_in, read_text, write_drop_in
from cctv_probe.agent.unit.drop_in import LOOPBACK, MOST_ADDRESSES, name_servers, networks_of, usable
from cctv_probe.agent.unit.present import dialled, resolve
from cctv_probe.scope import Scope, ScopeError, parse_targets
from cctv_probe.scope.addresses import Address
from cctv_probe.wire.clock import FakeClock

ip = ipaddress.ip_address


def _scope(*words: str, exclude: tuple[str, ...] = (), allow_public: bool = False) -> Scope:
    targets = parse_targets(words, exclude=exclude, allow_public=allow_public)
    return Scope(targets, allow_public=allow_public)


def _config(
    folder: Path, *, scope: str = "10.0.0.0/29", more: str = "", register: Register | None = None
) -> AgentConfig:
    (folder / "scope.yaml").write_text(f"version: 1\nranges:\n  - range: {scope}\n{more}")
    return AgentConfig(folder / "agent.yaml", Places(folder), folder / "scope.yaml", register)


def _now(config: AgentConfig, answers: dict[str, list[str]] | None = None, **files: Path) -> DropIn:
    known = {name: [ip(each) for each in found] for name, found in (answers or {}).items()}
    nowhere = config.path.parent / "none"
    paths = {"resolv_conf": nowhere, "secrets": nowhere} | files
    return drop_in_now(config, FakeClock(), lambda host: known.get(host, []), **paths)


# --- The scope, exactly -----------------------------------------------------------------------------------------------


def test_the_networks_hold_the_scope_and_not_one_address_more() -> None:
    scope = _scope("10.0.0.0/24", "10.0.1.10-40", exclude=("10.0.0.1", "10.0.0.200-210"))
    held = {str(each) for network in networks_of(scope) for each in network}
    assert held == set(scope.targets)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 300)), min_size=1, max_size=12))
def test_whatever_the_ranges_are_the_networks_hold_exactly_them(ranges: list[tuple[int, int]]) -> None:
    start = int(ipaddress.IPv4Address("10.20.0.0"))
    words = [
        f"{ipaddress.IPv4Address(start + first)}-{ipaddress.IPv4Address(start + first + more)}"
        for first, more in ranges
    ]
    scope = _scope(*words)
    held = [str(each) for network in networks_of(scope) for each in network]
    assert sorted(held) == sorted(scope.targets)


def test_an_ipv6_device_is_allowed_without_its_zone() -> None:
    assert list(map(str, networks_of(_scope("fd00::7", "fe80::9%eth0", "fe80::9%eth1")))) == [
        "fd00::7/128",
        "fe80::9/128",
    ]


def test_a_public_range_is_refused_unless_the_scope_allows_public_ones() -> None:
    targets = parse_targets(["8.8.8.0/30"], allow_public=True)
    with pytest.raises(ScopeError, match="public address"):
        networks_of(Scope(targets))
    assert networks_of(Scope(targets, allow_public=True))


@pytest.mark.parametrize(
    ("address", "passes"),
    [
        ("10.0.0.2", True),
        ("10.0.0.9", False),
        ("127.0.0.53", True),
        ("239.255.255.250", True),
        ("ff02::c", True),
        ("224.0.0.251", False),
        ("8.8.8.8", False),
        ("::1", True),
        ("fe80::1", False),
    ],
)
def test_promise_10_only_the_scope_loopback_and_discovery_pass(tmp_path: Path, address: str, passes: bool) -> None:
    assert _now(_config(tmp_path)).allows(ip(address)) is passes


# --- Names and servers ------------------------------------------------------------------------------------------------


def test_the_register_is_allowed_by_its_present_addresses(tmp_path: Path) -> None:
    config = _config(tmp_path, register=Register("https://register.example.go.th/base"))
    made = _now(config, {"register.example.go.th": ["203.0.113.9", "2001:db8::9"]})
    assert made.allows(ip("203.0.113.9"))
    assert made.allows(ip("2001:db8::9"))


def test_behind_a_proxy_only_the_proxy_is_dialled() -> None:
    register = Register("https://register.example.go.th", proxy="http://10.9.9.9:3128")
    assert dialled(register) == ("10.9.9.9",)
    assert resolve("10.9.9.9") == [ip("10.9.9.9")]


@pytest.mark.parametrize("url", ["http://localhost:8080", "https://bad\tname.example"])
def test_a_name_that_needs_no_line_or_may_not_stand_in_one_is_left_out(url: str) -> None:
    assert all("\t" not in name and name != "localhost" for name in dialled(Register(url)))


def test_a_name_cannot_open_groups_broadcast_or_the_unspecified_address() -> None:
    answers: list[Address] = [
        ip(each) for each in ("0.0.0.0", "255.255.255.255", "239.1.1.1", "::", "ff02::1", "10.0.0.7")
    ]
    assert usable(answers) == (ip("10.0.0.7"),)


def test_a_name_cannot_open_more_than_a_few_addresses() -> None:
    assert len(usable(ip(f"10.1.1.{last}") for last in range(1, 200))) == MOST_ADDRESSES


def test_a_name_that_cannot_be_resolved_now_keeps_what_it_had(tmp_path: Path) -> None:
    config = _config(tmp_path, register=Register("https://register.example.go.th"))
    before = _now(config, {"register.example.go.th": ["203.0.113.9"]})
    assert _now(config).after(before) == before
    assert compare(_now(config), before).same


def test_a_name_with_several_addresses_in_turn_does_not_change_the_file_for_ever(tmp_path: Path) -> None:
    config = _config(tmp_path, register=Register("https://register.example.go.th"))
    turns = [_now(config, {"register.example.go.th": [f"203.0.113.{last}"]}) for last in (1, 2, 3, 1, 2, 3)]
    held, texts = None, []
    for turn in turns:
        held = turn.after(held)
        texts.append(held.text())
    assert len(set(texts)) == 3
    assert texts[2] == texts[5]


def test_a_register_that_moved_away_does_not_keep_its_name_open_under_another_name(tmp_path: Path) -> None:
    old = _now(_config(tmp_path, register=Register("https://old.example")), {"old.example": ["203.0.113.1"]})
    new = _now(_config(tmp_path, register=Register("https://new.example")), {"new.example": ["203.0.113.2"]}).after(old)
    assert not new.allows(ip("203.0.113.1"))
    assert new.allows(ip("203.0.113.2"))


def test_name_servers_are_read_as_glibc_does() -> None:
    text = "# nameserver 10.0.0.1\nnameserver 127.0.0.53\nnameserver 10.0.0.2 # two\nnameserver fe80::1%eth0\nnameserver 10.0.0.4\n"
    assert name_servers(text) == (ip("10.0.0.2"), ip("fe80::1"))
    assert name_servers("search example\noptions edns0\nnameserver\nnameserver printer\n") == ()


# --- Days, secrets ----------------------------------------------------------------------------------------------------


def test_outside_its_days_a_scope_opens_no_range_but_reports_still_go_out(tmp_path: Path) -> None:
    register = Register("https://register.example.go.th")
    config = _config(tmp_path, more="valid_until: 2026-11-22\n", register=register)
    made = _now(config, {"register.example.go.th": ["203.0.113.9"]})
    assert FakeClock().now().date() == date(2026, 11, 23)
    assert made.scope == ()
    assert made.allows(ip("203.0.113.9"))
    clock = FakeClock(datetime(2026, 11, 22, 16, 59, tzinfo=UTC))  # 23:59 in Thailand
    assert drop_in_now(config, clock, lambda _: [], resolv_conf=tmp_path, secrets=tmp_path).scope
    clock.advance(60)
    assert drop_in_now(config, clock, lambda _: [], resolv_conf=tmp_path, secrets=tmp_path).scope == ()


def test_a_changed_credentials_file_changes_the_text_but_says_nothing_of_it(tmp_path: Path) -> None:
    secrets = tmp_path / "devices.yaml"
    secrets.write_text("secret one")
    config = _config(tmp_path)
    first = _now(config, secrets=secrets)
    secrets.write_text("secret two")
    import os

    os.utime(secrets, ns=(1, 1))
    second = _now(config, secrets=secrets)
    assert first.text() != second.text()
    assert "secret " not in first.text() + second.text()
    assert compare(second, first).same


# --- Text, file, comparison -------------------------------------------------------------------------------------------


def test_the_text_is_read_back_as_it_was(tmp_path: Path) -> None:
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("nameserver 10.0.0.53\n")
    config = _config(tmp_path, register=Register("https://register.example.go.th"))
    made = _now(config, {"register.example.go.th": ["203.0.113.9", "2001:db8::9"]}, resolv_conf=resolv)
    assert read_text(made.text()) == made
    assert made.text().count("[Service]") == 1
    assert "IPAddressDeny" not in made.text(), "the unit itself denies the rest, with and without this file"


@given(
    st.text(max_size=400)
    | st.lists(
        st.sampled_from(
            ["IPAddressAllow=any", "# [name x]", "# [", "]", "10.0.0.0/8", "\n", "IPAddressAllow=", "::/0", "# [scope]"]
        )
    ).map("".join)
)
def test_whatever_stands_in_the_file_is_read_without_an_error(text: str) -> None:
    read = read_text(text)
    assert set(LOOPBACK) <= read.allowed
    assert compare(read, read).same


def test_lines_that_a_person_added_are_found(tmp_path: Path) -> None:
    made = _now(_config(tmp_path))
    edited = read_text(made.text().replace("IPAddressAllow=10.0.0.1/32\n", "") + "IPAddressAllow=any 10.7.0.0/16\n")
    difference = compare(made, edited)
    assert difference.missing == ("10.0.0.1/32",)
    assert difference.extra == ("0.0.0.0/0", "10.7.0.0/16", "::/0")


def test_without_a_file_everything_is_missing(tmp_path: Path) -> None:
    made = _now(_config(tmp_path))
    assert read_drop_in(tmp_path / "none.conf") is None
    assert "10.0.0.1/32" in compare(made, None).missing
    assert "127.0.0.0/8" not in compare(made, None).missing


def test_the_file_is_written_whole_readable_and_only_where_it_changed(tmp_path: Path) -> None:
    made, path = _now(_config(tmp_path)), tmp_path / "unit.d" / "50-scope.conf"
    assert write_drop_in(made, path)
    written = path.stat()
    assert not write_drop_in(made, path)
    assert path.stat().st_mtime_ns == written.st_mtime_ns
    assert written.st_mode & 0o777 == 0o644
    assert read_drop_in(path) == made
    assert [each.name for each in path.parent.iterdir()] == ["50-scope.conf"]


def test_the_example_configuration_makes_a_drop_in(tmp_path: Path) -> None:
    configs = Path(__file__).parents[4] / "configs"
    (tmp_path / "scope.yaml").write_bytes((configs / "scope.example.yaml").read_bytes())
    (tmp_path / "agent.yaml").write_bytes((configs / "agent.example.yaml").read_bytes())
    made = _now(load_agent_config(tmp_path / "agent.yaml"))
    assert made.allows(ip("10.0.0.2"))
    assert not made.allows(ip("10.0.0.205")), "a printer that the scope leaves out"
