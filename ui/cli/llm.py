"""The option `--llm-url` of the commands that read messages, and the settings with it."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import HttpUrl, ValidationError

from assistant.settings import Settings
from retrieval.errors import BadInput

LlmUrl = Annotated[
    str | None,
    typer.Option(
        help="An OpenAI-compatible server whose model reads the messages, such as http://127.0.0.1:8080/v1;"
        " SHOP_LLM_MODEL and SHOP_LLM_KEY go with it. The local model stands in when it fails."
    ),
]


def settings_with(llm_url: str | None) -> Settings:
    """The settings of the environment with this server, if one is given. BadInput when it is no address."""
    if llm_url is None:
        return Settings()
    try:
        return Settings(llm_url=HttpUrl(llm_url))
    except ValidationError as error:
        raise BadInput(
            f"{llm_url!r} is no address of a server.", fix="give one such as --llm-url http://127.0.0.1:8080/v1"
        ) from error
