"""Serial numbers, addresses and positions in the form in which they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.matching.identifiers import (
    address_of,
    coordinates_of,
    mac_of,
    metres_between,
    one_slip,
    same_tail,
    serial_of,
)


@pytest.mark.parametrize("text", ["", "000000000", "123456", "11111111", "N/A", "unknown", "ABCDEFGH", None])
def test_what_factories_leave_is_no_serial_number(text: str | None) -> None:
    assert serial_of(text) is None


def test_serial_numbers_are_compared_without_signs_and_case() -> None:
    assert serial_of(" ds-2cd2043_g0 / d12345678 ") == "DS2CD2043G0D12345678"


def test_a_label_carries_the_end_of_what_onvif_tells() -> None:
    assert same_tail("D12345678", "DS2CD2043G0I20190603AAWRD12345678")
    assert not same_tail("345678", "DS2CD2043G0I20190603AAWRD12345678")
    assert not same_tail("D12345678", "D12345678")


def test_one_slip_is_one_wrong_letter_or_two_neighbours_that_changed_places() -> None:
    assert one_slip("D12345678", "D12345679")
    assert one_slip("D12345678", "D12354678")
    assert not one_slip("D12345678", "D12345789")
    assert not one_slip("D1234", "D1235")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("010.000.000.007", ("10.0.0.7", None)),
        ("10.0.0.7:8000", ("10.0.0.7", 8000)),
        ("http://10.0.0.7:81/doc/page", ("10.0.0.7", 81)),
        ("rtsp://user:secret@10.0.0.7/1", ("10.0.0.7", None)),
        ("10.0.0.300", (None, None)),
        ("10.0.0", (None, None)),
        ("0.0.0.0", (None, None)),
        ("fd00::7", ("fd00::7", None)),
    ],
)
def test_addresses_as_people_write_them(text: str, found: tuple[str | None, int | None]) -> None:
    assert address_of(text) == found


def test_macs_of_every_spelling() -> None:
    assert {mac_of(text) for text in ("c0-56-e3-01-02-03", "C056.E301.0203", "c056e3010203")} == {"C0:56:E3:01:02:03"}
    assert mac_of("00:00:00:00:00:00") is None
    assert mac_of("FF:FF:FF:FF:FF:FF") is None
    assert mac_of("01:00:5E:00:00:01") is None


def test_swapped_coordinates_are_put_right_and_foreign_ones_refused() -> None:
    assert coordinates_of("100.501762,13.756331") == (13.756331, 100.501762)
    assert coordinates_of("51.5,-0.1") == (None, None)


def test_utm_is_read_to_the_metre() -> None:
    latitude, longitude = coordinates_of("utm:47N:662334:1521368")
    assert latitude is not None
    assert longitude is not None
    assert metres_between((latitude, longitude), (13.756331, 100.501762)) < 400


@given(st.text(max_size=80))
def test_nothing_that_is_written_raises(text: str) -> None:
    address, port = address_of(text)
    assert port is None or address is not None
    assert serial_of(text) is None or str(serial_of(text)).isalnum()
    assert mac_of(text) is None or len(str(mac_of(text))) == 17
    assert coordinates_of(text)[0] is None or 5.6 <= (coordinates_of(text)[0] or 0) <= 20.5


PLACES = st.tuples(st.floats(5.6, 20.5), st.floats(97.3, 105.7))


@given(PLACES, PLACES)
def test_distance_is_symmetric(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert metres_between(one, other) == pytest.approx(metres_between(other, one), abs=1e-6)
    assert metres_between(one, one) == 0
