"""Which products belong to one interest, by their vectors. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.dense import Vectors

NEAR = 0.4  # mean cosine down to which two groups of products are one interest. docs/log.md


def clusters(vectors: Vectors, near: float = NEAR) -> Sequence[int]:
    """For each of n unit vectors (n, d) the number of its cluster; the same vectors in the same order give the same numbers.

    Average linkage: the two nearest groups are joined as long as the mean cosine over their pairs is at least `near`.
    Sokal and Michener, 1958; of a shopper's acts as in PinnerSage (Pal et al., KDD 2020), which joins by Ward's measure.
    """
    if len(vectors) < 2:
        return [0] * len(vectors)
    from scipy.cluster.hierarchy import fcluster, linkage  # a tenth of a second of every other command's start

    exact = np.asarray(vectors, np.float64)
    apart = np.clip(1 - exact @ exact.T, 0, None)  # (n, n)
    joined = linkage(apart[np.triu_indices(len(exact), 1)], "average")
    return [int(one) for one in fcluster(joined, 1 - near, "distance")]
