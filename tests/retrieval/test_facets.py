"""How facts split products: the gain worked out by hand, and what counts as a value that people choose by."""

from __future__ import annotations

from decimal import Decimal
from math import log2

import pytest

from retrieval.facets import Facet, facets, gain
from retrieval.product import Product


def said(*values: str) -> frozenset[str]:
    return frozenset(values)


def thing(id: str, title: str, category: str = "things", price: str | None = None, **facts: str) -> Product:
    attributes = {name: tuple(values.split("|")) for name, values in facts.items()}
    money = None if price is None else Decimal(price)
    return Product(id, title, category=("shop", category), price=money, attributes=attributes)


def facet(name: str, products: list[Product], kind: str = "") -> Facet | None:
    return next((one for one in facets(products, kind) if one.name == name), None)


def test_an_answer_that_halves_what_there_is_tells_one_bit() -> None:
    assert gain([said("a"), said("a"), said("b"), said("b")], ["a", "b"]) == pytest.approx(1)


def test_what_states_no_value_stays_after_any_answer() -> None:
    # log2 3 before; after "a" as after "b" one thing and the silent one are left: log2 2
    assert gain([said("a"), said("b"), said()], ["a", "b"]) == pytest.approx(log2(3) - 1)


def test_other_values_are_an_answer_as_well() -> None:
    # "a" 2 of 4 leaves 2, "none of these" 2 of 4 leaves 2
    assert gain([said("a"), said("a"), said("b"), said("c")], ["a"]) == pytest.approx(1)


def test_values_that_everything_has_tell_nothing() -> None:
    assert gain([said("a", "b"), said("a", "b")], ["a", "b"]) == 0
    assert gain([], ["a"]) == 0


def test_a_family_counts_once_with_the_values_of_all_its_variants() -> None:
    lamp = [Product(f"lamp {c}", f"Lamp, {c}", group_id="lamp", attributes={"color": (c,)}) for c in ("red", "blue")]
    found = facet("color", [*lamp, thing("vase", "Red Vase", color="red")])
    assert found is not None
    assert (found.total, found.counts) == (2, (("red", 2), ("blue", 1)))


def test_a_value_that_no_title_has_is_not_chosen_by() -> None:
    lamps = [
        thing(str(n), f"{c} Lamp", color=c, warranty=w) for n, (c, w) in enumerate([("red", "long"), ("blue", "short")])
    ]
    assert facet("color", lamps) is not None
    assert facet("warranty", lamps) is None


def test_a_value_that_only_says_the_kind_again_does_not_count() -> None:
    shelf = [thing("a", "A", "lamps"), thing("b", "B", "desk lamps"), thing("c", "C", "floor lamps")]
    found = facet("category", shelf, "lamp")
    assert found is not None
    assert found.options == ("desk lamps", "floor lamps")


def test_an_option_is_not_said_twice_once_longer() -> None:
    shoes = [thing(str(n), "Shoe", kind) for n, kind in enumerate(["boots", "hiking boots", "hiking boots", "sandals"])]
    found = facet("category", shoes)
    assert found is not None
    assert found.options == ("boots", "sandals")


def test_unisex_is_for_men_and_for_women() -> None:
    shirts = [thing("a", "A", gender="unisex"), thing("b", "B", gender="men")]
    found = facet("gender", shirts)
    assert found is not None
    assert found.counts == (("men", 2), ("women", 1))


def test_prices_are_cut_in_three_at_round_amounts() -> None:
    found = facet(
        "price", [thing(price, f"Thing {price}", price=price) for price in ("10", "12", "42", "48", "103", "210")]
    )
    assert found is not None  # thirds begin at 42 and 103
    assert found.options == ("under $40", "$40 to $100", "over $100")
    assert [count for _, count in sorted(found.counts)] == [2, 2, 2]


def test_prices_that_lie_close_together_are_no_facet() -> None:
    assert (
        facet(
            "price", [thing(price, f"Thing {price}", price=price) for price in ("4", "4.50", "4.99", "5", "5.50", "6")]
        )
        is None
    )
