"""What every test may ask for, and the rule that in continuous integration a skipped test has failed."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id

from tests.allow_list import watch

RECORDED = "CCTV_PROBE_RECORDED"
ONVIF = "CCTV_PROBE_ONVIF"


def pytest_configure() -> None:
    """Every simulated municipality is watched: it may only ever see what the allow-lists hold."""
    watch()


@pytest.fixture(scope="session")
def recorded_dir() -> Path:
    """The folder of answers recorded from real devices, with their index."""
    return _folder_named_by(RECORDED)


@pytest.fixture(scope="session")
def onvif_dir() -> Path:
    """The folder of ONVIF's official WSDL and schema files."""
    return _folder_named_by(ONVIF)


def _folder_named_by(variable: str) -> Path:
    named = os.environ.get(variable)
    if not named:
        pytest.skip(f"{variable} is not set")
    folder = Path(named)
    assert folder.is_dir(), f"{variable} names {folder}, which is not a folder"
    return folder


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Makes `--dist loadgroup` work: pytest-xdist 3.8 writes the group where pytest 9.2 does not read it any more."""
    for item in items:
        grouped = getattr(item, "_nodeid", None)
        if grouped:
            item._id = coerce_node_id(grouped)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skipped test into a failed one where CI=true."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turns a module that skips itself whole into a failure where CI=true."""
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") != "true" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not _may_skip(reason.removeprefix("Skipped: ")):
        report.outcome = "failed"
        report.longrepr = f"A skip is a failure where CI=true. {reason}"


def _may_skip(reason: str) -> bool:
    return any(reason.startswith(variable) and not os.environ.get(variable) for variable in (RECORDED, ONVIF))
