"""Places that are paid for and the bound on a brand: what may move and past what, that it is labelled, and that nothing else moves."""

from __future__ import annotations

import logging
import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.build import build_placing
from assistant.contract import Reply, card_json
from assistant.events.log import Event, EventLog
from assistant.model import Card, Parse, Question
from assistant.recommending.placing import Brands, Placing, Sponsored
from assistant.recommending.recommender import Recommender
from assistant.reply import Words, labelled
from assistant.settings import Settings
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.query import Constraints, Hit, Query, Ranking, Relaxed
from retrieval.search import Searcher
from tests.assistant.test_wording import Written
from tests.conftest import parts_with
from tests.fakes import said
from tests.small_shop import BY_ID, PRODUCTS

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
LAMP = Query("lamp", Constraints(product="lamp"))
FOUND = Ranking((), 0)


def paying(*products: str, floor: float = 0.9, places: int = 1, brands: Brands | None = None) -> Placing:
    sponsored = Sponsored(products=frozenset(products), floor=floor, places=places)
    return Placing(sponsored=sponsored, brands=brands or Brands())


def hits(**relevance: float) -> list[Hit]:
    """Hits of the small shop's products by id, in the order given; "_" stands for the hyphen."""
    return [
        Hit(BY_ID[name.replace("_", "-")], value, rank) for rank, (name, value) in enumerate(relevance.items(), start=1)
    ]


def shown(placing: Placing, ranking: list[Hit], limit: int = 3, query: Query = LAMP, of: Ranking = FOUND) -> list[str]:
    return [hit.product.id for hit in placing.found(ranking, limit, query, of)]


def made(name: str, brand: str | None, **values: object) -> Product:
    return replace(BY_ID["tote"], id=name, brand=brand, **values)  # type: ignore[arg-type]


def of_brands(*brands: str | None, relevance: float = 0.8) -> list[Hit]:
    """A hit of each brand, all as relevant, named by their places: a, b, c ..."""
    named = zip("abcdefgh", brands, strict=False)
    return [Hit(made(name, brand), relevance, rank) for rank, (name, brand) in enumerate(named, start=1)]


# ---- what is sponsored


def test_without_rules_nothing_is_moved_and_nothing_is_sponsored() -> None:
    ranking = hits(aster_black=0.9, clamp=0.9, tower=0.9, workshop=0.9)
    assert shown(Placing(), ranking) == ["aster-black", "clamp", "tower"]
    assert not any(Placing().sponsors(product) for product in PRODUCTS)


def test_what_is_sponsored_stands_as_high_as_its_relevance_lets_it_but_never_first() -> None:
    ranking = hits(aster_black=0.8, clamp=0.8, tower=0.78, workshop=0.75)
    assert shown(paying("workshop"), ranking) == ["aster-black", "workshop", "clamp"]
    # .75 is under .9 of .9, so it stays below the clamp lamp; it is over .9 of .78
    ranking = hits(aster_black=0.9, clamp=0.9, tower=0.78, workshop=0.75)
    assert shown(paying("workshop"), ranking) == ["aster-black", "clamp", "workshop"]


def test_what_is_sponsored_stays_where_it_is_below_the_floor() -> None:
    ranking = hits(aster_black=0.9, clamp=0.9, tower=0.9, workshop=0.8)
    assert shown(paying("workshop"), ranking) == ["aster-black", "clamp", "tower"]


def test_the_ranks_told_are_those_of_the_places() -> None:
    placed = paying("workshop").found(hits(aster_black=0.8, clamp=0.8, workshop=0.75), 3, LAMP, FOUND)
    assert [(hit.product.id, hit.rank) for hit in placed] == [("aster-black", 1), ("workshop", 2), ("clamp", 3)]


