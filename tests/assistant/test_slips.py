"""A message with mistyped words: what is looked for is what was meant, and the reply says how it was read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import Assistant
from assistant.meaning.slips import read
from assistant.model import DialogueState, Parse, Slots
from retrieval.lexical import Lexical
from retrieval.search import Searcher
from retrieval.spelling import Speller
from tests.conftest import parts_with


class PlainParser:
    """Takes "PRODUCT" or "PRODUCT, no REFUSED" for a search, and what stands after "; " for another."""

    def parse(self, message: str, state: DialogueState) -> Parse:
        first, _, further = message.partition("; ")
        product, _, refused = first.partition(", no ")
        then = self.parse(further, state) if further else None
        return Parse("search", Slots(product=product, exclude=(refused,) if refused else ()), then=then)


@pytest.fixture(scope="module")
def speller(searcher: Searcher) -> Speller:
    return Speller(searcher.catalog, Lexical(searcher.catalog), {"only": 1})


@pytest.fixture(scope="module")
def shop(searcher: Searcher, speller: Speller) -> Assistant:
    return Assistant(replace(parts_with(searcher), parser=PlainParser(), speller=speller))


def test_the_kind_that_was_meant_is_found_and_the_reply_says_how_it_was_read(shop: Assistant) -> None:
    reply = shop.reply("desk lammp")
    assert reply.constraints.product == "desk lamp"
    assert {"Bolt Clamp Lamp", "Workshop Desk Lamp"} & {card.product.title for card in reply.cards}
    assert reply.reply.startswith("I read “lammp” as “lamp”. Here are")


def test_a_refused_word_is_kept_out_as_it_was_meant(shop: Assistant) -> None:
    reply = shop.reply("bag, no lether")
    assert reply.constraints.exclude == ("leather",)
    assert reply.cards
    assert not any("leather" in card.product.description.lower() for card in reply.cards)


def test_nothing_is_said_of_words_that_are_known(shop: Assistant) -> None:
    assert "I read" not in shop.reply("desk lamp").reply


def test_each_act_of_a_message_says_what_was_read_in_it(speller: Speller) -> None:
    parse = read("desk lammp; copper ketle", DialogueState(), PlainParser(), speller)
    assert parse.then is not None
    assert [parse.note, parse.then.note] == ["I read “lammp” as “lamp”.", "I read “ketle” as “kettle”."]
    assert parse.message == "desk lammp; copper ketle"
