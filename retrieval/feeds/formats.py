"""The formats whose rows mean something of their own. A new one is a file with `recognises` and `rows`, and a line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ..errors import FeedError
from . import catalogue as feed_catalogue
from . import schema_org as feed_schema_org
from . import shopify as feed_shopify
from .rows import Row


@dataclass(frozen=True)
class Format:
    """title: as people call it. recognises: whether the cells of a first row are of it. rows: one row a variant, in our columns."""

    title: str
    recognises: Callable[[Mapping[str, object]], bool]
    rows: Callable[[Iterator[Row]], Iterator[Row]]


FORMATS = {
    "shopify": Format("Shopify export", feed_shopify.recognises, feed_shopify.rows),
    "catalogue": Format("ACP feed or UCP catalogue", feed_catalogue.recognises, feed_catalogue.rows),
    "schema.org": Format("schema.org JSON-LD", feed_schema_org.recognises, feed_schema_org.rows),
    "columns": Format("rows in columns (Google, OpenAI and others)", lambda _cells: True, lambda rows: rows),
}


def in_our_columns(rows: Iterator[Row], name: str | None = None) -> tuple[str, Iterator[Row]]:
    """(name of the format, its rows in our columns). name: forces a format; else the first readable row tells it."""
    if name is not None:
        if name not in FORMATS:
            raise FeedError(f"There is no format {name}.", fix=f"name one of {', '.join(FORMATS)}")
        return name, FORMATS[name].rows(rows)
    seen: list[Row] = []
    for row in rows:
        seen.append(row)
        if row.cells is not None:
            name = next(each for each, form in FORMATS.items() if form.recognises(row.cells))
            return name, FORMATS[name].rows(chain(seen, rows))
    return "columns", iter(seen)
