"""The maker and the place from what a device tells of itself: manufacturer field, scopes, network card."""

from __future__ import annotations

from cctv_probe.identify.brands import display_brand
from cctv_probe.identify.oui import brand_of_mac
from cctv_probe.identify.scopes import ScopeFacts, read_scopes
from cctv_probe.model.evidence import Evidence, Standing
from cctv_probe.wire.visit import Visit


def note_brands(visit: Visit) -> None:
    """Write down brand, model, name, place and profiles as far as known now; doing it again adds only what is new."""
    for item in visit.known("device", "manufacturer"):
        _once(visit, "brand", display_brand(str(item.value)), item)
    for item in visit.known("device", "scopes"):
        if isinstance(item.value, tuple):
            _note_scopes(visit, read_scopes(str(scope) for scope in item.value), item)
    for mac in [visit.host.mac, *(str(item.value) for item in visit.known("device", "mac"))]:
        maker = brand_of_mac(mac)
        if maker and not any(item.source.method == "oui" for item in visit.known("device", "brand")):
            visit.note("device", "brand", maker.display, "oui", Standing.ADVERTISED)


def _note_scopes(visit: Visit, told: ScopeFacts, item: Evidence) -> None:
    _once(visit, "brand", told.brand.display if told.brand else None, item)
    _once(visit, "model", told.hardware, item)
    _once(visit, "device_name", told.name, item)
    _once(visit, "location_text", " · ".join(told.places) or None, item)
    _once(visit, "onvif_profiles", told.profiles, item)


def _once(visit: Visit, attribute: str, value: str | tuple[str, ...] | None, item: Evidence) -> None:
    """Note `value` with the source of `item`, unless that source has told this attribute already."""
    if not value or any(known.source == item.source for known in visit.known("device", attribute)):
        return
    source = item.source
    visit.note("device", attribute, value, source.method, source.standing, raw=source.raw_sha256)
