"""The reranker of our own: a cross-encoder that reads a request and a listing together, added to the cheap signals of the linear mix."""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..product import Product
from ..query import Query, Quote
from ..rerank import Reranker
from .listing_text import Clause, clauses, informative_text, joined, pieces

if TYPE_CHECKING:  # torch is loaded only where a model is: importing this module must stay cheap
    import torch

TOKENS = 64  # request and listing together: 96 took 1.5 times as long
REQUEST_TOKENS = 28
BATCH = 16  # pairs at once
KEPT = 20_000  # scores kept
QUOTED = ("description", "attributes")  # fields whose words are worth quoting: a title stands on the card already
LEAST_WORDS = 3  # of a clause of a description that is quoted
DEPTH = 16  # how many of the candidates, the best by the mix, the network reads; 24 gain .004 and .007 nDCG@10 for half as much time again


@dataclass(frozen=True)
class Rule:
    """How the cross-encoder's number x and the mix's log odds m become log odds of "meets the need": bias + cross x + mix m.

    Fitted by logistic regression on graded requests; stands in the artefact's config.json.
    """

    bias: float
    cross: float
    mix: float

    def relevance(self, cross: float, mix: float) -> float:
        """0..1. mix: the relevance that the linear mix gives."""
        return _logistic(self.bias + self.cross * cross + self.mix * _log_odds(mix))


