"""`scripts/bench streams`: what measuring streams costs, in processor time and in waiting.

1. Processor time while ten streams of 4 Mbit/s are measured, without picture health, as a share of one core.
2. Wall time for forty streams of 4 Mbit/s under the default ceiling of 50 Mbit/s, beside the least it can take.

The simulator sends from another process. Medians of one run; exit code 1 where a bound is missed.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

BIT_RATE_BPS = 4_000_000
SAMPLE_S = 10.0
ROUNDS = 3

_TOWN = """
import json, sys
from pathlib import Path
from cctv_probe.simulator.generated import credentials_for, many_streams
from cctv_probe.simulator.municipality import run_forever
fleet = many_streams(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
Path(sys.argv[4]).write_text(json.dumps(credentials_for(fleet)))
run_forever(fleet, lambda town: print("ready", flush=True))
"""


@contextlib.contextmanager
def town(count: int, base: str, folder: Path) -> Iterator[Any]:
    """Cameras with one stream each in a process of their own; their credentials."""
    secrets = folder / f"{base}.json"
    command = [sys.executable, "-c", _TOWN, str(count), base, str(BIT_RATE_BPS), str(secrets)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the simulator did not start")
        yield json.loads(secrets.read_text())
    finally:
        process.terminate()
        process.wait(10)


def means(folder: Path, found: Any, addresses: list[str]) -> Any:
    """The means of a run that measures without looking at pictures."""
    from cctv_probe.scope.permit import Scope
    from cctv_probe.scope.targets import parse_targets
    from cctv_probe.stream.ceiling import Ceiling
    from cctv_probe.stream.measure import Measuring
    from cctv_probe.visiting import Means
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.credentials import Credentials, Group, Login
    from cctv_probe.wire.ledger import Ledger
    from cctv_probe.wire.redaction import Redactor
    from cctv_probe.wire.run_folder import RunFolder

    clock = SystemClock()
    credentials = Credentials(
        tuple(Group(item["name"], Login(item["user"], item["password"])) for item in found["groups"])
    )
    out = Path(tempfile.mkdtemp(dir=folder))
    return Means(
        Scope.from_targets(parse_targets(addresses)),
        credentials,
        Ledger(out / "logins.sqlite", clock),
        RunFolder(out, Redactor(credentials.secrets(), credentials.users()), clock),
        clock,
        threading.Event(),
        measuring=Measuring(Ceiling(), None, sample_s=SAMPLE_S),
    )


def measured(result: Any) -> list[float]:
    """The frame rates that were measured."""
    return [
        float(item.value)
        for device in result.devices
        for item in device.evidence
        if item.attribute == "frame_rate" and item.source.method == "rtp.timestamps"
    ]


def bench_cpu(folder: Path) -> bool:
    """Ten streams: the processor time of the whole scan, less that of the same scan without measuring."""
    from cctv_probe.pipeline import scan

    addresses = [f"127.86.0.{1 + number}" for number in range(10)]
    shares = []
    print(f"10 streams of {BIT_RATE_BPS / 1e6:.0f} Mbit/s, measured for {SAMPLE_S:.0f} s, no pictures decoded")
    with town(10, "127.86.0.1", folder) as found:
        scan(addresses, replace(means(folder, found, addresses), measuring=None))
        for number in range(ROUNDS):
            asking, began = time.process_time(), time.monotonic()
            scan(addresses, replace(means(folder, found, addresses), measuring=None))
            asking, asked_s = time.process_time() - asking, time.monotonic() - began
            whole, began = time.process_time(), time.monotonic()
            result = scan(addresses, means(folder, found, addresses))
            whole, took_s = time.process_time() - whole, time.monotonic() - began
            watching_s = took_s - asked_s
            share = (whole - asking) / watching_s
            rates = measured(result)
            shares.append(share)
            print(
                f"  run {number + 1}: {share * 100:4.1f} % of one core over {watching_s:.1f} s, {len(rates)} streams "
                f"measured, {min(rates, default=0):.2f} to {max(rates, default=0):.2f} frames per second"
            )
            if len(rates) != 10:
                return verdict("streams measured", 10 - len(rates), 0)
    return verdict("share of one core", statistics.median(shares), 0.15)


def bench_ceiling(folder: Path) -> bool:
    """Forty streams: the wall time of measuring, beside the least that the ceiling allows."""
    from cctv_probe.pipeline import scan
    from cctv_probe.stream.ceiling import DEFAULT_BPS

    count = 40
    addresses = [f"127.87.0.{1 + number}" for number in range(count)]
    least_s = max(SAMPLE_S, SAMPLE_S * count * BIT_RATE_BPS / DEFAULT_BPS)
    print(
        f"{count} streams of {BIT_RATE_BPS / 1e6:.0f} Mbit/s under {DEFAULT_BPS / 1e6:.0f} Mbit/s: at least {least_s:.0f} s"
    )
    with town(count, "127.87.0.1", folder) as found:
        began = time.monotonic()
        scan(addresses, replace(means(folder, found, addresses), measuring=None))
        asked_s = time.monotonic() - began
        run = means(folder, found, addresses)
        began = time.monotonic()
        result = scan(addresses, run)
        took_s = time.monotonic() - began
    rates = measured(result)
    peak = run.measuring.ceiling.peak_bps / 1e6
    print(f"  {took_s:.1f} s in all, {asked_s:.1f} s of it for asking; {len(rates)} measured; peak {peak:.0f} Mbit/s")
    if len(rates) != count:
        return verdict("streams not measured", count - len(rates), 0)
    return verdict("ratio to the least", (took_s - asked_s) / least_s, 1.3)


def verdict(name: str, value: float, most: float) -> bool:
    """Print one figure beside its bound."""
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    """Run both."""
    with tempfile.TemporaryDirectory(prefix="cctv-probe-bench-") as kept:
        held = [bench_cpu(Path(kept)), bench_ceiling(Path(kept))]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
