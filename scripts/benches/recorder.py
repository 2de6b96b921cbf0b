"""`scripts/bench recorder`: what reading a recorder of 32 channels costs, beside the calls that it cannot do without.

A recorder of each family answers every call after 100 ms. Read are its settings, 60 days of what each channel has recorded, and
the oldest segment of every channel, over its maker's own interface. Printed are the calls by kind; the wall time beside the sum of
those calls, each at the time that the device itself takes for such an answer, as a bare client on one kept-alive connection
measures it.

Kinds of calls and how often each is needed stand in `NEEDED`, written by hand: a kind that is not there, or is asked more often,
counts as a call too many. Exit code 1 where a bound is missed, a question was asked twice, or a second connection was open.

The simulator runs in another process.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

CHANNELS = 32
DAYS = 60
DELAY_S = 0.1
MOST_RATIO = 1.3
BARE_CALLS = 30
HTTP_PORT, RTSP_PORT = 8080, 8554
ADDRESSES = {"isapi": "127.87.0.1", "dahua_cgi": "127.87.0.2"}
NAMES = {"isapi": "Hikvision (ISAPI)", "dahua_cgi": "Dahua (CGI)"}
LIGHT = {"isapi": "/ISAPI/System/time", "dahua_cgi": "/cgi-bin/global.cgi?action=getCurrentTime"}
MOST_S = 600.0
THAILAND = timezone(timedelta(hours=7))
"""In which the simulated recorders keep their clocks."""
PAGE = 100
"""Files that a Dahua recorder lists in one answer, by its documentation."""

_TOWN = """
import json, sys
from pathlib import Path
from cctv_probe.simulator.generated import credentials_for, many_channels
from cctv_probe.simulator.municipality import run_forever
fleet = many_channels(int(sys.argv[1]), float(sys.argv[2]), vendor_api=sys.argv[3], address=sys.argv[4], days=int(sys.argv[5]))
Path(sys.argv[7]).write_text(json.dumps(credentials_for(fleet)))
run_forever(fleet, lambda town: print("ready", flush=True), log=Path(sys.argv[6]))
"""


@dataclass(frozen=True)
class Read:
    """One reading of one recorder: seconds in all, and what was found."""

    took_s: float
    channels: int
    oldest: int
    """Channels whose oldest segment was found."""
    least_days: int
    """Days with footage, of the channel with the fewest."""
    pages: int
    """Answers that all listed files fill, where recordings are listed file by file."""


@contextlib.contextmanager
def town(api: str, folder: Path) -> Iterator[tuple[Path, Any]]:
    """The recorder in a process of its own: (journal, credentials)."""
    log, secrets = folder / f"{api}.jsonl", folder / f"{api}.json"
    command = [
        sys.executable,
        "-c",
        _TOWN,
        str(CHANNELS),
        str(DELAY_S),
        api,
        ADDRESSES[api],
        str(DAYS),
        str(log),
        str(secrets),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the simulator did not start")
        yield log, json.loads(secrets.read_text())["groups"][0]
    finally:
        process.terminate()
        process.wait(10)


def visit_to(address: str, group: Any, folder: Path) -> Any:
    """A visit as a scan makes one."""
    from cctv_probe.model.device import Host
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.credentials import Group, Login
    from cctv_probe.wire.deadline import Budget
    from cctv_probe.wire.http import HttpClient
    from cctv_probe.wire.ledger import Ledger
    from cctv_probe.wire.login import DeviceLogin, GroupGate
    from cctv_probe.wire.redaction import Redactor
    from cctv_probe.wire.run_folder import RunFolder
    from cctv_probe.wire.visit import Visit

    clock, budget, out = SystemClock(), Budget(MOST_S, 256 << 20), Path(tempfile.mkdtemp(dir=folder))
    redactor = Redactor(frozenset({group["password"]}), frozenset({group["user"]}))
    run = RunFolder(out, redactor, clock)
    credential = Group("bench", Login(group["user"], group["password"]))
    login = DeviceLogin((address,), credential, Ledger(out / "logins.sqlite", clock), GroupGate())
    host = Host(address, (HTTP_PORT, RTSP_PORT))

    @contextlib.contextmanager
    def nobody(_address: str) -> Iterator[None]:
        yield None

    return Visit(host, budget, clock, run, login, HttpClient(address, budget), nobody)


def read_all(visit: Any, brand: str) -> Read:
    """Settings, 60 days of recordings and the oldest segment of every channel. `brand`: what a scan knows by banners."""
    from cctv_probe.dialects.onvif.endpoint import Endpoint
    from cctv_probe.vendor import ask_vendor, find_vendor

    began = time.monotonic()
    vendor = find_vendor(visit, [Endpoint(HTTP_PORT, False)], (brand,), "Asia/Bangkok")
    if vendor is None:
        raise SystemExit("the recorder was not recognised")
    ask_vendor(vendor, RTSP_PORT)
    is_dahua = hasattr(vendor.session, "wall_offset")
    found = _dahua_footage(vendor) if is_dahua else _hikvision_footage(vendor)
    visit.http.close()
    took_s = time.monotonic() - began
    pages = sum(pages for _, _, pages in found)
    return Read(took_s, len(vendor.channels), sum(oldest is not None for oldest, _, _ in found),
                min((days for _, days, _ in found), default=0), pages)  # fmt: skip


def _hikvision_footage(vendor: Any) -> list[tuple[datetime | None, int, int]]:
    from cctv_probe.dialects.hikvision.ask_footage import FootageQuestions

    questions, now, found = FootageQuestions(vendor.session), vendor.session.visit.clock.now(), []
    now += vendor.session.clock_offset
    for channel in vendor.channels:
        track = channel.number * 100 + 1
        calendar = questions.calendar(track, now - timedelta(days=DAYS), now)
        oldest = questions.oldest(track, calendar, now - timedelta(days=DAYS), now)
        found.append((oldest.start if oldest else None, len(calendar.days), 0))
    return found


def _dahua_footage(vendor: Any) -> list[tuple[datetime | None, int, int]]:
    from cctv_probe.dialects.dahua.ask_footage import ask_footage

    now, found = vendor.session.visit.clock.now(), []
    for channel in vendor.channels:
        recorded = ask_footage(vendor.session, channel.number, now - timedelta(days=DAYS), now)
        if recorded is None:
            raise SystemExit(f"channel {channel.number} could not be searched")
        days = {
            stretch.start.date() + timedelta(days=count)
            for stretch in recorded.stretches
            for count in range((stretch.end.date() - stretch.start.date()).days + 1)
        }
        found.append((recorded.oldest, len(days), -(-recorded.files // PAGE)))
    return found


def months() -> int:
    """Months of the calendar that the last 60 days lie in, by the recorder's wall clock."""
    today = datetime.now(THAILAND)
    days = [today - timedelta(days=count) for count in range(DAYS + 1)]
    return len({(day.year, day.month) for day in days})


