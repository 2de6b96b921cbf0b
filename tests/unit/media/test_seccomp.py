"""The filter program itself, run by a small interpreter of classic BPF: also for the processor that is not here."""

from __future__ import annotations

import struct

import pytest

from cctv_probe.media.seccomp import ARCHITECTURES, Architecture, program

X86_64, ARM64 = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
ALLOW, KILL, EPERM = 0x7FFF0000, 0x80000000, 0x00050001
OWN_PID = 4242

# asm/unistd_64.h and asm-generic/unistd.h
FORBIDDEN = {
    "x86_64": {
        "open": 2, "shmget": 29, "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49,
        "listen": 50, "socketpair": 53, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "rename": 82,
        "mkdir": 83, "creat": 85, "unlink": 87, "readlink": 89, "chmod": 90, "ptrace": 101, "setuid": 105, "prctl": 157,
        "chroot": 161, "mount": 165, "init_module": 175, "tkill": 200, "add_key": 248, "keyctl": 250, "openat": 257,
        "unshare": 272, "perf_event_open": 298, "prlimit64": 302, "process_vm_readv": 310, "process_vm_writev": 311,
        "seccomp": 317, "memfd_create": 319, "bpf": 321, "execveat": 322, "userfaultfd": 323, "pkey_mprotect": 329,
        "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "pidfd_open": 434, "clone3": 435,
        "openat2": 437, "pidfd_getfd": 438, "x32 socket": 0x40000029,
    },
    "aarch64": {
        "openat": 56, "mount": 40, "readlinkat": 78, "unshare": 97, "init_module": 105, "ptrace": 117, "kill": 129,
        "tkill": 130, "prctl": 167, "socket": 198, "bind": 200, "connect": 203, "sendto": 206, "add_key": 217,
        "keyctl": 219, "clone": 220, "execve": 221, "perf_event_open": 241, "prlimit64": 261, "process_vm_readv": 270,
        "seccomp": 277, "bpf": 280, "execveat": 281, "userfaultfd": 282, "pkey_mprotect": 288, "io_uring_setup": 425,
        "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438,
    },
}  # fmt: skip


def decided(machine: Architecture, number: int, arguments: tuple[int, ...] = (), audit: int | None = None) -> int:
    """What the kernel would do with system call `number` (linux/bpf_common.h: LD, JEQ, JSET, RET)."""
    six = (*arguments, *[0] * (6 - len(arguments)))
    call = struct.pack("=IIQ6Q", number, machine.audit if audit is None else audit, 0, *six)
    code, at, loaded = program(machine, OWN_PID), 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:
            (loaded,) = struct.unpack_from("=I", call, value)
        elif operation in (0x15, 0x45):
            holds = loaded == value if operation == 0x15 else bool(loaded & value)
            at += if_true if holds else if_false
        else:
            assert operation == 0x06
            return int(value)


@pytest.mark.parametrize("machine", [X86_64, ARM64], ids=["x86_64", "aarch64"])
def test_what_decoding_needs_is_allowed_and_nothing_else(machine: Architecture) -> None:
    allowed = {number for number in range(1024) if decided(machine, number, (OWN_PID,)) == ALLOW}
    assert allowed == {*machine.allowed.values(), *machine.memory.values(), *machine.own.values()}


@pytest.mark.parametrize(
    ("name", "call", "number"),
    [(name, call, number) for name, calls in FORBIDDEN.items() for call, number in calls.items()],
)
def test_a_call_that_reaches_outside_fails(name: str, call: str, number: int) -> None:
    assert decided(ARCHITECTURES[name], number, (OWN_PID,)) == EPERM, call


@pytest.mark.parametrize("machine", [X86_64, ARM64], ids=["x86_64", "aarch64"])
def test_memory_may_not_become_code(machine: Architecture) -> None:
    for number in machine.memory.values():
        assert decided(machine, number, (0, 4096, 3)) == ALLOW
        assert decided(machine, number, (0, 4096, 7)) == EPERM
        assert decided(machine, number, (0, 4096, 4)) == EPERM


@pytest.mark.parametrize("machine", [X86_64, ARM64], ids=["x86_64", "aarch64"])
def test_only_itself_may_be_signalled(machine: Architecture) -> None:
    (tgkill,) = machine.own.values()
    assert decided(machine, tgkill, (OWN_PID, OWN_PID, 6)) == ALLOW
    assert decided(machine, tgkill, (1, 1, 9)) == EPERM


def test_calls_made_for_another_processor_end_the_process() -> None:
    assert decided(X86_64, 0, audit=0x40000003) == KILL  # i386, where 0 is another call
    assert decided(ARM64, 63, audit=0x40000028) == KILL
