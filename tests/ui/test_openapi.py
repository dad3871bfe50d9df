"""Whatever a caller makes of the OpenAPI description, the server answers as it says there, and never with a 500."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.model import DialogueState, Intent, Parse
from tests.fakes import said
from ui import asked, examples, shapes
from ui.http import create_app
from ui.lane import Lane
from ui.settings import ServerSettings

from .shop import open_shop

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
EXAMPLES = 12  # a call and a way, valid or not
SESSION, VISITOR, LAMP = "s_" + "5" * 32, "V" * 22, "brass-lamp"
KNOWN: dict[str, Any] = {"session_id": SESSION, "product_id": LAMP, "product_ids": [LAMP, "black-lamp"], "turn": 1}
NO_LIMITS = ServerSettings(visitor_limit="", address_limit="")


class TakesItLiterally:
    """Reads every message as a search for its own words, now and then as something else."""

    def parse(self, message: str, state: DialogueState) -> Parse:
        intents: tuple[Intent, ...] = ("search", "cart_add", "policy", "ask_product", "order_status")
        return said(intents[len(message) % len(intents)], product=message[:40], ref=(1,))


@pytest.fixture
def description(small_store: Path) -> Iterator[Any]:
    """Of a server of its own for each test: one that was shut down by its caller has forgotten what it had in memory."""
    with open_shop(small_store, parser=TakesItLiterally()) as shop:
        app = create_app(shop, Lane(), settings=NO_LIMITS)
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


def test_no_call_breaks_the_server_or_the_description(description: Any) -> None:
    chat = description["/v1/chat"]["POST"]
    plain = chat.Case(
        body={"message": "a lamp"}, media_type="application/json"
    )  # chance seldom makes one without a wrong key
    search = description["/v1/search"]["GET"]
    empty = search.Case(query={})  # nor a search without its words
    answered = {
        (case.operation.label, case.call_and_validate(checks=list(CHECKS)).status_code) for case in (plain, empty)
    }
    for found in description.get_all_operations():
        call = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
            @given(case=call.as_strategy(generation_mode=mode))
            def answers_as_described(case: schemathesis.Case) -> None:
                answer = case.call_and_validate(checks=list(CHECKS))
                answered.add((case.operation.label, answer.status_code))

            with suppress(Unsatisfiable):  # a call without parameters can only be valid
                answers_as_described()
    assert answered >= {
        ("POST /v1/chat", 200),
        ("POST /v1/chat", 422),
        ("GET /v1/search", 200),
        ("GET /v1/search", 422),
        ("GET /v1/products/{product_id}", 404),
        ("GET /v1/sessions/latest", 404),
        ("GET /v1/sessions/{session_id}", 404),
        ("GET /v1/sessions/{session_id}/answers", 404),
        ("GET /metrics", 200),
    }


def test_no_call_about_a_conversation_and_a_cart_that_exist_breaks_the_server_or_the_description(
    description: Any,
) -> None:
    chat, rate = description["/v1/chat"]["POST"], description["/v1/feedback"]["POST"]
    answered: set[tuple[str, int]] = set()

    def sent(call: Any, **body: Any) -> None:
        whole = {"session_id": SESSION, **body}
        case = call.Case(body=whole, headers={"X-Visitor": VISITOR}, media_type="application/json")
        answer = case.call_and_validate(checks=list(CHECKS))
        answered.add((case.operation.label, answer.status_code))
        assert answer.status_code == 200

    def seed() -> None:
        sent(chat, message="lamps")  # five characters are a search
        sent(chat, message="Add it to my cart", means={"act": "cart_add", "product_ids": [LAMP]})
        sent(rate, turn=1, thumb="up")

    for found in description.get_all_operations():
        seed()  # the call before may have been one that forgets

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
        @given(case=found.ok().as_strategy(generation_mode=GenerationMode.POSITIVE))
        def answers_as_described(case: schemathesis.Case) -> None:
            case.path_parameters, case.query = known(case.path_parameters), known(case.query)
            case.body = known(case.body)
            case.headers["X-Visitor"] = VISITOR
            answer = case.call_and_validate(checks=list(CHECKS))
            answered.add((case.operation.label, answer.status_code))

        answers_as_described()
    assert answered >= {
        ("POST /v1/chat", 200),
        ("POST /v1/feedback", 200),
        ("GET /v1/products/{product_id}", 200),
        ("GET /v1/sessions/latest", 200),
        ("GET /v1/sessions/{session_id}", 200),
        ("GET /v1/sessions/{session_id}/answers", 200),
        ("GET /v1/sessions/{session_id}/turns/{turn}/scores", 200),
        ("DELETE /v1/sessions/{session_id}", 204),
    }


def known(given: Any) -> Any:
    """The same with the ids of what is there, wherever it names a conversation, a turn or a product."""
    if isinstance(given, Mapping):
        return {name: KNOWN.get(name) or known(value) for name, value in given.items()}
    return [known(one) for one in given] if isinstance(given, list) else given


def test_every_call_of_the_api_shows_an_example_of_what_goes_in_and_comes_out(description: Any) -> None:
    for found in description.get_all_operations():
        call = found.ok()
        raw = call.definition.raw
        ok = raw["responses"].get("200", {}).get("content", {})
        if call.path.startswith("/v1/") and call.method != "delete":
            assert "example" in ok["application/json"], call.label
            assert "example" in raw["responses"]["4XX"]["content"]["application/problem+json"], call.label
        for parameter in raw.get("parameters", ()):
            assert not parameter["required"] or parameter.get("example") or parameter["schema"].get("examples"), (
                call.label
            )


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (shapes.Reply, examples.REPLY),
        (shapes.SessionBody, examples.SESSION),
        (shapes.AnswersBody, examples.ANSWERS),
        (shapes.TakenAnswer, examples.TAKEN_ANSWER),
        (shapes.ChatwootBody, examples.CHATWOOT),
        (shapes.SearchBody, examples.SEARCH),
        (shapes.ProductBody, examples.PRODUCT),
        (shapes.EventsBody, examples.TAKEN),
        (shapes.RecommendBody, examples.RECOMMENDED),
        (shapes.ProfileBody, examples.PROFILE),
        (shapes.PrivacyBody, examples.PRIVACY),
        (asked.Feedback, examples.FEEDBACK),
        (shapes.ScoresBody, examples.SCORES),
        (shapes.ProblemBody, examples.PROBLEM),
    ],
)
def test_the_examples_are_of_the_shape_that_they_show(shape: type[BaseModel], example: dict[str, Any]) -> None:
    assert shape.model_validate(example).model_dump(exclude_unset=True) == example
