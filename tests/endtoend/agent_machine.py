"""A Debian machine of its own for the agent's package: installed from nothing, booted with systemd, cut off from networks.

The root is made with debootstrap from the mirror that this machine's own apt uses; systemd-nspawn starts it, for one command
or whole. It has a network namespace with a loopback and nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
NEEDED = ("debootstrap", "systemd-nspawn", "nsenter", "apt-get", "dpkg-deb", "ip")
CGROUPS = [Path("/sys/fs/cgroup") / each for each in ("", "unified", "systemd")]
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
AGENT = "cctv-probe-agent.service"
_ROOM_BYTES = 4 << 30


class CannotBootError(Exception):
    """This machine does not let systemd start in a container; the argument is what was said."""


def missing() -> str | None:
    """Why no such machine can be had here; None where it can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "making a Debian root takes root"
    lacking = [tool for tool in NEEDED if not shutil.which(tool)]
    return f"not installed: {', '.join(lacking)}" if lacking else None


def run(
    *words: object, timeout_s: float = 300, check: bool = True, typed: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of this machine, its output kept; fails the test with that output where it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        input=typed,
        timeout=timeout_s,
        check=False,
        env={**os.environ, **CLEAN, **(env or {})},
    )
    assert not check or done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


@contextmanager
def workshop(otherwise: Path) -> Iterator[Path]:
    """A folder for a few gigabytes: in memory where there is plenty, since a whole system is written and thrown away."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    if not roomy or psutil.virtual_memory().available < 2 * _ROOM_BYTES:
        yield otherwise
        return
    folder = Path(tempfile.mkdtemp(prefix="cctv-probe-machine-", dir=memory))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build_package(out: Path) -> Path:
    """The Debian package, built from this checkout, uncompressed."""
    return _built("scripts/build-deb", out)


def build_archive(out: Path) -> Path:
    """The archive with install.sh, built from this checkout, uncompressed."""
    return _built("scripts/build-tarball", out)


def _built(script: str, out: Path) -> Path:
    env = {"CCTV_PROBE_PYTHON": "/usr/bin/python3", "TMPDIR": str(out)}
    made = run(ROOT / script, "--out", out, "--compress", "none", env=env)
    return Path(made.stdout.splitlines()[-1])


def debootstrap(root: Path) -> None:
    """A minimal root of this machine's own release, with Python and systemd; mirror, cache and proxy are apt's own."""
    codename = _os_release()["VERSION_CODENAME"]
    listed = run("apt-get", "indextargets", "--format", "$(CREATED_BY)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)").stdout
    rows = [line.split("|") for line in listed.splitlines()]
    mirror = next(row[3] for row in rows if row[:3] == ["Packages", codename, "main"])
    cache = run("apt-config", "shell", "FOUND", "Dir::Cache::archives/d").stdout.partition("'")[2].rstrip("'\n")
    proxy = run("apt-config", "shell", "FOUND", "Acquire::http::Proxy").stdout.partition("'")[2].rstrip("'\n")
    run(
        "debootstrap",
        "--variant=minbase",
        "--include=python3,systemd-sysv,tzdata",
        f"--cache-dir={cache}",
        codename,
        root,
        mirror,
        env={"http_proxy": proxy} if proxy else {},
    )


def _os_release() -> dict[str, str]:
    pairs = (line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return {name: value.strip('"') for name, value in pairs}


class Machine:
    """The root, and the systemd that runs in it while it is booted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._log = root.with_name("console.log")

    # --- While it is switched off ---

    def once(self, *words: object, check: bool = True, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """One command in the root, without systemd and without any network."""
        found = run(*self._start(), "--pipe", "--", *words, check=False, timeout_s=timeout_s)
        _sweep_cgroups()
        assert not check or found.returncode == 0, f"{words}\n{found.stdout}\n{found.stderr}"
        return found

    def _start(self) -> list[str]:
        keep = [] if Path("/run/systemd/system").is_dir() else ["--keep-unit"]
        return ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--register=no", *keep, "--private-network"]

    # --- While it is switched on ---

    @contextmanager
    def booted(self) -> Iterator[Machine]:
        """Switched on until the block ends. Raises `CannotBootError`."""
        self._boot()
        try:
            yield self
        finally:
            self._halt()

    def _boot(self) -> None:
        with self._log.open("wb") as console:
            self._nspawn = subprocess.Popen(
                [*self._start(), "--boot", "--console=read-only", "--capability=all", "--system-call-filter=bpf"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env={**CLEAN, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                start_new_session=True,
            )
        try:
            eventually(lambda: self._nspawn_ended() or self._is_up(), within_s=60)
        except AssertionError:
            self._halt()
            raise CannotBootError(self._log.read_text(errors="replace")[-2000:]) from None
        if self._nspawn_ended():
            raise CannotBootError(self._log.read_text(errors="replace")[-2000:])

    def _nspawn_ended(self) -> bool:
        return self._nspawn is None or self._nspawn.poll() is not None

    def _is_up(self) -> bool:
        if self._leader() is None:
            return False
        return self.do("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def _leader(self) -> int | None:
        """The process that is number 1 in there."""
        assert self._nspawn is not None
        try:
            children = psutil.Process(self._nspawn.pid).children()
        except psutil.NoSuchProcess:
            return None
        return children[-1].pid if children else None

    def _halt(self) -> None:
        assert self._nspawn is not None
        leader = self._leader()
        if leader is not None:
            self.do("systemctl", "--no-block", "poweroff", check=False)
        try:
            self._nspawn.wait(30)
        except subprocess.TimeoutExpired:
            if leader is not None:
                os.kill(leader, signal.SIGKILL)
            self._nspawn.kill()
            self._nspawn.wait(10)
        _sweep_cgroups()

    def do(
        self, *words: object, check: bool = True, timeout_s: float = 120, spaces: str = "-a", typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """A command in the running machine, as its root."""
        leader = self._leader()
        assert leader is not None, self._log.read_text(errors="replace")[-2000:]
        return run("nsenter", "-t", leader, spaces, "--", *words, check=check, timeout_s=timeout_s, typed=typed)

    def add_network(self, *addresses: str) -> None:
        """Addresses outside 127.0.0.0/8 that lead nowhere but to the machine itself."""
        for address in addresses:
            self.do("ip", "address", "add", address, "dev", "lo", spaces="-n")  # with this machine's own `ip`

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file in the root."""
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def unit(self, name: str, text: str) -> None:
        """A unit or drop-in that lasts until the machine is switched off."""
        self.do("mkdir", "-p", f"/run/systemd/system/{Path(name).parent}")
        self.do("sh", "-c", 'printf %s "$2" > "/run/systemd/system/$1"', "sh", name, text)
        self.do("systemctl", "daemon-reload")

    def show(self, what: str, unit: str = AGENT) -> str:
        """One property of a unit."""
        return self.do("systemctl", "show", "--value", "--property", what, unit).stdout.strip()

    def journal(self, unit: str = AGENT) -> str:
        """What a unit and systemd said of it since the machine was switched on."""
        return self.do("journalctl", "--boot", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def inside(self, code: str, unit: str = AGENT) -> str:
        """What a Python program prints that runs as root, but in the control group of a running unit: whatever stops it
        there is the kernel's list of addresses, and nothing else."""
        group = f"/sys/fs/cgroup{self.show('ControlGroup', unit)}/cgroup.procs"
        join = f'echo $$ > {group} && exec /usr/bin/python3 -c "$0"'
        return self.do("sh", "-c", join, code).stdout


def eventually(true: Callable[[], object], within_s: float = 30) -> None:
    """Wait until it is so."""
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, "it did not happen in time"
        time.sleep(0.1)


def _sweep_cgroups() -> None:
    """systemd-nspawn leaves two empty groups where nobody manages them."""
    for folder in CGROUPS:
        for name in ("payload", "supervisor"):
            try:
                (folder / name).rmdir()
            except OSError:
                pass  # there is none, or somebody else's container lives in it
