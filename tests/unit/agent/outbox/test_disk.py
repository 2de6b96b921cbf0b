"""A disk that is full, read-only or out of reach: a clear sentence, nothing lost that was accepted, and on it goes."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.agent.outbox import Outbox, OutboxError, OutboxLimits
from cctv_probe.wire.clock import FakeClock
from tests.unit.agent.outbox.bodies import Say, deliver, numbers_of, outbox, put

ROOT = Path(__file__).parents[4]


def _may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return done.returncode == 0


DISKS = ["limit on files", "small disk"] if _may_mount() else ["limit on files"]


@contextlib.contextmanager
def full(folder: Path, kind: str) -> Iterator[None]:
    """Nothing more can be written in `folder`, by this process at least."""
    if kind == "small disk":
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(512))
        try:
            yield
        finally:
            filler.unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=DISKS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "state"
    folder.mkdir()
    if request.param == "small disk":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=True)
    try:
        yield folder, request.param
    finally:
        if request.param == "small disk":
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_and_loses_nothing_that_was_accepted(disk: tuple[Path, str]) -> None:
    folder, kind = disk
    box = outbox(folder)
    accepted = [put(box, f"run {number}", 3_000) for number in range(3)]
    refused = 0
    with full(folder, kind):
        for number in range(3, 6):
            _try(box, f"run {number}", 60_000)
            refused += 1
    after = put(box, "after")
    assert after.seq == len(accepted) + refused + 1
    sent = deliver(box)
    assert [body["seq"] for body in sent if body["kind"] == "report"] == [row.seq for row in [*accepted, after]]
    (gap,) = [body for body in sent if body["kind"] == "gap"]
    assert (gap["gap"]["reason"], numbers_of(gap)) == ("disk_full", [4, 5, 6])
    assert gap["gap"]["from_utc"] == "2026-11-23T02:00:00Z"
    assert box.verify() == []


def _try(box: Outbox, name: str, size: int) -> None:
    with pytest.raises(OutboxError) as told:
        box.enqueue("report", Say(name, size), run_id=name)
    assert told.value.code in ("disk_full", "disk_error")
    assert str(box.path) in told.value.text.en
    assert str(box.path) in told.value.text.th


def test_a_run_that_is_brought_again_after_a_full_disk_is_no_loss(disk: tuple[Path, str]) -> None:
    folder, kind = disk
    box = outbox(folder)
    put(box, "first")
    with full(folder, kind):
        _try(box, "again", 60_000)
    assert put(box, "again", 6_000).seq == 2
    assert box.gathering() == []
    assert [body["kind"] for body in deliver(box)] == ["report", "report"]


def test_on_a_full_disk_what_waits_is_still_sent_and_acknowledged(disk: tuple[Path, str]) -> None:
    """The reserve is given up for receipts and gaps; where not even that helps, the report is sent again later."""
    folder, kind = disk
    box = outbox(folder)
    made = [put(box, f"run {number}", 3_000) for number in range(5)]
    reserve = folder / "outbox.sqlite.reserve"
    assert reserve.stat().st_size == 4 << 20
    with full(folder, kind):
        if kind == "small disk":
            box.drop(made[-1].report_id)
            assert [body["kind"] for body in deliver(box)] == ["report"] * 4 + ["gap"]
            assert box.verify() == []
        else:
            with pytest.raises(OutboxError):
                deliver(box)
        assert not reserve.exists()
    box.housekeeping()
    assert reserve.exists()
    assert len(deliver(box)) == (0 if kind == "small disk" else 5)
    assert len(box.receipts()) == 5


def test_below_the_floor_a_really_small_disk_accepts_nothing(disk: tuple[Path, str]) -> None:
    folder, kind = disk
    box = outbox(folder, FakeClock(), OutboxLimits(free_disk_bytes=1 << 60))
    assert box.enqueue("report", Say("run"), run_id="run") is None
    assert box.gathering()[0].reason == "disk_full"
    assert kind in DISKS


def _refusals(folder: Path) -> list[str]:
    """What an outbox in `folder` says to each question that it must refuse."""
    box = outbox(folder)
    said: list[str] = []
    for ask in (box.depth, box.next_due, lambda: box.enqueue("report", Say("run"), run_id="run"), box.housekeeping):
        try:
            ask()
        except OutboxError as error:
            said.append(error.code)
    return said


@pytest.mark.parametrize(
    "how", ["read-only disk", "folder of another user"] if "small disk" in DISKS else ["folder of another user"]
)
def test_a_place_that_cannot_be_written_is_said_so(how: str) -> None:
    """In a folder that everyone may reach, by a user who is not root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "state"
        folder.mkdir()
        if how == "read-only disk":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=True)
        try:
            with outbox(folder) as box:
                put(box, "before")
            if how == "read-only disk":
                subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
            else:
                Path(name).chmod(0o755)
                folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
            said = _as_a_user(folder, root=how == "read-only disk")
            assert set(said) == ({"read_only"} if how == "read-only disk" else {"no_permission"})
        finally:
            if how == "read-only disk":
                subprocess.run(["umount", "-l", folder], check=True)
            folder.chmod(0o700)


def _as_a_user(folder: Path, *, root: bool) -> list[str]:
    """`_refusals` in a process of its own, as another user where this one is root. It is forked: an interpreter that lies in
    root's own folder could not be started by another user."""
    heard, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0 and not root:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            os.write(tell, " ".join(_refusals(folder)).encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(heard, "rb") as answer:
        said = answer.read().decode().split()
    os.waitpid(child, 0)
    return said


def test_an_outbox_on_a_disk_that_comes_back_goes_on(tmp_path: Path) -> None:
    """The disk is mounted late: the same object works once the place is there."""
    place = tmp_path / "late"
    place.write_text("in the way")
    box = outbox(place)
    with pytest.raises(OutboxError):
        box.enqueue("report", Say("early"), run_id="early")
    place.unlink()
    assert put(box, "later").seq == 2
    assert box.gathering()[0].count == 1
