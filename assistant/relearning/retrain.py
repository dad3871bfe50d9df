"""Models learnt anew from a store's events, each on trial on the last days against the one in use. docs/retrain.md."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from retrieval.dense import Dense
from retrieval.errors import TooFewEvents
from retrieval.evaluate import Compared
from retrieval.models import model_path
from retrieval.store import Store
from retrieval.training.lists import Recipe

from ..build import build_embedder, require_embedder
from ..events.log import EventLog
from ..recommending.interest.model import Interest
from ..recommending.interest.training import contest as interest_contest
from ..settings import Settings
from .reranker import Bench
from .reranker import contest as reranker_contest
from .versions import KINDS, Kind

End = Literal["better", "no better", "too few events", "named by a setting"]
MADE = 3  # requests made from listings for each step: so many a step reads
MEASURES: dict[Kind, str] = {"interest": "ndcg@10", "reranker": "examined dcg"}


@dataclass(frozen=True)
class Terms:
    """last: share of the time, 0..1, that a model does not learn from and is measured on. steps: of the reranker at most."""

    last: float = 0.2
    steps: int = 150
    seed: int = 7


@dataclass(frozen=True)
class Outcome:
    """What became of one kind. found: on the last days; new_words: of a reranker, on needs that are never learnt from.

    made: the folder of the new model where it is better. detail: why nothing was tried.
    """

    kind: Kind
    end: End
    found: Compared | None = None
    new_words: Compared | None = None
    made: Path | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"end": self.end}
        if self.found:
            told |= {"measure": MEASURES[self.kind], **_figures(self.found)}
        if self.new_words:
            told["new_words"] = _figures(self.new_words)
        return told | ({"detail": self.detail} if self.detail else {})


def _figures(found: Compared) -> dict[str, Any]:
    return {"over": found.new.requests, **found.to_json()}


def retrain(
    store: Store, log: EventLog, settings: Settings, named: Collection[Kind], folder: Path, terms: Terms
) -> list[Outcome]:
    """What came of each kind. settings: with what is in use. named: kinds that the shop's own settings name, which are left alone.

    folder: where new models go, one of its own for each.
    """
    embedder = build_embedder(settings)
    require_embedder(store, embedder.name)
    dense = Dense(store.chroma(settings.chroma_url), embedder)
    bench = Bench(store.catalog, dense, embedder, model_path("all-minilm-l6-v2"), settings.threads)
    tries = {"interest": _interest, "reranker": _reranker}
    found = []
    for kind in KINDS:
        if kind in named:
            setting = f"SHOP_{kind.upper()}"
            found.append(Outcome(kind, "named by a setting", detail=f"{setting} names the model that is used"))
            continue
        try:
            found.append(tries[kind](log, bench, settings, folder / kind, terms))
        except TooFewEvents as error:
            found.append(Outcome(kind, "too few events", detail=str(error)))
    return found


def _interest(log: EventLog, bench: Bench, settings: Settings, out: Path, terms: Terms) -> Outcome:
    used = Interest.read(settings.interest) if settings.interest else None
    model, found = interest_contest(log, bench.catalog, bench.dense, used, last=terms.last, seed=terms.seed)
    model.keep(out)
    return Outcome("interest", _end(found.better), found, made=out if found.better else None)


def _reranker(log: EventLog, bench: Bench, settings: Settings, out: Path, terms: Terms) -> Outcome:
    used = settings.reranker or model_path("reranker")
    found = reranker_contest(log, bench, used=used, out=out, recipe=recipe_of(terms), last=terms.last)
    return Outcome("reranker", _end(found.better), found.repeated, found.new, out if found.better else None)


def _end(better: bool) -> End:
    return "better" if better else "no better"


def recipe_of(terms: Terms) -> Recipe:
    """How the reranker goes on."""
    return Recipe(
        seed=terms.seed, steps=terms.steps, learning_rate=5e-5, made=MADE * terms.steps, mixed=0.0,
        warmup_steps=min(20, terms.steps), measure_every=min(50, terms.steps), patience=2,
    )  # fmt: skip
