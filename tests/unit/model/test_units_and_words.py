"""Spelling of sizes and codecs; sentences in two languages."""

from __future__ import annotations

import string

import pytest

from cctv_probe.model.attempt import Ending
from cctv_probe.model.record import FIELDS
from cctv_probe.model.units import Resolution, codec_slug
from cctv_probe.model.words import Text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1920x1080", (1920, 1080)),
        (" 2560 × 1440 ", (2560, 1440)),
        ("640*360", (640, 360)),
        ("1080p", None),
        ("", None),
    ],
)
def test_a_size_is_read_or_refused(text: str, size: tuple[int, int] | None) -> None:
    assert Resolution.parse(text) == (Resolution.of(*size) if size else None)


def test_sizes_are_ordered_by_area() -> None:
    assert max(Resolution.of(1080, 1920), Resolution.of(1920, 1200)) == Resolution.of(1920, 1200)


@pytest.mark.parametrize(
    ("name", "slug"), [("HEVC", "h265"), ("H.264", "h264"), ("JPEG", "mjpeg"), ("MP4V-ES", "mpeg4"), ("VP8", None)]
)
def test_codecs_have_one_spelling(name: str, slug: str | None) -> None:
    assert codec_slug(name) == slug


def test_placeholders_are_filled_in_both_languages_and_never_evaluated() -> None:
    text = Text(en="{a} and {b}", th="{a} กับ {b}").with_(a=Text(en="one", th="หนึ่ง"), b="{0.__class__}")
    assert text.pair() == ("one and {0.__class__}", "หนึ่ง กับ {0.__class__}")


def test_every_ending_and_field_speaks_thai() -> None:
    sentences = [ending.sentence for ending in Ending] + list(FIELDS.values())
    assert all(any("ก" <= letter <= "๛" for letter in text.th) for text in sentences)
    assert all(any(letter in string.ascii_letters for letter in text.en) for text in sentences)
