"""The credentials file: what it means, and one clear sentence for each mistake, without any secret in it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.wire.credentials import Login
from cctv_probe.wire.credentials_file import load_credentials

EXAMPLE = Path(__file__).parents[3] / "configs/credentials.example.yaml"
SECRET = "hunter2:@/?#%"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "credentials.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def complaint(folder: Path, text: str) -> str:
    """The English sentence about `text`; the Thai one is checked to hold no secret either."""
    with pytest.raises(ConfigError) as raised:
        load_credentials(written(folder, text))
    assert SECRET not in raised.value.text.en + raised.value.text.th + repr(raised.value)
    return raised.value.text.en


def test_the_example_means_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(EXAMPLE, tmp_path / "credentials.yaml")
    (tmp_path / "credentials.yaml").chmod(0o600)
    (tmp_path / "recorders.secret").write_text("from the file\n")
    (tmp_path / "recorders.secret").chmod(0o600)
    (tmp_path / "given").mkdir()
    (tmp_path / "given/one-batch").write_text("from systemd")
    monkeypatch.setenv("RECORDER_ONVIF_PASSWORD", "from the environment")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    credentials = load_credentials(tmp_path / "credentials.yaml")
    assert [group.name for group in credentials.groups] == ["market cameras", "recorders", "one batch", "old cameras"]
    market, recorders, batch, old = credentials.groups
    assert market.device == Login("survey", "change-me")
    assert (recorders.device, recorders.onvif) == (
        Login("survey", "from the file"),
        Login("onvif-survey", "from the environment"),
    )
    assert (batch.device, batch.macs) == (Login("survey", "from systemd"), ("28:57:BE",))
    assert (old.brands, old.allow_clear_text, old.onvif_login) == (("hikvision",), False, "digest")
    for address, chosen in (
        ("10.0.0.7", "market cameras"),
        ("10.0.1.40", "market cameras"),
        ("10.0.2.10", "recorders"),
    ):
        found = credentials.for_device(address, None, None)
        assert found is not None
        assert found.name == chosen


def test_the_example_as_it_comes_is_refused_where_others_can_read_it(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "credentials.yaml")
    (tmp_path / "credentials.yaml").chmod(0o644)
    with pytest.raises(ConfigError) as raised:
        load_credentials(tmp_path / "credentials.yaml")
    assert f"chmod 600 {tmp_path / 'credentials.yaml'}" in raised.value.text.en
    assert "0644" in raised.value.text.th


ONE = f'version: 1\ngroups:\n- name: a\n  user: u\n  password: "{SECRET}"\n'


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_file_with_a_password_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="can be read by other users"):
        load_credentials(written(tmp_path, ONE, mode))


def test_what_systemd_hands_over_is_private_whatever_its_mode_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, ONE, 0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "elsewhere"))
    with pytest.raises(ConfigError, match="can be read by other users"):
        load_credentials(file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert len(load_credentials(file).groups) == 1


def test_a_file_without_a_password_may_be_read_by_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_PASSWORD", SECRET)
    text = "version: 1\ngroups:\n- name: a\n  user: u\n  password_env: CAMERA_PASSWORD\n"
    (group,) = load_credentials(written(tmp_path, text, 0o644)).groups
    assert group.device == Login("u", SECRET)


def test_an_onvif_password_inside_makes_the_file_private_too(tmp_path: Path) -> None:
    text = "version: 1\ngroups:\n- name: a\n  onvif_user: {user: u, password: x}\n"
    with pytest.raises(ConfigError, match="can be read by other users"):
        load_credentials(written(tmp_path, text, 0o644))
    (group,) = load_credentials(written(tmp_path, text)).groups
    assert (group.device, group.onvif) == (None, Login("u", "x"))


@pytest.mark.parametrize("secret", ["0123", "yes", "2569-02-29", "~x", " inner space ", "ไทย", "a: b", "[x]"])
def test_a_quoted_password_is_taken_letter_by_letter(tmp_path: Path, secret: str) -> None:
    (group,) = load_credentials(
        written(tmp_path, f'version: 1\ngroups:\n- {{name: a, user: u, password: "{secret}"}}\n')
    ).groups
    assert group.device == Login("u", secret)


def test_some_cameras_have_an_empty_password(tmp_path: Path) -> None:
    (group,) = load_credentials(
        written(tmp_path, 'version: 1\ngroups:\n- {name: a, user: admin, password: ""}\n')
    ).groups
    assert group.device == Login("admin", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE.replace("user:", "usr:"), "line 4: “groups[1].usr”"),
        (ONE.replace("version: 1", "version: 2"), "line 1: “version”"),
        (ONE.replace("version: 1\n", ""), "version"),
        ("version: 1\n", "groups"),
        ("version: 1\ngroups: []\n", "line 2"),
        (ONE + ONE.partition("groups:\n")[2], "line 6: “groups[2].name” is the name of another group too"),
        (ONE + f'  password: "{SECRET}"\n', "line 6: “groups[1].password” is given twice"),
        (ONE + "  password_env: X\n", "needs exactly one of: password, password_file"),
        ("version: 1\ngroups:\n- name: a\n  user: u\n", "needs exactly one of: password, password_file"),
        ("version: 1\ngroups:\n- name: a\n  user: u\n  password:\n", "needs exactly one of"),
        (ONE.replace("  user: u\n", ""), "line 3: “groups[1]” needs a “user” (or an “onvif_user”)"),
        (ONE.replace("  user: u\n", "") + "  onvif_user: {user: u, password_env: X}\n", "line 4: “groups[1].password” needs a “user”"),
        ("version: 1\ngroups:\n- name: a\n", "needs a “user”"),
        (ONE + "  ranges: [10.0.0.300]\n", "line 6: “groups[1].ranges"),
        (ONE + "  ranges: 10.0.0.1\n", "line 6"),
        (ONE + "  macs: [28:57]\n", "line 6: “groups[1].macs[1]” must be a MAC address"),
        (ONE + "  macs: [zz:zz:zz]\n", "must be a MAC address"),
        (ONE + "  allow_clear_text: perhaps\n", "line 6: “groups[1].allow_clear_text”"),
        (ONE + "  onvif_login: plain\n", "line 6: “groups[1].onvif_login”"),
        (ONE.replace("  user", " user"), "this is not valid YAML"),
        (ONE.replace("name: a", "name: a\n\tx: y"), "this is not valid YAML"),
        ("- a\n- b\n", "“key: value” lines are expected"),
        ("version: 1\ngroups: &a [*a]\n", "line 2"),
        (ONE.replace(f'"{SECRET}"', "!!python/object:os.system x"), "tags"),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    sentence = complaint(tmp_path, text)
    assert said in sentence
    assert str(tmp_path / "credentials.yaml") in sentence


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("password_env: CCTV_NOT_SET", "names the environment variable CCTV_NOT_SET, which is not set"),
        ("password_file: nowhere.secret", "nowhere.secret, which is missing, empty, unreadable or longer"),
        ("password_file: .", "which is missing"),
        ("password_file: empty.secret", "which is missing, empty"),
        ("password_file: long.secret", "longer than 4 KiB"),
        ("password_file: open.secret", "open.secret can be read by other users"),
        ("password_file: latin.secret", "unreadable"),
        ("password_credential: one", "names the systemd credential one, which the service was not given"),
        ("password_credential: ../one", "names the systemd credential"),
    ],
)
def test_a_secret_that_is_not_where_it_should_be_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for name, content, mode in (
        ("empty", b"\n", 0o600), ("long", b"x" * 5000, 0o600), ("open", SECRET.encode(), 0o644), ("latin", b"\xe9", 0o600),
    ):  # fmt: skip
        (tmp_path / f"{name}.secret").write_bytes(content)
        (tmp_path / f"{name}.secret").chmod(mode)
    sentence = complaint(tmp_path, f"version: 1\ngroups:\n- name: a\n  user: u\n  {source}\n")
    assert said in sentence
    if "open" not in source:
        assert "line 5: “groups[1].password_" in sentence


@pytest.mark.parametrize(
    "content", ["  with blanks  \n", "  with blanks  ", "  with blanks  \r\n", "\ufeff  with blanks  \r\n"]
)
def test_a_password_file_holds_the_password_and_a_line_end(tmp_path: Path, content: str) -> None:
    file = tmp_path / "one.secret"
    file.write_bytes(content.encode())
    file.chmod(0o600)
    (group,) = load_credentials(
        written(tmp_path, f"version: 1\ngroups:\n- name: a\n  user: u\n  password_file: {file}\n", 0o644)
    ).groups
    assert group.device == Login("u", "  with blanks  ")


def test_a_missing_file_and_a_folder_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_credentials(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="is not an ordinary file"):
        load_credentials(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no users to change to on Windows")
def test_a_file_that_this_user_may_not_read_is_said_so() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o755)
        said = _as_nobody(written(Path(folder), ONE, 0o000))
    assert "cannot be read" in said
    assert SECRET not in said


def _as_nobody(file: Path) -> str:
    """What is said of `file` to a user without rights; tests may run as root, who may read everything."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            load_credentials(file)
        except ConfigError as error:
            os.write(writing, error.text.en.encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()
