"""Something worth a person's attention about a device or camera, beside the values themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.words import Text

Severity = Literal["critical", "high", "medium", "low", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable for programs; `text` is for people."""

    code: str
    severity: Severity
    text: Text
