"""Unchanged cameras keep the bytes that were sent, so that their digest stays. Pure.

A record is compared with the one that was *sent*, never with the one seen last: a value that drifts a little every day is sent
as soon as the sum is more than jitter. After seven days a record is sent anew even so, with its new times; on which day of the week after
that, the camera's id decides, so that not all are sent on one day.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from cctv_probe.agent.leaving.present import Sent
from cctv_probe.agent.leaving.same import same_record
from cctv_probe.contract.report import record_digest

Json = dict[str, Any]

REFRESH_S = 7 * 86_400
SPREAD_S = 7 * 86_400


def sticky(camera_id: str, record: Json, sent: Sent | None, at_utc: str) -> Sent:
    """What stands in the manifest for a camera at `at_utc`: `sent` where `record` says nothing new, else the record.

    Raises `NotCanonicalError` for a record that has no canonical form.
    """
    if sent is not None and not _is_due(camera_id, sent, at_utc) and same_record(sent.record, record):
        return sent
    digest = record_digest(record)
    return sent if sent is not None and sent.digest == digest else Sent(digest, at_utc, record)


def refresh_after_s(camera_id: str) -> int:
    """How long an unchanged record stands, in seconds: from seven days to fourteen."""
    drawn = int.from_bytes(hashlib.sha256(camera_id.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return REFRESH_S + drawn % SPREAD_S


def _is_due(camera_id: str, sent: Sent, at_utc: str) -> bool:
    """A clock that was set back makes nothing due."""
    age_s = (datetime.fromisoformat(at_utc) - datetime.fromisoformat(sent.since_utc)).total_seconds()
    return age_s >= refresh_after_s(camera_id)
