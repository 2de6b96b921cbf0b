"""`scripts/bench scan`: what a scan costs, beside the obvious way of doing it.

1. Processor time of one camera's ONVIF interrogation, beside a plain `ONVIFCamera` script that asks the same questions.
2. Wall time for 100 simulated cameras that answer after 50 ms, beside what waiting for them must cost.
3. `cctv-probe --help`.

The simulator runs in another process. Medians and ratios of one run; exit code 1 where a bound is missed.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CAMERAS = 100
DELAY_S = 0.05
ROUNDS = 3
SAMPLE = 12
HELP_RUNS = 9

_TOWN = """
import json, sys, threading
from pathlib import Path
from cctv_probe.simulator.generated import credentials_for, many_cameras
from cctv_probe.simulator.municipality import run_forever
fleet = many_cameras(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
Path(sys.argv[5]).write_text(json.dumps(credentials_for(fleet)))
run_forever(fleet, lambda town: print("ready", flush=True), log=Path(sys.argv[4]))
"""


@contextlib.contextmanager
def town(count: int, base: str, delay_s: float, folder: Path) -> Iterator[tuple[Path, Any]]:
    """A generated fleet in a process of its own: (journal, credentials)."""
    log, secrets = folder / f"{base}.jsonl", folder / f"{base}.json"
    command = [sys.executable, "-c", _TOWN, str(count), base, str(delay_s), str(log), str(secrets)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the simulator did not start")
        yield log, json.loads(secrets.read_text())
    finally:
        process.terminate()
        process.wait(10)


def means(folder: Path, found: Any, addresses: list[str]) -> Any:
    """The means of a run, as the command makes them."""
    from cctv_probe.scope.permit import Scope
    from cctv_probe.scope.targets import parse_targets
    from cctv_probe.visiting import Means
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.credentials import Credentials, Group, Login
    from cctv_probe.wire.ledger import Ledger
    from cctv_probe.wire.redaction import Redactor
    from cctv_probe.wire.run_folder import RunFolder

    clock = SystemClock()
    groups = tuple(Group(item["name"], Login(item["user"], item["password"])) for item in found["groups"])
    credentials = Credentials(groups)
    redactor = Redactor(credentials.secrets(), credentials.users())
    out = Path(tempfile.mkdtemp(dir=folder))
    return Means(
        Scope.from_targets(parse_targets(addresses)),
        credentials,
        Ledger(out / "logins.sqlite", clock),
        RunFolder(out, redactor, clock),
        clock,
        threading.Event(),
    )


def interrogate(means_: Any, address: str) -> None:
    """Our ONVIF interrogation of one camera, without RTSP and banners."""
    from cctv_probe.dialects.onvif.ask_device import ask_device, greet
    from cctv_probe.dialects.onvif.ask_media import ask_media
    from cctv_probe.dialects.onvif.endpoint import Endpoint
    from cctv_probe.model.device import Host
    from cctv_probe.wire.deadline import Budget
    from cctv_probe.wire.http import HttpClient
    from cctv_probe.wire.login import DeviceLogin, GroupGate
    from cctv_probe.wire.visit import Visit

    budget = Budget(60, 1 << 26)
    host = Host(address, (8080, 8554))
    login = DeviceLogin((address,), means_.credentials.groups[0], means_.ledger, GroupGate())
    visit = Visit(host, budget, means_.clock, means_.folder, login, HttpClient(address, budget), means_.elsewhere)
    session, _ = ask_device(visit, greet(visit, Endpoint(8080, False)))
    channels = ask_media(session)
    visit.http.close()
    assert channels
    assert channels[0].streams[0].uri


def plain_script(address: str, user: str, password: str) -> None:
    """What a script with onvif-zeep does for the same questions."""
    from onvif import ONVIFCamera, client

    class WithZ(client.UsernameDigestTokenDtDiff):  # type: ignore[misc]  # it writes +00:00, which devices refuse
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **{"zulu_timestamp": True, **more})

    if client.UsernameDigestTokenDtDiff.__name__ != "WithZ":
        client.UsernameDigestTokenDtDiff = WithZ
    camera = ONVIFCamera(address, 8080, user, password, adjust_time=True)
    device = camera.devicemgmt
    device.GetServices({"IncludeCapability": False})
    device.GetDeviceInformation()
    device.GetScopes()
    device.GetNetworkInterfaces()
    device.GetNTP()
    media = camera.create_media_service()
    media.GetVideoSources()
    for profile in media.GetProfiles():
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token})
        media.GetVideoEncoderConfigurationOptions({"ConfigurationToken": profile.VideoEncoderConfiguration.token})


def cpu_s(action: Callable[[], None]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def bench_interrogation(folder: Path) -> bool:
    with town(SAMPLE, "127.83.0.1", 0.0, folder) as (_, found):
        addresses = [f"127.83.0.{1 + number}" for number in range(SAMPLE)]
        ours_means = means(folder, found, addresses)
        interrogate(ours_means, addresses[0])
        group = found["groups"][0]
        ours = [cpu_s(lambda a=address: interrogate(ours_means, a)) for address in addresses]  # type: ignore[misc]
        with contextlib.redirect_stderr(io.StringIO()):
            logging.disable(logging.CRITICAL)
            plain_script(addresses[0], group["user"], group["password"])
            plain = [
                cpu_s(lambda a=address: plain_script(a, group["user"], group["password"]))  # type: ignore[misc]
                for address in addresses[1:5]
            ]
            logging.disable(logging.NOTSET)
    mine, theirs = statistics.median(ours), statistics.median(plain)
    print("ONVIF interrogation of one camera, processor time (median)")
    print(f"  cctv-probe {mine * 1000:8.1f} ms    ONVIFCamera script {theirs * 1000:8.1f} ms")
    return verdict("ratio to the script", mine / theirs, 0.1)


def bench_hundred(folder: Path) -> bool:
    from cctv_probe.pipeline import Scanned, scan

    addresses = [f"127.84.0.{1 + number}" for number in range(CAMERAS)]
    ratios = []
    print(f"{CAMERAS} cameras that answer after {DELAY_S * 1000:.0f} ms")
    with town(CAMERAS, "127.84.0.1", DELAY_S, folder) as (log, found):
        seen = 0
        for number in range(ROUNDS):
            run = means(folder, found, addresses)
            began = time.monotonic()
            result: Scanned = scan(addresses, run)
            took = time.monotonic() - began
            run.folder.close()
            calls = Counter(
                line["address"]
                for line in map(json.loads, log.read_text().splitlines()[seen:])
                if line["service"].startswith(("onvif", "http", "rtsp"))
            )
            seen = len(log.read_text().splitlines())
            read = sum(1 for device in result.devices if device.channels)
            discovery_s = min(3.0, result.discovery_s)
            chain_s = max(calls.values()) * DELAY_S
            bound = 1.5 * (discovery_s + chain_s) + 0.002 * sum(calls.values())
            ratios.append(took / bound)
            print(
                f"  run {number + 1}: {took:5.2f} s, bound {bound:5.2f} s (discovery {discovery_s:.2f} s, longest chain "
                f"{max(calls.values())} calls, {sum(calls.values())} calls in all), {read} cameras read"
            )
            if read != CAMERAS:
                print("  not every camera was read")
                return False
    return verdict("ratio to the bound", statistics.median(ratios), 1.0)


def bench_help() -> bool:
    times = []
    for _ in range(HELP_RUNS):
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "cctv_probe", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - began)
    print("cctv-probe --help")
    return verdict("seconds (median)", statistics.median(times), 0.3)


def verdict(name: str, value: float, most: float) -> bool:
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    os.environ.pop("CCTV_PROBE_STATE_DIR", None)
    with tempfile.TemporaryDirectory(prefix="cctv-probe-bench-") as kept:
        folder = Path(kept)
        held = [bench_interrogation(folder), bench_hundred(folder), bench_help()]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
