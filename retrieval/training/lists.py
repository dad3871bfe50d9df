"""What a run of the reranker's training reads: lists from all catalogues, and which of them stand in which batch."""

from __future__ import annotations

import math
import random
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..catalog import BATCH, Catalog
from ..dense import Embedder
from ..errors import BadInput
from ..feed import read_feed
from ..judgements import Judged, of_catalogue, read_judgements
from ..metrics import ndcg
from .logged_grades import read_events
from .pairs import LENGTH, Shelf, TrainingList, clicked_lists, graded_lists, made_lists, mix_lists, open_shelf


@dataclass(frozen=True)
class Recipe:
    """How the reranker is tuned. made: requests made from listings, for each catalogue. graded, mixed: shares of each batch, 0..1.

    offset: share of lists on which the cheap signals are added before the loss, so that the network learns what they lack.
    rank: of the change that is kept. patience: measurements on dev without a better one before it stops.
    """

    seed: int = 7
    steps: int = 450
    batch: int = 8
    learning_rate: float = 1e-4
    head_rate: float = 5e-3
    warmup_steps: int = 60
    made: int = 1000
    graded: float = 0.6
    mixed: float = 0.05
    offset: float = 0.5
    measure_every: int = 75
    patience: int = 4
    rank: int = 96


@dataclass(frozen=True)
class Lists:
    """What a run learns from and is measured on."""

    graded: Sequence[TrainingList]
    made: Sequence[TrainingList]
    mixed: Sequence[TrainingList]
    dev: Sequence[TrainingList]


@dataclass(frozen=True)
class Sources:
    """The files of a run. qrels: graded requests to learn from; a file with a catalogue column names catalogues by the feed's file
    name without its endings. catalogs: the feeds. dev: graded requests for early stopping, else every seventh of those to learn from.
    events: logs of clicks and purchases (assistant/events). requests: real requests without grades, one a line.
    """

    qrels: Sequence[Path]
    catalogs: Sequence[Path]
    dev: Sequence[Path] = ()
    events: Sequence[Path] = ()
    requests: Path | None = None


def gather(
    sources: Sources,
    *,
    embedder: Embedder,
    part: Path,
    recipe: Recipe,
    read: Callable[[str], str] = lambda request: request,
) -> Lists:
    """The lists of all catalogues. A graded request is learnt from as it was written and as `read` gives it, and measured as read.

    BadInput when no graded request has a product of these catalogues.
    """
    judged, held = _parts(read_judgements(sources.qrels), read_judgements(sources.dev))
    clicked, held_clicks = _parts(read_events(sources.events), held)
    lists = Lists([], [], [], [])
    for feed in sources.catalogs:
        with tempfile.TemporaryDirectory() as folder:
            shelf = _shelf(feed, Path(folder), part, embedder)
            add = [
                (lists.graded, _both(of_catalogue(judged, shelf.name), shelf, read)),
                (lists.graded, clicked_lists(clicked, shelf, recipe.seed, read)),
                (lists.dev, graded_lists(of_catalogue(held, shelf.name), shelf, read)),
                (lists.dev, [] if held_clicks is held else clicked_lists(held_clicks, shelf, recipe.seed, read)),
                (lists.made, made_lists(shelf, recipe.made, recipe.seed)),
                (lists.mixed, mix_lists(shelf, _sample(sources.requests, recipe), recipe.seed)),
            ]
            for kept, new in add:
                kept.extend(new)  # type: ignore[attr-defined]
    if not lists.graded or not lists.dev:
        names = ", ".join(feed.name for feed in sources.catalogs)
        raise BadInput(
            f"No graded request has products of {names}.", fix="give the feeds that the product ids are from"
        )
    random.Random(recipe.seed).shuffle(lists.made)  # type: ignore[arg-type]
    return lists


def from_clicks(clicked: Sequence[Judged], shelf: Shelf, recipe: Recipe) -> Lists:
    """The lists of one catalogue where what shoppers chose is all that is known; every seventh request is measured on.

    Requests are taken for the words that are searched for already.
    """
    learnt, held = _parts(list(clicked), [])
    made = list(made_lists(shelf, recipe.made, recipe.seed))
    random.Random(recipe.seed).shuffle(made)
    return Lists(clicked_lists(learnt, shelf, recipe.seed), made, [], clicked_lists(held, shelf, recipe.seed))


def _both(judged: Sequence[Judged], shelf: Shelf, read: Callable[[str], str]) -> list[TrainingList]:
    """Each request in the shopper's words, and in the words that are searched for where these are others."""
    written, as_read = graded_lists(judged, shelf), graded_lists(judged, shelf, read)
    return [*written, *(two for one, two in zip(written, as_read, strict=True) if one.request != two.request)]


def _parts(judged: list[Judged], held: list[Judged]) -> tuple[list[Judged], list[Judged]]:
    """What is learnt from and what is measured on: every seventh request when there is nothing else to measure on."""
    return (judged, held) if held else ([one for number, one in enumerate(judged) if number % 7], judged[::7])


def _sample(requests: Path | None, recipe: Recipe) -> list[str]:
    if requests is None:
        return []
    lines = [line.strip() for line in requests.read_text(encoding="utf-8").splitlines() if line.strip()]
    return random.Random(recipe.seed).sample(lines, min(len(lines), recipe.made // 10))


def _shelf(feed: Path, folder: Path, part: Path, embedder: Embedder) -> Shelf:
    catalog = Catalog(folder / "catalog.db")
    batch = []
    for product in read_feed([feed], folder / "rejects.jsonl"):
        batch.append(product)
        if len(batch) == BATCH:
            catalog.put(batch, run=1)
            batch = []
    catalog.put(batch, run=1)
    return open_shelf(feed.name.split(".")[0], catalog, embedder, part)


def batch_of(lists: Lists, recipe: Recipe, step: int) -> list[TrainingList]:
    """The lists of one step; the same for the same recipe and step, so that a run taken up again reads what it would have read."""
    rng = random.Random(f"{recipe.seed} {step}")
    chosen = []
    for place in range(recipe.batch):
        draw = rng.random()
        if draw < recipe.graded or not lists.made:
            chosen.append(_shortened(rng.choice(lists.graded), rng))
        elif draw < recipe.graded + recipe.mixed and lists.mixed:
            chosen.append(rng.choice(lists.mixed))
        else:
            chosen.append(lists.made[(step * recipe.batch + place) % len(lists.made)])
    return chosen


def _shortened(one: TrainingList, rng: random.Random) -> TrainingList:
    """LENGTH products of a pool, at least one of the best among them, so that the loss has something to lift."""
    best = rng.choice([i for i, gain in enumerate(one.gains) if gain == max(one.gains)])
    others = [i for i in range(len(one.gains)) if i != best]
    rows = [best, *rng.sample(others, min(LENGTH - 1, len(others)))]
    picked = (tuple(values[i] for i in rows) for values in (one.products, one.gains, one.offsets))
    products, gains, offsets = picked
    return TrainingList(one.request, products, gains, offsets, one.source)  # type: ignore[arg-type]


def mean_ndcg(lists: Sequence[TrainingList], scores: Sequence[Sequence[float]]) -> float:
    """nDCG@10 over the lists' own products, the mean of those that have a gain to find."""
    values = []
    for one, own in zip(lists, scores, strict=True):
        order = sorted(range(len(own)), key=lambda i: -own[i])
        grades = {str(i): round(math.log2(gain + 1)) for i, gain in enumerate(one.gains)}
        values.append(ndcg([str(i) for i in order], grades))
    return statistics.fmean(value for value in values if value is not None)
