"""How long reranking takes: python benchmarks/rerank_speed.py REQUESTS.tsv --store STORE

For each request 50 candidates as the search proposes them, p50 and p95 in milliseconds: the reranker as it is used, the same network
reading all 50, and the bare model (plain transformers, float32, the same texts, padded to the longest) in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from assistant.build import build_embedder, build_reranker
from assistant.settings import Settings
from retrieval.dense import Dense
from retrieval.fusion import rrf
from retrieval.judgements import read_judgements
from retrieval.lexical import Lexical
from retrieval.models import model_path
from retrieval.product import Product
from retrieval.query import Query
from retrieval.rerank import LinearMix
from retrieval.reranking.cross_encoder import TOKENS
from retrieval.reranking.listing_text import informative_text
from retrieval.search import CANDIDATES
from retrieval.store import Store

WARM = 3  # first calls allocate


def main(requests: Sequence[str], store: Store, settings: Settings) -> None:
    lexical = Lexical(store.catalog)
    dense = Dense(store.chroma(), build_embedder(settings))
    reranker = build_reranker(LinearMix(dense, lexical), settings)
    bare = bare_model()
    times: dict[str, list[float]] = {"as used": [], "all 50 read": [], "bare model": []}
    for number, request in enumerate(requests):
        runs = [[one.product_id for one in found.retrieve(request, CANDIDATES)] for found in (lexical, dense)]
        products = store.catalog.get_many(list(rrf(runs))[:CANDIDATES])
        again = f"{request} {number}"  # other words, so that no score is known from before
        taken = [
            clocked(partial(reranker.score, Query(request), products, frozenset())),
            clocked(partial(reranker.cross_scores, again, products)),
            clocked(partial(bare, request, products)),
        ]
        if number >= WARM:
            for name, value in zip(times, taken, strict=True):
                times[name].append(value)
    for name, values in times.items():
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name}: p50 {statistics.median(values):.0f} ms, p95 {p95:.0f} ms, {len(values)} requests")
    ratio = statistics.median(times["all 50 read"]) / statistics.median(times["bare model"])
    print(f"all 50 read against the bare model: {ratio:.2f} of its time; {settings.threads} threads")


def clocked(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e3


def bare_model() -> Callable[[str, Sequence[Product]], object]:
    """MiniLM of transformers over the same pairs, as a tutorial would run it."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = model_path("all-minilm-l6-v2")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def forward(request: str, products: Sequence[Product]) -> object:
        texts = [informative_text(product, request) for product in products]
        pairs = tokenizer(
            [request] * len(texts),
            texts,
            truncation="only_second",
            max_length=TOKENS,
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            return model(**pairs).last_hidden_state

    return forward


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requests", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    given = parser.parse_args()
    judged = read_judgements([given.requests])
    opened = Store(given.store)
    known = opened.catalog.ids()
    try:
        main([one.request for one in judged if known & set(one.grades)], opened, Settings())
    finally:
        opened.close()
