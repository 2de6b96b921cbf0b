"""What a person types becomes exactly the addresses he means, or one sentence."""

from __future__ import annotations

import ipaddress
import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.scope.addresses import ScopeError, merged, read_address, within, without
from cctv_probe.scope.targets import parse_targets

addresses_v4 = st.integers(min_value=0, max_value=2**32 - 1)
runs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=8)


def numbers(of: tuple[tuple[int, int], ...]) -> set[int]:
    return {number for first, last in of for number in range(first, last + 1)}


def refusal(*words: str, exclude: tuple[str, ...] = (), allow_public: bool = False) -> str:
    with pytest.raises(ScopeError) as raised:
        parse_targets(words, exclude=exclude, allow_public=allow_public)
    return raised.value.text.en


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.5/30", ["10.0.0.5", "10.0.0.6"]),
        ("10.0.0.4/31", ["10.0.0.4", "10.0.0.5"]),
        ("10.0.0.4/32", ["10.0.0.4"]),
        ("10.0.0.0/255.255.255.252", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.10-12", ["10.0.0.10", "10.0.0.11", "10.0.0.12"]),
        ("10.0.0.10 – 12", ["10.0.0.10", "10.0.0.11", "10.0.0.12"]),
        ("10.0.0.255-10.0.1.1", ["10.0.0.255", "10.0.1.0", "10.0.1.1"]),
        ("10.0.0.7", ["10.0.0.7"]),
        ("fd00::7", ["fd00::7"]),
        ("FD00:0::7/128", ["fd00::7"]),
        ("[fe80::7%eth0]", ["fe80::7%eth0"]),
        ("fe80::7%br-lan", ["fe80::7%br-lan"]),
        ("::1", ["::1"]),
        ("10.0.0.3, 10.0.0.1 fd00::2,10.0.0.2-3", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::2"]),
    ],
)
def test_every_form_gives_its_addresses_in_order_and_once(word: str, expected: list[str]) -> None:
    targets = parse_targets([word])
    assert list(targets) == expected
    assert len(targets) == len(expected)
    assert all(targets.contains(address) for address in expected)


def test_ranges_are_described_as_typed() -> None:
    assert parse_targets(["10.0.0.0/24,10.0.1.5", "10.0.2.1-3"]).describe() == "10.0.0.0/24, 10.0.1.5, 10.0.2.1-3"


def test_exclusions_take_the_same_forms_and_a_prefix_is_left_out_whole() -> None:
    targets = parse_targets(["10.0.0.0-20", "fe80::1%eth0"], exclude=["10.0.0.0/29", "10.0.0.10-18 fe80::1"])
    assert list(targets) == ["10.0.0.8", "10.0.0.9", "10.0.0.19", "10.0.0.20"]


@pytest.mark.parametrize("word", ["cam.example.org", "camera-1", "localhost", "กล้อง.ไทย", "dead", "x"])
def test_names_are_refused_and_never_looked_up(word: str) -> None:
    assert "is a name" in refusal(word)


