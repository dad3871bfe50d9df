"""The conversation knows who speaks: what a turn tells is kept of those who agreed, and comes back as suggestions with their reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import Assistant
from assistant.build import build_embedder
from assistant.events.form import EventForm
from assistant.events.log import Event
from assistant.lasting import lasting, lasts, may_begin, states, still_holding
from assistant.meaning.about_me import about_me, of_the_shopper, to_forgetting
from assistant.model import DialogueState, Parse, Slots
from assistant.settings import Settings
from assistant.wishes import Drop, Keep, Wish
from retrieval.errors import BadInput, NotFound
from retrieval.search import Searcher
from tests.conftest import AssistantWith, parts_with
from tests.fakes import said
from tests.small_shop import BY_ID

ANNA = "a" * 64  # a visitor, hashed
LIKED = "because you liked “Storm Rain Jacket”"
KNOW, FORGET = Parse("help", acts=("help",), about_me="know"), Parse("help", acts=("help",), about_me="forget")
JACKETS = said("search", product="rain jacket", gender="men")


def kept(shop: Assistant, visitor: str = ANNA) -> list[Event]:
    assert shop.places.events is not None
    return shop.places.events.of(visitor)


def keep(shop: Assistant, *wishes: str) -> None:
    """What Anna asked to keep in an earlier conversation, "exclude: leather"."""
    shop.record([EventForm(type="prefer", query=one) for one in wishes], visitor=ANNA)


def talk(shop: Assistant, *messages: str, session: str = "s_1", visitor: str | None = ANNA, learn: bool = True) -> str:
    """What is answered to the last of them."""
    replies = [shop.reply(message, session, visitor=visitor, learn=learn).reply for message in messages]
    return replies[-1]


def test_a_turn_is_kept_as_events_of_a_visitor_who_agreed(assistant_with: AssistantWith) -> None:
    parses = [JACKETS, said("ask_product", ref=(1,), ask="waterproof"), said("cart_add", ref=(1,), quantity=2)]
    with assistant_with(parses) as shop:
        shown = shop.reply("a rain jacket for men", "s_1", visitor=ANNA, learn=True).cards
        talk(shop, "is the first waterproof?", "two of the first, please")
        events = kept(shop)
    first = [one for one in events if one.query == "men rain jacket"]
    assert [(one.type, one.product_id, one.position, one.propensity) for one in first] == [
        ("search", None, None, None),
        *(("shown", card.product.id, card.rank, 1.0) for card in shown),
    ]
    rest = [(one.type, one.product_id, one.query) for one in events if one not in first]
    assert rest == [("question", None, "waterproof"), ("view", "storm", None), ("cart", "storm", None)]
    assert {(one.visitor, one.session_id) for one in events} == {(ANNA, "s_1")}


def test_likes_and_dislikes_are_kept(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="bag"), said("feedback", ref=(1,)), said("feedback", ref=(2,))]
    with assistant_with(parses) as shop:
        first, second, *_ = (card.product.id for card in shop.reply("a bag", "s_1", visitor=ANNA, learn=True).cards)
        talk(shop, "i love the first", "i hate the second")
        felt = [(one.type, one.product_id) for one in kept(shop) if one.type in ("like", "dislike")]
    assert felt == [("like", first), ("dislike", second)]


def test_without_consent_and_without_a_visitor_nothing_is_kept(assistant_with: AssistantWith) -> None:
    with assistant_with([JACKETS, JACKETS]) as shop:
        talk(shop, "a rain jacket for men", learn=False)
        talk(shop, "a rain jacket for men", session="s_2", visitor=None)
        assert shop.places.events is not None
        assert list(shop.places.events.all()) == []


def liking_the_storm(shop: Assistant, session: str = "s_1") -> None:
    talk(shop, "a rain jacket for men", "i love the first", session=session)


LIKING = (JACKETS, said("feedback", ref=(1,)))


def test_who_asks_for_a_suggestion_gets_what_suits_what_they_liked_in_this_conversation(
    assistant_with: AssistantWith,
) -> None:
    with assistant_with([*LIKING, said("reset"), *LIKING, said("reset"), said("recommend")]) as shop:
        talk(shop, "a rain jacket for men", "i love the first", "start over", visitor=None, learn=False)
        liking_the_storm(shop, "s_2")
        talk(shop, "start over", session="s_2")
        reply = shop.reply("what do you suggest?", "s_2", visitor=ANNA)
    assert reply.reply.startswith("For you: 1. ")
    assert LIKED in {reason.text for card in reply.cards for reason in card.reasons}
    assert "storm" not in {card.product.id for card in reply.cards if card.rank == 1}


def test_what_was_liked_in_an_earlier_conversation_counts_in_the_next(assistant_with: AssistantWith) -> None:
    with assistant_with([*LIKING, said("recommend"), said("recommend")]) as shop:
        liking_the_storm(shop)
        known = shop.reply("what do you suggest?", "s_2", visitor=ANNA)
        stranger = shop.reply("what do you suggest?", "s_3")
    assert LIKED in {reason.text for card in known.cards for reason in card.reasons}
    assert LIKED not in {reason.text for card in stranger.cards for reason in card.reasons}
    assert stranger.reply.startswith("To begin with: 1. ")
    assert all(card.reasons for card in stranger.cards)


def test_more_suggestions_are_others_and_come_with_their_reasons(assistant_with: AssistantWith) -> None:
    parses = [said("recommend"), said("more"), said("feedback", ref=(1,)), said("recommend")]
    with assistant_with(parses) as shop:
        shop.record([EventForm(type="like", product_id="storm")], visitor=ANNA)
        first = shop.reply("what do you suggest?", "s_1", visitor=ANNA)
        more = shop.reply("something else", "s_1", visitor=ANNA)
        shop.reply("i love the first", "s_1", visitor=ANNA)
        again = shop.reply("what else would you suggest?", "s_1", visitor=ANNA)
    seen, others = ({card.product.id for card in reply.cards} for reply in (first, more))
    assert (seen & others, bool(others)) == (set(), True)
    assert all(card.reasons for card in more.cards)
    assert more.cards[0].product.id not in {card.product.id for card in again.cards}


def test_what_lies_in_the_cart_is_not_suggested(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="floor lamp"), said("cart_add", ref=(1,)), said("reset"), said("recommend")]
    with assistant_with(parses) as shop:
        talk(shop, "a floor lamp", "add the first", "start over", visitor=None, learn=False)
        shown = shop.reply("what do you suggest?", "s_1").cards
    assert shown
    assert "tower" not in {card.product.id for card in shown}  # rated best of the shop, and in the cart


def test_who_comes_back_is_greeted_with_what_suits_them_once(assistant_with: AssistantWith) -> None:
    greetings = [said("greet")] * 3
    with assistant_with([*LIKING, *greetings]) as shop:
        liking_the_storm(shop)
        again = shop.reply("hi", "s_2", visitor=ANNA)
        later = shop.reply("hi", "s_2", visitor=ANNA)
        stranger = shop.reply("hi", "s_3")
    assert again.reply.startswith("Hello! For you: 1. ")
    assert again.reply.endswith(" Why the first: you liked “Storm Rain Jacket”. Or tell me what you are looking for.")
    assert all(card.reasons[0].text == LIKED for card in again.cards)
    assert later.reply == "Hello again! What can I look for?"
    assert stranger.reply == "Hello! What are you looking for today?"
    assert (later.cards, stranger.cards) == ((), ())


def test_who_asks_what_is_known_hears_it(assistant_with: AssistantWith) -> None:
    with assistant_with([*LIKING, KNOW, KNOW]) as shop:
        liking_the_storm(shop)
        known = talk(shop, "what do you know about me?", session="s_2")
        stranger = talk(shop, "what do you know about me?", session="s_3", visitor=None)
    assert known == (
        "Of you I know that you liked “Storm Rain Jacket”, you looked for “men rain jacket”. "
        "Shall I forget all of it, and our earlier conversations?"
    )
    assert stranger == "I know nothing of you but what you say in this conversation."


def test_a_stranger_who_asks_hears_what_they_said_of_themselves_here(assistant_with: AssistantWith) -> None:
    own = replace(said("refine", exclude=("leather",)), about_me="self")
    with assistant_with([own, KNOW]) as shop:
        talk(shop, "never show me leather", visitor=None)
        told = talk(shop, "what do you know about me?", visitor=None)
    assert told.endswith("in this conversation. Whatever you look for here, I go by this: not leather.")


@pytest.mark.parametrize("words", ["yes", "forget it all"])
def test_who_asks_to_be_forgotten_is_after_a_yes(assistant_with: AssistantWith, words: str) -> None:
    agreed = said("reset") if words == "forget it all" else said("other")
    with assistant_with([*LIKING, FORGET, agreed, KNOW]) as shop:
        liking_the_storm(shop)
        asked = talk(shop, "forget everything you know about me", session="s_2")
        assert asked.endswith("Shall I forget all of it, and our earlier conversations?")
        assert shop.known(ANNA) != ()
        told = talk(shop, words, session="s_2")
        assert told.startswith("Done: I have forgotten all that I knew of you and our earlier conversations.")
        assert (shop.known(ANNA), kept(shop)) == ((), [])
        with pytest.raises(NotFound):
            shop.session("s_1", visitor=ANNA)
        assert len(shop.session("s_2", visitor=ANNA).turns) == 2  # the conversation itself goes on
        assert talk(shop, "what do you know about me?", session="s_2").startswith("I know nothing of you")


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("start over", "All wishes are cleared."),
        ("forget the dress", "Of you I know that you liked “Storm Rain Jacket”"),
    ],
)
def test_nothing_is_forgotten_by_what_was_read_as_a_new_start_and_does_not_say_so(
    assistant_with: AssistantWith, words: str, begins: str
) -> None:
    """What is erased does not come back, so it takes a yes, and what is neither a yes nor a new start is asked about once more."""
    with assistant_with([*LIKING, KNOW, said("reset")]) as shop:
        liking_the_storm(shop)
        before = shop.known(ANNA)
        told = talk(shop, "what do you know about me?", words, session="s_2")
        assert told.startswith(begins)
        assert shop.known(ANNA) == before != ()
        assert shop.session("s_1", visitor=ANNA).turns


def test_who_says_no_is_left_known(assistant_with: AssistantWith) -> None:
    with assistant_with([*LIKING, FORGET, said("other")]) as shop:
        liking_the_storm(shop)
        before = shop.known(ANNA)
        talk(shop, "forget me", "no", session="s_2")
        assert shop.known(ANNA) == before


def test_what_holds_of_the_shopper_is_noted_for_each_need_and_kept_after_a_yes(assistant_with: AssistantWith) -> None:
    """ "I never wear leather" before anything is looked for, then two needs, then a later conversation."""
    own = replace(said("refine", exclude=("leather",)), about_me="self")
    bags, belts = said("search", product="bag"), said("search", product="belt")
    with assistant_with([own, said("other"), bags, belts, bags]) as shop:
        noted = talk(shop, "i never wear leather")
        assert noted == (
            "Noted for all that you look for here: not leather. What do you need? Keep “not leather” in mind for next time?"
        )
        assert shop.known(ANNA) == ()
        assert talk(shop, "yes").startswith("Kept for next time: not leather.")
        for message in ("a bag", "a belt"):
            reply = shop.reply(message, "s_1", visitor=ANNA, learn=True)
            assert reply.constraints.exclude == ("leather",)
            assert reply.reply.startswith("As you asked me to keep in mind: not leather. ")
        assert shop.reply("a bag", "s_2", visitor=ANNA, learn=True).constraints.exclude == ("leather",)


def test_a_kept_wish_is_forgotten_by_its_words_and_the_others_stay(assistant_with: AssistantWith) -> None:
    own = replace(said("refine", exclude=("leather",), features=("vegan",)), about_me="self")
    with assistant_with([own, said("refine", drop=("leather",)), said("search", product="bag")]) as shop:
        shop.reply("i'm vegan and never wear leather", "s_1", visitor=ANNA, learn=True)
        shop.reply(Keep("exclude", "leather"), "s_1", visitor=ANNA, learn=True)
        shop.reply(Keep("features", "vegan"), "s_1", visitor=ANNA, learn=True)
        shop.reply(Drop("exclude", "leather"), "s_1", visitor=ANNA, learn=True)
        assert talk(shop, "forget that i never wear leather").startswith("Forgotten: not leather.")
        assert [one.query for one in shop.known(ANNA) if one.how == "prefer"] == ["features: vegan"]
        assert shop.reply("a bag", "s_1", visitor=ANNA, learn=True).constraints.exclude == ()


@pytest.mark.parametrize("words", ["42", "size 42", "size"])
def test_a_kept_size_is_forgotten_by_its_number_or_as_the_size_that_it_is(
    assistant_with: AssistantWith, words: str
) -> None:
    with assistant_with([said("search", product="bag"), said("refine", drop=(words,))]) as shop:
        keep(shop, "size: 42", "exclude: leather")
        shop.reply("a bag", "s_1", visitor=ANNA, learn=True)
        assert talk(shop, "forget my size").startswith("Forgotten: size 42.")
        assert [one.query for one in shop.known(ANNA) if one.how == "prefer"] == ["exclude: leather"]


def test_of_two_kept_sizes_none_is_forgotten_by_a_word_for_both(assistant_with: AssistantWith) -> None:
    with assistant_with([said("refine", drop=("size",))]) as shop:
        keep(shop, "size: 42", "size: medium")
        talk(shop, "forget my size")
        assert len(shop.known(ANNA)) == 2


def test_after_it_was_told_a_wish_is_forgotten_that_the_need_has_too(assistant_with: AssistantWith) -> None:
    """Else it would go from the need alone, and come back with the next."""
    with assistant_with([said("search", product="bag"), KNOW, said("refine", drop=("leather",))]) as shop:
        keep(shop, "exclude: leather")
        assert shop.reply("a bag", "s_1", visitor=ANNA, learn=True).constraints.exclude == ("leather",)
        told = talk(shop, "what do you know about me?", "forget that i never wear leather")
        assert told.startswith("Forgotten: not leather.")
        assert [one for one in shop.known(ANNA) if one.how == "prefer"] == []
        assert shop.session("s_1", visitor=ANNA).state.constraints.exclude == ()


def test_what_holds_of_the_shopper_goes_with_the_conversation_where_nothing_is_kept(
    assistant_with: AssistantWith,
) -> None:
    own, bags = replace(said("refine", exclude=("leather",)), about_me="self"), said("search", product="bag")
    with assistant_with([bags, own, bags, bags]) as shop:
        shop.reply("a bag", "s_1")
        told = shop.reply("i never wear leather", "s_1")
        assert told.question is None  # nothing can be kept of who did not agree
        assert "without leather" in told.reply
        assert shop.reply("a bag", "s_1").constraints.exclude == ("leather",)
        assert shop.reply("a bag", "s_2").constraints.exclude == ()


@pytest.mark.models
@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("forget that", "all"),
        ("yes do forget all of it", "all"),
        ("ok wipe the lot, everything", "all"),
        ("remove everything", "all"),
        ("lets start again from scratch", "anew"),
        ("restart please", "anew"),
        ("you really shouldn't forget that", None),
        ("forget the hiking boots", None),
        ("forget that i searched for a sofa", None),
        ("forget that i'm a vegetarian", None),
        ("all of it but not my size", None),
        ("", None),
    ],
)
def test_only_what_says_all_agrees_that_all_is_forgotten(message: str, wanted: str | None) -> None:
    assert to_forgetting(message, build_embedder(Settings())) == wanted


@pytest.mark.models
@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("which information have you collected about me?", "know"),
        ("what data do you hold on me", "know"),
        ("pls delete all my data", "forget"),
        ("forget all about me", "forget"),
        ("forget the blue ones", None),
        ("forget all that, let's go again", None),
        ("what do you know about these shoes?", None),
        ("delete the lamp from my cart", None),
        ("what can you do for me?", None),
        ("i'm allergic to latex", "self"),
        ("i always wear a medium", "self"),
        ("oh and im vegan", "self"),
        ("i wear 46", "self"),
        ("never show me anything orange", "self"),
        ("we eat halal at home", "self"),
        ("do you have this in 36?", None),
        ("no heels today", None),
        ("not acrylic please", None),
        ("for my son who is allergic to pollen", None),
        ("i want something vegan", None),
        ("not wool", None),
        ("my mum is allergic to latex", None),
        ("my son wears size 38", None),
        ("", None),
    ],
)
def test_a_message_about_what_is_known_is_told_from_others(message: str, wanted: str | None) -> None:
    assert about_me(message, build_embedder(Settings())) == wanted


@pytest.mark.models
@pytest.mark.parametrize(("message", "about"), [("not gold", None), ("i never wear gold", "self")])
def test_only_what_speaks_of_the_shopper_holds_beyond_the_need(
    searcher: Searcher, message: str, about: str | None
) -> None:
    parts = replace(parts_with(searcher), embedder=build_embedder(Settings()))
    read = replace(said("refine", exclude=("gold",)), message=message)
    assert of_the_shopper(read, DialogueState(), parts).about_me == about


def test_what_is_known_is_told_in_words_and_forgotten_one_by_one(assistant_with: AssistantWith) -> None:
    with assistant_with([*LIKING]) as shop:
        liking_the_storm(shop)
        liked, searched = shop.known(ANNA)
        assert (liked.text, liked.how, liked.times) == ("you liked “Storm Rain Jacket”", "like", 1)
        assert (searched.text, searched.how) == ("you looked for “men rain jacket”", "search")
        assert shop.forget_events(ANNA, product_id="storm") == 2  # shown, and liked
        assert shop.known(ANNA) == (searched,)
        assert "storm" not in {one.product_id for one in kept(shop)}
        assert shop.forget_events(ANNA, query="men rain jacket") >= 1  # looked for, and what else was shown for it
        assert (shop.known(ANNA), kept(shop)) == ((), [])


def test_what_was_disliked_does_not_come_back_in_a_later_conversation_until_it_is_forgotten(
    assistant_with: AssistantWith,
) -> None:
    with assistant_with([JACKETS, said("feedback", ref=(1,)), *[JACKETS] * 3]) as shop:
        talk(shop, "a rain jacket for men", "i hate the first")
        known, stranger = (shop.reply("a rain jacket for men", name, visitor=name) for name in (ANNA, "b" * 64))
        shop.forget_events(ANNA, product_id="storm")
        forgotten = shop.reply("a rain jacket for men", "s_4", visitor=ANNA)
    shown = [{card.product.id for card in reply.cards} for reply in (known, stranger, forgotten)]
    assert ["storm" in ids for ids in shown] == [False, True, True]


def test_a_dislike_is_told_as_such(assistant_with: AssistantWith) -> None:
    parses: list[Parse] = [JACKETS, said("feedback", ref=(1,))]
    with assistant_with(parses) as shop:
        talk(shop, "a rain jacket for men", "i hate the first")
        assert "you did not like “Storm Rain Jacket”" in {one.text for one in shop.known(ANNA)}


NO_STEEL = Keep("exclude", "steel")
REFUSING = said("search", product="desk lamp", exclude=("steel",))
LAMP = said("search", product="lamp")


def keeping_no_steel(shop: Assistant) -> str:
    """What is answered to the button after a search that refuses steel."""
    shop.reply("a desk lamp, no steel", "s_0", visitor=ANNA, learn=True)
    return shop.reply(NO_STEEL, "s_0", visitor=ANNA, learn=True).reply


def test_a_refusal_that_was_kept_begins_the_searches_of_the_next_conversation_and_is_said(
    assistant_with: AssistantWith,
) -> None:
    with assistant_with([REFUSING, LAMP, said("search", product="bag"), LAMP]) as shop:
        answer = keeping_no_steel(shop)
        replies = [shop.reply(words, "s_1", visitor=ANNA, learn=True) for words in ("a lamp", "a bag")]
        stranger = shop.reply("a lamp", "s_2")
    assert answer.startswith("Kept for next time: not steel.")
    assert [reply.constraints.exclude for reply in replies] == [("steel",), ("steel",)]
    assert replies[0].reply.startswith("As you asked me to keep in mind: not steel.")
    assert not any("steel" in card.product.attributes.get("material", ()) for card in replies[0].cards)
    assert stranger.constraints.exclude == ()


def test_advice_on_a_kind_begins_with_what_was_kept_too(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING, said("recommend", product="lamp")]) as shop:
        keeping_no_steel(shop)
        reply = shop.reply("which lamp would you take?", "s_1", visitor=ANNA, learn=True)
    assert reply.constraints.exclude == ("steel",)
    assert reply.reply.startswith("As you asked me to keep in mind: not steel. ")


def test_what_was_kept_stands_first_in_what_is_known_and_is_forgotten_alone(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING, LAMP]) as shop:
        keeping_no_steel(shop)
        first = shop.known(ANNA)[0]
        shop.forget_events(ANNA, query=first.query)
        reply = shop.reply("a lamp", "s_1", visitor=ANNA, learn=True)
    assert (first.text, first.how, first.query) == (
        "you asked me to keep in mind: “not steel”",
        "prefer",
        "exclude: steel",
    )
    assert reply.constraints.exclude == ()


def test_a_kept_wish_given_up_does_not_come_again_in_that_conversation(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING, LAMP, LAMP, LAMP]) as shop:
        keeping_no_steel(shop)
        shop.reply("a lamp", "s_1", visitor=ANNA, learn=True)
        shop.reply(Drop("exclude", "steel"), "s_1", visitor=ANNA, learn=True)
        again = shop.reply("a lamp", "s_1", visitor=ANNA, learn=True)
        later = shop.reply("a lamp", "s_2", visitor=ANNA, learn=True)
    assert (again.constraints.exclude, later.constraints.exclude) == ((), ("steel",))


def test_who_asks_for_what_was_refused_gets_it(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING, said("search", product="lamp", material=("steel",))]) as shop:
        keeping_no_steel(shop)
        reply = shop.reply("a steel lamp", "s_1", visitor=ANNA, learn=True)
    assert (reply.constraints.material, reply.constraints.exclude) == (("steel",), ())
    assert "keep in mind" not in reply.reply


def test_a_kept_size_stays_out_of_a_search_where_no_record_states_it(assistant_with: AssistantWith) -> None:
    tall = said("search", product="floor lamp", size=("tall",))
    with assistant_with([tall, said("search", product="floor lamp")]) as shop:
        shop.reply("a tall floor lamp", "s_0", visitor=ANNA, learn=True)
        answer = shop.reply(Keep("size", "tall"), "s_0", visitor=ANNA, learn=True).reply
        reply = shop.reply("a floor lamp", "s_1", visitor=ANNA, learn=True)  # “A tall lamp” in the text is no size
    assert answer.startswith("Kept for next time: size tall.")
    assert reply.constraints.size == ()


def test_a_record_states_a_size_and_running_text_does_not() -> None:
    shirt = replace(BY_ID["storm"], attributes={"size": ("s", "m")})
    cable = replace(BY_ID["clamp"], attributes={}, description="With a 1.8 m cable.")
    assert [states(one, lasting("size", "m")) for one in (shirt, cable)] == [True, False]


def test_a_kept_size_is_the_shopper_s_own_and_gives_way_to_one_that_is_said() -> None:
    mine = lasting("size", "42")
    needs = (
        Slots(product="boots"),
        Slots(product="boots", features=("for my son",)),
        Slots(product="boots", size=("44",)),
    )
    assert [may_begin(mine, slots, ()) for slots in needs] == [True, False, False]


def test_a_kept_wish_outlives_the_conversation_that_it_comes_from(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING, LAMP, LAMP]) as shop:
        keeping_no_steel(shop)
        shop.reply("a lamp", "s_1", visitor=ANNA, learn=True)  # with the last conversation all that is known would go
        shop.forget("s_0", visitor=ANNA)
        reply = shop.reply("a lamp", "s_2", visitor=ANNA, learn=True)
    assert reply.constraints.exclude == ("steel",)


def test_suggestions_keep_away_what_was_refused_for_good(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING]) as shop:
        before = {card.product.id for card in shop.recommend(ANNA, limit=20)}
        keeping_no_steel(shop)
        after = {card.product.id for card in shop.recommend(ANNA, limit=20)}
    assert {"aster-black", "aster-white"} & before
    assert not {"aster-black", "aster-white"} & after


def test_nothing_is_kept_of_who_did_not_agree_and_nothing_but_refusals_and_sizes(assistant_with: AssistantWith) -> None:
    with assistant_with([REFUSING]) as shop:
        shop.reply("a desk lamp, no steel", "s_0", visitor=ANNA, learn=True)
        with pytest.raises(BadInput, match="did not agree"):
            shop.reply(NO_STEEL, "s_0", visitor=ANNA)
        with pytest.raises(BadInput, match="of this need alone"):
            shop.reply(Keep("product"), "s_0", visitor=ANNA, learn=True)
        assert [lasts(Wish("exclude", value, "")) for value in ("steel", "too expensive")] == [True, False]
        assert "prefer" not in {one.type for one in kept(shop)}


def test_what_a_shopper_never_wants_is_suggested_to_them_nowhere_in_the_conversation(
    assistant_with: AssistantWith,
) -> None:
    never = replace(said("refine", exclude=("canvas",)), about_me="self")
    with assistant_with([never, said("recommend"), said("recommend")]) as shop:
        talk(shop, "i never wear canvas", visitor=None, learn=False)
        shown = shop.reply("what do you suggest?", "s_1").cards
        stranger = shop.reply("what do you suggest?", "s_2").cards
    assert "tote" in {card.product.id for card in stranger}  # of canvas
    assert shown
    assert "tote" not in {card.product.id for card in shown}


def test_what_no_listing_of_a_kind_says_is_told_as_its_need_begins(assistant_with: AssistantWith) -> None:
    """Of the bags one says that it is vegan; no jacket does."""
    own = replace(said("refine", features=("vegan",)), about_me="self")
    with assistant_with([own, said("search", product="jacket"), said("search", product="bag")]) as shop:
        shop.reply("i'm vegan", "s_1")
        jackets, bags = shop.reply("a jacket", "s_1"), shop.reply("a bag", "s_1")
    assert jackets.reply.startswith("No listing of this kind says “vegan”, so I can't go by that. ")
    assert jackets.constraints.features == ()
    assert bags.constraints.features == ("vegan",)
    assert "No listing" not in bags.reply


def test_of_sizes_of_one_sort_the_one_said_last_holds() -> None:
    """Letters and numbers are sizes of different things, and nothing else takes the place of anything."""
    wishes = [lasting("size", "38"), lasting("size", "m"), lasting("exclude", "wool"), lasting("size", "39")]
    assert still_holding(wishes) == tuple(wishes[1:])
    assert still_holding([*wishes, wishes[0]]) == (*wishes[1:3], wishes[0])
