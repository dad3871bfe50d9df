"""The last gate: what has no source is not said."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.check import Claim, claims_of, unsupported
from assistant.contract import CartView
from assistant.explain import explain
from assistant.grounds import UNSUPPORTED, checked, evidence
from assistant.model import Card, DialogueState, Outcome
from assistant.reply import Words, write
from retrieval.query import Constraints, Hit
from tests.small_shop import BY_ID, PRODUCTS

SOURCES = ["Brass Desk Lamp $34.99", "A warm white light, 1,299 lumen, 39.50 wide."]


@pytest.mark.parametrize(
    "text",
    [
        "Brass Desk Lamp costs $34.99.",
        "It gives “warm white light”.",
        "It gives “Warm  White light”.",
        "It has 1299 lumen.",
        "It has 1,299.00 lumen.",
        "It is 39.5 wide.",
        "Nothing is claimed here.",
    ],
)
def test_a_claim_with_a_source_passes(text: str) -> None:
    assert unsupported(text, SOURCES) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It costs $35.99.", Claim("number", "35.99")),
        ("It costs $34.", Claim("number", "34")),
        ("It has 12999 lumen.", Claim("number", "12999")),
        ("It gives “cold blue light”.", Claim("quotation", "cold blue light")),
        ("See our Golden Floor Lamp instead.", Claim("name", "Golden Floor Lamp")),
    ],
)
def test_an_invented_claim_is_caught(text: str, claim: Claim) -> None:
    assert claim in unsupported(text, SOURCES)


def test_every_invented_claim_is_named() -> None:
    found = unsupported("Sunny Side Lamp, $7, “lasts for ever”.", SOURCES)
    assert {claim.kind for claim in found} == {"number", "quotation", "name"}


def test_a_reply_with_a_lie_is_rewritten_from_what_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    cards = _cards("tower", "clamp")
    with caplog.at_level(logging.WARNING):
        words = checked(Words("The Tower Floor Lamp is now $7!"), _sources(cards), cards)
    assert words == Words("Here is what I found: 1. Tower Floor Lamp, 2. Bolt Clamp Lamp.", fault=UNSUPPORTED)
    assert "no source for" in caplog.text


def test_a_lie_about_nothing_is_rewritten_as_a_question() -> None:
    assert checked(Words("A colleague was told, reference 4711."), [], ()).text == (
        "Let me put that differently: what are you looking for?"
    )


def test_a_true_reply_is_left_as_it_is() -> None:
    cards = _cards("tower", "clamp")
    words = write(Outcome(total=2), cards, DialogueState(Constraints(product="lamp")), "USD")
    assert checked(words, _sources(cards), cards) is words


@given(st.sampled_from(PRODUCTS), st.sampled_from(PRODUCTS))
def test_naming_what_is_shown_never_counts_as_invented(first: object, second: object) -> None:
    cards = explain([Hit(first, 0.9, 1), Hit(second, 0.8, 2)], Constraints())  # type: ignore[arg-type]
    text = ", ".join(card.product.title for card in cards)
    assert unsupported(f"Here are 2: {text}.", _sources(cards)) == []


@given(st.text(max_size=200))
def test_claims_of_any_text_stand_in_the_text(text: str) -> None:
    assert all(claim.text in text for claim in claims_of(text))


def _cards(*ids: str) -> tuple[Card, ...]:
    return explain([Hit(BY_ID[product_id], 0.9, rank) for rank, product_id in enumerate(ids, 1)], Constraints())


def _sources(cards: tuple[Card, ...]) -> list[str]:
    state = DialogueState(Constraints(product="lamp"))
    return evidence("a lamp", state, Outcome(total=len(cards)), cards, CartView())


def test_two_names_said_together_need_a_source_each() -> None:
    sources = ["Oak Desk Lamp", "Ash Desk Lamp"]
    assert unsupported("Oak Desk Lamp and Ash Desk Lamp cost the same.", sources) == []
    assert unsupported("Oak Desk Lamp and Elm Desk Lamp cost the same.", sources) == [
        Claim("name", "Oak Desk Lamp and Elm Desk Lamp")
    ]
