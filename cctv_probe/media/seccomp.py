"""The system calls that decoding a picture needs, as a seccomp filter (Linux, x86-64 and arm64); all others fail.

An allow-list, because a list of what is forbidden is never complete: each kernel adds calls. What is not on the list fails
with EPERM instead of killing, so that a C library that tries a newer call first falls back to the older one (glibc 2.36 to
2.39: Debian 12, Ubuntu 22.04 and 24.04). A call made for another processor architecture ends the process.

The filter is a classic BPF program (linux/filter.h, linux/seccomp.h) made here, so that no library has to be installed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass

PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_FILTER_FLAG_TSYNC = 1
_PROT_EXEC = 4

_LOAD, _JUMP_EQUAL, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _EPERM = 0x7FFF0000, 0x80000000, 0x00050001
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16


@dataclass(frozen=True, slots=True)
class Architecture:
    """One processor architecture: its audit number, the number of seccomp(2), and the numbers of what is allowed.

    `memory` calls are allowed unless they ask for executable memory (third argument), `own` calls only with our own
    process id as first argument (a library that aborts signals itself).
    """

    audit: int
    seccomp: int
    allowed: dict[str, int]
    memory: dict[str, int]
    own: dict[str, int]


_X86_64 = Architecture(
    audit=0xC000003E,
    seccomp=317,
    allowed={
        "read": 0,
        "write": 1,
        "close": 3,
        "fstat": 5,
        "poll": 7,
        "lseek": 8,
        "munmap": 11,
        "brk": 12,
        "rt_sigaction": 13,
        "rt_sigprocmask": 14,
        "rt_sigreturn": 15,
        "readv": 19,
        "writev": 20,
        "sched_yield": 24,
        "mremap": 25,
        "madvise": 28,
        "nanosleep": 35,
        "getpid": 39,
        "exit": 60,
        "gettimeofday": 96,
        "getrusage": 98,
        "sysinfo": 99,
        "times": 100,
        "sigaltstack": 131,
        "gettid": 186,
        "futex": 202,
        "sched_getaffinity": 204,
        "restart_syscall": 219,
        "clock_gettime": 228,
        "clock_getres": 229,
        "clock_nanosleep": 230,
        "exit_group": 231,
        "getcpu": 309,
        "getrandom": 318,
    },
    memory={"mmap": 9, "mprotect": 10},
    own={"tgkill": 234},
)
_ARM64 = Architecture(
    audit=0xC00000B7,
    seccomp=277,
    allowed={
        "close": 57,
        "lseek": 62,
        "read": 63,
        "write": 64,
        "readv": 65,
        "writev": 66,
        "ppoll": 73,
        "fstat": 80,
        "exit": 93,
        "exit_group": 94,
        "futex": 98,
        "nanosleep": 101,
        "clock_gettime": 113,
        "clock_getres": 114,
        "clock_nanosleep": 115,
        "sched_getaffinity": 123,
        "sched_yield": 124,
        "restart_syscall": 128,
        "sigaltstack": 132,
        "rt_sigaction": 134,
        "rt_sigprocmask": 135,
        "rt_sigreturn": 139,
        "times": 153,
        "getrusage": 165,
        "getcpu": 168,
        "gettimeofday": 169,
        "getpid": 172,
        "gettid": 178,
        "sysinfo": 179,
        "brk": 214,
        "munmap": 215,
        "mremap": 216,
        "madvise": 233,
        "getrandom": 278,
    },
    memory={"mmap": 222, "mprotect": 226},
    own={"tgkill": 131},
)
ARCHITECTURES = {"x86_64": _X86_64, "amd64": _X86_64, "aarch64": _ARM64, "arm64": _ARM64}


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def architecture() -> Architecture | None:
    """This machine's, if there is a filter for it: 64-bit Linux on x86-64 or arm64."""
    if sys.platform != "linux" or struct.calcsize("P") != 8:
        return None
    return ARCHITECTURES.get(platform.machine().lower())


def program(machine: Architecture, own_pid: int) -> bytes:
    """The filter in the form the kernel takes: eight bytes an instruction."""
    check = [_instruction(_LOAD, _ARCHITECTURE_AT), *_unless_equal_return(machine.audit, _KILL_PROCESS)]
    calls = [_instruction(_LOAD, _NUMBER_AT)]
    for number in sorted(machine.allowed.values()):
        calls += [_instruction(_JUMP_EQUAL, number, 0, 1), _instruction(_RETURN, _ALLOW)]
    for number in sorted(machine.memory.values()):
        calls += _guarded(number, 2, _instruction(_JUMP_BITS, _PROT_EXEC, 1, 0))
    for number in sorted(machine.own.values()):
        calls += _guarded(number, 0, _instruction(_JUMP_EQUAL, own_pid, 0, 1))
    return b"".join([*check, *calls, _instruction(_RETURN, _EPERM)])


def _guarded(number: int, argument: int, permitted: bytes) -> list[bytes]:
    """Allow call `number` where `permitted`, looking at an argument's low half, jumps nowhere; EPERM otherwise."""
    return [
        _instruction(_JUMP_EQUAL, number, 0, 4),
        _instruction(_LOAD, _ARGUMENTS_AT + 8 * argument),
        permitted,
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _EPERM),
    ]


def _unless_equal_return(wanted: int, otherwise: int) -> Iterable[bytes]:
    return [_instruction(_JUMP_EQUAL, wanted, 1, 0), _instruction(_RETURN, otherwise)]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def install(machine: Architecture) -> None:
    """Apply the filter to every thread of this process, for good. Raises `OSError` where the kernel refuses."""
    code = program(machine, os.getpid())
    descriptor = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    refused = libc.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_FILTER_FLAG_TSYNC),
        ctypes.byref(descriptor),
    )
    if refused:
        raise OSError(ctypes.get_errno(), f"seccomp was refused ({refused})")


def forbid_new_privileges() -> None:
    """No program started from here gains rights (prctl 38); also what lets an ordinary user install a filter."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
