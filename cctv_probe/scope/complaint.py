"""From a pydantic error to one sentence in both languages. Imported only once a file has been found wanting."""

from __future__ import annotations

import types
import typing
from collections.abc import Container
from typing import Any

import pydantic

from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import KeyPath


class BadValueError(ValueError):
    """Raised inside a pydantic validator to say in both languages what is wrong with a value."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def complaint(
    error: pydantic.ValidationError, model: type[pydantic.BaseModel], known: Container[KeyPath]
) -> tuple[KeyPath, Text]:
    """Where the first error lies, and a sentence about it that never repeats the value.

    `known` holds the key paths that stand in the file.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    key = _in_the_file(first["loc"], first["type"], known)
    return key, _sentence(first["type"], dict(first.get("ctx") or {}), key, model)


def _sentence(kind: str, context: dict[str, Any], key: KeyPath, model: type[pydantic.BaseModel]) -> Text:
    raised = context.get("error")
    if isinstance(raised, BadValueError):
        return raised.text
    if kind == "missing":
        return _MISSING
    if kind == "extra_forbidden":
        allowed = _keys_beside(key, model)
        return _EXTRA.with_(allowed=", ".join(allowed)) if allowed else _NOT_KNOWN
    if kind in ("literal_error", "enum"):
        return _ONE_OF.with_(allowed=str(context.get("expected", "")).replace("'", "").replace(" or ", ", "))
    return next((text for start, text in _KINDS if kind.startswith(start)), _OTHER).with_(
        limit=next((value for name, value in context.items() if name in _LIMITS), "")
    )


def _keys_beside(key: KeyPath, model: type[pydantic.BaseModel]) -> tuple[str, ...]:
    """The keys that may stand where the unknown one stood."""
    here: Any = model
    for part in key[:-1]:
        here = _models_in(here) if isinstance(part, int) else _field(here, part)
    found = _models_in(here)
    return tuple(field.alias or name for name, field in found.model_fields.items()) if found else ()


def _field(here: Any, name: str) -> Any:
    found = _models_in(here)
    if found is None:
        return None
    for own, field in found.model_fields.items():
        if name in (own, field.alias):
            return field.annotation
    return None


def _models_in(annotation: Any) -> type[pydantic.BaseModel] | None:
    """The model inside `list[Model]`, `Model | None`, `dict[str, Model]`…; the model itself; or None."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    if isinstance(annotation, types.GenericAlias | types.UnionType) or typing.get_origin(annotation) is not None:
        return next((found for part in typing.get_args(annotation) if (found := _models_in(part))), None)
    return None


def _in_the_file(location: tuple[str | int, ...], kind: str, known: Container[KeyPath]) -> KeyPath:
    """pydantic adds names of union members and validators to a location; only what stands in the file is kept."""
    key: KeyPath = ()
    for part in location:
        if (*key, part) in known or (kind == "missing" and part == location[-1]):
            key = (*key, part)
    return key


_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length")
_MISSING = Text(en="is required here.", th="จำเป็นต้องมีในส่วนนี้")
_EXTRA = Text(en="is not a known key. Known keys are: {allowed}.", th="ไม่ใช่คีย์ที่รู้จัก คีย์ที่ใช้ได้คือ {allowed}")
_NOT_KNOWN = Text(en="is not a known key here.", th="ไม่ใช่คีย์ที่ใช้ได้ในส่วนนี้")
_ONE_OF = Text(en="must be one of: {allowed}.", th="ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: {allowed}")
_OTHER = Text(en="does not have a value of the right kind.", th="มีค่าที่ไม่ถูกชนิด")
_KINDS = (
    ("bool", Text(en="must be yes or no.", th="ต้องเป็น yes หรือ no")),
    ("int", Text(en="must be a whole number.", th="ต้องเป็นจำนวนเต็ม")),
    ("float", Text(en="must be a number.", th="ต้องเป็นตัวเลข")),
    ("finite_number", Text(en="must be a number.", th="ต้องเป็นตัวเลข")),
    ("greater_than_equal", Text(en="must not be less than {limit}.", th="ต้องไม่น้อยกว่า {limit}")),
    ("greater_than", Text(en="must be more than {limit}.", th="ต้องมากกว่า {limit}")),
    ("less_than_equal", Text(en="must not be more than {limit}.", th="ต้องไม่มากกว่า {limit}")),
    ("less_than", Text(en="must be less than {limit}.", th="ต้องน้อยกว่า {limit}")),
    ("too_long", Text(en="may hold at most {limit} entries.", th="มีได้ไม่เกิน {limit} รายการ")),
    ("too_short", Text(en="needs at least {limit} entry.", th="ต้องมีอย่างน้อย {limit} รายการ")),
    ("string_too_long", Text(en="may be at most {limit} characters long.", th="ยาวได้ไม่เกิน {limit} ตัวอักษร")),
    ("string_too_short", Text(en="must be at least {limit} characters long.", th="ต้องยาวอย่างน้อย {limit} ตัวอักษร")),
    ("string", Text(en="must be text.", th="ต้องเป็นข้อความ")),
    ("list", Text(en="must be a list: lines that begin with “- ”.", th="ต้องเป็นรายการ คือบรรทัดที่ขึ้นต้นด้วย “- ”")),
    ("tuple", Text(en="must be a list: lines that begin with “- ”.", th="ต้องเป็นรายการ คือบรรทัดที่ขึ้นต้นด้วย “- ”")),
    ("dict", Text(en="must hold “key: value” lines.", th="ต้องเป็นบรรทัดในรูป “คีย์: ค่า”")),
    ("model", Text(en="must hold “key: value” lines.", th="ต้องเป็นบรรทัดในรูป “คีย์: ค่า”")),
)
