from dataclasses import asdict

import pytest

from retrieval.product import Product
from retrieval.query import Query, Quote
from retrieval.reranking.cross_encoder import DEPTH, CrossEncoderReranker, PairEncoder, Rule, padded
from retrieval.reranking.listing_text import clauses, informative_text, joined, pieces

LAMP = Product(
    "lamp",
    "Aster Desk Lamp",
    "A slim arm. The light is warm and white.",
    attributes={"package weight": ("2 kg",), "socket": ("E27",), "switch": ("dimmable",)},
)


class Even:
    """A mix that has no opinion."""

    def score(self, query, products, kind):
        return [0.5] * len(products)

    def stages(self, query, products, kind):
        return [{"relevance": relevance} for relevance in self.score(query, products, kind)]

    def carrying(self, query, product):
        return None


class Falling(Even):
    """A mix that likes the first best."""

    def score(self, query, products, kind):
        return [0.9 - place / 100 for place in range(len(products))]


def test_what_the_request_speaks_of_comes_before_the_rest():
    text = informative_text(LAMP, "dimmable lamp with warm light")
    assert text == "Aster Desk Lamp. switch dimmable. The light is warm and white. A slim arm. socket E27"


def test_facts_that_nobody_asks_for_are_left_out():
    assert "package" not in informative_text(LAMP, "lamp")


def test_every_clause_stands_where_it_says_in_the_text():
    found = pieces(LAMP, "dimmable lamp")
    text = joined(found)
    read = list(clauses(found))
    assert [text[clause.start : clause.end] for clause in read] == [clause.text for clause in read]
    assert [(clause.field, clause.text) for clause in read] == [
        ("title", "Aster Desk Lamp"),
        ("attributes", "switch dimmable"),
        ("description", "A slim arm"),
        ("description", "The light is warm and white"),
        ("attributes", "socket E27"),
    ]


def test_padding_is_neither_listing_nor_read():
    ids, listing, mask = padded([([1, 5, 2, 7, 2], 3), ([1, 5, 2], 3)])
    assert ids.tolist() == [[1, 5, 2, 7, 2], [1, 5, 2, 0, 0]]
    assert listing.tolist() == [[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]]
    assert mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]


@pytest.fixture(scope="module")
def base():
    from retrieval.models import model_path

    return model_path("all-minilm-l6-v2")


@pytest.fixture(scope="module")
def untrained(base, tmp_path_factory):
    """An artefact that changes nothing: the network as training starts, with a rule that trusts it alone."""
    from retrieval.reranking.pair_network import new_network, save_delta

    folder = tmp_path_factory.mktemp("reranker")
    save_delta(new_network(base), base, folder, rank=4, extra={"rule": asdict(Rule(-2.0, 1.0, 0.0))})
    return folder


@pytest.mark.models
def test_a_pair_is_cut_to_its_tokens_and_the_request_stays(base):
    ((ids, start),) = PairEncoder(base).encode(["warm desk lamp"], ["lamp " * 300])
    assert len(ids) == 64
    assert start == 5  # [CLS] warm desk lamp [SEP]


@pytest.mark.models
def test_the_thing_asked_for_scores_above_another_even_untrained(untrained, base):
    reranker = CrossEncoderReranker(untrained, base, Even())
    lamp, kettle = reranker.score(Query("desk lamp"), [LAMP, Product("kettle", "Steel Kettle")], frozenset())
    assert 0 <= kettle < lamp <= 1


@pytest.mark.models
def test_each_step_of_a_score_is_told(untrained, base):
    reranker = CrossEncoderReranker(untrained, base, Falling())
    products = [Product(str(n), f"Lamp {n}") for n in range(DEPTH + 1)]
    stages = reranker.stages(Query("desk lamp"), products, frozenset())
    assert [one["relevance"] for one in stages] == reranker.score(Query("desk lamp"), products, frozenset())
    assert [one["mix"] for one in stages] == Falling().score(Query("desk lamp"), products, frozenset())
    assert ["network" in one for one in stages] == [True] * DEPTH + [False]


@pytest.mark.models
def test_a_score_does_not_depend_on_what_else_is_scored_or_on_the_order(untrained, base):
    others = [Product(str(n), "A long title of a kettle " * n) for n in range(1, DEPTH)]
    alone = CrossEncoderReranker(untrained, base, Even()).score(Query("desk lamp"), [LAMP], frozenset())
    among = CrossEncoderReranker(untrained, base, Even()).score(Query("desk lamp"), [*others, LAMP], frozenset())
    assert among[-1] == pytest.approx(alone[0], abs=0.02)  # bfloat16 where the processor has it


@pytest.mark.models
def test_what_the_network_does_not_read_comes_after_what_it_reads_in_the_order_of_the_mix(untrained, base):
    products = [Product(str(n), "A steel kettle") for n in range(DEPTH)]
    late = [Product("late", "Desk lamp"), Product("later", "Desk lamp")]
    scores = CrossEncoderReranker(untrained, base, Falling()).score(Query("desk lamp"), [*products, *late], frozenset())
    assert min(scores[:DEPTH]) > scores[DEPTH] > scores[DEPTH + 1]


@pytest.mark.models
def test_the_shares_of_the_tokens_add_up_to_the_score(base):
    import torch

    from retrieval.reranking.pair_network import new_network

    network, encoder = new_network(base).eval(), PairEncoder(base)
    tensors = padded(encoder.encode(["warm desk lamp"], [informative_text(LAMP, "warm desk lamp")]))
    with torch.no_grad():
        shares, score = network.token_shares(*tensors), network(*tensors)
    tokens = int(tensors[1].sum())
    assert float(shares.sum() / tokens) == pytest.approx(float(score), abs=1e-4)  # gist and bias are 0 at the start


@pytest.mark.models
def test_the_clause_that_speaks_of_the_need_is_the_one_quoted(untrained, base):
    reranker = CrossEncoderReranker(untrained, base, Even())
    assert reranker.carrying(Query("a warm white light"), LAMP) == Quote("description", "The light is warm and white")


@pytest.mark.models
def test_a_clause_of_two_words_is_not_quoted(untrained, base):
    robe = Product("robe", "Cocoon Robe", description="This plush, long white robe is soft")
    quoted = CrossEncoderReranker(untrained, base, Even()).carrying(Query("a plush toy"), robe)
    assert quoted != Quote("description", "This plush")


@pytest.mark.models
def test_a_bare_title_has_nothing_to_quote(untrained, base):
    assert CrossEncoderReranker(untrained, base, Even()).carrying(Query("lamp"), Product("x", "Lamp")) is None


@pytest.mark.models
def test_no_products_have_no_scores(untrained, base):
    assert CrossEncoderReranker(untrained, base, Even()).score(Query("lamp"), [], frozenset()) == []


@pytest.mark.models
def test_saved_changes_come_back_within_float16(base, tmp_path):
    import torch

    from retrieval.reranking.pair_network import load_network, new_network, save_delta

    network = new_network(base)
    with torch.no_grad():
        weight = network.encoder.encoder.layer[0].output.dense.weight
        weight += torch.outer(torch.linspace(-1, 1, weight.shape[0]), torch.linspace(0, 1, weight.shape[1]))  # rank 1
        network.gist += 0.5
    save_delta(network, base, tmp_path, rank=4, extra={})
    loaded = load_network(base, tmp_path, dtype=torch.float32)
    assert torch.allclose(loaded.encoder.encoder.layer[0].output.dense.weight, weight, atol=5e-3)
    assert torch.equal(loaded.gist, network.gist)
