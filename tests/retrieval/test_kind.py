"""Which products are of the kind asked for: by what their titles say, and by the shop's own category of that name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.dense import Dense
from retrieval.index import build_index
from retrieval.kinds.named import (
    is_titled,
    kind_levels,
    known_otherwise,
    names_animal,
    of_the_other_word,
    on_another_shelf,
)
from retrieval.kinds.of_listings import head_noun, kind_at_end, kind_of, names_kind, wider_kind
from retrieval.lexical import Lexical
from retrieval.product import Product
from retrieval.query import Constraints, Query
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from retrieval.store import Store
from tests.fakes import WordEmbedder


def _product(name: str, title: str, *category: str) -> Product:
    return Product(name, title, category=category, price=Decimal(9), in_stock=True, stock=3)


PRODUCTS = (
    _product("spine", "Spine Office Chair", "seating", "office chairs"),
    _product("dormouse", "Dormouse Compact Desk Chair", "seating", "office chairs"),
    _product("mat", "Office Chair Mat, Desk Lamp Gray", "seating", "mats"),
    _product("lamp", "Clip-on Desk Lamp", "seating", "office chairs"),
    _product("beans", "First Light Espresso Beans", "coffee", "coffee beans"),
    _product("huila", "Huila Sunday Coffee", "coffee", "coffee beans"),
    _product("machine", "Bean-to-Cup Coffee Machine", "coffee", "coffee machines"),
    _product("basin", "Basin Wireless Headphones", "audio", "over-ear headphones"),
    _product("thread", "Thread Wired Headphones", "audio", "wired earphones"),
    _product("lark", "Lark Headphones", "audio", "on-ear headphones"),
)
BY_ID = {product.id: product for product in PRODUCTS}


@contextmanager
def _shop(products: Iterable[Product], folder: Path) -> Iterator[Searcher]:
    """A search over these products, closed at the end."""
    store = Store(folder / "store", create=True)
    build_index(products, store, WordEmbedder())
    lexical, dense = Lexical(store.catalog), Dense(store.chroma(), WordEmbedder())
    yield Searcher(store.catalog, lexical, dense, LinearMix(dense, lexical))
    store.close()


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(PRODUCTS, tmp_path_factory.mktemp("shelves")) as shop:
        yield shop


def _found(searcher: Searcher, product: str, *features: str, without: tuple[str, ...] = ()) -> set[str]:
    need = Constraints(product=product, features=features, exclude=without)
    ranking, _ = searcher.search(Query(product, need), limit=5)
    return {hit.product.id for hit in ranking.hits if hit.fits}


@pytest.mark.parametrize(
    ("phrase", "ids"), [("office chairs", {"spine", "dormouse"}), ("coffee beans", {"beans", "huila"})]
)
def test_a_category_of_just_that_name_holds_the_kind_but_for_what_its_title_makes_another(
    shelves: Searcher, phrase: str, ids: set[str]
) -> None:
    assert kind_levels(shelves.catalog, shelves.lexical, phrase)[0] == ids


def test_a_known_thing_of_another_category_is_not_what_the_shops_own_category_names(shelves: Searcher) -> None:
    assert known_otherwise(PRODUCTS, "coffee beans") >= {"machine"}
    assert not known_otherwise(PRODUCTS, "coffee beans") & {"beans", "huila"}
    assert _found(shelves, "coffee beans") == {"beans", "huila"}


@pytest.mark.parametrize("phrase", [None, "headphones", "espresso"])
def test_nothing_is_known_otherwise_without_such_a_category_or_for_a_known_word(phrase: str | None) -> None:
    assert known_otherwise(PRODUCTS, phrase) == frozenset()


def test_what_denies_a_feature_is_left_out_where_another_has_it(shelves: Searcher) -> None:
    assert _found(shelves, "headphones", "wireless") == {"basin", "lark"}


def test_what_denies_a_feature_stays_where_none_has_it(shelves: Searcher) -> None:
    assert _found(shelves, "headphones", "wireless", without=("basin",)) == {"thread", "lark"}


@pytest.mark.parametrize(
    "phrase", ["wedding gift", "a present for my mum", "gift ideas", "baby shower gift", "something", "stuff"]
)
def test_a_gift_or_a_thing_is_of_any_kind(shelves: Searcher, phrase: str) -> None:
    assert not names_kind(phrase)
    assert kind_levels(shelves.catalog, shelves.lexical, phrase) == []


@pytest.mark.parametrize("phrase", ["gift box", "something for the kitchen", "desk lamp", "ideal chair"])
def test_what_is_named_beside_a_gift_or_a_thing_is_a_kind(phrase: str) -> None:
    assert names_kind(phrase)


def test_a_gift_is_looked_for_among_all_things_by_its_words(shelves: Searcher) -> None:
    query = Query("gift espresso lover", Constraints(product="gift", features=("espresso lover",)))
    ranking, _ = shelves.search(query, limit=1)
    assert ([hit.product.id for hit in ranking.hits], ranking.kind_found) == (["beans"], True)


def test_an_order_of_gifts_is_an_order_of_those_found_by_meaning(shelves: Searcher) -> None:
    need = Constraints(product="gift", features=("espresso",))
    ranking, _ = shelves.search(Query("espresso", need, "price_asc"), limit=1)
    assert ranking.hits[0].product.price == min(one.price for one in PRODUCTS if one.price)


def test_a_bound_is_not_met_by_what_only_has_the_kinds_name_in_its_own(shelves: Searcher) -> None:
    assert "mat" not in frozenset().union(*kind_levels(shelves.catalog, shelves.lexical, "chair"))


NAMED = (
    _product("cup", "Stoneware Mug, Chalk", "kitchen", "cups"),
    _product("ink", "Ink Bottle 50 ml, Burgundy Red", "stationery", "ink"),
    _product("tumbler", "Red Tumblers, Set of 4", "kitchen", "glassware"),
    _product("shirt", "Linen Dress Shirt, Blue", "apparel", "shirts"),
    _product("stand", "Oak Hat Stand", "hall", "furniture"),
    _product("gown", "Floral Summer Dress", "apparel", "evening"),
    _product("clutch", "Evening Clutch", "bags", "handbags"),
    _product("napkin", "Brass Napkin Ring Set", "kitchen", "table"),
    _product("moon", "Silver Moon Pendant", "jewelry", "necklaces"),
    _product("halo", "Halo Pendant, Brass", "lighting", "ceiling lights"),
    _product("volcano", "Volcano Lab", "toys", "science kits"),
    _product("bear", "Cuddly Teddy Bear", "toys", "soft toys"),
    _product("bouquet", "Spring Meadow Bouquet", "floral", "bouquets"),
    _product("bank", "Nacho Platter", "food service", "nachos"),
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(NAMED, tmp_path_factory.mktemp("named")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("dress", {"gown"}),
        ("hat", set()),
        ("sleeping bag", set()),
        ("ring", set()),
        ("pendant", {"moon", "halo"}),
        ("necklace", {"moon"}),
        ("chandelier", {"halo"}),
        ("toy", {"volcano", "bear"}),
        ("flowers", {"bouquet"}),
        ("bag", {"clutch"}),
        ("dog food", set()),
    ],
)
def test_a_word_means_what_is_called_by_it_and_not_what_only_has_it_in_its_name(
    named: Searcher, phrase: str, ids: set[str]
) -> None:
    assert set(next(iter(kind_levels(named.catalog, named.lexical, phrase)), frozenset())) == ids


def test_a_thing_of_another_department_does_not_pass_for_the_kind_however_near_its_words_are(named: Searcher) -> None:
    ranking, _ = named.search(Query("red mug", Constraints(product="mug", color=("red",))), limit=5)
    assert {hit.product.id for hit in ranking.hits if hit.fits} == {"cup"}
    assert "ink" in {hit.product.id for hit in ranking.hits}


def test_what_is_of_the_kind_is_proposed_even_where_fifty_others_have_more_of_the_words(
    tmp_path: Path,
) -> None:
    others = [_product(f"print{i}", "Warm Ocean Breeze Art Print", "walls", "prints") for i in range(60)]
    lamp = _product("lamp", "Aster Desk Lamp", "lighting", "desk lamps")
    need = Constraints(product="lamp", features=("warm ocean breeze", "art print"))
    with _shop([*others, lamp], tmp_path) as shop:
        ranking, _ = shop.search(Query("ocean breeze art print", need), limit=80)
    assert "lamp" in {hit.product.id for hit in ranking.hits}


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("Linen Dress Shirt, Blue", "shirt"),
        ("Wool Scarf Set", "scarf"),
        ("Napkin Rings, Set of 4", "ring"),
        ("Stand for Headphones", "stand"),
        ("desk lamps", "lamp"),
        ("", ""),
    ],
)
def test_a_names_head_noun_is_what_it_says_the_thing_is(name: str, noun: str) -> None:
    assert head_noun(name) == noun


def test_a_kind_that_makes_up_much_of_a_category_is_what_the_category_is_for(tmp_path: Path) -> None:
    parkas = [_product(f"parka{i}", f"Glacier Parka {i}", "jackets", "winter jackets") for i in range(3)]
    jackets = [_product(f"jacket{i}", f"Snowball Jacket {i}", "jackets", "winter jackets") for i in range(3)]
    gloves = _product("gloves", "Thermal Gloves", "jackets", "winter jackets")
    with _shop([*parkas, *jackets, gloves], tmp_path) as shop:
        levels = kind_levels(shop.catalog, shop.lexical, "winter jackets")
    assert levels[0] == {one.id for one in (*parkas, *jackets)}


def test_what_is_named_after_the_kind_is_none_where_the_category_is_called_by_what_one_does(tmp_path: Path) -> None:
    """Three of five among the kayaks are paddles, and the cheapest kayak is none of them."""
    paddles = [_product(f"paddle{i}", f"Sunny Kayak Paddle {i}", "outdoors", "kayaking") for i in range(3)]
    kayaks = [_product(f"kayak{i}", f"River Kayak {i}", "outdoors", "kayaking") for i in range(2)]
    with _shop([*paddles, *kayaks], tmp_path) as shop:
        assert kind_levels(shop.catalog, shop.lexical, "kayak")[0] == {one.id for one in kayaks}


def test_what_is_asked_for_by_the_name_of_its_category_is_all_that_makes_up_much_of_it(tmp_path: Path) -> None:
    reels = [_product(f"reel{i}", f"Brook Fishing Reel {i}", "outdoors", "fishing") for i in range(3)]
    with _shop(reels, tmp_path) as shop:
        assert kind_levels(shop.catalog, shop.lexical, "fishing")[0] == {one.id for one in reels}


def test_a_kit_is_called_so_though_its_last_word_says_only_that_things_are_together(tmp_path: Path) -> None:
    kits = [_product("diy", "Handy Home Tool Kit", "tools", "sets"), _product("shave", "Classic Shaving Kit", "beauty")]
    with _shop(kits, tmp_path) as shop:
        assert kind_levels(shop.catalog, shop.lexical, "tool kit") == [{"diy"}]


def test_what_is_there_to_care_for_shoes_is_no_shoes(tmp_path: Path) -> None:
    trees = _product("trees", "Cedar Trees, Pair", "shoes", "shoe care")
    clog = _product("clog", "Tarn Clog", "shoes", "clogs")
    sandal = _product("sandal", "Coast Walker", "shoes", "open")
    with _shop([trees, clog, sandal], tmp_path) as shop:
        levels = kind_levels(shop.catalog, shop.lexical, "shoes")
    assert levels[0] == {"clog", "sandal"}


WORN = (
    _product("beanie", "Cosy Canine Beanie", "outdoors", "pet"),
    _product("beret", "Wool Beret", "apparel", "hats"),
    _product("cap", "Linen Cap", "apparel", "hats"),
    _product("collar", "Reflective Collar", "outdoors", "pet"),
)


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(WORN, tmp_path_factory.mktemp("worn")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("product", "features", "ids"),
    [
        ("hat", (), {"beret", "cap"}),
        ("hat", ("for my puppy",), {"beanie"}),
        ("beanie", (), {"beanie"}),  # for people there is none, and that it is for dogs stands in its name
        ("collar", (), {"collar"}),
    ],
)
def test_what_is_sold_for_animals_comes_up_where_one_is_named_or_nothing_else_is_of_the_kind(
    worn: Searcher, product: str, features: tuple[str, ...], ids: set[str]
) -> None:
    ranking, _ = worn.search(Query(" ".join((product, *features)), Constraints(product=product, features=features)), 5)
    assert {hit.product.id for hit in ranking.hits if hit.fits} == ids


def test_what_stands_in_a_category_for_animals_and_speaks_of_none_is_for_people(tmp_path: Path) -> None:
    ball = replace(_product("stress", "Citrus Stress Ball", "outdoors", "pet"), description="For desks and busy hands.")
    ornament = _product("ornament", "Frosty Ornament Ball", "seasonal", "christmas")
    with _shop((ball, ornament), tmp_path) as shop:
        assert shop.matching(Constraints(product="stress balls")) == {"stress"}


def test_what_stands_among_others_of_its_own_kind_is_none_that_the_shop_has_a_category_for() -> None:
    watch = _product("watch", "Desert Mirage Watch", "accessories", "watch")
    jacket = _product("jacket", "Urban Explorer Waterproof Jacket", "apparel", "jacket")
    pumpkin = _product("pumpkin", "Glowing Lantern", "seasonal", "halloween")
    assert on_another_shelf([watch, jacket, pumpkin], "watch", frozenset({"watch"})) == {"jacket"}
    assert on_another_shelf([jacket, pumpkin], "watch", frozenset()) == frozenset()  # no category of that name
    assert (
        on_another_shelf([watch, jacket], "timepiece", frozenset()) == frozenset()
    )  # known in words, but called otherwise here


NAMED_AFTER = (
    _product("pad", "Rug Grip Pad, 160 x 230 cm", "home", "rugs"),
    _product("wool", "Furrow Wool Rug", "home", "rugs"),
    _product("balcony", "Cord Balcony Rug", "garden", "garden furniture"),
    _product("monitor light", "Lumen Bar Monitor Light", "lighting", "desk lamps"),
    _product("hangers", "Cedar Coat Hangers, Set of 3", "jackets", "jacket care"),
    _product("parka", "Glacier Parka", "jackets", "winter jackets"),
    _product("sleeve", "Neoprene Laptop Sleeve", "bags", "laptop sleeves"),
    _product("laptop bag", "Cartographer Laptop Backpack", "bags", "backpacks"),
    _product("campus", "Campus Backpack", "bags", "backpacks"),
    _product("setting", "Vineyard Table Setting", "kitchen", "tableware"),
    _product("pine", "Pine Table", "furniture", "tables"),
    _product("towels", "Loft Towels, Set of 2", "bathroom", "towels"),
    _product("shaving", "Gentleman's Shaving Set", "beauty", "grooming"),
    _product("dripper", "Cone Coffee Dripper", "coffee and tea", "brewers"),
    _product("cups", "Double-Wall Glass Cups", "coffee and tea", "cups"),
    _product("camp", "Roll-Top Camp Table", "outdoor", "camp furniture"),
    _product("sneaker", "Lattice Sneaker", "shoes", "sneakers"),
)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(NAMED_AFTER, tmp_path_factory.mktemp("after")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("rug", {"wool", "balcony"}),  # the pad stands in "rugs", and is none
        ("monitor", set()),  # a light for one is none
        ("coat", {"parka"}),
        ("backpack", {"laptop bag", "campus"}),  # a sleeve for a laptop is none, a backpack for one is
        ("laptop bag", {"sleeve", "laptop bag"}),
        ("dining table", {"pine", "camp"}),  # a setting is not several tables
        ("chess set", set()),  # nor are towels chess for being a set
        ("shaving set", {"shaving"}),
    ],
)
def test_a_thing_is_what_the_head_of_its_name_says_and_not_what_that_is_for(
    after: Searcher, phrase: str, kind: set[str]
) -> None:
    levels = kind_levels(after.catalog, after.lexical, phrase)
    assert (set(levels[0]) if levels else set()) == kind


@pytest.mark.parametrize(
    ("phrase", "apart"),
    [
        ("coffee table", {"dripper", "cups"}),
        ("shoe rack", {"sneaker"}),
        ("winter table", set()),  # winter is no thing
        ("table", set()),
        (None, set()),
    ],
)
def test_what_has_of_a_name_only_the_thing_before_its_head_is_another_thing(
    phrase: str | None, apart: set[str]
) -> None:
    assert of_the_other_word(NAMED_AFTER, phrase) == apart


def test_of_a_kind_that_the_shop_has_not_what_shares_only_its_first_word_does_not_pass_for_it(after: Searcher) -> None:
    ranking, _ = after.search(Query("coffee table", Constraints(product="coffee table"), said="coffee table"), 5)
    assert not ranking.kind_found
    assert not {"dripper", "cups"} & {hit.product.id for hit in ranking.hits if hit.fits}


FOR_WHOM = (
    replace(_product("hop", "Hop Backpack", "bags", "backpacks"), attributes={"gender": ("kids",)}),
    replace(_product("campus", "Campus Canvas Work Backpack", "bags", "backpacks"), attributes={"gender": ("unisex",)}),
    replace(_product("octopus", "Plush Octopus Gift", "toys", "soft toys"), attributes={"gender": ("kids",)}),
    replace(_product("scarf", "Silk Scarf", "accessories", "scarves"), attributes={"gender": ("women",)}),
    _product("basket", "Autumn Mum Basket", "garden", "plants"),
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(FOR_WHOM, tmp_path_factory.mktemp("people")) as shop:
        yield shop


@pytest.mark.parametrize(("said", "first"), [("backpack", "campus"), ("backpack for my nephew", "hop")])
def test_a_childs_thing_comes_after_others_unless_a_child_may_be_meant(people: Searcher, said: str, first: str) -> None:
    ranking, _ = people.search(Query(said, Constraints(product="backpack"), said=said), 5)
    assert next(hit.product.id for hit in ranking.hits if hit.fits) == first
    assert {hit.product.id for hit in ranking.hits if hit.fits} == {"hop", "campus"}  # an order, no exclusion


@pytest.mark.parametrize(("said", "first"), [("gift for an 8 year old", "octopus"), ("silk gift", "scarf")])
def test_a_gift_for_a_child_is_a_childs_thing_first(people: Searcher, said: str, first: str) -> None:
    ranking, _ = people.search(Query(said, Constraints(product="gift"), said=said), 5)
    assert ranking.hits[0].product.id == first


def test_a_gift_for_mum_is_what_is_for_women_before_what_has_the_letters(people: Searcher) -> None:
    need = Constraints(product="gift", features=("for my mum",))
    ranking, _ = people.search(Query("gift for my mum", need, said="a gift for my mum"), 5)
    assert ranking.hits[0].product.id == "scarf"


CALLED_BY_MORE = (
    _product("noodles", "Tropical Noodle Bowl", "housewares", "bowls"),
    _product("salad", "Citrus Salad Bowl", "housewares", "bowls"),
    _product("hiking", "Alpine Hiking Boots", "footwear", "boots"),
    _product("leash", "Rope Dog Leash", "outdoors", "pet"),
)


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with _shop(CALLED_BY_MORE, tmp_path_factory.mktemp("ends")) as shop:
        yield shop


@pytest.mark.parametrize(
    ("phrase", "there"),
    [("dog bowl", False), ("ski boots", False), ("salad bowl", True), ("bowl", True), ("men's boots", True)],
)
def test_what_is_of_a_kind_by_its_last_word_alone_is_only_the_nearest(ends: Searcher, phrase: str, there: bool) -> None:
    ranking, _ = ends.search(Query(phrase, Constraints(product=phrase)), 5)
    assert ranking.kind_found is there
    assert any(hit.fits for hit in ranking.hits)


def test_of_what_is_not_sold_for_an_animal_its_other_things_are_the_nearest(ends: Searcher) -> None:
    """No soup bowl is for a dog, and nothing here is for a cat."""
    for phrase, first in (("dog bowl", "leash"), ("cat bowl", "noodles")):
        ranking, _ = ends.search(Query(phrase, Constraints(product=phrase)), 5)
        assert not ranking.kind_found
        assert {hit.product.id for hit in ranking.hits if hit.fits} >= {first}
        assert (first == "leash") is all(hit.product.id == "leash" for hit in ranking.hits if hit.fits)
        assert (first == "leash") is all(hit.product.id == "leash" for hit in ranking.hits)  # not soup bowls first


def test_beside_what_has_a_word_of_the_name_nothing_far_from_it_is_the_nearest(tmp_path: Path) -> None:
    listed = (
        _product("fly", "Angler Tackle Tin Box", "outdoors", "fishing"),
        _product("donuts", "Glazed Donut Box", "groceries", "bakery"),
        _product("rod", "Fishing Rod", "outdoors", "fishing"),
    )
    with _shop(listed, tmp_path) as shop:
        ranking, _ = shop.search(Query("tackle tray box", Constraints(product="tackle tray box")), 5)
    assert not ranking.kind_found
    assert [hit.product.id for hit in ranking.hits if hit.fits] == ["fly"]


def test_a_toy_for_a_dog_is_one_of_those_that_are_sold_for_dogs(tmp_path: Path) -> None:
    listed = (
        _product("bear", "Soft Toy Bear", "toys", "toy"),
        replace(_product("bone", "Chew Toy", "outdoors", "pet"), description="For your dog."),
    )
    with _shop(listed, tmp_path) as shop:
        for wish, first in (("for my dog", "bone"), ("soft", "bear")):
            need = Constraints(product="toy", features=(wish,))
            ranking, _ = shop.search(Query(f"toy {wish}", need), 5)
            assert ranking.hits[0].product.id == first


@pytest.mark.parametrize(
    ("wish", "found"), [("for my kitten", ["cave"]), ("for my dog", ["mat"]), ("for my hamster", ["cave", "mat"])]
)
def test_a_bed_for_an_animal_is_no_other_s_where_there_is_one_of_its_own(
    tmp_path: Path, wish: str, found: list[str]
) -> None:
    listed = (
        replace(_product("cave", "Felt Bed", "pets", "beds"), description="A cave for a cat."),
        replace(_product("mat", "Raised Bed", "pets", "beds"), description="For dogs to 40 kg."),
    )
    with _shop(listed, tmp_path) as shop:
        ranking, _ = shop.search(Query(f"bed {wish}", Constraints(product="bed", features=(wish,))), 5)
        assert sorted(hit.product.id for hit in ranking.hits if hit.fits) == found


@pytest.mark.parametrize("product", [None, "present"])
def test_something_for_a_cat_is_sold_for_animals_and_has_no_cat_in_its_name_alone(
    tmp_path: Path, product: str | None
) -> None:
    listed = (
        _product("glasses", "Cat-Eye Glasses", "accessories", "glasses"),
        replace(_product("collar", "Reflective Collar", "outdoors", "pet"), description="For dogs and cats."),
    )
    with _shop(listed, tmp_path) as shop:
        ranking, _ = shop.search(Query("for my cat", Constraints(product=product, features=("for my cat",))), 5)
        lovers, _ = shop.search(Query("for cat lovers", Constraints(product=product, features=("for cat lovers",))), 5)
    assert [hit.product.id for hit in ranking.hits] == ["collar"]
    assert {hit.product.id for hit in lovers.hits} == {"glasses", "collar"}


def test_of_saws_no_chainsaw_leaves_the_others(tmp_path: Path) -> None:
    listed = (_product("chain", "Forest Chainsaw", "tools", "saw"), _product("hand", "Pruning Saw", "tools", "saw"))
    with _shop(listed, tmp_path) as shop:
        need = Constraints(product="saw", exclude=("chainsaw",))
        ranking, _ = shop.search(Query("saw", need), 5)
    assert [hit.product.id for hit in ranking.hits if hit.fits] == ["hand"]


def test_nothing_that_is_sold_for_animals_is_shown_for_a_man(worn: Searcher) -> None:
    ranking, _ = worn.search(Query("beanie", Constraints(product="beanie", gender="men")), 5)
    assert "beanie" not in {hit.product.id for hit in ranking.hits if hit.fits}


@pytest.mark.parametrize(
    ("title", "phrase", "titled"),
    [
        ("Corvid Chef's Knife Set", "chef knives", True),
        ("Corvid Knife Set", "chef knives", False),
        ("Lamp Shade", "lamp", False),
    ],
)
def test_what_has_the_whole_name_in_its_title_is_called_so(title: str, phrase: str, titled: bool) -> None:
    assert is_titled(title, phrase) is titled


def test_sweets_are_candy_and_a_bracelet_of_that_name_is_none(tmp_path: Path) -> None:
    listed = (
        _product("hearts", "Candy Conversation Hearts", "seasonal", "valentine"),
        _product("wrist", "Wrist Candy Collection", "jewelry", "bracelet"),
    )
    with _shop(listed, tmp_path) as shop:
        assert kind_levels(shop.catalog, shop.lexical, "candy")[0] == {"hearts"}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Corvid 3 ft Display Monitor Cable", "monitor cable"),
        ("Corvid LaserJet Printer Stand", "printer stand"),
        ("Corvid Slim Monitor, cable included", "monitor|computer monitor"),
        ("Corvid Monitor Cable for any Monitor", "monitor cable"),
        ("Corvid Monitor and Monitor Cable", "monitor|computer monitor"),
    ],
)
def test_without_categories_the_noun_right_after_a_kind_says_what_is_there_for_it(title: str, kind: str) -> None:
    assert kind_of(Product("1", title)) == kind


def test_a_word_for_several_kinds_may_mean_these_by_itself_only() -> None:
    """A gym bag may be any bag; of a man's shirts none are baby clothes."""
    clothes, alone = kind_at_end("clothes")
    assert ("shirt" in clothes, alone) == (True, True)
    assert kind_at_end("baby clothes") == (frozenset(), False)
    assert kind_at_end("gym bag")[0] == kind_at_end("bag")[0]


