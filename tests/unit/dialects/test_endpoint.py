"""Service addresses are always brought home to the host we were sent to (quirks 1 and 2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.onvif.endpoint import Endpoint, Resolved, resolve

HOME = Endpoint(8080, False)
OPEN = (80, 443, 8080)


@pytest.mark.parametrize(
    ("xaddr", "expected"),
    [
        ("http://10.0.0.12:8080/onvif/media", Resolved(Endpoint(8080, False, "/onvif/media"))),
        ("http://10.0.0.12/onvif/media", Resolved(Endpoint(80, False, "/onvif/media"))),
        ("https://10.0.0.12/onvif/media", Resolved(Endpoint(443, True, "/onvif/media"))),
        ("https://10.0.0.12:8080/onvif/media", Resolved(Endpoint(8080, False, "/onvif/media"))),
        ("http://10.0.0.12:9999/onvif/media", Resolved(Endpoint(8080, False, "/onvif/media"))),
        ("http://10.0.0.12:8080/a?b=c&d=e", Resolved(Endpoint(8080, False, "/a?b=c&d=e"))),
        ("http://10.0.0.12:8080", Resolved(Endpoint(8080, False, "/"))),
        (" \n http://10.0.0.12:8080/x \r\n", Resolved(Endpoint(8080, False, "/x"))),
        ("HTTP://10.0.0.12:8080/x", Resolved(Endpoint(8080, False, "/x"))),
        # another host: its path on ours
        ("http://192.168.1.5:8000/onvif/media", Resolved(Endpoint(8080, False, "/onvif/media"), "192.168.1.5")),
        ("http://192.168.1.5/onvif/media", Resolved(Endpoint(80, False, "/onvif/media"), "192.168.1.5")),
        ("http://0.0.0.0:8080/x", Resolved(Endpoint(8080, False, "/x"), "0.0.0.0")),
        ("http://camera.local/x", Resolved(Endpoint(80, False, "/x"), "camera.local")),
        ("http://10.0.0.12@evil.example/x", Resolved(Endpoint(80, False, "/x"), "evil.example")),
        # several in one field: ours before others, others before none
        ("http://[fe80::1]/x http://10.0.0.12:8080/y", Resolved(Endpoint(8080, False, "/y"))),
        ("nonsense http://10.0.0.12:8080/y", Resolved(Endpoint(8080, False, "/y"))),
        ("http://192.168.1.5/x http://192.168.1.6/y", Resolved(Endpoint(80, False, "/x"), "192.168.1.5")),
        # nothing usable
        ("", None),
        ("onvif/media", None),
        ("ftp://10.0.0.12/x", None),
        ("http:///x", None),
        ("http://10.0.0.12:99999/x", None),
        ("http://[fe80::1/x", None),
    ],
)  # fmt: skip
def test_where_a_service_address_leads(xaddr: str, expected: Resolved | None) -> None:
    assert resolve(xaddr, HOME, "10.0.0.12", OPEN) == expected


@pytest.mark.parametrize(
    ("address", "xaddr", "foreign"),
    [
        ("fe80::1%eth0", "http://[fe80::1]:8080/x", None),
        ("2001:db8::1", "http://[2001:DB8:0:0::1]:8080/x", None),
        ("2001:db8::1", "http://10.0.0.12:8080/x", "10.0.0.12"),
    ],
)
def test_addresses_of_ipv6_are_compared_by_value(address: str, xaddr: str, foreign: str | None) -> None:
    found = resolve(xaddr, HOME, address, OPEN)
    assert found == Resolved(Endpoint(8080, False, "/x"), foreign)


def test_a_device_behind_tls_stays_behind_tls() -> None:
    home = Endpoint(8443, True)
    assert resolve("http://10.0.0.12/onvif/media", home, "10.0.0.12", (8443,)) == Resolved(
        Endpoint(8443, True, "/onvif/media")
    )


@given(st.text(max_size=80))
def test_any_text_leads_to_our_host_or_nowhere(xaddr: str) -> None:
    found = resolve(xaddr, HOME, "10.0.0.12", OPEN)
    assert found is None or (found.endpoint.port in OPEN and found.endpoint.target.startswith("/"))
