"""`shop chat`: a conversation in the terminal, or one message and one Reply a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from assistant import Assistant, Reply
from assistant.model import Card
from retrieval.errors import BadInput
from retrieval.product import money

from .demo import store_or_demo
from .llm import Llm, LlmUrl, settings_with

GREETING = "Tell me what you are looking for. An empty line or Ctrl-D ends."


def chat(
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A message a line in, a Reply a line out; a blank line starts a new session.")
    ] = False,
    llm: Llm = None,
    llm_url: LlmUrl = None,
) -> None:
    """Talk with the assistant.

    Example: echo "i need a warm desk lamp under 40" | shop chat --json --store store
    """
    with Assistant.open(store_or_demo(store), settings_with(llm, llm_url)) as assistant:
        if as_json:
            answer_lines(assistant, sys.stdin)
        else:
            talk(assistant, Console())


def answer_lines(assistant: Assistant, lines: Iterable[str]) -> None:
    """A Reply a line for each message; a line that cannot be answered gives an object with `error` and `fix`, and the rest goes on."""
    session_id = assistant.new_session()
    for line in lines:
        message = line.rstrip("\r\n")
        if not message.strip():
            session_id = assistant.new_session()
            continue
        try:
            answer = assistant.reply(message, session_id).to_json()
        except BadInput as error:
            answer = {"error": error.detail, "fix": error.fix}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


def talk(assistant: Assistant, console: Console) -> None:
    """A conversation until an empty line or the end of input."""
    console.print(GREETING, style="dim")
    session_id = assistant.new_session()
    with ThreadPoolExecutor(1) as aside:
        while message := _ask(console):
            try:
                show(assistant.reply(message, session_id), console)
                aside.submit(assistant.read_ahead, session_id)  # while the shopper reads and types
            except BadInput as error:
                console.print(Text(f"{error.detail} {error.fix}", style="red"))


def show(reply: Reply, console: Console) -> None:
    """A reply for people: the text, the products with prices, reasons (✓) and caveats (–), what to say next."""
    console.print(Text(reply.reply))
    for card in reply.cards:
        for line in card_lines(card):
            console.print(line)
    if reply.question:
        console.print(Text(f"{reply.question.text} ({' / '.join(reply.question.options)})", style="bold"))
    if reply.contact_link:
        console.print(Text(f"{reply.contact_link.text}: {reply.contact_link.url}"), soft_wrap=True)
    if reply.suggestions:
        console.print(Text(f"You can say: {' · '.join(reply.suggestions)}", style="dim"))


def card_lines(card: Card) -> list[Text]:
    product = card.product
    price = "price unknown" if product.price is None else money(product.price, product.currency)
    rating = f"  {product.rating:g}/5" if product.rating is not None else ""
    sponsored = "  sponsored" if card.sponsored else ""
    head = Text.assemble(f"  {card.rank}. ", (product.title, "bold"), f"  {price}{rating}{sponsored}")
    met = [Text(f"     ✓ {reason.text}", style="green") for reason in card.reasons]
    unmet = [Text(f"     – {caveat.text}", style="yellow") for caveat in card.caveats]
    return [head, *met, *unmet]


def _ask(console: Console) -> str:
    try:
        return console.input("[bold]> [/bold]").strip()
    except EOFError:
        return ""
