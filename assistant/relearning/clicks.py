"""What shoppers chose of what a search showed them, read from the events: what a reranker learns from and is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from retrieval.training.logged_grades import GRADES, LoggedEvent
from retrieval.words import content_stems

from ..events.log import Event, EventLog

WITHIN = timedelta(days=1)  # a choice later than that after being shown is no outcome of the search


@dataclass(frozen=True)
class Search:
    """One search of a visitor (or of a conversation where no visitor is known). places: of each product shown, from 1.

    grades: of those chosen: clicked 1, put into the cart 2, bought 3.
    """

    who: str
    query: str
    places: Mapping[str, int] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)


def clicks_of(log: EventLog) -> Iterator[Event]:
    """`shown` with its words, and what of it was clicked, put into the cart or bought, the oldest first, without bursts.

    A choice that says no words has those of the search that showed the visitor the product last, within a day. What was shown because
    it was paid for, and what came of it, is left out.
    """
    shown: dict[tuple[str, str], Event] = {}
    for event, burst in log.all():
        product = (event.product_id or "").strip()
        if burst or event.type not in GRADES or not product:
            continue
        event = replace(event, query=(event.query or "").strip() or None)  # blanks are no words
        key = (_who(event), product)
        if event.type == "shown":
            shown[key] = event
            if event.query and not event.sponsored:
                yield event
            continue
        last = shown.get(key) if key[0] else None
        if last and event.at - last.at > WITHIN:
            last = None
        if last and last.sponsored:
            continue
        if event.query:
            yield event
        elif last and last.query:
            yield replace(event, query=last.query, session_id=last.session_id)


def logged(clicks: Iterable[Event]) -> Iterator[LoggedEvent]:
    """What is learnt from: words and products, and who did what together by a number, but not who. clicks: of `clicks_of`."""
    numbers: dict[str, str] = {}
    for event in clicks:
        yield LoggedEvent.model_validate(
            {
                "type": event.type,
                "session_id": numbers.setdefault(event.session_id or event.visitor or "", str(len(numbers) + 1)),
                "query": event.query,
                "product_id": event.product_id,
                "position": event.position,
            }
        )


def searches_in(clicks: Iterable[Event]) -> list[Search]:
    """The searches that showed two products or more at known places, in the order in which they first come. clicks: of `clicks_of`."""
    found: dict[tuple[str, str], tuple[str, dict[str, int], dict[str, int]]] = {}
    for event in clicks:
        name, key = event.product_id or "", (event.session_id or event.visitor or "", event.query or "")
        _, places, grades = found.setdefault(key, (_who(event), {}, {}))
        if event.type != "shown":
            grades[name] = max(grades.get(name, 0), GRADES[event.type])
        elif event.position:
            places.setdefault(name, event.position)
    return [
        Search(who, query, places, {name: grade for name, grade in grades.items() if name in places})
        for (_, query), (who, places, grades) in found.items()
        if len(places) > 1
    ]


def need_of(words: str) -> str:
    """The need that words of a search say: the same in any order and form of them. "Desk lamps" and "lamp, desk" are one."""
    return " ".join(sorted(content_stems(words)))


def _who(event: Event) -> str:
    return event.visitor or event.session_id or ""
