"""What comes over the wire and from files: read, or refused with the one error that is its own."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care.certificate import BadCertificateError, read_certificate
from cctv_probe.agent.care.contact import MOST_BYTES, BadAnswerError, read_answer
from cctv_probe.agent.care.reading import json_object, moment, number, sentence

HEAD = b"HTTP/1.1 404 Not Found\r\nDate: Mon, 23 Nov 2026 02:00:00 GMT\r\ncontent-type: text/html\r\n"


def test_a_whole_answer() -> None:
    answer = read_answer(HEAD + b"Content-Length: 2\r\n\r\nok")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (404, b"ok", "text/html")
    assert read_answer(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").body == b"ok"
    assert len(read_answer(HEAD + b"\r\n" + b"x" * (MOST_BYTES + 9)).body) == MOST_BYTES


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans())
@example(b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx", True)
@example(b"Content-Length: -5\r\n\r\nx", True)
@example(b"x" * 70_000, True)
@example(b"x: y\r\n" * 200, True)
@example(b"Content-Length: 99\r\n\r\nx", True)
def test_any_answer_is_read_or_refused(raw: bytes, headed: bool) -> None:
    try:
        assert 100 <= read_answer((HEAD if headed else b"") + raw).status <= 999
    except BadAnswerError:
        pass


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_certificate_is_read_or_refused(der: bytes) -> None:
    try:
        assert read_certificate(b"0\x82" + der).issuer
    except BadCertificateError:
        pass


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_file_is_an_object_or_nothing(raw: bytes) -> None:
    assert json_object(raw) is None or isinstance(json_object(raw), dict)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none(), st.booleans(), st.just(10**400)))
def test_any_value_is_read_or_nothing(value: object) -> None:
    for read in (moment, number, sentence):
        read(value)
    found = number(value)
    assert found is None or abs(found) < float("inf")


def test_nested_to_death() -> None:
    assert json_object(b'{"a":' * 100_000) is None
    assert moment("0001-01-01T00:00:00+14:00") is None
