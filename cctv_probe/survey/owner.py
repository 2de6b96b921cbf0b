"""Field 1 from the scope file: who owns the cameras is declared by the municipality that scans. Pure."""

from __future__ import annotations

from datetime import datetime

from cctv_probe.model.evidence import Evidence, Source, Standing


def owner_evidence(lao_code: str | None, name: str | None, seen_at: datetime) -> dict[str, Evidence]:
    """The declared owner, by field; empty where the scope file names no LAO."""
    if lao_code is None:
        return {}
    value = {"lao_code": lao_code, "name": name}
    return {"owner": Evidence("device", "owner", value, Source("declared.scope_file", Standing.DECLARED), seen_at)}
