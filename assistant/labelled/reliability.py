"""How far confidence can be trusted: of the readings given with 0.7, seven in ten should be right. Arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Readings with a confidence from `low` to `high`. confidence: their mean; right: the share of them that are right."""

    low: float
    high: float
    messages: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Reliability:
    """expected_error: see `reliability`. bins: those that hold a reading, lowest first."""

    expected_error: float
    bins: tuple[Bin, ...]


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> Reliability:
    """Equally wide bins, and their expected calibration error: sum over bins of n / N * |right - confidence|. Guo et al., 2017.

    confidences: 0..1, as many as `right`. A confidence on a border belongs to the bin above it, 1 to the last.
    """
    places: dict[int, list[tuple[float, bool]]] = {}
    for confidence, ok in zip(confidences, right, strict=True):
        places.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, ok))
    filled = tuple(_bin(place, members, bins) for place, members in sorted(places.items()))
    error = sum(b.messages * abs(b.right - b.confidence) for b in filled) / max(len(right), 1)
    return Reliability(error, filled)


def _bin(place: int, members: Sequence[tuple[float, bool]], bins: int) -> Bin:
    count = len(members)
    mean, right = sum(c for c, _ in members) / count, sum(ok for _, ok in members) / count
    return Bin(place / bins, (place + 1) / bins, count, mean, right)