class PairEncoder:
    """Requests and listings to token ids: [CLS] request [SEP] listing [SEP], at most TOKENS."""

    def __init__(self, base: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(base / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._cls, self._sep = (self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))

    def encode_placed(self, request: str, text: str) -> tuple[list[int], int, list[tuple[int, int]]]:
        """One pair's token ids, where the listing begins, and for each of the listing's tokens its place in `text`, in characters."""
        ((ids, start),) = self.encode([request], [text])
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return ids, start, offsets[: len(ids) - start - 1]

    def encode(self, requests: Sequence[str], texts: Sequence[str]) -> list[tuple[list[int], int]]:
        """For each pair its token ids, and where the listing begins."""
        left = [one.ids for one in self._tokenizer.encode_batch(list(requests), add_special_tokens=False)]
        right = [one.ids for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        pairs = []
        for request, listing in zip(left, right, strict=True):
            start = [self._cls, *request[:REQUEST_TOKENS], self._sep]
            pairs.append(([*start, *listing[: TOKENS - len(start) - 1], self._sep], len(start)))
        return pairs


class CrossEncoderReranker:
    """The cross-encoder over the linear mix. One copy serves all threads; scores are kept by (need, version of the product)."""

    def __init__(self, folder: Path, base: Path, mix: Reranker, *, threads: int = 1) -> None:
        from ..hardware import compute_dtype, use_threads, without_progress_bars
        from .pair_network import CONFIG, load_network  # imports torch, which takes seconds

        use_threads(threads)
        without_progress_bars()
        self._network = load_network(base, folder, dtype=compute_dtype())
        self._encoder = PairEncoder(base)
        self._rule = Rule(**json.loads((folder / CONFIG).read_text(encoding="utf-8"))["rule"])
        self._mix = mix
        self._kept: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def score(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[float]:
        """A relevance of 0..1 for each product, in their order: the rule over both scores for the DEPTH best by the mix.

        The others come after those, in the order of the mix.
        """
        return [stages["relevance"] for stages in self.stages(query, products, kind)]

    def stages(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[Mapping[str, float]]:
        """The mix's signals and its relevance as "mix", the network's number for those that it reads, and the relevance."""
        mixed = self._mix.stages(query, products, kind)
        mix = [stages["relevance"] for stages in mixed]
        order = sorted(range(len(products)), key=lambda place: (-mix[place], products[place].id))
        read = order[:DEPTH]
        cross = dict(zip(read, self.cross_scores(query.text, [products[place] for place in read]), strict=True))
        scores = {place: self._rule.relevance(number, mix[place]) for place, number in cross.items()}
        lowest = min(scores.values(), default=0.0)
        return [
            {
                **signals,
                "mix": mix[place],
                **({"network": cross[place]} if place in cross else {}),
                "relevance": scores.get(place, lowest * mix[place]),
            }
            for place, signals in enumerate(mixed)
        ]

    def carrying(self, query: Query, product: Product) -> Quote | None:
        """The clause of the listing that speaks most for it: whose tokens give the largest mean share of the network's score.

        None when no clause speaks for it. Leaving it out costs 79 % of what leaving out the most missed
        clause does, at a forward in all instead of one a clause (benchmarks/carrying_words.py).
        """
        found = pieces(product, query.text)
        with self._lock:
            shares = clause_shares(self._network, self._encoder, query.text, joined(found), list(clauses(found)))
        telling = [(share, clause) for clause, share in shares if _tells(clause) and share > 0]
        best = max(telling, key=lambda pair: pair[0], default=None)
        return Quote(best[1].field, best[1].text) if best else None

    def cross_scores(self, request: str, products: Sequence[Product]) -> list[float]:
        """The cross-encoder's own number for each product, larger is better."""
        keys = [(request, product.content_hash) for product in products]
        with self._lock:  # two requests at once would only share the cores
            new = {key: product for key, product in zip(keys, products, strict=True) if key not in self._kept}
            if new:
                texts = [informative_text(product, request) for product in new.values()]
                self._kept.update(
                    zip(new, score_pairs(self._network, self._encoder, [request] * len(new), texts), strict=True)
                )
            scores = [self._kept[key] for key in keys]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return scores


def _tells(clause: Clause) -> bool:
    """Whether its words are worth quoting: "This plush" of "This plush, oversized robe" says nothing."""
    return clause.field in QUOTED and (clause.field != "description" or len(clause.text.split()) >= LEAST_WORDS)


def score_pairs(network: Any, encoder: PairEncoder, requests: Sequence[str], texts: Sequence[str]) -> list[float]:
    """The network's number for each pair; pairs of like length go together, since padding costs as much as words."""
    import torch

    pairs = encoder.encode(requests, texts)
    order = sorted(range(len(pairs)), key=lambda index: len(pairs[index][0]))
    scores = [0.0] * len(pairs)
    device = network.bias.device
    with torch.inference_mode():
        for at in range(0, len(order), BATCH):
            chosen = order[at : at + BATCH]
            tensors = (tensor.to(device) for tensor in padded([pairs[index] for index in chosen]))
            for index, score in zip(chosen, network(*tensors).tolist(), strict=True):
                scores[index] = score
    return scores


def clause_shares(
    network: Any, encoder: PairEncoder, request: str, text: str, found: Sequence[Clause]
) -> list[tuple[Clause, float]]:
    """Each clause that the network read, with the mean share that its tokens have in the score."""
    import torch

    ids, start, places = encoder.encode_placed(request, text)
    with torch.inference_mode():
        shares = network.token_shares(*padded([(ids, start)]))[0, start : start + len(places)].tolist()
    read = []
    for clause in found:
        own = [share for share, (a, b) in zip(shares, places, strict=True) if clause.start <= a and b <= clause.end]
        if own:
            read.append((clause, sum(own) / len(own)))
    return read


def padded(pairs: Sequence[tuple[Sequence[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(ids, second, mask), each (B, T) int64: token ids, 1 on the tokens of the pair's second text, such as the listing, with its closing
    sign, 1 on all that are no padding. pairs: token ids, and where the second text begins."""
    import torch

    longest = max(len(ids) for ids, _ in pairs)
    rows = torch.zeros((3, len(pairs), longest), dtype=torch.long)
    for row, (ids, start) in enumerate(pairs):
        rows[0, row, : len(ids)] = torch.tensor(ids)
        rows[1, row, start : len(ids)] = 1
        rows[2, row, : len(ids)] = 1
    return rows[0], rows[1], rows[2]


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 60.0), -60.0)))


def _log_odds(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))
