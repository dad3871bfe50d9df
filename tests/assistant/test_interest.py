"""An interest model over the small shop: what it learns from made-up events whose truth is known, and that it never looks ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.events.log import Event, EventLog, EventType
from assistant.recommending.held_out import split
from assistant.recommending.interest.context import Context, Contexts
from assistant.recommending.interest.features import NAMES, features, own_of
from assistant.recommending.interest.model import FILE, PREVIOUS, Interest, roll_back
from assistant.recommending.interest.order import InterestOrder
from assistant.recommending.interest.standing import PLACES, Standings, place_rates
from assistant.recommending.interest.training import by_visitor, contest, examples, rates, shown_in, train_interest
from assistant.recommending.interest.wares import Wares, wares_of
from assistant.recommending.recommender import Recommender
from retrieval.catalog import Catalog
from retrieval.dense import Dense
from retrieval.errors import BadInput

START = datetime(2026, 5, 1, tzinfo=UTC)
END = START + timedelta(days=20)
OTHERS = ("kettle", "cafe", "tote", "quiet", "workshop")
EVEN = (0.1,) * (PLACES + 1)


@pytest.fixture(scope="module")
def biased() -> Iterator[EventLog]:
    """400 visitors see two pages each. Place r is looked at once in r times. On one page `clamp` stands first, chosen three in ten times
    that it is looked at, and `tower` last, chosen whenever it is: 120 to 80 choices in all. The other page shows others in any order."""
    rng = np.random.default_rng(1)
    with closing(EventLog()) as log:
        for number in range(400):
            first, second = (START + timedelta(days=float(day)) for day in rng.uniform(0, 20, 2))
            middle = rng.permutation(OTHERS).tolist()
            page(log, number, first, ["clamp", *middle[:3], "tower"], rng)
            page(log, number, second, middle, rng)
        yield log


def page(log: EventLog, number: int, at: datetime, names: Iterable[str], rng: np.random.Generator) -> None:
    for place, name in enumerate(names, start=1):
        chosen = rng.random() < (1.0 if name == "tower" else 0.3) / place
        kinds: tuple[EventType, ...] = ("shown", "click") if chosen else ("shown",)
        for seconds, kind in enumerate(kinds):
            event_id = f"{at.timestamp()} {place} {kind}"
            moment = at + timedelta(seconds=seconds)
            log.add([Event(event_id, kind, moment, f"v{number}", name, position=place if kind == "shown" else None)])


@pytest.fixture(scope="module")
def model(biased: EventLog, catalog: Catalog, dense: Dense) -> Interest:
    return train_interest(biased, split(biased, catalog, last=0.2), catalog, dense, seed=7)


def clicked(name: str, at: datetime, visitor: str = "anna") -> Event:
    return Event(f"click {name} {at}", "click", at, visitor, name)


def test_what_stands_last_but_is_chosen_whenever_it_is_looked_at_outranks_what_stands_first(
    biased: EventLog, model: Interest, catalog: Catalog, dense: Dense
) -> None:
    clicks = [event.product_id for event, _ in biased.all() if event.type == "click"]
    assert clicks.count("tower") < clicks.count("clamp")
    own = [clicked("kettle", END)]
    worth = InterestOrder(model, catalog, dense, biased).worth(own, ["clamp", "tower"], END)
    assert worth["tower"] > worth["clamp"]
    assert model.place < 0


def test_the_recommender_lists_what_the_sources_propose_in_the_model_s_order_with_their_reasons(
    biased: EventLog, model: Interest, catalog: Catalog, dense: Dense
) -> None:
    here = [clicked("kettle", END - timedelta(hours=hours), "v1") for hours in (1, 2, 3)]
    cards = Recommender(catalog, dense, biased, model).recommend("v1", 10, END, here)
    plain = Recommender(catalog, dense, biased).recommend("v1", 10, END, here)
    assert [card.product.id for card in cards] != [card.product.id for card in plain]
    places = [card.product.id for card in cards]
    assert places.index("tower") < places.index("clamp")
    assert all(card.reasons and 0 < card.relevance <= 1 for card in cards)


def test_who_is_not_known_by_three_acts_is_shown_what_he_is_shown_without_a_model(
    biased: EventLog, model: Interest, catalog: Catalog, dense: Dense
) -> None:
    with_model, without = Recommender(catalog, dense, biased, model), Recommender(catalog, dense, biased)
    for visitor in (None, "nobody"):
        assert with_model.recommend(visitor, 10, END) == without.recommend(visitor, 10, END)
    twice = [clicked(name, END - timedelta(hours=1)) for name in ("kettle", "cafe")]
    assert with_model.recommend("anna", 10, END, twice) == without.recommend("anna", 10, END, twice)


def test_what_happens_after_a_list_was_shown_changes_nothing_that_is_learnt_of_it(
    biased: EventLog, catalog: Catalog, dense: Dense
) -> None:
    wares, moment = wares_of(catalog, dense), START + timedelta(days=10)
    visitors = by_visitor(biased)
    shown = [one for own in visitors.values() for one in shown_in(own, wares) if one.at <= moment]
    with closing(EventLog()) as later:
        later.add([event for event, _ in biased.all()])
        some = sorted(visitors)[:50]
        later.add([clicked("quiet", moment + timedelta(seconds=1), visitor) for visitor in some])
        one, other = (
            examples(shown, by_visitor(log), log, wares, EVEN, 7).found for log in (biased, later)
        )  # fmt: skip
    assert len(one) == len(shown)
    np.testing.assert_array_equal(one, other)


def test_how_a_product_stands_is_what_was_chosen_over_what_its_places_let_expect(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    wares, places = wares_of(catalog, dense), (0.0, 0.5, 0.25, *[0.1] * (PLACES - 2))
    shown = [Event(f"s{place}", "shown", START, f"v{place}", "kettle", position=place) for place in (1, 2)]
    events.add([*shown, clicked("kettle", START), clicked("kettle", END + timedelta(days=1))])
    standing = Standings(events, wares, lambda _: places).at(START + timedelta(hours=1))
    kind = (1 + 3) / (0.5 + 0.25 + 3)  # nothing else of its category was shown or chosen
    row = wares.row["kettle"]
    assert standing.liked[row] == pytest.approx(np.log((1 + 3 * kind) / (0.75 + 3)))
    assert standing.popularity[row] == 1


def test_a_place_paid_for_and_what_followed_it_count_as_shown_only(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    wares, row = wares_of(catalog, dense), wares_of(catalog, dense).row["kettle"]
    shown = Event("s", "shown", START, "anna", "kettle", position=1)
    own = [shown, replace(shown, id="p", at=START + timedelta(minutes=1), sponsored=True)]
    own.append(clicked("kettle", START + timedelta(minutes=2)))
    events.add([*own, clicked("kettle", START, "ben")])
    now = START + timedelta(hours=1)
    standing = Standings(events, wares, lambda _: EVEN).at(now)
    assert (standing.shown[row], standing.popularity[row]) == (2, 1)
    assert standing.expected[row] == pytest.approx(0.1 + 3)
    assert place_rates(events, now)[1] == pytest.approx((1 + 20 * 2 / 21) / (1 + 20))  # of one shown one was chosen
    assert [one.chosen for one in shown_in(own, wares)] == [False]


def test_how_products_stand_is_the_same_kept_by_day_and_read_anew_whatever_came_or_went(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    rng, wares, at = np.random.default_rng(3), wares_of(catalog, dense), END + timedelta(hours=12)
    kept = Standings(events, wares, lambda _: EVEN)
    for step in range(4):
        for number in range(20):
            page(events, 20 * step + number, at - timedelta(days=float(rng.uniform(0, 30))), OTHERS, rng)
        events.erase([f"v{20 * step}"])
        found, anew = (one.at(at) for one in (kept, Standings(events, wares, lambda _: EVEN)))
        np.testing.assert_allclose(astuple(found), astuple(anew))
        at += timedelta(hours=1)
    page(events, 999, at, ["kettle"] * 30, rng)  # of today, and so known at once
    assert kept.at(at).shown[wares.row["kettle"]] == 30 + found.shown[wares.row["kettle"]]


def test_the_features_of_a_visitor_worked_out(catalog: Catalog, dense: Dense, events: EventLog) -> None:
    wares = wares_of(catalog, dense)
    own = [
        Event("1", "shown", START, "anna", "tower", position=1),
        Event("2", "click", START, "anna", "storm"),
        Event("3", "purchase", START, "anna", "kettle"),
    ]
    found = seen(own, wares, events, ["storm", "puddle", "tower", "kettle"])
    assert found["chosen"].tolist() == np.log1p([1, 0, 0, 2]).tolist()
    assert found["bought"].tolist() == [0, 0, 0, 1]
    assert found["passed_over"].tolist() == np.log1p([0, 0, 1, 0]).tolist()
    assert found["met_category"].tolist() == [1, 1, 0, 1]
    assert found["brand"][1] == pytest.approx(1 / 3)  # both jackets are of one maker; a purchase weighs 2
    jackets = (wares.vectors[wares.row[name]] for name in ("storm", "puddle"))
    assert found["near"][1] == pytest.approx(float(np.dot(*jackets)))
    assert np.isnan(found["near"][0])  # nothing else of its category; it is not compared with itself


def seen(own: list[Event], wares: Wares, events: EventLog, names: list[str]) -> dict[str, np.ndarray]:
    rows = np.array([wares.row[name] for name in names])
    found = features(own_of(own, START, wares, EVEN), rows, Standings(events, wares, lambda _: EVEN).at(START), wares)
    return dict(zip(NAMES, found.T, strict=True))


def test_a_choice_is_the_outcome_of_the_last_time_that_it_was_shown_within_a_day(
    catalog: Catalog, dense: Dense
) -> None:
    wares = wares_of(catalog, dense)
    hours = (("shown", 0), ("shown", 2), ("click", 3), ("shown", 40), ("click", 65))
    own = [
        Event(f"{hour}", kind, START + timedelta(hours=hour), "anna", "tote", position=1)  # type: ignore[arg-type]
        for kind, hour in hours
    ]
    shown = shown_in(own, wares)
    assert [one.chosen for one in shown] == [False, True, False]
    assert rates(shown)[1] == pytest.approx((1 + 20 / 3) / (3 + 20))


def test_the_same_events_and_seed_give_the_same_model(
    biased: EventLog, model: Interest, catalog: Catalog, dense: Dense
) -> None:
    again = train_interest(biased, split(biased, catalog, last=0.2), catalog, dense, seed=7)
    assert again.model_dump_json() == model.model_dump_json()


def test_its_card_says_what_it_was_learnt_from_and_its_probabilities_beat_the_mean(model: Interest) -> None:
    figures = model.card["held_out_figures"]
    assert figures["log_loss"] < figures["log_loss_of_the_mean"]
    assert figures["expected_calibration_error"] < 0.05
    assert model.card["learnt_from"]["until"] < model.until.isoformat() < model.card["held_out"]["from"]
    assert model.card["libraries"].keys() == {"python", "numpy", "scikit-learn"}


def test_too_few_events_say_how_many_there_are_and_how_many_are_needed(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    rng = np.random.default_rng(2)
    for day in (0, 1, 2, 10):  # of four days the last fifth begins on the third, on which nothing is a day old
        page(events, 1, START + timedelta(days=day), ["tower"], rng)
    with pytest.raises(BadInput, match=r"2 of 2 products shown .* 200 are needed"):
        train_interest(events, split(events, catalog, last=0.2), catalog, dense, seed=7)


def test_a_model_read_is_the_model_kept_and_the_one_before_comes_back(model: Interest, tmp_path: Path) -> None:
    second = model.model_copy(update={"intercept": 1.0})
    model.keep(tmp_path)
    with pytest.raises(BadInput, match="No earlier model"):
        roll_back(tmp_path)
    second.keep(tmp_path)
    assert Interest.read(tmp_path) == second
    roll_back(tmp_path)
    assert Interest.read(tmp_path) == model
    roll_back(tmp_path)
    assert Interest.read(tmp_path) == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, PREVIOUS]


def test_a_file_that_is_no_model_or_of_another_version_says_what_to_do(model: Interest, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="shop train interest"):
        Interest.read(tmp_path)
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="shop train interest"):
        Interest.read(tmp_path)
    model.model_copy(update={"names": ("near",)}).keep(tmp_path)
    with pytest.raises(BadInput, match="another version"):
        Interest.read(tmp_path)


def around(events: EventLog, catalog: Catalog, dense: Dense) -> Context:
    """Two weeks ago and before, on Mondays at noon, 40 shoppers of the north chose a kettle and one a jacket; in the last days, on a
    Saturday night, 20 of the south chose jackets."""
    at = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
    events.add([replace(clicked("kettle", at, f"n{who}"), region="north") for who in range(40)])
    events.add([replace(clicked("storm", at, "n0"), region="north")])
    saturday = datetime(2026, 5, 23, 2, tzinfo=UTC)
    events.add([replace(clicked("storm", saturday, f"s{who}"), region="south") for who in range(20)])
    return Contexts(events, wares_of(catalog, dense)).at(datetime(2026, 5, 24, tzinfo=UTC))


def test_what_is_chosen_more_than_usual_then_and_there_worked_out(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    wares, context = wares_of(catalog, dense), around(events, catalog, dense)
    kettles, jackets = (int(wares.shelf[wares.row[name]]) for name in ("kettle", "storm"))
    noon, night = datetime(2026, 5, 25, 13, tzinfo=UTC), datetime(2026, 5, 31, 3, tzinfo=UTC)
    assert context.more(noon, "south")["region"][jackets] == pytest.approx(np.log((20 + 3) / (20 * 21 / 61 + 3)))
    assert context.more(noon, "north")["region"][kettles] == pytest.approx(np.log((40 + 3) / (41 * 40 / 61 + 3)))
    assert context.more(noon, "north")["hours"][kettles] > 0 > context.more(night, "north")["hours"][kettles]
    assert context.more(noon, None)["season"][jackets] > 0 > context.more(noon, None)["season"][kettles]
    for region in (None, "elsewhere"):
        assert not context.more(noon, region)["region"].any()


def test_it_is_told_of_as_more_only_where_enough_shoppers_chose_clearly_more(
    events: EventLog, catalog: Catalog, dense: Dense
) -> None:
    wares, context = wares_of(catalog, dense), around(events, catalog, dense)
    jackets = int(wares.shelf[wares.row["storm"]])
    night = datetime(2026, 5, 31, 3, tzinfo=UTC)
    assert context.told(["season"], night, None) == {
        jackets: "chosen more than usual in these two weeks, by 20 shoppers"
    }
    assert context.told(["region"], night, "south") == {jackets: "chosen more than usual in south, by 20 shoppers"}
    assert context.told(["hours"], night, None).keys() == {jackets}
    assert context.told(["region"], night, "elsewhere") == {}
    events.erase([f"s{who}" for who in range(18)])  # two are left
    left = Contexts(events, wares).at(datetime(2026, 5, 24, tzinfo=UTC))
    assert left.told(["region"], night, "south") == {}


def test_a_model_that_looks_at_the_region_lifts_what_is_chosen_there_and_says_so(
    biased: EventLog, model: Interest, catalog: Catalog, dense: Dense
) -> None:
    with closing(EventLog()) as log:
        log.add([event for event, _ in biased.all()])
        log.add([replace(clicked("tower", END, f"south{who}"), region="south") for who in range(200)])
        looking = train_interest(log, split(log, catalog, last=0.2), catalog, dense, seed=7, context=("region",))
        assert looking.names == (*NAMES, "region")
        assert contest(log, catalog, dense, looking, last=0.2, seed=7)[0].context == ("region",)
        orders = [InterestOrder(one, catalog, dense, log) for one in (looking, model)]
        own, now = [clicked("kettle", END)], END + timedelta(hours=2)
        there, elsewhere = (orders[0].worth(own, ["cafe", "tower"], now, region) for region in ("south", None))
        assert there["tower"] / there["cafe"] > elsewhere["tower"] / elsewhere["cafe"]
        assert orders[0].worth([replace(own[0], region="south")], ["cafe", "tower"], now) == there
        told = orders[0].because(own, ["cafe", "tower"], now, "south")
        assert told.keys() == {"tower"}
        assert told["tower"].text.endswith("is chosen more than usual in south, by 200 shoppers")
        assert orders[0].because(own, ["tower"], now) == orders[1].because(own, ["tower"], now, "south") == {}
