"""From a comparison to `site.csv`: what people declared, of the cameras whose pair is sure enough to be kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from cctv_probe.compare.comparison import RowResult
from cctv_probe.compare.matching.declared import DeclaredCamera
from cctv_probe.compare.matching.result import Pair
from cctv_probe.compare.normalise import to_value
from cctv_probe.compare.output.listing import places
from cctv_probe.compare.output.sides import Compared
from cctv_probe.model.evidence import Value
from cctv_probe.model.record import FIELDS
from cctv_probe.survey.site_list import SiteCamera, SiteList, comes_back

_SURE = ("high", "medium")


def is_confirmed(pair: Pair) -> bool:
    """Whether a pair may carry declared values into later scans: a person decided it, or its keys are not in doubt."""
    return pair.key == "decision" or pair.confidence in _SURE


def site_of(compared: Compared) -> SiteList:
    """The site list of a comparison, in the order of the declared list."""
    rows = zip(places(compared.listed), compared.comparison.rows, strict=True)
    moment, listed = compared.comparison.options.now.replace(microsecond=0), compared.listed.file
    found = []
    for place, row in rows:
        if row.found is None or row.pair is None or not is_confirmed(row.pair):
            continue
        camera = row.found.camera
        if not comes_back(camera.id):
            continue
        found.append(
            SiteCamera(
                id=camera.id,
                id_basis=camera.id_basis,
                address=camera.device,
                channel=camera.channel,
                declared_at=moment,
                values=declared_values(row),
                scope_class=None if camera.scope_class == "unknown" else camera.scope_class,
                views=tuple(f"{view.device_id}/{view.channel}" for view in camera.views),
                listed=listed,
                row=place,
            )
        )
    return SiteList(tuple(found))


def declared_values(row: RowResult) -> Mapping[str, Value]:
    """The declared values of a row in the form of the record; what could only be guessed is left out."""
    declared = row.declared
    values = {field: value for field in FIELDS if (value := _value(declared, field)) is not None}
    position = _position(declared, values.get("position"))
    return {**values, "position": position} if position else values


def _value(declared: DeclaredCamera, field: str) -> Value:
    cell = declared.cells.get(field)
    if cell is None or (cell.confidence == "low" and field != "position"):
        return None
    value = to_value(field, cell.canonical, cell.raw)
    return tuple(value) if isinstance(value, list) else value


def _position(declared: DeclaredCamera, read: Value) -> Value:
    """The position with the coordinates of other columns of the row."""
    told: dict[str, Value] = {"text": None, "latitude": None, "longitude": None}
    told |= read if isinstance(read, Mapping) else {}
    if told["latitude"] is None and declared.latitude is not None:
        told |= {"latitude": declared.latitude, "longitude": declared.longitude}
    return told if told["text"] or told["latitude"] is not None else None
