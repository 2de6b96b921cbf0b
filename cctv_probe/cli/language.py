"""In which language the program speaks: `--lang`, else CCTV_PROBE_LANG, else the terminal's own; known before any help is built."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from cctv_probe.model.words import Language, Text


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language for a run; anything unknown is English."""
    wanted = ""
    for at, word in enumerate(arguments):
        if word.startswith("--lang="):
            wanted = word.partition("=")[2]
        elif word == "--lang" and at + 1 < len(arguments):
            wanted = arguments[at + 1]
    for value in (wanted, environment.get("CCTV_PROBE_LANG", "")):
        if value in ("th", "en"):
            return "th" if value == "th" else "en"
    spoken = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "th" if spoken.lower().startswith("th") else "en"


LANGUAGE: Language = choose(sys.argv[1:], os.environ)


def say(text: Text) -> str:
    """`text` in the language of this run."""
    return text.in_(LANGUAGE)
