import json

import pytest

from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.train import fit_rule, listnet, train_reranker
from retrieval.training.lists import Lists, Recipe, Sources, batch_of, gather, mean_ndcg
from retrieval.training.pairs import TrainingList
from tests.fakes import WordEmbedder

TINY = Recipe(steps=2, made=4, batch=2, measure_every=1, warmup_steps=1, rank=4)
FEED = [
    {"id": str(number), "title": f"{color} desk lamp", "price": 20, "currency": "USD"}
    for number, color in enumerate(("black", "white", "red", "green"))
]


def one_list(source: str, gains: tuple[float, ...] = (7.0, 0.0)) -> TrainingList:
    products = tuple(Product(str(number), f"Lamp {number}") for number in range(len(gains)))
    return TrainingList("lamp", products, gains, (0.0,) * len(gains), source)


@pytest.fixture
def files(tmp_path):
    feed, grades = tmp_path / "lamps.jsonl", tmp_path / "grades.tsv"
    feed.write_text("".join(json.dumps(row) + "\n" for row in FEED), encoding="utf-8")
    rows = [
        f"{color} lamp\t{number}\t{3 * (number == wanted)}\n"
        for wanted, color in ((0, "black"), (1, "white"))
        for number in range(4)
    ]
    grades.write_text("query\tproduct_id\tgrade\n" + "".join(rows), encoding="utf-8")
    return feed, grades


def test_the_loss_is_the_cross_entropy_of_the_shares():
    import math

    import torch

    loss = listnet(torch.tensor([0.0, 0.0]), torch.tensor([7.0, 1.0]))
    assert float(loss) == pytest.approx(math.log(2))  # even scores: log 2 whatever the shares


def test_the_loss_falls_when_the_better_product_rises():
    import torch

    gains = torch.tensor([7.0, 0.0])
    assert listnet(torch.tensor([2.0, 0.0]), gains) < listnet(torch.tensor([0.0, 2.0]), gains)


def test_a_batch_is_the_same_when_a_run_is_taken_up_again():
    lists = Lists([one_list("graded")], [one_list("made"), one_list("made")], [one_list("mix")], [])
    assert batch_of(lists, TINY, 5) == batch_of(lists, TINY, 5)


def test_a_shortened_pool_keeps_one_of_the_best():
    pool = one_list("graded", (7.0, *[0.0] * 30))
    lists = Lists([pool], [], [], [])
    for one in batch_of(lists, TINY, 1):
        assert max(one.gains) == 7
        assert len(one.products) == 12


def test_mean_ndcg_is_one_for_the_best_order_and_less_for_another():
    lists = [one_list("graded", (7.0, 0.0, 1.0))]
    assert mean_ndcg(lists, [[3.0, 1.0, 2.0]]) == 1
    assert mean_ndcg(lists, [[1.0, 3.0, 2.0]]) < 1


def test_the_rule_gives_weight_to_the_score_that_tells():
    rule = fit_rule(
        [2.0, 1.5, -2.0, -1.5, 2.2, -2.2], [0.1, -0.1, 0.1, -0.1, 0.0, 0.0], [True, True, False, False, True, False]
    )
    assert rule.cross > 1
    assert abs(rule.mix) < rule.cross


def test_grades_of_other_catalogues_are_refused(files, tmp_path):
    feed, grades = files
    grades.write_text("catalogue\trequest\tproduct_id\tgrade\nother\tlamp\t0\t3\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"lamps\.jsonl"):
        gather(Sources([grades], [feed]), embedder=WordEmbedder(), part=tmp_path, recipe=TINY)


def test_clicks_alone_are_learnt_from_and_every_seventh_request_is_measured_on(files, tmp_path):
    feed, _ = files
    log = tmp_path / "events.jsonl"
    events = [{"type": "click", "query": f"lamp number {n}", "product_id": str(n % 4)} for n in range(8)]
    log.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    sources = Sources([], [feed], events=[log])
    lists = gather(sources, embedder=WordEmbedder(), part=tmp_path, recipe=TINY)
    assert [one.request for one in lists.dev] == ["lamp number 0", "lamp number 7"]
    assert [one.request for one in lists.graded] == [f"lamp number {n}" for n in range(1, 7)]
    assert all(sorted(one.gains) == [0, 0, 0, 1] for one in lists.graded)  # the click, and the three others of the shop


@pytest.mark.models
def test_a_tiny_run_leaves_weights_a_rule_and_a_card(files, tmp_path):
    from retrieval.models import model_path

    feed, grades = files
    out = tmp_path / "reranker"
    train_reranker(
        Sources([grades], [feed], dev=[grades]),
        base=model_path("all-minilm-l6-v2"),
        embedder=WordEmbedder(),
        out=out,
        recipe=TINY,
        threads=1,
    )
    assert {path.name for path in out.iterdir()} == {"README.md", "config.json", "delta.safetensors"}
    assert set(json.loads((out / "config.json").read_text(encoding="utf-8"))["rule"]) == {"bias", "cross", "mix"}
    assert "| 2 |" in (out / "README.md").read_text(encoding="utf-8")  # the measurement after the last step
