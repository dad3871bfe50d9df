"""What is known of a shopper in the model's words: only what the facts say, and all that they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant import Assistant
from assistant.recommending.profile import Known
from assistant.writing.portrait import portrait
from retrieval.search import Searcher
from tests.assistant.test_shopper import ANNA, KNOW, LIKING, liking_the_storm
from tests.assistant.test_wording import Written
from tests.conftest import parts_with

AT = datetime(2026, 11, 20, tzinfo=UTC)
LIKED = Known("you liked “Storm Rain Jacket”", "like", AT, 1, product_id="storm")
SOUGHT = Known("you looked for “men rain jacket”", "search", AT, 1, query="men rain jacket")
DISLIKED = Known("you did not like “Clamp Lamp”", "dislike", AT, 1, product_id="clamp")
COMPOSED = ["You liked “Storm Rain Jacket”.", "You looked for “men rain jacket”."]


def told(draft: str, *facts: Known) -> list[str]:
    return list(portrait(facts or (LIKED, SOUGHT), ["Shall I forget it?"], Written(draft)))


def test_true_sentences_are_what_is_said_and_the_question_comes_last() -> None:
    draft = "You looked for men rain jacket, and you liked the Storm Rain Jacket."
    assert told(draft) == [draft, "Shall I forget it?"]


@pytest.mark.parametrize(
    "lie",
    [
        "You bought the Storm Rain Jacket.",
        "You looked for the Storm Rain Jacket.",
        "You liked men rain jacket.",
        "You love the outdoors.",
        "You liked the Storm Rain Jacket because you are a sailor.",
        "You did not like the Storm Rain Jacket.",
        "You liked the Fjord Parka.",
    ],
)
def test_what_no_fact_says_is_not_said_and_the_facts_are(lie: str) -> None:
    assert told(lie) == [*COMPOSED, "Shall I forget it?"]


def test_what_the_draft_leaves_out_is_said_as_composed_and_nothing_twice() -> None:
    draft = "You liked the Storm Rain Jacket. You liked “Storm Rain Jacket”."
    assert told(draft) == ["You liked the Storm Rain Jacket.", COMPOSED[1], "Shall I forget it?"]


def test_a_dislike_is_said_as_it_is_composed() -> None:
    assert told("You liked Clamp Lamp.", DISLIKED) == ["You did not like “Clamp Lamp”.", "Shall I forget it?"]


def test_who_asks_what_is_known_hears_it_in_the_words_of_the_writer(searcher: Searcher) -> None:
    draft = "You liked the Storm Rain Jacket, and you looked for men rain jacket."
    with Assistant(replace(parts_with(searcher, [*LIKING, KNOW]), writer=Written(draft))) as shop:
        liking_the_storm(shop)
        reply = shop.reply("what do you know about me?", "s_2", visitor=ANNA)
    assert reply.reply == f"{draft} Shall I forget all of it, and our earlier conversations?"
