"""The check of written sentences: what is true of the product spoken of passes, every lie of a known kind is stopped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.explain import explain
from assistant.model import Card, DialogueState, Outcome, Reason
from assistant.reply import write
from assistant.writing.claims import DENIALS, Evidence, Said, faults, plain_words
from assistant.writing.facts import known
from assistant.writing.wording import script_for
from assistant.writing.writer import Script
from retrieval.evidence import COLORS
from retrieval.product import Product
from retrieval.query import Constraints, Hit
from retrieval.words import stem
from tests.small_shop import BY_ID

BLACK, CLAMP, TOWER = "Aster Desk Lamp, Black", "Bolt Clamp Lamp", "Tower Floor Lamp"


def script(*ids: str, price_max: int | None = None) -> Script:
    """The black lamp ($34.99, steel, dimmable), the clamp lamp ($19.50, red, not dimmable, 2 left), the tower ($120, was $150)."""
    need = Constraints(product="lamp", price_max=None if price_max is None else Decimal(price_max))
    hits = [Hit(BY_ID[one], 0.9, rank) for rank, one in enumerate(ids or ("aster-black", "clamp", "tower"), start=1)]
    state, outcome = DialogueState(need), Outcome(hits=tuple(hits), total=7)
    cards = explain(hits, need)
    return script_for("a lamp", write(outcome, cards, state, "USD").text, outcome, cards, state)


def stopped(sentence: str, said: Said | None = None) -> list[str]:
    """The kinds of what is wrong with the sentence."""
    return [fault.kind for fault in faults(sentence, script().evidence, said or Said())]


@pytest.mark.parametrize(
    "sentence",
    [
        "Here are three lamps.",
        "Here are 3 of 7 for lamp.",
        f"{BLACK} costs $34.99 and is made of steel.",
        f"At $19.50, {CLAMP} is the cheapest of the three.",
        f"{CLAMP} comes in red, only 2 left in stock.",
        f"{CLAMP} is not dimmable.",
        f"{BLACK} is dimmable, black and in stock.",
        f"{TOWER} is $120, down from $150.",
        f"{TOWER} is rated 4.8 of 5 from 210 reviews.",
        f"I'd pick {BLACK} at $34.99, by Halden.",
        f"{BLACK} is $34.99, {CLAMP} is $19.50, and {TOWER} is $120.",
        "The first is $34.99, and the second is $19.50.",
        f"The listing of {BLACK} says “a slim steel arm”.",
        f"The {TOWER} has a height of 160 cm.",
        "All three are lamps.",
    ],
)
def test_what_is_true_of_the_product_passes(sentence: str) -> None:
    assert faults(sentence, script().evidence) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (f"{BLACK} costs $19.50.", "other product"),
        (f"{BLACK} costs $34.98.", "number"),
        (f"{BLACK} costs $19.50, and {CLAMP} costs $34.99.", "other product"),
        (f"Here is {BLACK}, and at $34.99 {CLAMP}.", "other product"),
        (f"{BLACK} and {CLAMP} both cost $34.99.", "other product"),
        ("All of these cost $34.99.", "other product"),
        (f"In steel: {BLACK}, {CLAMP}, {TOWER}.", "other product"),
        (f"{CLAMP} is dimmable.", "other product"),
        (f"{BLACK} is not dimmable.", "other product"),  # the clamp lamp is not
        (f"{BLACK} isn't in stock.", "denial"),
        (f"{BLACK} is sold out.", "word"),
        (f"Only 1 left of {CLAMP}.", "word"),
        (f"{BLACK} is waterproof.", "word"),
        (f"{BLACK} is red.", "other product"),
        (f"{BLACK} is on sale.", "other product"),
        (f"{BLACK} is our bestseller.", "word"),
        (f"{BLACK} is the cheapest.", "word"),
        (f"{BLACK} is the cheapest of these.", "other product"),
        (f"{BLACK} is lighter than {CLAMP}.", "two in one breath"),
        (f"{BLACK} comes with {CLAMP}.", "two in one breath"),
        (f"{BLACK} is by Orvane.", "other product"),
        (f"{BLACK} arrives tomorrow.", "word"),
        (f"I have added {BLACK} for you.", "word"),
        ("You can return it within 30 days.", "word"),
        ("See our Golden Floor Lamp.", "word"),
        ("Here are 5 lamps.", "number"),
        (f"{BLACK} has 3 of 7.", "number"),
        (f"3. {BLACK}.", "number"),
        (f"{CLAMP}, the first, is here.", "two in one breath"),
        (f"{BLACK} costs $34.99 + $19.50.", "sign"),
        (f"{TOWER} has “an E27 bulb”.", "quotation"),
        (f"The listing of {TOWER} says “sold separately for ever”.", "quotation"),
        (f"The listing of {CLAMP} says “a slim steel arm”.", "quotation"),
        ("Yes, it is.", "nothing said"),
        (f"{BLACK} does.", "elliptic"),
        (f"{BLACK} is what you asked for.", "word"),
        (f"{BLACK} ist günstig.", "word"),
    ],
)
def test_a_lie_or_what_nobody_knows_is_stopped(sentence: str, kind: str) -> None:
    assert kind in stopped(sentence)


def test_it_is_the_product_spoken_of_last() -> None:
    assert stopped("It costs $19.50.", Said(frozenset({"clamp"}))) == []
    assert stopped("It costs $34.99.", Said(frozenset({"clamp"}))) == ["other product"]


def test_it_after_several_products_must_be_true_of_each() -> None:
    assert stopped("It is $34.99.", Said(frozenset({"aster-black", "clamp"}))) == ["other product"]


def test_a_budget_is_kept_by_those_only_whose_price_keeps_it() -> None:
    evidence = script(price_max=40).evidence
    assert faults(f"{BLACK} is within your $40 budget.", evidence) == []
    assert faults(f"{TOWER} is within your $40 budget.", evidence) != []
    assert faults("All are under $40.", evidence) != []
    assert faults("All are under $40.", script("aster-black", "clamp", price_max=40).evidence) == []


def test_a_fourth_product_is_one_too_many() -> None:
    evidence = script("aster-black", "clamp", "tower", "shade").evidence
    assert [fault.kind for fault in faults("Linen Lampshade is $24.", evidence, Said(named=frozenset("abc")))] == [
        "too many"
    ]


def test_a_composed_sentence_passes_as_it_is_and_nothing_may_be_put_around_it() -> None:
    evidence = script().evidence
    assert faults(evidence.composed[0], evidence) == []
    assert faults(f"Waterproof: {evidence.composed[0]}", evidence) != []
    assert faults(f"{evidence.composed[0].rstrip('.')} in red.", evidence) != []


def test_a_quotation_is_not_cut_out_of_a_denial() -> None:
    mat = Product("mat", "Yoga Mat", "It is not made of natural rubber at all.", price=Decimal(20))
    (known_mat,) = known([mat], (), Constraints())
    assert faults("The listing of Yoga Mat says “made of natural rubber”.", Evidence((known_mat,))) != []
    assert (
        faults("The listing of Yoga Mat says “It is not made of natural rubber at all”.", Evidence((known_mat,))) == []
    )


def test_a_quotation_with_a_comma_is_not_left_open() -> None:
    why = Reason("choice", "best value: its listing says “tall, with a shade”, $5 less", "description")
    card = Card(BY_ID["tower"], 0.9, 1, (why,))
    (tower,) = known([BY_ID["tower"]], [card], Constraints(product="lamp"))
    assert {"best value", "its listing says “tall, with a shade”", "$5 less"} <= tower.phrases
    assert not any("“" in phrase and "”" not in phrase for phrase in tower.phrases)


def test_plain_words_state_no_colour_deny_nothing_and_are_written_as_they_are_read() -> None:
    assert len(plain_words()) > 100
    assert plain_words() & DENIALS == set()
    assert {stem(word) for word in plain_words()} & COLORS == set()
    assert all(word == word.lower() for word in plain_words())
