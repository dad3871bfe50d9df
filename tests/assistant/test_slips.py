"""A message with mistyped words: what is looked for is what was meant, and the reply says how it was read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import Assistant
from assistant.model import Parse
from assistant.slips import mended
from retrieval.lexical import Lexical
from retrieval.search import Searcher
from retrieval.spelling import Speller
from tests.conftest import parts_with
from tests.fakes import said


@pytest.fixture(scope="module")
def speller(searcher: Searcher) -> Speller:
    return Speller(searcher.catalog, Lexical(searcher.catalog), frozenset({"only"}).__contains__)


def _shop(searcher: Searcher, speller: Speller, *parses: Parse) -> Assistant:
    return Assistant(replace(parts_with(searcher, parses), speller=speller))


def test_the_kind_that_was_meant_is_found_and_the_reply_says_how_it_was_read(
    searcher: Searcher, speller: Speller
) -> None:
    reply = _shop(searcher, speller, said("search", product="desk lammp")).reply("a desk lammp")
    assert reply.constraints.product == "desk lamp"
    assert {"Bolt Clamp Lamp", "Workshop Desk Lamp"} & {card.product.title for card in reply.cards}
    assert reply.reply.startswith("I read “lammp” as “lamp”. Here are")


def test_a_refused_word_is_kept_out_as_it_was_meant(searcher: Searcher, speller: Speller) -> None:
    reply = _shop(searcher, speller, said("search", product="bag", exclude=("lether",))).reply("a bag, no lether")
    assert reply.constraints.exclude == ("leather",)
    assert reply.cards
    assert not any("leather" in card.product.description.lower() for card in reply.cards)


def test_nothing_is_said_of_words_that_are_known(searcher: Searcher, speller: Speller) -> None:
    reply = _shop(searcher, speller, said("search", product="desk lamp")).reply("a desk lamp")
    assert "I read" not in reply.reply


def test_each_act_of_a_message_is_mended(speller: Speller) -> None:
    both = replace(said("cart_add", ref=(1,)), then=said("search", product="copper ketle"))
    then = mended(both, speller).then
    assert then is not None
    assert (then.slots.product, then.note) == ("copper kettle", "I read “ketle” as “kettle”.")
