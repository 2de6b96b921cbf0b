"""What `cctv-probe retention` is given: addresses, or a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cctv_probe.cli.retention import _is_path


@pytest.mark.parametrize(
    "target",
    ["/mnt/nas", "./export", "../export", "~/export", ".", "..", "C:\\export", "D:/export", ".\\export", "..\\export"],
)
def test_what_names_a_place_is_a_folder_there_or_not(target: str) -> None:
    assert _is_path(target)


@pytest.mark.parametrize("target", ["10.0.0.12", "10.0.0.0/24", "10.0.0.1-10.0.0.9", "fd00::1", "camera.local", ""])
def test_addresses_are_no_folder(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not _is_path(target)


def test_a_folder_that_is_here_needs_no_prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export").mkdir()
    assert _is_path("export")
    assert not _is_path("exported")
