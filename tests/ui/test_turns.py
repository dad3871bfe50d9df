"""Turns that wait: their messages are read together when the first of them begins."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant import Assistant
from assistant.exact import Quantity
from retrieval.errors import Overloaded
from ui.lane import Lane, Place
from ui.metrics import Metrics
from ui.turns import TOGETHER, Asking, Turns


class Told:
    """An assistant that keeps what it is asked, in order; its turns are a word each."""

    def __init__(self, *, fails: bool = False) -> None:
        self.told: list[Any] = []
        self.fails = fails

    def read_waiting(self, said: Mapping[str, str]) -> None:
        self.told.append(dict(said))
        if self.fails:
            raise RuntimeError("out of memory")

    def stream(self, message: object, session_id: str, **beside: object) -> Iterator[SimpleNamespace]:
        self.told.append(message)
        yield SimpleNamespace(of=session_id)

    def read_ahead(self, session_id: str) -> None:
        pass


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane(waiting=20)
    yield lane
    lane.close()


def taken(assistant: Told, lane: Lane, askings: list[Asking]) -> list[str]:
    """Whom the turns were for, in their order; all of them are in line before the first begins."""
    turns = Turns(cast(Assistant, assistant), lane, Metrics(lambda: 0, lambda: None))
    door = threading.Event()

    async def one(asking: Asking) -> str:
        *_, last = [event async for event in turns.take(asking) if not isinstance(event, Place)]
        return cast(SimpleNamespace, last).of

    async def all_of_them() -> list[str]:
        held = asyncio.ensure_future(lane.run(door.wait))
        await asyncio.sleep(0)
        waiting = [asyncio.ensure_future(one(asking)) for asking in askings]
        await asyncio.sleep(0)
        door.set()
        await held
        return list(await asyncio.gather(*waiting))

    return asyncio.run(all_of_them())


def test_what_waits_is_read_with_the_first_that_begins(lane: Lane) -> None:
    assistant = Told()
    assert taken(assistant, lane, [Asking("a lamp", "s_1"), Asking("a mug", "s_2"), Asking("bye", "s_3")]) == [
        *("s_1", "s_2", "s_3")
    ]
    assert assistant.told == [{"s_1": "a lamp", "s_2": "a mug", "s_3": "bye"}, "a lamp", "a mug", "bye"]


def test_of_each_conversation_only_the_next_message_is_read(lane: Lane) -> None:
    """What the one after it means hangs on the answer to it."""
    assistant = Told()
    taken(assistant, lane, [Asking("a lamp", "s_1"), Asking("in black", "s_1"), Asking("a mug", "s_2")])
    assert assistant.told[0] == {"s_1": "a lamp", "s_2": "a mug"}


def test_a_message_that_waits_alone_is_not_read_before_its_turn(lane: Lane) -> None:
    assistant = Told()
    taken(assistant, lane, [Asking("a lamp", "s_1"), Asking(Quantity("mug", 2), "s_2")])
    assert assistant.told == ["a lamp", Quantity("mug", 2)]


def test_no_more_are_read_together_than_the_first_may_wait_for(lane: Lane) -> None:
    assistant, many = Told(), [Asking(f"{number} mugs", f"s_{number}") for number in range(TOGETHER + 2)]
    taken(assistant, lane, many)
    together = [told for told in assistant.told if isinstance(told, dict)]
    assert [len(told) for told in together] == [TOGETHER, 2]
    assert [told for told in assistant.told if isinstance(told, str)] == [one.message for one in many]


def test_turns_are_taken_one_by_one_where_reading_them_together_fails(lane: Lane) -> None:
    assistant = Told(fails=True)
    assert taken(assistant, lane, [Asking("a lamp", "s_1"), Asking("a mug", "s_2")]) == ["s_1", "s_2"]
    assert assistant.told[1:] == ["a lamp", "a mug"]


def test_what_found_no_place_in_line_is_not_read() -> None:
    assistant, lane, door = Told(), Lane(waiting=2), threading.Event()
    turns = Turns(cast(Assistant, assistant), lane, Metrics(lambda: 0, lambda: None))

    async def crowd() -> None:
        held = asyncio.ensure_future(lane.run(door.wait))
        await asyncio.sleep(0)
        first = turns.take(Asking("a lamp", "s_1"))
        with pytest.raises(Overloaded):
            turns.take(Asking("a mug", "s_2"))
        door.set()
        await held
        assert [event async for event in first if not isinstance(event, Place)]

    asyncio.run(crowd())
    lane.close()
    assert assistant.told == ["a lamp"]
