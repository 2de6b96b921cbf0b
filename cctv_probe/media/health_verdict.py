"""What the figures of a stream's key pictures mean: which faults the picture shows, with the numbers behind each verdict.

Pure. Every threshold has a reason that can be pictured; where a figure cannot tell (too dark to judge sharpness, no
local time to judge infra-red by), the verdict is None, which is not a fault. A fault counts only where no picture
contradicts it, for headlights dazzle and insects sit on lenses for a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cctv_probe.media.health_words import FAULTS, HEALTHY, NOTHING_DECODED, SEVERITY, TEXTS, Fault
from cctv_probe.media.picture import DecodedPicture, Examination, PairFigures, PictureFigures
from cctv_probe.model.finding import Finding
from cctv_probe.model.words import Text

Verdict = bool | None

_FROZEN_APART_S = 3.0
"""Two pictures this far apart cannot be the same to the last bit in front of a living sensor."""
_DAY_HOURS = (8.0, 16.5)
"""Full daylight at all seasons in Thailand (sun up 5:35 to 6:50, down 17:35 to 18:50), an hour of dusk left out."""


@dataclass(frozen=True, slots=True)
class Health:
    """`verdicts`: each fault true, false, or None where it cannot be told. `figures`: the numbers behind them, by name.
    `healthy`: None where no picture was decoded, false with any fault.
    """

    verdicts: dict[Fault, Verdict]
    figures: dict[str, float]
    healthy: bool | None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults found, the one that explains most first."""
        return tuple(fault for fault in FAULTS if self.verdicts.get(fault))

    def findings(self) -> tuple[Finding, ...]:
        """One finding per fault, with its figures; its code is `picture_` and the fault."""
        return tuple(Finding(f"picture_{fault}", SEVERITY[fault], self.text(fault)) for fault in self.faults)

    def text(self, fault: Fault) -> Text:
        """The sentence of one fault with its figures."""
        shown = {name: f"{value:.1f}" for name, value in self.figures.items()}
        return TEXTS[fault].with_(**shown)

    @property
    def reason(self) -> Text:
        """Why the picture is, or is not, called healthy: one sentence."""
        if self.healthy is None:
            return NOTHING_DECODED
        return self.text(self.faults[0]) if self.faults else HEALTHY


def judge(examination: Examination, local_hour: float | None = None, unchanging: bool | None = None) -> Health:
    """The verdict on the pictures of one stream.

    `local_hour` (0 to 24) is the time of day at the camera; without it nothing is said of infra-red. `unchanging` is
    `Measurement.unchanging`: a replayed loop shows equal key pictures, but not nothing between them.
    """
    seen = [picture.figures for picture in examination.pictures if picture.figures and not picture.damaged]
    if not seen:
        return Health(dict.fromkeys(FAULTS), _size(examination.decoded), None)
    day = None if local_hour is None else _DAY_HOURS[0] <= local_hour <= _DAY_HOURS[1]
    apart = [pair for pair in examination.pairs if pair.apart_s >= _FROZEN_APART_S]
    verdicts: dict[Fault, Verdict] = {
        "signal_lost": _signal_lost(seen, examination.pairs),
        "black": _all(_black, seen),
        "frozen": _frozen(seen, apart, unchanging),
        "covered": _all(_covered, seen),
        "over_exposed": _all(_over_exposed, seen),
        "under_exposed": _all(lambda figures: _under_exposed(figures, day), seen),
        "blurred": _all(_blurred, seen),
        "infrared_by_day": _all(_without_colour, seen) if day else (None if day is None else False),
    }
    _explain_away(verdicts)
    return Health(verdicts, _figures(seen, examination.pairs), not any(verdicts.values()))


def _explain_away(verdicts: dict[Fault, Verdict]) -> None:
    """A card or a black picture is also still, smooth and dark: what follows from another fault is not told twice."""
    implied: dict[Fault, tuple[Fault, ...]] = {
        "signal_lost": ("frozen", "covered", "over_exposed", "under_exposed", "blurred", "infrared_by_day"),
        "black": ("frozen", "covered", "under_exposed", "blurred", "infrared_by_day"),
        "covered": ("under_exposed", "blurred", "infrared_by_day"),
        "over_exposed": ("blurred", "infrared_by_day"),
    }
    for cause, effects in implied.items():
        if verdicts[cause]:
            verdicts.update(dict.fromkeys(effects))


def _all(fault: Callable[[PictureFigures], Verdict], seen: Sequence[PictureFigures]) -> Verdict:
    """True where a picture shows it and none contradicts."""
    told: Iterable[bool] = [verdict for verdict in map(fault, seen) if verdict is not None]
    return all(told) if told else None


def _black(picture: PictureFigures) -> Verdict:
    """Nothing above the darkest tenth of the scale, and no shape in it: a night without lamps still has shapes."""
    dark = picture.brightest < 32 and picture.bright < 24 and picture.mean < 16
    return dark and picture.relief < 5 and picture.detail < 0.2


