"""The registry of owners: which local authority a code or a name in a declared list means, and in which province it lies.

    provinces.csv ─► provinces      code 10…96 → Thai and English name; dated data
    lao_code                        eight digits TTPPDDLL, what spreadsheets do to them, what cannot be repaired
    DLA's open CSV ─► load ─► lao_registry      by code, by name, by name and place

Names are not keys (22 SAOs are called หนองบัว) and the type digits of codes are wrong in places (facts: survey, "Owners and
places"): the kind of an authority comes from its name, and a name of several gives several. No list of authorities comes
with the program; a person downloads DLA's open CSV and hands it over. Only that file enters: no network, no clock, no
cameras.
"""

from __future__ import annotations

from cctv_probe.compare.registry.lao_code import LaoCode, LaoCodeError, read_lao_code
from cctv_probe.compare.registry.lao_registry import LaoRegistry
from cctv_probe.compare.registry.load import RegistryError, load_registry, read_registry
from cctv_probe.compare.registry.provinces import Province, province_by_code, province_by_name, province_of, provinces

__all__ = [
    "LaoCode",
    "LaoCodeError",
    "LaoRegistry",
    "Province",
    "RegistryError",
    "load_registry",
    "province_by_code",
    "province_by_name",
    "province_of",
    "provinces",
    "read_lao_code",
    "read_registry",
]
