"""The bundle carried by hand: it comes back as it was, and whatever was done to it on the way is noticed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.contract.bundle import Bundle, Bundled, BundleError, BundleLimits, read_bundle, write_bundle
from cctv_probe.contract.canonical import canonical, digest
from cctv_probe.contract.compression import CompressionError, compressed, decompressed, lines
from cctv_probe.contract.terms import MAX_SENT_BYTES
from tests.unit.contract.wire import AGENT, AGENT_KEY, AGENT_KEY_ID, LAO, NOW_TEXT, OTHER_KEY, key_of, report

SMALL = BundleLimits(reports=10, sent_bytes=1 << 20, bytes=4 << 20, body_bytes=1 << 18)


def bundled(seq: int) -> Bundled:
    name = f"019364d5-5800-7000-8000-{seq:012}"
    previous = None if seq == 1 else "0f" * 32
    return Bundled(name, seq, canonical(report("serial:X1", report_id=name, seq=seq, previous=previous)))


REPORTS = tuple(bundled(seq) for seq in (1, 2, 5))


def written(*reports: Bundled, **changes: Any) -> bytes:
    file = io.BytesIO()
    given: dict[str, Any] = {
        "agent_id": AGENT,
        "lao_code": LAO,
        "created_utc": NOW_TEXT,
        "count": len(reports),
        "key": AGENT_KEY,
    }
    write_bundle(file, reports=iter(reports), **(given | changes))
    return file.getvalue()


def read(data: bytes, **changes: Any) -> Bundle:
    given: dict[str, Any] = {"public_key_of": key_of, "limits": SMALL}
    return read_bundle(io.BytesIO(data), **(given | changes))


def complaint(data: bytes, **changes: Any) -> str:
    with pytest.raises(BundleError) as caught:
        read(data, **changes)
    assert caught.value.text.th
    return caught.value.text.en


GOOD = written(*REPORTS)
LINES = gzip.decompress(GOOD).splitlines(keepends=True)


def changed(change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    return gzip.compress(b"".join(change(list(LINES))))


def resigned(*data: bytes) -> bytes:
    """What an agent (or who has its key) could have signed."""
    whole = b"".join(data)
    end = {"signature": base64.b64encode(AGENT_KEY.sign(hashlib.sha256(whole).digest())).decode()}
    return gzip.compress(whole + canonical(end) + b"\n")


# --- There and back ---------------------------------------------------------------------------------------------------


def test_a_bundle_comes_back_as_it_was() -> None:
    bundle = read(GOOD)
    assert (bundle.header.agent_id, bundle.header.key_id, bundle.header.count) == (AGENT, AGENT_KEY_ID, 3)
    assert tuple(bundle.reports()) == REPORTS
    assert tuple(bundle.reports()) == REPORTS, "read a second time"


def test_an_empty_bundle_is_a_bundle() -> None:
    assert tuple(read(written()).reports()) == ()


def test_its_lines_are_what_the_contract_says() -> None:
    header, first = json.loads(LINES[0]), json.loads(LINES[1])
    assert (header["contract"], header["kind"], header["count"]) == (1, "bundle", 3)
    assert base64.b64decode(first["body"]) == REPORTS[0].body
    assert first["digest"] == digest(REPORTS[0].body)
    signature = base64.b64decode(json.loads(LINES[-1])["signature"])
    AGENT_KEY.public_key().verify(signature, hashlib.sha256(b"".join(LINES[:-1])).digest())


def test_the_same_reports_make_the_same_bytes() -> None:
    assert written(*REPORTS) == GOOD
    assert GOOD[4:8] == bytes(4), "no time in it"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(min_size=1, max_size=3_000), max_size=6), st.integers(1, 2**40))
def test_whatever_is_bundled_comes_back(bodies: list[bytes], first: int) -> None:
    reports = tuple(Bundled(REPORTS[0].report_id, first + at, body) for at, body in enumerate(bodies))
    assert tuple(read(written(*reports)).reports()) == reports


# --- What happened on the way -----------------------------------------------------------------------------------------


def line_changed(number: int, **changes: Any) -> Callable[[list[bytes]], list[bytes]]:
    def change(found: list[bytes]) -> list[bytes]:
        found[number] = canonical(json.loads(found[number]) | changes) + b"\n"
        return found

    return change


TAMPERED: list[tuple[str, Callable[[list[bytes]], list[bytes]], str]] = [
    ("fewer reports than promised", lambda found: found[:2] + found[3:], "does not hold the 3 reports"),
    ("more reports than promised", lambda found: [*found[:4], *found[3:]], "does not hold the 3 reports"),
    ("another count", line_changed(0, count=2), "does not hold the 2 reports"),
    ("a changed body", line_changed(2, body=base64.b64encode(b"{}").decode()), "Line 3 of the bundle was changed"),
    ("a body with its digest", line_changed(2, body="e30=", digest=digest(b"{}")), "signature does not fit"),
    ("another number", line_changed(2, seq=3), "signature does not fit"),
    ("another municipality", line_changed(0, lao_code="10010101"), "signature does not fit"),
    ("another time", line_changed(0, created_utc="2026-11-24T00:00:00Z"), "signature does not fit"),
    ("two lines swapped", lambda found: [found[0], found[2], found[1], *found[3:]], "Line 3 of the bundle is out of order"),
    ("a line twice", lambda found: [*found[:2], *found[1:2], *found[3:]], "Line 3 of the bundle is out of order"),
    ("the last line missing", lambda found: found[:-1], "its end is missing"),
    ("half of the lines missing", lambda found: found[:2], "its end is missing"),
    ("a blank line", lambda found: [*found[:1], b"\n", *found[1:]], "Line 2 of the bundle is not what it should be"),
    ("something after the end", lambda found: [*found, b"{}\n"], "Line 6 of the bundle is not what it should be"),
    ("another signature", lambda found: [*found[:-1], canonical({"signature": "A" * 86 + "=="}) + b"\n"], "signature does not fit"),
    ("a signature that is none", lambda found: [*found[:-1], b'{"signature":"A"}\n'], "Line 5 of the bundle is not"),
    ("no header", lambda found: found[1:], "no bundle of reports"),
    ("another kind of file", lambda found: [b"hello\n"], "no bundle of reports"),
    ("a body that is no base64", line_changed(1, body="=ก"), "Line 2 of the bundle is not what it should be"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_what_was_done_to_a_bundle_is_said(change: Callable[[list[bytes]], list[bytes]], said: str) -> None:
    assert said in complaint(changed(change))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "its end is missing"),
        (b"hello", "its end is missing"),
        (GOOD[:-1], "its end is missing"),
        (GOOD[: len(GOOD) // 2], "its end is missing"),
        (GOOD + b"x", "its end is missing"),
        (GOOD + GOOD, "its end is missing"),
        (gzip.compress(b""), "its end is missing"),
    ],
    ids=["empty", "text", "a byte less", "half", "a byte more", "twice", "empty inside"],
)
def test_a_damaged_file_is_refused(data: bytes, said: str) -> None:
    assert said in complaint(data)


def test_a_bundle_signed_with_an_unknown_key_is_refused() -> None:
    assert "not known here" in complaint(written(*REPORTS, key=OTHER_KEY))


def test_a_bundle_under_a_known_keys_id_signed_by_another_is_refused() -> None:
    assert "signature does not fit" in complaint(GOOD, public_key_of=lambda _: OTHER_KEY.public_key())


@pytest.mark.parametrize(
    "change",
    [
        line_changed(0, count=2),
        line_changed(0, agent_id=REPORTS[0].report_id),
        line_changed(1, report_id=REPORTS[2].report_id),
        line_changed(3, seq=9),
        line_changed(2, body="e30=", digest=digest(b"{}")),
        lambda found: found[:2],
    ],
    ids=["count", "agent", "report", "number", "body", "cut"],
)
def test_a_file_that_changes_between_two_readings_is_noticed(change: Callable[[list[bytes]], list[bytes]]) -> None:
    file = io.BytesIO(GOOD)
    bundle = read_bundle(file, key_of, SMALL)
    file.seek(0)
    file.write(changed(change))
    file.truncate()
    with pytest.raises(BundleError):
        list(bundle.reports())


# --- Bounds -----------------------------------------------------------------------------------------------------------


def header(count: int) -> bytes:
    return canonical(json.loads(LINES[0]) | {"count": count}) + b"\n"


BOMBS = {
    "one endless line": gzip.compress(b"0" * 300_000_000, 9),
    "an endless header": gzip.compress(b'{"contract":1,"x":"' + b"0" * 300_000_000, 9),
    "endless blank lines": gzip.compress(b"\n" * 300_000_000, 9),
    "an endless report": gzip.compress(header(1) + b'{"body":"' + b"A" * 300_000_000, 9),
    "blank lines after the header": gzip.compress(header(9) + b"\n" * 300_000_000, 9),
    "endless lines after the end": gzip.compress(b"".join(LINES) + b"x" * 300_000_000, 9),
    "a deep line": gzip.compress(header(1) + b"[" * 200_000, 9),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(name: str) -> None:
    tracemalloc.start()
    began = time.monotonic()
    assert complaint(BOMBS[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - began < 5
    assert peak < 16 << 20


@pytest.mark.parametrize("name", ["one endless line", "blank lines after the header", "endless lines after the end"])
def test_a_bomb_is_refused_quickly_under_the_contracts_own_limits(name: str) -> None:
    began = time.monotonic()
    assert complaint(BOMBS[name], limits=None)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "limits",
    [
        BundleLimits(reports=2),
        BundleLimits(sent_bytes=500),
        BundleLimits(bytes=2_000),
        BundleLimits(body_bytes=len(REPORTS[0].body) - 1),
    ],
    ids=["reports", "sent", "bytes", "body"],
)
def test_a_bundle_beyond_a_limit_is_refused(limits: BundleLimits) -> None:
    assert "larger than a bundle may be" in complaint(GOOD, limits=limits)


def test_more_reports_than_allowed_are_not_even_promised() -> None:
    assert "no bundle" in complaint(resigned(header(20_001)), limits=BundleLimits())


@pytest.mark.parametrize(
    ("reports", "changes"),
    [
        (REPORTS, {"count": 2}),
        (REPORTS, {"count": 4}),
        (REPORTS[::-1], {}),
        ((REPORTS[0], REPORTS[0]), {}),
        (REPORTS, {"limits": BundleLimits(reports=2)}),
        (REPORTS, {"limits": BundleLimits(bytes=2_000)}),
        (REPORTS, {"limits": BundleLimits(sent_bytes=len(GOOD) - 1)}),
        (REPORTS, {"limits": BundleLimits(body_bytes=100)}),
    ],
    ids=["fewer", "more", "backwards", "twice", "too many", "too large", "too large compressed", "a body too large"],
)
def test_what_does_not_fit_is_not_written_as_if_it_did(reports: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(BundleError):
        written(*reports, **changes)


# --- Whatever comes ---------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_whatever_the_bytes_the_answer_is_a_bundle_error(data: bytes, packed: bool) -> None:
    assert complaint(gzip.compress(data) if packed else data)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, sum(map(len, LINES)) - 1), st.integers(0, 255))
def test_one_byte_changed_anywhere_is_noticed(place: int, byte: int) -> None:
    plain = bytearray(b"".join(LINES))
    if plain[place] == byte:
        return
    plain[place] = byte
    try:
        found = read(gzip.compress(bytes(plain)))
    except BundleError:
        return
    assert place >= sum(map(len, LINES[:-1])), "only the last line may be written in another way"
    assert tuple(found.reports()) == REPORTS


@settings(deadline=None)
@given(st.binary(max_size=2_000), st.integers(0, 2_100))
def test_what_is_compressed_comes_back_within_its_cap(body: bytes, cap: int) -> None:
    if len(body) <= cap:
        assert decompressed(compressed(body), cap) == body
    else:
        with pytest.raises(CompressionError, match="too_large"):
            decompressed(compressed(body), cap)


@given(st.binary(max_size=100))
def test_whatever_is_no_gzip_is_damaged(data: bytes) -> None:
    with pytest.raises(CompressionError, match="damaged"):
        decompressed(data, 1_000)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=50).map(lambda line: line.replace(b"\n", b""))))
def test_lines_come_out_as_they_went_in(wanted: list[bytes]) -> None:
    data = b"\n".join(wanted)
    found = list(lines(io.BytesIO(compressed(data)), 10_000, 100_000, 1_000))
    assert b"".join(found) == data
    assert all(line.endswith(b"\n") for line in found[:-1])


def test_a_body_that_unpacks_to_gigabytes_is_refused_at_the_cap() -> None:
    packed = compressed(b"0" * 300_000_000)
    assert len(packed) < MAX_SENT_BYTES
    began = time.monotonic()
    with pytest.raises(CompressionError, match="too_large"):
        decompressed(packed, 1 << 20)
    assert time.monotonic() - began < 2
