"""Which clause of a listing carried the match: python benchmarks/carrying_words.py REQUESTS.tsv --store STORE --catalogue NAME

For products graded 3 (at most three a request, as read from REQUESTS.tsv for that catalogue) a clause of the description or the facts is
chosen three ways: by the tokens' share in the score (as the product does, one forward), by occlusion (each clause left out in turn, the
one missed most; a forward a clause), and at random (the mean over all). Printed for each, with 95 % bootstrap intervals over products:
how far the score falls when the clause is left out (comprehensiveness) and how far it rises when the clause is put beside the bare
title (sufficiency). DeYoung et al., ERASER, ACL 2020. Occlusion is the best there is at the first by its definition; the second is
the test between the two.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from assistant.settings import Settings
from retrieval.hardware import compute_dtype, use_threads
from retrieval.judgements import of_catalogue, read_judgements
from retrieval.models import model_path
from retrieval.product import Product
from retrieval.reranking.cross_encoder import QUOTED, PairEncoder, clause_shares, score_pairs
from retrieval.reranking.listing_text import clauses, joined, pieces
from retrieval.reranking.pair_network import load_network
from retrieval.store import Store

A_REQUEST = 3  # products
WAYS = ("share", "occlusion", "random")
Effects = dict[str, tuple[float, float]]


def effects(network: Any, encoder: PairEncoder, request: str, product: Product) -> tuple[Effects, bool] | None:
    """Each way's (fall without its clause, rise beside the title), and whether share and occlusion agree; None for under two clauses."""
    found = pieces(product, request)
    text = joined(found)
    read = clause_shares(network, encoder, request, text, list(clauses(found)))
    shown = [(one, share) for one, share in read if one.field in QUOTED]
    if len(shown) < 2:
        return None
    without = [text[: one.start] + text[one.end :] for one, _ in shown]
    beside = [f"{product.title}. {one.text}" for one, _ in shown]
    texts = [text, product.title, *without, *beside]
    full, bare, *scores = score_pairs(network, encoder, [request] * len(texts), texts)
    falls = [full - score for score in scores[: len(shown)]]
    rises = [score - bare for score in scores[len(shown) :]]
    by_share = max(range(len(shown)), key=lambda place: shown[place][1])
    by_fall = max(range(len(shown)), key=falls.__getitem__)
    chosen = {"share": (falls[by_share], rises[by_share]), "occlusion": (falls[by_fall], rises[by_fall])}
    return chosen | {"random": (float(np.mean(falls)), float(np.mean(rises)))}, by_share == by_fall


def interval(values: np.ndarray) -> str:
    """Mean and 95 % percentile interval over 2,000 resamples, seed 7."""
    rng = np.random.default_rng(7)
    means = values[rng.integers(0, len(values), (2_000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def main(qrels: Path, store: Store, name: str) -> None:
    settings = Settings()
    use_threads(settings.threads)
    base = model_path("all-minilm-l6-v2")
    network = load_network(base, settings.reranker or model_path("reranker"), dtype=compute_dtype())
    encoder = PairEncoder(base)
    started, results = time.perf_counter(), []
    for judged in of_catalogue(read_judgements([qrels]), name):
        best = [one for one, grade in judged.grades.items() if grade == 3][:A_REQUEST]
        results += [effects(network, encoder, judged.request, product) for product in store.catalog.get_many(best)]
    kept = [result for result in results if result is not None]
    print(f"{len(kept)} of {len(results)} products have two clauses or more; {time.perf_counter() - started:.0f} s")
    print(f"share and occlusion choose the same clause: {np.mean([agree for _, agree in kept]):.2f}")
    for way in WAYS:
        falls, rises = np.array([chosen[way] for chosen, _ in kept]).T
        print(f"{way}: falls by {interval(falls)} without it, rises by {interval(rises)} with it beside the title")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("requests", type=Path)
    arguments.add_argument("--store", type=Path, required=True)
    arguments.add_argument("--catalogue", required=True, help="of these rows of REQUESTS.tsv; the store holds it")
    given = arguments.parse_args()
    with closing(Store(given.store)) as opened:
        main(given.requests, opened, given.catalogue)
