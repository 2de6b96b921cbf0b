"""The shapes of what agents send, checked by hand after the wire contract, version 1; names that a later one adds pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cctv_probe.simulator.register import canonical
from cctv_probe.simulator.register.problems import RefusedError

Check = Callable[[object], bool]
_MAX_LIST = 20_000


def _matches(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _whole(least: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _has(names: Mapping[str, Check]) -> Check:
    return lambda value: isinstance(value, dict) and first_wrong(value, names) is None


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, list) and len(value) <= _MAX_LIST and all(map(check, value))


def _tally(value: object) -> bool:
    """Counts, or counts by name, however deep."""
    if isinstance(value, dict):
        return all(map(_tally, value.values()))
    return _whole(0)(value)


def first_wrong(value: Mapping[str, Any], names: Mapping[str, Check]) -> str | None:
    """The first name that is missing or holds something else, or None."""
    return next((name for name, check in names.items() if name not in value or not check(value[name])), None)


is_text: Check = lambda value: isinstance(value, str) and 0 < len(value) <= 1000  # noqa: E731 - one of a row of checks
is_number: Check = lambda value: isinstance(value, int | float) and not isinstance(value, bool)  # noqa: E731 - as above
is_dict: Check = lambda value: isinstance(value, dict)  # noqa: E731 - as above
is_list: Check = lambda value: isinstance(value, list)  # noqa: E731 - as above
is_bool: Check = lambda value: isinstance(value, bool)  # noqa: E731 - as above
is_digest = _matches(r"[0-9a-f]{64}")
is_uuid = _matches(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
is_utc = _matches(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]+)?Z")
is_lao = _matches(r"[0-9]{8}")
is_contract: Check = lambda value: value == 1 and not isinstance(value, bool)  # noqa: E731 - as above

_COMMON: dict[str, Check] = {
    "contract": is_contract,
    "kind": _matches("report|records|gap"),
    "report_id": is_uuid,
    "agent_id": is_uuid,
    "lao_code": is_lao,
    "seq": _whole(1),
    "previous": _or_null(is_digest),
    "created_utc": is_utc,
    "clock_offset_s": _or_null(is_number),
    "program": is_text,
}
_SENT_CLASSES = ("public", "adjoining_road")
_NEVER_SENT = ("login", "facts")
_DEVICE: Check = lambda value: isinstance(value, dict) and not any(name in value for name in _NEVER_SENT)  # noqa: E731 - as above
_CAMERA: Check = lambda value: isinstance(value, dict) and value.get("scope_class", "public") in _SENT_CLASSES  # noqa: E731 - as above
_RECORD = _has({"camera": _CAMERA, "devices": _each(_DEVICE)})
_RECORDS = _each(_has({"id": is_text, "digest": is_digest, "record": is_dict}))
_MANIFEST = _each(_has({"id": is_text, "digest": is_digest, "absent_since_utc": _or_null(is_utc)}))
_RUN = _has(
    {
        "id": is_text,
        "activity": _matches("discovery|reading|measuring|footage"),
        "started_utc": is_utc,
        "finished_utc": is_utc,
        "complete": is_bool,
        "addresses_tried": _whole(0),
        "ranges": _each(is_text),
    }
)
_OF_KIND: dict[str, dict[str, Check]] = {
    "report": {
        "run": _RUN,
        "part": _or_null(_has({"of": is_uuid, "number": _whole(1), "count": _whole(1)})),
        "replaces": _or_null(is_uuid),
        "snapshot": is_digest,
        "manifest": _MANIFEST,
        "records": _RECORDS,
        "counts": _has({"by_class": _tally, "not_a_camera": _tally, "attempts": _tally}),
        "confirmed": _has({name: _or_null(is_utc) for name in ("reading", "measuring", "footage")}),
    },
    "records": {"records": _RECORDS, "answers": is_uuid},
    "gap": {
        "gap": _has(
            {
                "from_utc": _or_null(is_utc),
                "to_utc": _or_null(is_utc),
                "first_seq": _or_null(_whole(1)),
                "last_seq": _or_null(_whole(1)),
                "count": _or_null(_whole(0)),
                "bytes": _or_null(_whole(0)),
                "reason": is_text,
            }
        )
    },
}
ENROL: dict[str, Check] = {
    "contract": is_contract,
    "agent_id": is_uuid,
    "token": is_text,
    "lao_code": is_lao,
    "public_key": is_text,
    "program": _COMMON["program"],
    "host_utc": is_utc,
}
ROTATE: dict[str, Check] = {
    "contract": is_contract,
    "agent_id": is_uuid,
    "new_public_key": is_text,
    "proof": is_text,
}


def is_record(value: object) -> bool:
    """Whether it may have left the municipality: a camera of a class that is told, devices without what stays there."""
    return _RECORD(value)


def check(body: object, names: Mapping[str, Check]) -> dict[str, Any]:
    """`body` as an object with these names. Raises RefusedError (malformed)."""
    if not isinstance(body, dict):
        raise RefusedError("malformed", "no object")
    wrong = first_wrong(body, names)
    if wrong is not None:
        raise RefusedError("malformed", wrong)
    return body


def check_report(body: object) -> dict[str, Any]:
    """`body` as one of the three kinds. Raises RefusedError (malformed).

    The manifest is sorted and of the digest that it names; a part carries a share of it, and what replaces a refused
    report may leave out what was refused.
    """
    common = check(body, _COMMON)
    if common["seq"] == 1 and common["previous"] is not None:
        raise RefusedError("malformed", "the first body of a chain has no previous one")
    found = check(common, _OF_KIND[common["kind"]])
    if found["kind"] == "report":
        _check_manifest(found)
    return found


def _check_manifest(report: dict[str, Any]) -> None:
    ids = [entry["id"] for entry in report["manifest"]]
    if ids != sorted(set(ids)):
        raise RefusedError("malformed", "manifest is not sorted by id, or holds one twice")
    is_all = report["part"] is None and report["replaces"] is None
    if is_all and canonical.digest_of(report["manifest"]) != report["snapshot"]:
        raise RefusedError("malformed", "snapshot is not the digest of the manifest")
