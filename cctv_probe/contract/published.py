"""The published files of the contract, generated from its types: `python -m cctv_probe.contract configs/schema`."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter

from cctv_probe.contract import openapi, record
from cctv_probe.contract.bundle import BundleEnd, BundleHeader, BundleLine
from cctv_probe.contract.receipt import Receipt, ReceiptsFile
from cctv_probe.contract.report import Body

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def files() -> dict[str, str]:
    """Text by file name."""
    return {
        "survey.schema.json": record.schema_text(),
        "report.schema.json": _text(_named("report", "body sent by an agent", TypeAdapter(Body))),
        "receipt.schema.json": _text(_named("receipt", "receipt", _adapter(Receipt))),
        "receipts.schema.json": _text(_named("receipts", "file of receipts", _adapter(ReceiptsFile))),
        "bundle.schema.json": _text(_named("bundle", "line of a bundle", _lines_of_a_bundle())),
        "agent-api.openapi.json": _text(openapi.document()),
    }


def _adapter(model: type[BaseModel]) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _lines_of_a_bundle() -> TypeAdapter[Any]:
    return TypeAdapter(BundleHeader | BundleLine | BundleEnd)


def _named(name: str, what: str, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    return {
        "$schema": _DRAFT,
        "$id": f"urn:cctv-probe:{name}:1",
        **adapter.json_schema(),
        "title": f"cctv-probe {what}, version 1",
    }


def _text(document: dict[str, Any]) -> str:
    """Two spaces, keys sorted, ASCII."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
