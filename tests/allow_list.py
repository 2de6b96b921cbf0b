"""Over the whole test suite, no simulated device may see an operation outside the program's allow-lists."""

from __future__ import annotations

import os
from collections.abc import Iterable

from cctv_probe.dialects.dahua import operations as dahua
from cctv_probe.dialects.hikvision import operations as hikvision
from cctv_probe.dialects.onvif import operations as onvif
from cctv_probe.simulator.journal import Entry
from cctv_probe.simulator.municipality import Municipality

_OF_THE_SIMULATOR = ("test_simulator_", "unit/simulator/", "test_isapi", "test_rtsp_simulator")
"""Tests of the simulator itself also ask what the program never would."""
_ONVIF = {operation.name for operation in onvif.ALLOWED}
_DAHUA = {(f"/cgi-bin/{operation.path}", operation.action) for operation in dahua.ALLOWED}
_RTSP = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER"}


def outside(entries: Iterable[Entry]) -> list[str]:
    """What was asked that no allow-list holds, as `service operation target`."""
    return [f"{one.service} {one.operation} {one.target} ({one.result})" for one in entries if not _is_allowed(one)]


def _is_allowed(entry: Entry) -> bool:
    if entry.result.startswith("violation"):
        return False
    method, _, _ = entry.operation.partition(" ")
    path, _, query = entry.target.partition(" ")[0].partition("?")
    if entry.service.startswith("onvif"):
        return entry.operation in _ONVIF
    if entry.service == "isapi":
        return hikvision.is_allowed(method, path)
    if entry.result == "redirected" and path.startswith("/onvif"):
        return method == "POST"  # an ONVIF question that a maker's web server sent on to another port
    if entry.service == "dahua_cgi":
        action = next((word.removeprefix("action=") for word in query.split("&") if word.startswith("action=")), "")
        return method == "GET" and (path, action) in _DAHUA
    is_request = entry.operation.isupper()  # else something that happened: a session that timed out
    return entry.service != "rtsp" or not is_request or entry.operation in _RTSP


def watch() -> None:
    """From now on, stopping a municipality fails the test in which anything else was asked."""
    stop = Municipality.stop

    def stopped(town: Municipality) -> None:
        stop(town)
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        if not any(name in test for name in _OF_THE_SIMULATOR):
            asked = outside(town.log())
            assert not asked, f"asked outside the allow-list: {asked[:5]}"

    Municipality.stop = stopped  # type: ignore[assignment, method-assign]  # every municipality of every test is watched
