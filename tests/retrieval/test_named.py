import math

import pytest

from retrieval.named import NamedKind
from retrieval.product import Product
from retrieval.query import Query

NOTEBOOK = Product("notebook", "Halden 14 inch notebook")
CASE = Product("case", "Halden notebook case 14 inch")


class Even:
    """A reranker that has no opinion."""

    def score(self, query, products, kind):
        return [0.5] * len(products)


def test_the_thing_comes_before_what_belongs_to_it_in_the_shoppers_word():
    notebook, case = NamedKind(Even()).score(Query("a light laptop for uni"), [NOTEBOOK, CASE], frozenset())
    assert notebook > case


def test_what_belongs_to_the_thing_comes_first_when_it_is_asked_for():
    notebook, case = NamedKind(Even()).score(Query("laptop bag"), [NOTEBOOK, CASE], frozenset())
    assert case > notebook


def test_a_relevance_moves_by_a_quarter_of_log_odds():
    (notebook,) = NamedKind(Even()).score(Query("laptop"), [NOTEBOOK], frozenset())
    assert math.log(notebook / (1 - notebook)) == pytest.approx(0.25)


def test_a_request_that_names_no_known_kind_changes_nothing():
    assert NamedKind(Even()).score(Query("qwertz"), [NOTEBOOK, CASE], frozenset()) == [0.5, 0.5]
