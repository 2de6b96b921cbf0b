"""`scripts/bench compare`: whether declared cameras are matched to the right discovered ones, and how fast.

An invented municipality of 500 cameras: places named as people name them (and shorten, mistype and cut off), few makes, cameras
of their own and behind recorders; 20 % of the declared addresses exchanged, 10 % of the keys missing, a few rows of cameras that
are gone and a few cameras that nobody declared. Two readings of "missing keys": each key of a row alone, or all of a row's
serial number and MAC together. Several seeds each; then the time for large lists. Exit code 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cctv_probe.compare.matching.declared import DeclaredCamera, DeclaredCell, with_keys
from cctv_probe.compare.matching.found import found_cameras
from cctv_probe.compare.matching.match import match
from cctv_probe.model.device import Channel, Device, Identity, Kind, Run
from cctv_probe.model.evidence import Evidence, Source, Standing
from cctv_probe.survey.fill import fill
from cctv_probe.survey.result import Survey

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SWAPPED, MISSING, GONE, UNDECLARED, RECORDED = 0.20, 0.10, 0.02, 0.02, 0.25
MAKES = (
    ("hikvision", "Hikvision", "DS-2CD2043G2-I", "2560x1440", 0.55),
    ("hikvision", "Hikvision", "DS-2CD1023G0E-I", "1920x1080", 0.2),
    ("dahua", "Dahua", "IPC-HFW1239S1", "1920x1080", 0.2),
    ("uniview", "Uniview", "IPC2122LB", "1920x1080", 0.05),
)
KINDS = (
    "สี่แยก",
    "สามแยก",
    "หน้าโรงเรียน",
    "หน้าวัด",
    "ตลาด",
    "สะพาน",
    "ถนน",
    "ซอย",
    "ปากซอย",
    "หน้าโรงพยาบาล",
    "บ้าน",
    "ศาลา",
    "หน้าตลาด",
)
NAMES = (
    "ประชาสันติ", "บางกะปิ", "หนองบัว", "ท่าทราย", "บ้านใหม่", "เทพารักษ์", "ศรีสุข", "สุขสวัสดิ์", "พระยาสุเรนทร์", "ราษฎร์อุทิศ", "คลองสาม",
    "โพธิ์ทอง", "ดอนเมือง", "บึงคำพร้อย", "วังน้อย", "ทุ่งสองห้อง", "แสนสุข", "หนองปรือ", "ชัยพฤกษ์", "รัตนาธิเบศร์", "ท่าน้ำนนท์", "ป่าตอง",
)  # fmt: skip
SIDES = ("", "", "", " ขาเข้า", " ขาออก", " ฝั่งซ้าย", " ฝั่งขวา", " ทิศเหนือ", " ทิศใต้")
SHORTER = (
    ("ถนน", "ถ."),
    ("ซอย", "ซ."),
    ("โรงเรียน", "รร."),
    ("โรงพยาบาล", "รพ."),
    ("สี่แยก", "แยก"),
    ("บ้าน", "บ."),
    ("สามแยก", "3แยก"),
)


@dataclass(frozen=True)
class Town:
    """A declared list, what a scan of the place found, and which camera each row really is (None: gone)."""

    rows: tuple[DeclaredCamera, ...]
    survey: Survey
    truth: dict[int, str | None]


@dataclass(frozen=True)
class Result:
    """Shares of rows paired rightly, counts of wrong pairs, and CPU seconds (other work on the machine does not count)."""

    right: float
    wrong: int
    wrong_unmarked: int
    asked: int
    seconds: float


def town(seed: int, size: int, *, both_missing: bool) -> Town:
    """An invented municipality."""
    dice = random.Random(seed)
    places = _places(dice, size)
    devices: list[Device] = []
    rows: list[DeclaredCamera] = []
    spots: list[tuple[int, int]] = []
    number = 0
    while number < size:
        count = min(dice.choice((4, 8, 16)), size - number) if dice.random() < RECORDED / 8 else 1
        device, mine = _device(dice, len(devices), places[number : number + count])
        devices.append(device)
        rows += mine
        spots += [(len(devices) - 1, channel) for channel in range(count)]
        number += count
    rows = [replace(row, row=place + 1) for place, row in enumerate(rows)]
    rows = _swapped(dice, rows)
    rows = [_forgetful(dice, row, both_missing=both_missing) for row in rows]
    gone = set(dice.sample(range(size), int(size * GONE)))
    filled = [fill(device) for device in devices]
    ids = [cameras for _, cameras in filled]
    truth: dict[int, str | None] = {
        rows[place].row: ids[device][channel].id for place, (device, channel) in enumerate(spots)
    }
    survey = Survey(
        Run("bench", "2026-11-23T02:00:00Z", "2026-11-23T02:05:00Z", "bench", ("10.0.0.0/16",), True, size),
        tuple(devices),
        tuple(record for record, _ in filled),
        tuple(
            camera
            for _, cameras in filled
            for camera in cameras
            if camera.id not in {truth[place + 1] for place in gone}
        ),
    )
    for place in gone:
        truth[place + 1] = None
    kept = [row for row in rows if dice.random() > UNDECLARED]
    dice.shuffle(kept)
    return Town(with_keys(kept), survey, truth)


def _places(dice: random.Random, size: int) -> list[str]:
    """Names of places, one for each camera; about one in twelve stands twice."""
    names: list[str] = []
    while len(names) < size:
        place = f"{dice.choice(KINDS)}{dice.choice(NAMES)}"
        tail = dice.choice(("", f" {dice.randint(1, 12)}", f" หมู่ {dice.randint(1, 14)}"))
        name = f"{place}{tail}{dice.choice(SIDES)}"
        if name not in names or dice.random() < 0.08:
            names.append(name)
    return names


def _device(dice: random.Random, number: int, names: Sequence[str]) -> tuple[Device, list[DeclaredCamera]]:
    """One camera, or a recorder with several, and the honest rows about it."""
    slug, brand, model, size, _ = dice.choices(MAKES, [make[-1] for make in MAKES])[0]
    serial = "".join(dice.choices(string.digits + "ABCDEFG", k=9))
    mac = ":".join(["C0", "56", "E3", *(f"{dice.randrange(256):02X}" for _ in range(3))])
    address = f"10.0.{number // 250}.{number % 250 + 2}"
    recorder = len(names) > 1
    told = f"{model}20230114AAWR{serial}" if slug == "hikvision" else serial
    evidence = [_said("device", "brand", brand), _said("device", "model", model)]
    for channel, name in enumerate(names, 1):
        evidence.append(_said(f"channel/{channel}/stream/main", "resolution", size, role="live"))
        shown = _shown(dice, name, channel)
        if shown:
            evidence.append(_said(f"channel/{channel}", "osd_text", shown))
    device = Device(
        address,
        80,
        Kind.RECORDER if recorder else Kind.CAMERA,
        Identity(serial=told, mac=mac),
        (80, 554),
        ("tcp",),
        channels=tuple(Channel(channel) for channel in range(1, len(names) + 1)),
        evidence=tuple(evidence),
    )
    rows = [
        DeclaredCamera(
            key="",
            row=0,
            serial=None if recorder else serial,
            mac=None if recorder else mac,
            address=address,
            channel=channel if recorder else None,
            name=name,
            model=model if dice.random() < 0.5 and not recorder else None,
            cells={"brand": DeclaredCell(brand, slug), "resolution": DeclaredCell(size, size)},
        )
        for channel, name in enumerate(names, 1)
    ]
    return device, rows


def _said(subject: str, attribute: str, value: str, role: str | None = None) -> Evidence:
    return Evidence(subject, attribute, value, Source("onvif.device_information", Standing.CONFIGURED), NOW, role=role)


def _shown(dice: random.Random, name: str, channel: int) -> str | None:
    """What stands in the picture: mostly the place in somebody's spelling, else what the factory wrote, or nothing."""
    kind = dice.random()
    if kind < 0.1:
        return None
    if kind < 0.2:
        return dice.choice((f"Camera {channel:02d}", "IPCamera 01", "Camera 01"))
    for long, short in SHORTER:
        if dice.random() < 0.4:
            name = name.replace(long, short)
    if dice.random() < 0.3:
        name = "".join(letter for letter in name if letter not in "่้๊๋็์")
    if dice.random() < 0.3:
        name = name.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    if dice.random() < 0.3:
        name = name.replace(" ", "")
    return f"{dice.choice(('', '', 'CAM ', 'กล้อง'))}{name}"


