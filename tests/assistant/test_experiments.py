"""An experiment in conversations: who agreed gets his arm and is counted, everybody else gets the control, and what came of it is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant import Assistant
from assistant.events.log import Event, EventLog
from assistant.experiments.assign import arm_of
from assistant.experiments.exposures import Exposure, ExposureLog
from assistant.experiments.outcomes import outcomes_of
from assistant.experiments.plan import Experiment, Plan
from assistant.experiments.report import Report, report_of
from assistant.experiments.trial import Named
from assistant.model import Parse
from assistant.privacy.kept import erase, expire, kept_of
from assistant.recommending.interest.features import NAMES
from assistant.recommending.interest.model import Interest
from assistant.recommending.interest.standing import PLACES
from retrieval.rerank import LinearMix
from retrieval.search import Searcher
from tests.conftest import parts_with
from tests.fakes import said

TODAY = datetime.now(UTC).date()
NOW = datetime.now(UTC)
SUGGEST = said("recommend")


def experiment(**changed: object) -> Experiment:
    plain = {
        "name": "order",
        "start": TODAY - timedelta(days=10),
        "stop": TODAY + timedelta(days=10),
        "goal": "click",
        "arm": [{"name": "as now"}, {"name": "mixed", "diversity": 1.0}],
    }
    return Experiment.model_validate({**plain, **changed})


ORDER = experiment()


def in_arm(name: str, one: Experiment = ORDER, start: int = 0) -> str:
    """A visitor, hashed, who is in that arm."""
    hashes = (f"{number:064x}" for number in range(start, start + 200))
    return next(visitor for visitor in hashes if (arm := arm_of(one, visitor)) and arm.name == name)


def shop_with(
    searcher: Searcher, parses: Iterable[Parse], *experiments: Experiment, named: Named | None = None
) -> Assistant:
    return Assistant(parts_with(searcher, parses), plan=Plan(experiment=experiments), named=named)


def ids(cards: Sequence[object]) -> list[str]:
    return [card.product.id for card in cards]  # type: ignore[attr-defined]


def exposures(shop: Assistant, *visitors: str) -> tuple[Exposure, ...]:
    assert shop.places.exposures is not None
    return shop.places.exposures.of((), visitors)


def test_a_visitor_who_agreed_gets_his_arm_and_it_is_kept(searcher: Searcher) -> None:
    treated, control = in_arm("mixed"), in_arm("as now")
    with shop_with(searcher, [SUGGEST] * 3, ORDER) as shop:
        mixed = shop.reply("what do you suggest?", "s_1", visitor=treated, learn=True)
        plain = shop.reply("what do you suggest?", "s_2", visitor=control, learn=True)
        nobody = shop.reply("what do you suggest?", "s_3")
        (kept,), (other,) = exposures(shop, treated), exposures(shop, control)
    assert ids(plain.cards) == ids(nobody.cards) != ids(mixed.cards)
    assert (kept.experiment, kept.arm, kept.session_id, kept.exposed) == ("order", "mixed", "s_1", True)
    assert (kept.failed, kept.no_results, kept.handoff, kept.teams) == (False, False, False, None)
    assert kept.latency_ms == mixed.latency_ms.total
    assert other.arm == "as now"


def test_who_did_not_agree_gets_the_control_and_is_not_counted(searcher: Searcher) -> None:
    treated = in_arm("mixed")
    with shop_with(searcher, [SUGGEST] * 2, ORDER) as shop:
        silent = shop.reply("what do you suggest?", "s_1", visitor=treated)
        nobody = shop.reply("what do you suggest?", "s_2")
        assert exposures(shop, treated) == ()
        assert shop.experiments.report(ORDER, NOW).exposed == {"as now": 0, "mixed": 0}
    assert ids(silent.cards) == ids(nobody.cards)


def test_nobody_takes_part_before_the_start_and_after_the_stop(searcher: Searcher) -> None:
    over = experiment(start=TODAY - timedelta(days=3), stop=TODAY)
    early = experiment(name="early", start=TODAY + timedelta(days=1))
    treated = in_arm("mixed", over)
    with shop_with(searcher, [SUGGEST], over, early) as shop:
        shop.reply("what do you suggest?", "s_1", visitor=treated, learn=True)
        assert exposures(shop, treated) == ()
        assert [shop.experiments.report(one, NOW).state for one in (over, early)] == ["over", "planned"]


def test_a_turn_that_does_not_use_what_is_tried_exposes_nobody(searcher: Searcher) -> None:
    treated = in_arm("mixed")
    with shop_with(searcher, [said("search", product="bag")], ORDER) as shop:
        shop.reply("a bag", "s_1", visitor=treated, learn=True)
        assert [one.exposed for one in exposures(shop, treated)] == [False]
        assert shop.experiments.report(ORDER, NOW).exposed == {"as now": 0, "mixed": 0}


class Asked(LinearMix):
    """A reranker that says that it was asked."""

    times = 0

    def score(self, *given: Any) -> list[float]:
        self.times += 1
        return super().score(*given)


def test_arms_may_set_another_reranker_and_how_much_is_shown(searcher: Searcher) -> None:
    reranker = Asked(searcher.dense, searcher.lexical)
    named = Named(searchers={"folder": replace(searcher, reranker=reranker)})
    fewer = experiment(name="fewer", arm=[{"name": "as now"}, {"name": "two", "products_shown": 2}])
    ranks = experiment(name="ranks", arm=[{"name": "as now"}, {"name": "other", "reranker": "folder"}])
    two = {f"{number:064x}" for number in range(200) if in_arm("two", fewer, number) == f"{number:064x}"}
    both = next(visitor for visitor in sorted(two) if in_arm("other", ranks, int(visitor, 16)) == visitor)
    with shop_with(searcher, [said("search", product="lamp")] * 2, fewer, ranks, named=named) as shop:
        plain = shop.reply("a lamp", "s_2").cards
        assert reranker.times == 0
        cards = shop.reply("a lamp", "s_1", visitor=both, learn=True).cards
        assert {(one.experiment, one.arm) for one in exposures(shop, both)} == {("fewer", "two"), ("ranks", "other")}
    assert reranker.times > 0
    assert (len(cards), len(plain)) == (2, 4)


def test_an_arm_may_order_suggestions_by_a_model_of_its_own(searcher: Searcher) -> None:
    """A model without weights: what a product is worth is its category's, and the best of them is worth 1."""
    none, ones = (0.0,) * len(NAMES), (1.0,) * len(NAMES)
    model = Interest(
        names=NAMES, mean=none, scale=ones, weights=none, place=0, intercept=0, places=(0.1,) * (PLACES + 1), until=NOW
    )
    learnt = experiment(arm=[{"name": "as now"}, {"name": "learnt", "interest": "folder"}])
    treated, control = in_arm("learnt", learnt), in_arm("as now", learnt)
    with shop_with(searcher, [], learnt, named=Named(interests={"folder": model})) as shop:
        for kind in ("view", "click", "like"):  # three acts, from which on the model's order is used
            at = NOW - timedelta(hours=1)
            shop._events.add([Event(f"{kind} {each}", kind, at, each, "storm") for each in (treated, control)])
        best, plain = (shop.recommend(each, 5, learn=True)[0].relevance for each in (treated, control))
    assert best == pytest.approx(1)
    assert plain < 0.99


