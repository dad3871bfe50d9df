from math import log2

import pytest

from retrieval.metrics import ndcg, recall, reciprocal_rank

QRELS = {"a": 3, "b": 0, "c": 1}


def test_ndcg_is_the_gain_of_the_run_over_the_gain_of_the_best_order():
    run = (7 / log2(3)) + (1 / log2(4))  # b, a, c: a at rank 2, c at rank 3
    best = (7 / log2(2)) + (1 / log2(3))  # a, c, b
    assert ndcg(["b", "a", "c"], QRELS) == pytest.approx(run / best)


def test_ndcg_looks_at_the_first_k_only():
    assert ndcg(["b", "a"], QRELS, k=1) == 0


def test_ndcg_counts_unjudged_products_as_not_relevant():
    assert ndcg(["unjudged", "a"], {"a": 1}) == pytest.approx(1 / log2(3))


def test_a_query_without_a_relevant_product_has_no_ndcg():
    assert ndcg(["a"], {"a": 0}) is None


def test_reciprocal_rank_finds_the_first_good_product():
    assert reciprocal_rank(["c", "a"], QRELS) == 1 / 2


def test_reciprocal_rank_is_zero_when_the_run_misses_every_good_product():
    assert reciprocal_rank(["c"], QRELS) == 0


def test_recall_is_the_share_of_good_products_found():
    assert recall(["a", "x"], {"a": 3, "d": 2, "c": 1}) == 1 / 2
