"""What may be asked of a Hikvision device: the list, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.hikvision import operations as ops

BY_HAND = {
    ("GET", "/"),
    ("GET", "/ISAPI/Security/userCheck"),
    ("GET", "/ISAPI/Security/adminAccesses"),
    ("GET", "/ISAPI/System/deviceInfo"),
    ("GET", "/ISAPI/System/time"),
    ("GET", "/ISAPI/System/time/ntpServers"),
    ("GET", "/ISAPI/System/Video/inputs/channels"),
    ("GET", "/ISAPI/Streaming/channels"),
    ("GET", "/ISAPI/Streaming/channels/{id}/capabilities"),
    ("GET", "/ISAPI/ContentMgmt/StreamingProxy/channels"),
    ("GET", "/ISAPI/ContentMgmt/StreamingProxy/channels/{id}/capabilities"),
    ("GET", "/ISAPI/ContentMgmt/InputProxy/channels"),
    ("GET", "/ISAPI/ContentMgmt/InputProxy/channels/status"),
    ("GET", "/ISAPI/ContentMgmt/Storage"),
    ("GET", "/ISAPI/ContentMgmt/record/tracks"),
    ("POST", "/ISAPI/ContentMgmt/record/tracks/{id}/dailyDistribution"),
    ("POST", "/ISAPI/ContentMgmt/search"),
}


def test_the_list_is_this_one() -> None:
    assert {(one.method, one.path) for one in ops.ALLOWED} == BY_HAND
    assert {one for one in vars(ops).values() if isinstance(one, ops.Operation)} == set(ops.ALLOWED)


@pytest.mark.parametrize("operation", ops.ALLOWED, ids=lambda one: one.name)
def test_everything_in_the_list_can_be_asked(operation: ops.Operation) -> None:
    target = operation.target(101 if "{id}" in operation.path else None)
    assert ops.allowed(operation.method, target) == target


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PUT", "/ISAPI/System/time"),
        ("POST", "/ISAPI/System/deviceInfo"),
        ("DELETE", "/ISAPI/ContentMgmt/search"),
        ("PUT", "/ISAPI/System/reboot"),
        ("GET", "/ISAPI/Security/users"),
        ("GET", "/ISAPI/System/configurationData"),
        ("GET", "/ISAPI/System/time?action=set"),
        ("GET", "/ISAPI/Streaming/channels/101"),
        ("GET", "/ISAPI/Streaming/channels/101/../../../System/reboot"),
        ("GET", "/ISAPI/Streaming/channels/0/capabilities"),
        ("POST", "/ISAPI/ContentMgmt/record/tracks/101/dailyDistribution/x"),
        ("POST", "/ISAPI/ContentMgmt/record/tracks"),
        ("PUT", "/ISAPI/ContentMgmt/Storage/hdd/1/format"),
        ("GET", "/ISAPI/System/time\n"),
    ],
)
def test_everything_else_cannot(method: str, target: str) -> None:
    with pytest.raises(ops.NotAllowedError):
        ops.allowed(method, target)


@given(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), st.text(max_size=60))
def test_no_other_path_gets_through(method: str, text: str) -> None:
    assert not ops.is_allowed(method, f"/ISAPI/{text}") or (method, f"/ISAPI/{text}") in BY_HAND


@pytest.mark.parametrize("number", [0, -1, 100_000, None])
def test_a_number_that_is_no_channel_is_refused(number: int | None) -> None:
    with pytest.raises(ValueError, match=r"channel|number"):
        ops.CALENDAR.target(number)
    with pytest.raises(ValueError, match="number"):
        ops.TIME.target(5)
