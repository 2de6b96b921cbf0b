"""What people decided: pairs that were pinned, rows that are not on the network, differences that were accepted.

Kept as `decisions.yaml`, so that the next comparison does not ask again. A decision names the declared camera by its key and
the discovered one by its id; where either is gone it is reported as stale, never applied to something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cctv_probe.model.words import Text
from cctv_probe.scope.yaml_file import load_yaml, validate

WHAT = Text(en="The decisions file", th="ไฟล์การตัดสินใจ")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """`declared` is `found`, or (None) none of the cameras on the network. `date` as the person wrote it."""

    declared: str
    found: str | None
    reason: str
    by: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The difference in `field` of `declared` is accepted, as long as `observed` (the discovered value, as text) stays."""

    declared: str
    field: str
    observed: str
    reason: str
    by: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A decisions file."""

    pairs: tuple[Decision, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    def with_pair(self, decision: Decision) -> Decisions:
        """These decisions with one more; an earlier one about the same declared camera or the same found one gives way."""
        kept = [
            each
            for each in self.pairs
            if each.declared != decision.declared and (each.found is None or each.found != decision.found)
        ]
        return Decisions((*kept, decision), self.accepted)

    def with_acceptance(self, acceptance: Acceptance) -> Decisions:
        """These decisions with one more accepted difference; an earlier one about the same field gives way."""
        same = (acceptance.declared, acceptance.field)
        kept = [each for each in self.accepted if (each.declared, each.field) != same]
        return Decisions(self.pairs, (*kept, acceptance))


def load_decisions(path: Path) -> Decisions:
    """Read a decisions file. Raises `ConfigError` naming file, line and key."""
    import pydantic

    from cctv_probe.model.record import FIELDS

    class PairEntry(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="forbid")
        declared: str = pydantic.Field(min_length=1, max_length=_LONGEST)
        found: str | None = pydantic.Field(max_length=_LONGEST)
        reason: str = pydantic.Field(min_length=1, max_length=_LONGEST)
        by: str | None = pydantic.Field(default=None, max_length=_LONGEST)
        date: str | None = pydantic.Field(default=None, max_length=40)

    class AcceptedEntry(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="forbid")
        declared: str = pydantic.Field(min_length=1, max_length=_LONGEST)
        field: str = pydantic.Field(pattern=f"^({'|'.join(FIELDS)})$")
        observed: str = pydantic.Field(max_length=_LONGEST)
        reason: str = pydantic.Field(min_length=1, max_length=_LONGEST)
        by: str | None = pydantic.Field(default=None, max_length=_LONGEST)
        date: str | None = pydantic.Field(default=None, max_length=40)

    class File(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="forbid")
        pairs: list[PairEntry] = []
        accepted: list[AcceptedEntry] = []

    data, lines = load_yaml(path, WHAT)
    read = validate(File, {key: value for key, value in data.items() if value is not None}, lines)
    _refuse_repeats([each.declared for each in read.pairs], lines, "declared")
    _refuse_repeats([each.found for each in read.pairs], lines, "found")
    return Decisions(
        tuple(Decision(**each.model_dump()) for each in read.pairs),
        tuple(Acceptance(**each.model_dump()) for each in read.accepted),
    )


def _refuse_repeats(values: list[str | None] | list[str], lines: Any, key: str) -> None:
    seen: set[str] = set()
    for number, value in enumerate(values):
        if value is not None and value in seen:
            raise lines.error(("pairs", number, key), _TWICE)
        seen.add(value or "")


def decisions_text(decisions: Decisions) -> str:
    """The file's text: UTF-8, sorted, so that saving the same decisions gives the same file."""
    import yaml

    def plain(entry: Decision | Acceptance) -> dict[str, str | None]:
        keys = ("declared", "field", "found", "observed", "reason", "by", "date")
        told = {key: getattr(entry, key) for key in keys if hasattr(entry, key)}
        return {key: value for key, value in told.items() if value is not None or key == "found"}

    data = {
        "pairs": [plain(each) for each in sorted(decisions.pairs, key=lambda each: each.declared)],
        "accepted": [plain(each) for each in sorted(decisions.accepted, key=lambda each: (each.declared, each.field))],
    }
    return yaml.dump(data, Dumper=_quoting(), allow_unicode=True, sort_keys=False, width=1000)


def _quoting() -> Any:
    """A dumper that quotes every value: a key such as `null` or `05710101` must come back as it was."""
    import yaml

    class Quoting(yaml.SafeDumper):
        def represent_str(self, data: str) -> yaml.ScalarNode:
            return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')

        def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
            node = super().represent_mapping(tag, mapping, flow_style)
            for key, _ in node.value:
                key.style = None
            return node

    Quoting.add_representer(str, Quoting.represent_str)
    return Quoting


def save_decisions(path: Path, decisions: Decisions) -> None:
    """Write a decisions file in one step. Raises `CannotWriteError`."""
    from cctv_probe.survey.atomic import write_atomically

    write_atomically(path, decisions_text(decisions).encode("utf-8"))


_TWICE = Text(
    en="is decided about twice. Please keep one.",
    th="มีการตัดสินใจซ้ำสองครั้ง โปรดเหลือไว้เพียงหนึ่ง",
)
