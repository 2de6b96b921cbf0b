"""From what a person wrote in a cell to one canonical value, with a confidence and the rule that gave it.

Order: text (`text`) → missing tokens → damage by spreadsheets → the field's grammar → values of another column →
`unparsable`. Grammar is code, one module a field; words, names and sizes are data (`tables/*.csv`). Canonical grammar
(facts: survey, "Reading declared values"): a plain value, `range:`, `multiple:a|b`, `suspect:…`, `wrong_field:…`,
`broken`, `missing`, `unknown`, `unparsable`. Nothing here raises for any text, and nothing but text enters.
"""

from cctv_probe.compare.normalise.grammar import FIELDS, normalise
from cctv_probe.compare.normalise.reading import Confidence, Context, Lao, Normalised, Registry
from cctv_probe.compare.normalise.values import to_value

__all__ = ["FIELDS", "Confidence", "Context", "Lao", "Normalised", "Registry", "normalise", "to_value"]
