"""The lane: one piece of work at a time, a bounded line, and turns that are taken whole."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from retrieval.errors import Overloaded, TookTooLong
from ui.lane import Lane, Place, ShareTaken


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane(waiting=2)
    yield lane
    lane.close()


def test_two_pieces_never_run_side_by_side(lane: Lane) -> None:
    running, most = 0, 0

    def work() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        running -= 1

    async def both() -> None:
        await asyncio.gather(lane.run(work), lane.run(work))

    asyncio.run(both())
    assert most == 1


def test_one_more_than_the_line_holds_is_refused_at_once(lane: Lane) -> None:
    door = threading.Event()

    async def crowd() -> list[object]:
        first = [asyncio.ensure_future(lane.run(door.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded) as full:
            await lane.run(lambda: None)
        assert full.value.retry_after_s == 2  # half of the line, at the first guess of 2 s a piece
        door.set()
        return list(await asyncio.gather(*first))

    assert asyncio.run(crowd()) == [True, True]


def test_nobody_takes_more_than_a_share_of_the_line() -> None:
    lane, door = Lane(waiting=4, share=2), threading.Event()

    async def crowd() -> list[object]:
        waiting = [asyncio.ensure_future(lane.run(door.wait, whose)) for whose in ("ben", "anna", "anna", None)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):  # four are in it
            await lane.run(lambda: None, "cora")
        waiting.pop().cancel()
        await asyncio.sleep(0)
        with pytest.raises(ShareTaken, match="2 messages and searches from this address") as full:
            await lane.run(lambda: None, "anna")
        assert full.value.retry_after_s == 4  # ben's and her first, at the first guess of 2 s a piece
        last = asyncio.ensure_future(lane.run(lambda: "cora", "cora"))
        await asyncio.sleep(0)
        door.set()
        await asyncio.gather(*waiting)
        return [await last, await lane.run(lambda: "anna", "anna")]

    assert asyncio.run(crowd()) == ["cora", "anna"]
    lane.close()


def test_a_place_is_free_again_after_the_work(lane: Lane) -> None:
    async def one_by_one() -> list[int]:
        return [await lane.run(lambda number=number: number) for number in range(5)]  # type: ignore[misc]

    assert asyncio.run(one_by_one()) == [0, 1, 2, 3, 4]


def test_a_stream_gives_its_items_in_order_and_then_its_error(lane: Lane) -> None:
    def work() -> Iterator[str]:
        yield "a"
        yield "b"
        raise KeyError("c")

    seen: list[str] = []

    async def listen() -> None:
        async for item in lane.stream(work):
            seen.append(item)

    with pytest.raises(KeyError):
        asyncio.run(listen())
    assert seen == ["a", "b"]


def test_a_turn_runs_to_its_end_when_the_listener_leaves(lane: Lane) -> None:
    left, finished = threading.Event(), threading.Event()

    def work() -> Iterator[int]:
        yield 1
        left.wait(5)
        yield 2
        finished.set()

    async def leave_after_one() -> None:
        stream = lane.stream(work)
        assert await anext(stream) == 1
        await stream.aclose()  # type: ignore[attr-defined]
        left.set()
        await lane.run(lambda: None)  # the next piece: the one before is done

    asyncio.run(leave_after_one())
    assert finished.is_set()


def test_spare_work_is_done_when_nobody_waits(lane: Lane) -> None:
    done = threading.Event()
    lane.spare(done.set)
    assert done.wait(timeout=60)


def test_spare_work_is_left_undone_where_somebody_is_served(lane: Lane) -> None:
    door, done = threading.Event(), threading.Event()

    async def busy() -> None:
        turn = asyncio.ensure_future(lane.run(door.wait))
        await asyncio.sleep(0)
        lane.spare(done.set)
        door.set()
        await turn
        await lane.run(lambda: None)  # the line is empty behind this one

    asyncio.run(busy())
    assert not done.is_set()


def test_spare_work_after_the_end_is_left_undone() -> None:
    lane, done = Lane(), threading.Event()
    lane.close()
    lane.spare(done.set)
    assert not done.is_set()


def test_whoever_waits_is_told_each_place_until_the_turn_comes() -> None:
    lane, doors = Lane(), [threading.Event(), threading.Event()]

    async def crowd() -> list[object]:
        first = [asyncio.ensure_future(lane.run(door.wait)) for door in doors]
        await asyncio.sleep(0)
        last, seen = lane.stream(lambda: ["turn"]), []
        for door in doors:
            seen.append(await anext(last))
            door.set()
        await asyncio.gather(*first)
        return [*seen, *[item async for item in last]]

    came = asyncio.run(crowd())
    lane.close()
    assert came[0] == Place(ahead=2, wait_s=4)  # at the first guess of 2 s a piece
    assert isinstance(came[1], Place)
    assert (came[1].ahead, came[2:]) == (1, ["turn"])


def test_what_takes_too_long_is_an_error_and_goes_on_to_its_end() -> None:
    lane, door, finished = Lane(turn_timeout_s=0.01), threading.Event(), threading.Event()

    def work() -> None:
        door.wait()
        finished.set()

    with pytest.raises(TookTooLong, match=r"longer than 0\.01 s"):
        asyncio.run(lane.run(work))
    door.set()
    lane.close()
    assert finished.is_set()


def test_what_waits_too_long_is_refused_and_never_done() -> None:
    lane, door, done = Lane(wait_timeout_s=0.01), threading.Event(), threading.Event()

    async def crowd() -> None:
        first = asyncio.ensure_future(lane.run(door.wait))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await lane.run(done.set)
        door.set()
        await first

    asyncio.run(crowd())
    lane.close()
    assert not done.is_set()


def test_whoever_leaves_the_line_makes_room() -> None:
    lane, door, done = Lane(waiting=2), threading.Event(), threading.Event()

    async def crowd() -> int:
        first = asyncio.ensure_future(lane.run(door.wait))
        await asyncio.sleep(0)
        second = lane.stream(lambda: [done.set()])
        assert await anext(second) == Place(ahead=1, wait_s=2)
        await second.aclose()
        door.set()
        await first
        return lane.length

    assert asyncio.run(crowd()) == 0
    lane.close()
    assert not done.is_set()


def test_spare_work_that_fails_is_logged(lane: Lane, caplog: pytest.LogCaptureFixture) -> None:
    lane.spare(lambda: 1 / 0)
    lane.close()
    assert "ZeroDivisionError" in caplog.text
