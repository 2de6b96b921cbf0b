"""The watch itself: it knows an operation that may not be asked when it sees one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cctv_probe.simulator.journal import Entry
from tests.allow_list import outside

PLAIN = Entry("", "127.0.0.1", "", "", "", "none", "ok", 0, False, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("service", "operation", "target"),
    [
        ("onvif.device", "SetSystemDateAndTime", "/onvif/device_service"),
        ("isapi", "PUT /ISAPI/System/time", "/ISAPI/System/time"),
        ("isapi", "GET /ISAPI/Security/users", "/ISAPI/Security/users"),
        ("dahua_cgi", "GET configManager.setConfig", "/cgi-bin/configManager.cgi?action=setConfig&name=NTP"),
        ("dahua_cgi", "POST magicBox.getSystemInfo", "/cgi-bin/magicBox.cgi?action=getSystemInfo"),
        ("rtsp", "RECORD", "/live"),
    ],
)
def test_what_may_not_be_asked_is_seen(service: str, operation: str, target: str) -> None:
    assert len(outside([replace(PLAIN, service=service, operation=operation, target=target)])) == 1


@pytest.mark.parametrize(
    ("service", "operation", "target"),
    [
        ("onvif.device", "GetDeviceInformation", "/onvif/device_service"),
        ("isapi", "GET /ISAPI/System/time", "/ISAPI/System/time"),
        ("dahua_cgi", "GET magicBox.getSystemInfo", "/cgi-bin/magicBox.cgi?action=getSystemInfo"),
        ("rtsp", "TEARDOWN", "/live"),
        ("http", "GET /", "/"),
    ],
)
def test_what_may_be_asked_is_not(service: str, operation: str, target: str) -> None:
    assert outside([replace(PLAIN, service=service, operation=operation, target=target)]) == []


def test_a_violation_is_one_whatever_its_name() -> None:
    assert outside([replace(PLAIN, service="http", result="violation:half a request")])
