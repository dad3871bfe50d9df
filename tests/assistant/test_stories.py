"""Stories: read with the line of what is wrong, played over the small shop, each expectation able to fail."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.contract import Reply
from assistant.model import Card, Parse
from assistant.scripted.files import StoryError, read_file, read_stories
from assistant.scripted.record import record
from assistant.scripted.run import Result, play, ungrounded
from assistant.stories import holds, schema
from tests.conftest import AssistantWith
from tests.fakes import said
from tests.small_shop import BY_ID

ROOT = Path(__file__).resolve().parents[2]
LAMPS = said(
    "search", product="lamp", price_max=Decimal(40)
)  # shows the black Aster at 34.99 and the clamp lamp at 19.50
TOTE = (said("search", product="tote bag"), said("cart_add", ref=(1,), quantity=2))


def write(folder: Path, text: str) -> Path:
    file = folder / "lamps.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def told(folder: Path, shop: AssistantWith, expected: str, *parses: Parse, mark: str = "") -> Result:
    """A story whose last turn expects this, written as YAML; the turns before expect nothing."""
    earlier = "".join("    - {shopper: as parsed}\n" for _ in parses[1:])
    text = f"- story: a claim\n{mark}  turns:\n{earlier}    - {{shopper: as parsed, {expected}}}\n"
    (scripted,) = read_file(write(folder, text))
    return play(scripted, shop(parses))


def whats(result: Result) -> list[str]:
    return [wrong.what for wrong in result.turns[-1].wrong]


RIGHT = [
    ("intent: search", LAMPS),
    ("intent: [refine, search]", LAMPS),
    ("acts: [search]", LAMPS),
    ("constraints: {product: Lamp, price_max: 40, color: [], brand: null}", LAMPS),
    ('every_product: {price: "<= 40"}', LAMPS),
    ("products: {min: 2, max: 5, every: {category: lighting}, some: {price: 19.5}, ids: [clamp]}", LAMPS),
    ("products: {min: 2, none: {without: lamp}, share: {of: {brand: Halden}, min: 0.5}}", LAMPS),
    ('products: {some: {attributes: {color: red}, stock: 2, rating: ">= 4", in_stock: true, text: drawing}}', LAMPS),
    ("question: false, relaxed: [], sources: false, comparison: false, handoff: false", LAMPS),
    ("reply: {says: [lamp, $40], never_says: sofa, says_one_of: [sofa, clamp]}", LAMPS),
    ("relaxed: [price_max]", said("search", product="lamp", price_max=Decimal(10))),
    ("products: {max: 0}", said("greet")),
]
WRONG = [
    ("intent: refine", LAMPS, ["intent"]),
    ("acts: [search, cart_add]", LAMPS, ["acts"]),
    ("constraints: {price_max: 30, color: [black]}", LAMPS, ["constraints.price_max", "constraints.color"]),
    ('every_product: {price: "< 30"}', LAMPS, ["every_product.every.price"]),
    ("products: {min: 4, max: 5}", LAMPS, ["products.min"]),
    ("products: {max: 0}", LAMPS, ["products.max"]),
    ("products: {some: {brand: Corrie}}", LAMPS, ["products.some"]),
    ("products: {min: 1, none: {category: clamp lamps}}", LAMPS, ["products.none"]),
    ("products: {first: {in_stock: false}}", LAMPS, ["products.first.in_stock"]),
    ("products: {min: 1, share: {of: {brand: Halden}, min: 0.6}}", LAMPS, ["products.share"]),
    ("products: {ids: [tower]}", LAMPS, ["products.ids"]),
    ("products: {some: {attributes: {wattage: 5 W}}}", LAMPS, ["products.some"]),
    ("every_product: {without: lamp}", LAMPS, ["every_product.every.without"] * 2),
    ("cart: {count: 1, total: 5, contains: [{id: tote}]}", LAMPS, ["cart.count", "cart.total", "cart.contains"]),
    ("question: true, relaxed: true, sources: [returns], comparison: true, handoff: true", LAMPS,
     ["question", "relaxed", "sources", "comparison", "handoff"]),
    ("reply: {says: sofa, never_says: lamp, says_one_of: [sofa, chair]}", LAMPS,
     ["reply.says", "reply.says_one_of", "reply.never_says"]),
    ("every_product: {price: 1}", said("greet"), ["every_product.min"]),
    ("products: {first: {price: 1}}", said("greet"), ["products.first"]),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "parse"), RIGHT, ids=[expected for expected, _ in RIGHT])
def test_an_expectation_that_holds_passes(
    tmp_path: Path, assistant_with: AssistantWith, expected: str, parse: Parse
) -> None:
    assert whats(told(tmp_path, assistant_with, expected, parse)) == []


@pytest.mark.parametrize(("expected", "parse", "names"), WRONG, ids=[expected for expected, _, _ in WRONG])
def test_an_expectation_that_does_not_hold_is_named(
    tmp_path: Path, assistant_with: AssistantWith, expected: str, parse: Parse, names: list[str]
) -> None:
    assert whats(told(tmp_path, assistant_with, expected, parse)) == names


def test_the_cart_is_held_against_count_total_and_lines(tmp_path: Path, assistant_with: AssistantWith) -> None:
    expected = "cart: {count: 2, total: 58, contains: [{id: tote, quantity: 2}, {text: market tote}]}"
    assert whats(told(tmp_path, assistant_with, expected, *TOTE)) == []


def test_new_products_are_those_not_shown_before_in_the_story(tmp_path: Path, assistant_with: AssistantWith) -> None:
    assert whats(told(tmp_path, assistant_with, "products: {min: 1, new: true}", LAMPS, LAMPS)) == ["products.new"]


@pytest.mark.parametrize(("order", "names"), [("price_asc", []), ("price_desc", ["products.sorted"])])
def test_an_order_is_that_of_the_products_shown(
    tmp_path: Path, assistant_with: AssistantWith, order: str, names: list[str]
) -> None:
    cheapest = said("search", product="lamp", price_max=Decimal(40), sort="price_asc")
    assert whats(told(tmp_path, assistant_with, f"products: {{min: 2, sorted: {order}}}", cheapest)) == names


def test_a_story_ends_at_the_first_turn_that_is_wrong(tmp_path: Path, assistant_with: AssistantWith) -> None:
    file = write(
        tmp_path,
        "- story: a claim\n  turns:\n    - {shopper: hi, intent: bye}\n    - {shopper: hi again}\n",
    )
    result = play(read_file(file)[0], assistant_with([said("greet"), said("greet")]))
    assert [turn.number for turn in result.turns] == [1]


def test_a_story_leaves_no_session_behind(tmp_path: Path, assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("greet"), said("greet")])
    (scripted,) = read_file(write(tmp_path, "- story: a claim\n  turns:\n    - {shopper: hi}\n"))
    play(scripted, shop)
    assert shop.reply("hi", "s_1").turn == 1


def test_a_message_that_is_refused_is_a_wrong_turn(tmp_path: Path, assistant_with: AssistantWith) -> None:
    (scripted,) = read_file(write(tmp_path, f"- story: a claim\n  turns:\n    - {{shopper: {'x' * 2_001}}}\n"))
    result = play(scripted, assistant_with())
    assert whats(result) == ["reply"]
    assert "2,001 characters" in result.turns[0].wrong[0].got


@pytest.mark.parametrize(("expected", "passed"), [("intent: bye", True), ("intent: search", False)])
def test_a_story_that_is_known_to_fail_passes_only_by_failing(
    tmp_path: Path, assistant_with: AssistantWith, expected: str, passed: bool
) -> None:
    result = told(
        tmp_path, assistant_with, expected, LAMPS, mark="  expected_to_fail: greetings are read as searches\n"
    )
    assert result.passed is passed


def test_what_a_variant_of_a_shown_product_comes_in_is_grounded(tmp_path: Path, assistant_with: AssistantWith) -> None:
    black = said("search", product="desk lamp", color=("black",))
    asked = said("ask_product", ref=(1,), ask="color")
    assert whats(told(tmp_path, assistant_with, "reply: {says: brass}", black, asked)) == []


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Bolt Clamp Lamp costs $19.50.", []),
        ("Here are 2 of 14 for lamp: 1. Bolt Clamp Lamp.", []),  # how many match stands nowhere else in a reply
        ("Put the Bolt Clamp Lamp in your cart: right?", []),  # the sentence's first word is no part of the name
        ("Put the Grand Clamp Lamp in your cart: right?", ["name “Put the Grand Clamp Lamp” has none"]),
        ("It is 12 cheaper than the tower.", ["number “12” has none"]),
        ("Grand Aurora Lamp is better.", ["name “Grand Aurora Lamp” has none"]),
        ("It says “lasts for ever”.", ["quotation “lasts for ever” has none"]),
    ],
)
def test_what_has_no_source_is_named(text: str, claims: list[str]) -> None:
    reply = Reply("s_1", 1, "search", ("search",), text, (Card(BY_ID["clamp"], 1.0, 1), Card(BY_ID["tower"], 0.9, 2)))
    assert [wrong.got for wrong in ungrounded(reply, ["a lamp"], [])] == claims


def test_a_number_that_the_shopper_says_in_a_word_is_a_source() -> None:
    reply = Reply("s_1", 1, "cart_add", ("cart_add",), "Put 2 of them in your cart: right?")
    assert ungrounded(reply, ["two of them"], []) == []
    assert [wrong.got for wrong in ungrounded(reply, ["some of them"], [])] == ["number “2” has none"]


@pytest.mark.parametrize(
    ("bound", "value", "held"),
    [
        ("<= 40", Decimal(40), True), ("< 40", Decimal(40), False), (">= 4", 4.5, True), ("> 5", 5, False), ("20..40", 20, True),
        ("20..40", 41, False), ("5", 5, True), ("== 5", 6, False), ("<= 40", None, False),
    ],
)  # fmt: skip
def test_a_bound_is_what_it_says(bound: str, value: Decimal | float | None, held: bool) -> None:
    assert holds(bound, value) is held


@pytest.mark.parametrize(
    ("turn", "line", "expected"),
    [
        ("{shopper: hi, intent: serach}", 4, r"intent.*expected 'search'.*got 'serach'"),
        ("{shopper: no}", 4, "shopper: expected a text; put quotes"),
        ("{intent: search}", 4, "shopper: expected, but not there"),
        ("{shopper: hi, prodcuts: {min: 1}}", 4, "prodcuts: no such key here"),
        ("{shopper: hi, products: {every: {price: 3}}}", 4, "`every` holds of an empty list too: expected `min: 1`"),
        ("{shopper: hi, products: {min: 0, every: {price: 3}}}", 4, "expected `min: 1` or more"),
        ("{shopper: hi, products: {max: 3}}", 4, "`max` holds of an empty list too"),
        ("{shopper: hi, products: {min: 3, max: 2}}", 4, "min <= max, got 3 > 2"),
        ("{shopper: hi, every_product: {}}", 4, "at least one of: price"),
        ("{shopper: hi, every_product: {price: cheap}}", 4, "a number, a comparison.*got 'cheap'"),
        ("{shopper: hi, constraints: {colour: [red]}}", 4, "no 'colour'; expected one of: product"),
        ("{shopper: hi, shopper: hello}", 4, "'shopper' stands twice"),
        ("{shopper: hi", 5, "not YAML"),
        ("\n        shopper: hi\n        cart:\n          count: many", 7, "a number, a comparison"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path, turn: str, line: int, expected: str) -> None:
    file = write(tmp_path, f"# lamps\n- story: a claim\n  turns:\n    - {turn}\n")
    with pytest.raises(StoryError, match=rf"lamps\.yaml:{line}: .*{expected}"):
        read_file(file)


def test_every_mistake_of_a_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, "- story: a\n  turns:\n    - {shopper: hi, intent: x}\n    - {shopper: hi, intent: y}\n")
    with pytest.raises(StoryError) as caught:
        read_file(file)
    assert [line.split(":")[1] for line in caught.value.detail.splitlines()] == ["3", "4"]


@pytest.mark.parametrize("text", ["", "[]", "just words", "- story: a claim\n"])
def test_a_file_without_a_story_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StoryError, match=r"lamps\.yaml:1: "):
        read_file(write(tmp_path, text))


def test_two_stories_of_one_name_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "- {story: a, turns: [{shopper: hi}]}\n- {story: a, turns: [{shopper: hi}]}\n")
    with pytest.raises(StoryError, match=r"lamps\.yaml:2: expected a name of its own.*lamps\.yaml:1"):
        read_stories([file])


@pytest.mark.parametrize("name", ["nothing.yaml", "empty"])
def test_a_path_without_stories_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoryError, match=name):
        read_stories([tmp_path / name])


def test_a_recorded_conversation_is_a_story_that_passes(tmp_path: Path, assistant_with: AssistantWith) -> None:
    heard: list[object] = []
    written = record(assistant_with(TOTE), ["a tote bag", "two please", "", "never read"], "a tote", heard.append)
    (scripted,) = read_file(write(tmp_path, written))
    assert [turn.shopper for turn in scripted.story.turns] == ["a tote bag", "two please"]
    assert len(heard) == 2
    assert play(scripted, assistant_with(TOTE)).passed


def test_a_conversation_in_which_nothing_is_said_is_no_story(assistant_with: AssistantWith) -> None:
    assert record(assistant_with(), ["", "hello"], "silence", print) == ""


def test_the_published_schema_is_the_one_that_stories_are_read_by() -> None:
    assert json.loads((ROOT / "docs" / "stories.schema.json").read_text(encoding="utf-8")) == schema()
