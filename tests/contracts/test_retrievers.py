"""What every retriever owes, written once. A new retriever brings a fixture and gets all of these."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import pytest

from retrieval.dense import Dense
from retrieval.lexical import Lexical
from retrieval.query import Candidate
from tests.small_shop import BY_ID, CALLED_LAMP

TEXTS = ("lamp", "black desk lamp", "canvas bag for the market", "rain jacket", "warm white light on a slim steel arm")


class Retriever(Protocol):
    def retrieve(self, text: str, limit: int, eligible: Collection[str] | None = None) -> list[Candidate]: ...


class RetrieverContract:
    @pytest.mark.parametrize("text", TEXTS)
    def test_the_best_comes_first(self, retriever: Retriever, text: str) -> None:
        scores = [candidate.score for candidate in retriever.retrieve(text, 20)]
        assert len(scores) > 1
        assert scores == sorted(scores, reverse=True)

    @pytest.mark.parametrize("limit", [0, 1, 3, 100])
    def test_at_most_limit_are_proposed(self, retriever: Retriever, limit: int) -> None:
        assert len(retriever.retrieve("lamp", limit)) <= limit
        assert len(retriever.retrieve("lamp", limit, set(BY_ID))) <= limit

    @pytest.mark.parametrize("text", TEXTS)
    def test_no_product_is_proposed_twice(self, retriever: Retriever, text: str) -> None:
        ids = [candidate.product_id for candidate in retriever.retrieve(text, 100)]
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize("text", TEXTS)
    def test_only_eligible_products_are_proposed(self, retriever: Retriever, text: str) -> None:
        for eligible in ({"tower"}, {"tower", "storm", "tote"}, CALLED_LAMP):
            found = {candidate.product_id for candidate in retriever.retrieve(text, 20, eligible)}
            assert found <= set(eligible)

    def test_a_fitting_product_is_proposed_even_when_better_ones_are_not_eligible(self, retriever: Retriever) -> None:
        last = retriever.retrieve("lamp", 100)[-1].product_id
        assert [candidate.product_id for candidate in retriever.retrieve("lamp", 1, {last})] == [last]

    def test_nothing_eligible_gives_nothing(self, retriever: Retriever) -> None:
        assert retriever.retrieve("lamp", 5, frozenset()) == []

    def test_the_same_text_gives_the_same_list(self, retriever: Retriever) -> None:
        assert retriever.retrieve("white lamp", 20) == retriever.retrieve("white lamp", 20)

    @pytest.mark.parametrize("text", ["", "🙂", '" OR *', "\0"])
    def test_any_text_is_answered(self, retriever: Retriever, text: str) -> None:
        assert len(retriever.retrieve(text, 3)) <= 3


class TestLexical(RetrieverContract):
    @pytest.fixture
    def retriever(self, lexical: Lexical) -> Retriever:
        return lexical


class TestDense(RetrieverContract):
    @pytest.fixture
    def retriever(self, dense: Dense) -> Retriever:
        return dense