def test_an_interleaved_list_says_whose_each_place_is_and_has_no_propensity(searcher: Searcher) -> None:
    mixing = experiment(interleave=True)
    visitor = f"{1:064x}"
    with shop_with(searcher, [SUGGEST] * 2, mixing) as shop:
        reply = shop.reply("what do you suggest?", "s_1", visitor=visitor, learn=True)
        (kept,) = exposures(shop, visitor)
        assert shop.places.events is not None
        shown = [one for one in shop.places.events.of(visitor) if one.type == "shown"]
    assert kept.arm == "both"
    assert kept.teams is not None
    assert len(kept.teams) == len(reply.cards) == 5
    assert sorted(kept.teams) in ([*"AABBB"], [*"AAABB"])
    assert {one.propensity for one in shown} == {None}


def test_a_suggestion_outside_of_conversations_counts_where_the_visitor_agreed(searcher: Searcher) -> None:
    treated = in_arm("mixed")
    with shop_with(searcher, [], ORDER) as shop:
        silent, listed = shop.recommend(treated, 5), shop.recommend(treated, 5, learn=True)
        (kept,) = exposures(shop, treated)
        assert shop.places.events is not None
        shown = shop.places.events.of(treated)
    assert ids(silent) != ids(listed)
    assert (kept.arm, kept.exposed, kept.session_id) == ("mixed", True, None)
    assert [(one.product_id, one.position, one.id) for one in shown] == [
        (card.product.id, card.rank, f"{kept.turn}.{card.rank:03}") for card in listed
    ]


def test_a_turn_that_breaks_is_an_error_of_its_arm(searcher: Searcher) -> None:
    treated = in_arm("mixed")
    with shop_with(searcher, [], ORDER) as shop:  # no parse is queued
        with pytest.raises(IndexError):
            shop.reply("what do you suggest?", "s_1", visitor=treated, learn=True)
        assert [(one.arm, one.failed, one.latency_ms) for one in exposures(shop, treated)] == [("mixed", True, None)]