def needed(api: str, read: Read) -> dict[str, int]:
    """How often each kind of call is needed at most. A login costs one call that is refused, the first look another."""
    if api == "isapi":
        once = ("Security/userCheck", "System/deviceInfo", "System/time", "System/time/ntpServers", "Streaming/channels",
                "ContentMgmt/InputProxy/channels", "ContentMgmt/InputProxy/channels/status", "ContentMgmt/record/tracks",
                "Security/adminAccesses", "ContentMgmt/Storage")  # fmt: skip
        kinds = {f"GET /ISAPI/{path}": 1 for path in once}
        return kinds | {
            "GET /ISAPI/Streaming/channels/#/capabilities": CHANNELS,
            "POST /ISAPI/ContentMgmt/record/tracks/#/dailyDistribution": CHANNELS * months(),
            "POST /ISAPI/ContentMgmt/search": CHANNELS,
        }
    configs = (
        "Encode",
        "ChannelTitle",
        "RemoteDevice",
        "RecordMode",
        "Record",
        "StorageGroup",
        "NTP",
        "Locales",
        "Network",
    )
    kinds = {f"GET configManager getConfig {name}": 1 for name in configs}
    kinds |= {f"GET magicBox {action}": 1 for action in ("getSoftwareVersion", "getVendor", "getMachineName")}
    kinds |= {
        "GET magicBox getSystemInfo": 3,  # is it one; what scheme of login does it want; who is it
        "GET global getCurrentTime": 1,
        "GET LogicDeviceManager getCameraAll": 1,
        "GET LogicDeviceManager getCameraState": 1,
        "GET encode getConfigCaps": 1,
        "GET storageDevice getDeviceAllInfo": 1,
        "GET mediaFileFind findNextFile": read.pages,
    }
    return kinds | {
        f"GET mediaFileFind {action}": CHANNELS for action in ("factory.create", "findFile", "close", "destroy")
    }


def kind_of(line: Any) -> str:
    """`GET /ISAPI/Streaming/channels/#/capabilities`, `GET configManager getConfig Encode`."""
    method, target = line["operation"].split(" ")[0], line["target"].split(" ")[0]
    cgi = re.match(r"/cgi-bin/(\w+)\.cgi\?action=([\w.]+)(?:&name=(\w+))?", target)
    if cgi:
        return " ".join(filter(None, (method, *cgi.groups())))
    return f"{method} {re.sub(r'/[0-9]+(?=/|$)', '/#', target)}"


class Bare:
    """The obvious client: one kept-alive connection, signed with the nonce first given, nothing read of the answers."""

    def __init__(self, api: str, group: Any) -> None:
        self.connection = http.client.HTTPConnection(ADDRESSES[api], HTTP_PORT, timeout=10)
        self.group, self.count = group, 0
        self.connection.request("GET", LIGHT[api])
        refused = self.connection.getresponse()
        refused.read()
        self.told = dict(re.findall(r'(\w+)="?([^",]+)"?', refused.getheader("WWW-Authenticate") or ""))

    def ask(self, method: str, target: str, body: str | None = None) -> tuple[float, str]:
        """(seconds until the whole answer was there, the answer)."""
        self.count += 1
        ha1 = _md5(f"{self.group['user']}:{self.told['realm']}:{self.group['password']}")
        response = _md5(f"{ha1}:{self.told['nonce']}:{self.count:08x}:c0ffee:auth:{_md5(f'{method}:{target}')}")
        value = (
            f'Digest username="{self.group["user"]}", realm="{self.told["realm"]}", nonce="{self.told["nonce"]}", '
            f'uri="{target}", response="{response}", qop=auth, nc={self.count:08x}, cnonce="c0ffee"'
        )
        began = time.monotonic()
        self.connection.request(method, target, body, {"Authorization": value})
        answer = self.connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
        taken = time.monotonic() - began
        if answer.status != 200:
            raise SystemExit(f"the bare client was answered {answer.status}")
        return taken, said


