"""Items of a Google Merchant feed in XML (RSS or Atom), and JSON-LD out of a page. Entities and document types are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from ..errors import FeedError


def items(stream: IO[bytes]) -> Iterator[dict[str, object]]:
    """The items in a stream, names without their namespace; a name that comes twice gives a list."""
    from defusedxml import DefusedXmlException  # here: most feeds are no XML
    from defusedxml.ElementTree import ParseError, iterparse

    try:
        within: list[Any] = []  # the elements that are open, the root first
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                within.append(element)
                continue
            within.pop()
            if _name(element) in ("item", "entry"):
                yield _cells(element)
                if within:
                    within[-1].remove(element)  # else its parent would hold the shells of all items to the end
    except (ParseError, DefusedXmlException) as error:
        raise FeedError(f"The XML cannot be read to its end: {error}.", fix="export or download it again") from error


def page_objects(text: str) -> Iterator[tuple[str, object | None, str]]:
    """(text, what it holds, "") of every JSON-LD script of a page; (text, None, why) of one that is broken."""
    from bs4 import BeautifulSoup  # here: most feeds are no pages

    for script in BeautifulSoup(text, "html.parser")("script", type="application/ld+json"):
        written = script.get_text()
        try:
            yield written, json.loads(written, parse_float=Decimal), ""
        except (ValueError, RecursionError) as error:
            yield written, None, f"not JSON: {error}"


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _cells(item: Any) -> dict[str, object]:
    cells: dict[str, object] = {}
    for child in item:
        name, value = _name(child), _value(child)
        if name in cells:
            known = cells[name]
            cells[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            cells[name] = [value] if name == "product_detail" else value
    return cells


def _value(element: Any) -> object:
    """The text; of a detail its name and value; of another nested thing its parts."""
    parts = {_name(child): (child.text or "").strip() for child in element}
    if "attribute_name" in parts:
        return {"name": parts["attribute_name"], "value": parts.get("attribute_value", "")}
    return parts or (element.text or "").strip() or element.get("href") or ""
