"""Simulated shoppers: what they say next, and how their dialogues end and are judged."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from assistant.contract import Reply
from assistant.model import Card, Parse, Question
from assistant.simulated import phrases
from assistant.simulated.goals import Goal, Point
from assistant.simulated.run import Dialogue, Step, misread_at, reason, simulate
from assistant.simulated.simulate import PATIENCE, Told, next_move, opening, standing_against
from retrieval.query import Constraints, Relaxed
from tests.conftest import AssistantWith
from tests.fakes import said
from tests.small_shop import BY_ID

KIND, RED, CHEAP = Point("kind", "lamp"), Point("look", "red"), Point("price", "25")
CLAMP = Goal("1: lamp", (KIND, RED, CHEAP), BY_ID["clamp"], (BY_ID["clamp"],), equal=frozenset({"clamp"}))
TOWER = Goal("2: lamp", (KIND,), BY_ID["tower"], (BY_ID["tower"],), equal=frozenset({"clamp"}))
TOLD_ALL = Told(CLAMP.points)


def rng(seed: int = 1) -> random.Random:
    return random.Random(seed)


def reply(*ids: str, question: Question | None = None, **constraints: object) -> Reply:
    cards = tuple(Card(BY_ID[one], 1.0, rank) for rank, one in enumerate(ids, 1))
    wants = Constraints(**constraints)  # type: ignore[arg-type]
    return Reply("s_1", 1, "search", ("search",), "Here.", cards, wants, question=question)


def moves(goal: Goal, told: Told, given: Reply, name: str) -> list[str]:
    """The messages of many shoppers in the same place; all must make the move of this name."""
    made = [next_move(goal, told, given, rng(seed)) for seed in range(60)]
    assert {move.name for move in made} == {name}
    return [move.message for move in made]


def test_a_shopper_opens_with_the_kind_and_part_of_the_wishes() -> None:
    made = [opening(CLAMP, rng(seed)) for seed in range(60)]
    assert all(move.told.points[0] == KIND for move in made)
    assert {len(move.told.points) for move in made} == {1, 2, 3}
    assert (
        sum("lamp" in move.message.lower() or "light" in move.message.lower() for move in made) > 50
    )  # the others have typing mistakes
    assert len({move.message for move in made}) > 50


def test_a_real_request_is_asked_as_it_was_written() -> None:
    assert opening(Goal("1", request="Plain WHITE shirt??"), rng()).message == "Plain WHITE shirt??"


def test_the_wish_that_most_products_miss_is_told_next() -> None:
    moves(
        CLAMP, Told((KIND,)), reply("aster-black", "shade"), "add look"
    )  # one of them costs at most 25, neither is red
    told = moves(CLAMP, Told((KIND, RED)), reply("aster-black", "shade"), "add price")
    assert sum("25" in message for message in told) > 50


def test_a_wish_that_nothing_shown_meets_is_insisted_on_once() -> None:
    given = reply("tower", "aster-black")
    moved = next_move(CLAMP, TOLD_ALL, given, rng())
    assert moved.name == "insist on look"
    assert moved.told.insisted == (RED,)
    assert next_move(CLAMP, moved.told, given, rng()).name == "insist on price"


def test_with_all_said_a_shopper_asks_for_more() -> None:
    moves(CLAMP, Told(CLAMP.points, (RED, CHEAP)), reply("tower", "aster-black"), "more")


def test_a_question_is_answered_from_the_hidden_products_record() -> None:
    color = Question("Which colour?", "color", ("black", "red"))
    answers = moves(CLAMP, Told((KIND,)), reply("tower", question=color), "answer")
    assert sum("red" in message.lower() for message in answers) > 50
    price = Question("How much?", "price", ("under $25", "over $25"))
    moves(CLAMP, Told((KIND,)), reply("tower", question=price), "add price")


def test_of_what_the_record_does_not_say_any_is_fine() -> None:
    moves(
        CLAMP,
        Told((KIND,)),
        reply("tower", question=Question("For which room?", "room", ("bath", "attic"))),
        "no preference",
    )


def test_an_act_that_nobody_asked_for_is_refused() -> None:
    moves(CLAMP, Told((KIND,)), reply(question=Question("Shall I?", "confirm", ("Yes", "No"))), "say no")


def test_when_nothing_is_shown_what_was_said_is_said_again() -> None:
    assert next_move(CLAMP, TOLD_ALL, reply(), rng()).name == "insist on kind"
    moves(CLAMP, Told(CLAMP.points, CLAMP.points), reply(), "say again")


def test_a_real_request_that_shows_nothing_is_said_once_more_in_its_own_words() -> None:
    goal = Goal("1", (RED,), BY_ID["clamp"], (BY_ID["clamp"],), request="something for my drawing board")
    moved = next_move(goal, Told(), reply(), rng())
    assert goal.request in moved.message
    assert next_move(goal, moved.told, reply(), rng()).name == "add look"


def test_nobody_says_please_twice() -> None:
    messages = [next_move(CLAMP, Told((KIND,)), reply("tower"), rng(seed)).message for seed in range(300)]
    assert any("please" in message for message in messages)
    assert all(message.count("please") < 2 for message in messages)


@pytest.mark.parametrize(
    "name", ["OPENINGS", "PRICED", "REFUSING", "INSIST", "MORE", "NO_PREFERENCE", "ANSWERS", "NO", *phrases.FOLLOW_UPS]
)
def test_each_move_has_a_dozen_wordings(name: str) -> None:
    wordings = phrases.FOLLOW_UPS[name] if name in phrases.FOLLOW_UPS else getattr(phrases, name)
    assert len(set(wordings)) >= 12


@pytest.mark.parametrize(
    ("constraints", "names"),
    [
        ({}, []),
        ({"price_max": Decimal("19.50")}, []),
        ({"price_max": Decimal(19)}, ["price_max"]),
        ({"price_min": Decimal(25)}, ["price_min"]),
        ({"exclude": ("red",)}, ["exclude"]),
        ({"brand": "halden"}, ["brand"]),
        ({"brand": "orvane"}, []),
        ({"gender": "women"}, []),
    ],
)
def test_a_constraint_that_keeps_the_product_away_is_named(constraints: dict[str, object], names: list[str]) -> None:
    assert standing_against(BY_ID["clamp"], reply(**constraints)) == names


def test_a_wish_given_up_aloud_keeps_nothing_away() -> None:
    given = Reply(
        "s",
        1,
        "search",
        ("search",),
        "",
        constraints=Constraints(price_max=Decimal(5)),
        relaxed=(Relaxed("price_max", ""),),
    )
    assert standing_against(BY_ID["clamp"], given) == []


def dialogue(*replies: Reply | None, goal: Goal = CLAMP, error: str | None = None) -> Dialogue:
    steps = tuple(Step(opening(goal, rng()), one, 0.1) for one in replies)
    return Dialogue(goal, steps, error=error)


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (dialogue(None, error="boom"), "error"),
        (dialogue(reply("tower", product="lamp"), reply("aster-black", product="lamp")), "out of patience"),
        (dialogue(reply("tote", product="lamp")), "not found at all"),
        (dialogue(reply("tower", product="lamp", price_min=Decimal(25))), "misread price_min"),
        (dialogue(reply("tower", product="red thing")), "misread product"),
        (dialogue(reply("tower", price_min=Decimal(25)), reply("tower")), "out of patience"),  # it did not stand until the end
        (dialogue(Reply("s", 1, "policy", ("policy",), "")), "read as another act"),
        (dialogue(reply("clamp"), goal=TOWER), "an equal one was shown"),
    ],
)  # fmt: skip
def test_the_reason_of_a_failure(ended: Dialogue, why: str) -> None:
    assert reason(ended) == why


def test_a_misreading_is_dated_from_the_turn_since_which_it_stands() -> None:
    bad = reply("tower", brand="halden")
    assert misread_at(dialogue(reply("tower"), bad, bad)) == (1, "brand")


def played(shop: Callable[..., object], parses: list[Parse], goal: Goal = CLAMP) -> Dialogue:
    return simulate(goal, shop(parses), seed=3)  # type: ignore[arg-type]


def test_a_dialogue_ends_when_what_is_wanted_is_shown(assistant_with: AssistantWith) -> None:
    ended = played(assistant_with, [said("search", product="floor lamp"), said("search", product="clamp lamp")])
    assert (ended.success, ended.place, len(ended.steps), reason(ended)) == (True, 1, 2, None)


def test_a_shopper_gives_up_after_five_turns(assistant_with: AssistantWith) -> None:
    ended = played(assistant_with, [said("search", product="kettle")] * 9)
    assert (ended.success, len(ended.steps)) == (False, PATIENCE)


def test_an_error_ends_the_dialogue_and_is_kept(assistant_with: AssistantWith) -> None:
    ended = played(assistant_with, [said("greet")])  # the second message finds the queue of parses empty
    assert reason(ended) == "error"
    assert "IndexError" in str(ended.error)


def test_the_same_seed_plays_the_same_dialogue(assistant_with: AssistantWith) -> None:
    parses = [said("search", product="kettle")] * 9
    first, second = (played(assistant_with, list(parses)) for _ in range(2))
    assert [step.move for step in first.steps] == [step.move for step in second.steps]


def test_a_request_that_nobody_judged_is_answered_by_products_with_no_wish_given_up(
    assistant_with: AssistantWith,
) -> None:
    bare = Goal("1: a lamp", request="a lamp")
    assert played(assistant_with, [said("search", product="lamp")], bare).success
    tight = [said("search", product="lamp", price_max=Decimal(5))] * 9
    assert not played(assistant_with, tight, bare).success


def test_a_simulated_dialogue_leaves_no_session_behind(assistant_with: AssistantWith) -> None:
    shop = assistant_with([said("search", product="clamp lamp"), said("greet")])
    ended = simulate(CLAMP, shop, seed=3)
    assert ended.steps[0].reply is not None
    assert shop.reply("hi", ended.steps[0].reply.session_id).turn == 1
