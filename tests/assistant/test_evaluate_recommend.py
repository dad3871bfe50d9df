"""Suggestions on events held out: what is known and what is to be found, the measures worked out by hand, the baselines."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.events.log import Event, EventLog, EventType
from assistant.recommending.baselines import NoImplicit, baselines, interactions, popularity
from assistant.recommending.calibration import miscalibration, shares_of
from assistant.recommending.evaluate import OURS, Background, background, diversity, measured, ours, rows
from assistant.recommending.held_out import Held, Split, split
from assistant.recommending.recommender import Recommender
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.errors import BadInput

START = datetime(2026, 5, 1, tzinfo=UTC)
BEN = Held("ben", 1, frozenset(), {"b": 1})
CUT = 8  # of ten days; the last fifth is to be predicted


def did(events: EventLog, visitor: str, day: float, *acts: tuple[EventType, str]) -> None:
    at = START + timedelta(days=day)
    events.add([Event(f"{kind} {name} {day}", kind, at, visitor, name) for kind, name in acts])


def cut(events: EventLog, catalog: Catalog, *, new_only: bool = False) -> Split:
    """The events with one at the beginning of each of ten days and at the end, cut."""
    for day in range(11):
        did(events, "clock", day, ("shown", "tower"))
    return split(events, catalog, last=0.2, new_only=new_only)


def test_what_came_after_the_cut_is_not_known_and_is_to_be_found_by_the_most_done_with_it(
    events: EventLog, catalog: Catalog
) -> None:
    did(events, "a", 1, ("click", "clamp"), ("shown", "kettle"))
    did(events, "a", 9, ("click", "tower"), ("purchase", "tower"), ("shown", "cafe"), ("view", "workshop"))
    known = cut(events, catalog)
    assert known.at == START + timedelta(days=CUT)
    assert all(event.at <= known.at for event, _ in known.log.all())
    groups = {"acts": "1", "category": "lighting", "price": "low", "visits": "new"}
    assert known.held == [Held("a", 1, frozenset(), {"tower": 3, "workshop": 1}, groups)]
    assert [(one.type, one.product_id) for one in known.acts] == [("click", "clamp")]


def test_who_did_something_on_one_side_only_is_left_out(events: EventLog, catalog: Catalog) -> None:
    did(events, "before", 1, ("click", "clamp"))
    did(events, "after", 9, ("click", "clamp"))
    did(events, "both", 1, ("click", "clamp"))
    did(events, "both", 9, ("click", "clamp"))
    assert [one.visitor for one in cut(events, catalog).held] == ["both"]


def test_what_was_bought_or_disliked_is_left_out_with_its_variants_and_not_looked_for(
    events: EventLog, catalog: Catalog
) -> None:
    did(events, "a", 1, ("purchase", "aster-black"), ("dislike", "clamp"), ("dislike", "tower"))
    did(events, "a", 2, ("like", "tower"))
    did(events, "a", 9, ("click", "aster-white"), ("click", "clamp"), ("click", "tower"))
    (one,) = cut(events, catalog).held
    assert one.left_out == {"aster-black", "aster-white", "aster-brass", "clamp"}
    assert one.grades == {"tower": 1}


def test_one_event_of_years_ago_moves_the_cut_by_a_day_and_not_before_all_others(
    events: EventLog, catalog: Catalog
) -> None:
    """A browser whose clock is behind: eleven days with something in them and the time that lies between are twelve."""
    did(events, "late", -2_000, ("search", "clamp"))
    did(events, "a", 1, ("click", "clamp"))
    did(events, "a", 9, ("click", "tower"))
    known = cut(events, catalog)
    assert known.at == START + timedelta(days=11 * 0.8 - 1)
    assert [one.visitor for one in known.held] == ["a"]


def test_new_only_leaves_out_what_was_looked_at(events: EventLog, catalog: Catalog) -> None:
    did(events, "a", 1, ("click", "clamp"))
    did(events, "a", 9, ("click", "clamp"), ("cart", "tower"))
    (one,) = cut(events, catalog, new_only=True).held
    assert (one.left_out, one.grades) == ({"clamp"}, {"tower": 2})


def test_a_day_with_a_burst_counts_for_nobody(events: EventLog, catalog: Catalog) -> None:
    did(events, "bot", 1, *[("click", f"p{number}") for number in range(61)], ("click", "clamp"))
    did(events, "bot", 9, ("click", "clamp"))
    did(events, "a", 1, ("click", "tower"))
    did(events, "a", 9, ("click", "clamp"))
    known = cut(events, catalog)
    assert [one.visitor for one in known.held] == ["a"]
    assert [one.visitor for one in known.acts] == ["a"]


def test_no_events_and_nobody_on_both_sides_say_so(events: EventLog, catalog: Catalog) -> None:
    with pytest.raises(BadInput, match="no events"):
        split(events, catalog, last=0.2)
    with pytest.raises(BadInput, match="No visitor chose anything"):
        cut(events, catalog)


def test_the_measures_of_one_list_worked_out() -> None:
    vectors = {"a": unit(1, 0), "b": unit(0, 1), "c": unit(1, 1)}
    lamps, mugs = ("home", "lamps"), ("home", "mugs")
    shelves = {"a": lamps, "b": mugs, "c": mugs}
    behind = Background(frozenset("a"), {"a": 1.0, "b": 2.0, "c": 6.0}, vectors, shelves, {"v": {lamps: 1.0}})
    found = measured(["a", "b", "c"], Held("v", 1, frozenset(), {"b": 1, "x": 2}), behind, k=5)
    best = 3 / math.log2(2) + 1 / math.log2(3)
    assert found == {
        "ndcg": pytest.approx((1 / math.log2(3)) / best),
        "precision": 1 / 5,
        "recall": 1 / 2,
        "mrr": 1 / 2,
        "hit_rate": 1.0,
        "long_tail": 2 / 3,
        "novelty": 3.0,
        "diversity": pytest.approx(1 - (0 + 2 * math.sqrt(0.5)) / 3),
        "miscalibration": pytest.approx(math.log(1 / (0.99 / 3 + 0.01))),
    }


def test_miscalibration_is_the_divergence_of_the_list_from_the_history() -> None:
    lamps, mugs, bags = ("lamps",), ("mugs",), ("bags",)
    history = shares_of([(lamps, 1.0), (mugs, 3.0), (lamps, 2.0)])  # half and half
    assert history == {lamps: 0.5, mugs: 0.5}
    assert miscalibration(history, history) == pytest.approx(0)
    # of four places three lamps and a bag: lamps .99 * .75 + .01 * .5, mugs .01 * .5
    uneven = 0.5 * math.log(0.5 / 0.7475) + 0.5 * math.log(0.5 / 0.005)
    assert miscalibration(history, {lamps: 0.75, bags: 0.25}) == pytest.approx(uneven)
    assert miscalibration(history, {bags: 1.0}) == pytest.approx(math.log(100))
    assert miscalibration(history, {}) is None
    assert miscalibration({}, history) is None


def test_a_history_counts_a_purchase_five_times_a_look(events: EventLog, catalog: Catalog) -> None:
    did(events, "a", 1, ("click", "clamp"), ("purchase", "tower"))
    did(events, "a", 9, ("click", "cafe"))
    behind = background(cut(events, catalog), {})
    assert behind.histories["a"] == {("lighting", "clamp lamps"): 1 / 6, ("lighting", "floor lamps"): 5 / 6}


def test_only_the_first_k_count_and_an_empty_list_has_no_novelty() -> None:
    behind = Background(frozenset(), {"a": 1.0, "b": 1.0}, {})
    assert measured(["a", "b"], BEN, behind, k=1)["hit_rate"] == 0
    empty = measured([], BEN, behind, k=1)
    assert (empty["ndcg"], empty["novelty"], empty["long_tail"], empty["diversity"]) == (0, None, None, None)
    assert diversity([unit(1, 0)]) is None


def test_surprise_and_head_come_from_what_is_known(events: EventLog, catalog: Catalog) -> None:
    for visitor in ("a", "b", "c"):
        did(events, visitor, 1, ("click", "tower"), ("click", "tower"))
    did(events, "a", 9, ("click", "clamp"))
    known = cut(events, catalog)
    behind = background(known, {})
    assert behind.surprise["tower"] == -math.log2(4 / 4)
    assert behind.surprise["clamp"] == -math.log2(1 / 4)
    assert "tower" in behind.head
    assert len(behind.head) == round(0.2 * len(known.sold))


def test_rows_pair_the_methods_and_group_the_shoppers() -> None:
    held = [
        Held("a", 1, frozenset(), {"x": 1}, {"acts": "1", "region": "north", "visits": "new"}),
        Held("b", 7, frozenset(), {"y": 1}, {"acts": "6-20", "visits": "returning"}),
    ]
    log = EventLog()
    known = Split(START, log, [], ["x", "y", "z", "w"], held)
    log.close()
    lists = {OURS: [["x"], ["z"]], "other": [["x"], ["y"]]}
    mine, other = rows(lists, known, Background(frozenset(), dict.fromkeys("xyzw", 1.0), {}), k=1)
    assert (mine.figures["hit_rate"].mean, other.figures["hit_rate"].mean) == (0.5, 1.0)
    assert (mine.against["ndcg"].mean, other.against["ndcg"].mean) == (0.0, 0.5)
    assert (mine.coverage, other.coverage) == (0.5, 0.5)
    acts = mine.by["acts"]
    assert {name: one.requests for name, one in acts.groups.items()} == {"1": 1, "2-5": 0, "6-20": 1, "more": 0}
    assert (acts.gap.mean, acts.ratio.mean) == (1.0, 0.0)
    assert (other.by["acts"].gap.mean, other.by["acts"].ratio.mean) == (0.0, 1.0)
    assert {name: one.mean for name, one in mine.by["visits"].groups.items()} == {"new": 1.0, "returning": 0.0}
    assert mine.by["region"].groups.keys() == {"north"}
    told = mine.to_json()
    assert told["groups"]["2-5"] == {"mean": None, "low": None, "high": None, "shoppers": 0}
    assert (told["gap"], told["ratio"]) == (1.0, 0.0)
    assert told["fairness"]["visits"]["gap"]["mean"] == 1.0
    assert told["fairness"]["category"]["groups"] == {}


def test_a_region_or_category_of_few_shoppers_is_not_named() -> None:
    named = (*["north"] * 5, *["south"] * 4)
    held = [Held(f"v{row}", 1, frozenset(), {"x": 1}, {"acts": "1", "region": name}) for row, name in enumerate(named)]
    log = EventLog()
    known = Split(START, log, [], ["x"], held)
    log.close()
    (mine,) = rows({OURS: [["x"]] * 9}, known, Background(frozenset(), {"x": 1.0}, {}), k=1, least=5)
    assert mine.by["region"].groups.keys() == {"north"}
    assert mine.by["acts"].groups["1"].requests == 9


def test_our_own_lists_are_those_of_the_recommender_without_what_is_left_out(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    did(events, "a", 1, ("purchase", "aster-black"), ("cart", "clamp"))
    did(events, "a", 9, ("click", "tower"))
    known = cut(events, catalog)
    recommender = Recommender(catalog, dense, known.log)
    (one,) = known.held
    cards = recommender.recommend("a", 5, known.at)
    assert list(ours(recommender, known.at)(one, 5)) == [card.product.id for card in cards]
    without = Held("a", 2, one.left_out | {cards[0].product.id}, one.grades)
    assert len(ours(recommender, known.at)(without, 5)) == 5
    assert not without.left_out & set(ours(recommender, known.at)(without, 5))


def crowd(events: EventLog) -> None:
    """Lamps and kettles are two worlds: who likes one lamp likes the other, and nobody likes both worlds."""
    for number in range(12):
        world = ("clamp", "tower", "workshop") if number % 2 else ("cafe", "kettle", "quiet")
        for name in world[: 2 + number % 3 % 2]:
            did(events, f"v{number}", 1 + number / 10, ("click", name))
    did(events, "asked", 2, ("click", "clamp"))
    did(events, "asked", 9, ("click", "tower"))


def test_popularity_is_the_weight_of_all_acts(events: EventLog, catalog: Catalog) -> None:
    did(events, "a", 1, ("click", "clamp"), ("purchase", "tower"))
    did(events, "b", 1, ("click", "clamp"))
    did(events, "b", 9, ("click", "tower"))
    known = cut(events, catalog)
    listed = popularity(interactions(known))
    assert listed(known.held[0], 5) == ["tower", "clamp"]  # 5 against 1 + 1; of the others nothing is known
    assert listed(Held("b", 1, frozenset({"tower"}), {}), 5) == ["clamp"]


def test_the_baselines_of_implicit_find_the_shopper_s_own_world(events: EventLog, catalog: Catalog) -> None:
    pytest.importorskip("implicit")
    crowd(events)
    known = cut(events, catalog)
    (one,) = [held for held in known.held if held.visitor == "asked"]
    found = {name: lister(one, 2) for name, lister in baselines(known).items() if name != "popularity"}
    assert found.keys() == {"item-kNN", "ALS", "BPR"}
    assert all(set(run) <= {"clamp", "tower", "workshop"} for name, run in found.items() if name != "BPR"), found
    without = Held("asked", 1, frozenset({"clamp", "tower"}), {})
    for name, lister in baselines(known).items():
        assert not without.left_out & set(lister(without, 5)), name
        assert len(lister(without, 1)) <= 1, name


def test_without_implicit_it_is_said_what_to_install(
    events: EventLog, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("implicit", "implicit.als"):
        monkeypatch.setitem(sys.modules, name, None)
    crowd(events)
    with pytest.raises(NoImplicit, match=r"pip install 'shopping-assistant\[baselines\]'"):
        baselines(cut(events, catalog))


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)
