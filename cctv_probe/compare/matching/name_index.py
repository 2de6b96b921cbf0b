"""Which of many names are worth comparing with a given one, found by their rare pairs of letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cctv_probe.compare.matching.names import NameForm, name_form, similarity

MOST_SHARING = 8
"""A name on more cameras than this is a factory's or an installer's, and tells none of them from the others."""
_TRIED = 12
_COMMON = 0.2
"""Share of all names above which a pair of letters is too common to look under."""


def specific_forms(names: Sequence[str]) -> tuple[NameForm, ...]:
    """The names that say something, ready to be compared."""
    forms = (name_form(name) for name in names)
    return tuple(dict.fromkeys(form for form in forms if form.is_specific))


def without_common(forms: Sequence[tuple[NameForm, ...]]) -> list[tuple[NameForm, ...]]:
    """The same names without those that more than `MOST_SHARING` cameras carry."""
    carried = Counter(form for mine in forms for form in set(mine))
    return [tuple(form for form in mine if carried[form] <= MOST_SHARING) for mine in forms]


class NameIndex:
    """The names of many cameras. `near` answers with camera numbers and similarities."""

    def __init__(self, forms: Sequence[tuple[NameForm, ...]]) -> None:
        self._entries = [(number, form) for number, mine in enumerate(forms) for form in mine]
        postings: dict[str, list[int]] = defaultdict(list)
        for place, (_, form) in enumerate(self._entries):
            for pair in form.pairs:
                postings[pair].append(place)
        most = max(50, int(_COMMON * len(self._entries)))
        self._postings: dict[str, tuple[npt.NDArray[np.int64], float]] = {
            pair: (np.array(places, dtype=np.int64), float(np.log1p(len(self._entries) / len(places))))
            for pair, places in postings.items()
            if len(places) <= most
        }

    def near(self, forms: Sequence[NameForm], at_least: float) -> dict[int, float]:
        """Camera number → similarity, for cameras with a name at least so alike to one of `forms`."""
        found: dict[int, float] = {}
        for form in forms:
            for place in self._worth_trying(form):
                number, other = self._entries[place]
                alike = similarity(form, other)
                if alike >= at_least and alike > found.get(number, 0.0):
                    found[number] = alike
        return found

    def _worth_trying(self, form: NameForm) -> list[int]:
        lists = [self._postings[pair] for pair in form.pairs if pair in self._postings]
        if not lists:
            return []
        places = np.concatenate([each for each, _ in lists])
        weights = np.concatenate([np.full(len(each), weight) for each, weight in lists])
        scores = np.bincount(places, weights, minlength=len(self._entries))
        most = min(_TRIED, len(scores))
        best = np.argpartition(-scores, most - 1)[:most]
        limit = scores[best].min()
        tied = np.flatnonzero(scores >= limit)[: 4 * _TRIED]
        return [int(place) for place in {*best.tolist(), *tied.tolist()} if scores[place] > 0]
