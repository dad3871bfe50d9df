"""Reciprocal rank fusion, as its definition says."""

from __future__ import annotations

import pytest

from retrieval.fusion import rrf


def test_rrf_is_the_sum_of_one_over_k_plus_rank() -> None:
    fused = rrf([["a", "b", "c"], ["c", "a"]])
    assert fused == {"a": 1 / 61 + 1 / 62, "c": 1 / 63 + 1 / 61, "b": 1 / 62}


def test_rrf_gives_the_best_first() -> None:
    assert list(rrf([["a", "b", "c"], ["c", "a"]])) == ["a", "c", "b"]


def test_rrf_orders_equals_by_id_so_that_runs_repeat() -> None:
    assert list(rrf([["b"], ["a"]])) == ["a", "b"]


def test_rrf_damps_less_with_a_smaller_k() -> None:
    assert rrf([["a", "b"]], k=0) == {"a": 1 / 1, "b": 1 / 2}


@pytest.mark.parametrize("runs", [[], [[], []]])
def test_rrf_of_nothing_is_empty(runs: list[list[str]]) -> None:
    assert rrf(runs) == {}


def test_rrf_refuses_a_negative_k() -> None:
    with pytest.raises(ValueError, match="k must be 0 or more, got -1"):
        rrf([["a"]], k=-1)
