"""Who gets what: by a hash, so that the same visitor always gets the same, and what one experiment gives tells nothing of another."""

from __future__ import annotations

from hashlib import sha256
from itertools import accumulate

from .plan import Arm, Experiment


def arm_of(experiment: Experiment, visitor: str) -> Arm | None:
    """The visitor's arm by their weights; None for one outside the experiment's share of the traffic.

    The share is drawn apart from the arm, so that a larger share moves nobody to another arm.
    """
    salt = experiment.salt or experiment.name
    if experiment.share < 1 and drawn(salt, "share", visitor) >= experiment.share:
        return None
    weights = [arm.weight for arm in experiment.arm]
    at = drawn(salt, "arm", visitor) * sum(weights)
    return next(
        arm
        for arm, end in zip(experiment.arm, accumulate(weights), strict=True)
        if at < end or arm is experiment.arm[-1]
    )


def drawn(*parts: str) -> float:
    """A number from 0 up to 1 that is even over whatever the parts are: 53 bits of their SHA-256."""
    return (int.from_bytes(sha256("\0".join(parts).encode()).digest()[:8], "big") >> 11) / 2**53
