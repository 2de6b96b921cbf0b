"""The rules of the fields, value by value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.compare.matching.kinship import kinship
from cctv_probe.compare.verdicts import formats, numbers, pictures
from cctv_probe.compare.verdicts.verdict import Outcome


def told(outcome: Outcome | None) -> tuple[str, str | None] | None:
    return (outcome.verdict, outcome.direction) if outcome else None


@pytest.mark.parametrize(
    ("declared", "days", "said"),
    [
        ("days=30", 30, ("match", None)),
        ("days=30", 29, ("match", None)),
        ("days=30", 31, ("match", None)),
        ("days=30", 32, ("match", "understated")),
        ("days=30", 28, ("mismatch", "overstated")),
        ("days=30", 0, ("mismatch", "overstated")),
        ("days>=30", 90, ("match", None)),
        ("days>=30", 28, ("mismatch", "overstated")),
        ("days<=30", 5, ("match", None)),
        ("days<=30", 45, ("match", "understated")),
        ("days=15..30", 20, ("match", None)),
        ("days=15..30", 13, ("mismatch", "overstated")),
        ("days=15..30", 40, ("match", "understated")),
        ("none", 0, ("match", None)),
        ("none", 7, ("mismatch", "understated")),
        ("days=30", None, None),
        ("days=30", True, None),
        ("days=thirty", 30, None),
    ],
)
def test_days_kept(declared: str, days: int | None, said: tuple[str, str | None] | None) -> None:
    assert told(numbers.retention(declared, days)) == said


def test_a_young_recording_is_maturing_and_about_is_forgiving() -> None:
    assert told(numbers.retention("days=30", 12, maturing=True)) == ("maturing", None)
    assert told(numbers.retention("days=30", 27, approximate=True)) == ("within_tolerance", None)
    assert told(numbers.retention("days=30", 26, approximate=True)) == ("mismatch", "overstated")


@pytest.mark.parametrize(
    ("configured", "said"), [("until_full", ("match", None)), (15, ("mismatch", None)), (None, None), (True, None)]
)
def test_until_full_speaks_of_the_setting(configured: object, said: tuple[str, str | None] | None) -> None:
    assert told(numbers.until_full(configured, 20)) == said  # type: ignore[arg-type]  # anything may stand there


@pytest.mark.parametrize(
    ("declared", "rate", "said"),
    [
        ("fps=25", 25.0, ("match", None)),
        ("fps=30", 29.97, ("match", None)),
        ("fps=25", 22.5, ("within_tolerance", None)),
        ("fps=25", 22.4, ("mismatch", "overstated")),
        ("fps=25", 27.6, ("mismatch", "understated")),
        ("fps=6", 5.0, ("within_tolerance", None)),
        ("fps=6", 4.9, ("mismatch", "overstated")),
        ("fps=25..30", 28, ("match", None)),
        ("fps>=15", 60, ("match", None)),
        ("fps<=15", 20, ("mismatch", "understated")),
        ("fps=25", float("nan"), None),
        ("fps=25", None, None),
    ],
)
def test_frame_rates(declared: str, rate: float | None, said: tuple[str, str | None] | None) -> None:
    assert told(numbers.frame_rate(declared, rate)) == said


@pytest.mark.parametrize(
    ("declared", "found", "said"),
    [
        ("1920x1080", "1920x1080", ("match", None)),
        ("1920x1080", "1280x720", ("mismatch", "overstated")),
        ("1920x1080", "2560x1440", ("mismatch", "understated")),
        ("1920x1080", "960x1080", ("mismatch", "overstated")),
        ("1920x1080", "1920x1088", ("within_tolerance", None)),
        ("1920x1080", "1080x1920", ("within_tolerance", None)),
        ("704x576", "720x576", ("within_tolerance", None)),
        ("mp:2", "1920x1080", ("match", None)),
        ("mp:4", "2688x1520", ("match", None)),
        ("mp:4", "2560x1440", ("match", None)),
        ("mp:5", "2880x1620", ("match", None)),
        ("mp:2", "960x1080", ("mismatch", "overstated")),
        ("mp:2", "2560x1440", ("mismatch", "understated")),
        ("mp:1.3", "1280x960", ("match", None)),
        ("mp:16", "4608x3456", ("match", None)),
        ("range:mp:2..4", "2304x1296", ("match", None)),
        ("range:mp:2..4", "3840x2160", ("mismatch", "understated")),
        ("range:1280x720..1920x1080", "1280x960", ("match", None)),
        ("multiple:1920x1080|mp:4", "2560x1440", ("within_tolerance", None)),
        ("multiple:1920x1080|mp:4", "640x480", ("mismatch", "overstated")),
        ("tvl:700", "960x576", None),
        ("1920x1080", None, None),
        ("1920x1080", "0x0", None),
    ],
)
def test_picture_sizes(declared: str, found: str | None, said: tuple[str, str | None] | None) -> None:
    assert told(pictures.resolution(declared, found)) == said


def test_not_less_than_is_a_bound_although_the_size_is_canonical() -> None:
    assert told(pictures.resolution("1920x1080", "2560x1440", raw="ไม่น้อยกว่า 1920x1080")) == ("match", None)
    assert told(pictures.resolution("1920x1080", "1280x720", raw="ไม่น้อยกว่า 1920x1080")) == ("mismatch", "overstated")


def test_a_word_for_several_sizes_tolerates_its_neighbours() -> None:
    assert told(pictures.resolution("2560x1440", "2304x1296", unsure=True)) == ("within_tolerance", None)
    assert told(pictures.resolution("2560x1440", "1280x720", unsure=True)) == ("mismatch", "overstated")


H264, H265 = {"codec": "h264", "container": "not_observable"}, {"codec": "h265", "container": "not_observable"}


@pytest.mark.parametrize(
    ("declared", "found", "said"),
    [
        ("codec=h265;variant=smart", H265, "match"),
        ("codec=h264", H265, "mismatch"),
        ("codec=h264;container=mp4", H264, "match"),
        ("container=mp4", H264, "not_observed"),
        ("container=dav", {"codec": "h265", "container": "dhav"}, "match"),
        ("container=mp4", {"codec": "h264", "container": "mpegps"}, "within_tolerance"),
        ("container=proprietary", {"codec": "h264", "container": "dav"}, "within_tolerance"),
        ("container=mkv", {"codec": "h264", "container": "mp4"}, "mismatch"),
        ("codec=h264;container=avi", {"codec": "h264", "container": "mp4"}, "mismatch"),
        ("codec=mpeg4part2", {"codec": "mpeg4", "container": "not_observable"}, "match"),
        ("suspect:mpeg4", H264, "within_tolerance"),
        ("suspect:mpeg4", {"codec": "h265", "container": "mp4"}, "within_tolerance"),
        ("suspect:mpeg4", {"codec": "mjpeg", "container": "avi"}, "parse_suspect"),
        ("multiple:codec=h264|codec=h265", H265, "within_tolerance"),
        ("multiple:codec=h264|codec=mjpeg", H265, "mismatch"),
        ("codec=h264", None, None),
        ("codec=h264", {"codec": None, "container": "not_observable"}, None),
    ],
)
def test_file_formats(declared: str, found: dict[str, str | None] | None, said: str | None) -> None:
    outcome = formats.file_format(declared, found)
    assert (outcome.verdict if outcome else None) == said


@given(
    st.sampled_from(["mjpeg", "mpeg4", "h264", "h265", "av1", "x"]),
    st.sampled_from(["mp4", "avi", "dav", "not_observable"]),
)
def test_mpeg_4_is_never_a_hard_mismatch(codec: str, container: str) -> None:
    outcome = formats.file_format("suspect:mpeg4", {"codec": codec, "container": container})
    assert outcome
    assert outcome.verdict != "mismatch"


@pytest.mark.parametrize(
    ("declared", "found", "said"),
    [
        ("hikvision", "Hikvision", "match"),
        ("hilook", "Hikvision", "family_match"),
        ("cp-plus", "Dahua", "family_match"),
        ("lorex", "Hikvision", "family_match"),
        ("panasonic", "i-PRO", "family_match"),
        ("pelco", "Avigilon", "family_match"),
        ("hikvision", "Dahua", "mismatch"),
        ("hiview", "Hikvision", "mismatch"),
        ("hiview", "Hi-View", "match"),
        ("multiple:hikvision|dahua", "Dahua", "within_tolerance"),
        ("unbranded", "Dahua", "mismatch"),
        ("unknown", "Dahua", None),
        ("hikvision", None, None),
        ("hikvision", " ", None),
    ],
)
def test_brands(declared: str, found: str | None, said: str | None) -> None:
    outcome = pictures.brand(declared, found)
    assert (outcome.verdict if outcome else None) == said


SLUGS = st.sampled_from(
    ["hikvision", "hilook", "dahua", "lorex", "loryta", "panasonic", "i-pro", "hiview", "axis", "new"]
)


@given(SLUGS, SLUGS)
def test_kinship_is_symmetric(one: str, other: str) -> None:
    assert kinship(one, other) == kinship(other, one)
