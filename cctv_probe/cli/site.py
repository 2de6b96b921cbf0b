"""The site list of a run: read, or refused with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop

if TYPE_CHECKING:
    from cctv_probe.survey.site_list import SiteList


def read_site(path: Path | None) -> SiteList:
    """The site list; an empty one where none is named. Raises `Stop`."""
    from cctv_probe.survey.site_list import SiteList

    if path is None:
        return SiteList()
    from cctv_probe.scope.yaml_file import ConfigError
    from cctv_probe.survey.site_file import load_site

    try:
        return load_site(path)
    except ConfigError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