def test_only_as_many_are_lifted_as_there_are_places_and_the_better_ones_first() -> None:
    ranking = hits(aster_black=0.8, clamp=0.8, tower=0.79, workshop=0.78)
    assert shown(paying("tower", "workshop"), ranking) == ["aster-black", "tower", "clamp"]
    assert shown(paying("tower", "workshop", places=2), ranking) == ["aster-black", "tower", "workshop"]


def test_one_that_stands_there_by_itself_takes_a_place_from_the_others() -> None:
    ranking = hits(aster_black=0.8, clamp=0.8, tower=0.79, workshop=0.78)
    assert shown(paying("aster-black", "workshop"), ranking) == ["aster-black", "clamp", "tower"]


def test_a_group_sponsors_each_of_its_variants() -> None:
    ranking = hits(clamp=0.8, tower=0.8, aster_white=0.8)
    assert shown(paying("aster"), ranking) == ["clamp", "aster-white", "tower"]


def test_what_is_sold_out_is_not_lifted() -> None:
    ranking = hits(clamp=0.8, tower=0.8, aster_brass=0.8)
    assert shown(paying("aster-brass"), ranking) == ["clamp", "tower", "aster-brass"]


@pytest.mark.parametrize(
    ("wished", "lifted"),
    [
        (Constraints(product="lamp", color=("red",)), False),  # the clamp lamp is red, the Aster is black
        (Constraints(product="lamp", features=("dimmable",)), True),  # the clamp lamp is not, the Aster is
        (Constraints(product="lamp", material=("steel",)), True),
        (Constraints(product="lamp", material=("aluminium",)), False),
    ],
)
def test_what_breaks_a_wish_or_meets_one_less_passes_nothing(wished: Constraints, lifted: bool) -> None:
    ranking = hits(tower=0.8, clamp=0.8, aster_black=0.8)
    order = shown(paying("aster-black"), ranking, query=Query("lamp", wished))
    assert (order == ["tower", "aster-black", "clamp"]) == lifted


def test_nothing_passes_what_states_a_wish_that_it_does_not_state_itself() -> None:
    ranking = hits(clamp=0.8, aster_black=0.8, workshop=0.8)  # the record of the workshop lamp says nothing of material
    query = Query("lamp", Constraints(product="lamp", material=("steel",)))
    assert shown(paying("workshop"), ranking, query=query) == ["clamp", "aster-black", "workshop"]


@pytest.mark.parametrize(
    ("query", "of"),
    [
        (replace(LAMP, sort="price_asc"), FOUND),
        (LAMP, replace(FOUND, relaxed=(Relaxed("price_max", "nothing under $20"),))),
        (LAMP, replace(FOUND, kind_found=False)),
    ],
)
def test_nothing_is_lifted_in_an_order_asked_for_nor_where_a_wish_was_given_up(query: Query, of: Ranking) -> None:
    ranking = hits(aster_black=0.8, clamp=0.8, workshop=0.8)
    placing = paying("workshop", brands=Brands(share=0.1))
    assert shown(placing, ranking, query=query, of=of) == ["aster-black", "clamp", "workshop"]


def test_what_is_no_lamp_is_not_lifted_among_lamps() -> None:
    first, second, third = hits(aster_black=0.8, clamp=0.8, shade=0.8)
    for other in (replace(third, of_kind=False), replace(third, fits=False)):
        assert shown(paying("shade"), [first, second, other]) == ["aster-black", "clamp", "shade"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.1, 1), st.integers(0, 3), st.integers(1, 8))
def test_no_list_moves_anything_but_what_is_paid_for_and_near_enough(
    values: list[float], floor: float, places: int, limit: int
) -> None:
    ranking = [Hit(made(str(number), None), value, number) for number, value in enumerate(sorted(values, reverse=True))]
    paid = {hit.product.id for hit in ranking[1::2]}
    placed = paying(*paid, floor=floor, places=places).suggested(ranking, limit)
    assert len(placed) == min(limit, len(ranking))
    assert placed[0] == ranking[0]
    stayed = [hit.rank for hit in placed if hit.product.id not in paid]
    assert stayed == sorted(stayed)
    passed = [(hit, other) for hit in placed for other in ranking if other.rank < hit.rank and other not in placed]
    passed += [(one, two) for at, one in enumerate(placed) for two in placed[at + 1 :] if one.rank > two.rank]
    assert all(one.product.id in paid and one.relevance >= floor * two.relevance for one, two in passed)
    assert len({one.rank for one, _ in passed}) <= places


