"""Each thing that the decoder child gives up: tried from inside, after confinement; and possible when only that is kept.

The control (the same attempt with one layer left out) shows that the attempt is a real one and that nothing else stops it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.media import decoder_process
from cctv_probe.media.confinement import Limits
from cctv_probe.media.decoder_process import ChildUnprotected, DecoderProcess, command, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS have no seccomp; the child says so")

ROOT = Path(__file__).parents[2]
FRAME = """
import ctypes, mmap, os, resource, socket, subprocess, sys, threading, time
sys.path.insert(0, {root!r})
from cctv_probe.media import confinement
for layer in {left_out!r}:
    setattr(confinement, layer, lambda *_: True)
confinement.confine(confinement.Limits({memory}, {cpu_s}))
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
try:
    {attempt}
    print("done", flush=True)
except (OSError, MemoryError, RuntimeError, KeyError, ValueError) as error:
    print("denied", type(error).__name__, getattr(error, "errno", None), flush=True)
os._exit(0)
"""
CALLS, LIMITS, FILES, VARIABLES = "filter_system_calls", "limit_resources", "close_inherited", "drop_environment"

# what is tried → (the attempt, the layers without which it succeeds)
ATTEMPTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a TCP socket": ("socket.socket()", (CALLS,)),
    "a UDP socket": ("socket.socket(type=socket.SOCK_DGRAM)", (CALLS,)),
    "a local socket": ("socket.socketpair()", (CALLS,)),
    "another program": ("os.execv(sys.executable, [sys.executable, '-c', 'print(\"done\")'])", (CALLS,)),
    "a process": ("os.fork() or os._exit(0)", (CALLS, LIMITS)),
    "a thread": ("threading.Thread(target=int).start()", (CALLS, LIMITS)),
    "tracing": ("call('ptrace', 0, 0, 0, 0)", (CALLS,)),
    "the parent's memory": ("call('process_vm_readv', os.getppid(), None, 0, None, 0, 0)", (CALLS,)),
    "a signal to the parent": ("os.kill(os.getppid(), 0)", (CALLS,)),
    "writing a file": ("os.open({folder!r} + '/new', os.O_WRONLY | os.O_CREAT)", (CALLS,)),
    "reading a secret file": ("os.read(os.open({folder!r} + '/secret', os.O_RDONLY), 6)", (CALLS,)),
    "the parent's environment": ("os.open(f'/proc/{{os.getppid()}}/environ', os.O_RDONLY)", (CALLS,)),
    "removing a file": ("os.unlink({folder!r} + '/secret')", (CALLS,)),
    "listing a folder": ("os.listdir({folder!r})", (CALLS,)),
    "memory that runs": ("mmap.mmap(-1, 4096, prot=7)", (CALLS,)),
    "raising its own limits": ("resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))", (CALLS,)),
    "an inherited file": ("os.read({inherited}, 6)", (FILES,)),
    "an inherited variable": ("os.environ['CAMERA_PASSWORD']", (VARIABLES,)),
    "much memory": ("bytearray(600_000_000)", (LIMITS,)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    return tmp_path


def tried(
    attempt: str, folder: Path, left_out: tuple[str, ...] = (), cpu_s: int = 60
) -> subprocess.CompletedProcess[str]:
    with (folder / "secret").open() as inherited:
        code = FRAME.format(
            root=str(ROOT),
            left_out=left_out,
            memory=500_000_000,
            cpu_s=cpu_s,
            attempt=attempt.format(folder=str(folder), inherited=inherited.fileno()),
        )
        return subprocess.run(
            [sys.executable, "-I", "-B", "-c", code],
            env=environment() | {"CAMERA_PASSWORD": "secret"},
            pass_fds=[inherited.fileno()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_is_given_up_is_denied(attempt: str, folder: Path) -> None:
    answer = tried(ATTEMPTS[attempt][0], folder)
    assert answer.stdout.startswith("denied"), answer
    assert sorted(file.name for file in folder.iterdir()) == ["secret"]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_it_would_be_possible_without_that_layer(attempt: str, folder: Path) -> None:
    code, layers = ATTEMPTS[attempt]
    answer = tried(code, folder, layers)
    assert answer.stdout.endswith("done\n"), answer


LOOP = "exec('while time.process_time() < 2.5: pass')"


def test_an_endless_loop_ends_with_its_processor_time(folder: Path) -> None:
    assert tried(LOOP, folder, cpu_s=1).returncode in (-signal.SIGKILL, -signal.SIGXCPU)
    assert tried(LOOP, folder, (LIMITS,), cpu_s=1).stdout == "done\n"


def test_nothing_can_be_written_to_a_file_that_was_left_open(tmp_path: Path) -> None:
    """Were standard output a file: not one byte."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import os, signal; from cctv_probe.media import confinement as c; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); limited = '{}' or c.limit_resources(c.Limits()); os.write(1, b'x')"
    )
    for limited, written in (("", ""), ("no", "x")):
        out = tmp_path / f"out{limited}"
        with out.open("w") as stream:
            subprocess.run([sys.executable, "-I", "-c", code.format(limited)], stdout=stream, stderr=subprocess.DEVNULL)
        assert out.read_text() == written


