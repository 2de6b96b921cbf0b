"""What may be touched: ranges, exclusions, the scope file, its validity.

`targets` turns what a person typed into ranges, `file` reads a scope file, `permit` answers "may this address be asked,
and what kind of place is it". No socket is opened and no name is looked up here. Of the other rooms only `model` may be
imported; pydantic and yaml are imported only where a file is read, so that `--help` stays quick.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cctv_probe.scope.addresses import ScopeError
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import Targets, parse_targets

__all__ = ["Scope", "ScopeError", "Targets", "load_scope", "parse_targets"]


def load_scope(path: Path, *, today: date) -> Scope:
    """Read a scope file. Raises `ConfigError` for a bad file and `ScopeError` where it does not hold `today`."""
    from cctv_probe.scope import file

    return file.load_scope(path, today=today)
