"""The one question: which, when, never twice, and never where the products shown fit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.explain import explain
from assistant.model import DialogueState, Exchange, Outcome, Question
from assistant.question import fits_well, question_for
from assistant.reply import write
from assistant.state import Effect, remember, update
from retrieval.product import Product
from retrieval.query import Constraints, Hit
from tests.conftest import AssistantWith
from tests.fakes import said


def shoe(number: int, kind: str, color: str, gender: str, price: int = 50) -> Product:
    facts = {"color": (color,), "gender": (gender,)}
    title = f"{color.title()} Pair {number}"
    return Product(f"s{number}", title, category=("shoes", kind), price=Decimal(price), attributes=facts)


KINDS = ("sneakers", "sandals", "boots", "clogs")
SHOES = [shoe(n, KINDS[n % 4], ("red", "blue")[n // 2 % 2], ("men", "women")[n // 4 % 2]) for n in range(16)]
WIDE = DialogueState(Constraints(product="shoes"))


def hits(products: list[Product]) -> list[Hit]:
    return [Hit(product, 0.9, rank) for rank, product in enumerate(products[:5], start=1)]


def ask(state: DialogueState, products: list[Product] = SHOES) -> Question | None:
    return question_for(products, hits(products), state)


def test_the_facet_that_splits_best_is_asked_with_its_own_values() -> None:
    # kinds: four equal parts, 2 bits; colour and audience: halves, 1 bit
    question = ask(WIDE)
    assert question == Question(
        "Which kind: boots, clogs, sandals or sneakers?", "category", ("boots", "clogs", "sandals", "sneakers")
    )


def test_for_whom_is_asked_before_which_colour_of_as_many_bits() -> None:
    question = ask(WIDE, [shoe(n, "boots", ("red", "blue")[n % 2], ("men", "women")[n // 2 % 2]) for n in range(16)])
    assert question is not None
    assert question.text == "For men or women?"


def test_prices_are_asked_for_when_nothing_else_tells_and_never_as_amounts_in_the_text() -> None:
    question = ask(WIDE, [shoe(n, "boots", "red", "men", 10 * (n + 1)) for n in range(12)])
    assert question == Question("What is your budget?", "price", ("under $50", "$50 to $90", "over $90"))


def test_who_wants_nothing_too_dear_is_asked_for_the_budget_first() -> None:
    cheap = replace(WIDE, constraints=Constraints(product="shoes", exclude=("too pricey",)))
    question = ask(cheap, [replace(one, price=Decimal(10 * (place + 1))) for place, one in enumerate(SHOES)])
    assert question is not None
    assert question.text == "What is your budget?"


def test_what_the_need_says_is_not_asked() -> None:
    men = replace(WIDE, constraints=Constraints(product="boots", gender="women", color=("green",)))
    assert ask(men, [shoe(n, "boots", ("red", "blue")[n % 2], ("men", "women")[n // 2 % 2]) for n in range(16)]) is None


def test_what_was_taken_back_is_not_asked() -> None:
    question = ask(replace(WIDE, dropped=("product",)))
    assert question is not None
    assert question.field == "gender"


def test_an_answered_question_may_be_followed_by_another() -> None:
    sneakers = [shoe(n, "sneakers", ("red", "blue")[n % 2], ("men", "women")[n // 2 % 2]) for n in range(16)]
    question = ask(DialogueState(Constraints(product="sneakers"), questioned=("category",)), sneakers)
    assert question is not None
    assert question.field == "gender"


def test_a_question_passed_over_is_the_last_of_its_need() -> None:
    assert ask(replace(WIDE, questioned=("category",))) is None


def test_few_things_are_shown_and_not_asked_about() -> None:
    assert ask(WIDE, SHOES[:7]) is None
    assert ask(WIDE, []) is None


@pytest.mark.parametrize(
    ("constraints", "well"),
    [
        (Constraints(product="shoes"), False),  # the bare kind
        (Constraints(product="shoes", price_max=Decimal(60)), True),
        (Constraints(product="shoes", color=("red",)), True),  # s0, s1 and s4 are red
        (Constraints(product="shoes", color=("blue",)), False),  # s2 and s3 only
        (Constraints(color=("red",)), False),  # no kind at all
    ],
)
def test_three_that_meet_a_need_of_more_than_the_kind_fit_well(constraints: Constraints, well: bool) -> None:
    assert fits_well(hits(SHOES), constraints) is well


def test_the_state_keeps_what_was_asked_until_the_next_need() -> None:
    state = remember(WIDE, Effect(questioned="category"), Exchange("shoes", "Which kind?"))
    assert state.questioned == ("category",)
    assert update(state, said("refine", color=("red",))).questioned == ("category",)
    assert update(state, said("search", product="lamp")).questioned == ()
    assert update(state, said("reset")).questioned == ()


def test_the_state_keeps_what_was_taken_back() -> None:
    assert update(WIDE, said("refine", drop=("colour", "leather"))).dropped == ("color", "leather")


def test_the_question_is_the_last_sentence_and_its_options_are_what_to_say_next() -> None:
    question = Question("For men or women?", "gender", ("men", "women"))
    outcome = Outcome(hits=tuple(hits(SHOES)), total=16, question=question)
    words = write(outcome, explain(outcome.hits, WIDE.constraints), WIDE, "USD")
    assert words.text.endswith(". For men or women?")
    assert words.question == question
    assert words.suggestions[:2] == ("men", "women")


def test_an_asked_order_gets_no_question(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="lamp", sort="price_asc")])
    assert shop.reply("the cheapest lamp", "s_1").question is None


def test_a_size_that_no_listing_gives_leaves_nothing_to_ask() -> None:
    shown = [Hit(shoe(number, "boots", "red", "men"), 0.9, number) for number in range(1, 4)]
    assert fits_well(shown, Constraints(product="boots", size=("38",)))


def test_categories_that_are_no_kinds_of_thing_are_not_asked_about() -> None:
    """Mugs for feasts and journeys differ in nothing else: of such shelves none is a kind of mug."""
    shelves = ("christmas", "camping", "halloween", "travel")
    mugs = [Product(f"m{n}", f"Mug {n}", category=("seasonal", shelves[n % 4]), price=Decimal(50)) for n in range(16)]
    assert ask(DialogueState(Constraints(product="mug")), mugs) is None


def test_categories_of_other_things_are_no_kinds_of_a_known_one() -> None:
    """Desks stand among tables and chairs; of shoes sneakers and boots are kinds."""
    desks = [
        Product(f"d{n}", f"Oak Desk {n}", category=("furniture", ("tables", "chairs")[n % 2]), price=Decimal(50))
        for n in range(16)
    ]
    assert ask(DialogueState(Constraints(product="desk")), desks) is None


@pytest.mark.parametrize(("whom", "field"), [("for my mum", "color"), ("for my friend", "gender")])
def test_for_men_or_women_is_not_asked_where_it_was_said_for_whom(whom: str, field: str) -> None:
    boots = [shoe(n, "boots", ("red", "blue")[n % 2], ("men", "women")[n // 2 % 2]) for n in range(16)]
    question = ask(DialogueState(Constraints(product="boots", features=(whom,))), boots)
    assert (question.field if question else "color") == field


def test_in_which_category_it_stands_is_not_asked_of_what_is_called_so_in_one_alone() -> None:
    """A hobo is a handbag, whatever else may pass for one."""
    shelves = ("handbag", "backpack")
    bags = [Product(f"b{n}", f"Bag {n}", category=("bags", shelves[n % 2]), price=Decimal(50)) for n in range(16)]
    hobos = [Product(f"c{n}", "Suede Hobo", category=("bags", "handbag"), price=Decimal(50)) for n in range(3)]
    assert ask(DialogueState(Constraints(product="hobo")), [*bags, *hobos]) is None
    question = ask(DialogueState(Constraints(product="hobo")), bags)
    assert question is not None
    assert question.options == ("backpack", "handbag")


def test_what_stands_in_another_department_than_those_shown_is_not_asked_about() -> None:
    """Of cocktail glasses nobody chooses between reading glasses and aviators."""
    shelves = ("tumblers", "goblets")
    drink = [Product(f"d{n}", f"Glass {n}", category=("kitchen", shelves[n % 2]), price=Decimal(50)) for n in range(10)]
    wear = [
        Product(f"w{n}", f"{('Aviator', 'Reading')[n % 2]} Glasses", category=("wear", "glasses"), price=Decimal(50))
        for n in range(16)
    ]
    state = DialogueState(Constraints(product="cocktail glasses"))
    question = question_for([*drink, *wear], hits(drink), state)
    assert question is None or not {"wear", "glasses", "aviator glasses", "reading glasses"} & set(question.options)
