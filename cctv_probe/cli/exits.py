"""Exit codes, and the one way a command ends with a sentence instead of a traceback."""

from __future__ import annotations

import sys
from typing import NoReturn

from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ALL_READ = 0
NOTHING_DONE = 1
USAGE = 2
PARTLY = 3
CENTRAL_UNAVAILABLE = 69
TEMPORARY = 75
PERMISSION = 77
CONFIGURATION = 78
INTERRUPTED = 130


class Stop(Exception):
    """End the command with a sentence and an exit code."""

    def __init__(self, code: int, text: Text) -> None:
        self.code = code
        self.text = text
        super().__init__(text.en)


def leave(stop: Stop) -> NoReturn:
    """Print the sentence on standard error and exit."""
    sys.stderr.write(f"cctv-probe: {say(stop.text)}\n")
    raise SystemExit(stop.code)
