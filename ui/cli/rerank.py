"""`shop rerank`: given products in the order in which they fit a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError

from assistant.build import build_parts
from assistant.parts import Parts
from assistant.settings import Settings
from retrieval.evaluate import relevances
from retrieval.store import Store

from .evaluate_retrieval import read_request

_FORMAT = 'write {"query": "…", "product_ids": ["…"]}'


class Request(BaseModel):
    """A line of input."""

    query: str
    product_ids: list[str]


def rerank(
    store: Annotated[Path, typer.Option(help="A store made by `shop index`.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines; the only format there is.")] = True,
) -> None:
    """Products of the store, best first, for each {"query", "product_ids"} line of standard input.

    The score is a relevance of 0..1; what breaks a hard constraint of the query comes last. Ids that the store lacks are left out.

    Example: echo '{"query": "warm desk lamp", "product_ids": ["1", "2"]}' | shop rerank --json --store store
    """
    opened = Store(store)
    try:
        failed = rerank_lines(build_parts(opened, Settings()), sys.stdin)
    finally:
        opened.close()
    raise typer.Exit(1 if failed else 0)


def rerank_lines(parts: Parts, lines: Iterable[str]) -> int:
    """An object a line for each request; a bad line gives an object with `error`, and the rest goes on. Returns how many were bad."""
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = ranking(parts, Request.model_validate_json(line))
        except ValidationError:
            failed += 1
            result = {"error": f"line {number} is not an object with “query” and “product_ids”", "fix": _FORMAT}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return failed


def ranking(parts: Parts, request: Request) -> dict[str, Any]:
    """The contract's object."""
    products = parts.catalog.get_many(dict.fromkeys(request.product_ids))
    query = read_request(parts.parser, request.query, parts.speller)
    found = relevances(parts.searcher, query, products)
    return {"ranking": [{"id": product_id, "score": round(score, 4)} for product_id, score in found]}
