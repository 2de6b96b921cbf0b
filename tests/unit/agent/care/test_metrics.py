"""The textfile for node_exporter: strictly in form, numbers about the agent only, put in place in one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.agent.care.metrics import metrics_text, write_metrics
from tests.unit.agent.care.statuses import NOW, healthy, prometheus

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def test_the_numbers_of_a_healthy_agent() -> None:
    found = prometheus(metrics_text(healthy(), NOW))
    named = {
        (name.removeprefix("cctv_probe_agent_"), *(value for _, value in labels)): said
        for (name, labels), said in found.items()
    }
    assert named["last_scan_cameras", "discovery"] == 42
    assert named["last_scan_time_seconds", "reading"] == 1795316400
    assert named["last_scan_ok", "reading"] == 1
    assert named["outbox_reports", "queued"] == 2
    assert named["outbox_bytes",] == 40960
    assert named["outbox_oldest_age_seconds",] == 1800
    assert named["last_receipt_age_seconds",] == 3600
    assert named["gate_closed",] == 0
    assert named["clock_offset_seconds",] == -1.5
    assert named["scan_running", "footage"] == 0
    assert ("last_scan_cameras", "footage") not in named


def test_trouble_shows_in_the_numbers() -> None:
    status = healthy(
        gate={"closed": True, "since_utc": "2026-11-23T01:00:00Z", "why": {"en": "Revoked.", "th": "ถูกเพิกถอน"}},
        problems=[{"code": "x", "severity": "high", "text": {"en": "10.0.0.7", "th": "ก"}}, {"severity": "odd"}],
        running={"activity": "footage", "since_utc": "2026-11-23T01:00:00Z"},
        outbox={"queued": 0, "bytes": 0, "oldest_utc": None, "quarantined": 3, "held": 1},
    )
    text = metrics_text(status, NOW)
    found = prometheus(text)
    assert found["cctv_probe_agent_gate_closed", ()] == 1
    assert found["cctv_probe_agent_problems", (("severity", "high"),)] == 1
    assert found["cctv_probe_agent_problems", (("severity", "other"),)] == 1
    assert found["cctv_probe_agent_scan_running", (("activity", "footage"),)] == 1
    assert found["cctv_probe_agent_outbox_reports", (("state", "quarantined"),)] == 3
    assert found["cctv_probe_agent_outbox_oldest_age_seconds", ()] == 0


def test_nobody_is_named() -> None:
    text = metrics_text(healthy(), NOW)
    for named in ("register.example", "05810109", "01935c00", "/etc", "r1", "p1"):
        assert named not in text


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(healthy())), JSON))
def test_any_status_gives_good_text(changes: dict[str, object]) -> None:
    assert prometheus(metrics_text(healthy(**changes), NOW))


@settings(deadline=None)
@given(st.sampled_from(["last", "next", "outbox", "register", "last_receipt"]), JSON)
def test_any_part_of_a_status_gives_good_text(name: str, inner: object) -> None:
    keys = ["discovery", "queued", "bytes", "oldest_utc", "received_utc", "last_contact_utc"]
    assert prometheus(metrics_text(healthy(**{name: dict.fromkeys(keys, inner)}), NOW))


def test_it_is_put_in_place_whole_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "cctv_probe.prom"
    write_metrics(path, healthy(), NOW)
    write_metrics(path, healthy(), NOW)
    assert prometheus(path.read_text("utf-8"))
    assert [each.name for each in tmp_path.iterdir()] == ["cctv_probe.prom"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write_metrics(tmp_path / "none" / "x.prom", healthy(), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "x 1\n",
        "# HELP x y\n# TYPE x gauge\nx 1",
        "# HELP x y\n# TYPE x gauge\nx 1\nx 2\n",
        "# HELP x y\n# TYPE x gauge\nx{a=b} 1\n",
        '# HELP x y\n# TYPE x gauge\nx{a="b"}1\n',
        "# HELP x y\n# TYPE x gauge\n",
        "# TYPE x gauge\nx 1\n",
        "# HELP x y\n# TYPE x rate\nx 1\n",
        "# HELP x y\n# TYPE x gauge\nx one\n",
    ],
)
def test_the_reader_of_these_tests_is_strict(text: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        prometheus(text)
