"""Feedback: what was disliked stays away, what was liked draws others up, a price too high becomes a bound, all of it said."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.assistant import Assistant
from assistant.build import build_embedder
from assistant.contract import Reply
from assistant.model import Parse, Taste
from assistant.sayings.at_us import SURELY, at_us
from assistant.sayings.complaints import complaint_of, length_of, too_big_or_small
from assistant.sayings.sentiment import feeling
from assistant.settings import Settings
from assistant.taste import leaning
from assistant.wishes import Drop
from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.query import Constraints, Hit
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.conftest import AssistantWith, parts_with
from tests.fakes import WordEmbedder, said

JACKETS = (
    "jackets",
    said("search", product="jacket"),
)  # shows breeze $59, fjord $149, storm $79, and at the end puddle $35, which is for children
LAMPS = ("lamps", said("search", product="lamp"))  # shows workshop, clamp $19.50, aster-white $34.99, tower $120


def talk(assistant_with: AssistantWith, *turns: tuple[str, Parse]) -> Reply:
    shop = assistant_with([parse for _, parse in turns])
    return [shop.reply(message, "s_1") for message, _ in turns][-1]


def ids(reply: Reply) -> list[str]:
    return [card.product.id for card in reply.cards]


def test_a_disliked_product_does_not_come_back(assistant_with: AssistantWith) -> None:
    ugly = ("the second is ugly", said("feedback", ref=(2,)))
    at_once = talk(assistant_with, JACKETS, ugly)
    later = talk(assistant_with, JACKETS, ugly, ("jackets again", said("search", product="jacket")))
    assert at_once.reply.startswith("Noted: Fjord Down Jacket will not come back.")
    assert set(ids(at_once)) == set(ids(later)) == {"breeze", "puddle", "storm"}


def test_a_refusal_that_only_points_at_what_was_shown_is_a_word_on_these(assistant_with: AssistantWith) -> None:
    refused = ("please not those hideous ones", said("refine", exclude=("those hideous ones",)))
    reply = talk(assistant_with, LAMPS, refused)
    assert (reply.intent, reply.constraints.exclude) == ("feedback", ())


def test_the_others_stay_on_the_table_after_one_is_disliked(assistant_with: AssistantWith) -> None:
    shown = ids(talk(assistant_with, LAMPS))
    reply = talk(assistant_with, LAMPS, ("i don't like the second", said("feedback", ref=(2,))))
    assert set(ids(reply)) == set(shown) - {shown[1]}
    assert "Left are: 1. " in reply.reply
    assert "Instead" not in reply.reply


SORRY = "I am sorry that this is not going well."


def test_anger_at_the_assistant_after_a_question_takes_no_product_away(assistant_with: AssistantWith) -> None:
    asked = ("is the first waterproof?", said("ask_product", ref=(1,), ask="waterproof"))
    angry = talk(assistant_with, JACKETS, asked, ("you stupid bot", said("feedback")))
    assert angry.reply.startswith(SORRY)


def test_anger_at_the_assistant_takes_no_product_away(assistant_with: AssistantWith) -> None:
    angry = talk(assistant_with, JACKETS, ("fuck you", said("feedback")))
    later = talk(assistant_with, JACKETS, ("fuck you", said("feedback")), ("jackets", said("search", product="jacket")))
    dislike = talk(assistant_with, JACKETS, ("these are ugly", said("feedback")))
    assert angry.reply.startswith(SORRY)
    assert len(ids(later)) == 4
    assert ids(dislike) == []  # the small shop has no fifth


def test_anger_at_the_assistant_is_no_question_outside_the_shop(assistant_with: AssistantWith) -> None:
    assert talk(assistant_with, ("you idiot", said("other"))).reply.startswith(SORRY)
    outside = talk(assistant_with, ("tell me a joke", said("other"))).reply
    assert outside.startswith("That is outside what I can help with.")


def test_what_is_liked_and_was_not_shown_changes_nothing(assistant_with: AssistantWith) -> None:
    one = ("a breeze jacket", said("search", product="breeze jacket"))
    reply = talk(assistant_with, one, ("i love lamps", said("feedback", product="lamp")))
    assert reply.reply == "Thank you for telling me. What are you looking for?"


def test_the_reason_says_how_a_product_differs_from_the_disliked_one(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("i hate the second", said("feedback", ref=(2,))))
    storm = next(card for card in reply.cards if card.product.id == "storm")
    assert storm.reasons[0].text == "color blue, unlike the one you passed over (color green)"


def test_what_a_liked_product_has_draws_others_up() -> None:
    red, blue = (Product(name, name, attributes={"color": (name,)}) for name in ("red", "blue"))
    liked = Product("liked", "Liked", attributes={"color": ("blue",)})
    hits = [Hit(red, 0.6, 1), Hit(blue, 0.5, 2)]
    assert [hit.product.id for hit in leaning(hits, [liked], [], Constraints())] == ["blue", "red"]
    assert [hit.product.id for hit in leaning(hits, [], [liked], Constraints())] == ["red", "blue"]


def test_what_was_asked_for_does_not_count_against_a_product() -> None:
    red, blue = (Product(name, name, attributes={"color": (name,)}) for name in ("red", "blue"))
    disliked = Product("disliked", "Disliked", attributes={"color": ("red",)})
    hits = [Hit(red, 0.55, 1), Hit(blue, 0.5, 2)]
    assert [hit.product.id for hit in leaning(hits, [], [disliked], Constraints(color=("red",)))] == ["red", "blue"]


def test_a_like_is_kept_and_the_product_stays_on_the_table(assistant_with: AssistantWith) -> None:
    shop = assistant_with([JACKETS[1], said("feedback", ref=(2,)), said("cart_add")])
    shop.reply("jackets", "s_1")
    liked = shop.reply("love the fjord", "s_1")
    assert liked.reply == (
        "Noted, you like Fjord Down Jacket. What comes next leans to what it has: brand norrvik, color green. "
        "Would you like it in your cart, or more like it?"
    )
    assert shop.session("s_1").state.taste == Taste(liked=("fjord",))
    assert [product.id for product, _ in shop.reply("i take it", "s_1").cart.lines] == ["fjord"]


def test_who_likes_one_and_asks_for_more_of_it_is_told(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMPS, ("i like the second one, tell me more", said("feedback", ref=(2,))))
    assert reply.acts == ("feedback", "ask_product")
    assert reply.reply.startswith("Noted, you like Bolt Clamp Lamp.")
    assert reply.reply.count("Bolt Clamp Lamp") == 2


def test_praise_of_a_list_that_points_at_none_likes_none(assistant_with: AssistantWith) -> None:
    shop = assistant_with([JACKETS[1], said("feedback")])
    shop.reply("jackets", "s_1")
    assert shop.reply("something cool, not boring", "s_1").reply == "Good to hear. Which of them do you like?"
    assert shop.session("s_1").state.taste == Taste()


def test_praise_of_what_was_just_chosen_likes_it(assistant_with: AssistantWith) -> None:
    shop = assistant_with([JACKETS[1], said("recommend"), said("feedback")])
    shop.reply("jackets", "s_1")
    chosen, *_ = ids(shop.reply("which would you pick?", "s_1"))
    shop.reply("lovely", "s_1")
    assert shop.session("s_1").state.taste == Taste(liked=(chosen,))


def test_too_expensive_lowers_the_bound_below_the_cheapest_meant(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("the third is too expensive", said("feedback", ref=(3,))))
    assert reply.constraints.price_max == Decimal("78.99")
    assert reply.reply.startswith("Then below $79, the cheapest of those.")
    assert set(ids(reply)) == {"breeze", "puddle"}
    assert all(card.reasons[0].text == "below the $79 that was too expensive" for card in reply.cards)


def test_what_no_cheaper_one_says_is_admitted(assistant_with: AssistantWith) -> None:
    jackets = said("search", product="jacket", features=("glittering",))
    shop = assistant_with([jackets, said("feedback", ref=(1,))])
    first, reply = [shop.reply(message, "s_1") for message in ("a glittering jacket", "the first is too expensive")]
    assert reply.cards
    assert "says “glittering”." in reply.reply or "doesn't say “glittering”." in reply.reply
    assert first.cards[0].product.id not in {card.product.id for card in reply.cards}


def test_a_bound_below_which_there_is_nothing_is_not_set(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMPS, ("too expensive", said("feedback", ref=("all",))))
    told = "Nothing else of this kind costs less than Bolt Clamp Lamp at $19.50, so I leave the budget as it was."
    assert reply.reply == told
    assert reply.constraints.price_max is None


def test_too_pricey_is_said_of_all_where_no_word_points_at_one(assistant_with: AssistantWith) -> None:
    asked = ("compare them", said("compare", ref=(1, 2)))
    reply = talk(assistant_with, JACKETS, asked, ("way too pricey", said("feedback", ref=("last",))))
    assert reply.reply.startswith("Nothing else of this kind costs less than Puddle Rain Jacket at $35")


def test_refusing_a_word_for_a_price_is_a_judgement_of_what_is_shown(assistant_with: AssistantWith) -> None:
    coats = (
        "jackets over 50",
        said("search", product="jacket", price_min=Decimal(50)),
    )  # breeze $59, storm $79, fjord $149
    reply = talk(assistant_with, coats, ("too expensive", said("refine", exclude=("expensive",))))
    assert reply.intent == "feedback"
    assert reply.constraints.exclude == ()
    assert "$59" in reply.reply


def test_refusing_what_is_no_word_for_a_price_stays_a_refusal(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("not too high", said("refine", exclude=("too high",))))
    assert (reply.intent, reply.constraints.exclude) == ("refine", ("too high",))


def test_a_reason_in_words_is_told_back(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("the second looks childish", said("feedback", ref=(2,))))
    assert reply.reply.startswith(
        "You say “the second looks childish”: listings don't tell that of others. I set aside Fjord Down Jacket."
    )
    assert "fjord" not in ids(reply)


def test_a_brand_that_is_not_liked_is_refused(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMPS, ("i don't like the brand", said("refine", exclude=("brand",), ref=(2,))))
    assert reply.intent == "feedback"
    assert reply.reply.startswith("You say “i don't like the brand”: nothing more with brand Orvane then.")
    assert reply.constraints.exclude == ("orvane",)
    assert all(card.product.brand != "Orvane" for card in reply.cards)


def test_a_brand_of_several_that_share_none_refuses_none(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, LAMPS, ("i don't like the brand", said("refine", exclude=("brand",))))
    assert reply.constraints.exclude == ()
    assert "they share no brand, so no brand is refused" in reply.reply


def test_refusing_what_only_points_sets_aside_what_is_shown(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("not those", said("refine", exclude=("those",))))
    assert (reply.intent, reply.constraints.exclude, ids(reply)) == ("feedback", (), [])
    assert reply.reply.startswith("Noted: those 4 will not come back.")
    assert "You set aside all 4 that I have for jacket." in reply.reply


def test_what_was_set_aside_comes_back_after_a_yes(assistant_with: AssistantWith) -> None:
    aside = ("not those", said("refine", exclude=("those",)))
    again = talk(assistant_with, JACKETS, aside, ("jackets", said("search", product="jacket")))
    assert again.question is not None
    assert (ids(again), again.question.text) == ([], "Do you want them back?")
    back = talk(assistant_with, JACKETS, aside, ("yes", said("other")))
    assert back.reply.startswith("I brought back what you set aside.")
    assert set(ids(back)) == {"breeze", "fjord", "puddle", "storm"}


@pytest.mark.parametrize("read", [said("refine"), said("feedback", ref=("last",))])
def test_ones_are_all_that_was_shown_though_one_of_them_was_asked_about(
    assistant_with: AssistantWith, read: Parse
) -> None:
    asked = ("is the second waterproof?", said("ask_product", ref=(2,), ask="waterproof"))
    reply = talk(assistant_with, JACKETS, asked, ("not these ugly ones", read))
    assert reply.reply.startswith("Noted: those 4 will not come back.")


def test_what_comes_in_place_of_all_that_is_called_so_is_told_to_be_only_near_it(assistant_with: AssistantWith) -> None:
    """There is one floor lamp; a shade for one comes near."""
    tower = ("a floor lamp", said("search", product="floor lamp"))
    reply = talk(assistant_with, tower, ("not that one", said("feedback", ref=(1,))))
    assert "Nothing else here is called “floor lamp”; these are near it. Instead: 1. Linen Lampshade" in reply.reply


def test_none_of_these_is_nice_likes_nothing(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("none of them is nice", said("feedback")))
    assert reply.reply.startswith("Noted: those 4 will not come back.")


def test_a_dislike_after_a_question_is_of_the_product_asked_about(assistant_with: AssistantWith) -> None:
    asked = ("has the second a hood?", said("ask_product", ask="a hood", ref=(2,)))
    of_it = talk(assistant_with, JACKETS, asked, ("ugly", said("feedback")))
    of_all = talk(assistant_with, JACKETS, asked, ("none of these", said("feedback")))
    assert of_it.reply.startswith("Noted: Fjord Down Jacket will not come back.")
    assert of_all.reply.startswith("Noted: those 4 will not come back.")


def test_a_dislike_after_a_choice_is_of_what_was_chosen(assistant_with: AssistantWith) -> None:
    shop = assistant_with([JACKETS[1], said("recommend"), said("feedback")])
    shown = ids(shop.reply("jackets", "s_1"))
    chosen = ids(shop.reply("which would you pick?", "s_1"))
    assert set(ids(shop.reply("ugly", "s_1"))) == set(shown) - set(chosen)


def test_a_colour_that_is_not_liked_is_refused(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, ("the color doesn't suit me", said("refine", exclude=("color",), ref=(2,))))
    assert reply.constraints.exclude == ("green",)


HEAVY = "that's too heavy to carry"


def test_too_heavy_brings_what_is_stated_to_be_lighter(new_store: Store) -> None:
    weights = {"a": "2 kg", "b": "1.5 kg", "c": "900 g", "d": None}
    tents = [
        Product(name, f"Tent {name.upper()}", category=("tents",), price=Decimal(50), attributes={"weight": (weight,)} if weight else {})
        for name, weight in weights.items()
    ]  # fmt: skip
    build_index(tents, new_store, WordEmbedder())
    lexical, dense = Lexical(new_store.catalog), Dense(new_store.chroma(), WordEmbedder())
    searcher = Searcher(new_store.catalog, lexical, dense, LinearMix(dense, lexical))
    shop = Assistant(parts_with(searcher, [said("search", product="tent"), said("feedback")]))
    first = next(card for card in shop.reply("tents", "s_1").cards if card.product.id == "b")
    reply = shop.reply(HEAVY, "s_1")  # of all shown c is the lightest
    assert reply.reply == (
        f"You say “{HEAVY}”: nothing else of this kind is stated to be lighter than 900 g, as Tent C is. I left the list as it is."
    )
    assert shop.session("s_1").state.taste == Taste()

    heavy, drop = said("refine", exclude=("heavy",)), said("refine", drop=("weight",))
    shop = Assistant(parts_with(searcher, [said("search", product="tent"), heavy, said("refine"), drop]))
    shop.reply("tents", "s_2")
    pointed = f"number {first.rank}, {HEAVY}"
    reply = shop.reply(pointed, "s_2")
    assert ids(reply) == ["c"]
    assert reply.reply == (
        f"You say “{pointed}”: then lighter than 1.5 kg. I set aside Tent B. Instead: 1. Tent C $50. "
        "Why the first: 900 g, lighter than 1.5 kg."
    )
    assert "900 g, lighter than 1.5 kg" in [reason.text for reason in reply.cards[0].reasons]

    again = shop.reply("show me them again", "s_2")
    assert ids(again) == ["c"]  # the reason holds for the need
    assert "tent, lighter than 1.5 kg" in again.reply
    assert [wish["text"] for wish in again.to_json()["wishes"]] == ["tent", "lighter than 1.5 kg"]
    assert again.to_json()["constraints"]["limits"] == ["lighter than 1.5 kg"]
    assert set(ids(shop.reply("any weight will do", "s_2"))) == {"a", "c", "d"}  # b was set aside

    shop = Assistant(parts_with(searcher, [said("search", product="tent"), heavy]))
    shop.reply("tents", "s_3")
    shop.reply(pointed, "s_3")
    dropped = shop.reply(Drop("limits", "lighter than 1.5 kg"), "s_3")
    assert dropped.constraints.limits == ()


@pytest.mark.parametrize(
    ("message", "length", "side"),
    [
        ("the height is too much", "height", "big"),
        ("it is not wide enough", "width", "small"),
        ("too deep", "depth", "big"),
    ],
)
def test_a_complaint_about_one_measure_is_told_from_one_about_the_size(
    message: str, length: str | None, side: str
) -> None:
    embedder = WordEmbedder()
    assert (complaint_of(message, embedder), length_of(message, embedder)) == ("size", length)
    assert too_big_or_small(message, embedder) == side


@pytest.mark.parametrize(
    ("message", "limit", "left"),
    [
        ("too bulky", "height below 30 cm", ["low"]),
        ("too small", "height above 30 cm", ["tall"]),
    ],
)
def test_too_bulky_brings_what_is_stated_to_be_smaller(
    new_store: Store, message: str, limit: str, left: list[str]
) -> None:
    heights = {"low": "20 cm", "middle": "30 cm", "tall": "0.4 m"}
    vases = [
        Product(name, f"Vase {name}", category=("vases",), price=Decimal(9), attributes={"height": (height,)})
        for name, height in heights.items()
    ]
    build_index(vases, new_store, WordEmbedder())
    lexical, dense = Lexical(new_store.catalog), Dense(new_store.chroma(), WordEmbedder())
    searcher = Searcher(new_store.catalog, lexical, dense, LinearMix(dense, lexical))
    complaint = said("refine", exclude=(message.split()[-1],))
    shop = Assistant(parts_with(searcher, [said("search", product="vase"), complaint]))
    place = next(card.rank for card in shop.reply("vases", "s_1").cards if card.product.id == "middle")
    reply = shop.reply(f"number {place} is {message}", "s_1")
    assert [one.text for one in reply.constraints.limits] == [limit]
    assert ids(reply) == left


def test_what_a_product_on_the_table_is_made_of_is_refused_by_name(assistant_with: AssistantWith) -> None:
    steel = ("i don't like the material steel", said("refine", exclude=("steel",)))
    reply = talk(assistant_with, LAMPS, steel)
    assert (reply.intent, reply.constraints.exclude) == ("refine", ("steel",))
    assert "aster-white" not in ids(reply)


def test_too_heavy_where_no_weight_is_stated_says_so(assistant_with: AssistantWith) -> None:
    reply = talk(assistant_with, JACKETS, (HEAVY, said("refine", exclude=("heavy",), ref=(2,))))
    assert reply.reply.startswith(f"You say “{HEAVY}”: no weight is stated to compare. I set aside Fjord Down Jacket.")
    assert reply.constraints.exclude == ()


@pytest.mark.parametrize("message", ["not too heavy", "not too short", "no leather", "i don't like black"])
def test_a_wish_for_what_comes_is_no_complaint(assistant_with: AssistantWith, message: str) -> None:
    reply = talk(assistant_with, JACKETS, (message, said("refine", exclude=(message.split()[-1],))))
    assert (reply.intent, reply.constraints.exclude) == ("refine", (message.split()[-1],))


def test_starting_over_forgets_tastes(assistant_with: AssistantWith) -> None:
    shop = assistant_with([JACKETS[1], said("feedback", ref=(2,)), said("reset")])
    for message in ("jackets", "i hate the second", "start over"):
        shop.reply(message, "s_1")
    assert shop.session("s_1").state.taste == Taste()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("love the kilim", "like"), ("2nd looks solid", "like"), ("the old timey look on 2 is dope", "like"),
        ("beige one is evil lol i love it", "like"), ("hmm the 3rd is growing on me", "like"),
        ("i prefer the first", "like"), ("i'd prefer something else", "dislike"),
        ("eh these are all meh", "dislike"), ("i don't like that one", "dislike"), ("not for me", "dislike"),
        ("yeah no they're kinda creepy tbh", "dislike"), ("I have the second already.", "dislike"), ("too plain", "dislike"),
        ("too expensive", "too_dear"), ("bit pricey", "too_dear"), ("not too expensive, i like it", "like"),
        ("the ash!!!", "unclear"), ("no i liked the first one better", "like"), ("no, i don't like it", "dislike"),
    ],
)  # fmt: skip
def test_the_feeling_of_a_message(message: str, expected: str) -> None:
    assert feeling(message) == expected


def test_the_name_of_a_product_is_no_feeling() -> None:
    assert feeling("the pretty mug is horrible", "Pretty Mug") == "dislike"


@pytest.mark.parametrize("message", ["i like the second one", "i like the first", "the second one is nice"])
def test_praise_of_a_place_is_no_complaint(message: str) -> None:
    assert complaint_of(message, WordEmbedder()) is None


def test_what_comes_instead_of_what_is_only_near_is_said_to_be_near(assistant_with: AssistantWith) -> None:
    """No bag of the shop is a dog bag: after one was refused the others are not called so either."""
    shop = assistant_with([said("search", product="dog bag"), said("feedback", ref=(1,))])
    assert "No listing here is called “dog bag”." in shop.reply("a dog bag", "s_1").reply
    reply = shop.reply("i don't like the first", "s_1")
    assert "No listing here is called “dog bag”; these are near it. Left are: " in reply.reply
    assert reply.cards


@pytest.mark.models
@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("these are too bright", "words"),
        ("those are too colourful for me", "words"),
        ("nothing too bright", None),
        ("sleeves too short", "size"),
        ("knee length", None),
        ("mid length", None),
        ("with a pattern", None),
    ],
)
def test_too_bright_is_held_against_what_was_shown_and_how_it_shall_be_is_a_wish(
    message: str, complaint: str | None
) -> None:
    assert complaint_of(message, build_embedder(Settings())) == complaint


@pytest.mark.models
@pytest.mark.parametrize(
    ("message", "angry"),
    [("that was it", False), ("thats it then", False), ("you suck", True), ("damn this bot", True)],
)
def test_who_is_done_is_not_taken_for_angry(message: str, angry: bool) -> None:
    assert at_us(message, build_embedder(Settings()), least=SURELY) is angry
