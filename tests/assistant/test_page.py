"""What the page around a conversation tells of: "this one" is the product of the page, whatever was listed in the chat."""

from __future__ import annotations

from assistant.model import DialogueState, Parse
from assistant.state import Effect, arrived, leave, replay
from tests.conftest import AssistantWith
from tests.fakes import said

LAMPS = said("search", product="desk lamp")
IT = said("cart_add", ref=("last",))
WATERPROOF = said("ask_product", ref=("last",), ask="waterproof")


def bought(assistant_with: AssistantWith, *turns: tuple[Parse, str, str | None]) -> list[str]:
    """Ids in the cart after turns of (what is read, the message, the page)."""
    with assistant_with(parse for parse, _, _ in turns) as shop:
        for _, message, page in turns:
            reply = shop.reply(message, "s_1", page=page)
        return [product.id for product, _ in reply.cart.lines]


def test_a_question_with_nothing_shown_is_about_the_product_of_the_page(assistant_with: AssistantWith) -> None:
    with assistant_with([WATERPROOF]) as shop:
        reply = shop.reply("is this one waterproof?", page="rucksack")
    assert "Trail Rucksack: waterproof yes" in reply.reply
    assert reply.warnings == ()


def test_without_a_reference_too(assistant_with: AssistantWith) -> None:
    with assistant_with([said("ask_product", ask="capacity")]) as shop:
        assert "22 l" in shop.reply("how much fits in?", page="rucksack").reply


def test_a_cheaper_one_like_it_is_like_the_product_of_the_page(assistant_with: AssistantWith) -> None:
    with assistant_with([said("similar", sort="price_asc")]) as shop:
        reply = shop.reply("something like this but cheaper", page="storm")
    assert [card.product.id for card in reply.cards] == ["breeze", "puddle"]  # puddle is for kids


def test_what_is_liked_and_nothing_shown_is_the_product_of_the_page(assistant_with: AssistantWith) -> None:
    with assistant_with([said("feedback", ref=("last",))]) as shop:
        assert "Trail Rucksack" in shop.reply("i love this one", page="rucksack").reply


def test_a_colour_asked_for_while_nothing_is_looked_for_is_asked_of_the_product_of_the_page(
    assistant_with: AssistantWith,
) -> None:
    black = said("refine", color=("black",))
    with assistant_with([black]) as shop:
        reply = shop.reply("do you have this in black?", page="aster-white")
    assert (reply.acts, reply.reply) == (("ask_product",), "Aster Desk Lamp, White: color black, white, brass.")
    with assistant_with([said("search", product="satchel"), black]) as shop:
        shop.reply("a satchel", "s_1", page="aster-white")
        assert shop.reply("in black", "s_1", page="aster-white").intent == "refine"


def test_a_colour_is_asked_of_the_one_product_just_spoken_of_and_no_list_makes_it_another(
    assistant_with: AssistantWith,
) -> None:
    reads = [said("search", product="lamp"), said("ask_product", ref=(2,)), said("refine", color=("white",))]
    with assistant_with([*reads, said("refine", size=("9",)), IT]) as shop:
        second = shop.reply("lamps", "s_1").cards[1].product
        shop.reply("tell me about the second", "s_1")
        for message in ("does it come in white?", "and does it come in size 9?"):
            reply = shop.reply(message, "s_1")
            assert (reply.intent, reply.cards) == ("ask_product", ())
        assert [one.id for one, _ in shop.reply("add it", "s_1").cart.lines] == [second.id]
    with assistant_with(reads) as shop:
        for message in ("lamps", "tell me about the second", "i want it in white"):
            reply = shop.reply(message, "s_1")
        assert reply.intent == "refine"


def test_too_dear_is_said_of_the_product_of_the_page(assistant_with: AssistantWith) -> None:
    with assistant_with([said("refine", exclude=("too expensive",))]) as shop:
        reply = shop.reply("too expensive", page="storm")
    assert [card.product.id for card in reply.cards] == ["breeze", "puddle"]  # puddle is for kids


