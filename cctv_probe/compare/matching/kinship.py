"""Brands that are the same, and brands that come from the same maker."""

from __future__ import annotations

import functools
import importlib.resources
import re
from typing import Any, Literal

from cctv_probe.identify.brands import find_brand

Kinship = Literal["same", "family", "differs"]


@functools.cache
def _tables() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    import yaml

    text = importlib.resources.files(__package__).joinpath("families.yaml").read_text(encoding="utf-8")
    data: Any = yaml.safe_load(text)
    return {item["brand"]: frozenset(item["of"]) for item in data["families"]}, frozenset(data["labels"])


@functools.lru_cache(maxsize=4096)
def brand_slug(shown: str) -> str:
    """The slug of a brand as a record shows it (`Hi-View` → `hiview`); an unknown one in small letters with hyphens."""
    known = find_brand(shown)
    return known.slug if known else re.sub(r"[\W_]+", "-", shown.casefold()).strip("-")


def family(slug: str) -> frozenset[str]:
    """The makers that a brand may come from, itself among them."""
    return _tables()[0].get(slug, frozenset()) | {slug}


def is_label(slug: str) -> bool:
    """Whether it is a Thai label whose maker differs from model to model."""
    return slug in _tables()[1]


def kinship(one: str, other: str) -> Kinship:
    """How two brand slugs are related. Symmetric."""
    if one == other:
        return "same"
    return "family" if family(one) & family(other) else "differs"


def kinship_of(canonical: str, shown: str) -> Kinship | None:
    """How a declared brand (slug, or `multiple:a|b`: the nearest counts) is related to a discovered one; None where unsaid."""
    if canonical in ("", "missing", "unknown", "unbranded", "unparsable") or canonical.startswith(
        ("suspect:", "wrong_field:")
    ):
        return None
    slugs = canonical.removeprefix("multiple:").split("|")
    found = {kinship(slug, brand_slug(shown)) for slug in slugs}
    return "same" if "same" in found else "family" if "family" in found else "differs"
