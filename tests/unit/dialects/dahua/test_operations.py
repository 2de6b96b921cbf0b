"""What can be sent to a Dahua device at all: the list, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.dahua import operations as ops
from cctv_probe.dialects.dahua.operations import NotAllowed, Operation

READS = {
    "GET /cgi-bin/magicBox.cgi?action=getSystemInfo",
    "GET /cgi-bin/magicBox.cgi?action=getDeviceType",
    "GET /cgi-bin/magicBox.cgi?action=getSoftwareVersion",
    "GET /cgi-bin/magicBox.cgi?action=getMachineName",
    "GET /cgi-bin/magicBox.cgi?action=getSerialNo",
    "GET /cgi-bin/magicBox.cgi?action=getVendor",
    "GET /cgi-bin/global.cgi?action=getCurrentTime",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=NTP",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=Locales",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=Network",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=RTSP",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=Encode",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=ChannelTitle",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=RecordMode",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=Record",
    "GET /cgi-bin/configManager.cgi?action=getConfig&name=StorageGroup",
    "GET /cgi-bin/encode.cgi?action=getConfigCaps",
    "GET /cgi-bin/LogicDeviceManager.cgi?action=getCameraAll",
    "GET /cgi-bin/LogicDeviceManager.cgi?action=getCameraState&uniqueChannels%5B0%5D=-1",
    "GET /cgi-bin/storageDevice.cgi?action=getDeviceAllInfo",
    "GET /cgi-bin/mediaFileFind.cgi?action=factory.create",
    "GET /cgi-bin/mediaFileFind.cgi?action=findFile",
    "GET /cgi-bin/mediaFileFind.cgi?action=findNextFile",
    "GET /cgi-bin/mediaFileFind.cgi?action=close",
    "GET /cgi-bin/mediaFileFind.cgi?action=destroy",
    "GET /cgi-bin/loadfile.cgi?action=startLoad",
}
ARGUMENTS = {
    "findFile": {"object", "condition.Channel", "condition.StartTime", "condition.EndTime", "condition.Types[0]"},
    "findNextFile": {"object", "count"},
    "close": {"object"},
    "destroy": {"object"},
    "startLoad": {"channel", "startTime", "endTime", "subtype"},
}


def test_the_allow_list_is_what_this_test_lists_by_hand() -> None:
    assert {f"{ops.METHOD} {operation.target()}" for operation in ops.ALLOWED} == READS
    assert {each.action: set(each.arguments) for each in ops.ALLOWED if each.arguments} == ARGUMENTS


@pytest.mark.parametrize(
    "operation",
    [
        Operation("configManager.cgi", "setConfig", (("NTP.Enable", "true"),)),
        Operation("configManager.cgi", "restore", (("name", "NTP"),)),
        Operation("configManager.cgi", "getConfig", (("name", "UserGlobal"),)),
        Operation("ptz.cgi", "start"),
        Operation("magicBox.cgi", "reboot"),
        Operation("storageDevice.cgi", "setDevice"),
        Operation("mediaFileFind.cgi", "findFile", arguments=("object", "action")),
    ],
)
def test_what_is_not_listed_is_never_a_request(operation: Operation) -> None:
    with pytest.raises(NotAllowed):
        operation.target()


@pytest.mark.parametrize("name", ["action", "name", "table.NTP.Enable", "Object", "object "])
def test_an_argument_that_is_not_listed_is_refused(name: str) -> None:
    with pytest.raises(NotAllowed):
        ops.FIND_NEXT.target({name: "1"})


@given(st.text(max_size=60))
def test_no_value_can_add_an_action_or_a_line(value: str) -> None:
    target = ops.FIND_NEXT.target({"object": value.encode("utf-8", "replace").decode(), "count": 100})
    assert target.startswith("/cgi-bin/mediaFileFind.cgi?action=findNextFile&object=")
    assert target.endswith("&count=100")
    assert target.count("&") == 2
    assert target.count("=") == 3
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target
