"""`survey.json` (the record in its outer shape) and `run.json` (the run, its steps, its numbers)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cctv_probe.survey.atomic import write_atomically
from cctv_probe.survey.result import Survey, counts
from cctv_probe.survey.safe_text import json_safe
from cctv_probe.survey.shape import SCHEMA_VERSION, attempt_shape, run_shape, shape, text_shape


def survey_text(survey: Survey) -> str:
    """What `--json` prints and `survey.json` holds: indented JSON with a final newline, safe on a terminal."""
    return _text(shape(survey))


def run_text(survey: Survey) -> str:
    """What `run.json` holds: the run, counts, and for each device every step with its ending."""
    numbers = counts(survey)
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "run": run_shape(survey.run),
            "counts": {
                "addresses_tried": numbers.addresses_tried,
                "devices": {kind.value: count for kind, count in numbers.devices.items()},
                "closed": numbers.closed,
                "cameras": numbers.cameras,
                "cameras_differing": numbers.cameras_differing,
                "known": numbers.known,
                "differing": numbers.differing,
            },
            "devices": [
                {
                    "id": device.id,
                    "address": device.address,
                    "port": device.port,
                    "kind": device.kind.value,
                    "login": text_shape(device.login) if device.login else None,
                    "attempts": [attempt_shape(attempt) for attempt in device.attempts],
                }
                for device in survey.devices
            ],
        }
    )


def _text(data: dict[str, Any]) -> str:
    return json_safe(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def write_survey_json(survey: Survey, path: Path) -> None:
    """Write `survey.json` to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, survey_text(survey).encode("utf-8"))


def write_run_json(survey: Survey, path: Path) -> None:
    """Write `run.json` to `path` in one step. Raises CannotWriteError."""
    write_atomically(path, run_text(survey).encode("utf-8"))
