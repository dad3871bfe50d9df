"""Meanings by example: the nearest sentence decides, and nothing is embedded before something is compared."""

from __future__ import annotations

import pytest

from retrieval.examples import Examples
from tests.fakes import WordEmbedder

GIVEN = {"return": ("send parcel back", "return"), "wrap": ("wrap presents",), "empty": ()}


def test_a_meaning_is_as_near_as_its_nearest_sentence_to_the_nearest_text() -> None:
    near = Examples(GIVEN).nearness(["send back", "presents"], WordEmbedder())
    # "send back" shares 2 of 3 words: 2 / (sqrt 2 * sqrt 3); "presents" 1 of 2: 1 / sqrt 2
    assert near == pytest.approx({"return": 2 / 6**0.5, "wrap": 1 / 2**0.5})
    assert list(near) == ["return", "wrap"]


def test_nothing_given_or_said_is_near_to_nothing() -> None:
    assert Examples({}).nearness(["send back"], WordEmbedder()) == {}
    assert Examples(GIVEN).nearness([], WordEmbedder()) == {}


def test_the_sentences_are_embedded_once_and_only_when_needed() -> None:
    embedder, examples = WordEmbedder(), Examples(GIVEN)
    for _ in range(2):
        examples.nearness(["send back"], embedder)
    assert sorted(embedder.embedded) == sorted(
        ["send parcel back", "return", "wrap presents", "send back", "send back"]
    )
