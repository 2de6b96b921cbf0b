"""The site list in a run: read, or refused with its line; closed places kept closed; declared days handed to the check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop

if TYPE_CHECKING:
    from cctv_probe.scope.permit import Scope
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


def with_closed(scope: Scope, site: SiteList) -> Scope:
    """The scope with the addresses of closed places as the site list knows them: those are counted, not asked."""
    from cctv_probe.scope.addresses import ScopeError
    from cctv_probe.scope.permit import ScopeRange
    from cctv_probe.scope.targets import parse_targets

    closed = []
    for address in site.closed_addresses():
        try:
            targets = parse_targets([address], allow_public=True)
        except ScopeError:
            continue  # a folder of recordings stands where a device has its address
        closed.append(ScopeRange(targets, "closed"))
    return replace(scope, ranges=(*scope.ranges, *closed)) if closed else scope


def days_by_channel(site: SiteList) -> Callable[[str, int], int | None]:
    """What was declared of a channel's days, by the state key of its archive (`<device id>@<address>:<port>`)."""

    def declared(state_key: str, channel: int) -> int | None:
        return site.declared_days(state_key.rpartition("@")[0], channel)

    return declared
