"""The allow-list: every Dahua request this program can send. All are GET, and so are Dahua's writes (`setConfig`, `ptz`): the
path, the action and the names of the arguments decide, never the method.

A search (`mediaFileFind`) is a list that the device keeps for us until `destroy`; it changes no setting and no recording.
Sources: Dahua's HTTP API description and the facts about vendors, 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

METHOD = "GET"


class NotAllowed(ValueError):
    """A request that is not on the allow-list; an error of this program, never of a device."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: path below `/cgi-bin/`, action, what is fixed, and the names of what may be added."""

    path: str
    action: str
    fixed: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """Its name in attempts (`dahua.magicBox.getSystemInfo`, `dahua.configManager.getConfig Encode`)."""
        named = "".join(f" {value}" for name, value in self.fixed if name == "name")
        return f"dahua.{self.path.removesuffix('.cgi')}.{self.action}{named}"

    def target(self, given: Mapping[str, str | int] | None = None) -> str:
        """Path and query. Raises `NotAllowed` for an argument that is not listed, and for an operation that is not."""
        given = given or {}
        if self not in ALLOWED:
            raise NotAllowed(f"{self.path} {self.action}")
        unlisted = set(given) - set(self.arguments)
        if unlisted:
            raise NotAllowed(f"{self.path} {self.action}: {', '.join(sorted(unlisted))}")
        pairs = [("action", self.action), *self.fixed, *((name, str(value)) for name, value in given.items())]
        # Brackets are encoded, as the HTTP library would: what is signed must be what is sent.
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe=':')}" for name, value in pairs)
        return f"/cgi-bin/{self.path}?{query}"


def _config(name: str) -> Operation:
    return Operation("configManager.cgi", "getConfig", (("name", name),))


GET_SYSTEM_INFO = Operation("magicBox.cgi", "getSystemInfo")
GET_DEVICE_TYPE = Operation("magicBox.cgi", "getDeviceType")
GET_SOFTWARE_VERSION = Operation("magicBox.cgi", "getSoftwareVersion")
GET_MACHINE_NAME = Operation("magicBox.cgi", "getMachineName")
GET_SERIAL_NO = Operation("magicBox.cgi", "getSerialNo")
GET_VENDOR = Operation("magicBox.cgi", "getVendor")
GET_CURRENT_TIME = Operation("global.cgi", "getCurrentTime")
GET_NTP = _config("NTP")
GET_LOCALES = _config("Locales")
GET_NETWORK = _config("Network")
GET_RTSP = _config("RTSP")
GET_ENCODE = _config("Encode")
GET_CHANNEL_TITLE = _config("ChannelTitle")
GET_REMOTE_DEVICE = _config("RemoteDevice")
GET_RECORD_MODE = _config("RecordMode")
GET_RECORD = _config("Record")
GET_STORAGE_GROUP = _config("StorageGroup")
GET_ENCODE_CAPS = Operation("encode.cgi", "getConfigCaps")
GET_CAMERA_ALL = Operation("LogicDeviceManager.cgi", "getCameraAll")
GET_CAMERA_STATE = Operation("LogicDeviceManager.cgi", "getCameraState", (("uniqueChannels[0]", "-1"),))
GET_STORAGE = Operation("storageDevice.cgi", "getDeviceAllInfo")
FIND_CREATE = Operation("mediaFileFind.cgi", "factory.create")
FIND_FILE = Operation(
    "mediaFileFind.cgi",
    "findFile",
    arguments=("object", "condition.Channel", "condition.StartTime", "condition.EndTime", "condition.Types[0]"),
)
FIND_NEXT = Operation("mediaFileFind.cgi", "findNextFile", arguments=("object", "count"))
FIND_CLOSE = Operation("mediaFileFind.cgi", "close", arguments=("object",))
FIND_DESTROY = Operation("mediaFileFind.cgi", "destroy", arguments=("object",))
LOAD_FILE = Operation("loadfile.cgi", "startLoad", arguments=("channel", "startTime", "endTime", "subtype"))

ALLOWED = frozenset(value for value in globals().values() if isinstance(value, Operation))