def _swapped(dice: random.Random, rows: list[DeclaredCamera]) -> list[DeclaredCamera]:
    """A fifth of the addresses exchanged, two by two."""
    chosen = dice.sample(range(len(rows)), int(len(rows) * SWAPPED) // 2 * 2)
    given = list(rows)
    for one, other in zip(chosen[::2], chosen[1::2], strict=True):
        given[one] = replace(rows[one], address=rows[other].address, channel=rows[other].channel)
        given[other] = replace(rows[other], address=rows[one].address, channel=rows[one].channel)
    return given


def _forgetful(dice: random.Random, row: DeclaredCamera, *, both_missing: bool) -> DeclaredCamera:
    """A row without some of its keys."""
    if both_missing:
        return replace(row, serial=None, mac=None) if dice.random() < MISSING else row
    lost = {key: None for key in ("serial", "mac", "name", "address") if dice.random() < MISSING}
    return replace(row, **lost)  # type: ignore[arg-type]  # each of these keys may be None


def judged(place: Town) -> Result:
    """One matching held against the truth. A row of a camera that is gone is right when it is paired with nothing."""
    began = time.process_time()
    matching = match(place.rows, found_cameras(place.survey))
    seconds = time.process_time() - began
    row_of = {row.key: row.row for row in place.rows}
    paired = {row_of[pair.declared]: pair for pair in matching.pairs}
    wrong = [pair for row, pair in paired.items() if pair.found != place.truth[row]]
    right = sum(
        (paired[number].found == place.truth[number]) if number in paired else place.truth[number] is None
        for number in row_of.values()
    )
    unmarked = sum(not pair.is_marked for pair in wrong)
    return Result(right / len(place.rows), len(wrong), unmarked, len(matching.questions), seconds)


def bench_right(size: int, seeds: int) -> bool:
    """Right and wrong over several seeds and both readings of "missing keys"."""
    held = []
    for both_missing in (False, True):
        results = [judged(town(seed, size, both_missing=both_missing)) for seed in range(seeds)]
        what = "10 % of rows without serial number and MAC" if both_missing else "10 % of each key missing"
        print(f"{size} cameras, 20 % of addresses exchanged, {what}, {seeds} seeds")
        print(f"  right: {min(each.right for each in results):.1%} to {max(each.right for each in results):.1%}")
        print(f"  asked about: {statistics.median(each.asked for each in results):.0f} (median)")
        held += [
            verdict("share not right, all seeds", 1 - statistics.fmean(each.right for each in results), 0.02),
            verdict("wrong pairs, marked or not", sum(each.wrong for each in results), 0.01 * size * seeds),
            verdict("wrong pairs that nothing marks", sum(each.wrong_unmarked for each in results), 0),
            verdict("CPU seconds, median", statistics.median(each.seconds for each in results), 1.0),
        ]
    return all(held)


def bench_time(size: int) -> bool:
    """Large lists: with keys, with names only, and with nothing but one make and size."""
    place = town(1, size, both_missing=True)
    nameless = [replace(row, serial=None, mac=None, address=None) for row in place.rows]
    bare = [replace(row, name=None, model=None) for row in nameless]
    held = []
    # By name alone nobody can know that the camera meant shows no name and its undeclared namesake does: one in a thousand.
    plans = (("with keys", place.rows, 5.0, 0), ("names only", nameless, 10.0, size // 1000), ("nothing", bare, 5.0, 0))
    for what, rows, most, allowed in plans:
        found = found_cameras(place.survey)
        began = time.process_time()
        rows = with_keys(rows)
        matching = match(rows, found)
        seconds = time.process_time() - began
        print(
            f"{len(rows)} rows and {len(found)} cameras, {what}: {len(matching.pairs)} paired, {len(matching.questions)} asked about"
        )
        row_of = {row.key: row.row for row in rows}
        unmarked = sum(
            not pair.is_marked and pair.found != place.truth[row_of[pair.declared]] for pair in matching.pairs
        )
        held += [verdict("CPU seconds", seconds, most), verdict("wrong pairs that nothing marks", unmarked, allowed)]
    return all(held)


def verdict(name: str, value: float, most: float) -> bool:
    """Print one figure beside its bound."""
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    """Run all."""
    wanted = argparse.ArgumentParser(description="Matching declared cameras to discovered ones.")
    wanted.add_argument("--size", type=int, default=500)
    wanted.add_argument("--seeds", type=int, default=10)
    wanted.add_argument("--large", type=int, default=5000)
    given = wanted.parse_args()
    held = [bench_right(given.size, given.seeds), bench_time(given.large)]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
