"""`python -m cctv_probe.simulator.register --lao-code CODE`: a register until SIGINT or SIGTERM.

Prints, tab-separated: `url`, `token` (a new one at each start), `ca` (with --ca), then `ready`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sqlite3
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from cctv_probe.simulator.register import Logged, Receiver, Setup
from cctv_probe.simulator.register.problems import utc_text


def main() -> int:
    """Exit code 0 after a signal, 1 where the port or the store cannot be opened, 2 for wrong options."""
    options = _options()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with Receiver(_setup(options)) as register:
            for wish in options.fault:
                kind, _, count = wish.partition(":")
                register.fault(kind, count=int(count) if count else None, path="/api/v1/reports")
            _introduce(register, options)
            ended.wait()
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cctv_probe.simulator.register")
    parser.add_argument("--address", default="127.0.0.1", help="an address of this machine, 127.x")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--store", type=Path, help="SQLite file that keeps everything; without it, memory")
    parser.add_argument("--lao-code", required=True, help="eight digits of the municipality that gets a token")
    parser.add_argument("--lao-name", default=None)
    parser.add_argument("--tls", action="store_true", help="HTTPS with a certificate of its own authority")
    parser.add_argument("--ca", type=Path, help="file for that authority's certificate")
    parser.add_argument("--client-certificate", action="store_true", help="only clients with a certificate")
    parser.add_argument("--pace-s", type=float, default=None)
    parser.add_argument("--log", type=Path, help="file for the requests, one JSON object a line")
    parser.add_argument("--no-token", action="store_true", help="issue no token")
    parser.add_argument("--fault", action="append", default=[], metavar="KIND[:COUNT]", help="for reports, e.g. 503:3")
    return parser.parse_args()


def _setup(options: argparse.Namespace) -> Setup:
    return Setup(
        address=options.address,
        port=options.port,
        store=options.store,
        tls=options.tls,
        client_certificate=options.client_certificate,
        pace_s=options.pace_s,
        tell=_Writer(options.log) if options.log else None,
    )


class _Writer:
    """Appends each request to a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __call__(self, entry: Logged) -> None:
        line = json.dumps({**asdict(entry), "at_utc": utc_text(entry.at_utc)}, ensure_ascii=False)
        with self._lock, self._file.open("a", encoding="utf-8") as opened:
            opened.write(line + "\n")


def _introduce(register: Receiver, options: argparse.Namespace) -> None:
    lines = [("url", register.url)]
    if not options.no_token:
        lines.append(("token", register.issue_token(options.lao_code, name=options.lao_name)))
    if options.ca and options.tls:
        options.ca.write_bytes(register.ca_pem)
        lines.append(("ca", str(options.ca)))
    for name, value in lines:
        print(f"{name}\t{value}")  # noqa: T201 - a command speaks to its terminal
    print("ready", flush=True)  # noqa: T201 - a command speaks to its terminal


if __name__ == "__main__":
    sys.exit(main())
