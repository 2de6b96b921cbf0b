"""`comparison.json`, and what `--json` prints: the comparison's outer shape, and beside it how the list was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cctv_probe.compare.comparison_shape import comparison_shape
from cctv_probe.compare.output.listing import notes, unread_lines
from cctv_probe.compare.output.sides import Compared
from cctv_probe.compare.reading.declared_list import DeclaredList
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.safe_text import json_safe
from cctv_probe.survey.shape import text_shape


def comparison_text(compared: Compared) -> str:
    """The JSON text, with the end of its last line."""
    tree = {**comparison_shape(compared.comparison), "list": list_shape(compared.listed)}
    return json_safe(json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def write_comparison_json(compared: Compared, path: Path) -> None:
    """Write `comparison.json` in one step. Raises CannotWriteError."""
    write_atomically(path, comparison_text(compared).encode("utf-8"))


def list_shape(listed: DeclaredList) -> dict[str, Any]:
    """How the list was read: its columns, how many rows of each kind it has, and what could not be read."""
    return {
        "file": listed.file,
        "encoding": listed.encoding,
        "columns_confirmed": listed.mapping.confirmed,
        "columns": [
            {
                "sheet": sheet.sheet,
                "column": column.letters,
                "header": column.header,
                "field": column.field,
                "part": column.part,
                "confidence": column.confidence,
                "rule": column.rule,
                "ambiguous": column.ambiguous,
                "others": list(column.others),
            }
            for sheet in listed.mapping.sheets
            for column in sheet.columns
        ],
        "rows": {kind.value: count for kind, count in sorted(listed.counted().items(), key=lambda item: item[0].value)},
        "unread": [text_shape(text) for text in unread_lines(listed)],
        "notes": [text_shape(text) for text in notes(listed)],
    }
