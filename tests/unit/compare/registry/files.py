"""The registry of the tests: invented authorities in the form of DLA's open CSV."""

from __future__ import annotations

from pathlib import Path

from cctv_probe.compare.registry import LaoRegistry, read_registry

FIXTURE = Path(__file__).parent / "owners.csv"
HEADER = "จังหวัด,อำเภอ,ตำบล,รหัส อปท.,ประเภท อปท.,อปท."
NAME = "ทะเบียน.csv"


def fixture_bytes(encoding: str = "utf-8-sig") -> bytes:
    """The fixture as a file in this encoding, with the line ends of Windows."""
    return FIXTURE.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding)


def fixture() -> LaoRegistry:
    """The fixture, read."""
    return read_registry(fixture_bytes(), NAME)


def registry_of(*rows: str, header: str = HEADER) -> LaoRegistry:
    """A registry of these lines."""
    return read_registry("\n".join([header, *rows]).encode("utf-8-sig"), NAME)
