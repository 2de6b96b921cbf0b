"""The data files of this room, read once each."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Any


@functools.cache
def load(name: str) -> Any:
    """The content of `<name>.yaml` beside this module."""
    import yaml

    text = importlib.resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
