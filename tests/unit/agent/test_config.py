"""The agent's configuration: the example is true, and every mistake gets one sentence that names file, line and key."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.config import (
    ACTIVITIES,
    DEFAULT_STATE,
    AgentConfig,
    Plan,
    load_agent_config,
    read_duration_s,
    read_hours,
)
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.yaml_file import ConfigError

EXAMPLE = Path(__file__).parents[3] / "configs" / "agent.example.yaml"
LEAST = "version: 1\nscope: scope.yaml\n"


@pytest.fixture(autouse=True)
def no_state_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CCTV_PROBE_STATE_DIR", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, text: str) -> Path:
    path = folder / "agent.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_says_what_it_means() -> None:
    config = load_agent_config(EXAMPLE)
    assert config.register is not None
    assert config.register.url == "https://register.example.go.th"
    assert config.places.state == DEFAULT_STATE
    assert config.scope == EXAMPLE.parent / "scope.yaml"
    assert config.credentials is None
    assert config.schedule["discovery"] == Plan(3600)
    assert config.schedule["measuring"] == Plan(86_400, ((450, 540), (960, 1080)))
    assert config.schedule["footage"] == Plan(86_400, ((360, 1200),))
    assert (config.outbox_bytes, config.outbox_days, config.free_bytes) == (256 << 20, 90, 200 << 20)
    assert (config.arp, config.multicast, config.review, config.language) == (False, True, False, "th")


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    shown, silent = load_agent_config(EXAMPLE), load_agent_config(written(tmp_path, LEAST))
    same = (
        "language", "review", "outbox_bytes", "outbox_days", "free_bytes", "max_mbps", "at_once", "device_seconds",
        "sample_s", "night_minutes", "arp", "multicast", "keep_runs", "metrics_file",
    )  # fmt: skip
    assert {name: getattr(shown, name) for name in same} == {name: getattr(silent, name) for name in same}
    assert [shown.schedule[name].every_s for name in ACTIVITIES] == [
        silent.schedule[name].every_s for name in ACTIVITIES
    ]


def test_the_least_that_works_has_no_register(tmp_path: Path) -> None:
    config = load_agent_config(written(tmp_path, LEAST))
    assert config.register is None
    assert set(config.schedule) == set(ACTIVITIES)


def test_names_of_files_count_from_the_file_or_from_where_it_was_copied(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST + "credentials: secret/devices.yaml\nstate: here\n")
    assert load_agent_config(path).credentials == tmp_path / "secret/devices.yaml"
    beside = load_agent_config(path, beside=Path("/etc/cctv-probe"))
    assert beside.scope == Path("/etc/cctv-probe/scope.yaml")
    assert beside.places.state == Path("/etc/cctv-probe/here")


def test_the_state_folder_is_the_environments_where_the_file_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/one:{tmp_path}/two")
    assert load_agent_config(written(tmp_path, LEAST)).places.state == tmp_path / "one"


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ("register:\n  url: http://register.example", "register.url", "https://"),
        ("register:\n  url: https://user:pw@register.example", "register.url", "https://"),
        ("register:\n  url: https://register.example/?a=b", "register.url", "question mark"),
        ("register:\n  url: https://r.example\n  proxy: socks5://p:1", "register.proxy", "HTTP proxy"),
        ("register:\n  url: https://r.example\n  client_key: k.pem", "register", "both or neither"),
        ("schedule:\n  reading:\n    every: 6 hours", "schedule.reading.every", "30m"),
        ("schedule:\n  reading:\n    every: 0m", "schedule.reading.every", "from one minute"),
        ("schedule:\n  reading:\n    every: 400d", "schedule.reading.every", "to a year"),
        ("schedule:\n  footage:\n    quiet_hours: [25:00-26:00]", "quiet_hours", "hours such as"),
        ("schedule:\n  footage:\n    quiet_hours: [06:00-06:00]", "quiet_hours", "hours such as"),
        ("schedule:\n  footage:\n    quiet_hours: [00:00-12:00, 12:00-24:00]", "quiet_hours", "no minute of the day"),
        ("schedule:\n  footage:\n    quiet_hours: [18:00-06:00, 05:00-19:00]", "quiet_hours", "no minute of the day"),
        ("schedule:\n  reading:\n    evry: 6h", "schedule.reading.evry", "every, quiet_hours, enabled"),
        ("outbox:\n  max_mib: 1", "outbox.max_mib", "not be less than 8"),
        ("keep_runs: 0", "keep_runs", "not be less than 1"),
        ("max_mbps: .inf", "max_mbps", "number"),
        ("review: maybe", "review", "none, required"),
        ("scop: here.yaml", "scop", "Known keys"),
    ],
)
def test_a_mistake_gets_one_sentence_with_file_and_key(tmp_path: Path, line: str, key: str, says: str) -> None:
    path = written(tmp_path, LEAST + line + "\n")
    with pytest.raises(ConfigError) as caught:
        load_agent_config(path)
    assert str(path) in caught.value.text.en
    assert key in caught.value.text.en
    assert says in caught.value.text.en


def test_a_password_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST + "register:\n  url: https://u:hunter2@register.example\n")
    with pytest.raises(ConfigError) as caught:
        load_agent_config(path)
    assert "hunter2" not in "".join(caught.value.text.pair())


def test_an_activity_that_is_switched_off_may_be_quiet_all_day(tmp_path: Path) -> None:
    text = LEAST + "schedule:\n  footage:\n    enabled: no\n    quiet_hours: [00:00-12:00, 12:00-24:00]\n"
    assert load_agent_config(written(tmp_path, text)).schedule["footage"].enabled is False


def test_plain_http_is_for_this_machine_only(tmp_path: Path) -> None:
    text = LEAST + "register:\n  url: http://127.0.0.1:8080/base/\n"
    register = load_agent_config(written(tmp_path, text)).register
    assert register is not None
    assert register.url == "http://127.0.0.1:8080/base"


@given(st.integers(1, 366 * 24 * 60))
def test_durations_in_minutes_are_read_exactly(minutes: int) -> None:
    assert read_duration_s(f"{minutes}m") == minutes * 60


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_hours_are_read_exactly(begin: int, end: int) -> None:
    typed = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    if begin == end:
        with pytest.raises(BadValueError):
            read_hours(typed)
    else:
        assert read_hours(typed) == (begin, end % 1440)


@given(st.text(max_size=30) | st.none() | st.integers() | st.lists(st.text()))
def test_anything_else_is_refused_and_never_breaks(typed: object) -> None:
    for read in (read_duration_s, read_hours):
        with contextlib.suppress(BadValueError):
            assert read(typed)


def test_a_config_made_in_code_has_every_activity() -> None:
    from cctv_probe.agent.places import Places

    assert set(AgentConfig(Path("a"), Places(Path("s")), Path("scope")).schedule) == set(ACTIVITIES)
