"""Prints the JSON Schema of the record: `python -m cctv_probe.contract > configs/schema/survey.schema.json`."""

from __future__ import annotations

import sys

from cctv_probe.contract.record import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
