"""What listings say of their own, where their records tell products apart by price alone."""

from __future__ import annotations

from decimal import Decimal

from assistant.actions.own_words import FIELD, is_bare, own_words, with_words
from assistant.model import Comparison, Row
from retrieval.product import Product
from tests.fakes import WordEmbedder

DRILL = Product("drill", "Pine Drill", "A fine drill. It has two speeds.", price=Decimal(80))
DRIVER = Product("driver", "Oak Drill", "A fine drill. It comes with a spare battery.", price=Decimal(90))


def test_the_sentence_that_the_other_listing_lacks_is_taken() -> None:
    said = own_words([DRILL, DRIVER], "drill", WordEmbedder())
    assert said == {"drill": "It has two speeds.", "driver": "It comes with a spare battery."}


def test_nothing_is_said_where_a_listing_has_no_words_or_both_say_the_same() -> None:
    bare = Product("bare", "Elm Drill")
    again = Product("again", "Pine Drill", DRILL.description)
    assert own_words([DRILL, bare], "drill", WordEmbedder()) == {}
    assert own_words([DRILL, again], "drill", WordEmbedder()) == {}


def test_the_words_are_a_last_column() -> None:
    table = Comparison(("price",), (Row("drill", ("$80",)), Row("driver", ("$90",))))
    assert is_bare(table)
    told = with_words(table, {"drill": "a", "driver": "b"})
    assert (told.fields, [row.values for row in told.rows]) == (("price", FIELD), [("$80", "a"), ("$90", "b")])


def test_a_table_with_a_material_is_not_bare() -> None:
    assert not is_bare(Comparison(("price", "material"), ()))
    assert is_bare(Comparison(("price", "gender"), ()))  # whom it is for says nothing of what it is
