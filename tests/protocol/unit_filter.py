"""Runs a command as the agent's unit would: under its own system-call filter, limits and restrictions, without systemd.

Everything is read from the unit file itself. Sets such as `@system-service` are spelt out by `systemd-analyze`, names become
numbers through libseccomp (which systemd itself uses), and the filters are stacked as systemd stacks them. This file is run
as a program of its own, since what it gives up cannot be had back:

    python unit_filter.py UNIT-FILE USER-ID -- COMMAND...
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import re
import resource
import socket
import subprocess
import sys
from pathlib import Path

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 38, 24
_CLONE_NEW = 0x7E020080
_PROT_WRITE, _PROT_EXEC, _SHM_EXEC = 2, 4, 0o100000
_LAST_CAPABILITY = 40


class _Condition(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def settings(unit: str) -> dict[str, list[str]]:
    """Every setting of the unit's [Service] section, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.partition("[Service]")[2].partition("\n[")[0].splitlines():
        if pair := re.fullmatch(r"([A-Za-z]+)=(.*)", line.strip()):
            found.setdefault(pair[1], []).append(pair[2])
    return found


def allowed_calls(lines: list[str]) -> set[str]:
    """The names of the calls that an allow-list of `SystemCallFilter=` lines leaves."""
    assert not lines[0].startswith("~"), "the unit has a list of what is forbidden, not of what is allowed"
    allowed: set[str] = set()
    for line in lines:
        calls = {call for word in line.lstrip("~").split() for call in _spelt_out(word)}
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed | _spelt_out("@default")  # systemd allows these whatever is listed


@functools.cache
def _spelt_out(word: str) -> frozenset[str]:
    if not word.startswith("@"):
        return frozenset({word})
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True
    ).stdout
    words = [line.strip() for line in shown.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    assert words, word
    return frozenset(call for inner in words for call in _spelt_out(inner))


class _Seccomp:
    """The few functions of libseccomp that are needed."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.library.seccomp_init.restype = ctypes.c_void_p

    def number(self, name: str) -> int:
        return int(self.library.seccomp_syscall_resolve_name(name.encode()))

    def load(self, default: int, rules: list[tuple[int, str, list[_Condition]]]) -> None:
        context = ctypes.c_void_p(self.library.seccomp_init(ctypes.c_uint32(default)))
        for action, name, conditions in rules:
            number = self.number(name)
            if number < 0:
                continue  # not a call of this processor
            listed = (_Condition * max(1, len(conditions)))(*conditions)
            failed = self.library.seccomp_rule_add_array(
                context, ctypes.c_uint32(action), number, len(conditions), listed
            )
            assert failed == 0, (name, failed)
        assert self.library.seccomp_load(context) == 0
        self.library.seccomp_release(context)


def _refuse(
    name: str, *conditions: tuple[int, int, int, int], error: int = errno.EPERM
) -> tuple[int, str, list[_Condition]]:
    return _ERRNO | error, name, [_Condition(*each) for each in conditions]


def restrictions(unit: dict[str, list[str]]) -> list[tuple[int, str, list[_Condition]]]:
    """What is refused whatever the allow-list says: writable code, other sockets, namespaces, files that lend rights."""
    rules = []
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        both = _PROT_WRITE | _PROT_EXEC
        rules += [
            _refuse("mmap", (2, _MASKED_EQUAL, both, both)),
            _refuse("shmat", (2, _MASKED_EQUAL, _SHM_EXEC, _SHM_EXEC)),
        ]
        rules += [_refuse(name, (2, _MASKED_EQUAL, _PROT_EXEC, _PROT_EXEC)) for name in ("mprotect", "pkey_mprotect")]
    if unit["RestrictNamespaces"] == ["yes"]:
        rules += [_refuse("unshare"), _refuse("setns"), _refuse("clone3", error=errno.ENOSYS)]
        bits = [1 << bit for bit in range(32) if _CLONE_NEW >> bit & 1]
        rules += [_refuse("clone", (0, _MASKED_EQUAL, bit, bit)) for bit in bits]
    if unit["RestrictSUIDSGID"] == ["yes"]:
        for bit in (0o4000, 0o2000):
            rules += [_refuse("chmod", (1, _MASKED_EQUAL, bit, bit)), _refuse("fchmod", (1, _MASKED_EQUAL, bit, bit))]
    families = {int(getattr(socket, word)) for word in " ".join(unit["RestrictAddressFamilies"]).split()}
    others = set(range(46)) - families
    return rules + [_refuse("socket", (0, _EQUAL, family, 0), error=errno.EAFNOSUPPORT) for family in sorted(others)]


def confine(unit: dict[str, list[str]], user: int) -> None:
    """Give up what the unit gives up, for good."""
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["NoNewPrivileges"] == ["yes"]
    calls = allowed_calls(unit["SystemCallFilter"])
    libc = ctypes.CDLL(None, use_errno=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(unit["LimitNOFILE"][0]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (int(unit["LimitCORE"][0]),) * 2)
    os.umask(int(unit["UMask"][0], 8))
    seccomp, refused = _Seccomp(), restrictions(unit)
    if os.geteuid() == 0:
        for capability in range(_LAST_CAPABILITY + 1):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    assert libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    seccomp.load(_ALLOW, refused)
    seccomp.load(_ERRNO | errno.EPERM, [(_ALLOW, call, []) for call in sorted(calls)])


if __name__ == "__main__":
    separator = sys.argv.index("--")
    confine(settings(Path(sys.argv[1]).read_text()), int(sys.argv[2]))
    os.execv(sys.argv[separator + 1], sys.argv[separator + 1 :])