def test_exposures_are_told_and_erased_with_all_that_is_kept(searcher: Searcher) -> None:
    one, other = in_arm("mixed"), in_arm("as now")
    with shop_with(searcher, [SUGGEST] * 3, ORDER) as shop:
        for session, visitor in (("s_1", one), ("s_2", other), ("s_3", one)):
            shop.reply("what do you suggest?", session, visitor=visitor, learn=True)
        (told,) = kept_of(["s_2"], shop.places)["exposures"]
        assert (told["visitor"], told["experiment"], told["arm"]) == (other, "order", "as now")
        assert json.dumps(told)
        assert erase(["s_2"], shop.places).exposures == 1
        assert len(exposures(shop, one)) == 2
        shop.forget_events(one)
        assert exposures(shop, one, other) == ()
        assert expire(NOW + timedelta(days=1), shop.places).exposures == 0


class Kept:
    """Logs in memory, written as by turns that began an hour after the start of the day before yesterday."""

    def __init__(self) -> None:
        self.events = EventLog()
        self.log = ExposureLog(self.events)
        self.at = NOW - timedelta(days=2)

    def turn(self, visitor: str, arm: str, *products: str, minutes: float = 0, **more: object) -> None:
        at, turn = self.at + timedelta(minutes=minutes), f"{visitor}-{minutes:g}"
        told = {"latency_ms": 300.0, **more}
        self.log.add([Exposure(visitor, "order", turn, arm, at, "s_1", **told)])  # type: ignore[arg-type]
        self.events.add(
            [
                Event(f"{turn}.{n:03}", "shown", at, visitor, name, position=n)
                for n, name in enumerate(products, start=1)
            ]
        )

    def act(self, visitor: str, product: str, kind: str = "click", *, minutes: float) -> None:
        at = self.at + timedelta(minutes=minutes)
        self.events.add([Event(f"{kind} {product} {minutes}", kind, at, visitor, product)])  # type: ignore[arg-type]

    def outcome(self, one: Experiment = ORDER, now: datetime = NOW) -> list[tuple[str, float, float | None]]:
        found = outcomes_of(one, self.events, self.log, now)
        return [(each.arm, each.reached, each.preference) for each in found.settled]

    def report(self, one: Experiment = ORDER, now: datetime = NOW) -> Report:
        return report_of(one, self.events, self.log, now)


def test_the_goal_is_reached_with_what_was_shown_after_it_was_and_in_time() -> None:
    kept = Kept()
    for visitor in ("in time", "of another thing", "before it was shown", "too late", "another act"):
        kept.turn(visitor, "mixed", "tote", "tower", minutes=10)
    kept.act("in time", "tower", minutes=11)
    kept.act("of another thing", "kettle", minutes=11)
    kept.act("before it was shown", "tower", minutes=9)
    kept.act("too late", "tower", minutes=10 + 24 * 60 + 1)
    kept.act("another act", "tower", "cart", minutes=11)
    found = outcomes_of(ORDER, kept.events, kept.log, NOW)
    assert sorted(each.reached for each in found.settled) == [0, 0, 0, 0, 1]


def test_what_was_shown_by_a_turn_that_did_not_expose_is_no_goal() -> None:
    kept = Kept()
    kept.turn("v", "mixed", "tote", minutes=0)
    kept.turn("v", "mixed", "tower", minutes=5, exposed=False)
    kept.act("v", "tower", minutes=6)
    assert kept.outcome() == [("mixed", 0.0, None)]


def test_a_visitor_whose_hours_are_not_over_waits() -> None:
    kept = Kept()
    kept.turn("v", "mixed", "tote", minutes=0)
    found = outcomes_of(ORDER, kept.events, kept.log, kept.at + timedelta(hours=23))
    assert (found.settled, found.pending, found.exposed) == ((), 1, {"mixed": 1})


def test_guards_are_means_over_the_turns_of_a_visitor_and_his_hours() -> None:
    kept = Kept()
    kept.turn("v", "mixed", "tote", minutes=0, latency_ms=100.0)
    kept.turn("v", "mixed", minutes=1, latency_ms=300.0, no_results=True, exposed=False)
    kept.turn("v", "mixed", minutes=2, latency_ms=None, failed=True)
    kept.turn("v", "mixed", minutes=3, latency_ms=500.0, handoff=True, exposed=False)
    kept.turn("v", "mixed", minutes=24 * 60 + 1, latency_ms=9_000.0)
    kept.act("v", "tote", "dislike", minutes=2)
    (found,) = outcomes_of(ORDER, kept.events, kept.log, NOW).settled
    assert (found.latency_ms, found.errors, found.no_results, found.handoffs, found.dislikes) == (300, 0.25, 0.25, 1, 1)


def test_a_visitor_who_does_more_than_a_person_is_left_out() -> None:
    kept = Kept()
    kept.turn("bot", "mixed", "tote", minutes=0)
    day = kept.at.replace(hour=12, minute=0, second=0, microsecond=0)
    kept.at = day
    for number in range(61):
        kept.act("bot", f"p{number}", minutes=number / 100)
    found = outcomes_of(ORDER, kept.events, kept.log, NOW)
    assert (found.settled, found.bots) == ((), 1)


