"""What goes with a thing: tied by facts, names, listings and makers, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.catalog import Catalog
from retrieval.kinds.belonging import Bond, belonging
from retrieval.product import Product


def thing(id: str, title: str, *shelf: str, text: str = "", brand: str | None = None, **facts: str) -> Product:
    attributes = {name: (value,) for name, value in facts.items()}
    return Product(id, title, text, brand, shelf, in_stock=True, attributes=attributes)


DUVET = thing("duvet", "Cloud Duvet", "bedding", "duvets", brand="Eider")
COVERS = [thing(f"cover{n}", f"{name} Duvet Cover", "bedding", "covers") for n, name in enumerate(("Sateen", "Linen"))]
COLLAR = thing("collar", "Red Dog Collar", "pets", "collars", text="Sits well on a dog.")
JACKETS = [thing(f"jacket{n}", f"{n}nd Jacket", "jackets", "coats", text="The collar zips high.") for n in (2, 3)]
ROSES = thing("roses", "Rose Bouquet", "floral", "bouquets", text="Lovely in a tall vase.")
TULIPS = thing("tulips", "Tulip Bouquet", "floral", "bouquets", text="Needs a vase.")
VASES = [thing(f"vase{n}", f"{n} Vase", "decor", "vases", text="For a small bouquet.") for n in ("Red", "Green")]
LAMP = thing("lamp", "Paper Lamp", "lighting", "lamps", brand="Lux", bulb="E26 not included")
LED = thing("led", "Slim Lamp", "lighting", "lamps", brand="Lux")
BULB = thing("bulb", "Round Bulb", "lighting", "bulbs", brand="Lux", bulb="E26")
SMALL_BULB = thing("small", "Small Bulb", "lighting", "bulbs", brand="Lux", bulb="E12")
PADDING = [thing(f"pad{n}", f"Thing {n}", "misc", f"shelf {n}") for n in range(12)]
SHOP = (DUVET, *COVERS, COLLAR, *JACKETS, ROSES, TULIPS, *VASES, LAMP, LED, BULB, SMALL_BULB, *PADDING)

Bonds = Callable[..., dict[str, Bond]]


@pytest.fixture
def bonds(tmp_path: Path) -> Iterator[Bonds]:
    """The bonds of a product in the shop with these products beside."""
    catalog = Catalog(tmp_path / "catalog.db")

    def of(target: Product, *beside: Product) -> dict[str, Bond]:
        catalog.put((*SHOP, *beside, target), run=1)
        return {bond.product.id: bond for bond in belonging(catalog, target)}

    yield of
    catalog.close()


def test_what_is_named_for_the_thing_goes_with_it(bonds: Bonds) -> None:
    found = bonds(DUVET)
    assert set(found) == {"cover0", "cover1"}
    assert (found["cover0"].how, found["cover0"].words) == ("named_for", "Sateen Duvet Cover")


def test_a_word_that_two_departments_share_ties_nothing(bonds: Bonds) -> None:
    assert not bonds(COLLAR)  # jackets have collars too, but no collar's listing speaks of jackets


def test_kinds_of_two_departments_that_name_each_other_go_together(bonds: Bonds) -> None:
    found = bonds(ROSES)
    assert {bond.how for bond in found.values()} == {"mentions"}
    assert found["vaseRed"].words == "small bouquet"


def test_what_has_one_inside_is_no_company_for_it(bonds: Bonds) -> None:
    sleeve = thing("sleeve", "Felt Laptop Sleeve", "bags", "laptop sleeves", text="Slim enough for a backpack.")
    other = thing("other", "Wool Laptop Sleeve", "bags", "laptop sleeves", text="For a backpack without one.")
    has = thing("has", "Dry Backpack", "bags", "backpacks", text="The laptop sleeve inside is removable.")
    takes = thing("takes", "Day Backpack", "bags", "backpacks", text="Takes any laptop sleeve you own.")
    assert set(bonds(sleeve, other, has, takes)) == {"takes"}


def test_a_part_goes_with_what_states_the_same_fact(bonds: Bonds) -> None:
    found = bonds(LAMP)
    assert (found["bulb"].how, found["bulb"].words) == ("fits", "bulb E26")
    assert "small" not in found  # E12, though by the same maker


def test_a_part_is_not_offered_to_what_does_not_say_that_it_fits(bonds: Bonds) -> None:
    assert not bonds(LED)


def test_the_same_maker_ties_within_a_department_only(bonds: Bonds) -> None:
    pillow = thing("pillow", "Down Pillow", "bedding", "pillows", brand="Eider")
    tent = thing("tent", "Storm Tent", "outdoor", "tents", brand="Eider")
    found = bonds(DUVET, pillow, tent)
    assert found["pillow"].how == "maker"
    assert "tent" not in found


def test_the_same_maker_and_first_word_is_a_series(bonds: Bonds) -> None:
    slippers = thing("slippers", "Cloud Slippers", "shoes", "slippers", brand="Eider")
    assert bonds(DUVET, slippers)["slippers"].words == "Cloud"


def test_another_of_the_kind_and_what_is_sold_out_do_not_go_with_it(bonds: Bonds) -> None:
    sold_out = Product("gone", "Wool Duvet Cover", category=("bedding", "covers"), in_stock=False)
    assert {"other", "gone"}.isdisjoint(bonds(DUVET, sold_out, thing("other", "Wool Duvet", "bedding", "duvets")))


def test_what_is_for_another_audience_does_not_go_with_it(bonds: Bonds) -> None:
    shoe = thing("shoe", "Keel Running Shoe", "running", "shoes", brand="Stryde", gender="women")
    tops = [
        thing(f"top {who}", "Pace Vest", "running", "vests", brand="Stryde", gender=who)
        for who in ("women", "unisex", "men")
    ]
    assert set(bonds(shoe, *tops)) == {"top women", "top unisex"}


def test_a_handbag_is_no_company_for_a_bag(bonds: Bonds) -> None:
    bag = thing("bag", "Canvas Bag", "bags", "bags", brand="Corrie")
    assert not bonds(bag, thing("handbag", "Leather Handbag", "bags", "handbags", brand="Corrie"))
