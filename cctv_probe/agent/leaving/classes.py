"""Which class of place a camera watches, as people decided: by the site list, else by the range of its address. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from cctv_probe.agent.leaving.absorb import ClassOf
from cctv_probe.scope.permit import Scope
from cctv_probe.survey.site_list import SiteCamera, SiteList


def classes_of(scope: Scope, site: SiteList) -> ClassOf:
    """The decision for any known camera, met in the last scan or not, under any id it ever had.

    A site list decides before a range; what it calls closed under any of a camera's names is closed.
    """
    by_id: dict[str, list[SiteCamera]] = defaultdict(list)
    for camera in site.cameras:
        by_id[camera.id].append(camera)
    claims = Counter(view for camera in site.cameras for view in camera.views)
    by_view = {view: camera for camera in site.cameras for view in camera.views if claims[view] == 1}

    def decided(camera: Mapping[str, Any]) -> str | None:
        found = [
            each
            for name in (camera["id"], *camera.get("formerly", ()))
            for each in _listed(by_id.get(name, []), camera)
        ]
        if not found:
            views = (by_view.get(f"{view['device_id']}/{view['channel']}") for view in camera["views"])
            found = [each for each in views if each is not None][:1]
        classes = [each.scope_class for each in found if each.scope_class]
        if "closed" in classes:
            return "closed"
        return classes[0] if classes else scope.scope_class(camera["device"])

    return decided


def _listed(named: list[SiteCamera], camera: Mapping[str, Any]) -> list[SiteCamera]:
    """The line of the file: the only one with this id, else the one that also has its address and channel."""
    if len(named) == 1:
        return named
    return [each for each in named if (each.address, each.channel) == (camera["device"], camera["channel"])]
