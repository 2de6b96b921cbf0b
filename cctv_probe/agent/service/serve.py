"""The service put together: configuration, lock, post, children; run once or for ever."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cctv_probe.agent.config import Activity
from cctv_probe.agent.service.children import Child, Order, clean_environment, command
from cctv_probe.agent.service.in_force import InForce, load_in_force
from cctv_probe.agent.service.locks import Lock
from cctv_probe.agent.service.loop import Parts, Service
from cctv_probe.agent.service.notify import Notifier
from cctv_probe.agent.service.once import Once
from cctv_probe.agent.service.post import Post
from cctv_probe.agent.service.scans import Note, Scans, Start
from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.wire.clock import Clock

LOCK_WAIT_S = 2.0
Load = Callable[[Path, Clock, InForce | None], InForce]


class Busy(Exception):
    """Another service works in this state folder; `text` says so."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Making:
    """What the service is made with. `words` is the command line of a child, `agent_id` who this is (empty: not known)."""

    clock: Clock
    open_post: Callable[[InForce], Post]
    note: Callable[[InForce], Note]
    told: Callable[[InForce, Mapping[str, Any]], None]
    agent_id: Callable[[InForce], str]
    words: Callable[[Order, Path, Path], Sequence[str]] = command
    load: Load = load_in_force

    def start(self) -> Start:
        """Starts children of this making."""

        def start(order: Order, force: InForce, began_utc: datetime, began_s: float) -> Child:
            environment = clean_environment(os.environ) | {"CCTV_PROBE_LANG": force.config.language}
            return Child.start(order, self.words(order, force.copy, force.beside), environment, began_utc, began_s)

        return start


def serve(force: InForce, making: Making, notifier: Notifier) -> int:
    """Be the service until told to stop. Returns the exit code. Raises `Busy`."""
    path = force.beside / force.name
    note = making.note(force)
    parts = Parts(
        clock=making.clock,
        notifier=notifier,
        load=lambda before: making.load(path, making.clock, before),
        open_post=making.open_post,
        start=making.start(),
        note=note,
        told=making.told,
    )
    with holding(force):
        return Service(parts, force, making.agent_id(force)).run()


def serve_once(force: InForce, making: Making, activity: Activity | None) -> int:
    """Do what is due (or `activity`), send what may go. Returns the exit code. Raises `Busy`."""
    with holding(force):
        note = making.note(force)
        scans = Scans(force, making.clock, making.start(), note, making.agent_id(force))
        return Once(force, making.clock, scans, making.open_post, making.told).run(activity)


@contextmanager
def holding(force: InForce) -> Iterator[None]:
    """The lock of the state folder. Raises `Busy`, and `ConfigError` where the folder cannot be used."""
    places = force.config.places
    lock = Lock(places.lock)
    try:
        taken = lock.take(LOCK_WAIT_S)
    except OSError as error:
        raise ConfigError(_NO_LOCK.with_(path=places.lock, why=error.strerror or error)) from None
    if not taken:
        raise Busy(_BUSY.with_(path=places.folder))
    try:
        yield
    finally:
        lock.release()


_BUSY = Text(
    en="The agent's service already runs with the state folder {path}; a second one would get in its way. To scan at once: "
    "stop the service first, or wait for its schedule (cctv-probe agent status).",
    th="บริการของตัวแทนทำงานอยู่แล้วในโฟลเดอร์สถานะ {path} จึงไม่เริ่มซ้ำ หากต้องการสแกนทันที โปรดหยุดบริการก่อน "
    "หรือรอตามตารางเวลา (cctv-probe agent status)",
)
_NO_LOCK = Text(
    en="The file {path} cannot be used ({why}). Please check the owner of the state folder.",
    th="ใช้ไฟล์ {path} ไม่ได้ ({why}) โปรดตรวจสอบเจ้าของโฟลเดอร์สถานะ",
)
