"""Where the figures of a compliance profile come from, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cctv_probe.compare.output import words
from cctv_probe.compare.profiles import Profile
from cctv_probe.model.words import Text


def profile_source(profile: Profile) -> Iterator[Text]:
    """Where the figures of a profile come from, and whether somebody checked them."""
    source = profile.source
    yield words.SOURCE.with_(title=source.title.text, edition=source.edition)
    if source.verified:
        yield words.VERIFIED.with_(by=source.verified_by or "–", on=source.verified_on or "–")
    else:
        yield words.UNVERIFIED
    if source.note:
        yield source.note.text
