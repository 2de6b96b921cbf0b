"""One row of a registry → one authority; many rows → each authority once. Pure.

The kind comes from the words of the name, else from the column of types, never from the code's type digits: three rows of
DLA's file have them wrong.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cctv_probe.compare.normalise import Lao
from cctv_probe.compare.normalise.tables import either, rows, squeezed
from cctv_probe.compare.normalise.text import clean
from cctv_probe.compare.registry.lao_code import LaoCode, LaoCodeError, read_lao_code
from cctv_probe.compare.registry.provinces import province_by_name
from cctv_probe.model.words import Text
from cctv_probe.survey.safe_text import clean as printable

MOST_AUTHORITIES = 50_000
"""There are about 7,850."""
PATTAYA = "เมืองพัทยา"
_PATTAYA_FORMS = frozenset({"พัทยา", PATTAYA, "pattaya", "pattayacity", "cityofpattaya"})
_SPECIAL_TYPE = re.compile("พิเศษ|เมืองพัทยา|special", re.IGNORECASE)
_DISTRICT_WORD = re.compile(r"^(?:อำเภอ|อ\.)\s*")
_PAO = "2"
_LONGEST_NAME = 80

NO_NAME = Text(en="the authority with the code {code} has no name", th="อปท. รหัส {code} ไม่มีชื่อ")
NO_KIND = Text(
    en="neither the name “{name}” nor the column of types says what kind of authority {code} is",
    th="ทั้งชื่อ “{name}” และคอลัมน์ประเภทไม่ได้บอกว่า {code} เป็น อปท. ประเภทใด",
)
NO_PROVINCE = Text(
    en="the digits {digits} of the code {code} are no province",
    th="เลข {digits} ในรหัส {code} ไม่ตรงกับจังหวัดใด",
)
OTHER_PROVINCE = Text(
    en="the code {code} lies in {of_code}, but the row says {said}; the row was left out",
    th="รหัส {code} อยู่ในจังหวัด{of_code} แต่แถวนี้ระบุ{said} จึงไม่ได้ใช้แถวนี้",
)
OTHER_NAME = Text(
    en="the code {code} stands for “{first}” on line {line} already, and here for “{name}”; the first one was kept",
    th="รหัส {code} เป็นของ “{first}” ในบรรทัดที่ {line} แล้ว แต่แถวนี้เป็น “{name}” จึงใช้ชื่อแรก",
)
OTHER_DIGITS = Text(
    en="the code {code} has the last six digits of {first} on line {line}, which alone should name one authority; please check both",
    th="รหัส {code} มีเลข 6 หลักท้ายตรงกับ {first} ในบรรทัดที่ {line} ซึ่งควรเป็นของ อปท. แห่งเดียว โปรดตรวจสอบทั้งสองรหัส",
)
TOO_MANY = Text(
    en="there are more than {limit} authorities in the file; this one and the following were left out",
    th="ในไฟล์มี อปท. มากกว่า {limit} แห่ง จึงไม่ได้ใช้แถวนี้และแถวต่อไป",
)


class RowError(ValueError):
    """A row that gives no authority. `text` is half a sentence that says why."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands, from 0."""

    code: int
    name: int
    kind: int | None = None
    province: int | None = None
    district: int | None = None


def read_row(columns: Columns, cell: Callable[[int], str]) -> Lao | None:
    """The authority of one row; None for a row that has neither code nor name. Raises RowError."""
    typed, called = cell(columns.code), clean(cell(columns.name))
    if not typed.strip() and not called:
        return None
    try:
        code = read_lao_code(typed)
    except LaoCodeError as error:
        raise RowError(error.text) from None
    if not called:
        raise RowError(NO_NAME.with_(code=code.text))
    kind, name = _kind_and_name(called, _optional(columns.kind, cell))
    if not kind or not name:
        raise RowError(NO_KIND.with_(name=printable(called, _LONGEST_NAME), code=code.text))
    province = _province(code, _optional(columns.province, cell))
    district = _DISTRICT_WORD.sub("", _optional(columns.district, cell))
    return Lao(code.text, kind, name[:_LONGEST_NAME], province, district[:_LONGEST_NAME])


def _optional(column: int | None, cell: Callable[[int], str]) -> str:
    return _cleaned(cell(column)) if column is not None else ""


@functools.lru_cache(maxsize=4096)
def _cleaned(cell: str) -> str:
    """Types, provinces and districts stand in thousands of rows."""
    return clean(cell)


@functools.cache
def _kinds() -> tuple[re.Pattern[str], dict[str, str]]:
    table = [row for row in rows("owner_kinds") if row["kind"] != "municipality"]
    return re.compile(either(row["word"] for row in table), re.IGNORECASE), {
        squeezed(row["word"]): row["kind"] for row in table
    }


def _kind_and_name(called: str, typed: str) -> tuple[str, str]:
    """(kind, name without its type); the kind is empty where nothing says it."""
    if squeezed(called) == PATTAYA or (squeezed(called) in _PATTAYA_FORMS and _SPECIAL_TYPE.search(typed)):
        return "special", PATTAYA
    pattern, kinds = _kinds()
    if told := pattern.match(called):
        return kinds[squeezed(told[0])], called[told.end() :].strip(" .,:-")
    of_type = pattern.match(typed)
    return (kinds[squeezed(of_type[0])] if of_type else ""), called


def _province(code: LaoCode, said: str) -> str:
    """The Thai name by the code's digits. They agree in all rows of DLA's file: where they do not, the code is damaged."""
    province = code.province
    if province is None:
        raise RowError(NO_PROVINCE.with_(digits=code.province_digits, code=code.text))
    told = province_by_name(said)
    if told is not None and told != province:
        raise RowError(OTHER_PROVINCE.with_(code=code.text, of_code=province.name, said=told.name))
    return province.name.th


@dataclass(slots=True)
class _One:
    lao: Lao
    line: int
    districts: Counter[str] = field(default_factory=Counter)


class Authorities:
    """Each authority once, however many rows it has."""

    def __init__(self) -> None:
        self._known: dict[str, _One] = {}
        self._last_six: dict[str, _One] = {}

    def add(self, lao: Lao, line: int) -> Text | None:
        """Take a row; half a sentence where it contradicts an earlier one. Raises RowError beyond the limit."""
        one = self._known.get(lao.code)
        if one is not None:
            first = one.lao
            if (first.kind, squeezed(first.name)) == (lao.kind, squeezed(lao.name)):
                one.districts[lao.district] += 1
                return None
            return OTHER_NAME.with_(code=lao.code, first=_shown(first), line=one.line, name=_shown(lao))
        if len(self._known) >= MOST_AUTHORITIES:
            raise RowError(TOO_MANY.with_(limit=MOST_AUTHORITIES))
        one = self._known[lao.code] = _One(lao, line, Counter({lao.district: 1}))
        earlier = self._last_six.setdefault(lao.code[-6:], one)
        if earlier is not one:
            return OTHER_DIGITS.with_(code=lao.code, first=earlier.lao.code, line=earlier.line)
        return None

    def all(self) -> tuple[Lao, ...]:
        """In the file's order, each with the district that most of its rows name; a province's own authority with none."""
        return tuple(replace(one.lao, district=_district(one)) for one in self._known.values())


def _district(one: _One) -> str:
    told = Counter({name: count for name, count in one.districts.items() if name})
    return "" if one.lao.kind == _PAO or not told else told.most_common(1)[0][0]


def _shown(lao: Lao) -> str:
    return printable(lao.name, _LONGEST_NAME)
