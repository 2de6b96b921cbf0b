"""What practice and the demo need beside the simulator: its credentials in a private file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cctv_probe.cli import exits
from cctv_probe.cli.exits import Stop
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.simulator.fleet import Fleet

_CANNOT = Text(en="The file {path} cannot be written ({why}).", th="เขียนไฟล์ {path} ไม่ได้ ({why})")


def private_file(fleet: Fleet, path: Path) -> None:
    """Write the credentials that open `fleet` to `path`, readable by this user only. Raises `Stop`."""
    import yaml

    from cctv_probe.simulator.generated import credentials_for

    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(credentials_for(fleet), file, allow_unicode=True, sort_keys=False)
    except OSError as error:
        raise Stop(exits.NOTHING_DONE, _CANNOT.with_(path=path, why=error.strerror or "?")) from None
