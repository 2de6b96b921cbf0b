"""`cctv-probe agent unit-drop-in`: shown, written, compared, and refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cctv_probe.agent.unit import read_drop_in
from cctv_probe.cli import exits
from cctv_probe.cli.agent.unit_drop_in import unit_drop_in
from cctv_probe.cli.exits import Stop

AGENT = 'version: 1\nregister: {url: "https://127.0.0.9"}\nscope: scope.yaml\n'
SCOPE = "version: 1\nranges: [{range: 10.0.0.0/30}]\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "scope.yaml").write_text(SCOPE)
    (tmp_path / "agent.yaml").write_text(AGENT)
    return tmp_path / "agent.yaml"


def test_it_shows_the_drop_in_and_writes_nothing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config.parent / "50-scope.conf"
    unit_drop_in(config, file=file)
    shown = capsys.readouterr().out
    assert "IPAddressAllow=10.0.0.1/32\nIPAddressAllow=10.0.0.2/32\n" in shown
    assert "IPAddressAllow=127.0.0.9\n" in shown
    assert not file.exists()


def test_what_it_wrote_it_finds_right_and_after_a_change_of_scope_wrong(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config.parent / "50-scope.conf"
    unit_drop_in(config, write=True, file=file)
    unit_drop_in(config, check=True, file=file)
    assert read_drop_in(file) is not None
    assert str(file) in capsys.readouterr().out
    (config.parent / "scope.yaml").write_text(SCOPE.replace("10.0.0.0/30", "10.0.0.2-3"))
    with pytest.raises(Stop) as stopped:
        unit_drop_in(config, check=True, file=file)
    assert stopped.value.code == exits.NOTHING_DONE
    assert "Missing: 10.0.0.3/32" in stopped.value.text.en or "10.0.0.2/31" in stopped.value.text.en
    assert "10.0.0.1/32" in stopped.value.text.en


@pytest.mark.parametrize("mistake", ["ranges: [{range: 8.8.8.8}]", "rages: []", "ranges: [{range: everywhere}]"])
def test_a_scope_that_cannot_be_used_leaves_the_file_as_it_was(config: Path, mistake: str) -> None:
    file = config.parent / "50-scope.conf"
    unit_drop_in(config, write=True, file=file)
    before = file.read_bytes()
    (config.parent / "scope.yaml").write_text(f"version: 1\n{mistake}\n")
    with pytest.raises(Stop) as stopped:
        unit_drop_in(config, write=True, file=file)
    assert stopped.value.code == exits.CONFIGURATION
    assert file.read_bytes() == before


def test_where_it_may_not_write_it_says_how(config: Path) -> None:
    blocked = config.parent / "a file"
    blocked.write_text("no folder")
    with pytest.raises(Stop) as stopped:
        unit_drop_in(config, write=True, file=blocked / "50-scope.conf")
    assert stopped.value.code == exits.PERMISSION


def test_a_name_that_is_not_known_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(AGENT.replace("127.0.0.9", "register..example"))  # no name: refused before any server is asked
    unit_drop_in(config, file=config.parent / "none.conf")
    assert "register..example" in capsys.readouterr().err
