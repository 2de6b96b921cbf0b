"""Devices drawn at random, with evidence of every form a dialect could let through."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Channel, Device, Identity, Kind, Stream
from cctv_probe.model.evidence import Evidence, Source, Standing
from cctv_probe.model.footage import DayMark, Footage, Gap, Retention, Timeline
from cctv_probe.model.words import Text
from tests.unit.survey.invented import HOSTILE, SHA, STANDINGS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.just(HOSTILE)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats()
VALUES = st.one_of(
    TEXTS,
    NUMBERS,
    st.booleans(),
    st.none(),
    st.sampled_from(["1920x1080", "0x0", "h264", "HEVC", "VP8", "until_full"]),
    st.lists(TEXTS, max_size=3).map(tuple),
)
DEVICE_ATTRIBUTES = [
    "brand", "model", "firmware", "serial", "device_name", "clock_offset_s", "time_zone", "location_text", "latitude",
    "longitude", "rtt_s", "nat_hint", "onvif_profiles", "daylight_saving",
]  # fmt: skip
CHANNEL_ATTRIBUTES = [
    "name", "osd_text", "max_resolution", "source_resolution", "brand", "online", "retention_days", "configured_days",
    "oldest_playable_days", "coverage_ratio", "longest_gap_s", "recording_mode", "file_format", "bit_rate_bps",
]  # fmt: skip
STREAM_ATTRIBUTES = ["codec", "resolution", "frame_rate", "bit_rate_bps", "gop", "sdp_frame_rate"]
SUBJECTS = [
    *(("device", attribute) for attribute in DEVICE_ATTRIBUTES),
    *((f"channel/{number}", attribute) for number in (1, 2) for attribute in CHANNEL_ATTRIBUTES),
    *((f"channel/{number}/stream/main", attribute) for number in (1, 2) for attribute in STREAM_ATTRIBUTES),
]

EVIDENCE = st.builds(
    Evidence,
    subject=st.just(""),
    attribute=st.just(""),
    value=VALUES,
    source=st.builds(
        Source, st.sampled_from([*sorted(STANDINGS), "playback"]), st.sampled_from(Standing), st.just((SHA,))
    ),
    seen_at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - strategy bounds are naive
    plus_minus=st.none() | st.floats(0, 5),
    role=st.sampled_from([None, "live", "recorder_setting", "recorded"]),
)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """Any evidence about any place."""
    subject, attribute = draw(st.sampled_from(SUBJECTS))
    drawn = draw(EVIDENCE)
    return Evidence(subject, attribute, drawn.value, drawn.source, drawn.seen_at, drawn.plus_minus, drawn.role)


def _channel(number: int, footage: Footage | None = None) -> Channel:
    return Channel(number, None, None, (Stream("main", None, f"channel/{number}/stream/main"),), footage=footage)


SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10**6)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategy bounds are naive
RETENTIONS = st.builds(
    Retention,
    verified_days=st.none() | COUNTS,
    verdict=st.sampled_from(
        ["match", "mismatch", "maturing", "undeclared", "not_observed", "parse_suspect", "not_assessed"]
    ),
    direction=st.sampled_from([None, "overstated", "understated"]),
    oldest_playable_days=st.none() | COUNTS,
    coverage_ratio=st.none() | SHARES,
    coverage_low=st.none() | SHARES,
    coverage_high=st.none() | SHARES,
    longest_gap_s=st.none() | st.floats(0, 1e9),
    gaps=st.lists(st.builds(Gap, MOMENTS, MOMENTS), max_size=6).map(tuple),
    samples=COUNTS,
    played=COUNTS,
    nights=COUNTS,
    complete=st.booleans(),
    seed=st.none() | TEXTS,
    why_code=st.none() | st.just("footage_not_asked"),
    why=st.none() | st.builds(Text, TEXTS.filter(bool), TEXTS.filter(bool)),
)
DAYS = st.builds(
    DayMark, COUNTS, st.sampled_from(["2026-11-22", "2026-02-30", "9999-99-99"]), st.sampled_from([None, True, False]),
    st.integers(0, 3), st.integers(0, 3),
)  # fmt: skip
FOOTAGE = st.builds(
    Footage,
    RETENTIONS,
    st.builds(
        Timeline,
        st.lists(DAYS, max_size=200).map(tuple),
        st.sampled_from(["Asia/Bangkok", "No/Where"]),
        st.none() | st.integers(0, 400),
    ),
    st.sampled_from(["onvif.replay", "folder"]),
    st.none() | st.builds(Text, TEXTS, TEXTS),
    st.lists(st.builds(Text, TEXTS, TEXTS), max_size=2).map(tuple),
)


ATTEMPTS = st.builds(
    Attempt,
    st.sampled_from(["onvif.GetProfiles", "rtsp.DESCRIBE main", "onvif.GetDeviceInformation", "odd", "", "a.b.c d e"]),
    st.sampled_from(Ending),
    st.floats(0, 10),
    st.builds(Text, TEXTS, TEXTS),
)

DEVICES = st.builds(
    Device,
    address=st.sampled_from(["127.0.10.1", "127.0.10.2", "::1"]),
    port=st.none() | st.integers(0, 65535),
    kind=st.sampled_from(Kind),
    identity=st.builds(Identity, serial=st.none() | TEXTS, mac=st.none() | st.just("AA:BB:CC:DD:EE:FF")),
    open_ports=st.just((80, 554)),
    channels=st.sampled_from([(), (_channel(1),), (_channel(1), _channel(2))])
    | st.builds(lambda footage: (_channel(1, footage), _channel(2)), FOOTAGE),
    evidence=st.lists(evidence(), max_size=14).map(tuple),
    attempts=st.lists(ATTEMPTS, max_size=4).map(tuple),
    scope_class=st.sampled_from(["public", "closed", "unknown"]),
    login=st.none() | st.builds(Text, TEXTS, TEXTS),
    distrusted=st.sampled_from([frozenset(), frozenset({"serial"}), frozenset({"serial", "mac"})]),
)
