"""What was verified, as evidence for the record: measured where it played, configured where only the index says so. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cctv_probe.footage.verifier import Verified
from cctv_probe.model.evidence import Evidence, Source, Standing, Value

PLAYBACK = "playback"
ROLE = "recorded"


def evidence(verified: Verified, subject: str, seen_at: datetime) -> tuple[Evidence, ...]:
    """Evidence about `subject` (`channel/1`): fields 7, 10 and 11 from the longer pieces, field 9 and what stands beside it.

    The claim of the index is CONFIGURED and never becomes field 9; where it could not be asked there is no measured one.
    """
    return tuple((*_of_retention(verified, subject, seen_at), *_of_recording(verified, subject, seen_at)))


def _of_retention(verified: Verified, subject: str, seen_at: datetime) -> Iterator[Evidence]:
    found = verified.retention
    measured, claimed = Source(PLAYBACK, Standing.MEASURED), _claim(verified)
    rows: tuple[tuple[str, Value, Source, float | None], ...] = (
        ("retention_days", found.verified_days, measured, None),
        ("retention_days", found.claimed_days, claimed, None),
        ("oldest_playable_days", found.oldest_playable_days, measured, None),
        ("coverage_ratio", found.coverage_ratio, measured, _half(found.coverage_low, found.coverage_high)),
        ("longest_gap_s", found.longest_gap_s, measured, None),
        ("recording_mode", found.recording_mode if found.recording_mode != "unknown" else None, claimed, None),
        ("configured_days", found.configured_days, claimed, None),
    )
    for attribute, value, source, plus_minus in rows:
        if value is not None:
            yield Evidence(subject, attribute, value, source, seen_at, plus_minus)


def _of_recording(verified: Verified, subject: str, seen_at: datetime) -> Iterator[Evidence]:
    source = Source(PLAYBACK, Standing.MEASURED)
    for piece in verified.recorded:
        file_format = {"codec": piece.codec, "container": piece.container}
        rows: tuple[tuple[str, Value, float | None], ...] = (
            ("resolution", piece.resolution, None),
            ("frame_rate", piece.frame_rate, piece.plus_minus),
            ("file_format", file_format, None),
            ("bit_rate_bps", piece.bit_rate_bps, None),
        )
        for attribute, value, plus_minus in rows:
            if value is not None:
                yield Evidence(subject, attribute, value, source, seen_at, plus_minus, ROLE)


def _claim(verified: Verified) -> Source:
    return Source(f"{verified.source}.index", Standing.CONFIGURED, verified.index.raw_sha256)


def _half(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else round((high - low) / 2, 4)
