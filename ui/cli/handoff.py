"""`shop handoff`: conversations for the shop's staff: the inbox, what could not be delivered, and answers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.build import build_handoff, build_sessions
from assistant.outbound.answers import conversation_of, keep_answer
from assistant.outbound.handoff import HandoffDesk
from assistant.outbound.letters import KeptLetter
from assistant.outbound.webhook import NotDelivered
from retrieval.errors import NotFound
from retrieval.store import require_index

from .llm import settings_for

app = typer.Typer(
    name="handoff", help="Conversations for the shop's staff.", no_args_is_help=True,
    epilog="Example: shop handoff list --store store",
)  # fmt: skip
Store = Annotated[Path, typer.Option(help="Directory of the store; it may be in use.")]
Reference = Annotated[str, typer.Argument(help="The reference that the shopper was told.")]


@app.command("list")
def list_(
    store: Store,
    as_json: Annotated[bool, typer.Option("--json", help="One whole letter a line on standard output.")] = False,
) -> None:
    """What lies in the inbox and what was not delivered, the oldest first.

    Example: shop handoff list --store store
    """
    with _desk(store) as desk:
        kept = desk.letters.all()
    if not kept:
        typer.echo("The inbox is empty, and everything was delivered.", err=True)
    for one in kept:
        whole = {**asdict(one.letter), "trouble": one.trouble}
        where = f"not delivered: {one.trouble}" if one.trouble else "inbox"
        line = f"{one.letter.reference}  {one.letter.created}  {one.letter.why}  {where}"
        typer.echo(json.dumps(whole, ensure_ascii=False) if as_json else line)


@app.command("show")
def show(reference: Reference, store: Store) -> None:
    """What was wanted, the cart and the words of a conversation.

    Example: shop handoff show H-1A2B3C4D --store store
    """
    with _desk(store) as desk:
        typer.echo("\n\n".join(one.letter.to_text() for one in _of(desk, reference)))


@app.command("answer")
def answer(
    reference: Reference,
    text: Annotated[str, typer.Argument(help="Plain words; a shopper who has the chat open reads them there.")],
    store: Store,
) -> None:
    """Answer into the chat of a conversation that was passed on, by whatever way, as from the shop's team.

    Example: shop handoff answer H-1A2B3C4D "It is back on Friday." --store store
    """
    with _desk(store) as desk, closing(build_sessions(settings_for(store))) as sessions:
        session_id = conversation_of(reference, sessions, desk.letters)
        done = keep_answer(sessions, session_id, text, secrets.token_hex(16))
    typer.echo(f"{reference}: answer {done.number} is in the chat.", err=True)


@app.command("retry")
def retry(store: Store) -> None:
    """Send again what was not delivered; exit 1 when some of it still is not.

    Example: shop handoff retry --store store
    """
    with _desk(store) as desk:
        left = [one.letter for one in desk.letters.all() if one.trouble]
        failed = 0
        for letter in left:
            try:
                done = desk.pass_on(letter)
            except NotDelivered as error:
                failed += 1
                typer.echo(f"{letter.reference}: {error.detail}", err=True)
                continue
            if done.by != "inbox":
                desk.letters.drop(letter.id)
            typer.echo(f"{letter.reference}: delivered by {done.by}, reference {done.reference}")
    if not left:
        typer.echo("Everything was delivered.", err=True)
    if failed:
        raise typer.Exit(1)


@app.command("close")
def close(reference: Reference, store: Store) -> None:
    """Erase a conversation's letters, once somebody has seen to them.

    Example: shop handoff close H-1A2B3C4D --store store
    """
    with _desk(store) as desk:
        for one in _of(desk, reference):
            desk.letters.drop(one.letter.id)
    typer.echo(f"{reference}: closed.", err=True)


@contextmanager
def _desk(store: Path) -> Iterator[HandoffDesk]:
    """The desk of the settings and of the database that `shop serve` uses for the store."""
    require_index(store)
    desk = build_handoff(settings_for(store))
    try:
        yield desk
    finally:
        desk.close()


def _of(desk: HandoffDesk, reference: str) -> list[KeptLetter]:
    found = list(desk.letters.under(reference))
    if not found:
        raise NotFound(f"No letter is kept under {reference!r}.", fix="see `shop handoff list`")
    return found