def test_a_shoppers_name_that_says_more_than_the_listings_means_first_what_says_that_too(tmp_path: Path) -> None:
    tables = (
        _product("meeting", "Walnut Boardroom Table", "furniture", "tables"),
        _product("eat", "Oak Dining Table", "furniture", "tables"),
        _product("set", "Elm Dining Set", "furniture", "tables"),
    )
    with _shop(tables, tmp_path) as shop:
        levels = kind_levels(shop.catalog, shop.lexical, "dining table")
        assert levels[0] == {"eat", "set"}
        assert levels[1] == {"meeting", "eat", "set"}
        assert kind_levels(shop.catalog, shop.lexical, "table")[0] >= {"meeting", "eat"}


def test_a_mixing_bowl_is_a_bowl_and_no_baking_tray(tmp_path: Path) -> None:
    with _shop((_product("mix", "Nested Mixing Bowl", "kitchen", "bowls"),), tmp_path) as shop:
        assert kind_levels(shop.catalog, shop.lexical, "baking tray") == []
        assert kind_levels(shop.catalog, shop.lexical, "bowl")[0] == {"mix"}


@pytest.mark.parametrize(
    ("title", "stated", "kind"),
    [
        ("Orvane N15 Notebook Silver 16 GB DDR4 512 GB SSD", "Notebook", "notebook|notebook pc"),
        ("Orvane H2 headphones In-ear, Earring Red", "Headphones", "headphones|headset|earphones"),
        ("Orvane N15 Notebook PC", None, "notebook|notebook pc"),
        ("Orvane B75 motherboard", "Desktop Board", "motherboard"),
    ],
)
def test_the_type_that_the_record_states_decides_over_the_words_of_a_title(
    title: str, stated: str | None, kind: str
) -> None:
    """A "desktop board" is not called so word for word by any kind, so that its title decides."""
    attributes = {"product type": (stated,)} if stated else {}
    assert kind_of(Product("n15", title, attributes=attributes)) == kind


