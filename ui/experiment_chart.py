"""An experiment as a picture: the difference and its interval as shoppers were counted."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from assistant.experiments.report import DONE, Report

COLORS = ("#1d6b58", "#4c78a8", "#b279a2", "#f58518")


def draw(report: Report, to: Path | BinaryIO) -> None:
    """Writes a PNG: for each arm a line and the band in which the truth lies at all times together, and the line of no difference."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here: a second to import, and few ask for a chart
    from matplotlib.figure import Figure

    one = report.experiment
    chart = Figure(figsize=(9, 3.8), layout="constrained")
    FigureCanvasAgg(chart)
    axes = chart.add_subplot()
    reach = 0.0
    for color, goal in zip(COLORS * len(report.goals), report.goals, strict=False):
        path, known = goal.path, np.flatnonzero(np.isfinite(goal.path.low))
        n, nobody = known + 1, goal.nobody
        axes.plot(n, 100 * path.mean[known], color=color, label=goal.arm)
        axes.fill_between(n, 100 * path.low[known], 100 * path.high[known], color=color, alpha=0.2, linewidth=0)
        later = known[len(known) // 10 :]  # the first intervals are so wide that nothing else could be seen
        reach = max([reach, *np.abs(path.low[later] - nobody), *np.abs(path.high[later] - nobody)])
        axes.axhline(100 * nobody, color="#333333", linewidth=1)
    middle = 100 * report.goals[0].nobody
    if reach:
        axes.set_ylim(middle - 110 * reach, middle + 110 * reach)
        axes.legend(fontsize=8)
    else:
        axes.text(0.5, 0.5, "too few shoppers yet", transform=axes.transAxes, ha="center", va="bottom")
        axes.set(xticks=[], yticks=[])
    what = "% of choices for it" if one.interleave else "points more than " + one.control.name
    axes.set(xlabel="shoppers counted", ylabel=what, title=f"{one.name}: {DONE[one.goal]}, 95 % at all times")
    chart.savefig(to, format="png", dpi=120)
