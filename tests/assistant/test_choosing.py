"""Variants: what the shopper settled goes into the cart, what is open is asked, and nothing is chosen for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from assistant import Assistant
from assistant.actions.choosing import ask_among
from assistant.contract import Reply
from assistant.model import Intent, Parse, Question
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import parts_with
from tests.fakes import WordEmbedder, said

Talk = Callable[..., list[Reply]]


def _variant(group: str, title: str, price: str, stock: int, **options: str) -> Product:
    name = "-".join((group, *options.values())).replace(" ", "-")
    facts = {option: (value,) for option, value in options.items()}
    return Product(
        name, title, category=(group,), price=Decimal(price), in_stock=stock > 0, stock=stock, attributes=facts,
        options=options, group_id=group,
    )  # fmt: skip


SHOES = tuple(
    _variant("sneaker", f"Court Sneaker, {color.title()}, Size {size}", "98", stock, color=color, size=size)
    for color, size, stock in (
        ("white", "9", 4), ("white", "10", 4), ("white", "11", 0), ("navy", "9", 4), ("navy", "10", 4), ("navy", "11", 1),
    )
)  # fmt: skip
PRESSES = tuple(
    _variant("press", f"Harbor French Press, {capacity}", price, 5, capacity=capacity)
    for capacity, price in (("0.35 l", "34"), ("1 l", "43"))
)
COATS = tuple(_variant("coat", "Plain Coat", "60", stock, size=size) for size, stock in (("m", 0), ("l", 2), ("xl", 0)))
MUG = (_variant("mug", "Plain Mug", "9", 5, color="white"),)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    store = Store(tmp_path_factory.mktemp("variants") / "store", create=True)
    build_index((*SHOES, *PRESSES, *COATS, *MUG), store, WordEmbedder())
    lexical, dense = Lexical(store.catalog), Dense(store.chroma(), WordEmbedder())
    yield Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical))
    store.close()


@pytest.fixture
def talk(searcher: Searcher) -> Talk:
    """Replies to messages, each with what is read in it."""

    def replies(*turns: tuple[str, Parse]) -> list[Reply]:
        shop = Assistant(parts_with(searcher, [parse for _, parse in turns]))
        return [shop.reply(message, "s_1") for message, _ in turns]

    return replies


def _cart(reply: Reply) -> dict[str, int]:
    return {product.id: quantity for product, quantity in reply.cart.lines}


WHITE = ("white sneakers", said("search", product="sneaker", color=("white",)))
ADD = ("add the first one", said("cart_add", ref=(1,)))


def test_a_size_that_nobody_chose_is_asked_for_with_those_in_stock(talk: Talk) -> None:
    asked = talk(WHITE, ADD)[-1]
    assert _cart(asked) == {}
    assert asked.reply == "11 is sold out. Which size of Court Sneaker, White: 9 or 10?"
    assert asked.question == Question("Which size of Court Sneaker, White: 9 or 10?", "size", ("9", "10"))


@pytest.mark.parametrize(
    ("message", "parse"),
    [
        ("10", said("cart_add", ref=(1,), size=("10",))),
        ("10 please", said("cart_add", quantity=10)),
        ("in 10", said("refine", size=("10",))),
        ("make it a 10", said("cart_remove", size=("10",), ref=("last",))),
    ],
)
def test_the_size_named_next_is_the_one_in_the_cart(talk: Talk, message: str, parse: Parse) -> None:
    added = talk(WHITE, ADD, (message, parse))[-1]
    assert added.intent == "cart_add"
    assert _cart(added) == {"sneaker-white-10": 1}
    assert added.constraints.size == ()  # chosen, not wished for from now on


def test_the_quantity_said_first_is_kept_and_one_said_with_the_answer_counts(talk: Talk) -> None:
    two = ("two of the first", said("cart_add", ref=(1,), quantity=2))
    assert _cart(talk(WHITE, two, ("10", said("cart_add", size=("10",))))[-1]) == {"sneaker-white-10": 2}
    assert _cart(talk(WHITE, ADD, ("3 of the 10", said("cart_add", quantity=3)))[-1]) == {"sneaker-white-10": 3}


def test_an_answer_may_change_the_colour_too(talk: Talk) -> None:
    answer = ("10 and in navy", said("cart_add", size=("10",), color=("navy",)))
    assert _cart(talk(WHITE, ADD, answer)[-1]) == {"sneaker-navy-10": 1}


def test_a_size_of_the_need_is_the_one_added_and_said(talk: Talk) -> None:
    need = ("white sneakers in 10", said("search", product="sneaker", color=("white",), size=("10",)))
    added = talk(need, ADD)[-1]
    assert _cart(added) == {"sneaker-white-10": 1}
    assert "Court Sneaker, White, Size 10" in added.reply


def test_one_of_two_sizes_of_the_need_is_not_chosen(talk: Talk) -> None:
    need = ("white sneakers, 9 or 10", said("search", product="sneaker", color=("white",), size=("9", "10")))
    asked = talk(need, ADD)[-1]
    assert (_cart(asked), asked.question and asked.question.options) == ({}, ("9", "10"))


def test_a_size_asked_about_is_not_chosen(talk: Talk) -> None:
    about = ("does it come in 10?", said("ask_product", ref=(1,), size=("10",)))
    assert _cart(talk(WHITE, about, ADD)[-1]) == {}


def test_a_variant_that_is_sold_out_is_said_to_be_so_with_those_that_are_there(talk: Talk) -> None:
    gone = talk(WHITE, ADD, ("11", said("cart_add", size=("11",))))[-1]
    assert _cart(gone) == {}
    assert gone.reply == (
        "Court Sneaker, White, Size 11 is sold out, so I did not add it. In stock: size 9 and 10. Shall I add one of them?"
    )
    assert _cart(talk(WHITE, ADD, ("11", said("cart_add")), ("then 9", said("cart_add", size=("9",))))[-1]) == {
        "sneaker-white-9": 1
    }


def test_another_subject_drops_the_question(talk: Talk) -> None:
    press = ("a press under 10", said("search", product="press", price_max=Decimal(10)))
    after = talk(WHITE, ADD, press, ("10", said("other")))
    assert [_cart(reply) for reply in after[2:]] == [{}, {}]
    assert after[2].cards[0].product.category == ("press",)


@pytest.mark.parametrize("intent", ["ask_product", "policy", "cart_view"])
def test_a_question_that_names_a_size_adds_nothing(talk: Talk, intent: Intent) -> None:
    assert _cart(talk(WHITE, ADD, ("is the 10 there?", said(intent)))[-1]) == {}


def test_no_to_the_question_adds_nothing(talk: Talk) -> None:
    assert _cart(talk(WHITE, ADD, ("no thanks", said("feedback")))[-1]) == {}


def test_the_colour_on_the_card_is_the_one_meant(talk: Talk) -> None:
    any_color = ("sneakers", said("search", product="sneaker"))
    shown, asked = talk(any_color, ADD)
    assert shown.cards[0].product.options["color"].title() in asked.reply


def test_what_is_in_the_cart_already_is_not_asked_again(talk: Talk) -> None:
    more = ("two more of the first", said("cart_add", ref=(1,), quantity=2))
    assert _cart(talk(WHITE, ADD, ("10", said("cart_add", size=("10",))), more)[-1]) == {"sneaker-white-10": 3}


def test_an_option_other_than_a_size_is_settled_by_the_card_or_by_its_name(talk: Talk) -> None:
    press = ("a press", said("search", product="press"))
    shown, added = talk(press, ADD)
    assert _cart(added) == {shown.cards[0].product.id: 1}
    named = talk(press, ("the 1 l one", said("cart_add", ref=(1,))))[-1]
    assert _cart(named) == {"press-1-l": 1}


def test_the_only_size_left_is_offered_and_added_after_a_yes(talk: Talk) -> None:
    coat = ("a coat", said("search", product="coat"))
    asked, added = talk(coat, ADD, ("yes", said("other")))[1:]
    assert asked.reply == "Of Plain Coat only size l is left in stock; m and xl are sold out. Shall I add that?"
    assert _cart(asked) == {}
    assert _cart(added) == {"coat-l": 1}
    assert "Plain Coat (l)" in added.reply  # the title does not say it


def test_the_only_variant_is_added_without_a_question(talk: Talk) -> None:
    assert _cart(talk(("a mug", said("search", product="mug")), ADD)[-1]) == {"mug-white": 1}


def test_of_several_things_one_is_asked_about_and_the_others_are_not_forgotten(talk: Talk) -> None:
    everything = ("the cheapest of all", said("search", sort="price_asc"))
    all_of_them = ("all of them", said("cart_add", ref=("all",)))  # four, which are asked about first
    shown, _, asked = talk(everything, all_of_them, ("yes", said("other")))
    open_ones = [card.product.group_id for card in shown.cards if card.product.group_id in ("sneaker", "coat")]
    assert len(open_ones) == 2
    assert _cart(asked).keys() == {card.product.id for card in shown.cards} - {
        card.product.id for card in shown.cards if card.product.group_id in open_ones
    }
    assert asked.reply.count("?") == 1
    assert asked.reply.count("I did not add") == 1


def test_prices_that_differ_by_the_option_stand_beside_its_values() -> None:
    asked = ask_among(PRESSES, "capacity", 1)
    assert asked.text == "Which capacity of Harbor French Press: 0.35 l ($34) or 1 l ($43)?"
    assert asked.question == Question(asked.text, "capacity", ("0.35 l", "1 l"))
