"""`python -m cctv_probe.simulator FLEET.yaml [--log FILE]`: run a fleet until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from cctv_probe.simulator.fleet_file import FleetError, load_fleet
from cctv_probe.simulator.municipality import CannotListenError, Municipality, run_forever


def main() -> int:
    """Exit code 0 after a signal, 78 for a fleet file that cannot be used, 1 where a port cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m cctv_probe.simulator")
    parser.add_argument("fleet", type=Path)
    parser.add_argument("--log", type=Path, help="file for the journal, one JSON object a line")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        run_forever(load_fleet(options.fleet), _tell, log=options.log, until=ended)
    except FleetError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 78
    except CannotListenError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 1
    return 0


def _tell(town: Municipality) -> None:
    """One line a device, then `ready`."""
    for device in town.fleet.devices:
        ports = ",".join(str(port) for port in device.ports.all())
        model = f"{device.identity.brand} {device.identity.model}"
        print(f"{device.address}\t{ports}\t{device.kind}\t{model}\t{device.name}", flush=True)  # noqa: T201
    print("ready", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