# --- The child itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderProcess]:
    monkeypatch.setenv("CAMERA_PASSWORD", "secret")
    with Path("/dev/zero").open() as inherited:
        os.set_inheritable(inherited.fileno(), True)
        process = DecoderProcess(Limits(), time.monotonic() + 60)
    yield process
    process.close()


def _proc(child: DecoderProcess, name: str) -> str:
    return Path(f"/proc/{child.pid}/{name}").read_bytes().decode(errors="replace")


def test_the_child_is_confined_before_its_first_question(child: DecoderProcess) -> None:
    status = dict(line.split(":\t", 1) for line in _proc(child, "status").splitlines() if ":\t" in line)
    assert (status["Seccomp"].strip(), status["NoNewPrivs"].strip(), status["Threads"].strip()) == ("2", "1", "1")
    assert child.lacking == ()


def test_the_child_holds_its_pipes_and_nothing_else(child: DecoderProcess) -> None:
    files = {link.name: str(link.readlink()) for link in Path(f"/proc/{child.pid}/fd").iterdir()}
    assert set(files) == {"0", "1", "2"}
    assert files["0"].startswith("pipe:")
    assert files["1"].startswith("pipe:")
    assert files["2"] == "/dev/null"


def test_the_child_is_told_no_variable_and_no_secret(child: DecoderProcess) -> None:
    names = {pair.partition("=")[0] for pair in _proc(child, "environ").split("\0") if pair}
    assert names == {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
    assert "secret" not in _proc(child, "cmdline")


def test_the_child_has_its_limits(child: DecoderProcess) -> None:
    limits = {line[:25].strip(): line[25:66].split() for line in _proc(child, "limits").splitlines()[1:]}
    assert limits["Max address space"] == [str(1536 * 1024 * 1024)] * 2
    assert limits["Max cpu time"] == ["120", "120"]
    assert limits["Max file size"] == limits["Max core file size"] == limits["Max processes"] == ["0", "0"]
    assert limits["Max open files"] == ["16", "16"]


def test_the_child_runs_isolated_from_folders_and_variables_of_the_user() -> None:
    interpreter, *options = command(Limits())[:4]
    assert interpreter == sys.executable
    assert options == ["-I", "-B", "-c"]


def test_on_linux_a_child_without_its_filter_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor for which there is no filter."""
    blind = "from cctv_probe.media import seccomp; seccomp.ARCHITECTURES.clear(); "
    code = decoder_process._CODE.replace(
        "from cctv_probe.media.decoder_child", blind + "from cctv_probe.media.decoder_child"
    )
    monkeypatch.setattr(decoder_process, "_CODE", code)
    with pytest.raises(ChildUnprotected):
        DecoderProcess(Limits(), time.monotonic() + 60)
