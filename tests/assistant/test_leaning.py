"""What a visitor did before moves what a search finds, a little, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from assistant import Assistant
from assistant.model import Card
from assistant.recommending.leaning import WEIGHT, lean_reasons, leaning, leans_of
from assistant.recommending.profile import Interest, Profile, Touched
from retrieval.dense import Dense, Vectors
from retrieval.query import Hit
from tests.conftest import AssistantWith
from tests.fakes import said
from tests.small_shop import BY_ID

from .test_shopper import ANNA, talk

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
NEAR, FAR = [0.8, 0.6], [0.6, -0.8]  # cosines .8 and .6 with SEED, mean .7
SEED = [1.0, 0.0]


class Placed(Dense):
    """Vectors that are given."""

    def __init__(self, **vectors: list[float]) -> None:
        self._given = {name: np.array(vector, np.float32) for name, vector in vectors.items()}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        return {name: self._given[name] for name in ids}


def liking(product_id: str) -> Profile:
    touched = Touched(BY_ID[product_id], "like", 3.0, NOW, NOW)
    return Profile((touched,), (Interest((touched,), 1.0, np.array(SEED, np.float32)),))


def hits(**relevance: float) -> tuple[Hit, ...]:
    return tuple(Hit(BY_ID[name], of, rank) for rank, (name, of) in enumerate(relevance.items(), start=1))


def test_what_is_nearer_to_what_was_liked_than_the_rest_of_its_category_gains_and_the_rest_loses() -> None:
    found = hits(fjord=0.50, puddle=0.48)
    leans = leans_of(liking("storm"), found, Placed(storm=SEED, fjord=FAR, puddle=NEAR))
    assert {name: one.nearer for name, one in leans.items()} == pytest.approx({"fjord": -0.1, "puddle": 0.1})
    moved = leaning(found, leans)
    assert [(hit.product.id, hit.rank) for hit in moved] == [("puddle", 1), ("fjord", 2)]
    assert [hit.relevance for hit in moved] == pytest.approx([0.48 + 0.1 * WEIGHT, 0.50 - 0.1 * WEIGHT])
    assert [(name, one.text) for name, (one,) in lean_reasons(found, moved, leans).items()] == [
        ("puddle", "further up because you liked “Storm Rain Jacket”")
    ]


def test_what_answers_much_better_stays_ahead_and_nothing_is_said() -> None:
    found = hits(fjord=0.90, puddle=0.40)
    leans = leans_of(liking("storm"), found, Placed(storm=SEED, fjord=FAR, puddle=NEAR))
    moved = leaning(found, leans)
    assert [hit.product.id for hit in moved] == ["fjord", "puddle"]
    assert lean_reasons(found, moved, leans) == {}


def test_another_colour_of_what_was_liked_is_no_news() -> None:
    found = hits(workshop=0.6, clamp=0.5) + hits(**{"aster-black": 0.4})
    vectors = {"aster-white": SEED, "aster-black": NEAR, "workshop": FAR, "clamp": FAR}
    assert leans_of(liking("aster-white"), found, Placed(**vectors)) == {}


def test_an_interest_in_jackets_says_nothing_of_lamps() -> None:
    found = hits(tower=0.4, workshop=0.5)  # nearest to a limit first, say
    leans = leans_of(liking("storm"), found, Placed(storm=SEED, tower=FAR, workshop=NEAR))
    assert leans == {}
    assert leaning(found, leans) == found


def test_of_two_interests_with_a_category_that_with_more_of_it_counts() -> None:
    storm, tote, fjord = (
        Touched(BY_ID[name], "like", weight, NOW, NOW) for name, weight in (("storm", 1), ("tote", 9), ("fjord", 3))
    )
    first = Interest((tote, storm), 10 / 13, np.array([0.0, 1.0], np.float32))
    second = Interest((fjord,), 3 / 13, np.array(SEED, np.float32))
    found = hits(puddle=0.5, breeze=0.5)
    vectors = {"storm": SEED, "tote": SEED, "fjord": SEED, "puddle": NEAR, "breeze": FAR}
    leans = leans_of(Profile((), (first, second)), found, Placed(**vectors))
    assert {name: one.nearer for name, one in leans.items()} == pytest.approx({"puddle": 0.1, "breeze": -0.1})


def test_where_nothing_has_a_category_only_what_is_near_to_an_interest_is_moved() -> None:
    bare = [
        Hit(replace(hit.product, category=()), hit.relevance, hit.rank)
        for hit in hits(fjord=0.5, puddle=0.5, tower=0.4, clamp=0.3)
    ]
    vectors = {"storm": SEED, "fjord": FAR, "puddle": NEAR, "tower": [0.0, 1.0], "clamp": [0.1, 0.99]}
    leans = leans_of(liking("storm"), bare, Placed(**vectors))
    assert {name: one.nearer for name, one in leans.items()} == pytest.approx({"fjord": -0.1, "puddle": 0.1})


def shown(shop: Assistant, visitor: str) -> tuple[Card, ...]:
    return shop.reply("jackets", "s_2", visitor=visitor).cards


def test_a_visitor_s_search_is_in_view_of_an_earlier_visit_and_a_stranger_s_is_not(
    assistant_with: AssistantWith,
) -> None:
    jackets = said("search", product="jacket")
    with assistant_with([jackets, said("feedback", ref=(1,)), jackets, jackets]) as shop:
        first = shop.reply("jackets", "s_1", visitor=ANNA, learn=True).cards
        talk(shop, "i love the first")
        again, stranger = shown(shop, ANNA), shop.reply("jackets", "s_3").cards
    assert {card.product.id for card in again} == {card.product.id for card in stranger}
    assert [card.product.id for card in stranger] == [card.product.id for card in first]
    relevance = {card.product.id: card.relevance for card in stranger}
    assert any(card.relevance != pytest.approx(relevance[card.product.id]) for card in again)
