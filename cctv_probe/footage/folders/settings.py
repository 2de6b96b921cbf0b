"""How the names in a folder are read: what is recognised without being told, and a configuration file for the rest.

The file's form is shown in `configs/folder.example.yaml`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pydantic
import yaml
from pydantic import BaseModel, ConfigDict, Field

from cctv_probe.footage.days import DEFAULT_ZONE
from cctv_probe.footage.folders.template import Template, TemplateError
from cctv_probe.model.words import Text
from cctv_probe.scope.complaint import BadValueError
from cctv_probe.scope.yaml_file import load_yaml, validate

WHAT = Text(en="Folder file", th="ไฟล์กำหนดโฟลเดอร์")
VIDEO = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".dav"})
"""Endings of files that are taken for recordings."""
_BAD_ZONE = Text(en="must be the name of a time zone, such as Asia/Bangkok.", th="ต้องเป็นชื่อเขตเวลา เช่น Asia/Bangkok")


@dataclass(frozen=True)
class FolderSettings:
    """`templates` in the order in which they are tried; `kept_folders` and `kept_marks` in lower case."""

    templates: tuple[Template, ...]
    kept_folders: frozenset[str]
    kept_marks: tuple[str, ...]
    zone: ZoneInfo

    @property
    def key(self) -> str:
        """Changes whenever names would be read differently."""
        told = [[t.pattern.pattern, t.is_utc] for t in self.templates]
        parts = [told, sorted(self.kept_folders), self.kept_marks, self.zone.key]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def known_layouts(zone_name: str = DEFAULT_ZONE, own: Sequence[Template] = ()) -> FolderSettings:
    """What is recognised without being told, behind `own` templates."""
    data = _data()
    templates = (*own, *_known_templates())
    folders = frozenset(str(name).casefold() for name in data["kept_folders"])
    return FolderSettings(templates, folders, tuple(str(m).casefold() for m in data["kept_marks"]), ZoneInfo(zone_name))


@cache
def _known_templates() -> tuple[Template, ...]:
    return tuple(
        Template.of(row["template"], row["name"], is_utc=row.get("clock") == "utc") for row in _data()["layouts"]
    )


@cache
def _data() -> dict[str, list[dict[str, str]]]:
    return dict(yaml.safe_load(Path(__file__).with_name("layouts.yaml").read_text("utf-8")))


# --- The configuration file -------------------------------------------------------------------------------------------


def _zone(typed: str) -> str:
    try:
        return ZoneInfo(typed).key
    except (OSError, ValueError, LookupError):
        raise BadValueError(_BAD_ZONE) from None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TemplateEntry(_Part):
    """One way of naming files."""

    template: Annotated[str, Field(min_length=1, max_length=300)]
    clock: Literal["local", "utc"] = "local"

    @pydantic.model_validator(mode="after")
    def _usable(self) -> TemplateEntry:
        self.made()
        return self

    def made(self) -> Template:
        """Ready to be matched."""
        try:
            return Template.of(self.template, is_utc=self.clock == "utc")
        except TemplateError as error:
            raise BadValueError(error.text) from None


class FolderFile(_Part):
    """A folder file as it is written."""

    version: Literal["1"]
    time_zone: Annotated[str, pydantic.AfterValidator(_zone)] = DEFAULT_ZONE
    templates: Annotated[tuple[TemplateEntry, ...], Field(max_length=50)] = ()
    kept_folders: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=100)] = ()


def load_folder_file(path: Path) -> FolderSettings:
    """Read a folder file. Raises `ConfigError` where it cannot be used."""
    data, lines = load_yaml(path, WHAT)
    file = validate(FolderFile, {name: value for name, value in data.items() if value is not None}, lines)
    known = known_layouts(file.time_zone, [entry.made() for entry in file.templates])
    own = frozenset(name.casefold() for name in file.kept_folders)
    return FolderSettings(known.templates, known.kept_folders | own, known.kept_marks, known.zone)
