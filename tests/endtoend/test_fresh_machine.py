"""A checkout on a machine that has only python3: `scripts/cctv-probe` prepares itself once, whatever comes between.

Packages are really downloaded (or taken from pip's cache) and really installed, so these tests need a package index.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or name.startswith("PIP_")}
TOOLS = ["cat", "cksum", "cmp", "env", "flock", "grep", "id", "mkdir", "rm", "sh", "tail"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("fresh machine"),  # they share one prepared checkout
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sh"),
]


@dataclass(frozen=True)
class Start:
    """How one start of the program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Checkout:
    """A copy of this checkout with nothing prepared."""

    root: Path

    @property
    def script(self) -> Path:
        return self.root / "scripts/cctv-probe"

    @property
    def prepared(self) -> Path:
        return self.root / ".venv/run"

    @property
    def log(self) -> Path:
        return self.root / ".venv/run.log"

    def begin(
        self, environment: dict[str, str] | None = None, *, via: Path | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[str]:
        """Starts `cctv-probe --help` in a process group of its own."""
        return subprocess.Popen(
            [via or self.script, "--help"],
            cwd=cwd,
            env=ENVIRONMENT | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=_hears_ctrl_c,
        )

    def start(
        self, environment: dict[str, str] | None = None, *, via: Path | None = None, cwd: Path | None = None
    ) -> Start:
        """Starts `cctv-probe --help` and waits for its end."""
        return ended(self.begin(environment, via=via, cwd=cwd))

    def installed(self) -> dict[str, int]:
        """When each folder and stamp of the prepared environment was last written, by path."""
        site_packages = next(self.prepared.glob("lib/python3*/site-packages"))
        return {
            str(path): path.stat().st_mtime_ns
            for path in [site_packages, *site_packages.iterdir(), self.prepared / "ready"]
        }


def _hears_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and hands that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process: subprocess.Popen[str]) -> Start:
    out, err = process.communicate(timeout=600)
    return Start(process.returncode, out, err)


@pytest.fixture(scope="module")
def copy_checkout(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Checkout]:
    """Copies what git knows or would add into a new folder with a space in its name."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    def copy() -> Checkout:
        root = tmp_path_factory.mktemp("fresh") / "ของ เทศบาล"
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)
        return Checkout(root)

    return copy


@pytest.fixture
def checkout(copy_checkout: Callable[[], Checkout]) -> Checkout:
    return copy_checkout()


@dataclass(frozen=True)
class History:
    """A checkout whose first start was interrupted in the middle, and then started twice at once."""

    checkout: Checkout
    interrupted: Start
    left_ready: bool
    together: list[Start]


@pytest.fixture(scope="module")
def history(copy_checkout: Callable[[], Checkout]) -> Iterator[History]:
    checkout = copy_checkout()
    first = checkout.begin()
    while "Installing collected packages: setuptools" not in (
        checkout.log.read_text() if checkout.log.exists() else ""
    ):
        assert first.poll() is None, ended(first)
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGINT)
    interrupted = ended(first)
    left_ready = (checkout.prepared / "ready").exists()
    together = [ended(process) for process in [checkout.begin(), checkout.begin()]]
    yield History(checkout, interrupted, left_ready, together)
    shutil.rmtree(checkout.root)


def test_an_interrupted_first_start_says_so_and_is_not_taken_for_a_finished_one(history: History) -> None:
    assert history.interrupted.code != 0
    assert "Interrupted. The next start prepares the program again." in history.interrupted.err
    assert "ถูกยกเลิก" in history.interrupted.err
    assert not history.left_ready


def test_two_starts_at_once_prepare_the_program_once(history: History) -> None:
    for start in history.together:
        assert start.code == 0, start.err
        assert "cctv-probe" in start.out
    said = "".join(start.err for start in history.together)
    assert said.count("Preparing the program") == said.count("Ready.") == 1
    assert "waiting for it" in said


def test_a_later_start_installs_nothing_and_says_nothing(history: History) -> None:
    before = history.checkout.installed()
    took_s = []
    for _ in range(3):
        began_s = time.monotonic()
        again = history.checkout.start()
        took_s.append(time.monotonic() - began_s)
        assert (again.code, again.err) == (0, "")
    assert history.checkout.installed() == before
    assert min(took_s) < 1


def test_it_starts_through_a_link_from_a_folder_full_of_traps(history: History, tmp_path: Path) -> None:
    for module in ["typer", "site", "cctv_probe"]:
        (tmp_path / f"{module}.py").write_text("raise SystemExit('this folder is not ours')")
    link = tmp_path / "probe"
    link.symlink_to(history.checkout.script)
    start = history.checkout.start(via=link, cwd=tmp_path)
    assert (start.code, start.err) == (0, "")


def test_without_a_network_it_says_what_to_do_and_where_the_log_is(checkout: Checkout) -> None:
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
    }
    start = checkout.start(nowhere)
    assert start.code == 1
    assert "check this machine's internet connection" in start.err
    assert "กรุณาตรวจสอบการเชื่อมต่ออินเทอร์เน็ต" in start.err
    assert str(checkout.log) in start.err
    assert "ERROR" in checkout.log.read_text()
    assert "Traceback" not in start.err


def _python_that(tmp_path: Path, when: str, does: str) -> str:
    """An interpreter that is Python but for one thing."""
    wrapper = tmp_path / "python of another kind"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *{when}*) {does} ;; esac\nexec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def _path_without_apt(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or pytest.fail(f"this machine has no {tool}"))
    return str(folder)


def test_without_the_venv_module_it_names_the_one_command(checkout: Checkout, tmp_path: Path) -> None:
    python = _python_that(tmp_path, "ensurepip", "exit 1")
    start = checkout.start({"CCTV_PROBE_PYTHON": python, "PATH": _path_without_apt(tmp_path)})
    command = f"sudo apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert start.code == 1
    assert start.err.splitlines() == [
        f"Python ในเครื่องนี้ยังขาดส่วน venv กรุณาพิมพ์คำสั่งต่อไปนี้ แล้วเรียกโปรแกรมอีกครั้ง: {command}",
        f"Python's venv module is missing. Please type this command, then start again: {command}",
    ]


def test_an_old_python_is_named_with_its_version(checkout: Checkout, tmp_path: Path) -> None:
    python = _python_that(tmp_path, "version_info", "echo 3.10; exit 0")
    start = checkout.start({"CCTV_PROBE_PYTHON": python})
    assert start.code == 1
    assert f"Python 3.11 or newer is needed, but this machine has only {python} (3.10)." in start.err
    assert "โปรแกรมนี้ต้องใช้ Python 3.11 ขึ้นไป" in start.err


def test_without_any_python_it_says_how_to_get_one(checkout: Checkout, tmp_path: Path) -> None:
    start = checkout.start({"PATH": _path_without_apt(tmp_path)})
    assert start.code == 1
    assert "No Python was found. Please install it with: sudo apt-get install python3 python3-venv" in start.err
