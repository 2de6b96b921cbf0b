"""What an operator reads: every sentence in English and in Thai, side by side.

`Text` is the only way the program speaks to people. A test walks the source and fails where the Thai half of a
`Text(...)` holds no Thai letter or other placeholders than the English half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["th", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages. `{name}` placeholders are filled by `with_`."""

    en: str
    th: str

    def with_(self, **values: object) -> Text:
        """The same sentence with its placeholders filled; values are shown as `str`, never evaluated."""
        shown = {
            name: value.pair() if isinstance(value, Text) else (str(value), str(value))
            for name, value in values.items()
        }
        return Text(
            en=self.en.format(**{name: pair[0] for name, pair in shown.items()}),
            th=self.th.format(**{name: pair[1] for name, pair in shown.items()}),
        )

    def pair(self) -> tuple[str, str]:
        """(English, Thai)."""
        return self.en, self.th

    def in_(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.th if language == "th" else self.en
