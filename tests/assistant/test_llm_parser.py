"""A large model behind a server: what it is asked, what is taken from its answer, and what happens when it gives none.

Every answer comes over a real connection from a server on this machine; time between attempts is recorded, not spent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from assistant.model import DialogueState, Exchange, Intent, Parse, Slots
from assistant.parse import MESSAGE_LIMIT
from assistant.reading.llm_parser import EXAMPLES, PAUSE_S, SCHEMA, Act, LlmParser, Reading, held
from assistant.reading.llm_server import ANSWER_LIMIT, ChatServer, Endpoint
from tests.assistant.recorded_server import Recorded, RecordedServer, completion, recorded, streamed
from tests.fakes import QueuedParser, said

MESSAGE = "a red mug under 20"
READING = json.dumps({"intent": "search", "product": "mug", "color": ["red"], "price_max": 20})
READ = Slots(product="mug", color=("red",), price_max=Decimal(20))
LOCAL = said("help")
NONE = DialogueState()


class Asking:
    """A parser over a recorded server, with a clock that stands still until it is set."""

    def __init__(self, server: RecordedServer, key: str | None, timeout_s: float) -> None:
        self.waits: list[float] = []
        self.now = 0.0
        endpoint = Endpoint(server.url, "large", key, timeout_s)
        self.local = QueuedParser([LOCAL] * 9)
        self.parser = LlmParser(ChatServer(endpoint, sleep=self.waits.append), self.local, clock=lambda: self.now)

    def parse(self, message: str = MESSAGE, state: DialogueState = NONE) -> Parse:
        return self.parser.parse(message, state)


@contextmanager
def asking(
    *answers: Recorded, key: str | None = None, timeout_s: float = 30
) -> Iterator[tuple[Asking, RecordedServer]]:
    with recorded(*answers) as server:
        asking = Asking(server, key, timeout_s)
        yield asking, server
        asking.parser.close()


@pytest.mark.parametrize(
    "answer", [completion(READING), streamed(READING[:9], READING[9:30], READING[30:])], ids=["whole", "streamed"]
)
def test_the_answer_is_read_whole_or_streamed(answer: Recorded) -> None:
    with asking(answer) as (shop, _):
        assert shop.parse() == Parse("search", READ, ("search",))
        assert (shop.local.asked, shop.parser.trouble) == ([], None)


def test_the_server_is_asked_with_model_key_schema_examples_and_what_was_said_before() -> None:
    with asking(completion(READING), key="k-1") as (shop, server):
        shop.parse("A RED Mug", DialogueState(last=Exchange("Hi", "Hello!")))
    (asked,) = server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer k-1")
    assert (asked.body["model"], asked.body["temperature"], asked.body["stream"]) == ("large", 0, True)
    assert asked.body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert [turn["role"] for turn in asked.body["messages"]] == [
        "system",
        *["user", "assistant"] * len(EXAMPLES),
        "user",
    ]
    assert json.loads(asked.body["messages"][-1]["content"]) == {
        "before": {"shopper": "hi", "shop": "hello!"},
        "message": "a red mug",
    }


def test_no_key_is_sent_when_none_is_set() -> None:
    with asking(completion(READING)) as (shop, server):
        shop.parse()
    assert "authorization" not in server.asked[0].headers


def test_a_strict_schema_has_every_field_required_and_no_defaults() -> None:
    act = SCHEMA["$defs"]["Act"]
    for part, model in ((SCHEMA, Reading), (act, Act)):
        assert set(part["required"]) == set(part["properties"]) == set(model.model_fields)
        assert part["additionalProperties"] is False
        assert not any("default" in field for field in part["properties"].values())


def test_the_schema_has_one_to_three_acts() -> None:
    acts = SCHEMA["properties"]["acts"]
    assert (acts["minItems"], acts["maxItems"]) == (1, 3)


def act(intent: Intent, **slots: Any) -> dict[str, Any]:
    """As a strict server answers: every field of the schema."""
    return Act(intent=intent, **slots).model_dump()


TWO_ACTS = json.dumps({"acts": [act("cart_add", ref=[2]), act("search", product="vase", color=["red"])]})


@pytest.mark.parametrize(
    "answer", [completion(TWO_ACTS), streamed(TWO_ACTS[:40], TWO_ACTS[40:])], ids=["whole", "streamed"]
)
def test_two_acts_of_one_message_are_read_in_order_with_their_own_slots(answer: Recorded) -> None:
    with asking(answer) as (shop, _):
        parse = shop.parse("add the second, and show me a red vase")
    assert parse.acts == ("cart_add", "search")
    assert [(one.intent, one.slots) for one in parse.in_order()] == [
        ("cart_add", Slots(ref=(2,))),
        ("search", Slots(product="vase", color=("red",))),
    ]
    assert parse.confidence == 1


def test_what_the_second_act_invents_is_lost_and_confidence_with_it() -> None:
    two = Reading(acts=[Act(intent="cart_add", ref=[2]), Act(intent="search", product="lamp")])
    parse = held(two, "add the second, and show me a red vase")
    assert [one.slots for one in parse.in_order()] == [Slots(ref=(2,)), Slots()]
    assert parse.confidence == 1 / 2


def test_one_act_written_as_a_list_is_read_like_one_by_itself() -> None:
    alone = json.dumps({"acts": [json.loads(READING)]})
    with asking(completion(alone), completion(READING)) as (shop, _):
        assert shop.parse() == shop.parse() == Parse("search", READ, ("search",))


def test_one_of_the_examples_has_two_acts() -> None:
    assert [len(reading.acts) for *_, reading in EXAMPLES].count(2) == 1


def test_every_example_stands_in_its_own_message() -> None:
    for message, _, reading in EXAMPLES:
        assert held(reading, message).confidence == 1
        assert held(reading, message).acts == tuple(act.intent for act in reading.acts)


def test_values_that_do_not_stand_in_the_message_are_lost_and_confidence_with_them() -> None:
    invented = Reading(acts=[Act(intent="search", product="mug", brand="Halden", color=["red", "blue"], price_max=15)])
    parse = held(invented, MESSAGE)
    assert parse.slots == Slots(product="mug", color=("red",))
    assert parse.confidence == 1 / 4  # of product, brand, colour and price only the product is as written


def test_a_measure_is_no_price_whatever_the_model_says() -> None:
    reading = Reading(acts=[Act(intent="search", product="monitor", price_max=27)])
    assert held(reading, "a 27 inch monitor").slots == Slots(product="monitor")


def test_a_very_long_message_is_cut_before_it_is_sent() -> None:
    with asking(completion(READING)) as (shop, server):
        shop.parse("mug " * 2_500)
    assert len(json.loads(server.asked[0].body["messages"][-1]["content"])["message"]) <= MESSAGE_LIMIT


def test_an_empty_message_is_other_and_nobody_is_asked() -> None:
    with asking() as (shop, server):
        assert shop.parse(" \t").intent == "other"
    assert (server.asked, shop.local.asked) == ([], [])


@pytest.mark.parametrize("status", [500, 502, 503, 529, 429, 408])
def test_what_can_pass_is_asked_again(status: int) -> None:
    with asking(Recorded(status=status), completion(READING)) as (shop, server):
        assert shop.parse().slots == READ
    assert len(server.asked) == 2
    assert len(shop.waits) == 1


def test_the_time_between_attempts_grows_and_the_local_model_reads_after_the_third() -> None:
    with asking(*[Recorded("oops", status=500)] * 3) as (shop, server):
        assert shop.parse() == LOCAL
    assert len(server.asked) == 3
    first, second = shop.waits
    assert 0.2 <= first <= 0.4 <= second <= 0.6  # 0.2 and 0.4, each with up to 0.2 by chance
    assert "answers 500: oops" in (shop.parser.trouble or "")


def test_a_server_that_says_when_is_asked_again_then() -> None:
    with asking(Recorded(status=429, headers={"retry-after": "2"}), completion(READING)) as (shop, _):
        assert shop.parse().slots == READ
    assert shop.waits == [2]


def test_a_date_in_retry_after_is_a_time_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with asking(Recorded(status=503, headers={"retry-after": later}), completion(READING)) as (shop, _):
        assert shop.parse().slots == READ
    assert 15 < shop.waits[0] <= 20


def test_a_server_that_wants_longer_than_there_is_time_is_left_alone_for_so_long() -> None:
    with asking(Recorded(status=429, headers={"retry-after": "120"}), completion(READING)) as (shop, server):
        assert shop.parse() == LOCAL
        shop.now = 119
        assert shop.parse() == LOCAL
        assert (len(server.asked), shop.waits) == (1, [])
        shop.now = 121
        assert shop.parse().slots == READ
        assert shop.parser.trouble is None


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    with asking(Recorded('{"error": "no such model"}', status=status)) as (shop, server):
        assert shop.parse() == LOCAL
        shop.now = PAUSE_S - 1
        assert shop.parse() == LOCAL
    assert len(server.asked) == 1
    assert "no such model" in (shop.parser.trouble or "")


@pytest.mark.parametrize(
    "answer",
    [
        completion("I think the shopper wants a mug."),
        completion(READING[:-5]),
        completion(""),
        completion('{"intent": "buy_now"}'),
        completion('{"intent": "search", "color": "red"}'),
        completion('{"intent": "search", "price_max": NaN}'),
        completion('{"intent": "cart_add", "ref": [0]}'),
        completion('{"acts": []}'),
        completion('{"acts": [{"intent": "more"}, {"intent": "more"}, {"intent": "more"}, {"intent": "more"}]}'),
        streamed(),
        Recorded("<html>welcome</html>"),
        Recorded('{"choices": 5}'),
        Recorded("data: {broken\n\n", headers={"content-type": "text/event-stream"}),
        Recorded("x" * (ANSWER_LIMIT + 1)),
    ],
    ids=lambda answer: answer.body[:40],
)
def test_an_answer_that_is_no_parse_leaves_the_message_to_the_local_model_and_the_next_to_the_server(
    answer: Recorded,
) -> None:
    with asking(answer, completion(READING)) as (shop, server):
        assert shop.parse() == LOCAL
        assert shop.parser.trouble is not None
        assert shop.parse().slots == READ
    assert len(server.asked) == 2
    assert shop.waits == []


@pytest.mark.parametrize("begun", ["", 'data: {"choices": []}\n\n'], ids=["nothing", "a piece"])
def test_a_slow_answer_is_given_up_when_its_time_is_up(begun: str) -> None:
    slow = Recorded(begun, headers={"content-type": "text/event-stream"}, stalls=True)
    with asking(slow, timeout_s=0.2) as (shop, _):
        assert shop.parse() == LOCAL
        assert "did not answer within 0.2 s" in (shop.parser.trouble or "")


def test_a_server_that_is_gone_leaves_the_message_to_the_local_model(caplog: pytest.LogCaptureFixture) -> None:
    with asking() as (shop, server):
        server.http.socket.close()
        with caplog.at_level(logging.WARNING):
            assert shop.parse() == LOCAL
    assert "The local model reads this message." in caplog.text
    assert len(shop.waits) == 2
