from dataclasses import replace
from decimal import Decimal

import pytest

from retrieval.evaluate import BASELINE, Rankers, by_request, evaluate, interval, relevances, rows
from retrieval.judgements import Judged
from retrieval.query import Constraints, Query
from retrieval.rerank import LinearMix

LAMP = Judged("desk lamp", {"aster-black": 3, "clamp": 1})


@pytest.fixture
def rankers(searcher):
    return Rankers(searcher, LinearMix(searcher.dense, searcher.lexical), Query)


class Upside:
    """A reranker that scores products by their place, the last one best."""

    def score(self, query, products, kind):
        return [(place + 1) / len(products) for place in range(len(products))]

    def carrying(self, query, product):
        return None


def row(found, setting, method):
    return next(one for one in found if (one.setting, one.method) == (setting, method))


def test_every_method_is_measured_in_both_settings(rankers):
    found = rows(evaluate(rankers, [LAMP]))
    methods = ["bm25", "dense", "rrf", "linear mix", "reranker", "full pipeline"]
    assert [(one.setting, one.method) for one in found] == [
        (setting, method) for setting in ("pool", "catalogue") for method in methods
    ]


def test_the_linear_mix_differs_from_itself_by_nothing(rankers):
    assert row(rows(evaluate(rankers, [LAMP])), "pool", BASELINE).against["ndcg@10"].mean == 0


def test_a_reranker_that_puts_the_worse_first_scores_below_the_mix(rankers):
    pool = Judged(
        "desk lamp", {"aster-black": 3, "kettle": 0}
    )  # Upside puts the kettle first: it is the last of the two
    turned = replace(rankers, searcher=replace(rankers.searcher, reranker=Upside()))
    assert row(rows(evaluate(turned, [pool])), "pool", "reranker").against["ndcg@10"].mean < 0


def test_requests_whose_products_are_not_in_the_catalogue_are_left_out(rankers):
    found = rows(evaluate(rankers, [LAMP, Judged("desk lamp", {"unknown": 3})]))
    assert row(found, "pool", "bm25").figures["ndcg@10"].requests == 1


def test_the_means_are_those_of_the_values_by_request(rankers):
    kettle = Judged("copper kettle", {"kettle": 3, "clamp": 0})
    measured = evaluate(rankers, [LAMP, kettle])
    values = [
        one["recall@50"] for one in by_request(measured) if (one["setting"], one["method"]) == ("catalogue", "bm25")
    ]
    assert [one["request"] for one in by_request(measured)][::12] == [
        "desk lamp",
        "copper kettle",
    ]  # six methods, two settings
    assert values == [1.0, 1.0]
    assert row(rows(measured), "catalogue", "bm25").figures["recall@50"].mean == sum(values) / 2


def test_what_breaks_a_hard_constraint_comes_last(searcher, catalog):
    products = catalog.get_many(["aster-brass", "clamp"])  # 44.99 and 19.50
    query = Query("aster desk lamp brass", Constraints(price_max=Decimal(20)))
    ranked = relevances(searcher, query, products)
    assert [product_id for product_id, _ in ranked] == ["clamp", "aster-brass"]


def test_the_interval_of_equal_values_is_a_point():
    figure = interval([0.5, 0.5, 0.5])
    assert (figure.mean, figure.low, figure.high, figure.requests) == (0.5, 0.5, 0.5, 3)


def test_the_interval_is_the_same_each_time_and_holds_the_mean():
    values = [0.0, 0.2, 0.4, 1.0]
    figure = interval(values)
    assert figure == interval(values)
    assert figure.mean == pytest.approx(0.4)
    assert figure.low < figure.mean < figure.high


def test_no_values_have_no_interval():
    with pytest.raises(ValueError, match="no request"):
        interval([])
