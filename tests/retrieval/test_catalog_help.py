"""What is suggested for a catalogue, from its own listings, and corrections that fill what the feed leaves empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.catalog_help.categories import LEFT_OUT, categories_missing
from retrieval.catalog_help.corrections import accept, corrected, corrections, take_back
from retrieval.catalog_help.facts import facts_missing
from retrieval.catalog_help.suggestion import Suggestion, chosen, keep, kept
from retrieval.catalog_help.twins import twins
from retrieval.dense import Dense
from retrieval.errors import BadInput
from retrieval.index import build_index
from retrieval.product import Product
from retrieval.store import Store
from tests.fakes import WordEmbedder

MUG = Product("mug", "Tall Mug", "A mug of stoneware.", price=Decimal(12))
WALLS = (
    "oak ash pine beech maple birch cedar elm fir larch teak yew alder hazel plum cherry apple pear lime poplar".split()
)


def dense_of(store: Store, products: Sequence[Product]) -> Dense:
    build_index(products, store, WordEmbedder())
    return Dense(store.chroma(), WordEmbedder())


def shelf(noun: str, *category: str) -> list[Product]:
    """Twenty plainly alike things of one category, each with a word of its own."""
    return [Product(f"{noun}-{word}", f"{word.title()} {noun}", category=category) for word in WALLS]


def colored(name: str, title: str, *colors: str, description: str = "") -> Product:
    attributes = {"color": colors} if colors else {}
    return Product(name, title, description, category=("home", "cushions"), attributes=attributes)


def test_a_missing_category_is_that_of_the_nearest_listings(new_store: Store) -> None:
    shelves = [
        *shelf("Chair", "home", "chairs"),
        *shelf("Kettle", "kitchen", "kettles"),
        *shelf("Scarf", "wear", "scarves"),
    ]
    dense = dense_of(new_store, [*shelves, replace(shelves[0], id="new", title="Walnut Chair", category=())])
    (found,) = categories_missing(list(new_store.catalog), dense, WordEmbedder())
    assert (found.product_id, found.proposed) == ("new", {"category": ["home", "chairs"]})
    assert found.grounds[0].endswith("in home › chairs")
    left_out = min(LEFT_OUT, len(shelves))
    assert found.sure == pytest.approx(1 - 1 / (left_out + 2))  # all of them guessed right, and still not certain


def test_with_few_known_categories_none_is_proposed(new_store: Store) -> None:
    products = [*shelf("Chair", "home", "chairs"), Product("new", "Walnut Chair")]
    assert not list(categories_missing(products, dense_of(new_store, products), WordEmbedder()))


def test_a_fact_is_read_where_like_readings_are_right_in_the_shops_own_listings() -> None:
    known = [colored(f"c{n}-{color}", f"{name.title()} Cushion, {color.title()}", color)
             for n, name in enumerate(WALLS) for color in ("blue", "green")]  # fmt: skip
    (found,) = facts_missing([*known, colored("new", "Moor Cushion, Green")])
    assert (found.product_id, found.proposed) == ("new", {"attributes": {"color": ["green"]}})
    assert found.grounds == ("title: “Moor Cushion, Green”",)
    assert found.sure == pytest.approx(41 / 42)  # 40 read and stated alike: (40 + 1) / (40 + 2)


def test_a_reading_that_the_shops_own_listings_contradict_is_not_proposed() -> None:
    known = [colored(f"c{n}", f"{name.title()} Cushion, Green", "brown") for n, name in enumerate(WALLS)]
    assert not list(facts_missing([*known, colored("new", "Moor Cushion, Green")]))


def test_what_a_description_denies_or_sets_beside_the_thing_is_no_fact_of_it() -> None:
    beside = colored(
        "new", "Moor Cushion", description="A cushion that pairs well with a blue cushion. Never a red cushion."
    )
    assert not list(facts_missing([beside]))


def test_without_stated_colours_those_before_the_things_own_noun_are_proposed_as_unmeasured() -> None:
    cushion = colored(
        "new", "Moor Cushion", description="A soft rose gold velvet cushion with black piping, on a white sofa."
    )
    (found,) = facts_missing([cushion])
    assert (found.proposed, found.sure) == ({"attributes": {"color": ["rose gold"]}}, None)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(MUG, id="again", title="Mug, tall"), True),
        (replace(MUG, id="dearer", price=Decimal(20)), False),
        (replace(MUG, id="other-maker", brand="Corrie"), False),
        (replace(MUG, id="other-name", title="Tall Stoneware Mug"), False),
        (replace(MUG, id="porcelain", description="A mug of porcelain."), False),
    ],
)  # fmt: skip
def test_two_listings_of_one_thing_are_told_from_things_that_differ(
    new_store: Store, other: Product, same: bool
) -> None:
    found = list(twins([MUG, other], dense_of(new_store, [MUG, other])))
    assert [(one.product_id, one.proposed) for one in found] == [(other.id, {"leave_out": "mug"})] * same


def test_variants_of_one_group_are_no_duplicates(new_store: Store) -> None:
    pair = [replace(MUG, group_id="g"), replace(MUG, id="again", group_id="g")]
    assert not list(twins(pair, dense_of(new_store, pair)))


def test_suggestions_are_kept_and_chosen_by_how_sure_they_are(tmp_path: Path) -> None:
    sure = Suggestion("mug", "Tall Mug", "category", {"category": ["kitchen"]}, ("like “Mug”",), 0.97)
    unmeasured = replace(sure, kind="attribute", proposed={"attributes": {"color": ["blue"]}}, sure=None)
    keep([sure, unmeasured], tmp_path)
    assert kept(tmp_path) == [sure, unmeasured]
    assert chosen(kept(tmp_path), ["category", "attribute"], 0.5) == [sure]
    with pytest.raises(BadInput, match="No suggestions lie in"):
        kept(tmp_path / "elsewhere")


def test_a_correction_fills_what_is_empty_and_gives_way_to_the_feed(tmp_path: Path) -> None:
    proposed = [{"category": ["kitchen", "mugs"]}, {"attributes": {"color": ["blue"]}}]
    accept([Suggestion("mug", "Tall Mug", "attribute", one, ("word",)) for one in proposed], tmp_path)
    (filled,) = corrected([MUG], corrections(tmp_path))
    assert (filled.category, filled.attributes) == (("kitchen", "mugs"), {"color": ("blue",)})
    stated = replace(MUG, category=("bar",), attributes={"color": ("red",)})
    assert list(corrected([stated], corrections(tmp_path))) == [stated]


def test_what_is_taken_back_is_as_the_feed_has_it(tmp_path: Path) -> None:
    suggestion = Suggestion("mug", "Tall Mug", "category", {"category": ["kitchen"]}, ("like “Mug”",))
    assert (accept([suggestion], tmp_path), accept([suggestion], tmp_path)) == (1, 0)
    assert take_back([suggestion.key], tmp_path) == 1
    assert list(corrected([MUG], corrections(tmp_path))) == [MUG]


def test_a_duplicate_is_left_out_only_while_the_other_listing_is_there(tmp_path: Path) -> None:
    accept([Suggestion("again", "Tall Mug", "duplicate", {"leave_out": "mug"}, ("same",))], tmp_path)
    again = replace(MUG, id="again")
    assert list(corrected([again, MUG], corrections(tmp_path))) == [MUG]
    assert list(corrected([again], corrections(tmp_path))) == [again]


def test_a_line_that_is_no_correction_is_named(tmp_path: Path) -> None:
    (tmp_path / "corrections.jsonl").write_text('{"key": "k", "id": "mug"}\n', encoding="utf-8")
    with pytest.raises(
        BadInput, match=r"line 1 is no correction.*needs one of category, attributes, description and leave_out"
    ):
        corrections(tmp_path)
