"""Reviews in the store: kept by family, read again without work, changed and removed with the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.index import build_index
from retrieval.reviews.feed import Review
from retrieval.reviews.store import Reviews, of_buyers
from retrieval.store import Store
from tests.fakes import WordEmbedder, WordTones
from tests.small_shop import BY_ID, PRODUCTS

LOUD = Review("r1", "kettle", 2.0, ("Bad noise.", "My aunt is copper."), "2026-03-01")
QUIET = Review("r2", "aster-black", 5.0, ("Good light.",), "2026-04-01")
FAMILY = Review("r3", "aster", 4.0, ("A good arm.",), "2026-05-01")


@pytest.fixture
def reviews(tmp_path: Path) -> Iterator[Reviews]:
    store = Store(tmp_path / "store", create=True)
    build_index(PRODUCTS, store, WordEmbedder())
    yield Reviews(store.catalog, store.chroma(), WordEmbedder())
    store.close()


def texts(reviews: Reviews, product: str) -> list[str]:
    return [one.text for one in reviews.of(BY_ID[product])]


def test_what_is_said_of_a_variant_or_of_the_group_speaks_for_every_variant(reviews: Reviews) -> None:
    reviews.replace([QUIET, FAMILY, LOUD], WordTones())
    assert texts(reviews, "aster-white") == ["A good arm.", "Good light."]
    assert reviews.stars(BY_ID["aster-brass"]) == [5.0, 4.0]


def test_reading_the_same_again_reads_nothing(reviews: Reviews) -> None:
    first, tones = reviews.replace([LOUD, QUIET], WordTones()), WordTones()
    again = reviews.replace([LOUD, QUIET], tones)
    assert (first.read_anew, again.read_anew, again.reviews, tones.read_so_far) == (2, 0, 2, [])


def test_other_stars_are_read_anew_and_what_is_missing_goes(reviews: Reviews) -> None:
    reviews.replace([LOUD, QUIET], WordTones())
    done = reviews.replace([Review("r1", "kettle", 3.0, LOUD.sentences, LOUD.day)], WordTones())
    assert (done.read_anew, done.removed, done.reviews) == (1, 1, 1)
    assert reviews.stars(BY_ID["kettle"]) == [3.0]
    assert texts(reviews, "aster-black") == []


def test_what_is_missing_stays_where_that_is_wanted(reviews: Reviews) -> None:
    reviews.replace([LOUD], WordTones())
    assert reviews.replace([QUIET], WordTones(), keep_missing=True).reviews == 2


def test_other_readers_read_everything_anew(reviews: Reviews) -> None:
    class Others(WordTones):
        name = "others"

    reviews.replace([LOUD, QUIET], WordTones())
    assert reviews.replace([LOUD, QUIET], Others()).read_anew == 2


def test_unknown_products_are_named_and_repeated_words_counted_once(reviews: Reviews) -> None:
    strange = Review("r9", "no-such", 1.0, ("Bad.",))
    done = reviews.replace([LOUD, LOUD, strange, strange], WordTones())
    assert (done.reviews, done.repeated, dict(done.unknown)) == (1, 1, {"no-such": 2})


def test_sentences_come_nearest_first_with_how_they_sound(reviews: Reviews) -> None:
    reviews.replace([LOUD], WordTones())
    nearest, other = reviews.about(BY_ID["kettle"], "noise")
    assert (nearest.text, nearest.heard.tone, nearest.aspect, nearest.stars) == ("Bad noise.", "negative", "noise", 2.0)
    assert nearest.nearness == pytest.approx(0.5**0.5)  # of two content words one is the question's
    assert (other.nearness, other.aspect) == (0.0, "")


def test_the_sentences_of_a_buyer_stand_together(reviews: Reviews) -> None:
    reviews.replace([LOUD, QUIET, FAMILY], WordTones())
    assert [len(said) for said in of_buyers(reviews.of(BY_ID["kettle"]))] == [2]


def test_nothing_is_said_where_there_are_no_reviews(reviews: Reviews) -> None:
    assert (len(reviews), reviews.about(BY_ID["kettle"], "noise"), reviews.stars(BY_ID["kettle"])) == (0, [], [])