@pytest.mark.parametrize(
    "word",
    ["10.0.0.1:80", "http://10.0.0.1/", "10.0.0", "10.0.0.1-300", "10.0.0.256", "10.0.0.0/33", "010.0.0.1", "-", "/",
     "10.0.0-1.1-5", "fd00::/x", "[10.0.0.1]", "fe80::1%", "fe80::1%a b", "10.0.0.0/-1", "๑๐.๐.๐.๑", "\x1b[31m"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_forms_that_can(word: str) -> None:
    sentence = refusal(word)
    assert sentence.isprintable()
    assert "10.0.0.10-40" in sentence or "is a name" in sentence


@pytest.mark.parametrize(
    "word", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "11.0.0.0/24", "192.169.0.1-5", "2606:4700::1"]
)
def test_public_addresses_need_the_flag(word: str) -> None:
    sentence = refusal(word)
    assert "--allow-public" in sentence
    assert str(next(iter(parse_targets([word], allow_public=True)))) in sentence


def test_a_range_that_leaves_the_private_network_names_the_first_address_outside() -> None:
    assert refusal("10.255.255.250-11.0.0.9").startswith("11.0.0.0 ")


@pytest.mark.parametrize("word", ["10.0.0.0/24", "100.64.0.0/24", "127.0.0.1", "169.254.1.1", "172.31.255.1",
                                  "192.168.255.1", "::1", "fe80::1%2", "fc00::1", "fdff::1"])  # fmt: skip
def test_private_addresses_do_not(word: str) -> None:
    assert len(parse_targets([word])) >= 1


@pytest.mark.parametrize(
    "word",
    ["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.7",
     "203.0.113.9", "198.18.0.1", "::", "ff02::1", "2001:db8::1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::8.8.8.8",
     "64:ff9b::808:808", "2002:808:808::1", "0.0.0.0/0", "9.0.0.0-255.255.255.255"],
)  # fmt: skip
@pytest.mark.parametrize("allow_public", [False, True])
def test_what_is_never_a_device_is_refused_even_with_the_flag(word: str, allow_public: bool) -> None:
    sentence = refusal(word, allow_public=allow_public)
    assert "--allow-public" not in sentence


def test_an_ipv4_address_in_ipv6_dress_is_named_for_what_it_is() -> None:
    assert "Please write 10.0.0.1." in refusal("::ffff:10.0.0.1")
    assert not parse_targets(["10.0.0.0/24"]).contains("::ffff:10.0.0.1")


def test_too_large_empty_and_nothing_are_refused() -> None:
    assert "16,777,214" in refusal("10.0.0.0/8")
    assert len(parse_targets(["10.0.0.0-10.0.255.255"])) == 65_536
    assert "65,537" in refusal("10.0.0.0-10.1.0.0")
    assert len(parse_targets(["10.0.0.0-10.1.0.0"], exclude=["10.0.0.0"])) == 65_536
    assert "Nothing is left" in refusal("10.0.0.1-5", exclude=("10.0.0.0/24",))
    assert "No address was given" in refusal("", " , ")
    assert "IPv6 prefix" in refusal("fd00::/64")
    assert "turn it round" in refusal("10.0.0.9-3")


def test_huge_input_is_read_quickly_or_refused() -> None:
    began_s = time.monotonic()
    assert "4,096" in refusal(",".join(["10.0.0.1"] * 5000))
    many = [f"10.{number >> 8}.{number & 255}.1" for number in range(4096)]
    assert len(parse_targets(many, exclude=many[1:])) == 1
    refusal("9" * 100_000, "fd00::1/" + "9" * 10_000)
    assert time.monotonic() - began_s < 2.0


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-f:.%/\[\]-]{1,30}", fullmatch=True))
def test_any_text_gives_targets_or_a_sentence(word: str) -> None:
    sentences, count = ("", ""), 1
    try:
        count = len(parse_targets([word], allow_public=True))
    except ScopeError as error:
        sentences = error.text.pair()
    assert all(map(str.isprintable, sentences))
    assert 1 <= count <= 65_536


@given(addresses_v4)
def test_a_single_address_is_asked_exactly_where_the_explicit_list_calls_it_private(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    private = any(
        address in ipaddress.ip_network(text)
        for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")
    )
    if private:
        assert list(parse_targets([str(address)])) == [str(address)]
    else:
        refusal(str(address))


@given(runs, runs)
def test_runs_behave_like_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert numbers(merged(one)) == numbers(tuple(one))
    assert numbers(without(one, other)) == numbers(tuple(one)) - numbers(tuple(other))
    assert numbers(within(one, other)) == numbers(tuple(one)) & numbers(tuple(other))
    ordered = without(one, other)
    assert all(first[1] + 1 < second[0] for first, second in itertools.pairwise(ordered))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_contains_agrees_with_iteration(first: int, last: int, asked: int) -> None:
    first, last = min(first, last), max(first, last)
    targets = parse_targets([f"10.0.0.{first}-{last}"])
    assert targets.contains(f"10.0.0.{asked}") == (f"10.0.0.{asked}" in set(targets))


def test_contains_takes_addresses_only() -> None:
    targets = parse_targets(["10.0.0.0/24", "fe80::1%eth0", "fd00::1"])
    assert not any(map(targets.contains, ["", "10.0.0.0/24", "cam", "10.0.1.1", "fe80::1%eth1", "fd00::2"]))
    assert all(map(targets.contains, ["10.0.0.9", "fe80::1", "[fd00::1]"]))
    assert read_address("[::1") is None