def _card(picture: PictureFigures) -> bool:
    """Drawn, not seen: areas of exactly one colour, few of them, no grain; one colour throughout, or hard edges between.

    A cover over the lens can be as smooth, but shows a gradient and no edge.
    """
    drawn = picture.flat > 0.8 and picture.colours <= 9 and picture.noise < 0.4 and picture.clipped < 0.5
    return drawn and (picture.relief < 2 or (picture.edges > 0 and picture.brightest > 90))


def _signal_lost(seen: Sequence[PictureFigures], pairs: Sequence[PairFigures]) -> Verdict:
    """A card that stays the same; black alone is not a card."""
    if not all(_card(picture) for picture in seen) or all(_black(picture) for picture in seen):
        return False
    return all(pair.difference < 0.3 for pair in pairs)


def _frozen(seen: Sequence[PictureFigures], apart: Sequence[PairFigures], unchanging: bool | None) -> Verdict:
    """The newest two pictures, seconds apart, are the same to the last bit; or they are coded anew, but show the same
    grain, and next to nothing comes between them. The grain of a living sensor is new in every picture, and where coding
    has smoothed it away, a still street cannot be told from a frozen one.
    """
    told = [pair for pair in apart if pair.textured >= 0.1]
    if not told:
        return None
    newest = told[-1]
    if newest.unequal == 0:
        return unchanging is not False
    same = newest.grain_changed is not None and newest.grain_changed < 0.3 and unchanging is True
    return (True if min(picture.noise for picture in seen) > 0.4 else None) if same else False


def _covered(picture: PictureFigures) -> Verdict:
    """Light, but no shape: neither edges (a clock written in may reach into a few blocks) nor more than a soft gradient.

    Not told in strong grain, which hides shapes.
    """
    if picture.clipped > 0.5:
        return False
    shapeless = picture.detail < 0.08 and picture.relief < 60
    return shapeless if picture.noise < 5 or not shapeless else None


def _over_exposed(picture: PictureFigures) -> Verdict:
    """Bright throughout and much of it at the end of the scale; fog is bright but does not clip, and a white sky alone
    leaves the street darker.
    """
    levels = ((185, 0.4), (200, 0.2), (208, 0.12), (240, 0.0))
    return any(picture.mean >= mean and picture.clipped >= clipped for mean, clipped in levels)


def _under_exposed(picture: PictureFigures, day: bool | None) -> Verdict:
    """Dark by day. At night darkness is no fault of the exposure, unless nothing shines in view and the picture is clean:
    where light is short a camera amplifies, and grain shows (unless coding has smoothed it away, then it cannot be told).
    """
    if day:
        return picture.mean < 40 and picture.bright < 100
    if picture.mean >= 20 or picture.bright >= 50 or picture.brightest >= 70 or picture.noise >= 1.0:
        return False
    return None if picture.flat > 0.25 or picture.noise < 0.1 else True


def _blurred(picture: PictureFigures) -> Verdict:
    """Even the sharpest edges are wide. Not told in the dark, where glows have no edges, nor in fog, where edges are few."""
    if picture.edge_px is None or picture.mean < 45 or picture.contrast < 50:
        return None
    return picture.edge_px > 1.3 + picture.judged_width_px / 2000


def _without_colour(picture: PictureFigures) -> Verdict:
    """No block of the picture has any colour, though there is something to see."""
    if picture.mean < 16 or picture.clipped > 0.5:
        return None
    return picture.colour is None or picture.colour < 0.8


def _figures(seen: Sequence[PictureFigures], pairs: Sequence[PairFigures]) -> dict[str, float]:
    """The figures that the sentences show, averaged over the pictures; shares in per cent."""
    count = len(seen)
    shown = {
        "pictures": float(count),
        "mean_luma": sum(picture.mean for picture in seen) / count,
        "bright_luma": sum(picture.bright for picture in seen) / count,
        "clipped_percent": 100 * sum(picture.clipped for picture in seen) / count,
        "flat_percent": 100 * sum(picture.flat for picture in seen) / count,
        "colours": sum(picture.colours for picture in seen) / count,
        "detail_percent": 100 * sum(picture.detail for picture in seen) / count,
        "noise": sum(picture.noise for picture in seen) / count,
        "apart_s": pairs[-1].apart_s if pairs else 0.0,
    }
    widths = [picture.edge_px / picture.judged_width_px * 1000 for picture in seen if picture.edge_px is not None]
    if widths:
        shown["edge_per_mille"] = sum(widths) / len(widths)
    colours = [picture.colour for picture in seen if picture.colour is not None]
    shown["colour"] = sum(colours) / len(colours) if colours else 0.0
    if pairs:
        shown["changed_percent"] = 100 * pairs[-1].unequal
        shown["grain_changed"] = pairs[-1].grain_changed if pairs[-1].grain_changed is not None else 1.0
    return shown


def _size(decoded: Sequence[DecodedPicture]) -> dict[str, float]:
    return {"pictures": float(len(decoded))}