def test_a_title_that_says_the_stated_type_more_closely_decides() -> None:
    lamp = Product("lamp", "Orvane Desk Lamp", attributes={"product type": ("Lamp",)})
    assert kind_of(lamp) == kind_of(Product("lamp", "Orvane Desk Lamp"))


@pytest.mark.parametrize(
    ("need", "named"), [("a hat for fishing", False), ("food for my fish", True), ("dog bowls", True)]
)
def test_what_is_done_to_an_animal_names_none(need: str, named: bool) -> None:
    assert names_animal(need) is named


NARROW = (
    _product("bliss", "Pearl Bliss Necklace", "jewelry", "necklaces"),
    _product("ruby", "Ruby Pendant Necklace", "jewelry", "necklaces"),
    replace(
        _product("noir", "Noir Headphones", "audio", "headphones"), description="With noise cancelling, for trains."
    ),
    _product("open", "Open Studio Headphones", "audio", "headphones"),
    replace(_product("board", "Cheese Board", "kitchen", "boards"), description="Goes with a pearl necklace."),
    _product("cord", "DuraCord Serial Charging Cable", "audio", "cables"),
)


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("pearl necklace", {"bliss"}),
        ("noise cancelling headphones", {"noir"}),
        ("serial cable", {"cord"}),
        ("neckband headphones", set()),
    ],
)
def test_what_says_all_of_a_known_narrow_name_is_of_that_kind_where_nothing_is_called_so(
    tmp_path: Path, phrase: str, found: set[str]
) -> None:
    """Each phrase is in shopper_words.toml as a kind of its own, of which the shop has none by that very name."""
    with _shop(NARROW, tmp_path) as searcher:
        assert kind_at_end(phrase)[1]
        assert frozenset().union(*kind_levels(searcher.catalog, searcher.lexical, phrase)) == found


@pytest.mark.parametrize(
    ("phrase", "before"), [("pearl necklace", "pearl"), ("necklace", ""), ("sleeping bag", ""), ("wool coat", "wool")]
)
def test_what_stands_before_the_one_kind_that_a_name_ends_with_narrows_it(phrase: str, before: str) -> None:
    assert wider_kind(phrase)[0] == before
