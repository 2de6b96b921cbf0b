"""Writes the published files: `python -m cctv_probe.contract configs/schema`.

Without a folder it prints the JSON Schema of the record alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cctv_probe.contract.published import files
from cctv_probe.contract.record import schema_text


def main(arguments: list[str]) -> None:
    """Write all files into the folder named, or print the record's schema. Raises OSError."""
    if not arguments:
        sys.stdout.write(schema_text())
        return
    for name, text in files().items():
        (Path(arguments[0]) / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