# ---- the bound on a brand


def test_a_brand_over_its_share_gives_way_to_the_next_ones() -> None:
    ranking = of_brands("Halden", "Halden", "Halden", "Orvane", "Corrie")
    placed = Placing(brands=Brands(share=0.5)).suggested(ranking, 4)
    assert [hit.product.id for hit in placed] == ["a", "b", "d", "e"]


def test_a_list_is_filled_up_with_the_brand_where_there_is_no_other() -> None:
    placed = Placing(brands=Brands(share=0.5)).suggested(of_brands("Halden", "Halden", "halden", "Orvane"), 4)
    assert [hit.product.id for hit in placed] == ["a", "b", "d", "c"]


def test_what_has_no_brand_is_bounded_by_none() -> None:
    placed = Placing(brands=Brands(share=0.3)).suggested(of_brands(None, None, None, "Orvane"), 3)
    assert [hit.product.id for hit in placed] == ["a", "b", "c"]


def test_a_search_lets_a_brand_give_way_only_to_what_is_about_as_good() -> None:
    first, second, other = of_brands("Halden", "Halden", "Orvane")
    brands = Placing(brands=Brands(share=0.5, margin=0.9))
    for relevance, order in ((0.75, ["a", "c"]), (0.7, ["a", "b"])):  # .9 of .8 is .72
        ranking = [first, second, replace(other, relevance=relevance)]
        assert shown(brands, ranking, 2, Query("bag", Constraints(product="bag"))) == order


def test_a_share_may_be_of_sellers_that_an_attribute_names() -> None:
    sellers = ("Nord", "Nord", "Sued")
    ranking = [
        Hit(made(name, "Halden", attributes={"seller name": (seller,)}), 0.8, 1)
        for name, seller in zip("abc", sellers, strict=True)
    ]
    placed = Placing(brands=Brands(share=0.5, by="seller name")).suggested(ranking, 2)
    assert [hit.product.id for hit in placed] == ["a", "c"]


def test_a_paid_place_takes_no_brand_over_its_share() -> None:
    ranking = of_brands("Halden", "Orvane", "Halden")
    assert [hit.product.id for hit in paying("c", brands=Brands(share=0.5)).suggested(ranking, 2)] == ["a", "b"]
    assert [hit.product.id for hit in paying("c").suggested(ranking, 2)] == ["a", "c"]


# ---- in the assistant


def shop(searcher: Searcher, placing: Placing, *parses: Parse) -> Assistant:
    return Assistant(replace(parts_with(searcher, parses), placing=placing, products_shown=3))


def labels(reply: Reply) -> dict[str, bool]:
    return {card["id"]: card["sponsored"] for card in reply.to_json()["products"]}


LAMPS = said("search", product="lamp")


def test_a_search_shows_a_paid_place_with_its_label_and_says_so(searcher: Searcher) -> None:
    plain = shop(searcher, Placing(), LAMPS).reply("a lamp")
    last = next(
        hit.product.id
        for hit in searcher.search(LAMP, 20)[0].hits
        if hit.product.id not in labels(plain) and not hit.product.sold_out
    )
    reply = shop(searcher, paying(last, floor=0.1), LAMPS).reply("a lamp")
    assert [*labels(reply)] == [reply.cards[0].product.id, last, reply.cards[2].product.id]
    assert reply.cards[0].product == plain.cards[0].product
    assert labels(reply) == {card.product.id: card.product.id == last for card in reply.cards}
    assert f"Sponsored: {BY_ID[last].title}." in reply.reply
    assert not any("sponsor" in reason.text.lower() for card in reply.cards for reason in card.reasons)
    assert "ponsored" not in plain.reply


