"""What `credentials test` says of one service, and the exit code that follows from all of them."""

from __future__ import annotations

import pytest

from cctv_probe.cli.credentials import exit_code
from cctv_probe.cli.login_trial import Trial
from cctv_probe.cli.login_words import OFF, OPEN, Outcome, Tried, line_of


def trial(*outcomes: Outcome) -> Trial:
    return Trial("10.0.0.7", "group", tuple(Tried("rtsp", 554, False, one, OPEN) for one in outcomes), 0.0)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((Outcome.WORKS, Outcome.OPEN), 0),
        ((Outcome.WORKS, Outcome.OFF), 0),
        ((Outcome.WORKS, Outcome.NO_ONVIF_USER), 3),
        ((Outcome.NO_PERMISSION,), 3),
        ((Outcome.WRONG_PASSWORD, Outcome.NOT_TRIED), 1),
        ((Outcome.LOCKED,), 1),
        ((Outcome.OFF,), 1),
        ((), 1),
    ],
)
def test_the_exit_code_says_whether_the_login_works(outcomes: tuple[Outcome, ...], code: int) -> None:
    assert exit_code(trial(*outcomes)) == code


def test_a_line_names_service_port_and_the_tries_that_remain() -> None:
    line = line_of(Tried("isapi", 443, True, Outcome.WRONG_PASSWORD, OPEN, attempts_left=4))
    assert "ISAPI" in line.en
    assert "443 (TLS)" in line.en
    assert line.en.endswith("4 more may fail before it locks.")
    assert "อีก 4 ครั้ง" in line.th
    assert "port" not in line_of(Tried("onvif", None, False, Outcome.OFF, OFF)).en.partition(":")[0]
