"""Networks of their own for tests: what happens in them cannot leave them, whatever routes this machine has."""

from __future__ import annotations

import functools
import ipaddress
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest


@functools.cache
def _why_not() -> str:
    """Why no empty network namespace can be made here; empty where it can."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return "network namespaces need Linux and util-linux' unshare"
    done = subprocess.run(["unshare", "--net", "--map-root-user", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "this user may not make network namespaces"


def in_an_empty_network(code: str) -> Any:
    """Run Python code where no interface is up and no route exists; gives what it prints, as JSON."""
    if _why_not():
        pytest.skip(_why_not())
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every socket of this process fail the test that would send anything beyond the loopback."""

    def guarded(name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                host = str(arguments[-1][0]).partition("%")[0]
                assert ipaddress.ip_address(host).is_loopback, f"a test would have sent something to {host}"
            return real(self, *arguments)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
