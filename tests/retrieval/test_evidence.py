"""Met, unmet or not stated: read from the product's own words, never guessed."""

from __future__ import annotations

import pytest

from retrieval.evidence import Evidence, judge, none_gives_a_size
from retrieval.product import Product
from tests.small_shop import BY_ID


def _of(product_id: str, field: str, wish: str) -> Evidence:
    return judge(BY_ID[product_id], field, wish)


def test_a_stated_colour_decides() -> None:
    assert _of("clamp", "color", "red") == Evidence("color", "red", "met", "red", "color")
    assert _of("clamp", "color", "blue") == Evidence("color", "blue", "unmet", "red", "color")


def test_one_of_several_colours_is_enough() -> None:
    assert _of("tote", "color", "black") == Evidence("color", "black", "met", "black", "color")


def test_a_colour_in_the_title_counts_when_no_attribute_states_one() -> None:
    assert _of("satchel", "color", "brown") == Evidence("color", "brown", "met", "Brown Satchel Bag", "title")
    assert _of("satchel", "color", "black") == Evidence("color", "black", "unmet", "Brown", "title")


def test_a_colour_that_nothing_states_is_unstated() -> None:
    assert _of("rucksack", "color", "black") == Evidence("color", "black", "unstated")


def test_a_stated_material_decides() -> None:
    assert _of("satchel", "material", "leather").status == "met"
    assert _of("satchel", "material", "canvas") == Evidence("material", "canvas", "unmet", "leather", "material")


def test_a_material_in_the_description_is_quoted() -> None:
    assert _of("rucksack", "material", "nylon") == Evidence("material", "nylon", "met", "Light nylon", "description")


def test_a_yes_attribute_meets_a_feature() -> None:
    found = _of("quiet", "features", "noise cancelling")
    assert found == Evidence("features", "noise cancelling", "met", "noise cancelling: yes", "noise cancelling")


@pytest.mark.parametrize(("wish", "said"), [("touchscreen", "touchscreen: no"), ("wired", "wired: none")])
def test_an_attribute_that_says_no_makes_a_feature_unmet(wish: str, said: str) -> None:
    assert _of("quiet", "features", wish) == Evidence("features", wish, "unmet", said, wish)


def test_a_feature_with_its_value_is_met_by_both_words() -> None:
    assert _of("tower", "features", "160 cm height").words == "height: 160 cm"


def test_a_feature_in_the_description_is_quoted_with_its_neighbours() -> None:
    assert _of("aster-black", "features", "warm") == Evidence(
        "features", "warm", "met", "warm white light", "description"
    )


def test_a_feature_that_nothing_states_is_unstated() -> None:
    assert _of("tower", "features", "dimmable") == Evidence("features", "dimmable", "unstated")


def test_a_value_that_denies_the_name_of_its_field_is_no_evidence_for_it() -> None:
    shoe = Product("1", "Shoe", attributes={"waterproof rating": ("not waterproof",)})
    said = "waterproof rating: not waterproof"
    assert judge(shoe, "features", "waterproof") == Evidence(
        "features", "waterproof", "unmet", said, "waterproof rating"
    )
    tent = Product("2", "Tent", attributes={"waterproof rating": ("3,000 mm",)})
    assert judge(tent, "features", "waterproof").status == "met"


@pytest.mark.parametrize(
    ("title", "wish", "status", "said"),
    [
        ("Thread Wired Earphones", "wireless", "unmet", "Thread Wired Earphones"),
        ("Basin Wireless Headphones", "wired", "unmet", "Basin Wireless Headphones"),
        ("Wire-Free Bra", "wireless", "unstated", None),
        ("Wired Earphones with a Wireless Case", "wireless", "met", "Wired Earphones with a Wireless Case"),
        ("Plain Earphones", "wireless", "unstated", None),
    ],
)
def test_what_a_title_says_against_a_word_in_less_is_unmet(
    title: str, wish: str, status: str, said: str | None
) -> None:
    found = judge(Product("1", title), "features", wish)
    assert (found.status, found.words) == (status, said)


@pytest.mark.parametrize(
    ("wish", "stated"), [("M", "medium"), ("extra large", "XL"), ("x-large", "X Large"), ("xxl", "2XL")]
)
def test_a_size_is_the_same_as_letters_and_in_words(wish: str, stated: str) -> None:
    assert judge(Product("1", "Shirt", options={"size": stated}), "size", wish).status == "met"


def test_another_size_is_unmet() -> None:
    assert judge(Product("1", "Shirt", options={"size": "M"}), "size", "L").status == "unmet"


@pytest.mark.parametrize(
    ("title", "wish", "said"),
    [
        ('Slim Monitor 61 cm (24") Full HD', "24 inch", "61 cm"),  # 24 inches are 609.6 mm
        ('Slim Monitor (24") Full HD', "24 inches", '24"'),
        ("Widescreen Monitor, 24-inch", "24 inch", "24-inch"),
        ("Cable 6.6 ft", "2m", "6.6 ft"),  # 2,011.7 mm: as near to 2 m as it is printed
        ("Cable 2 metres", "2m", "2 metres"),
    ],
)
def test_a_size_with_a_unit_is_met_by_the_same_in_any_unit(title: str, wish: str, said: str) -> None:
    found = judge(Product("1", title), "size", wish)
    assert (found.status, found.words, found.source) == ("met", said, "title")


