"""The token: what is printed can be read back however a person types it, and a slip is found."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.contract.token import EnrolmentToken, TokenError, new_token, parse_token

TOKENS = st.builds(
    new_token, st.integers(0, 99_999_999).map(lambda number: f"{number:08}"), st.binary(min_size=16, max_size=16)
)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KNOWN = "05810109-00041-06105-0R3GG-28A1C-60T3G-FB"


def test_the_printed_form_stays_as_it_is() -> None:
    token = new_token("05810109", bytes(range(16)))
    assert token.text == KNOWN
    assert token.digest == hashlib.sha256(KNOWN.encode()).hexdigest()


@given(TOKENS)
def test_what_is_printed_is_read_back(token: EnrolmentToken) -> None:
    assert parse_token(token.text) == token


@pytest.mark.parametrize(
    "typed",
    [
        KNOWN.lower(),
        KNOWN.replace("-", ""),
        KNOWN.replace("-", " "),
        KNOWN.replace("-", "–"),
        KNOWN.replace("-", "\u2011"),
        f"  {KNOWN}\n",
        KNOWN.replace("0", "O"),
        KNOWN.replace("0", "o").replace("1", "l"),
        KNOWN.replace("1", "I"),
        KNOWN.replace("-", "\u200b-"),
        KNOWN.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")),
        "".join(chr(ord(letter) + 0xFEE0) for letter in KNOWN),
    ],
)
def test_reading_forgives(typed: str) -> None:
    assert parse_token(typed).text == KNOWN


@given(TOKENS, st.integers(0, 34), st.integers(1, 31))
def test_every_single_wrong_character_is_found(token: EnrolmentToken, place: int, by: int) -> None:
    symbols = token.text.replace("-", "")
    wrong = LETTERS[(LETTERS.index(symbols[place]) + by) % 32]
    with pytest.raises(TokenError):
        parse_token(symbols[:place] + wrong + symbols[place + 1 :])


def test_swapped_neighbours_are_nearly_always_found() -> None:
    symbols = new_token("05810109", hashlib.sha256(b"x").digest()[:16]).text.replace("-", "")
    missed = 0
    for place in range(34):
        one, other = symbols[place], symbols[place + 1]
        if one != other:
            try:
                parse_token(symbols[:place] + other + one + symbols[place + 2 :])
                missed += 1
            except TokenError:
                pass
    assert missed <= 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "No token was given"),
        (" - ", "No token was given"),
        (KNOWN[:-1], "34 characters"),
        (KNOWN + "7", "36 characters"),
        ("9" * 10_000, "10000 characters"),
        (KNOWN.replace("FB", "FU"), "no token has"),
        (KNOWN.replace("FB", "F*"), "no token has"),
        ("A" + KNOWN[1:], "eight digits"),
        (KNOWN.replace("FB", "FC"), "mistyped"),
        (KNOWN.replace("05810109", "05810108"), "mistyped"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(typed: str, said: str) -> None:
    with pytest.raises(TokenError) as caught:
        parse_token(typed)
    assert said in caught.value.text.en
    assert KNOWN[9:20] not in str(caught.value)


@given(st.text(max_size=60) | st.text(LETTERS + "-oil ", min_size=30, max_size=45))
def test_whatever_is_typed_gives_a_token_or_its_own_error(typed: str) -> None:
    try:
        found = parse_token(typed)
    except TokenError:
        return
    assert parse_token(found.text) == found


def test_a_number_of_more_than_128_bits_is_no_token() -> None:
    """The first two of the 130 bits are zero: the first character is at most 7."""
    for first in "89Z":
        for check in LETTERS:
            with pytest.raises(TokenError):
                parse_token("05810109" + first + "0" * 25 + check)


@pytest.mark.parametrize("code", ["", "0581010", "0581010a", "๐๕๘๑๐๑๐๙"])
def test_a_token_is_made_only_for_a_municipality(code: str) -> None:
    with pytest.raises(TokenError):
        new_token(code, bytes(16))


def test_a_token_needs_all_its_randomness() -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        new_token("05810109", bytes(15))


def test_the_secret_does_not_show() -> None:
    assert "secret" not in repr(new_token("05810109", bytes(16)))


@pytest.mark.parametrize("module", ["token", "canonical", "terms", "keys", "compression", "read_json"])
def test_light_modules_load_no_heavy_library(module: str) -> None:
    code = f"import sys, cctv_probe.contract.{module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "cctv_probe" in loaded
    assert {"pydantic", "cryptography", "http_message_signatures", "http_sf"} & set(loaded) == set()
