"""Messages that ask for several things: done in order, shown as one list, kept so that the state can be told again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from llguidance import LLMatcher, LLTokenizer
from tokenizers import Tokenizer

from assistant.assistant import Assistant
from assistant.contract import Reply
from assistant.model import CartLine, DialogueState, Parse, Slots
from assistant.parse import grammar, read_answer, write_answer
from assistant.state import replay
from retrieval.search import Searcher
from tests.assistant.tiny_model import make_tiny_model
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said

LAMPS = said("search", product="lamp")
BAGS = said("search", product="bag")


def both(first: Parse, second: Parse) -> Parse:
    return replace(first, then=second)


def talk(
    assistant_with: Callable[[Iterable[Parse]], Assistant], *parses: Parse
) -> tuple[list[Reply], DialogueState, DialogueState]:
    """The replies, the state that was kept, and the state as replayed from the kept turns."""
    shop = assistant_with(parses)
    replies = [shop.reply(f"message {number}", "s_1") for number, _ in enumerate(parses, 1)]
    kept, state = shop.session("s_1"), DialogueState()
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    return replies, kept.state, state


def test_what_is_added_is_in_the_cart_and_what_is_searched_is_shown(assistant_with: AssistantWith) -> None:
    (lamps, reply), state, replayed = talk(assistant_with, LAMPS, both(said("cart_add", ref=(1,)), BAGS))
    assert reply.acts == ("cart_add", "search")
    assert reply.intent == "cart_add"
    assert state.cart == (CartLine(lamps.cards[0].product.id, 1),)
    assert reply.reply.startswith(f"Added 1 × {lamps.cards[0].product.title}")
    assert reply.cards
    assert not {card.product.id for card in reply.cards} & {card.product.id for card in lamps.cards}
    assert state.constraints.product == "bag"
    assert state == replayed


def test_two_needs_share_one_list_numbered_through(assistant_with: AssistantWith) -> None:
    (reply,), state, replayed = talk(assistant_with, both(LAMPS, BAGS))
    assert [card.rank for card in reply.cards] == list(range(1, len(reply.cards) + 1))
    assert len({card.product.id for card in reply.cards}) == len(reply.cards) >= 2
    assert state.shown == tuple(card.product.id for card in reply.cards)
    assert state == replayed


def test_a_product_of_the_second_need_is_meant_by_its_number(assistant_with: AssistantWith) -> None:
    (both_shown, _), state, _ = talk(assistant_with, both(LAMPS, BAGS), said("cart_add", ref=(3,)))
    assert state.cart == (CartLine(both_shown.cards[2].product.id, 1),)


@pytest.mark.parametrize(("place", "meant"), [(1, 2), (2, 3), (3, 2)])
def test_a_place_among_the_products_of_one_need_is_meant_where_the_need_is_named(
    assistant_with: AssistantWith, place: int, meant: int
) -> None:
    """Lamps 1 and 2, bags 3 and 4: "the first bag" is the third of all, and so is "number 3"."""
    (both_shown, _), state, _ = talk(assistant_with, both(LAMPS, BAGS), said("cart_add", product="bag", ref=(place,)))
    assert state.cart == (CartLine(both_shown.cards[meant].product.id, 1),)


def test_each_product_says_which_of_several_needs_it_is_shown_for(assistant_with: AssistantWith) -> None:
    (both_shown, alone), _, _ = talk(assistant_with, both(LAMPS, BAGS), LAMPS)
    departments = {"lamp": "lighting", "bag": "bags"}
    assert {card.need for card in both_shown.cards} == {"lamp", "bag"}
    assert all(card.product.category[0] == departments[card.need or ""] for card in both_shown.cards)
    assert {card.need for card in alone.cards} == {None}


def test_the_first_of_a_kind_of_which_nothing_is_shown_is_looked_for_and_not_taken(
    assistant_with: AssistantWith,
) -> None:
    (_, reply), state, replayed = talk(assistant_with, LAMPS, said("cart_add", product="bag", ref=(1,)))
    assert state.cart == ()
    assert {card.product.category[0] for card in reply.cards} == {"bags"}
    assert state == replayed


def test_a_name_that_the_shop_does_not_know_is_no_other_kind(assistant_with: AssistantWith) -> None:
    (lamps, _), state, _ = talk(assistant_with, LAMPS, said("cart_add", product="item", ref=(2,)))
    assert state.cart == (CartLine(lamps.cards[1].product.id, 1),)


def test_what_is_said_of_both_holds_for_both(assistant_with: AssistantWith) -> None:
    under_40 = both(LAMPS, said("search", product="bag", price_max=Decimal(40)))
    shop = assistant_with([under_40, under_40])
    shop.reply("a lamp and a bag, both under 40", "s_1")
    shop.reply("a lamp and a bag under 40", "s_2")
    bounds = {
        name: [act.slots.price_max for act in shop.session(name).turns[0].parse.in_order()] for name in ("s_1", "s_2")
    }
    assert bounds == {"s_1": [40, 40], "s_2": [None, 40]}


def test_a_question_about_the_first_act_stays_open_after_the_second(searcher: Searcher) -> None:
    unsure = replace(both(said("cart_add", ref=(1,)), said("policy", ask="returns")), confidence=0.01)

    def careful(parses: Iterable[Parse]) -> Assistant:
        return Assistant(replace(parts_with(searcher, parses), confirm_below=0.4))

    (_, reply), state, replayed = talk(careful, LAMPS, unsure)
    assert reply.question is not None
    assert reply.question.options == ("Yes", "No")
    assert state.cart == ()
    assert state.asked is not None
    assert state == replayed


def test_an_answer_line_holds_the_acts_in_order() -> None:
    message = "add the second, and show me a red vase under 20"
    line = write_answer(
        "cart_add", Slots(ref=(2,)), message, [("search", Slots(product="vase", color=("red",), price_max=Decimal(20)))]
    )
    assert line == "add; ref 2; then search; color red; product vase; max 20"
    parse = read_answer(line, message)
    assert parse.acts == ("cart_add", "search")
    assert [(one.intent, one.slots) for one in parse.in_order()] == [
        ("cart_add", Slots(ref=(2,))),
        ("search", Slots(product="vase", color=("red",), price_max=Decimal(20))),
    ]


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        (" add; ref 2; then search; product vase", True),
        (" add; then cart; then checkout", True),
        (" add; then cart; then checkout; then bye", False),
        (" add; then nonsense", False),
        (" add; then search; product lamp", False),
    ],
)
def test_the_grammar_allows_up_to_three_acts_with_words_of_the_message(
    tmp_path: Path, line: str, allowed: bool
) -> None:
    tokenizer = str(make_tiny_model(tmp_path) / "tokenizer.json")
    tokens = Tokenizer.from_file(tokenizer).encode(line).ids
    matcher = LLMatcher(
        LLTokenizer(tokenizer, eos_token=0), LLMatcher.grammar_from_lark(grammar("add the second and a vase"))
    )
    assert (matcher.try_consume_tokens(tokens) == len(tokens)) is allowed


def test_what_is_taken_back_before_a_new_search_is_not_shown_once_more(assistant_with: AssistantWith) -> None:
    both = replace(said("refine", drop=("kettle",)), then=said("search", product="lamp"))
    shop = assistant_with([said("search", product="kettle"), both])
    shop.reply("a kettle", "s_1")
    reply = shop.reply("forget the kettle, show me lamps", "s_1")
    assert reply.acts == ("search",)
    assert reply.cards
    assert {card.product.category[0] for card in reply.cards} == {"lighting"}


def test_what_goes_with_a_thing_or_is_like_it_is_numbered_on_behind_what_else_the_message_found(
    assistant_with: AssistantWith,
) -> None:
    """Two needs show two products each; the lampshade is the only thing that goes with the floor lamp."""
    bags = said("search", product="bag")
    goes_with = replace(bags, then=said("complement", product="tower floor lamp"))
    like = replace(bags, then=said("similar", product="bolt clamp lamp"))
    shop = assistant_with([goes_with, like])
    beside = shop.reply("bags, and what goes with the tower floor lamp", "s_1")
    assert [card.rank for card in beside.cards] == [1, 2, 3]
    assert "To go with Tower Floor Lamp: 3. Linen Lampshade $24. Why the third: " in beside.reply
    alike = shop.reply("bags, and something like the bolt clamp lamp", "s_2")
    assert [card.rank for card in alike.cards] == [1, 2, 3, 4]
    assert "These are like Bolt Clamp Lamp: 3. " in alike.reply
    assert "About the third: " in alike.reply


def test_a_second_question_that_products_are_usually_asked_is_no_question_for_the_rules(
    assistant_with: AssistantWith,
) -> None:
    asked = both(said("ask_product", ask="height", ref=(1,)), said("policy"))
    shop = assistant_with([said("search", product="floor lamp"), replace(asked, acts=("ask_product", "policy"))])
    shop.reply("a floor lamp", "s_1")
    reply = shop.reply("what height is the first one and what does it cost?", "s_1")
    assert reply.acts == ("ask_product",)
    assert reply.reply == "Tower Floor Lamp: height 160 cm. Tower Floor Lamp costs $120."


def test_two_questions_about_one_product_are_answered_once_however_many_acts_were_read(
    assistant_with: AssistantWith,
) -> None:
    first = said("ask_product", ask="height", ref=(1,))
    acts = ("ask_product", "ask_product")
    shop = assistant_with(
        [
            said("search", product="floor lamp"),
            replace(both(first, said("ask_product", ask="cost", ref=("last",))), acts=acts),
        ]
    )
    shop.reply("a floor lamp", "s_1")
    reply = shop.reply("what height is the first one and what does it cost?", "s_1")
    assert reply.reply == "Tower Floor Lamp: height 160 cm. Tower Floor Lamp costs $120."


def test_a_question_for_the_rules_is_not_asked_of_the_listing_too(assistant_with: AssistantWith) -> None:
    asked = both(said("ask_product", ask="height", ref=(1,)), said("policy"))
    shop = assistant_with([said("search", product="floor lamp"), replace(asked, acts=("ask_product", "policy"))])
    shop.reply("a floor lamp", "s_1")
    reply = shop.reply("what height is the first one and can i bring it back?", "s_1")
    assert reply.reply.startswith("Tower Floor Lamp: height 160 cm. This shop has given me no policies")
