"""How often a search for a kind of product shows that kind: kind_probes.toml against an indexed catalogue.

python benchmarks/kind_probes.py --store store [--json]

Variants of one product are shown once, so that a probe may show fewer than SHOWN; its share is of what is shown, 0 for nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_parts
from assistant.settings import Settings
from retrieval.evaluate import Figure, interval
from retrieval.query import Constraints, Query
from retrieval.search import Searcher
from retrieval.store import Store

PROBES = Path(__file__).with_suffix(".toml")
SHOWN = 5


@dataclass(frozen=True)
class Probe:
    """What is typed, and how a right product's title is told from that of its accessories.

    listed: whether the catalogue says it so. example, near_miss: titles of which the first is right and the second is not.
    """

    text: str
    listed: bool
    thing: re.Pattern[str]
    other: re.Pattern[str]
    example: str
    near_miss: str

    def right(self, title: str) -> bool:
        return bool(self.thing.search(title)) and not self.other.search(title)


@dataclass(frozen=True)
class Outcome:
    """What a probe showed, best first."""

    probe: Probe
    titles: tuple[str, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        return tuple(title for title in self.titles if not self.probe.right(title))

    @property
    def share(self) -> float:
        return 1 - len(self.wrong) / len(self.titles) if self.titles else 0.0


def main(
    store: Annotated[Path, typer.Option()],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the table.")] = False,
) -> None:
    with closing(Store(store)) as opened:
        searcher = build_parts(opened, Settings()).searcher
        outcomes = [outcome_of(probe, searcher) for probe in read_probes(PROBES)]
    if as_json:
        print(json.dumps(to_json(outcomes), indent=2, ensure_ascii=False))
    else:
        show(outcomes)


def read_probes(path: Path) -> tuple[Probe, ...]:
    """The probes in the file's order. KeyError for a missing field, re.error for a broken expression."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["probe"]
    return tuple(
        Probe(
            text=row["text"],
            listed=row["listed"],
            thing=re.compile(row["is"], re.IGNORECASE),
            other=re.compile(row["is_not"], re.IGNORECASE),
            example=row["example"],
            near_miss=row["near_miss"],
        )
        for row in rows
    )


def outcome_of(probe: Probe, searcher: Searcher) -> Outcome:
    query = Query(probe.text, Constraints(product=probe.text), said=probe.text)
    ranking, _ = searcher.search(query, SHOWN)
    return Outcome(probe, tuple(hit.product.title for hit in ranking.hits))


def means(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """The mean share of all probes, and apart of those that the catalogue says so and of those in other words."""
    groups = {
        "all": outcomes,
        "listed": [one for one in outcomes if one.probe.listed],
        "in other words": [one for one in outcomes if not one.probe.listed],
    }
    return {name: interval([one.share for one in group]) for name, group in groups.items()}


def show(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        print(f"{outcome.share:4.0%} of {len(outcome.titles)}  {outcome.probe.text}")
        for title in outcome.wrong:
            print(f"             not: {title[:110]}")
    for name, figure in means(outcomes).items():
        print(f"{name}: {figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f}), {figure.requests} probes")


def to_json(outcomes: Sequence[Outcome]) -> dict[str, object]:
    probes = [
        {"text": one.probe.text, "share": one.share, "shown": len(one.titles), "wrong": one.wrong} for one in outcomes
    ]
    figures = {
        name: {"mean": figure.mean, "low": figure.low, "high": figure.high, "probes": figure.requests}
        for name, figure in means(outcomes).items()
    }
    return {"probes": probes, "means": figures}


if __name__ == "__main__":
    typer.run(main)
