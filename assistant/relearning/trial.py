"""What a reranker learns from and is judged by: the searches of the last days, and all those for needs that are never learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from retrieval.errors import TooFewEvents
from retrieval.evaluate import Compared, compared

from ..events.log import Event, EventLog
from ..recommending.cut import cut
from .clicks import Search, clicks_of, need_of, searches_in
from .examined import Scores, bend_of, worths, worths_of_needs

LEARNT, HELD, KEPT = 200, 50, 20  # searches with a choice to learn from, of the last days; needs with one that are kept
ONE_IN = 5  # needs
LOSS = 0.02  # of the worth of orders for needs not learnt from, 0..1: that nothing is lost can hardly be shown
SCORED = 2_000  # latest searches that the fall of looking is read from, and new needs judged by: a minute
Scorer = Callable[[Sequence[Search]], list[Scores]]


@dataclass(frozen=True)
class Parted:
    """clicks: what is learnt from; learnt: their searches.

    Of searches with a choice, repeated: the last days', for needs that are not kept from learning; new: all days', for those that are.
    """

    clicks: Sequence[Event]
    learnt: Sequence[Search]
    repeated: Sequence[Search]
    new: Sequence[Search]

    @property
    def chosen(self) -> int:
        """Searches to learn from that have a choice."""
        return sum(bool(one.grades) for one in self.learnt)

    @property
    def needs(self) -> int:
        """Those with a choice that are kept from learning."""
        return len({need_of(one.query) for one in self.new})

    def require_enough(self) -> None:
        """TooFewEvents where a trial on these would say nothing."""
        if self.chosen < LEARNT or len(self.repeated) < HELD:
            raise TooFewEvents(
                f"Too few searches with a choice: {self.chosen:,} to learn from, {LEARNT} are needed; {len(self.repeated):,} after "
                f"them, {HELD} are.",
                fix="collect more events `shown` with `query` and `position`, and what was then clicked, put into the cart or bought",
            )
        if self.needs < KEPT:
            raise TooFewEvents(
                f"Too few different needs: {self.needs} with a choice are kept from learning to judge by, {KEPT} are needed.",
                fix=f"wait until shoppers have searched for some {ONE_IN * KEPT} different needs and chosen of what they found",
            )


@dataclass(frozen=True)
class Trial:
    """What came out. repeated: on the last days' searches, paired by shopper. new: on needs that neither has learnt from, paired by need.

    bend: as in examined.py.
    """

    repeated: Compared
    new: Compared
    bend: float

    @property
    def better(self) -> bool:
        """Whether it is better where words repeat, and surely not worse by more than LOSS where they are new."""
        return self.repeated.better and self.new.gain.low > -LOSS


def parted(log: EventLog, last: float) -> Parted:
    """The log cut at the last part (0..1) of its time, and one need in ONE_IN kept from learning, on all days."""
    clicks = list(clicks_of(log))
    if not clicks:
        return Parted([], [], [], [])
    at = cut([one.at for one in clicks], last)
    kept: list[Event] = []
    others: list[Event] = []
    for one in clicks:
        (kept if is_kept(one.query or "") else others).append(one)
    learnt = [one for one in others if one.at <= at]
    repeated = [one for one in others if one.at > at]
    return Parted(learnt, searches_in(learnt), _with_a_choice(repeated), _with_a_choice(kept))


def is_kept(words: str) -> bool:
    """Whether a need is one that no version ever learns from: always the same ones, so that the version in use has not learnt it either."""
    return sha256(need_of(words).encode()).digest()[0] % ONE_IN == 0


def trial_of(searches: Parted, *, new: Scorer, used: Scorer) -> Trial:
    """What two rerankers make of the searches that are judged. Each says the log odds of the relevance of what every search showed."""
    latest, kept = searches.learnt[-SCORED:], searches.new[-SCORED:]
    bend = bend_of(latest, used(latest))
    repeated = [worths(searches.repeated, one(searches.repeated), bend) for one in (new, used)]
    unseen = [worths_of_needs(kept, one(kept), bend) for one in (new, used)]
    return Trial(compared(*repeated), compared(*unseen), bend)


def _with_a_choice(clicks: Sequence[Event]) -> list[Search]:
    return [one for one in searches_in(clicks) if one.grades]
