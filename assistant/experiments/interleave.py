"""Two orders of one list, mixed so that a choice from it speaks for one of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Literal, TypeVar

Team = Literal["A", "B"]
T = TypeVar("T")


def team_draft(
    first: Sequence[T], second: Sequence[T], limit: int, coin: Callable[[int], bool], same: Callable[[T], Hashable]
) -> list[tuple[T, Team]]:
    """At most `limit` of both lists, each with the team that chose it: A is the first list's, B the second's.

    In each round a coin says who chooses first; each then takes the best of its list that is not there yet. coin: the number of the round
    to whether A is first. same: what two entries share of which only one may be listed. Radlinski, Kurup, Joachims: How does clickthrough
    data reflect retrieval quality?, CIKM 2008.
    """
    picked, there = list[tuple[T, Team]](), set[Hashable]()
    for team, left in _turns(first, second, coin):
        best = next((one for one in left if same(one) not in there), None)
        if len(picked) == limit:
            break
        if best is not None:
            there.add(same(best))
            picked.append((best, team))
    return picked


def _turns(first: Sequence[T], second: Sequence[T], coin: Callable[[int], bool]) -> Iterator[tuple[Team, Sequence[T]]]:
    """Whose turn it is, as often as could be needed."""
    for number in range(len(first) + len(second)):
        both: list[tuple[Team, Sequence[T]]] = [("A", first), ("B", second)]
        yield from both if coin(number) else reversed(both)
