"""Local authorities by code, by name, and by name and place. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cctv_probe.compare.normalise import Lao
from cctv_probe.compare.normalise.tables import squeezed
from cctv_probe.compare.registry.provinces import province_by_name
from cctv_probe.model.words import Text

_DISTRICT_WORD = re.compile(r"^\s*(?:อำเภอ|อ\.)\s*")
_CAPITAL = "เมือง"


class LaoRegistry:
    """The authorities of one file; fits `normalise.Registry`.

    `problems` are sentences about rows that were left out or read with a doubt; `more_problems` counts those beyond the limit.
    """

    def __init__(self, authorities: Iterable[Lao], problems: Sequence[Text] = (), more_problems: int = 0) -> None:
        self.authorities = tuple(authorities)
        self.problems, self.more_problems = tuple(problems), more_problems
        self._by_code = {lao.code: lao for lao in self.authorities}
        self._by_last_six: dict[str, list[Lao]] = defaultdict(list)
        self._by_name: dict[str, list[Lao]] = defaultdict(list)
        for lao in self.authorities:
            self._by_last_six[lao.code[-6:]].append(lao)
            self._by_name[squeezed(lao.name)].append(lao)

    def __len__(self) -> int:
        return len(self.authorities)

    def by_code(self, code: str) -> Lao | None:
        """The authority with this eight-digit code; by its last six digits, unique alone, where the type digits differ."""
        if exact := self._by_code.get(code):
            return exact
        near = self._by_last_six.get(code[-6:], []) if len(code) == 8 else []
        return near[0] if len(near) == 1 else None

    def by_name(self, name: str, kind: str | None = None) -> Sequence[Lao]:
        """Every authority called `name` (without its type), of this kind where one is given; in the file's order."""
        return tuple(lao for lao in self._by_name.get(squeezed(name), ()) if kind is None or lao.kind == kind)

    def by_place(self, name: str, kind: str | None = None, *, province: str = "", district: str = "") -> Sequence[Lao]:
        """Those called `name` in this province and district, as far as these are given; Thai or English province.

        `เมือง` is the province's capital district (`เมืองกระบี่`), as people write it.
        """
        found = self.by_name(name, kind)
        if province:
            known = province_by_name(province)
            wanted = squeezed(known.name.th if known else province)
            found = tuple(lao for lao in found if squeezed(lao.province) == wanted)
        if district:
            found = tuple(lao for lao in found if _same_district(lao, district))
        return found


def _same_district(lao: Lao, district: str) -> bool:
    wanted, here = squeezed(_DISTRICT_WORD.sub("", district)), squeezed(lao.district)
    return here in (wanted, wanted + squeezed(lao.province)) if wanted == _CAPITAL else here == wanted
