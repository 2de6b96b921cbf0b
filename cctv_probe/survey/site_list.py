"""`site.csv`: what people declared of each camera, by its identity, for later scans to merge as DECLARED.

Written by `compare --save` and edited by hand: the class of a place, for example, only a person knows. A camera that the
file does not name stays as it was found. The file is read strictly, since its values enter records: one mistake and it
is refused, with the line named.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cctv_probe.model.evidence import Evidence, Fact, Source, Standing, Value
from cctv_probe.model.record import SurveyRecord
from cctv_probe.survey import rank
from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.known import well_formed
from cctv_probe.survey.result import Survey
from cctv_probe.survey.safe_text import clean
from cctv_probe.survey.site_values import COLUMNS, cells_of, utc_cell
from cctv_probe.survey.write_csv import guarded

LONGEST_ID = 400
METHOD = "declared.site_list"
_FROM_PEOPLE = ("owner", "position", "purposes", "linked_agencies", "network")


@dataclass(frozen=True)
class SiteCamera:
    """One camera of the file. `values` in the form of the record contract, by its field keys; `scope_class` is None where
    nobody decided; `views` are `<device id>/<channel>` under which it was seen; `listed` and `row` say where it stood."""

    id: str
    id_basis: str
    address: str
    channel: int
    declared_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
    scope_class: str | None = None
    views: tuple[str, ...] = ()
    listed: str = ""
    row: str = ""

    def evidence(self) -> dict[str, Evidence]:
        """The declared values as evidence, by field."""
        source = Source(METHOD, Standing.DECLARED)
        told = {name: Evidence("device", name, value, source, self.declared_at) for name, value in self.values.items()}
        return {name: tidy for name, item in told.items() if (tidy := well_formed(item))}


@dataclass(frozen=True)
class SiteList:
    """The cameras of a site, as they stood in the file."""

    cameras: tuple[SiteCamera, ...] = ()

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[SiteCamera]]:
        found: dict[str, list[SiteCamera]] = {}
        for camera in self.cameras:
            found.setdefault(camera.id, []).append(camera)
        return found

    @cached_property
    def _by_view(self) -> Mapping[str, SiteCamera | None]:
        """By view; None for one that several cameras claim."""
        counted = Counter(view for camera in self.cameras for view in camera.views)
        return {view: camera if counted[view] == 1 else None for camera in self.cameras for view in camera.views}

    def of(self, camera: SurveyRecord, *, unique: bool = True) -> SiteCamera | None:
        """What is declared of a discovered camera: by its id, else by a view of it. Where its id is not its own
        (`unique` is false), address and channel must be the same too."""
        named = self._by_id.get(camera.id, ())
        if unique and len(named) == 1:
            return named[0]
        if named:
            return next(
                (each for each in named if (each.address, each.channel) == (camera.device, camera.channel)), None
            )
        views = (f"{view.device_id}/{view.channel}" for view in camera.views)
        return next((found for view in views if (found := self._by_view.get(view))), None) if unique else None

    def declared_days(self, device_id: str, channel: int) -> int | None:
        """What field 9 was declared to be for the camera that this channel shows."""
        camera = self._by_view.get(f"{device_id}/{channel}")
        days = camera.values.get("retention_days") if camera else None
        return days if isinstance(days, int) and not isinstance(days, bool) else None

    def closed_addresses(self) -> tuple[str, ...]:
        """The addresses where, when the file was written, every camera stood in a closed place."""
        open_ones = {camera.address for camera in self.cameras if camera.scope_class != "closed"}
        closed = (camera.address for camera in self.cameras if camera.scope_class == "closed")
        return tuple(address for address in dict.fromkeys(closed) if address not in open_ones)


def merge(survey: Survey, site: SiteList) -> Survey:
    """The survey with what the site list declares: fields 1 to 5 are believed, 6 to 11 stand beside what was found."""
    counted = Counter(camera.id for camera in survey.cameras)
    merged = [
        _merged(camera, declared) if (declared := site.of(camera, unique=counted[camera.id] == 1)) else camera
        for camera in survey.cameras
    ]
    return replace(survey, cameras=tuple(merged))


def _merged(camera: SurveyRecord, declared: SiteCamera) -> SurveyRecord:
    told = declared.evidence()
    fields = {name: _fact(name, fact, told.get(name)) for name, fact in camera.fields.items()}
    return replace(camera, fields=fields, scope_class=declared.scope_class or camera.scope_class)


def _fact(name: str, fact: Fact, declared: Evidence | None) -> Fact:
    if declared is None:
        return fact
    if name not in _FROM_PEOPLE:
        return rank.with_declared(fact, declared)
    if name == "owner" and _code(fact.value) == _code(declared.value):
        return fact  # the scope file says the same; two spellings of a name are no difference
    beside = (*([fact.chosen] if fact.chosen else []), *fact.others)
    return Fact(chosen=declared, others=beside)


def _code(owner: Value) -> object:
    return owner.get("lao_code") if isinstance(owner, Mapping) else None


def comes_back(camera_id: str) -> bool:
    """Whether an id stands in the file as it is: a device that puts control characters into its own is left out."""
    return 0 < len(camera_id) <= LONGEST_ID and clean(camera_id, LONGEST_ID) == camera_id


def site_text(site: SiteList) -> str:
    """The file's text without its BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for camera in site.cameras:
        cells = {
            "id": camera.id,
            "id_basis": camera.id_basis,
            "address": camera.address,
            "channel": str(camera.channel),
            "scope_class": camera.scope_class or "",
            "views": "|".join(view for view in camera.views if "|" not in view),
            "declared_utc": utc_cell(camera.declared_at),
            "list": camera.listed,
            "row": camera.row,
            **cells_of(camera.values),
        }
        writer.writerow([guarded(cells.get(column, ""), 4000) for column in COLUMNS])
    return out.getvalue()


def write_site(site: SiteList, path: Path) -> None:
    """Write `site.csv` in one step. Raises CannotWriteError."""
    write_atomically(path, site_text(site).encode("utf-8-sig"))
