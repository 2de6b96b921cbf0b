"""The one-time token that a municipality is given to enrol its agent: 128 random bits, read aloud without loss.

`05810109-0ABCD-EFGHJ-KMNPQ-RSTVW-XYZ01-23`: the municipality's code, then the number in Crockford's base 32 (26
characters, no I, L, O or U) and one check character after ISO 7064's recursive scheme (modulus 33, 32) over code and
number. The check finds every single wrong character and nearly every swapped pair.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

from cctv_probe.model.words import Text

TOKEN_BYTES = 16
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)} | {"O": 0, "I": 1, "L": 1}
_CODE_LENGTH = 8
_NUMBER_LENGTH = 26
_LENGTH = _CODE_LENGTH + _NUMBER_LENGTH + 1
_LONGEST_TYPED = 500
_BETWEEN = re.compile(r"[\s\-_.,:/\u00ad\u058a\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]+")


class TokenError(ValueError):
    """What was typed is no token. `text` says why and never repeats it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class EnrolmentToken:
    """A token that was read. `secret` is 16 bytes; `text` the one spelling that is sent to the register."""

    lao_code: str
    secret: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The token as it is printed and sent."""
        number = _number(self.secret)
        symbols = number + _check(self.lao_code + number)
        groups = [symbols[at : at + 5] for at in range(0, len(symbols), 5)]
        return "-".join((self.lao_code, *groups))

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of `text`: what a register stores."""
        return hashlib.sha256(self.text.encode("ascii")).hexdigest()


def new_token(lao_code: str, random: bytes) -> EnrolmentToken:
    """A token for the municipality `lao_code` from 16 random bytes. Raises TokenError."""
    if not re.fullmatch(r"[0-9]{8}", lao_code):
        raise TokenError(_CODE)
    if len(random) != TOKEN_BYTES:
        raise ValueError("a token is made of 16 random bytes")
    return EnrolmentToken(lao_code, bytes(random))


def parse_token(typed: str) -> EnrolmentToken:
    """What a person typed or scanned → the token. Case, blanks, dashes, O for 0, I and L for 1 are forgiven.

    Raises TokenError.
    """
    symbols = _symbols(typed)
    values = [_VALUES[symbol] for symbol in symbols]
    code = "".join(str(value) for value in values[:_CODE_LENGTH])
    if not re.fullmatch(r"[0-9]{8}", code):
        raise TokenError(_CODE)
    number = 0
    for value in values[_CODE_LENGTH:-1]:
        number = number << 5 | value
    if number >> 8 * TOKEN_BYTES or _checked([int(digit) for digit in code] + values[_CODE_LENGTH:]) != 1:
        raise TokenError(_CHECK)
    return EnrolmentToken(code, number.to_bytes(TOKEN_BYTES, "big"))


def _symbols(typed: str) -> str:
    if len(typed) > _LONGEST_TYPED:
        raise TokenError(_LENGTH_WRONG.with_(found=len(typed), wanted=_LENGTH))
    found = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()
    plain = "".join(_digit(symbol) for symbol in found)
    if not plain:
        raise TokenError(_EMPTY)
    if any(symbol not in _VALUES for symbol in plain):
        raise TokenError(_FOREIGN)
    if len(plain) != _LENGTH:
        raise TokenError(_LENGTH_WRONG.with_(found=len(plain), wanted=_LENGTH))
    return plain


def _digit(symbol: str) -> str:
    """Thai and other digits as 0 to 9."""
    value = unicodedata.decimal(symbol, -1)
    return symbol if value == -1 else str(value)


def _number(secret: bytes) -> str:
    number = int.from_bytes(secret, "big")
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(_NUMBER_LENGTH)))


def _check(symbols: str) -> str:
    product = _product([_VALUES[symbol] for symbol in symbols])
    return _LETTERS[(1 - product) % 32]


def _checked(values: list[int]) -> int:
    """1 where the last of `values` is the check character of those before it."""
    return (_product(values[:-1]) + values[-1]) % 32


def _product(values: list[int]) -> int:
    """ISO/IEC 7064, section 9 (hybrid systems), with M = 32."""
    product = 32
    for value in values:
        product = ((product + value) % 32 or 32) * 2 % 33
    return product


_EMPTY = Text(
    en="No token was given. Please type the token from the register's letter.",
    th="ยังไม่ได้ระบุรหัสลงทะเบียน โปรดพิมพ์รหัสตามหนังสือจากทะเบียนกลาง",
)
_CODE = Text(
    en="A token begins with the eight digits of the municipality's code. Please compare it with the letter.",
    th="รหัสลงทะเบียนต้องขึ้นต้นด้วยรหัส อปท. 8 หลัก โปรดเทียบกับหนังสืออีกครั้ง",
)
_FOREIGN = Text(
    en="The token holds a character that no token has. It is made of digits and English letters without I, L, O and U; please compare it with the letter.",
    th="รหัสลงทะเบียนมีอักขระที่ไม่ใช้ในรหัส รหัสประกอบด้วยตัวเลขและอักษรอังกฤษ ยกเว้น I, L, O และ U โปรดเทียบกับหนังสืออีกครั้ง",
)
_LENGTH_WRONG = Text(
    en="The token has {found} characters without the dashes; {wanted} are needed. Please check that all of it was typed.",
    th="รหัสลงทะเบียนมี {found} อักขระไม่นับขีด แต่ต้องมี {wanted} อักขระ โปรดตรวจว่าพิมพ์ครบทั้งหมดแล้ว",
)
_CHECK = Text(
    en="The token was mistyped: its check character does not fit. Please compare it with the letter, character by character.",
    th="พิมพ์รหัสลงทะเบียนไม่ถูกต้อง อักขระตรวจสอบไม่ตรงกัน โปรดเทียบกับหนังสือทีละตัวอักษร",
)
