"""`scripts/bench footage`: what proving recordings costs.

1. A folder of 50,000 files with times in their names: the time and memory of indexing it, and of doing so again from the cache.
2. The pure part: planning and judging one channel of 30 days with 60 presence samples.
3. The same 30 days played over ONVIF from a recorder that takes 300 ms to answer PLAY, beside the least time in which it can
   be asked for the same instants one after another (a bare client over plain sockets that looks at nothing).

Medians; exit code 1 where a bound is missed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _bare_replay

FILES = 50_000
CHANNELS = 8
ROUNDS = 3
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)

ADDRESS = "127.86.0.1"
DAYS = 30
PLAY_S = 0.3
MOST_RATIO = 1.2
BESIDE = timedelta(seconds=7)
"""The bare client asks for other pictures of the same instants: the simulator draws each anew, and keeps those it drew."""

_TOWN = """
import json, sys
from dataclasses import replace
from pathlib import Path
from cctv_probe.simulator.fleet import ArchiveFaults, Fleet, Names, Recorded, Recordings
from cctv_probe.simulator.generated import credentials_for, many_cameras
from cctv_probe.simulator.municipality import run_forever
(camera,) = many_cameras(1, sys.argv[1]).devices
days = Recordings(days=int(sys.argv[2]), recorded=Recorded(width=1280, height=720, bit_rate_bps=2_000_000))
channel = replace(camera.channels[0], recordings=days)
services = (*camera.services, "recording", "search", "replay")
faults = replace(camera.faults, archive=ArchiveFaults(answer_delay_s=float(sys.argv[3]), max_playbacks=1))
recorder = replace(camera, kind="recorder", services=services, channels=(channel,), faults=faults)
fleet = Fleet(name=Names(en="For measuring", th="สำหรับวัด"), lao_code="05990196", devices=(recorder,))
Path(sys.argv[4]).write_text(json.dumps(credentials_for(fleet)))
run_forever(fleet, lambda town: print("ready", flush=True))
"""

_INDEX = """
import json, resource, sys, time
began = time.monotonic()
from datetime import UTC, datetime, timedelta
from pathlib import Path
from cctv_probe.footage.folders.archive import FolderArchive
from cctv_probe.footage.folders.file_process import FileReader
from cctv_probe.wire.clock import SystemClock
clock = SystemClock()
now = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
with FileReader() as reader:
    archive = FolderArchive(Path(sys.argv[1]), reader, clock, state_folder=Path(sys.argv[2]))
    spans = [archive.index(channel, now - timedelta(days=400), now).spans for channel in archive.channels()]
peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": time.monotonic() - began, "mb": peak_kb / 1024, "channels": len(spans), "spans": sum(map(len, spans))}))
"""


def fill(root: Path) -> None:
    """Files of ten minutes in folders of one day and channel, named as a recorder's export names them."""
    start = NOW - timedelta(minutes=10 * FILES / CHANNELS)
    for number in range(FILES):
        channel, place = number % CHANNELS + 1, number // CHANNELS
        begun = start + timedelta(minutes=10 * place)
        folder = root / f"camera {channel:02d}" / f"{begun:%Y-%m-%d}"
        if place % 144 == 0 or not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
        ended = begun + timedelta(minutes=10)
        (folder / f"NVR_ch{channel}_main_{begun:%Y%m%d%H%M%S}_{ended:%Y%m%d%H%M%S}.mp4").touch()