def bare_s(api: str, group: Any) -> dict[str, float]:
    """Seconds that the device takes for an answer, by kind of call: medians. The kind `""` stands for all short answers."""
    bare, now = Bare(api, group), datetime.now(THAILAND)
    found = {"": statistics.median(bare.ask("GET", LIGHT[api])[0] for _ in range(BARE_CALLS))}
    if api == "isapi":
        month = f"<trackDailyParam><year>{now.year}</year><monthOfYear>{now.month}</monthOfYear></trackDailyParam>"
        target = "/ISAPI/ContentMgmt/record/tracks/101/dailyDistribution"
        taken = [bare.ask("POST", target, month)[0] for _ in range(BARE_CALLS)]
        return found | {"POST /ISAPI/ContentMgmt/record/tracks/#/dailyDistribution": statistics.median(taken)}
    finder = "/cgi-bin/mediaFileFind.cgi?action="
    _, created = bare.ask("GET", f"{finder}factory.create")
    number = created.split("=")[1].strip()
    since = (now - timedelta(days=DAYS)).strftime("%Y-%m-%d%%20%H:%M:%S")
    until = (now + timedelta(days=1)).strftime("%Y-%m-%d%%20%H:%M:%S")
    window = f"condition.Channel=1&condition.StartTime={since}&condition.EndTime={until}&condition.Types[0]=dav"
    first_s, _ = bare.ask("GET", f"{finder}findFile&object={number}&{window}")
    taken = [bare.ask("GET", f"{finder}findNextFile&object={number}&count={PAGE}")[0] for _ in range(10)]
    bare.ask("GET", f"{finder}close&object={number}")
    bare.ask("GET", f"{finder}destroy&object={number}")
    return found | {"GET mediaFileFind findFile": first_s, "GET mediaFileFind findNextFile": statistics.median(taken)}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def bench(api: str, folder: Path) -> bool:
    """One family: printed, and whether every bound holds."""
    with town(api, folder) as (log, group):
        visit = visit_to(ADDRESSES[api], group, folder)
        read = read_all(visit, NAMES[api].split()[0])
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        lines = [line for line in lines if line["service"] in ("isapi", "dahua_cgi", "http")]
        answer_s = bare_s(api, group)
    renewed = sum(line["result"] == "stale" for line in lines)
    kinds, allowed = Counter(map(kind_of, lines)), needed(api, read)
    answered = Counter(
        f"{line['operation'].split(' ')[0]} {line['target']}"
        for line in lines
        if line["result"] not in ("challenged", "stale")
    )
    twice = {call: count for call, count in answered.items() if count > 1}
    print(f"{NAMES[api]}: {CHANNELS} channels, every answer after {DELAY_S * 1000:.0f} ms")
    print(f"  read: {read.channels} channels, {read.oldest} oldest segments, {read.least_days} days or more of each")
    for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        most = allowed.get(kind, 0)
        print(f"  {count:5d}  {kind}{'' if count <= most else f'   (needed: {most})'}")
    least = {kind: min(count, allowed.get(kind, 0)) for kind, count in kinds.items()}
    calls = sum(least.values()) + renewed
    peak = max(line["peak_connections"] for line in lines)
    sum_s = sum(count * answer_s.get(kind, answer_s[""]) for kind, count in least.items()) + renewed * answer_s[""]
    shown = ", ".join(f"{kind or 'short answers'} {seconds * 1000:.1f} ms" for kind, seconds in answer_s.items())
    print(f"  {len(lines)} calls, {calls} needed ({renewed} of them because the device wanted a new nonce)")
    print(f"  asked twice: {', '.join(sorted(twice)) or 'none'}; connections at once: {peak}")
    print(f"  the device answers a bare client after: {shown}")
    print(f"  wall time {read.took_s:.2f} s; the calls needed, each after that time: {sum_s:.2f} s")
    whole = read.channels == read.oldest == CHANNELS and read.least_days >= DAYS
    if not whole:
        print("  not everything was read  MISSED")
    held = verdict("ratio to the sum", read.took_s / sum_s, MOST_RATIO)
    return held and whole and not twice and peak == 1 and len(lines) == calls


def verdict(name: str, value: float, most: float) -> bool:
    print(f"  {name}: {value:.3f} (at most {most})  {'ok' if value <= most else 'MISSED'}")
    return value <= most


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cctv-probe-bench-") as kept:
        held = [bench(api, Path(kept)) for api in ADDRESSES]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