def test_what_is_sponsored_is_labelled_where_it_stands_for_its_own_sake_too(searcher: Searcher) -> None:
    plain = shop(searcher, Placing(), LAMPS).reply("a lamp")
    first = plain.cards[0].product
    reply = shop(searcher, paying(first.id), LAMPS).reply("a lamp")
    assert [*labels(reply)] == [*labels(plain)]
    assert labels(reply)[first.id] is True


def test_the_label_is_said_before_the_question_that_ends_a_reply() -> None:
    words = Words("Here is one: 1. Bolt Clamp Lamp. For a desk?", Question("For a desk?", "features"))
    card = Card(BY_ID["clamp"], 0.9, 1, sponsored=True)
    assert labelled(words, [card]).text == "Here is one: 1. Bolt Clamp Lamp. Sponsored: Bolt Clamp Lamp. For a desk?"
    assert labelled(words, [replace(card, sponsored=False)]) == words


def test_a_writer_cannot_leave_the_label_out(searcher: Searcher) -> None:
    wanted = said("search", product="lamp", features=("warm",), price_max=Decimal(40))
    writer = Written("The Aster Desk Lamp, White costs $34.99, and the Bolt Clamp Lamp costs $19.50. ")
    parts = replace(parts_with(searcher, [wanted]), placing=paying("aster"), writer=writer, questions=False)
    reply = Assistant(parts).reply("a warm lamp under 40")
    assert "White costs $34.99" in reply.reply
    assert reply.reply.endswith("Sponsored: Aster Desk Lamp, White.")


def test_no_other_reason_is_told_for_where_a_sponsored_product_stands(searcher: Searcher) -> None:
    jackets = said("search", product="jacket")

    def again(placing: Placing) -> list[str]:
        """What is said of the jackets to a visitor who liked the first of them before."""
        parts = replace(parts_with(searcher, [jackets, said("feedback", ref=(1,)), jackets]), placing=placing)
        assistant = Assistant(parts)
        for message, session in (("jackets", "s_1"), ("i love the first", "s_1")):
            assistant.reply(message, session, visitor="a" * 64, learn=True)
        cards = assistant.reply("jackets", "s_2", visitor="a" * 64).cards
        return [reason.text for card in cards for reason in card.reasons if reason.text.startswith("further up")]

    assert again(Placing())
    assert not again(paying(*BY_ID))


def test_several_needs_in_one_message_share_a_list_without_paid_places(searcher: Searcher) -> None:
    both = replace(LAMPS, then=said("search", product="bag"))
    plain = shop(searcher, Placing(), both).reply("a lamp and a bag")
    paid = shop(searcher, paying(*BY_ID, floor=0.01), both).reply("a lamp and a bag")
    assert [*labels(paid)] == [*labels(plain)]
    assert all(labels(paid).values())


def test_no_choice_is_made_because_it_is_paid_for(searcher: Searcher) -> None:
    asked = said("recommend", product="lamp")
    plain = shop(searcher, Placing(), asked).reply("which lamp?")
    for product in BY_ID:
        reply = shop(searcher, paying(product, floor=0.01), asked).reply("which lamp?")
        assert [*labels(reply)] == [*labels(plain)]


def test_a_search_without_a_dialogue_has_the_label_too(searcher: Searcher) -> None:
    plain = shop(searcher, Placing()).search("lamp", limit=2, understand=False)
    paid = shop(searcher, paying("aster", "clamp", "tower", "workshop")).search("lamp", limit=2, understand=False)
    assert not any(card_json(card)["sponsored"] for card in plain.cards)
    assert all(card_json(card)["sponsored"] for card in paid.cards)
    assert [card.rank for card in paid.cards] == [1, 2]


