from decimal import Decimal

import numpy as np
import pytest

from retrieval.judgements import Judged
from retrieval.kinds.of_listings import belongs_to, is_a, is_named, kind_of, kinds_named
from retrieval.product import Product
from retrieval.training.pairs import gain_of, graded_lists, made_lists, mix_lists, open_shelf, price_bound
from retrieval.training.pseudo_requests import Listing, PseudoRequest
from tests.fakes import WordEmbedder

LAMP = PseudoRequest("black metal lamp", "lamp", (("black",), ("metal",)))


def listing(title: str, kind: str) -> Listing:
    return Listing(Product("x", title), kind)


@pytest.fixture
def shelf(catalog, tmp_path):
    return open_shelf("small", catalog, WordEmbedder(), tmp_path)


def test_the_longest_phrase_of_a_title_names_the_kind():
    assert kind_of(Product("1", "Halden notebook case 15 inch")).startswith("notebook case")


def test_a_count_of_pieces_is_no_computer():
    assert kind_of(Product("1", "Toner Black 1 pc(s)")).startswith("toner")


def test_a_kind_bound_to_a_category_counts_there_only():
    assert "percussion" in kind_of(Product("1", "Bright Drum", category=("instruments", "percussion")))
    assert "percussion" not in (kind_of(Product("1", "Laser Drum")) or "")


def test_a_desk_lamp_is_a_lamp_and_a_lamp_is_no_desk_lamp():
    assert is_a("desk lamp", "lamp")
    assert not is_a("lamp", "desk lamp")


def test_a_notebook_case_belongs_to_a_notebook_without_being_one():
    assert belongs_to("notebook case", "notebook")
    assert not belongs_to("notebook", "notebook")


@pytest.mark.parametrize(
    ("title", "kind", "grade"),
    [
        ("Black metal lamp", "lamp", 3),  # both wishes
        ("Black lamp", "lamp", 2),  # one of two
        ("Glass lamp", "lamp", 1),  # none
        ("Black metal chair", "chair", 0),
    ],
)
def test_the_gain_grows_with_the_share_of_wishes_met_by_the_kind(title, kind, grade):
    assert gain_of(LAMP, listing(title, kind)) == 2**grade - 1


def test_what_was_refused_is_worth_less_than_the_mere_kind():
    refusing = PseudoRequest("lamp, not black", "lamp", (), ("black",))
    assert 0 < gain_of(refusing, listing("Black lamp", "lamp")) < 1


@pytest.mark.parametrize(
    ("request_text", "bound"),
    [("a lamp under $40", 40), ("max 25 dollars", 25), ("300 tops please", 300), ("a 64 gb stick", None)],
)
def test_the_price_bound_is_read_from_the_words(request_text, bound):
    assert price_bound(request_text) == (None if bound is None else Decimal(bound))


def test_a_product_that_is_only_too_dear_is_left_out_of_the_list(shelf):
    judged = Judged("lamp under 40", {"aster-black": 3, "aster-brass": 1, "clamp": 0})  # brass costs 44.99
    (one,) = graded_lists([judged], shelf)
    assert [product.id for product in one.products] == ["aster-black", "clamp"]
    assert one.gains == (7.0, 0.0)


def test_a_list_without_a_difference_teaches_nothing(shelf):
    assert graded_lists([Judged("lamp", {"aster-black": 3, "aster-white": 3})], shelf) == []


def test_made_lists_are_the_same_for_the_same_seed_and_have_what_was_asked_for(shelf):
    first, again = (list(made_lists(shelf, 8, seed=3)) for _ in range(2))
    assert first == again
    assert [one.request for one in first] != [one.request for one in made_lists(shelf, 8, seed=4)]
    assert all(max(one.gains) > 0 for one in first)


def test_where_no_label_is_the_mix_says_which_is_best(shelf):
    (one,) = mix_lists(shelf, ["warm desk lamp"], seed=1)
    best, worst = int(np.argmax(one.offsets)), int(np.argmin(one.offsets))
    assert one.gains[best] == pytest.approx(7)
    assert one.gains[worst] == pytest.approx(0)


def test_vectors_are_read_from_the_folder_when_the_texts_are_the_same(catalog, tmp_path):
    open_shelf("small", catalog, WordEmbedder(), tmp_path)
    embedder = WordEmbedder()
    open_shelf("small", catalog, embedder, tmp_path)
    assert embedder.embedded == []


def test_a_request_names_a_kind_in_the_words_of_shoppers():
    assert any(name.startswith("television") for name in kinds_named("telly for the living room"))


def test_a_laptop_bag_names_no_laptop():
    assert kinds_named("a laptop bag in black") == kinds_named("laptop bag")
    assert not is_named("notebook", kinds_named("laptop bag"))


@pytest.mark.parametrize(
    ("title", "category", "kind"),
    [
        ("Felt Desk Mat, Sand", ("desks", "desk accessories"), None),  # mats are things of their own
        ("Jacket Re-Proofing Wash", ("jackets", "jacket care"), None),  # the shop says that it is beside the jackets
        ("Cozy Teddy Bear Lounge Chair", ("furniture", "chairs"), "chair"),
        ("Slip Compact Keyboard, Blush", ("keyboards and mice", "keyboards"), "keyboard"),  # a colour is no make-up
        ("Pebble Crossbody Bag, Sage", ("bags", "crossbody bags"), "handbag|crossbody|clutch|purse|satchel"),
        ("Silver Moon Pendant", ("jewelry", "necklaces"), "necklace|pendant@jewelry"),
    ],
)
def test_what_heads_a_title_says_what_it_is_where_a_shop_has_categories(
    title: str, category: tuple[str, ...], kind: str | None
) -> None:
    assert kind_of(Product("p", title, category=category)) == kind


@pytest.mark.parametrize("category", [("Jewelry",), ("women", "Fine Jewellery")])
def test_a_word_that_is_bound_to_a_category_knows_it_by_its_words(category: tuple[str, ...]) -> None:
    assert kind_of(Product("p", "Silver Moon Pendant", category=category)) == "necklace|pendant@jewelry"