def test_choices_from_an_interleaved_list_speak_for_their_team_once() -> None:
    kept, mixing = Kept(), experiment(interleave=True)
    kept.turn("v", "both", "tote", "tower", "storm", teams="ABB", minutes=0)
    for minutes, product in enumerate(("tote", "tower", "tower", "storm"), start=1):
        kept.act("v", product, minutes=minutes)
    kept.turn("w", "both", "tote", teams="A", minutes=0)
    kept.turn("w", "both", "tower", "tote", teams="-B", minutes=2)
    kept.act("w", "tote", minutes=1)
    kept.act("w", "tote", minutes=3)
    kept.turn("nothing chosen", "both", "tote", teams="A", minutes=1)
    preferences = {preference for _, _, preference in kept.outcome(mixing)}
    assert preferences == {2 / 3, 0.5, None}


def many(kept: Kept, visitors: int, share: float, arm: str, **more: object) -> None:
    for number in range(visitors):
        name = f"{arm} {number}"
        kept.turn(name, arm, "tote", minutes=number / 10, **more)
        if number % 100 < 100 * share:
            kept.act(name, "tote", minutes=number / 10 + 1)


def test_a_difference_beyond_chance_is_told_with_what_to_do() -> None:
    kept = Kept()
    many(kept, 400, 0.10, "as now")
    many(kept, 400, 0.30, "mixed")
    report = kept.report()
    (found,) = report.goals
    assert found.verdict == "better"
    assert found.now[0] == pytest.approx(0.2)
    words = list(report.words())
    assert words[1] == "Shoppers: 400 as now, 400 mixed. Of these 800 are counted, 0 are still within their 24 hours."
    assert words[2].startswith(
        "mixed: 30.0 % clicked on something that was shown, with as now 10.0 %; the difference is +20.0 points"
    )
    assert words[-1].startswith("mixed: better, and more shoppers will hardly change that.")


def test_what_is_not_settled_is_called_so_and_few_are_not_judged() -> None:
    kept = Kept()
    many(kept, 100, 0.10, "as now")
    many(kept, 100, 0.12, "mixed")
    assert kept.report().goals[0].verdict == "not settled"
    assert kept.report().advice() == "Not settled yet: let it run. Looking as often as you like does no harm."
    few = Kept()
    many(few, 20, 0.5, "mixed")
    assert "mixed: nothing is said before 50 shoppers of each arm are counted." in few.report().words()


def test_a_broken_guard_says_to_stop_and_stops_nothing_unless_the_file_lets_it(searcher: Searcher) -> None:
    guard = [{"metric": "latency", "worse_by": 200}, {"metric": "errors", "worse_by": 0.02}]
    for lets in (False, True):
        one = experiment(guard=guard, stop_when_broken=lets)
        treated = in_arm("mixed", one, start=1_000)
        with shop_with(searcher, [SUGGEST], one) as shop:
            kept = Kept()
            kept.events, kept.log = shop._events, shop.places.exposures  # type: ignore[assignment]
            many(kept, 100, 0.1, "as now")
            many(kept, 100, 0.1, "mixed", latency_ms=900.0)
            report = shop.experiments.report(one, NOW)
            assert [each.verdict for each in report.guards] == ["broken", "not settled"]
            assert report.advice().startswith("Stop it: set `stop` in its file to today.")
            shop.experiments.look(NOW)
            assert shop.experiments.is_on(one, NOW) is not lets
            shop.reply("what do you suggest?", "s_1", visitor=treated, learn=True)
            assert bool(exposures(shop, treated)) is not lets
            if lets:
                stopped = shop.experiments.report(one, NOW)
                assert stopped.state == "stopped"
                assert stopped.stop is not None
                assert stopped.stop.why.startswith("Guard, time of an answer, mixed: +600 ms")


def test_a_split_that_is_off_is_told_before_anything_else() -> None:
    kept = Kept()
    many(kept, 500, 0.1, "as now")
    many(kept, 300, 0.5, "mixed")
    report = kept.report()
    assert report.mismatch
    assert report.advice() == "Do not trust these figures before you know why."
    assert report.to_json()["split_as_planned"] is False


def test_a_report_as_json_has_no_infinite_number() -> None:
    kept = Kept()
    kept.turn("v", "mixed", "tote")
    told = json.loads(json.dumps(kept.report().to_json(), allow_nan=False))
    assert told["arms"] == [
        {
            "arm": "mixed",
            "mean": 0.0,
            "control_mean": 0.0,
            "difference": 0.0,
            "low": None,
            "high": None,
            "verdict": "not settled",
        }
    ]
    assert (told["state"], told["counted"], told["guards"]) == ("running", 1, [])
