"""How much of a file is read. What lies beyond is refused with a sentence, never read in part without a word."""

from __future__ import annotations

MOST_FILE_BYTES = 64 << 20
MOST_ROWS = 200_000
"""Rows with something in them, over all sheets of one file."""
MOST_COLUMNS = 256
MOST_CELLS = 4_000_000
MOST_CELL_CHARACTERS = 4_000
MOST_SHEETS = 200

MOST_ZIP_ENTRIES = 10_000
MOST_PART_BYTES = 384 << 20
"""Bytes of one part of a workbook, decompressed. 200,000 rows of 20 columns take about 150 MB."""
MOST_UNPACKED_BYTES = 512 << 20
"""Of all parts that are read, together; a part named by two hundred sheets counts two hundred times."""
MOST_BYTES_BETWEEN_ROWS = 16 << 20
MOST_SHARED_STRINGS = 2_000_000
MOST_SHARED_CHARACTERS = 128 << 20
MOST_MERGES = 200_000
MOST_SPREAD_CELLS = 2_000_000
"""Cells that merged ones may cover, counted inside the rows that hold something."""
MOST_STYLES = 100_000

MOST_LINES_IN_A_RECORD = 30
"""A quoted CSV cell longer than this many lines is an unbalanced quotation mark, not a cell."""
