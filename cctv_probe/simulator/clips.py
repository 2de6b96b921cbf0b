"""Clips are made once, by whoever wants one first, and kept in memory and on disk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import struct
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from cctv_probe.simulator.clip import Clip, ClipKind
from cctv_probe.simulator.encoding import encode, headers_of

_FORMAT = 6  # raise it when encoding changes, so that clips kept on disk are made anew


class ClipStore:
    """Clips by kind. Headers come at once (opening an encoder is enough); pictures are encoded in two threads."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or default_directory()
        self._headers: dict[ClipKind, bytes] = {}
        self._clips: dict[ClipKind, asyncio.Task[Clip]] = {}
        self.pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="clips")

    def headers(self, kind: ClipKind) -> bytes:
        """The parameter sets of `kind`, as they also stand in its clip."""
        if kind not in self._headers:
            self._headers[kind] = headers_of(kind)
        return self._headers[kind]

    async def clip(self, kind: ClipKind) -> Clip:
        """The clip of `kind`; encoded the first time, whoever asks."""
        return await asyncio.shield(self.begin(kind))

    def begin(self, kind: ClipKind) -> asyncio.Task[Clip]:
        """Have the clip of `kind` made, without waiting for it."""
        if kind not in self._clips:
            self._clips[kind] = asyncio.get_running_loop().create_task(self._made(kind))
        return self._clips[kind]

    async def _made(self, kind: ClipKind) -> Clip:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self._load_or_encode, kind)

    def _load_or_encode(self, kind: ClipKind) -> Clip:
        file = self._directory / f"{_name(kind)}.clip"
        clip = _loaded(file, kind)
        if clip is None:
            clip = encode(kind)
            _save(file, clip)
        return clip

    def close(self) -> None:
        """Stop encoding."""
        self.pool.shutdown(wait=False, cancel_futures=True)


def default_directory() -> Path:
    """A private directory for clips in the system's place for temporary files."""
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    directory = Path(tempfile.gettempdir()) / f"cctv-probe-simulator-{owner}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and directory.stat().st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix="cctv-probe-simulator-"))
    return directory


def _name(kind: ClipKind) -> str:
    described = json.dumps([_FORMAT, asdict(kind)], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:32]


def _save(file: Path, clip: Clip) -> None:
    """Written beside and renamed, so that two processes may make the same clip."""
    parts = (clip.headers, *clip.units, *(key for round_ in clip.keys for key in round_))
    content = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as beside:
        beside.write(content)
    Path(beside.name).replace(file)


def _loaded(file: Path, kind: ClipKind) -> Clip | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    parts, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        parts.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    units, keys, each = parts[1 : kind.length + 1], parts[kind.length + 1 :], kind.length // kind.gop
    if len(keys) != (kind.rounds - 1) * each:
        return None
    return Clip(kind, parts[0], tuple(units), tuple(tuple(keys[at : at + each]) for at in range(0, len(keys), each)))
