"""Who receives something of shoppers, by the settings alone."""

from __future__ import annotations

import pytest
from pydantic import HttpUrl, SecretStr

from assistant.privacy.processors import Processor, processors
from assistant.settings import Settings

WEB = HttpUrl("https://models.example/v1")
READ = "each message with the exchange before it, to be read by a language model"


def test_nobody_receives_anything_where_nothing_is_set() -> None:
    assert processors(Settings()) == ()


@pytest.mark.parametrize(
    "settings",
    [
        Settings(llm_url=HttpUrl("http://127.0.0.1:8080/v1")),
        Settings(llm_url=HttpUrl("http://[::1]:8080/v1")),
        Settings(chroma_url="http://localhost:8000"),
        Settings(sessions_url="sqlite:////srv/shop/sessions.db"),
        Settings(orders_url="postgresql:///orders"),
        Settings(llm="models/reader"),
    ],
)
def test_this_very_machine_is_no_processor(settings: Settings) -> None:
    assert processors(settings) == ()


def test_each_host_is_named_with_what_it_receives_and_no_user_or_password() -> None:
    settings = Settings(
        llm_url=WEB,
        llm_writes=True,
        chroma_url="http://10.0.0.9:8000",
        sessions_url="postgresql://user:word@db.example/shop",
        orders_url="https://orders.example/api",
        checkout_url="https://shop.example/cart?items={items}",
        handoff_smtp=SecretStr("smtps://user:word@mail.example:465"),
    )
    found = processors(settings)
    assert [one.host for one in found] == [
        "models.example",
        "models.example",
        "10.0.0.9",
        "db.example",
        "orders.example",
        "shop.example",
        "mail.example",
    ]
    assert found[0] == Processor("models.example", READ)
    assert "word@" not in str(found)


def test_webhooks_are_named_and_a_writer_in_this_process_is_not_the_servers() -> None:
    hook = HttpUrl("https://desk.example/in")
    secret = SecretStr("whsec_x")
    settings = Settings(
        checkout_webhook=hook, checkout_webhook_secret=secret, handoff_webhook=hook, handoff_webhook_secret=secret
    )
    assert [one.host for one in processors(settings)] == ["desk.example"] * 2
    folder = Settings(llm_url=WEB, llm_writes=True, llm_folder="models/writer")  # type: ignore[arg-type]
    assert processors(folder) == (Processor("models.example", READ),)