def test_whether_it_is_in_stock_is_answered_by_the_record_though_read_as_a_question_of_rules(
    assistant_with: AssistantWith,
) -> None:
    with assistant_with([said("policy", ask="in stock")]) as shop:
        assert "Trail Rucksack is in stock" in shop.reply("is it in stock?", page="rucksack").reply


def test_this_means_the_page_after_a_list_and_a_place_in_the_list_means_the_list(assistant_with: AssistantWith) -> None:
    listed = (LAMPS, "a desk lamp", "tote")
    assert bought(assistant_with, listed, (IT, "add this to my cart", "tote")) == ["tote"]
    second = (said("cart_add", ref=(2,)), "add the second one", "tote")
    assert bought(assistant_with, listed, second) != ["tote"]


def test_this_means_what_was_spoken_of_since_until_another_page_is_opened(assistant_with: AssistantWith) -> None:
    listed = (LAMPS, "a desk lamp", "tote")
    asked = (said("ask_product", ref=(1,), ask="price"), "what is the price of the first one?", "tote")
    assert bought(assistant_with, listed, asked, (IT, "i'll take it", "tote")) == ["workshop"]
    assert bought(assistant_with, listed, asked, (IT, "i'll take it", "satchel")) == ["satchel"]


def test_this_lamp_is_no_bag_though_the_page_is_of_one(assistant_with: AssistantWith) -> None:
    clamp = (said("search", product="clamp lamp"), "a clamp lamp", "tote")
    assert bought(assistant_with, clamp, (IT, "add that lamp", "tote")) == ["clamp"]


def test_a_yes_is_about_the_page_on_which_it_was_asked(assistant_with: AssistantWith) -> None:
    again = (IT, "add it", "tote")
    turns = [(IT, "add it", "tote"), again, (said("other"), "yes", "satchel"), (IT, "add it", "satchel")]
    assert bought(assistant_with, *turns[:3]) == ["tote"]
    assert bought(assistant_with, *turns) == ["tote", "satchel"]


def test_a_product_that_the_catalogue_has_not_is_ignored_and_told(assistant_with: AssistantWith) -> None:
    with assistant_with([IT]) as shop:
        reply = shop.reply("add it", page="<b>no such</b>")
    assert reply.cart.lines == ()
    (warning,) = reply.to_json()["warnings"]
    assert "'<b>no such</b>' is not in the catalogue" in warning
    assert "no such" not in reply.reply


def test_a_product_spoken_of_by_its_title_is_it_though_others_are_listed(assistant_with: AssistantWith) -> None:
    titled = (said("ask_product", ask="material"), "what material is the Brown Satchel Bag?", None)
    assert bought(assistant_with, (LAMPS, "a desk lamp", None), titled, (IT, "add it", None)) == ["satchel"]


def test_the_turns_of_a_conversation_fold_to_its_state_pages_and_all(assistant_with: AssistantWith) -> None:
    with assistant_with([LAMPS, WATERPROOF, said("reset")]) as shop:
        for message, page in (("a desk lamp", None), ("is this waterproof?", "rucksack"), ("start over", "rucksack")):
            shop.reply(message, "s_1", page=page)
        kept = shop.session("s_1")
    state = DialogueState()
    for turn in kept.turns:
        state = replay(state, turn.parse, turn.effect, turn.exchange)
    assert state == kept.state
    assert (state.page, state.focus) == ("rucksack", "rucksack")


def test_whoever_leaves_a_product_page_has_still_spoken_of_it() -> None:
    on_it = arrived(DialogueState(), "tote")
    assert arrived(on_it, None) == DialogueState(focus="tote")
    assert leave(on_it, Effect(shown=("tower", "clamp"))).focus == "tote"
    assert leave(arrived(on_it, None), Effect(shown=("tower", "clamp"))).focus == "tower"
