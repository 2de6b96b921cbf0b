"""The published schemas and the OpenAPI document are what the code says, and accept what the code writes."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cctv_probe.contract.__main__ import main
from cctv_probe.contract.enrolment import EnrolRequest
from cctv_probe.contract.openapi import OPERATIONS, document
from cctv_probe.contract.problem import CODES, KINDS, problem
from cctv_probe.contract.published import files
from tests.unit.contract.test_bundle import GOOD
from tests.unit.contract.test_enrolment import ANSWER, ENROL, ROTATE
from tests.unit.contract.wire import AGENT, NOW_TEXT, gap, receipt, records, report

FOLDER = Path(__file__).parents[3] / "configs" / "schema"


def schema(name: str) -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema checks the published schemas")
    found = json.loads(files()[name])
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize("name", sorted(files()))
def test_the_published_file_is_the_generated_one(name: str) -> None:
    remedy = "run: python -m cctv_probe.contract configs/schema"
    assert (FOLDER / name).read_text(encoding="utf-8") == files()[name], remedy


def test_one_command_writes_them_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path)])
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == files()
    main([])
    assert capsys.readouterr().out == files()["survey.schema.json"]


@pytest.mark.parametrize("body", [report("a", "b"), records("a"), gap()], ids=["report", "records", "gap"])
def test_bodies_satisfy_the_schema(body: dict[str, Any]) -> None:
    validator = schema("report.schema.json")
    assert [error.message for error in validator.iter_errors(body)] == []
    assert not validator.is_valid(body | {"seq": "1"})
    assert not validator.is_valid({name: value for name, value in body.items() if name != "agent_id"})


@pytest.mark.parametrize("key", ["login", "facts"])
def test_the_schema_knows_what_never_leaves(key: str) -> None:
    body = copy.deepcopy(report("a"))
    body["records"][0]["record"]["devices"][0][key] = []
    assert not schema("report.schema.json").is_valid(body)


def test_a_receipt_and_a_file_of_receipts_satisfy_the_schemas() -> None:
    found = receipt(report("a"))
    assert schema("receipt.schema.json").is_valid(found)
    assert not schema("receipt.schema.json").is_valid(found | {"contract": 2})
    file = {"contract": 1, "kind": "receipts", "agent_id": AGENT, "receipts": [found]}
    assert schema("receipts.schema.json").is_valid(file)
    assert not schema("receipts.schema.json").is_valid(file | {"receipts": [{}]})


def test_every_line_of_a_bundle_satisfies_the_schema() -> None:
    validator = schema("bundle.schema.json")
    found = [json.loads(line) for line in gzip.decompress(GOOD).splitlines()]
    assert [validator.is_valid(line) for line in found] == [True] * 5
    assert not validator.is_valid({"report_id": "x"})


# --- OpenAPI ----------------------------------------------------------------------------------------------------------


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for part in value.values():
            yield from refs(part)
    elif isinstance(value, list):
        for part in value:
            yield from refs(part)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    found = document()
    named = set(refs(found))
    assert len(named) > 30
    for ref in named:
        place: Any = found
        for step in ref.removeprefix("#/").split("/"):
            place = place[step]
        assert isinstance(place, dict)


def test_every_request_and_every_problem_code_is_in_the_document() -> None:
    found = document()
    assert set(found["paths"]) == {"/api/v1/enrol", "/api/v1/reports", "/api/v1/keys"}
    told: dict[str, set[str]] = {}
    for path in found["paths"].values():
        for status, answer in path["post"]["responses"].items():
            told.setdefault(status, set()).update(re.findall(r"^\* `(\w+)`", answer["description"], re.M))
    assert {code: status for status, codes in told.items() for code in codes} == {
        code: str(KINDS[code].status) for code in CODES
    }


def in_the_document(name: str) -> Any:
    jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema checks the published schemas")
    found = document()
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": found["components"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EnrolRequest", ENROL),
        ("EnrolAnswer", ANSWER),
        ("RotateRequest", ROTATE),
        ("ReportBody", report("a")),
        ("RecordsBody", records("a")),
        ("GapBody", gap()),
        ("Receipt", receipt(report("a"))),
        ("Problem", problem("clock_skew", NOW_TEXT)),
    ],
)
def test_what_the_code_writes_satisfies_the_document(name: str, value: dict[str, Any]) -> None:
    assert [error.message for error in in_the_document(name).iter_errors(value)] == []
    assert not in_the_document(name).is_valid({})


def test_operations_have_names_of_their_own() -> None:
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS) == 3
    assert OPERATIONS[0].bodies == (EnrolRequest,)
