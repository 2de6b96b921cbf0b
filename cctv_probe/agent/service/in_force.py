"""The configuration in force: read whole or not at all, and kept, so that a file being edited never reaches a scan.

Children read the copy that was checked, not the file that a person may be changing. The scope and the devices' passwords
are no part of it: each scan reads those anew, so that a narrower scope holds at once and a broken one stops scanning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cctv_probe.agent.config import AgentConfig, load_agent_config
from cctv_probe.model.words import Text
from cctv_probe.scope.file import SCOPE_FILE, ScopeFile
from cctv_probe.scope.yaml_file import ConfigError, load_yaml, validate
from cctv_probe.survey.atomic import CannotWriteError, write_atomically
from cctv_probe.wire.clock import Clock

_TRIES = 20


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration that was checked. `copy` is the file as it was then; names in it count from the folder `beside`,
    in which the original is called `name`."""

    config: AgentConfig
    zone: ZoneInfo
    copy: Path
    beside: Path
    name: str
    loaded_utc: datetime


def load_in_force(path: Path, clock: Clock, before: InForce | None = None) -> InForce:
    """Read and check `path`, make the state folder, and keep a copy there. `before` is what holds until now.

    Raises `ConfigError`; nothing has changed then.
    """
    config, raw = _read(path.absolute())
    zone = site_zone(config.scope)
    if before is not None and before.config.places != config.places:
        raise ConfigError(_OTHER_STATE.with_(path=path))
    copy = config.places.folder / "agent.in-force.yaml"
    try:
        config.places.make()
        write_atomically(copy, raw)
    except OSError as error:
        raise ConfigError(_NO_STATE.with_(path=config.places.folder, why=error.strerror or error)) from None
    except CannotWriteError as error:
        raise ConfigError(error.text) from None
    return InForce(config, zone, copy, path.absolute().parent, path.name, clock.now())


def site_zone(scope_file: Path) -> ZoneInfo:
    """The site's time zone, from its scope file; the file must be a scope file, whether or not it holds today.

    Raises `ConfigError`.
    """
    data, lines = load_yaml(scope_file, SCOPE_FILE)
    known = {name: value for name, value in data.items() if value is not None}
    return ZoneInfo(validate(ScopeFile, known, lines).time_zone)


def _read(path: Path) -> tuple[AgentConfig, bytes]:
    """The configuration and the very bytes that it was read from."""
    for _ in range(_TRIES):
        before = _bytes(path)
        config = load_agent_config(path)
        if before is not None and before == _bytes(path):
            return config, before
    raise ConfigError(_CHANGING.with_(path=path))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


_OTHER_STATE = Text(
    en="The state folder in {path} differs from the one in use. Please restart the service to change it.",
    th="โฟลเดอร์สถานะใน {path} ไม่ตรงกับที่ใช้อยู่ หากต้องการเปลี่ยนโปรดเริ่มบริการใหม่",
)
_NO_STATE = Text(
    en="The state folder {path} cannot be used ({why}). Please check its owner and that the disk can be written.",
    th="ใช้โฟลเดอร์สถานะ {path} ไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์และดิสก์เขียนได้หรือไม่",
)
_CHANGING = Text(
    en="The configuration {path} keeps changing while it is read. Please try again when it has been saved.",
    th="ไฟล์ตั้งค่า {path} เปลี่ยนอยู่ตลอดขณะอ่าน โปรดลองใหม่หลังบันทึกไฟล์เสร็จ",
)
