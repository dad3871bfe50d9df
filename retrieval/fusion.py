"""Several ranked lists into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def rrf(runs: Sequence[Sequence[str]], *, k: int = 60) -> dict[str, float]:
    """Fused score of each product: sum over runs of 1 / (k + rank). Cormack, Clarke, Büttcher, SIGIR 2009.

    runs: product ids, best first; rank starts at 1. k damps the top ranks; 60 is the paper's value.
    Returns id -> score, larger is better, best first, comparable within this call only; empty for no runs. ValueError if k < 0.
    """
    if k < 0:
        raise ValueError(f"k must be 0 or more, got {k}")
    fused: dict[str, float] = defaultdict(float)
    for run in runs:
        for rank, product_id in enumerate(run, start=1):
            fused[product_id] += 1 / (k + rank)
    return dict(sorted(fused.items(), key=lambda item: (-item[1], item[0])))
