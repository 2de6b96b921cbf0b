"""What the decoder child gives up before it reads a byte that came from a camera.

In this order: inherited files, environment, resources, new privileges, system calls. Where the operating system offers
less (Windows, macOS), the child names what it lacks; on Linux it refuses to work without its filter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from cctv_probe.media import seccomp

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_S = 120
_OPEN_FILES = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Address space in bytes and processor time in seconds, for the whole life of a child."""

    memory_bytes: int = MEMORY_BYTES
    cpu_s: int = CPU_S


class CannotConfine(Exception):
    """A protection that this operating system should offer could not be taken up."""


def confine(limits: Limits) -> list[str]:
    """Give everything up, for good; the names of the protections that this operating system does not offer.

    Raises `CannotConfine` where one that it should offer is refused.
    """
    layers: dict[str, Callable[[], bool]] = {
        "files": close_inherited,
        "environment": drop_environment,
        "resources": lambda: limit_resources(limits),
        "privileges": forbid_new_privileges,
        "system_calls": filter_system_calls,
    }
    lacking = []
    for name, take_up in layers.items():
        try:
            if not take_up():
                lacking.append(name)
        except (OSError, ValueError) as error:
            raise CannotConfine(f"{name}: {error}") from error
    if sys.platform == "linux" and "system_calls" in lacking:
        raise CannotConfine("system_calls: no filter for this processor")
    return lacking


def close_inherited() -> bool:
    """Close all files but standard input, output and error (which the parent connects to pipes and to nothing)."""
    if os.name != "posix":
        return False
    os.closerange(3, _most_files())
    return True


def _most_files() -> int:
    """One more than the highest open descriptor; where that cannot be seen, a number that no program reaches."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return max(map(int, os.listdir(folder))) + 1  # noqa: PTH208 (a Path per descriptor gains nothing)
        except (OSError, ValueError):
            continue
    return 65536


def drop_environment() -> bool:
    """Forget every variable (the parent hands over none that matters)."""
    os.environ.clear()
    return True


def limit_resources(limits: Limits) -> bool:
    """Address space, processor time, open files; no writing to files, no new processes or threads, no core dump."""
    if sys.platform == "win32":
        return False
    import resource  # does not exist on Windows

    most = {
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for what, value in most.items():
        resource.setrlimit(what, (value, value))
    if sys.platform == "darwin":
        return False  # its kernel ignores RLIMIT_AS: memory is not limited
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    return True


def forbid_new_privileges() -> bool:
    """Linux: no program started from here could gain rights."""
    if sys.platform != "linux":
        return False
    seccomp.forbid_new_privileges()
    return True


def filter_system_calls() -> bool:
    """Linux: only what decoding needs; no files, sockets, processes, other processes' memory."""
    machine = seccomp.architecture()
    if machine is None:
        return False
    seccomp.install(machine)
    return True
