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
from retrieval.training_lists import Recipe

from ..build import build_embedder, require_embedder
from ..events import EventLog
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
    """What became of one kind. made: the folder of the new model where it is better. detail: why nothing was tried."""

    kind: Kind
    end: End
    found: Compared | None = None
    made: Path | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        figures = (
            {"measure": MEASURES[self.kind], "over": self.found.new.requests, **self.found.to_json()}
            if self.found
            else {}
        )
        return {"end": self.end, **figures, **({"detail": self.detail} if self.detail else {})}


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
            compared = tries[kind](log, bench, settings, folder / kind, terms)
        except TooFewEvents as error:
            found.append(Outcome(kind, "too few events", detail=error.detail))
        else:
            found.append(
                Outcome(kind, "better", compared, folder / kind)
                if compared.better
                else Outcome(kind, "no better", compared)
            )
    return found


def _interest(log: EventLog, bench: Bench, settings: Settings, out: Path, terms: Terms) -> Compared:
    used = Interest.read(settings.interest) if settings.interest else None
    model, found = interest_contest(log, bench.catalog, bench.dense, used, last=terms.last, seed=terms.seed)
    model.keep(out)
    return found


def _reranker(log: EventLog, bench: Bench, settings: Settings, out: Path, terms: Terms) -> Compared:
    used = settings.reranker or model_path("reranker")
    return reranker_contest(log, bench, used=used, out=out, recipe=recipe_of(terms), last=terms.last).found


def recipe_of(terms: Terms) -> Recipe:
    """How the reranker goes on."""
    return Recipe(
        seed=terms.seed, steps=terms.steps, learning_rate=5e-5, made=MADE * terms.steps, mixed=0.0,
        warmup_steps=min(20, terms.steps), measure_every=min(50, terms.steps), patience=2,
    )  # fmt: skip
