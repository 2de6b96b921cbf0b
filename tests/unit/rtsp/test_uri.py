"""URIs as devices write them: no credentials, no line breaks, and on the host that was probed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.rtsp.uri import Authority, authority, on_host, path_of, tidy

UNHURRIED = settings(deadline=None)  # a busy machine is no failure; terminating is tested by processor time


@pytest.mark.parametrize(
    ("given_uri", "expected"),
    [
        ("rtsp://127.0.0.1:554/a?b=c", "rtsp://127.0.0.1:554/a?b=c"),
        ("rtsp://user:secret@127.0.0.1/a", "rtsp://127.0.0.1/a"),
        ("rtsp://user@127.0.0.1/a", "rtsp://127.0.0.1/a"),
        ("rtsp://user:p@ss/w?o#rd@127.0.0.1:554/a", "rtsp://127.0.0.1:554/a"),
        ("rtsp://user:12/x@[fe80::1]:554/a", "rtsp://user:12/x@[fe80::1]:554/a"),
        ("rtsp://127.0.0.1:554/mail?to=a@b.example", "rtsp://127.0.0.1:554/mail?to=a@b.example"),
        ("rtsp://127.0.0.1/mail?to=a:b@b.example", "rtsp://127.0.0.1/mail?to=a:b@b.example"),
        ("rtsp://[fe80::1]:554/p@q.example", "rtsp://[fe80::1]:554/p@q.example"),
        ("//u:p@127.0.0.1/a//b@c", "//127.0.0.1/a//b@c"),
        ("rtsp://u:p/w@[fe80::1]/a", "rtsp://[fe80::1]/a"),
        ("rtsp://u:p/w@camera:8554/a", "rtsp://camera:8554/a"),
        ("rtsp://127.0.0.1/a\r\n b\u202e\x07", "rtsp://127.0.0.1/ab"),
        ("trackID=1", "trackID=1"),
        ("", ""),
    ],
)
def test_tidy(given_uri: str, expected: str) -> None:
    assert tidy(given_uri) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("rtsp://Camera.example/x", Authority("camera.example", 554, False)),
        ("RTSPS://127.0.0.1", Authority("127.0.0.1", 322, True)),
        ("rtsp://[fe80::1%2]:8554/x", Authority("fe80::1%2", 8554, False)),
        ("rtsp://u:p@127.0.0.1:8554?x", Authority("127.0.0.1", 8554, False)),
        ("rtsp://127.0.0.1:99999/", None),
        ("rtsp:///x", None),
        ("*", None),
        ("127.0.0.1/x", None),
    ],
)
def test_authority(uri: str, expected: Authority | None) -> None:
    assert authority(uri) == expected


@pytest.mark.parametrize(
    ("uri", "host", "port", "tls", "expected"),
    [
        ("rtsp://10.9.9.9:8554/live?x=1", "127.0.0.1", 554, False, "rtsp://127.0.0.1/live?x=1"),
        ("rtsp://u:p@10.9.9.9/live", "127.0.0.1", 8554, False, "rtsp://127.0.0.1:8554/live"),
        ("rtsp://10.9.9.9/live", "fe80::1", 322, True, "rtsps://[fe80::1]/live"),
        ("/live", "127.0.0.1", 554, False, "rtsp://127.0.0.1/live"),
        ("rtsp://10.9.9.9", "127.0.0.1", 554, False, "rtsp://127.0.0.1"),
        ("rtsp://10.9.9.9?channel=1", "127.0.0.1", 554, False, "rtsp://127.0.0.1/?channel=1"),
    ],
)
def test_on_host_keeps_path_and_query_only(uri: str, host: str, port: int, tls: bool, expected: str) -> None:
    assert on_host(uri, host, port, tls=tls) == expected


@UNHURRIED
@given(st.text(max_size=200) | st.from_regex(r"rtsp://([a@:/?#\[\]1]){0,60}", fullmatch=True))
def test_no_uri_breaks_the_readers(uri: str) -> None:
    clean = tidy(uri)
    assert clean.isprintable()
    assert " " not in clean
    whom = authority(clean)
    assert whom is None or 0 < whom.port < 65536
    assert path_of(clean)[:1] in ("/", "")
    assert on_host(uri, "127.0.0.1", 554).startswith("rtsp://127.0.0.1")


@UNHURRIED
@given(
    st.text(
        st.characters(codec="ascii", exclude_characters="/?#", min_codepoint=33, exclude_categories=["Cc"]), min_size=1
    )
)
def test_a_password_never_stays(password: str) -> None:
    assert tidy(f"rtsp://admin:{password}@127.0.0.1:554/live") == "rtsp://127.0.0.1:554/live"
