"""LAO codes (รหัส อปท.): eight digits `TTPPDDLL`, and what spreadsheets make of them.

Type (02 to 06), province (TIS 1099), district, number. A spreadsheet drops the leading zero, which is put back; it also
shows long numbers as `5.81011E+06`, and the digits lost there cannot be put back. The type digits are wrong in three rows of
DLA's own file, so nothing here says what kind of authority a code names (facts: survey, "Owners and places").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cctv_probe.compare.normalise.text import clean, without_thousands
from cctv_probe.compare.registry.provinces import Province, province_by_code
from cctv_probe.model.words import Text
from cctv_probe.survey.safe_text import clean as printable

_CODE = re.compile(r"0[2-6][0-9]{6}")
_EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]*)?\s*[eE]\s*\+?\s*[0-9]{1,3}")
_WHOLE = re.compile(r"([0-9]{7,8})\.0+")
_BETWEEN = re.compile(r"(?<=[0-9])[\s-]+(?=[0-9])")
_LONGEST = 60

EMPTY = Text(en="there is no LAO code", th="ไม่มีรหัส อปท.")
ROUNDED = Text(
    en="the LAO code “{code}” was rounded by a spreadsheet and its last digits are lost; take the column from the original file, as text",
    th="รหัส อปท. “{code}” ถูกโปรแกรมตารางคำนวณปัดเศษ เลขท้ายสูญหายแล้ว โปรดนำคอลัมน์นี้จากไฟล์ต้นฉบับมาใหม่ โดยกำหนดเป็นข้อความ",
)
NOT_A_CODE = Text(
    en="“{code}” is not a LAO code; it has eight digits and begins with 02 to 06",
    th="“{code}” ไม่ใช่รหัส อปท. ซึ่งต้องมี 8 หลักและขึ้นต้นด้วย 02 ถึง 06",
)


class LaoCodeError(ValueError):
    """A text that is no LAO code. `text` is half a sentence that says why, to be put behind file and line."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class LaoCode:
    """A LAO code. `text` has eight digits."""

    text: str

    @property
    def type_digits(self) -> str:
        """`02` to `06`. Wrong in some rows of the registry itself: never the kind of an authority."""
        return self.text[:2]

    @property
    def province_digits(self) -> str:
        """TIS 1099."""
        return self.text[2:4]

    @property
    def district_digits(self) -> str:
        """Inside the province."""
        return self.text[4:6]

    @property
    def number(self) -> str:
        """Inside the district."""
        return self.text[6:]

    @property
    def last_six(self) -> str:
        """Province, district and number: unique alone."""
        return self.text[2:]

    @property
    def province(self) -> Province | None:
        """None where the digits are no province."""
        return province_by_code(self.province_digits)


def read_lao_code(typed: str) -> LaoCode:
    """A code as written: Thai digits, spaces, hyphens and thousands commas allowed, a lost leading zero put back.

    Raises LaoCodeError.
    """
    text = clean(typed[: 4 * _LONGEST])
    if not text:
        raise LaoCodeError(EMPTY)
    if _EXPONENT.fullmatch(text):
        raise LaoCodeError(ROUNDED.with_(code=printable(text, _LONGEST)))
    whole = _WHOLE.fullmatch(text)
    digits = whole[1] if whole else _BETWEEN.sub("", without_thousands(text))
    padded = digits.zfill(8)
    if len(digits) not in (7, 8) or not _CODE.fullmatch(padded):
        raise LaoCodeError(NOT_A_CODE.with_(code=printable(text, _LONGEST)))
    return LaoCode(padded)
