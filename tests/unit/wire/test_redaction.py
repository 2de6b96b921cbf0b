"""No password, login or user name is left in what is kept or shown, however a device spells it."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.wire.redaction import MARK, Redactor

HARD = "s3cret@:/?#%"
THAI = "รหัสลับ 2569"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda secret: quote(secret, safe=""),
    "percent, but for slashes": quote,
    "percent, in lower case": lambda secret: re.sub("%[0-9A-F]{2}", lambda hit: hit[0].lower(), quote(secret, safe="")),
    "form": quote_plus,
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "xml text": escape,
    "xml attribute": lambda secret: quoteattr(secret)[1:-1],
    "html": html.escape,
    "html twice": lambda secret: html.escape(html.escape(secret)),
    "decimal": lambda secret: "".join(c if c.isascii() and c.isalnum() else f"&#{ord(c)};" for c in secret),
    "hexadecimal": lambda secret: "".join(c if c.isascii() and c.isalnum() else f"&#x{ord(c):04X};" for c in secret),
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json in unicode": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "basic login": lambda secret: base64.b64encode(f"survey:{secret}".encode()).decode(),
}  # fmt: skip


def redactor(*passwords: str, users: tuple[str, ...] = ("survey",)) -> Redactor:
    return Redactor(frozenset(passwords), frozenset(users))


@pytest.mark.parametrize("how", SPELLINGS)
@pytest.mark.parametrize("secret", [HARD, THAI, "a\"b<c>&d'e", "back\\slash/", "กล้อง😀x"])
def test_no_spelling_of_a_password_is_left(secret: str, how: str) -> None:
    written = SPELLINGS[how](secret)
    clean = redactor(HARD, secret)
    assert clean.text(f"before {written} after") == f"before {MARK} after"
    assert clean.raw(f"<a>before {written} after</a>".encode()) == f"<a>before {MARK} after</a>".encode()


def test_a_thai_password_in_the_encoding_of_old_windows_is_found_too() -> None:
    assert redactor(THAI).raw(b"<a>" + THAI.encode("cp874") + b"</a>") == f"<a>{MARK}</a>".encode()


@given(st.text(min_size=1, max_size=30), st.text(max_size=30), st.text(max_size=30), st.sampled_from(sorted(SPELLINGS)))
def test_after_redaction_a_password_is_never_found(secret: str, before: str, after: str, how: str) -> None:
    written = SPELLINGS[how](secret)
    shown = redactor(secret).text(before + written + after)
    kept = (
        redactor(secret)
        .raw((before + written + after).encode("utf-8", "surrogateescape"))
        .decode("utf-8", "surrogateescape")
    )
    marks = MARK.replace("[", "").replace("]", "")
    for result in (shown, kept):
        rest = result.replace(MARK, "\x00")
        # What the surroundings and the mark themselves make of its letters is not the password.
        assert secret not in rest or secret in "[" + marks + "]" or secret in before + "\x00" + after


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        (f"rtsp://survey:{HARD}@10.0.0.1:554/live", "rtsp://10.0.0.1:554/live"),
        (f"rtsp://survey:{quote(HARD, safe='')}@10.0.0.1/live", "rtsp://10.0.0.1/live"),
        ("rtsp://admin:12345@10.0.0.1/live", "rtsp://10.0.0.1/live"),
        ("RTSP://admin@[fe80::1]/live", "RTSP://[fe80::1]/live"),
        ("http://a:b@h/x and https://c:d@i/y", "http://h/x and https://i/y"),
        ("rtsp://10.0.0.1/user=admin&password=tlJwpbo6&channel=1&stream=0.sdp?real_stream",
         f"rtsp://10.0.0.1/user={MARK}&password={MARK}&channel=1&stream=0.sdp?real_stream"),
        ("/user=admin&amp;password=x&amp;channel=1", f"/user={MARK}&amp;password={MARK}&amp;channel=1"),
        ("/live?username=a&pwd=b&channel=2", f"/live?username={MARK}&pwd={MARK}&channel=2"),
        ("/x?USR=a;Token=b;y=1", f"/x?USR={MARK};Token={MARK};y=1"),
        ("/cam/realmonitor?channel=1&subtype=0", "/cam/realmonitor?channel=1&subtype=0"),
        ("mail@example.com", "mail@example.com"),
    ],
)  # fmt: skip
def test_logins_in_urls_are_taken_out_known_or_not(shown: str, kept: str) -> None:
    assert redactor(HARD).text(shown) == kept


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("<tt:Username>survey</tt:Username>", f"<tt:Username>{MARK}</tt:Username>"),
        ("<Username>stranger</Username>", f"<Username>{MARK}</Username>"),
        ('<wsse:Password Type="x#PasswordDigest">abc=</wsse:Password>', f'<wsse:Password Type="x#PasswordDigest">{MARK}</wsse:Password>'),
        ("<Name>survey</Name><Name>surveyor</Name>", f"<Name>{MARK}</Name><Name>surveyor</Name>"),
        ("Authorization: Digest username=\"x\", response=\"1\"\r\nCSeq: 1", f"Authorization: {MARK}\r\nCSeq: 1"),
        ("Set-Cookie: sid=1\r\n", f"Set-Cookie: {MARK}\r\n"),
    ],
)  # fmt: skip
def test_user_names_and_logins_are_taken_out_of_raw_answers(answer: str, kept: str) -> None:
    assert redactor(HARD).raw(answer.encode()).decode().rstrip("\r\n") == kept.rstrip("\r\n")


def test_a_thai_user_name_is_taken_out_of_raw_answers() -> None:
    clean = redactor(HARD, users=("ผู้สำรวจ",))
    assert clean.raw(
        "<Name>ผู้สำรวจ</Name> %E0%B8%9C%E0%B8%B9%E0%B9%89%E0%B8%AA%E0%B8%B3%E0%B8%A3%E0%B8%A7%E0%B8%88".encode()
    ) == (f"<Name>{MARK}</Name> {MARK}".encode())


def test_the_longer_of_two_passwords_goes_first() -> None:
    assert redactor("abc", "abcdef").text("abcdef abc") == f"{MARK} {MARK}"


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    raw = bytes(range(256))
    assert redactor("never there").raw(raw) == raw


def test_without_secrets_only_what_looks_like_a_login_goes() -> None:
    assert Redactor().text("rtsp://a:b@h/live plain") == "rtsp://h/live plain"
    assert Redactor(frozenset({""}), frozenset({""})).text("plain") == "plain"


@given(st.binary(max_size=300))
def test_any_answer_can_be_redacted(raw: bytes) -> None:
    assert isinstance(redactor(HARD, THAI).raw(raw), bytes)


def test_percent_encoding_is_undone_by_nothing_that_is_left() -> None:
    shown = redactor(HARD).text(f"x={quote(quote(HARD, safe=''), safe='')}")
    assert HARD not in unquote(unquote(shown))


def test_redaction_of_a_large_answer_is_quick() -> None:
    raw = b'<tt:Uri a="b">rtsp://10.0.0.1/Streaming/Channels/101?a=b&amp;c=d</tt:Uri>\n' * 50_000
    began = time.monotonic()
    redactor(HARD, THAI, 'q"<>').raw(raw)
    assert time.monotonic() - began < 3
