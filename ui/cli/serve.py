"""`shop serve`: the page, the HTTP API and its documentation, from one process."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from assistant import Assistant
from assistant.settings import Settings
from retrieval.errors import BadInput
from ui import log
from ui.settings import ServerSettings
from ui.sites import Sites, read_sites

from .demo import store_or_demo
from .llm import Llm, LlmUrl, bad_setting, settings_for

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.", min=0, max=65535)] = 8000,
    llm: Llm = None,
    llm_url: LlmUrl = None,
) -> None:
    """Serve the page at /, the API under /v1 and its documentation at /docs, until Ctrl-C.

    Example: shop serve --store store --port 8000
    """
    from ui.server import run

    log.configure()
    with listen(host, port) as listener:  # before the models load, so that a taken port is said at once
        path = store_or_demo(store)
        settings = settings_for(path, llm, llm_url)
        sites, server = read_sites(settings.sites), server_settings()
        with Assistant.open(path, settings, site_days=sites.days) as assistant:
            app = site(assistant, sites, server, settings)
            typer.echo(f"Shop assistant: {address(listener)}/  (API documentation: {address(listener)}/docs)")
            run(app, listener, server.shutdown_s)


def site(
    assistant: Assistant,
    sites: Sites | None = None,
    settings: ServerSettings | None = None,
    shop: Settings | None = None,
) -> FastAPI:
    """The API with the page. shop: the settings that the assistant was opened with."""
    settings = settings or ServerSettings()
    # Gradio takes seconds to import, which the other commands need not wait for.
    from ui.http import create_app
    from ui.lane import Lane
    from ui.page import add_page

    lane = Lane(
        waiting=settings.waiting,
        share=settings.address_share,
        wait_timeout_s=settings.wait_timeout_s,
        turn_timeout_s=settings.turn_timeout_s,
    )
    app = create_app(assistant, lane, sites, settings, shop=shop)
    add_page(app)
    return app


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; BadInput when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise BadInput(
            f"Cannot listen on {host} port {port}: {error.strerror or error}.",
            fix=f"stop what runs there, or choose another port: `shop serve --port {port + 1 if port < 65535 else 0}`",
        ) from error


def address(listener: socket.socket) -> str:
    """The URL at which a browser on this machine reaches the server."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def server_settings() -> ServerSettings:
    """Limits, line and proxies as the environment names them; BadInput says which cannot be."""
    try:
        return ServerSettings()
    except ValidationError as error:
        raise bad_setting(error) from error
