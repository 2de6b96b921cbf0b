"""What an archive delivered is looked at: its own time, its picture (decoded in the child), and whether it was seen before."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from cctv_probe.footage.archive import Played
from cctv_probe.footage.frozen import MAY_BE_SAME_S, apart, fingerprint, is_same, may_be_same
from cctv_probe.footage.plan import Ask
from cctv_probe.media.decoder import Decoders
from cctv_probe.media.decoder_messages import Question, RefusedQuestion
from cctv_probe.media.picture import DecodedPicture, Examination, PictureFigures
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.footage import Outcome, Recorded, Sample
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text

NEAR_S = 60.0
"""A sample's own time must lie so near the instant that was wanted."""
DECODE_S = 30.0
_REMEMBERED = 6
_APART_S = 10.0

_JUMPED = Text(
    en="played footage of {seen} UTC instead, {apart} s away: nothing is recorded at the instant",
    th="เล่นภาพของเวลา {seen} UTC แทน ห่างไป {apart} วินาที แสดงว่าไม่มีภาพในเวลาที่ขอ",
)
_UNTIMED = Text(en="the footage carries no time of its own", th="ภาพไม่มีเวลากำกับ")
_NO_KEY = Text(en="delivered footage without a key picture", th="ได้ภาพที่ไม่มีเฟรมหลัก จึงถอดรหัสไม่ได้")
_UNDECODABLE = Text(en="delivered footage that cannot be decoded", th="ได้ภาพที่ถอดรหัสไม่ได้")


@dataclass(frozen=True, slots=True)
class _Seen:
    at_utc: datetime
    figures: PictureFigures
    played: Played
    sha256: str


@dataclass
class Looking:
    """Looks at what one channel delivered. One thread at a time; the newest pictures are kept in memory, nowhere else."""

    decoders: Decoders
    _seen: deque[_Seen] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def look(self, ask: Ask, played: Played) -> tuple[Sample, Recorded | None]:
        """The sample that `played` makes, and what it shows of the recording where a longer piece was asked for."""
        sample = Sample(ask.at_utc, ask.day, Outcome.PLAYED, seen_utc=played.seen_utc, purpose=ask.purpose)
        if played.seen_utc is not None:
            apart_s = abs((played.seen_utc - ask.at_utc).total_seconds())
            if apart_s > NEAR_S:
                words = _JUMPED.with_(seen=f"{played.seen_utc:%Y-%m-%d %H:%M:%S}", apart=round(apart_s))
                return ended(sample, Outcome.MISSING, words), None
        try:
            picture = self._picture(played)
            told = replace(sample, picture_sha256=self._name(ask, played, picture))
        except StepError as error:
            return ended(sample, _outcome_of_decoding(error), error.line), None
        if played.seen_utc is None:
            return ended(told, Outcome.UNTIMED, _UNTIMED), None
        return told, _recorded(ask, played, picture) if ask.purpose == "long" else None

    def _picture(self, played: Played) -> DecodedPicture:
        if not played.keys:
            raise StepError(Ending.MALFORMED, _NO_KEY)
        picture = self._examined(played).pictures[0]
        if picture.failed is not None:
            raise StepError(Ending.MALFORMED, _UNDECODABLE)
        return picture

    def _examined(self, *all_played: Played) -> Examination:
        first = all_played[0]
        pictures = tuple((number * _APART_S, played.keys[0].data) for number, played in enumerate(all_played))
        try:
            question = Question(first.codec, first.parameter_sets, pictures)
        except RefusedQuestion as error:
            raise StepError(Ending.MALFORMED, _UNDECODABLE) from error
        return self.decoders.examine(question, DECODE_S)

    def _name(self, ask: Ask, played: Played, picture: DecodedPicture) -> str | None:
        """The picture's fingerprint, or that of an earlier one that shows the same, coded anew."""
        own, figures = fingerprint(picture), picture.figures
        if own is None or figures is None:
            return None
        known = self._same_as(ask, played, figures, own)
        if ask.purpose != "long":
            self._seen.append(_Seen(ask.at_utc, figures, played, own))
        return known or own

    def _same_as(self, ask: Ask, played: Played, figures: PictureFigures, own: str) -> str | None:
        """The fingerprint of the remembered picture that is nearest to this one, where both are the same coded anew.

        Only the nearest is compared dot by dot: that costs many times what looking at one picture does, and a picture coded
        anew lies nearer to itself than any other does.
        """
        near = [seen for seen in self._seen if self._is_worth_comparing(seen, ask, played, figures, own)]
        if not near:
            return None
        nearest = min(near, key=lambda seen: apart(seen.figures, figures))
        pairs = self._examined(played, nearest.played).pairs
        same = bool(pairs) and is_same(pairs[0], min(nearest.figures.noise, figures.noise))
        return nearest.sha256 if same else None

    def _is_worth_comparing(self, seen: _Seen, ask: Ask, played: Played, figures: PictureFigures, own: str) -> bool:
        """Whether the two could be one picture. Those whose figures are equal are known to be the same without it."""
        far = abs((seen.at_utc - ask.at_utc).total_seconds()) > MAY_BE_SAME_S
        comparable = (seen.played.codec, seen.played.parameter_sets) == (played.codec, played.parameter_sets)
        return far and comparable and seen.sha256 != own and may_be_same(seen.figures, figures)


def ended(sample: Sample, outcome: Outcome, line: Text) -> Sample:
    """The sample with its outcome and the sentence for it."""
    return replace(sample, outcome=outcome, line=line.en, line_th=line.th)


def outcome_of_playing(error: StepError) -> Outcome:
    """What a failure to play says: nothing there, nothing of use there, or nothing at all."""
    if error.ending is Ending.NOT_FOUND:
        return Outcome.MISSING
    return Outcome.UNPLAYABLE if error.ending is Ending.MALFORMED else Outcome.NOT_ASKED


def _outcome_of_decoding(error: StepError) -> Outcome:
    return Outcome.UNPLAYABLE if error.ending is Ending.MALFORMED else Outcome.NOT_ASKED


def _recorded(ask: Ask, played: Played, picture: DecodedPicture) -> Recorded:
    measured = played.measurement
    return Recorded(
        at_utc=ask.at_utc,
        codec=played.codec,
        container=played.container,
        resolution=str(Resolution.of(picture.width_px, picture.height_px)),
        frame_rate=None if measured is None else round(measured.frame_rate, 2),
        plus_minus=None if measured is None else round(measured.plus_minus, 2),
        bit_rate_bps=None if measured is None else measured.bit_rate_bps,
    )
