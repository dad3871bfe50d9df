"""Versions of learnt models, the searches that a reranker is judged by, and what its orders are worth by what was chosen of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log2
from pathlib import Path

import numpy as np
import pytest

from assistant.events.log import Event, EventLog, EventType
from assistant.relearning.clicks import Search, clicks_of, logged, need_of, searches_in
from assistant.relearning.examined import bend_of, worths, worths_of_needs
from assistant.relearning.reranker import scores_of
from assistant.relearning.trial import HELD, LEARNT, ONE_IN, Parted, is_kept, parted
from assistant.relearning.versions import KEPT, Versions, put_back, versions_of, with_learnt
from assistant.settings import Settings
from benchmarks.retrain import made_up, tried, truth_of
from retrieval.catalog import Catalog
from retrieval.errors import BadInput, TooFewEvents
from retrieval.judgements import Judged
from retrieval.product import Product
from retrieval.query import Query

AT = datetime(2026, 5, 1, tzinfo=UTC)
ONCE = {"a": 1, "b": 2}  # places


@pytest.fixture
def log() -> Iterator[EventLog]:
    with closing(EventLog()) as log:
        yield log


def event(kind: EventType, product: str, minutes: float, query: str | None = None, **more: object) -> Event:
    one = Event(f"{kind} {product} {minutes}", kind, AT + timedelta(minutes=minutes), "anna", product, query)
    return replace(one, **more)  # type: ignore[arg-type]


def test_a_click_without_words_is_one_of_the_search_that_showed_the_product_last(log: EventLog) -> None:
    log.add(
        [
            event("shown", "a", 0, "lamp", position=1, session_id="s_1"),
            event("shown", "b", 0, "lamp", position=2, session_id="s_1"),
            event("shown", "b", 1, "desk lamp", position=1, session_id="s_2"),
            event("shown", "c", 1, "desk lamp", position=2, session_id="s_2"),
            event("click", "b", 2),
            event("cart", "a", 3),
            event("click", "c", 60 * 25),  # on the next day
        ]
    )
    assert searches_in(clicks_of(log)) == [
        Search("anna", "lamp", {"a": 1, "b": 2}, {"a": 2}),
        Search("anna", "desk lamp", {"b": 1, "c": 2}, {"b": 1}),
    ]


def test_blanks_are_no_words_and_no_product(log: EventLog) -> None:
    log.add(
        [
            event("shown", "a", 0, "lamp ", position=1),
            event("shown", "b", 0, " ", position=2),
            event("click", "a", 1, " "),
            event("click", " ", 2, "lamp"),
        ]
    )
    assert [(one.type, one.query, one.product_id) for one in logged(clicks_of(log))] == [
        ("shown", "lamp", "a"),
        ("click", "lamp", "a"),
    ]


def test_what_was_paid_for_and_what_came_of_it_are_left_out(log: EventLog) -> None:
    log.add(
        [
            event("shown", "a", 0, "lamp", position=1, sponsored=True),
            event("shown", "b", 0, "lamp", position=2),
            event("shown", "c", 0, "lamp", position=3),
            event("click", "a", 1),
            event("click", "a", 2, "lamp"),
            event("click", "b", 3, "lamp"),
        ]
    )
    assert searches_in(clicks_of(log)) == [Search("anna", "lamp", {"b": 2, "c": 3}, {"b": 1})]


def test_the_order_that_puts_what_was_chosen_first_is_worth_one() -> None:
    searches = [Search("anna", "lamp", ONCE, {"b": 1}), Search("ben", "mug", ONCE, {"a": 3})]
    assert worths(searches, [{"a": 0, "b": 1}, {"a": 1, "b": 0}], bend=1) == pytest.approx([2 * 2 / 9, 2 * 7 / 9])


def test_what_was_chosen_far_down_counts_for_those_who_did_not_look_so_far() -> None:
    searches = [Search("anna", "lamp", ONCE, {"a": 1}), Search("ben", "lamp", ONCE, {"b": 1})]
    shown, turned = [{"a": 1, "b": 0}] * 2, [{"a": 0, "b": 1}] * 2
    low = 1 / log2(3)
    assert sum(worths(searches, shown, bend=0)) / 2 == pytest.approx((1 + low) / 2)
    assert sum(worths(searches, shown, bend=1)) / 2 == pytest.approx((1 + 2 * low) / 3)
    assert sum(worths(searches, turned, bend=1)) / 2 == pytest.approx((low + 2) / 3)


class LongerIsBetter:
    """A reranker by the length of ids, that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def score(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[float]:
        self.asked += 1
        return [1 / (1 + exp(-len(one.id))) for one in products]

    def stages(self, query: Query, products: Sequence[Product], kind: frozenset[str]) -> list[Mapping[str, float]]:
        raise NotImplementedError

    def carrying(self, query: Query, product: Product) -> None:
        raise NotImplementedError


def test_the_same_words_with_the_same_products_are_scored_once(catalog: Catalog) -> None:
    reranker = LongerIsBetter()
    shown = [{"tower": 1, "cafe": 2}, {"cafe": 1, "tower": 2, "gone": 3}, {"cafe": 1}, {"cafe": 1, "tower": 2}]
    found = scores_of([Search("anna", "lamp", one) for one in shown], reranker, catalog)
    both = pytest.approx({"tower": 5, "cafe": 4})
    assert found == [both, both, pytest.approx({"cafe": 4}), both]
    assert reranker.asked == 3


def clicked(
    searches: int, steep: float, wanted: float, rng: np.random.Generator
) -> list[tuple[Search, dict[str, float]]]:
    """Five products in the order of their scores; one at place r is looked at with the probability r^-steep."""
    made = []
    for number in range(searches):
        scores = np.sort(rng.normal(size=5))[::-1]
        places = {f"p{place}": place for place in range(1, 6)}
        looked = rng.random(5) < np.arange(1, 6) ** -steep
        chosen = looked & (rng.random(5) < 0.1 * np.exp(wanted * scores))
        grades = {f"p{place + 1}": 1 for place in np.flatnonzero(chosen)}
        made.append((Search(f"v{number}", "lamp", places, grades), dict(zip(places, scores.tolist(), strict=True))))
    return made


def test_the_fall_of_looking_is_found_though_what_stands_first_is_better_too() -> None:
    made = clicked(4_000, steep=1.0, wanted=0.5, rng=np.random.default_rng(1))
    assert bend_of(*zip(*made, strict=True)) == pytest.approx(1.0, abs=0.2)


def test_where_all_is_looked_at_nothing_falls() -> None:
    made = clicked(4_000, steep=0.0, wanted=0.5, rng=np.random.default_rng(1))
    assert bend_of(*zip(*made, strict=True)) < 0.15


def test_without_a_choice_nothing_is_said_to_fall() -> None:
    assert bend_of([Search("anna", "lamp", ONCE, {})], [{"a": 1.0, "b": 0.0}]) == 0


def test_an_order_by_chance_is_worth_no_more_than_the_one_that_was_shown_and_is_right() -> None:
    rng = np.random.default_rng(2)
    searches, scores = zip(*clicked(4_000, steep=1.0, wanted=0.5, rng=rng), strict=True)
    chance = [{name: float(rng.random()) for name in one.places} for one in searches]
    bend = bend_of(searches, scores)
    shown, drawn = (np.mean(worths(searches, one, bend)) for one in (scores, chance))
    assert shown > drawn + 0.02


def test_the_trial_takes_the_better_of_two_orders_whose_truth_is_known_and_refuses_the_worse() -> None:
    rng = np.random.default_rng(3)
    requests = [Judged(f"request {row}", {f"p{n}": int(rng.integers(0, 4)) for n in range(12)}) for row in range(20)]
    nearly, hardly = (
        [{name: grade + spread * rng.normal() for name, grade in one.grades.items()} for one in requests]
        for spread in (0.5, 3.0)
    )
    assert truth_of(requests, nearly).mean() > truth_of(requests, hardly).mean() + 0.1
    there, back = tried(requests, hardly, nearly, 2_000, rng), tried(requests, nearly, hardly, 2_000, rng)
    assert (there.better, back.better) == (True, False)
    assert there.repeated.new.requests > 100


def test_what_is_learnt_by_heart_is_refused_for_the_needs_that_it_has_not_learnt_from() -> None:
    rng = np.random.default_rng(3)
    requests = [Judged(f"request {row}", {f"p{n}": int(rng.integers(0, 4)) for n in range(12)}) for row in range(60)]
    hardly, nearly = (
        [{name: grade + spread * rng.normal() for name, grade in one.grades.items()} for one in requests]
        for spread in (3.0, 0.5)
    )
    turned = [{name: -score for name, score in one.items()} for one in nearly]
    by_heart = [turned[row] if is_kept(one.request) else nearly[row] for row, one in enumerate(requests)]
    found = tried(requests, hardly, by_heart, 3_000, rng)
    assert found.repeated.better
    assert found.new.gain.high < 0
    assert not found.better


def test_the_same_need_is_kept_from_learning_in_all_its_forms() -> None:
    assert need_of("Lamp for the desks") == need_of("desk lamp") != need_of("hall lamp")
    kept = [number for number in range(2_000) if is_kept(f"lamp {number}")]
    assert kept == [number for number in range(2_000) if is_kept(f"{number} lamps")]
    assert len(kept) == pytest.approx(2_000 / ONE_IN, rel=0.15)


def test_a_need_that_is_kept_is_judged_on_all_days_and_learnt_from_on_none(log: EventLog) -> None:
    kept, other = (next(f"lamp {n}" for n in range(100) if is_kept(f"lamp {n}") == wanted) for wanted in (True, False))
    for day, words in enumerate([kept, other] * 2):
        log.add(
            [
                event("shown", "a", 60 * 24 * day, words, position=1, session_id=f"s_{day}"),
                event("shown", "b", 60 * 24 * day, words, position=2, session_id=f"s_{day}"),
                event("click", "b", 60 * 24 * day + 1, words, session_id=f"s_{day}"),
            ]
        )
    found = parted(log, last=0.5)
    assert [[one.query for one in some] for some in (found.learnt, found.repeated, found.new)] == [
        [other],
        [other],
        [kept] * 2,
    ]
    assert {one.query for one in found.clicks} == {other}
    assert (found.chosen, found.needs) == (1, 1)


def test_too_few_needs_that_are_not_learnt_from_are_told_with_what_to_wait_for() -> None:
    one = Search("anna", "lamp", ONCE, {"b": 1})
    with pytest.raises(
        TooFewEvents, match=r"1 with a choice are kept from learning to judge by, 20 are needed.* 100 different needs"
    ):
        Parted([], [one] * LEARNT, [one] * HELD, [one] * 500).require_enough()


def test_a_need_counts_once_however_often_it_is_asked_and_what_was_chosen_far_down_counts_for_more() -> None:
    lamp, mug = Search("anna", "lamp", ONCE, {"b": 1}), Search("ben", "mug", ONCE, {"a": 1})
    searches = [lamp, mug, replace(mug, who="cleo", query="mugs")]
    shown, turned = [{"a": 1.0, "b": 0.0}] * 3, [{"a": 0.0, "b": 1.0}] * 3
    low = 1 / log2(3)
    assert worths_of_needs(searches, shown, bend=1) == pytest.approx([2 * 2 * low / 3, 2 * 1 / 3])
    assert worths_of_needs(searches, turned, bend=1) == pytest.approx([2 * 2 / 3, 2 * low / 3])


def test_made_up_searches_show_the_first_ten_and_what_stands_first_is_looked_at_most() -> None:
    requests = [Judged("lamp", {f"p{n:02}": 3 for n in range(12)})]
    shown = made_up(requests, [{f"p{n:02}": -n for n in range(12)}], 4_000, np.random.default_rng(4))
    assert all(one.places == {f"p{n:02}": n + 1 for n in range(10)} for one in shown)
    chosen = [sum(f"p{n:02}" in one.grades for one in shown) / len(shown) for n in range(10)]
    assert chosen == pytest.approx([0.7 / place for place in range(1, 11)], abs=0.03)
    assert {grade for one in shown for grade in one.grades.values()} == {1, 2, 3}


def made(folder: Path, word: str) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(word, encoding="utf-8")
    return folder


def test_the_newest_version_is_in_use_and_the_one_before_comes_back(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "reranker")
    assert versions.in_use is None
    for name in ("1", "2"):
        versions.take(made(tmp_path / name, name), name)
    assert versions.in_use == tmp_path / "reranker" / "2"
    assert versions.put_back() == tmp_path / "reranker" / "1"
    assert (tmp_path / "reranker" / "2" / "config.json").is_file()  # until another is taken
    assert versions.put_back() is None
    with pytest.raises(BadInput, match="nothing to put back"):
        versions.put_back()


def test_only_the_newest_versions_are_kept_and_none_that_was_put_aside(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "reranker")
    for number in range(KEPT + 1):
        versions.take(made(tmp_path / f"m{number}", ""), f"v{number}")
    versions.put_back()
    versions.take(made(tmp_path / "last", ""), "w")
    kept = [f"v{number}" for number in range(1, KEPT)] + ["w"]
    assert versions.taken == kept
    assert sorted(one.name for one in versions.folder.iterdir() if one.is_dir()) == kept


def test_what_was_taken_together_is_put_back_together_and_nothing_else(tmp_path: Path) -> None:
    versions = versions_of(tmp_path)
    versions["reranker"].take(made(tmp_path / "r1", ""), "1")
    for kind in ("interest", "reranker"):
        versions[kind].take(made(tmp_path / f"{kind}2", ""), "2")
    assert put_back(tmp_path) == {"interest": None, "reranker": tmp_path / "models" / "reranker" / "1"}
    assert put_back(tmp_path) == {"reranker": None}
    with pytest.raises(BadInput, match="No version"):
        put_back(tmp_path)


def test_a_model_that_the_settings_name_stands_before_the_store_s_own(tmp_path: Path) -> None:
    versions_of(tmp_path)["reranker"].take(made(tmp_path / "r1", ""), "1")
    own = Settings(reranker=None, interest=None)
    assert with_learnt(own, tmp_path).reranker == tmp_path / "models" / "reranker" / "1"
    named = own.model_copy(update={"reranker": Path("mine")})
    assert with_learnt(named, tmp_path).reranker == Path("mine")


def test_a_version_that_cannot_be_read_is_told_and_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    versions_of(tmp_path)["interest"].take(made(tmp_path / "i1", ""), "1")
    assert with_learnt(Settings(interest=None), tmp_path).interest is None
    assert "No interest model in" in caplog.text