@pytest.mark.parametrize(
    ("stated", "none"), [((), True), (("3 m",), False), (("24",), False)]
)  # a gauge is a size, though not of this kind
def test_listings_give_no_size_only_where_none_states_any(stated: tuple[str, ...], none: bool) -> None:
    cable = Product("1", "Network cable", attributes={"wire size": stated} if stated else {})
    assert none_gives_a_size([cable], ["2m"]) is none
    assert not none_gives_a_size([cable], [])


def test_another_length_in_a_title_says_nothing_of_the_size() -> None:
    assert judge(Product("1", "Lamp with 2 m of cable"), "size", "40 cm").status == "unstated"


@pytest.mark.parametrize(
    ("stated", "status"), [("3 m", "unmet"), ("24", "unstated"), ("12 x 9.6", "unstated"), ("24 oz", "unstated")]
)
def test_a_size_in_a_unit_that_cannot_be_compared_is_not_held_against_a_product(stated: str, status: str) -> None:
    found = judge(Product("1", "Network cable", attributes={"wire size": (stated,)}), "size", "2m")
    assert (found.status, found.words, found.source) == (status, stated, "wire size")


@pytest.mark.parametrize("field", ["color", "size", "material", "features"])
@pytest.mark.parametrize("wish", ["🙂", "…", ""])
def test_a_wish_without_words_is_never_met(field: str, wish: str) -> None:
    assert _of("tote", field, wish).status == "unstated"


@pytest.mark.parametrize("product", BY_ID.values(), ids=lambda product: product.id)
def test_words_of_evidence_stand_in_the_product(product: Product) -> None:
    told = f"{product.title} {product.description} {dict(product.attributes)} {dict(product.options)}".casefold()
    for field in ("color", "material", "size", "features"):
        for wish in ("red", "black", "leather", "warm light", "waterproof", "medium"):
            found = judge(product, field, wish)
            pieces = (found.words or "").casefold().replace(": ", ", ").split(", ")
            assert all(piece in told for piece in pieces)


def test_a_category_says_what_a_thing_is_for_where_the_listing_does_not() -> None:
    mats = Product("mats", "Flexible Cutting Mats", category=("kitchen", "cutting boards"))
    assert judge(mats, "features", "for the kitchen") == Evidence(
        "features", "for the kitchen", "met", "in kitchen › cutting boards", "category"
    )
    assert judge(mats, "features", "for the garden").status == "unstated"


@pytest.mark.parametrize(
    ("description", "field", "wish", "status"),
    [
        ("Velvet seats pair beautifully with lush green plants.", "color", "green", "unstated"),
        ("Set against a red backdrop, it glows.", "color", "red", "unstated"),
        ("Complemented by leather boots. A warm wool scarf.", "material", "leather", "unstated"),
        ("Complemented by leather boots. A warm wool scarf.", "material", "wool", "met"),
        ("Paired with white socks, the green sole stands out.", "color", "green", "met"),
        ("A pair of green sandals with laces.", "color", "green", "met"),
        ("Pairs with any phone.", "features", "phone", "met"),
    ],
)
def test_what_is_set_beside_a_thing_has_not_its_colour_or_material(
    description: str, field: str, wish: str, status: str
) -> None:
    assert judge(Product("1", "Thing", description=description), field, wish).status == status


def test_of_two_properties_of_which_either_would_do_the_one_that_it_has_is_the_evidence() -> None:
    guitar = Product("g", "Ember Acoustic Guitar", category=("instruments", "strings"))
    met = judge(guitar, "features", "electric or acoustic")
    assert (met.status, met.wish, met.words) == ("met", "acoustic", "Ember Acoustic Guitar")
    shelved = judge(guitar, "features", "wind or strings")
    assert (shelved.status, shelved.wish, shelved.source) == ("met", "strings", "category")
    neither = judge(guitar, "features", "left-handed or fretless")
    assert (neither.status, neither.wish) == ("unstated", "left-handed or fretless")


@pytest.mark.parametrize(
    ("field", "wish", "status", "said"),
    [
        ("size", "3 seater", "unmet", "two-seater"),
        ("size", "2 seater", "met", None),
        ("features", "four drawers", "unmet", "3 drawers"),
        ("features", "for 4 people", "unstated", None),
        ("features", "3 deep drawers", "unstated", None),
    ],
)
def test_a_count_that_the_listing_gives_otherwise_is_unmet(
    field: str, wish: str, status: str, said: str | None
) -> None:
    product = Product("p_1", "Reading Sofa", "A two-seater with 3 drawers below.")
    found = judge(product, field, wish)
    assert found.status == status
    assert said is None or found.words == said


def test_a_colour_of_what_a_thing_is_accessorized_with_is_none_of_its_own() -> None:
    sofa = Product("p_1", "Lounger Sofa", "A yellow sofa. Accessorized with contrasting gray pillows.")
    assert [judge(sofa, "color", color).status for color in ("yellow", "gray")] == ["met", "unstated"]
