"""Measured figures with their intervals, for people: as words and as a chart's error bars."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.evaluate import Figure


def figure_text(figure: Figure, *, signed: bool = False) -> str:
    """ "0.849 [0.808, 0.886]", or a dash where nothing was measured."""
    if not figure.requests:
        return "–"
    sign = "+" if signed else ""
    return f"{figure.mean:{sign}.3f} [{figure.low:{sign}.3f}, {figure.high:{sign}.3f}]"


def spread(figures: Sequence[Figure]) -> list[list[float]]:
    """How far each interval goes below and above its mean, as matplotlib takes errors: (2, n)."""
    return [[one.mean - one.low for one in figures], [one.high - one.mean for one in figures]]