def indexed(root: Path, state: Path) -> dict[str, float]:
    """One indexing, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _INDEX, root, state], capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def bench_folder(kept: Path) -> bool:
    """Indexing without a cache and with one."""
    root = kept / "recordings"
    fill(root)
    time.sleep(6)  # a directory that has changed just now is read again: the cache would be measured empty
    first, again = [], []
    for number in range(ROUNDS):
        state = kept / f"state {number}"
        first.append(indexed(root, state))
        again.append(indexed(root, state))
    print(f"{FILES} files in {CHANNELS} channels; {first[0]['spans']:.0f} spans found")
    held = [
        verdict("first indexing, seconds", statistics.median(each["seconds"] for each in first), 20),
        verdict("from the cache, seconds", statistics.median(each["seconds"] for each in again), 2),
        verdict("memory, MB", max(each["mb"] for each in first + again), 200),
        verdict("channels not found", CHANNELS - first[0]["channels"], 0),
    ]
    return all(held)


def bench_pure() -> bool:
    """Planning and judging, without an archive to wait for."""
    from cctv_probe.footage.archive import Index
    from cctv_probe.footage.days import SiteDays
    from cctv_probe.footage.plan import Planner, Wish
    from cctv_probe.footage.verdict import Case, judge
    from cctv_probe.model.footage import Outcome, Sample, Span

    days = SiteDays.at(NOW)
    held = Span(days.bounds(30)[0], NOW)
    index = Index(held.start_utc, held.end_utc, (held,), spans_known=True)
    took = []
    for number in range(ROUNDS * 5):
        began = time.monotonic()
        planner = Planner(str(number), days, index, Wish(declared_days=30))
        samples: list[Sample] = []
        while asks := planner.next(samples):
            for ask in asks:
                there = held.start_utc <= ask.at_utc < held.end_utc
                outcome = Outcome.PLAYED if there else Outcome.MISSING
                samples.append(Sample(ask.at_utc, ask.day, outcome, ask.at_utc, purpose=ask.purpose))
        found = judge(Case(index, samples, days, declared_days=30, seeds=(str(number),)))
        took.append(time.monotonic() - began)
        if (found.verified_days, found.verdict) != (30, "match"):
            return verdict("wrong verdicts", 1, 0)
    print(f"30 days of one channel, {len(samples)} instants planned and judged")
    return verdict("planning and judging, seconds", statistics.median(took), 0.1)


@dataclass(frozen=True)
class Asked:
    """One check of the recorder: how long it took, and every instant it asked for, in order, `long` or not."""

    seconds: float
    instants: list[tuple[datetime, bool, bool]]
    days: object
    presence: int


@contextmanager
def recorder(folder: Path) -> Iterator[dict[str, str]]:
    """The recorder in a process of its own; its login."""
    secrets = folder / "recorder.json"
    command = [sys.executable, "-c", _TOWN, ADDRESS, str(DAYS), str(PLAY_S), str(secrets)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the simulator did not start")
        (group,) = json.loads(secrets.read_text())["groups"]
        yield group
    finally:
        process.terminate()
        process.wait(10)


def checked(login: dict[str, str], decoders: Any, folder: Path) -> Asked:
    """One check as `cctv-probe retention` makes it; the time is that of the stage, index included."""
    from cctv_probe.footage.check import Checking
    from cctv_probe.footage.verifier import Tools
    from cctv_probe.pipeline import scan
    from cctv_probe.scope.permit import Scope
    from cctv_probe.scope.targets import parse_targets
    from cctv_probe.visiting import Means
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.credentials import Credentials, Group, Login
    from cctv_probe.wire.ledger import Ledger
    from cctv_probe.wire.redaction import Redactor
    from cctv_probe.wire.run_folder import RunFolder

    clock, instants, purposes = SystemClock(), [], []

    def heard(_channel: object, sample: Any) -> None:
        instants.append((sample.at_utc, sample.purpose == "long", sample.outcome.value == "played"))
        purposes.append(sample.purpose)

    credentials = Credentials((Group("all", Login(login["user"], login["password"])),))
    means = Means(
        Scope.from_targets(parse_targets([ADDRESS])),
        credentials,
        Ledger(folder / "logins.sqlite", clock),
        RunFolder(folder, Redactor(credentials.secrets(), credentials.users()), clock),
        clock,
        threading.Event(),
        use_arp=False,
        use_multicast=False,
        checking=Checking(Tools(decoders, clock, on_sample=heard), DAYS),
    )
    (device,) = scan([ADDRESS], means).devices
    (attempt,) = [one for one in device.attempts if one.step == "footage.onvif.replay"]
    (channel,) = device.channels
    days = channel.footage.retention.verified_days if channel.footage else None
    return Asked(attempt.elapsed_s, instants, days, purposes.count("presence"))


def bench_device(kept: Path) -> bool:
    """What a check takes beside the least it can take."""
    from cctv_probe.media.decoder import Decoders

    took, least, ratios, wrong = [], [], [], 0
    with recorder(kept) as login, Decoders() as decoders:
        place = _bare_replay.Place(ADDRESS, 8554, "/onvif/replay/Recording_001", login["user"], login["password"], 101)
        _bare_replay.ask(place, _a_week_ago(), is_long=True)  # the first PLAY waits until the clip is encoded
        for number in range(ROUNDS):
            folder = kept / f"check {number}"
            folder.mkdir()
            found = checked(login, decoders, folder)
            began = time.monotonic()
            played = [_bare_replay.ask(place, at + BESIDE, is_long=is_long) for at, is_long, _ in found.instants]
            least.append(time.monotonic() - began)
            took.append(found.seconds)
            ratios.append(took[-1] / least[-1])
            wrong += found.days != DAYS or played != [hit for _, _, hit in found.instants]
    count = len(found.instants)
    print(
        f"{DAYS} days of one channel over ONVIF, {count} instants ({found.presence} presence samples), PLAY {PLAY_S} s"
    )
    print(f"  asked: {statistics.median(took):.2f} s; the least: {statistics.median(least):.2f} s", end="; ")
    print(f"{count} times the answer to PLAY alone: {count * PLAY_S:.2f} s")
    held = [
        verdict("ratio to the least", statistics.median(ratios), MOST_RATIO),
        verdict("ratio to PLAY alone", statistics.median(took) / (count * PLAY_S), MOST_RATIO),
        verdict("presence samples too few", max(0, 60 - found.presence), 0),
        verdict("wrong rounds", wrong, 0),
    ]
    return all(held)


def _a_week_ago() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=7)


def verdict(name: str, value: float, most: float) -> bool:
    """Print one figure beside its bound."""
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    """Run all."""
    with tempfile.TemporaryDirectory(prefix="cctv-probe-bench-") as kept:
        held = [bench_folder(Path(kept)), bench_pure(), bench_device(Path(kept))]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
