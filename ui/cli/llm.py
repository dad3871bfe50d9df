"""The options `--llm` and `--llm-url` of the commands that read messages, and the settings with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import HttpUrl, ValidationError

from assistant.settings import Settings
from retrieval.errors import BadInput
from retrieval.models import ModelHome

Llm = Annotated[
    str | None,
    typer.Option(
        metavar="PATH|HUB_NAME",
        help="A transformers chat model that reads the messages in this process; one from a hub needs SHOP_MODEL_HUB=1."
        " The small model stands in when it fails.",
    ),
]
LlmUrl = Annotated[
    str | None,
    typer.Option(
        help="An OpenAI-compatible server whose model reads the messages, such as http://127.0.0.1:8080/v1;"
        " SHOP_LLM_MODEL and SHOP_LLM_KEY go with it. The small model stands in when it fails."
    ),
]


def settings_with(llm: str | None, llm_url: str | None) -> Settings:
    """The settings of the environment, with the model that an option names, if one does. BadInput when they cannot be."""
    if llm is not None and llm_url is not None:
        raise typer.BadParameter("--llm and --llm-url both name a model to read the messages; give one")
    try:
        if llm is None and llm_url is None:
            settings = Settings()
        else:  # an option stands before what the environment names, whichever of the two that is
            settings = Settings(llm=llm, llm_url=None if llm_url is None else HttpUrl(llm_url))
    except ValidationError as error:
        raise bad_setting(error, llm_url) from error
    if settings.llm is not None and ModelHome.from_environment().hub:
        os.environ["HF_HUB_OFFLINE"] = "0"  # `shop` forbids it otherwise, and whoever allows the hub means it
    return settings


def bad_setting(error: ValidationError, llm_url: str | None = None) -> BadInput:
    """The setting that cannot be, by its name in the environment."""
    said = error.errors(include_input=False, include_url=False)[0]
    place = f"SHOP_{str(said['loc'][0]).upper()}: " if said["loc"] else ""
    if llm_url is not None and not place:
        return BadInput(
            f"{llm_url!r} is no address of a server.", fix="give one such as --llm-url http://127.0.0.1:8080/v1"
        )
    return BadInput(f"A setting cannot be: {place}{said['msg']}.", fix="see the settings in docs/api.md")


def settings_for(store: Path, llm: str | None = None, llm_url: str | None = None) -> Settings:
    """The settings of the environment; conversations are kept in a file beside the store where no other place is set."""
    settings = settings_with(llm, llm_url)
    if settings.sessions_url is not None:
        return settings
    beside = store.resolve().with_name(f"{store.resolve().name}-sessions.db")
    return settings.model_copy(update={"sessions_url": f"sqlite:///{beside}"})
