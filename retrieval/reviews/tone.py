"""How a sentence of a review sounds: negative, neutral or positive; labelled sentences; how often a reading is right."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

from ..errors import BadInput

Tone = Literal["negative", "neutral", "positive"]
TONES: tuple[Tone, ...] = get_args(Tone)
# How many of the sentences in reviews of one to five stars are of each tone. Set by hand, softer than what the demo shop's reviews have.
STARS_SAY = ((0.8, 0.1, 0.1), (0.65, 0.15, 0.2), (0.4, 0.25, 0.35), (0.2, 0.15, 0.65), (0.08, 0.12, 0.8))
# People's mean rating of a sentence, -4 to 4, as tones; what lies between is nobody's clear word and teaches nothing.
VADER_NEGATIVE, VADER_NEUTRAL, VADER_POSITIVE = -0.9, 0.4, 1.0
VADER_WORDS = 30  # longer ones mostly say several things


@dataclass(frozen=True)
class Heard:
    """How one sentence sounds. shares: probabilities in the order of TONES, their sum 1."""

    shares: tuple[float, float, float]

    @property
    def tone(self) -> Tone:
        return max(zip(self.shares, TONES, strict=True))[1]

    def in_review(self, stars: float | None) -> Heard:
        """How it sounds in a review of so many stars (Bayes; without stars the tones are alike); unchanged for None."""
        if stars is None:
            return self
        weights = [share * said for share, said in zip(self.shares, STARS_SAY[round(stars) - 1], strict=True)]
        negative, neutral, positive = (weight / sum(weights) for weight in weights)
        return Heard((negative, neutral, positive))


def together(heard: Iterable[Heard]) -> Tone:
    """The tone that several sentences of one buyer have together: that of the greatest sum of shares."""
    sums = [sum(shares) for shares in zip(*(one.shares for one in heard), strict=True)]
    return TONES[sums.index(max(sums))]


class ToneReader(Protocol):
    """Sentences to tones."""

    @property
    def name(self) -> str:
        """Which weights; sentences that others read are read again."""

    def read(self, sentences: Sequence[str]) -> list[Heard]:
        """How each sounds, in their order."""


@dataclass(frozen=True)
class Labelled:
    """A sentence and what a person says it sounds like. stars: of the review that it stands in, where that is known."""

    sentence: str
    tone: Tone
    stars: float | None = None


def read_labelled(path: Path) -> list[Labelled]:
    """The labelled sentences of a file: lines of tone, sentence and perhaps stars, or VADER's ground truth (id, mean rating, sentence).

    Of the latter the clear and short ones. BadInput names the first line that is neither.
    """
    found: list[Labelled] = []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for number, cells in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if not cells:
                continue
            one = _labelled(cells)
            if one is None:
                raise BadInput(
                    f"{path}, line {number}: {cells[0][:60]!r} is no tone.",
                    fix=f"write {', '.join(TONES)}, a tab and the sentence",
                )
            found += one
    return found


def _labelled(cells: list[str]) -> list[Labelled] | None:
    """The line's sentence, none where it is not clear; None when the line is of neither kind."""
    if len(cells) in (2, 3) and cells[0] in TONES:
        stars = float(cells[2]) if len(cells) == 3 else None
        return [Labelled(cells[1].strip(), TONES[TONES.index(cells[0])], stars)]
    try:
        rating = float(cells[1]) if len(cells) == 3 else math.nan
    except ValueError:
        return None
    if math.isnan(rating):
        return None
    if len(cells[2].split()) > VADER_WORDS:
        return []
    if abs(rating) <= VADER_NEUTRAL:
        return [Labelled(cells[2].strip(), "neutral")]
    if VADER_NEGATIVE < rating < VADER_POSITIVE:
        return []
    return [Labelled(cells[2].strip(), "negative" if rating < 0 else "positive")]


@dataclass(frozen=True)
class ToneReport:
    """How well tones were read. interval: 95 % (Wilson) for the accuracy. turned: read as the very opposite.

    f1: by tone. confusion: (labelled, read) -> sentences. misses: (sentence, labelled, read).
    """

    sentences: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    f1: dict[Tone, float]
    turned: int
    confusion: dict[tuple[Tone, Tone], int]
    misses: tuple[tuple[str, Tone, Tone], ...]


def score_tones(labelled: Sequence[Labelled], heard: Sequence[Heard]) -> ToneReport:
    """Accuracy, macro-F1 and the confusions; ValueError for no sentence."""
    pairs = [(one.tone, each.tone) for one, each in zip(labelled, heard, strict=True)]
    confusion = {(wanted, got): pairs.count((wanted, got)) for wanted in TONES for got in TONES}
    right = sum(confusion[tone, tone] for tone in TONES)
    f1 = {tone: _f1(tone, pairs) for tone in TONES}
    misses = tuple(
        (one.sentence, wanted, got) for one, (wanted, got) in zip(labelled, pairs, strict=True) if wanted != got
    )
    return ToneReport(
        sentences=len(pairs),
        accuracy=right / len(pairs),
        interval=wilson(right, len(pairs)),
        macro_f1=sum(f1.values()) / len(TONES),
        f1=f1,
        turned=confusion["negative", "positive"] + confusion["positive", "negative"],
        confusion=confusion,
        misses=misses,
    )


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval for a share: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Wilson, JASA 1927."""
    share, spread = right / count, z * z / count
    middle, around = share + spread / 2, z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return (middle - around) / (1 + spread), (middle + around) / (1 + spread)


def _f1(tone: Tone, pairs: Sequence[tuple[Tone, Tone]]) -> float:
    both = sum(wanted == got == tone for wanted, got in pairs)
    return 2 * both / max(1, sum(wanted == tone for wanted, _ in pairs) + sum(got == tone for _, got in pairs))
