"""How recorders and network disks name what they record: five layouts. Names hold the recorder's local time. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from cctv_probe.simulator.fleet_recordings import Layout
from cctv_probe.simulator.recorded_spans import THAILAND


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name is made of. channel: from 1; number: of the file among the channel's; starts, ends: as the
    recorder believes; suffix: without a dot; is_locked: somebody locked it; is_motion: motion started it.
    """

    serial: str
    channel: int
    number: int
    starts: datetime
    ends: datetime
    suffix: str
    is_locked: bool = False
    is_motion: bool = False


def path_of(layout: Layout, named: Named) -> PurePosixPath:
    """Where the file lies below the device's folder."""
    return PurePosixPath(_LAYOUTS[layout](named))


def _dahua(one: Named) -> str:
    """`9D0A/2026-11-23/001/dav/10/10.00.00-11.00.00[R][0@0][0].dav`: R regular, M motion, L locked."""
    starts, ends = _local(one)
    kind = "L" if one.is_locked else "M" if one.is_motion else "R"
    return (
        f"{one.serial}/{starts:%Y-%m-%d}/{one.channel:03d}/dav/{starts:%H}/"
        f"{starts:%H.%M.%S}-{ends:%H.%M.%S}[{kind}][0@0][0].{one.suffix}"
    )


def _reolink(one: Named) -> str:
    """`2026/11/23/Camera1_00_20261123100000.mp4`; locked ones in `Locked/`."""
    starts, _ = _local(one)
    place = "Locked" if one.is_locked else f"{starts:%Y/%m/%d}"
    return f"{place}/Camera{one.channel}_00_{starts:%Y%m%d%H%M%S}.{one.suffix}"


def _synology(one: Named) -> str:
    """`cam1/20261123AM/cam1-20261123-100000-1795402800.mp4`, the last number in seconds since 1970."""
    starts, _ = _local(one)
    place = "@Locked" if one.is_locked else f"{starts:%Y%m%d}{'AM' if starts.hour < 12 else 'PM'}"
    name = f"cam{one.channel}"
    return f"{name}/{place}/{name}-{starts:%Y%m%d-%H%M%S}-{int(one.starts.timestamp())}.{one.suffix}"


def _flat(one: Named) -> str:
    """`ch01_20261123_100000_20261123_110000.mkv`, as exported by hand; `_lock` at the end of locked ones."""
    starts, ends = _local(one)
    locked = "_lock" if one.is_locked else ""
    return f"ch{one.channel:02d}_{starts:%Y%m%d_%H%M%S}_{ends:%Y%m%d_%H%M%S}{locked}.{one.suffix}"


def _untimed(one: Named) -> str:
    """`datadir0/ch01/hiv00017.mp4`: no time at all; locked ones in `datadir0/locked/`."""
    place = "locked" if one.is_locked else f"ch{one.channel:02d}"
    return f"datadir0/{place}/hiv{one.channel}{one.number:05d}.{one.suffix}"


def _local(one: Named) -> tuple[datetime, datetime]:
    return one.starts.astimezone(THAILAND), one.ends.astimezone(THAILAND)


_LAYOUTS: dict[Layout, Callable[[Named], str]] = {
    "dahua": _dahua,
    "reolink": _reolink,
    "synology": _synology,
    "flat": _flat,
    "untimed": _untimed,
}
