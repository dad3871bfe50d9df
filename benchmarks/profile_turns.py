"""Whether it helps a conversation to know its shopper: made-up shoppers look for what they chose later, once known and once unknown.

python benchmarks/profile_turns.py --store store --shoppers 400 --seed 2

The shoppers and what they did are those of `shop events simulate`. Each one looks for the last product that he put into his cart in the
last fifth of the time, by the dialogues of `shop test --simulate`; what he did before that visit is what the shop knows of him. Those of
whom fewer than five acts are known are left out, and products that they had been at before. Told: in which share of the dialogues it
stands among the first five within five turns and at the first turn, the mean of 1 / its place in the first reply (0 where it is not
there), and turns, with bootstrap 95% intervals of the paired differences. A simulation: for comparing only. The store must have no
shoppers of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from assistant import Assistant
from assistant.events.crowd import WEIGHTS
from assistant.events.log import Event
from assistant.recommending.simulated_events import Simulation, simulate
from assistant.simulated import run
from assistant.simulated.goals import goals_for
from assistant.simulated.run import Dialogue
from assistant.simulated.simulate import PATIENCE, looked_at
from retrieval.evaluate import difference, figure_of

DAYS, LAST, FEWEST = 60, 0.2, 5


@dataclass(frozen=True)
class Shopper:
    """visitor: his name. known: what he did before the visit in which he chose `product_id`."""

    visitor: str
    known: Sequence[Event]
    product_id: str


def main(
    store: Annotated[Path, typer.Option(help="A copy of a store made by `shop index`: events are written beside it.")],
    shoppers: Annotated[int, typer.Option(help="Of whom about a sixth chose something new lately.")] = 400,
    seed: Annotated[int, typer.Option()] = 2,
) -> None:
    with Assistant.open(store) as assistant:
        products = {one.id: one for one in assistant.products()}
        until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        events = simulate(products.values(), Simulation(shoppers, DAYS, seed, until))
        looking = list(choosing(events))
        goals = goals_for([products[one.product_id] for one in looking], products.values(), seed)
        asked = [(one, goal) for one, goal in zip(looking, goals, strict=True) if goal]
        unknown = [run.simulate(goal, assistant, seed) for _, goal in track(asked, "unknown")]
        assistant.places.events.add([event for one, _ in asked for event in one.known])
        known = [run.simulate(goal, assistant, seed, visitor=one.visitor) for one, goal in track(asked, "known")]
    for name, of in MEASURES.items():
        values = [[of(one) for one in some] for some in (unknown, known)]
        without, by = figure_of(values[0]), figure_of(difference(values[1], values[0]))
        less = [round(number, 3) for number in (by.mean, by.low, by.high)]
        print(
            json.dumps(
                {"measure": name, "shoppers": len(asked), "unknown": round(without.mean, 3), "known_less_unknown": less}
            )
        )


def choosing(events: Sequence[Event]) -> Iterator[Shopper]:
    own: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        if one.visitor and one.type in WEIGHTS:
            own[one.visitor].append(one)
    since = events[-1].at - (events[-1].at - events[0].at) * LAST
    for visitor, acts in own.items():
        chosen = [one for one in acts if one.type == "cart" and one.at > since]
        if not chosen:
            continue
        begun = min(one.at for one in acts if one.session_id == chosen[-1].session_id)
        known = [one for one in acts if one.at < begun]
        product_id = chosen[-1].product_id or ""
        if len(known) >= FEWEST and product_id not in {one.product_id for one in known}:
            yield Shopper(visitor, known, product_id)


def first_place(one: Dialogue) -> float:
    reply = one.steps[0].reply
    place = reply and looked_at(reply, one.goal.ids, places=run.PLACES)
    return 1 / place if place else 0.0


MEASURES: dict[str, Callable[[Dialogue], float]] = {
    "found": lambda one: float(one.success),
    "found at the first turn": lambda one: float(first_place(one) > 0),
    "1 / place in the first reply": first_place,
    f"turns, {PATIENCE + 1} where it is not found": lambda one: float(len(one.steps) if one.success else PATIENCE + 1),
}

if __name__ == "__main__":
    typer.run(main)