def test_suggestions_show_a_paid_place_with_its_label(catalog: Catalog, dense: Dense) -> None:
    with closing(EventLog()) as events:
        events.add([Event("1", "view", NOW, "anna", "storm")])
        plain = Recommender(catalog, dense, events).recommend("anna", 8, NOW)
        fourth = plain[3].product.id
        paid = Recommender(catalog, dense, events, placing=paying(fourth, floor=0.1)).recommend("anna", 3, NOW)
    assert [card.product.id for card in paid] == [plain[0].product.id, fourth, plain[1].product.id]
    assert [card.sponsored for card in paid] == [False, True, False]
    assert [card.rank for card in paid] == [1, 2, 3]
    assert paid[1].reasons == plain[3].reasons


def test_events_tell_what_is_sponsored_of_what_was_shown(searcher: Searcher) -> None:
    assistant = shop(searcher, paying("aster"), LAMPS)
    visitor = "a" * 64
    reply = assistant.reply("a lamp", "s_1", visitor=visitor, learn=True)
    cards = [*reply.cards, *assistant.recommend(visitor, limit=50, learn=True)]
    assert assistant.places.events is not None
    shown = [one for one in assistant.places.events.of(visitor) if one.type == "shown"]
    assert [(one.product_id, one.sponsored) for one in shown] == [(card.product.id, card.sponsored) for card in cards]
    assert {one.product_id for one in shown if one.sponsored} <= {"aster-black", "aster-white", "aster-brass"}
    assert any(one.sponsored for one in shown)


def test_suggestions_keep_a_brand_within_its_share(catalog: Catalog, dense: Dense) -> None:
    with closing(EventLog()) as events:
        events.add([Event("1", "view", NOW, "anna", "storm")])
        plain = Recommender(catalog, dense, events).recommend("anna", 4, NOW)
        placing = Placing(brands=Brands(share=0.25))
        spread = Recommender(catalog, dense, events, placing=placing).recommend("anna", 4, NOW)
    assert max(Counter(card.product.brand for card in plain if card.product.brand).values()) > 1
    assert max(Counter(card.product.brand for card in spread if card.product.brand).values()) == 1
    assert spread[0] == plain[0]


# ---- the shop's file


def test_the_shop_names_a_file_and_hears_of_products_that_it_has_not(
    catalog: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "placing.toml"
    file.write_text(
        '[sponsored]\nproducts = ["aster", "clamp", "gone"]\nfloor = 0.95\n[brands]\nshare = 0.4\n', encoding="utf-8"
    )
    with caplog.at_level(logging.WARNING):
        placing = build_placing(catalog, Settings(placing=file))
    assert placing == paying("aster", "clamp", "gone", floor=0.95, brands=Brands(share=0.4))
    assert "has not: gone" in caplog.text
    assert build_placing(catalog, Settings()) == Placing()


@pytest.mark.parametrize(("by", "told"), [("brand", False), ("seller nmae", True)])
def test_a_bound_on_what_no_product_names_is_told_to_the_log(
    catalog: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture, by: str, told: bool
) -> None:
    file = tmp_path / "placing.toml"
    file.write_text(f'[brands]\nshare = 0.4\nby = "{by}"\n', encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        build_placing(catalog, Settings(placing=file))
    assert (f"{by!r}, which no product names" in caplog.text) == told


def test_a_file_with_another_key_is_refused_by_its_name(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "placing.toml"
    file.write_text("[sponsored]\nflor = 0.95\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"placing\.toml: sponsored\.flor"):
        build_placing(catalog, Settings(placing=file))


def test_the_defaults_are_those_that_the_documentation_names() -> None:
    text = Path("docs/placing.md").read_text(encoding="utf-8")
    named = {
        name: float(value) for name, value in re.findall(r"^(\w+) = ([0-9.]+) +# the default$", text, re.MULTILINE)
    }
    sponsored, brands = Sponsored(), Brands()
    assert named == {"floor": sponsored.floor, "places": sponsored.places, "margin": brands.margin}
